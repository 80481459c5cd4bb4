"""Page by key: select the rows after a given row, or before it. A page costs the same anywhere in the list."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.models import Aggregate, F, JSONField, Q, QuerySet, Window
from django.db.models.expressions import Col, ColPairs, OrderBy, RawSQL, Ref, Value
from django.db.models.functions import Random, RowNumber
from django.db.models.lookups import Exact
from django.db.models.sql import Query
from django.db.models.sql.constants import LOUTER

from django_extras.projection import mysql
from django_extras.projection.names import AnyExpression, AnyQuery, AnyQuerySet
from django_extras.projection.sensitive import Allowed, refuse_sensitive, selected
from django_extras.projection.terms import TERM, Key, Stored, Term, after


class Keyset:
    """
    The order of a queryset, with the primary key at its end, and the keys of its rows.

    The key of a row has a value for each term of the order, as the database stores it. `owner` names the view in
    errors. `allow_sensitive` is True or the names of the secrets that a key may hold. Raise ImproperlyConfigured for
    rows and orders without such keys.
    """

    def __init__(self, queryset: QuerySet[Any], owner: str, allow_sensitive: Allowed = False) -> None:
        self.owner = owner
        self._allow_sensitive = allow_sensitive
        self._refuse_other_rows(queryset)
        self._connection: Any = connections[queryset.db]
        self._terms: list[Term] = []
        self._queryset: AnyQuerySet = queryset.order_by()
        self._query: AnyQuery = self._queryset.query
        for name, annotation in self._query.annotation_select.items():
            self._refuse_many(annotation, name)
        options = queryset.model._meta
        for item in queryset.query.order_by or (options.ordering if queryset.query.default_ordering else ()):
            self._add(item)
        #: Which values of a key are the primary key.
        self.row: list[int] = [index for field in options.pk_fields for index in self._add(field.attname)]
        self._queryset = self._queryset.alias(**{term.name: term.expression for term in self._terms})
        self._queryset = self._queryset.annotate(**{term.key: Stored(F(term.name)) for term in self._terms})
        if self._queryset._fields:
            # The rows of values_list(named=True) have these names alone.
            self._queryset._fields += tuple(term.key for term in self._terms)
        self._query = self._queryset.query
        self._has_windows = self._query.where.contains_over_clause or any(
            annotation.contains_over_clause for annotation in self._query.annotations.values()
        )
        if self._has_windows and self._query.group_by is not None:
            raise self._refusal("through window functions over groups", "Leave one of the two out of the queryset")
        if self._connection.vendor == "mysql":
            self._refuse_raw_aggregates()

    @cached_property
    def signature(self) -> str:
        """A text that differs between orders, models and databases."""
        terms = (f"{term.is_descending} {term.nulls_first} {self._shape(term.expression)}" for term in self._terms)
        return f"{self._queryset.model._meta.label}:{self._connection.vendor}:{','.join(terms)}"

    @property
    def names(self) -> list[str]:
        """The names of the annotations that have the values of a key."""
        return [term.key for term in self._terms]

    def rows(self, key: Key | None = None, *, backward: bool = False) -> QuerySet[Any]:
        """
        Return the rows after a key, in order, or the rows before it, in the opposite order.

        In place of a value, the key may have a function that returns it when the query runs.
        """
        terms = [term.reversed() for term in self._terms] if backward else self._terms
        queryset = self._queryset.order_by(*(term.order_by() for term in terms))
        return queryset if key is None else self._filter(queryset, after(terms, key))

    def present_key(self, key: Key) -> Key | None:
        """Return the key that the row of a key has now, or None if the row is no longer in the list."""
        # In order and as a range: MariaDB rounds some averages when it sorts, but not what has an equals sign.
        is_row = Q()
        for index in self.row:
            term = self._terms[index]
            is_row &= term.is_not_before(key[index]) & term.reversed().is_not_before(key[index])
        row = self._filter(self.rows(), is_row).values_list(*self.names)
        return next(map(list, row), None)

    def _filter(self, queryset: QuerySet[Any], condition: Q) -> QuerySet[Any]:
        if self._has_windows:
            # Always false. It makes Django filter in an outer query, so that window functions count all rows.
            condition |= Q(Exact(Window(RowNumber()), 0))
        return queryset.filter(condition)

    def _add(self, item: Any) -> list[int]:
        """Add the terms that Django makes of an argument of ``order_by()``. Return their numbers."""
        self._query.order_by = (item,)
        # get_order_by() would compile them too, for which some databases want to be asked first.
        orders = list(self._query.get_compiler(connection=self._connection)._order_by_pairs())
        self._query.order_by = ()
        resolved = [order.resolve_expression(self._query) for order, _ in orders]
        return [
            self._add_term(part, each, _label(item)) for each in resolved for part in _expressions(each.expression)
        ]

    def _add_term(self, expression: AnyExpression, order: OrderBy, label: str) -> int:
        self._refuse(expression, label)
        may_be_null = not isinstance(expression, Col) or self._may_be_null(expression)
        sort_key = None
        if self._connection.vendor == "mysql":
            sort_key = mysql.sort_key(expression, self._connection)
            expression = mysql.comparable(expression, self._connection)
        for index, term in enumerate(self._terms):
            if term.expression == expression:
                return index
        says_nulls = bool(order.nulls_first or order.nulls_last)
        nulls_are_largest = self._connection.features.nulls_order_largest
        nulls_first = bool(order.nulls_first) if says_nulls else nulls_are_largest == order.descending
        name = f"{TERM}{len(self._terms)}"
        self._terms.append(Term(name, expression, order.descending, nulls_first, says_nulls, may_be_null, sort_key))
        return len(self._terms) - 1

    def _may_be_null(self, column: Col) -> bool:
        field: Any = column.target
        # The null of a generated column does not tell what its expression gives.
        is_nullable = field.null or getattr(field, "generated", False)
        return is_nullable or any(join.join_type == LOUTER for join in self._joins(column))

    def _joins(self, column: AnyExpression) -> Iterator[Any]:
        """Return the joins that lead from the model to the table of a column, the last one first."""
        # The table of a subquery is not there.
        table = self._query.alias_map.get(column.alias)
        while table is not None and table.parent_alias is not None:
            yield table
            table = self._query.alias_map[table.parent_alias]

    def _shape(self, expression: AnyExpression) -> str:
        """Return what tells an expression from others. The time that it compares with does not."""
        words = [type(expression.output_field).__name__]
        for part in _parts(expression):
            words.append(type(part).__name__)
            if isinstance(part, Col):
                words += [join.join_field.name for join in self._joins(part)]
                words.append(part.target.name)
            attributes = {**vars(part), **getattr(part, "extra", {})}
            # Django keeps other truth values on an expression once it has found them out.
            words += [
                str(value)
                for name, value in attributes.items()
                if type(value) in {str, int} or name in {"descending", "distinct", "negated"}
            ]
        return " ".join(words)

    def _refuse(self, expression: AnyExpression, label: str) -> None:
        if any(isinstance(part, Random) for part in _parts(expression)):
            raise self._refusal_of_order(label, "it is random")
        for kind in type(expression.output_field).__mro__:
            if kind is JSONField or kind.__name__ == "HStoreField":
                kind_name = kind.__name__.removesuffix("Field")
                raise self._refusal_of_order(label, f"it is {kind_name}, which a cursor cannot hold")
        self._refuse_many(expression, label)
        name = label if label.isidentifier() else type(expression).__name__
        refuse_sensitive(name, f"{self.owner}.get_ordering()", self._allow_sensitive, expression)

    def _refuse_many(self, expression: AnyExpression, label: str) -> None:
        """Raise ImproperlyConfigured for a column of many objects, as there is a row for each of them then."""
        for column in _columns(expression):
            if any(getattr(join.join_field, "multiple", False) for join in self._joins(column)):
                raise self._refusal_of_order(label, "it is a column of a relation to many")

    def _refuse_raw_aggregates(self) -> None:
        expressions = [term.expression for term in self._terms]
        has_aggregates = any(each.contains_aggregate for each in expressions)
        if has_aggregates and any(isinstance(part, RawSQL) for each in expressions for part in _parts(each)):
            # The condition would be in HAVING, where MariaDB finds the columns of GROUP BY alone.
            raise self._refusal_of_order("RawSQL", "MariaDB compares no RawSQL in an order by aggregates")

    def _refuse_other_rows(self, queryset: Any) -> None:
        query = queryset.query
        is_fixed = query.is_sliced or query.combinator or query.distinct_fields or query.extra_order_by
        if is_fixed or not query.standard_ordering:
            rows = "a slice, a union, reverse(), distinct() of some fields or the order of extra()"
            raise self._refusal(f"through {rows}", "Order with order_by() alone")
        if query.distinct or query.group_by:
            self._refuse_groups(queryset)

    def _refuse_groups(self, queryset: Any) -> None:
        query, pk, names = queryset.query, queryset.model._meta.pk, queryset._fields
        is_distinct = query.distinct and names and not {"pk", pk.name, pk.attname}.intersection(names)
        groups = query.group_by if isinstance(query.group_by, tuple) else None
        if is_distinct or (groups and all(getattr(column, "target", None) is not pk for column in groups)):
            remedy = "Leave distinct() or the groups of values() out of the queryset"
            raise self._refusal("through rows that each stand for several objects", remedy)

    def _refusal_of_order(self, name: str, reason: str) -> ImproperlyConfigured:
        return self._refusal(f'in the order of "{name}": {reason}', "Order by other columns")

    def _refusal(self, what: str, remedy: str) -> ImproperlyConfigured:
        return ImproperlyConfigured(f'{self.owner} cannot page by key {what}. {remedy}, or use paginate = "page".')


def _label(item: Any) -> str:
    """Return the name of an argument of ``order_by()``, for errors."""
    if isinstance(item, str):
        return item.removeprefix("-")
    expression: Any = item.expression if isinstance(item, OrderBy) else item
    return str(getattr(expression, "name", expression))


def _expressions(expression: AnyExpression) -> list[AnyExpression]:
    """Return what an order goes by: nothing for a constant, and each column of a key of several."""
    if isinstance(expression, ColPairs):
        return list(expression.get_cols())
    if isinstance(expression, Value):
        return []
    if isinstance(expression, Ref):
        # The name of SQL that extra() selects.
        return expression.get_source_expressions()
    return [expression]


def _children(expression: AnyExpression) -> list[AnyExpression]:
    """Return what an expression is made of. Django's flatten() looks neither into conditions nor into subqueries."""
    if isinstance(expression, Query):
        return [*(source for _, source in selected(expression)), expression.where]
    return [part for part in getattr(expression, "get_source_expressions", list)() if part is not None]


def _parts(expression: AnyExpression) -> Iterator[AnyExpression]:
    """Return an expression and all that it is made of."""
    yield expression
    for part in _children(expression):
        yield from _parts(part)


def _columns(expression: AnyExpression) -> Iterator[AnyExpression]:
    """Return the columns that an expression has a value of for each row. A sum has one for all rows of a group."""
    if isinstance(expression, Col):
        yield expression
    if isinstance(expression, Aggregate):
        return
    parts = _children(expression)
    if isinstance(expression, Window):
        # Over a window, a sum is no group.
        function, *rest = parts
        parts = [*_children(function), *rest]
    for part in parts:
        yield from _columns(part)
