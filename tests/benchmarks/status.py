"""What it costs to make a response of a status, beside Django's HttpResponse with the same status and fields."""

from collections.abc import Callable
from typing import Any

import django
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect

from django_extras import http
from tests.benchmarks._figures import Figure, compare

#: A name, our response, and Django's that is the same on the wire.
CASES: list[tuple[str, Callable[[], Any], Callable[[], Any]]] = [
    ("409", lambda: http.HttpResponseConflict(b"x"), lambda: HttpResponse(b"x", status=409)),
    ("422", lambda: http.HttpResponseUnprocessableContent(b"x"), lambda: HttpResponse(b"x", status=422)),
    ("201 without Location", lambda: http.HttpResponseCreated(b"x"), lambda: HttpResponse(b"x", status=201)),
    (
        "201 with Location",
        lambda: http.HttpResponseCreated(b"x", location="/a/"),
        lambda: HttpResponse(b"x", status=201, headers={"Location": "/a/"}),
    ),
    ("204", http.HttpResponseNoContent, lambda: HttpResponse(status=204)),
    ("205", http.HttpResponseResetContent, lambda: HttpResponse(status=205, headers={"Content-Length": "0"})),
    ("303", lambda: http.HttpResponseSeeOther("/a/"), lambda: HttpResponseRedirect("/a/", status=303)),
    (
        "429",
        lambda: http.HttpResponseTooManyRequests(b"x", retry_after=5),
        lambda: HttpResponse(b"x", status=429, headers={"Retry-After": "5", "Cache-Control": "no-store"}),
    ),
]


def main() -> list[Figure]:
    """Return the time of each response as a multiple of Django's."""
    if not settings.configured:
        settings.configure()
        django.setup()
    return [
        figure
        for name, ours, theirs in CASES
        for figure in compare("Responses", name, {"HttpResponse": theirs, "django_extras.http": ours}, _sent)
    ]


def _sent(response: Any) -> tuple[int, bytes]:
    return response.status_code, response.content
