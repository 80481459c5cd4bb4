"""Walk the names of a list of fields from model to model, once per model. Each fault of the list is found here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import JSONField, Model

from django_extras.projection.names import Attribute, Column, Name, Relation, ToMany, find, require, sent_fields
from django_extras.projection.relations import related_queryset
from django_extras.projection.sensitive import Allowed, refuse_sensitive
from django_extras.projection.tree import Node, Nodes

#: The names that queries add to instances, by the lookup of these. Each has its expression, or None if it has none.
Added = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Annotation:
    """A value that the query computes."""

    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """A node, what its first name is, and the steps from there if that is a relation to a known model."""

    node: Node
    what: Name | Annotation
    below: "tuple[Step, ...]" = ()


Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Walker:
    """
    Find out what the names of a list are.

    `owner` names the list in errors, such as ``"BookList.json_fields"``. `allow_sensitive` is True or the names of the
    secrets that may be sent. Raise ImproperlyConfigured for a name that is not there, that leads nowhere or that sends
    a secret.
    """

    owner: str
    allow_sensitive: Allowed = False

    def walk(self, model: type[Model], nodes: Nodes, added: Added, prefix: str = "") -> Steps:
        """Return the steps of nodes from a model, or from the related model that the lookup `prefix` leads to."""
        return tuple(self._walk(model, node, added, prefix) for node in nodes)

    def _walk(self, model: type[Model], node: Node, added: Added, prefix: str) -> Step:
        what = self.find(model, node, added.get(prefix, {}))
        if not isinstance(what, Relation) or what.model is None or node.below is None:
            return Step(node, what)
        prefix += f"{what.accessor}__"
        if isinstance(what, ToMany) and (related := related_queryset(what)) is not None:
            added = {**added, prefix: {**related.query.annotations, **added.get(prefix, {})}}
        return Step(node, what, self.walk(what.model, node.below, added, prefix))

    def find(self, model: type[Model], node: Node, added: Mapping[str, Any]) -> Name | Annotation:
        """Return what the first name of a node is on a model, or what all its names are to a query."""
        name = node.path[0]
        is_value = node.fields is None
        if is_value and added.get(node.name) is not None:
            self.judge(node, added[node.name])
            return Annotation(node.name)
        what = require(model, name, self.owner, added)
        is_json = isinstance(what, Column) and isinstance(what.field, JSONField)
        if is_value and (node.below is None or is_json):
            self.judge(node, *sent_fields(what))
        elif isinstance(what, Column):
            raise ImproperlyConfigured(
                f'{self.owner} goes on from "{name}", which is a column of {model.__name__} and no relation.'
            )
        return what

    def judge(self, node: Node, *sources: Any) -> None:
        """Raise ImproperlyConfigured if a node is named like a secret, or sends a field or an expression that is."""
        refuse_sensitive(node.written or node.name, self.owner, self.allow_sensitive, *sources)


def guess(model: type[Model], nodes: Nodes) -> Steps:
    """Return the steps of nodes from a model whose instances may have names of their own. Nothing is refused."""
    return tuple(_guess(model, node) for node in nodes)


def _guess(model: type[Model], node: Node) -> Step:
    what = find(model, node.path[0]) or Attribute(node.path[0])
    if isinstance(what, Relation) and what.model is not None:
        return Step(node, what, guess(what.model, node.below or ()))
    return Step(node, what)
