"""Read a ``json_fields`` list into a tree of nodes. Pure: it knows no model."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

#: The words that make a field too sensitive to be sent by mistake.
_SENSITIVE = re.compile(
    r"(?:^|_)(?:pass_?(?:word|wd|phrase)|pwd|secret|token|(?:access|api|auth|private|session)_?key|auth_?hash)s?\d*"
    r"(?:_|$)",
    re.IGNORECASE,
)
#: Where a word begins inside a name in camel case.
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Node:
    """One key of a row: the names that lead to its value, and for a nested one the fields of what is found there."""

    key: str
    path: tuple[str, ...]
    fields: tuple["Node", ...] | None = None
    #: Whether the value stays as Python has it.
    is_raw: bool = False

    @property
    def name(self) -> str:
        """The names in one, as in queries and in the names of annotations."""
        return "__".join(self.path)


def parse(fields: Any, owner: str, allow_sensitive: bool | Collection[str] = False) -> tuple[Node, ...]:
    """
    Return the nodes of a list of fields.

    `owner` names the list in errors, such as ``"BookList.json_fields"``. `allow_sensitive` is True or the sensitive
    names that may be sent. Raise ImproperlyConfigured for a list that says nothing clear, and for a sensitive name.
    """
    if isinstance(fields, str | bytes | Mapping) or not isinstance(fields, Collection):
        raise ImproperlyConfigured(f"{owner} must be a list of fields, not {fields!r}.")
    nodes = tuple(node for item in fields for node in _parse_item(item, owner, allow_sensitive))
    seen: set[str] = set()
    for node in nodes:
        if node.key in seen:
            raise ImproperlyConfigured(f'{owner} has the key "{node.key}" twice. Rename one: ("other key", "name").')
        seen.add(node.key)
    return nodes


def _parse_item(item: Any, owner: str, allow_sensitive: bool | Collection[str]) -> Iterator[Node]:
    match item:
        case str():
            yield _leaf(item, item, owner, allow_sensitive)
        case (str(key), str(name)):
            yield _leaf(key, name, owner, allow_sensitive)
        case (str(key), dict(nested)) if len(nested) == 1:
            [(name, fields)] = nested.items()
            yield _nested(key, name, fields, owner, allow_sensitive)
        case dict():
            for name, fields in item.items():
                yield _nested(name, name, fields, owner, allow_sensitive)
        case _:
            raise ImproperlyConfigured(
                f'{owner} has {item!r}, which is none of "name", ("key", "name"), {{"relation": ["name", ...]}} and '
                '("key", {"relation": ["name", ...]}).'
            )


def refuse_sensitive(name: str, owner: str, allow_sensitive: bool | Collection[str]) -> None:
    """Raise ImproperlyConfigured for a name that looks like that of a secret, unless it may be sent."""
    # Also what a path goes through: what is reached from a token is as secret.
    # Whole as well, so that a capital inside of a word splits none that is refused.
    is_sensitive = _SENSITIVE.search(name) or _SENSITIVE.search(_CAMEL.sub("_", name))
    if is_sensitive and allow_sensitive is not True and name not in (allow_sensitive or ()):
        view = owner.split(".")[0]
        raise ImproperlyConfigured(
            f'{owner} has "{name}", which looks like a secret. Leave it out, or, if it may be seen by all who may see '
            f'the rest, set {view}.allow_sensitive = ["{name}"].'
        )


def _leaf(key: str, name: str, owner: str, allow_sensitive: bool | Collection[str]) -> Node:
    path = _path(name, owner)
    refuse_sensitive(name, owner, allow_sensitive)
    return Node(key, path)


def _nested(key: str, name: Any, fields: Any, owner: str, allow_sensitive: bool | Collection[str]) -> Node:
    if not isinstance(name, str):
        raise ImproperlyConfigured(f"{owner} has the relation {name!r}, which is not a string.")
    path = _path(name, owner)
    refuse_sensitive(name, owner, allow_sensitive)
    return Node(key, path, parse(fields, f"{owner}[{name!r}]", allow_sensitive))


def _path(name: str, owner: str) -> tuple[str, ...]:
    path = tuple(name.split("__"))
    # A leading underscore means private, as in templates.
    if any(not part or part.startswith("_") for part in path):
        raise ImproperlyConfigured(f'{owner} has "{name}", which is not a public name.')
    return path
