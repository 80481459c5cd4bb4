"""What is to be sent: a file that is open, or one that can tell something before it is opened."""

import io
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from inspect import isawaitable, iscoroutinefunction
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ._facts import (
    NO_FACTS,
    Facts,
    RegularFile,
    check_regular,
    get_stored_mtime_ns,
    is_on_disk,
    look_at,
    opens,
    tells_size,
    unwrap,
)
from ._objects import Decompressed, ObjectFile, decompressed, is_s3

_BYTES_PER_READ = 256 * 1024
# These are iterable, too.
_NO_CONTENT = (Mapping, HttpRequest, HttpResponseBase)
_SENDABLE = (os.PathLike, Iterable, AsyncIterable)

Content = str | os.PathLike[str] | IO[bytes] | bytes | bytearray | memoryview | Iterable[bytes] | AsyncIterable[bytes]


class Source:
    """An iterator, of which nothing is known. The subclasses are files, and readers that are no files."""

    is_file = False
    #: Whether this process made the content, so that its text has the charset of the response.
    is_made = True
    #: The name of the file; only a text counts.
    name: Any = ""
    #: The file, once it is open.
    file: Any = None
    #: What is known of the open file. look() does not set this.
    facts: Facts = NO_FACTS
    #: When it was modified, if its storage said so before it was opened. The open file may be a copy.
    mtime_ns: int | None = None
    #: The async file that `file` is in. It is closed in the event loop.
    owner: Any = None
    #: The storage that has the file under `name`.
    storage: Any = None
    #: Whether the client takes bytes that a storage has compressed. If not, the storage decompresses them.
    takes_gzip = True
    #: Whether others get other bytes, by what they take.
    varies = False

    def __init__(self, content: Any) -> None:  # any iterator, sync or async
        self._content = content

    def look(self, *, for_another: bool = False) -> Facts | None:
        """
        Return the facts without opening the file, or None if only opening it can tell.

        None also means that the file is missing, not regular or not readable: opening it raises the right error. This
        process need not be able to read it if another one sends it.
        """
        return None

    def stored_type(self) -> str | None:
        """Return the media type that the storage tells. Raise what the storage raises."""
        return None

    def open(self) -> Any:  # any object with read(), or an iterator
        """Return what to read or iterate. Raise what opening it raises."""
        return self._content

    def abandon(self) -> None:
        """Close the file if it was opened here."""


class AsyncReader(Source):
    """An object whose read() is async, such as a stream: it is read in blocks."""

    is_made = False

    def __init__(self, content: Any) -> None:  # any object with an async read()
        super().__init__(AsyncBlocks(content))
        self.name = getattr(content, "name", "")


class Opened(Source):
    """A file that the caller has opened, and closes if no response can be made of it."""

    is_file = True

    def __init__(self, file: Any, owner: Any = None, *, is_made: bool = False) -> None:  # objects with read()
        self.name = getattr(file, "name", "")
        self.file = self._content = _own(file, at_start=False)
        self.owner, self.is_made = owner, is_made


class OnDisk(Source):
    """A file of the operating system, by its path."""

    is_file = True
    is_made = False
    file: Any

    def __init__(self, path: str) -> None:
        self.name = path

    @property
    def path(self) -> str | None:
        """The path under which the operating system has the file; None if it is none of the system's."""
        return str(self.name)

    def look(self, *, for_another: bool = False) -> Facts | None:
        try:
            facts = look_at(os.stat(self.name))
            return facts if for_another or os.access(self.name, os.R_OK) else None
        except (OSError, ValueError):
            return None

    def open(self) -> Any:
        self.file = self._open()
        return self.file

    def abandon(self) -> None:
        if self.file is not None:
            self.file.close()

    def _open(self) -> Any:
        return RegularFile(self.name)


class Stored(OnDisk):
    """A file of a storage, by its name there."""

    def __init__(self, storage: Any, name: str) -> None:  # a storage, or an object that acts like one
        super().__init__(name)
        self.storage = storage
        self._object: ObjectFile | None = None

    @property
    def path(self) -> str | None:
        path: str | None = self.storage.path(self.name) if is_on_disk(self.storage) else None
        return path

    def look(self, *, for_another: bool = False) -> Facts | None:
        if self._is_object():
            facts = self._get_object().facts
            return decompressed(facts) if self._must_decompress() else facts
        try:
            if path := self.path:
                # The date of the file itself is more exact than the one that the storage gives.
                return OnDisk(path).look(for_another=for_another)
            # The storages of django-storages decompress what they have compressed, but tell the compressed size.
            if getattr(self.storage, "gzip", False) or not tells_size(self.storage):
                return None
            if not (size := self.storage.size(self.name)):
                return None  # some storages say 0 where they do not know
        except Exception:  # each storage raises its own; opening the file tells what is wrong
            return None
        self.mtime_ns = get_stored_mtime_ns(self.storage, self.name)
        return Facts(0, size, self.mtime_ns) if self.mtime_ns is not None else None

    def stored_type(self) -> str | None:
        return self._get_object().facts.content_type if self._is_object() else None

    def abandon(self) -> None:
        super().abandon()
        self.file = self._object = None  # whoever tries again is to look again

    def _is_object(self) -> bool:
        return is_s3(self.storage)

    def _get_object(self) -> ObjectFile:
        if self._object is None:
            self._object = ObjectFile(self.storage, self.name)
        return self._object

    def _must_decompress(self) -> bool:
        """Return whether the storage has compressed the object, and the client cannot decompress it."""
        # Another's Content-Encoding is not undone by the storage either.
        self.varies = bool(self.storage.gzip) and self._get_object().facts.encoding == "gzip"
        return self.varies and not self.takes_gzip

    def _open(self) -> Any:
        if self._is_object():
            file = self._get_object()
            if not self._must_decompress():
                return file
            file.open_range(0, file.facts.length or 0)  # what is wrong is to show before the response does
            return Decompressed(file)
        if self.name and (path := self.path):
            check_regular(path)
        elif self.mtime_ns is None:
            # Ask before opening: a file that replaces this one later has a newer date, which old content must not get.
            self.mtime_ns = get_stored_mtime_ns(self.storage, self.name)
        return _own(self._open_now(), at_start=True)

    def _open_now(self) -> Any:
        return self.storage.open(self.name, "rb")


