"""
Keep the statement that finds the rows of one key. Django takes several times as long to write its WHERE as a database
takes to run it, and a view that has written an object reads it back so.

It is kept for a queryset without conditions, where the key is all that a statement has of a request, and only if the
text around the WHERE is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class ByKey:
    """The rows of a queryset whose field has a key, and where their statement is kept."""

    kept: dict[Any, tuple[str, Kept]]
    place: Any
    queryset: AnyQuerySet
    field: AnyField
    key: Any

    @classmethod
    def of(cls, kept: dict[Any, Any], queryset: AnyQuerySet, only: Any, paths: tuple[str, ...]) -> "ByKey | None":
        """Return the rows of the key of `only`; None if it has several, or the queryset has conditions."""
        query = queryset.query
        if len(only.keys) != 1 or query.where or query.is_sliced:
            return None
        around = shape(query, connections[queryset.db])
        place = only.lookup, paths, around
        return None if around is None else cls(kept, place, queryset, only.field, only.keys[0])

    def fetch(self) -> tuple[Rows, Mapping[int, Any]] | None:
        """Return the rows, and the converters of their columns; None if no statement is kept."""
        sql, kept = self.kept.get(self.place, ("", None))
        if kept is None or not kept.is_current():
            return None
        connection: Any = connections[self.queryset.db]
        with connection.cursor() as cursor:
            cursor.execute(sql, (self.field.get_db_prep_value(self.key, connection),))
            rows = list(cursor.fetchall())
        select, count, *_ = kept.selected
        compiler: AnyCompiler = self.queryset.query.get_compiler(connection.alias)
        return rows, compiler.get_converters([column for column, *_ in select[:count]])

    def learn(self, compiler: AnyCompiler) -> None:
        """Keep the statement of a compiler if the key is its only parameter, and Django has written the rest."""
        kept: Kept | None = getattr(compiler, "kept", None)
        [*_, lookup] = compiler.query.where.children
        if kept is None or type(lookup) not in (In, RelatedIn) or type(lookup.lhs) is not Col:
            return
        sql, parameters = compiler.as_sql()
        parameter = self.field.get_db_prep_value(self.key, compiler.connection)
        is_alone = [(type(each), each) for each in parameters] == [(type(parameter), parameter)]
        if is_alone and is_fixed_column(lookup.lhs.target):
            if len(self.kept) >= _MAX_KEPT:
                self.kept.clear()
            self.kept[self.place] = sql, kept
