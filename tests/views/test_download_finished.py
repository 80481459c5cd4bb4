"""download_finished(), as a hook and as a signal, and files that are removed once they are sent."""

import asyncio
import logging
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.views import View
from django.views.decorators.gzip import gzip_page

from django_extras.delivery import Nginx, download_finished
from django_extras.views import FileDownloadMixin

CONTENT = bytes(range(256)) * 4096
BLOCK = 2**18


class Kind(FileDownloadMixin, View):
    """Whatever a test gives it."""

    contents: Any = None
    told: Any = None

    def get_file(self) -> Any:
        return self.contents

    def download_finished(self, sent: int, complete: bool) -> None:
        self.told.append((sent, complete))


class Plain(FileDownloadMixin, View):
    contents: Any = None

    def get_file(self) -> Any:
        return self.contents


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.bin"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture(params=["path", "handle", "bytes", "iterator"])
def contents(request: pytest.FixtureRequest, file: Path) -> Any:
    return {
        "path": lambda: file,
        "handle": lambda: file.open("rb"),
        "bytes": lambda: CONTENT,
        "iterator": lambda: (CONTENT[start : start + BLOCK] for start in range(0, len(CONTENT), BLOCK)),
    }[request.param]()


def get(contents: Any, told: list[Any], method: str = "GET", **headers: str) -> Any:
    request = RequestFactory().generic(method, "/", headers=headers)
    return Kind.as_view(contents=contents, told=told)(request)


async def take(response: Any, count: int) -> None:
    parts = aiter(response)
    for _ in range(count):
        await anext(parts)
    await parts.aclose()


class TestWsgi:
    def test_all(self, contents: Any) -> None:
        told: list[Any] = []
        response = get(contents, told)

        assert b"".join(response) == CONTENT
        assert told == []
        response.close()
        response.close()

        assert told == [(len(CONTENT), True)]

    def test_client_that_leaves(self, contents: Any) -> None:
        told: list[Any] = []
        response = get(contents, told)
        parts = iter(response)
        next(parts), next(parts)

        response.close()

        # The server has asked for a second part, so it has sent the first.
        assert told == [(BLOCK, False)]

    def test_response_that_nobody_sends(self, contents: Any) -> None:
        told: list[Any] = []

        get(contents, told).close()

        assert told == [(0, False)]

    def test_error_while_it_is_read(self) -> None:
        def fails() -> Iterator[bytes]:
            yield b"123"
            raise OSError("gone")

        told: list[Any] = []
        response = get(fails(), told)

        with pytest.raises(OSError, match="gone"):
            b"".join(response)
        response.close()

        assert told == [(3, False)]

    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_server_that_reads_the_file(self, file: Path, count: int) -> None:
        told: list[Any] = []
        response = get(file, told)
        for _ in range(count):
            assert response.file_to_stream.read(BLOCK)

        response.close()

        assert told == [(count * BLOCK, False)]

    @pytest.mark.parametrize(("sent", "complete"), [(100, False), (len(CONTENT), True)])
    def test_gunicorn_that_sends_the_file(
        self, file: Path, monkeypatch: pytest.MonkeyPatch, sent: int, complete: bool
    ) -> None:
        monkeypatch.setitem(sys.modules, "gunicorn.http.wsgi", ModuleType("gunicorn.http.wsgi"))
        told: list[Any] = []
        response = get(file, told)
        response.file_to_stream.seek(sent)  # as socket.sendfile() does at its end

        response.close()

        assert told == [(sent, complete)]

    def test_empty_file(self) -> None:
        told: list[Any] = []
        response = get(b"", told)

        assert b"".join(response) == b""
        response.close()

        assert told == [(0, True)]

    def test_compressed_on_the_way(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes(bytes(10_000))
        told: list[Any] = []
        view = gzip_page(Kind.as_view(contents=tmp_path / "a.txt", told=told))
        response = view(RequestFactory().get("/", headers={"Accept-Encoding": "gzip"}))

        sent = len(b"".join(response))
        response.close()

        assert response["Content-Encoding"] == "gzip"
        assert told == [(sent, True)]


class TestAsgi:
    def test_all(self, contents: Any) -> None:
        told: list[Any] = []
        response = get(contents, told)

        async def everything() -> bytes:
            return b"".join([part async for part in response])

        assert asyncio.run(everything()) == CONTENT
        assert told == [(len(CONTENT), True)]
        response.close()

        assert told == [(len(CONTENT), True)]

    def test_client_that_leaves(self, file: Path) -> None:
        told: list[Any] = []
        response = get(file, told)

        asyncio.run(take(response, 2))

        assert told == [(BLOCK, False)]
        response.close()

    def test_cancelled(self, file: Path) -> None:
        told: list[Any] = []
        response = get(file, told)

        async def main() -> None:
            async def send() -> None:
                async for _ in response:
                    await asyncio.sleep(60)

            task = asyncio.ensure_future(send())
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            del task  # and with it the iterator, which the loop closes while it runs
            async with asyncio.timeout(20):
                while not told:
                    await asyncio.sleep(0.01)

        asyncio.run(main())
        response.close()

        assert told == [(0, False)]

    def test_async_iterator_that_fails(self) -> None:
        async def fails() -> Any:
            yield b"123"
            raise OSError("gone")

        told: list[Any] = []

        class Async(Kind):
            async def aget_file(self) -> Any:
                return fails()

        async def main() -> None:
            response = await Async.as_view(told=told)(RequestFactory().get("/"))
            with pytest.raises(OSError, match="gone"):
                async for _ in response:
                    pass
            response.close()

        asyncio.run(main())

        assert told == [(3, False)]

    def test_async_hook(self, file: Path) -> None:
        told: list[Any] = []

        class AsyncHook(Plain):
            async def download_finished(self, sent: int, complete: bool) -> None:
                await asyncio.sleep(0)
                told.append((sent, complete))

        for is_async in (False, True):
            response: Any = AsyncHook.as_view(contents=file)(RequestFactory().get("/"))
            if is_async:
                asyncio.run(take(response, 1))
            response.close()

        assert told == [(0, False), (0, False)]


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"If-None-Match": "*"}),
        ("GET", {"If-Match": '"x"'}),
        ("GET", {"Range": "bytes=1048576-"}),
    ],
)
def test_nothing_is_told_of_a_response_without_bytes(file: Path, method: str, headers: dict[str, str]) -> None:
    told: list[Any] = []
    response = get(file, told, method, **headers)

    assert b"".join(response) == b""
    response.close()

    assert told == []


