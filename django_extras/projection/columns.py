"""Turn a column of a query's result into what JSON holds, a column at a time and exactly as field and encoder would."""

import datetime
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col

Values = Sequence[Any]
Simplify = Callable[[Any], Any]

#: What the encoder writes by itself, without a call.
PLAIN = frozenset({str, int, float, bool, type(None), dict, list})


def python_column(
    values: Values, converters: tuple[Sequence[Any], Any] | None, connection: BaseDatabaseWrapper
) -> Values:
    """Return the values that an instance would have, by the converters of the field and of the database."""
    if converters is None:
        return values
    functions, expression = converters
    for convert in functions:
        values = [convert(value, expression, connection) for value in values]
    return values


def json_column(values: Values, simplify: Simplify) -> Values:
    """Return the values as JSON holds them; `simplify` is the ``default()`` of an encoder."""
    return [value if value.__class__ in PLAIN else simplify(value) for value in values]


def text_column(
    values: Values, converters: tuple[Sequence[Any], Any] | None, connection: BaseDatabaseWrapper, simplify: Simplify
) -> Values | None:
    """
    Return what ``json_column()`` makes of ``python_column()``, straight from the text in which SQLite keeps it.

    Return None where there is no such way: for other databases and fields, and for text of another shape than Django's.
    """
    if converters is None or not type(connection.ops).__module__.startswith("django.db.backends.sqlite3"):
        return None
    functions, expression = converters
    shortcut = _SHORTCUTS.get(type(expression.output_field))
    # More than one converter means that the field has its own; an expression that is no column may convert differently.
    if shortcut is None or len(functions) != 1 or not isinstance(expression, Col):
        return None
    try:
        return shortcut(values, expression.output_field, connection, simplify)
    except (TypeError, ValueError):
        # Not what Django writes into such a column.
        return None


def _dates(values: Values, field: Any, connection: BaseDatabaseWrapper, simplify: Simplify) -> Values | None:
    return values if all(value is None or (_DATE.fullmatch(value) and _has_day(value)) for value in values) else None


def _datetimes(values: Values, field: Any, connection: BaseDatabaseWrapper, simplify: Simplify) -> Values | None:
    if settings.USE_TZ and connection.timezone is not datetime.UTC:
        return None
    form = _datetime_form(simplify, settings.USE_TZ)
    if form is None:
        return None
    cut, suffix = form
    texts: list[str | None] = []
    for value in values:
        if value is None:
            texts.append(None)
        elif not _DATETIME.fullmatch(value) or not _has_day(value):
            return None
        elif len(value) == 19 or value.endswith(".000000"):
            texts.append(f"{value[:10]}T{value[11:19]}{suffix}")
        else:
            texts.append(f"{value[:10]}T{value[11:cut]}{suffix}")
    return texts


@lru_cache(maxsize=8)
def _datetime_form(simplify: Simplify, is_aware: bool) -> tuple[int, str] | None:
    """Return how many characters of a datetime the encoder keeps and what it appends, learnt from what it writes."""
    zone = datetime.UTC if is_aware else None
    whole, parts = (simplify(datetime.datetime(2001, 2, 3, 4, 5, 6, part, zone)) for part in (0, 123456))
    start = "2001-02-03T04:05:06"
    suffix = whole.removeprefix(start)
    for cut in (23, 26):
        if (whole, parts) == (start + suffix, f"{start}.123456"[:cut] + suffix):
            return cut, suffix
    return None


def _decimals(values: Values, field: Any, connection: BaseDatabaseWrapper, simplify: Simplify) -> Values | None:
    # Up to 15 digits, a decimal survives the way through a float and back; below 1E-6 it is written with an exponent.
    if field.decimal_places > 6:
        return None
    form, longest = f"%.{field.decimal_places}f", min(field.max_digits, 15)
    texts: list[str | None] = []
    for value in values:
        if value is None:
            texts.append(None)
            continue
        text = form % value
        if float(text) != value or sum(map(str.isdigit, text)) > longest:
            return None
        texts.append(text)
    return texts


def _uuids(values: Values, field: Any, connection: BaseDatabaseWrapper, simplify: Simplify) -> Values | None:
    texts: list[str | None] = []
    for value in values:
        if value is None:
            texts.append(None)
        elif not _HEX.fullmatch(value):
            return None
        else:
            texts.append(f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}")
    return texts


def _has_day(text: str) -> bool:
    """Tell whether the month has the day. Raise ValueError if not."""
    return text[8:10] <= "28" or datetime.date.fromisoformat(text[:10]) is not None


_DATE = re.compile(r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_DATETIME = re.compile(_DATE.pattern + r" (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{6})?")
_HEX = re.compile(r"[0-9a-f]{32}")

_SHORTCUTS: dict[type, Callable[[Values, Any, BaseDatabaseWrapper, Simplify], Values | None]] = {
    models.DateField: _dates,
    models.DateTimeField: _datetimes,
    models.DecimalField: _decimals,
    models.UUIDField: _uuids,
}
