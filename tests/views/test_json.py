"""JsonResponseMixin on Django's generic views."""

import datetime
import decimal
import gc
import inspect
import json
import pickle
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from braces.views import JSONResponseMixin
from django import forms
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.exceptions import BadRequest, ImproperlyConfigured, PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Count, F
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import ContentNotRenderedError
from django.test import RequestFactory
from django.utils import timezone
from django.views.generic import (
    ArchiveIndexView,
    DateDetailView,
    DayArchiveView,
    DeleteView,
    DetailView,
    ListView,
    MonthArchiveView,
    TemplateView,
    UpdateView,
    View,
    YearArchiveView,
)
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import FormMixin

from django_extras.http.errors import HttpError
from django_extras.http.json import JsonResponse
from django_extras.projection.projector import Projector
from django_extras.views.json import JsonResponseMixin
from django_extras.views.status import StatusResponseMixin
from tests.models import Author, Book, Publisher
from tests.shapes import Person, TallPerson, Visit

FIELDS = ["title", "price", {"publisher": ["name"]}, {"authors": ["name"]}, "reading_time"]


class BookList(JsonResponseMixin, ListView):
    model = Book
    ordering = "title"
    json_fields = FIELDS


def count_projectors(view: type) -> int:
    """How many compiled lists of fields of a view class there are in memory."""
    gc.collect()
    owner = f"{view.__name__}.json_fields"
    return sum(type(each) is Projector and each.owner == owner for each in gc.get_objects())


class BookDetail(JsonResponseMixin, DetailView):
    model = Book
    json_fields = FIELDS


class Hello(JsonResponseMixin, TemplateView):
    extra_context = {"greeting": "hello"}


@pytest.fixture
def book() -> Book:
    book = Book.objects.create(
        title="Emma",
        price=decimal.Decimal("9.50"),
        pages=10,
        published=datetime.date(2001, 2, 3),
        publisher=Publisher.objects.create(name="Murray", city="London"),
    )
    book.authors.add(Author.objects.create(name="Jane"))
    return book


EMMA = {
    "title": "Emma",
    "price": "9.50",
    "publisher": {"name": "Murray"},
    "authors": [{"name": "Jane"}],
    "reading_time": 20,
}


def body(response: Any) -> Any:
    assert response.headers["Content-Type"] == "application/json"
    return json.loads(response.content)


def get(view: type[View], path: str = "/", **kwargs: Any) -> Any:
    return view.as_view()(RequestFactory().get(path), **kwargs)


def aget(view: type[View], path: str = "/", **kwargs: Any) -> Any:
    return async_to_sync(view.as_view())(RequestFactory().get(path), **kwargs)  # type: ignore[arg-type]


def test_help_has_each_attribute_and_its_default() -> None:
    public = [
        name
        for base in JsonResponseMixin.__mro__
        if base.__module__.startswith("django_extras.")
        for name, value in vars(base).items()
        if not name.startswith("_") and isinstance(value, str | bool | tuple | None)
    ]

    assert len(public) == 16
    for name in public:
        default = getattr(JsonResponseMixin, name)
        text = f'"{default}"' if isinstance(default, str) else repr(default)
        assert f"\n``{name} = {text}``\n" in (inspect.getdoc(JsonResponseMixin) or "")


