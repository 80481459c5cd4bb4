"""Bodies as clients send them: at once, in chunks, after a 100, or not at all."""

import http.client
import json
import socket
from typing import Any

import pytest

from .conftest import StartServer
from .harness import ASGI_SERVERS, WSGI_SERVERS, Server

FORM = "application/x-www-form-urlencoded"
MULTIPART = 'multipart/form-data; boundary="x"'
UPLOAD = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nabc\r\n--x--\r\n'

#: They read chunks by themselves and say how long the body was.
BUFFERING = {"waitress"}


@pytest.fixture(params=[*WSGI_SERVERS, *ASGI_SERVERS])
def server(request: pytest.FixtureRequest, start_server: StartServer) -> Server:
    return start_server(request.param)


def ask(server: Server, method: str, content: bytes | None, *chunks: bytes, **fields: str) -> tuple[int, Any]:
    """Send a body, and chunks if there are any, all in one piece, and return the status and what the JSON says."""
    fields = {"Host": server.host, "Connection": "close"} | {
        name.replace("_", "-"): text for name, text in fields.items()
    }
    if chunks:
        fields["Transfer-Encoding"] = "chunked"
        content = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    elif content is not None:
        fields["Content-Length"] = str(len(content))
    head = "".join(f"{name.replace('_', '-')}: {text}\r\n" for name, text in fields.items())
    with socket.create_connection((server.host, server.port), timeout=20) as connection:
        # A server that answers early may close the connection while a client still sends.
        connection.sendall(f"{method} /notes HTTP/1.1\r\n{head}\r\n".encode() + (content or b""))
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, json.loads(response.read())


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("content", "content_type"), [(b'{"text": "abc"}', "application/json"), (b"text=abc", FORM), (UPLOAD, MULTIPART)]
)
def test_a_body(server: Server, method: str, content: bytes, content_type: str) -> None:
    assert ask(server, method, content, Content_Type=content_type) == (200, {"length": 3})


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("content", "content_type"), [(b'{"text": "abc"}', "application/json"), (b"text=abc", FORM), (UPLOAD, MULTIPART)]
)
def test_chunks_are_read_or_refused_but_never_taken_for_nothing(
    server: Server, method: str, content: bytes, content_type: str
) -> None:
    status, answer = ask(server, method, None, content[:4], content[4:], Content_Type=content_type)

    is_read = server.name in BUFFERING or (server.name in ASGI_SERVERS and content_type != MULTIPART)
    if is_read:
        assert (status, answer) == (200, {"length": 3})
    else:
        assert (status, answer["detail"]) == (411, "Send the length of the body in Content-Length.")


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("content", [None, b""])
@pytest.mark.parametrize("fields", [{}, {"Content_Type": "text/plain"}])
def test_no_body_is_an_empty_object(server: Server, method: str, content: Any, fields: dict[str, str]) -> None:
    status, answer = ask(server, method, content, **fields)

    assert (status, [error["pointer"] for error in answer["errors"]]) == (422, ["#/text"])


def test_a_body_after_a_100(server: Server) -> None:
    content = b'{"text": "' + b"x" * 100_000 + b'"}'

    answer = ask(server, "POST", content, Content_Type="application/json", Expect="100-continue")

    assert answer == (200, {"length": 100_000})
