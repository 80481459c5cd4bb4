"""Media types: a file's by its name, and which of them a browser is to show."""

import mimetypes
import os
import re
from functools import lru_cache

# Browsers decompress what has a Content-Encoding, so a compressed file is named by its type.
COMPRESSED = {
    "br": "application/x-brotli",
    "bzip2": "application/x-bzip",
    "compress": "application/x-compress",
    "gzip": "application/gzip",
    "xz": "application/x-xz",
    "zstd": "application/zstd",
}
# What cannot run script. A /* covers no markup.
INLINE_TYPES = frozenset(
    {
        *("application/json", "application/octet-stream", "application/pdf", "application/zip", *COMPRESSED.values()),
        *("audio/*", "image/*", "text/*", "video/*"),
    }
)
_MARKUP = re.compile(r"html|xml|xsl", re.IGNORECASE)


def guess_type(name: str) -> str:
    """Return the media type of a file by its name; of a compressed file that of the compression."""
    suffix = os.path.splitext(name)[1]
    lower = suffix.lower()
    if lower == ".zst":
        return COMPRESSED["zstd"]
    if mimetypes.inited and suffix not in mimetypes.encodings_map and lower not in mimetypes.suffix_map:
        # As below, where names are taken for URLs, and five times as long.
        return mimetypes.types_map.get(lower, "application/octet-stream")
    # With a slash before it, a name is never read as a URL.
    content_type, encoding = mimetypes.guess_type(f"/{name}")
    return (COMPRESSED.get(encoding) if encoding else None) or content_type or "application/octet-stream"


@lru_cache(maxsize=1024)
def is_shown(content_type: str, types: frozenset[str]) -> bool:
    """Return whether a browser is to show what has the Content-Type, which it is if its media type is in `types`."""
    # Browsers take the last of several types, wherever they stand.
    if "," in content_type:
        return False
    media_type = content_type.partition(";")[0].strip().lower()
    main, _, subtype = media_type.partition("/")
    return media_type in types or (f"{main}/*" in types and not _MARKUP.search(subtype))
