"""Byte ranges: the Range field in, the selected parts of a representation out (RFC 9110 section 14)."""

import re
from typing import NamedTuple

# Possessive quantifiers keep a hostile field linear. \d would match the digits of every script.
_UNIT = re.compile(r"bytes=", re.IGNORECASE | re.ASCII)
_MEMBER = re.compile(r"[ \t,]*+([0-9]*+)-([0-9]*+)[ \t]*+(?:,|\Z)")
_END = re.compile(r"[ \t,]*+\Z")

# As for the entity tags of a precondition.
_MAX_LENGTH = 32 * 1024


class ByteRange(NamedTuple):
    """A selected range, half open as a slice: `stop` is the offset after its last byte."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start


def select_ranges(field: str, size: int, max_ranges: int) -> list[ByteRange] | None:
    """
    Return the ranges of a representation of `size` bytes that a Range field selects, in the order of the field.

    An empty list means that no range can be satisfied (416). None means that the field is to be ignored (200): the
    unit is not bytes, a member is malformed, there is nothing to select from, or the field asks for more than it is
    worth: more than `max_ranges` members or 32 KiB of text, more bytes than the whole, or more than two ranges that
    overlap (sections 14.2 and 17.15). Two that overlap become one.
    """
    if not size:
        return None
    members = _parse(field, max_ranges)
    if members is None:
        return None
    ranges = [selected for first, last in members if (selected := _select(first, last, size))]
    if len(ranges) > 1:
        return None if sum(selected.length for selected in ranges) > size else _coalesce(ranges)
    return ranges


def content_range(selected: ByteRange | None, size: int) -> str:
    """Return the Content-Range field of a part, or of a 416 if nothing is selected (section 14.4)."""
    return f"bytes {selected.start}-{selected.stop - 1}/{size}" if selected else f"bytes */{size}"


def multipart(
    ranges: list[ByteRange], size: int, content_type: str | None, boundary: str
) -> tuple[list[bytes | ByteRange], int]:
    """
    Return the body of multipart/byteranges, its framing as bytes and its parts as ranges, and its length in bytes
    (section 14.6).

    `content_type` is that of each part; None leaves it out.
    """
    type_field = f"Content-Type: {content_type}\r\n" if content_type else ""
    body: list[bytes | ByteRange] = []
    delimiter = f"--{boundary}"
    for selected in ranges:
        head = f"{delimiter}\r\n{type_field}Content-Range: {content_range(selected, size)}\r\n\r\n"
        body += [head.encode("latin-1"), selected]
        delimiter = f"\r\n--{boundary}"
    body.append(f"{delimiter}--\r\n".encode("latin-1"))
    return body, sum(part.length if isinstance(part, ByteRange) else len(part) for part in body)


def _parse(field: str, max_ranges: int) -> list[tuple[str, str]] | None:
    """Return the digits of each member's first and last position, or None if the field is to be ignored."""
    unit = _UNIT.match(field)
    if unit is None or len(field) > _MAX_LENGTH:
        return None
    members: list[tuple[str, str]] = []
    position = unit.end()
    while not _END.match(field, position):
        member = _MEMBER.match(field, position)
        if member is None or member.group(1, 2) == ("", "") or len(members) == max_ranges:
            return None
        first, last = member.groups()
        first, last = first.lstrip("0") or first[:1], last.lstrip("0") or last[:1]
        if first and last and (len(last), last) < (len(first), first):  # as numbers: int() refuses thousands of digits
            return None
        members.append((first, last))
        position = member.end()
    return members or None


def _select(first: str, last: str, size: int) -> ByteRange | None:
    """Return the bytes that one member selects, or None if there are none."""
    if not first:
        length = _clamp(last, size)
        return ByteRange(size - length, size) if length else None
    start = _clamp(first, size)
    return ByteRange(start, min(_clamp(last, size) + 1, size) if last else size) if start < size else None


def _clamp(digits: str, size: int) -> int:
    """Return the number, or `size` if it is larger."""
    return size if len(digits) > len(str(size)) else min(int(digits), size)


def _coalesce(ranges: list[ByteRange]) -> list[ByteRange] | None:
    """Return the ranges with the two that overlap made one, or None if more than two overlap."""
    overlapping = [
        one
        for index, one in enumerate(ranges)
        if any(
            one.start < other.stop and other.start < one.stop
            for position, other in enumerate(ranges)
            if position != index
        )
    ]
    if not overlapping:
        return ranges
    if len(overlapping) > 2:
        return None
    first, second = overlapping
    union = ByteRange(min(first.start, second.start), max(first.stop, second.stop))
    return [union if one is first else one for one in ranges if one is not second]
