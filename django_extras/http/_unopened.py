"""A file that is not open yet: what its name tells, and how it is opened."""

import os
import stat
from typing import Any

from django.core.files.base import File

from ._source import Facts, RegularFile, check_regular, get_stored_mtime_ns, is_on_disk, tells_size


class Unopened:
    """A file of the operating system, by its path."""

    #: When it was modified, if its storage has told before it was opened. The open file may be but a copy.
    mtime_ns: int | None = None

    def __init__(self, path: str) -> None:
        self.name = path

    def look(self) -> Facts | None:
        """
        Return the facts of the file, or None if only opening it can tell: it is missing, not regular, not readable, or
        its storage does not know.
        """
        try:
            status = os.stat(self.name)
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(status.st_mode) or not os.access(self.name, os.R_OK):
            return None
        return Facts(0, status.st_size, status.st_mtime_ns)

    def open(self) -> Any:  # whatever has read()
        """Return the file, open. Raise what opening it raises."""
        return RegularFile(self.name)


class Stored(Unopened):
    """A file of a storage, by its name there."""

    def __init__(self, storage: Any, name: str) -> None:  # a storage, or what quacks like one
        super().__init__(name)
        self.storage = storage

    def look(self) -> Facts | None:
        try:
            if is_on_disk(self.storage):
                # As exact as the date of the descriptor, which that of the storage is not.
                return Unopened(self.storage.path(self.name)).look()
            # What django-storages has compressed, it decompresses; its size is that of what is stored.
            if getattr(self.storage, "gzip", False) or not tells_size(self.storage):
                return None
            size = self.storage.size(self.name)
        except Exception:  # each storage has its own; opening tells what is wrong
            return None
        self.mtime_ns = get_stored_mtime_ns(self.storage, self.name)
        return Facts(0, size, self.mtime_ns) if self.mtime_ns is not None else None

    def open(self) -> Any:
        if self.name and is_on_disk(self.storage):
            check_regular(self.storage.path(self.name))
        elif self.mtime_ns is None:
            # Before it is opened: what replaces it later must not get its content under a newer date.
            self.mtime_ns = get_stored_mtime_ns(self.storage, self.name)
        return self._open()

    def _open(self) -> Any:
        return self.storage.open(self.name, "rb")


class Closed(Stored):
    """A file of Django that can be opened again, such as that of a field."""

    def __init__(self, file: Any) -> None:  # a File, generic to type checkers only
        # Before it is committed, what is to be read is not yet what the storage has under the name.
        super().__init__(getattr(file, "storage", None) if getattr(file, "_committed", True) else None, file.name)
        self.file = file

    def look(self) -> Facts | None:
        return super().look() if self.storage is not None and tells_size(self.file) else None

    def open(self) -> Any:
        return super().open() if self.storage is not None else self._open()

    def _open(self) -> Any:
        if self.storage is not None and getattr(self.file, "_file", None) is not None:
            del self.file.file  # what is closed may not open again, but its storage has it still
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
