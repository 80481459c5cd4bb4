"""One table of requests for files, with the same answers from every server."""

import gzip
import http.client
import os
import re
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from django.utils.http import http_date

from tests.files import DATE, EPOCH, LAST_SUMMER

from .conftest import StartServer
from .harness import ASGI_SERVERS, COMMANDS, PROMPT_ALLOCATOR, WSGI_SERVERS, Server, memory_of, serve

LATER = http_date(LAST_SUMMER + 1)
TEN = b"0123456789"
TEXT = b"All work and no play makes a dull file.\n" * 2000
# CHANGED stands for when the file was changed, which nobody can set.
ETAG = '"CHANGED-a"'
TEXT_ETAG = f'"CHANGED-{len(TEXT):x}"'
#: The fields that an answer consists of. Those of the connection differ from server to server.
FIELDS = {
    *("accept-ranges", "allow", "cache-control", "content-disposition", "content-encoding", "content-language"),
    *("content-length", "content-range", "content-type", "etag", "last-modified", "vary", "x-content-type-options"),
}
OK = {
    "accept-ranges": "bytes",
    "cache-control": "private, no-cache",
    "content-disposition": 'inline; filename="ten.txt"',
    "content-length": "10",
    "content-type": "text/plain",
    "etag": ETAG,
    "last-modified": DATE,
    "x-content-type-options": "nosniff",
}
NOT_MODIFIED = {"cache-control": "private, no-cache", "etag": ETAG, "x-content-type-options": "nosniff"}
FAILED = {"content-length": "0", "x-content-type-options": "nosniff"}
UNSATISFIABLE = {**FAILED, "accept-ranges": "bytes", "content-range": "bytes */10"}
TEXT_OK = {
    **OK,
    "content-disposition": 'inline; filename="text.txt"',
    "content-length": str(len(TEXT)),
    "etag": TEXT_ETAG,
    "vary": "Accept-Encoding",
}
ZIPPED = {
    **{k: v for k, v in TEXT_OK.items() if k not in {"accept-ranges", "content-length"}},
    "content-encoding": "gzip",
    "etag": f"W/{TEXT_ETAG}",
}
NO_DATE = {k: v for k, v in OK.items() if k not in {"etag", "last-modified", "cache-control", "content-disposition"}}


class Answer(NamedTuple):
    status: int
    fields: dict[str, str]
    body: bytes


class Row(NamedTuple):
    """A request and its answer."""

    path: str
    headers: dict[str, str]
    answer: Answer
    method: str = "GET"


def part(first: int, last: int, size: int = 10, **fields: str) -> Answer:
    changed = {"content-range": f"bytes {first}-{last}/{size}", "content-length": str(last - first + 1)}
    return Answer(206, {**OK, **changed, **fields}, TEN[first : last + 1])


def parts(*ranges: tuple[int, int]) -> Answer:
    """Return the answer with several parts, whose boundary is LIMIT."""
    body = b"".join(
        f"--LIMIT\r\nContent-Type: text/plain\r\nContent-Range: bytes {first}-{last}/10\r\n\r\n".encode()
        + TEN[first : last + 1]
        + b"\r\n"
        for first, last in ranges
    )
    fields = {**OK, "content-type": "multipart/byteranges; boundary=LIMIT"}
    return Answer(206, {**fields, "content-length": "?"}, body + b"--LIMIT--\r\n")


WHOLE = Answer(200, OK, TEN)
HEAD = Answer(200, OK, b"")
TEN_TXT = "tree/ten.txt"


def ranges(field: str, answer: Answer, **headers: str) -> Row:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Row(TEN_TXT, {"Range": field, **named}, answer)


def condition(name: str, value: str, answer: Answer, **headers: str) -> Row:
    return Row(TEN_TXT, {name: value, **{key.replace("_", "-"): text for key, text in headers.items()}}, answer)


def head(path: str = TEN_TXT, answer: Answer = HEAD, **headers: str) -> Row:
    return Row(path, {name.replace("_", "-"): value for name, value in headers.items()}, answer, "HEAD")


NONE_416 = Answer(416, UNSATISFIABLE, b"")
NONE_304 = Answer(304, NOT_MODIFIED, b"")
NONE_412 = Answer(412, FAILED, b"")