@pytest.mark.django_db
class TestObjects:
    def test_detail_view_sends_the_object(self, book: Book, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(2):
            response = get(BookDetail, pk=book.pk)

        assert isinstance(response, JsonResponse)
        assert body(response) == EMMA

    def test_detail_view_with_own_queryset_or_object(self, book: Book) -> None:
        class Own(BookDetail):
            def get_queryset(self) -> Any:
                return Book.objects.only("title").defer("title")

        class Given(BookDetail):
            def get_object(self, queryset: Any = None) -> Book:
                return book

        class Called(BookDetail):
            def get_object(self, queryset: Any = None) -> Any:
                return super().get_object(Book.objects.filter(title="Emma"))

        for view in (Own, Given, Called):
            assert body(get(view, pk=book.pk)) == EMMA

    @pytest.mark.parametrize(
        "attributes", [{"get_queryset": lambda self: Book.objects.all()}, {"queryset": Book.objects.all()}]
    )
    def test_object_and_what_it_is_sent_with_are_loaded_at_once(
        self, book: Book, attributes: Any, django_assert_num_queries: Any
    ) -> None:
        view = type("View", (JsonResponseMixin, DetailView), {"json_fields": FIELDS, **attributes})

        with django_assert_num_queries(2):
            assert body(get(view, pk=book.pk)) == EMMA

    def test_detail_view_of_a_proxy_with_a_queryset_of_its_base(self, django_assert_num_queries: Any) -> None:
        class Tall(JsonResponseMixin, DetailView):
            model = TallPerson
            queryset = Person.objects.all()
            json_fields = ("name", {"boss": ["name"]}, {"badge": ["number"]})

        person = Person.objects.create(name="ann")

        with django_assert_num_queries(1):
            assert body(get(Tall, pk=person.pk)) == {"name": "ann", "boss": None, "badge": None}

    def test_objects_that_are_not_sent_need_no_fields(self, book: Book) -> None:
        class BooksOfPublisher(JsonResponseMixin, SingleObjectMixin, ListView):
            json_fields = ("title",)

            def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                self.object = self.get_object(queryset=Publisher.objects.all())
                return super().get(request, *args, **kwargs)

            def get_queryset(self) -> Any:
                return self.object.books.all()

        class BookOfReader(BookDetail):
            def get_queryset(self) -> Any:
                return Book.objects.filter(pk=self.get_object(Author.objects.all()).pk)

        for model in (None, Publisher, Book):
            view = type("View", (BooksOfPublisher,), {"model": model})
            assert body(get(view, pk=book.publisher_id)) == [{"title": "Emma"}]
        Author.objects.get_or_create(pk=book.pk)
        assert body(get(BookOfReader, pk=book.pk)) == EMMA

    def test_override_that_chooses_rows_where_it_is_given_none(self, book: Book) -> None:
        class Owned(DetailView):
            model = Book

            def get_object(self, queryset: Any = None) -> Any:
                if queryset is None:
                    queryset = self.get_queryset().filter(title="Persuasion")
                return super().get_object(queryset)

        class Shown(JsonResponseMixin, Owned):
            json_fields = FIELDS

        class Deleted(JsonResponseMixin, Owned, DeleteView):
            json_fields = FIELDS
            success_url = "/"

        assert get(Shown, pk=book.pk).status_code == 404
        assert Deleted.as_view()(RequestFactory().post("/"), pk=book.pk).status_code == 404
        Book.objects.update(title="Persuasion")
        assert body(get(Shown, pk=book.pk)) == EMMA | {"title": "Persuasion"}
        assert Deleted.as_view()(RequestFactory().post("/"), pk=book.pk).status_code == 204
        assert not Book.objects.exists()

    def test_override_without_a_parameter(self, book: Book) -> None:
        class Latest(DetailView):
            def get_object(self) -> Any:  # type: ignore[override]  # as people write it
                return Book.objects.latest("pk")

        assert body(get(type("V", (JsonResponseMixin, Latest), {"json_fields": FIELDS}))) == EMMA

    def test_only_what_is_shown_is_loaded_with_the_object(self, book: Book, django_assert_num_queries: Any) -> None:
        class Update(JsonResponseMixin, UpdateView):
            model = Book
            fields = ("title",)
            json_fields = FIELDS

        with django_assert_num_queries(2):
            Update.as_view()(RequestFactory().get("/"), pk=book.pk)
        with django_assert_num_queries(6):  # a savepoint, the book, its new title, the book as it is now, its authors
            Update.as_view()(RequestFactory().post("/", {"title": "Persuasion"}), pk=book.pk)

    @pytest.mark.parametrize(
        "attributes", [{"queryset": Book.objects.all()}, {"get_queryset": lambda self: Book.objects.all()}]
    )
    def test_object_of_another_model_in_a_view_without_a_model(self, book: Book, attributes: Any) -> None:
        class Checked(JsonResponseMixin, DetailView):
            json_fields = FIELDS

            def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                assert self.get_object(Author.objects.all()).name == "Jane"
                assert self.get_object(queryset=Book.objects.all()) == book
                return super().get(request, *args, **kwargs)

        Author.objects.get_or_create(pk=book.pk, defaults={"name": "Jane"})

        assert body(get(type("View", (Checked,), attributes), pk=book.pk)) == EMMA

    def test_missing_object_is_a_problem(self) -> None:
        response = get(BookDetail, pk=1)

        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/problem+json"
        assert json.loads(response.content) == {"type": "about:blank", "title": "Not Found", "status": 404}

    def test_head_has_the_fields_of_get(self, book: Book) -> None:
        response = BookDetail.as_view()(RequestFactory().head("/"), pk=book.pk)

        assert response.headers == {"Content-Type": "application/json", "ETag": response.headers["ETag"]}

    def test_view_without_an_object_has_no_such_method(self) -> None:
        assert not hasattr(BookList(), "get_object")
        assert hasattr(BookDetail(), "get_object")

    def test_plain_object_needs_no_fields(self) -> None:
        class Plain(JsonResponseMixin, DetailView):
            def get_object(self, queryset: Any = None) -> Any:
                return {"a": 1}

        assert body(get(Plain)) == {"a": 1}

    def test_update_view_shows_its_object_and_not_its_form(self, book: Book) -> None:
        class Update(JsonResponseMixin, UpdateView):
            model = Book
            fields = ("title",)
            json_fields = ("title",)

        assert body(get(Update, pk=book.pk)) == {"title": "Emma"}

    def test_lazy_object(self, rf: RequestFactory) -> None:
        from django.utils.functional import SimpleLazyObject

        class Me(JsonResponseMixin, DetailView):
            json_fields = ("username",)

            def get_object(self, queryset: Any = None) -> Any:
                return SimpleLazyObject(lambda: User.objects.create(username="ann"))

        assert body(get(Me)) == {"username": "ann"}


@pytest.mark.django_db
class TestLists:
    def test_list_view_sends_a_bare_list(self, book: Book, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(2):
            response = get(BookList)

        assert body(response) == [EMMA]
        assert "Link" not in response.headers

    def test_empty_list(self) -> None:
        assert body(get(BookList)) == []

    def test_empty_list_that_is_not_allowed(self) -> None:
        class NonEmpty(BookList):
            allow_empty = False

        assert get(NonEmpty).status_code == 404

    def test_lists_of_plain_data_need_no_fields(self) -> None:
        class Plain(JsonResponseMixin, ListView):
            def get_queryset(self) -> Any:
                return [{"a": 1}, {"a": 2}]

        assert body(get(Plain)) == [{"a": 1}, {"a": 2}]

    def test_querysets_of_values_need_no_fields(self, book: Book) -> None:
        class Values(JsonResponseMixin, ListView):
            queryset = Book.objects.values("title")

        class Chosen(Values):
            queryset = Book.objects.values()
            json_fields = ("title",)

        assert body(get(Values)) == body(get(Chosen)) == [{"title": "Emma"}]

    def test_fields_may_differ_per_request(self, book: Book) -> None:
        class Chosen(BookList):
            def get_json_fields(self) -> Any:
                return self.request.GET.getlist("field")

        for _ in range(3):
            assert body(get(Chosen, "/?field=title")) == [{"title": "Emma"}]
            assert body(get(Chosen, "/?field=pages")) == [{"pages": 10}]

    def test_fields_made_up_per_request_do_not_pile_up(self, book: Book) -> None:
        class MadeUp(BookList):
            def get_json_fields(self) -> Any:
                return [(self.request.GET["key"], "title")]

        for number in range(110):
            assert body(get(MadeUp, f"/?key={number}")) == [{str(number): "Emma"}]
        assert count_projectors(MadeUp) <= 100

    def test_orders_made_up_per_request_do_not_pile_up(self, book: Book) -> None:
        class Ordered(BookList):
            paginate = "cursor"
            paginate_by = 1
            json_ordering = ("title", "price", "pages", "published", "publisher")
            json_fields = ("title",)

        for order in permutations(Ordered.json_ordering):
            assert body(get(Ordered, f"/?ordering={','.join(order)}"))["results"] == [{"title": "Emma"}]
        assert count_projectors(Ordered) <= 101


@pytest.mark.django_db
class TestDateArchives:
    class Archive(JsonResponseMixin):
        model = Book
        date_field = "published"
        json_fields = ("title",)
        allow_future = True

    def test_index(self, book: Book) -> None:
        view = type("V", (self.Archive, ArchiveIndexView), {})

        assert body(get(view)) == {"date_list": ["2001-01-01"], "results": [{"title": "Emma"}]}

    def test_year(self, book: Book) -> None:
        view = type("V", (self.Archive, YearArchiveView), {"make_object_list": True})

        assert body(get(view, year=2001)) == {
            "date_list": ["2001-02-01"],
            "year": "2001-01-01",
            "previous_year": None,
            "next_year": None,
            "results": [{"title": "Emma"}],
        }

    def test_month_and_day(self, book: Book) -> None:
        month = type("V", (self.Archive, MonthArchiveView), {"month_format": "%m", "paginate_by": 5})
        day = type("V", (self.Archive, DayArchiveView), {"month_format": "%m"})

        assert body(get(month, year=2001, month=2)) == {
            "count": 1,
            "next": None,
            "previous": None,
            "date_list": ["2001-02-03"],
            "month": "2001-02-01",
            "previous_month": None,
            "next_month": None,
            "results": [{"title": "Emma"}],
        }
        assert body(get(day, year=2001, month=2, day=3))["results"] == [{"title": "Emma"}]

    def test_detail(self, book: Book) -> None:
        view = type("V", (self.Archive, DateDetailView), {"month_format": "%m"})

        assert body(get(view, year=2001, month=2, day=3, pk=book.pk)) == {"title": "Emma"}
        assert get(view, year=2002, month=2, day=3, pk=book.pk).status_code == 404


class TestContexts:
    def test_context_without_what_templates_need(self) -> None:
        assert body(get(Hello, number=5)) == {"number": 5, "greeting": "hello"}

    def test_view_with_a_form_shows_its_context_and_not_its_form(self) -> None:
        class Ask(JsonResponseMixin, FormMixin, TemplateView):
            form_class = forms.Form
            extra_context = {"a": 1}

        assert body(get(Ask)) == {"a": 1}

    def test_fields_choose_of_a_context(self) -> None:
        class Chosen(Hello):
            json_fields = (("g", "greeting"), {"user": ["username"]})
            extra_context = {"greeting": "hello", "user": User(username="ann"), "other": object()}

        assert body(get(Chosen)) == {"g": "hello", "user": {"username": "ann"}}

    @pytest.mark.django_db
    def test_querysets_in_a_context_cost_no_query_per_row(self, book: Book, django_assert_num_queries: Any) -> None:
        class Shelf(Hello):
            json_fields = ({"books": [{"publisher": ["name"]}, {"authors": ["name"]}]}, "books__publisher__name")

            def get_context_data(self, **kwargs: Any) -> Any:
                return {"books": Book.objects.order_by("pk")}

        for number in range(3):
            Book.objects.create(title=str(number), price=1, publisher=book.publisher)

        with django_assert_num_queries(3):
            data = body(get(Shelf))

        assert body(get(Shelf)) == data
        assert len(data["books"]) == 4
        assert data["books"][0] == {"publisher": {"name": "Murray"}, "authors": [{"name": "Jane"}]}
        assert data["books__publisher__name"] == ["Murray"] * 4

    def test_own_data(self) -> None:
        class Own(Hello):
            def get_json_data(self, context: Any) -> Any:
                return [super().get_json_data(context), context["view"] is self]

        assert body(get(Own)) == [{"greeting": "hello"}, True]

    def test_models_in_a_context_are_refused(self) -> None:
        class Leaky(Hello):
            extra_context = {"user": User(username="ann")}

        with pytest.raises(
            TypeError, match=r"^Object of type User is not JSON serializable, as a response does not guess"
        ):
            get(Leaky)

    @pytest.mark.parametrize(("context", "expected"), [(None, {}), ([1], [1]), ("x", "x"), ({"a": 1}, {"a": 1})])
    def test_whatever_is_rendered(self, context: Any, expected: Any) -> None:
        class Bare(JsonResponseMixin, View):
            def get(self, request: HttpRequest) -> Any:
                return self.render_to_response(context)

        assert body(get(Bare)) == expected

    def test_keyword_arguments_reach_the_response(self) -> None:
        class Bare(JsonResponseMixin, View):
            def get(self, request: HttpRequest) -> Any:
                return self.render_to_response({}, status=202, headers={"X-A": "b"}, content_type="a/b")

        class Header(JsonResponseMixin, View):
            def get(self, request: HttpRequest) -> Any:
                return self.render_to_response({}, status=202, headers={"X-A": "b", "content-type": "a/b"})

        for view in (Bare, Header):
            response = get(view)
            assert (response.status_code, response.headers) == (202, {"X-A": "b", "Content-Type": "a/b"})

    @pytest.mark.parametrize(
        "order", [(StatusResponseMixin, JsonResponseMixin), (JsonResponseMixin, StatusResponseMixin)]
    )
    def test_status_mixin_on_either_side(self, order: tuple[type, ...]) -> None:
        view = type("V", (*order, TemplateView), {"status_code": 202, "extra_context": {"a": 1}})

        response = get(view)

        assert response.status_code == 202
        assert body(response) == {"a": 1}


@pytest.mark.django_db
class TestFaults:
    @pytest.mark.parametrize("queryset", [Book.objects.all, lambda: list(Book.objects.all()), lambda: Book.objects])
    def test_missing_fields(self, book: Book, queryset: Callable[[], Any]) -> None:
        class NoFields(JsonResponseMixin, ListView):
            def get_queryset(self) -> Any:
                return queryset()

        with pytest.raises(ImproperlyConfigured) as caught:
            get(NoFields)

        assert str(caught.value) == (
            'NoFields is missing the fields to send. Define NoFields.json_fields, such as ["id"], or override '
            "NoFields.get_json_fields() or NoFields.get_json_data()."
        )

    def test_missing_fields_of_a_detail_view(self, book: Book) -> None:
        class NoFields(JsonResponseMixin, DetailView):
            model = Book

        with pytest.raises(ImproperlyConfigured, match=r"^NoFields is missing the fields to send"):
            get(NoFields, pk=book.pk)

    def test_missing_fields_are_found_without_rows(self) -> None:
        class NoFields(JsonResponseMixin, ListView):
            model = Book

        with pytest.raises(ImproperlyConfigured, match=r"^NoFields is missing the fields to send"):
            get(NoFields)

    def test_unknown_name(self) -> None:
        class Wrong(BookList):
            json_fields = ("titel",)

        with pytest.raises(
            ImproperlyConfigured, match=r'^Wrong.json_fields has "titel", which Book has not. There is: auth'
        ):
            get(Wrong)

    def test_secrets(self) -> None:
        class Users(JsonResponseMixin, ListView):
            model = User
            json_fields = ("username", "password")

        class Spelled(Users):
            allow_sensitive = ("password",)

        User.objects.create(username="ann", password="x")
        with pytest.raises(
            ImproperlyConfigured, match=r'^Users.json_fields has "password", which looks like a secret'
        ):
            get(Users)
        assert body(get(Spelled)) == [{"username": "ann", "password": "x"}]

    def test_secrets_among_values(self) -> None:
        class Values(JsonResponseMixin, ListView):
            queryset = User.objects.values()

        class Named(Values):
            queryset = User.objects.values("username")

        class Spelled(Values):
            queryset = User.objects.values("username", "password")
            allow_sensitive = True

        User.objects.create(username="ann", password="x")
        with pytest.raises(
            ImproperlyConfigured, match=r'^Values.get_queryset\(\) has "password", which looks like a secr'
        ):
            get(Values)
        assert body(get(Named)) == [{"username": "ann"}]
        assert body(get(Spelled)) == [{"username": "ann", "password": "x"}]

    @pytest.mark.parametrize(
        "secret",
        [
            User.objects.values(p=F("password")),
            User.objects.values("email").union(User.objects.values("password")),
            User.objects.values("email").union(User.objects.values("email").union(User.objects.values("password"))),
        ],
    )
    def test_secrets_under_another_name(self, secret: Any) -> None:
        class Renamed(JsonResponseMixin, ListView):
            def get_queryset(self) -> Any:
                return secret.all()

        with pytest.raises(ImproperlyConfigured, match=r'^Renamed.get_queryset\(\) has "password", which looks like'):
            get(Renamed)
        assert body(get(type("Spelled", (Renamed,), {"allow_sensitive": True}))) == []

    def test_secrets_by_their_columns(self) -> None:
        class Keys(JsonResponseMixin, ListView):
            queryset = Session.objects.values(visitor=F("pk"))

        class Pages(JsonResponseMixin, ListView):
            model = Session
            json_fields = ("expire_date",)
            paginate = "cursor"
            paginate_by = 1

        class Text(Keys):
            allow_sensitive = "session_key"

        class Spelled(Keys):
            allow_sensitive = ("session_key",)

        Session.objects.create(session_key="s", expire_date=timezone.now())
        with pytest.raises(ImproperlyConfigured) as caught:
            get(Keys)
        assert str(caught.value) == (
            'Keys.get_queryset() has "session_key", which looks like a secret, under the name "visitor". Leave it '
            'out, or, if it may be seen by all who may see the rest, set Keys.allow_sensitive = ["session_key"].'
        )
        with pytest.raises(ImproperlyConfigured) as caught:
            get(Text)
        assert str(caught.value) == ("Text.allow_sensitive must be True, False or a list of names, not 'session_key'.")
        with pytest.raises(ImproperlyConfigured, match=r'^Pages.* has "session_key", which looks like a secret'):
            get(Pages)
        assert body(get(Spelled)) == [{"visitor": "s"}]

    def test_secrets_among_the_entries_of_a_context(self) -> None:
        class Page(Hello):
            extra_context = {"keys": Session.objects.values_list("pk", flat=True), "greeting": "hello"}

        class Named(Page):
            json_fields = ("greeting",)

        class Keys(Page):
            json_fields = ("keys",)

        for view, owner in ((Page, "get_context_data()"), (Keys, "json_fields")):
            with pytest.raises(ImproperlyConfigured) as caught:
                get(view)
            assert f'{view.__name__}.{owner} has "session_key", which looks like a secret, under the name' in str(
                caught.value
            )
        assert body(get(type("Spelled", (Page,), {"allow_sensitive": True}))) == {"keys": [], "greeting": "hello"}
        assert body(get(Named)) == {"greeting": "hello"}

    def test_values_without_names_are_every_column(self, book: Book) -> None:
        class Values(JsonResponseMixin, ListView):
            queryset = Book.objects.values()

        class Page(Hello):
            extra_context = {"shelf": {"books": Book.objects.values()}}

        class Counted(Values):
            queryset = Book.objects.values("title", pages_twice=F("pages") * 2, parts=Count("authors"))

        with pytest.raises(ImproperlyConfigured, match=r"^Values is missing the fields to send"):
            get(Values)
        with pytest.raises(TypeError, match=r"does not guess which fields of a model may leave"):
            get(Page)
        assert body(get(Counted)) == [{"title": "Emma", "pages_twice": 20, "parts": 1}]

    def test_wrong_order_of_bases(self) -> None:
        with pytest.raises(ImproperlyConfigured) as caught:
            type("Books", (ListView, JsonResponseMixin), {})
        with pytest.raises(ImproperlyConfigured):
            type("Books", (TemplateView, Hello.__mro__[1]), {})

        assert str(caught.value) == (
            "Books would render a template, as JsonResponseMixin comes after a view that does. Write class "
            "Books(JsonResponseMixin, ListView)."
        )

    @pytest.mark.parametrize("base", [View, type("Guarded", (View,), {}), type("Base", (JsonResponseMixin,), {})])
    def test_a_plain_view_comes_after_the_mixin(self, base: Any) -> None:
        mixin = base if issubclass(base, JsonResponseMixin) else JsonResponseMixin
        view = View if base is mixin else base
        with pytest.raises(ImproperlyConfigured) as caught:
            type("V", (view, mixin), {})

        assert str(caught.value) == (
            "V would send no JSON, as JsonResponseMixin comes after a view. Write class "
            f"V({mixin.__name__}, {view.__name__})."
        )

    def test_nothing_on_the_class_is_changed_by_a_request(self, book: Book) -> None:
        class Kept(BookList):
            json_dumps_kwargs: Any = {"indent": 1}
            paginate_by = 1

        before = {**vars(Kept)}
        get(Kept, "/?page=1")

        assert vars(Kept) == before
        assert Kept.json_dumps_kwargs == {"indent": 1}
        assert Kept.json_encoder_class is None


class TestErrors:
    @pytest.mark.parametrize(
        ("error", "problem"),
        [
            (Http404("inside"), {"title": "Not Found", "status": 404}),
            (PermissionDenied("inside"), {"title": "Forbidden", "status": 403}),
            (BadRequest("inside"), {"title": "Bad Request", "status": 400}),
            (HttpError(409, "for you"), {"title": "Conflict", "status": 409, "detail": "for you"}),
        ],
    )
    @pytest.mark.parametrize("is_async", [False, True])
    def test_errors_that_name_a_status_are_problems(
        self, error: Exception, problem: dict[str, Any], is_async: bool
    ) -> None:
        class Sync(JsonResponseMixin, View):
            def get(self, request: HttpRequest) -> HttpResponse:
                raise error

        class Async(JsonResponseMixin, View):
            async def get(self, request: HttpRequest) -> HttpResponse:
                raise error

        response = aget(Async) if is_async else get(Sync)

        assert response.headers["Content-Type"] == "application/problem+json"
        assert json.loads(response.content) == {"type": "about:blank", **problem}

    def test_other_errors_stay(self) -> None:
        class Broken(JsonResponseMixin, View):
            def get(self, request: HttpRequest) -> HttpResponse:
                raise KeyError("x")

        with pytest.raises(KeyError):
            get(Broken)

    @pytest.mark.django_db(transaction=True)
    def test_error_still_rolls_back_the_request(self, monkeypatch: pytest.MonkeyPatch, client: Any) -> None:
        from django.db import transaction

        class Half(JsonResponseMixin, View):
            def get(self, request: HttpRequest) -> HttpResponse:
                Author.objects.create(name="half")
                raise Http404

        monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
        with transaction.atomic():
            assert get(Half).status_code == 404

        assert not Author.objects.exists()


class TestAsync:
    @pytest.mark.django_db
    def test_async_views_wait_for_the_database(self, book: Book) -> None:
        class AsyncList(BookList):
            paginate_by = 5

            async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return await sync_to_async(super().get)(request, *args, **kwargs)

        class AsyncDetail(BookDetail):
            async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                self.object = await Book.objects.aget(pk=kwargs["pk"])
                return await self.arender_to_response(self.get_context_data(object=self.object))

        class AsyncUnpaged(BookList):
            async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                self.object_list = self.get_queryset()
                return await self.arender_to_response(self.get_context_data())

        assert body(aget(AsyncList))["results"] == [EMMA]
        assert body(aget(AsyncDetail, pk=book.pk)) == EMMA
        assert body(aget(AsyncUnpaged)) == [EMMA]

    @pytest.mark.django_db
    def test_async_views_need_not_know(self, book: Book) -> None:
        class AsyncList(BookList):
            async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                self.object_list = self.get_queryset()
                response = self.render_to_response(self.get_context_data(), status=202)
                response["X-A"] = "b"
                return response

        class AsyncPages(BookList):
            paginate_by = 1
            count = False

            async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                self.object_list = self.get_queryset()
                return self.render_to_response(self.get_context_data())

        response = aget(AsyncList)
        page = aget(AsyncPages)
        missing = aget(AsyncPages, "/?page=7")

        assert (response.status_code, response.headers) == (202, {"Content-Type": "application/json", "X-A": "b"})
        assert body(response) == [EMMA]
        assert body(page)["results"] == [EMMA]
        assert page.headers["Link"] == '<http://testserver/?page=1>; rel="first"'
        assert missing.status_code == 404
        assert missing.headers["Content-Type"] == "application/problem+json"

    @pytest.mark.django_db
    def test_async_view_through_djangos_handler(self, book: Book) -> None:
        from django.test import AsyncClient, override_settings
        from django.urls import path

        class AsyncList(BookList):
            async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                self.object_list = self.get_queryset()
                return self.render_to_response(self.get_context_data())

        urls = type("Urls", (), {"urlpatterns": [path("", AsyncList.as_view())]})
        with override_settings(ROOT_URLCONF=urls):
            response = async_to_sync(AsyncClient().get)("/")

        assert body(response) == [EMMA]

    def test_options_of_an_async_response(self) -> None:
        class Teapot(Hello):
            async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return self.render_to_response({"a": "é"}, reason="Short", charset="latin-1", headers={"X-A": "b"})

        class Empty(Hello):
            async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return self.render_to_response({}, status=204)

        response = aget(Teapot)

        assert (response.status_code, response.reason_phrase, response.headers["X-A"]) == (200, "Short", "b")
        assert json.loads(response.text) == {"a": "é"}
        with pytest.raises(ValueError, match=r"^A 204 response has no content"):
            aget(Empty)

    @pytest.mark.django_db
    def test_async_response_is_what_a_sync_view_gives(self, book: Book) -> None:
        class Async(JsonResponseMixin, ListView):
            model = Book
            json_fields = ("title",)

            async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                self.object_list = self.get_queryset()
                response = self.render_to_response(self.get_context_data(), headers={"X-Shelf": "1"})
                response.set_cookie("seen", "yes")
                return response

        response = pickle.loads(pickle.dumps(aget(Async)))

        assert type(response) is JsonResponse
        assert response.content == JsonResponse([{"title": book.title}]).content
        del response.headers["ETag"]
        assert response.headers == {
            "Content-Type": "application/json",
            "Cache-Control": "private",  # it sets a cookie
            "X-Shelf": "1",
        }
        assert response.cookies["seen"].value == "yes"

    def test_callback_of_an_async_response_may_replace_it(self) -> None:
        class Async(JsonResponseMixin, TemplateView):
            async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                response = self.render_to_response({})
                response.add_post_render_callback(lambda response: HttpResponse(b"other"))
                return response

        assert aget(Async).content == b"other"

    def test_content_of_an_async_view_is_not_there_yet(self) -> None:
        class Curious(Hello):
            async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                response = self.render_to_response({"a": 1})
                with pytest.raises(ContentNotRenderedError):
                    response.content  # noqa: B018
                assert body(await self.arender_to_response({"b": 1})) == {"b": 1}
                return response

        assert body(aget(Curious)) == {"a": 1}

    def test_async_view_of_plain_data(self) -> None:
        class AsyncHello(Hello):
            async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return self.render_to_response({"a": 1})

        assert body(aget(AsyncHello)) == {"a": 1}


class TestBraces:
    """What django-braces documents of its JSONResponseMixin."""

    class Braces(JsonResponseMixin, View):
        def get(self, request: HttpRequest) -> Any:
            return self.render_json_response({"name": "é"})

    def test_is_the_mixin_of_braces(self) -> None:
        assert issubclass(JsonResponseMixin, JSONResponseMixin)

    def test_plain_data_keeps_its_characters(self) -> None:
        assert get(self.Braces).content in (b'{"name": "\xc3\xa9"}', b'{"name":"\xc3\xa9"}')

    def test_status(self) -> None:
        assert self.Braces().render_json_response({}, status=201).status_code == 201
        assert self.Braces().render_json_response({}, 201, headers={"X-A": "b"}).headers["X-A"] == "b"

    def test_arguments_of_dumps(self) -> None:
        view = self.Braces(json_dumps_kwargs={"indent": 2, "ensure_ascii": True})

        assert view.render_json_response({"a": "é"}).content == b'{\n  "a": "\\u00e9"\n}'
        assert view.get_json_dumps_kwargs() == {"ensure_ascii": True, "indent": 2}
        assert self.Braces().get_json_dumps_kwargs() == {"ensure_ascii": False}

    def test_encoder_class(self) -> None:
        class SetEncoder(DjangoJSONEncoder):
            def default(self, o: Any) -> Any:
                return "set" if isinstance(o, set) else super().default(o)

        view = self.Braces(json_encoder_class=SetEncoder)

        assert json.loads(view.render_json_response({"a": {1}}).content) == {"a": "set"}
        assert self.Braces().get_json_encoder_class() is DjangoJSONEncoder

    def test_content_type(self) -> None:
        assert get(type("V", (self.Braces,), {"content_type": "text/plain"})).headers["Content-Type"] == "text/plain"
        with pytest.raises(ImproperlyConfigured) as caught:
            self.Braces(content_type=["a"]).get_content_type()
        assert str(caught.value) == (
            "Braces is missing a content type. Define Braces.content_type or override Braces.get_content_type()."
        )

    @pytest.mark.django_db
    def test_objects_in_the_format_of_djangos_serializers(self) -> None:
        author = Author.objects.create(name="Ann")

        response = self.Braces().render_json_object_response(Author.objects.all(), fields=("name",), status=202)

        assert response.status_code == 202
        assert body(response) == [{"model": "tests.author", "pk": author.pk, "fields": {"name": "Ann"}}]

    @pytest.mark.django_db
    def test_fields_may_come_from_an_iterator(self) -> None:
        author = Author.objects.create(name="Ann")

        response = self.Braces().render_json_object_response(Author.objects.all(), fields=iter(["name"]))

        assert body(response) == [{"model": "tests.author", "pk": author.pk, "fields": {"name": "Ann"}}]

    @pytest.mark.django_db
    def test_objects_need_named_fields(self) -> None:
        with pytest.raises(TypeError, match=r"does not guess which fields"):
            self.Braces().render_json_object_response(Author.objects.all())
        with pytest.raises(ImproperlyConfigured, match=r"looks like a secret"):
            self.Braces().render_json_object_response(User.objects.all(), fields=["password"])
        for sessions in (Session.objects.all(), iter([Session(session_key="s")])):
            with pytest.raises(ImproperlyConfigured, match=r'^Braces.* has "session_key", which looks like a secret'):
                self.Braces().render_json_object_response(sessions, fields=["expire_date"])
        for field in ("session", "others"):
            with pytest.raises(ImproperlyConfigured, match=rf'has "session_key", .* under the name "{field}"'):
                self.Braces().render_json_object_response(Visit.objects.all(), fields=[field])
        assert body(self.Braces().render_json_object_response([{"a": 1}])) == [{"a": 1}]


@pytest.mark.django_db
class TestEncoders:
    class OwnEncoder(DjangoJSONEncoder):
        def default(self, o: Any) -> Any:
            return float(o) if isinstance(o, decimal.Decimal) else super().default(o)

    @pytest.mark.parametrize("fields", [("price", "published"), ("price", "published", "reading_time")])
    def test_own_encoder_sees_the_values_themselves(self, book: Book, fields: Any) -> None:
        class Own(BookList):
            json_encoder_class = self.OwnEncoder
            json_fields = fields

        class Function(BookList):
            json_dumps_kwargs = {"default": lambda value: type(value).__name__}
            json_fields = fields

        assert [body(get(Own))[0][key] for key in fields[:2]] == [9.5, "2001-02-03"]
        assert [body(get(Function))[0][key] for key in fields[:2]] == ["Decimal", "date"]


@pytest.mark.django_db
class TestVanillaViews:
    """The views of django-vanilla-views have other signatures."""

    def test_list_and_detail(self, book: Book) -> None:
        import vanilla

        class Books(JsonResponseMixin, vanilla.ListView):
            model = Book
            paginate_by = 1
            json_fields = ("title",)

            def get_queryset(self) -> Any:
                return Book.objects.order_by("pk")

        class Uncounted(Books):
            count = False

        class OneBook(JsonResponseMixin, vanilla.DetailView):
            model = Book
            json_fields = FIELDS

        assert body(get(Books)) == {"count": 1, "next": None, "previous": None, "results": [{"title": "Emma"}]}
        assert body(get(Uncounted)) == {"count": None, "next": None, "previous": None, "results": [{"title": "Emma"}]}
        assert body(get(OneBook, pk=book.pk)) == EMMA
