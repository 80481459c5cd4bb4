"""FileResponse: what it refuses, its fields, and who closes the file."""

import io
import os
import tempfile
import time
import weakref
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.http import http_date, parse_http_date

from django_extras.http import FileResponse
from tests.files import LAST_SUMMER, make_request


@pytest.mark.parametrize("content", [None, 5, {"a": 1}, RequestFactory().get("/"), HttpResponse()], ids=repr)
def test_what_is_no_content_is_refused(content: Any) -> None:
    with pytest.raises(TypeError) as caught:
        FileResponse(content)

    assert str(caught.value) == (
        f"FileResponse cannot send {content!r}. Give it a file name, a file in binary mode, bytes or an iterator of "
        "bytes."
    )


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_content_is_refused(status: int, text: Path) -> None:
    with pytest.raises(ValueError, match="no content") as caught:
        FileResponse(text, status=status)

    assert str(caught.value) == (
        f"A {status} response has no content, not even a file. Send the file with another status, or leave it out "
        f"with HttpResponse(status={status})."
    )


class AsyncLetters:
    async def __aiter__(self) -> AsyncIterator[str]:
        yield "a"


class TestFields:
    @pytest.mark.parametrize(
        ("name", "content_type"),
        [
            ("a.txt", "text/plain; charset=utf-8"),
            ("A.TXT", "text/plain; charset=utf-8"),
            ("a.pdf", "application/pdf"),
            ("a.tar.gz", "application/gzip"),
            ("a.txt.bz2", "application/x-bzip"),
            ("a.txt.xz", "application/x-xz"),
            ("a.txt.br", "application/x-brotli"),
            ("a.txt.zst", "application/zstd"),
            ("a.Z", "application/x-compress"),
            ("a", "application/octet-stream"),
            ("a.unknown", "application/octet-stream"),
            ("data:,a.html", "text/html; charset=utf-8"),
            ("http:a.png", "image/png"),
            ("b\\c.png", "image/png"),
            ("", "application/octet-stream"),
        ],
    )
    def test_type_by_the_name(self, name: str, content_type: str) -> None:
        assert FileResponse(b"", filename=name).headers["Content-Type"] == content_type

    @pytest.mark.parametrize("name", ["a.tgz", "a.svgz", "data:,a.html.gz", "http://x/a.gz"])
    def test_type_of_a_compressed_file_by_a_short_or_odd_name(self, name: str) -> None:
        assert FileResponse(b"", filename=name).headers["Content-Type"] == "application/gzip"

    def test_text_that_this_process_makes_has_the_charset_of_the_response(self, settings: Any) -> None:
        for content in (b"a", bytearray(b"a"), memoryview(b"a"), iter(["a"]), aiter(AsyncLetters())):
            response = FileResponse(content, filename="a.csv")  # type: ignore[arg-type]  # str is encoded on the way
            response.close()
            assert response.headers["Content-Type"] == "text/csv; charset=utf-8"

        settings.DEFAULT_CHARSET = "iso-8859-15"
        response = FileResponse(iter(["5 €"]), filename="a.txt")  # type: ignore[arg-type]  # as above
        assert response.headers["Content-Type"] == "text/plain; charset=iso-8859-15"
        assert b"".join(response) == "5 €".encode("iso-8859-15")
        assert FileResponse(b"", filename="a.txt", charset="ascii").headers["Content-Type"] == (
            "text/plain; charset=ascii"
        )

    def test_text_of_a_file_has_the_charset_that_the_class_says(self, text: Path) -> None:
        class Utf8(FileResponse):
            text_charset = "utf-8"

        for method in ("GET", "HEAD"):
            for content in (text, text.open("rb"), ContentFile(b"a", "notes.txt")):
                request = make_request(method)
                plain = FileResponse(content, request=request)
                plain.close()
                assert plain.headers["Content-Type"] == "text/plain"
            for content in (text, text.open("rb"), ContentFile(b"a", "notes.txt")):
                said = Utf8(content, request=make_request(method))
                said.close()
                assert said.headers["Content-Type"] == "text/plain; charset=utf-8"

    @pytest.mark.parametrize("content_type", ["text/plain", "text/plain; charset=koi8-r", "text/csv"])
    def test_charset_is_not_added_to_a_type_that_is_given(self, content_type: str) -> None:
        assert FileResponse(b"", content_type).headers["Content-Type"] == content_type
        assert FileResponse(b"", headers={"content-type": content_type}).headers["Content-Type"] == content_type

    @pytest.mark.parametrize("name", ["a.json", "a.svg", "a.xhtml", "a.bin", "a.txt.gz"])
    def test_types_that_are_no_text_have_no_charset(self, name: str) -> None:
        assert "charset" not in FileResponse(b"", filename=name).headers["Content-Type"]

    def test_name_to_save_under_gives_the_type(self, text: Path) -> None:
        with closing(FileResponse(text, filename="a.csv")) as response:
            assert response.headers["Content-Type"] == "text/csv"
            assert response.headers["Content-Disposition"] == 'inline; filename="a.csv"'

    def test_path_as_the_name_to_save_under(self, text: Path) -> None:
        with closing(FileResponse(text, filename=text.with_name("b.csv"))) as response:
            assert response.headers["Content-Disposition"] == 'inline; filename="b.csv"'

    def test_explicit_type_wins(self, text: Path) -> None:
        with (
            closing(FileResponse(text, "text/csv")) as positional,
            closing(FileResponse(text, content_type="text/csv")) as keyword,
        ):
            assert positional.headers["Content-Type"] == keyword.headers["Content-Type"] == "text/csv"

    def test_fields_of_the_caller_win(self, text: Path) -> None:
        headers = {
            "content-type": "text/csv",
            "CONTENT-DISPOSITION": "attachment",
            "last-modified": "Mon, 01 Jan 2024 00:00:00 GMT",
            "x-content-type-options": "mine",
        }

        with closing(FileResponse(text, headers=headers)) as response:
            assert response.headers == {**headers, "Content-Length": "10"}

    def test_last_modified_can_be_left_out(self, text: Path) -> None:
        with closing(FileResponse(text, include_last_modified=False)) as response:
            assert "Last-Modified" not in response.headers

    def test_last_modified_is_rounded_down(self, text: Path) -> None:
        os.utime(text, ns=(0, LAST_SUMMER * 10**9 + 999_999_999))

        with closing(FileResponse(text)) as response:
            assert response.headers["Last-Modified"] == http_date(LAST_SUMMER)

    def test_last_modified_is_never_in_the_future(self, text: Path) -> None:
        os.utime(text, (2**33, 2**33))

        with closing(FileResponse(text)) as response:
            assert abs(parse_http_date(response.headers["Last-Modified"]) - time.time()) < 60

    def test_last_modified_before_1970(self, text: Path) -> None:
        os.utime(text, (-1, -1))

        with closing(FileResponse(text)) as response:
            assert response.headers["Last-Modified"] == "Thu, 01 Jan 1970 00:00:00 GMT"

    @pytest.mark.parametrize("name", ["a.txt", "a.html", "a.svg", "a.xml", "a.bin", "a.js.exe"])
    def test_file_is_shown_unless_it_is_to_be_saved(self, name: str) -> None:
        shown, saved = FileResponse(b"", filename=name), FileResponse(b"", filename=name, as_attachment=True)

        assert shown.headers["Content-Disposition"] == f'inline; filename="{name}"'
        assert saved.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert (shown.as_attachment, saved.as_attachment) == (False, True)
        assert shown.headers["X-Content-Type-Options"] == saved.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        ("name", "content_type"), [("a.txt", "text/html"), ("a.svg", None), ("a.html", "text/plain")]
    )
    @pytest.mark.parametrize("fields", [{}, {"if_none_match": "*"}, {"if_match": '"another"'}, {"range": "bytes=99-"}])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_type_may_decide(
        self, tmp_path: Path, name: str, content_type: str | None, method: str, fields: dict[str, str]
    ) -> None:
        file = tmp_path / name
        file.write_bytes(b"abc")
        saves = content_type != "text/plain"

        for content in (file, file.open("rb")):
            request = make_request(method, **fields)
            with closing(FileResponse(content, content_type, as_attachment=None, request=request)) as response:
                assert response.as_attachment is saves
                if response.status_code == 200:
                    disposition = f'{"attachment" if saves else "inline"}; filename="{name}"'
                    assert response.headers["Content-Disposition"] == disposition

    def test_set_headers_may_decide_to_save(self, text: Path) -> None:
        class Response(FileResponse):
            def set_headers(self, filelike: Any) -> None:
                self.as_attachment = True
                super().set_headers(filelike)

        with closing(Response(text)) as response:
            assert response.headers["Content-Disposition"] == 'attachment; filename="notes.txt"'

    def test_unnamed_file_to_show_has_no_disposition(self) -> None:
        assert "Content-Disposition" not in FileResponse(b"").headers

    def test_number_as_name_of_a_handle_is_no_name(self) -> None:
        descriptor, name = tempfile.mkstemp()
        os.unlink(name)

        with closing(FileResponse(os.fdopen(descriptor, "rb"))) as response:
            assert "Content-Disposition" not in response.headers

    def test_status_and_reason(self, text: Path) -> None:
        with closing(FileResponse(text, status=201, reason="Made", charset="ascii")) as response:
            assert (response.status_code, response.reason_phrase, response.charset) == (201, "Made", "ascii")


def test_response_that_middleware_drops_lets_its_file_go_at_once() -> None:
    class Watched(io.BytesIO):
        pass

    file = Watched(b"abc")
    reference = weakref.ref(file)
    response = FileResponse(file, request=RequestFactory().get("/"))

    del file, response

    assert reference() is None


def test_closing_the_response_closes_the_file(text: Path) -> None:
    handle = text.open("rb")

    FileResponse(handle).close()

    assert handle.closed


def test_a_response_without_bytes_has_nobody_to_tell(text: Path) -> None:
    calls: list[Any] = []
    response = FileResponse(text, request=RequestFactory().head("/"))

    response.when_finished(lambda sent, complete: calls.append(sent))
    response.call_before_reading(lambda: calls.append("read"))
    list(response)
    response.close()

    assert calls == []
