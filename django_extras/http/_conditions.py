"""The If-* and Range fields of a request: META in, what to answer out (RFC 9110 sections 13 and 14)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.http import http_date, parse_http_date_safe

from ._preconditions import Outcome, evaluate, range_applies
from ._ranges import ByteRange, select_ranges

Meta = Mapping[str, Any]  # fields are text, but WSGI has more in it


def has_conditions(meta: Meta) -> bool:
    """Return whether a request for the whole of a representation may get something else."""
    return (
        "HTTP_IF_NONE_MATCH" in meta
        or "HTTP_IF_MODIFIED_SINCE" in meta
        or "HTTP_RANGE" in meta
        or "HTTP_IF_MATCH" in meta
        or "HTTP_IF_UNMODIFIED_SINCE" in meta
    )


def decide(
    meta: Meta, *, etag: str | None, last_modified: str | None, size: int | None, max_ranges: int
) -> tuple[Outcome, list[ByteRange] | None]:
    """
    Return the outcome of the preconditions of a GET or HEAD, and the ranges that it selects: see `select_ranges()`.

    The validators are those of the representation. A `size` of None means that it has no ranges.
    """
    date = _parse(last_modified)
    outcome = evaluate(
        etag=etag,
        last_modified=date,
        if_match=meta.get("HTTP_IF_MATCH", ""),
        if_unmodified_since=_parse(meta.get("HTTP_IF_UNMODIFIED_SINCE")),
        if_none_match=meta.get("HTTP_IF_NONE_MATCH", ""),
        if_modified_since=_parse(meta.get("HTTP_IF_MODIFIED_SINCE")),
    )
    if size is None or outcome is not Outcome.PROCEED or "HTTP_RANGE" not in meta:
        return outcome, None
    if_range = meta.get("HTTP_IF_RANGE")
    if not range_applies(if_range, _parse(if_range), etag, date):
        return outcome, None
    return outcome, select_ranges(meta["HTTP_RANGE"], size, max_ranges)


@lru_cache(maxsize=1024)
def format_date(seconds: int) -> str:
    """Return the date as a field has it."""
    return http_date(seconds)


def _parse(field: str | None) -> int | None:
    # No date is longer, and nothing longer is to be kept.
    return _parse_short(field) if field and len(field) <= 64 else None


@lru_cache(maxsize=1024)
def _parse_short(field: str) -> int | None:
    return parse_http_date_safe(field)
