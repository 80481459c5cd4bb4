"""FileResponse within middleware: what is compressed, cached and wrapped, and what is left alone."""

import asyncio
import gzip
import os
from pathlib import Path
from typing import Any

import pytest
from django.middleware.common import CommonMiddleware
from django.middleware.gzip import GZipMiddleware
from django.middleware.http import ConditionalGetMiddleware
from django.middleware.security import SecurityMiddleware
from django.test import Client
from django.views.decorators.cache import cache_page

from django_extras.http import FileResponse
from tests.files import EPOCH, ETAG, LAST_SUMMER, async_body, body, etag_of, make_request, with_etag

COMPRESSIBLE = b"0123456789" * 1000


def test_body_of_head_that_middleware_wraps_stays_empty_under_wsgi(text: Path) -> None:
    with text.open("rb") as handle:
        response = FileResponse(handle, request=make_request("HEAD"))
    response.streaming_content = iter([gzip.compress(b"")])

    assert b"".join(response) == b""


class TestMiddleware:
    @pytest.fixture
    def text(self, tmp_path: Path) -> Path:
        path = tmp_path / "notes.txt"
        path.write_bytes(COMPRESSIBLE)
        os.utime(path, (LAST_SUMMER, LAST_SUMMER))
        return path

    def zipped(self, path: Path, method: str = "GET", as_attachment: bool = False, **headers: str) -> FileResponse:
        request = make_request(method, accept_encoding="gzip", **headers)
        response = GZipMiddleware(lambda request: FileResponse(path, as_attachment=as_attachment, request=request))(
            request
        )
        assert isinstance(response, FileResponse)
        return response

    def test_gzip_compresses_what_is_shown(self, text: Path) -> None:
        response = self.zipped(text)

        assert response.headers["Content-Encoding"] == "gzip"
        assert "Accept-Ranges" not in response.headers
        assert response.headers["ETag"].startswith("W/")
        assert response.headers["Vary"] == "Accept-Encoding"
        assert "Content-Length" not in response.headers
        assert response.file_to_stream is None
        assert gzip.decompress(body(response)) == COMPRESSIBLE
        response.close()

    @pytest.mark.parametrize("suffix", ["pdf", "mp4", "mp3", "jpg", "png", "zip", "gz", "docx", "epub", "woff2"])
    @pytest.mark.parametrize("compress_attachments", [False, True])
    @pytest.mark.parametrize("as_attachment", [False, True])
    def test_gzip_leaves_what_is_compressed_alone(
        self,
        text: Path,
        suffix: str,
        compress_attachments: bool,
        as_attachment: bool,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(FileResponse, "compress_attachments", compress_attachments)
        path = text.rename(text.with_suffix(f".{suffix}"))
        plain = FileResponse(path, as_attachment=as_attachment, request=make_request())

        for headers in ({}, {"range": "bytes=0-9"}, {"range": "bytes=0-9,20-29"}, {"if_none_match": plain["ETag"]}):
            expected = FileResponse(path, as_attachment=as_attachment, request=make_request(**headers))
            response = self.zipped(path, as_attachment=as_attachment, **headers)

            assert response.status_code == expected.status_code
            if headers != {"range": "bytes=0-9,20-29"}:  # which has a boundary
                assert response.headers == expected.headers
                assert body(response) == body(expected)
            assert {"Vary", "Content-Encoding"}.isdisjoint(response.headers)
            response.close()
            expected.close()
        plain.close()

    @pytest.mark.parametrize("how", ["argument", "headers", "set later"])
    def test_gzip_goes_by_the_type_that_the_response_has(self, text: Path, how: str) -> None:
        def view(request: Any) -> FileResponse:
            if how == "set later":
                response = FileResponse(text, request=request)
                response["content-type"] = "video/mp4"
                return response
            if how == "headers":
                return FileResponse(text, headers={"content-type": "video/mp4"}, request=request)
            return FileResponse(text, "video/mp4", request=request)

        for headers in ({}, {"range": "bytes=0-9"}):
            response: Any = GZipMiddleware(view)(make_request(accept_encoding="gzip", **headers))

            assert response["Content-Length"] == ("10" if headers else "10000")
            assert response["Accept-Ranges"] == "bytes"
            assert {"Vary", "Content-Encoding"}.isdisjoint(response.headers)
            response.close()

    def test_gzip_leaves_an_iterator_alone_that_is_compressed(self) -> None:
        response: Any = GZipMiddleware(lambda request: FileResponse(iter([b"a"] * 1000), filename="a.zip"))(
            make_request(accept_encoding="gzip")
        )

        assert "Content-Encoding" not in response.headers
        assert body(response) == b"a" * 1000

    def test_content_that_is_wrapped_has_ranges_still(self, text: Path) -> None:
        request = make_request(accept_encoding="br")
        response: Any = GZipMiddleware(lambda request: FileResponse(text, request=request))(request)
        response.streaming_content = map(bytes, response.streaming_content)

        assert response.headers["Accept-Ranges"] == "bytes"
        assert body(response) == COMPRESSIBLE
        response.close()

    @pytest.mark.usefixtures("db")  # at its end a request closes idle connections
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_ranges_are_announced_to_the_test_client(self, text: Path, settings: Any, method: str) -> None:
        settings.ROOT_URLCONF = "tests.http.file_urls"
        settings.FILE = text
        settings.MIDDLEWARE = ["django_extras.middleware.HeadMiddleware", "django.middleware.gzip.GZipMiddleware"]

        response = Client().generic(method, "/")
        response.close()

        assert response.headers["Accept-Ranges"] == "bytes"

    def test_gzip_under_asgi(self, text: Path) -> None:
        response = self.zipped(text)

        assert gzip.decompress(asyncio.run(async_body(response))) == COMPRESSIBLE
        response.close()

    @pytest.mark.parametrize(
        ("headers", "status", "length"),
        [
            ({"range": "bytes=0-4999"}, 206, 5000),
            ({"if_none_match": "*"}, 304, 0),
            ({"if_match": '"x"'}, 412, 0),
            ({"range": "bytes=10000-"}, 416, 0),
        ],
    )
    def test_gzip_leaves_parts_and_empty_answers_alone(
        self, text: Path, headers: dict[str, str], status: int, length: int
    ) -> None:
        response = self.zipped(text, **headers)

        assert response.status_code == status
        assert "Content-Encoding" not in response.headers
        assert response.headers["Vary"] == "Accept-Encoding"
        assert response.headers.get("Content-Length", "0") == str(length)
        assert body(response) == COMPRESSIBLE[:length]
        response.close()

    def test_gzip_leaves_attachments_alone_unless_asked(self, text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        response = self.zipped(text, as_attachment=True)
        assert response.headers["Content-Length"] == "10000"
        assert not {"Content-Encoding", "Vary"} & set(response.headers)
        assert body(response) == COMPRESSIBLE
        response.close()

        monkeypatch.setattr(FileResponse, "compress_attachments", True)
        response = self.zipped(text, as_attachment=True)
        assert response.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(body(response)) == COMPRESSIBLE
        response.close()

    @pytest.mark.parametrize(
        "arguments",
        [
            {"as_attachment": True},
            {"headers": {"Content-Disposition": "Attachment"}},
            {"headers": {"Content-Encoding": "br"}},
        ],
        ids=["attachment", "field", "encoded"],
    )
    @pytest.mark.parametrize("is_open", [False, True])
    def test_what_gzip_leaves_alone_varies_in_no_answer(
        self, text: Path, arguments: dict[str, Any], is_open: bool
    ) -> None:
        for fields in (
            {},
            {"range": "bytes=0-4"},
            {"if_none_match": "*"},
            {"if_match": '"x"'},
            {"range": "bytes=99999-"},
        ):
            request = make_request(accept_encoding="gzip", **fields)
            content = text.open("rb") if is_open else text
            view = GZipMiddleware(lambda request, content=content: FileResponse(content, request=request, **arguments))
            response: Any = view(request)
            response.close()

            assert "Vary" not in response.headers
            assert not response.headers.get("ETag", "").startswith("W/")

    @pytest.mark.parametrize(("accept_encoding", "prefix"), [("gzip, br", "W/"), ("br", ""), (None, "")])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_not_modified_has_the_entity_tag_of_the_whole(
        self, text: Path, method: str, accept_encoding: str | None, prefix: str
    ) -> None:
        fields = {"accept_encoding": accept_encoding} if accept_encoding else {}
        view = GZipMiddleware(lambda request: FileResponse(text, request=request))
        whole: Any = view(make_request(method, **fields))
        whole.close()

        response: Any = view(make_request(method, if_none_match=whole.headers["ETag"], **fields))

        assert response.status_code == 304
        assert response.headers["ETag"] == whole.headers["ETag"]
        assert response.headers["ETag"].startswith(f'{prefix}"')
        assert response.headers["Vary"] == whole.headers["Vary"]

    def test_gzip_gives_head_the_fields_of_get_and_no_body(self, text: Path) -> None:
        response = self.zipped(text, "HEAD")

        assert response.headers["Content-Encoding"] == "gzip"
        assert "Content-Length" not in response.headers
        assert body(response) == b""
        response.close()
        assert asyncio.run(async_body(self.zipped(text, "HEAD"))) == b""

    def test_entity_tag_that_is_weak_already_stays_so_under_gzip(self, text: Path) -> None:
        view = GZipMiddleware(lambda request: FileResponse(text, headers={"ETag": 'W/"a"'}, request=request))

        response: Any = view(make_request(accept_encoding="gzip", if_none_match='W/"a"'))

        assert response.headers["ETag"] == 'W/"a"'

    def test_part_that_gzip_leaves_alone_keeps_its_strong_entity_tag(self, text: Path) -> None:
        view = GZipMiddleware(lambda request: FileResponse(text, request=request))

        response: Any = view(make_request(accept_encoding="gzip", range="bytes=0-1"))
        response.close()

        assert response.headers["ETag"] == etag_of(text)

    def test_attachment_of_an_open_file_stays_one_in_a_304_under_gzip(self, tmp_path: Path) -> None:
        path = tmp_path / "a.html"
        path.write_bytes(b"0" * 1000)
        view = GZipMiddleware(lambda request: FileResponse(path.open("rb"), as_attachment=True, request=request))

        response: Any = view(make_request(accept_encoding="gzip", if_none_match="*"))

        assert response.status_code == 304
        assert "Vary" not in response.headers

    def test_file_that_is_compressed_already(self, text: Path) -> None:
        request = make_request(accept_encoding="gzip")
        view = GZipMiddleware(lambda request: FileResponse(text, headers={"Content-Encoding": "br"}, request=request))

        response = view(request)

        assert response.headers["Content-Encoding"] == "br"
        assert response.has_header("content-encoding")
        response.close()

    def test_other_fields_are_looked_up_as_ever(self, text: Path) -> None:
        response = self.zipped(text)

        assert response.has_header("content-TYPE")
        assert not response.has_header("Content-Range")
        response.close()

    def test_cache_keeps_no_answer_for_another_request(self, text: Path) -> None:
        view: Any = cache_page(60)(lambda request: FileResponse(text, request=request))

        for headers, status in [
            ({"range": "bytes=0-4"}, 206),
            ({"if_none_match": "*"}, 304),
            ({"range": "bytes=99999-"}, 416),
            ({"if_match": '"x"'}, 412),
            ({}, 200),
            ({"range": "bytes=5-9"}, 206),
        ]:
            response = view(make_request(**headers))
            assert response.status_code == status
            response.close()

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 200),
            ({"range": "bytes=0-4"}, 206),
            ({"range": "bytes=99999-"}, 416),
            ({"if_none_match": ETAG}, 304),
            ({"if_match": '"x"'}, 412),
            ({"if_unmodified_since": EPOCH}, 412),
        ],
    )
    @pytest.mark.parametrize("order", [1, -1])
    def test_usual_middleware_in_any_order(self, text: Path, headers: dict[str, str], status: int, order: int) -> None:
        view: Any = lambda request: FileResponse(text, request=request)  # noqa: E731
        classes = [SecurityMiddleware, GZipMiddleware, CommonMiddleware, ConditionalGetMiddleware]
        for middleware in classes[::order]:
            view = middleware(view)

        response = view(make_request(**with_etag(headers, etag_of(text))))

        assert response.status_code == status
        assert body(response) == COMPRESSIBLE[: {200: 10000, 206: 5}.get(status, 0)]
        response.close()
