"""What is known of a file: its position, size and date, its mode, and whether its descriptor gives its bytes."""

import errno
import io
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from django.core.files.storage import FileSystemStorage
from django.core.files.utils import FileProxyMixin

# A class that reads something else than what is stored overrides one of these.
_WAYS_TO_OPEN = {"_open", "open", "file"}
_NOT_REGULAR = "Not a regular file"


class Facts(NamedTuple):
    """
    What is to be sent: where it starts, None if it cannot seek; its bytes and when it was modified, in nanoseconds
    since the epoch, None if unknown.
    """

    start: int | None
    length: int | None
    mtime_ns: int | None


#: Those of what is no file.
NO_FACTS = Facts(None, None, None)


class RegularFile(io.FileIO):
    """A regular file open to read. Raise OSError for anything else; never wait for a pipe's writer."""

    def __init__(self, path: str, opener: Callable[[str, int], int] | None = None) -> None:
        super().__init__(path, opener=opener or _open_at_once)
        status = os.fstat(self.fileno())
        self.facts = Facts(0, status.st_size, status.st_mtime_ns)
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise OSError(errno.EINVAL, _NOT_REGULAR, path)


def check_regular(path: str) -> None:
    """Raise OSError for what is there and no regular file: opening a pipe would wait for its writer."""
    with suppress(FileNotFoundError):  # which opening it tells better
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise OSError(errno.EINVAL, _NOT_REGULAR, path)


def inspect(file: Any, block_size: int, mtime_ns: int | None) -> Facts:  # whatever has read()
    """Return the facts of an open file, from its position on; `mtime_ns` is its date, None to ask the file."""
    if type(file) is RegularFile:
        return file.facts
    start, length = _measure(file, block_size)
    return Facts(start, length, _mtime_ns(file) if mtime_ns is None else mtime_ns)


def _measure(file: Any, block_size: int) -> tuple[int | None, int | None]:  # any object with read()
    """
    Return from where a file has to send, None if it cannot seek, and how many bytes, None if that is unknown.

    The file stays at its position, from which both count.
    """
    seekable = hasattr(file, "seek") and (not hasattr(file, "seekable") or file.seekable())
    if seekable:
        start = file.tell() if hasattr(file, "tell") else file.seek(0, io.SEEK_CUR)
        if isinstance(start, int):
            end = file.seek(0, io.SEEK_END)
            if hasattr(file, "tell"):
                end = file.tell()
            file.seek(start)
            return (start, max(0, end - start))
        length = sum(iter(lambda: len(file.read(block_size)), 0))
        file.seek(-length, io.SEEK_END)
        return (None, length)
    if not hasattr(file, "tell"):
        return (None, None)
    if hasattr(file, "getbuffer"):
        return (None, max(0, file.getbuffer().nbytes - file.tell()))
    name = getattr(file, "name", None)
    if isinstance(name, str) and os.path.isfile(name):
        return (None, max(0, os.path.getsize(name) - file.tell()))
    return (None, None)


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def refuse_unreadable(file: Any, owner: str) -> None:  # whatever has read()
    """Raise TypeError for a file in text mode or open to write, ValueError for one that is closed."""
    remedy = 'Open it in binary mode: open(name, "rb").'
    if is_text(file):
        raise TypeError(f"{owner} cannot send a file in text mode. {remedy}")
    if isinstance(file, io.IOBase):
        if file.closed:
            raise ValueError(f"{owner} cannot send a closed file. {remedy}")
        if not file.readable():
            raise TypeError(f"{owner} cannot send a file that is open to write. {remedy}")


def is_text(file: Any) -> bool:  # whatever has read()
    """Return whether the file is open in text mode."""
    return isinstance(unwrap(file), io.TextIOBase) or isinstance(getattr(file, "encoding", None), str)


def unwrap(file: Any) -> Any:  # whatever has read()
    """Return the file that reads for Django's file objects and for named temporary files."""
    while type(file) is tempfile._TemporaryFileWrapper or getattr(type(file), "read", None) is FileProxyMixin.read:
        file = file.file
    return file


def is_plain(file: Any) -> bool:  # whatever has read()
    """Return whether the file gives just what is behind its descriptor, which is a regular file."""
    if type(file) is RegularFile:
        return True
    raw = unwrap(file)
    # A subclass may read something else than its descriptor does, as gzip's does.
    if type(raw) in {io.BufferedReader, io.BufferedRandom}:
        raw = raw.raw
    return type(raw) is io.FileIO and stat.S_ISREG(os.fstat(raw.fileno()).st_mode)


def is_on_disk(storage: object) -> bool:
    """Return whether what a storage opens are the files of the operating system that it has under its names."""
    for base in storage.__class__.__mro__:
        if base is FileSystemStorage:
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


def get_stored_mtime_ns(storage: Any, name: Any) -> int | None:  # a storage, or what quacks like one
    """Return when the file of a storage was modified, in nanoseconds since the epoch, None if it does not know."""
    with suppress(Exception):  # each storage has its own
        modified: float = storage.get_modified_time(name).timestamp()
        return round(modified * 10**9)
    return None


def _mtime_ns(file: Any) -> int | None:  # whatever has read()
    """Return when the file was modified, in nanoseconds since the epoch, by its storage or its descriptor."""
    storage, name = getattr(file, "storage", None), getattr(file, "name", None)
    stored = storage is not None and bool(name)
    # The descriptor of another storage's file may be that of a copy.
    if stored and not is_on_disk(storage) and (known := get_stored_mtime_ns(storage, name)) is not None:
        return known
    raw = unwrap(file)
    # Asking a spooled file for its descriptor would write it to disk.
    if isinstance(raw, io.IOBase) and not isinstance(raw, tempfile.SpooledTemporaryFile):
        with suppress(OSError, AttributeError, TypeError, ValueError):  # what has none may have half of the method
            status = os.fstat(raw.fileno())
            return status.st_mtime_ns if stat.S_ISREG(status.st_mode) else None
    return get_stored_mtime_ns(storage, name) if stored else None
