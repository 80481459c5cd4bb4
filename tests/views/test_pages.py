"""Pages by number, without COUNT and by key; orders and sizes that the query chooses."""

import datetime
import itertools
import json
import uuid
from decimal import Decimal
from typing import Any

import django_filters
import pytest
from braces.views import OrderableListMixin
from django.core.exceptions import ImproperlyConfigured
from django.core.paginator import PageNotAnInteger
from django.core.signing import Signer
from django.db import connection
from django.db.models import Avg, Count, DateField, Exists, F, Max, OuterRef, Q, Subquery, Value, Window
from django.db.models.fields.json import KT
from django.db.models.functions import (
    Cast,
    Coalesce,
    ExtractDay,
    Floor,
    JSONObject,
    Lower,
    Now,
    Random,
    Rank,
    RowNumber,
    TruncDate,
    TruncHour,
    TruncMonth,
)
from django.db.models.lookups import Exact
from django.test import RequestFactory, override_settings
from django.urls import path, re_path
from django.utils import timezone
from django.views.generic import ListView
from django_filters.views import FilterMixin, FilterView
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neapolitan.views import CRUDView, Role

from django_extras.projection.keyset import Keyset
from django_extras.views._cursor import read_cursor, write_cursor
from django_extras.views._pages import UncountedPaginator
from django_extras.views.json import JsonResponseMixin
from django_extras.views.status import StatusResponseMixin
from tests.models import Author, Book, Publisher
from tests.servers.harness import missing
from tests.shapes import Badge, Cell, Everything, Membership, Person, Team

pytestmark = pytest.mark.django_db


class Authors(JsonResponseMixin, ListView):
    model = Author
    ordering = "pk"
    paginate_by = 2
    json_fields = ("name",)


class Uncounted(Authors):
    count = False


class Cursors(Authors):
    paginate = "cursor"


@pytest.fixture
def authors() -> list[Author]:
    return [Author.objects.create(name=name) for name in "abcde"]


def get(view: Any, url: str = "/", **kwargs: Any) -> Any:
    return view.as_view()(RequestFactory().get(url), **kwargs)


def body(view: Any, url: str = "/", **kwargs: Any) -> Any:
    response = get(view, url, **kwargs)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def names(page: Any) -> str:
    return "".join(row["name"] for row in page["results"])


def refused(view: Any, url: str) -> tuple[int, str]:
    response = get(view, url)
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, json.loads(response.content)["detail"]


def walk(view: Any, url: str | None = "/") -> list[Any]:
    """All pages, from the first to the last by the links, and back again."""
    pages = []
    while url is not None:
        assert len(pages) < 100, "These pages have no end."
        pages.append(body(view, url))
        url = pages[-1]["next"]
    back = [pages[-1]]
    while back[-1]["previous"] is not None:
        assert len(back) < len(pages), "There are more pages back than forward."
        back.append(body(view, back[-1]["previous"]))
    assert [page["results"] for page in reversed(back)] == [page["results"] for page in pages]
    return [row for page in pages for row in page["results"]]


