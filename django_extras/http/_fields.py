"""The header fields that HTTP ties to a status: a Python value in, the field's text out; and how they are set."""

import datetime
import re
from collections.abc import Iterable, Mapping
from email.utils import format_datetime
from typing import Any

#: A name in a field (RFC 9110 5.6.2).
TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_PARAMETERS = r"[\t \x21-\x7e\x80-\xff]*"
_MEDIA_RANGE = (re.compile(rf"{TOKEN}/{TOKEN}(?:[ \t]*;{_PARAMETERS})?"), "a media type such as 'application/json'")
_CHALLENGE = (
    re.compile(rf"{TOKEN}(?:[ ,]{_PARAMETERS})?"),
    "a challenge that begins with a scheme, such as 'Basic realm=\"Staff\"'",
)
#: The arguments that name one element of a list or several: what an element looks like, and how to say so.
_ELEMENTS = {
    "accept": _MEDIA_RANGE,  # RFC 9110 12.5.1
    "accept_encoding": (  # RFC 9110 12.5.3
        re.compile(rf"{TOKEN}(?:[ \t]*;[ \t]*[qQ]=(?:0(?:\.[0-9]{{0,3}})?|1(?:\.0{{0,3}})?))?"),
        "a content coding such as 'gzip', or 'identity' for none",
    ),
    "accept_patch": _MEDIA_RANGE,  # RFC 5789 3.1
    "allow": (re.compile(TOKEN), "a method such as 'GET'"),  # RFC 9110 10.2.1
    "proxy_authenticate": _CHALLENGE,  # RFC 9110 11.7.1
    "upgrade": (re.compile(rf"{TOKEN}(?:/{TOKEN})?"), "a protocol such as 'websocket' or 'TLS/1.2'"),  # RFC 9110 7.8
    "www_authenticate": _CHALLENGE,  # RFC 9110 11.6.1
}
_CONTENT_RANGE = re.compile(rf"({TOKEN}) (?:([0-9]{{1,19}})-([0-9]{{1,19}})/([0-9]{{1,19}}|\*)|[\x21-\x7e]+)")


def element_names(text: str) -> set[str]:
    """Return the elements of a field that is a list, in lower case and without their values."""
    return {element.partition("=")[0].strip().lower() for element in text.split(",")}


def set_fields(headers: Any, fields: Mapping[str, str]) -> None:  # ResponseHeaders, but nothing here imports Django
    """Set fields as Django does. Printable ASCII, in which its checks would change nothing, is set directly."""
    try:
        line = "".join([*fields, *fields.values()])
    except TypeError:  # Django makes text of what is none
        line = "\n"
    if line.isascii() and line.isprintable():
        store = headers._store
        for name, text in fields.items():
            store[name.lower()] = (name, text)
    else:
        for name, text in fields.items():
            headers[name] = text


def list_text(owner: str, argument: str, value: str | Iterable[str]) -> str:
    """Return the field that lists what an argument names: one element or several."""
    element, wanted = _ELEMENTS[argument]
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
    if content_range_span(value) is None:
        raise ValueError(f"{owner} got the invalid content_range={value!r}. Give a str such as 'bytes 0-99/1234'.")
    return value


def content_range_span(text: str) -> int | None:
    """Return how many bytes Content-Range says that a part has; 0 for another unit, None if it cannot be read."""
    match = _CONTENT_RANGE.fullmatch(text)
    if match is None:
        return None
    unit, first, last, length = match.groups()
    is_bytes = unit.lower() == "bytes"
    if first is None:
        return None if is_bytes else 0
    span = int(last) - int(first) + 1
    if span < 1 or (length != "*" and int(length) <= int(last)):
        return None
    return span if is_bytes else 0


def complete_length_text(owner: str, value: int) -> str:
    """Return the Content-Range of a 416: ``bytes */1234`` (RFC 9110 15.5.17)."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{owner} got complete_length={value!r}. Give the representation's length in bytes, an int.")
    if value < 0:
        raise ValueError(f"{owner} got the negative complete_length={value!r}. Give the length in bytes, from 0.")
    return f"bytes */{int(value)}"
