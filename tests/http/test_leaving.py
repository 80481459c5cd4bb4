"""How the body of a FileResponse leaves: in blocks, in threads, by the server; what ends it, and who closes what."""

import asyncio
import bz2
import gzip
import io
import lzma
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.files.base import File
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from django_extras.http import FileResponse
from tests.files import body, both, make_request, read
from tests.models import Invoice


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

    def test_asgi_reads_a_block_in_another_thread_and_nothing_ahead(self, tmp_path: Path) -> None:
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

        assert asyncio.run(first()) == 1
        assert threading.get_ident() not in threads
        response.close()

    @pytest.mark.parametrize("field", [None, "bytes=1-"])
    @pytest.mark.parametrize("wrap", [Path, io.FileIO, lambda path: io.BytesIO(path.read_bytes())])
    def test_asgi_reads_256_kibibytes_at_a_time(self, tmp_path: Path, field: str | None, wrap: Any) -> None:
        path = tmp_path / "data"
        path.write_bytes(bytes(2**19 + 5))
        request = RequestFactory().get("/", headers={"Range": field} if field else {})
        response = FileResponse(wrap(path), request=request)
        response.block_size = 64 * 1024

        async def sizes() -> list[int]:
            return [len(part) async for part in response]

        assert asyncio.run(sizes()) == [2**18, 2**18, 4 if field else 5]
        response.close()

    def test_sync_iterator_under_asgi_is_not_collected_first(self) -> None:
        produced = []

        def content() -> Iterator[bytes]:
            for number in range(100):
                produced.append(number)
                yield bytes(128 * 1024)

        async def first() -> int:
            parts = aiter(FileResponse(content()))
            await anext(parts)
            await asyncio.sleep(0.2)
            count = len(produced)
            await parts.aclose()
            return count

        assert asyncio.run(first()) == 2

    @pytest.mark.parametrize("seconds", [0, 0.2])
    def test_part_of_a_slow_sync_iterator_under_asgi_is_sent_before_the_next_one(self, seconds: float) -> None:
        go_on = threading.Event()

        def content() -> Iterator[bytes]:
            yield b"a"
            yield b""
            time.sleep(seconds)
            yield b"b"
            assert go_on.wait(10)
            yield b"c"

        async def parts() -> bytes:
            received = b""
            async for part in FileResponse(content()):
                received += part
                if received == b"ab":
                    go_on.set()
            return received

        assert asyncio.run(parts()) == b"abc"

    def test_parts_of_a_fast_sync_iterator_under_asgi_are_joined(self) -> None:
        content = [bytes([number % 256]) * 10 for number in range(10_000)]

        async def parts() -> list[bytes]:
            received = []
            async for part in FileResponse(iter(content)):
                received.append(part)
                await asyncio.sleep(0.01)  # a client takes its time, while more parts arrive
            return received

        received = asyncio.run(parts())

        assert b"".join(received) == b"".join(content)
        assert len(received) < 1000

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
    @pytest.fixture(autouse=True)
    def gunicorn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "gunicorn.http.wsgi", ModuleType("gunicorn.http.wsgi"))

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
            assert response.file_to_stream.read(2) == b"12"
            assert os.lseek(response.file_to_stream.fileno(), 0, os.SEEK_CUR) == 1
            response.file_to_stream.seek(1)
            assert response.file_to_stream.read() == b"123456789"

    def test_buffered_handle_whose_descriptor_is_elsewhere(self, text: Path) -> None:
        handle = text.open("rb")
        os.lseek(handle.fileno(), 3, os.SEEK_SET)

        with closing(FileResponse(handle)) as response:
            assert os.lseek(response.file_to_stream.fileno(), 0, os.SEEK_CUR) == 3
            assert response.file_to_stream.read() == b"3456789"
            assert response.headers["Content-Length"] == "7"

    def test_uwsgi_is_given_nothing(self, text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "uwsgi", ModuleType("uwsgi"))

        for content in (text, b"0123456789", text.open("rb")):
            with closing(FileResponse(content)) as response:
                assert response.file_to_stream is None
                assert b"".join(response) == b"0123456789"

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


