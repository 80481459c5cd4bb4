"""Load what fields need of instances: a query for a list and its joins, one more for each relation to many."""

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from functools import partial
from itertools import chain
from typing import Any, TypeGuard

from django.db import models
from django.db.models import Model, Prefetch, QuerySet, prefetch_related_objects
from django.db.models.manager import BaseManager
from django.db.models.query import ModelIterable, RawQuerySet
from django.db.models.signals import post_init, pre_init

from django_extras.projection.names import AnyField, AnyQuerySet, Attribute, Column, Relation, ToOne, find
from django_extras.projection.relations import is_joinable, loaded, own_columns, related_columns, related_queryset
from django_extras.projection.steps import Step, Steps, guess
from django_extras.projection.tree import Node, Nodes

# A str or a Prefetch, which is generic for type checkers alone.
Lookup = Any
# A relation, or None for the model that the list of fields is for.
AnyRelation = Any


class Needs:
    """
    What fields need of a model: its columns, or whole instances, and which relations to join or to prefetch.

    Made once per class; ``apply()`` and ``load()`` run once per request.
    """

    def __init__(self, model: type[Model], parent: "Needs | None" = None, relation: AnyRelation = None) -> None:
        self.model = model
        #: The needs of the model that a relation leads here from, and the relation.
        self.parent: Needs | None = parent
        self.relation = relation
        self.is_joined: bool = isinstance(relation, ToOne) and is_joinable(relation)
        #: The fields of the columns.
        self.columns: set[AnyField] = set()
        #: Whether Python code may read any column. Then none is left out.
        self.whole: bool = not is_loaded_silently(model)
        self.related: dict[str, Needs] = {}
        #: The relations to one whose model differs from row to row.
        self.generic: set[str] = set()
        #: What is shown of objects whose model is known only when they are loaded, by the attribute that leads there.
        self.later: dict[str, Nodes] = {}

    @classmethod
    def of(cls, model: type[Model], steps: Steps) -> "Needs":
        """Return what the steps from a model need. Once per class."""
        needs = cls(model)
        needs._add(steps)
        return needs

    def _add(self, steps: Steps) -> None:
        for step in steps:
            match step.what:
                case Column(field=field):
                    self._add_columns([field])
                case ToOne(key=str(key)) if step.node.below is None:
                    self._add_columns([self.model._meta.get_field(key)])
                case ToOne(model=None):
                    self._add_columns(own_columns(step.what))
                    self.generic.add(step.what.accessor)
                    self._add_later(step.node)
                case Relation():
                    self._add_relation(step.what, step)
                case Attribute():
                    self.whole = True
                    self._add_later(step.node)

    def _add_relation(self, found: Relation, step: Step) -> None:
        if self.parent is not None and isinstance(found, ToOne) and found.field.remote_field is self.relation.field:
            # The relation that led here, from its other end. Django knows that it leads to the same object.
            self.parent._add(step.below)
            return
        related = self.related.setdefault(found.accessor, Needs(found.model or Model, self, found))
        self._add_columns(own_columns(found))
        related._add_columns(related_columns(found))
        related._add(step.below)
        # An attribute that is not Django's may read any column.
        self.whole = self.whole or related_queryset(found) is None

    def _add_later(self, node: Node) -> None:
        if node.below:
            self.later[node.path[0]] = (*self.later.get(node.path[0], ()), *node.below)

    def _add_columns(self, fields: Iterable[AnyField]) -> None:
        self.columns.update(field for field in fields if field.concrete)

    def apply(self, queryset: AnyQuerySet, *, keep_columns: bool = False) -> QuerySet[Any]:
        """
        Return a queryset that loads what is needed, and what the view asked of it.

        With `keep_columns` it loads the other columns too.
        """
        query = queryset.query
        needs = self._beside(map(_own_choice, queryset._prefetch_related_lookups))
        has_own_joins = bool(query.select_related)
        # If the view joins, its join shows objects that a base manager hides.
        is_whole = keep_columns or needs._has_whole() or (has_own_joins and needs._hides())
        if has_own_joins and not is_whole:
            # Nothing shows what else the view joined.
            queryset = queryset.select_related(None)
        if joins := [] if query.select_for_update else [path[:-2] for path, _ in needs._joined() if path]:
            queryset = queryset.select_related(*joins)
        # The names of defer(), or else those of only().
        names, is_deferred = query.deferred_loading
        has_own_columns = bool(names) or not is_deferred
        if not is_whole or not (has_own_columns or has_own_joins or keep_columns):
            queryset = queryset.defer(None).only(*needs._columns())
        elif has_own_columns and is_deferred:
            queryset = queryset.defer(None).defer(*names.difference(needs._columns(named=True)))
        elif has_own_columns:
            queryset = queryset.only(*names.union(needs._columns(named=True)))
        # Since Django 6.1, a property that reads a relation can load it for all rows at once.
        is_usual_mode = getattr(queryset, "_fetch_mode", None) is getattr(models, "FETCH_ONE", ...)
        if is_usual_mode and not keep_columns and needs._has_whole():
            queryset = queryset.fetch_mode(models.FETCH_PEERS)
        own = [needs._complete(lookup) for lookup in queryset._prefetch_related_lookups]
        taken = {path for lookup in own for path in _prefixes(lookup)}
        lookups = [*own, *needs._lookups(is_joined=bool(joins), taken=taken)]
        prepared: QuerySet[Any] = queryset.prefetch_related(None).prefetch_related(*lookups) if lookups else queryset
        return prepared

    def _beside(self, lookups: Iterable[tuple[str, bool]]) -> "Needs":
        """
        Return what is needed beside the view's own prefetches.

        They need the keys that they follow, and no join must take their place. `lookups` are their paths, and whether
        each has a queryset of its own.
        """
        needs = copy(self)
        needs.columns, needs.related = {*self.columns}, {**self.related}
        for path, chooses in lookups:
            name, _, rest = path.partition("__")
            found = find(self.model, name)
            if isinstance(found, Relation):
                needs._add_columns(own_columns(found))
            related = needs.related.get(name)
            if related is not None and related.is_joined and (rest or chooses):
                needs.related[name] = related = related._beside([(rest, chooses)] if rest else [])
                related.is_joined = bool(rest)
        return needs

    def _complete(self, lookup: Lookup) -> Lookup:
        """Return a prefetch of the view's own that also loads what is shown of its objects."""
        if isinstance(lookup, str) or not is_preparable(lookup.queryset):
            return lookup
        *parents, name = lookup.prefetch_to.split("__")
        owner: Needs | None = self
        for parent in parents:
            owner = owner and owner.related.get(parent)
        if owner is None:
            return lookup
        needs = owner.related.get(name)
        if needs is None:
            needs = needs_of(lookup.queryset.model, owner.later.get(name, ()))
            found = find(owner.model, lookup.prefetch_through.split("__")[-1])
            needs._add_columns(related_columns(found) if isinstance(found, Relation) else [])
        completed = copy(lookup)
        completed.queryset = needs.apply(lookup.queryset, keep_columns=True)
        return completed

    def load(self, instances: Iterable[Any]) -> None:
        """Load what is missing from loaded instances of the model, and from those that they lead to."""
        saved = [each for each in instances if each.pk is not None]
        self._load_columns(saved)
        for accessor, related in self.related.items():
            is_one = isinstance(related.relation, ToOne)
            lacking = [each for each in saved if loaded(related.relation, each) is None]
            if lacking and (queryset := related_queryset(related.relation)) is not None:
                prefetch_related_objects(lacking, Prefetch(accessor, related.apply(queryset, keep_columns=is_one)))
            related.load(chain.from_iterable(loaded(related.relation, each) or () for each in saved))
        if self.generic:
            prefetch_related_objects(saved, *self.generic)
        for name, nodes in self.later.items():
            values = (vars(each).get(name) or each._state.fields_cache.get(name) for each in saved)
            found = chain.from_iterable(value if isinstance(value, list) else [value] for value in values)
            load(found, partial(needs_of, nodes=nodes))

    def _load_columns(self, instances: list[Any]) -> None:
        """Load the columns that only() and defer() left out, for all instances at once."""
        names = {field.attname for field in self.columns}
        lacking: dict[Any, list[Any]] = {}
        for each in instances:
            if not vars(each).keys() >= names:
                lacking.setdefault(each.pk, []).append(each)
        if not lacking:
            return
        queryset = self.model._base_manager.using(instances[0]._state.db).filter(pk__in=list(lacking))
        for key, *values in queryset.values_list("pk", *names):
            for name, value in zip(names, values, strict=True):
                for instance in lacking[key]:
                    if name not in vars(instance):
                        setattr(instance, name, value)

    def has_later(self) -> bool:
        """Tell whether ``load()`` has more to load once the instances are there."""
        return bool(self.later) or any(related.has_later() for related in self.related.values())

    def _joined(self, prefix: str = "") -> Iterator[tuple[str, "Needs"]]:
        """Return these needs, and those of each model that is joined. Each has the lookup that leads there."""
        yield prefix, self
        for related in self.related.values():
            if related.is_joined:
                yield from related._joined(f"{prefix}{related.relation.field.name}__")

    def _hides(self) -> bool:
        """Tell whether a join would show an object that the attribute of an instance does not."""
        related = chain.from_iterable(each.related.values() for _, each in self._joined())
        return any(isinstance(each.relation, ToOne) and not each.is_joined for each in related)

    def _has_whole(self) -> bool:
        return any(each.whole for _, each in self._joined())

    def _columns(self, *, named: bool = False) -> Iterator[str]:
        for prefix, each in self._joined():
            options = each.model._meta
            columns = options.concrete_fields if each.whole and not named else each.columns.union(options.pk_fields)
            yield from (prefix + field.name for field in columns)

    def _lookups(self, prefix: str = "", *, is_joined: bool, taken: set[str]) -> Iterator[Lookup]:
        yield from (prefix + accessor for accessor in self.generic)
        for accessor, related in self.related.items():
            path = prefix + accessor
            if path in taken or related.is_joined:
                # The view's own prefetch decides what belongs to the relation.
                is_joined_here = is_joined and path not in taken
                if not is_joined_here:
                    yield path
                yield from related._lookups(f"{path}__", is_joined=is_joined_here, taken=taken)
            elif (queryset := related_queryset(related.relation)) is not None:
                yield Prefetch(path, related.apply(queryset))


