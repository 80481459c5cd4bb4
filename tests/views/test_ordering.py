"""The order of a list: the view's own and those that the query may ask for, each with the key at its end."""

import itertools
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import Count, F, Min, Window
from django.db.models.functions import Lower, RowNumber
from django.test import RequestFactory
from django.views.generic import ArchiveIndexView, ListView

from django_extras.views.json import JsonResponseMixin
from tests.models import Author, Book, Publisher
from tests.shapes import Cell, Everything, Person
from tests.views.listing import body, get

pytestmark = pytest.mark.django_db


class Authors(JsonResponseMixin, ListView):
    model = Author
    json_fields = ("name",)
    json_ordering = ("name", "pk")


def sql(view: Any, url: str, assert_num_queries: Any, number: int) -> str:
    """The query that reads the rows."""
    with assert_num_queries(number) as captured:
        body(view, url)
    text: str = captured.captured_queries[-1]["sql"]
    return text.partition(" ORDER BY ")[2].partition(" LIMIT ")[0].replace("`", '"')


class TestBounds:
    """What a query string may ask for."""

    def test_name_that_comes_again(self, django_assert_num_queries: Any) -> None:
        class Books(JsonResponseMixin, ListView):
            model = Book
            json_fields = ("price",)
            json_ordering = ("title", "pages")

        url = f"/?ordering={'-title,title,pages,' * 300}pages"

        assert sql(Books, url, django_assert_num_queries, 1) == (
            '"tests_book"."title" DESC, "tests_book"."pages" ASC, "tests_book"."id" ASC'
        )

    def test_name_that_comes_again_by_key(self) -> None:
        class Cursors(Authors):
            paginate, paginate_by = "cursor", 1

        for name in "ab":
            Author.objects.create(name=name)
        first = body(Cursors, f"/?ordering={'-name,' * 300}name")
        short = body(Cursors, "/?ordering=-name")

        assert first["next"].partition("cursor=")[2] == short["next"].partition("cursor=")[2]
        assert body(Cursors, first["next"])["results"] == [{"name": "a"}]

    def test_number_of_names(self) -> None:
        names = [field.name for field in Everything._meta.fields if field.name not in {"id", "json"}][:11]

        class Wide(JsonResponseMixin, ListView):
            model = Everything
            json_fields = ("pk",)
            json_ordering = names

        assert get(Wide, f"/?ordering={','.join(names[:10])}").status_code == 200
        response = get(Wide, f"/?ordering={','.join(names)}")
        assert response.status_code == 400
        assert json.loads(response.content)["detail"] == "ordering must have at most 10 names."


