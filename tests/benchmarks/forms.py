"""A create and an update by JSON, beside the same form in HTML and Django REST framework's serializer."""

import io
import json
import random
import statistics
import time
from collections.abc import Callable
from urllib.parse import urlencode

import django

from tests.benchmarks._figures import Figure, give, measured_in
from tests.benchmarks._goals import FORMS

ROUNDS = 150

FIELDS = (
    *("title", "isbn", "language", "price", "cost", "published", "created", "pages", "rating", "in_print"),
    *("publisher", "authors"),
)


def main() -> list[Figure]:
    """Return the CPU time of whole requests, as a multiple of the same form's in HTML."""
    return measured_in(__name__, DJANGO_SETTINGS_MODULE="tests.settings")


def measure() -> list[Figure]:
    """Return the figures."""
    django.setup()
    from django.core.management import call_command
    from django.test import override_settings

    call_command("migrate", run_syncdb=True, verbosity=0)
    with override_settings(ROOT_URLCONF="tests.benchmarks._form_urls"):
        return [figure for title, ways in _cases().items() for figure in _figures(title, ways)]


def _cases() -> dict[str, dict[str, Callable[[], tuple[int, float]]]]:
    from tests.models import Author, Publisher
    from tests.shapes import Edition

    publisher = Publisher.objects.create(name="Faber", city="London")
    authors = [Author.objects.create(name=name) for name in ("Anne", "Charlotte", "Emily")]
    columns = {
        "title": "Emma",
        "isbn": "9780141439587",
        "language": "en",
        "price": "9.95",
        "cost": "4.20",
        "published": "1815-12-23",
        "created": "2001-02-03T04:05:06Z",
        "pages": 480,
        "rating": 4.5,
        "in_print": True,
    }
    edition = Edition.objects.create(**columns, publisher=publisher)
    edition.authors.set(authors)
    values = {**columns, "publisher": publisher.pk, "authors": [author.pk for author in authors]}
    form = urlencode({**values, "created": "2001-02-03 04:05:06"}, doseq=True).encode()
    text = json.dumps(values).encode()
    html, plain = "application/x-www-form-urlencoded", "application/json"
    return {
        "Create": {
            "CreateView, HTML form": _way("POST", "/html/", html, form),
            "CreateView with JsonResponseMixin": _way("POST", "/json/", plain, text),
            "Django REST framework, ModelSerializer": _way("POST", "/rest/", plain, text),
        },
        "Update": {
            "UpdateView, HTML form": _way("POST", f"/html/{edition.pk}/", html, form),
            "UpdateView with JsonResponseMixin, PUT": _way("PUT", f"/json/{edition.pk}/", plain, text),
            "UpdateView with JsonResponseMixin, PATCH of a field": _way(
                "PATCH", f"/json/{edition.pk}/", plain, b'{"price": "8.50"}'
            ),
            "Django REST framework, PUT": _way("PUT", f"/rest/{edition.pk}/", plain, text),
        },
    }


def _way(method: str, path: str, content_type: str, body: bytes) -> Callable[[], tuple[int, float]]:
    from django.core.handlers.wsgi import WSGIHandler

    from tests.shapes import Edition

    handler = WSGIHandler()
    before = list(Edition.objects.values_list("pk", flat=True))

    def answer() -> tuple[int, float]:
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "CONTENT_TYPE": content_type,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
            "HTTP_ACCEPT": "*/*",
        }
        # Not in a transaction, as Django's requests are by default.
        start = time.process_time()
        response = handler(environ, lambda status, fields: None)
        b"".join(response)
        taken = time.process_time() - start
        Edition.objects.exclude(pk__in=before).delete()
        return response.status_code, taken

    return answer


def _figures(title: str, ways: dict[str, Callable[[], tuple[int, float]]]) -> list[Figure]:
    statuses = {name: way()[0] for name, way in ways.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        # In a new order each time, as what runs after another finds its memory.
        for name in random.sample(list(ways), len(ways)):
            times[name].append(ways[name]()[1])
    (base, html), *others = times.items()
    print(f"\n{title}\n  {base:<52} {statuses[base]} {statistics.median(html) * 1e6:>7.0f} us")
    figures = []
    for name, measured in others:
        ratio = statistics.median(mine / theirs for mine, theirs in zip(measured, html, strict=True))
        figures.append(Figure(FORMS, title, base, name, ratio))
        print(f"  {name:<52} {statuses[name]} {ratio:>7.2f} x  {figures[-1].verdict()}")
    return figures


if __name__ == "__main__":
    give(measure())
