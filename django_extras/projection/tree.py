"""Read a ``json_fields`` list into a tree of nodes. It looks at no model."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from django_extras.projection.sensitive import Allowed, refuse_sensitive

#: What a list says, as values that can be compared: the key, the name and the list below it of each field.
Outline = tuple[tuple[str, str, "Outline | None"], ...]

#: Makes text of an enum or another class of strings.
_text = str.__str__
#: The longest way from a row to a value. It is far below the depth that Python's stack and JSON parsers take.
_MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Node:
    """One key of a row: the names that lead to its value, and for a nested one the fields of what is found there."""

    key: str
    path: tuple[str, ...]
    fields: tuple["Node", ...] | None = None
    #: The names as the list has them, where the first of them are behind.
    written: str = ""

    @property
    def name(self) -> str:
        """The names in one, as in queries and in the names of annotations."""
        return "__".join(self.path)

    @property
    def below(self) -> "tuple[Node, ...] | None":
        """What is shown of the objects that the first name leads to: fields, the rest of the path, or None."""
        if len(self.path) == 1:
            return self.fields
        return (Node("", self.path[1:], self.fields, self.written or self.name),)

    @property
    def has_row(self) -> bool:
        """Whether the first name leads to rows. If not, it leads to the value at the end of the path."""
        return len(self.path) == 1


Nodes = tuple[Node, ...]


def outline(fields: Any, owner: str, depth: int = 0) -> Outline:
    """
    Return what a list of fields says. Once per request: two lists that say the same are equal.

    `owner` names the list in errors, such as ``"BookList.json_fields"``. `depth` is how many relations lead to it.
    Raise ImproperlyConfigured for a list that says nothing clear.
    """
    # Most are lists, which need no look at what else may be one.
    if fields.__class__ is not list and (
        isinstance(fields, str | bytes | Mapping) or not isinstance(fields, Collection)
    ):
        raise ImproperlyConfigured(f"{owner} must be a list of fields, not {fields!r}.")
    if depth > _MAX_DEPTH:
        raise _too_deep(owner)
    said: list[tuple[str, str, Outline | None]] = []
    for item in fields:
        if item.__class__ is str:
            said.append((item, item, None))
        else:
            said.extend(_outline_item(item, owner, depth + 1))
    return tuple(said)


def _outline_item(item: Any, owner: str, depth: int) -> list[tuple[str, str, "Outline | None"]]:
    match item:
        case dict():
            nested: list[tuple[str, str, Outline | None]] = []
            for name, fields in item.items():
                if not isinstance(name, str):
                    raise ImproperlyConfigured(f"{owner} has the relation {name!r}, which is not a string.")
                nested.append((_text(name), _text(name), outline(fields, f"{owner}[{name!r}]", depth)))
            return nested
        case str():
            return [(_text(item), _text(item), None)]
        case (str(key), str() | dict() as named) if isinstance(named, str) or len(named) == 1:
            [(_, name, below)] = _outline_item(named, owner, depth)
            return [(_text(key), name, below)]
    raise ImproperlyConfigured(
        f'{owner} has {item!r}, which is none of "name", ("key", "name"), {{"relation": ["name", ...]}} and '
        '("key", {"relation": ["name", ...]}).'
    )


def parse(fields: Any, owner: str, allow_sensitive: Allowed = False) -> Nodes:
    """
    Return the nodes of a list of fields. Once per list.

    `allow_sensitive` is True or the sensitive names that may be sent. Raise ImproperlyConfigured for a list that says
    nothing clear, for a name that is not public and for a sensitive one.
    """
    return _nodes(outline(fields, owner), owner, allow_sensitive, 0)


def _nodes(said: Outline, owner: str, allow_sensitive: Allowed, depth: int) -> Nodes:
    nodes: dict[str, Node] = {}
    for key, name, below in said:
        path = tuple(name.split("__"))
        # A leading underscore means private, as in templates.
        if any(not part or part.startswith("_") for part in path):
            raise ImproperlyConfigured(f'{owner} has "{name}", which is not a public name.')
        if depth + len(path) > _MAX_DEPTH:
            raise _too_deep(owner)
        refuse_sensitive(name, owner, allow_sensitive)
        if key in nodes:
            raise ImproperlyConfigured(f'{owner} has the key "{key}" twice. Rename one: ("other key", "name").')
        fields = None if below is None else _nodes(below, f"{owner}[{name!r}]", allow_sensitive, depth + len(path))
        nodes[key] = Node(key, path, fields)
    return tuple(nodes.values())


def _too_deep(owner: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"{owner.partition('[')[0]} goes over more than {_MAX_DEPTH} relations to one value. Does the list contain "
        "itself?"
    )
