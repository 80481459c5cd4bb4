"""Objects of S3, sent by this process: what is asked of the storage, what the client gets, and how failures end."""

import gzip
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from django.http import Http404
from django.test import RequestFactory
from django.utils.http import parse_http_date
from django.views import View
from storages.backends.s3 import S3Storage

from django_extras.http import FileResponse
from django_extras.http._objects import ObjectFile
from django_extras.views import FileDownloadMixin
from tests.files import aread, field_file, make_request
from tests.files import read as read_response
from tests.objects import Asked, Objects, fail, options_at, serve_objects

pytestmark = pytest.mark.slow  # these run a server

CONTENT = bytes(range(256)) * 4096
BIG = "notes.txt"


@pytest.fixture(scope="module")
def server() -> Iterator[Objects]:
    with serve_objects() as objects:
        yield objects


@pytest.fixture
def objects(server: Objects) -> Objects:
    server.reset()
    server.put(BIG, CONTENT, ContentType="text/csv")
    return server


@pytest.fixture(scope="module")
def shared(server: Objects) -> S3Storage:
    return server.storage()


class Kind(FileDownloadMixin, View):
    contents: Any = None

    def get_file(self) -> Any:
        return self.contents


def get(contents: Any, method: str = "GET", *, headers: dict[str, str] | None = None, **initkwargs: Any) -> Any:
    request = RequestFactory().generic(method, "/", headers=headers)
    return Kind.as_view(contents=contents, **initkwargs)(request)


def read(response: Any) -> bytes:
    with closing(response):
        return b"".join(response)


@pytest.fixture(params=["storage and name", "field"])
def content(request: pytest.FixtureRequest, shared: S3Storage) -> Callable[[], Any]:
    return lambda: (shared, BIG) if request.param == "storage and name" else field_file(shared)


