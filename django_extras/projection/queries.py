"""Load what the plain way reads: one query for a list and its relations to one, one more for each relation to many."""

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from functools import partial
from itertools import chain
from typing import Any, TypeGuard

from django.db import models
from django.db.models import ManyToManyRel, Model, Prefetch, QuerySet, prefetch_related_objects
from django.db.models.manager import BaseManager
from django.db.models.query import ModelIterable, RawQuerySet
from django.db.models.signals import post_init, pre_init

from django_extras.projection.names import AnyField, AnyQuerySet, Column, ToMany, ToOne, find
from django_extras.projection.relations import is_joinable, related_queryset
from django_extras.projection.tree import Node

Nodes = tuple[Node, ...]
# A relation to one or to many, or None at the root.
AnyRelation = Any
# A str or a Prefetch, which is generic for type checkers alone.
Lookup = Any


class Needs:
    """What fields need of a model: its columns, or whole instances, and which relations to join or to prefetch."""

    def __init__(
        self, model: type[Model], parent: "Needs | None" = None, relation: ToOne | ToMany | None = None
    ) -> None:
        self.model = model
        #: The needs of the model that a relation leads here from, and the relation.
        self.parent: Needs | None = parent
        self.relation: AnyRelation = relation
        self.columns: set[str] = set()
        #: Whether Python code may read any column, so that none may be left out.
        self.whole: bool = not is_loaded_plainly(model)
        self.joined: dict[str, Needs] = {}
        #: None stands for a relation whose model differs from row to row.
        self.prefetched: dict[str, Needs | None] = {}
        #: What is shown of objects whose models are known when they are there.
        self.later: dict[str, list[Node]] = {}

    @classmethod
    def of(cls, model: type[Model], nodes: Nodes) -> "Needs":
        """Return what the nodes need of a model."""
        needs = cls(model)
        needs._add((), nodes)
        return needs

    def _add(self, path: tuple[str, ...], fields: Nodes | None) -> None:
        if not path:
            for node in fields or ():
                self._add(node.path, node.fields)
            return
        name, rest = path[0], path[1:]
        found = find(self.model, name)
        if isinstance(found, Column):
            self._add_columns([found.field])
        elif isinstance(found, ToOne) and found.key and fields is None and not rest:
            self._add_columns([self.model._meta.get_field(found.key)])
        elif isinstance(found, ToOne) and found.model is None:
            self._add_columns(_own_columns(found.field))
            self.prefetched[found.accessor] = None
            self._add_later(name, rest, fields)
        elif isinstance(found, ToOne) and self.parent is not None and found.field.remote_field is self.relation.field:
            # Back over the relation that led here: Django knows that this is the same object.
            self.parent._add(rest, fields)
        elif isinstance(found, ToOne | ToMany):
            kept: dict[str, Any] = self.joined if isinstance(found, ToOne) else self.prefetched
            related = kept.setdefault(found.accessor, Needs(found.model or Model, self, found))
            self._add_columns(_own_columns(found.field))
            related._add_columns(_related_columns(found.field))
            related._add(rest, fields)
            # Its class reads it, and may read any column.
            self.whole = self.whole or related_queryset(found) is None
        else:
            self.whole = True
            self._add_later(name, rest, fields)

    def _add_later(self, name: str, path: tuple[str, ...], fields: Nodes | None) -> None:
        if path or fields:
            self.later.setdefault(name, []).append(Node("", path, fields))

    def _add_columns(self, fields: Iterable[AnyField]) -> None:
        self.columns.update(field.name for field in fields if field.concrete)

    def apply(self, queryset: AnyQuerySet, *, keep_columns: bool = False) -> QuerySet[Any]:
        """
        Return a queryset that loads what is needed, and what the caller asked of it before.

        `keep_columns` loads the columns that nothing needs too.
        """
        query = queryset.query
        needs = self._beside(map(_own_choice, queryset._prefetch_related_lookups))
        has_own_joins = bool(query.select_related)
        # A join of the view's own shows what is hidden otherwise.
        is_whole = keep_columns or needs._has_whole() or (has_own_joins and needs._hides())
        if has_own_joins and not is_whole:
            # Nobody would see what else the view joined.
            queryset = queryset.select_related(None)
        if joins := [] if query.select_for_update else list(needs._joins()):
            queryset = queryset.select_related(*joins)
        names, is_deferred = query.deferred_loading
        has_own_columns = bool(names) or not is_deferred
        if not is_whole or not (has_own_columns or has_own_joins or keep_columns):
            queryset = queryset.defer(None).only(*needs._columns())
        elif has_own_columns and is_deferred:
            queryset = queryset.defer(None).defer(*names.difference(needs._columns(named=True)))
        elif has_own_columns:
            queryset = queryset.only(*names.union(needs._columns(named=True)))
        # Django 6.1: let a property that reads a relation load it for all rows at once.
        if (
            needs._has_whole()
            and not keep_columns
            and getattr(queryset, "_fetch_mode", None) is getattr(models, "FETCH_ONE", ...)
        ):
            queryset = queryset.fetch_mode(models.FETCH_PEERS)
        own = [needs._complete(lookup) for lookup in queryset._prefetch_related_lookups]
        taken = {path for lookup in own for path in _prefixes(lookup)}
        lookups = list(needs._lookups(is_joined=bool(joins), taken=taken))
        prepared: QuerySet[Any] = queryset
        if own or lookups:
            prepared = queryset.prefetch_related(None).prefetch_related(*own, *lookups)
        return prepared

    def _complete(self, lookup: Lookup) -> Lookup:
        """Return a prefetch of the view's own that also loads what is shown of its objects."""
        if isinstance(lookup, str) or not is_preparable(lookup.queryset):
            return lookup
        *parents, name = lookup.prefetch_to.split("__")
        owner: Needs | None = self
        for parent in parents:
            owner = owner and (owner.joined.get(parent) or owner.prefetched.get(parent))
        if owner is None:
            return lookup
        needs = owner.joined.get(name) or owner.prefetched.get(name)
        if needs is None:
            found = find(owner.model, lookup.prefetch_through.split("__")[-1])
            needs = Needs.of(lookup.queryset.model, tuple(owner.later.get(name, ())))
            needs._add_columns(_related_columns(found.field) if isinstance(found, ToOne | ToMany) else [])
        completed = copy(lookup)
        completed.queryset = needs.apply(lookup.queryset, keep_columns=True)
        return completed

    def _beside(self, lookups: Iterable[tuple[str, bool]]) -> "Needs":
        """
        Return what is needed beside the view's own prefetches: also the keys that they follow, and no join instead.

        `lookups` are their paths, and whether each says which objects there are.
        """
        needs = copy(self)
        needs.columns, needs.joined, needs.prefetched = {*self.columns}, {**self.joined}, {**self.prefetched}
        for path, chooses in lookups:
            name, _, rest = path.partition("__")
            found = find(self.model, name)
            if isinstance(found, ToOne | ToMany):
                needs._add_columns(_own_columns(found.field))
            if rest and name in needs.joined:
                needs.joined[name] = needs.joined[name]._beside([(rest, chooses)])
            elif chooses and name in needs.joined:
                needs.prefetched[name] = needs.joined.pop(name)
        return needs

    def load(self, instances: Iterable[Any]) -> None:
        """Load what instances of the model lack that were loaded already, and what others lack to which they lead."""
        saved = [each for each in instances if each.pk is not None]
        self._load_columns(saved)
        for accessor, related in self.joined.items():
            if related_queryset(related.relation) is not None:
                lacking = [each for each in saved if accessor not in each._state.fields_cache]
                prefetch_related_objects(lacking, accessor)
            related.load(found for each in saved if (found := each._state.fields_cache.get(accessor)) is not None)
        for accessor, many in self.prefetched.items():
            if many is None:
                prefetch_related_objects(saved, accessor)
                continue
            name = _cache_name(many.relation.field, accessor)
            lacking = [each for each in saved if name not in getattr(each, "_prefetched_objects_cache", ())]
            if lacking and (queryset := related_queryset(many.relation)) is not None:
                prefetch_related_objects(lacking, Prefetch(accessor, many.apply(queryset)))
            kept = (getattr(each, "_prefetched_objects_cache", {}) for each in saved)
            many.load(chain.from_iterable(cache.get(name, ()) for cache in kept))
        for name, nodes in self.later.items():
            values = (vars(each).get(name) or each._state.fields_cache.get(name) for each in saved)
            found = chain.from_iterable(value if isinstance(value, list) else [value] for value in values)
            load(found, partial(Needs.of, nodes=tuple(nodes)))

    def _load_columns(self, instances: list[Any]) -> None:
        """Load what only() and defer() left out, for all instances at once."""
        names = {field.attname for field in self.model._meta.concrete_fields if field.name in self.columns}
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
        """Tell whether more is to be loaded when the instances are there."""
        related = [*self.joined.values(), *self.prefetched.values()]
        return bool(self.later) or any(each is not None and each.has_later() for each in related)

    def _joins(self, prefix: str = "") -> Iterator[str]:
        for related in self._joinable():
            yield f"{prefix}{related.relation.field.name}"
            yield from related._joins(f"{prefix}{related.relation.field.name}__")

    def _joinable(self) -> list["Needs"]:
        return [related for related in self.joined.values() if is_joinable(related.relation)]

    def _hides(self) -> bool:
        """Tell whether a join would show an object that the attribute of an instance does not."""
        joinable = self._joinable()
        return len(joinable) < len(self.joined) or any(related._hides() for related in joinable)

    def _has_whole(self) -> bool:
        return self.whole or any(related._has_whole() for related in self._joinable())

    def _columns(self, prefix: str = "", named: bool = False) -> Iterator[str]:
        options = self.model._meta
        keys = {field.name for field in options.pk_fields}
        columns = (
            {field.name for field in options.concrete_fields} if self.whole and not named else self.columns | keys
        )
        yield from (prefix + column for column in columns)
        for related in self._joinable():
            yield from related._columns(f"{prefix}{related.relation.field.name}__", named)

    def _lookups(self, prefix: str = "", *, is_joined: bool, taken: set[str]) -> Iterator[Lookup]:
        for accessor, related in chain(self.joined.items(), self.prefetched.items()):
            path = prefix + accessor
            if related is None:
                yield path
            elif path in taken:
                # The view's own prefetch decides what belongs to the relation.
                yield path
                yield from related._lookups(f"{path}__", is_joined=False, taken=taken)
            elif isinstance(related.relation, ToMany) or not is_joinable(related.relation):
                if (queryset := related_queryset(related.relation)) is not None:
                    yield Prefetch(path, related.apply(queryset))
            else:
                if not is_joined:
                    yield path
                yield from related._lookups(f"{path}__", is_joined=is_joined, taken=taken)


