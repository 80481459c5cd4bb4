"""Paths that come from a URL never leave their root, whoever changes the directories meanwhile."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from django_extras.views import _paths
from django_extras.views._paths import FileBelow, encode_path, may_be_below


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "sub").mkdir(parents=True)
    (tmp_path / "root" / "sub" / "a.txt").write_bytes(b"a")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.txt").write_bytes(b"secret")
    return tmp_path / "root"


@pytest.fixture(params=["by descriptors", "by paths"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test as on Linux and macOS, and as on Windows."""
    monkeypatch.setattr(_paths, "_HAS_DIR_FD", request.param == "by descriptors")


def read(root: Path | str, path: str) -> bytes:
    """Return the content, once it is known that a look finds the same file."""
    file = FileBelow(str(root), path)
    facts = file.look()
    try:
        with file.open() as opened:
            assert facts == opened.facts
            return opened.read()
    except OSError:
        assert facts is None
        raise


class TestText:
    @pytest.mark.parametrize("system", ["posix", "nt"])
    @pytest.mark.parametrize(
        "path",
        [
            *("sub/a.txt", "sub", "a..", "nullify", "con-v", "common/aux1", "ü/🎉", "a b", " a", "~", "a~", "a~b"),
            *(
                "report-of-may~1.txt",
                "backup~1.json",
                "a" * 255,
                "ü" * 255,
                "/".join(["a" * 99] * 40) + "/" + "a" * 96,
                "a/b.c.d",
            ),
        ],
        ids=lambda path: path[:20],
    )
    def test_path_of_a_file(self, path: str, system: str) -> None:
        assert may_be_below(path, system=system) is (system == "posix" or path != "a..")

    @pytest.mark.parametrize("path", [".env", ".git/config", "sub/.hidden", "a/.b/c", "..a", "...", ".a/.b", "..a/b"])
    def test_dotfile(self, path: str) -> None:
        assert not may_be_below(path)
        assert may_be_below(path, allow_dotfiles=True, system="posix")

    @pytest.mark.parametrize("allow_dotfiles", [False, True])
    @pytest.mark.parametrize("system", ["posix", "nt"])
    @pytest.mark.parametrize(
        "path",
        [
            *("", ".", "..", "../secret", "sub/../../secret", "sub/..", "sub/./a.txt", "sub//a.txt", "sub/", "/"),
            *("//", "/etc/passwd", "//etc/passwd", "a\0b", "\0", "\ud800", "sub/\udcff"),
            *("a" * 256, "sub/" + "a" * 256, "a" * 256 + "/a", "a" * 200_000, "a/" * 100_000 + "a", "/" * 200_000),
            "/".join(["a" * 99] * 40) + "/" + "a" * 97,
        ],
        ids=lambda path: repr(path[:20]),
    )
    def test_path_of_no_file(self, path: str, system: str, allow_dotfiles: bool) -> None:
        assert not may_be_below(path, system=system, allow_dotfiles=allow_dotfiles)

    @pytest.mark.parametrize(
        "path",
        [
            *("\\etc", "..\\secret", "sub\\a.txt", "C:", "C:secret", "c:/secret", "C:\\secret", "\\\\server\\share"),
            *("nul", "NUL", "con.txt", "sub/aux", "aux/a", "lpt1.tar.gz", "COM9", "com¹", "prn .txt", "conin$"),
            *("CONOUT$", "clock$", "CON:", "aux.h", "nul  "),
            *("a.txt::$DATA", "a.txt:other", "a.txt:", "sub::$INDEX_ALLOCATION/a.txt", "a:b.txt"),
            *("a.txt.", "a.txt ", "a.txt. .", "sub./a.txt", "sub /a.txt", "...", ".. /secret"),
            *("PROGRA~1", "progra~1/a.txt", "GIT~1/config", "A~1.TXT", "LONGNA~12.HTM", "~1", "ab12cd~1.x"),
            *("a?.txt", "*", "a<b", "a>b", 'a"b', "a|b", "a\nb", "a\x1f", "a\n"),
        ],
    )
    def test_path_that_windows_takes_for_another_one(self, path: str) -> None:
        assert not may_be_below(path, allow_dotfiles=True, system="nt")
        assert may_be_below(path, allow_dotfiles=True, system="posix")


