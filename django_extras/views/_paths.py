"""Files below a directory: which paths may be theirs, and how to reach them so that no link leads out of it."""

import errno
import os
import re
import stat
from collections.abc import Callable
from typing import TypeVar

from django_extras.http._facts import Facts, RegularFile, look_at, open_at_once
from django_extras.http._member_names import DEVICE
from django_extras.http._sources import OnDisk

# No file system has longer ones.
_MOST_CHARACTERS = 4096
_MOST_CHARACTERS_OF_A_SEGMENT = 255
# Windows opens another file under these, or none: a stream, a drive, a name without the dots and blanks at its end.
_NOT_ON_WINDOWS = re.compile(r'[\x00-\x1f"*:<>?\\|]|[. ]\Z')
# A second name, such as PROGRA~1, that Windows gives to a file with a long one.
_SHORT = re.compile(r"[^.]{0,6}~[0-9]{1,6}(?:[.][^.]{0,3})?")
# Windows can open nothing from the descriptor of a directory.
_HAS_DIR_FD = os.open in os.supports_dir_fd
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
# Linux passes through a directory that may be entered but not listed. Other systems must be able to list it.
_DIRECTORY = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_PATH", os.O_RDONLY)

T = TypeVar("T")


def may_be_below(path: str, *, allow_dotfiles: bool = False, system: str = os.name) -> bool:
    """
    Return whether a file below a directory can have this path, by its text alone.

    A name that begins with a dot is a dotfile. `system` is ``os.name`` of the system: Windows, ``"nt"``, takes some
    names for another file or for a device.
    """
    if len(path) > _MOST_CHARACTERS or "\0" in path:
        return False
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    for segment in path.split("/"):
        if segment in {"", ".", ".."} or len(segment) > _MOST_CHARACTERS_OF_A_SEGMENT:
            return False
        if segment.startswith(".") and not allow_dotfiles:
            return False
        if system == "nt" and (
            _NOT_ON_WINDOWS.search(segment) or DEVICE.fullmatch(segment) or _SHORT.fullmatch(segment)
        ):
            return False
    return True


def path_below(root: str, path: str) -> str:
    """Return the path of a file below the root as one that begins there. Other absolute paths stay as they are."""
    if os.path.isabs(path):
        directory, name = os.path.split(path)
        path = os.path.join(os.path.realpath(directory), name).removeprefix(os.path.join(os.path.realpath(root), ""))
    return path.replace(os.sep, "/")


class FileBelow(OnDisk):
    """
    A file below a directory, by a path that may_be_below().

    Links are followed if they lead to a file below the directory. Everything is opened from the descriptor of the
    directory before it, never through a link, so nobody can exchange a directory for a link between the check and the
    opening. Windows cannot do this: there the path is checked, then opened.
    """

    def __init__(self, root: str, path: str) -> None:
        super().__init__(path.rpartition("/")[2])
        self.root = encode_path(root)
        self._segments = encode_path(path).split(b"/")

    @property
    def path(self) -> str:
        return os.fsdecode(os.path.join(self.root, *self._segments))

    def __fspath__(self) -> str:
        return self.path

    def look(self, *, for_another: bool = False) -> Facts | None:
        def look_in(directory: int | None, name: bytes) -> Facts | None:
            status = os.stat(name, dir_fd=directory, follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
            return look_at(status) if for_another or os.access(name, os.R_OK, dir_fd=directory) else None

        try:
            return self._reach(look_in)
        except OSError:
            return None

    def _open(self) -> RegularFile:
        return self._reach(self._open_in)

    def _open_in(self, directory: int | None, name: bytes) -> RegularFile:
        def opener(path: str, flags: int) -> int:
            return open_at_once(name, flags | _NO_LINK, dir_fd=directory)

        return RegularFile(os.fspath(self), opener)

    def _reach(self, use: Callable[[int | None, bytes], T]) -> T:
        """Return the result of `use`, which gets the descriptor of the file's directory and the file's name there."""
        if _HAS_DIR_FD:
            try:
                return _walk(self.root, self._segments, use)
            except FileNotFoundError:
                raise
            except OSError:  # one of the segments may be a link
                pass
        root = os.path.join(os.path.realpath(self.root), b"")
        path = os.path.realpath(os.path.join(self.root, *self._segments), strict=True)
        if not path.startswith(root):
            raise FileNotFoundError(errno.ENOENT, "A link leads out of the root", os.fspath(self))
        return _walk(root, path.removeprefix(root).split(os.fsencode(os.sep)), use) if _HAS_DIR_FD else use(None, path)


def encode_path(path: str) -> bytes:
    """Return the path as the system has it, or in UTF-8 if Python was told that it has only ASCII."""
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        return path.encode()


def _walk(root: bytes, segments: list[bytes], use: Callable[[int | None, bytes], T]) -> T:
    """Open each directory from the one before it. Raise OSError for a link below the root."""
    directory, path = None, b"%b/%b" % (root, segments[0])
    try:
        for segment in segments[1:]:
            inner = os.open(path, _DIRECTORY | _NO_LINK, dir_fd=directory)
            if directory is not None:
                os.close(directory)
            directory, path = inner, segment
        return use(directory, path)
    finally:
        if directory is not None:
            os.close(directory)
