"""Preconditions: validators and If-* fields in, what to answer out (RFC 9110 section 13)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.http import parse_http_date_safe

# Two changes within this many seconds may leave the same date, on any file system.
_RACY = 2

# What a thousand entity tags need: commas and quotes, and characters.
_MAX_DELIMITERS, _MAX_LENGTH = 3000, 32 * 1024

Meta = Mapping[str, Any]  # fields are text, but WSGI has more in it

_ENTITY_TAG = re.compile(r'(?:\A|,)[ \t]*+((?:W/)?"[^"]*+")[ \t]*+(?=,|\Z)')


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
        if (tags := parse_tags(if_match)) and not _matches(tags, etag, strong=True):
            return 412
    elif (
        (since := seconds_of(meta.get("HTTP_IF_UNMODIFIED_SINCE"))) is not None
        and modified is not None
        and modified > since
    ):
        return 412
    if (if_none_match := meta.get("HTTP_IF_NONE_MATCH")) is not None:
        if (tags := parse_tags(if_none_match)) and _matches(tags, etag, strong=False):
            return 304
    elif modified is not None and (since := seconds_of(meta.get("HTTP_IF_MODIFIED_SINCE"))) is not None:
        return 304 if modified <= since else 200
    return 200


def range_applies(
    if_range: str | None, if_range_date: int | None, etag: str | None, last_modified: int | None, now: float
) -> bool:
    """
    Return whether If-Range lets the Range field select: it is absent, or it is the file's strong entity tag or strong
    date (13.1.5).

    `if_range_date` is the field read as a date, None if it is none. Dates are in seconds since the epoch.
    """
    if if_range is None:
        return True
    if if_range_date is not None:
        # A date is strong when nothing can change within its second any more (8.8.2.2).
        return if_range_date == last_modified and now - if_range_date >= _RACY
    return if_range == etag and if_range.startswith('"')


def entity_tag(size: int, mtime_ns: int | None, changed_ns: int | None) -> str | None:
    """
    Return the entity tag of a file, None if nothing is known but its size.

    Bytes keep their tag, and other bytes never get the same strong tag (section 8.8.1). A strong tag is made of
    `changed_ns`, when the operating system last noted a change: it moves with every change, and nobody can set it. A
    tag made of `mtime_ns` is weak, because builds that can be repeated give all files the same. A tag is weak, too, if
    the file system counts in whole seconds.
    """
    if changed_ns is not None and changed_ns % 10**9:
        return f'"{changed_ns:x}-{size:x}"'
    time_ns = mtime_ns if changed_ns is None else changed_ns
    return None if time_ns is None else f'W/"{time_ns:x}-{size:x}"'


def parse_tags(field: str) -> list[str]:
    """Return the well-formed members of a list of entity tags, or ``*`` alone."""
    if len(field) > _MAX_LENGTH or field.count(",") + field.count('"') > _MAX_DELIMITERS:
        return []
    if '"' not in field:
        return ["*"] if field.strip(" \t") == "*" else []
    return _ENTITY_TAG.findall(field)


def seconds_of(field: str | None) -> int | None:
    """Return the date of a field in seconds since the epoch, None if there is none or it is malformed."""
    # No date is longer, and nothing longer is to be kept.
    return _kept_seconds(field) if field and len(field) <= 64 else None


_kept_seconds = lru_cache(maxsize=1024)(parse_http_date_safe)


def _matches(tags: list[str], etag: str | None, *, strong: bool) -> bool:
    """Return whether the tags have `etag` among them, by strong or weak comparison (section 8.8.3.2)."""
    if tags == ["*"]:
        return True
    if not etag:
        return False
    opaque = etag.removeprefix("W/")
    if strong:
        return opaque == etag and etag in tags
    return opaque in tags or f"W/{opaque}" in tags
