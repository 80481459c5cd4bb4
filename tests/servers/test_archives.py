"""Archives through real servers, opened by what people open them with."""

import http.client
import os
import shutil
import subprocess
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import StartServer
from .harness import COMMANDS, missing

CONTENT = os.urandom(2**20) * 8


@pytest.fixture(scope="module", autouse=True)
def _contents(files: Path) -> None:
    """Write what is archived."""
    (files / "archived.bin").write_bytes(CONTENT)
    (files / "ten.txt").write_bytes(b"0123456789")


def open_with_python(path: Path, directory: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(directory)


def open_with_unzip(path: Path, directory: Path) -> None:
    run("unzip", "-t", "-q", str(path))
    run("unzip", "-q", str(path), "-d", str(directory))


def open_with_bsdtar(path: Path, directory: Path) -> None:
    run("bsdtar", "-x", "-f", str(path), "-C", str(directory))


def run(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        missing(program)
    subprocess.run([program, *arguments], check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})


@pytest.mark.parametrize("path", ["archive", "compressed-archive"])
@pytest.mark.parametrize("opener", [open_with_python, open_with_unzip, open_with_bsdtar])
def test_whatever_opens_it(
    start_server: StartServer, tmp_path: Path, opener: Callable[[Path, Path], None], path: str
) -> None:
    file, directory = tmp_path / "a.zip", tmp_path / "unpacked"
    directory.mkdir()
    with urllib.request.urlopen(f"{start_server('uvicorn').url}/files/{path}", timeout=60) as response:
        file.write_bytes(response.read())

    opener(file, directory)

    assert (directory / "Grüße" / "archived.bin").read_bytes() == CONTENT
    assert (directory / "Grüße" / "ten (2).txt").read_bytes() == b"0123456789"
    assert len(list(directory.rglob("*.txt"))) == 502


@pytest.mark.parametrize("name", COMMANDS)
def test_length_is_known(start_server: StartServer, name: str) -> None:
    with urllib.request.urlopen(f"{start_server(name).url}/files/archive", timeout=60) as response:
        length = int(response.headers["Content-Length"])

        assert len(response.read()) == length


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in {"daphne", "runserver"}])
def test_short_member_breaks_the_transfer(start_server: StartServer, name: str) -> None:
    with urllib.request.urlopen(f"{start_server(name).url}/files/archive-that-breaks-off", timeout=20) as response:
        assert int(response.headers["Content-Length"]) > 2**21

        with pytest.raises((http.client.IncompleteRead, ConnectionError, TimeoutError)):
            response.read()
