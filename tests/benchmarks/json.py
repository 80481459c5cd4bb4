"""JSON out of a list of 100 rows, of a list with relations to many, and of one object, beside the peers."""

import datetime
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import django

ROUNDS = 60


def main() -> None:
    """Print the CPU time of each way as a multiple of plain Django's."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    _fill()
    for title, ways in _cases().items():
        print(f"\n{title}")
        _print(ways)


def _fill() -> None:
    from tests.models import Author, Publisher
    from tests.shapes import Edition

    start = datetime.datetime(2001, 2, 3, 4, 5, 6, 789123, datetime.UTC)
    publishers = [Publisher.objects.create(name=f"Publisher {number}", city="London") for number in range(10)]
    authors = [Author.objects.create(name=f"Author {number}") for number in range(50)]
    for number in range(100):
        edition = Edition.objects.create(
            title=f"Title {number:03}",
            isbn=f"{number:013}",
            language="en",
            price=f"{number}.95",
            cost=f"{number}.05",
            published=start.date() + datetime.timedelta(days=number),
            created=start + datetime.timedelta(seconds=number * 1001),
            updated=start + datetime.timedelta(seconds=number * 77) if number % 3 else None,
            pages=number * 10,
            rating=number / 7,
            in_print=number % 2 == 0,
            publisher=publishers[number % 10],
        )
        edition.authors.add(*(authors[(number + step) % 50] for step in range(3)))


def _print(ways: dict[str, Callable[[], bytes]]) -> None:
    expected = json.loads(next(iter(ways.values()))())
    times: dict[str, list[float]] = {name: [] for name in ways}
    for name, way in ways.items():
        if json.loads(way()) != expected:
            print(f"  (the values of {name} differ)")
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start = time.process_time()
            way()
            times[name].append(time.process_time() - start)
    base = statistics.median(next(iter(times.values())))
    for name, measured in times.items():
        median = statistics.median(measured)
        print(f"  {name:<50} {median * 1e6:>8.0f} us  {median / base:>6.2f} x")


def _cases() -> dict[str, dict[str, Callable[[], bytes]]]:
    import orjson
    from braces.views import JSONResponseMixin
    from django.conf import settings
    from django.db import connection
    from django.http import JsonResponse
    from django.test import RequestFactory
    from django.views.generic import DetailView, ListView, View

    from django_extras.views import JsonResponseMixin
    from tests.benchmarks import _json_peers as peers
    from tests.benchmarks._json_peers import COLUMNS, instances, values
    from tests.shapes import Edition

    request = RequestFactory().get("/")

    def fields(edition: Edition) -> dict[str, Any]:
        publisher = {"name": edition.publisher.name, "city": edition.publisher.city}
        return {**{name: getattr(edition, name) for name in COLUMNS}, "publisher": publisher}

    class PlainList(View):
        def get(self, request: Any) -> Any:
            return JsonResponse({"results": values()})

    class PlainManyList(View):
        def get(self, request: Any) -> Any:
            results = [
                {**fields(edition), "authors": [{"name": author.name} for author in edition.authors.all()]}
                for edition in instances().prefetch_related("authors")
            ]
            return JsonResponse({"results": results})

    class PlainDetail(View):
        def get(self, request: Any, pk: Any) -> Any:
            return JsonResponse(fields(instances().get(pk=pk)))

    class PlainDetailView(DetailView):
        def get_queryset(self) -> Any:
            return instances()

        def render_to_response(self, context: Any, **options: Any) -> Any:
            return JsonResponse(fields(self.object))

    class BracesList(JSONResponseMixin, View):
        def get(self, request: Any) -> Any:
            return self.render_json_response({"results": values()})

    class OurList(JsonResponseMixin, ListView):
        model = Edition
        json_fields = [*COLUMNS, {"publisher": ["name", "city"]}]

        def get_json_data(self, context: Any) -> Any:
            return {"results": super().get_json_data(context)}

    class OurManyList(OurList):
        json_fields = [*COLUMNS, {"publisher": ["name", "city"]}, {"authors": ["name"]}]

    class OurDetail(JsonResponseMixin, DetailView):
        model = Edition
        json_fields = [*COLUMNS, {"publisher": ["name", "city"]}]

    def way(call: Callable[..., Any], uses_orjson: bool = True, **kwargs: Any) -> Callable[[], bytes]:
        def answer() -> bytes:
            settings.DJANGO_EXTRAS_ORJSON = uses_orjson
            return bytes(call(request, **kwargs).content)

        return answer

    def limit() -> bytes:
        with connection.cursor() as cursor:
            raw = cursor.connection.cursor()
            raw.execute(
                f"SELECT {', '.join(f'e.{name}' for name in COLUMNS)}, p.name, p.city FROM tests_edition e "
                "JOIN tests_publisher p ON p.id = e.publisher_id ORDER BY e.title"
            )
            rows = [
                {**dict(zip(COLUMNS, row, strict=False)), "publisher": {"name": row[-2], "city": row[-1]}}
                for row in raw
            ]
        return bytes(orjson.dumps({"results": rows}))

    key = Edition.objects.values_list("pk", flat=True)[0]
    return {
        "List of 100 rows, each with its publisher": {
            "plain Django, .values()": way(PlainList.as_view()),
            "JsonResponseMixin, orjson": way(OurList.as_view()),
            "JsonResponseMixin, standard library": way(OurList.as_view(), False),
            "django-braces, .values()": way(BracesList.as_view()),
            "Django REST framework, ModelSerializer": way(peers.rest_framework()),
            "django-ninja": way(peers.ninja()),
            "django-modern-rest, msgspec from instances": way(peers.modern_rest()),
            "django-modern-rest, msgspec over .values()": way(peers.modern_rest(from_values=True)),
            "the limit: raw driver and orjson, values as stored": limit,
        },
        "List of 100 rows, each with its publisher and three authors": {
            "plain Django, instances": way(PlainManyList.as_view()),
            "JsonResponseMixin, orjson": way(OurManyList.as_view()),
            "JsonResponseMixin, standard library": way(OurManyList.as_view(), False),
            "Django REST framework, ModelSerializer": way(peers.rest_framework(many=True)),
            "django-ninja": way(peers.ninja(many=True)),
            "django-modern-rest, msgspec from instances": way(peers.modern_rest_many()),
        },
        "One object with its publisher": {
            "plain Django, get() and JsonResponse": way(PlainDetail.as_view(), pk=key),
            "plain Django, DetailView and JsonResponse": way(PlainDetailView.as_view(), pk=key),
            "JsonResponseMixin, orjson": way(OurDetail.as_view(), pk=key),
            "JsonResponseMixin, standard library": way(OurDetail.as_view(), False, pk=key),
        },
    }
