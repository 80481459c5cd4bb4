"""Views that send the files of the settings' directory in every way, with and without the request."""

import asyncio
import io
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, ClassVar

from django.conf import settings
from django.core.files.base import File
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views import View
from django.views.decorators.gzip import gzip_page

from django_extras.http import FileResponse
from django_extras.views import FileDownloadMixin, ZipDownloadMixin


class Tree(FileDownloadMixin, View):
    root = settings.FILES


class Attachment(Tree):
    as_attachment = True
    filename = 'Résumé 100% "done".txt'


class Awaited(FileDownloadMixin, View):
    async def aget_file(self) -> Any:
        return settings.FILES / self.kwargs["path"]


class Watched(Tree):
    """A file whose downloads are counted."""

    finished: ClassVar[list[tuple[int, bool]]] = []

    def download_finished(self, sent: int, complete: bool) -> None:
        self.finished.append((sent, complete))


class WatchedIterator(Watched):
    root = None

    def get_file(self) -> Any:
        return (bytes(2**16) for _ in range(int(self.kwargs["path"])))


class Archive(ZipDownloadMixin, View):
    """Files of the settings' directory and many small members."""

    def get_members(self) -> Iterator[tuple[Any, ...]]:
        for name in ("archived.bin", "ten.txt", "ten.txt"):
            yield f"Grüße/{name}", settings.FILES / name
        for number in range(500):
            yield f"{number}.txt", f"{number}".encode()


class ArchiveThatBreaksOff(ZipDownloadMixin, View):
    def get_members(self) -> Iterator[tuple[Any, ...]]:
        yield "a.bin", iter([bytes(2**20)]), 2**21


def finished(request: HttpRequest) -> JsonResponse:
    """Answer which downloads have finished."""
    return JsonResponse(Watched.finished, safe=False)


def positioned(request: HttpRequest) -> HttpResponseBase:
    handle = (settings.FILES / "ten.txt").open("rb")
    handle.seek(4)
    return FileResponse(handle, request=request)


def in_memory(request: HttpRequest) -> HttpResponseBase:
    return FileResponse(io.BytesIO(b"0123456789"), request=request)


def iterator(request: HttpRequest) -> HttpResponseBase:
    return FileResponse(iter([b"01234", b"56789"]), filename="ten.txt", request=request)


def async_iterator(request: HttpRequest) -> HttpResponseBase:
    async def content() -> AsyncIterator[bytes]:
        yield b"01234"
        yield b"56789"

    return FileResponse(content(), filename="ten.txt", request=request)


def without_request(request: HttpRequest) -> HttpResponseBase:
    return FileResponse(settings.FILES / "ten.txt")


def named(request: HttpRequest) -> HttpResponseBase:
    return FileResponse(b"named", filename=request.GET["name"], as_attachment=True, request=request)


def player(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        '<!doctype html><title>Player</title><video src="tree/video.mp4" preload="metadata" muted></video>'
    )


def growing(request: HttpRequest, how: str) -> HttpResponseBase:
    """Send a file that grows meanwhile."""
    path = settings.FILES / "growing.bin"
    path.write_bytes(bytes(range(250)) * 400)
    contents: dict[str, Callable[[], Any]] = {
        "path": lambda: path,
        "without-request": lambda: path,
        "handle": lambda: path.open("rb"),
        "raw": lambda: path.open("rb", buffering=0),
        "wrapped": lambda: File(path.open("rb")),
        "positioned": lambda: path.open("rb"),
    }
    content = contents[how]()
    if how == "positioned":
        content.seek(1000)
    response = FileResponse(content, request=None if how == "without-request" else request)
    with path.open("ab") as end:
        end.write(bytes(7000))
    return response


def large(request: HttpRequest) -> HttpResponseBase:
    """Send a handle that is not at its start."""
    handle = (settings.FILES / "large.bin").open("rb")
    handle.seek(4)
    return FileResponse(handle, request=request)


def pausing(request: HttpRequest) -> HttpResponseBase:
    """Send a header, and the rest a second later."""

    def content() -> Iterator[bytes]:
        yield b"header"
        time.sleep(1)
        yield b"rest"

    return FileResponse(content(), "text/plain", request=request)


class Hanging(io.BytesIO):
    """A file whose storage does not answer until it is told to."""

    released = threading.Event()
    readers: ClassVar[list[threading.Thread]] = []

    def read(self, size: int | None = -1) -> bytes:
        self.readers.append(threading.current_thread())
        self.released.wait(30)
        return super().read(size)


def hanging(request: HttpRequest) -> HttpResponseBase:
    return FileResponse(Hanging(b"0123456789"), request=request)


async def hanging_readers(request: HttpRequest) -> HttpResponse:
    """Answer how many reads hang; with ``?release``, let them go on."""
    if "release" in request.GET:
        Hanging.released.set()
    return HttpResponse(str(len(Hanging.readers)))


async def elsewhere(request: HttpRequest) -> HttpResponse:
    """Use a thread of asyncio's own."""
    return HttpResponse(await asyncio.to_thread(bytes, b"done"))


def endless(request: HttpRequest) -> HttpResponseBase:
    """Send an iterator whose parts are small and cost nothing."""
    return FileResponse((bytes(1000) for _ in range(60_000)), "text/plain", request=request)


def shrinking(request: HttpRequest) -> HttpResponseBase:
    file = settings.FILES / "shrinking.bin"
    with file.open("wb") as handle:
        handle.truncate(4 * 1024 * 1024)
    response = FileResponse(file, request=request)
    os.truncate(file, 1024 * 1024)
    return response


def failing(request: HttpRequest) -> HttpResponseBase:
    def content() -> Iterator[bytes]:
        yield bytes(1024)
        time.sleep(0.3)  # so that all servers have sent it
        raise OSError("The disk is gone.")

    return FileResponse(content(), headers={"Content-Length": "4096"}, request=request)


urlpatterns = [
    path("tree/<path:path>", Tree.as_view()),
    path("attachment/<path:path>", Attachment.as_view()),
    path("watched/<path:path>", Watched.as_view()),
    path("watched-iterator/<path:path>", WatchedIterator.as_view()),
    path("finished", finished),
    path("archive", Archive.as_view()),
    path("compressed-archive", Archive.as_view(compress=True)),
    path("archive-that-breaks-off", ArchiveThatBreaksOff.as_view()),
    path("awaited/<path:path>", Awaited.as_view()),
    path("gzip/<path:path>", gzip_page(Tree.as_view())),
    path("gzip-attachment/<path:path>", gzip_page(Attachment.as_view())),
    path("positioned", positioned),
    path("in-memory", in_memory),
    path("iterator", iterator),
    path("async-iterator", async_iterator),
    path("without-request", without_request),
    path("named", named),
    path("player", player),
    path("growing/<how>", growing),
    path("large", large),
    path("pausing", pausing),
    path("hanging", hanging),
    path("hanging-readers", hanging_readers),
    path("elsewhere", elsewhere),
    path("endless", endless),
    path("shrinking", shrinking),
    path("failing", failing),
]
