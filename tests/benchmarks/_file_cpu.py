"""The CPU time of a HEAD, a 304 and an offload in one process: ours beside a bare response with the same fields."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler

from tests.benchmarks._figures import Figure, compare, give
from tests.benchmarks._goals import FILE_CPU

HEAD = {"REQUEST_METHOD": "HEAD"}
BY_DATE = {"HTTP_IF_MODIFIED_SINCE": "Wed, 01 Jan 2025 00:00:00 GMT"}
BY_TAG = {"HTTP_IF_NONE_MATCH": "*"}
#: What is measured: the request, the path of ours, and that of the bare response.
CASES: dict[str, tuple[dict[str, str], str, str]] = {
    "FileResponse, HEAD": (HEAD, "ours", "same"),
    "FileResponse, 304 by date": (BY_DATE, "ours", "same"),
    "FileResponse, 304 by entity tag": (BY_TAG, "ours", "same"),
    "FileDownloadMixin, HEAD": (HEAD, "mixin", "private"),
    "FileDownloadMixin, 304": (BY_DATE, "mixin", "private"),
    "FileDownloadMixin below a root, HEAD": (HEAD, "below", "private"),
    "FileDownloadMixin below a root, 304": (BY_DATE, "below", "private"),
    "offload to nginx": ({}, "offloaded", "named"),
    "offload to nginx below a root": ({}, "offloaded-below", "named"),
}


def measure() -> list[Figure]:
    """Return the CPU time of a request through the WSGI handler, beside the bare response's."""
    django.setup()
    handler = WSGIHandler()

    def way(path: str, fields: dict[str, str]) -> Callable[[], object]:
        return lambda: answer(handler, {"PATH_INFO": f"/{path}/small.bin", **fields})

    base = "HttpResponse, stat and the same fields"
    return [
        figure
        for case, (fields, ours, bare) in CASES.items()
        for figure in compare(FILE_CPU, case, {base: way(bare, fields), "ours": way(ours, fields)}, _status)
    ]


def _status(sent: Any) -> Any:
    return sent[0]


def answer(handler: WSGIHandler, fields: dict[str, str]) -> list[tuple[str, str]]:
    """Return the fields of the response, as a server would have them."""
    sent: list[tuple[str, str]] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
        **fields,
    }

    def start_response(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:  # as in PEP 3333
        sent.extend([("status", status), *headers])

    response = handler(environ, start_response)
    for _ in response:
        pass
    response.close()
    return sent


if __name__ == "__main__":
    give(measure())
