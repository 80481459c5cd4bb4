"""Turn the columns of a query into what JSON holds, exactly as fields and encoder would. A column at a time."""

import datetime
import decimal
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

Values = Sequence[Any]
Simplify = Callable[[Any], Any]
#: The functions that make an attribute of a stored value, and the expression that was selected.
Converters = tuple[Sequence[Any], Any]

#: What the encoder writes by itself, without a call.
JSON_TYPES = frozenset({str, int, float, bool, type(None), dict, list})


def python_column(values: Values, converters: Converters | None, connection: BaseDatabaseWrapper) -> Values:
    """Return the values that an instance would have, by the converters of the field and of the database."""
    if converters is None:
        return values
    functions, expression = converters
    for convert in functions:
        values = [convert(value, expression, connection) for value in values]
    return values


def json_column(values: Values, simplify: Simplify) -> Values:
    """Return the values as JSON holds them. `simplify` makes of a value what Django's encoder writes."""
    kinds = set(map(type, values))
    if kinds <= JSON_TYPES:
        return values
    kinds.discard(type(None))
    if len(kinds) == 1:
        write = _TEXTS.get(kinds.pop(), simplify)
        return [None if value is None else write(value) for value in values]
    return [value if value.__class__ in JSON_TYPES else simplify(value) for value in values]


def is_djangos(operations: type, backend: str = "") -> bool:
    """Tell whether what a database stores is converted by Django's own backend."""
    return operations.__module__.startswith(f"django.db.backends.{backend}")


def dig(value: Any, path: tuple[str, ...]) -> Any:
    """Return what is at a path of keys and indexes in JSON data, or None if nothing is."""
    for name in path:
        if isinstance(value, list):
            value = value[int(name)] if name.isdecimal() and int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def _datetime_text(value: datetime.datetime) -> str:
    """Return a datetime to the millisecond."""
    text = value.isoformat()
    if text.endswith("+00:00"):
        return (text[:23] if len(text) == 32 else text[:-6]) + "Z"
    return text[:23] + text[26:] if value.microsecond else text


#: How Django's encoder writes these types, as its documentation says. A call of the encoder takes longer.
_TEXTS: dict[type, Callable[[Any], str]] = {
    datetime.date: datetime.date.isoformat,
    datetime.datetime: _datetime_text,
    decimal.Decimal: str,
    uuid.UUID: str,
}
