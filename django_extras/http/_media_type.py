"""Media types: a file's by its name, which of them a browser is to show, and which hold compressed data."""

import mimetypes
import os
import re
from contextlib import suppress
from functools import cache, lru_cache

# What people download, by the type that browsers and desktops know: that of IANA, if it has one.
_SUFFIXES = {
    "application/atom+xml": "atom",
    "application/dash+xml": "mpd",
    "application/epub+zip": "epub",
    "application/geo+json": "geojson",
    "application/geopackage+sqlite3": "gpkg",
    "application/gml+xml": "gml",
    "application/gpx+xml": "gpx",
    "application/gzip": "gz tgz taz svgz",
    "application/java-archive": "jar",
    "application/json": "json",
    "application/ld+json": "jsonld",
    "application/lzip": "lz",
    "application/manifest+json": "webmanifest",
    "application/mbox": "mbox",
    "application/msword": "doc",
    "application/octet-stream": "bin",
    "application/oxps": "oxps",
    "application/pdf": "pdf",
    "application/pgp-encrypted": "gpg pgp",
    "application/pgp-signature": "asc sig",
    "application/pkcs7-mime": "p7m",
    "application/pkcs7-signature": "p7s",
    "application/pkcs12": "p12 pfx",
    "application/pkix-cert": "cer",
    "application/postscript": "ai eps ps",
    "application/rdf+xml": "rdf",
    "application/rss+xml": "rss",
    "application/rtf": "rtf",
    "application/sql": "sql",
    "application/toml": "toml",
    "application/vnd.amazon.mobi8-ebook": "azw3",
    "application/vnd.android.package-archive": "apk",
    "application/vnd.apache.arrow.file": "arrow feather",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.apple.keynote": "key keynote",
    "application/vnd.apple.mpegurl": "m3u8",
    "application/vnd.apple.numbers": "numbers",
    "application/vnd.apple.pages": "pages",
    "application/vnd.comicbook+zip": "cbz",
    "application/vnd.comicbook-rar": "cbr",
    "application/vnd.debian.binary-package": "deb",
    "application/vnd.google-earth.kml+xml": "kml",
    "application/vnd.google-earth.kmz": "kmz",
    "application/vnd.microsoft.portable-executable": "dll exe",
    "application/vnd.ms-cab-compressed": "cab",
    "application/vnd.ms-excel": "xls xlt",
    "application/vnd.ms-excel.addin.macroEnabled.12": "xlam",
    "application/vnd.ms-excel.sheet.binary.macroEnabled.12": "xlsb",
    "application/vnd.ms-excel.sheet.macroEnabled.12": "xlsm",
    "application/vnd.ms-excel.template.macroEnabled.12": "xltm",
    "application/vnd.ms-fontobject": "eot",
    "application/vnd.ms-outlook": "msg",
    "application/vnd.ms-powerpoint": "pps ppt",
    "application/vnd.ms-powerpoint.presentation.macroEnabled.12": "pptm",
    "application/vnd.ms-powerpoint.slideshow.macroEnabled.12": "ppsm",
    "application/vnd.ms-powerpoint.template.macroEnabled.12": "potm",
    "application/vnd.ms-project": "mpp",
    "application/vnd.ms-word.document.macroEnabled.12": "docm",
    "application/vnd.ms-word.template.macroEnabled.12": "dotm",
    "application/vnd.ms-xpsdocument": "xps",
    "application/vnd.oasis.opendocument.formula": "odf",
    "application/vnd.oasis.opendocument.graphics": "odg",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.presentation-template": "otp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.spreadsheet-template": "ots",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.text-template": "ott",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.presentationml.slideshow": "ppsx",
    "application/vnd.openxmlformats-officedocument.presentationml.template": "potx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template": "xltx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template": "dotx",
    "application/vnd.rar": "rar",
    "application/vnd.shp": "shp",
    "application/vnd.sqlite3": "sqlite sqlite3",
    "application/vnd.visio": "vsd",
    "application/wasm": "wasm",
    "application/x-7z-compressed": "7z",
    "application/x-apple-diskimage": "dmg",
    "application/x-bittorrent": "torrent",
    "application/x-brotli": "br",
    "application/x-bzip": "bz2 tbz tbz2",
    "application/x-compress": "z",
    "application/x-ipynb+json": "ipynb",
    "application/x-iso9660-image": "iso",
    "application/x-lzma": "lzma",
    "application/x-mobipocket-ebook": "mobi",
    "application/x-msi": "msi",
    "application/x-ndjson": "jsonl ndjson",
    "application/x-rpm": "rpm",
    "application/x-sh": "sh",
    "application/x-subrip": "srt",
    "application/x-tar": "tar",
    "application/x-tex": "tex",
    "application/x-x509-ca-cert": "crt",
    "application/x-xz": "txz xz",
    "application/xhtml+xml": "xht xhtml",
    "application/xml": "xml xsd",
    "application/xml-dtd": "dtd",
    "application/xslt+xml": "xsl xslt",
    "application/yaml": "yaml yml",
    "application/zip": "zip",
    "application/zstd": "tzst zst",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/flac": "flac",
    "audio/midi": "mid midi",
    "audio/mp4": "m4a m4b",
    "audio/mpeg": "mp3",
    "audio/mpegurl": "m3u",
    "audio/ogg": "oga ogg opus",
    "audio/webm": "weba",
    "audio/x-aiff": "aif aiff",
    "audio/x-matroska": "mka",
    "audio/x-ms-wma": "wma",
    "audio/x-wav": "wav",
    "font/collection": "ttc",
    "font/otf": "otf",
    "font/ttf": "ttf",
    "font/woff": "woff",
    "font/woff2": "woff2",
    "image/apng": "apng",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/jp2": "jp2",
    "image/jpeg": "jfif jpe jpeg jpg",
    "image/jxl": "jxl",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/tiff": "tif tiff",
    "image/vnd.adobe.photoshop": "psd",
    "image/vnd.djvu": "djv djvu",
    "image/vnd.dwg": "dwg",
    "image/vnd.dxf": "dxf",
    "image/vnd.microsoft.icon": "ico",
    "image/webp": "webp",
    "image/x-adobe-dng": "dng",
    "image/x-xcf": "xcf",
    "message/rfc822": "eml mht mhtml",
    "model/3mf": "3mf",
    "model/gltf+json": "gltf",
    "model/gltf-binary": "glb",
    "model/obj": "obj",
    "model/step": "step stp",
    "model/stl": "stl",
    "model/vnd.usdz+zip": "usdz",
    "text/calendar": "ics",
    "text/css": "css",
    "text/csv": "csv",
    "text/html": "htm html",
    "text/javascript": "js mjs",
    "text/markdown": "markdown md",
    "text/plain": "cfg conf ini log text txt",
    "text/prs.fallenstein.rst": "rst",
    "text/tab-separated-values": "tsv",
    "text/vcard": "vcf",
    "text/vtt": "vtt",
    "text/x-diff": "diff patch",
    "text/x-python": "py",
    "video/3gpp": "3gp",
    "video/3gpp2": "3g2",
    "video/mp2t": "m2ts mts ts",
    "video/mp4": "m4v mp4",
    "video/mpeg": "mpe mpeg mpg",
    "video/ogg": "ogv",
    "video/quicktime": "mov qt",
    "video/webm": "webm",
    "video/x-flv": "flv",
    "video/x-matroska": "mkv",
    "video/x-ms-asf": "asf",
    "video/x-ms-wmv": "wmv",
    "video/x-msvideo": "avi",
}
_TYPES = {f".{suffix}": media_type for media_type, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}


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
    2. the table of this module
    3. Python and the ``mime.types`` of the machine

    For any other suffix the type is application/octet-stream.
    """
    if not mimetypes.inited:
        mimetypes.init()
    suffix, own, of_the_machine = _types_of_a_suffix(name)
    known = _find(mimetypes.types_map, suffix)
    if own is None or (known is not None and known != of_the_machine):
        return known or "application/octet-stream"
    return own


@lru_cache(maxsize=1024)
def _types_of_a_suffix(name: str) -> tuple[str, str | None, str | None]:
    """Return the suffix, its type in the table of this module, and the one that Python and the machine know."""
    suffix = os.path.splitext(name)[1]
    return suffix, _TYPES.get(suffix.lower()), _find(_types_of_the_machine(), suffix)


def _find(types: dict[str, str], suffix: str) -> str | None:
    return types.get(suffix) or types.get(suffix.lower())


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
