"""Turn the columns of a query into what JSON holds, exactly as fields and encoder would. A column at a time."""

import datetime
import decimal
import uuid
from collections.abc import Callable, Sequence
from functools import lru_cache
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
    """Return the values as JSON holds them. `simplify` makes of a value what the encoder would write."""
    kinds = set(map(type, values))
    if kinds <= JSON_TYPES:
        return values
    texts = text_forms(simplify)
    if len(kinds - {type(None)}) == 1:
        write = texts.get((kinds - {type(None)}).pop(), simplify)
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


@lru_cache(maxsize=8)
def text_forms(simplify: Simplify) -> dict[type, Callable[[Any], str]]:
    """Return the quick ways to write types as text. An example of each shows that the encoder writes the same."""
    day, number, key = datetime.date(2001, 2, 3), decimal.Decimal("1.50"), uuid.UUID(int=7)
    forms: dict[Any, Callable[[Any], str]] = {day: datetime.date.isoformat, number: str, key: str}
    quick = {type(each): write for each, write in forms.items() if simplify(each) == write(each)}
    if datetime_form(simplify, is_aware=True) == (23, "Z"):
        quick[datetime.datetime] = lambda value: _utc_text(value) or simplify(value)
    return quick


def _utc_text(value: datetime.datetime) -> str | None:
    """Return a datetime in UTC to the millisecond, or None for another zone."""
    text = value.isoformat()
    if not text.endswith("+00:00"):
        return None
    return text[:23] + "Z" if len(text) == 32 else text[:-6] + "Z"


@lru_cache(maxsize=8)
def datetime_form(simplify: Simplify, is_aware: bool) -> tuple[int, str] | None:
    """Return how many characters of a datetime the encoder keeps, and what it appends. Two examples tell."""
    zone = datetime.UTC if is_aware else None
    whole, parts = (simplify(datetime.datetime(2001, 2, 3, 4, 5, 6, part, zone)) for part in (0, 123456))
    start = "2001-02-03T04:05:06"
    suffix = whole.removeprefix(start)
    for cut in (23, 26):
        if (whole, parts) == (start + suffix, f"{start}.123456"[:cut] + suffix):
            return cut, suffix
    return None