class TestWhatIsAsked:
    def test_whole_object(self, objects: Objects, content: Any) -> None:
        response = get(content())

        assert objects.methods == ["HEAD", "GET"]
        assert read(response) == CONTENT
        assert (response.status_code, response["Content-Length"]) == (200, str(len(CONTENT)))
        assert objects.methods == []

    def test_it_is_streamed(self, objects: Objects, content: Any) -> None:
        response = get(content())

        assert [len(part) for part in response] == [2**18] * 4
        response.close()

    @pytest.mark.parametrize(
        ("wanted", "asked", "body"),
        [
            ("bytes=2-4", "bytes=2-4", CONTENT[2:5]),
            ("bytes=-3", "bytes=1048573-1048575", CONTENT[-3:]),
            ("bytes=300000-", "bytes=300000-1048575", CONTENT[300000:]),
        ],
    )
    def test_range(self, objects: Objects, content: Any, wanted: str, asked: str, body: bytes) -> None:
        response = get(content(), headers={"Range": wanted})

        assert [request.headers.get("Range") for request in objects.asked] == [None, asked]
        assert objects.methods == ["HEAD", "GET"]
        assert (response.status_code, read(response)) == (206, body)

    def test_several_ranges(self, objects: Objects, content: Any) -> None:
        response = get(content(), headers={"Range": "bytes=0-1,5-6"})

        assert objects.methods == ["HEAD", "GET"]
        body = read(response)
        assert objects.methods == ["GET"]
        assert b"Content-Type: text/csv\r\nContent-Range: bytes 5-6/1048576\r\n\r\n\x05\x06\r\n" in body

    @pytest.mark.parametrize(
        ("method", "headers", "status"),
        [
            ("HEAD", {}, 200),
            ("GET", {"If-None-Match": "*"}, 304),
            ("GET", {"If-Match": '"another"'}, 412),
            ("GET", {"Range": "bytes=1048576-"}, 416),
        ],
    )
    def test_nothing_is_fetched(
        self, objects: Objects, content: Any, method: str, headers: dict[str, str], status: int
    ) -> None:
        response = get(content(), method, headers=headers)

        assert (response.status_code, read(response)) == (status, b"")
        assert objects.methods == ["HEAD"]

    def test_empty_object(self, objects: Objects, shared: S3Storage) -> None:
        objects.put("empty.txt", b"")

        response = get((shared, "empty.txt"), headers={"Range": "bytes=0-"})

        assert (response.status_code, read(response), response["Content-Length"]) == (200, b"", "0")
        assert objects.methods == ["HEAD"]

    def test_parameters_that_reading_needs(self, objects: Objects) -> None:
        storage = objects.storage(object_parameters={"RequestPayer": "requester", "CacheControl": "max-age=1"})

        assert read(get((storage, BIG))) == CONTENT
        assert [asked.headers.get("X-Amz-Request-Payer") for asked in objects.asked] == ["requester", "requester"]

    def test_without_a_request(self, objects: Objects, shared: S3Storage) -> None:
        response = FileResponse(field_file(shared))

        assert read_response(response) == CONTENT
        assert objects.methods == ["HEAD", "GET"]

    @pytest.mark.anyio
    async def test_async(self, objects: Objects, shared: S3Storage) -> None:
        response = FileResponse(field_file(shared), request=make_request(Range="bytes=5-700000"))

        assert await aread(response) == CONTENT[5:700001]
        assert objects.methods == ["HEAD", "GET"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class TestFields:
    def test_those_of_the_object(self, objects: Objects, content: Any) -> None:
        response = get(content())
        about = objects.storage().bucket.Object(BIG)

        assert response["ETag"] == about.e_tag
        assert parse_http_date(response["Last-Modified"]) == about.last_modified.timestamp()
        assert response["Content-Type"] == "text/csv"
        assert response["Accept-Ranges"] == "bytes"
        assert response["Content-Disposition"] == 'inline; filename="notes.txt"'
        response.close()

    def test_its_entity_tag_is_compared(self, objects: Objects, content: Any) -> None:
        etag = objects.storage().bucket.Object(BIG).e_tag

        assert get(content(), headers={"If-None-Match": etag}).status_code == 304
        assert read(get(content(), headers={"If-Range": etag, "Range": "bytes=0-0"})) == b"\0"
        assert read(get(content(), headers={"If-Range": '"another"', "Range": "bytes=0-0"})) == CONTENT

    @pytest.mark.parametrize("stored", ["", "application/octet-stream", "binary/octet-stream"])
    def test_type_that_nobody_told_is_guessed(self, objects: Objects, content: Any, stored: str) -> None:
        objects.put(BIG, CONTENT, **({"ContentType": stored} if stored else {}))

        response = get(content())

        assert response["Content-Type"] == "text/plain"
        response.close()

    def test_type_of_the_view_wins(self, objects: Objects, content: Any) -> None:
        response = get(content(), content_type="text/x", etag="v1")

        assert (response["Content-Type"], response["ETag"]) == ("text/x", '"v1"')
        response.close()

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_stored_type_that_may_run_script_is_an_attachment(
        self, objects: Objects, content: Any, method: str
    ) -> None:
        objects.put(BIG, b"<script>", ContentType="text/html")

        response = get(content(), method)

        assert response["Content-Type"] == "text/html"
        assert response["Content-Disposition"] == 'attachment; filename="notes.txt"'
        response.close()

    def test_content_encoding_of_another(self, objects: Objects, content: Any) -> None:
        packed = gzip.compress(CONTENT)
        objects.put(BIG, packed, ContentType="text/csv", ContentEncoding="gzip")

        response = get(content())

        assert (response["Content-Encoding"], response["Content-Length"]) == ("gzip", str(len(packed)))
        assert "Vary" not in response
        assert read(response) == packed


class TestCompressed:
    """django-storages compresses what it saves, and decompresses what it opens."""

    @pytest.fixture
    def storage(self, objects: Objects) -> S3Storage:
        packed = gzip.compress(CONTENT)
        objects.put(BIG, packed, ContentType="text/css", ContentEncoding="gzip")
        return objects.storage(gzip=True)

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_client_that_takes_it(self, storage: S3Storage, method: str) -> None:
        response = get((storage, BIG), method, headers={"Accept-Encoding": "br, gzip"})

        assert (response["Content-Encoding"], response["Vary"]) == ("gzip", "Accept-Encoding")
        assert gzip.decompress(read(response)) == CONTENT if method == "GET" else read(response) == b""

    def test_range_is_one_of_the_stored_bytes(self, storage: S3Storage) -> None:
        response = get((storage, BIG), headers={"Accept-Encoding": "gzip", "Range": "bytes=0-1"})

        assert (response.status_code, read(response)) == (206, b"\x1f\x8b")

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_client_that_does_not(self, objects: Objects, storage: S3Storage, method: str) -> None:
        etag = storage.bucket.Object(BIG).e_tag
        objects.asked.clear()

        response = get((storage, BIG), method, headers={"Range": "bytes=0-1"})

        assert objects.methods == (["HEAD", "GET"] if method == "GET" else ["HEAD"])
        assert (response.status_code, response["Vary"], response["ETag"]) == (200, "Accept-Encoding", f"W/{etag}")
        assert not {"Content-Encoding", "Content-Length", "Accept-Ranges"} & set(response.headers)
        assert read(response) == (CONTENT if method == "GET" else b"")

    def test_client_that_does_not_has_it_already(self, objects: Objects, storage: S3Storage) -> None:
        etag = storage.bucket.Object(BIG).e_tag
        objects.asked.clear()

        response = get((storage, BIG), headers={"If-None-Match": f"W/{etag}"})

        assert (response.status_code, response["Vary"], objects.methods) == (304, "Accept-Encoding", ["HEAD"])

    def test_failure_for_a_client_that_does_not(self, objects: Objects, storage: S3Storage) -> None:
        objects.intercept = lambda asked: fail("403 Forbidden") if asked.method == "GET" else None

        assert get((storage, BIG)).status_code == 502

    def test_object_that_it_has_not_compressed(self, objects: Objects, storage: S3Storage) -> None:
        objects.put(BIG, CONTENT)

        response = get((storage, BIG))

        assert "Vary" not in response
        assert read(response) == CONTENT


def s3_error(code: str) -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>".encode()


class TestFailures:
    @pytest.fixture(autouse=True)
    def _log(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.WARNING, "django_extras.views.download")

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_missing_object(self, objects: Objects, shared: S3Storage, method: str, caplog: Any) -> None:
        with pytest.raises(Http404):
            get((shared, "missing.txt"), method)

        assert objects.methods == ["HEAD"]
        assert caplog.messages == [
            "Kind has no file to send: The bucket 'files' has no 'missing.txt', or is not there"
        ]

    @pytest.mark.parametrize("name", ["", "a\0b"])
    def test_name_that_no_object_has(self, objects: Objects, shared: S3Storage, name: str) -> None:
        with pytest.raises(Http404):
            get((shared, name))

        assert objects.methods == []

    def test_name_that_leads_out_of_the_location(self, objects: Objects) -> None:
        with pytest.raises(Http404):
            get((objects.storage(location="media"), "../x"))

        assert objects.methods == []

    def test_missing_bucket(self, objects: Objects, caplog: Any) -> None:
        with pytest.raises(Http404):
            get((objects.storage(bucket_name="elsewhere"), BIG))

        assert "The bucket 'elsewhere' has no 'notes.txt', or is not there" in caplog.text

    @pytest.mark.parametrize("method", ["HEAD", "GET"])
    @pytest.mark.parametrize(
        ("line", "code", "status"),
        [
            ("403 Forbidden", "AccessDenied", 502),
            ("500 Internal Server Error", "InternalError", 502),
            ("503 Service Unavailable", "SlowDown", 503),
        ],
    )
    def test_answer_of_the_storage(
        self, objects: Objects, content: Any, method: str, line: str, code: str, status: int, caplog: Any
    ) -> None:
        objects.intercept = lambda asked: fail(line, s3_error(code)) if asked.method == method else None

        response = get(content())

        assert response.status_code == status
        assert response.get("Retry-After") == ("10" if status == 503 else None)
        assert response.content == b"The file cannot be fetched from where it is stored.\n"
        assert objects.methods == ["HEAD", "GET"][: 1 if method == "HEAD" else 2]
        assert "Kind cannot get notes.txt from its storage" in caplog.text

    def test_connection_refused(self, objects: Objects, caplog: Any) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            storage = objects.storage(endpoint_url=f"http://127.0.0.1:{unused.getsockname()[1]}")

            response = get((storage, BIG))

        assert (response.status_code, response["Retry-After"]) == (503, "10")
        assert "Could not connect to the endpoint URL" in caplog.text

    def test_timeout(self, objects: Objects, caplog: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
            response = get((objects.storage(endpoint_url=url, read_timeout=1), BIG))

        assert response.status_code == 503
        assert "Read timeout" in caplog.text

    def test_object_that_is_replaced_meanwhile(self, objects: Objects, content: Any) -> None:
        def replace(asked: Asked) -> None:
            if asked.method == "GET" and len(objects.asked) == 2:
                asked_so_far = [*objects.asked]
                objects.put(BIG, b"new")
                objects.asked[:0] = asked_so_far

        objects.intercept = replace

        response = get(content())

        assert (response["Content-Length"], read(response)) == ("3", b"new")

    def test_object_that_is_replaced_again_and_again(self, objects: Objects, content: Any, caplog: Any) -> None:
        failing = fail("412 Precondition Failed", s3_error("PreconditionFailed"))
        objects.intercept = lambda asked: failing if asked.method == "GET" else None

        response = get(content())

        assert response.status_code == 503
        assert objects.methods == ["HEAD", "GET", "HEAD", "GET"]

    def test_storage_that_breaks_off(self, objects: Objects, content: Any) -> None:
        def half(environ: Any, start_response: Any) -> Iterator[bytes]:
            start_response("200 OK", [("Content-Length", str(len(CONTENT))), ("Connection", "close")])
            yield CONTENT[:500]

        objects.intercept = lambda asked: half if asked.method == "GET" else None
        response = get(content())

        with pytest.raises(Exception, match="500"):
            b"".join(response)
        response.close()


class TestWhatIsReadAsBefore:
    @pytest.mark.parametrize("method", ["open", "_open"])
    def test_class_of_ones_own(self, objects: Objects, method: str) -> None:
        """Such a storage may decrypt what it opens."""

        def override(self: Any, *args: Any, **kwargs: Any) -> Any:
            return getattr(S3Storage, method)(self, *args, **kwargs)

        storage = type("Own", (S3Storage,), {method: override})(**options_at(objects.url))

        response = get((storage, BIG))

        assert not isinstance(response._source.file, ObjectFile)
        assert read(response) == CONTENT

    def test_field_of_ones_own(self, objects: Objects, shared: S3Storage) -> None:
        from django.db.models.fields.files import FieldFile

        class Decrypted(FieldFile):
            def open(self, mode: str = "rb") -> Any:
                return super().open(mode)

        response = get(field_file(shared, Decrypted))

        assert not isinstance(response._source.file, ObjectFile)
        assert read(response) == CONTENT

    def test_file_that_a_hook_has_read_from(self, objects: Objects, shared: S3Storage) -> None:
        file = field_file(shared)
        file.open("rb")
        file.read(5)

        assert read(get(file)) == CONTENT


class TestObjectFile:
    """A subclass of FileResponse may read and seek in it as in any file."""

    def test_read_and_seek(self, objects: Objects, shared: S3Storage) -> None:
        with ObjectFile(shared, BIG) as file:
            assert (file.readable(), file.seekable(), file.tell()) == (True, True, 0)
            assert file.read(3) == CONTENT[:3]
            assert file.tell() == 3
            assert file.seek(0, 1) == 3
            assert file.seek(-2, 2) == len(CONTENT) - 2
            assert file.read() == CONTENT[-2:]
            assert file.read(5) == b""
            assert file.seek(10) == 10
            assert file.read(2) == CONTENT[10:12]

        assert objects.methods == ["HEAD", "GET", "GET", "GET"]

    def test_past_its_end(self, objects: Objects, shared: S3Storage) -> None:
        with ObjectFile(shared, BIG) as file:
            file.seek(5, 2)

            assert file.read(1) == b""

    def test_subclass_that_looks_into_the_file(self, objects: Objects, shared: S3Storage) -> None:
        class Sniffs(FileResponse):
            def set_headers(self, filelike: Any) -> None:
                super().set_headers(filelike)
                self.headers["X-Start"] = filelike.read(2).hex()
                filelike.seek(0)

        response = get((shared, BIG), file_response_class=Sniffs)

        assert response["X-Start"] == "0001"
        assert read(response) == CONTENT
