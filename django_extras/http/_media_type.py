"""Media types: a file's by its name, which of them a browser is to show, and which hold compressed data."""

import mimetypes
import os
import re
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path

# In the format of the machine's ``mime.types``: a media type, and the suffixes of the files that have it.
_LINES = Path(__file__).with_name("mime.types").read_text(encoding="ascii").splitlines()
_TYPES = {
    f".{suffix}": media_type
    for media_type, *suffixes in (line.split() for line in _LINES if not line.startswith("#"))
    for suffix in suffixes
}


def _types(**names: str) -> frozenset[str]:
    """Return the media types of these names, by their main type."""
    return frozenset(f"{main}/{name}" for main, found in names.items() for name in found.split())


# What cannot run script. A /* covers no markup.
INLINE_TYPES = _types(
    audio="*",
    image="*",
    text="*",
    video="*",
    application="gzip json octet-stream pdf x-brotli x-bzip x-compress x-xz zip zstd",
)
_MARKUP = re.compile(r"html|xml|xsl", re.IGNORECASE)

# Types that gzip makes longer, or hardly shorter. All of audio, image and video are such types, except those in _RAW.
_COMPRESSED = _types(
    application="""
    font-woff gzip java-archive lzip mp4 ogg oxps pdf pgp-encrypted vnd.adobe.flash.movie vnd.amazon.mobi8-ebook
    vnd.android.package-archive vnd.apache.parquet vnd.apple.keynote vnd.apple.numbers vnd.apple.pages
    vnd.comicbook-rar vnd.debian.binary-package vnd.google-earth.kmz vnd.ms-cab-compressed vnd.ms-xpsdocument vnd.rar
    x-7z-compressed x-apple-diskimage x-brotli x-bzip x-bzip2 x-compress x-debian-package x-font-woff x-gzip x-lzma
    x-mobipocket-ebook x-rar x-rar-compressed x-redhat-package-manager x-rpm x-shockwave-flash x-xz x-zip-compressed
    zip zstd
    """,
    font="woff woff2",
    model="3mf",
)
_RAW = _types(
    audio="aiff basic l16 midi mpegurl vnd.wave wav wave x-aiff x-midi x-mpegurl x-wav",
    image="""
    bmp tiff vnd.adobe.photoshop vnd.dwg vnd.dxf vnd.microsoft.icon x-adobe-dng x-icon x-ms-bmp x-portable-anymap
    x-portable-bitmap x-portable-graymap x-portable-pixmap x-tga x-xcf
    """,
)
# Office files are ZIP archives.
_ARCHIVE = re.compile(
    r".*\+(?:gzip|zip|zstd)|application/vnd\.(?:oasis\.opendocument|openxmlformats-officedocument)\..*"
    r"|application/vnd\.ms-.*\.macroenabled\.12"
)


def guess_type(name: str) -> str:
    """
    Return the media type of a file by the suffix of its name; of a compressed file that of the compression.

    The first of these that knows the suffix decides:

    1. the project, by ``mimetypes.add_type()``, if that says something else than Python and the machine do
    2. the table in ``mime.types`` beside this module
    3. Python and the ``mime.types`` of the machine

    For any other suffix the type is application/octet-stream.
    """
    if not mimetypes.inited:
        mimetypes.init()
    suffix, own, of_the_machine = _types_of_a_suffix(name)
    registered = mimetypes.types_map.get(suffix) or mimetypes.types_map.get(suffix.lower())
    if own is None or (registered is not None and registered != of_the_machine):  # then add_type() has changed it
        return registered or "application/octet-stream"
    return own


@lru_cache(maxsize=1024)
def _types_of_a_suffix(name: str) -> tuple[str, str | None, str | None]:
    """Return the suffix, its type in the library's table, and the one that Python and the machine know."""
    suffix = os.path.splitext(name)[1]
    machine = _types_of_the_machine()
    return suffix, _TYPES.get(suffix.lower()), machine.get(suffix) or machine.get(suffix.lower())


@cache
def _types_of_the_machine() -> dict[str, str]:
    """Return the types that Python and the machine know by themselves."""
    machine = mimetypes.MimeTypes()
    machine.read_windows_registry()
    for path in mimetypes.knownfiles:
        with suppress(OSError):
            machine.read(path)
    return machine.types_map[True]


@lru_cache(maxsize=1024)
def is_shown(content_type: str, types: frozenset[str]) -> bool:
    """Return whether a browser is to show content of this type: `types` has it, or a ``/*`` that covers it."""
    # Browsers take the last of several types, wherever they stand.
    if "," in content_type:
        return False
    media_type = without_parameters(content_type)
    main, _, subtype = media_type.partition("/")
    return media_type in types or (f"{main}/*" in types and not _MARKUP.search(subtype))


@lru_cache(maxsize=1024)
def is_compressed(content_type: str) -> bool:
    """Return whether content of this type is compressed already, so that gzip gains nothing."""
    media_type = without_parameters(content_type)
    main, _, subtype = media_type.partition("/")
    if main in {"audio", "image", "video"}:
        return media_type not in _RAW and not _MARKUP.search(subtype)
    return media_type in _COMPRESSED or _ARCHIVE.fullmatch(media_type) is not None


def without_parameters(content_type: str) -> str:
    """Return the media type that Content-Type names, in lower case."""
    return content_type.partition(";")[0].strip().lower()
