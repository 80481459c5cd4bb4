"""One URL, which sends the file of the settings."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import path

from django_extras.http import FileResponse


def send(request: HttpRequest) -> FileResponse:
    return FileResponse(settings.FILE, request=request)


urlpatterns = [path("", send)]