def load(objects: Iterable[Any], needs_of: Callable[[type[Model]], Needs]) -> None:
    """Load what the model instances among objects lack, for all of a class at once."""
    instances: dict[type[Model], list[Model]] = {}
    for each in objects:
        if isinstance(each, Model):
            instances.setdefault(each.__class__, []).append(each)
    for model, group in instances.items():
        needs_of(model).load(group)


def is_loaded_plainly(model: type[Model]) -> bool:
    """Tell whether no code runs when instances of a model are loaded, so that columns may be left out unseen."""
    return (
        model.__init__ is Model.__init__
        and model.from_db.__func__ is Model.from_db.__func__  # type: ignore[attr-defined]  # a class method
        and not pre_init.has_listeners(model)
        and not post_init.has_listeners(model)
    )


def yields_models(objects: Any) -> bool:
    """Tell whether objects are a queryset or manager of model instances, without a look at them."""
    if isinstance(objects, QuerySet):
        return issubclass(objects._iterable_class, ModelIterable)
    return isinstance(objects, RawQuerySet | BaseManager)


def is_preparable(objects: Any) -> "TypeGuard[QuerySet[Any]]":
    """Tell whether objects are a queryset that yields instances and that may still be changed."""
    return (
        isinstance(objects, QuerySet)
        and yields_models(objects)
        and objects._result_cache is None
        and not objects.query.combinator
    )