@pytest.mark.usefixtures("_both_ways")
class TestLinks:
    def test_file(self, root: Path) -> None:
        assert read(root, "sub/a.txt") == b"a"
        assert os.fspath(FileBelow(str(root), "sub/a.txt")) == str(root / "sub" / "a.txt")  # type: ignore[call-overload]

    @pytest.mark.parametrize("path", ["missing", "missing/a.txt", "sub/missing", "sub/a.txt/x", "sub"])
    def test_path_without_a_file(self, root: Path, path: str) -> None:
        with pytest.raises(OSError, match=r"^\[Errno "):
            read(root, path)

    @pytest.mark.parametrize(
        "target", ["sub/a.txt", "./sub/../sub/a.txt", "{root}/sub/a.txt", "other", "{root}/other"]
    )
    def test_link_to_a_file_inside(self, root: Path, target: str) -> None:
        (root / "other").symlink_to("sub/a.txt")
        (root / "link").symlink_to(target.format(root=root))

        assert read(root, "link") == b"a"
        assert FileBelow(str(root), "link").name == "link"

    @pytest.mark.parametrize("target", ["sub", "{root}/sub", ".", "other"])
    def test_link_to_a_directory_inside(self, root: Path, target: str) -> None:
        (root / "other").symlink_to("sub")
        (root / "link").symlink_to(target.format(root=root))

        assert read(root, "link/sub/a.txt" if target == "." else "link/a.txt") == b"a"

    @pytest.mark.parametrize(
        "target", ["../outside", "../outside/a.txt", "{root}/../outside", "/etc/passwd", "..", ".", "../root-other"]
    )
    def test_link_that_leaves(self, root: Path, target: str) -> None:
        (root.parent / "root-other").mkdir()
        (root.parent / "root-other" / "a.txt").write_bytes(b"secret")
        (root / "link").symlink_to(target.format(root=root))

        for path in ("link", "link/a.txt", "link/outside/a.txt", "link/link"):
            with pytest.raises(OSError, match=r"^\[Errno "):
                read(root, path)

    def test_link_to_itself(self, root: Path) -> None:
        (root / "link").symlink_to("link")

        with pytest.raises(OSError, match=r"^\[Errno "):
            read(root, "link")

    def test_root_that_is_a_link(self, root: Path) -> None:
        (root.parent / "alias").symlink_to(root)
        (root / "link").symlink_to("sub/a.txt")

        assert read(root.parent / "alias", "sub/a.txt") == b"a"
        assert read(root.parent / "alias", "link") == b"a"

    def test_relative_root(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (root / "link").symlink_to("sub")
        monkeypatch.chdir(root.parent)

        assert read("root", "sub/a.txt") == b"a"
        assert read("root", "link/a.txt") == b"a"

    def test_root_of_the_file_system(self, root: Path) -> None:
        (root / "link").symlink_to("sub")

        assert read("/", str(root / "sub" / "a.txt")[1:]) == b"a"
        assert read("/", str(root / "link" / "a.txt")[1:]) == b"a"

    def test_file_that_may_not_be_read_is_not_described(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "access", lambda *args, **kwargs: False)  # root may read everything

        assert FileBelow(str(root), "sub/a.txt").look() is None

    def test_descriptors_are_closed(self, root: Path) -> None:
        (root / "link").symlink_to("sub")
        (root / "out").symlink_to("../outside")
        before = os.listdir("/proc/self/fd")

        for path in ("sub/a.txt", "link/a.txt"):
            read(root, path)
        for path in ("missing", "sub/missing", "sub/missing/a", "sub/a.txt/x", "sub", "out", "out/a.txt", "link"):
            with pytest.raises(OSError, match=r"^\[Errno "):
                read(root, path)

        assert os.listdir("/proc/self/fd") == before


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], object]]]:
    """Give a list of functions. Before the system is asked for a path, the first of them is taken out and called."""
    calls: list[Callable[[], object]] = []

    def watched(name: str) -> Callable[..., Any]:
        ask = getattr(os, name)

        def call_and_ask(*args: Any, **kwargs: Any) -> Any:
            if calls:
                calls.pop(0)()
            return ask(*args, **kwargs)

        return call_and_ask

    for name in ("open", "stat", "lstat", "readlink", "access"):
        monkeypatch.setattr(os, name, watched(name))
    yield calls
    calls.clear()


@pytest.mark.parametrize("path", ["a/" * 2000 + "a", "link/" + "a/" * 2000 + "a", "sub/a.txt/" + "a/" * 2000 + "a"])
def test_what_is_behind_the_first_missing_segment_is_not_looked_for(
    root: Path, path: str, before: list[Callable[[], object]]
) -> None:
    (root / "link").symlink_to("sub")
    before += [lambda: None] * 50

    with pytest.raises(OSError, match=r"^\[Errno "):
        FileBelow(str(root), path).open()

    assert before


