"""``FileResponse``: a file, or the parts of it that a client asks for."""

import io
import os
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing, suppress
from inspect import iscoroutinefunction
from typing import IO, Any, ClassVar, Self

from django.core.files.base import File
from django.http import FileResponse as DjangoFileResponse
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from ._body import Body, PlainFileBody, PlainPartBody, discard
from ._conditions import NAMES, Answer, decide, format_date, has_conditions
from ._disposition import clean_filename, content_disposition
from ._media_type import INLINE_TYPES, guess_type, is_shown
from ._ranges import ByteRange, content_range, multipart
from ._source import NO_FACTS, RegularFile, inspect, is_plain, refuse_unreadable, unwrap
from ._threads import BYTES_PER_HOP, close, pass_through, read_ahead, read_in_thread
from ._unopened import Closed, Unopened, unopened
from .status import STATUSES_WITHOUT_CONTENT

Content = str | os.PathLike[str] | IO[bytes] | bytes | bytearray | memoryview | Iterable[bytes] | AsyncIterable[bytes]

# What is iterated where there is no body, until middleware wraps it.
_NOTHING: Iterator[bytes] = iter(())
# Where the wsgi.file_wrapper of a server is that sends Content-Length bytes from where a descriptor stands, no more.
_WRAPPERS_THAT_SEND_PARTS = {"gunicorn.http.wsgi"}


