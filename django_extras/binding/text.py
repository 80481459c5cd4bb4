"""Read and write JSON text as RFC 8259 and I-JSON (RFC 7493) define it, in linear time and without Django."""

import json
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from .pointers import parts, pointer

#: Deeper nesting is refused. Python, databases and other parsers each have a limit of their own, all above this one.
MAX_DEPTH = 100

#: Values that are sent as they are, and all that JSON has.
_PLAIN = frozenset({str, int, bool, type(None)})
_KNOWN = (str, int, float, list, tuple, dict, type(None))

_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


class JsonError(Exception):
    """Why a text is not JSON, and where: by line and column, or by pointer."""


def parse(content: bytes) -> Any:
    """
    Return the value of a JSON text in UTF-8, with or without a byte order mark.

    Numbers keep their digits: one with a fraction or an exponent is a Decimal. Raise JsonError for what is not JSON,
    NaN and Infinity, a key that is twice in one object, half a surrogate pair, and nesting beyond MAX_DEPTH.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise JsonError(f"The text is not UTF-8 at byte {error.start + 1}.") from None
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _refuse_depth(text)
    try:
        return _parse(text, int)
    except json.JSONDecodeError as error:
        raise JsonError(f"{error.msg}: line {error.lineno} column {error.colno}.") from None
    except ValueError:  # more digits than Python makes an int of, as that takes quadratic time
        return _parse(text, Decimal)


def compose(value: Any) -> str:
    """Return a parsed value as JSON text again, each number with the digits that it came with."""
    if type(value) is int or isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {compose(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(compose, value)) + "]"
    return json.dumps(value)


def is_same(sent: Any, shown: Any, simplify: Callable[[Any], Any]) -> bool:
    """Tell whether a parsed value is what a Python value is sent as; `simplify` makes JSON of what JSON lacks."""
    if type(sent) in _PLAIN and type(shown) in _PLAIN:
        return type(sent) is type(shown) and bool(sent == shown)
    try:  # as text, because in Python [True] equals [1]
        if not isinstance(shown, _KNOWN):
            shown = simplify(shown)
            if type(sent) is type(shown) is str:
                return bool(sent == shown)
        return json.dumps(sent, default=float, sort_keys=True) == json.dumps(shown, default=simplify, sort_keys=True)
    except (TypeError, ValueError):
        return False


def _parse(text: str, parse_int: Callable[[str], Any]) -> Any:
    doubled: list[tuple[dict[str, Any], list[tuple[str, Any]]]] = []
    faults: list[_NoNumber] = []

    def make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            doubled.append((made, pairs))
        return made

    def make_fault(fault: str) -> _NoNumber:
        faults.append(_NoNumber(fault))
        return faults[-1]

    def make_decimal(number: str) -> Decimal | _NoNumber:
        try:
            return Decimal(number)
        except InvalidOperation:  # an exponent of 19 digits
            return make_fault("The exponent is too large")

    value = json.loads(
        text,
        object_pairs_hook=make_object,
        parse_float=make_decimal,
        parse_int=parse_int,
        parse_constant=lambda name: make_fault(f"{name} is not a number"),
    )
    if doubled:
        _refuse_double_key(value, *doubled[-1])
    if faults or _ESCAPED_SURROGATE.search(text):
        _refuse_parts(value)
    return value


def _refuse_parts(value: Any) -> None:
    """Raise JsonError for the first number that there is not, or else for half a surrogate pair."""
    found = list(parts(value))
    for path, part in found:
        if isinstance(part, _NoNumber):
            raise JsonError(f"{part.fault} at {pointer(path)}.")
    for path, part in found:
        if isinstance(part, str) and _SURROGATE.search(part):
            raise JsonError(f"Half a surrogate pair is no character at {pointer(path)}.")


class _NoNumber:
    """What stands in the value for a number that there is not, so that its place can be found."""

    def __init__(self, fault: str) -> None:
        self.fault = fault


def _refuse_double_key(value: Any, made: dict[str, Any], pairs: list[tuple[str, Any]]) -> None:
    # Objects are made from the inside out, so the one that was made last is not inside of a value that was dropped.
    counts = Counter(key for key, _ in pairs)
    key = next(key for key in made if counts[key] > 1)
    path = next(path for path, part in parts(value) if part is made)
    raise JsonError(f"This key is there twice: {pointer((*path, key))}.")


def _refuse_depth(text: str) -> None:
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                line = text.count("\n", 0, token.start()) + 1
                column = token.start() - text.rfind("\n", 0, token.start())
                raise JsonError(f"More than {MAX_DEPTH} levels of nesting at line {line} column {column}.")
        elif token[0] in "]}":
            depth -= 1
