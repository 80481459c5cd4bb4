"""Cursors: the key of a row as text that only this site can make."""

import datetime
import decimal
import uuid
from collections.abc import Callable
from typing import Any

from django.core.signing import BadSignature, Signer

#: Types that JSON lacks: a tag, and how the type becomes text and comes back.
_TYPES: dict[type, tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = {
    datetime.datetime: ("datetime", datetime.datetime.isoformat, datetime.datetime.fromisoformat),
    datetime.date: ("date", datetime.date.isoformat, datetime.date.fromisoformat),
    datetime.time: ("time", datetime.time.isoformat, datetime.time.fromisoformat),
    datetime.timedelta: (
        "timedelta",
        lambda value: [value.days, value.seconds, value.microseconds],
        lambda parts: datetime.timedelta(*parts),
    ),
    decimal.Decimal: ("decimal", str, decimal.Decimal),
    uuid.UUID: ("uuid", str, uuid.UUID),
}
_READERS = {tag: read for tag, _, read in _TYPES.values()}


def write_cursor(key: list[Any], *, backward: bool, order: str) -> str:
    """
    Return the cursor for the rows after a key, or before it, in an order.

    It is signed, not secret: who sees it can read the values that the list is ordered by. Raise TypeError for a value
    of a type that has no text form.
    """
    return _signer(order).sign_object([backward, [_write(value) for value in key]])


def read_cursor(cursor: str, *, order: str) -> tuple[list[Any], bool] | None:
    """Return the key and whether to go backward, or None for a cursor that this site did not make for the order."""
    try:
        backward, key = _signer(order).unsign_object(cursor)
    except BadSignature:
        return None
    return [_read(value) for value in key], backward


def _signer(order: str) -> Signer:
    return Signer(salt=f"django_extras.cursor:{order}")


def _write(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    if type(value) not in _TYPES:
        raise TypeError(f"A cursor cannot hold {value!r}. Order by a column of another type.")
    tag, write, _ = _TYPES[type(value)]
    return {tag: write(value)}


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    [(tag, text)] = value.items()
    return _READERS[tag](text)
