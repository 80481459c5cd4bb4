"""How a response leaves: whole, in parts or not at all; iterated, in threads or by the server; and who closes what."""

import io
import secrets
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, suppress
from inspect import iscoroutinefunction
from typing import Any

from asgiref.sync import sync_to_async
from django.http import FileResponse as DjangoFileResponse
from django.http import StreamingHttpResponse

from ._body import Body, Parts, SendfileWindow, Window, discard
from ._conditions import WHOLE, Answer
from ._facts import is_plain, unwrap
from ._ranges import ByteRange, content_range, multipart
from ._sources import Source
from ._threads import BYTES_PER_HOP, close, pass_through, read_in_thread

#: What is iterated if there is no body, until middleware wraps it.
NO_BODY: Iterator[bytes] = iter(())
# Modules that are imported if gunicorn or uWSGI runs this process. uWSGI would send a descriptor to its end, and read
# any other file to its end for a client that has left.
_GUNICORN = "gunicorn.http.wsgi"
_UWSGI = "uwsgi"


class Leaving:
    """How much of a response has been sent, and what is to be done at its end."""

    has_started = False
    #: The bytes that the server has taken.
    sent = 0
    #: Whether all that there is was taken.
    is_complete = False
    #: What wants to know of the end.
    call: Callable[[int, bool], None] | None = None
    #: What is closed in the event loop, which Django's close() is not.
    resources: tuple[Any, ...] = ()

    def count(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        for part in parts:
            yield part
            self.sent += len(part)  # now the server has taken it
        self.is_complete = True


class BodyResponse(DjangoFileResponse):
    """Send what `_source` has, as `_answer` says. A subclass sets these two and `_leaving`."""

    #: What the WSGI server may send itself, in place of iterating the response; None if there is no such file.
    file_to_stream: Any
    _source: Source
    _leaving: Leaving
    #: What the request gets: the whole, until it is decided.
    _answer: Answer = WHOLE

    # Django's own, which its stubs leave out.
    _iterator: Any
    _resource_closers: list[Callable[[], object]]

    def __iter__(self) -> Iterator[bytes]:
        if self._iterator is NO_BODY:
            self._leaving.has_started = True
            return iter(NO_BODY)
        parts = self._iterate()
        return parts if self._leaving.call is None else self._leaving.count(parts)

    def _iterate(self) -> Iterator[bytes]:
        if self.is_async:
            raise TypeError(
                f"{type(self).__name__} has an async iterator, which WSGI cannot send. Pass a sync iterator, or serve "
                f"the view under ASGI."
            )
        self._leaving.has_started = True
        if isinstance(self._iterator, Body):
            # Django's ASGI handler may have set another block size. A body does not ask the response for it: if they
            # referred to each other, the file of a response that nobody iterates would stay open.
            self._iterator.block_size = self.block_size
        parts: Any = self.streaming_content  # an iterator, as it is not async
        return iter(parts) if self._answer.sends_bytes else discard(parts)

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        leaving = self._leaving
        leaving.has_started = True
        try:
            if self._iterator is not NO_BODY:
                async with aclosing(self._parts()) as parts:
                    async for part in parts:
                        if self._answer.sends_bytes:
                            yield part
                            leaving.sent += len(part)
                leaving.is_complete = True
        finally:
            # Django's ASGI handler closes a response that was sent or left, not one that failed or was cancelled.
            self._close_file()
            await close(leaving.resources)
            if leaving.call is not None:
                await sync_to_async(self._finish)()

    def when_finished(self, call: Callable[[int, bool], None]) -> None:
        """
        Call this once, when the response has been sent or its client has left, unless it sends no bytes.

        It gets the number of bytes that the server has taken, and whether that is all.
        """
        if self._answer.sends_bytes:
            self._leaving.call = call

    def close(self) -> None:
        """Tell that this is the end. Django's close() closes the file, which is one of ``_resource_closers``."""
        try:
            self._finish()
        finally:
            super().close()

    def _finish(self) -> None:
        leaving = self._leaving
        call, leaving.call = leaving.call, None
        if call is not None:
            sent = leaving.sent
            if not leaving.has_started and self.file_to_stream is not None:
                sent = self.file_to_stream.tell()  # where the server ended, which has read it by itself
            call(sent, leaving.is_complete or str(sent) == self.headers.get("Content-Length"))

    def _parts(self) -> AsyncGenerator[bytes, None]:
        if self.is_async:
            return pass_through(self._iterator, self.make_bytes)
        parts = self._iterate()
        if isinstance(self._iterator, Parts | Window):
            # Read at once what is there for sure: each change of thread has its price.
            self._iterator.block_size = max(self.block_size, BYTES_PER_HOP)
        return read_in_thread(parts)

    def call_before_reading(self, call: Callable[[], None]) -> None:
        """Call this before the file is read, in the thread that reads it, if there is more than a block to send."""
        if isinstance(self._iterator, Body):
            length = self.headers.get("Content-Length")
            if length is None or int(length) > self.block_size:
                self._iterator.before_reading = call

    @property
    def _has_started(self) -> bool:
        return self._leaving.has_started or (isinstance(self._iterator, Body) and self._iterator.started)

    def _set_whole(self) -> None:
        """Set the body that is the open file from its position on."""
        start, length, *_ = self._source.facts
        if length is None:
            self._set_body(Body(self._source.file, self.block_size))
        else:
            self._set_window(start, length, stands_there=True)

    def _set_ranges(self, ranges: list[ByteRange]) -> None:
        """Set the body that is parts of the file, and say so in the fields."""
        start, size = self._source.facts.start or 0, self._source.facts.length or 0
        if len(ranges) > 1:
            boundary = secrets.token_hex(16)
            parts, length = multipart(ranges, size, self.headers.get("Content-Type"), boundary)
            self.headers["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
            self._set_body(Parts(self._source.file, parts, start, self.block_size))
        else:
            length = ranges[0].length
            self.headers["Content-Range"] = content_range(ranges[0], size)
            self._set_window(start + ranges[0].start, length)
        self.headers["Content-Length"] = str(length)

    def _set_window(self, first: int | None, length: int, *, stands_there: bool = False) -> None:
        """Set the body that is one part of the file. A WSGI server may read a file that can seek in its own way."""
        file = self._source.file
        on_disk = is_plain(file)
        kind = SendfileWindow if on_disk and _GUNICORN in sys.modules else Window
        window = kind(file, first or 0, length, self.block_size, stands_there)
        if isinstance(window, SendfileWindow):
            window.fields = self.headers
        self._set_body(window)
        if first is not None and (on_disk or isinstance(unwrap(file), io.BytesIO)) and _UWSGI not in sys.modules:
            self.file_to_stream = window

    def _set_nothing(self) -> None:
        """Close the file, and set a body that yields nothing, even if middleware wraps it."""
        self._close_file()
        self._set_body(NO_BODY)

    def _set_body(self, body: Any) -> None:
        """Set what is iterated, without what Django's FileResponse does for files."""
        self.file_to_stream = None
        StreamingHttpResponse._set_streaming_content(self, body)  # type: ignore[attr-defined]  # private, so not in the stubs
        if self.is_async:
            iterators = () if self._iterator is body else (self._iterator,)
            self._leaving.resources = (*iterators, body, *self._leaving.resources)
            if iscoroutinefunction(closer := getattr(body, "close", None)):
                self._resource_closers.remove(closer)

    def _close_file(self) -> None:
        if hasattr(self._source.file, "close"):
            with suppress(OSError):
                self._source.file.close()