class TestSwap:
    """Who may write below the root exchanges a directory, or a file, for a link while it is asked for."""

    @pytest.mark.parametrize("path", ["sub/a.txt", "link/a.txt"])
    @pytest.mark.parametrize("swapped", ["sub", "sub/a.txt", "link"])
    @pytest.mark.parametrize("step", range(48))
    def test_just_before_the_system_is_asked(
        self, root: Path, before: list[Callable[[], object]], path: str, swapped: str, step: int
    ) -> None:
        outside = root.parent / "outside"
        (root / "link").symlink_to("sub")

        def exchange() -> None:
            (root / swapped).rename(root / "aside")
            (root / swapped).symlink_to(outside / "a.txt" if swapped == "sub/a.txt" else outside)

        before += [*([lambda: None] * step), exchange]
        file = FileBelow(str(root), path)
        facts = file.look()
        try:
            with file.open() as opened:
                content = opened.read()
        except OSError:
            content = b""

        assert content in {b"", b"a"}
        assert facts is None or facts.length == 1

    def test_again_and_again(self, root: Path) -> None:
        (root / "link").symlink_to("../outside")
        stop = threading.Event()

        def exchange() -> None:
            while not stop.is_set():
                for source, target in (("sub", "aside"), ("link", "sub"), ("sub", "link"), ("aside", "sub")):
                    (root / source).rename(root / target)

        thread = threading.Thread(target=exchange)
        thread.start()
        contents, lengths = set(), set()
        try:
            for _ in range(2000):
                file = FileBelow(str(root), "sub/a.txt")
                lengths.add(facts.length if (facts := file.look()) else None)
                try:
                    with file.open() as opened:
                        contents.add(opened.read())
                except OSError:
                    contents.add(None)
        finally:
            stop.set()
            thread.join()

        with FileBelow(str(root), "sub/a.txt").open() as opened:  # all is back in its place
            assert opened.read() == b"a"
        assert contents <= {b"a", None}
        assert lengths <= {1, None}


@given(st.text() | st.text("./\\:\0aC").map(str))
@example("..")
def test_any_path_stays_below_the_root(path: str) -> None:
    if may_be_below(path):
        assert os.path.normpath(FileBelow("/nowhere/root", path)).startswith("/nowhere/root/")  # type: ignore[call-overload]


def test_name_that_the_encoding_of_the_file_system_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsencode", lambda path: path.encode("latin-1"))

    assert encode_path("ü") == b"\xfc"
    assert encode_path("🛫") == "🛫".encode()


ROOT = Path(__file__).parents[2]
PATHS_OF_A_FILE = ["Ordner ü/Flughäfen 🛫.txt", "link é/Flughäfen 🛫.txt"]
PATHS_OF_NO_FILE = ["ü", "ü/ü.txt", "Ordner ü/ü.txt", "out é/ä.txt", "ü" * 300, "Ordner ü"]


@pytest.mark.skipif(sys.platform != "linux", reason="Other systems have UTF-8 whatever the locale is.")
def test_locale_without_umlauts(tmp_path: Path) -> None:
    """Python takes the names of files for ASCII where uWSGI starts it without a locale."""
    root = tmp_path / "médias"
    (root / "Ordner ü").mkdir(parents=True)
    (root / "Ordner ü" / "Flughäfen 🛫.txt").write_bytes(b"0123456789")
    (root / "link é").symlink_to("Ordner ü")
    (root / "out é").symlink_to("..")
    (tmp_path / "ä.txt").write_bytes(b"secret")
    program = f"""
import sys
from urllib.parse import quote
import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["testserver"],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
    ROOT_URLCONF="__main__",
    SECRET_KEY="secret",
)
django.setup()
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.urls import path
from django.views import View
from django_extras.views import FileDownloadMixin

class Tree(FileDownloadMixin, View):
    root = {str(root)!a}

class Stored(FileDownloadMixin, View):
    def get_file(self):
        return FileSystemStorage({str(root)!a}), self.kwargs["name"]

urlpatterns = [path("tree/<path:path>", Tree.as_view()), path("stored/<path:name>", Stored.as_view())]
assert sys.getfilesystemencoding() == "ascii"
client = Client(raise_request_exception=False)
for method in ("GET", "HEAD"):
    for name in {PATHS_OF_A_FILE!a}:
        response = client.generic(method, "/tree/" + quote(name))
        response.close()
        print(response.status_code, response["Content-Length"], response["Content-Disposition"].partition("''")[2])
    for name in {PATHS_OF_NO_FILE!a}:
        for tree in ("tree", "stored"):
            print(client.generic(method, f"/{{tree}}/{{quote(name)}}").status_code)
"""
    environment = {**os.environ, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C", "PYTHONPATH": str(ROOT)}

    result = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)

    assert result.returncode == 0, result.stderr
    found = ["200 10 Flugh%C3%A4fen%20%F0%9F%9B%AB.txt"] * len(PATHS_OF_A_FILE)
    assert result.stdout.splitlines() == [*found, *["404"] * 2 * len(PATHS_OF_NO_FILE)] * 2
