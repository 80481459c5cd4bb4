"""What it costs to make a response of a status, beside Django's HttpResponse with the same status and fields."""

import gc
import statistics
import timeit
from collections.abc import Callable
from typing import Any

import django
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect

from django_extras import http

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


def measure(case: tuple[str, Callable[[], Any], Callable[[], Any]], rounds: int = 15) -> tuple[float, float, float]:
    """Return microseconds for ours and for Django's, and the median of the ratios of neighbouring rounds."""
    _, ours, theirs = case
    number = 2000
    pairs = []
    gc.collect()
    for _ in range(rounds):
        pairs.append((timeit.timeit(ours, number=number), timeit.timeit(theirs, number=number)))
    ours_best, theirs_best = (min(times) / number * 1e6 for times in zip(*pairs, strict=True))
    return ours_best, theirs_best, statistics.median(mine / django_s for mine, django_s in pairs)


def main() -> None:
    """Print a line for each response."""
    if not settings.configured:
        settings.configure()
        django.setup()
    print(f"{'response':22} {'ours µs':>8} {'Django µs':>10} {'ratio':>6}")
    for case in CASES:
        ours, theirs, ratio = measure(case)
        print(f"{case[0]:22} {ours:8.2f} {theirs:10.2f} {ratio:6.2f}")