class TestKey:
    """A list in pages has an order in which no two rows are equal."""

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            (lambda books: books.order_by("title"), '"tests_book"."title" ASC, "tests_book"."id" ASC'),
            (lambda books: books.order_by(), '"tests_book"."id" ASC'),
            (lambda books: books.order_by("-title").reverse(), '"tests_book"."title" ASC, "tests_book"."id" DESC'),
            (lambda books: books.order_by("title", "-pk"), '"tests_book"."title" ASC, "tests_book"."id" DESC'),
            (lambda books: books.order_by("title", "pk"), '"tests_book"."title" ASC, "tests_book"."id" ASC'),
            (lambda books: books.order_by(F("title").desc()), '"tests_book"."title" DESC, "tests_book"."id" ASC'),
            (lambda books: books.extra(order_by=["-title"]), '"tests_book"."title" DESC, "tests_book"."id" ASC'),
            (
                lambda books: books.extra(order_by=["tests_book.title"]),
                '("tests_book".title) ASC, "tests_book"."id" ASC',
            ),
        ],
    )
    @pytest.mark.parametrize("count", [True, False])
    def test_order_of_the_view(self, change: Any, expected: str, count: bool, django_assert_num_queries: Any) -> None:
        Book.objects.create(title="a", price=1)
        books = change(Book.objects.all())
        view = type(
            "Books",
            (JsonResponseMixin, ListView),
            {"queryset": books, "paginate_by": 2, "count": count, "json_fields": ("price",)},
        )

        assert sql(view, "/", django_assert_num_queries, 1 + count) == expected

    def test_default_order_of_the_model(self, django_assert_num_queries: Any) -> None:
        class People(JsonResponseMixin, ListView):
            model = Person
            paginate_by = 2
            json_fields = ("team",)

        Person.objects.create(name="a")

        assert sql(People, "/", django_assert_num_queries, 2) == '"tests_person"."name" ASC, "tests_person"."id" ASC'

    def test_list_without_pages_keeps_its_order(self, django_assert_num_queries: Any) -> None:
        class Books(JsonResponseMixin, ListView):
            queryset = Book.objects.order_by("title")
            json_fields = ("price",)

        assert sql(Books, "/", django_assert_num_queries, 1) == '"tests_book"."title" ASC'

    @pytest.mark.parametrize("view", [ListView, ArchiveIndexView])
    @pytest.mark.parametrize("ordering", ["title", ("-pages", "title"), None, "?"])
    @pytest.mark.parametrize("count", [True, False])
    def test_each_row_comes_once(self, view: Any, ordering: Any, count: bool) -> None:
        publisher = Publisher.objects.create(name="x", city="x")
        Book.objects.bulk_create(
            Book(title="same", price=1, published="2001-02-03", publisher=publisher) for _ in range(60)
        )

        class Books(JsonResponseMixin, view):  # type: ignore[misc]  # a class of the test
            model = Book
            json_fields = ("pk",)
            date_field = "published"
            paginate_by = 7

        Books.ordering, Books.count = ordering, count
        found: list[Any] = []
        url: str | None = "/"
        while url is not None and len(found) < 100:
            page = body(Books, url)
            found += [row["pk"] for row in page["results"]]
            url = page["next"]
        if ordering != "?":
            assert sorted(found) == sorted(Book.objects.values_list("pk", flat=True))

    def test_key_of_two_columns(self) -> None:
        class Cells(JsonResponseMixin, ListView):
            queryset = Cell.objects.order_by("column")
            json_fields = ("row", "column")
            paginate_by = 4

        for row, column in itertools.product(range(3), range(2)):
            Cell.objects.create(row=2 - row, column=column)

        rows = [*body(Cells)["results"], *body(Cells, "/?page=2")["results"]]
        assert [(row["column"], row["row"]) for row in rows] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]

    @pytest.mark.parametrize(
        "change",
        [
            lambda authors: authors.values("name").annotate(count=Count("pk")).order_by("count"),
            lambda authors: authors.values("name").distinct(),
            lambda authors: authors.values_list(Lower("name"), flat=True).distinct(),
            lambda authors: authors.values("name").union(authors.values("name")),
            lambda authors: authors.values("name").order_by("name"),
            lambda authors: authors.annotate(count=Count("books")).order_by("-count"),
            lambda authors: authors.annotate(row=Window(RowNumber(), order_by="name")).order_by("row"),
            lambda authors: authors.filter(name="a").union(authors.filter(name="b")),
            lambda authors: authors.filter(pk__gt=0).distinct().order_by("name"),
            lambda authors: authors.none(),
            lambda authors: authors.order_by("name")[:3],
            lambda authors: Book.objects.dates("published", "year"),
        ],
    )
    def test_rows_are_those_of_the_view(self, change: Any) -> None:
        for name in "abac":
            Author.objects.create(name=name)
        Book.objects.create(title="x", price=1, published="2001-02-03")
        queryset = change(Author.objects.all())

        class View(JsonResponseMixin, ListView):
            paginate_by = 99
            json_fields = None if queryset.query.values_select or queryset.query.annotation_select else ("name",)

            def get_queryset(self) -> Any:
                return queryset.all()

        if "count" in queryset.query.annotations or "row" in queryset.query.annotations:
            View.json_fields = ("name",)
        rows = body(View)["results"]
        plain = [
            {"name": each.name} if isinstance(each, Author) else each if isinstance(each, str | dict) else str(each)
            for each in queryset
        ]
        names = [row["name"] if isinstance(row, dict) else row for row in rows]
        assert sorted(names) == sorted(row["name"] if isinstance(row, dict) else row for row in plain)

    @pytest.mark.parametrize("ordering", [(), ("count",)])
    def test_groups_have_no_default_order(self, ordering: Any) -> None:
        class Teams(JsonResponseMixin, ListView):
            queryset = Person.objects.values("is_active").annotate(count=Count("pk")).order_by(*ordering)
            paginate_by = 9

        if not ordering:
            Teams.queryset = Person.objects.values("is_active").annotate(count=Count("pk"))
        for name in "abc":
            Person.objects.create(name=name)

        assert body(Teams)["results"] == [{"is_active": True, "count": 3}]

    def test_distinct_of_some_fields(self) -> None:
        if not connection.features.can_distinct_on_fields:
            pytest.skip("distinct() of fields is PostgreSQL's")
        for name in "aab":
            Author.objects.create(name=name)

        class View(Authors):
            queryset = Author.objects.order_by("name").distinct("name")
            json_ordering = ()
            paginate_by = 9

        assert body(View)["results"] == [{"name": "a"}, {"name": "b"}]


