"""Statuses, errors and negotiation, beside the same response written by hand, through Django's WSGI handler."""

import json
from collections.abc import Callable
from typing import Any

import django

from tests.benchmarks._figures import Figure, compare, give, measured_in

#: What Chrome sends.
BROWSER = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)


def main() -> list[Figure]:
    """Return the CPU time of whole requests, as a multiple of that of the view by hand."""
    return measured_in(__name__, DJANGO_SETTINGS_MODULE="tests.settings", TEST_DATABASE="sqlite")


def measure() -> list[Figure]:
    """Return the figures."""
    django.setup()
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import RequestFactory

    from tests.benchmarks import _goals, _view_ways

    settings.ROOT_URLCONF = _view_ways.urls
    settings.TEMPLATES = _view_ways.TEMPLATES

    def way(url: str, middleware: str | None = None, accept: str = "*/*") -> Callable[[], object]:
        settings.MIDDLEWARE = [middleware] if middleware else []
        handler = WSGIHandler()
        environ = RequestFactory()._base_environ(PATH_INFO=f"/{url}/", HTTP_ACCEPT=accept)

        def answer() -> object:
            sent: list[Any] = []
            response: Any = handler(dict(environ), lambda status, fields: sent.append(status))
            content = b"".join(response)
            response.close()
            return sent[0], content

        return answer

    by_hand, ours = f"{_view_ways.__name__}.ByHandMiddleware", "django_extras.middleware.HttpErrorMiddleware"
    takes_json = "application/json"
    cases: list[tuple[str, str, Callable[[], object], str, Callable[[], object]]] = [
        (_goals.CODES, "by hand", way("codes-by-hand"), _goals.STATUS, way("codes")),
        (_goals.NO_CONTENT, "by hand", way("204-by-hand"), _goals.STATUS, way("204")),
        (_goals.TEMPLATE, "by hand", way("503-by-hand"), _goals.STATUS, way("503")),
        (
            *(_goals.ERROR_JSON, "raised and caught by hand", way("error-by-hand", by_hand, takes_json)),
            *(_goals.ERROR, way("error", ours, takes_json)),
        ),
        (
            *(_goals.ERROR_PAGE, "raised and caught by hand", way("error-by-hand", by_hand, BROWSER)),
            *(_goals.ERROR, way("error", ours, BROWSER)),
        ),
        (
            *(_goals.NEGOTIATED_PAGE, "TemplateView", way("page", accept=BROWSER)),
            *(_goals.NEGOTIATED, way("negotiated", accept=BROWSER)),
        ),
        (
            *(_goals.NEGOTIATED_JSON, "JsonResponseMixin", way("json", accept=takes_json)),
            *(_goals.NEGOTIATED, way("negotiated", accept=takes_json)),
        ),
    ]
    return [
        figure
        for case, base, plain, name, measured in cases
        for figure in compare(_goals.VIEWS, case, {base: plain, name: measured}, _sent)
    ]


def _sent(answer: Any) -> Any:
    status, content = answer
    return status, json.loads(content) if content.startswith(b"{") else content


if __name__ == "__main__":
    give(measure())