class TestNumbers:
    def test_first_page(self, authors: list[Author], django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(2):
            response = get(Authors, "/?q=%C3%A9&q=2&page=1&x=")

        base = "http://testserver/?q=%C3%A9&q=2"
        assert json.loads(response.content) == {
            "count": 5,
            "next": f"{base}&page=2&x=",
            "previous": None,
            "results": [{"name": "a"}, {"name": "b"}],
        }
        assert response.headers["Link"] == (
            f'<{base}&page=1&x=>; rel="first", <{base}&page=2&x=>; rel="next", <{base}&page=3&x=>; rel="last"'
        )

    def test_all_pages(self, authors: list[Author]) -> None:
        assert [row["name"] for row in walk(Authors)] == list("abcde")

    def test_no_rows(self) -> None:
        response = get(Authors)

        assert json.loads(response.content) == {"count": 0, "next": None, "previous": None, "results": []}
        assert response.headers["Link"] == (
            '<http://testserver/?page=1>; rel="first", <http://testserver/?page=1>; rel="last"'
        )

    def test_last_page_by_name(self, authors: list[Author]) -> None:
        assert names(body(Authors, "/?page=last")) == "e"

    @pytest.mark.parametrize("page", ["4", "0", "-1", "x", "1.5", "9" * 5000])
    def test_bad_pages_are_not_found(self, authors: list[Author], page: str) -> None:
        assert refused(Authors, f"/?page={page}")[0] == 404

    def test_number_in_the_path(self, authors: list[Author]) -> None:
        urls = type("Urls", (), {"urlpatterns": [path("<int:page>/of/<slug:kind>/", Authors.as_view(), name="page")]})
        from django.test import Client

        with override_settings(ROOT_URLCONF=urls):
            page = Client().get("/2/of/all/?x=1").json()

        assert page["previous"] == "http://testserver/1/of/all/?x=1"
        assert page["next"] == "http://testserver/3/of/all/?x=1"

    @pytest.mark.parametrize(
        ("route", "here", "previous"),
        [
            (path("é/<int:page>/", Authors.as_view()), "/%C3%A9/2/", "/%C3%A9/1/"),
            (path("2/<int:page>/", Authors.as_view()), "/2/2/", "/2/1/"),
            (re_path(r"^(\d)/of/(?P<page>\d)/$", Authors.as_view(), name="page"), "/2/of/2/", "/2/of/1/"),
            (path("<page>", Authors.as_view()), "/last", "/2"),
        ],
    )
    def test_number_in_a_path_without_name(self, authors: list[Author], route: Any, here: str, previous: str) -> None:
        from django.test import Client

        with override_settings(ROOT_URLCONF=type("Urls", (), {"urlpatterns": [route]}), FORCE_SCRIPT_NAME="/app"):
            response = Client().get(f"{here}?x=1")

        assert response.json()["previous"] == f"http://testserver/app{previous}?x=1"
        assert 'rel="first"' in response.headers["Link"]

    def test_number_that_a_path_fixes(self, authors: list[Author]) -> None:
        urls = type("Urls", (), {"urlpatterns": [path("second/", Authors.as_view(), {"page": 2})]})
        from django.test import Client

        with override_settings(ROOT_URLCONF=urls):
            response = Client().get("/second/")

        page = response.json()
        assert (names(page), page["next"], page["previous"]) == ("cd", None, None)
        assert "Link" not in response.headers

    def test_lists_that_are_no_querysets(self) -> None:
        class Plain(JsonResponseMixin, ListView):
            paginate_by = 2

            def get_queryset(self) -> Any:
                return [{"name": name} for name in "abc"]

        assert names(body(Plain, "/?page=2")) == "c"


class TestUncounted:
    def test_pages_without_count(self, authors: list[Author], django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(1):
            response = get(Uncounted)

        assert json.loads(response.content) == {
            "count": None,
            "next": "http://testserver/?page=2",
            "previous": None,
            "results": [{"name": "a"}, {"name": "b"}],
        }
        assert response.headers["Link"] == (
            '<http://testserver/?page=1>; rel="first", <http://testserver/?page=2>; rel="next"'
        )
        assert [row["name"] for row in walk(Uncounted)] == list("abcde")

    def test_full_last_page_has_no_next(self, authors: list[Author]) -> None:
        authors[4].delete()

        assert body(Uncounted, "/?page=2")["next"] is None

    @pytest.mark.parametrize("page", ["4", "0", "-1", "x", "9" * 18, "9" * 30, "last"])
    def test_bad_pages_are_not_found(self, authors: list[Author], page: str) -> None:
        assert refused(Uncounted, f"/?page={page}")[0] == 404

    def test_last_page_is_not_known(self, authors: list[Author]) -> None:
        assert refused(Uncounted, "/?page=last") == (
            404,
            "Invalid page (last): Without a count it is not known which page is the last",
        )

    def test_paginator_by_itself_takes_numbers_alone(self) -> None:
        with pytest.raises(PageNotAnInteger, match=r"^That page number is not an integer$"):
            UncountedPaginator([], 2).page("x")

    def test_orphans_need_a_count(self) -> None:
        class Orphans(Uncounted):
            paginate_orphans = 1

        with pytest.raises(ImproperlyConfigured) as caught:
            get(Orphans)
        assert str(caught.value) == (
            "Orphans.paginate_orphans needs a count, to know which page is the last. Define Orphans.count = True or "
            "remove Orphans.paginate_orphans."
        )

    def test_empty_first_page(self) -> None:
        assert body(Uncounted)["results"] == []

    def test_list_that_the_context_replaced(self, authors: list[Author]) -> None:
        class Replaced(Uncounted):
            def get_context_data(self, **kwargs: Any) -> Any:
                context = super().get_context_data(**kwargs)
                assert [author.name for author in context["object_list"]] == ["a", "b"]
                return {**context, "object_list": context["object_list"][:1]}

        assert names(body(Replaced)) == "a"

    def test_own_paginator_decides_itself(self, authors: list[Author]) -> None:
        from django.core.paginator import Paginator

        class Own(Uncounted):
            paginator_class = type("OwnPaginator", (Paginator,), {})

        assert body(Own)["count"] == 5


class TestUnread:
    """An empty list is told by what is cheap: the count that there is, or whether there is any row."""

    @pytest.mark.parametrize(
        ("attributes", "queries"),
        [
            ({"paginate_by": 2}, ["COUNT(*)", "name"]),
            ({"paginate_by": 2, "count": False}, ["1", "name"]),
            ({"paginate_by": 2, "paginate": "cursor"}, ["1", "name"]),
            ({"paginate_by": None}, ["1", "name"]),
        ],
    )
    def test_queries(
        self, authors: list[Author], attributes: Any, queries: list[str], django_assert_num_queries: Any
    ) -> None:
        class Empty(StatusResponseMixin, Authors):
            status_codes = {"empty": 204}

        view = type("View", (Empty,), attributes)

        with django_assert_num_queries(2) as captured:
            assert get(view).status_code == 200
        for query, found in zip(captured.captured_queries, queries, strict=True):
            assert found in query["sql"].partition(" FROM ")[0], query["sql"]
        Author.objects.all().delete()
        with django_assert_num_queries(1):
            assert get(view).status_code == 204

    @pytest.mark.parametrize("attributes", [{"count": False}, {"paginate": "cursor"}])
    def test_page_knows_its_neighbours_before_it_is_read(
        self, authors: list[Author], attributes: Any, django_assert_num_queries: Any
    ) -> None:
        seen = []

        class Curious(Authors):
            def get_context_data(self, **kwargs: Any) -> Any:
                context = super().get_context_data(**kwargs)
                page = context["page_obj"]
                seen.append((page.has_previous(), page.has_next(), page.has_other_pages(), page.number))
                return context

        view = type("View", (Curious,), attributes)
        walk(view)

        by_number = view.count is False
        assert [each[:3] for each in seen] == [
            *((False, True, True), (True, True, True), (True, False, True)),
            *((True, True, True), (False, True, True)),
        ]
        assert [each[3] for each in seen] == ([1, 2, 3, 2, 1] if by_number else [1] * 5)


class TestSizes:
    class Sized(Authors):
        max_paginate_by = 3

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("/", "ab"),
            ("/?paginate_by=1", "a"),
            (f"/?paginate_by={'0' * 99}1", "a"),
            ("/?paginate_by=3", "abc"),
            ("/?paginate_by=999", "abc"),
        ],
    )
    def test_size_in_the_query(self, authors: list[Author], url: str, expected: str) -> None:
        assert names(body(self.Sized, url)) == expected

    def test_size_stays_in_the_links(self, authors: list[Author]) -> None:
        assert body(self.Sized, "/?paginate_by=1")["next"] == "http://testserver/?paginate_by=1&page=2"

    def test_size_is_ignored_unless_allowed(self, authors: list[Author]) -> None:
        assert names(body(Authors, "/?paginate_by=5")) == "ab"

    @pytest.mark.parametrize("size", ["0", "00", "-1", "x", "", "1.0", "²", "\u0661"])
    def test_bad_sizes(self, authors: list[Author], size: str) -> None:
        assert refused(self.Sized, f"/?paginate_by={size}") == (400, "paginate_by must be a whole number from 1 to 3.")

    @pytest.mark.parametrize("size", ["4", "9" * 5000])
    def test_sizes_above_the_largest_may_be_refused(self, authors: list[Author], size: str) -> None:
        class Strict(self.Sized):  # type: ignore[name-defined]  # a class of the test
            cap_paginate_by = False

        assert refused(Strict, f"/?paginate_by={size}") == (400, "paginate_by must be a whole number from 1 to 3.")
        assert names(body(self.Sized, f"/?paginate_by={size}")) == "abc"
        for allowed in (1, 2, 3):
            assert names(body(Strict, f"/?paginate_by={allowed}")) == "abc"[:allowed]