def test_part_is_complete_by_itself(file: Path) -> None:
    told: list[Any] = []
    response = get(file, told, Range="bytes=5-9")

    assert b"".join(response) == CONTENT[5:10]
    response.close()

    assert told == [(5, True)]


def test_nothing_is_told_of_what_another_server_sends(file: Path) -> None:
    told: list[Any] = []
    view = Kind.as_view(contents=file, told=told, delivery=Nginx(file.parent, "/p/"))

    view(RequestFactory().get("/")).close()

    assert told == []


def test_error_of_the_hook_is_logged(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Fails(Plain):
        def download_finished(self, sent: int, complete: bool) -> None:
            raise ValueError("no")

    response: Any = Fails.as_view(contents=file)(RequestFactory().get("/"))
    response.close()

    assert caplog.record_tuples == [
        ("django_extras.views.download", logging.ERROR, "Fails.download_finished() failed")
    ]
    assert response._source.file.closed


class TestSignal:
    @pytest.fixture
    def heard(self) -> Iterator[list[Any]]:
        heard: list[Any] = []

        def hear(sender: Any, **kwargs: Any) -> None:
            heard.append((sender, kwargs))

        download_finished.connect(hear)
        yield heard
        download_finished.disconnect(hear)

    def test_what_it_says(self, file: Path, heard: list[Any]) -> None:
        request = RequestFactory().get("/")
        response: Any = Plain.as_view(contents=file)(request)

        b"".join(response)
        response.close()

        [(sender, kwargs)] = heard
        assert sender is Plain
        assert type(kwargs.pop("view")) is Plain
        assert kwargs == {"signal": download_finished, "request": request, "sent": len(CONTENT), "complete": True}

    def test_after_the_hook(self, file: Path, heard: list[Any]) -> None:
        get(file, heard).close()

        assert heard[0] == (0, False)
        assert heard[1][0] is Kind

    def test_receiver_that_fails(self, file: Path, heard: list[Any], caplog: Any) -> None:
        def fails(**kwargs: Any) -> None:
            raise ValueError("no")

        download_finished.connect(fails)
        try:
            Plain.as_view(contents=file)(RequestFactory().get("/")).close()
        finally:
            download_finished.disconnect(fails)

        assert len(heard) == 1
        assert "ValueError: no" in caplog.text

    def test_without_receivers_nothing_is_counted(self, file: Path) -> None:
        response: Any = Plain.as_view(contents=file)(RequestFactory().get("/"))

        assert response._leaving.call is None
        response.close()


class TestTemporaryFile:
    class Report(FileDownloadMixin, View):
        temporary = True
        filename = "report.txt"
        made: Any = None

        def get_file(self) -> Any:
            with tempfile.NamedTemporaryFile(dir=self.made, suffix=".txt", delete=False) as file:
                file.write(b"0123456789")
            return Path(file.name) if "path" in self.request.GET else file.name

    def get(self, tmp_path: Path, method: str = "GET", url: str = "/", **kwargs: Any) -> Any:
        headers = kwargs.pop("headers", None)
        request = RequestFactory().generic(method, url, headers=headers)
        return self.Report.as_view(made=tmp_path, **kwargs)(request)

    @pytest.mark.parametrize("url", ["/", "/?path"])
    def test_it_is_gone_once_it_is_open(self, tmp_path: Path, url: str) -> None:
        response = self.get(tmp_path, url=url)

        assert list(tmp_path.iterdir()) == []
        assert b"".join(response) == b"0123456789"
        assert response["Content-Disposition"] == 'inline; filename="report.txt"'
        response.close()

    @pytest.mark.parametrize(
        ("method", "headers", "status"),
        [
            ("GET", {"Range": "bytes=1-2"}, 206),
            ("HEAD", {}, 200),
            ("GET", {"If-None-Match": "*"}, 304),
            ("GET", {"If-Match": '"x"'}, 412),
            ("GET", {"Range": "bytes=10-"}, 416),
        ],
    )
    def test_it_is_gone_whatever_the_answer(
        self, tmp_path: Path, method: str, headers: dict[str, str], status: int
    ) -> None:
        response = self.get(tmp_path, method, headers=headers)

        assert response.status_code == status
        assert list(tmp_path.iterdir()) == []
        assert b"".join(response) == (b"12" if status == 206 else b"")
        response.close()

    def test_no_other_server_sends_it(self, tmp_path: Path) -> None:
        response = self.get(tmp_path, delivery=Nginx(tmp_path, "/p/"))

        assert b"".join(response) == b"0123456789"
        response.close()

    @pytest.mark.parametrize(
        "options", [{"etag": 'a "b"'}, {"content_type": "text/x\n"}, {"file_response_class": int}]
    )
    def test_it_is_gone_after_an_error(self, tmp_path: Path, options: dict[str, Any]) -> None:
        with pytest.raises(Exception, match=r".+"):
            self.get(tmp_path, **options)

        assert list(tmp_path.iterdir()) == []

    def test_missing(self, tmp_path: Path) -> None:
        class Missing(FileDownloadMixin, View):
            temporary = True
            path = tmp_path / "missing"

        with pytest.raises(Http404):
            Missing.as_view()(RequestFactory().get("/"))

    def test_file_below_a_root_stays(self, tmp_path: Path) -> None:
        class Tree(FileDownloadMixin, View):
            temporary = True
            root = tmp_path

        (tmp_path / "a.txt").write_bytes(b"0123456789")
        response: Any = Tree.as_view()(RequestFactory().get("/"), path="a.txt")
        response.close()

        assert (tmp_path / "a.txt").exists()

    def test_response_in_place_of_the_file(self, tmp_path: Path) -> None:
        class Refuses(self.Report):
            def has_download_permission(self) -> Any:
                return HttpResponse("no")

        Refuses.as_view(made=tmp_path)(RequestFactory().get("/"))

        assert list(tmp_path.iterdir()) == []
