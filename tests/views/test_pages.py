"""Pages by number, without COUNT and by key; orders and sizes that the query chooses."""

import json
from typing import Any

import django_filters
import pytest
from braces.views import OrderableListMixin
from django.core.exceptions import ImproperlyConfigured
from django.core.paginator import PageNotAnInteger
from django.db.models import Count
from django.test import RequestFactory, override_settings
from django.urls import path, re_path
from django.views.generic import ListView
from django_filters.views import FilterMixin, FilterView
from neapolitan.views import CRUDView, Role

from django_extras.views._pages import UncountedPaginator
from django_extras.views.json import JsonResponseMixin
from django_extras.views.status import StatusResponseMixin
from tests.models import Author
from tests.views.listing import body, get, names, refused, walk

pytestmark = pytest.mark.django_db


class Authors(JsonResponseMixin, ListView):
    model = Author
    ordering = "pk"
    paginate_by = 2
    json_fields = ("name",)


class Uncounted(Authors):
    count = False


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