class Closed(Stored):
    """A closed file object of Django, which can be opened again: the file of a field, for example."""

    def __init__(self, file: Any) -> None:  # a File, generic to type checkers only
        # The content of a file that is not committed is not yet in the storage.
        super().__init__(getattr(file, "storage", None) if getattr(file, "_committed", True) else None, file.name)
        self._content = file

    def look(self, *, for_another: bool = False) -> Facts | None:
        is_told = self.storage is not None and tells_size(self._content)
        return super().look(for_another=for_another) if is_told else None

    def _is_object(self) -> bool:
        # A file of a class of its own may change what it reads.
        return super()._is_object() and opens(self._content, "django.db.models.fields.files.FieldFile")

    def _open(self) -> Any:
        return super()._open() if self.storage is not None else self._open_now()

    def _open_now(self) -> Any:
        if self.storage is not None and getattr(self._content, "_file", None) is not None:
            del self._content.file  # a closed file may not open again; the storage opens a new one
        self._content.open("rb")
        return self._content


def is_sendable(content: object) -> bool:
    """Return whether this may be a file name, a file, bytes or an iterator of bytes."""
    return not isinstance(content, _NO_CONTENT) and (isinstance(content, _SENDABLE) or hasattr(content, "read"))


def source_of(content: Any) -> Source | None:  # Content, or a source already
    """Return the source that the content is, or None if it cannot be sent."""
    if isinstance(content, Source):
        return content
    if isinstance(content, str):
        return OnDisk(content)
    if isinstance(content, os.PathLike):
        return OnDisk(os.fsdecode(content))
    if isinstance(content, bytes | bytearray | memoryview):
        return Opened(io.BytesIO(bytes(content)), is_made=True)
    return source_of_parts(content) if isinstance(content, io.IOBase) or is_sendable(content) else None


def source_of_parts(content: Any) -> Source:
    """Return the source that a file or an iterator is."""
    # Ask this first: a look at any other attribute would open the file of a field.
    if isinstance(content, File) and content.closed:
        return Closed(content)
    if isinstance(content, io.IOBase):
        return Opened(content)
    if iscoroutinefunction(read := getattr(content, "read", None)):
        # anyio and aiofiles read a sync file in threads. These are its names there.
        file: Any = getattr(content, "wrapped", None) or getattr(content, "_file", None)
        is_sync = hasattr(file, "read") and not iscoroutinefunction(file.read)
        return Opened(file, content) if is_sync else AsyncReader(content)
    return Source(content) if read is None or hasattr(content, "__aiter__") else Opened(content)


class AsyncBlocks:
    """What an object with an async read() reads, in blocks."""

    def __init__(self, file: Any) -> None:  # any object with an async read()
        self._file = file

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while block := await self._file.read(_BYTES_PER_READ):
            yield block

    async def aclose(self) -> None:
        """Close the object, if it can be closed."""
        close = getattr(self._file, "aclose", None) or getattr(self._file, "close", None)
        if close is not None and isawaitable(result := close()):
            await result


def _own(file: Any, *, at_start: bool) -> Any:  # any object with read()
    """Return the file, or a copy of it if it may be open for others too: InMemoryStorage opens one for everybody."""
    if not isinstance(file, File) or type(raw := unwrap(file)) is not io.BytesIO:
        return file
    holder: Any = file
    while not isinstance(holder, ContentFile):
        holder = holder.file
        if holder is raw:
            return file
    copy = _Copy(file, raw)
    copy.seek(0 if at_start else raw.tell())
    return copy


class _Copy(File):  # type: ignore[type-arg]  # generic to type checkers only
    """A file in memory with a position of its own. The memory is shared until somebody writes."""

    def __init__(self, original: Any, raw: io.BytesIO) -> None:  # a File of Django
        super().__init__(io.BytesIO(raw.getvalue()), original.name)
        self.storage = getattr(original, "storage", None)
        self._original = original

    def close(self) -> None:
        super().close()
        self._original.close()
