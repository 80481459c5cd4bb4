"""The URLs of the project under the real servers."""

import gc

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def ready(request: HttpRequest) -> HttpResponse:
    """Answer, so that whoever started the server knows that it runs."""
    return HttpResponse(b"ready", content_type="text/plain")


def collect(request: HttpRequest) -> HttpResponse:
    """Free what waits for the garbage collector, such as the frames of a server's exceptions."""
    gc.collect()
    return HttpResponse(b"collected", content_type="text/plain")


urlpatterns = [path("ready", ready), path("collect", collect), path("files/", include("tests.servers.app.files"))]
