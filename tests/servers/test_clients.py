"""Real clients: curl and wget resume, revalidate and ask for ranges."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import StartServer
from .harness import Server, missing

CONTENT = bytes(range(256)) * 4096
LAST_SUMMER = 1_750_000_000


@pytest.fixture(params=["gunicorn", "waitress", "uvicorn"])
def server(request: pytest.FixtureRequest, start_server: StartServer, files: Path) -> Server:
    path = files / "client.bin"
    path.write_bytes(CONTENT)
    os.utime(path, (LAST_SUMMER, LAST_SUMMER))
    return start_server(request.param)


def run(program: str, *arguments: str, cwd: Path) -> str:
    """Run the program and return what it writes; a failure is an error."""
    if shutil.which(program) is None:
        missing(program)
    done = subprocess.run([program, *arguments], cwd=cwd, capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("latin-1")


STATUS = ("-s", "-w", "%{http_code} %{size_download}")


def test_curl_range(server: Server, tmp_path: Path) -> None:
    url = f"{server.url}/files/tree/client.bin"

    assert run("curl", *STATUS, "-r", "100-199", "-o", "part", url, cwd=tmp_path) == "206 100"
    assert (tmp_path / "part").read_bytes() == CONTENT[100:200]
    assert run("curl", *STATUS, "-r", "-50", "-o", "end", url, cwd=tmp_path) == "206 50"
    assert (tmp_path / "end").read_bytes() == CONTENT[-50:]


def test_curl_several_ranges(server: Server, tmp_path: Path) -> None:
    run("curl", "-s", "-r", "0-9,1000-1009", "-o", "parts", f"{server.url}/files/tree/client.bin", cwd=tmp_path)

    parts = (tmp_path / "parts").read_bytes()
    assert CONTENT[:10] in parts
    assert CONTENT[1000:1010] in parts


def test_curl_resumes(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(CONTENT[:300_000])
    url = f"{server.url}/files/tree/client.bin"

    result = run("curl", *STATUS, "-C", "-", "-o", "file", url, cwd=tmp_path)

    assert result == f"206 {len(CONTENT) - 300_000}"
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_curl_resumes_what_is_complete(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(CONTENT)

    run("curl", "-s", "-C", "-", "-o", "file", f"{server.url}/files/tree/client.bin", cwd=tmp_path)

    assert (tmp_path / "file").read_bytes() == CONTENT


def test_curl_revalidates_by_date(server: Server, tmp_path: Path) -> None:
    url = f"{server.url}/files/tree/client.bin"
    run("curl", "-s", "-R", "-o", "file", url, cwd=tmp_path)

    assert (tmp_path / "file").stat().st_mtime == LAST_SUMMER
    assert run("curl", *STATUS, "-z", "file", "-o", "file", url, cwd=tmp_path) == "304 0"
    assert run("curl", *STATUS, "-z", "1 January 2000", "-o", "other", url, cwd=tmp_path) == f"200 {len(CONTENT)}"


def test_curl_revalidates_by_entity_tag(server: Server, tmp_path: Path) -> None:
    url = f"{server.url}/files/tree/client.bin"

    assert run("curl", *STATUS, "--etag-save", "tag", "-o", "file", url, cwd=tmp_path) == f"200 {len(CONTENT)}"
    assert run("curl", *STATUS, "--etag-compare", "tag", "-o", "file", url, cwd=tmp_path) == "304 0"


def test_curl_head(server: Server, tmp_path: Path) -> None:
    head = run("curl", "-s", "-I", f"{server.url}/files/tree/client.bin", cwd=tmp_path).lower()

    assert f"content-length: {len(CONTENT)}" in head
    assert "accept-ranges: bytes" in head


def test_curl_decompresses(server: Server, files: Path, tmp_path: Path) -> None:
    (files / "client.txt").write_bytes(b"text\n" * 10_000)

    run("curl", "-s", "--compressed", "-o", "text", f"{server.url}/files/gzip/client.txt", cwd=tmp_path)

    assert (tmp_path / "text").read_bytes() == b"text\n" * 10_000


def test_curl_saves_under_the_name(server: Server, tmp_path: Path) -> None:
    run("curl", "-s", "-O", "-J", f"{server.url}/files/attachment/client.bin", cwd=tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["Resume 100 done.txt"]


def test_wget_resumes(server: Server, tmp_path: Path) -> None:
    (tmp_path / "client.bin").write_bytes(CONTENT[:12_345])

    run("wget", "-q", "-c", f"{server.url}/files/tree/client.bin", cwd=tmp_path)

    assert (tmp_path / "client.bin").read_bytes() == CONTENT


def test_wget_leaves_what_is_complete(server: Server, tmp_path: Path) -> None:
    (tmp_path / "client.bin").write_bytes(CONTENT)

    run("wget", "-q", "-c", f"{server.url}/files/tree/client.bin", cwd=tmp_path)

    assert (tmp_path / "client.bin").read_bytes() == CONTENT


def test_wget_looks_at_the_date(server: Server, tmp_path: Path) -> None:
    url = f"{server.url}/files/tree/client.bin"
    run("wget", "-q", "-N", url, cwd=tmp_path)
    first = (tmp_path / "client.bin").stat()
    run("wget", "-q", "-N", url, cwd=tmp_path)

    assert first.st_mtime == LAST_SUMMER
    assert (tmp_path / "client.bin").stat().st_ctime_ns == first.st_ctime_ns