class TestOrdering:
    class Ordered(Authors):
        paginate_by = 9
        json_ordering = ("name", "pk")

    def test_order_in_the_query(self, authors: list[Author]) -> None:
        Author.objects.create(name="a")

        assert names(body(self.Ordered, "/?ordering=-name")) == "edcbaa"
        assert names(body(self.Ordered, "/?ordering=name,-pk")) == "aabcde"
        assert names(body(self.Ordered, "/?ordering=")) == "abcdea"

    @pytest.mark.parametrize("ordering", ["x", "--name", "name,", ",", "books__title", "?", "password"])
    def test_other_orders_are_refused(self, authors: list[Author], ordering: str) -> None:
        assert refused(self.Ordered, f"/?ordering={ordering}") == (
            400,
            "ordering must be a comma-separated list of name, pk, each with or without a - in front.",
        )

    def test_order_is_ignored_unless_allowed(self, authors: list[Author]) -> None:
        assert names(body(Authors, "/?ordering=-name")) == "ab"

    def test_order_of_an_own_queryset(self, authors: list[Author]) -> None:
        class Own(self.Ordered):  # type: ignore[name-defined]  # a class of the test
            paginate_by = None

            def get_queryset(self) -> Any:
                return Author.objects.exclude(name="c")

        assert [row["name"] for row in body(Own, "/?ordering=-name")] == list("edba")

    def test_lists_cannot_be_ordered(self) -> None:
        class Plain(JsonResponseMixin, ListView):
            json_ordering = ("name",)

            def get_queryset(self) -> Any:
                return [{"name": "a"}]

        with pytest.raises(ImproperlyConfigured) as caught:
            get(Plain, "/?ordering=name")
        assert str(caught.value) == (
            "Plain.json_ordering needs a queryset, and the view has a list. Return a queryset from "
            "Plain.get_queryset()."
        )

    def test_slices_cannot_be_ordered(self) -> None:
        class Sliced(self.Ordered):  # type: ignore[name-defined]  # a class of the test
            def get_queryset(self) -> Any:
                return Author.objects.all()[:3]

        with pytest.raises(ImproperlyConfigured) as caught:
            get(Sliced, "/?ordering=name")
        assert str(caught.value) == (
            "Sliced.json_ordering needs a queryset without a slice. Return one from Sliced.get_queryset(), and define "
            "Sliced.paginate_by to send a part of it."
        )

    def test_order_leaves_the_rows_of_values_as_they_are(self) -> None:
        for name in "aabc":
            Author.objects.create(name=name)

        rows = Author.objects.values("name")
        for queryset, expected in (
            (rows.annotate(count=Count("pk")), "cba"),
            (rows.distinct(), "cba"),
            (rows.filter(name="a").union(rows.filter(name="c")), "ca"),
            (rows, "cbaa"),
            (Author.objects.annotate(count=Count("books")).distinct(), "cbaa"),
        ):

            class Valued(self.Ordered):  # type: ignore[name-defined]  # a class of the test
                ordering = None

                def get_queryset(self, queryset: Any = queryset) -> Any:
                    return queryset

            assert names(body(Valued, "/?ordering=-name")) == expected

    def test_rows_of_values_that_are_equal_keep_their_places(self, django_assert_num_queries: Any) -> None:
        class Valued(self.Ordered):  # type: ignore[name-defined]  # a class of the test
            queryset = Author.objects.values("name")
            paginate_by = None

        with django_assert_num_queries(1) as captured:
            body(Valued, "/?ordering=name")
        assert captured.captured_queries[0]["sql"].count(" ASC") == 2

    def test_orderable_mixin_of_braces(self, authors: list[Author]) -> None:
        class Braces(OrderableListMixin, self.Ordered):  # type: ignore[name-defined,misc]
            orderable_columns = ("name",)
            orderable_columns_default = "name"

        assert names(body(Braces, "/?order_by=name&ordering=desc".replace("ordering=desc", ""))) == "abcde"


