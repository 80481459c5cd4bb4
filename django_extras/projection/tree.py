"""Read a ``json_fields`` list into a tree of nodes. It looks at no model."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from django_extras.projection.sensitive import Allowed, refuse_sensitive


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


def parse(fields: Any, owner: str, allow_sensitive: Allowed = False) -> tuple[Node, ...]:
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


def _parse_item(item: Any, owner: str, allow_sensitive: Allowed) -> Iterator[Node]:
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


def _leaf(key: str, name: str, owner: str, allow_sensitive: Allowed) -> Node:
    path = _path(name, owner)
    refuse_sensitive(name, owner, allow_sensitive)
    return Node(key, path)


def _nested(key: str, name: Any, fields: Any, owner: str, allow_sensitive: Allowed) -> Node:
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
