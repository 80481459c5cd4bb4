"""The requests that the benchmark of JSON measures. Import it after ``django.setup()``."""

import datetime
from collections.abc import Callable
from typing import Any

import orjson
from braces.views import JSONResponseMixin
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.test import RequestFactory
from django.urls import path
from django.views.generic import DetailView, ListView, View

from django_extras.views import JsonResponseMixin
from tests.benchmarks import _json_peers as peers
from tests.benchmarks._goals import DEEP, DETAIL, FAR, LIST, MANY, ONE_ROW, README, TEN_ROWS
from tests.benchmarks._json_peers import COLUMNS, instances, values
from tests.models import Author, Book, Publisher
from tests.shapes import Edition, Person

FIELDS = [*COLUMNS, {"publisher": ["name", "city"]}]
BOSSES = "boss__name", "boss__boss__name", "boss__boss__boss__name"


def fill() -> None:
    """Fill the database of the settings, whose connection stays, as in production."""
    connection.settings_dict["CONN_MAX_AGE"] = None
    connection.creation.create_test_db(verbosity=0)
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
    boss = None
    for number in range(103):
        boss = Person.objects.create(name=f"Person {number:03}", boss=boss)
    Book.objects.bulk_create(
        Book(title=f"Book {number:06}", price=f"{number % 90}.95", publisher=publishers[number % 10])
        for number in range(20_000)
    )
    for number, book in enumerate(README_LIST):
        book.authors.add(*(authors[(number + step) % 50] for step in range(3)))


def _fields(edition: Edition) -> dict[str, Any]:
    publisher = {"name": edition.publisher.name, "city": edition.publisher.city}
    return {**{name: getattr(edition, name) for name in COLUMNS}, "publisher": publisher}


def plain(rows: Callable[[], list[Any]]) -> Callable[..., Any]:
    """Return a view that sends rows with Django alone."""

    class Plain(View):
        def get(self, request: Any) -> Any:
            return JsonResponse({"results": rows()})

    return Plain.as_view()


def ours(fields: Any, rows: Any) -> Callable[..., Any]:
    """Return a list view that sends rows with JsonResponseMixin."""

    class Ours(JsonResponseMixin, ListView):
        queryset = rows
        json_fields = fields

        def get_json_data(self, context: Any) -> Any:
            return {"results": super().get_json_data(context)}

    return Ours.as_view()


def _with_authors() -> list[Any]:
    return [
        {**_fields(edition), "authors": [{"name": author.name} for author in edition.authors.all()]}
        for edition in instances().prefetch_related("authors")
    ]


def _with_bosses() -> list[Any]:
    rows = []
    for name, *bosses in Person.objects.filter(boss__boss__boss__isnull=False).values_list("name", *BOSSES):
        boss: Any = None
        for each in reversed(bosses):
            boss = {"name": each} | ({"boss": boss} if boss else {})
        rows.append({"name": name, "boss": boss})
    return rows


class PlainDetail(View):
    """One object by get()."""

    def get(self, request: Any) -> Any:
        return JsonResponse(_fields(instances().get(title="Title 050")))


class EditionView(DetailView):
    """One object, whatever the URL."""

    queryset = Edition.objects.select_related("publisher")
    slug_field = "title"

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs, slug="Title 050")


class Detail(EditionView):
    """One object by Django's view."""

    def render_to_response(self, context: Any, **options: Any) -> Any:
        return JsonResponse(_fields(self.object))


class OurDetail(JsonResponseMixin, EditionView):
    """One object by JsonResponseMixin."""

    queryset = Edition.objects.all()
    json_fields = FIELDS


class BracesList(JSONResponseMixin, View):
    """The list by django-braces."""

    def get(self, request: Any) -> Any:
        return self.render_json_response({"results": values()})


BOOKS = Book.objects.order_by("title", "pk")


def _far_page() -> list[Any]:
    page = Paginator(BOOKS.values("title", "publisher__name", "publisher__city"), 20).page(990)
    return [
        {"title": row["title"], "publisher": {"name": row["publisher__name"], "city": row["publisher__city"]}}
        for row in page.object_list
    ]


class OurFarPage(JsonResponseMixin, ListView):
    """The page far in a list by JsonResponseMixin."""

    queryset = BOOKS
    paginate_by = 20
    json_fields = ("title", {"publisher": ["name", "city"]})

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs, page=990)

    def get_json_data(self, context: Any) -> Any:
        return {"results": super().get_json_data(context)["results"]}


README_LIST = Book.objects.order_by("pk")[:100]