class TestFilters:
    class AuthorFilter(django_filters.FilterSet):
        number = django_filters.NumberFilter(field_name="pk")

        class Meta:
            model = Author
            fields = ("name",)

    class Filtered(JsonResponseMixin, FilterView):
        filterset_class: Any = None
        model = Author
        json_fields = ("name",)
        json_ordering = ("name",)
        paginate_by = 2

    @pytest.fixture(autouse=True)
    def _filterset(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(self.Filtered, "filterset_class", self.AuthorFilter)

    def test_filters_orders_and_pages_compose(self, authors: list[Author]) -> None:
        Author.objects.create(name="a")

        page = body(self.Filtered, "/?name=a&ordering=-name")

        assert names(page) == "aa"
        assert page["count"] == 2

    def test_invalid_filter_is_refused(self, authors: list[Author]) -> None:
        response = get(self.Filtered, "/?number=x")

        assert response.status_code == 400
        assert json.loads(response.content) == {
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "detail": "The filter is invalid.",
            "errors": [{"parameter": "number", "detail": "Enter a number.", "code": "invalid"}],
        }

    @pytest.mark.parametrize("place", ["arguments", "context", "list of neapolitan"])
    @pytest.mark.parametrize("page", ["", "&page=7"])
    def test_invalid_filter_wherever_the_view_keeps_it(self, authors: list[Author], place: str, page: str) -> None:
        filters = self.AuthorFilter

        class Own(JsonResponseMixin, FilterMixin, ListView):
            model = Author
            filterset_class = filters
            json_fields = ("name",)
            paginate_by = None if page and place == "context" else 2

            def get_context_data(self, **kwargs: Any) -> Any:
                mine = {"chosen": filters({"number": "x"}, Author.objects.all())}
                if place == "arguments":
                    return super().get_context_data(**mine, **kwargs)
                return super().get_context_data(**kwargs) | mine

        class Crud(JsonResponseMixin, CRUDView):
            model = Author
            filterset_class = filters
            json_fields = ("name",)

        if place == "list of neapolitan":
            response = Crud.as_view(role=Role.LIST)(RequestFactory().get(f"/?number=x{page}"))
        else:
            response = get(Own, f"/?{page}")
        assert response.status_code == 400
        assert json.loads(response.content)["errors"][0]["parameter"] == "number"

    def test_lenient_filter_leaves_out_what_is_invalid(self, authors: list[Author]) -> None:
        class Lenient(self.Filtered):  # type: ignore[name-defined]  # a class of the test
            strict = False
            paginate_by = None
            ordering = "pk"

        assert len(body(Lenient, "/?number=x&name=a")) == 1


class TestCursors:
    def test_first_page(self, authors: list[Author], django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(1):
            response = get(Cursors, "/?x=1")

        page = json.loads(response.content)
        assert (page["count"], page["previous"], names(page)) == (None, None, "ab")
        assert page["next"].startswith("http://testserver/?x=1&cursor=")
        assert response.headers["Link"] == f'<http://testserver/?x=1>; rel="first", <{page["next"]}>; rel="next"'

    def test_all_pages_and_back(self, authors: list[Author]) -> None:
        assert [row["name"] for row in walk(Cursors)] == list("abcde")

    def test_no_rows(self) -> None:
        assert body(Cursors) == {"count": None, "next": None, "previous": None, "results": []}

    def test_pages_stay_right_while_rows_come_and_go(self, authors: list[Author]) -> None:
        first = body(Cursors)
        before = authors[0].pk - 1
        authors[0].delete()
        authors[1].delete()
        Author.objects.create(pk=before, name="z")

        second = body(Cursors, first["next"])

        assert names(second) == "cd"
        assert names(body(Cursors, second["previous"])) == "z"

    def test_page_whose_rows_are_gone(self, authors: list[Author]) -> None:
        first = body(Cursors)
        second = body(Cursors, first["next"])
        Author.objects.all().delete()

        after, before = body(Cursors, first["next"]), body(Cursors, second["previous"])

        assert after == {"count": None, "next": None, "previous": "http://testserver/", "results": []}
        assert before == {"count": None, "next": "http://testserver/", "previous": None, "results": []}

    def test_cursors_that_the_list_did_not_make(self, authors: list[Author]) -> None:
        class Other(Cursors):
            ordering = "-pk"

        cursor = body(Cursors)["next"].partition("cursor=")[2]
        for text in (cursor[:-1], "x" + cursor, "x", "%00", "é", Signer(salt="x").sign_object([False, [1]])):
            assert refused(Cursors, f"/?cursor={text}") == (400, "cursor is not one that this list gave out.")
        assert refused(Other, f"/?cursor={cursor}")[0] == 400
        assert names(body(Cursors, "/?cursor=")) == "ab"

    def test_cursors_of_an_order_by_an_expression_are_the_same_in_each_process(self, authors: list[Author]) -> None:
        title = Book.objects.filter(authors=OuterRef("pk")).order_by("pk").values("title")[:1]
        for author in authors[1:]:
            Book.objects.create(title=author.name.upper(), price=1).authors.add(author)

        for ordering in ((Subquery(title),), (Exists(title), "-pk"), (Coalesce(Subquery(title), Value("z")).desc(),)):

            class Titles(Cursors):
                json_fields = ("pk",)

                def get_queryset(self, ordering: Any = ordering) -> Any:
                    return Author.objects.order_by(*ordering)

            assert walk(Titles) == list(Author.objects.order_by(*ordering, "pk").values("pk"))

    def test_cursors_of_an_order_by_something_else_of_that_name(self, authors: list[Author]) -> None:
        def ordered(key: Any) -> Any:
            queryset = Author.objects.annotate(key=key).order_by("key")
            return type("Ordered", (Cursors,), {"queryset": queryset, "ordering": None})

        keys = [Lower("name"), F("name"), F("pk"), Count("books"), Cast("name", DateField())]
        views = [ordered(key) for key in keys]

        for view, other in itertools.permutations(views, 2):
            if view is not views[-1]:
                assert refused(other, body(view)["next"]) == (400, "cursor is not one that this list gave out.")

    @pytest.mark.parametrize(("column", "value"), [("integer", "x"), ("integer", [1]), ("date", "x")])
    def test_cursors_from_when_a_column_was_of_another_type(self, column: str, value: Any) -> None:
        class Changed(Cursors):
            model = Everything
            ordering = column
            json_fields = ("pk",)

        signature = Keyset(Everything.objects.order_by(column), "Changed").signature
        cursor = Signer(salt=f"django_extras.cursor:{signature}").sign_object([False, [value, 1]])

        assert refused(Changed, f"/?cursor={cursor}") == (400, "cursor is not one that this list gave out.")

    def test_order_in_the_query(self, authors: list[Author]) -> None:
        class Ordered(Cursors):
            json_ordering = ("name",)

        assert [row["name"] for row in walk(Ordered, "/?ordering=-name")] == list("edcba")
        first = body(Ordered, "/?ordering=-name")["next"]
        assert refused(Ordered, first.replace("-name", "name"))[0] == 400

    @pytest.mark.parametrize(
        "change",
        [
            lambda queryset: queryset.order_by("?"),
            lambda queryset: queryset.order_by(Random()),
            lambda queryset: Everything.objects.annotate(part=F("json__part")).order_by("part"),
            lambda queryset: queryset.annotate(dice=Floor(Random() * 6)).order_by("dice"),
            lambda queryset: queryset.order_by("books__title"),
            lambda queryset: queryset.order_by("books"),
            lambda queryset: Membership.objects.order_by("project"),
            lambda queryset: queryset[:4],
            lambda queryset: queryset.reverse(),
            lambda queryset: queryset.union(queryset),
            lambda queryset: list(queryset),
        ],
    )
    def test_orders_without_keys(self, change: Any) -> None:
        class Wrong(Cursors):
            def get_queryset(self) -> Any:
                return change(Author.objects.order_by())

        with pytest.raises(ImproperlyConfigured, match=r'^Wrong cannot page .*[Uu]se paginate = "page"\.$'):
            get(Wrong)

    @pytest.mark.parametrize(
        ("ordering", "name", "reason"),
        [
            ("books", "books", "it is no column of its own, of an annotation or of a relation to one"),
            (Random(), "Random()", "it is random"),
            ("part", "part", "it is JSON, which a cursor cannot hold"),
        ],
    )
    def test_why_an_order_has_no_keys(self, ordering: Any, name: str, reason: str) -> None:
        class Wrong(Cursors):
            queryset = Author.objects.annotate(part=JSONObject(name="name")).order_by(ordering)

        Wrong.ordering = None
        with pytest.raises(ImproperlyConfigured) as caught:
            get(Wrong)
        assert str(caught.value) == (
            f'Wrong cannot page by key in the order of "{name}": {reason}. Order by other columns, or use '
            'paginate = "page".'
        )

    @pytest.mark.parametrize(
        "ordering",
        [
            ("name",),
            ("-name",),
            (F("name").desc(),),
            (Lower("name").desc(), "pk"),
            (Lower("name"),),
            ("-count", "name"),
            ("row",),
        ],
    )
    def test_orders_by_expressions_and_annotations(self, ordering: Any) -> None:
        for name in "BbaAc":
            author = Author.objects.create(name=name)
            for number in range(ord(name) % 3):
                Book.objects.create(title=str(number), price=1).authors.add(author)
        if ordering == ("row",):
            queryset = Author.objects.annotate(row=Window(RowNumber(), order_by=F("pk").desc()))
        else:
            queryset = Author.objects.annotate(count=Count("books"))
        queryset = queryset.order_by(*ordering)

        class Expressed(Cursors):
            json_fields = ("pk",)

            def get_queryset(self) -> Any:
                return queryset

        rows = [row["pk"] for row in walk(Expressed)]
        assert sorted(rows) == sorted(Author.objects.values_list("pk", flat=True))
        assert rows == [author.pk for author in queryset.order_by(*ordering, "pk")]

    @pytest.mark.parametrize("ordering", ["is_early", "-is_early"])
    def test_order_by_a_condition(self, authors: list[Author], ordering: str) -> None:
        early = Q(name__lt="c") | Q(name=Lower("name"), name__gt=Value("d"))
        aliased = Author.objects.alias(is_early=early).order_by(ordering, "-name")

        for queryset in (aliased, Author.objects.annotate(is_early=early).order_by(ordering, "-name")):

            class Early(Cursors):
                ordering = None

                def get_queryset(self, queryset: Any = queryset) -> Any:
                    return queryset

            assert [row["name"] for row in walk(Early)] == list("dceba" if ordering == "is_early" else "ebadc")

    def test_order_by_a_condition_that_is_random_is_refused(self) -> None:
        class Dice(Cursors):
            queryset = Author.objects.annotate(luck=Q(pk__gt=Random())).order_by("luck")

        Dice.ordering = None
        with pytest.raises(ImproperlyConfigured, match='in the order of "luck": it is random'):
            get(Dice)

    def test_order_by_an_alias_that_is_not_selected(self, authors: list[Author]) -> None:
        aliased = Author.objects.alias(key=Lower("name"), cut=TruncMonth(Max("books__published"))).order_by("-key")

        for queryset in (aliased, aliased.order_by("cut", "key"), aliased.values("name", "id")):

            class Aliased(Cursors):
                ordering = None

                def get_queryset(self, queryset: Any = queryset) -> Any:
                    return queryset

            assert walk(Aliased) == list(queryset.values("name"))

    @pytest.mark.parametrize("ordering", ["title", "-published"])
    def test_window_functions_see_the_rows_of_all_pages(self, ordering: str) -> None:
        for number in range(12):
            Book.objects.create(
                title=f"{number:02}",
                price=1,
                published=datetime.date(2020, 1, 1 + number),
                publisher=Publisher.objects.get_or_create(name=str(number % 4))[0],
            )
        rank = Window(Rank(), partition_by="publisher", order_by="title")

        for queryset in (
            Book.objects.annotate(number=Window(RowNumber(), order_by="-title")),
            Book.objects.annotate(number=rank).filter(number=2),
            Book.objects.alias(number=rank).filter(number=2),
            Book.objects.filter(Exact(rank, 2)),
        ):

            class Ranked(Cursors):
                json_fields = ("title", *queryset.query.annotation_select)

                def get_queryset(self, queryset: Any = queryset) -> Any:
                    return queryset.order_by(ordering)

            expected = list(queryset.order_by(ordering).values(*Ranked.json_fields))
            assert walk(Ranked) == expected

    def test_window_functions_over_groups_are_refused(self) -> None:
        class Wrong(Cursors):
            queryset = Author.objects.annotate(count=Count("books"), row=Window(RowNumber(), order_by="count"))

        with pytest.raises(ImproperlyConfigured) as caught:
            get(Wrong)
        assert str(caught.value) == (
            "Wrong cannot page by key through window functions over groups. Leave one of the two out of the "
            'queryset, or use paginate = "page".'
        )

    @pytest.mark.parametrize(
        "ordering",
        [
            ("month",),
            ("-month",),
            (TruncHour("datetime"),),
            (TruncHour("datetime").desc(nulls_last=True),),
            ("day",),
            ("latest",),
            (Coalesce(TruncMonth("datetime"), TruncMonth(Now())).desc(),),
            (F("datetime") + datetime.timedelta(hours=1),),
            (-ExtractDay("datetime"),),
        ],
    )
    def test_orders_by_parts_of_moments_in_local_time(self, ordering: Any) -> None:
        if not connection.features.has_zoneinfo_database:
            missing("tzdata for MariaDB")
        # The clocks go back at 01:00 UTC.
        start = datetime.datetime(2020, 10, 24, 21, 30, tzinfo=datetime.UTC)
        for number in range(30):
            Everything.objects.create(datetime=start + datetime.timedelta(hours=number * number) if number else None)

        class Months(Cursors):
            json_fields = ("pk",)

            def get_queryset(self) -> Any:
                moments = Everything.objects.annotate(
                    month=TruncMonth("datetime"), day=TruncDate("datetime"), latest=Max(TruncMonth("datetime"))
                )
                return moments.order_by(*ordering, "-pk")

        with timezone.override("Europe/Berlin"):
            expected = list(Months().get_queryset().values("pk"))
            assert walk(Months) == expected

    @pytest.mark.parametrize(
        "ordering",
        [
            ("decimal",),
            ("-decimal",),
            ("product",),
            (F("product").desc(nulls_first=True),),
            (F("decimal") / Decimal(7),),
            ("mean",),
        ],
    )
    def test_orders_by_decimals_that_the_database_rounds_less_than_python(self, ordering: Any) -> None:
        for number in [*range(9), 3, 3]:
            decimal = Decimal("10.0061") + Decimal(number) / 100000 if number else None
            Everything.objects.create(decimal=decimal)

        class Decimals(Cursors):
            json_fields = ("pk",)

            def get_queryset(self) -> Any:
                products = Everything.objects.annotate(product=F("decimal") * Decimal("1.19"), mean=Avg("decimal"))
                return products.order_by(*ordering, "-pk")

        assert walk(Decimals) == list(Decimals().get_queryset().values("pk"))

    @pytest.mark.parametrize("ordering", ["part", "-part"])
    def test_orders_by_texts_in_json(self, ordering: str) -> None:
        for part in [3, 1, 20, "b", "a b", '"', "1", "null", 1.5, True, None]:
            Everything.objects.create(json={"part": part})
        Everything.objects.create(json={})

        class Parts(Cursors):
            queryset = Everything.objects.annotate(part=KT("json__part")).order_by(ordering)
            json_fields = ("pk",)

        Parts.ordering = None
        assert walk(Parts) == list(Parts.queryset.order_by(ordering, "pk").values("pk"))

    def test_what_is_missing_or_misspelt(self, authors: list[Author]) -> None:
        class NoSize(Cursors):
            paginate_by = None

        class NoFields(Cursors):
            json_fields = None

        class Misspelt(Cursors):
            paginate = "cursors"

        for view, message in (
            (NoSize, "NoSize.paginate needs the size of a page. Define NoSize.paginate_by."),
            (NoFields, "NoFields is missing the fields to send. Define NoFields.json_fields"),
            (Misspelt, 'Misspelt.paginate must be "page" or "cursor", not \'cursors\'.'),
        ):
            with pytest.raises(ImproperlyConfigured) as caught:
                get(view)
            assert str(caught.value).startswith(message)

    def test_order_by_a_relation_is_that_of_its_model(self) -> None:
        for code in ("red", "blue"):
            Team.objects.create(code=code)
        bosses = [Person.objects.create(name=f"boss {number}", team_id="red") for number in range(3)]
        for number in range(7):
            team = ["red", "blue", None][number % 3]
            Person.objects.create(name=str(number), team_id=team, boss=[None, *bosses][number % 4])

        for ordering in (
            ("team",),
            ("-team", "name"),
            ("boss",),
            ("-boss__name", "team_id"),
            ("badge__number", "-boss"),
        ):

            class People(Cursors):
                queryset = Person.objects.order_by(*ordering)
                json_fields = ("pk",)

            expected = [str(person.pk) for person in Person.objects.order_by(*ordering, "pk")]
            People.ordering = None
            assert [row["pk"] for row in walk(People)] == expected, ordering

    def test_order_by_the_key_of_a_relation(self) -> None:
        for number, code in enumerate(("red", "blue", "green")):
            Team.objects.create(code=code)
            person = Person.objects.create(name=str(number), team_id=code)
            Person.objects.create(name=str(-number), boss=person)
            Badge.objects.create(person=person, number=number // 2)

        for queryset in (
            Person.objects.order_by(F("team").desc()),
            Person.objects.order_by(F("boss"), "name"),
            Person.objects.order_by(F("boss__team").asc(nulls_last=True)),
            Person.objects.order_by(F("badge").desc(nulls_last=True)),
            Person.objects.order_by("-badge"),
            Badge.objects.order_by("number"),
            Badge.objects.order_by("person"),
        ):

            class Related(Cursors):
                ordering = None
                json_fields = ("pk",)

                def get_queryset(self, queryset: Any = queryset) -> Any:
                    return queryset

            expected = queryset.order_by(*queryset.query.order_by, "pk").values_list("pk", flat=True)
            assert [row["pk"] for row in walk(Related)] == [str(pk) for pk in expected]

    def test_keys_of_two_columns(self) -> None:
        for row, column in itertools.product(range(3), range(2)):
            Cell.objects.create(row=row, column=column)

        class Cells(Cursors):
            queryset = Cell.objects.order_by("-column")
            ordering = None
            json_fields = ("row", "column")

        assert [(row["column"], row["row"]) for row in walk(Cells)] == [(1, 0), (1, 1), (1, 2), (0, 0), (0, 1), (0, 2)]

    def test_values_of_a_key_without_text_form(self, authors: list[Author]) -> None:
        class Wrong(Cursors):
            model = Everything
            ordering = "json"
            json_fields = ("pk",)

        for number in range(3):
            Everything.objects.create(json=[number])
        with pytest.raises(TypeError, match=r"^A cursor cannot hold \[1\]\. Order by a column of another type\.$"):
            get(Wrong)


moments = st.datetimes(
    datetime.datetime(2000, 1, 1), datetime.datetime(2000, 1, 1, 0, 0, 3), timezones=st.just(datetime.UTC)
)
ORDERINGS = [
    ("integer",),
    ("-integer", "datetime"),
    (F("integer").asc(nulls_last=True), "-datetime"),
    (F("integer").desc(nulls_first=True), F("datetime").asc(nulls_first=True)),
    (F("datetime").desc(nulls_last=True), "char", "-integer"),
    ("-boolean", "duration", "uuid"),
    ("decimal", "-float"),
    ("-date", "time"),
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "integer": st.none() | st.integers(0, 2),
                "datetime": st.none() | moments,
                "char": st.sampled_from(["", "a", "ab", "é"]),
                "boolean": st.booleans(),
                "duration": st.timedeltas(datetime.timedelta(0), datetime.timedelta(microseconds=2)),
                "uuid": st.sampled_from([uuid.UUID("0dc90c6c-7a70-4511-891a-86e5b0432180")]),
                "decimal": st.sampled_from(["1.5", "-1.5", "0.1"]),
                "float": st.sampled_from([0.1, 0.2, 1e10]),
                "date": st.dates(datetime.date(2000, 1, 1), datetime.date(2000, 1, 2)),
                "time": st.sampled_from([datetime.time(1), datetime.time(1, 0, 0, 5)]),
            },
        ),
        max_size=9,
    ),
    ordering=st.sampled_from(ORDERINGS),
    size=st.integers(1, 4),
    lost=st.integers(0, 8),
)
def test_cursors_show_each_row_once_and_in_order(rows: list[Any], ordering: Any, size: int, lost: int) -> None:
    Everything.objects.all().delete()
    for row in rows:
        Everything.objects.create(**row)

    class Everyone(Cursors):
        queryset = Everything.objects.order_by(*ordering)
        json_fields = ("pk",)
        paginate_by = size

    Everyone.ordering = None  # type: ignore[assignment]
    expected = list(Everything.objects.order_by(*ordering, "pk").values_list("pk", flat=True))

    assert [row["pk"] for row in walk(Everyone)] == expected

    first = body(Everyone)
    if first["next"]:
        gone = expected[min(lost, len(expected) - 1)]
        Everything.objects.filter(pk=gone).delete()
        assert [row["pk"] for row in body(Everyone, first["next"])["results"]] == [
            pk for pk in expected[size:] if pk != gone
        ][:size]


