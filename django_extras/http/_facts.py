"""What is known of a file: its position, size and date, its mode, and whether its descriptor gives its bytes."""

import errno
import io
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from operator import attrgetter
from typing import Any, NamedTuple

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.core.files.utils import FileProxyMixin
from django.utils import timezone

# A class that changes what it reads overrides one of these.
_WAYS_TO_OPEN = {"_open", "open", "file"}
_NOT_REGULAR = "Not a regular file"
# When the system last noted a change of a file. On Windows, st_ctime is when it was created.
_changed_ns: Callable[[os.stat_result], int | None] = (
    attrgetter("st_ctime_ns") if os.name != "nt" else lambda status: None
)


class Facts(NamedTuple):
    """What is known of a file. Times are in nanoseconds since the epoch; None means that it is unknown."""

    #: Where it starts; None if it cannot seek.
    start: int | None
    #: How many bytes it has from there on.
    length: int | None
    #: When it was modified. Whoever may write the file may set this.
    mtime_ns: int | None
    #: When the operating system last noted a change of it. Nobody can set this.
    changed_ns: int | None = None
    #: What its storage says: the entity tag, the media type, and how the bytes are encoded, such as ``"gzip"``.
    etag: str | None = None
    content_type: str | None = None
    encoding: str | None = None


#: The facts of an iterator.
NO_FACTS = Facts(None, None, None)


class RegularFile(io.FileIO):
    """A regular file open to read. Raise OSError for anything else; never wait for a pipe's writer."""

    def __init__(self, path: str, opener: Callable[[str, int], int] | None = None) -> None:
        super().__init__(path, opener=opener or open_at_once)
        try:
            status = os.fstat(self.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, _NOT_REGULAR, path)
            length = status.st_size if _tells_length(status) or _ends(self, 0, status.st_size) else None
        except OSError:
            self.close()
            raise
        self.facts = Facts(0, length, status.st_mtime_ns, _changed_ns(status))


def look_at(status: os.stat_result) -> Facts | None:
    """Return the facts of a file that is not open, None if it is not regular or only reading it tells its length."""
    if not stat.S_ISREG(status.st_mode) or not _tells_length(status):
        return None
    return Facts(0, status.st_size, status.st_mtime_ns, _changed_ns(status))


def inspect(file: Any, block_size: int, mtime_ns: int | None) -> Facts:  # any object with read()
    """Return the facts of an open file, from its position on; `mtime_ns` is its date, None to ask the file."""
    facts = getattr(file, "facts", None)
    return facts if isinstance(facts, Facts) else _inspect(file, block_size, mtime_ns)


def _inspect(file: Any, block_size: int, mtime_ns: int | None) -> Facts:  # see inspect()
    raw = unwrap(file)
    if isinstance(raw, File):
        raw.read(0)  # some storages fetch a file when it is read for the first time
    start, length = _measure(file, block_size)
    status = _get_status(raw)
    if start is not None and length is not None:
        is_sure = length > 0 and (status is None or _tells_length(status))
        if not is_sure and not _ends(file, start, length):
            # Reading has fetched what there is, or nothing but reading tells the length.
            start, fetched = _measure(file, block_size)
            length = fetched if fetched != length else None
    if mtime_ns is None:
        return Facts(start, length, *_get_times(file, raw, status))
    return Facts(start, length, mtime_ns)


def open_at_once(path: str | bytes, flags: int, dir_fd: int | None = None) -> int:
    """Return the descriptor of a file. For a pipe, do not wait for a writer."""
    try:
        return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), dir_fd=dir_fd)
    except BlockingIOError:
        # Another process holds a lease on a regular file. It gives the lease up for whoever waits.
        if not stat.S_ISREG(os.stat(path, dir_fd=dir_fd).st_mode):
            raise
        return os.open(path, flags, dir_fd=dir_fd)


def check_regular(path: str) -> None:
    """Raise OSError for a directory, a device or a pipe: opening a pipe would wait for its writer."""
    with suppress(FileNotFoundError):  # opening it tells that better
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise OSError(errno.EINVAL, _NOT_REGULAR, path)


def refuse_unreadable(file: Any, owner: str) -> None:  # any object with read()
    """
    Raise TypeError for a file in text mode or open to write, ValueError for one that is closed or that was written and
    stands at its end.
    """
    remedy = 'Open it in binary mode: open(name, "rb").'
    if is_text(file):
        raise TypeError(f"{owner} cannot send a file in text mode. {remedy}")
    if isinstance(file, io.IOBase):
        if file.closed:
            raise ValueError(f"{owner} cannot send a closed file. {remedy}")
        if not file.readable():
            raise TypeError(f"{owner} cannot send a file that is open to write. {remedy}")
    if _is_written_to_its_end(unwrap(file)):
        raise ValueError(
            f"{owner} would send nothing: the file was written and stands at its end. Rewind it first: file.seek(0)."
        )


def is_text(file: Any) -> bool:  # any object with read()
    """Return whether the file is open in text mode."""
    return isinstance(unwrap(file), io.TextIOBase) or isinstance(getattr(file, "encoding", None), str)


def unwrap(file: Any) -> Any:  # any object with read()
    """Return the file that reads for Django's file objects and for named temporary files."""
    while type(file) is tempfile._TemporaryFileWrapper or getattr(type(file), "read", None) is FileProxyMixin.read:
        file = file.file
    return file


