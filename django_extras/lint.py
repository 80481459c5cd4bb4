"""lint(): what in a response breaks HTTP, each fault with the section of the RFC."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.http.request import HttpRequest
from django.http.response import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import http_date, parse_http_date_safe

from .http._fields import TOKEN, content_range_span, element_names

_DIGITS = re.compile(r"[0-9]+")
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_TOKENS = re.compile(rf"(?:{TOKEN}(?:[ \t]*,[ \t]*{TOKEN})*)?")
_MEDIA_TYPE = re.compile(rf"{TOKEN}/{TOKEN}[ \t]*(?:;.*)?")
_CHALLENGE = re.compile(rf"{TOKEN}(?:[ ,].*)?")
_UNSATISFIED_RANGE = re.compile(r"bytes \*/[0-9]{1,19}", re.IGNORECASE)
_URI = re.compile(r"(?:[!#$&-;=?-\[\]_a-z~]|%[0-9A-Fa-f]{2})*")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")

#: Fields that a status must have.
_REQUIRED = {
    **dict.fromkeys((301, 302, 303, 307, 308), ("Location", "RFC 9110 15.4")),
    401: ("WWW-Authenticate", "RFC 9110 15.5.2"),
    405: ("Allow", "RFC 9110 15.5.6"),
    407: ("Proxy-Authenticate", "RFC 9110 15.5.8"),
    426: ("Upgrade", "RFC 9110 15.5.22"),
}
_NO_CONTENT = {204: "RFC 9110 15.3.5", 205: "RFC 9110 15.3.6", 304: "RFC 9110 15.4.5"}

#: Statuses that caches may store without being told to (RFC 9110 15.1).
_CACHEABLE = frozenset({200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501})


class Finding(NamedTuple):
    """What is wrong, and which section says so."""

    message: str
    section: str

    def __str__(self) -> str:
        return f"{self.message} ({self.section})"


def lint(response: HttpResponseBase, request: HttpRequest | None = None) -> list[Finding]:
    """
    Return what in the response breaks HTTP: an empty list if nothing does.

    The request tells whether it was HEAD, and what the response was negotiated by. Streamed content is not read, and a
    TemplateResponse that is not rendered yet is judged by its fields.
    """
    if not isinstance(response.status_code, int):
        return [Finding(f"{response.status_code!r} is no status", "RFC 9110 15")]
    checks = (_status, _required_fields, _content, _content_range, _syntax, _vary)
    return [Finding(*finding) for check in checks for finding in check(response, request)]


_Findings = Iterator[tuple[str, str]]


def _status(response: HttpResponseBase, request: HttpRequest | None) -> _Findings:
    status = response.status_code
    if not 100 <= status <= 599:
        yield f"{status} is no status", "RFC 9110 15"
    elif status < 200:
        yield f"{status} is no final status", "RFC 9110 15.2"


def _required_fields(response: HttpResponseBase, request: HttpRequest | None) -> _Findings:
    field, section = _REQUIRED.get(response.status_code, ("", ""))
    if field and field not in response.headers:
        yield f"{response.status_code} lacks {field}", section
    if "Upgrade" in response.headers and "upgrade" not in element_names(response.headers.get("Connection", "")):
        yield "Upgrade comes without Connection: Upgrade", "RFC 9110 7.8"


def _content(response: HttpResponseBase, request: HttpRequest | None) -> _Findings:
    status = response.status_code
    length = response.headers.get("Content-Length")
    size = _size(response)
    if status in _NO_CONTENT and size:
        yield f"{status} has content", _NO_CONTENT[status]
    # Some servers frame even an empty stream as content. A 304 may be a file's response, whose stream is empty.
    if status in _NO_CONTENT and status != 304 and isinstance(response, StreamingHttpResponse):
        yield f"{status} is streamed, as if it had content", _NO_CONTENT[status]
    if status == 204 or status < 200:
        if length is not None:
            yield f"{status} has Content-Length", "RFC 9110 8.6"
    elif length is not None:
        is_head = request is not None and request.method == "HEAD"
        if not _DIGITS.fullmatch(length):
            yield f"Content-Length is {length!r}, which is no number of bytes", "RFC 9110 8.6"
        elif size is not None and status != 304 and not is_head and _trimmed(length) != str(size):
            yield f"Content-Length is {length}, but the content has {size} bytes", "RFC 9110 8.6"
        elif status == 205 and length.strip("0"):
            yield f"Content-Length is {length}, but 205 has no content", "RFC 9110 15.3.6"
    if "Transfer-Encoding" in response.headers:
        if status in _NO_CONTENT or status < 200:
            yield f"{status} has Transfer-Encoding", "RFC 9112 6.1"
        elif length is not None:
            yield "Content-Length comes with Transfer-Encoding", "RFC 9112 6.2"


def _trimmed(digits: str) -> str:
    """Return a number without leading zeros. Python makes no int of more than 4,300 digits."""
    return digits.lstrip("0") or "0"


def _size(response: HttpResponseBase) -> int | None:
    """Return the size of the content in bytes, or None if that is not known yet."""
    if isinstance(response, HttpResponse) and getattr(response, "is_rendered", True):
        return len(response.content)
    return None


def _content_range(response: HttpResponseBase, request: HttpRequest | None) -> _Findings:
    status, text = response.status_code, response.headers.get("Content-Range")
    multipart = response.headers.get("Content-Type", "").lower().startswith("multipart/byteranges")
    if text is None:
        if status == 206 and not multipart:
            yield "206 lacks Content-Range", "RFC 9110 15.3.7.1"
        return
    if status not in {206, 416}:
        yield f"{status} has Content-Range, which only 206 and 416 may have", "RFC 9110 14.4"
        return
    if status == 206 and multipart:
        yield "206 has both multipart/byteranges and Content-Range", "RFC 9110 15.3.7.2"
    span = content_range_span(text)
    is_valid = span is not None
    if status == 416 and text[:6].lower() == "bytes ":
        is_valid = _UNSATISFIED_RANGE.fullmatch(text) is not None
    size = response.headers.get("Content-Length", "")
    if not is_valid:
        yield f"Content-Range of a {status} is {text!r}", "RFC 9110 14.4"
    elif span and status == 206 and _DIGITS.fullmatch(size) and _trimmed(size) != str(span):
        yield f"Content-Range is {text!r}, but Content-Length is {size}", "RFC 9110 15.3.7.1"


def _is_date(text: str) -> bool:
    seconds = parse_http_date_safe(text)
    return seconds is not None and http_date(seconds) == text


#: How to read a field, and the section that says so.
_SYNTAX: dict[str, tuple[Callable[[str], object], str]] = {
    "allow": (_TOKENS.fullmatch, "RFC 9110 10.2.1"),
    "content-type": (_MEDIA_TYPE.fullmatch, "RFC 9110 8.3"),
    "date": (_is_date, "RFC 9110 6.6.1"),
    "etag": (_ETAG.fullmatch, "RFC 9110 8.8.3"),
    "expires": (_is_date, "RFC 9111 5.3"),
    "last-modified": (_is_date, "RFC 9110 8.8.2"),
    "location": (_URI.fullmatch, "RFC 9110 10.2.2"),
    "proxy-authenticate": (_CHALLENGE.fullmatch, "RFC 9110 11.7.1"),
    "retry-after": (lambda text: _DIGITS.fullmatch(text) or _is_date(text), "RFC 9110 10.2.3"),
    "vary": (_TOKENS.fullmatch, "RFC 9110 12.5.5"),
    "www-authenticate": (_CHALLENGE.fullmatch, "RFC 9110 11.6.1"),
}


def _syntax(response: HttpResponseBase, request: HttpRequest | None) -> _Findings:
    for field, text in response.headers.items():
        if not re.fullmatch(TOKEN, field):
            yield f"{field!r} is no field name", "RFC 9110 5.1"
        if not _VALUE.fullmatch(text):
            yield f"{field} has control characters: {text!r}", "RFC 9110 5.5"
        read, section = _SYNTAX.get(field.lower(), (None, ""))
        if read is not None and not read(text):
            yield f"{field} is {text!r}", section


def _vary(response: HttpResponseBase, request: HttpRequest | None) -> _Findings:
    """Find a field of the request that chose the content of a response for caches, and that Vary does not name."""
    if request is None or request.method not in {"GET", "HEAD"} or response.status_code not in _CACHEABLE:
        return
    vary = element_names(response.headers.get("Vary", ""))
    if "*" in vary or {"no-store", "private"} & element_names(response.headers.get("Cache-Control", "")):
        return
    # Django keeps what it read of the Accept field on the request, once a view has asked it.
    if "accepted_types" in request.__dict__ and "accept" not in vary:
        yield "The content was chosen by Accept, but Vary does not name it", "RFC 9110 12.5.5"
    encoded = response.headers.get("Content-Encoding", "identity").lower() != "identity"
    is_file = isinstance(response, FileResponse)  # a file is stored encoded: nothing was chosen
    if encoded and not is_file and "Accept-Encoding" in request.headers and "accept-encoding" not in vary:
        yield "The content was encoded, but Vary does not name Accept-Encoding", "RFC 9110 12.5.5"
