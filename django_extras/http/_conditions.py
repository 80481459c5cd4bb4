"""The If-* and Range fields of a request: META in, the answer and its fields out (RFC 9110 sections 13, 14)."""

import time
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from django.utils.http import http_date

from ._facts import NO_FACTS, Facts
from ._preconditions import Meta, entity_tag, evaluate, range_applies, seconds_of
from ._ranges import ByteRange, content_range, select_ranges

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
# What the answers without content drop, by names in lower case.
_DROPPED = {
    304: frozenset(map(str.lower, _OF_THE_REPRESENTATION)),
    412: frozenset(NAMES),
    416: frozenset(NAMES),
}
_CONDITIONS = frozenset(
    {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"}
)


class Answer(NamedTuple):
    """What a request gets of a file."""

    status: int = 200
    #: The fields to add to the whole file's.
    added: Mapping[str, str] = MappingProxyType({})
    #: What a 206 sends.
    ranges: list[ByteRange] | None = None
    is_head: bool = False
    accepts_gzip: bool = False
    #: What was known of the file.
    facts: Facts = NO_FACTS

    @property
    def has_content(self) -> bool:
        """Return whether the answer to GET has content: 304, 412 and 416 have none."""
        return self.status not in _DROPPED

    @property
    def sends_bytes(self) -> bool:
        return not self.is_head and self.status not in _DROPPED

    def settle(self, fields: Any) -> None:  # ResponseHeaders, or a dict with the names in NAMES
        """Turn the whole file's fields into the answer's."""
        if dropped := _DROPPED.get(self.status):
            for name in dropped.intersection(map(str.lower, fields)):
                fields.pop(NAMES[name])
        for name, value in self.added.items():
            fields[name] = value
        if self.status == 304 and "ETag" in fields:
            fields.pop("Last-Modified", None)


#: The answer if no request has been seen.
WHOLE = Answer()


def has_conditions(meta: Meta) -> bool:
    """Return whether a request has a condition or a Range, which may change the answer."""
    return not meta.keys().isdisjoint(_CONDITIONS)


def decide(
    method: str | None, meta: Meta, facts: Facts, fields: Any, max_ranges: int, modified: int | None = None
) -> Answer:  # see settle()
    """
    Return the answer to a GET or HEAD for a file with these facts and fields.

    If the fields have no ETag, one is made of the facts. If they have no Last-Modified, `modified` is the date. There
    are ranges if the file can seek and its size is known.
    """
    added = {}
    etag = fields.get("ETag")
    if etag is None and (etag := etag_of(facts)):
        added["ETag"] = etag
    status, ranges = 200, None
    if has_conditions(meta):
        if (date := fields.get("Last-Modified")) is not None:
            modified = seconds_of(date)
        status = evaluate(meta, etag, modified)
    if status == 412:
        added = {"Content-Length": "0"}
    elif status == 200 and facts.start is not None and facts.length is not None and max_ranges > 0:
        if "Accept-Ranges" not in fields:
            added["Accept-Ranges"] = "bytes"
        if method == "GET" and "HTTP_RANGE" in meta:
            if_range = meta.get("HTTP_IF_RANGE")
            if range_applies(if_range, seconds_of(if_range), etag, modified, time.time()):
                ranges = select_ranges(meta["HTTP_RANGE"], facts.length, max_ranges)
        if ranges:
            status = 206
        elif ranges is not None:
            status = 416
            span = content_range(None, facts.length)
            added = {"Accept-Ranges": "bytes", "Content-Length": "0", "Content-Range": span}
    accepts_gzip = "gzip" in meta.get("HTTP_ACCEPT_ENCODING", "")
    return Answer(status, added, ranges, method == "HEAD", accepts_gzip, facts)


def etag_of(facts: Facts) -> str | None:
    """Return the entity tag of a file, None if too little is known of it."""
    if facts.etag is not None or facts.length is None:
        return facts.etag
    return entity_tag(facts.length, facts.mtime_ns, facts.changed_ns)


def modified_of(facts: Facts) -> int | None:
    """Return the date of a file in seconds since the epoch, None if it is unknown."""
    if facts.mtime_ns is None:
        return None
    # A date in the future is not to be sent (RFC 9110 section 8.8.2.1).
    return max(0, min(facts.mtime_ns // 10**9, int(time.time())))


def last_modified(facts: Facts) -> str | None:
    """Return the field Last-Modified of a file, None if its date is unknown."""
    seconds = modified_of(facts)
    return None if seconds is None else _kept_date(seconds)


_kept_date = lru_cache(maxsize=1024)(http_date)
