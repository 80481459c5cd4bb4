"""
Compile a list of fields, once per class of views, and write objects as rows of it, once per request.

1. The list becomes nodes: tree. Once per list.
2. The names of the nodes become columns, relations and attributes of the model: steps, names. Once per model.
3. If each of them can be written from the columns of a query alone, this is done: flat has a plan of the columns and
   rows, kept and keyed have the SQL, columns makes of values what JSON holds.
4. If not, instances are loaded with all that they need, and written: queries, relations, instances.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any
from weakref import WeakKeyDictionary

from django.db.models import Model, Prefetch, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.manager import BaseManager

from django_extras.projection.bounded import BoundedDict
from django_extras.projection.columns import Simplify
from django_extras.projection.flat import FlatPlan, NotFlatError
from django_extras.projection.instances import InstanceWriter
from django_extras.projection.kept import by_kept_sql
from django_extras.projection.names import AnyQuerySet, Column, Name, ToOne, find
from django_extras.projection.queries import Needs, is_preparable, yields_models
from django_extras.projection.sensitive import Allowed, allowed_names
from django_extras.projection.steps import Steps, Walker
from django_extras.projection.terms import TERM, Key
from django_extras.projection.tree import Nodes, outline, parse

_kept: "WeakKeyDictionary[type, BoundedDict[Any, Projector]]" = WeakKeyDictionary()


def projector_of(view: type, fields: Any, allow_sensitive: Allowed, simplify: Simplify | None) -> "Projector":
    """
    Return the compiled ``json_fields`` of a class. Once per request.

    The class keeps it by what the list says, as lists may differ from request to request.
    """
    owner = f"{view.__name__}.json_fields"
    kept = _kept.setdefault(view, BoundedDict())
    key = outline(fields, owner), allowed_names(owner, allow_sensitive), simplify
    projector = kept.get(key)
    if projector is None:
        projector = kept[key] = Projector(fields, owner, allow_sensitive, simplify)
    return projector


class Projector:
    """
    Write objects as rows that hold the fields of a list.

    `owner` names the list in errors, such as ``"BookList.json_fields"``. `allow_sensitive` is True or the names of the
    sensitive fields that may be sent. `simplify` makes of a value what Django's encoder writes; without it values stay
    as Python has them, for another encoder. Raise ImproperlyConfigured if the list has a fault or a name that is not
    there.
    """

    def __init__(
        self, fields: Any, owner: str, allow_sensitive: Allowed = False, simplify: Simplify | None = None
    ) -> None:
        self.owner = owner
        self.simplify = simplify
        self.nodes: Nodes = parse(fields, owner, allow_sensitive)
        #: What the list says, as text.
        self.text: str = repr(outline(fields, owner))
        self._walker = Walker(owner, allow_sensitive)
        #: By what the queryset adds to the model.
        self._ways: WeakKeyDictionary[type[Model], dict[frozenset[tuple[str, str]], Way]] = WeakKeyDictionary()
        self._names = frozenset(_names(self.nodes))

    @cached_property
    def _writer(self) -> InstanceWriter:
        return InstanceWriter(self._walker, self.nodes, self.simplify)

    def rows(self, objects: Iterable[Any]) -> list[dict[str, Any]]:
        """Return a row for each object of a queryset or of any iterable of instances, dicts or other objects."""
        return self.rows_and_keys(objects)[0]

    def rows_and_keys(self, objects: Any, names: Sequence[str] = ()) -> tuple[list[Any], list[Key]]:
        """Return the rows of objects, and beside each row its key: what its queryset annotates under some names."""
        if isinstance(objects, BaseManager):
            objects = objects.all()
        way = self._way(objects) if is_preparable(objects) else None
        if way is not None and way.plan is not None and way.plan.is_exact(objects):
            return way.plan.rows(objects, self.simplify, names)
        objects = self._loaded(objects, way)
        return self._writer.rows(objects), [_key(each, names) for each in objects] if names else []

    def _loaded(self, objects: Any, way: "Way | None") -> Any:
        """Return objects with what their rows need."""
        if way is None:
            is_values = isinstance(objects, QuerySet) and not yields_models(objects)
            return self._writer.load(objects if is_values else list(objects))
        objects = way.needs.apply(objects)
        if way.needs.has_later():
            way.needs.load(objects)
        return objects

    def row_of(self, queryset: QuerySet[Any], pk: Any) -> list[dict[str, Any]]:
        """Return the row of a queryset that has a primary key, as a list of at most one."""
        way = self._way(queryset)
        if way.plan is not None and way.plan.is_exact(queryset):
            return way.plan.row(queryset, pk, self.simplify)
        return self.rows(queryset.filter(pk=pk))[:1]

    def row(self, subject: Any) -> dict[str, Any]:
        """Return the row of one object."""
        return self.rows([subject])[0]

    def prepare(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """
        Return a queryset that loads all that its rows need, and the other columns too.

        Raise ImproperlyConfigured for a name that is not there.
        """
        prepared = self._way(queryset).needs.apply(queryset, keep_columns=True)
        return by_kept_sql(queryset.all() if prepared is queryset else prepared)

    def check(self, model: type[Model]) -> None:
        """Raise ImproperlyConfigured for a name that is not there, or that sends a secret."""
        self._walker.walk(model, self.nodes, {})

    def has_columns_alone(self, model: type[Model]) -> bool:
        """Tell whether all values are columns of the row itself, so that rows that are equal have equal values."""
        return all(
            node.has_row and node.fields is None and _is_own_column(find(model, node.path[0])) for node in self.nodes
        )

    def _way(self, queryset: QuerySet[Any]) -> "Way":
        """Return the ways to get rows of a queryset. Once per model and list of names that queries add to it."""
        ways = self._ways.setdefault(queryset.model, {})
        added = added_names(queryset)
        key = frozenset((prefix, name) for prefix, names in added.items() for name in names if name in self._names)
        way = ways.get(key)
        if way is None or key:
            # What a query computes under a name may be another thing in each request.
            steps = self._walker.walk(queryset.model, self.nodes, added)
            way = ways[key] = way or Way(queryset.model, steps)
        return way


class Way:
    """The ways to get rows of a model: the flat plan, if there is one, and what to load for instances."""

    def __init__(self, model: type[Model], steps: Steps) -> None:
        self.plan: FlatPlan | None
        try:
            self.plan = FlatPlan(model)
            self.plan.add(steps)
        except NotFlatError:
            self.plan = None
        self._needs_of = partial(Needs.of, model, steps)

    @cached_property
    def needs(self) -> Needs:
        """What instances need. Most lists are written without them."""
        return self._needs_of()


def _key(subject: Any, names: Sequence[str]) -> Key:
    read = subject.__getitem__ if isinstance(subject, Mapping) else partial(getattr, subject)
    return [read(name) for name in names]


def _is_own_column(found: Name | None) -> bool:
    """Tell whether a name gives a column as it is stored. A file's URL may differ each time."""
    return found.is_stored if isinstance(found, Column) else isinstance(found, ToOne) and found.key is not None


