"""Paths that come from a URL: joined to a directory that they cannot leave."""

import os
import re

# Names that Windows gives to devices in every directory, with or without a suffix.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9¹²³])[ ]*(?:[.:].*)?", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")


def safe_join(root: str, name: str) -> str | None:
    """
    Return the real path of `name` below the directory `root`, or None if it leaves it or is no path on every system.

    Links are followed; where they lead must be below the root too. The file need not exist.
    """
    if "\0" in name or "\\" in name or _DRIVE.match(name):
        return None
    for segment in name.split("/"):
        if segment in {"", ".", ".."} or _DEVICE.fullmatch(segment):
            return None
    try:
        name.encode()
    except UnicodeEncodeError:
        return None
    real_root = os.path.realpath(root)
    path = os.path.realpath(os.path.join(real_root, *name.split("/")))
    return path if os.path.commonpath([real_root, path]) == real_root else None
