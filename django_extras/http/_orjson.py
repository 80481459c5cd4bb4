"""Write JSON with orjson where it is installed and writes just what the standard library would."""

import datetime
import decimal
import math
import uuid
from collections.abc import Callable
from typing import Any

try:
    import orjson
except ImportError:
    orjson = None  # type: ignore[assignment]  # an extra

#: What is never written as null. Of all else nobody knows without a look.
_NEVER_NULL = frozenset(
    {
        *(str, int, bool, type(None)),
        *(datetime.datetime, datetime.date, datetime.time, datetime.timedelta, decimal.Decimal, uuid.UUID),
    }
)


def dumps(data: Any, default: Callable[[Any], Any]) -> bytes | None:
    """
    Return `data` as compact JSON in UTF-8, with what JSON lacks as `default` makes it.

    Return None where orjson is not installed, fails, or might write something else. There the standard library knows
    what to do.
    """
    if orjson is None:
        return None

    def simpler(value: Any) -> Any:
        # A subclass of a type of JSON is written as that type.
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return int.__index__(value)
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, dict):
            return dict(value.items())
        if isinstance(value, list | tuple):
            return list(value)
        return default(value)

    options = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS
    try:
        content = orjson.dumps(data, simpler, options)
    except orjson.JSONEncodeError:
        return None
    # It writes NaN and the infinities as null.
    return content if b"null" not in content or _is_finite(data) else None


def _is_finite(data: Any) -> bool:
    """Tell whether data surely holds no float that is not a number of JSON."""
    containers = [[data]]
    while containers:
        for value in containers.pop():
            kind = value.__class__
            if kind in _NEVER_NULL:
                continue
            if kind is dict:
                containers.append(value.values())
            elif kind is list or kind is tuple:
                containers.append(value)
            elif kind is not float or not math.isfinite(value):
                return False
    return True
