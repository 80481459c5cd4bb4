"""FileResponse: every kind of source, its fields, its body under WSGI and ASGI, and who closes what."""

import asyncio
import bz2
import gzip
import io
import lzma
import os
import tarfile
import tempfile
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, InMemoryStorage
from django.http import FileResponse as DjangoFileResponse
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.http import http_date, parse_http_date

from django_extras.http import FileResponse
from tests.models import Invoice

LAST_SUMMER = 1_750_000_000


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"0123456789")
    os.utime(path, (LAST_SUMMER, LAST_SUMMER))
    return path


def read(response: FileResponse) -> bytes:
    try:
        return b"".join(response)
    finally:
        response.close()


async def aread(response: FileResponse) -> bytes:
    try:
        return b"".join([part async for part in response])
    finally:
        response.close()


def both(response: Callable[[], FileResponse]) -> bytes:
    """Return the body, which is the same sync and async."""
    body = read(response())
    assert asyncio.run(aread(response())) == body
    return body


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


class TestSources:
    def test_path(self, text: Path) -> None:
        response = FileResponse(text)

        assert isinstance(response, DjangoFileResponse)
        assert response.headers == {
            "Content-Type": "text/plain",
            "Content-Length": "10",
            "Content-Disposition": 'inline; filename="notes.txt"',
            "Last-Modified": http_date(LAST_SUMMER),
            "X-Content-Type-Options": "nosniff",
        }
        assert read(response) == b"0123456789"

    def test_name(self, text: Path) -> None:
        assert both(lambda: FileResponse(str(text))) == b"0123456789"

    @pytest.mark.parametrize("size", [0, 1, 256 * 1024, 256 * 1024 + 1, 3 * 1024 * 1024 + 7])
    def test_sizes(self, tmp_path: Path, size: int) -> None:
        path = tmp_path / "data"
        path.write_bytes(os.urandom(size))

        with closing(FileResponse(path)) as response:
            assert response.headers["Content-Length"] == str(size)
        assert both(lambda: FileResponse(path)) == path.read_bytes()

    @pytest.mark.parametrize("buffering", [0, -1])
    def test_handle_is_sent_from_its_position(self, text: Path, buffering: int) -> None:
        def response() -> FileResponse:
            handle = open(text, "rb", buffering)  # noqa: SIM115  # the response closes it
            handle.seek(2)
            handle.read(1)
            return FileResponse(handle)

        with closing(response()) as sent:
            assert sent.headers["Content-Length"] == "7"
        assert both(response) == b"3456789"

    def test_handle_past_the_end_is_empty(self, text: Path) -> None:
        handle = text.open("rb")
        handle.seek(20)

        response = FileResponse(handle)

        assert response.headers["Content-Length"] == "0"
        assert read(response) == b""

    @pytest.mark.parametrize("content", [b"abc", bytearray(b"abc"), memoryview(b"abc"), memoryview(b"a-b-c")[::2]])
    def test_bytes(self, content: bytes) -> None:
        assert FileResponse(content).headers == {
            "Content-Type": "application/octet-stream",
            "Content-Length": "3",
            "X-Content-Type-Options": "nosniff",
        }
        assert both(lambda: FileResponse(content)) == b"abc"

    def test_bytesio(self) -> None:
        assert both(lambda: FileResponse(io.BytesIO(b"abc"))) == b"abc"

    def test_unseekable_handle_in_memory(self) -> None:
        class Unseekable(io.BytesIO):
            def seekable(self) -> bool:
                return False

        handle = Unseekable(b"abc")
        handle.read(1)
        response = FileResponse(handle)

        assert response.headers["Content-Length"] == "2"
        assert read(response) == b"bc"

    def test_pipe_has_no_length(self) -> None:
        def response() -> FileResponse:
            reader, writer = os.pipe()
            os.write(writer, b"abc")
            os.close(writer)
            return FileResponse(os.fdopen(reader, "rb"))

        with closing(response()) as sent:
            assert "Content-Length" not in sent.headers
            assert "Last-Modified" not in sent.headers
        assert both(response) == b"abc"

    def test_handle_that_can_only_read(self) -> None:
        class Reader:
            blocks: list[bytes]

            def __init__(self) -> None:
                self.blocks = [b"ab", b"c"]

            def read(self, size: int) -> bytes:
                return self.blocks.pop(0) if self.blocks else b""

        response: Callable[[], FileResponse] = lambda: FileResponse(Reader())  # type: ignore[arg-type]  # noqa: E731
        assert "Content-Length" not in response().headers
        assert both(response) == b"abc"

    def test_handle_with_a_name_and_a_position_that_cannot_seek(self, text: Path) -> None:
        class Named:
            name = str(text)

            def __init__(self) -> None:
                self.handle = open(text, "rb", 0)  # noqa: SIM115  # closed below
                self.handle.read(4)

            def read(self, size: int) -> bytes:
                return self.handle.read(size)

            def tell(self) -> int:
                return self.handle.tell()

            def close(self) -> None:
                self.handle.close()

        response = FileResponse(Named())  # type: ignore[arg-type]  # whatever has read()

        assert response.headers["Content-Length"] == "6"
        assert read(response) == b"456789"

    def test_handle_with_a_position_but_neither_name_nor_buffer(self) -> None:
        class Reader:
            def read(self, size: int) -> bytes:
                return b""

            def tell(self) -> int:
                return 0

        assert "Content-Length" not in FileResponse(Reader()).headers  # type: ignore[arg-type]  # whatever has read()

    @pytest.mark.parametrize("answers", [True, False])
    def test_handle_that_seeks_but_cannot_tell(self, answers: bool) -> None:
        class Seeker:
            def __init__(self) -> None:
                self.handle = io.BytesIO(b"0123456789")
                self.handle.seek(3)

            def read(self, size: int = -1) -> bytes:
                return self.handle.read(size)

            def seek(self, offset: int, whence: int = 0) -> int | None:
                position = self.handle.seek(offset, whence)
                return position if answers else None

        response = FileResponse(Seeker())  # type: ignore[arg-type]  # whatever has read()

        assert response.headers["Content-Length"] == "7"
        assert read(response) == b"3456789"

    def test_gzip_handle_gives_what_it_holds(self, tmp_path: Path) -> None:
        path = tmp_path / "data.bin.gz"
        path.write_bytes(gzip.compress(b"0" * 1000))

        response = FileResponse(gzip.GzipFile(path), filename="data.bin")

        assert response.headers["Content-Length"] == "1000"
        assert response.file_to_stream is None
        assert read(response) == b"0" * 1000

    def test_named_temporary_file(self) -> None:
        def response() -> FileResponse:
            handle = tempfile.NamedTemporaryFile(suffix=".txt")  # noqa: SIM115  # the response closes it
            handle.write(b"abc")
            handle.seek(0)
            return FileResponse(handle)

        with closing(response()) as sent:
            assert sent.headers["Content-Length"] == "3"
            assert sent.headers["Content-Type"] == "text/plain"
        assert both(response) == b"abc"

    @pytest.mark.parametrize("fileno", [None, "raises", "is missing", "lies"])
    def test_file_in_memory_with_half_a_descriptor(self, fileno: str | None) -> None:
        def ask(self: Any) -> int:
            raise {"raises": ValueError, "is missing": AttributeError}.get(str(fileno), TypeError)

        kind: Any = type("Half", (io.BytesIO,), {"fileno": ask if fileno else None})

        response = FileResponse(kind(b"abc"))

        assert "Last-Modified" not in response.headers
        assert read(response) == b"abc"

    def test_member_of_an_archive(self) -> None:
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as writer:
            member = tarfile.TarInfo("a.txt")
            member.size = 5
            writer.addfile(member, io.BytesIO(b"hello"))
        archive.seek(0)
        with tarfile.open(fileobj=archive) as reader:
            response = FileResponse(reader.extractfile("a.txt"))

            assert response.headers["Content-Length"] == "5"
            assert read(response) == b"hello"

    def test_spooled_temporary_file_stays_in_memory(self) -> None:
        handle = tempfile.SpooledTemporaryFile()  # noqa: SIM115  # the response closes it
        handle.write(b"abc")
        handle.seek(0)

        response = FileResponse(handle)

        assert not handle._rolled  # type: ignore[attr-defined]  # nothing public tells
        assert read(response) == b"abc"

    def test_unwritten_data_counts(self) -> None:
        handle = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
        handle.write(b"abc")
        handle.seek(1)

        response = FileResponse(handle)

        assert response.headers["Content-Length"] == "2"
        assert read(response) == b"bc"

    def test_content_file(self) -> None:
        response = FileResponse(ContentFile(b"abc", name="a.csv"))

        assert response.headers["Content-Type"] == "text/csv"
        assert read(response) == b"abc"

    def test_field_file_of_the_file_system(self, text: Path) -> None:
        def response() -> FileResponse:
            invoice = Invoice(pdf="notes.txt")
            invoice.pdf.storage = FileSystemStorage(text.parent)
            return FileResponse(invoice.pdf)

        with closing(response()) as sent:
            assert sent.headers["Last-Modified"] == http_date(LAST_SUMMER)
            assert sent.headers["Content-Disposition"] == 'inline; filename="notes.txt"'
            assert sent.file_to_stream is not None
        assert both(response) == b"0123456789"

    def test_field_file_of_another_storage_has_the_date_of_its_storage(self) -> None:
        storage = InMemoryStorage()
        storage.save("notes.txt", ContentFile(b"abc"))
        invoice = Invoice(pdf="notes.txt")
        invoice.pdf.storage = storage

        response = FileResponse(invoice.pdf)

        assert response.headers["Last-Modified"] == http_date(int(storage.get_modified_time("notes.txt").timestamp()))
        assert read(response) == b"abc"

    def test_storage_without_dates(self) -> None:
        class Undated(InMemoryStorage):
            def get_modified_time(self, name: str) -> Any:
                raise NotImplementedError

        storage = Undated()
        storage.save("notes.txt", ContentFile(b"abc"))
        invoice = Invoice(pdf="notes.txt")
        invoice.pdf.storage = storage

        response = FileResponse(invoice.pdf)

        assert "Last-Modified" not in response.headers
        assert read(response) == b"abc"

    def test_empty_field_file(self) -> None:
        with pytest.raises(ValueError, match="The 'pdf' attribute has no file associated with it"):
            FileResponse(Invoice().pdf)

    def test_sync_iterator(self) -> None:
        assert FileResponse(iter([b"a"]), filename="a.csv", as_attachment=True).headers == {
            "Content-Type": "text/csv",
            "Content-Disposition": 'attachment; filename="a.csv"',
            "X-Content-Type-Options": "nosniff",
        }
        assert both(lambda: FileResponse(iter([b"a", b"", b"bc"]))) == b"abc"

    def test_async_iterator_passes_through_and_is_closed(self) -> None:
        closed = []

        async def content() -> AsyncIterator[bytes]:
            try:
                yield b"a"
                yield b"b"
            finally:
                closed.append(True)

        async def leave() -> None:
            parts = aiter(FileResponse(content()))
            await anext(parts)
            await parts.aclose()

        assert asyncio.run(aread(FileResponse(content()))) == b"ab"
        asyncio.run(leave())
        assert closed == [True, True]

    def test_async_iterator_without_aclose(self) -> None:
        class Content:
            left = 2

            def __aiter__(self) -> "Content":
                return self

            async def __anext__(self) -> bytes:
                if not self.left:
                    raise StopAsyncIteration
                self.left -= 1
                return b"a"

        assert asyncio.run(aread(FileResponse(Content()))) == b"aa"

    @pytest.mark.parametrize("name", ["close", "aclose"])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_async_file_is_closed_by_its_own_method(self, name: str, method: str) -> None:
        closed = []

        class Content:
            def __aiter__(self) -> AsyncIterator[bytes]:
                return self.parts()

            async def parts(self) -> AsyncIterator[bytes]:
                try:
                    yield b"a"
                finally:
                    closed.append("parts")

        async def close(self: Content) -> None:
            closed.append("file")

        setattr(Content, name, close)

        response = FileResponse(Content(), request=RequestFactory().generic(method, "/"))

        assert asyncio.run(aread(response)) == (b"" if method == "HEAD" else b"a")
        assert closed == (["file"] if method == "HEAD" else ["parts", "file"])

    def test_async_iterator_whose_aclose_is_no_coroutine_function(self) -> None:
        closed = []

        class Content:
            async def __aiter__(self) -> AsyncIterator[bytes]:
                yield b"a"

            def aclose(self) -> Any:
                async def close() -> None:
                    closed.append(True)

                return close()

        assert asyncio.run(aread(FileResponse(Content()))) == b"a"
        assert closed

    def test_async_iterator_with_a_plain_close(self) -> None:
        class Content:
            closed = False

            async def __aiter__(self) -> AsyncIterator[bytes]:
                yield b"a"

            def close(self) -> None:
                self.closed = True

        content = Content()

        assert asyncio.run(aread(FileResponse(content))) == b"a"
        assert content.closed

    def test_async_iterator_is_refused_under_wsgi(self) -> None:
        async def content() -> AsyncIterator[bytes]:
            yield b"a"

        response = FileResponse(content())

        with pytest.raises(TypeError) as error:
            iter(response)
        assert str(error.value) == (
            "FileResponse has an async iterator, which WSGI cannot send. Pass a sync iterator, or serve the view "
            "under ASGI."
        )


