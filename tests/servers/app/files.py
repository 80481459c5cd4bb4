"""Views that send the files of the settings' directory in every way, with and without the request."""

import io
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views import View
from django.views.decorators.gzip import gzip_page

from django_extras.http import FileResponse
from django_extras.views import FileDownloadMixin


class Tree(FileDownloadMixin, View):
    root = settings.FILES


class Attachment(Tree):
    as_attachment = True
    filename = 'Résumé 100% "done".txt'


class Awaited(FileDownloadMixin, View):
    async def aget_file(self) -> Any:
        return settings.FILES / self.kwargs["path"]


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


def growing(request: HttpRequest) -> HttpResponseBase:
    file = settings.FILES / "growing.txt"
    file.write_bytes(b"0123456789")
    response = FileResponse(file, request=request)
    with file.open("ab") as end:
        end.write(b"more")
    return response


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
        raise OSError("The disk is gone.")

    return FileResponse(content(), headers={"Content-Length": "4096"}, request=request)


urlpatterns = [
    path("tree/<path:path>", Tree.as_view()),
    path("attachment/<path:path>", Attachment.as_view()),
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
    path("growing", growing),
    path("shrinking", shrinking),
    path("failing", failing),
]
