"""Names of the members of an archive: clean, unique, and safe to unpack on every system."""

import re
from collections import defaultdict
from unicodedata import normalize

from ._disposition import clean_filename

# What Windows does not take in a name.
_FORBIDDEN = re.compile(r'[<>:"|?*]')
#: How Windows names devices, in every directory, with or without a suffix.
DEVICE = re.compile(r"(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9¹²³])[ ]*(?:[.].*)?", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:(?=[/\\])")
# A path of more segments than this would be too long for some system, or for ZIP itself.
_MOST_SEGMENTS = 64


class MemberNames:
    """The names that an archive has so far."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._directories: set[str] = set()
        self._moved: dict[str, str] = {}
        self._numbers: defaultdict[str, int] = defaultdict(lambda: 1)

    def add(self, name: str) -> str:
        """
        Return the name under which the archive has the next member.

        It is a relative path with slashes, which leads nowhere but below the directory in which it is unpacked. No two
        names are the same on a system that ignores capitals. A name that is taken gets a number: ``a (2).txt``.
        """
        *parents, leaf = clean_segments(name)
        path = ""
        for parent in parents:
            wanted = _key(f"{path}{parent}")
            if wanted not in self._moved:
                self._moved[wanted] = self._number(path, parent, self._files)
            path = self._moved[wanted]
            self._directories.add(_key(path))
            path += "/"
        path = self._number(path, leaf, self._files, self._directories)
        self._files.add(_key(path))
        return path

    def _number(self, directory: str, segment: str, *taken: set[str]) -> str:
        """Return the first of ``x``, ``x (2)``, ``x (3)`` in the directory that is not taken."""
        stem, dot, suffix = segment.rpartition(".")
        if not stem:
            stem, dot, suffix = segment, "", ""
        path = first = f"{directory}{segment}"
        while any(_key(path) in names for names in taken):
            self._numbers[_key(first)] += 1
            path = f"{directory}{stem} ({self._numbers[_key(first)]}){dot}{suffix}"
        return path


def clean_segments(name: str) -> list[str]:
    """Return the segments of a path, each a name that every system takes; one, if nothing else, is ``download``."""
    name = _DRIVE.sub("", name, count=1) if _DRIVE.match(name) else name
    segments = [_clean(segment) for segment in re.split(r"[/\\]", name) if segment.strip(". ")]
    return segments[-_MOST_SEGMENTS:] or [clean_filename("")]


def _clean(segment: str) -> str:
    # Windows takes the dots and blanks at the end away.
    segment = clean_filename(_FORBIDDEN.sub("_", segment)).rstrip(". ") or clean_filename("")
    return f"_{segment}" if DEVICE.fullmatch(segment) else segment


def _key(path: str) -> str:
    return normalize("NFC", path).casefold()
