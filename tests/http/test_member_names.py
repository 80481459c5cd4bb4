"""Names of the members of an archive."""

import pytest

from django_extras.http._member_names import MemberNames, clean_segments


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("a.txt", "a.txt"),
        ("2026/a b.txt", "2026/a b.txt"),
        ("Grüße/文件 😀.txt", "Grüße/文件 😀.txt"),
        ("/etc/passwd", "etc/passwd"),
        ("../../etc/passwd", "etc/passwd"),
        ("a/../../b", "a/b"),
        ("./a//b/.", "a/b"),
        ("C:\\Users\\me\\a.txt", "Users/me/a.txt"),
        ("c:/a.txt", "a.txt"),
        ("\\\\server\\share\\a.txt", "server/share/a.txt"),
        ("..\\..\\a.txt", "a.txt"),
        ("a\0b.txt", "ab.txt"),
        ("a\r\nb\x1b[31m.txt", "ab[31m.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\ud800.txt", "download.txt"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("a:b.txt", "a_b.txt"),
        ("end. . ", "end"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("COM¹.log/x", "_COM¹.log/x"),
        ("console.txt", "console.txt"),
        (".env", ".env"),
        ("", "download"),
        ("/", "download"),
        ("..", "download"),
        ("folder/", "folder"),
    ],
)
def test_clean(name: str, cleaned: str) -> None:
    assert "/".join(clean_segments(name)) == cleaned


def test_long_names_are_cut() -> None:
    [segment] = clean_segments("ä" * 1000 + ".txt")

    assert len(segment.encode()) <= 255
    assert segment.endswith(".txt")
    assert len(clean_segments("a/" * 1000 + "b")) == 64


@pytest.mark.parametrize(
    ("names", "unique"),
    [
        (["a.txt", "a.txt", "a.txt"], ["a.txt", "a (2).txt", "a (3).txt"]),
        (["a", "a"], ["a", "a (2)"]),
        ([".env", ".env"], [".env", ".env (2)"]),
        (["A.txt", "a.TXT"], ["A.txt", "a (2).TXT"]),
        (["straße", "STRASSE"], ["straße", "STRASSE (2)"]),
        (["\u00e4", "a\u0308"], ["\u00e4", "a\u0308 (2)"]),
        (["a (2)", "a", "a"], ["a (2)", "a", "a (3)"]),
        (["x/a", "y/a", "x/a"], ["x/a", "y/a", "x/a (2)"]),
        (["../a", "a"], ["a", "a (2)"]),
        (["a", "a/b", "a/c"], ["a", "a (2)/b", "a (2)/c"]),
        (["a/b", "a"], ["a/b", "a (2)"]),
        (["X/a", "x/A"], ["X/a", "X/A (2)"]),
    ],
)
def test_unique(names: list[str], unique: list[str]) -> None:
    taken = MemberNames()

    assert [taken.add(name) for name in names] == unique


def test_many_equal_names_take_linear_time() -> None:
    taken = MemberNames()

    assert len({taken.add("a.txt") for _ in range(20_000)}) == 20_000