def needs_of(model: type[Model], nodes: Nodes) -> Needs:
    """Return what nodes need of a model whose instances may have names of their own."""
    return Needs.of(model, guess(model, nodes))


def load(objects: Iterable[Any], needs_of: Callable[[type[Model]], Needs]) -> None:
    """Load what is missing from the model instances among objects, for all of a class at once."""
    instances: dict[type[Model], list[Model]] = {}
    for each in objects:
        if isinstance(each, Model):
            instances.setdefault(each.__class__, []).append(each)
    for model, group in instances.items():
        needs_of(model).load(group)


def is_loaded_silently(model: type[Model]) -> bool:
    """Tell whether no code runs when instances of a model are loaded, so that none notices a missing column."""
    return (
        model.__init__ is Model.__init__
        and model.from_db.__func__ is Model.from_db.__func__  # type: ignore[attr-defined]  # a class method
        and not pre_init.has_listeners(model)
        and not post_init.has_listeners(model)
    )


def yields_models(objects: Any) -> bool:
    """Tell whether objects are a queryset or manager of model instances. It runs no query."""
    if isinstance(objects, QuerySet):
        return issubclass(objects._iterable_class, ModelIterable)
    return isinstance(objects, RawQuerySet | BaseManager)


def is_preparable(objects: Any) -> "TypeGuard[QuerySet[Any]]":
    """Tell whether objects are a queryset that yields instances and that may still be changed."""
    return (
        isinstance(objects, QuerySet)
        and issubclass(objects._iterable_class, ModelIterable)
        and objects._result_cache is None
        and not objects.query.combinator
    )


def _own_choice(lookup: Lookup) -> tuple[str, bool]:
    """Return the path of a view's prefetch, and whether its own queryset decides what the relation shows."""
    if isinstance(lookup, str):
        return lookup, False
    return lookup.prefetch_through, lookup.queryset is not None and lookup.prefetch_to == lookup.prefetch_through


def _prefixes(lookup: Lookup, prefix: str = "") -> Iterator[str]:
    """Return the paths of the relations that a view's prefetch loads, and those of the prefetches in its queryset."""
    path = prefix + (lookup if isinstance(lookup, str) else lookup.prefetch_to)
    parts = path.split("__")
    yield from ("__".join(parts[: count + 1]) for count in range(len(parts)))
    inner: AnyQuerySet = None if isinstance(lookup, str) else lookup.queryset
    if inner is not None:
        for each in inner._prefetch_related_lookups:
            yield from _prefixes(each, f"{path}__")