def _names(nodes: Nodes) -> Iterator[str]:
    """Return the names by which nodes may mean what a query adds: the first name of each and all of them in one."""
    for node in nodes:
        yield from (node.path[0], node.name)
        yield from _names(node.below or ())


def added_names(queryset: AnyQuerySet, prefix: str = "") -> dict[str, dict[str, Any]]:
    """Return the names that a queryset and its prefetches put on instances, as ``Walker.walk()`` takes them."""
    query = queryset.query
    named = {name: each for name, each in query.annotations.items() if not name.startswith(TERM)}
    added: dict[str, dict[str, Any]] = {prefix: named}
    added[prefix].update((name, RawSQL(*sql)) for name, sql in query.extra.items())
    for lookup in queryset._prefetch_related_lookups:
        if isinstance(lookup, Prefetch):
            _add_prefetched(added, lookup, prefix)
    return added


def _add_prefetched(added: dict[str, dict[str, Any]], lookup: Any, prefix: str) -> None:  # see queries.Lookup
    *parents, _ = lookup.prefetch_to.split("__")
    if lookup.to_attr and lookup.to_attr != lookup.prefetch_through.split("__")[-1]:
        added.setdefault(prefix + "".join(f"{name}__" for name in parents), {})[lookup.to_attr] = None
    if lookup.queryset is not None:
        for path, names in added_names(lookup.queryset, f"{prefix}{lookup.prefetch_to}__").items():
            added.setdefault(path, {}).update(names)
