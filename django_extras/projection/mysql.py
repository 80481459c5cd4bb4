"""What MySQL and MariaDB sort by, where that is not what they compare."""

import re
from functools import cache
from typing import Any

from django.db import connections
from django.db.models import Field, FloatField, Func, IntegerField, Max, Min
from django.db.models.expressions import Col

from django_extras.projection.names import AnyExpression

#: MariaDB writes six digits of a float of four bytes, and four of some averages. It writes all digits of a double.
DOUBLE = "(%(expressions)s) + 0e0"

#: Texts are compared whole, but sorted by the first bytes of their weights, and binary values by their first bytes: by
#: max_sort_length bytes, which are 1024 unless somebody has set it, some of which tell a length. What is left of these
#: is sorted and compared alike.
_START = "LEFT({}, @@max_sort_length - 8)"
_TEXT_START = _START.format("WEIGHT_STRING(%(expressions)s AS CHAR(1024))")
_BINARY_START = _START.format("%(expressions)s")

_BINARY = re.compile("binary|blob")
_TEXT = re.compile("char|text|file|slug")
_ENUMS = {"enum", "set"}

#: The member of an ENUM as a number. It is sorted by that, and compared by its text.
_NUMBER = "(%(expressions)s) + 0"


def comparable(expression: AnyExpression, connection: Any) -> AnyExpression:
    """Return an expression that orders and compares by the value that is read from it."""
    is_column = isinstance(expression, Col)
    if isinstance(expression.output_field, FloatField) and not is_column:
        return Func(expression, template=DOUBLE)
    if (is_column or isinstance(expression, Max | Min)) and _type(expression, connection) in _ENUMS:
        return Func(expression, template=_NUMBER, output_field=IntegerField())
    if is_column and not expression.target.model._meta.managed and sort_key(expression, connection) is None:
        return _Unmanaged(expression)
    return expression


def sort_key(expression: AnyExpression, connection: Any) -> str | None:
    """Return the template of what is sorted of an expression, or None if that is the whole value."""
    kind = _type(expression, connection)
    if _BINARY.search(kind):
        template = _BINARY_START
    elif _TEXT.search(kind):
        template = _TEXT_START
    else:
        return None
    field = expression.output_field
    # Most characters have weights of at most four bytes, or of twelve in collations of several levels.
    whole = 85 if "uca1400" in (getattr(field, "db_collation", None) or "") else 255
    is_short = isinstance(expression, Col) and field.max_length is not None and field.max_length <= whole
    return None if is_short else template


class _Unmanaged(Func):
    """A column that no migration made. The database alone knows whether it is an ENUM."""

    template = "%(expressions)s"

    def as_mysql(self, compiler: Any, connection: Any) -> Any:
        """Return the column, or a number for an ENUM."""
        column: AnyExpression = self.source_expressions[0]
        field = column.target
        is_enum = (field.model._meta.db_table, field.column) in _enums(connection.alias)
        return self.as_sql(compiler, connection, template=_NUMBER if is_enum else self.template)


@cache
def _enums(alias: str) -> set[tuple[str, str]]:
    """Return the tables and names of columns that are an ENUM or a SET."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = DATABASE() AND data_type IN ('enum', 'set')"
        )
        return set(cursor.fetchall())


def _type(expression: AnyExpression, connection: Any) -> str:
    """Return the type of a column if the class of its field has one of its own, else the name of Django's class."""
    field = expression.output_field
    # Django's classes may ask the database, which is not for here.
    is_own = type(field).db_type is not Field.db_type
    kind = str(field.db_type(connection) if is_own else field.get_internal_type())
    return kind.partition("(")[0].lower()
