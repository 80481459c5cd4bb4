"""The same file, sent by Django's FileResponse and by ours, and a bare response."""

import os

from django.conf import settings
from django.http import FileResponse as DjangoFileResponse
from django.http import HttpRequest, HttpResponse
from django.urls import path

from django_extras.http import FileResponse


def bare(request: HttpRequest, name: str = "") -> HttpResponse:
    """Send nothing, after one look at the file."""
    os.stat(settings.FILES / "large.bin")
    return HttpResponse(b"")


def ours(request: HttpRequest, name: str) -> FileResponse:
    return FileResponse(settings.FILES / name, request=request)


def django(request: HttpRequest, name: str) -> DjangoFileResponse:
    return DjangoFileResponse(open(settings.FILES / name, "rb"))  # the response closes it


urlpatterns = [
    path("ready", bare),
    path("bare/<str:name>", bare),
    path("ours/<str:name>", ours),
    path("django/<str:name>", django),
]
