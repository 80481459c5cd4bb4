"""Compile a list of fields, and write objects as rows of it."""

from collections.abc import Collection, Iterable
from copy import copy
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from django.core.exceptions import ImproperlyConfigured
from django.db.models import JSONField, Model, Prefetch, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.manager import BaseManager

from django_extras.projection.columns import Simplify
from django_extras.projection.flat import FlatPlan, NotFlatError
from django_extras.projection.names import AnyQuerySet, Attribute, Column, ToMany, require, sent_fields
from django_extras.projection.plain import PlainWriter
from django_extras.projection.queries import Needs, is_preparable, load, yields_models
from django_extras.projection.relations import related_queryset
from django_extras.projection.sensitive import Allowed, allowed_names, refuse_sensitive, refuse_values
from django_extras.projection.tree import Node, parse, read

Nodes = tuple[Node, ...]
Extra = dict[str, dict[str, Any]]

#: Requests choose lists and orders, of which there are more than memory holds: keep no more than this.
_MAX_KEPT = 100

_kept: "WeakKeyDictionary[type, dict[Any, Projector]]" = WeakKeyDictionary()


class Projector:
    """
    Write objects as rows that hold the fields of a list.

    `owner` names the list in errors, such as ``"BookList.json_fields"``. `allow_sensitive` is True or the names of the
    sensitive fields that may be sent. `simplify` makes of a value what the encoder would write, where that is known;
    without it values stay as Python has them. Raise ImproperlyConfigured if the list has a fault or a name that is not
    there.
    """

    def __init__(
        self,
        fields: Any,
        owner: str,
        allow_sensitive: Allowed = False,
        simplify: Simplify | None = None,
    ) -> None:
        self.owner = owner
        self.allow_sensitive = allow_sensitive
        self.simplify = simplify
        self.nodes: Nodes = parse(fields, owner, allow_sensitive)
        self._compile()

    def _compile(self) -> None:
        self._writer = PlainWriter(self.nodes, self.owner, self.allow_sensitive, self.simplify)
        self._plans: WeakKeyDictionary[type[Model], dict[frozenset[str], FlatPlan | None]] = WeakKeyDictionary()
        self._needs: WeakKeyDictionary[type[Model], dict[frozenset[str], Needs]] = WeakKeyDictionary()
        #: The models that have all the names.
        self._checked: WeakSet[type[Model]] = WeakSet()
        self._with_keys: dict[tuple[tuple[str, ...], ...], Projector] = {}

    def with_keys(self, paths: Collection[tuple[str, ...]]) -> "Projector":
        """Return a projector whose rows also have, under ``key_name(0)`` and on, the values at other paths."""
        paths = tuple(paths)
        keyed = self._with_keys.get(paths)
        if keyed is None:
            keyed = copy(self)
            keys = (Node(key_name(index), path, is_raw=True) for index, path in enumerate(paths))
            keyed.nodes = (*self.nodes, *keys)
            keyed._compile()
            if len(self._with_keys) >= _MAX_KEPT:
                self._with_keys.clear()
            self._with_keys[paths] = keyed
        return keyed

    def rows(self, objects: Iterable[Any]) -> list[dict[str, Any]]:
        """Return a row for each object of a queryset or of any iterable of instances, dicts or other objects."""
        if isinstance(objects, QuerySet) and is_preparable(objects):
            self._check_queryset(objects)
            plan = self._plan(objects)
            if plan is not None and plan.is_exact(objects):
                return plan.rows(objects, self.simplify)
            needs = self.needs(objects.model, self._annotations(objects))
            instances = needs.apply(objects)
            if needs.has_later():
                needs.load(instances)
            return self._writer.rows(instances)
        if isinstance(objects, QuerySet) and not yields_models(objects):
            refuse_values(objects, [node.name for node in self.nodes], self.owner, self.allow_sensitive)
        subjects = list(objects.all() if isinstance(objects, BaseManager) else objects)
        load(subjects, self.needs)
        return self._writer.rows(subjects)

    def row(self, subject: Any) -> dict[str, Any]:
        """Return the row of one object."""
        return self.rows([subject])[0]

    def prepare(self, queryset: QuerySet[Any], *, keep_columns: bool = False) -> QuerySet[Any]:
        """
        Return a queryset that loads all that its rows need, and with `keep_columns` the other columns too.

        Raise ImproperlyConfigured for a name that is not there.
        """
        self._check_queryset(queryset)
        needs = self.needs(queryset.model, self._annotations(queryset))
        return needs.apply(queryset, keep_columns=keep_columns)

    def needs(self, model: type[Model], annotations: frozenset[str] = frozenset()) -> Needs:
        """Return what the fields need of a model, beside annotations."""
        kept = self._needs.setdefault(model, {})
        if annotations not in kept:
            nodes = (node for node in self.nodes if node.fields is not None or node.name not in annotations)
            kept[annotations] = Needs.of(model, tuple(nodes))
        return kept[annotations]

    def _annotations(self, queryset: QuerySet[Any]) -> frozenset[str]:
        """Return the annotations that the fields name."""
        return frozenset({node.name for node in self.nodes}.intersection(queryset.query.annotations))

    def _plan(self, queryset: QuerySet[Any]) -> FlatPlan | None:
        """Return the fast way to write rows of the queryset's model, or None."""
        annotations = self._annotations(queryset)
        plans = self._plans.setdefault(queryset.model, {})
        if annotations not in plans:
            try:
                plan = FlatPlan(queryset.model, annotations)
                plan.add((), self.nodes)
            except NotFlatError:
                plans[annotations] = None
            else:
                plans[annotations] = plan
        return plans[annotations]

    def _check_queryset(self, queryset: AnyQuerySet) -> None:
        if queryset.query.annotations or queryset.query.extra or queryset._prefetch_related_lookups:
            self.check(queryset.model, _extra_names(queryset))
        elif queryset.model not in self._checked:
            self.check(queryset.model)
            self._checked.add(queryset.model)

    def check(self, model: type[Model], extra: Extra | None = None) -> None:
        """
        Raise ImproperlyConfigured for a name that is not there, or that sends a secret.

        `extra` are the names that queries add, by lookup, each with the expression that it stands for, if it is known.
        """
        for node in self.nodes:
            self._check(model, node, node.path, extra or {}, "")

    def _check(self, model: type[Model], node: Node, path: tuple[str, ...], extra: Extra, prefix: str) -> None:
        fields = node.fields
        if not path:
            for each in fields or ():
                self._check(model, each, each.path, extra, prefix)
            return
        name, rest, whole = path[0], path[1:], "__".join(path)
        added = extra.get(prefix, {})
        if fields is None and whole in added:
            refuse_sensitive(node.name, self.owner, self.allow_sensitive, added[whole])
            return
        found = require(model, name, self.owner, added)
        if fields is None and (not rest or (isinstance(found, Column) and isinstance(found.field, JSONField))):
            refuse_sensitive(node.name, self.owner, self.allow_sensitive, *sent_fields(found))
            return
        if isinstance(found, Attribute):
            return
        if isinstance(found, Column):
            raise ImproperlyConfigured(
                f'{self.owner} goes on from "{name}", which is a column of {model.__name__} and no relation.'
            )
        prefix += f"{found.accessor}__"
        if isinstance(found, ToMany):
            related = related_queryset(found)
            annotations = {} if related is None else related.query.annotations
            extra = {**extra, prefix: {**annotations, **extra.get(prefix, {})}}
        if found.model is not None:
            self._check(found.model, node, rest, extra, prefix)


