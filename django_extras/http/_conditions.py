"""The If-* and Range fields of a request: META in, the answer and its fields out (RFC 9110 sections 13, 14)."""

import time
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from django.utils.http import http_date, parse_http_date_safe

from ._entity_tags import matches, parse_tags
from ._facts import NO_FACTS, Facts
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
_PRECONDITIONS = frozenset(
    {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"}
)
# Two changes within this many seconds may leave the same date, on any file system.
_RACY = 2

Meta = Mapping[str, Any]  # fields are text, but WSGI has more in it


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
        """Turn the fields of the whole file into those of the answer."""
        if dropped := _DROPPED.get(self.status):
            for name in dropped.intersection(map(str.lower, fields)):
                fields.pop(NAMES[name])
        for name, value in self.added.items():
            fields[name] = value
        if self.status == 304 and "ETag" in fields:
            fields.pop("Last-Modified", None)


#: The answer if no request has been seen.
WHOLE = Answer()


def has_preconditions(meta: Meta) -> bool:
    """Return whether a request has a field that evaluate() compares."""
    return not meta.keys().isdisjoint(_PRECONDITIONS)


def decide(
    method: str | None,
    meta: Meta,
    facts: Facts,
    fields: Any,  # see settle()
    max_ranges: int,
    modified: int | None = None,
) -> Answer:
    """
    Return the answer to a GET or HEAD for a file with these facts and fields.

    If the fields have no ETag, one is made of the facts. If they have no Last-Modified, `modified` is the date. There
    are ranges if the file can seek and its size is known.
    """
    added = {}
    etag = fields.get("ETag")
    if etag is None and (etag := entity_tag(facts)):
        added["ETag"] = etag
    status, ranges = 200, None
    if has_preconditions(meta):
        status = evaluate(meta, etag, _date_in(fields, modified))
    if status == 412:
        added = {"Content-Length": "0"}
    elif status == 200 and facts.start is not None and facts.length is not None and max_ranges > 0:
        if "Accept-Ranges" not in fields:
            added["Accept-Ranges"] = "bytes"
        if method == "GET" and "HTTP_RANGE" in meta:
            if_range = meta.get("HTTP_IF_RANGE")
            if if_range is None or range_applies(if_range, etag, _date_in(fields, modified), time.time()):
                ranges = select_ranges(meta["HTTP_RANGE"], facts.length, max_ranges)
        if ranges:
            status = 206
        elif ranges is not None:
            status = 416
            span = content_range(None, facts.length)
            added = {"Accept-Ranges": "bytes", "Content-Length": "0", "Content-Range": span}
    accepts_gzip = "gzip" in meta.get("HTTP_ACCEPT_ENCODING", "")
    return Answer(status, added, ranges, method == "HEAD", accepts_gzip, facts)


def evaluate(meta: Meta, etag: str | None, modified: int | None) -> int:
    """
    Return the status that the preconditions of a GET or HEAD ask for, in the order of section 13.2.2: 200, 304 or 412.

    `meta` has the fields of the request, `etag` and `modified` are of what is there: the date is in seconds since the
    epoch. An If-Match or If-None-Match that is there turns the date beside it off, even if it is empty or malformed
    and so demands nothing itself (sections 13.1.3 and 13.1.4). A date that is malformed counts for nothing.

    Everything else is decided as by ``django.utils.cache.get_conditional_response()``, with four differences. An
    entity tag may hold a comma. A file without a date passes If-Unmodified-Since. A file without an entity tag passes
    ``If-Match: *`` and fails ``If-None-Match: *``. A list of more than a thousand entity tags, or 32 KiB, counts as
    malformed, so that no field takes more than a millisecond.
    """
    if (if_match := meta.get("HTTP_IF_MATCH")) is not None:
        if (tags := parse_tags(if_match)) and not matches(tags, etag, strong=True):
            return 412
    elif (
        (since := seconds_of(meta.get("HTTP_IF_UNMODIFIED_SINCE"))) is not None
        and modified is not None
        and modified > since
    ):
        return 412
    if (if_none_match := meta.get("HTTP_IF_NONE_MATCH")) is not None:
        if (tags := parse_tags(if_none_match)) and matches(tags, etag, strong=False):
            return 304
    elif modified is not None and (since := seconds_of(meta.get("HTTP_IF_MODIFIED_SINCE"))) is not None:
        return 304 if modified <= since else 200
    return 200


def range_applies(if_range: str, etag: str | None, modified: int | None, now: float) -> bool:
    """Return whether If-Range lets Range select: it is the file's strong entity tag or its strong date (13.1.5)."""
    if (date := seconds_of(if_range)) is not None:
        # A date is strong when nothing can change within its second any more (8.8.2.2).
        return date == modified and now - date >= _RACY
    return if_range == etag and if_range.startswith('"')


def entity_tag(facts: Facts) -> str | None:
    """
    Return the entity tag of a file: what its storage says, or one made of its size and time; None without these.

    Bytes keep their tag, and other bytes never get the same strong tag (section 8.8.1). A strong tag is made of
    `changed_ns`: it moves with every change, and nobody can set it. A tag made of `mtime_ns` is weak, because builds
    that can be repeated give all files the same. A tag is weak, too, if the file system counts in whole seconds.
    """
    if facts.etag is not None or facts.length is None:
        return facts.etag
    if facts.changed_ns is not None and facts.changed_ns % 10**9:
        return f'"{facts.changed_ns:x}-{facts.length:x}"'
    time_ns = facts.mtime_ns if facts.changed_ns is None else facts.changed_ns
    return None if time_ns is None else f'W/"{time_ns:x}-{facts.length:x}"'


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


def _date_in(fields: Any, otherwise: int | None) -> int | None:  # see settle()
    """Return Last-Modified in seconds since the epoch, or the other date if there is no such field."""
    return otherwise if (date := fields.get("Last-Modified")) is None else seconds_of(date)


def seconds_of(field: str | None) -> int | None:
    """Return the date of a field in seconds since the epoch, None if there is none or it is malformed."""
    # No date is longer, and nothing longer is to be kept.
    return _kept_seconds(field) if field and len(field) <= 64 else None


_kept_date = lru_cache(maxsize=1024)(http_date)
_kept_seconds = lru_cache(maxsize=1024)(parse_http_date_safe)