def is_sendable(content: object) -> bool:
    """Return whether this may be a file name, a file, bytes or an iterator of bytes."""
    # These are iterable, too.
    if isinstance(content, Mapping | HttpRequest | HttpResponseBase):
        return False
    return isinstance(content, os.PathLike | Iterable | AsyncIterable) or hasattr(content, "read")


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

    Raise OSError if a file name cannot be opened or is not a regular file, TypeError for a handle in text mode or open
    to write and for what is no content, ValueError for a closed handle and for a status that has none.
    """

    #: Bytes per read, and per write to the client. Under ASGI, Django sets its own, and a file of the operating system
    #: is read in larger blocks.
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

    _file: Any = None  # whatever has read()
    _opened: Any = None  # what is closed here if the constructor fails
    _unopened: Unopened | None = None  # what that was before
    _facts = NO_FACTS
    _made: frozenset[str] = frozenset()  # names of fields that make_conditional() sets
    _accepts_gzip = False
    _may_be_compressed = False  # by middleware that has asked, at the client's wish
    _async_sources: tuple[Any, ...] = ()  # what is closed where the event loop runs
    _bodiless = False  # whatever is iterated
    _iterated = False

    def __init__(
        self,
        content: Content,
        content_type: str | None = None,
        *,
        include_last_modified: bool = True,
        as_attachment: bool | None = None,
        filename: str | os.PathLike[str] = "",
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
        self.as_attachment: bool = bool(as_attachment)
        self.filename: str = os.fspath(filename or "")
        #: The fields of the caller, which the file's do not replace.
        self._given = {NAMES.get(str(name).lower(), name): value for name, value in dict(headers or ()).items()}
        fields = {"X-Content-Type-Options": "nosniff", **self._given}
        if content_type is not None:
            self._given["Content-Type"] = content_type
        elif "Content-Type" not in self._given:
            content_type = "application/octet-stream"
        source: Any = content  # Django's stubs know no async iterator
        answer = None
        self._unopened = closed = unopened(content)
        if closed is not None:
            if request is not None and (self.status_code if status is None else status) == 200:
                answer = self._look_at(closed, request)
            if answer is None or (answer.needs_content and not self._bodiless):
                source = self._opened = closed.open()
            else:
                source = _NOTHING
                self._bodiless = True
                if answer.needs_content:
                    described = self._describe(closed.name)
                    content_type = described.pop("Content-Type", content_type)
                    fields.update(described)
                self._settle(answer, fields)
                status, reason = answer.status, reason if answer.status == 200 else None
        elif isinstance(content, bytes | bytearray | memoryview):
            source = io.BytesIO(bytes(content))
        elif not is_sendable(content):
            raise TypeError(
                f"{type(self).__name__} cannot send {content!r}. Give it a file name, a file in binary mode, bytes "
                "or an iterator of bytes."
            )
        looked_at = self._facts
        try:
            super().__init__(
                source,
                as_attachment=self.as_attachment,
                filename=self.filename,
                content_type=content_type,
                status=status,
                reason=reason,
                charset=charset,
                headers=fields,
            )
            if answer is not None and self._opened is None:
                if not answer.needs_content:
                    del self.headers["Content-Type"]
                return
            if self.status_code in STATUSES_WITHOUT_CONTENT:
                raise ValueError(
                    f"A {self.status_code} response has no content, not even a file. Send the file with another "
                    f"status, or leave it out with HttpResponse(status={self.status_code})."
                )
            if self._file is None:
                self._set(self._describe(""))
            if answer is not None and request is not None and self._facts == looked_at:
                self._apply(answer, request)
            elif request is not None:
                self.make_conditional(request)
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
        if self._iterated or (isinstance(self._iterator, Body) and self._iterator.started):
            raise RuntimeError(
                f"{type(self).__name__}.make_conditional() must be called before the response is iterated."
            )
        if self.status_code == 200 and request.method in {"GET", "HEAD"}:
            etag, last_modified = self.headers.get("ETag"), self.headers.get("Last-Modified")
            self._apply(self._decide(request, etag, last_modified), request)
        if request.method == "HEAD":
            self._drop_body()
        return self

    def set_headers(self, filelike: Any) -> None:  # whatever has read(), as in Django
        """Set Content-Length, Content-Type, Content-Disposition and Last-Modified for the file."""
        name, mtime_ns = getattr(filelike, "name", ""), None
        if self._unopened is not None and filelike is self._opened:
            name, mtime_ns = self._unopened.name, self._unopened.mtime_ns
        self._facts = inspect(filelike, self.block_size, mtime_ns)
        self._set(self._describe(name))

    def has_header(self, header: str) -> bool:
        """
        Return whether the response has the field.

        It has a settled Content-Encoding where no middleware may compress it: a part of a file would be corrupt, a 304
        would get a body, a download could not be resumed. GZipMiddleware asks this. Where it would have compressed the
        200, the answer varies, and a 304 has the entity tag of that 200.
        """
        if header.lower() != "content-encoding" or header in self.headers:
            return super().has_header(header)
        if "Content-Encoding" in self._given or (self._is_download() and not self.compress_attachments):
            return True
        if self.status_code not in {206, 304, 412, 416}:
            self._may_be_compressed = self._accepts_gzip
            return False
        patch_vary_headers(self, ["Accept-Encoding"])
        if self.status_code == 304 and self._accepts_gzip and self.headers.get("ETag", "").startswith('"'):
            self.headers["ETag"] = f"W/{self.headers['ETag']}"
        return True

    def _is_download(self) -> bool:
        """Return whether the file is an attachment, also where the answer has no field left that says so."""
        value = self.headers.get("Content-Disposition", self._given.get("Content-Disposition"))
        if value is None:
            name = self._unopened.name if self._unopened is not None else getattr(self._file, "name", "")
            value = self._describe(name).get("Content-Disposition", "")
        return value.lower().startswith("attachment")

    def __iter__(self) -> Iterator[bytes]:
        if self.is_async:
            raise TypeError(
                f"{type(self).__name__} has an async iterator, which WSGI cannot send. Pass a sync iterator, or serve "
                f"the view under ASGI."
            )
        self._begin()
        if self._iterator is _NOTHING:
            return iter(())
        parts: Any = self.streaming_content  # an iterator, as it is not async
        return discard(parts) if self._bodiless else iter(parts)

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        try:
            if self._iterator is _NOTHING:
                self._begin()
                return
            async with aclosing(self._parts()) as parts:
                async for part in parts:
                    if not self._bodiless:
                        yield part
        finally:
            # Django's ASGI handler closes a response that was sent or left, not one that failed or was cancelled.
            self._close_file()
            await close(self._async_sources)

    def _parts(self) -> AsyncGenerator[bytes, None]:
        # What is sure to be there is read at once: at each read, the threads compete for the interpreter.
        self._begin(BYTES_PER_HOP if isinstance(self._iterator, PlainFileBody) else 0)
        if self.is_async:
            return pass_through(self._iterator, self.make_bytes)
        is_plain = (
            type(self).streaming_content is FileResponse.streaming_content
            and type(self).make_bytes is FileResponse.make_bytes
        )
        if is_plain and isinstance(self._iterator, Body):
            return read_ahead(self._iterator)
        return read_in_thread(iter(self))

    def _begin(self, least: int = 0) -> None:
        self._iterated = True
        # Django's ASGI handler sets a block size. A body that looked it up here would keep a dropped response alive.
        if isinstance(self._iterator, Body):
            self._iterator.block_size = max(self.block_size, least)

    def _look_at(self, closed: Unopened, request: HttpRequest) -> Answer | None:
        """Return the answer by what is known of a file that is not open, None where it is to be opened."""
        conditional = has_conditions(request.META)
        if (
            not (request.method == "HEAD" or (request.method == "GET" and conditional))
            # A subclass may look into the file, or at the fields that it has got.
            or type(self).set_headers is not FileResponse.set_headers
            or type(self).make_conditional is not FileResponse.make_conditional
            or (facts := closed.look()) is None
        ):
            return None
        self._facts, self._bodiless = facts, request.method == "HEAD"
        last_modified = (self._given.get("Last-Modified") or self._get_last_modified()) if conditional else None
        return self._decide(request, self._given.get("ETag"), last_modified)

    def _decide(self, request: HttpRequest, etag: str | None, last_modified: str | None) -> Answer:
        self._accepts_gzip = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
        return decide(
            request.method,
            request.META,
            self._facts,
            etag=etag,
            last_modified=last_modified,
            max_ranges=self.max_ranges,
        )

    def _settle(self, answer: Answer, fields: Any) -> None:  # those of this response, or what it is made with
        self._made |= answer.settle(fields, self._facts.length or 0)

    def _apply(self, answer: Answer, request: HttpRequest) -> None:
        self._settle(answer, self.headers)
        if answer.ranges:
            self._select(answer.ranges, request)
        elif not answer.needs_content:
            self._drop_body()
        if answer.status != 200:
            self.status_code: int = answer.status
            self.reason_phrase = None  # type: ignore[assignment]  # the stubs do not know that None means the standard phrase

    def _select(self, ranges: list[ByteRange], request: HttpRequest) -> None:
        """Send the ranges in place of the whole."""
        start, size = self._facts.start, self._facts.length or 0
        is_plain_file = isinstance(self._iterator, PlainFileBody)
        self.file_to_stream = None
        body: Body
        if len(ranges) > 1:
            boundary = secrets.token_hex(16)
            parts, length = multipart(ranges, size, self.headers.get("Content-Type"), boundary)
            self.headers["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
            body = Body(self._file, parts, start, self.block_size)
        else:
            length = ranges[0].length
            self.headers["Content-Range"] = content_range(ranges[0], size)
            if is_plain_file:
                body = PlainPartBody(self._file, ranges[0], self.block_size, self.headers)
                # Most servers would send the file from its descriptor, and past the range.
                if getattr(request.META.get("wsgi.file_wrapper"), "__module__", None) in _WRAPPERS_THAT_SEND_PARTS:
                    self.file_to_stream = body
            else:
                body = Body(self._file, ranges, start, self.block_size)
        self.headers["Content-Length"] = str(length)
        self._made |= {"Content-Range"}
        self._set_iterator(body)

    def _drop_body(self) -> None:
        """Close the file, and yield nothing whatever middleware makes of that."""
        self._bodiless = True
        self._close_file()
        self.streaming_content = _NOTHING

    def _close_file(self) -> None:
        if hasattr(self._file, "close"):
            with suppress(OSError):
                self._file.close()

    def _set_streaming_content(self, value: Any) -> None:  # overrides an untyped method
        self.file_to_stream = None
        if value is _NOTHING:
            self._set_iterator(value)
            return
        self._facts = NO_FACTS
        # Before any look at its attributes, which would open a FieldFile.
        if isinstance(value, File) and value.closed:
            self._unopened = Closed(value)
            value = self._opened = self._unopened.open()
        if hasattr(value, "__aiter__") or not hasattr(value, "read"):
            if self._may_be_compressed:
                # What is compressed on the way has no ranges to ask for.
                self._forget("Accept-Ranges")
            self._set_iterator(value)
            return
        if type(value) is not RegularFile:
            refuse_unreadable(value, type(self).__name__)
        self._file = value
        if hasattr(value, "close"):
            self._resource_closers.append(value.close)
        if self._bodiless and self.status_code in {304, 412, 416}:
            self._drop_body()  # which has no content, whatever it is given
            return
        if "Content-Range" in self._made:
            self.status_code = 200
            if "Content-Type" in self._given:  # not that of several parts
                self.headers["Content-Type"] = self._given["Content-Type"]
        self._forget("Accept-Ranges", "Content-Range", "ETag")
        self.set_headers(value)
        length = self._facts.length
        if length is None:
            body = Body(value, None, None, self.block_size)
        else:
            kind = PlainFileBody if is_plain(value) else Body
            body = kind(value, [ByteRange(0, length)], None, self.block_size)
            if kind is PlainFileBody or isinstance(unwrap(value), io.BytesIO):
                self.file_to_stream = body
        self._set_iterator(body)

    def _forget(self, *names: str) -> None:
        """Drop what was said of a file that is sent no more, unless its fields were given."""
        if self._made:
            for name in self._made.intersection(names):
                self.headers.pop(name)
            self._made -= set(names)

    def _set_iterator(self, value: Any) -> None:
        """Set what is iterated, without what Django's FileResponse does for files."""
        StreamingHttpResponse._set_streaming_content(self, value)  # type: ignore[attr-defined]  # private, so not in the stubs
        if self.is_async:
            iterators = () if self._iterator is value else (self._iterator,)
            self._async_sources = (*iterators, value, *self._async_sources)
            if iscoroutinefunction(closer := getattr(value, "close", None)):
                self._resource_closers.remove(closer)

    def _set(self, fields: dict[str, str]) -> None:
        for name, value in fields.items():
            self.headers[name] = value

    def _describe(self, file_name: object) -> dict[str, str]:
        """Return the fields that a file of that name and these facts has, save those that were given."""
        fields = {}
        name = self.filename or (file_name if isinstance(file_name, str) else "")
        if name:
            # What is as long as a header is not kept in a cache.
            name = clean_filename(name) if len(name) < 1024 else clean_filename.__wrapped__(name)
        content_type = self._given.get("Content-Type")
        if content_type is None:
            content_type = fields["Content-Type"] = guess_type(name)
        if self._attach is None:
            self.as_attachment = self.as_attachment or not is_shown(content_type, frozenset(self.inline_types))
        if "Content-Disposition" not in self._given:
            value = content_disposition(name, attachment=self.as_attachment)
            if value is not None:
                fields["Content-Disposition"] = value
        if self._facts.length is not None:
            fields["Content-Length"] = str(self._facts.length)
        if "Last-Modified" not in self._given and (date := self._get_last_modified()):
            fields["Last-Modified"] = date
        return fields

    def _get_last_modified(self) -> str | None:
        mtime_ns = self._facts.mtime_ns
        if mtime_ns is None or not self.include_last_modified:
            return None
        # A date in the future is not to be sent (RFC 9110 section 8.8.2.1).
        return format_date(max(0, min(mtime_ns // 10**9, int(time.time()))))
