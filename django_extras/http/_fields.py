"""The header fields that HTTP ties to a status: a Python value in, the field's text out."""

import datetime
import re
from collections.abc import Iterable
from email.utils import format_datetime

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_MEDIA_RANGE = re.compile(rf"{_TOKEN}/{_TOKEN}(?:[ \t]*;[\t \x21-\x7e\x80-\xff]*)?")
_CODING = re.compile(rf"{_TOKEN}(?:[ \t]*;[ \t]*[qQ]=(?:0(?:\.[0-9]{{0,3}})?|1(?:\.0{{0,3}})?))?")
_PROTOCOL = re.compile(rf"{_TOKEN}(?:/{_TOKEN})?")
_METHOD = re.compile(_TOKEN)
_CHALLENGE = re.compile(rf"{_TOKEN}(?:[ ,][\t \x21-\x7e\x80-\xff]*)?")
_CONTENT_RANGE = re.compile(rf"({_TOKEN}) (?:([0-9]{{1,19}})-([0-9]{{1,19}})/([0-9]{{1,19}}|\*)|[\x21-\x7e]+)")


def challenges_text(owner: str, argument: str, value: str | Iterable[str]) -> str:
    """Return WWW-Authenticate or Proxy-Authenticate: one challenge or several (RFC 9110 11.6.1)."""
    return _list_text(
        owner, argument, value, _CHALLENGE, "a challenge that begins with a scheme, such as 'Basic realm=\"Staff\"'"
    )


def media_ranges_text(owner: str, argument: str, value: str | Iterable[str]) -> str:
    """Return Accept or Accept-Patch: one media range or several (RFC 9110 12.5.1, RFC 5789 3.1)."""
    return _list_text(owner, argument, value, _MEDIA_RANGE, "a media type such as 'application/json'")


def codings_text(owner: str, argument: str, value: str | Iterable[str]) -> str:
    """Return Accept-Encoding: one content coding or several (RFC 9110 12.5.3)."""
    return _list_text(owner, argument, value, _CODING, "a content coding such as 'gzip', or 'identity' for none")


def protocols_text(owner: str, argument: str, value: str | Iterable[str]) -> str:
    """Return Upgrade: one protocol or several, the most wanted first (RFC 9110 7.8)."""
    return _list_text(owner, argument, value, _PROTOCOL, "a protocol such as 'websocket' or 'TLS/1.2'")


def methods_text(owner: str, argument: str, value: str | Iterable[str]) -> str:
    """Return Allow: one method or several (RFC 9110 10.2.1)."""
    return _list_text(owner, argument, value, _METHOD, "a method such as 'GET'")


def retry_after_text(owner: str, value: int | datetime.timedelta | datetime.datetime) -> str:
    """
    Return Retry-After (RFC 9110 10.2.3).

    Parts of a second are rounded up, so that a client that keeps to it never comes too early.
    """
    remedy = "Give whole seconds from 0, a timedelta from 0 or an aware datetime"
    match value:
        case datetime.datetime() if value.utcoffset() is None:
            raise ValueError(
                f"{owner} got the naive datetime retry_after={value!r}. {remedy}, as timezone.now() returns."
            )
        case datetime.datetime():
            try:
                moment = value.astimezone(datetime.UTC)
                moment += datetime.timedelta(microseconds=-moment.microsecond % 1_000_000)
            except OverflowError as error:
                raise ValueError(f"{owner} got retry_after={value!r}, which is out of range. {remedy}.") from error
            return format_datetime(moment, usegmt=True)
        case datetime.timedelta():
            second = datetime.timedelta(seconds=1)
            seconds = value // second + bool(value % second)
        case int() if not isinstance(value, bool):
            seconds = int(value)
        case _:
            raise TypeError(f"{owner} got retry_after={value!r}. {remedy}.")
    if seconds < 0:
        raise ValueError(f"{owner} got the negative retry_after={value!r}. {remedy}.")
    return str(seconds)


def content_range_text(owner: str, value: str) -> str:
    """Return Content-Range, checked: ``bytes 0-99/1234``, ``bytes 0-99/*`` (RFC 9110 14.4)."""
    if not isinstance(value, str):
        raise TypeError(f"{owner} got content_range={value!r}. Give a str such as 'bytes 0-99/1234'.")
    if match := _CONTENT_RANGE.fullmatch(value):
        unit, first, last, length = match.groups()
        if first is None:
            valid = unit.lower() != "bytes"
        else:
            valid = int(first) <= int(last) and (length == "*" or int(last) < int(length))
        if valid:
            return value
    raise ValueError(f"{owner} got the invalid content_range={value!r}. Give a str such as 'bytes 0-99/1234'.")


def complete_length_text(owner: str, value: int) -> str:
    """Return the Content-Range of a 416: ``bytes */1234`` (RFC 9110 15.5.17)."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{owner} got complete_length={value!r}. Give the representation's length in bytes, an int.")
    if value < 0:
        raise ValueError(f"{owner} got the negative complete_length={value!r}. Give the length in bytes, from 0.")
    return f"bytes */{int(value)}"


def _list_text(owner: str, argument: str, value: object, element: re.Pattern[str], wanted: str) -> str:
    elements = [value] if isinstance(value, str) else value
    if isinstance(elements, bytes) or not isinstance(elements, Iterable):
        raise TypeError(f"{owner} got {argument}={value!r}. Give {wanted}, or several in a list.")
    texts = list(elements)
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"{owner} got {argument}={text!r}. Give {wanted}, or several in a list.")
        if not element.fullmatch(text):
            raise ValueError(f"{owner} got the invalid {argument}={text!r}. Give {wanted}.")
    if not texts:
        raise ValueError(f"{owner} got an empty {argument}. Give {wanted}, or leave {argument} out.")
    return ", ".join(texts)
