"""Slow clients, slow storages and slow iterators: nobody waits for another, and nothing piles up."""

import json
import os
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest

from tests.objects import serve_objects

from .conftest import StartServer
from .harness import ASGI_SERVERS, COMMANDS, PROMPT_ALLOCATOR, Server, serve
from .test_files import download, peak, reset_peak

SIZE = 2**26


@pytest.fixture(scope="module", autouse=True)
def _contents(files: Path) -> None:
    """Write what the servers serve."""
    with open(files / "large.bin", "wb") as file:
        file.truncate(SIZE)
    (files / "ten.txt").write_bytes(b"0123456789")


@contextmanager
def stopped_clients(server: Server, count: int, path: str, headers: str = "") -> Iterator[list[socket.socket]]:
    """Have clients ask for a file, read the first bytes and no more; give their connections."""
    request = f"GET /files/{path} HTTP/1.1\r\nHost: {server.host}\r\n{headers}\r\n".encode()
    with ExitStack() as stack:
        connections = []
        for _ in range(count):
            connection = socket.socket()
            stack.enter_context(connection)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)
            connection.settimeout(20)
            connection.connect((server.host, server.port))
            connection.sendall(request)
            connections.append(connection)
        for connection in connections:
            assert connection.recv(12) in {b"HTTP/1.1 200", b"HTTP/1.1 206"}
        yield connections


def fetch(server: Server, path: str, timeout: float = 10) -> bytes:
    with urllib.request.urlopen(f"{server.url}/{path}", timeout=timeout) as response:
        body: bytes = response.read()
    return body


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("tree/large.bin", ""),
        ("tree/large.bin", "Range: bytes=1-\r\n"),
        ("large", ""),
        ("large", "Range: bytes=1-\r\n"),
    ],
    ids=["whole", "range", "handle", "range of a handle"],
)
def test_slow_downloads_leave_the_threads_of_waitress_free(
    start_server: StartServer, files: Path, path: str, headers: str
) -> None:
    server = start_server("waitress")

    with stopped_clients(server, 4, path, headers):
        assert fetch(server, "ready") == b"ready"
        assert fetch(server, "files/tree/ten.txt") == b"0123456789"


@pytest.mark.parametrize("headers", ["", "Range: bytes=100-\r\n"], ids=["whole", "range"])
@pytest.mark.parametrize("name", COMMANDS)
def test_client_that_pauses_gets_everything(start_server: StartServer, files: Path, name: str, headers: str) -> None:
    content = os.urandom(2**20) * 8
    (files / "random.bin").write_bytes(content)
    first = 100 if headers else 0

    with stopped_clients(start_server(name), 1, "tree/random.bin", headers) as [connection]:
        time.sleep(0.5)
        received = connection.recv(2**16)
        while b"\r\n\r\n" not in received or len(received.partition(b"\r\n\r\n")[2]) < len(content) - first:
            received += connection.recv(2**20)

    assert received.partition(b"\r\n\r\n")[2] == content[first:]


