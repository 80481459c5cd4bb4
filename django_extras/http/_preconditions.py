"""Preconditions: validators and If-* fields in, what to answer out (RFC 9110 section 13)."""

import re
from enum import Enum

#: Seconds for which a file may change again without a change of its modification date, on any file system.
RACY = 2

# What a thousand entity tags need: commas and quotes, and characters.
_MAX_DELIMITERS, _MAX_LENGTH = 3000, 32 * 1024

_ENTITY_TAG = re.compile(r'(?:\A|,)[ \t]*+((?:W/)?"[^"]*+")[ \t]*+(?=,|\Z)')


class Outcome(Enum):
    """What the preconditions of a GET or HEAD ask for."""

    PROCEED = 200
    NOT_MODIFIED = 304
    FAILED = 412


def evaluate(
    *,
    etag: str | None,
    last_modified: int | None,
    if_match: str = "",
    if_unmodified_since: int | None = None,
    if_none_match: str = "",
    if_modified_since: int | None = None,
) -> Outcome:
    """
    Return the outcome of the preconditions of a GET or HEAD, in the order of section 13.2.2.

    Dates are in seconds since the epoch; a field that is absent or malformed counts for nothing. This decides as
    ``django.utils.cache.get_conditional_response()`` does, with four differences: an entity tag may hold a comma, a
    file without a modification date passes If-Unmodified-Since, one without an entity tag passes ``If-Match: *`` and
    fails ``If-None-Match: *``, and a list of more than a thousand entity tags, or 32 KiB, counts for nothing, so that
    no field takes more than a millisecond.
    """
    if tags := _parse(if_match):
        if not _matches(tags, etag, strong=True):
            return Outcome.FAILED
    elif if_unmodified_since is not None and last_modified is not None and last_modified > if_unmodified_since:
        return Outcome.FAILED
    if tags := _parse(if_none_match):
        return Outcome.NOT_MODIFIED if _matches(tags, etag, strong=False) else Outcome.PROCEED
    if _is_too_long(if_none_match):
        return Outcome.PROCEED  # where it is there, If-Modified-Since does not count (section 13.1.3)
    if if_modified_since is not None and last_modified is not None and last_modified <= if_modified_since:
        return Outcome.NOT_MODIFIED
    return Outcome.PROCEED


def range_applies(
    if_range: str | None, if_range_date: int | None, etag: str | None, last_modified: int | None, now: float
) -> bool:
    """
    Return whether If-Range lets the Range field select: it is absent, the same strong entity tag, or the same strong
    date (13.1.5).

    `if_range_date` is the field read as a date, None if it is none. Dates are in seconds since the epoch.
    """
    if if_range is None:
        return True
    if if_range_date is not None:
        # A date is strong once nothing can change any more within its second (8.8.2.2).
        return if_range_date == last_modified and now - if_range_date >= RACY
    return if_range == etag and if_range.startswith('"')


def entity_tag(mtime_ns: int, size: int, now_ns: int) -> str:
    """Return the entity tag of a file, weak if the file is so young that it may change unseen (section 8.8.1)."""
    prefix = "W/" if now_ns - mtime_ns < RACY * 10**9 else ""
    return f'{prefix}"{mtime_ns:x}-{size:x}"'


def _parse(field: str) -> list[str]:
    """Return the well-formed members of a list of entity tags, or ``*`` alone."""
    if _is_too_long(field):
        return []
    if '"' not in field:
        return ["*"] if field.strip(" \t") == "*" else []
    return _ENTITY_TAG.findall(field)


def _is_too_long(field: str) -> bool:
    return len(field) > _MAX_LENGTH or field.count(",") + field.count('"') > _MAX_DELIMITERS


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
