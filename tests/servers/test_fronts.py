"""nginx, Apache and lighttpd send what a view allows, with the configuration that the documentation prints."""

import http.client
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from django_extras.http._disposition import content_disposition

from .fronts import front
from .harness import Server

TEN = b"0123456789"
NAMES = [
    *("plain.txt", "a b.txt", "100%.txt", "per%20cent.txt", "what?.txt", "a#b.txt", "it's.txt", 'a "b".txt'),
    *("back\\slash.txt", "Grüße.txt", "文件.txt", "+&=;,.txt", "~!*().txt", "😀.txt"),
]
LAST_SUMMER = 1_750_000_000


@pytest.fixture(scope="module")
def media() -> Iterator[Path]:
    """The directory with the files, which the user of the front server can read."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        (root / "sub").mkdir()
        for file in (*NAMES, "sub/ten.txt", "page.html"):
            (root / file).write_bytes(TEN)
            os.utime(root / file, (LAST_SUMMER, LAST_SUMMER))
        (root / "empty.txt").touch()
        yield root


@pytest.fixture(scope="module", params=["nginx", "apache", "lighttpd"])
def server(request: pytest.FixtureRequest, media: Path) -> Iterator[Server]:
    with front(request.param, media) as server:
        yield server


class Answer:
    """A status, fields by names in lower case, and a body."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.fields: dict[str, list[str]] = {}
        for name, value in response.getheaders():
            self.fields.setdefault(name.lower(), []).append(value)
        self.body = response.read()

    def __getitem__(self, name: str) -> str | None:
        """Return the field, which must not be there twice."""
        values = self.fields.get(name.lower(), [None])
        assert len(values) == 1, values
        return values[0]


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=named)
        return Answer(connection.getresponse())
    finally:
        connection.close()


@pytest.mark.parametrize("view", ["tree", "awaited"])
@pytest.mark.parametrize("name", NAMES)
def test_file_of_any_name(server: Server, name: str, view: str) -> None:
    answer = ask(server, f"/{view}/{quote(name)}")

    assert (answer.status, answer.body) == (200, TEN)
    assert answer["Content-Length"] == "10"
    assert answer["Content-Disposition"] == content_disposition(name, attachment=False)
    assert answer["Content-Type"] == "text/plain"
    assert answer["X-Accel-Redirect"] is answer["X-Sendfile"] is None


def test_fields_of_the_view_reach_the_client(server: Server) -> None:
    answer = ask(server, "/attachment/sub/ten.txt?cache=private,%20max-age=60")

    assert (answer.status, answer.body) == (200, TEN)
    assert answer["Content-Disposition"] == (
        "attachment; filename=\"Resume 100 done.txt\"; filename*=utf-8''R%C3%A9sum%C3%A9%20100%25%20%22done%22.txt"
    )
    assert answer["Cache-Control"] == "private, max-age=60"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Content-Security-Policy"] == "sandbox"
    assert answer["Vary"] == "Cookie"
    assert (answer["Set-Cookie"] or "").startswith("seen=yes")
    assert answer["Last-Modified"] == "Sun, 15 Jun 2025 15:06:40 GMT"
    assert answer["Accept-Ranges"] == "bytes"


def test_type_that_may_run_script_is_an_attachment(server: Server) -> None:
    answer = ask(server, "/tree/page.html")

    assert answer["Content-Type"] == "text/html"
    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("wanted", "content_range", "body"),
    [("bytes=2-4", "bytes 2-4/10", b"234"), ("bytes=-3", "bytes 7-9/10", b"789"), ("bytes=9-", "bytes 9-9/10", b"9")],
)
def test_range(server: Server, wanted: str, content_range: str, body: bytes) -> None:
    answer = ask(server, "/tree/plain.txt", Range=wanted)

    assert (answer.status, answer.body) == (206, body)
    assert answer["Content-Range"] == content_range
    assert answer["Content-Type"] == "text/plain"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("server", ["nginx", "apache"], indirect=True)