EMPTY = Answer(
    200,
    {
        **OK,
        "content-length": "0",
        "content-disposition": 'inline; filename="empty.txt"',
        "etag": ETAG.replace("-a", "-0"),
    },
    b"",
)

TABLE = {
    "whole": Row(TEN_TXT, {}, WHOLE),
    "whole awaited": Row("awaited/ten.txt", {}, WHOLE),
    "range awaited": Row("awaited/ten.txt", {"Range": "bytes=3-5"}, part(3, 5)),
    "empty": Row("tree/empty.txt", {}, EMPTY),
    "range of empty": Row("tree/empty.txt", {"Range": "bytes=0-0"}, EMPTY),
    "first byte": ranges("bytes=0-0", part(0, 0)),
    "middle": ranges("bytes=2-4", part(2, 4)),
    "last byte": ranges("bytes=9-9", part(9, 9)),
    "to the end": ranges("bytes=5-", part(5, 9)),
    "past the end": ranges("bytes=5-99", part(5, 9)),
    "suffix": ranges("bytes=-3", part(7, 9)),
    "suffix as long as the file": ranges("bytes=-10", part(0, 9)),
    "suffix longer than the file": ranges("bytes=-99", part(0, 9)),
    "everything": ranges("bytes=0-", part(0, 9)),
    "unit in capitals": ranges("BYTES=1-2", part(1, 2)),
    "white space and empty members": ranges("bytes= , 1-2 ,,", part(1, 2)),
    "thousands of digits": ranges("bytes=1-" + "9" * 2500, part(1, 9)),
    "leading zeros": ranges("bytes=" + "0" * 500 + "1-2", part(1, 2)),
    "one of two satisfiable": ranges("bytes=50-60,1-2", part(1, 2)),
    "two that overlap": ranges("bytes=1-3,2-5", part(1, 5)),
    "two parts": ranges("bytes=0-1,5-6", parts((0, 1), (5, 6))),
    "parts in the order of the request": ranges("bytes=8-9,0-0,4-5", parts((8, 9), (0, 0), (4, 5))),
    "parts that touch": ranges("bytes=0-4,5-9", parts((0, 4), (5, 9))),
    "unsatisfiable": ranges("bytes=10-", NONE_416),
    "unsatisfiable, huge": ranges("bytes=" + "9" * 2500 + "-", NONE_416),
    "unsatisfiable, all": ranges("bytes=10-11,20-", NONE_416),
    "suffix of nothing": ranges("bytes=-0", NONE_416),
    "unknown unit": ranges("lines=0-1", WHOLE),
    "last before first": ranges("bytes=5-4", WHOLE),
    "last before first, huge": ranges("bytes=" + "9" * 900 + "-" + "8" * 900, WHOLE),
    "one malformed member": ranges("bytes=0-1,x", WHOLE),
    "no members": ranges("bytes=", WHOLE),
    "only commas": ranges("bytes=" + "," * 2500, WHOLE),
    "no unit": ranges("0-1", WHOLE),
    "sign": ranges("bytes=+1-2", WHOLE),
    "hexadecimal": ranges("bytes=0x1-0x2", WHOLE),
    "underscores": ranges("bytes=0_1-2", WHOLE),
    "two units": ranges("bytes=0-1,bytes=3-4", WHOLE),
    "no minus": ranges("bytes=1", WHOLE),
    "bytes that are no text": ranges("bytes=\xb2-\xb3", WHOLE),
    "too many ranges": ranges("bytes=" + ",".join(["0-0"] * 17), WHOLE),
    "a thousand ranges": ranges("bytes=" + ",".join(["0-0"] * 600), WHOLE),
    "three that overlap": ranges("bytes=0-1,1-2,2-3", WHOLE),
    "more than the whole": ranges("bytes=0-,0-", WHOLE),
    "If-Range, entity tag": ranges("bytes=1-2", part(1, 2), If_Range=ETAG),
    "If-Range, date": ranges("bytes=1-2", part(1, 2), If_Range=DATE),
    "If-Range, weak": ranges("bytes=1-2", WHOLE, If_Range=f"W/{ETAG}"),
    "If-Range, another": ranges("bytes=1-2", WHOLE, If_Range='"x"'),
    "If-Range, earlier": ranges("bytes=1-2", WHOLE, If_Range=EPOCH),
    "If-Range, later": ranges("bytes=1-2", WHOLE, If_Range=LATER),
    "If-Range, junk": ranges("bytes=1-2", WHOLE, If_Range="junk"),
    "If-Range, unsatisfiable": ranges("bytes=99-", WHOLE, If_Range='"x"'),
    "If-None-Match": condition("If-None-Match", ETAG, NONE_304),
    "If-None-Match, weak": condition("If-None-Match", f"W/{ETAG}", NONE_304),
    "If-None-Match, list": condition("If-None-Match", f'"x", {ETAG}', NONE_304),
    "If-None-Match, any": condition("If-None-Match", "*", NONE_304),
    "If-None-Match, another": condition("If-None-Match", '"x"', WHOLE),
    "If-None-Match, long": condition("If-None-Match", '"x",' * 600, WHOLE),
    "If-None-Match, junk": condition("If-None-Match", "junk", WHOLE),
    "If-None-Match before range": condition("If-None-Match", ETAG, NONE_304, Range="bytes=0-0"),
    "If-None-Match before date": condition("If-None-Match", '"x"', WHOLE, If_Modified_Since=DATE),
    "If-Modified-Since": condition("If-Modified-Since", DATE, NONE_304),
    "If-Modified-Since, later": condition("If-Modified-Since", LATER, NONE_304),
    "If-Modified-Since, earlier": condition("If-Modified-Since", EPOCH, WHOLE),
    "If-Modified-Since, junk": condition("If-Modified-Since", "yesterday", WHOLE),
    "If-Match": condition("If-Match", ETAG, WHOLE),
    "If-Match, any": condition("If-Match", "*", WHOLE),
    "If-Match, another": condition("If-Match", '"x"', NONE_412),
    "If-Match, weak": condition("If-Match", f"W/{ETAG}", NONE_412),
    "If-Match with range": condition("If-Match", ETAG, part(1, 2), Range="bytes=1-2"),
    "If-Unmodified-Since": condition("If-Unmodified-Since", DATE, WHOLE),
    "If-Unmodified-Since, earlier": condition("If-Unmodified-Since", EPOCH, NONE_412),
    "If-Unmodified-Since, junk": condition("If-Unmodified-Since", "junk", WHOLE),
    "HEAD": head(),
    "HEAD with range": head(Range="bytes=1-2"),
    "HEAD, unsatisfiable": head(Range="bytes=99-"),
    "HEAD, not modified": head(answer=NONE_304, If_None_Match=ETAG),
    "HEAD, failed": head(answer=NONE_412, If_Match='"x"'),
    "HEAD of a large file": head(
        "tree/large.bin",
        Answer(
            200,
            {
                **OK,
                "content-disposition": 'inline; filename="large.bin"',
                "content-length": str(2**26),
                "content-type": "application/octet-stream",
                "etag": ETAG.replace("-a", "-4000000"),
            },
            b"",
        ),
    ),
    "missing": Row("tree/missing", {}, Answer(404, {}, b"")),
    "directory": Row("tree/sub", {}, Answer(404, {}, b"")),
    "outside": Row("tree/%2e%2e%2f%2e%2e%2fetc/passwd", {}, Answer(404, {}, b"")),
    "NUL": Row("tree/a%00b", {}, Answer(404, {}, b"")),
    "not UTF-8": Row("tree/%ff%fe", {}, Answer(404, {}, b"")),
    "backslash": Row("tree/..%5c..%5cetc", {}, Answer(404, {}, b"")),
    "too long": Row("tree/" + "a" * 400, {}, Answer(404, {}, b"")),
    "another method": Row(
        TEN_TXT,
        {"Content-Length": "0"},
        Answer(405, {"allow": "GET, HEAD, OPTIONS", "content-type": "text/html; charset=utf-8"}, b""),
        "POST",
    ),
    "attachment": Row(
        "attachment/ten.txt",
        {},
        Answer(
            200,
            {
                **OK,
                "content-disposition": 'attachment; filename="Resume 100 done.txt"; '
                "filename*=utf-8''R%C3%A9sum%C3%A9%20100%25%20%22done%22.txt",
            },
            TEN,
        ),
    ),
    "positioned handle": Row(
        "positioned",
        {},
        Answer(
            200,
            {
                **{k: v for k, v in OK.items() if k != "cache-control"},
                "content-length": "6",
                "etag": ETAG.replace("-a", "-6"),
            },
            TEN[4:],
        ),
    ),
    "range of a positioned handle": Row(
        "positioned",
        {"Range": "bytes=1-2"},
        Answer(
            206,
            {
                **{k: v for k, v in OK.items() if k != "cache-control"},
                "content-length": "2",
                "content-range": "bytes 1-2/6",
                "etag": ETAG.replace("-a", "-6"),
            },
            b"56",
        ),
    ),
    "in memory": Row("in-memory", {}, Answer(200, {**NO_DATE, "content-type": "application/octet-stream"}, TEN)),
    "range in memory": Row(
        "in-memory",
        {"Range": "bytes=-2"},
        Answer(
            206,
            {
                **NO_DATE,
                "content-type": "application/octet-stream",
                "content-length": "2",
                "content-range": "bytes 8-9/10",
            },
            b"89",
        ),
    ),
    "iterator": Row(
        "iterator",
        {"Range": "bytes=0-0"},
        Answer(
            200,
            {
                "content-type": "text/plain; charset=utf-8",
                "content-disposition": OK["content-disposition"],
                "x-content-type-options": "nosniff",
            },
            TEN,
        ),
    ),
    "HEAD of an iterator": head(
        "iterator",
        Answer(
            200,
            {
                "content-type": "text/plain; charset=utf-8",
                "content-disposition": OK["content-disposition"],
                "x-content-type-options": "nosniff",
            },
            b"",
        ),
    ),
    "without the request": Row(
        "without-request",
        {"Range": "bytes=0-0"},
        Answer(200, {k: v for k, v in OK.items() if k not in {"cache-control", "etag", "accept-ranges"}}, TEN),
    ),
    "gzip": Row("gzip/text.txt", {"Accept-Encoding": "gzip"}, Answer(200, ZIPPED, TEXT)),
    "gzip, not accepted": Row("gzip/text.txt", {}, Answer(200, TEXT_OK, TEXT)),
    "gzip and range": Row(
        "gzip/text.txt",
        {"Accept-Encoding": "gzip", "Range": "bytes=0-999"},
        Answer(206, {**TEXT_OK, "content-length": "1000", "content-range": f"bytes 0-999/{len(TEXT)}"}, TEXT[:1000]),
    ),
    "gzip and 304": Row(
        "gzip/text.txt",
        {"Accept-Encoding": "gzip", "If-None-Match": f"W/{TEXT_ETAG}"},
        Answer(304, {**NOT_MODIFIED, "etag": f"W/{TEXT_ETAG}", "vary": "Accept-Encoding"}, b""),
    ),
    "gzip and 412": Row(
        "gzip/text.txt",
        {"Accept-Encoding": "gzip", "If-Match": '"x"'},
        Answer(412, {**FAILED, "vary": "Accept-Encoding"}, b""),
    ),
    "gzip and 416": Row(
        "gzip/text.txt",
        {"Accept-Encoding": "gzip", "Range": "bytes=999999-"},
        Answer(416, {**UNSATISFIABLE, "content-range": f"bytes */{len(TEXT)}", "vary": "Accept-Encoding"}, b""),
    ),
    "gzip and HEAD": head("gzip/text.txt", Answer(200, ZIPPED, b""), Accept_Encoding="gzip"),
    "gzip and PDF": Row(
        "gzip/text.pdf",
        {"Accept-Encoding": "gzip"},
        Answer(
            200,
            {
                **{name: value for name, value in TEXT_OK.items() if name != "vary"},
                "content-disposition": 'inline; filename="text.pdf"',
                "content-type": "application/pdf",
            },
            TEXT,
        ),
    ),
    "gzip and attachment": Row(
        "gzip-attachment/ten.txt",
        {"Accept-Encoding": "gzip"},
        Answer(
            200,
            {
                **OK,
                "content-disposition": 'attachment; filename="Resume 100 done.txt"; '
                "filename*=utf-8''R%C3%A9sum%C3%A9%20100%25%20%22done%22.txt",
            },
            TEN,
        ),
    ),
}