def test_order_of_the_query_where_the_view_has_turned_its_own() -> None:
    class Turned(Authors):
        queryset = Author.objects.order_by("name", "pk").reverse()

    for name in "bac":
        Author.objects.create(name=name)

    for view in (Turned, type("Paged", (Turned,), {"paginate_by": 9})):
        for url, expected in (("/", "cba"), ("/?ordering=name", "abc"), ("/?ordering=-name", "cba")):
            data = body(view, url)
            assert "".join(row["name"] for row in (data["results"] if view is not Turned else data)) == expected


class TestNames:
    """A fault of json_ordering is told when the view is used, not when a client asks for the order."""

    @pytest.mark.parametrize("attributes", [{}, {"paginate_by": 2}, {"paginate_by": 2, "paginate": "cursor"}])
    @pytest.mark.parametrize(
        ("names", "message"),
        [
            ("price", "Books.json_ordering must be a list of names, such as [\"title\"], not 'price'."),
            ([F("price")], 'Books.json_ordering must be a list of names, such as ["title"], not [F(price)].'),
            (["prise"], "Books.json_ordering has \"prise\". Cannot resolve keyword 'prise' into field. Choices are: "),
            (["-price"], "Books.json_ordering has \"-price\". Cannot resolve keyword '-price' into field. "),
            (["?"], "Books.json_ordering has \"?\". Cannot resolve keyword '?' into field. "),
            (
                ["publisher__nam"],
                "Books.json_ordering has \"publisher__nam\". Cannot resolve keyword 'nam' into field. ",
            ),
            (
                ["title", "price__yeer"],
                "Books.json_ordering has \"price__yeer\". Cannot resolve keyword 'yeer' into field. Join ",
            ),
            (["authors__name"], None),
            (["authors"], None),
            (["publisher__books__title"], None),
        ],
    )
    def test_faults(self, names: Any, message: str | None, attributes: Any) -> None:
        class Books(JsonResponseMixin, ListView):
            model = Book
            ordering = "title"
            json_fields = ("title",)
            json_ordering = names

        view = type("Books", (Books,), attributes)
        if message is None and "paginate" in attributes:
            message = f'Books cannot page by key in the order of "{names[0]}": it is a column of a relation'
        elif message is None:
            message = (
                f'Books.json_ordering has "{names[0]}", which leads over a relation to many: a row would come once '
                f'for each related one. Annotate the queryset with one value for each row, such as Min("{names[0]}"), '
                "and order by that."
            )
        for _ in range(2):
            with pytest.raises(ImproperlyConfigured) as caught:
                get(view)
            assert str(caught.value).startswith(message)

    @pytest.mark.parametrize("attributes", [{}, {"paginate_by": 2}])
    def test_names_that_are_right(self, attributes: Any) -> None:
        class Books(JsonResponseMixin, ListView):
            queryset = Book.objects.annotate(author=Min("authors__name"), lower=Lower("title")).extra(
                select={"one": "1"}
            )
            json_fields = ("title",)
            json_ordering = (
                "title",
                "publisher",
                "publisher__name",
                "published__year",
                "author",
                "lower",
                "one",
                "pk",
            )

        view = type("Books", (Books,), attributes)
        for title in "ba":
            book = Book.objects.create(title=title, price=1)
            for name in (title, "z"):
                book.authors.add(Author.objects.create(name=name))

        for name in Books.json_ordering:
            for sign in ("", "-"):
                rows = body(view, f"/?ordering={sign}{name}")
                titles = [row["title"] for row in (rows["results"] if attributes else rows)]
                assert len(titles) == 2
                if name in {"title", "author", "lower"}:
                    assert titles == (["b", "a"] if sign else ["a", "b"])

    @pytest.mark.parametrize("attributes", [{}, {"paginate_by": 2}, {"paginate_by": 2, "paginate": "cursor"}])
    @pytest.mark.parametrize(
        ("queryset", "names", "secret"),
        [
            (User.objects.all(), ["password"], "password"),
            (User.objects.annotate(mark=Lower("password")), ["mark"], "password"),
            (Session.objects.all(), ["pk"], "session_key"),
            (Session.objects.all(), ["session_key"], "session_key"),
            (User.objects.extra(select={"mark": "password"}), ["mark"], "password"),
        ],
    )
    def test_secrets(self, queryset: Any, names: Any, secret: str, attributes: Any) -> None:
        if queryset.query.extra and "paginate" in attributes:
            return  # a cursor cannot hold it
        own = queryset

        class Views(JsonResponseMixin, ListView):
            queryset = own
            json_fields = ("pk",)
            json_ordering = names

        view = type("Views", (Views,), attributes)

        with pytest.raises(
            ImproperlyConfigured, match=rf'^Views.json_ordering has "{secret}", which looks like a sec'
        ):
            get(view)
        view.allow_sensitive = [secret]
        assert get(view, f"/?ordering={names[0]}").status_code == 200

    def test_lists_that_have_no_other_order(self) -> None:
        for queryset, message in (
            (
                [{"name": "a"}],
                "V.json_ordering needs a queryset, and the view has a list. Return a queryset from V.get_q",
            ),
            (Author.objects.all()[:3], "V.json_ordering needs a queryset without a slice. Return one from V.get_quer"),
            (Author.objects.distinct("name"), "V.json_ordering needs a queryset without distinct() of some fields"),
        ):
            view = type("V", (Authors,), {"get_queryset": lambda self, queryset=queryset: queryset})
            with pytest.raises(ImproperlyConfigured) as caught:
                get(view)
            assert str(caught.value).startswith(message)

    def test_values_that_were_read(self) -> None:
        Author.objects.create(name="a")

        class Values(Authors):
            queryset = Author.objects.values("name")
            allow_empty = False

        with pytest.raises(ImproperlyConfigured) as caught:
            get(Values)
        assert str(caught.value) == (
            "Values.json_ordering needs values() that were not read yet. Define Values.paginate_by, or remove "
            "Values.json_ordering."
        )
        assert body(type("V", (Values,), {"paginate_by": 3}))["results"] == [{"name": "a"}]

    def test_rows_that_were_read_stay_what_they_are(self, django_assert_num_queries: Any) -> None:
        class NotEmpty(Authors):
            allow_empty = False
            json_fields = ("name", {"books": ["title"]})

            def get_queryset(self) -> Any:
                return Author.objects.prefetch_related("books")

        for name in "ab":
            Author.objects.create(name=name)

        with django_assert_num_queries(3):  # the rows, the books, the keys in order
            rows = body(NotEmpty, "/?ordering=-name")
        assert rows == [{"name": "b", "books": []}, {"name": "a", "books": []}]
        with django_assert_num_queries(2):
            assert body(NotEmpty) == rows[::-1]
        assert get(type("V", (NotEmpty,), {"queryset": Author.objects.none()})).status_code == 200

    def test_names_are_checked_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        body(Authors)
        calls: list[Any] = []
        monkeypatch.setattr("django_extras.views._lists.check_names", lambda *args: calls.append(args))

        body(Authors)
        assert not calls
        body(type("Others", (Authors,), {}))
        assert len(calls) == 1

    def test_names_made_up_per_request_do_not_pile_up(self) -> None:
        class Books(JsonResponseMixin, ListView):
            model = Book
            json_fields = ("title",)

        names = ("title", "price", "pages", "published", "publisher")
        for made_up in itertools.permutations(names):
            view = Books.as_view(json_ordering=made_up)
            assert view(RequestFactory().get("/")).status_code == 200
        assert 0 < len(JsonResponseMixin._checked[Books]) <= 100

    def test_other_views_may_have_names(self) -> None:
        from django.views.generic import TemplateView

        class Other(JsonResponseMixin, TemplateView):
            json_ordering = ("x",)
            extra_context = {"object_list": [1]}

        assert body(Other, "/?ordering=y") == {"object_list": [1]}

    def test_uuid_key(self) -> None:
        class People(JsonResponseMixin, ListView):
            model = Person
            json_fields = ("name",)
            json_ordering = ("team", "boss", "badge")
            paginate_by = 3

        Person.objects.create(name="ann")

        for name in People.json_ordering:
            assert body(People, f"/?ordering={name}")["count"] == 1
