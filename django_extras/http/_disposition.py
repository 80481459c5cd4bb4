"""What the name of a file says in fields, and Content-Disposition for any name (RFC 6266, RFC 8187)."""

import ntpath
import os
import posixpath
import re
from collections.abc import Mapping
from functools import lru_cache
from unicodedata import normalize
from urllib.parse import quote

from ._media_type import INLINE_TYPES, guess_type, is_shown

#: Bytes of UTF-8 that a name may have. File systems take 255, and browsers add a suffix while they save.
MAX_BYTES = 240

# Such a name was a path on Windows: it begins with a drive or a share.
_WINDOWS_PATH = re.compile(r"[A-Za-z]:\\|\\\\")
# Controls, marks and overrides of direction, line separators, surrogates, the byte order mark.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_PLAIN = re.compile(r"[ -$&-~]+")
# A wide slash or quote becomes one that is not in compatibility decomposition.
_NOT_PLAIN = re.compile(r"[^ !#-$&-.0-\[\]-~]")


def describe(
    name: str,
    given: Mapping[str, str],
    *,
    as_attachment: bool | None,
    charset: str | None,
    inline_types: frozenset[str] = INLINE_TYPES,
) -> dict[str, str]:
    """
    Return Content-Type and Content-Disposition of a file of that name, except those that are given.

    If `as_attachment` is None, browsers show the types in `inline_types` and save all others.
    """
    fields = {}
    if name:
        # A name as long as a header is not kept in a cache.
        name = clean_filename(name) if len(name) < 1024 else clean_filename.__wrapped__(name)
    content_type = given.get("Content-Type")
    if content_type is None:
        content_type = fields["Content-Type"] = guess_type(name)
        if charset and content_type.startswith("text/"):
            fields["Content-Type"] += f"; charset={charset}"
    if "Content-Disposition" not in given:
        if as_attachment is None:
            as_attachment = not is_shown(content_type, inline_types)
        value = content_disposition(name, attachment=as_attachment)
        if value is not None:
            fields["Content-Disposition"] = value
    return fields


@lru_cache(maxsize=1024)
def content_disposition(filename: str, *, attachment: bool) -> str | None:
    """
    Return the field with the name and whether to save the file, or None if it would say nothing.

    A name of plain ASCII is sent as ``filename``. Any other name is sent as ``filename*``, after a ``filename`` that
    is similar to it, for old clients. So is a name with a percent sign or ``=?``, because some browsers decode these.
    """
    disposition = "attachment" if attachment else "inline"
    if not filename:
        return disposition if attachment else None
    name = clean_filename(filename)
    if _PLAIN.fullmatch(name) and "=?" not in name:
        return f"{disposition}; filename={_quoted(name)}"
    parts = [disposition]
    if fallback := _ascii(name):
        parts.append(f"filename={_quoted(fallback)}")
    parts.append(f"filename*=utf-8''{quote(name, safe='')}")
    return "; ".join(parts)


@lru_cache(maxsize=1024)
def clean_filename(filename: str) -> str:
    """
    Return the last segment of a name, without characters that deceive or break; ``download`` if nothing is left.

    A backslash separates segments on Windows and in a path from there, such as ``C:\\reports\\may.txt``. In any other
    name it becomes ``_``. Controls, marks that change the direction of text, and surrogates go. Names are cut to 240
    bytes; a suffix of at most 16 characters stays.
    """
    if os.name == "nt" or _WINDOWS_PATH.match(filename):
        segment = ntpath.basename(filename)
    else:
        segment = posixpath.basename(filename).replace("\\", "_")
    name = _UNSAFE.sub("", segment).strip()
    if name in {"", ".", ".."}:
        return "download"
    if name.startswith(".") and not segment.startswith("."):
        name = f"download{name}"  # nothing but the suffix was left
    return _cut(name)


def _cut(name: str) -> str:
    data = name.encode()
    if len(data) <= MAX_BYTES:
        return name
    _, dot, suffix = name.rpartition(".")
    end = f"{dot}{suffix}".encode() if dot and len(suffix) <= 16 else b""
    return (data[: MAX_BYTES - len(end)].decode(errors="ignore") + end.decode()).strip()


def _ascii(name: str) -> str:
    """Return the name in plain ASCII, or "" if no letter or digit before the suffix is left."""
    plain = _NOT_PLAIN.sub("", normalize("NFKD", name)).strip()
    stem = plain.rpartition(".")[0] or plain
    return plain if re.search("[0-9A-Za-z]", stem) and not plain.startswith(".") else ""


def _quoted(name: str) -> str:
    escaped = name.replace('"', '\\"')  # there is no backslash in it
    return f'"{escaped}"'