@pytest.fixture(scope="module", autouse=True)
def _contents(files: Path) -> None:
    """Write what the servers serve."""
    (files / "sub").mkdir()
    for name, content in {"ten.txt": TEN, "empty.txt": b"", "text.txt": TEXT, "text.pdf": TEXT}.items():
        (files / name).write_bytes(content)
    for name, size in {"large.bin": 2**26, "gibibyte.bin": 2**30}.items():
        with open(files / name, "wb") as file:
            file.truncate(size)
    for path in files.iterdir():
        os.utime(path, (LAST_SUMMER, LAST_SUMMER))


@pytest.fixture(params=COMMANDS)
def server(request: pytest.FixtureRequest, start_server: StartServer) -> Server:
    return start_server(request.param)


def exchange(server: Server, row: Row) -> tuple[Answer, bytes]:
    """Send the request on a connection of its own; return the answer, and its body as it was sent."""
    lines = [f"{row.method} /files/{row.path} HTTP/1.1", f"Host: {server.host}:{server.port}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in row.headers.items()]
    with socket.create_connection((server.host, server.port), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        received = b"".join(iter(lambda: connection.recv(2**20), b""))
    top, _, raw = received.partition(b"\r\n\r\n")
    status, *fields = top.decode("latin-1").split("\r\n")
    pairs = [(name.lower(), value.strip()) for name, _, value in (field.partition(":") for field in fields)]
    named = dict(pairs)
    assert len(named) == len(pairs) or len({n for n, _ in pairs if n in FIELDS}) == len(
        [n for n, _ in pairs if n in FIELDS]
    )
    content = raw
    if row.method != "HEAD" and named.get("transfer-encoding", "").lower() == "chunked":
        content = unchunked(raw)
    kept = {name: value for name, value in named.items() if name in FIELDS}
    return Answer(int(status.split()[1]), kept, content), raw


def when_changed(files: Path, row: Row) -> str:
    """Return when the file that the row is about was changed, as it stands in entity tags."""
    served = files / (row.path.rpartition("/")[2] if row.path.endswith((".txt", ".bin")) else "ten.txt")
    return f"{served.stat().st_ctime_ns:x}" if served.exists() else "missing"


def real(row: Row, changed: str) -> Row:
    """Return the row with real entity tags in its request."""
    return row._replace(headers={name: value.replace("CHANGED", changed) for name, value in row.headers.items()})


def unchunked(raw: bytes) -> bytes:
    content = b""
    while True:
        size, _, raw = raw.partition(b"\r\n")
        if not int(size, 16):
            return content
        content, raw = content + raw[: int(size, 16)], raw[int(size, 16) + 2 :]


@pytest.mark.parametrize("name", TABLE)
def test_table(server: Server, files: Path, name: str) -> None:
    row = TABLE[name]
    changed = when_changed(files, row)

    (status, fields, body), raw = exchange(server, real(row, changed))

    if "etag" in fields:
        fields["etag"] = fields["etag"].replace(changed, "CHANGED")
    if status == 404:
        assert row.answer.status == 404
        assert "etag" not in fields
        return
    if boundary := re.search("boundary=([0-9a-f]{32})", fields.get("content-type", "")):
        assert fields["content-length"] == str(len(body))
        body = body.replace(boundary[1].encode(), b"LIMIT")
        fields["content-type"] = fields["content-type"].replace(boundary[1], "LIMIT")
        fields["content-length"] = "?"
    if row.method == "HEAD" and raw == b"0\r\n\r\n":
        # waitress ends the chunks of a HEAD without Content-Length, whoever made the response.
        assert server.name == "waitress"
        assert "content-length" not in fields
        body = b""
    expected = dict(row.answer.fields)
    if "content-length" not in expected or (row.method == "HEAD" and expected["content-length"] == "0"):
        # A server may add the length of what is short. runserver leaves out that of a HEAD if it is 0.
        assert fields.pop("content-length", "0") in {"0", str(len(body))}
        expected.pop("content-length", None)
    if fields.get("content-encoding") == "gzip" and row.method == "GET":
        body = gzip.decompress(body)
    assert (status, fields, body) == (row.answer.status, expected, row.answer.body)


@pytest.mark.parametrize("name", ASGI_SERVERS)
def test_async_iterator_under_asgi(start_server: StartServer, name: str) -> None:
    answer, _ = exchange(start_server(name), Row("async-iterator", {}, WHOLE))

    assert answer.status == 200
    assert answer.body == TEN


@pytest.mark.parametrize("name", WSGI_SERVERS)
def test_async_iterator_under_wsgi_is_an_error(start_server: StartServer, name: str) -> None:
    try:
        answer, _ = exchange(start_server(name), Row("async-iterator", {}, WHOLE))
    except (ConnectionError, ValueError):
        return

    # Some servers have sent the status before they iterate.
    assert TEN not in answer.body


def test_bodiless_answers_leave_the_connection_usable(server: Server, files: Path) -> None:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    try:
        for name in (
            "HEAD",
            "If-None-Match",
            "If-Match, another",
            "unsatisfiable",
            "HEAD with range",
            "middle",
            "empty",
        ):
            row = real(TABLE[name], when_changed(files, TABLE[name]))
            connection.request(row.method, f"/files/{row.path}", headers=row.headers)
            response = connection.getresponse()
            assert (name, response.status, response.read()) == (name, row.answer.status, row.answer.body)
    finally:
        connection.close()


GROWING = bytes(range(250)) * 400


@pytest.mark.parametrize("how", ["path", "without-request", "handle", "raw", "wrapped", "positioned"])
def test_file_that_grows_is_sent_as_long_as_promised(server: Server, how: str) -> None:
    whole = GROWING[1000:] if how == "positioned" else GROWING
    for field, selected in {"": whole, "bytes=10-98000": whole[10:98001], "bytes=-500": whole[-500:]}.items():
        answer, raw = exchange(server, Row(f"growing/{how}", {"Range": field} if field else {}, WHOLE))

        if how == "without-request":
            selected = whole
        assert answer.fields["content-length"] == str(len(selected))
        assert raw == selected


#: Servers that keep the connection of any response that fails after its fields. No application can end it there.
KEEP_OPEN = {"daphne", "runserver"}


@pytest.mark.parametrize(
    ("path", "headers", "promised", "there"),
    [
        ("shrinking", "", 4 * 2**20, 2**20),
        ("shrinking", "Range: bytes=1-\r\n", 4 * 2**20 - 1, 2**20 - 1),
        ("failing", "", 4096, 1024),
    ],
    ids=["shrinking", "range of shrinking", "failing"],
)
def test_body_that_ends_early_ends_the_connection(
    server: Server, path: str, headers: str, promised: int, there: int
) -> None:
    received, kept = b"", False
    timeout = 1 if server.name in KEEP_OPEN else 20
    with socket.create_connection((server.host, server.port), timeout=timeout) as connection:
        connection.sendall(f"GET /files/{path} HTTP/1.1\r\nHost: {server.host}\r\n{headers}\r\n".encode())
        try:
            while block := connection.recv(2**20):
                received += block
        except ConnectionResetError:
            pass
        except TimeoutError:
            kept = True

    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 206" if headers else b"HTTP/1.1 200")
    assert f"\r\ncontent-length: {promised}\r\n" in head.decode().lower() + "\r\n"
    assert len(body) <= there
    # granian drops what it has not sent yet.
    assert len(body) == there or server.name.startswith("granian")
    assert kept == (server.name in KEEP_OPEN)


def has_open(server: Server, path: Path) -> bool:
    links = [link for pid in server.pids() for link in Path(f"/proc/{pid}/fd").glob("*")]
    for link in links:
        with suppress(OSError):  # closed since
            if os.readlink(link) == str(path):
                return True
    return False


def wait_until_closed(server: Server, path: Path) -> None:
    deadline = time.monotonic() + 10
    while has_open(server, path):
        assert time.monotonic() < deadline, f"{server.name} holds {path.name} open."
        time.sleep(0.02)


@pytest.mark.parametrize("headers", ["", "Range: bytes=1000-60000000\r\n"], ids=["whole", "range"])
def test_client_that_leaves_closes_the_file(server: Server, files: Path, headers: str) -> None:
    with socket.create_connection((server.host, server.port), timeout=20) as connection:
        connection.sendall(f"GET /files/tree/large.bin HTTP/1.1\r\nHost: {server.host}\r\n{headers}\r\n".encode())
        assert connection.recv(2**16)

    wait_until_closed(server, files / "large.bin")


def peak(server: Server) -> int:
    """Return the most memory that the server's processes have held since `reset_peak()`, in bytes."""
    return sum(memory_of(pid)["VmHWM"] for pid in server.pids())


def reset_peak(server: Server) -> None:
    for pid in server.pids():
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def download(server: Server, path: str, headers: str = "") -> int:
    """Return the number of bytes of the body."""
    buffer = bytearray(2**20)
    with socket.create_connection((server.host, server.port), timeout=60) as connection:
        request = f"GET /files/{path} HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n{headers}\r\n"
        connection.sendall(request.encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(2**16)
        size = len(received) - received.index(b"\r\n\r\n") - 4
        while count := connection.recv_into(buffer):
            size += count
    return size


@pytest.mark.parametrize("headers", ["", "Range: bytes=1-\r\n"], ids=["whole", "range"])
@pytest.mark.parametrize("name", ["gunicorn", "waitress", "uvicorn", "hypercorn"])
def test_a_gibibyte_adds_no_memory(start_server: StartServer, name: str, headers: str) -> None:
    server = start_server(name)
    download(server, "tree/large.bin", headers)
    reset_peak(server)
    before = peak(server)

    assert download(server, "tree/gibibyte.bin", headers) == 2**30 - bool(headers)

    assert peak(server) - before <= 4 * 2**20


@pytest.fixture
def frugal_server(request: pytest.FixtureRequest, files: Path) -> Iterator[Server]:
    """The server that the parameter names, whose memory is what its objects need."""
    with serve(request.param, environ={"FILES": str(files), **PROMPT_ALLOCATOR}) as server:
        yield server


@pytest.mark.parametrize("frugal_server", ["gunicorn-gthread", "uvicorn"], indirect=True)
def test_a_hundred_clients_that_leave_leave_nothing_behind(frugal_server: Server, files: Path) -> None:
    server = frugal_server

    def leave() -> None:
        request = f"GET /files/tree/large.bin HTTP/1.1\r\nHost: {server.host}\r\nRange: bytes=1-\r\n\r\n".encode()
        for _ in range(10):
            connections = [socket.create_connection((server.host, server.port), timeout=20) for _ in range(10)]
            for connection in connections:
                connection.sendall(request)
            for connection in connections[: 4 if "gthread" in server.name else 10]:
                connection.recv(2**16)
            for connection in connections:
                connection.close()
        wait_until_closed(server, files / "large.bin")

    def settled() -> int:
        """Return the memory once it hardly changes: clients that left may still be in the server's queue."""
        readings: list[int] = []
        while len(readings) < 5 or max(readings[-5:]) - min(readings[-5:]) > 2**16:
            time.sleep(0.1)
            with urllib.request.urlopen(f"{server.url}/collect", timeout=20) as response:
                response.read()
            readings.append(server.resident())
            assert len(readings) < 100, readings
        return readings[-1]

    leave()
    before = settled()
    for _ in range(3):
        leave()
    after = settled()

    assert after - before <= 4 * 2**20


@pytest.mark.parametrize("name", ["uwsgi", "gunicorn", "waitress", "uvicorn"])
def test_names_of_files_where_the_system_knows_only_ascii(files: Path, name: str) -> None:
    (files / "café").mkdir(exist_ok=True)
    (files / "café" / "größe.txt").write_bytes(TEN)
    environ = {"FILES": str(files), "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    with serve(name, environ=environ) as server:
        path = "tree/caf%C3%A9/gr%C3%B6%C3%9Fe.txt"
        whole, _ = exchange(server, Row(path, {}, WHOLE))
        part, _ = exchange(server, Row(path, {"Range": "bytes=2-4"}, WHOLE))
        head, _ = exchange(server, Row(path, {}, WHOLE, "HEAD"))
        missing, _ = exchange(server, Row("tree/caf%C3%A9/%C3%A4.txt", {}, WHOLE))

    assert (whole.status, whole.body) == (200, TEN)
    assert whole.fields["content-disposition"].endswith("filename*=utf-8''gr%C3%B6%C3%9Fe.txt")
    assert (part.status, part.body) == (206, b"234")
    assert (head.status, head.fields["content-length"]) == (200, "10")
    assert missing.status == 404
