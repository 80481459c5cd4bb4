"""The body of a file response: exactly the bytes that its fields promise, read in blocks."""

import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ._ranges import ByteRange


class Body:
    """All that is left of a file, as a file or block by block."""

    def __init__(self, file: Any, block_size: int) -> None:  # any object with read()
        self.started = False
        self.block_size = block_size
        #: What to do before the first read.
        self.before_reading: Callable[[], None] | None = None
        self._file = file

    def begin(self) -> None:
        """Have a file that is elsewhere send its first bytes, so that an error comes before the response."""

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if block := self.read(self.block_size):
            return block
        raise StopIteration

    def read(self, size: int = -1) -> bytes:
        """
        Return at most `size` bytes of the body, and at most a block; b"" at its end. With a negative size, return all
        that is left.

        waitress asks for megabytes again and again, and its client may take a few kilobytes of them.
        """
        if size < 0:
            return b"".join(iter(lambda: self.read(self.block_size), b""))
        if not self.started and self.before_reading is not None:
            self.before_reading()
        self.started = True
        return self._read(min(size, self.block_size)) if size else b""

    def _read(self, size: int) -> bytes:
        block = self._file.read(size)
        if not isinstance(block, bytes | bytearray | memoryview):
            raise TypeError(
                f"A file to send must be opened in binary mode, its read() returned {type(block).__name__}."
            )
        return bytes(block)


class Window(Body):
    """
    One part of a file, which a server may read in its own way.

    The part begins at `first`, and all positions count from there. The first read seeks, unless the file
    `stands_there`. If the file ends before the part does, reading raises OSError. The server then drops
    the connection, so no client waits for the rest.
    """

    def __init__(
        self,
        file: Any,  # any object with read(); with seek(), too, unless it stands at `first`
        first: int,
        length: int,
        block_size: int,
        stands_there: bool = False,
    ) -> None:
        super().__init__(file, block_size)
        self._first = first
        self._length = length
        self._position = 0
        #: How a file that is elsewhere fetches a range.
        self._open_range: Callable[[int, int], None] | None = getattr(file, "open_range", None)
        #: The position of the file; None if it is to be moved.
        self._file_position = 0 if stands_there and self._open_range is None else None

    def begin(self) -> None:
        if self._open_range is not None:
            self._place()

    def _place(self) -> None:
        """Move the file to the position."""
        if self._open_range is None:
            self._file.seek(self._first + self._position)
        else:
            self._open_range(self._first + self._position, self._length - self._position)
        self._file_position = self._position

    def _read(self, size: int) -> bytes:
        left = self._length - self._position
        if not left:
            return b""
        if self._file_position != self._position:
            self._place()
        block = super()._read(min(size, left))[:left]
        if not block:
            raise OSError(f"The file ended {left} bytes before its Content-Length.")
        self._position += len(block)
        self._file_position = self._position
        return block

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Change the position within the part, and return it. The next read moves the file."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        self._position = max(0, min(base + offset, self._length))
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position


class SendfileWindow(Window):
    """
    A part that gunicorn may send by its descriptor.

    gunicorn asks for fileno(), and has the system send Content-Length bytes from where the descriptor stands, by
    ``socket.sendfile()``. That ends with seek(), so tell() says how much was sent. Other servers send all that is
    behind a descriptor.
    """

    #: Those of the response.
    fields: Mapping[str, str]

    def fileno(self) -> int:
        """Return the descriptor, which stands at the first byte. Raise OSError if Content-Length is not the length."""
        if self.fields.get("Content-Length") != str(self._length):
            raise io.UnsupportedOperation("fileno")
        if self.before_reading is not None:
            self.before_reading()
        self._file.seek(0, os.SEEK_END)  # drops what is buffered, so that the next seek moves the descriptor
        self._file.seek(self._first)
        self._file_position = 0
        descriptor: int = self._file.fileno()
        return descriptor

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Change the position to an offset of the descriptor, as socket.sendfile() counts."""
        return super().seek(offset - self._first, whence)


class Parts(Body):
    """Several parts of a file, counted from `start`, each with its framing before it."""

    def __init__(self, file: Any, parts: Iterable[bytes | ByteRange], start: int, block_size: int) -> None:
        super().__init__(file, block_size)  # any object with read() and seek()
        pieces = [
            io.BytesIO(part) if isinstance(part, bytes) else Window(file, start + part.start, part.length, block_size)
            for part in parts
        ]
        self._windows = [piece for piece in pieces if isinstance(piece, Window)]
        self._parts = iter(pieces)
        self._part: io.BytesIO | Window = io.BytesIO()

    def begin(self) -> None:
        self._windows[0].begin()

    def _read(self, size: int) -> bytes:
        while not (block := self._part.read(size)):
            part = next(self._parts, None)
            if part is None:
                return b""
            self._part = part
        return block


def discard(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Run what middleware wrapped around no body, and yield nothing."""
    for _ in parts:
        pass
    yield from ()
