"""Rows for answers in other formats than JSON."""

import csv
import datetime
import decimal
import json
from typing import Any

import pytest
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import RequestFactory
from django.views.generic import DeleteView, DetailView, ListView, UpdateView

from django_extras.views import JsonResponseMixin
from django_extras.views._rows import RowsMixin
from tests.models import Book, Publisher
from tests.shapes import Cell, Person, Token
from tests.versions import Review

pytestmark = pytest.mark.django_db


class CsvMixin(RowsMixin):
    json_fields = ("title", "price", "published", ("by", "publisher__name"))

    def render_to_response(self, context: Any, **options: Any) -> HttpResponse:
        response = HttpResponse(content_type="text/csv")
        rows, _ = self._rows(context["object_list"] if "object_list" in context else [context["object"]])
        assert {type(row["price"]) for row in rows} == {decimal.Decimal}
        writer = csv.DictWriter(response, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        return response


@pytest.mark.parametrize("base", [ListView, DetailView])
def test_rows_hold_values_as_python_has_them(base: Any, django_assert_num_queries: Any) -> None:
    book = Book.objects.create(
        title="Emma",
        price="9.50",
        published=datetime.date(2001, 2, 3),
        publisher=Publisher.objects.create(name="Murray", city="London"),
    )
    view = type("View", (CsvMixin, base), {"model": Book})

    with django_assert_num_queries(1):
        response = view.as_view()(RequestFactory().get("/"), pk=book.pk)

    assert response.content == b"title,price,published,by\r\nEmma,9.50,2001-02-03,Murray\r\n"


def test_the_object_of_a_view_may_be_values(rf: RequestFactory) -> None:
    book = Book.objects.create(title="Emma", price="9.50", publisher=Publisher.objects.create(name="Murray"))

    class View(JsonResponseMixin, DetailView):
        queryset = Book.objects.values("pk", "title")
        json_fields = ("title",)

    response = View.as_view()(rf.get("/"), pk=book.pk)

    assert json.loads(response.content) == {"title": "Emma"}


@pytest.mark.parametrize("base", [DetailView, UpdateView, DeleteView])
@pytest.mark.parametrize(
    ("model", "kwargs"),
    [
        (Book, {"pk": "x"}),
        (Book, {"pk": "9" * 5000}),
        (Review, {"pk": "9" * 25}),
        (Book, {"pk": "1", "slug": "a\0b"}),
        (Person, {"pk": "1"}),
        (Token, {"pk": "a\0b"}),
        (Book, {"slug": "a\0b"}),
    ],
)
def test_a_key_that_no_object_can_have_is_that_of_none(
    rf: RequestFactory, base: Any, model: Any, kwargs: dict[str, str]
) -> None:
    method = {UpdateView: "PUT", DeleteView: "DELETE"}.get(base, "GET")
    options = {"slug_field": "publisher__name", "query_pk_and_slug": True, "fields": "__all__"}
    view: Any = type("View", (JsonResponseMixin, base), {"model": model, "json_fields": ("pk",), **options})

    response = view.as_view(allow_sensitive=True)(rf.generic(method, "/", "{}", "application/json"), **kwargs)

    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(("shown", "key"), [(Book, "1"), (Cell, "1")])
def test_what_else_goes_wrong_with_an_object_is_no_missing_object(rf: RequestFactory, shown: Any, key: str) -> None:
    class Wrong(QuerySet[Any]):
        def get(self, *args: Any, **kwargs: Any) -> Any:
            raise ValueError("It is wrong.")

    class View(JsonResponseMixin, DetailView):
        queryset = Wrong(shown)
        json_fields = ("pk",)

    with pytest.raises(ValueError, match=r"It is wrong[.]|must be a tuple"):
        View.as_view()(rf.get("/"), pk=key)
