"""Paths that come from a URL never leave their root, and mean the same on every system."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_extras.views._paths import safe_join


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "sub").mkdir(parents=True)
    (tmp_path / "root" / "sub" / "a.txt").write_bytes(b"a")
    (tmp_path / "secret").write_bytes(b"secret")
    return tmp_path / "root"


@pytest.mark.parametrize(
    "name",
    ["sub/a.txt", "sub", "missing", "sub/.hidden", "..a", "a..", "...", "nullify", "con-v", "common/aux1", "ü/🎉"],
)
def test_name_below_the_root(root: Path, name: str) -> None:
    assert safe_join(str(root), name) == str(root / name)


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../secret", "sub/../../secret", "sub/..", "sub/./a.txt", "sub//a.txt", "sub/", "/", "//"),
        *(
            "/etc/passwd",
            "//etc/passwd",
            "\\etc",
            "..\\secret",
            "sub\\a.txt",
            "C:",
            "C:secret",
            "c:/secret",
            "C:\\secret",
        ),
        *("nul", "NUL", "con.txt", "sub/aux", "lpt1.tar.gz", "COM9", "com¹", "prn .txt", "CON:", "conin$", "clock$"),
        *("a\0b", "\0", "\ud800", "sub/\udcff"),
    ],
)
def test_name_that_is_refused(root: Path, name: str) -> None:
    assert safe_join(str(root), name) is None


def test_link_that_stays_inside(root: Path) -> None:
    (root / "link").symlink_to("sub/a.txt")

    assert safe_join(str(root), "link") == str(root / "sub" / "a.txt")


@pytest.mark.parametrize("target", ["../secret", "/etc/passwd", "..", "../root-not/x"])
def test_link_that_leaves(root: Path, target: str) -> None:
    (root / "link").symlink_to(target)

    assert safe_join(str(root), "link") is None
    assert safe_join(str(root), "link/secret") is None


def test_directory_whose_name_begins_like_the_root(root: Path) -> None:
    sibling = root.parent / "root-other"
    sibling.mkdir()
    (root / "link").symlink_to(sibling)

    assert safe_join(str(root), "link") is None


def test_root_that_is_a_link(root: Path) -> None:
    (root.parent / "alias").symlink_to(root)

    assert safe_join(str(root.parent / "alias"), "sub/a.txt") == str(root / "sub" / "a.txt")


def test_root_of_the_file_system() -> None:
    assert safe_join("/", "etc") == "/etc"


@given(st.text() | st.text("./\\:\0aC").map(str))
def test_any_name_stays_below_the_root(name: str) -> None:
    path = safe_join("/nowhere/root", name)

    assert path is None or os.path.normpath(path).startswith("/nowhere/root/")
