"""Media types by name: the project's own first, then the library's, then those of Python and of the machine."""

import json
import mimetypes
import subprocess
import sys
from pathlib import Path

import pytest

from django_extras.http import FileResponse, _media_type
from django_extras.http._media_type import INLINE_TYPES, guess_type, is_compressed, is_shown


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.odt", "application/vnd.oasis.opendocument.text"),
        ("a.epub", "application/epub+zip"),
        ("a.m4a", "audio/mp4"),
        ("a.opus", "audio/ogg"),
        ("a.wav", "audio/x-wav"),
        ("a.mkv", "video/x-matroska"),
        ("a.ts", "video/mp2t"),
        ("a.woff2", "font/woff2"),
        ("a.webp", "image/webp"),
        ("a.heic", "image/heic"),
        ("a.ico", "image/vnd.microsoft.icon"),
        ("a.js", "text/javascript"),
        ("a.mjs", "text/javascript"),
        ("a.md", "text/markdown"),
        ("a.log", "text/plain"),
        ("a.yaml", "application/yaml"),
        ("a.7z", "application/x-7z-compressed"),
        ("a.apk", "application/vnd.android.package-archive"),
        ("a.tar.gz", "application/gzip"),
        ("a.TGZ", "application/gzip"),
        ("a.csv.GZ", "application/gzip"),
        ("a.tar.zst", "application/zstd"),
        ("a.txt.Z", "application/x-compress"),
        ("a", "application/octet-stream"),
        (".pdf", "application/octet-stream"),
        ("a.", "application/octet-stream"),
        ("a.unheard-of", "application/octet-stream"),
    ],
)
def test_type_by_the_suffix(name: str, media_type: str) -> None:
    assert guess_type(name) == media_type


def guessed(names: list[str], knownfiles: list[Path], before: str = "") -> list[str]:
    """Return the types of names in a new process, on a machine with these files."""
    program = f"""
import json, mimetypes, runpy, sys
mimetypes.knownfiles[:] = {[str(path) for path in knownfiles]!r}
guess_type = runpy.run_path({_media_type.__file__!r})["guess_type"]
{before}
print(json.dumps([guess_type(name) for name in sys.argv[1:]]))
"""
    done = subprocess.run([sys.executable, "-c", program, *names], check=True, capture_output=True)
    types: list[str] = json.loads(done.stdout)
    return types


NAMES = ["a.docx", "a.m4a", "a.mkv", "a.woff2", "a.js", "a.ts", "a.txt", "a.gz"]


def test_types_are_the_same_on_every_machine(tmp_path: Path) -> None:
    machine = tmp_path / "mime.types"
    machine.write_text("text/odd docx m4a mkv woff2 js ts txt gz zzz\nchemical/x-pdb PDB\n")

    here = [guess_type(name) for name in NAMES]
    bare = guessed([*NAMES, "a.bcpio"], [])
    odd = guessed([*NAMES, "a.zzz", "a.pdb", "a.PDB"], [tmp_path / "missing", machine])

    assert bare == [*here, "application/x-bcpio"]
    assert odd == [*here, "text/odd", "application/octet-stream", "chemical/x-pdb"]


@pytest.mark.parametrize("before", ["", "mimetypes.init()", "guess_type('a.js')"])
def test_type_that_the_project_adds_wins(before: str, tmp_path: Path) -> None:
    machine = tmp_path / "mime.types"
    machine.write_text("text/odd docx\n")
    suffixes = [".docx", ".XLSX", ".js", ".gz", ".unheard-of"]
    add = [before, *(f"mimetypes.add_type('application/x-own', {suffix!r})" for suffix in suffixes)]

    types = guessed([*(f"a{suffix}" for suffix in suffixes), "a.txt"], [machine], "\n".join(add))

    assert types == [*["application/x-own"] * 5, "text/plain"]


def test_type_that_the_project_reads_from_a_file_wins(tmp_path: Path) -> None:
    own = tmp_path / "own.types"
    own.write_text("application/x-own docx\n")

    assert guessed(["a.docx"], [], f"mimetypes.init([{str(own)!r}])") == ["application/x-own"]


def test_response_has_the_type_that_the_project_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    guess_type("a")
    monkeypatch.setitem(mimetypes.types_map, ".docx", "application/x-own")

    assert FileResponse(b"", filename="a.docx").headers["Content-Type"] == "application/x-own"


@pytest.mark.parametrize(
    "content_type",
    [
        *("application/pdf", "application/zip", "application/gzip", "APPLICATION/PDF ; x=y", "application/epub+zip"),
        *(
            "video/mp4",
            "audio/mpeg",
            "image/jpeg",
            "image/png",
            "font/woff2",
            "application/vnd.ms-excel.sheet.macroEnabled.12",
        ),
        *(guess_type(f"a.{suffix}") for suffix in ("docx", "xlsx", "pptx", "odt", "ods", "7z", "rar", "jar", "apk")),
        *(
            guess_type(f"a.{suffix}")
            for suffix in ("kmz", "deb", "rpm", "xz", "bz2", "br", "zst", "cbz", "m4a", "mkv")
        ),
    ],
)
def test_what_is_compressed_already(content_type: str) -> None:
    assert is_compressed(content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        *(
            "text/plain",
            "text/html; charset=utf-8",
            "text/csv",
            "application/json",
            "application/xml",
            "text/javascript",
        ),
        *("image/svg+xml", "image/bmp", "audio/wav", "application/octet-stream", "application/msword", "font/ttf", ""),
        *("application/wasm", "application/geo+json", "application/x-tar", "application/pdf+json", "application/zip2"),
    ],
)
def test_what_gzip_makes_shorter(content_type: str) -> None:
    assert not is_compressed(content_type)


@pytest.mark.parametrize(
    "suffix", ["html", "htm", "xhtml", "svg", "xml", "xsl", "xslt", "mht", "mhtml", "rss", "atom", "rdf"]
)
def test_what_may_run_script_is_not_shown(suffix: str) -> None:
    assert not is_shown(guess_type(f"a.{suffix}"), INLINE_TYPES)
