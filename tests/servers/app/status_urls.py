"""A URL for each status class, one for a problem, and one for a page that follows."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from django_extras.http import ProblemResponse, response_class_for
from django_extras.views import StatusResponseMixin

from .urls import ready


class Renderer(View):
    """A view that renders what the mixin has to put the fields on."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.render_to_response({})

    def render_to_response(self, context: object, **response_kwargs: Any) -> HttpResponseBase:
        return HttpResponse(b"upgrade", **response_kwargs)


class Upgrade(StatusResponseMixin, Renderer):
    status_code = 426
    upgrade = "websocket"


def answer(request: HttpRequest, status: int) -> HttpResponseBase:
    """Answer with the status's class."""
    cls = response_class_for(status)
    if status in {301, 302, 303, 307, 308}:
        return cls("/page")
    return cls(["GET"]) if status == 405 else cls(b"" if status in {204, 205, 304} else b"content")


def page(request: HttpRequest) -> HttpResponse:
    """Answer with content."""
    return HttpResponse(b"hello", content_type="text/plain")


def problem(request: HttpRequest) -> HttpResponse:
    """Answer with a problem that has fields of the connection."""
    return ProblemResponse(426, upgrade="websocket")


urlpatterns = [
    path("ready", ready),
    path("page", page),
    path("problem", problem),
    path("view", Upgrade.as_view()),
    path("<int:status>", csrf_exempt(answer)),
]
