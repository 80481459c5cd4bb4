"""
Keep the SQL before and after the WHERE of a query, as Django takes longer to write it than a database to run it.

The WHERE, LIMIT and OFFSET are never kept: Django compiles them for each query. So what decides whose rows are sent
never comes from here. What is kept is sound, because

1. each attribute of a query is in the key of its text, or has the value that it has in a new query, or is read by the
   WHERE, by LIMIT or by the making of another query alone; a query with an attribute that is not named here is
   written by Django as ever;
2. what is kept has no parameters, so it holds no value of a request;
3. only Django's own code writes it, from names of columns and tables that are fixed. Names of tables are compared
   each time, as some programs change them;
4. a text is kept only if, put together with the WHERE of the query that is there, it is what Django wrote.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from inspect import isfunction
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import django
from django.core.exceptions import EmptyResultSet, FieldDoesNotExist, FullResultSet
from django.db import connections
from django.db.models import Field, Model, QuerySet
from django.db.models.expressions import Col, OrderBy, Ref
from django.db.models.fields.related import ForeignKey, ForeignObject
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.db.models.query import ModelIterable
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import BaseTable, Join
from django.db.models.sql.where import ExtraWhere, WhereNode

from django_extras.projection.bounded import BoundedDict
from django_extras.projection.names import AnyField, AnyQuery, AnyQuerySet

if TYPE_CHECKING:
    _ModelIterable = ModelIterable[Any]
else:
    _ModelIterable = ModelIterable  # generic in the stubs alone

# The stubs leave out most of what compilers have.
AnyCompiler = Any
#: A statement and its parameters.
Statement = tuple[str, tuple[Any, ...]]
#: Makes of a queryset the query of the columns to select.
Select = Callable[[AnyQuerySet], AnyQuery]
#: The paths to columns.
Paths = tuple[str, ...]

#: These attributes of a query may have any value: only the WHERE, the LIMIT or the making of other queries reads them.
_FREE = (
    "where low_mark high_mark used_aliases filter_is_sticky subq_aliases base_table _lookup_joins contains_subquery"
    # Without annotations and extra columns there is nothing to mask.
    " annotation_select_mask _annotation_select_cache extra_select_mask _extra_select_cache"
    # values_list() resets these. The key of instances has the first two; the third counts if all relations are joined.
    " deferred_loading select_related max_depth"
)
#: These too, as the key of a text has them.
_KEYED = "model alias_map alias_refcount table_map order_by default_ordering standard_ordering"
#: These must have the value of a new query.
_NEUTRAL = (
    "select group_by distinct distinct_fields values_select selected combinator combinator_all combined_queries"
    " extra_tables extra_order_by explain_info alias_prefix subquery default_cols select_for_update"
    " select_for_update_nowait select_for_update_skip_locked select_for_update_of select_for_no_key_update"
)
_ANY = dict.fromkeys([*_FREE.split(), *_KEYED.split()])
_NEW: dict[str, Any] = {
    **_ANY,
    **{name: getattr(Query, name) for name in _NEUTRAL.split()},
    "alias_cols": True,
    **{name: {} for name in ("external_aliases", "annotations", "extra", "_filtered_relations")},
}
#: Stands where the WHERE will be. No name in SQL may have it.
_MARK = "\0"
_DJANGO = str(Path(django.__file__).parent)
_RESTRICTIONS = (ForeignObject.get_extra_restriction, ForeignObjectRel.get_extra_restriction)


class SqlTexts:
    """
    The texts for the queries of one plan or model, by their shapes.

    A text is kept when its shape comes the second time.
    """

    def __init__(self) -> None:
        #: By shape: its text, "once" if it came once, "always" if Django must always write it.
        self._known: BoundedDict[Any, SqlText | Literal["once", "always"]] = BoundedDict()

    def compiler(self, queryset: AnyQuerySet, select: Select, paths: Paths | None) -> AnyCompiler:
        """Return a compiler for what `select` makes of a queryset: columns at some paths, or those of instances."""
        connection: Any = connections[queryset.db]
        around = (_shape_of_instances if paths is None else shape)(queryset.query, connection)
        key = paths, around
        known = self._known.get(key)
        if isinstance(known, SqlText) and known.is_current():
            return known.lend(queryset.query.get_compiler(connection.alias))
        compiler: AnyCompiler = select(queryset).get_compiler(connection.alias)
        if known is None and around is not None:
            self._known[key] = "once"
        elif known is not None and known != "always":
            compiler.as_sql = partial(self._learn, key, queryset, select, compiler)
        return compiler

    def _learn(self, key: Any, queryset: AnyQuerySet, select: Select, compiler: AnyCompiler) -> Statement:
        """Return the statement that Django writes, and keep its text."""
        # What is run now is Django's, as a WHERE may have what can be read once.
        statement: Statement = type(compiler).as_sql(compiler)
        self._known[key] = _keep(queryset, select, compiler, statement) or "always"
        return statement


def _shape_of_instances(query: AnyQuery, connection: Any) -> tuple[Any, ...] | None:
    """Return the shape of a query, which here says which columns are selected, too."""
    around = None if query.select_related is True else shape(query, connection)
    deferred, is_deferred = query.deferred_loading
    return around and (*around, _frozen(query.select_related or {}), frozenset(deferred), is_deferred)


def shape(query: AnyQuery, connection: Any) -> tuple[Any, ...] | None:
    """Return all that the text around a WHERE depends on beside paths, or None if more may matter."""
    where = query.where
    if type(query) is not Query or type(where) is not WhereNode:
        return None
    if {**_NEW, **query.__dict__, **_ANY} != _NEW:
        return None
    ordering = _ordering(query)
    # An expression may differ from itself.
    if where.contains_aggregate or where.contains_over_clause or not {str}.issuperset(map(type, ordering)):
        return None
    tables = [(table, *aliases) for table, aliases in query.table_map.items()]
    joins = []
    for alias, join in query.alias_map.items():
        how: tuple[Any, ...] = ()
        if type(join) is Join and join.filtered_relation is None:
            how = join.parent_alias, join.join_type, join.nullable, id(join.join_field)
        elif type(join) is not BaseTable:
            return None
        joins.append((alias, join.table_name, join.table_alias, query.alias_refcount[alias], *how))
    around = query.model, connection.alias, type(connection), ordering, query.standard_ordering
    return *around, tuple(joins), tuple(tables)


def _ordering(query: AnyQuery) -> tuple[Any, ...]:
    return tuple(query.order_by or (query.model._meta.ordering if query.default_ordering else ()))


def _frozen(names: Any) -> tuple[Any, ...]:
    return tuple((name, _frozen(inner)) for name, inner in names.items())


class SqlText(NamedTuple):
    """The text before and after the WHERE, and what a compiler must know of it."""

    head: str
    tail: str
    #: select, col_count, klass_info and annotation_col_map of the compiler that wrote the text.
    selected: tuple[Any, ...]
    #: The options of each model that takes part, with the table that it had.
    tables: list[tuple[Any, str]]
    #: The fields of the joins. The key has their ids, which no other field gets while they are here.
    fields: list[Any]

    def is_current(self) -> bool:
        """Tell whether all tables have the names that they had."""
        return all(options.db_table == table for options, table in self.tables)

    def lend(self, compiler: AnyCompiler, as_sql: Callable[[], Statement] | None = None) -> AnyCompiler:
        """Have a compiler of a query of this shape use the text, or a statement made of it, and return it."""
        compiler.as_sql = as_sql or partial(self.statement, compiler)
        compiler.select, compiler.col_count, compiler.klass_info, compiler.annotation_col_map = self.selected
        compiler.has_extra_select, compiler.kept = False, self
        return compiler

    def statement(self, compiler: AnyCompiler) -> Statement:
        """Return the statement of the query of a compiler. Raise EmptyResultSet as Django does."""
        query = compiler.query
        try:
            where, parameters = compiler.compile(query.where)
        except FullResultSet:
            where, parameters = "", ()
        text = f"{self.head} WHERE {where}{self.tail}" if where else self.head + self.tail
        if query.is_sliced:
            text = f"{text} {compiler.connection.ops.limit_offset_sql(query.low_mark, query.high_mark)}"
        return text, tuple(parameters)


def _keep(queryset: AnyQuerySet, select: Select, compiler: AnyCompiler, statement: Statement) -> SqlText | None:
    """Return the text around the WHERE of a statement, or None if Django does not put it together so."""
    kinds = (type(compiler), type(compiler.connection.ops), Query, Col, OrderBy, Ref, Join, BaseTable)
    if type(compiler).as_sql is not SQLCompiler.as_sql or not all(map(_is_djangos, kinds)):
        return None
    if not all(_is_sortable(queryset.model, name.removeprefix("-")) for name in _ordering(queryset.query)):
        return None
    bare = queryset._chain()
    mark: Any = ExtraWhere([_MARK], ())
    bare.query.where = WhereNode([mark])
    bare.query.clear_limits()
    query = select(bare)
    header: AnyCompiler = query.get_compiler(compiler.using)
    text, parameters = header.as_sql()
    head, where, tail = text.partition(f" WHERE ({_MARK})")
    columns = [column for column, *_ in header.select[: header.col_count]]
    joins: list[Any] = [join for join in query.alias_map.values() if type(join) is Join]
    is_fixed = (
        not parameters
        and where != ""
        and _MARK not in head + tail
        and all(
            type(each) is Col and is_fixed_column(each.target) and is_fixed_column(each.output_field)
            for each in columns
        )
        and all(is_fixed_column(field) for join in joins for pair in join.join_fields or [(None,)] for field in pair)
        and all(_is_one_of(type(join.join_field).get_extra_restriction, *_RESTRICTIONS) for join in joins)
    )
    if not is_fixed:
        return None
    selected = header.select, header.col_count, header.klass_info, header.annotation_col_map
    ends = ((join.join_field.model, join.join_field.related_model) for join in joins)
    models: set[Any] = {queryset.model}.union(*ends)
    models |= {parent for model in models for parent in (model._meta.concrete_model, *model._meta.get_parent_list())}
    tables = [(model._meta, model._meta.db_table) for model in models]
    kept = SqlText(head, tail, selected, tables, [join.join_field for join in joins])
    try:
        is_djangos = kept.statement(queryset.query.get_compiler(compiler.using)) == statement
    except EmptyResultSet:
        # Something in the WHERE could be read only once.
        return None
    return kept if is_djangos else None


def _is_sortable(model: Any, name: str) -> bool:
    """Tell whether a name or path leads, over foreign keys, to a column: then models alone say what it means."""
    *relations, last = name.split("__")
    try:
        for relation in relations:
            field = model._meta.get_field(relation)
            if not (field.concrete and (field.many_to_one or field.one_to_one) and field.related_model):
                return False
            model = field.related_model
        field = model._meta.pk if last == "pk" else model._meta.get_field(last)
    except FieldDoesNotExist:
        return False
    # A relation brings in the ordering of its model.
    return bool(field.concrete) and not field.is_relation and is_fixed_column(field)


def is_fixed_column(field: AnyField) -> bool:
    """Tell whether the text of a column never changes."""
    return (
        field is not None
        and _is_one_of(type(field).get_col, Field.get_col, ForeignKey.get_col)
        and _is_one_of(type(field).select_format, Field.select_format)
        and type(vars(field).get("column")) is str
    )


def _is_djangos(kind: type) -> bool:
    """Tell whether all that a class does is Django's own, neither overridden nor patched."""
    functions = [each for part in kind.__mro__ for each in vars(part).values() if isfunction(each)]
    return all(map(_is_of_django, functions))


