"""Page by key: the rows after a given one, whatever rows come and go before it, at the cost of the page alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.models import (
    DateTimeField,
    DecimalField,
    F,
    Field,
    Func,
    JSONField,
    Model,
    Q,
    QuerySet,
    Window,
)
from django.db.models.expressions import Col, OrderBy
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Random, RowNumber
from django.db.models.lookups import Exact

from django_extras.projection.names import Column, ToOne, find


@dataclass(frozen=True, slots=True)
class Term:
    """One column of an order."""

    name: str
    is_descending: bool
    nulls_first: bool
    #: Whether the order says so itself, and not the database.
    says_nulls: bool
    may_be_null: bool

    def reversed(self) -> "Term":
        """Return the term of the opposite order."""
        return replace(self, is_descending=not self.is_descending, nulls_first=not self.nulls_first)

    def order_by(self) -> OrderBy:
        """Return the term as an argument of ``order_by()``."""
        place = {"nulls_first" if self.nulls_first else "nulls_last": True} if self.says_nulls else {}
        return OrderBy(F(self.name), descending=self.is_descending, **place)


class Keyset:
    """
    The order of a queryset, made total by the primary key.

    Raise ImproperlyConfigured for an order that gives no keys: a random one, one over a relation to many, or one by a
    part of JSON. `owner` names the view in errors.
    """

    def __init__(self, queryset: QuerySet[Any], owner: str) -> None:
        self.owner = owner
        query = queryset.query
        if (
            query.is_sliced
            or query.combinator
            or query.distinct_fields
            or query.extra_order_by
            or not query.standard_ordering
        ):
            raise ImproperlyConfigured(
                f"{owner} cannot page by key through a slice, a union, reverse(), distinct() of some fields or the "
                'order of extra(). Order with order_by() alone, or use paginate = "page".'
            )
        connection = connections[queryset.db]
        self._nulls_are_largest = connection.features.nulls_order_largest
        # SQLite keeps decimals as binary fractions, which Django rounds when it reads them.
        self._rounds_decimals = connection.vendor == "sqlite"
        ordering = query.order_by or (queryset.model._meta.ordering if query.default_ordering else ())
        self.queryset: QuerySet[Any] = queryset
        self.terms: list[Term] = []
        for item in (*ordering, *(F(field.name) for field in queryset.model._meta.pk_fields)):
            self._add(item)
        query = self.queryset.query
        self._has_windows = query.where.contains_over_clause or any(
            annotation.contains_over_clause for annotation in query.annotations.values()
        )
        if self._has_windows and query.group_by is not None:
            raise ImproperlyConfigured(
                f"{owner} cannot page by key through window functions over groups. Leave one of the two out of the "
                'queryset, or use paginate = "page".'
            )

    @property
    def signature(self) -> str:
        """Return a text that differs between orders, and between models."""
        terms = (f"{'-' * term.is_descending}{term.name}{self._text(term)}" for term in self.terms)
        return f"{self.queryset.model._meta.label}:{','.join(terms)}"

    @property
    def paths(self) -> list[tuple[str, ...]]:
        """Return where in a row the values of the key are."""
        annotations = self.queryset.query.annotations
        return [(term.name,) if term.name in annotations else tuple(term.name.split("__")) for term in self.terms]

    def rows(self, key: list[Any] | None = None, *, backward: bool = False) -> QuerySet[Any]:
        """Return the rows after a key, in order, or the rows before it, in the opposite order."""
        terms = [term.reversed() for term in self.terms] if backward else self.terms
        queryset = self.queryset.order_by(*(term.order_by() for term in terms))
        if key is None:
            return queryset
        condition = _after(terms, key)
        if self._has_windows:
            # Is never true, but has Django compare after the window functions, which so see the rows of all pages.
            condition |= Q(Exact(Window(RowNumber()), 0))
        return queryset.filter(condition)

    def _add(self, item: Any) -> None:
        model = self.queryset.model
        if isinstance(item, str):
            self._add_name(model, "", item.removeprefix("-").removeprefix("+"), item.startswith("-"))
            return
        order = item if isinstance(item, OrderBy) else item.asc()
        if isinstance(order.expression, F):
            name = _name_of(order.expression)
            self._add_name(model, "", name, order.descending, _nulls_first(order), by_key=True)
        else:
            name = self._annotate(order.expression)
            self._add_annotation(name, order.descending, _nulls_first(order), str(order.expression))

    def _add_annotation(self, name: str, is_descending: bool, nulls_first: bool | None, label: str) -> None:
        query = self.queryset.query
        annotation = query.annotations[name]
        if any(isinstance(part, Random) for part in _parts(annotation)):
            raise self._refusal(label, "it is random")
        if isinstance(annotation.output_field, JSONField):
            raise self._refusal(label, "it is JSON, which a cursor cannot hold")
        if name not in query.annotation_select:
            # Of alias(), or left out by values().
            name = self._annotate(F(name))
        self._append(name, is_descending, nulls_first, True, annotation)

    def _add_name(
        self,
        model: type[Model],
        prefix: str,
        name: str,
        is_descending: bool,
        nulls_first: bool | None = None,
        may_be_null: bool = False,
        *,
        by_key: bool = False,
    ) -> None:
        """
        Add the terms of a name.

        That of a relation stands for the order of the model it leads to, as in Django, or with `by_key` for its key.
        """
        if not prefix and name in self.queryset.query.annotations:
            return self._add_annotation(name, is_descending, nulls_first, name)
        first, _, rest = name.partition("__")
        found = find(model, first)
        if isinstance(found, ToOne) and found.model is not None:
            may_be_null = may_be_null or found.key is None or found.field.null
            inner, related = f"{prefix}{first}__", found.model._meta
            if rest:
                self._add_name(found.model, inner, rest, is_descending, nulls_first, may_be_null, by_key=by_key)
            elif related.ordering and not by_key:
                for item in related.ordering:
                    if not isinstance(item, str):
                        raise self._refusal(prefix + name)
                    part, flips = item.removeprefix("-"), item.startswith("-")
                    self._add_name(found.model, inner, part, is_descending ^ flips, None, may_be_null)
            elif found.key is not None:
                self._append(prefix + found.key, is_descending, nulls_first, may_be_null, found.field)
            else:
                for field in related.pk_fields:
                    self._add_name(
                        found.model, inner, field.name, is_descending, nulls_first, may_be_null, by_key=True
                    )
            return None
        if not isinstance(found, Column) or rest:
            raise self._refusal(prefix + name)
        field = found.field
        for column in field.model._meta.pk_fields if field.column is None else [field]:
            nullable = may_be_null or column.null
            self._append(f"{prefix}{column.attname}", is_descending, nulls_first, nullable, column)
        return None

    def _append(
        self, name: str, is_descending: bool, nulls_first: bool | None, may_be_null: bool, source: Any
    ) -> None:
        says_nulls = nulls_first is not None
        if nulls_first is None:
            nulls_first = self._nulls_are_largest == is_descending
        if self._is_converted(source):
            # The same, but for the field that converts it.
            name = self._annotate(Func(F(name), template="%(expressions)s", output_field=Field()))
        if all(term.name != name for term in self.terms):
            self.terms.append(Term(name, is_descending, nulls_first, says_nulls, may_be_null))

    def _annotate(self, expression: Any) -> str:
        name = f"cursor_key_{len(self.terms)}"
        self.queryset = self.queryset.annotate(**{name: expression})
        return name

    def _is_converted(self, source: Any) -> bool:
        """Tell whether the value that Django reads from a column or expression is not the one to compare with."""
        field = getattr(source, "output_field", source)
        return (
            (self._rounds_decimals and isinstance(field, DecimalField))
            # The database has local time if it is cut, and takes what it is compared with for UTC.
            or (source is not field and isinstance(field, DateTimeField))
            # It is text, and what it is compared with is read as JSON.
            or isinstance(source, KeyTextTransform)
        )

    def _text(self, term: Term) -> str:
        """Return what an annotation is made of, the same in each process."""
        annotation = self.queryset.query.annotations.get(term.name)
        if annotation is None:
            return ""
        parts = (part.target.name if isinstance(part, Col) else type(part).__name__ for part in _parts(annotation))
        return f"={' '.join(parts)}:{type(annotation.output_field).__name__}"

    def _refusal(
        self, name: str, reason: str = "it is no column of its own, of an annotation or of a relation to one"
    ) -> ImproperlyConfigured:
        return ImproperlyConfigured(
            f'{self.owner} cannot page by key in the order of "{name}": {reason}. Order by other columns, or use '
            'paginate = "page".'
        )


def _parts(expression: Any) -> Iterator[Any]:
    """Return an expression and all that it is made of. The flatten() of Django has no way into conditions."""
    yield expression
    for part in getattr(expression, "get_source_expressions", list)():
        if part is not None:
            yield from _parts(part)


def _name_of(expression: Any) -> str:
    name: str = expression.name
    return name


def _nulls_first(order: OrderBy) -> bool | None:
    return True if order.nulls_first else False if order.nulls_last else None


def _after(terms: list[Term], key: list[Any]) -> Q:
    """Return the condition that a row comes after the key."""
    condition = Q(pk__in=[])
    equal = Q()
    for term, value in zip(terms, key, strict=True):
        condition |= equal & _beyond(term, value)
        equal &= Q(**({f"{term.name}__isnull": True} if value is None else {term.name: value}))
    first, value = terms[0], key[0]
    if value is not None and (first.nulls_first or not first.may_be_null):
        # Says nothing new, but lets an index find the first row.
        condition &= Q(**{f"{first.name}__{'lte' if first.is_descending else 'gte'}": value})
    return condition


def _beyond(term: Term, value: Any) -> Q:
    if value is None:
        return Q(**{f"{term.name}__isnull": False}) if term.nulls_first else Q(pk__in=[])
    beyond = Q(**{f"{term.name}__{'lt' if term.is_descending else 'gt'}": value})
    if term.may_be_null and not term.nulls_first:
        beyond |= Q(**{f"{term.name}__isnull": True})
    return beyond