def _readme_list() -> list[Any]:
    return [
        {
            "title": book.title,
            "price": book.price,
            "publisher": {"name": book.publisher.name},
            "authors": [{"name": author.name} for author in book.authors.all()],
        }
        for book in README_LIST.select_related("publisher").prefetch_related("authors")
    ]


def _limit(request: Any) -> Any:
    with connection.cursor() as cursor:
        raw = cursor.connection.cursor()
        raw.execute(
            f"SELECT {', '.join(f'e.{name}' for name in COLUMNS)}, p.name, p.city FROM tests_edition e "
            "JOIN tests_publisher p ON p.id = e.publisher_id ORDER BY e.title"
        )
        rows = [
            {**dict(zip(COLUMNS, row, strict=False)), "publisher": {"name": row[-2], "city": row[-1]}} for row in raw
        ]
    return HttpResponse(orjson.dumps({"results": rows}, default=str), content_type="application/json")


def cases() -> dict[str, list[tuple[str, Callable[[], bytes]]]]:
    """Return the ways to answer by the title of their case, plain Django's first."""
    bosses = [("name", "name"), {"boss": ["name", {"boss": ["name", {"boss": ["name"]}]}]}]
    ranked = Person.objects.filter(boss__boss__boss__isnull=False)
    views: dict[str, dict[str, Any]] = {
        LIST: {
            "plain Django, .values()": plain(values),
            "JsonResponseMixin": ours(FIELDS, Edition.objects.all()),
            "django-braces, .values()": BracesList.as_view(),
            "Django REST framework, ModelSerializer": peers.rest_framework(),
            "django-ninja, orjson": peers.ninja(),
            "django-modern-rest, msgspec from instances": peers.modern_rest(),
            "django-modern-rest, msgspec over .values()": peers.modern_rest(from_values=True),
            "the limit: raw driver and orjson, values as stored": _limit,
        },
        MANY: {
            "plain Django, instances": plain(_with_authors),
            "JsonResponseMixin": ours([*FIELDS, {"authors": ["name"]}], Edition.objects.all()),
            "Django REST framework, ModelSerializer": peers.rest_framework(many=True),
            "django-ninja, orjson": peers.ninja(many=True),
            "django-modern-rest, msgspec from instances": peers.modern_rest_many(),
        },
        DETAIL: {
            "plain Django, get()": PlainDetail.as_view(),
            "plain Django, DetailView": Detail.as_view(),
            "JsonResponseMixin": OurDetail.as_view(),
        },
        ONE_ROW: {
            "plain Django, .values()": plain(lambda: values(1)),
            "JsonResponseMixin": ours(FIELDS, Edition.objects.all()[:1]),
        },
        TEN_ROWS: {
            "plain Django, .values()": plain(lambda: values(10)),
            "JsonResponseMixin": ours(FIELDS, Edition.objects.all()[:10]),
        },
        DEEP: {
            "plain Django, .values_list()": plain(_with_bosses),
            "JsonResponseMixin": ours(bosses, ranked),
        },
        FAR: {
            "plain Django, .values() and Paginator": plain(_far_page),
            "JsonResponseMixin": OurFarPage.as_view(),
        },
        README: {
            "plain Django, instances": plain(_readme_list),
            "JsonResponseMixin": ours(
                ["title", "price", {"publisher": ["name"]}, {"authors": ["name"]}], README_LIST.all()
            ),
            "Django REST framework, ModelSerializer": peers.rest_readme(README_LIST),
        },
    }
    handled = [view for ways in views.values() for view in ways.values()]
    settings.ROOT_URLCONF = tuple(path(f"{index}/", view) for index, view in enumerate(handled))
    handler = WSGIHandler()
    return {
        title: [
            way
            for name, view in ways.items()
            for way in _ways(name, handler, f"/{handled.index(view)}/", "Mixin" in name)
        ]
        for title, ways in views.items()
    }


def _ways(name: str, handler: Any, url: str, is_ours: bool) -> list[tuple[str, Callable[[], bytes]]]:
    environ = RequestFactory()._base_environ(PATH_INFO=url, HTTP_ACCEPT="*/*")

    def way(uses_orjson: bool) -> Callable[[], bytes]:
        def answer() -> bytes:
            settings.DJANGO_EXTRAS_ORJSON = uses_orjson
            response = handler(dict(environ), lambda status, fields: None)
            content = b"".join(response)
            response.close()
            return content

        return answer

    return (
        [(f"{name}, orjson", way(True)), (f"{name}, standard library", way(False))] if is_ours else [(name, way(True))]
    )