@pytest.mark.parametrize("name", ASGI_SERVERS)
def test_storage_that_hangs_stops_no_other_request(files: Path, name: str) -> None:
    with serve(name, environ={"FILES": str(files)}) as server, ExitStack() as stack:
        connections = []
        for _ in range(40):
            connection = stack.enter_context(socket.create_connection((server.host, server.port), timeout=20))
            connection.sendall(b"GET /files/hanging HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            connections.append(connection)
        deadline = time.monotonic() + 20
        while fetch(server, "files/hanging-readers") != b"40":
            assert time.monotonic() < deadline
            time.sleep(0.05)

        assert fetch(server, "files/tree/ten.txt") == b"0123456789"
        assert fetch(server, "files/elsewhere") == b"done"

        fetch(server, "files/hanging-readers?release")
        for connection in connections:
            received = b"".join(iter(lambda c=connection: c.recv(2**16), b""))
            assert received.endswith(b"\r\n\r\n0123456789")


@pytest.mark.parametrize("name", COMMANDS)
def test_part_of_a_slow_iterator_is_sent_at_once(start_server: StartServer, name: str) -> None:
    server = start_server(name)
    with socket.create_connection((server.host, server.port), timeout=20) as connection:
        connection.sendall(b"GET /files/pausing HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        received = b""
        while b"header" not in received:
            received += connection.recv(2**16)
        first = time.monotonic()
        assert b"rest" not in received
        while b"rest" not in received:
            received += connection.recv(2**16)

    assert time.monotonic() - first > 0.5


@pytest.mark.parametrize("path", ["tree/large.bin", "endless"], ids=["file", "iterator"])
@pytest.mark.parametrize("name", ["uvicorn", "uvicorn-h11", "hypercorn"])
def test_client_that_stops_reading_costs_little_memory(files: Path, name: str, path: str) -> None:
    with serve(name, environ={"FILES": str(files), **PROMPT_ALLOCATOR}) as server:
        fetch(server, f"files/{path}", timeout=60)
        with stopped_clients(server, 4, path):
            time.sleep(0.5)
        before = server.resident()

        with stopped_clients(server, 12, path):
            time.sleep(1)
            after = server.resident()

    assert after - before <= 12 * 2**20


@pytest.mark.parametrize("view", ["after-query", "awaited-after-query"])
@pytest.mark.parametrize(("name", "count"), [("gunicorn-gthread", 4), ("uvicorn", 40)])
def test_slow_downloads_hold_no_database_connection(
    files: Path, tmp_path: Path, name: str, count: int, view: str
) -> None:
    database = tmp_path / "db.sqlite3"
    environ = {"FILES": str(files), "DATABASE": str(database)}
    with (
        serve(name, settings="tests.servers.app.delivery_settings", environ=environ) as server,
        stopped_clients(server, count, f"{view}/large.bin"),
    ):
        deadline = time.monotonic() + 20
        # The fields come before the first block is read.
        while str(database) in (opened := opened_by(server)) and time.monotonic() < deadline:
            time.sleep(0.1)

    assert opened.count(str(files / "large.bin")) == count
    assert opened.count(str(database)) == 0
    assert database.exists()


def opened_by(server: Server) -> list[str]:
    """Return the paths of all files that the server's processes have open."""
    found = []
    for pid in server.pids():
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                found.append(os.readlink(file))
    return found


@pytest.fixture(scope="module")
def remote_server(files: Path) -> Iterator[Callable[[str], Server]]:
    """Start a server once, whose files are in an object storage."""
    with ExitStack() as stack:
        objects = stack.enter_context(serve_objects())
        objects.put("large.bin", bytes(SIZE))
        environ = {"FILES": str(files), "OBJECTS": objects.url, **PROMPT_ALLOCATOR}
        settings = "tests.servers.app.delivery_settings"
        yield cache(lambda name: stack.enter_context(serve(name, settings=settings, environ=environ)))


@pytest.mark.parametrize("name", ["gunicorn-gthread", "uvicorn"])
def test_object_of_a_storage_needs_little_memory(remote_server: Callable[[str], Server], name: str) -> None:
    server = remote_server(name)
    assert len(fetch(server, "files/remote/large.bin", timeout=60)) == SIZE
    before = server.resident()
    with stopped_clients(server, 4, "remote/large.bin"):
        time.sleep(0.5)
        after = server.resident()

    assert after - before <= 4 * 2**20


@pytest.mark.parametrize("view", ["remote", "awaited-remote"])
@pytest.mark.parametrize("name", ["gunicorn-gthread", "uvicorn"])
def test_whole_object_of_a_storage_is_never_in_memory(
    remote_server: Callable[[str], Server], name: str, view: str
) -> None:
    server = remote_server(name)
    download(server, f"{view}/large.bin")
    reset_peak(server)
    before = peak(server)

    assert download(server, f"{view}/large.bin") == SIZE

    assert peak(server) - before <= 4 * 2**20


@pytest.mark.parametrize("path", ["watched/large.bin", "watched-iterator/1024"], ids=["file", "iterator"])
@pytest.mark.parametrize("name", COMMANDS)
def test_view_hears_when_a_download_is_done(start_server: StartServer, name: str, path: str) -> None:
    server = start_server(name)
    before = json.loads(fetch(server, "files/finished"))

    assert len(fetch(server, f"files/{path}", timeout=60)) == SIZE
    fetch_head(server, f"files/{path}")
    assert wait_for_one_more(server, before) == [SIZE, True]

    before = json.loads(fetch(server, "files/finished"))
    with stopped_clients(server, 1, path):
        time.sleep(0.2)
    [sent, complete] = wait_for_one_more(server, before)
    if name == "daphne":
        return  # it takes all at once, whatever the client does
    assert not complete
    assert sent < SIZE


def fetch_head(server: Server, path: str) -> None:
    request = urllib.request.Request(f"{server.url}/{path}", method="HEAD")
    with urllib.request.urlopen(request, timeout=20):
        pass


def wait_for_one_more(server: Server, before: list[object]) -> list[object]:
    """Return what the view was told; fail if it was told nothing, or twice."""
    deadline = time.monotonic() + 20
    while len(found := json.loads(fetch(server, "files/finished"))) <= len(before):
        assert time.monotonic() < deadline, server.output()
        time.sleep(0.05)
    time.sleep(0.1)
    told: list[list[object]] = json.loads(fetch(server, "files/finished"))[len(before) :]
    assert told == found[len(before) :]
    return told[0]
