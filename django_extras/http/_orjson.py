"""Write JSON with orjson, if it is installed and writes what the standard library would write."""

import datetime
import decimal
import math
import uuid
from collections.abc import Callable
from enum import Enum, EnumType
from typing import Any

try:
    import orjson
except ImportError:
    orjson = None  # type: ignore[assignment]  # an extra

#: What orjson and the standard library write alike. None of them holds another value.
ALIKE = frozenset(
    {
        *(str, int, bool, type(None)),
        *(datetime.datetime, datetime.date, datetime.time, datetime.timedelta, decimal.Decimal, uuid.UUID),
    }
)


def dumps(data: Any, default: Callable[[Any], Any]) -> bytes | None:
    """
    Return `data` as compact JSON in UTF-8. `default` gives the JSON value for what JSON lacks.

    Return None if orjson is not installed, fails, or has written something else than the standard library would. The
    standard library then writes the data, or raises the error.
    """
    if orjson is None:
        return None
    written = [data]  # orjson writes these by itself

    def simpler(value: Any) -> Any:
        result = _as_json_type(value)
        written.append(default(value) if result is None else result)
        return written[-1]

    options = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS
    try:
        content = orjson.dumps(data, simpler, options)
    except orjson.JSONEncodeError:
        return None
    return content if _is_alike(written) else None


def _as_json_type(value: Any) -> Any:
    """Return a value of a subclass of a JSON type as that type, as the standard library reads it; else None."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__index__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, dict):
        items = list(value.items())
        plain = dict(items)
        if len(plain) != len(items):
            raise ValueError("A key is there twice.")
        return plain
    return None


def _is_alike(written: list[Any]) -> bool:
    """
    Return whether the standard library writes the values as orjson does.

    orjson writes NaN and the infinities as null, and each enum as its ``value``.
    """
    containers: list[Any] = [written]
    for values in containers:
        for value in [each for each in values if each.__class__ not in ALIKE]:
            kind = value.__class__
            if kind is dict:
                containers.append(value.values())
            elif kind is list or kind is tuple:
                containers.append(value)
            elif kind is float:
                if not math.isfinite(value):
                    return False
            elif kind.__class__ is EnumType:
                if not _is_its_value(value):
                    return False
                containers.append([value.value])
    return True


def _is_its_value(member: Enum) -> bool:
    """Return whether an enum member is no JSON value itself, or is text or a number that equals its ``value``."""
    plain = _as_json_type(member)
    if plain is None:
        return True
    return isinstance(plain, str | int | float) and type(plain) is type(member.value) and bool(plain == member.value)
