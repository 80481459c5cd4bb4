"""A file that is not open yet: what its name tells, and how it is opened."""

import os
import stat
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, Self

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from ._source import open_file

# What a class that reads something else than what is stored overrides.
_WAYS_TO_OPEN = {"_open", "open", "file"}


class Facts(NamedTuple):
    """Bytes, and nanoseconds since the epoch."""

    size: int
    mtime_ns: int


class Unopened:
    """
    A file of the operating system or of a storage.

    `look()` returns its facts, or None if only opening it can tell: it is missing, not regular, not readable, or its
    storage does not know. `open()` raises what opening it raises.
    """

    def __init__(self, name: object, look: Callable[[], Facts | None], open_: Callable[[], Any]) -> None:
        self.name = name if isinstance(name, str) else ""
        self.look = look
        self.open = open_

    @classmethod
    def of(cls, content: object) -> Self | None:
        """Return the content as a file to open, or None if it is open or no file."""
        if isinstance(content, str | os.PathLike):
            name = os.fspath(content)
            return cls(name, partial(_look, name), partial(open_file, name))
        if isinstance(content, File) and content.closed:
            storage = getattr(content, "storage", None)
            # Before it is committed, what is to be read is not yet what the storage has under the name.
            known = storage is not None and getattr(content, "_committed", True) and _tells_size(content)
            look = partial(_look_at_stored, storage, content.name) if known else _tell_nothing
            return cls(content.name, look, partial(_reopen, content))
        return None

    @classmethod
    def stored(cls, storage: Any, name: str) -> Self:  # a storage, or what quacks like one
        """Return the file of a storage."""
        return cls(name, partial(_look_at_stored, storage, name), partial(_open_stored, storage, name))


def _look(path: str | bytes) -> Facts | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode) or not os.access(path, os.R_OK):
        return None
    return Facts(status.st_size, status.st_mtime_ns)


def _look_at_stored(storage: Any, name: Any) -> Facts | None:
    try:
        if not _tells_size(storage):
            return None
        if isinstance(storage, FileSystemStorage):
            # As exact as the date of the descriptor, which that of the storage is not.
            return _look(storage.path(name))
        modified: float = storage.get_modified_time(name).timestamp()
        return Facts(storage.size(name), round(modified * 10**9))
    except Exception:  # each storage has its own; opening tells what is wrong
        return None


def _tell_nothing() -> None:
    return None


def _reopen(file: Any) -> Any:  # a File, generic to type checkers only
    file.open("rb")
    return file


def _open_stored(storage: Any, name: str) -> Any:
    file = storage.open(name, "rb")
    if not hasattr(file, "storage"):
        file.storage = storage
    return file


def _tells_size(source: object) -> bool:
    """Return whether the class that says how to open a file, or a subclass of it, says its size too."""
    for base in source.__class__.__mro__:
        if "size" in vars(base):
            return True
        if not _WAYS_TO_OPEN.isdisjoint(vars(base)):
            return False
    return False
