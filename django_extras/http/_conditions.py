"""The If-* and Range fields of a request: META in, the answer and its fields out (RFC 9110 sections 13, 14)."""

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.http import http_date, parse_http_date_safe

from ._preconditions import Outcome, entity_tag, evaluate, range_applies
from ._ranges import ByteRange, content_range, select_ranges
from ._source import Facts

# Fields of a representation that a 304 must not repeat, and that an error has no representation for (RFC 9110 sections
# 8, 15.4.5).
_OF_THE_REPRESENTATION = (
    "Accept-Ranges",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Type",
    "Repr-Digest",
)
# A cache must not store that one client's condition failed.
_OF_A_SUCCESS = ("Cache-Control", "Content-Location", "ETag", "Expires", "Last-Modified")
#: The fields that an answer may drop, by their names in lower case.
NAMES = {name.lower(): name for name in (*_OF_THE_REPRESENTATION, *_OF_A_SUCCESS)}

Meta = Mapping[str, Any]  # fields are text, but WSGI has more in it


class Answer(NamedTuple):
    """
    What a request asks for: 200, 206, 304, 412 or 416, the ranges of a 206, the entity tag that was made for the
    representation, if it was given none, and whether that has ranges.
    """

    status: int
    etag: str | None
    has_ranges: bool
    ranges: list[ByteRange] | None = None

    @property
    def needs_content(self) -> bool:
        return self.status in {200, 206}

    def settle(self, fields: Any, size: int) -> set[str]:  # whatever has pop() and takes items
        """
        Turn the fields of a 200 into those of the answer, save those of a part; return the names of the ones added.

        `size` is that of the representation.
        """
        made = set()
        if self.etag is not None:
            fields["ETag"] = self.etag
            made.add("ETag")
        if self.needs_content:
            if self.has_ranges and "Accept-Ranges" not in fields:
                fields["Accept-Ranges"] = "bytes"
                made.add("Accept-Ranges")
            return made
        for name in _OF_THE_REPRESENTATION:
            fields.pop(name, None)
        if self.status == 304:
            if "ETag" in fields:
                fields.pop("Last-Modified", None)
            return made
        for name in _OF_A_SUCCESS:
            fields.pop(name, None)
        fields["Content-Length"] = "0"
        if self.status == 416:
            fields["Accept-Ranges"] = "bytes"
            fields["Content-Range"] = content_range(None, size)
        return made


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
    method: str | None, meta: Meta, facts: Facts, *, etag: str | None, last_modified: str | None, max_ranges: int
) -> Answer:
    """
    Return the answer to a GET or HEAD by the facts and the validators of a representation.

    Without an entity tag, one is made of its date and size. It has ranges if it can seek and has a size.
    """
    start, size, mtime_ns = facts
    made = None
    if etag is None and size is not None and mtime_ns is not None:
        etag = made = entity_tag(mtime_ns, size, time.time_ns())
    has_ranges = start is not None and size is not None and max_ranges > 0
    if not has_conditions(meta):
        return Answer(200, made, has_ranges)
    date = _parse(last_modified)
    outcome = evaluate(
        etag=etag,
        last_modified=date,
        if_match=meta.get("HTTP_IF_MATCH", ""),
        if_unmodified_since=_parse(meta.get("HTTP_IF_UNMODIFIED_SINCE")),
        if_none_match=meta.get("HTTP_IF_NONE_MATCH", ""),
        if_modified_since=_parse(meta.get("HTTP_IF_MODIFIED_SINCE")),
    )
    if outcome is not Outcome.PROCEED or method != "GET" or not has_ranges or size is None or "HTTP_RANGE" not in meta:
        return Answer(outcome.value, made, has_ranges)
    if_range = meta.get("HTTP_IF_RANGE")
    if not range_applies(if_range, _parse(if_range), etag, date, time.time()):
        return Answer(200, made, has_ranges)
    ranges = select_ranges(meta["HTTP_RANGE"], size, max_ranges)
    return Answer(200 if ranges is None else 206 if ranges else 416, made, has_ranges, ranges)


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
