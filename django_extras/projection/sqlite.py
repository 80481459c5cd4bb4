"""Turn what SQLite's driver gives for a column straight into what JSON holds. Its converters in Python are slow."""

import datetime
import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col

from django_extras.projection.columns import Converters, Values, is_djangos


def stored_column(values: Values, converters: Converters, connection: BaseDatabaseWrapper) -> Values | None:
    """
    Return what ``json_column()`` makes of ``python_column()``.

    Return None where there is no such way: for other fields, and for values that Django does not store.
    """
    functions, expression = converters
    shortcut = _SHORTCUTS.get(type(expression.output_field)) if is_djangos(type(connection.ops), "sqlite3") else None
    # A second converter is the field's own. An expression that is no column may convert differently.
    if shortcut is None or len(functions) != 1 or not isinstance(expression, Col):
        return None
    try:
        return shortcut(values, expression.output_field, connection)
    except (AttributeError, TypeError):
        # A value of another type than Django stores.
        return None


def _datetimes(values: Values, field: Any, connection: BaseDatabaseWrapper) -> Values | None:
    if settings.USE_TZ and connection.timezone is not datetime.UTC:
        return None
    # Django stores none with a time zone.
    if {value.tzinfo for value in values if value is not None} - {None}:
        return None
    suffix = "Z" if settings.USE_TZ else ""
    return [None if value is None else value.isoformat()[:23] + suffix for value in values]


def _decimals(values: Values, field: Any, connection: BaseDatabaseWrapper) -> Values | None:
    places = field.decimal_places
    # Below 1E-6 a decimal is written with an exponent.
    if places > 6:
        return None
    # Up to 15 digits, a decimal that becomes a float and a decimal again stays the same.
    limit, form = 10 ** (min(field.max_digits, 15) - places), f"%.{places}f"
    numbers = [value for value in values if value is not None]
    texts = [form % value for value in numbers]
    if list(map(float, texts)) != numbers or (numbers and not -limit < min(numbers) <= max(numbers) < limit):
        return None
    return _with_nulls(values, texts)


def _uuids(values: Values, field: Any, connection: BaseDatabaseWrapper) -> Values | None:
    stored = [value for value in values if value is not None]
    is_hex = {32}.issuperset(map(len, stored)) and _HEX.fullmatch("".join(stored))
    if not is_hex:
        return None
    texts = [f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}" for text in stored]
    return _with_nulls(values, texts)


def _with_nulls(values: Values, texts: list[str]) -> Values:
    """Return the texts with None for each value that is None."""
    if len(texts) == len(values):
        return texts
    rest = iter(texts)
    return [None if value is None else next(rest) for value in values]


_HEX = re.compile(r"[0-9a-f]*")

_SHORTCUTS: dict[type, Callable[[Values, Any, BaseDatabaseWrapper], Values | None]] = {
    models.DateTimeField: _datetimes,
    models.DecimalField: _decimals,
    models.UUIDField: _uuids,
}
