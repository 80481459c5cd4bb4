"""What FileResponse sends: every kind of file and iterator, and what it refuses."""

import asyncio
import gzip
import io
import os
import tarfile
import tempfile
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiofiles
import aiofiles.tempfile
import anyio
import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, InMemoryStorage
from django.http import FileResponse as DjangoFileResponse
from django.test import RequestFactory
from django.utils.http import http_date
from django.views import View
from storages.backends.ftp import FTPStorage

from django_extras.http import FileResponse
from django_extras.views import FileDownloadMixin
from tests.files import LAST_SUMMER, aread, async_body, both, etag_of, field_file, make_request, read
from tests.models import Invoice


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

        assert handle.name is None  # as long as it is in memory
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
            "Content-Type": "text/csv; charset=utf-8",
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


def files_of(kind: str) -> Callable[..., Any]:
    """Return the function that opens a file, as aiofiles or anyio has it."""

    async def open_file(path: Path, mode: str = "rb", buffering: int = -1) -> Any:
        opener: Any = aiofiles.open if kind == "aiofiles" else anyio.open_file
        return await opener(path, mode, buffering)

    return open_file


@pytest.mark.parametrize("kind", ["aiofiles", "anyio"])
class TestAsyncFiles:
    @pytest.mark.parametrize("buffering", [-1, 0])
    def test_they_are_files(self, text: Path, kind: str, buffering: int) -> None:
        text.write_bytes(b"one line\n" * 100_000)

        async def serve() -> None:
            handle = await files_of(kind)(text, "rb", buffering)
            response = FileResponse(handle, request=make_request())

            assert response.headers["Content-Type"] == "text/plain"
            assert response.headers["Content-Length"] == "900000"
            assert response.headers["Content-Disposition"] == 'inline; filename="notes.txt"'
            assert response.headers["ETag"] == etag_of(text)
            assert "Last-Modified" in response.headers
            parts = [part async for part in response]
            assert len(parts) <= 4
            assert b"".join(parts) == text.read_bytes()
            assert is_closed(handle)

        asyncio.run(serve())

    def test_they_are_sent_from_their_position(self, text: Path, kind: str) -> None:
        async def serve() -> None:
            handle = await files_of(kind)(text)
            await handle.seek(1)
            await handle.read(2)
            response = FileResponse(handle, request=make_request(range="bytes=1-2"))

            assert response.headers["Content-Range"] == "bytes 1-2/7"
            assert await async_body(response) == b"45"

        asyncio.run(serve())

    @pytest.mark.parametrize(
        ("method", "headers", "status"),
        [("HEAD", {}, 200), ("GET", {"if_none_match": "*"}, 304), ("GET", {"range": "bytes=99-"}, 416)],
    )
    def test_answers_without_content_close_them(
        self, text: Path, kind: str, method: str, headers: dict[str, str], status: int
    ) -> None:
        async def serve() -> None:
            handle = await files_of(kind)(text)
            response = FileResponse(handle, request=make_request(method, **headers))

            assert response.status_code == status
            assert is_closed(handle)
            assert await async_body(response) == b""

        asyncio.run(serve())

    def test_they_may_be_sent_under_wsgi(self, text: Path, kind: str) -> None:
        handle = asyncio.run(files_of(kind)(text))

        assert read(FileResponse(handle)) == b"0123456789"
        assert is_closed(handle)

    def test_they_may_take_the_place_of_another_content(self, text: Path, kind: str) -> None:
        handle = asyncio.run(files_of(kind)(text))
        response = FileResponse(b"")

        response.streaming_content = handle

        assert response.headers["Content-Length"] == "10"
        assert read(response) == b"0123456789"

    def test_temporary_file_is_deleted(self, kind: str) -> None:
        async def serve() -> str:
            temporary: Any = aiofiles.tempfile if kind == "aiofiles" else anyio
            handle = await temporary.NamedTemporaryFile(suffix=".txt").__aenter__()
            await handle.write(b"abc")
            await handle.seek(0)
            response = FileResponse(handle)
            assert response.headers["Content-Type"] == "text/plain"
            assert await async_body(response) == b"abc"
            return str(handle.name)

        assert not os.path.exists(asyncio.run(serve()))

    @pytest.mark.parametrize(
        ("mode", "error"), [("r", "in text mode"), ("wb", "that is open to write"), ("closed", "closed")]
    )
    def test_files_that_cannot_be_sent(self, text: Path, kind: str, mode: str, error: str) -> None:
        async def serve() -> None:
            handle = await files_of(kind)(text, "rb" if mode == "closed" else mode)
            close = handle.close if kind == "aiofiles" else handle.aclose
            if mode == "closed":
                await close()
            try:
                FileResponse(handle)
            finally:
                await close()

        with pytest.raises(ValueError if mode == "closed" else TypeError, match=error):
            asyncio.run(serve())


def is_closed(handle: Any) -> bool:
    return bool(getattr(handle, "wrapped", handle).closed)


