"""Responses without content on real servers, over raw sockets: what follows on the connection is the next response."""

import socket
from collections.abc import Iterator

import pytest

from django_extras.http.status import TITLES

from .conftest import StartServer
from .harness import ASGI_SERVERS, COMMANDS, Server

SETTINGS = "tests.servers.app.status_settings"


@pytest.fixture(params=COMMANDS)
def server(request: pytest.FixtureRequest, start_server: StartServer) -> Server:
    return start_server(request.param, settings=SETTINGS)


class Client:
    """An HTTP/1.1 client that keeps the connection as long as the server does, and notices each byte too many."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.socket: socket.socket | None = None

    def ask(self, method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, fields and content of the response."""
        request = f"{method} {path} HTTP/1.1\r\nHost: {self.server.host}\r\nContent-Length: 0\r\n\r\n".encode()
        received = self._exchange(request)
        if not received:  # uWSGI leaves without a word
            self.close()
            received = self._exchange(request)
        head, _, content = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        version, status = first.split(" ")[:2]
        assert version == "HTTP/1.1", "bytes of the last response come before this one"
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        without_content = method == "HEAD" or status in {"204", "304"}
        length = 0 if without_content else int(fields["content-length"])
        while len(content) < length:
            content += self._receive()
        assert len(content) == length, "more bytes than the response has"
        if fields.get("connection", "").lower() == "close":
            self.close()
        return int(status), fields, content

    def close(self) -> None:
        """End the connection; what the server sent since is too much."""
        if self.socket is not None:
            with self.socket:
                assert self.socket.recv(65536) == b""
            self.socket = None

    def _exchange(self, request: bytes) -> bytes:
        if self.socket is None:
            self.socket = socket.create_connection((self.server.host, self.server.port), timeout=10)
        received = b""
        try:
            self.socket.sendall(request)
            received = self._receive()
            while received and b"\r\n\r\n" not in received:
                received += self._receive()
        except ConnectionError:
            assert not received
            with self.socket:
                self.socket = None
        return received

    def _receive(self) -> bytes:
        assert self.socket is not None
        return self.socket.recv(65536)


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    client = Client(server)
    yield client
    if client.socket is not None:
        client.socket.close()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
@pytest.mark.parametrize("status", [204, 205, 304])
def test_no_content_and_then_the_next_response(client: Client, method: str, status: int) -> None:
    for _ in range(2):
        got, fields, content = client.ask(method, f"/{status}")

        assert (got, content) == (status, b"")
        assert "transfer-encoding" not in fields
        # Python's own wsgiref, which runserver uses, says itself how long an empty response is; not so for HEAD.
        if status != 304 and client.server.name != "runserver":
            assert fields.get("content-length") == {205: "0"}.get(status)
        assert status == 304 or "content-type" not in fields
        assert client.ask("GET", "/page")[::2] == (200, b"hello")


def test_head_has_the_fields_of_get_and_then_the_next_response(client: Client) -> None:
    for path, size in [("/page", "5"), ("/409", "7"), ("/503", "7")]:
        status, fields, content = client.ask("HEAD", path)

        assert (status, content) == (int(path[1:]) if path[1:].isdigit() else 200, b"")
        assert fields["content-length"] == size
        assert client.ask("GET", "/page")[::2] == (200, b"hello")


def test_each_class_is_answered_with_its_status(client: Client) -> None:
    statuses = [status for status in TITLES if status not in {204, 205, 304}]

    assert [client.ask("GET", f"/{status}")[0] for status in statuses] == statuses


@pytest.mark.parametrize("path", ["/problem", "/view"])
def test_the_connections_fields_are_sent_where_the_application_may(client: Client, path: str) -> None:
    status, fields, content = client.ask("GET", path)

    assert (status, bool(content)) == (426, True)
    if client.server.name.startswith(tuple(ASGI_SERVERS)):
        assert fields["upgrade"] == "websocket"
    else:
        assert "upgrade" not in fields
    assert client.ask("GET", "/page")[::2] == (200, b"hello")