def _is_one_of(function: Any, *known: Any) -> bool:
    return function in known and _is_of_django(function)


def _is_of_django(function: Any) -> bool:
    return bool(function.__code__.co_filename.startswith(_DJANGO))


#: The texts for instances of each model.
INSTANCES: defaultdict[type[Model], SqlTexts] = defaultdict(SqlTexts)


class KeptIterable(_ModelIterable):
    """Yield instances by SQL that is kept."""

    def __iter__(self) -> Iterator[Any]:
        """Yield what ModelIterable does."""
        compiler = INSTANCES[self.queryset.model].compiler(self.queryset, attrgetter("query"), None)
        self.queryset: Any = WithCompiler(self.queryset, compiler)
        return super().__iter__()


def by_kept_sql(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Have a queryset that nobody else has yield its instances by SQL that is kept, and return it."""
    found: AnyQuerySet = queryset
    if found._iterable_class is ModelIterable:
        found._iterable_class = KeptIterable
    return queryset


class WithCompiler:
    """A queryset whose query has a compiler already."""

    def __init__(self, queryset: AnyQuerySet, compiler: AnyCompiler) -> None:
        self._queryset, self._compiler = queryset, compiler
        self.query = self

    def get_compiler(self, using: str) -> AnyCompiler:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queryset, name)