def test_several_ranges(server: Server) -> None:
    answer = ask(server, "/tree/plain.txt", Range="bytes=0-1,5-6")

    assert answer.status == 206
    assert (answer["Content-Type"] or "").startswith("multipart/byteranges; boundary=")
    assert b"bytes 0-1/10\r\n\r\n01\r\n" in answer.body
    assert b"bytes 5-6/10\r\n\r\n56\r\n" in answer.body


def test_unsatisfiable_range(server: Server) -> None:
    assert ask(server, "/tree/plain.txt", Range="bytes=10-").status == 416


@pytest.mark.parametrize(
    ("validator", "condition"), [("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_not_modified(server: Server, validator: str, condition: str, method: str) -> None:
    value = ask(server, "/tree/plain.txt")[validator]
    assert value

    answer = ask(server, "/tree/plain.txt", method, **{condition: value})

    assert (answer.status, answer.body) == (304, b"")
    assert answer["Cache-Control"] == "private, no-cache"


def test_changed_file_is_sent_again(server: Server, media: Path) -> None:
    file = media / "changing.txt"
    file.write_bytes(b"old")
    os.utime(file, (LAST_SUMMER, LAST_SUMMER))
    etag = ask(server, "/tree/changing.txt")["ETag"]
    assert etag
    file.write_bytes(b"newer")

    answer = ask(server, "/tree/changing.txt", If_None_Match=etag)

    assert (answer.status, answer.body) == (200, b"newer")


def test_if_range(server: Server) -> None:
    etag = ask(server, "/tree/plain.txt")["ETag"]
    assert etag

    assert ask(server, "/tree/plain.txt", Range="bytes=0-1", If_Range=etag).body == b"01"
    assert ask(server, "/tree/plain.txt", Range="bytes=0-1", If_Range='"another"').body == TEN


@pytest.mark.parametrize("server", ["nginx", "apache"], indirect=True)
def test_failed_precondition(server: Server) -> None:
    assert ask(server, "/tree/plain.txt", If_Match='"another"').status == 412


def test_head(server: Server) -> None:
    answer = ask(server, "/tree/plain.txt", "HEAD")

    assert (answer.status, answer.body, answer["Content-Length"]) == (200, b"", "10")
    assert answer["Content-Type"] == "text/plain"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["tree/missing.txt", "tree/sub", "tree/sub/", "tree/.env"])
def test_missing_file_is_djangos_404(server: Server, path: str, method: str) -> None:
    answer = ask(server, f"/{path}", method)

    assert answer.status == 404
    assert answer["Content-Disposition"] is None
    assert answer["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_refused_permission_reaches_no_front_server(server: Server, method: str) -> None:
    answer = ask(server, "/tree/plain.txt", method, X_Stranger="yes")

    assert answer.status == 403
    assert TEN not in answer.body
    assert answer["X-Accel-Redirect"] is answer["X-Sendfile"] is None


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_error_stays_an_error(server: Server, method: str) -> None:
    answer = ask(server, "/gone/plain.txt", method)

    assert answer.status == 404
    assert answer["X-Accel-Redirect"] is answer["X-Sendfile"] is None


def test_empty_file(server: Server) -> None:
    answer = ask(server, "/tree/empty.txt")

    assert (answer.status, answer.body, answer["Content-Length"]) == (200, b"", "0")


def test_other_methods(server: Server) -> None:
    assert ask(server, "/tree/plain.txt", "POST", Content_Length="0").status == 405
    assert ask(server, "/tree/plain.txt", "OPTIONS")["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("server", ["nginx"], indirect=True)
@pytest.mark.parametrize(
    "path", ["protected/plain.txt", "protected/", "protected/sub/ten.txt", "%70rotected/plain.txt"]
)
def test_internal_location_is_404_from_outside(server: Server, path: str) -> None:
    answer = ask(server, f"/{path}")

    assert answer.status == 404
    assert TEN not in answer.body


@pytest.mark.parametrize("server", ["apache", "lighttpd"], indirect=True)
def test_validators_of_the_view_count(server: Server) -> None:
    answer = ask(server, "/tree/plain.txt")

    assert (answer["ETag"] or "").endswith('-a"')
