"""The terms of an order: what the database stores of them, and which rows come after a stored value."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import F, Field, Func, Q, Subquery, Value
from django.db.models.expressions import OrderBy, Ref
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

from django_extras.projection.mysql import DOUBLE
from django_extras.projection.names import AnyExpression

Key = list[Any]

#: How the names of annotations begin that are terms of an order. They are not for lists of fields.
TERM = "cursor_term_"


if TYPE_CHECKING:
    _Field = Field[Any, Any]
else:
    _Field = Field  # generic in the stubs alone


class StoredField(_Field):
    """The field of values that stay as the driver gives and takes them."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return a value of a key for the driver."""
        return value() if callable(value) else value


class Stored(Func):
    """A value as the database stores it, in a form that loses nothing on the way through the driver and back."""

    template = "%(expressions)s"
    output_field: Any = StoredField()  # a property in the stubs

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Return text. PostgreSQL reads it as the type of what it is compared with."""
        return self.as_sql(compiler, connection, template="(%(expressions)s)::text")

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:
        """Return the value. Without the plus, which changes nothing, the driver converts by the type of a column."""
        return self.as_sql(compiler, connection, template="+(%(expressions)s)")

    def as_mysql(self, compiler: Any, connection: Any) -> Any:
        """Return text for a time, as the driver has no value for 0000-00-00, and a double for a float."""
        [source] = self.source_expressions
        kind = source.output_field.get_internal_type()
        if kind in {"DateField", "DateTimeField", "TimeField"}:
            return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS CHAR)")
        if kind == "FloatField":
            return self.as_sql(compiler, connection, template=DOUBLE)
        return self.as_sql(compiler, connection)


class Operand(Func):
    """The left side of a comparison with a stored value. No field converts that value or limits its range."""

    template = "(%(expressions)s)"
    output_field: Any = StoredField()  # a property in the stubs

    def get_group_by_cols(self) -> list[AnyExpression]:
        """Return columns alone: in HAVING, MariaDB finds no column of an expression that it groups by."""
        return [column for source in self.source_expressions for column in _grouped(source)]


def _grouped(expression: AnyExpression) -> Iterator[AnyExpression]:
    """Return the columns that an expression has in GROUP BY."""
    for part in expression.get_group_by_cols():
        sources = [] if isinstance(part, Ref | Subquery) else part.get_source_expressions()
        if not sources:
            yield part
        for source in sources:
            yield from _grouped(source)


@dataclass(frozen=True, slots=True)
class Term:
    """One column or expression of an order. `name` is that of an annotation with the expression."""

    name: str
    expression: AnyExpression
    is_descending: bool
    nulls_first: bool
    #: Whether the order says where nulls are. If not, the database decides.
    says_nulls: bool
    may_be_null: bool
    #: The template of what the database sorts by, if that is not the whole value.
    sort_key: str | None

    @property
    def key(self) -> str:
        """The name of the annotation with the stored value."""
        return f"{self.name}_key"

    def reversed(self) -> "Term":
        """Return the term of the opposite order."""
        return replace(self, is_descending=not self.is_descending, nulls_first=not self.nulls_first)

    def order_by(self) -> OrderBy:
        """Return the term as an argument of ``order_by()``."""
        place = {"nulls_first" if self.nulls_first else "nulls_last": True} if self.says_nulls else {}
        return OrderBy(self._operand if self.sort_key else F(self.name), descending=self.is_descending, **place)

    def equals(self, value: Any) -> Q:
        """Return the condition that a row has this value."""
        return Q(IsNull(self._operand, True)) if value is None else Q(Exact(self._operand, self._value(value)))

    def is_beyond(self, value: Any) -> Q:
        """Return the condition that a row comes after all rows with this value."""
        if value is None:
            return Q(IsNull(self._operand, False)) if self.nulls_first else Q(pk__in=[])
        beyond = Q((LessThan if self.is_descending else GreaterThan)(self._operand, self._value(value)))
        if self.may_be_null and not self.nulls_first:
            beyond |= Q(IsNull(self._operand, True))
        return beyond

    def is_not_before(self, value: Any) -> Q:
        """Return the condition that a row has this value or comes after, if one comparison says so."""
        if value is None or (self.may_be_null and not self.nulls_first):
            return Q()
        return Q((LessThanOrEqual if self.is_descending else GreaterThanOrEqual)(self._operand, self._value(value)))

    @property
    def _operand(self) -> Operand:
        return Operand(F(self.name), template=self.sort_key or Operand.template)

    def _value(self, value: Any) -> Any:
        if not self.sort_key:
            return value
        # This is never the column, but it has the column's collation, which the sort key depends on.
        value = Func(F(self.name), Value(value, StoredField()), template="IF(0, %(expressions)s)")
        return Operand(value, template=self.sort_key)


def after(terms: list[Term], key: Key) -> Q:
    """Return the condition that a row comes after a key."""
    condition, equal = Q(pk__in=[]), Q()
    for term, value in zip(terms, key, strict=True):
        condition |= equal & term.is_beyond(value)
        equal &= term.equals(value)
    # This says nothing new, but lets an index find the first row.
    return condition & terms[0].is_not_before(key[0])
