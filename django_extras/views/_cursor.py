"""Cursors: the key of a row as text that only this site can make."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.core import signing

#: The most characters of a cursor, unless the primary key alone is longer. A request line with one cursor and a Link
#: field with two then stay far below 4 KiB, which servers and proxies take.
MAX_LENGTH = 700

#: Stands for a value that a cursor leaves to the row.
IN_ROW: Final = object()


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: after the row of a key, or before it. Before no key is the end of the list."""

    key: list[Any]
    backward: bool
    #: The digest of the whole key, if the cursor leaves values to the row.
    digest: str | None = None

    def is_of(self, key: list[Any] | None) -> bool:
        """Tell whether the cursor, which leaves values to the row, was made of this key."""
        return key is not None and _digest([_write(value) for value in key]) == self.digest


def write_cursor(key: list[Any], *, backward: bool, order: str, row: Collection[int]) -> str:
    """
    Return the cursor for the rows after a key, or before it, in an order.

    `row` are the numbers of those values that are the primary key. A key that is too long for a cursor is left to the
    row: the cursor has the primary key alone. It is signed, not secret: who sees it can read the values.
    """
    values = [_write(value) for value in key]
    text = _sign([backward, values], order)
    if len(text) > MAX_LENGTH:
        kept = [value if value is None or index in row else {} for index, value in enumerate(values)]
        text = _sign([backward, kept, _digest(values)], order)
    return text


def read_cursor(text: str, *, order: str) -> Cursor | None:
    """Return the cursor that a text is, or None if this site did not make it for the order."""
    try:
        data = _signer(order).unsign(text)
    except signing.BadSignature:
        return None
    backward, values, *digest = json.loads(signing.b64_decode(data.encode()))
    return Cursor([_read(value) for value in values], backward, *digest)


def _sign(data: Any, order: str) -> str:
    return _signer(order).sign(signing.b64_encode(_dumps(data)).decode())


def _signer(order: str) -> signing.Signer:
    return signing.Signer(salt=f"django_extras.cursor:{order}")


def _digest(values: list[Any]) -> str:
    return hashlib.sha256(_dumps(values)).hexdigest()[:32]


def _dumps(data: Any) -> bytes:
    # Not in ASCII, which takes twelve bytes for an emoji.
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _write(value: Any) -> Any:
    """Return what JSON has for a stored value. Drivers compare a time with its text."""
    match value:
        case None | str() | int() | float():
            return value
        case Decimal():
            return {"decimal": str(value)}
        case bytes():
            return {"bytes": value.hex()}
    return str(value)


def _read(value: Any) -> Any:
    match value:
        case {"decimal": text}:
            return Decimal(text)
        case {"bytes": text}:
            return bytes.fromhex(text)
        case {}:
            return IN_ROW
    return value
