"""nginx fetches from the object storage what a view allows, by a signed URL that arrives as it was signed."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest

from tests.objects import Objects, fail, serve_objects

from .fronts import front
from .harness import Server
from .test_fronts import NAMES, TEN, ask

KEYS = [*(name for name in NAMES if "\\" not in name), "sub/ten.txt", "~'()*!:@$,;.txt"]
OWN = {"ContentType": "text/html", "ContentDisposition": "inline", "CacheControl": "public, max-age=99"}


@pytest.fixture(scope="module")
def served() -> Iterator[Objects]:
    with serve_objects() as objects:
        for key in KEYS:
            objects.put(key, TEN, **OWN, Metadata={"secret": "yes"})
        yield objects


@pytest.fixture
def objects(served: Objects) -> Iterator[Objects]:
    served.asked.clear()
    yield served
    served.intercept = lambda asked: None


@pytest.fixture(scope="module")
def server(served: Objects, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with front("nginx-remote", Path(tmp_path_factory.mktemp("none")), served.url) as server:
        yield server


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("view", ["remote", "awaited-remote"])
@pytest.mark.parametrize("key", KEYS)
def test_key_of_any_name(server: Server, objects: Objects, key: str, view: str, method: str) -> None:
    answer = ask(server, f"/{view}/{quote(key)}", method, Cookie="secret=1", Authorization="Basic x")

    assert (answer.status, answer.body) == (200, TEN if method == "GET" else b"")
    assert answer["Content-Length"] == "10"
    assert answer["Content-Type"] == "text/plain"
    [asked] = objects.asked
    assert asked.method == "GET"
    assert unquote(urlsplit(asked.target).path) == f"/files/{key}"
    assert not {"Cookie", "Authorization"} & set(asked.headers)


@pytest.mark.parametrize("key", KEYS)
def test_url_arrives_as_it_was_signed(server: Server, objects: Objects, key: str) -> None:
    """The signature covers path and query: compute it anew for what has arrived."""
    from botocore.auth import S3SigV4QueryAuth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    ask(server, f"/remote/{quote(key)}")

    [asked] = objects.asked
    unsigned, _, signature = asked.target.partition("&X-Amz-Signature=")
    path, _, query = unsigned.partition("?")
    request = AWSRequest("GET", f"{objects.url}{path}", headers={"host": asked.headers["Host"]})
    request.url += f"?{query}"
    parameters = dict(pair.split("=") for pair in query.split("&"))
    request.context["timestamp"] = parameters["X-Amz-Date"]
    auth = S3SigV4QueryAuth(Credentials("key", "secret"), "s3", "us-east-1")
    canonical = auth.canonical_request(request)
    assert auth.signature(auth.string_to_sign(request, canonical), request) == signature


def test_fields_of_the_view_win(server: Server, objects: Objects) -> None:
    answer = ask(server, "/remote/plain.txt")

    assert answer["Content-Type"] == "text/plain"
    assert answer["Content-Disposition"] == 'inline; filename="plain.txt"'
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Content-Security-Policy"] == "sandbox"
    assert answer["Vary"] == "Cookie"
    assert (answer["Set-Cookie"] or "").startswith("seen=yes")
    assert answer["x-amz-request-id"] is answer["X-Accel-Redirect"] is None


def test_range(server: Server, objects: Objects) -> None:
    answer = ask(server, "/remote/plain.txt", Range="bytes=2-4")

    assert (answer.status, answer.body, answer["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_unsatisfiable_range(server: Server, objects: Objects) -> None:
    answer = ask(server, "/remote/plain.txt", Range="bytes=10-")

    assert answer.status == 416
    assert b"plain.txt" not in answer.body


def test_not_modified(server: Server, objects: Objects) -> None:
    etag = ask(server, "/remote/plain.txt")["ETag"]
    assert etag

    answer = ask(server, "/remote/plain.txt", If_None_Match=etag)

    assert (answer.status, answer.body) == (304, b"")


def test_if_range_gets_the_whole_file(server: Server, objects: Objects) -> None:
    answer = ask(server, "/remote/plain.txt", Range="bytes=0-1", If_Range='"another"')

    assert (answer.status, answer.body) == (200, TEN)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_missing_object(server: Server, objects: Objects, method: str) -> None:
    answer = ask(server, "/remote/missing.txt", method)

    assert answer.status == 404
    assert answer.body == (b"There is no such file.\n" if method == "GET" else b"")


@pytest.mark.parametrize("status", ["403 Forbidden", "500 Internal Server Error", "503 Slow Down"])
def test_storage_that_fails(server: Server, objects: Objects, status: str) -> None:
    objects.intercept = lambda asked: fail(status, b"<Error>files/plain.txt</Error>")

    answer = ask(server, "/remote/plain.txt")

    assert (answer.status, answer.body) == (502, b"The file cannot be fetched.\n")


def test_refused_permission_reaches_neither_nginx_nor_storage(server: Server, objects: Objects) -> None:
    answer = ask(server, "/remote/plain.txt", X_Stranger="yes")

    assert answer.status == 403
    assert objects.asked == []


@pytest.mark.parametrize("path", ["/s3/", "/s3/{}/files/plain.txt", "/s3/http%3A%2F%2Fexample.com%2F"])
def test_internal_locations_are_404_from_outside(server: Server, objects: Objects, path: str) -> None:
    answer = ask(server, path.format(quote(objects.url, safe="")))

    assert answer.status == 404
    assert objects.asked == []
