"""
Find the rows of one key by a statement that is kept: Django takes longer to write it than a database to run it.

A statement is kept for a queryset without conditions. The key is its only parameter, so it holds nothing of a request.
It is not kept if other code than Django's writes a part of it, as that part may differ from request to request.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import isfunction
from pathlib import Path
from typing import Any, NamedTuple

import django
from django.db import connections
from django.db.models import Field
from django.db.models.expressions import Col
from django.db.models.fields.related import ForeignKey, ForeignObject
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.db.models.sql import Query
from django.db.models.sql.datastructures import Join

from django_extras.projection.names import AnyField, AnyQuerySet

# The stubs leave out most of what compilers have.
AnyCompiler = Any
Rows = list[tuple[Any, ...]]

_DJANGO = str(Path(django.__file__).parent)
_PLAIN_COLUMNS = {Field.get_col, ForeignKey.get_col}
_PLAIN_JOINS = {ForeignObject.get_extra_restriction, ForeignObjectRel.get_extra_restriction}


class Statement(NamedTuple):
    """A statement, the columns that it selects, and what its text was made of."""

    sql: str
    columns: list[Any]
    query: Query
    #: The options of each model that takes part, with the table and the ordering that they had.
    parts: list[tuple[Any, str, Any]]

    def is_current(self) -> bool:
        """Tell whether all tables and orderings are what they were, which some programs change."""
        return all(options.db_table == table and options.ordering == order for options, table, order in self.parts)

    def run(self, connection: Any, parameter: Any) -> tuple[Rows, Mapping[int, Any]]:
        """Return the rows, and the converters of their columns."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, (parameter,))
            rows = cursor.fetchall()
        compiler: AnyCompiler = self.query.get_compiler(connection=connection)
        return list(rows), compiler.get_converters(self.columns)


class Statements:
    """The statements of a plan: one for each database."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, type], Statement | None] = {}

    def run(
        self,
        queryset: AnyQuerySet,
        lookup: str,
        field: AnyField,
        key: Any,
        compiler_of: Callable[[AnyQuerySet], AnyCompiler],
    ) -> tuple[Rows, Mapping[int, Any]] | None:
        """
        Return what ``queryset.filter(lookup=[key])`` has, or None if no statement is kept for such a queryset.

        `field` is the one whose value the key is. `compiler_of` returns the compiler of a queryset.
        """
        if not _is_plain(queryset):
            return None
        connection: Any = connections[queryset.db]
        parameter = field.get_db_prep_value(key, connection, prepared=False)
        place = queryset.db, type(connection)
        if place not in self._kept:
            self._kept[place] = _keep(compiler_of(queryset.filter(**{lookup: [key]})), parameter)
        statement = self._kept[place]
        return statement.run(connection, parameter) if statement is not None and statement.is_current() else None


def _is_plain(queryset: AnyQuerySet) -> bool:
    """Tell whether a queryset has all rows of its model, in the order of the model."""
    query, fresh = queryset.query, Query(queryset.model)
    return type(query) is Query and all(getattr(fresh, name, query) == value for name, value in vars(query).items())


def _keep(compiler: AnyCompiler, parameter: Any) -> Statement | None:
    """Return the statement of a compiler, or None if it has more to it than the parameter and fixed text."""
    sql, parameters = compiler.as_sql()
    query = compiler.query
    columns = [column[0] for column in compiler.select[: compiler.col_count]]
    joins: list[Any] = [join for join in query.alias_map.values() if isinstance(join, Join)]
    is_fixed = (
        [(type(each), each) for each in parameters] == [(type(parameter), parameter)]
        and _is_djangos(type(compiler))
        and all(map(_is_fixed, _expressions(compiler, columns)))
        and all(map(_is_fixed_column, (field for join in joins for pair in join.join_fields for field in pair)))
        and all(type(join.join_field).get_extra_restriction in _PLAIN_JOINS for join in joins)
    )
    if not is_fixed:
        return None
    models = {
        query.model,
        *(model for join in joins for model in (join.join_field.model, join.join_field.related_model)),
    }
    models |= {parent for model in models for parent in (model._meta.concrete_model, *model._meta.get_parent_list())}
    parts = [(model._meta, model._meta.db_table, model._meta.ordering) for model in models]
    return Statement(sql, columns, Query(query.model), parts)


def _expressions(compiler: AnyCompiler, columns: Sequence[Any]) -> Iterator[Any]:
    """Yield all that is selected, compared and ordered by."""
    yield from columns
    for lookup in compiler.query.where.children:
        yield from (lookup, lookup.lhs)
    for order, _ in compiler.get_order_by():
        yield from order.flatten()


def _is_fixed(expression: Any) -> bool:
    """Tell whether the text of an expression never changes."""
    if isinstance(expression, Col):
        return _is_fixed_column(expression.target) and _is_fixed_column(expression.output_field)
    return _is_djangos(type(expression))


def _is_fixed_column(field: AnyField) -> bool:
    return (
        type(field).get_col in _PLAIN_COLUMNS
        and type(field).select_format is Field.select_format
        and type(vars(field).get("column")) is str
    )


def _is_djangos(kind: type) -> bool:
    """Tell whether all that a class does is Django's own, neither overridden nor patched."""
    functions = [each for part in kind.__mro__ for each in vars(part).values() if isfunction(each)]
    return all(each.__code__.co_filename.startswith(_DJANGO) for each in functions)