def is_plain(file: Any) -> bool:  # any object with read()
    """Return whether the file gives just what is behind its descriptor, which is a regular file."""
    if type(file) is RegularFile:
        return True
    raw = unwrap(file)
    return _reads_its_descriptor(raw) and stat.S_ISREG(os.fstat(raw.fileno()).st_mode)


def is_on_disk(storage: object) -> bool:
    """Return whether what a storage opens are the files of the operating system that it has under its names."""
    return opens(storage, FileSystemStorage)


def opens(source: object, kind: type | str) -> bool:
    """Return whether a storage or a file opens what this class opens; a text is the class's full name."""
    for base in source.__class__.__mro__:
        if base is kind or f"{base.__module__}.{base.__qualname__}" == kind:
            return True
        if "size" in vars(base) or not _WAYS_TO_OPEN.isdisjoint(vars(base)):
            return False
    return False


def tells_size(source: object) -> bool:
    """Return whether the class that says how to open a file, or a subclass of it, says its size too."""
    for base in source.__class__.__mro__:
        if "size" in vars(base):
            return True
        if not _WAYS_TO_OPEN.isdisjoint(vars(base)):
            return False
    return False


def get_stored_mtime_ns(storage: Any, name: Any) -> int | None:  # a storage, or an object that acts like one
    """Return when the file of a storage was modified, in nanoseconds since the epoch, None if it does not know."""
    # With USE_TZ = False, storages give local times. The time zone of a user must not count.
    with suppress(Exception), timezone.override(None):  # each storage raises its own
        modified: float = storage.get_modified_time(name).timestamp()
        return round(modified * 10**9)
    return None


def _tells_length(status: os.stat_result) -> bool:
    """Return whether st_size is right. For what the kernel makes up, as in /proc, it may be 0 or a page."""
    return status.st_size > 0 and getattr(status, "st_blocks", 1) > 0


def _ends(file: Any, start: int, length: int) -> bool:  # any object with read() and seek()
    """Return whether the file has bytes up to this length and, if that is 0, no more. Leave it at its start."""
    file.seek(start + max(0, length - 1))
    has_last = bool(file.read(1))
    file.seek(start)
    return has_last == bool(length)


def _measure(file: Any, block_size: int) -> tuple[int | None, int | None]:  # any object with read()
    """
    Return from where a file has to send, None if it cannot seek, and how many bytes, None if that is unknown.

    The file stays at its position, from which both count.
    """
    if not hasattr(file, "seek") or (hasattr(file, "seekable") and not file.seekable()):
        return (None, _measure_unseekable(file))
    end = 0
    try:
        start = file.tell() if hasattr(file, "tell") else file.seek(0, io.SEEK_CUR)
        if isinstance(start, int):
            end = file.seek(0, io.SEEK_END)
            if hasattr(file, "tell"):
                end = file.tell()
    except Exception:  # each kind of file raises its own
        file.read(0)  # raises if the file cannot be read either
        return (None, None)
    if isinstance(start, int):
        file.seek(start)
        return (start, max(0, end - start))
    length = sum(iter(lambda: len(file.read(block_size)), 0))
    file.seek(-length, io.SEEK_END)
    return (None, length)


def _measure_unseekable(file: Any) -> int | None:  # any object with read()
    if not hasattr(file, "tell"):
        return None
    if hasattr(file, "getbuffer"):
        return max(0, int(file.getbuffer().nbytes) - int(file.tell()))
    name = getattr(file, "name", None)
    if not isinstance(name, str) or not os.path.isfile(name):
        return None
    status = os.stat(name)
    return max(0, status.st_size - file.tell()) if _tells_length(status) else None


def _reads_its_descriptor(raw: Any) -> bool:  # what unwrap() returned
    if type(raw) in {io.BufferedReader, io.BufferedRandom}:
        raw = raw.raw
    # A subclass may change what it reads, as gzip's does.
    return type(raw) is io.FileIO


def _is_written_to_its_end(raw: Any) -> bool:  # what unwrap() returned
    if not isinstance(raw, io.IOBase) or not raw.writable():
        return False
    with suppress(Exception):  # each kind of file raises its own
        if position := raw.tell():
            end = raw.seek(0, io.SEEK_END)
            raw.seek(position)
            return 0 < end <= position
    return False


def _get_status(raw: Any) -> os.stat_result | None:  # what unwrap() returned
    """Return the status of the regular file that the descriptor leads to, None if there is no such file."""
    # Asking a spooled file for its descriptor would write it to disk.
    if isinstance(raw, io.IOBase) and not isinstance(raw, tempfile.SpooledTemporaryFile):
        with suppress(OSError, AttributeError, TypeError, ValueError):  # fileno() may be there and not work
            status = os.fstat(raw.fileno())
            return status if stat.S_ISREG(status.st_mode) else None
    return None


def _get_times(file: Any, raw: Any, status: os.stat_result | None) -> tuple[int | None, int | None]:
    """Return when the file was modified and when it was changed, by its storage or its descriptor."""
    storage, name = getattr(file, "storage", None), getattr(file, "name", None)
    stored = storage is not None and bool(name)
    # Another storage may have opened a copy of its file.
    if stored and not is_on_disk(storage) and (known := get_stored_mtime_ns(storage, name)) is not None:
        return (known, None)
    if status is not None:
        return (status.st_mtime_ns, _changed_ns(status) if _reads_its_descriptor(raw) else None)
    return (get_stored_mtime_ns(storage, name) if stored else None, None)
