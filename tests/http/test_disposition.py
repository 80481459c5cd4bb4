"""Content-Disposition: any name gives one valid field that says the name."""

import os
import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_extras.http._disposition import clean_filename, content_disposition


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("report.pdf", 'attachment; filename="report.pdf"'),
        ("annual report 2026.pdf", 'attachment; filename="annual report 2026.pdf"'),
        ('a\\"b.txt', 'attachment; filename="a_\\"b.txt"'),
        ("a  b.txt", 'attachment; filename="a  b.txt"'),
        ("é  b\uff02 .txt", "attachment; filename=\"e  b .txt\"; filename*=utf-8''%C3%A9%20%20b%EF%BC%82%20.txt"),
        ('a "quoted" name.txt', 'attachment; filename="a \\"quoted\\" name.txt"'),
        ("it's; here=there.txt", 'attachment; filename="it\'s; here=there.txt"'),
        ("100%.txt", "attachment; filename=\"100.txt\"; filename*=utf-8''100%25.txt"),
        ("%41.txt", "attachment; filename=\"41.txt\"; filename*=utf-8''%2541.txt"),
        (
            "=?utf-8?Q?a?=.txt",
            "attachment; filename=\"=?utf-8?Q?a?=.txt\"; filename*=utf-8''%3D%3Futf-8%3FQ%3Fa%3F%3D.txt",
        ),
        ("Résumé.pdf", "attachment; filename=\"Resume.pdf\"; filename*=utf-8''R%C3%A9sum%C3%A9.pdf"),
        ("€ rates.csv", "attachment; filename=\"rates.csv\"; filename*=utf-8''%E2%82%AC%20rates.csv"),
        ("祝您平安.odt", "attachment; filename*=utf-8''%E7%A5%9D%E6%82%A8%E5%B9%B3%E5%AE%89.odt"),
        ("🎉.png", "attachment; filename*=utf-8''%F0%9F%8E%89.png"),
        ("דוח.pdf", "attachment; filename*=utf-8''%D7%93%D7%95%D7%97.pdf"),
        (
            "a\uff0fb\uff02c\uff3cd.txt",
            "attachment; filename=\"abcd.txt\"; filename*=utf-8''a%EF%BC%8Fb%EF%BC%82c%EF%BC%BCd.txt",
        ),
        (".htaccess", 'attachment; filename=".htaccess"'),
    ],
)
def test_field_of_a_name(name: str, field: str) -> None:
    assert content_disposition(name, attachment=True) == field


def test_field_of_a_file_to_show() -> None:
    assert content_disposition("a.txt", attachment=False) == 'inline; filename="a.txt"'


def test_field_without_a_name() -> None:
    assert content_disposition("", attachment=True) == "attachment"
    assert content_disposition("", attachment=False) is None


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("/etc/passwd", "passwd"),
        ("../../x.txt", "x.txt"),
        ("C:\\Users\\me\\x.txt", "x.txt"),
        ("\\\\server\\share\\x.txt", "x.txt"),
        ("C:\\", "download"),
        ("back\\slash.txt", "back_slash.txt"),
        ("a/b\\c.txt", "b_c.txt"),
        ("/srv/C:\\x.txt", "C:_x.txt"),
        ("..\\..\\x.txt", ".._.._x.txt"),
        ("a\\", "a_"),
        ('a\\"b.txt', 'a_"b.txt'),
        ("a\r\nSet-Cookie: b=c.txt", "aSet-Cookie: b=c.txt"),
        ("a\x00b\x1f\x7f\x85.txt", "ab.txt"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("a\u2066b\u200f.txt", "ab.txt"),
        ("a\u2028b.txt", "ab.txt"),
        ("a\ufeffb\u061cc.txt", "abc.txt"),
        ("\ufeff", "download"),
        ("a\udcffb\ud800.txt", "ab.txt"),
        ("  a b  ", "a b"),
        ("a  b . txt", "a  b . txt"),
        ("\u200e a.txt \u200f", "a.txt"),
        ("👩\u200d💻.txt", "👩\u200d💻.txt"),
        ("a/", "download"),
        ("..", "download"),
        ("\udcff\udcfe.pdf", "download.pdf"),
        (".", "download"),
        ("\r\n", "download"),
        ("/", "download"),
    ],
)
def test_name_is_reduced_to_what_is_safe(name: str, clean: str) -> None:
    assert clean_filename(name) == clean


def test_a_backslash_separates_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as windows:
        windows.setattr(os, "name", "nt")
        name = clean_filename("a\\on windows.txt")

    assert name == "on windows.txt"


@pytest.mark.parametrize("letter", ["a", "é", "祝", "🎉"])
def test_long_name_is_cut_to_240_bytes_and_keeps_its_suffix(letter: str) -> None:
    name = clean_filename(letter * 300 + ".tar.gz")

    assert 235 <= len(name.encode()) <= 240
    assert re.fullmatch(f"{letter}+\\.gz", name)


def test_suffix_of_sixteen_characters_stays() -> None:
    assert clean_filename("a" * 300 + "." + "b" * 16) == "a" * 223 + "." + "b" * 16
    assert clean_filename("a" * 300 + "." + "b" * 17) == "a" * 240
    assert clean_filename("a" * 300 + "." + "é" * 16) == "a" * 207 + "." + "é" * 16


def test_long_name_without_a_suffix_is_cut() -> None:
    assert clean_filename("a" * 300) == "a" * 240
    assert clean_filename("a." + "b" * 300) == "a." + "b" * 238


_TOKENS = re.compile(
    r"""(?:inline|attachment)(?:;\ filename="(?P<quoted>(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)")?"""
    r"""(?:;\ filename\*=utf-8''(?P<encoded>(?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+))?""",
    re.VERBOSE,
)


@given(st.text() | st.text(st.characters(codec=None)), st.booleans())
def test_any_name_gives_one_valid_field_that_says_it(name: str, attachment: bool) -> None:
    field = content_disposition(name, attachment=attachment)

    if field is None:
        assert name == ""
        return
    match = _TOKENS.fullmatch(field)
    assert match
    if name:
        quoted, encoded = match["quoted"], match["encoded"]
        said = unquote(encoded, errors="strict") if encoded else re.sub(r"\\(.)", r"\1", quoted)
        assert said == clean_filename(name)
        assert 0 < len(said.encode()) <= 240
        assert not {"/", "\\"} & set(said)
