"""The views of other libraries that send the benchmark's rows. Import it after ``django.setup()``."""

import datetime
import decimal
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
import orjson
from django.db.models import QuerySet
from dmr import Controller
from dmr.plugins.msgspec import MsgspecSerializer
from ninja import NinjaAPI, Schema
from ninja.renderers import BaseRenderer
from rest_framework import generics, serializers
from rest_framework.renderers import JSONRenderer

from tests.models import Author, Book, Publisher
from tests.shapes import Edition

COLUMNS = (
    *("id", "title", "isbn", "language", "price", "cost", "published", "created", "updated", "pages", "rating"),
    "in_print",
)
_TYPES: dict[str, Any] = {
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

View = Callable[..., Any]


def instances() -> "QuerySet[Edition]":
    """Return the rows as model instances."""
    return Edition.objects.select_related("publisher")


def values(count: int = 100) -> list[dict[str, Any]]:
    """Return the first rows as dicts."""
    rows: list[dict[str, Any]] = list(Edition.objects.values(*COLUMNS, "publisher__name", "publisher__city")[:count])
    for row in rows:
        row["publisher"] = {"name": row.pop("publisher__name"), "city": row.pop("publisher__city")}
    return rows


class _Publisher(serializers.ModelSerializer[Publisher]):
    class Meta:
        model = Publisher
        fields = ("name", "city")


class _Author(serializers.ModelSerializer[Author]):
    class Meta:
        model = Author
        fields = ("name",)


class _Edition(serializers.ModelSerializer[Edition]):
    publisher = _Publisher()

    class Meta:
        model = Edition
        fields: tuple[str, ...] = (*COLUMNS, "publisher")


class _EditionWithAuthors(_Edition):
    authors = _Author(many=True)

    class Meta(_Edition.Meta):
        fields = (*COLUMNS, "publisher", "authors")


class _NamedPublisher(serializers.ModelSerializer[Publisher]):
    class Meta:
        model = Publisher
        fields = ("name",)


class _Book(serializers.ModelSerializer[Book]):
    publisher = _NamedPublisher()
    authors = _Author(many=True)

    class Meta:
        model = Book
        fields = ("title", "price", "publisher", "authors")


def rest_framework(many: bool = False) -> View:
    """Return a list view of Django REST framework."""
    if many:
        return _rest_list(_EditionWithAuthors, instances().prefetch_related("authors"))
    return _rest_list(_Edition, instances())


def rest_readme(rows: "QuerySet[Book]") -> View:
    """Return the list that the README has for comparison."""
    return _rest_list(_Book, rows.select_related("publisher").prefetch_related("authors"))


def _rest_list(serializer: Any, rows: Any) -> View:
    """Return a list view of Django REST framework, in the same envelope as the others."""

    class List(generics.ListAPIView[Any]):
        queryset = rows
        serializer_class = serializer
        renderer_classes = (JSONRenderer,)
        authentication_classes = ()
        permission_classes = ()

        def list(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            response = super().list(request, *args, **kwargs)
            response.data = {"results": response.data}
            return response

    call = List.as_view()
    return lambda request: call(request).render()


class _OrjsonRenderer(BaseRenderer):
    """As its documentation has it, and with text for a Decimal."""

    media_type = "application/json"

    def render(self, request: Any, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=str)


def ninja(many: bool = False) -> View:
    """Return a list view of django-ninja, as its router gives it."""
    named = type("Named", (Schema,), {"__annotations__": {"name": str}})
    publisher = type("Publisher", (Schema,), {"__annotations__": {"name": str, "city": str}})
    more = {"authors": list[named]} if many else {}  # type: ignore[valid-type]  # made above
    row = type("Row", (Schema,), {"__annotations__": {**_TYPES, "publisher": publisher, **more}})
    rows = type("Rows", (Schema,), {"__annotations__": {"results": list[row]}})  # type: ignore[valid-type]  # made above
    api = NinjaAPI(urls_namespace=f"benchmark-{many}", renderer=_OrjsonRenderer())

    @api.get("/", response=rows)
    def editions(request: Any) -> Any:
        return {"results": list(instances().prefetch_related("authors") if many else instances())}

    return next(pattern.callback for pattern in api.urls[0] if pattern.name == "editions")


_Named = msgspec.defstruct("_Named", [("name", str)])
_Place = msgspec.defstruct("_Place", [("name", str), ("city", str)])
_Row: Any = msgspec.defstruct("_Row", [*_TYPES.items(), ("publisher", _Place)])


def modern_rest(from_values: bool = False) -> View:
    """Return a list view of django-modern-rest, without its check of the response, over instances or dicts."""

    class Editions(Controller[MsgspecSerializer]):
        validate_responses = False

        def get(self) -> dict[str, list[_Row]]:
            rows: Any = (
                values() if from_values else msgspec.convert(list(instances()), list[_Row], from_attributes=True)
            )
            return {"results": rows}

    return Editions.as_view()


def modern_rest_many() -> View:
    """Return the list with authors of django-modern-rest, over instances."""
    row: Any = msgspec.defstruct("_RowWithAuthors", [("authors", list[_Named])], bases=(_Row,), kw_only=True)

    class Editions(Controller[MsgspecSerializer]):
        validate_responses = False

        def get(self) -> dict[str, list[_Row]]:
            rows = []
            for edition in instances().prefetch_related("authors"):
                plain = {name: getattr(edition, name) for name in (*COLUMNS, "publisher")}
                plain["authors"] = list(edition.authors.all())
                rows.append(msgspec.convert(plain, row, from_attributes=True))
            return {"results": rows}

    return Editions.as_view()
