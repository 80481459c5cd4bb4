"""The body of a file response: exactly the bytes that its fields promise, read in blocks."""

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ._ranges import ByteRange


class Body:
    """
    Read the parts of a file, and not a byte more, as a file does or block by block.

    A part is framing, as bytes, or a range of the file counted from `start`; no `parts` means all that the file has. A
    file that ends before its range does raises OSError: the server then drops the connection, and no client waits for
    the rest.
    """

    def __init__(
        self,
        file: Any,  # any object with read(), and seek() if there are ranges to select
        parts: Iterable[bytes | ByteRange] | None,
        start: int | None,
        block_size: int,
    ) -> None:
        self.started = False
        self.block_size = block_size
        self._file = file
        self._parts = None if parts is None else iter(parts)
        self._start = start
        self._framing = b""
        self._remaining = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if block := self.read(self.block_size):
            return block
        raise StopIteration

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes of the body, of a negative size all that is left; b"" at its end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(self.block_size), b""))
        self.started = True
        if not size:
            return b""
        if self._parts is None:
            return self._read_file(size)
        while not self._framing and not self._remaining:
            part = next(self._parts, None)
            if part is None:
                return b""
            if isinstance(part, ByteRange):
                if self._start is not None:
                    self._file.seek(self._start + part.start)
                self._remaining = part.length
            else:
                self._framing = part
        if self._framing:
            block, self._framing = self._framing[:size], self._framing[size:]
            return block
        block = self._read_file(min(size, self._remaining))[: self._remaining]
        if not block:
            raise OSError(f"The file ended {self._remaining} bytes before its Content-Length.")
        self._remaining -= len(block)
        return block

    def _read_file(self, size: int) -> bytes:
        block = self._file.read(size)
        if not isinstance(block, bytes | bytearray | memoryview):
            raise TypeError(
                f"A file to send must be opened in binary mode, its read() returned {type(block).__name__}."
            )
        return bytes(block)


class PlainFileBody(Body):
    """The whole of a file of the operating system, which the server may send by its descriptor."""

    def fileno(self) -> int:
        """Return the descriptor, which stands at the first byte."""
        descriptor: int = self._file.fileno()
        return descriptor


class PlainPartBody(PlainFileBody):
    """
    A range of such a file. A server may send it by its descriptor if it sends Content-Length bytes from where that
    stands.
    """

    def __init__(self, file: Any, part: ByteRange, block_size: int, fields: Mapping[str, str]) -> None:
        super().__init__(file, [part], 0, block_size)
        self._part = part
        self._fields = fields

    def fileno(self) -> int:
        """Return the descriptor, which stands at the first byte of the range. Raise OSError if no length is said."""
        if self._fields.get("Content-Length") != str(self._part.length):
            raise io.UnsupportedOperation("fileno")
        self.seek(self._part.start)
        descriptor: int = self._file.fileno()
        return descriptor

    def seek(self, offset: int) -> int:
        """Move the descriptor. What is read is the range all the same."""
        return int(self._file.seek(offset))


def discard(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Run what middleware wrapped around no body, and yield nothing."""
    for _ in parts:
        pass
    yield from ()
