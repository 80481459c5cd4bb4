"""``FileResponse``: a file, or the parts of it that a client asks for."""

import io
import os
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing, suppress
from typing import IO, Any, ClassVar, Self

from django.core.files.base import File
from django.http import FileResponse as DjangoFileResponse
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.cache import patch_vary_headers

from ._body import Body, Extent, PlainFileBody, discard, measure
from ._conditions import decide, format_date, may_need_no_content
from ._disposition import clean_filename, content_disposition
from ._preconditions import Outcome, entity_tag
from ._ranges import ByteRange, content_range, multipart
from ._source import INLINE_TYPES, guess_type, is_plain, is_shown, is_text, mtime_ns, unwrap
from ._threads import pass_through, read_ahead, read_in_thread
from ._unopened import Unopened
from .status import STATUSES_WITHOUT_CONTENT

Content = str | os.PathLike[str] | IO[bytes] | bytes | bytearray | memoryview | Iterable[bytes] | AsyncIterable[bytes]

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


class FileResponse(DjangoFileResponse):
    """
    Stream a file; answer ranges and preconditions when given the request.

    `content` is a file name, a binary handle, a file of a storage, bytes, or an iterator of bytes, sync or async. A
    file is sent from its position on and closed with the response. Fields set: Content-Type, guessed from the name
    unless given; Content-Length where it can be known; Content-Disposition; Last-Modified from the file, unless
    `include_last_modified` is False; and ``X-Content-Type-Options: nosniff``.

    `as_attachment` says whether a browser saves or shows the file. By default it shows the types in `inline_types` and
    saves all others. `filename` is the name to save it under, by default that of the file. `request` is given to
    `make_conditional()`; with it, what is not open yet is opened only if bytes of it are to be sent.

    Raise OSError if a file name cannot be opened or is not a regular file, TypeError for a handle in text mode and for
    what is no content, ValueError for a status that has none.
    """

    #: Bytes per read, and per write to the client.
    block_size = 256 * 1024
    #: Ranges that one request may select: 1 turns multipart/byteranges off, 0 turns ranges off.
    max_ranges: int = 16
    #: Media types that browsers show by default. A ``/*`` covers no markup: name ``text/html`` to show it.
    inline_types: ClassVar[frozenset[str]] = INLINE_TYPES
    #: Whether GZipMiddleware may compress attachments, which then have no length and cannot be resumed.
    compress_attachments = False

    #: What the WSGI server may send itself, in place of iterating the response; None if there is no such file.
    file_to_stream: Any
    # Django's own, which its stubs leave out.
    _iterator: Any
    _resource_closers: list[Callable[[], object]]

    def __init__(
        self,
        content: Content,
        content_type: str | None = None,
        *,
        include_last_modified: bool = True,
        as_attachment: bool | None = None,
        filename: str = "",
        request: HttpRequest | None = None,
        max_ranges: int | None = None,
        status: int | None = None,
        reason: str | None = None,
        charset: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.include_last_modified = include_last_modified
        if max_ranges is not None:
            self.max_ranges = max_ranges
        self._attach = as_attachment
        headers = None if headers is None else dict(headers)
        self._given = {str(name).lower() for name in headers or ()}
        if content_type is not None:
            self._given.add("content-type")
        self._body: Body | None = None
        self._file: Any = None  # whatever has read()
        self._extent = Extent(None, None)
        self._mtime_ns: int | None = None
        self._bodiless = False
        self._iterated = False
        self._opened: Any = None  # what is closed here if the rest fails
        source: Any = content  # Django's stubs know no async iterator
        self._unopened = unopened = content if isinstance(content, Unopened) else Unopened.of(content)
        if unopened is not None:
            source = unopened
            if not self._look_at(unopened, request, status):
                self._unopened = None
                source = self._opened = unopened.open()
        elif isinstance(content, bytes | bytearray | memoryview):
            source = io.BytesIO(content)
        elif not (isinstance(content, Iterable | AsyncIterable) or hasattr(content, "read")):
            raise TypeError(
                f"{type(self).__name__} cannot send {content!r}. Give it a file name, a file in binary mode, bytes "
                "or an iterator of bytes."
            )
        try:
            super().__init__(
                source,
                as_attachment=bool(as_attachment),
                filename=filename,
                content_type=content_type,
                status=status,
                reason=reason,
                charset=charset,
                headers=headers,
            )
            if self.status_code in STATUSES_WITHOUT_CONTENT:
                raise ValueError(
                    f"A {self.status_code} response has no content, not even a file. Send the file with another "
                    f"status, or leave it out with HttpResponse(status={self.status_code})."
                )
            if self._file is None and self._unopened is None:
                self._set_type_and_disposition("")
            self.headers.setdefault("X-Content-Type-Options", "nosniff")
            if request is not None:
                self.make_conditional(request)
            if self._unopened is not None:
                self._open(self._unopened)
        except BaseException:
            if self._opened is not None:
                self._opened.close()
            raise

    def make_conditional(self, request: HttpRequest) -> Self:
        """
        Answer the request's preconditions and ranges: change this response into a 206, 304, 412 or 416 where they ask
        for it.

        A 200 to GET or HEAD gets an ETag, from the file's date and size, unless it has one, and Accept-Ranges if
        ranges can be served. HEAD, 304, 412 and 416 close the file and never read it. Calling this again changes
        nothing. Return the response.

        Raise RuntimeError if the response has been iterated (RFC 9110 sections 13 and 14).
        """
        if self._iterated or (self._body is not None and self._body.started):
            raise RuntimeError(
                f"{type(self).__name__}.make_conditional() must be called before the response is iterated."
            )
        if self.status_code == 200 and request.method in {"GET", "HEAD"}:
            self._evaluate(request)
        if request.method == "HEAD":
            self._drop_body()
        return self

    def set_headers(self, filelike: Any) -> None:  # whatever has read(), as in Django
        """Set Content-Length, Content-Type, Content-Disposition and Last-Modified for the file."""
        self._extent = measure(filelike, self.block_size)
        self._mtime_ns = mtime_ns(filelike)
        name = getattr(filelike, "name", "")
        self._describe(name if isinstance(name, str) else "")
        self._set_last_modified()

    def _describe(self, name: str) -> None:
        if self._extent.length is not None:
            self.headers["Content-Length"] = str(self._extent.length)
        self._set_type_and_disposition(name)

    def _set_last_modified(self) -> None:
        if self._mtime_ns is not None and self.include_last_modified and "last-modified" not in self._given:
            # A date in the future is not to be sent (RFC 9110 section 8.8.2.1).
            seconds = min(self._mtime_ns // 10**9, int(time.time()))
            self.headers["Last-Modified"] = format_date(max(0, seconds))

    def has_header(self, header: str) -> bool:
        """
        Return whether the response has the field.

        It has a settled Content-Encoding where no middleware may compress it: a part of a file would be corrupt, a 304
        would get a body, a download could not be resumed. GZipMiddleware asks this. Where it would have compressed the
        200, the answer varies.
        """
        if header.lower() == "content-encoding" and header not in self.headers:
            attachment = self.headers.get("Content-Disposition", "").startswith("attachment")
            if attachment and not self.compress_attachments:
                return True
            if self.status_code in {206, 304, 412, 416}:
                patch_vary_headers(self, ["Accept-Encoding"])
                return True
            return False
        return super().has_header(header)

    def __iter__(self) -> Iterator[bytes]:
        if self.is_async:
            raise TypeError(
                f"{type(self).__name__} has an async iterator, which WSGI cannot send. Pass a sync iterator, or serve "
                f"the view under ASGI."
            )
        self._begin()
        parts: Iterator[bytes] = map(self.make_bytes, self._iterator)
        return discard(parts) if self._bodiless else parts

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        async with aclosing(self._parts()) as parts:
            try:
                async for part in parts:
                    if not self._bodiless:
                        yield part
            except Exception:
                # Django's ASGI handler closes a response that was sent or left, not one that failed.
                self._close_file()
                raise

    def _parts(self) -> AsyncGenerator[bytes, None]:
        self._begin()
        if self.is_async:
            return pass_through(self._iterator, self.make_bytes)
        body = self._body
        return read_ahead(body) if body is not None and body is self._iterator else read_in_thread(iter(self))

    def _evaluate(self, request: HttpRequest) -> None:
        etag, outcome, ranges = self._decide(request)
        unopened = self._unopened
        if unopened is not None and outcome is Outcome.PROCEED and ranges != []:
            if request.method == "HEAD":
                self._describe(unopened.name)
            else:
                self._open(unopened)
                etag, outcome, ranges = self._decide(request)
        if etag is not None:
            self.headers["ETag"] = etag
        if outcome is Outcome.NOT_MODIFIED:
            self._answer_without_body(304, (*_OF_THE_REPRESENTATION, *(["Last-Modified"] if etag else [])))
        elif outcome is Outcome.FAILED:
            self._fail(412)
        elif self._has_ranges():
            self.headers["Accept-Ranges"] = "bytes"
            self._select(ranges)

    def _decide(self, request: HttpRequest) -> tuple[str | None, Outcome, list[ByteRange] | None]:
        """Return the entity tag, the outcome of the preconditions, and the ranges if Range is not to be ignored."""
        size = self._extent.length
        etag = self.headers.get("ETag")
        if etag is None and size is not None and self._mtime_ns is not None and self._is_ours():
            etag = entity_tag(self._mtime_ns, size, time.time_ns())
        outcome, ranges = decide(
            request.META,
            etag=etag,
            last_modified=self.headers.get("Last-Modified"),
            size=size if request.method == "GET" and self._has_ranges() else None,
            max_ranges=self.max_ranges,
        )
        return etag, outcome, ranges

    def _is_ours(self) -> bool:
        """Return whether the file is still what is sent."""
        return self._unopened is not None or (self._body is not None and self._iterator is self._body)

    def _has_ranges(self) -> bool:
        return bool(None not in self._extent and self.max_ranges and self._is_ours())

    def _look_at(self, unopened: Unopened, request: HttpRequest | None, status: int | None) -> bool:
        """Take the size and date of a file that may stay closed; return False where it is better opened at once."""
        if (
            request is None
            or not may_need_no_content(request.method, request.META)
            or (self.status_code if status is None else status) != 200
            # A subclass may look into the file, or at the fields that it has got.
            or type(self).set_headers is not FileResponse.set_headers
            or type(self).make_conditional is not FileResponse.make_conditional
            or (facts := unopened.look()) is None
        ):
            return False
        self._extent, self._mtime_ns = Extent(0, facts.size), facts.mtime_ns
        return True

    def _open(self, unopened: Unopened) -> None:
        """Open the file and take its fields from what was opened, which may be newer than what was looked at."""
        self._unopened = None
        self._opened = file = unopened.open()
        self._set_streaming_content(file)

    def _select(self, ranges: list[ByteRange] | None) -> None:
        """Make this a 206 with the ranges, a 416 if there are none, or leave it if Range is to be ignored."""
        if ranges is None:
            return
        size = self._extent.length or 0
        if not ranges:
            self._fail(416)
            self.headers["Accept-Ranges"] = "bytes"
            self.headers["Content-Range"] = content_range(None, size)
            return
        parts: list[bytes | ByteRange] = list(ranges)
        length = ranges[0].length
        if len(ranges) == 1:
            self.headers["Content-Range"] = content_range(ranges[0], size)
        else:
            boundary = secrets.token_hex(16)
            parts, length = multipart(ranges, size, self.headers.get("Content-Type"), boundary)
            self.headers["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
        self._set_status(206)
        self.headers["Content-Length"] = str(length)
        # A server would send the file from its descriptor, and past the range.
        self.file_to_stream = None
        self._stream(Body(self._file, parts, self._extent.start, self.block_size))

    def _fail(self, status: int) -> None:
        self._answer_without_body(status, _OF_THE_REPRESENTATION + _OF_A_SUCCESS)
        self.headers["Content-Length"] = "0"

    def _answer_without_body(self, status: int, dropped: Iterable[str]) -> None:
        self._set_status(status)
        for name in dropped:
            self.headers.pop(name, None)
        self._drop_body()

    def _set_status(self, status: int) -> None:
        self.status_code = status
        self.reason_phrase = None  # type: ignore[assignment]  # the stubs do not know that None means the standard phrase

    def _drop_body(self) -> None:
        """Close the file, and yield nothing whatever middleware makes of that."""
        self._bodiless = True
        self._close_file()
        self.file_to_stream = self._body = self._unopened = None
        self._set_iterator(())

    def _close_file(self) -> None:
        if hasattr(self._file, "close"):
            with suppress(OSError):
                self._file.close()

    def _set_streaming_content(self, value: Any) -> None:  # overrides an untyped method
        self.file_to_stream = self._file = self._body = None
        if isinstance(value, Unopened):
            self._set_iterator(())
            self._set_last_modified()
            return
        # Before any look at its attributes, which would open a FieldFile.
        if isinstance(value, File) and value.closed:
            self._opened = value.open("rb")
        if hasattr(value, "__aiter__") or not hasattr(value, "read"):
            self._set_iterator(value)
            return
        if is_text(value):
            raise TypeError(
                f'{type(self).__name__} cannot send a file in text mode. Open it in binary mode: open(name, "rb").'
            )
        self._file = value
        if hasattr(value, "close"):
            self._resource_closers.append(value.close)
        self.set_headers(value)
        length = self._extent.length
        if length is None:
            self._stream(Body(value, None, None, self.block_size))
        elif is_plain(value):
            self._stream(PlainFileBody(value, [ByteRange(0, length)], None, self.block_size))
            self.file_to_stream = self._body
        else:
            self._stream(Body(value, [ByteRange(0, length)], None, self.block_size))
            if isinstance(unwrap(value), io.BytesIO):
                self.file_to_stream = self._body

    def _stream(self, body: Body) -> None:
        self._set_iterator(body)
        self._body = body

    def _begin(self) -> None:
        self._iterated = True
        # Django's ASGI handler sets a block size. A body that looked it up here would keep a dropped response alive.
        if self._body is not None:
            self._body.block_size = self.block_size

    def _set_iterator(self, value: Any) -> None:
        """Set what is iterated, without what Django's FileResponse does for files."""
        StreamingHttpResponse._set_streaming_content(self, value)  # type: ignore[attr-defined]  # private, so not in the stubs

    def _set_type_and_disposition(self, file_name: str) -> None:
        name = self.filename or file_name
        if "content-type" not in self._given:
            self.headers["Content-Type"] = guess_type(clean_filename(name) if name else "")
        if self._attach is None:
            self.as_attachment: bool = not is_shown(self.headers.get("Content-Type", ""), self.inline_types)
        if "content-disposition" not in self._given:
            value = content_disposition(name, attachment=self.as_attachment)
            if value is not None:
                self.headers["Content-Disposition"] = value
