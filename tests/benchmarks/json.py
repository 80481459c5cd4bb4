"""JSON out of a list of 100 rows, of a list with relations to many, and of one object, beside the peers."""

import datetime
import decimal
import json
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

import django

ROUNDS = 60
COLUMNS = (
    *("id", "title", "isbn", "language", "price", "cost", "published", "created", "updated", "pages", "rating"),
    "in_print",
)


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
    import msgspec
    import orjson
    from braces.views import JSONResponseMixin
    from django.conf import settings
    from django.db import connection
    from django.http import JsonResponse
    from django.test import RequestFactory
    from django.views.generic import DetailView, ListView, View
    from ninja import Schema
    from ninja.responses import NinjaJSONEncoder
    from rest_framework import serializers
    from rest_framework.renderers import JSONRenderer

    from django_extras.views import JsonResponseMixin
    from tests.models import Author, Publisher
    from tests.shapes import Edition

    request = RequestFactory().get("/")
    publisher = ("publisher__name", "publisher__city")

    def nested(row: dict[str, Any]) -> dict[str, Any]:
        row["publisher"] = {"name": row.pop("publisher__name"), "city": row.pop("publisher__city")}
        return row

    class PlainList(View):
        def get(self, request: Any) -> Any:
            return JsonResponse({"results": [nested(row) for row in Edition.objects.values(*COLUMNS, *publisher)]})

    class BracesList(JSONResponseMixin, View):
        def get(self, request: Any) -> Any:
            return self.render_json_response(
                {"results": [nested(row) for row in Edition.objects.values(*COLUMNS, *publisher)]}
            )

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

    class PublisherSerializer(serializers.ModelSerializer):
        class Meta:
            model = Publisher
            fields = ("name", "city")

    class AuthorSerializer(serializers.ModelSerializer):
        class Meta:
            model = Author
            fields = ("name",)

    class EditionSerializer(serializers.ModelSerializer):
        publisher = PublisherSerializer()

        class Meta:
            model = Edition
            fields = (*COLUMNS, "publisher")

    class EditionManySerializer(EditionSerializer):
        authors = AuthorSerializer(many=True)

        class Meta:
            model = Edition
            fields = (*COLUMNS, "publisher", "authors")

    types = {
        **dict.fromkeys(("title", "isbn", "language"), str),
        **dict.fromkeys(("price", "cost"), decimal.Decimal),
        "id": uuid.UUID,
        "published": datetime.date,
        "created": datetime.datetime,
        "updated": datetime.datetime | None,
        "pages": int,
        "rating": float,
        "in_print": bool,
    }
    NamedSchema = type("NamedSchema", (Schema,), {"__annotations__": {"name": str}})
    PublisherSchema = type("PublisherSchema", (Schema,), {"__annotations__": {"name": str, "city": str}})
    EditionSchema = type("EditionSchema", (Schema,), {"__annotations__": {**types, "publisher": PublisherSchema}})
    many = {"authors": list[NamedSchema]}  # type: ignore[valid-type]  # made above
    EditionManySchema = type("EditionManySchema", (EditionSchema,), {"__annotations__": many})
    PublisherStruct = msgspec.defstruct("PublisherStruct", [("name", str), ("city", str)])
    EditionStruct = msgspec.defstruct("EditionStruct", [*types.items(), ("publisher", PublisherStruct)])

    def view(cls: Any, uses_orjson: bool = True, **kwargs: Any) -> Callable[[], bytes]:
        call = cls.as_view()

        def way() -> bytes:
            settings.DJANGO_EXTRAS_ORJSON = uses_orjson
            return bytes(call(request, **kwargs).content)

        return way

    def instances() -> Any:
        return Edition.objects.select_related("publisher")

    def plain_many() -> bytes:
        results = [
            {
                **{name: getattr(edition, name) for name in COLUMNS},
                "publisher": {"name": edition.publisher.name, "city": edition.publisher.city},
                "authors": [{"name": author.name} for author in edition.authors.all()],
            }
            for edition in instances().prefetch_related("authors")
        ]
        return bytes(JsonResponse({"results": results}).content)

    def drf(serializer: Any, objects: Any) -> bytes:
        return bytes(JSONRenderer().render({"results": serializer(objects, many=True).data}))

    def ninja(schema: Any, objects: Any) -> bytes:
        rows = [schema.model_validate(each).model_dump() for each in objects]
        return json.dumps({"results": rows}, cls=NinjaJSONEncoder).encode()

    def structs() -> bytes:
        rows = [msgspec.convert(each, EditionStruct, from_attributes=True) for each in instances()]
        return msgspec.json.encode({"results": rows})

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

    class PlainDetail(View):
        def get(self, request: Any, pk: Any) -> Any:
            edition = instances().get(pk=pk)
            return JsonResponse(
                {
                    **{name: getattr(edition, name) for name in COLUMNS},
                    "publisher": {"name": edition.publisher.name, "city": edition.publisher.city},
                }
            )

    return {
        "List of 100 rows, each with its publisher": {
            "plain Django, .values()": view(PlainList),
            "JsonResponseMixin, orjson": view(OurList),
            "JsonResponseMixin, standard library": view(OurList, False),
            "django-braces, .values()": view(BracesList),
            "Django REST framework, ModelSerializer": lambda: drf(EditionSerializer, instances()),
            "django-ninja's schema and encoder": lambda: ninja(EditionSchema, instances()),
            "msgspec structs of instances, as modern-rest does": structs,
            "the limit: raw driver and orjson, values as stored": limit,
        },
        "List of 100 rows, each with its publisher and three authors": {
            "plain Django, instances": plain_many,
            "JsonResponseMixin, orjson": view(OurManyList),
            "JsonResponseMixin, standard library": view(OurManyList, False),
            "Django REST framework, ModelSerializer": lambda: drf(
                EditionManySerializer, instances().prefetch_related("authors")
            ),
            "django-ninja's schema and encoder": lambda: ninja(
                EditionManySchema,
                (
                    {**{name: getattr(e, name) for name in (*COLUMNS, "publisher")}, "authors": list(e.authors.all())}
                    for e in instances().prefetch_related("authors")
                ),
            ),
        },
        "One object with its publisher": {
            "plain Django, get() and JsonResponse": view(PlainDetail, pk=key),
            "JsonResponseMixin, orjson": view(OurDetail, pk=key),
            "JsonResponseMixin, standard library": view(OurDetail, False, pk=key),
        },
    }
