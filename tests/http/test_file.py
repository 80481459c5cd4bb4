"""FileResponse: what it refuses, its fields, and who closes the file."""

import io
import os
import tempfile
import time
import weakref
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.http import http_date, parse_http_date

from django_extras.http import FileResponse
from tests.files import LAST_SUMMER


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


class TestFields:
    @pytest.mark.parametrize(
        ("name", "content_type"),
        [
            ("a.txt", "text/plain"),
            ("A.TXT", "text/plain"),
            ("a.pdf", "application/pdf"),
            ("a.tar.gz", "application/gzip"),
            ("a.txt.bz2", "application/x-bzip"),
            ("a.txt.xz", "application/x-xz"),
            ("a.txt.br", "application/x-brotli"),
            ("a.txt.zst", "application/zstd"),
            ("a.Z", "application/x-compress"),
            ("a", "application/octet-stream"),
            ("a.unknown", "application/octet-stream"),
            ("data:,a.html", "text/html"),
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

    @pytest.mark.parametrize(
        "name",
        ["a.txt", "a.csv", "a.py", "a.png", "a.jpg", "a.mp4", "a.mp3", "a.pdf", "a.json", "a.zip", "a.gz", "a.bin"],
    )
    def test_types_that_run_no_script_are_shown(self, name: str) -> None:
        response = FileResponse(b"", filename=name)

        assert response.headers["Content-Disposition"] == f'inline; filename="{name}"'
        assert response.as_attachment is False

    @pytest.mark.parametrize(
        "name", ["a.html", "a.htm", "a.svg", "a.xml", "a.xhtml", "a.xsl", "a.rdf", "a.js.exe", "a.swf"]
    )
    def test_other_types_are_saved_unless_the_caller_says_otherwise(self, name: str) -> None:
        response = FileResponse(b"", filename=name)

        assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response.as_attachment is True
        assert FileResponse(b"", filename=name, as_attachment=False).headers["Content-Disposition"] == (
            f'inline; filename="{name}"'
        )

    @pytest.mark.parametrize(
        "content_type",
        [
            *("text/html", "TEXT/HTML;charset=utf-8", " image/svg+xml", "nonsense", ""),
            # The last type of several counts.
            *("text/plain, text/html", "application/pdf;,text/html", 'text/plain;a="b", text/html'),
        ],
    )
    def test_type_of_the_caller_decides_too(self, content_type: str) -> None:
        assert FileResponse(b"", content_type).headers["Content-Disposition"] == "attachment"

    def test_project_extends_the_types_to_show(self) -> None:
        class Drawings(FileResponse):
            inline_types = FileResponse.inline_types | {"image/svg+xml"}

        assert Drawings(b"", filename="a.svg").headers["Content-Disposition"] == 'inline; filename="a.svg"'

    def test_types_to_show_may_be_any_set(self) -> None:
        class Response(FileResponse):
            inline_types = {"text/html"}  # type: ignore[assignment]  # as a project may write it

        assert Response(b"", "text/html").headers.get("Content-Disposition") is None
        assert Response(b"", "text/plain").headers["Content-Disposition"] == "attachment"

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
