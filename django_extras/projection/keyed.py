"""
Find the rows of some keys.

Django takes several times as long to write the WHERE of a key as a database takes to run it, and a view that has
written an object reads it back so. So the whole statement for one key is kept, for a queryset without conditions,
where the key is all that a statement has of a request, and only if the text around the WHERE is kept.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import Model
from django.db.models.expressions import Col
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In
from django.db.models.query import ModelIterable

from django_extras.projection.bounded import BoundedDict
from django_extras.projection.kept import (
    INSTANCES,
    AnyCompiler,
    Paths,
    Select,
    SqlText,
    SqlTexts,
    WithCompiler,
    is_fixed_column,
    shape,
)
from django_extras.projection.names import AnyField, AnyQuerySet


class ByKeys(NamedTuple):
    """Which rows of a queryset to find: those with one of some keys, found by a lookup. A field has such keys."""

    lookup: str
    field: AnyField
    keys: Sequence[Any]

    def of(self, queryset: AnyQuerySet) -> AnyQuerySet:
        """Return these rows. Django's filter() would look at each key for longer than the query takes."""
        some = queryset.filter(**{self.lookup: self.keys[:1]})
        children = some.query.where.children
        keys = list(map(self.field.get_prep_value, self.keys))
        if type(children[-1]) not in (In, RelatedIn) or children[-1].rhs != keys[:1]:
            return queryset.filter(**{self.lookup: self.keys})
        children[-1].rhs = keys
        return some


def related_objects(instance: Any, field: AnyField) -> list[Any]:  # of a ManyToManyField, which has no other key
    """Return the objects that are related to an instance, as ``all()`` of Django's manager does."""
    model: Any = field.related_model
    queryset = model._default_manager.using(instance._state.db)
    only = ByKeys(f"{field.related_query_name()}__in", instance._meta.pk, [instance.pk])
    statements = _OF_INSTANCES.setdefault(model, KeyStatements(INSTANCES[model]))
    compiler = statements.compiler(queryset, only, attrgetter("query"), None)
    lent: Any = WithCompiler(queryset, compiler)
    return list(ModelIterable(lent))


class KeyStatements:
    """The statements by which the queries of one plan find the rows of one key."""

    def __init__(self, texts: SqlTexts) -> None:
        self._texts = texts
        self._kept: BoundedDict[Any, tuple[str, SqlText]] = BoundedDict()

    def compiler(self, queryset: AnyQuerySet, only: ByKeys, select: Select, paths: Paths | None) -> AnyCompiler:
        """Return a compiler for the row of one key: the columns at some paths, or those of an instance."""
        query, connection = queryset.query, connections[queryset.db]
        is_bare = not query.where and not query.is_sliced
        around = shape(query, connection) if is_bare else None
        place = only.lookup, paths, around
        parameter = only.field.get_db_prep_value(only.keys[0], connection)
        sql, kept = self._kept.get(place, ("", None))
        if kept is not None and kept.is_current():
            return kept.lend(query.get_compiler(connection.alias), lambda: (sql, (parameter,)))
        compiler = self._texts.compiler(only.of(queryset), select, paths)
        if around is not None and hasattr(compiler, "kept"):
            self._learn(place, compiler, parameter)
        return compiler

    def _learn(self, place: Any, compiler: AnyCompiler, parameter: Any) -> None:
        """Keep the statement of a compiler, if the key is its only parameter, and Django has written the rest."""
        [*_, lookup] = compiler.query.where.children
        if type(lookup) in (In, RelatedIn) and type(lookup.lhs) is Col:
            sql, parameters = compiler.as_sql()
            is_alone = [(type(each), each) for each in parameters] == [(type(parameter), parameter)]
            if is_alone and is_fixed_column(lookup.lhs.target):
                self._kept[place] = sql, compiler.kept


#: The statements for instances of each model.
_OF_INSTANCES: dict[type[Model], KeyStatements] = {}
