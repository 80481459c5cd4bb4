"""A file that is not open yet: what its name tells, and how it is opened."""

import os
import stat
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from ._source import Facts, RegularFile

# What a class that reads something else than what is stored overrides.
_WAYS_TO_OPEN = {"_open", "open", "file"}


class Unopened:
    """A file of the operating system, by its path."""

    def __init__(self, path: str) -> None:
        self.name = path

    def look(self) -> Facts | None:
        """
        Return the facts of the file, or None if only opening it can tell: it is missing, not regular, not readable, or
        its storage does not know.
        """
        return _look_at(self.name)

    def open(self) -> Any:  # whatever has read()
        """Return the file, open. Raise what opening it raises."""
        return RegularFile(self.name)


class Stored(Unopened):
    """A file of a storage, by its name there."""

    def __init__(self, storage: Any, name: str) -> None:  # a storage, or what quacks like one
        super().__init__(name)
        self.storage = storage

    def look(self) -> Facts | None:
        return _look_at_stored(self.storage, self.name)

    def open(self) -> Any:
        file = self.storage.open(self.name, "rb")
        if not hasattr(file, "storage"):
            file.storage = self.storage
        return file


class Closed(Unopened):
    """A file of Django that can be opened again, such as that of a field."""

    def __init__(self, file: Any) -> None:  # a File, generic to type checkers only
        super().__init__(file.name)
        self.file = file

    def look(self) -> Facts | None:
        storage = getattr(self.file, "storage", None)
        # Before it is committed, what is to be read is not yet what the storage has under the name.
        if storage is None or not getattr(self.file, "_committed", True) or not _tells_size(self.file):
            return None
        return _look_at_stored(storage, self.name)

    def open(self) -> Any:
        self.file.open("rb")
        return self.file


def unopened(content: object) -> Unopened | None:
    """Return the content as a file to open, or None if it is open or no file."""
    if isinstance(content, Unopened):
        return content
    if isinstance(content, str):
        return Unopened(content)
    if isinstance(content, os.PathLike):
        return Unopened(os.fspath(content))
    if isinstance(content, File) and content.closed:
        return Closed(content)
    return None


def _look_at(path: str) -> Facts | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode) or not os.access(path, os.R_OK):
        return None
    return Facts(0, status.st_size, status.st_mtime_ns)


def _look_at_stored(storage: Any, name: Any) -> Facts | None:
    try:
        if not _tells_size(storage):
            return None
        if isinstance(storage, FileSystemStorage):
            # As exact as the date of the descriptor, which that of the storage is not.
            return _look_at(storage.path(name))
        modified: float = storage.get_modified_time(name).timestamp()
        return Facts(0, storage.size(name), round(modified * 10**9))
    except Exception:  # each storage has its own; opening tells what is wrong
        return None


def _tells_size(source: object) -> bool:
    """Return whether the class that says how to open a file, or a subclass of it, says its size too."""
    for base in source.__class__.__mro__:
        if "size" in vars(base):
            return True
        if not _WAYS_TO_OPEN.isdisjoint(vars(base)):
            return False
    return False
