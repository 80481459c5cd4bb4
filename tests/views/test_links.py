"""The links of a list lead to its own host, and are as short as the request lets them be."""

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client, RequestFactory, override_settings
from django.urls import path, re_path
from django.views.generic import ListView

from django_extras.views.json import JsonResponseMixin
from tests.models import Author
from tests.shapes import Everything

pytestmark = pytest.mark.django_db


class Authors(JsonResponseMixin, ListView):
    model = Author
    ordering = "pk"
    paginate_by = 1
    json_fields = ("name",)


class Cursors(Authors):
    paginate = "cursor"


@pytest.fixture(autouse=True)
def _authors() -> None:
    Author.objects.bulk_create(Author(name=name) for name in "abc")


def links(response: Any) -> dict[str, str]:
    assert response.status_code == 200, response.content
    page = json.loads(response.content)
    found = {relation: url for url, relation in re.findall(r'<([^<>]*)>; rel="(\w+)"', response.headers["Link"])}
    assert (found.get("next"), found.get("prev")) == (page["next"], page["previous"])
    return found


class TestHost:
    """Whatever the path is that a route lets through."""

    NUMBERED = {"first": "a", "prev": "a", "next": "c", "last": "c"}
    ROUTES = (
        (path("<path:rest>/<int:page>/", Authors.as_view()), NUMBERED),
        (path("<path:rest>/<int:page>/", Authors.as_view(), name="page"), NUMBERED),
        (re_path(r"^(?P<rest>[\s\S]*)/(?P<page>\d)/$", Authors.as_view(), name="page"), NUMBERED),
        (re_path(r"^[\s\S]*/2/$", Authors.as_view()), {"first": "a", "next": "b", "last": "c"}),
        (re_path(r"^[\s\S]*/2/$", Cursors.as_view()), {"first": "a", "next": "b"}),
    )

    @pytest.mark.parametrize(
        "here",
        [
            "//evil.example/2/",
            "///evil.example/2/",
            "/\\evil.example/2/",
            "/\t/evil.example/2/",
            "//evil.example/./2/",
            "//evil.example/../2/",
            "//user@evil.example:8000/2/",
            "/http://evil.example/2/",
            "/é;?#>/2/",
            '/x\r\nLink: <http://evil.example/>; rel="next"/2/',
        ],
    )
    @pytest.mark.parametrize(("route", "expected"), ROUTES)
    @pytest.mark.parametrize("is_async", [False, True])
    def test_links_stay_on_the_host(self, here: str, route: Any, expected: dict[str, str], is_async: bool) -> None:
        def get(path: str, query: str) -> Any:
            if is_async:
                request: Any = async_to_sync(AsyncClient().request)
                return request(method="GET", path=path, query_string=query.encode(), headers=[])
            raw = path.encode().decode("latin-1")
            return Client().get("/", PATH_INFO=raw, QUERY_STRING=query)

        if "\n" in here and str(route.pattern).startswith("<path:"):
            return  # which lets no line end through
        with override_settings(ROOT_URLCONF=type("Urls", (), {"urlpatterns": [route]})):
            found = links(get(here, "q=x"))
            names = {}
            for relation, url in found.items():
                host, query = re.fullmatch(r"http://testserver(/[!->@-~]*)\?([!-~]*)", url).groups()  # type: ignore[union-attr]
                page = json.loads(get(unquote(host), query).content)
                names[relation] = page["results"][0]["name"]
            assert names == expected


class TestLength:
    """Servers bound the request line and the fields: gunicorn takes 4,094 bytes, nginx sends 4 KB."""

    @pytest.mark.parametrize("view", [Authors, Cursors])
    @pytest.mark.parametrize("text", ["1,2/3:4!$()*?@", "a-b_c.d~e", "Jane+Austen+", "%C3%A9%22%3E%26%23"])
    def test_urls_are_as_long_as_that_of_the_request(self, view: Any, text: str) -> None:
        query = f"ids={text * (3_000 // len(text))}"
        first = view.as_view()(RequestFactory().get("/", QUERY_STRING=query))

        url = json.loads(first.content)["next"]

        assert len(url) - len("http://testserver/") < len(query) + 200
        second = RequestFactory().get("/", QUERY_STRING=url.partition("?")[2])
        assert second.GET["ids"] == RequestFactory().get("/", QUERY_STRING=query).GET["ids"]
        assert json.loads(view.as_view()(second).content)["results"] == [{"name": "b"}]

    @pytest.mark.parametrize(
        ("length", "relations"),
        [
            (100, ["first", "prev", "next", "last"]),
            (600, ["first", "prev", "next"]),
            (900, ["prev", "next"]),
            (1_900, ["next"]),
            (2_000, None),
        ],
    )
    def test_field_leaves_out_what_it_has_no_room_for(self, length: int, relations: Any) -> None:
        response = Authors.as_view()(RequestFactory().get("/", {"page": 2, "q": "x" * length}))
        page = json.loads(response.content)

        assert page["next"].endswith("x" * length)
        assert page["previous"].endswith("x" * length)
        if relations is None:
            assert "Link" not in response.headers
        else:
            assert len(response.headers["Link"]) <= 2_000
            assert re.findall(r'rel="(\w+)"', response.headers["Link"]) == relations

    def test_values_of_a_parameter(self) -> None:
        page = json.loads(Authors.as_view()(RequestFactory().get("/?a=1&b=&page=1&page=2&a=3&%3C=%3E")).content)

        assert page["previous"] == "http://testserver/?a=1&a=3&b=&page=1&%3C=%3E"

    @pytest.mark.parametrize(("column", "value"), [("char", "\N{GRINNING FACE}" * 100), ("text", "é" * 66_000)])
    def test_cursors_of_long_values(self, column: str, value: str) -> None:
        class Long(JsonResponseMixin, ListView):
            queryset = Everything.objects.order_by(column)
            json_fields = ("pk",)
            paginate = "cursor"
            paginate_by = 1

        for number in range(3):
            Everything.objects.create(**{column: f"{value[:-1]}{number}"})
        first = json.loads(Long.as_view()(RequestFactory().get("/")).content)
        second = Long.as_view()(RequestFactory().get(first["next"]))

        found = links(second)
        assert found.keys() == {"first", "prev", "next"}
        assert len(second.headers["Link"]) <= 2_000
        assert max(map(len, found.values())) < 1_000
        assert json.loads(Long.as_view()(RequestFactory().get(found["prev"])).content)["results"] == first["results"]