class TestAsyncReaders:
    """Objects with an async read(), which may also iterate lines."""

    class Reader:
        name = "notes.txt"

        def __init__(self) -> None:
            self.file = io.BytesIO(b"one line\n" * 100_000)
            self.reads = 0

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for line in self.file:
                yield line

        async def read(self, size: int = -1) -> bytes:
            self.reads += 1
            return self.file.read(size)

    def test_blocks_type_and_name(self) -> None:
        reader = self.Reader()
        response = FileResponse(reader, request=make_request(range="bytes=0-0"))

        assert response.status_code == 200
        assert response.headers == {
            "X-Content-Type-Options": "nosniff",
            "Content-Type": "text/plain",
            "Content-Disposition": 'inline; filename="notes.txt"',
        }
        assert asyncio.run(aread(response)) == b"one line\n" * 100_000
        assert reader.reads == 5

    @pytest.mark.parametrize("name", ["close", "aclose"])
    @pytest.mark.parametrize("is_async", [False, True])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_it_is_closed_by_its_own_method(self, name: str, is_async: bool, method: str) -> None:
        closed = []

        async def close_async(self: Any) -> None:
            closed.append(True)

        close = close_async if is_async else lambda self: closed.append(True)
        kind: Any = type("Closing", (self.Reader,), {name: close})

        response = FileResponse(kind(), request=make_request(method))

        assert len(asyncio.run(aread(response))) == (900_000 if method == "GET" else 0)
        assert closed == [True]

    @pytest.mark.parametrize("name", ["wrapped", "_file"])
    def test_reader_around_another_async_reader(self, name: str) -> None:
        reader = self.Reader()
        setattr(reader, name, self.Reader())

        response = FileResponse(reader)

        assert len(asyncio.run(aread(response))) == 900_000
        assert reader.reads == 5

    def test_stream_of_asyncio(self) -> None:
        async def serve() -> bytes:
            stream = asyncio.StreamReader()
            stream.feed_data(b"one\ntwo\n")
            stream.feed_eof()
            return await async_body(FileResponse(stream))

        assert asyncio.run(serve()) == b"one\ntwo\n"

    def test_wsgi_cannot_send_it(self) -> None:
        with pytest.raises(TypeError, match="has an async iterator, which WSGI cannot send"):
            iter(FileResponse(self.Reader()))


class TestFilesThatAStorageOpensForEverybody:
    """InMemoryStorage opens the same object each time."""

    @pytest.fixture
    def storage(self) -> InMemoryStorage:
        storage = InMemoryStorage()
        storage.save("notes.txt", ContentFile(b"0123456789"))
        return storage

    @pytest.mark.parametrize("source", ["field", "open field", "open file", "view"])
    def test_two_downloads_at_once(self, storage: InMemoryStorage, source: str) -> None:
        class Stored(FileDownloadMixin, View):
            def get_file(self) -> Any:
                return storage, "notes.txt"

        def answer(**headers: str) -> Any:
            request = make_request(**headers)
            if source == "view":
                return Stored.as_view()(request)
            if source == "open file":
                return FileResponse(storage.open("notes.txt"), request=request)
            file = field_file(storage)
            if source == "open field":
                file.open()
            return FileResponse(file, request=request)

        responses = [answer(), answer(range="bytes=2-8"), answer(), answer(range="bytes=0-1,4-9")]
        for response in responses:
            response.block_size = 3
        iterators = [iter(response) for response in responses]
        bodies = [b"", b"", b"", b""]
        for _ in range(100):
            for number, parts in enumerate(iterators):
                bodies[number] += next(parts, b"")
        responses[0].close()

        assert bodies[0] == bodies[2] == b"0123456789"
        assert bodies[1] == b"2345678"
        assert b"456789" in bodies[3]
        assert read(answer()) == b"0123456789"

    def test_position_and_name_of_an_open_file(self, storage: InMemoryStorage) -> None:
        file = storage.open("notes.txt")
        file.seek(4)

        response = FileResponse(file)

        assert response.headers["Content-Disposition"] == 'inline; filename="notes.txt"'
        assert read(response) == b"456789"

    def test_what_is_written_later_is_not_sent(self, storage: InMemoryStorage) -> None:
        response = FileResponse(field_file(storage))
        with storage.open("notes.txt", "wb") as file:
            file.write(b"other")

        assert read(response) == b"0123456789"

    def test_file_is_closed_with_the_response(self) -> None:
        class Closing(ContentFile):
            is_closed = False

            def close(self) -> None:
                self.is_closed = True

        file = Closing(b"abc")

        assert read(FileResponse(file)) == b"abc"
        assert file.is_closed

    def test_subclass_that_reads_otherwise(self) -> None:
        class Shouting(ContentFile):
            def read(self, size: int = -1) -> bytes:
                return bytes(self.file.read(size)).upper()

        assert read(FileResponse(Shouting(b"abc", "a.txt"))) == b"ABC"


@pytest.fixture
def ftp(text: Path) -> Iterator[Any]:
    """Return a storage of django-storages on an FTP server with the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the asyncore of Python 3.11
        from pyftpdlib.authorizers import DummyAuthorizer
        from pyftpdlib.handlers import FTPHandler
        from pyftpdlib.servers import FTPServer
    authorizer = DummyAuthorizer()
    authorizer.add_anonymous(str(text.parent))
    server = FTPServer(("127.0.0.1", 0), type("Handler", (FTPHandler,), {"authorizer": authorizer}))
    is_over = threading.Event()

    def serve() -> None:
        while not is_over.is_set():
            server.serve_forever(timeout=0.01, blocking=False)

    thread = threading.Thread(target=serve)
    thread.start()
    storage = FTPStorage(location=f"ftp://anonymous:a@127.0.0.1:{server.address[1]}/")
    yield storage
    storage.disconnect()
    is_over.set()
    thread.join()
    server.close_all()


def test_file_of_an_ftp_server(ftp: Any) -> None:
    response = FileResponse(ftp.open("notes.txt"), request=make_request())
    part = FileResponse(ftp.open("notes.txt"), request=make_request(range="bytes=2-3"))

    assert response.headers["Content-Length"] == "10"
    assert read(response) == b"0123456789"
    assert read(part) == b"23"
