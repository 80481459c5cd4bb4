"""The URLs of the project under the real servers."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def ready(request: HttpRequest) -> HttpResponse:
    """Answer, so that whoever started the server knows that it runs."""
    return HttpResponse(b"ready", content_type="text/plain")


urlpatterns = [path("ready", ready), path("files/", include("tests.servers.app.files"))]
