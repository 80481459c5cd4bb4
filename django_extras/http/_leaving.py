"""How a response leaves: whole, in parts or not at all; iterated, in threads or by the server; and who closes what."""

import io
import secrets
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, suppress
from inspect import iscoroutinefunction
from typing import Any

from django.http import FileResponse as DjangoFileResponse
from django.http import StreamingHttpResponse

from ._body import Body, PlainFileBody, PlainPartBody, discard
from ._conditions import WHOLE, Answer, Meta
from ._facts import is_plain, unwrap
from ._ranges import ByteRange, content_range, multipart
from ._sources import Source
from ._threads import BYTES_PER_HOP, close, pass_through, read_ahead, read_in_thread

#: What is iterated if there is no body, until middleware wraps it.
NO_BODY: Iterator[bytes] = iter(())
# Where the wsgi.file_wrapper of a server is that sends Content-Length bytes from where a descriptor stands, no more.
_WRAPPERS_THAT_SEND_PARTS = {"gunicorn.http.wsgi"}


class BodyResponse(DjangoFileResponse):
    """Send a source as the answer says. A subclass sets both."""

    #: What the WSGI server may send itself, in place of iterating the response; None if there is no such file.
    file_to_stream: Any
    # Django's own, which its stubs leave out.
    _iterator: Any
    _resource_closers: list[Callable[[], object]]

    _source: Source
    _answer: Answer = WHOLE
    _iterated = False
    _async_resources: tuple[Any, ...] = ()  # closed in the event loop, which Django's close() is not

    def __iter__(self) -> Iterator[bytes]:
        if self.is_async:
            raise TypeError(
                f"{type(self).__name__} has an async iterator, which WSGI cannot send. Pass a sync iterator, or serve "
                f"the view under ASGI."
            )
        self._begin()
        if self._iterator is NO_BODY:
            return iter(())
        parts: Any = self.streaming_content  # an iterator, as it is not async
        return iter(parts) if self._answer.sends_bytes else discard(parts)

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        self._iterated = True
        try:
            if self._iterator is not NO_BODY:
                async with aclosing(self._parts()) as parts:
                    async for part in parts:
                        if self._answer.sends_bytes:
                            yield part
        finally:
            # Django's ASGI handler closes a response that was sent or left, not one that failed or was cancelled.
            self._close_file()
            await close(self._async_resources)

    def _parts(self) -> AsyncGenerator[bytes, None]:
        if self.is_async:
            return pass_through(self._iterator, self.make_bytes)
        # Read at once what is there for sure: at each read, the threads compete for the interpreter.
        self._begin(BYTES_PER_HOP if isinstance(self._iterator, PlainFileBody) else 0)
        is_plain = (
            type(self).streaming_content is BodyResponse.streaming_content
            and type(self).make_bytes is BodyResponse.make_bytes
        )
        if is_plain and isinstance(self._iterator, Body):
            return read_ahead(self._iterator)
        return read_in_thread(iter(self))

    def _begin(self, least: int = 0) -> None:
        self._iterated = True
        # Django's ASGI handler sets a block size. A body that looked it up here would keep a dropped response alive.
        if isinstance(self._iterator, Body):
            self._iterator.block_size = max(self.block_size, least)

    @property
    def _has_started(self) -> bool:
        return self._iterated or (isinstance(self._iterator, Body) and self._iterator.started)

    def _send_whole(self) -> None:
        """Send the open file from its position on."""
        file, length = self._source.file, self._source.facts.length
        if length is None:
            self._set_body(Body(file, None, None, self.block_size))
            return
        kind = PlainFileBody if is_plain(file) else Body
        self._set_body(kind(file, [ByteRange(0, length)], None, self.block_size))
        if kind is PlainFileBody or isinstance(unwrap(file), io.BytesIO):
            self.file_to_stream = self._iterator

    def _send_ranges(self, ranges: list[ByteRange], meta: Meta) -> None:
        """Send parts of the file in place of the whole, and say so in the fields."""
        file, (start, size, _) = self._source.file, self._source.facts
        is_plain_file = isinstance(self._iterator, PlainFileBody)
        if len(ranges) > 1:
            boundary = secrets.token_hex(16)
            parts, length = multipart(ranges, size or 0, self.headers.get("Content-Type"), boundary)
            self.headers["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
            self._set_body(Body(file, parts, start, self.block_size))
        else:
            length = ranges[0].length
            self.headers["Content-Range"] = content_range(ranges[0], size or 0)
            if is_plain_file:
                self._set_body(PlainPartBody(file, ranges[0], self.block_size, self.headers))
                # Most servers would send the file from its descriptor, and past the range.
                if getattr(meta.get("wsgi.file_wrapper"), "__module__", None) in _WRAPPERS_THAT_SEND_PARTS:
                    self.file_to_stream = self._iterator
            else:
                self._set_body(Body(file, ranges, start, self.block_size))
        self.headers["Content-Length"] = str(length)

    def _send_nothing(self) -> None:
        """Close the file, and yield nothing whatever middleware makes of that."""
        self._close_file()
        self._set_body(NO_BODY)

    def _set_body(self, body: Any) -> None:
        """Set what is iterated, without what Django's FileResponse does for files."""
        self.file_to_stream = None
        StreamingHttpResponse._set_streaming_content(self, body)  # type: ignore[attr-defined]  # private, so not in the stubs
        if self.is_async:
            iterators = () if self._iterator is body else (self._iterator,)
            self._async_resources = (*iterators, body, *self._async_resources)
            if iscoroutinefunction(closer := getattr(body, "close", None)):
                self._resource_closers.remove(closer)

    def _close_file(self) -> None:
        if hasattr(self._source.file, "close"):
            with suppress(OSError):
                self._source.file.close()