def _own_columns(field: AnyField) -> AnyField:
    """Return the fields of the model that has a relation that the relation goes through."""
    if field.many_to_many:
        relation: AnyField = getattr(field, "field", field)
        name = relation.m2m_target_field_name() if relation is field else relation.m2m_reverse_target_field_name()
        return [field.model._meta.get_field(name)]
    if field.related_model is None:
        return [field.model._meta.get_field(name) for name in (field.ct_field, field.fk_field)]
    if field.auto_created and not field.concrete:
        return field.field.foreign_related_fields
    if getattr(field.remote_field, "parent_link", False):
        # Django joins no parent, but makes it of the child's columns.
        return field.related_model._meta.concrete_fields
    return [] if field.one_to_many else field.local_related_fields


def _related_columns(field: AnyField) -> AnyField:
    """Return the fields of the related model that tell whose it is."""
    if field.many_to_many:
        return []
    if field.auto_created and not field.concrete:
        return field.field.local_related_fields
    if not field.one_to_many:
        return field.foreign_related_fields
    options = field.related_model._meta
    return [options.get_field(field.content_type_field_name), options.get_field(field.object_id_field_name)]


def _cache_name(field: AnyField, accessor: str) -> str:
    """Return the name under which instances keep the prefetched objects of a relation to many."""
    if not isinstance(field, ManyToManyRel):
        return accessor
    name: str = field.field.related_query_name()
    return name


def _own_choice(lookup: Lookup) -> tuple[str, bool]:
    """Return the path of a view's prefetch, and whether it decides what the relation at the end of it shows."""
    if isinstance(lookup, str):
        return lookup, False
    return lookup.prefetch_through, lookup.queryset is not None and lookup.prefetch_to == lookup.prefetch_through


def _prefixes(lookup: Lookup, prefix: str = "") -> Iterator[str]:
    """Return the paths of the relations that a view's prefetch loads, with those inside of it."""
    path = prefix + (lookup if isinstance(lookup, str) else lookup.prefetch_to)
    parts = path.split("__")
    yield from ("__".join(parts[: count + 1]) for count in range(len(parts)))
    inner: AnyQuerySet = None if isinstance(lookup, str) else lookup.queryset
    if inner is not None:
        for each in inner._prefetch_related_lookups:
            yield from _prefixes(each, f"{path}__")
