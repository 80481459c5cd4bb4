"""A ZIP archive that is made while it is sent: no member is held in memory, and one is open at a time."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from ._facts import inspect, refuse_unreadable, tells_size
from ._log_text import loggable
from ._member_names import MemberNames
from ._sources import Opened, Source, Stored, source_of

try:
    from zipstream import ZipStream
except ImportError:
    ZipStream: Any = None  # type: ignore[no-redef]  # an extra

_BYTES_PER_HOP = 256 * 1024
_DEFLATED = 8

logger: logging.Logger = logging.getLogger("django_extras.views.download")


class Archive:
    """
    The archive of some members, in large blocks. Raise what a look at a member raises.

    A member is a name and a content, and the size of the content if the caller knows it. The content is a file name, a
    file in binary mode, a storage and a name in it, bytes, or an iterator of bytes. `length` is how many bytes the
    archive has; None if it is compressed, or if the size of a member is unknown.
    """

    def __init__(self, members: Iterable[tuple[Any, ...]], *, compress: bool) -> None:
        names = MemberNames()
        self._members: list[_Member] = []
        try:
            for given in members:
                if not isinstance(given, tuple | list) or len(given) not in {2, 3}:
                    raise TypeError(
                        f"An archive cannot have the member {given!r}. Give a name and a content, and the size of an "
                        'iterator: ("a.txt", b"...").'
                    )
                name, content, *size = given
                self._members.append(_Member(names.add(str(name)), content))
                self._members[-1].measure(*size)
        except BaseException:
            self.close()
            raise
        is_sized = not compress and all(member.size is not None for member in self._members)
        stream = ZipStream(sized=is_sized, **({"compress_type": _DEFLATED} if compress else {}))
        for member in self._members:
            stream.add(member.read(), member.name, size=member.size)
        self.length: int | None = len(stream) if is_sized else None
        self._blocks = _joined(iter(stream))

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._blocks)

    def close(self) -> None:
        """Close the members that are open."""
        for member in self._members:
            member.close()


def is_installed() -> bool:
    """Return whether archives can be made."""
    return ZipStream is not None


def _joined(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the parts, many of which have a few bytes, in large blocks."""
    block = bytearray()
    for part in parts:
        block += part
        if len(block) >= _BYTES_PER_HOP:
            yield bytes(block)
            block.clear()
    yield bytes(block)


class _Member:
    """A content under its name in the archive."""

    size: int | None

    def __init__(self, name: str, content: Any) -> None:
        self.name = name
        source = Stored(*content) if isinstance(content, tuple) else source_of(content)
        if source is None or hasattr(content, "__aiter__"):
            raise TypeError(
                f"The member {name!r} of the archive cannot be {content!r}. Give a file name, a file in binary mode, "
                "a storage and a name in it, bytes, or an iterator of bytes."
            )
        self._source: Source = source
        source.takes_gzip = False

    def measure(self, size: int | None = None) -> None:
        """Find out the size, unless it is given. Raise TypeError or ValueError for a file that cannot be read."""
        if isinstance(self._source, Opened):
            refuse_unreadable(self._source.file, f"The archive with {self.name!r}")
        self.size = _size_of(self._source) if size is None else size

    def read(self) -> Iterator[bytes]:
        """Yield the content. Raise, and log the name, if it has another size than it was said to have."""
        try:
            content = self._source.open()
            yield from _file_blocks(content, self.size) if self._source.is_file else _checked(content, self.size)
        except Exception as error:
            logger.error("The member %s breaks its archive off: %s", loggable(self.name), loggable(error))
            raise
        finally:
            self.close()

    def close(self) -> None:
        file = self._source.file if self._source.is_file else self._source.open()
        if hasattr(file, "close"):
            with suppress(OSError):
                file.close()


def _size_of(source: Source) -> int | None:
    """Return the size of a file, None if only reading it tells. Raise what opening it raises."""
    if not source.is_file:
        return None
    facts = source.look()
    if facts is not None:
        return facts.length
    if isinstance(source, Stored) and source.path is None and not tells_size(source.storage):
        return None  # opening it may fetch all of it
    try:
        return inspect(source.open(), _BYTES_PER_HOP, source.mtime_ns).length
    finally:
        if not isinstance(source, Opened):
            source.abandon()


def _file_blocks(file: Any, size: int | None) -> Iterator[bytes]:  # any object with read()
    """Yield as much of a file as it had before, even if it has grown since."""
    left = size
    while left != 0:
        block = file.read(_BYTES_PER_HOP if left is None else min(_BYTES_PER_HOP, left))
        if not block:
            break
        yield bytes(block)
        left = None if left is None else left - len(block)
    if left:
        raise OSError(f"It ended {left} bytes before its size.")


def _checked(parts: Iterable[bytes], size: int | None) -> Iterator[bytes]:
    """Yield the parts of an iterator, which must have as many bytes as was said."""
    sent = 0
    for part in parts:
        sent += len(part)
        if size is not None and sent > size:
            break
        yield bytes(part)
    if size is not None and sent != size:
        raise OSError(f"It has {'more' if sent > size else 'less'} than the {size} bytes of its size.")