def projector_of(view: type, fields: Any, allow_sensitive: Allowed, simplify: Simplify | None) -> Projector:
    """
    Return the compiled ``json_fields`` of a class. Once per request.

    The class keeps it by what the list says, as lists may differ from request to request.
    """
    owner = f"{view.__name__}.json_fields"
    kept = _kept.setdefault(view, {})
    key = read(fields, owner), allowed_names(owner, allow_sensitive), simplify
    projector = kept.get(key)
    if projector is None:
        if len(kept) >= _MAX_KEPT:
            kept.clear()
        projector = kept[key] = Projector(fields, owner, allow_sensitive, simplify)
    return projector


def key_name(index: int) -> str:
    """Return the key of a row that no field has."""
    return f"\0{index}"


def _extra_names(queryset: AnyQuerySet, prefix: str = "") -> Extra:
    """Return the names that a queryset and its prefetches put on instances, by the lookup of these."""
    query = queryset.query
    names: Extra = {prefix: {**query.annotations, **{name: RawSQL(*sql) for name, sql in query.extra.items()}}}
    for lookup in queryset._prefetch_related_lookups:
        if isinstance(lookup, Prefetch):
            *parents, _ = lookup.prefetch_to.split("__")
            if lookup.to_attr and lookup.to_attr != lookup.prefetch_through.split("__")[-1]:
                names.setdefault(prefix + "".join(f"{name}__" for name in parents), {})[lookup.to_attr] = None
            if lookup.queryset is not None:
                for path, more in _extra_names(lookup.queryset, f"{prefix}{lookup.prefetch_to}__").items():
                    names.setdefault(path, {}).update(more)
    return names