@given(
    key=st.lists(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(st.characters(exclude_categories=["Cs"]))
        | st.datetimes(timezones=st.none() | st.just(datetime.UTC))
        | st.dates()
        | st.times()
        | st.timedeltas()
        | st.decimals(allow_nan=False)
        | st.uuids(),
        min_size=1,
    ),
    backward=st.booleans(),
)
def test_cursors_keep_values_and_their_types(key: list[Any], backward: bool) -> None:
    cursor = write_cursor(key, backward=backward, order="x")

    assert read_cursor(cursor, order="x") == (key, backward)
    assert read_cursor(cursor, order="y") is None


def test_page_far_in_the_list_costs_what_the_first_costs(django_assert_num_queries: Any) -> None:
    """The database starts at the key: no page reads the rows of the pages before it."""
    from django.db import connection

    Publisher.objects.bulk_create(Publisher(name=str(number), city="x") for number in range(200))

    class Publishers(Cursors):
        model = Publisher
        paginate_by = 50
        ordering = "pk"

    url = body(Publishers)["next"]
    with django_assert_num_queries(1) as captured:
        body(Publishers, url)
    sql = captured.captured_queries[0]["sql"]
    assert "OFFSET" not in sql
    assert sql.count(">") >= 1
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            assert "SEARCH tests_publisher USING INTEGER PRIMARY KEY (rowid>?)" in str(cursor.fetchall())