class TestBadSources:
    MESSAGE = 'FileResponse cannot send a file in text mode. Open it in binary mode: open(name, "rb").'

    def test_text_mode(self, text: Path) -> None:
        with text.open() as handle, pytest.raises(TypeError) as error:
            FileResponse(handle)  # type: ignore[arg-type]  # the point
        assert str(error.value) == self.MESSAGE

    def test_stringio(self) -> None:
        with pytest.raises(TypeError) as error:
            FileResponse(io.StringIO("a"))  # type: ignore[arg-type]  # the point
        assert str(error.value) == self.MESSAGE

    def test_wrapped_text(self, text: Path) -> None:
        with tempfile.NamedTemporaryFile("w+") as named, pytest.raises(TypeError):
            FileResponse(named)  # type: ignore[arg-type]  # the point
        with tempfile.SpooledTemporaryFile(mode="w+") as spooled, pytest.raises(TypeError):
            FileResponse(spooled)  # type: ignore[arg-type]  # the point
        with text.open() as handle, pytest.raises(TypeError):
            FileResponse(File(handle))  # type: ignore[arg-type]  # the point
        with pytest.raises(TypeError) as error:
            FileResponse(ContentFile("text"))
        assert str(error.value) == self.MESSAGE

    def test_text_that_hides(self) -> None:
        class Liar:
            def read(self, size: int) -> str:
                return "text"

        with pytest.raises(TypeError) as error:
            read(FileResponse(Liar()))  # type: ignore[arg-type]  # the point
        assert str(error.value) == "A file to send must be opened in binary mode, its read() returned str."

    def test_closed(self, text: Path) -> None:
        with text.open("rb") as handle:
            pass

        with pytest.raises(ValueError, match="closed") as error:
            FileResponse(handle)
        assert str(error.value) == (
            'FileResponse cannot send a closed file. Open it in binary mode: open(name, "rb").'
        )

    @pytest.mark.parametrize("mode", ["wb", "ab"])
    def test_open_to_write(self, tmp_path: Path, mode: str) -> None:
        with (tmp_path / "new").open(mode) as handle, pytest.raises(TypeError) as error:
            FileResponse(handle)
        assert str(error.value) == (
            'FileResponse cannot send a file that is open to write. Open it in binary mode: open(name, "rb").'
        )

    def test_directory(self, tmp_path: Path) -> None:
        with pytest.raises(IsADirectoryError):
            FileResponse(tmp_path)

    def test_pipe_by_name_does_not_wait_for_a_writer(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")

        with pytest.raises(OSError, match="Not a regular file") as error:
            FileResponse(tmp_path / "pipe")
        assert error.value.filename == str(tmp_path / "pipe")

    def test_device(self) -> None:
        with pytest.raises(OSError, match="Not a regular file"):
            FileResponse("/dev/zero")

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            FileResponse(tmp_path / "missing")

    def test_nul(self) -> None:
        with pytest.raises(ValueError, match="null"):
            FileResponse("a\0b")

    @pytest.mark.parametrize("arguments", [{"status": 9}, {"headers": {"A\n": "b"}}, {"headers": {"A": "b\nc"}}])
    def test_file_opened_here_is_closed_if_the_rest_fails(self, text: Path, arguments: dict[str, Any]) -> None:
        before = os.listdir("/proc/self/fd")
        invoice = Invoice(pdf="notes.txt")
        invoice.pdf.storage = FileSystemStorage(text.parent)

        for content in (text, invoice.pdf):
            with pytest.raises(ValueError):  # noqa: PT011  # Django's messages
                FileResponse(content, **arguments)

        assert os.listdir("/proc/self/fd") == before

    def test_field_file_opened_here_is_closed_if_what_follows_fails(self, text: Path) -> None:
        class Broken(FileResponse):
            def set_headers(self, filelike: Any) -> None:
                super().set_headers(filelike)
                raise ValueError("broken")

        invoice = Invoice(pdf="notes.txt")
        invoice.pdf.storage = FileSystemStorage(text.parent)

        with pytest.raises(ValueError, match="broken"):
            Broken(invoice.pdf)

        assert invoice.pdf.closed

    def test_handle_of_the_caller_stays_open_if_the_rest_fails(self, text: Path) -> None:
        with text.open("rb") as handle:
            with pytest.raises(ValueError):  # noqa: PT011  # Django's message
                FileResponse(handle, status=9)

            assert not handle.closed

    def test_arguments_after_the_type_are_keyword_only(self) -> None:
        with pytest.raises(TypeError):
            FileResponse(b"", None, 200)  # type: ignore[misc]  # the point


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


class TestBody:
    def test_block_size_of_an_iteration(self, tmp_path: Path) -> None:
        path = tmp_path / "data"
        path.write_bytes(bytes(600 * 1024))

        response = FileResponse(path)
        assert [len(block) for block in response] == [256 * 1024, 256 * 1024, 88 * 1024]
        response.close()

        response = FileResponse(path)
        response.block_size = 64 * 1024
        assert next(iter(response)) == bytes(64 * 1024)
        response.close()

    def test_asgi_reads_several_blocks_in_another_thread_at_once_and_ahead(self, tmp_path: Path) -> None:
        threads: list[int] = []

        class Watched(io.FileIO):
            def read(self, size: int | None = -1) -> bytes:
                threads.append(threading.get_ident())
                return super().read(size)

        path = tmp_path / "data"
        path.write_bytes(bytes(2 * 1024 * 1024))
        response = FileResponse(Watched(path))
        response.block_size = 64 * 1024

        async def first() -> int:
            parts = aiter(response)
            await anext(parts)
            reads = len(threads)
            await parts.aclose()
            return reads

        assert 16 <= asyncio.run(first()) <= 32
        assert threading.get_ident() not in threads
        response.close()

    @pytest.mark.parametrize("field", [None, "bytes=1-"])
    def test_asgi_reads_a_file_of_the_operating_system_a_mebibyte_at_a_time(
        self, tmp_path: Path, field: str | None
    ) -> None:
        path = tmp_path / "data"
        path.write_bytes(bytes(2**21 + 5))
        request = RequestFactory().get("/", headers={"Range": field} if field else {})
        response = FileResponse(path, request=request)
        response.block_size = 64 * 1024

        async def sizes() -> list[int]:
            return [len(part) async for part in response]

        assert asyncio.run(sizes()) == [2**20, 2**20, 4 if field else 5]
        response.close()

    def test_sync_iterator_under_asgi_is_not_collected_first(self) -> None:
        produced = []

        def content() -> Iterator[bytes]:
            for number in range(100):
                produced.append(number)
                yield bytes(512 * 1024)

        async def first() -> int:
            parts = aiter(FileResponse(content()))
            await anext(parts)
            count = len(produced)
            await parts.aclose()
            return count

        assert asyncio.run(first()) == 2

    def test_slow_sync_iterator_under_asgi_is_sent_as_it_comes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("django_extras.http._threads._SECONDS_PER_HOP", 0)

        async def parts() -> list[bytes]:
            return [part async for part in FileResponse(iter([b"a", b"b"]))]

        assert asyncio.run(parts()) == [b"a", b"b"]

    def test_iterator_that_fails_under_asgi_fails_after_what_it_gave(self) -> None:
        def content() -> Iterator[bytes]:
            yield b"a"
            raise OSError("gone")

        async def parts() -> None:
            async for part in FileResponse(content()):
                received.append(part)

        received: list[bytes] = []
        with pytest.raises(OSError, match="gone"):
            asyncio.run(parts())
        assert received == [b"a"]

    def test_middleware_may_wrap_the_content(self, text: Path) -> None:
        def response() -> FileResponse:
            wrapped = FileResponse(text)
            wrapped.streaming_content = (part.replace(b"0", b"zero") for part in wrapped.streaming_content)
            return wrapped

        assert both(response) == b"zero123456789"
        with closing(response()) as wrapped:
            assert wrapped.file_to_stream is None

    def test_another_file_may_be_assigned(self, text: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.csv"
        other.write_bytes(b"other")
        response = FileResponse(text)

        response.streaming_content = other.open("rb")

        assert response.headers["Content-Length"] == "5"
        assert response.headers["Content-Type"] == "text/csv"
        assert read(response) == b"other"

    @pytest.mark.parametrize("how", ["streaming_content", "make_bytes"])
    def test_subclass_may_change_what_is_sent(self, text: Path, how: str) -> None:
        class Shouted(FileResponse):
            @property
            def streaming_content(self) -> Any:
                return map(self.shout, super().streaming_content)

            @streaming_content.setter
            def streaming_content(self, value: Any) -> None:
                self._set_streaming_content(value)

            def shout(self, value: bytes) -> bytes:
                return value + b"!"

        class Bytes(FileResponse):
            def make_bytes(self, value: Any) -> bytes:
                return super().make_bytes(value) + b"!"

        response_class = {"streaming_content": Shouted, "make_bytes": Bytes}[how]

        assert both(lambda: response_class(text)) == b"0123456789!"

    @pytest.mark.parametrize("is_async", [False, True])
    def test_file_that_middleware_has_wrapped_is_closed_where_sending_it_fails(
        self, text: Path, is_async: bool
    ) -> None:
        handle = text.open("rb")
        response = FileResponse(handle)
        content = response.streaming_content

        async def wrapped() -> AsyncIterator[bytes]:
            for part in content:
                yield part

        response.streaming_content = wrapped() if is_async else iter(content)

        async def fail() -> None:
            async with aclosing(aiter(response)) as parts:  # type: ignore[type-var]  # the stubs know but an iterator
                await anext(parts)

        asyncio.run(fail())
        assert handle.closed

    def test_getvalue(self, text: Path) -> None:
        with closing(FileResponse(text)) as response:
            assert response.getvalue() == b"0123456789"

    def test_file_that_grows_is_sent_as_long_as_promised(self, text: Path) -> None:
        def response() -> FileResponse:
            text.write_bytes(b"0123456789")
            promised = FileResponse(text)
            with text.open("ab") as handle:
                handle.write(b"more")
            return promised

        assert both(response) == b"0123456789"
        with closing(response()) as promised:
            assert promised.file_to_stream.read() == b"0123456789"

    def test_read_that_returns_too_much_is_cut(self) -> None:
        class Generous(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                return super().read(None if size is None else size + 5)

        response = FileResponse(
            Generous(b"0123456789"), request=RequestFactory().get("/", headers={"range": "bytes=0-3"})
        )

        assert read(response) == b"0123"

    def test_file_that_shrinks_raises(self, text: Path) -> None:
        def response() -> FileResponse:
            text.write_bytes(b"0123456789")
            promised = FileResponse(text)
            os.truncate(text, 4)
            return promised

        with pytest.raises(OSError, match=r"^The file ended 6 bytes before its Content-Length\.$"):
            read(response())
        with (
            closing(response()) as promised,
            pytest.raises(OSError, match=r"^The file ended 6 bytes before its Content-Length\.$"),
        ):
            promised.file_to_stream.read()

    def test_file_that_fails_under_asgi_is_closed_at_once(self, text: Path) -> None:
        handle = text.open("rb")
        response = FileResponse(handle)
        os.truncate(text, 4)

        async def consume() -> None:
            async for _ in response:
                pass

        with pytest.raises(OSError, match="The file ended 6 bytes before"):
            asyncio.run(consume())
        assert handle.closed

    @pytest.mark.parametrize("error", [OSError, asyncio.CancelledError])
    def test_file_is_closed_at_once_where_sending_it_fails(self, text: Path, error: type[BaseException]) -> None:
        handle = text.open("rb")
        response = FileResponse(handle)

        async def send() -> None:  # as Django's handler does
            async with aclosing(aiter(response)) as parts:
                async for _ in parts:
                    if error is OSError:
                        raise OSError("The client is gone.")
                    task.cancel()
                    await asyncio.sleep(0)

        async def serve() -> None:
            nonlocal task
            task = asyncio.ensure_future(send())
            with pytest.raises(error):
                await task
            assert handle.closed

        task: Any = None
        asyncio.run(serve())

    def test_cancelled_request_waits_for_the_read_in_flight(self) -> None:
        reading, go_on, events = threading.Event(), threading.Event(), []

        class Slow(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                reading.set()
                assert go_on.wait(10)
                events.append("read")
                return super().read(size)

        response = FileResponse(Slow(b"abc"))

        async def consume() -> None:
            try:
                async for _ in response:
                    pass
            finally:
                events.append("left")

        async def cancel() -> None:
            task = asyncio.create_task(consume())
            await asyncio.to_thread(reading.wait, 10)
            task.cancel()
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.sleep(0)
            events.append("cancelled")
            go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(cancel())
        assert events == ["cancelled", "read", "left"]

    def test_cancelled_request_takes_no_notice_of_how_its_read_failed(self) -> None:
        reading, go_on = threading.Event(), threading.Event()

        class Broken(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                reading.set()
                assert go_on.wait(10)
                raise OSError("broken")

        async def cancel() -> None:
            parts = aiter(FileResponse(Broken(b"abc")))
            task = asyncio.ensure_future(anext(parts))
            await asyncio.to_thread(reading.wait, 10)
            task.cancel()
            go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(cancel())


class TestServersThatSendFilesThemselves:
    def test_whole_file_of_the_operating_system(self, text: Path) -> None:
        with closing(FileResponse(text)) as response:
            assert os.fstat(response.file_to_stream.fileno()).st_size == 10
            assert os.lseek(response.file_to_stream.fileno(), 0, os.SEEK_CUR) == 0
            assert response.file_to_stream.read(4) == b"0123"
            assert response.file_to_stream.read(0) == b""
            assert response.file_to_stream.read() == b"456789"

    @pytest.mark.parametrize("buffering", [0, -1])
    def test_handle_that_is_not_at_its_start(self, text: Path, buffering: int) -> None:
        handle = open(text, "rb", buffering)  # noqa: SIM115  # the response closes it
        handle.read(1)

        with closing(FileResponse(handle)) as response:
            assert response.file_to_stream is None

    def test_buffered_handle_whose_descriptor_is_elsewhere(self, text: Path) -> None:
        handle = text.open("rb")
        os.lseek(handle.fileno(), 3, os.SEEK_SET)

        with closing(FileResponse(handle)) as response:
            assert response.file_to_stream is None

    def test_named_temporary_file_may_be_sent_by_the_server(self) -> None:
        handle = tempfile.NamedTemporaryFile()  # noqa: SIM115  # the response closes it
        response = FileResponse(handle)

        assert response.file_to_stream.fileno() == handle.fileno()
        response.close()

    def test_what_is_in_memory_may_be_wrapped_by_the_server(self) -> None:
        assert FileResponse(b"abc").file_to_stream.read() == b"abc"

    def test_file_in_memory_has_no_descriptor(self) -> None:
        with closing(FileResponse(b"abc")) as response:
            assert not hasattr(response.file_to_stream, "fileno")

    def test_class_that_reads_otherwise_than_its_descriptor(self, text: Path) -> None:
        class Shouting(File):
            def read(self, size: int = -1) -> bytes:
                return bytes(self.file.read(size)).upper()

        class Upper(io.FileIO):
            def read(self, size: int | None = -1) -> bytes:
                return super().read(size).upper()

        with (
            text.open("rb") as handle,
            closing(FileResponse(Shouting(handle))) as shouting,
            closing(FileResponse(Upper(text))) as upper,
        ):
            assert shouting.file_to_stream is None
            assert upper.file_to_stream is None

    @pytest.mark.parametrize("module", [gzip, bz2, lzma])
    def test_buffer_over_what_decompresses(self, tmp_path: Path, module: Any) -> None:
        with module.open(tmp_path / "a", "wb") as file:
            file.write(b"0123456789")

        with closing(FileResponse(io.BufferedReader(module.open(tmp_path / "a")))) as response:
            assert response.file_to_stream is None
            assert b"".join(response) == b"0123456789"

    @pytest.mark.parametrize("kind", [io.BufferedReader, io.BufferedRandom])
    def test_buffer_over_memory(self, kind: Any) -> None:
        with closing(FileResponse(kind(io.BytesIO(b"0123456789")))) as response:
            assert response.file_to_stream is None
            assert b"".join(response) == b"0123456789"

    def test_device_has_no_file_to_stream(self) -> None:
        with closing(FileResponse(open("/dev/null", "rb"))) as response:
            assert response.file_to_stream is None

    def test_pipe_has_no_file_to_stream(self) -> None:
        reader, writer = os.pipe()
        os.close(writer)

        with closing(FileResponse(os.fdopen(reader, "rb"))) as response:
            assert response.file_to_stream is None

    def test_django_files_are_looked_through(self, text: Path) -> None:
        invoice = Invoice(pdf="notes.txt")
        invoice.pdf.file = text.open("rb")

        with closing(FileResponse(File(text.open("rb")))) as wrapped, closing(FileResponse(invoice.pdf)) as field:
            assert hasattr(wrapped.file_to_stream, "fileno")
            assert hasattr(field.file_to_stream, "fileno")


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
