"""
Write rows the flat way: straight from the columns of the query, without instances.

One query for the rows and their relations to one, one more for each relation to many. A plan is made once per class,
a result per query. If one field cannot be written exactly as from instances, there is no plan.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from operator import methodcaller
from typing import Any

from django.db import connections, router
from django.db.models import Model, QuerySet
from django.db.models.fields.files import FieldFile, FileDescriptor, ImageFieldFile, ImageFileDescriptor
from django.db.models.query import ModelIterable
from django.db.models.sql import Query
from django.db.models.sql.constants import MULTI

from django_extras.projection.columns import Simplify, Values, dig, is_djangos, json_column, python_column
from django_extras.projection.kept import Paths, SqlTexts
from django_extras.projection.keyed import ByKeys, KeyStatements
from django_extras.projection.names import AnyField, AnyQuery, AnyQuerySet, Column, ToMany, ToOne, is_file
from django_extras.projection.queries import is_loaded_silently
from django_extras.projection.relations import is_joinable, own_columns, related_queryset
from django_extras.projection.sqlite import stored_column
from django_extras.projection.steps import Annotation, Step, Steps, guess
from django_extras.projection.terms import Key
from django_extras.projection.tree import Node

Names = Sequence[str]
Writer = Callable[["Result"], Values]


class NotFlatError(Exception):
    """Only instances show what a field asks for."""


@dataclass(frozen=True, slots=True)
class Many:
    """A relation to many: the plan of the related rows, and how to find them."""

    relation: ToMany
    plan: "FlatPlan"
    #: The lookup that finds the rows by the keys of their owners, and the path from a row to the key of its owner.
    lookup: str
    key: str
    #: The field of the owner that has the key, and the number of its column.
    owner: AnyField
    column: int

    def is_exact(self) -> bool:
        """Tell whether the flat way gives the same rows as the relation of an instance would."""
        related = related_queryset(self.relation)
        return (
            related is not None
            and self.plan.is_exact(related)
            and not related.query.is_sliced
            # Django would take another join to the same table for the one of the relation.
            and len(related.query.alias_map) < 2
            # A router may choose the database by the instance.
            and not router.routers
        )


class FlatPlan:
    """
    The columns to select for rows of a model, and the ways to write the rows. Made once per class.

    Raise NotFlatError if only instances show what a field asks for.
    """

    def __init__(self, model: type[Model]) -> None:
        _require_flat(model)
        self.model = model
        self.paths: list[str] = []
        self.many: list[Many] = []
        self.writers: list[Writer] = []
        self._many_numbers: dict[str, int] = {}
        #: The paths to columns of the model's own table.
        self._own: dict[str, AnyField] = {}
        self._texts = SqlTexts()
        self._by_key = KeyStatements(self._texts)

    def add(self, steps: Steps, *, has_row: bool = True) -> int:
        """Add a writer of rows of the model: of all that is shown of them, or of the only value. Return its number."""
        columns: list[Writer] = []
        self.writers.append(_writer(self._shown("", steps, has_row, columns), columns))
        return len(self.writers) - 1

    def _shown(self, prefix: str, steps: Steps, has_row: bool, columns: list[Writer]) -> str:
        """Return the Python expression of a row, or of the only value, and add the columns that it names."""
        if not has_row:
            return self._value(prefix, steps[0], columns)
        shown = (f"{step.node.key!r}: {self._value(prefix, step, columns)}" for step in steps)
        return f"{{{', '.join(shown)}}}"

    def _value(self, prefix: str, step: Step, columns: list[Writer]) -> str:
        is_leaf = step.node.below is None
        match step.what:
            case Annotation(name=name) if not prefix:
                return _named(methodcaller("json", self._select(name)), columns)
            case Column() as column:
                return _named(self._column(prefix, column, step.node.path[1:]), columns)
            case ToOne(key=str(key), model=model) if is_leaf and model is not None:
                return _named(methodcaller("json", self._select(prefix + key)), columns)
            case ToOne() as one if is_joinable(one):
                key = prefix + (one.key or f"{one.field.name}__pk")
                if is_leaf:
                    return _named(methodcaller("json", self._select(key)), columns)
                return self._related(prefix, one, step, key, columns)
            case ToMany() as many:
                return _named(self._many(prefix, many, step), columns)
        raise NotFlatError

    def _column(self, prefix: str, found: Column, rest: tuple[str, ...]) -> Writer:
        index = self._select(prefix + found.attname)
        if is_file(found) and type(found.descriptor) in _FILE_DESCRIPTORS and found.field.attr_class in _FILE_CLASSES:
            return partial(_write_urls, index, found.field)
        if not found.is_stored:
            raise NotFlatError
        if rest:
            return lambda result: [dig(value, rest) for value in result.python(index)]
        return methodcaller("json", index)

    def _related(self, prefix: str, found: ToOne, step: Step, key: str, columns: list[Writer]) -> str:
        _require_flat(found.model)
        prefix += f"{found.field.name}__"
        shown = self._shown(prefix, step.below, step.node.has_row, columns)
        if not found.field.null:
            return shown
        return f"None if {_named(methodcaller('nulls', self._select(key)), columns)} is None else {shown}"

    def _many(self, prefix: str, found: ToMany, step: Step) -> Writer:
        field, columns = found.field, own_columns(found)
        if len(columns) != 1 or (field.many_to_many and not columns[0].primary_key):
            raise NotFlatError
        # What leads back.
        other: AnyField = field.remote_field
        own = self._select(prefix + columns[0].attname)
        number = self._many_numbers.setdefault(prefix + found.accessor, len(self.many))
        if number == len(self.many):
            key = other.name if field.many_to_many else other.attname
            self.many.append(Many(found, FlatPlan(found.model), f"{other.name}__in", key, columns[0], own))
        shown, has_row = step.below, step.node.has_row
        if step.node.below is None:
            shown, has_row = guess(found.model, (Node("", ("pk",)),)), False
        writer = self.many[number].plan.add(shown, has_row=has_row)

        def write(result: Result) -> Values:
            rows = result.many[number][writer]
            # Two rows that show the same object get a list each.
            return [None if key is None else [*rows.get(key, ())] for key in result.python(own)]

        return write

    def _select(self, path: str) -> int:
        if path not in self.paths:
            self.paths.append(path)
            own: AnyField = {field.name: field for field in self.model._meta.local_concrete_fields}.get(path)
            # Django must look up relations, and keys of many columns.
            if own is not None and own.column is not None and not own.is_relation:
                self._own[path] = own
        return self.paths.index(path)

    def is_exact(self, queryset: QuerySet[Any]) -> bool:
        """Tell whether the flat way gives the same rows as instances of a queryset would."""
        return is_simple_select(queryset) and all(many.is_exact() for many in self.many)

    def rows(self, queryset: AnyQuerySet, simplify: Simplify | None, names: Names) -> tuple[list[Any], list[Key]]:
        """
        Return the rows of a queryset, and beside each row what the queryset annotates under some names.

        `simplify` makes of a value what the encoder would write.
        """
        # Where nothing is joined, rows cost hardly more than keys.
        if queryset.query.low_mark >= _FAR and len(self._own) < len(self.paths) and is_page(queryset):
            queryset = by_keys(queryset)
        result = Result(self, queryset, simplify, names)
        return list(self.writers[0](result)), list(map(list, zip(*result.beside, strict=True)))

    def row(self, queryset: QuerySet[Any], pk: Any, simplify: Simplify | None) -> list[dict[str, Any]]:
        """Return the row of a queryset that has a primary key, as a list of at most one."""
        only = ByKeys("pk__in", self.model._meta.pk, [pk])
        return list(self.writers[0](Result(self, queryset, simplify, (), only)))

    def fetch(self, queryset: AnyQuerySet, paths: Paths, only: ByKeys | None) -> tuple[list[Any], Mapping[int, Any]]:
        """Return the columns of all rows, or of some, and the converters of the columns."""
        select = partial(self.selection, paths=paths)
        if only is not None and len(only.keys) == 1:
            compiler = self._by_key.compiler(queryset, only, select, paths)
        else:
            compiler = self._texts.compiler(queryset if only is None else only.of(queryset), select, paths)
        rows = list(chain.from_iterable(compiler.execute_sql(MULTI)))
        return rows, compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])

    def selection(self, queryset: AnyQuerySet, paths: Names) -> AnyQuery:
        """Return the query of ``queryset.values_list(*paths)``, which takes longer as it looks each column up."""
        joined = [path for path in paths if path not in self._own]
        if queryset.query.annotations or len(joined) == len(paths):
            return queryset.values_list(*paths or ["pk"]).query
        query = queryset.values_list(*joined or ["pk"]).query
        alias, others = query.get_initial_alias(), iter(query.select)
        query.select = tuple(self._own[path].get_col(alias) if path in self._own else next(others) for path in paths)
        query.values_select = tuple(paths)
        query.selected = {path: index for index, path in enumerate(paths)}
        return query


def _named(write: Writer, columns: list[Writer]) -> str:
    """Add a column, and return its name in the expression of a row."""
    columns.append(write)
    return f"c{len(columns) - 1}"


def _writer(shown: str, columns: list[Writer]) -> Writer:
    """
    Return the function that writes rows by an expression, such as ``{"title": c0, "publisher": {"name": c1}}``.

    It is compiled, so that Python makes each row at once, with all that is nested in it.
    """
    names = "".join(f"c{index}, " for index in range(len(columns)))
    rows = f"{names}in zip(*columns, strict=True)" if columns else "_ in range(count)"
    make = eval(f"lambda columns, count: [{shown} for {rows}]")
    return lambda result: make([column(result) for column in columns], result.count)


def _require_flat(model: Any) -> None:  # composite keys are not in the stubs
    """Raise NotFlatError for a model whose rows only instances show."""
    if not is_loaded_silently(model) or len(model._meta.pk_fields) > 1:
        raise NotFlatError


def _write_urls(index: int, field: AnyField, result: "Result") -> Values:
    # Once per request, as the settings may give the default storage another URL.
    url = field.storage.url
    return [url(name) if name else None for name in result.python(index)]


def is_simple_select(queryset: AnyQuerySet) -> bool:
    """Tell whether a queryset selects rows of its model and does nothing else that changes them."""
    query = queryset.query
    return (
        queryset._result_cache is None
        and queryset._iterable_class is ModelIterable
        and _gives_rows_as_they_are(queryset.__class__)
        and type(query) is Query
        and not (query.distinct or query.combinator or query.extra or query.select_for_update)
        and query.group_by is None
        # Django then selects only one of two equal columns.
        and not query.where.contains_over_clause
        and not queryset._known_related_objects
        and all(isinstance(lookup, str) for lookup in queryset._prefetch_related_lookups)
    )


@lru_cache(maxsize=100)
def _gives_rows_as_they_are(kind: type[QuerySet[Any]]) -> bool:
    return all(getattr(kind, name) is getattr(QuerySet, name) for name in _OWN_METHODS)


def is_page(queryset: AnyQuerySet) -> bool:
    """Tell whether a queryset is a page of a list, whose rows are the same if they are selected by their keys."""
    query = queryset.query
    return (
        query.high_mark is not None
        and query.high_mark - query.low_mark <= _MAX_PAGE
        # A join may repeat a row, and a window function counts the rows before the page.
        and len(query.alias_map) < 2
        and all(isinstance(item, str) and "__" not in item for item in query.order_by)
        and (query.order_by or not query.default_ordering)
        and not any(annotation.contains_over_clause for annotation in query.annotations.values())
    )


def by_keys(queryset: AnyQuerySet) -> AnyQuerySet:
    """Return the rows of a page by their keys, so that the database passes over keys instead of rows."""
    keys = list(queryset.values_list("pk", flat=True))
    rows = queryset.all()
    rows.query.clear_limits()
    return rows.filter(pk__in=keys)


class Result:
    """The columns that a query gave, and the rows of the relations to many. Once per query."""

    def __init__(
        self,
        plan: FlatPlan,
        queryset: AnyQuerySet,
        simplify: Simplify | None,
        beside: Names,
        only: ByKeys | None = None,
    ) -> None:
        self.simplify = simplify
        self.connection: Any = connections[queryset.db]
        paths = (*plan.paths, *(path for path in beside if path not in plan.paths))
        rows, self._converters = plan.fetch(queryset, paths, only)
        self.count: int = len(rows)
        self._raw: list[Values] = list(zip(*rows, strict=True)) if rows else [()] * len(paths)
        self._python: dict[int, Values] = {}
        #: The columns that are not for the rows.
        self.beside: list[Values] = [self.python(paths.index(path)) for path in beside]
        self.many: list[list[dict[Any, list[Any]]]] = [self._children(many) for many in plan.many]

    def _children(self, many: Many) -> list[dict[Any, list[Any]]]:
        """Return the rows of a relation by the key of their owner, for each of its writers."""
        children: list[dict[Any, list[Any]]] = [{} for _ in many.plan.writers]
        keys = list(dict.fromkeys(key for key in self.python(many.column) if key is not None))
        queryset: AnyQuerySet = related_queryset(many.relation)
        queryset = queryset.using(queryset._db or self.connection.alias)
        for start in range(0, len(keys), _MAX_KEYS):
            only = ByKeys(many.lookup, many.owner, keys[start : start + _MAX_KEYS])
            result = Result(many.plan, queryset, self.simplify, [many.key], only)
            for written, write in zip(children, many.plan.writers, strict=True):
                for owner, row in zip(*result.beside, write(result), strict=True):
                    written.setdefault(owner, []).append(row)
        return children

    def json(self, index: int) -> Values:
        """Return a column as JSON holds it, or with the values of instances if the encoder is not Django's."""
        if self.simplify is None:
            return self.python(index)
        if self.connection.vendor == "sqlite" and (converters := self._converters.get(index)) is not None:
            texts = stored_column(self._raw[index], converters, self.connection)
            if texts is not None:
                return texts
        return json_column(self.python(index), self.simplify)

    def python(self, index: int) -> Values:
        """Return a column with the values that instances would have."""
        if index not in self._python:
            self._python[index] = python_column(self._raw[index], self._converters.get(index), self.connection)
        return self._python[index]

    def nulls(self, index: int) -> Values:
        """Return a column of which only the nulls count. Django makes null of null, and of nothing else, in a UUID."""
        functions, _ = self._converters.get(index, ((), None))
        ops = self.connection.ops
        if list(functions) == [getattr(ops, "convert_uuidfield_value", None)] and is_djangos(type(ops)):
            return self._raw[index]
        return self.python(index)


#: How many keys one query looks for. SQLite takes only so many parameters.
_MAX_KEYS = 30_000
#: From which row on a page is far in a list, and how many rows of it are worth two queries.
_FAR, _MAX_PAGE = 5000, 1000
#: A queryset class that has one of these of its own may give other rows than the database has.
_OWN_METHODS = ("__iter__", "_fetch_all", "_clone", "_chain", "_values", "values_list", "iterator", "filter", "db")
_FILE_DESCRIPTORS = {FileDescriptor, ImageFileDescriptor}
_FILE_CLASSES = {FieldFile, ImageFieldFile}
