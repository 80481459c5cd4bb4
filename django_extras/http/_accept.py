"""The Accept field: which of the representations at hand the client likes best (RFC 9110 12.5.1)."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ._fields import TOKEN

_RANGE = re.compile(rf"({TOKEN})/({TOKEN})")
_WEIGHT = re.compile(r"(?:0|1|(?=\.[0-9]))(?:\.[0-9]{0,20})?")

# Ten times what the longest field of a browser has: characters, commas and semicolons.
_MAX_LENGTH, _MAX_SEPARATORS = 4096, 300

#: Parameters by name, in lower case, without the weight.
_Parameters = frozenset[tuple[str, str]]


def preferred_type(accept: str | None, offers: Iterable[str], *, with_parameters: bool = True) -> str | None:
    """
    Return the media type among `offers` that the Accept field likes best, or None if it likes none.

    For each offer the most specific range counts. Of offers that it likes equally, one that it names goes before one
    that only a wildcard covers, else the earlier one. Without a field, with an empty or unreadable one, all are liked.
    Without parameters, ``text/html;level=1`` means ``text/html``.

    A field of more than 4096 characters, or of more than 300 commas and semicolons, is not read: all are liked. So no
    field takes more than a few milliseconds.
    """
    if accept is None or len(accept) > _MAX_LENGTH:
        accept = ""
    return _choice(accept, tuple(offers), with_parameters)


# Most clients send one of few fields. So many of the longest take a megabyte.
@lru_cache(maxsize=256)
def _choice(accept: str, offers: tuple[str, ...], with_parameters: bool) -> str | None:
    ranges = list(_ranges(accept)) or [("*", "*", frozenset(), 1.0)]
    if not with_parameters:
        ranges = [(type_, subtype, frozenset(), weight) for type_, subtype, _, weight in ranges]
    best, best_rank = None, (0.0, 0)
    for offer in offers:
        rank = _rank(offer, ranges)
        if rank[0] > 0 and rank > best_rank:
            best, best_rank = offer, rank
    return best


def _rank(offer: str, ranges: list[tuple[str, str, _Parameters, float]]) -> tuple[float, int]:
    """Return the weight of an offer, and how specific the range is that gives it."""
    name, *parameters = _split(offer, ";")
    type_, _, subtype = name.strip().lower().partition("/")
    offered = frozenset(_parameter(parameter) for parameter in parameters)
    weight, specificity = 0.0, -1
    for range_type, range_subtype, wanted, range_weight in ranges:
        if range_type == "*":
            covers, specific = True, 0
        elif range_subtype == "*":
            covers, specific = range_type == type_, 1
        else:
            covers, specific = (range_type, range_subtype) == (type_, subtype) and wanted <= offered, 2 + len(wanted)
        if covers and specific > specificity:
            weight, specificity = range_weight, specific
    return weight, specificity


def _ranges(accept: str) -> Iterator[tuple[str, str, _Parameters, float]]:
    """Read the field's media ranges, and leave out what is none. A field of too many separators has none."""
    if accept.count(",") + accept.count(";") > _MAX_SEPARATORS:
        return
    for element in _split(accept, ","):
        name, *parts = _split(element, ";")
        name = name.strip()
        match = _RANGE.fullmatch("*/*" if name == "*" else name)  # Java's URLConnection sends "*"
        if match is None or (match[1] == "*" != match[2]):
            continue
        parameters, weight = [], "1"
        for part in parts:
            key, text = _parameter(part)
            if key == "q":
                weight = text
                break  # what follows belongs to the weight (RFC 7231 5.3.2), and was never used
            parameters.append((key, text))
        if _WEIGHT.fullmatch(weight):
            yield match[1].lower(), match[2].lower(), frozenset(parameters), min(float(weight), 1.0)


def _parameter(text: str) -> tuple[str, str]:
    """Read ``name=value``, in lower case and unquoted: media type parameters that matter here ignore case."""
    name, _, value = text.partition("=")
    value = value.strip().lower()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    return name.strip().lower(), value


def _split(text: str, separator: str) -> Iterator[str]:
    """Split at the separators that are not in a quoted string, in one pass."""
    start, quoted, escaped = 0, False, -1
    for match in re.finditer(rf'[{separator}"\\]', text):
        if match.start() == escaped:
            continue
        if match[0] == "\\":
            escaped = match.end() if quoted else -1
        elif match[0] == '"':
            quoted = not quoted
        elif not quoted:
            yield text[start : match.start()]
            start = match.end()
    yield text[start:]