class TestServersThatSendParts:
    """gunicorn sends Content-Length bytes from where the descriptor stands; others send all that is behind it."""

    @pytest.fixture(autouse=True)
    def gunicorn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "gunicorn.http.wsgi", ModuleType("gunicorn.http.wsgi"))

    def ask(self, content: Any, field: str = "bytes=2-4") -> FileResponse:
        return FileResponse(content, request=make_request(range=field))

    @pytest.mark.parametrize("buffering", [None, 0, -1])
    def test_descriptor_stands_at_the_range(self, text: Path, buffering: int | None) -> None:
        content = text if buffering is None else open(text, "rb", buffering)  # noqa: SIM115  # the response closes it
        response = self.ask(content)

        for _ in range(2):
            assert os.lseek(response.file_to_stream.fileno(), 0, os.SEEK_CUR) == 2
        response.close()

    def test_what_is_read_is_the_range(self, text: Path) -> None:
        response = self.ask(text)
        stream = response.file_to_stream

        stream.fileno()
        stream.seek(2)  # as socket.sendfile() does where the system has no sendfile
        assert [stream.read(2), stream.read(2), stream.read(2)] == [b"23", b"4", b""]
        response.close()

    def test_without_the_length_there_is_no_descriptor(self, text: Path) -> None:
        response = self.ask(text)
        del response.headers["Content-Length"]

        with pytest.raises(io.UnsupportedOperation):
            response.file_to_stream.fileno()
        assert response.file_to_stream.read() == b"234"
        response.close()

    @pytest.mark.parametrize("field", ["bytes=2-4", None])
    def test_gunicorn_sends_the_part_without_sendfile(self, text: Path, field: str | None) -> None:
        response = self.ask(text, field) if field else FileResponse(text)
        stream, length = response.file_to_stream, int(response.headers["Content-Length"])
        reader, writer = socket.socketpair()

        with reader, writer, closing(response):
            writer.settimeout(5)
            offset = os.lseek(stream.fileno(), 0, os.SEEK_CUR)
            writer._sendfile_use_send(stream, offset, length)  # type: ignore[attr-defined]  # what sendfile() does then
            assert reader.recv(100) == (b"234" if field else b"0123456789")

    @pytest.mark.parametrize("field", ["bytes=2-4", None])
    @pytest.mark.parametrize("kind", ["path", "handle", "memory"])
    def test_another_server_gets_a_file_without_a_descriptor(
        self, text: Path, field: str | None, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(sys.modules, "gunicorn.http.wsgi")
        contents: dict[str, Callable[[], Any]] = {
            "path": lambda: text,
            "handle": lambda: text.open("rb"),
            "memory": lambda: b"0123456789",
        }
        response = self.ask(contents[kind](), field) if field else FileResponse(contents[kind]())
        part = b"234" if field else b"0123456789"
        size = len(part)

        with closing(response):
            stream = response.file_to_stream
            assert not hasattr(stream, "fileno")
            assert (stream.tell(), stream.seek(0, os.SEEK_END), stream.read(), stream.tell()) == (0, size, b"", size)
            assert (stream.seek(-2, os.SEEK_CUR), stream.read(1), stream.tell()) == (size - 2, part[-2:-1], size - 1)
            assert (stream.seek(1), stream.read(1), stream.seek(1), stream.read()) == (1, part[1:2], 1, part[1:])
            assert (stream.seek(-5), stream.read(0), stream.seek(99), stream.read()) == (0, b"", size, b"")

    def test_several_ranges(self, text: Path) -> None:
        response = self.ask(text, "bytes=0-0,2-2")

        assert response.file_to_stream is None
        response.close()

    def test_handle_that_is_not_at_its_start(self, text: Path) -> None:
        handle = text.open("rb")
        handle.seek(1)
        response = self.ask(handle)

        assert os.lseek(response.file_to_stream.fileno(), 0, os.SEEK_CUR) == 3
        assert body(response) == b"345"
        response.close()


class TestHandlers:
    """Django's handlers, which look at the class and at file_to_stream."""

    @pytest.mark.usefixtures("db")  # at its end a request closes idle connections
    def test_wsgi_file_wrapper_is_given_what_has_content(self, settings: Any, text: Path) -> None:
        settings.ROOT_URLCONF = "tests.http.file_urls"
        settings.FILE = text
        wrapped = []

        def wrapper(file: Any, block_size: int) -> list[bytes]:
            wrapped.append((file.read(), block_size))
            file.close()
            return []

        for headers in ({}, {"HTTP_RANGE": "bytes=0-0"}, {"REQUEST_METHOD": "HEAD"}, {"HTTP_IF_NONE_MATCH": "*"}):
            environ = {**RequestFactory().get("/").environ, "wsgi.file_wrapper": wrapper, **headers}
            parts = WSGIHandler()(environ, lambda status, headers: None)
            if hasattr(parts, "close"):
                parts.close()

        assert wrapped == [(b"0123456789", 256 * 1024), (b"0", 256 * 1024)]

    def test_client_that_leaves_closes_the_file(self, settings: Any, tmp_path: Path) -> None:
        settings.ROOT_URLCONF = "tests.http.file_urls"
        settings.FILE = tmp_path / "large"
        settings.FILE.write_bytes(bytes(4 * 1024 * 1024))

        def open_files() -> list[str]:
            links = (Path("/proc/self/fd") / name for name in os.listdir("/proc/self/fd"))
            return [str(link.readlink()) for link in links if link.is_symlink()]

        async def leave() -> None:
            left, opened = asyncio.Event(), []
            requests = [{"type": "http.request", "body": b""}]

            async def receive() -> dict[str, Any]:
                if requests:
                    return requests.pop()
                await left.wait()
                return {"type": "http.disconnect"}

            async def send(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.body":
                    opened.append(str(settings.FILE) in open_files())
                    left.set()
                    await asyncio.sleep(3600)

            scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
            await ASGIHandler()(scope, receive, send)
            assert opened == [True]

        asyncio.run(leave())
        assert str(settings.FILE) not in open_files()
