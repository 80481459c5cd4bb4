"""
Keep the statement that finds the rows of one key. Django takes several times as long to write its WHERE as a database
takes to run it, and a view that has written an object reads it back so.

It is kept for a queryset without conditions, where the key is all that a statement has of a request, and only if the
text around the WHERE is kept.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connections
from django.db.models.expressions import Col
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

from django_extras.projection.kept import AnyCompiler, Kept, is_fixed_column, shape
from django_extras.projection.names import AnyField, AnyQuerySet

Rows = list[tuple[Any, ...]]

#: More shapes than this are made up per request.
_MAX_KEPT = 100


class KeyStatements:
    """The statements of one plan."""

    def __init__(self) -> None:
        self._kept: dict[Any, tuple[str, Kept]] = {}

    def place(self, queryset: AnyQuerySet, what: Any) -> Any:
        """Return where the statement of `what` is kept, or None for a queryset that has conditions."""
        query = queryset.query
        around = None if query.where or query.is_sliced else shape(query, connections[queryset.db])
        return None if around is None else (what, around)

    def run(
        self, place: Any, queryset: AnyQuerySet, field: AnyField, key: Any
    ) -> tuple[Rows, Mapping[int, Any]] | None:
        """Return the rows whose field has a key, with the converters of their columns; None without a statement."""
        sql, kept = self._kept.get(place, ("", None))
        if kept is None or not kept.is_current():
            return None
        connection: Any = connections[queryset.db]
        with connection.cursor() as cursor:
            cursor.execute(sql, (field.get_db_prep_value(key, connection),))
            rows = list(cursor.fetchall())
        select, count, *_ = kept.selected
        converters: Mapping[int, Any] = queryset.query.get_compiler(connection.alias).get_converters(
            [column for column, *_ in select[:count]]
        )
        return rows, converters

    def learn(self, place: Any, compiler: AnyCompiler, field: AnyField, key: Any) -> None:
        """Keep the statement of a compiler if the key is its only parameter, and Django has written the rest."""
        kept: Kept | None = getattr(compiler, "kept", None)
        [*_, lookup] = compiler.query.where.children
        if kept is None or type(lookup) not in (In, RelatedIn) or type(lookup.lhs) is not Col:
            return
        sql, parameters = compiler.as_sql()
        parameter = field.get_db_prep_value(key, compiler.connection)
        if is_fixed_column(lookup.lhs.target) and [(type(each), each) for each in parameters] == [
            (type(parameter), parameter)
        ]:
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            self._kept[place] = sql, kept
