"""The same file, sent by Django's FileResponse and by ours, and bare responses."""

import os
from collections.abc import Mapping
from types import MappingProxyType

from django.conf import settings
from django.http import FileResponse as DjangoFileResponse
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.http import http_date
from django.views import View

from django_extras.delivery import Nginx
from django_extras.http import FileResponse
from django_extras.views import FileDownloadMixin


def bare(request: HttpRequest, name: str = "") -> HttpResponse:
    """Send nothing, after one look at the file."""
    os.stat(settings.FILES / "large.bin")
    return HttpResponse(b"")


def private(request: HttpRequest, name: str) -> HttpResponse:
    """Send nothing but the fields that a view sends for a HEAD or a 304, after one look at the file."""
    return same(request, name, {"Cache-Control": "private, no-cache"})


def same(request: HttpRequest, name: str, fields: Mapping[str, str] = MappingProxyType({})) -> HttpResponse:
    """Send nothing but the fields of a HEAD or a 304, after one look at the file."""
    status = os.stat(settings.FILES / name)
    etag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    if "HTTP_IF_NONE_MATCH" in request.META or "HTTP_IF_MODIFIED_SINCE" in request.META:
        response = HttpResponse(status=304, headers={"ETag": etag, "X-Content-Type-Options": "nosniff", **fields})
        del response.headers["Content-Type"]
        return response
    fields = {
        **fields,
        "Content-Type": "application/octet-stream",
        "Content-Length": str(status.st_size),
        "Content-Disposition": f'inline; filename="{name}"',
        "Last-Modified": http_date(status.st_mtime),
        "X-Content-Type-Options": "nosniff",
        "ETag": etag,
        "Accept-Ranges": "bytes",
    }
    return HttpResponse(headers=fields)


def named(request: HttpRequest, name: str) -> HttpResponse:
    """Name a file for nginx, after one look at it, by the fields that a view sends."""
    os.stat(settings.FILES / name)
    fields = {
        "X-Content-Type-Options": "nosniff",
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-cache",
        "X-Accel-Redirect": f"/protected/{name}",
    }
    return HttpResponse(headers=fields)


class Mixin(FileDownloadMixin, View):
    @property
    def path(self) -> str:  # type: ignore[override]  # as a view of one file has it
        return str(settings.FILES / self.kwargs["name"])


class Below(FileDownloadMixin, View):
    root = settings.FILES


class Offloaded(Mixin):
    delivery = Nginx(settings.FILES, "/protected/")


class OffloadedBelow(Below):
    delivery = Nginx(settings.FILES, "/protected/")


def ours(request: HttpRequest, name: str) -> FileResponse:
    return FileResponse(settings.FILES / name, request=request)


def django(request: HttpRequest, name: str) -> DjangoFileResponse:
    return DjangoFileResponse(open(settings.FILES / name, "rb"))  # the response closes it


# To find a view costs more the later it stands, so a bare view stands right before what is compared with it.
urlpatterns = [
    path("ready", bare),
    path("bare/<str:name>", bare),
    path("django/<str:name>", django),
    path("same/<str:name>", same),
    path("ours/<str:name>", ours),
    path("private/<str:name>", private),
    path("mixin/<str:name>", Mixin.as_view()),
    path("below/<str:path>", Below.as_view()),
    path("named/<str:name>", named),
    path("offloaded/<str:name>", Offloaded.as_view()),
    path("offloaded-below/<str:path>", OffloadedBelow.as_view()),
]
