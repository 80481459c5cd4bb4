"""What of its context a view sends is told by what the view shows, and by what each entry is, not by names."""

import json
from typing import Any

import django_filters
import extra_views
import neapolitan.views
import pytest
import vanilla
from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.core.paginator import Paginator
from django.forms import formset_factory
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views import generic
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import ModelFormMixin
from django.views.generic.list import MultipleObjectMixin
from neapolitan.views import Role

from django_extras.views.json import JsonResponseMixin
from tests.models import Author, Book, Publisher

pytestmark = pytest.mark.django_db

EMMA = {"title": "Emma"}


@pytest.fixture
def book() -> Book:
    return Book.objects.create(title="Emma", price=1, publisher=Publisher.objects.create(name="Murray", city="London"))


def body(view: Any, url: str = "/", initkwargs: Any = None, **kwargs: Any) -> Any:
    response = view.as_view(**(initkwargs or {}))(RequestFactory().get(url), **kwargs)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


class Titles(JsonResponseMixin):
    model: Any = Book
    fields = ("title",)
    json_fields = ("title",)


class WithList:
    """It pages something else beside what it shows."""

    def get_context_data(self, **kwargs: Any) -> Any:
        page = Paginator(Author.objects.order_by("pk"), 2).page(1)
        beside = {"object_list": page.object_list, "page_obj": page, "paginator": page.paginator, "is_paginated": True}
        return super().get_context_data(**kwargs) | beside  # type: ignore[misc]


class TestEntries:
    class Page(JsonResponseMixin, generic.TemplateView):
        pass

    NAMES = (
        *("view", "form", "formset", "filter", "paginator", "page_obj", "is_paginated", "object", "object_list"),
        *("date_list", "filterset", "inlines", "context"),
    )

    @pytest.mark.parametrize("name", NAMES)
    def test_names_of_data(self, name: str) -> None:
        view = type("View", (self.Page,), {"extra_context": {name: "A4"}})
        urls = type("Urls", (), {"urlpatterns": [path(f"<str:{name}>/", self.Page.as_view())]})

        assert body(view) == {name: "A4"}
        with override_settings(ROOT_URLCONF=urls):
            assert Client().get("/A4/").json() == {name: "A4"}

    @pytest.mark.parametrize("name", ["date_list", "filter", "filterset", "page_obj", "form", "year"])
    def test_names_of_data_beside_a_list(self, name: str, book: Book) -> None:
        view = type("View", (Titles, generic.ListView), {"extra_context": {name: "A4"}})

        assert body(view) == [EMMA]

    def test_what_is_for_templates(self) -> None:
        class BookFilter(django_filters.FilterSet):
            class Meta:
                model = Book
                fields = ("title",)

        class Full(self.Page):  # type: ignore[name-defined]  # a class of the test
            def get_context_data(self, **kwargs: Any) -> Any:
                formset = formset_factory(forms.Form)()
                paginator = Paginator([1, 2], 1)
                return super().get_context_data(
                    a=forms.Form(),
                    b=formset,
                    c=[formset, forms.Form()],
                    d=BookFilter(),
                    e=paginator,
                    f=paginator.page(1),
                    g=self,
                    h=[],
                    i=[1],
                    j=(),
                )

        assert body(Full) == {"h": [], "i": [1], "j": []}


class TestSubject:
    """Django's views: which one of an object and a list is shown."""

    @pytest.mark.parametrize("base", [generic.DetailView, generic.UpdateView, generic.DeleteView])
    @pytest.mark.parametrize("beside", [(), (MultipleObjectMixin,)])
    def test_object_with_a_list_beside_it(self, book: Book, base: Any, beside: Any) -> None:
        class View(WithList, Titles, *beside, base):  # type: ignore[misc]  # classes of the test
            object_list = Author.objects.none()

        assert body(View, pk=book.pk) == EMMA

    def test_lists_documented_by_django(self, book: Book) -> None:
        class BooksOfPublisher(Titles, SingleObjectMixin, generic.ListView):
            paginate_by = 2

            def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                self.object = self.get_object(queryset=Publisher.objects.all())
                return super().get(request, *args, **kwargs)

            def get_context_data(self, **kwargs: Any) -> Any:
                return super().get_context_data(publisher=self.object, object=self.object, **kwargs)

            def get_queryset(self) -> Any:
                return self.object.books.order_by("pk")

        class PublisherOfBooks(JsonResponseMixin, MultipleObjectMixin, generic.DetailView):
            model = Publisher
            json_fields = ("name",)
            paginate_by = 2

            def get_context_data(self, **kwargs: Any) -> Any:
                books = self.object.books.order_by("pk")
                return super().get_context_data(object_list=books, **kwargs)

        assert body(BooksOfPublisher, pk=book.publisher_id)["results"] == [EMMA]
        assert body(PublisherOfBooks, pk=book.publisher_id) == {"name": "Murray"}

    def test_list_with_a_form(self, book: Book) -> None:
        class Both(Titles, ModelFormMixin, generic.ListView):
            object = None

        class Create(Titles, MultipleObjectMixin, generic.CreateView):
            object_list = Book.objects.all()

        assert body(Both) == [EMMA]
        assert body(Create) == [EMMA]

    def test_list_whose_view_gets_objects_for_itself(self, book: Book) -> None:
        class List(Titles, generic.ListView):
            def get_object(self) -> Any:
                return Author()

            def get_context_data(self, **kwargs: Any) -> Any:
                return super().get_context_data(object=self.get_object(), **kwargs)

        assert body(List) == [EMMA]

    @pytest.mark.parametrize("role", [Role.DETAIL, Role.UPDATE, Role.DELETE])
    @pytest.mark.parametrize("beside", [(), (WithList,)])
    def test_neapolitan(self, book: Book, role: Role, beside: Any) -> None:
        view = type("Crud", (*beside, Titles, neapolitan.views.CRUDView), {})

        assert body(view, initkwargs={"role": role}, pk=book.pk) == EMMA

    def test_neapolitan_list(self, book: Book) -> None:
        class Crud(Titles, neapolitan.views.CRUDView):
            def list(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                self.object = Publisher.objects.get()
                return super().list(request, *args, **kwargs)

        assert body(Crud, initkwargs={"role": Role.LIST}) == [EMMA]

    @pytest.mark.parametrize("beside", [(), (WithList,)])
    def test_vanilla(self, book: Book, beside: Any) -> None:
        assert body(type("Detail", (*beside, Titles, vanilla.DetailView), {}), pk=book.pk) == EMMA
        assert body(type("List", (Titles, vanilla.ListView), {})) == [EMMA]

    def test_extra_views(self, book: Book) -> None:
        class Inline(extra_views.InlineFormSetFactory):
            model = Book
            fields = ("title",)

        class Create(JsonResponseMixin, extra_views.CreateWithInlinesView):
            model = Publisher
            fields = ("name",)
            inlines = [Inline]

        class Update(JsonResponseMixin, extra_views.UpdateWithInlinesView):
            model = Publisher
            fields = ("name",)
            inlines = [Inline]
            json_fields = ("name",)

        assert body(Create) == {}
        assert body(Update, pk=book.publisher_id) == {"name": "Murray"}


class TestWhatIsNoContext:
    """json_fields says what to send of the models in a context, and only there."""

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (lambda: Book.objects.all(), "QuerySet"),
            (lambda: Book.objects.values(), "QuerySet"),
            (lambda: Book.objects, "Manager"),
            (lambda: Book.objects.raw("SELECT * FROM tests_book"), "RawQuerySet"),
            (lambda: Book(), "Book"),
            (lambda: [Book()], "list"),
            (lambda: (Book(),), "tuple"),
        ],
    )
    def test_models_in_the_place_of_a_context(self, data: Any, kind: str) -> None:
        class Bare(JsonResponseMixin, generic.View):
            json_fields = ("title",)

            def get(self, request: Any) -> Any:
                return self.render_to_response(data())

        with pytest.raises(TypeError) as caught:
            body(Bare)
        assert str(caught.value) == (
            f"Bare.render_to_response() takes a context, and got a {kind}. Pass self.get_context_data(), which has "
            'what the view shows under "object" or "object_list".'
        )

    @pytest.mark.parametrize("data", [[], [1], {}, [{}], "x", 1.5])
    def test_data(self, data: Any) -> None:
        class Bare(JsonResponseMixin, generic.View):
            def get(self, request: Any) -> Any:
                return self.render_to_response(data)

        assert body(Bare) == data

    def test_values(self, book: Book) -> None:
        class Bare(JsonResponseMixin, generic.View):
            def get(self, request: Any) -> Any:
                return self.render_to_response(Book.objects.values("title"))

        assert body(Bare) == [EMMA]


class TestCursorOfValues:
    @pytest.mark.parametrize(
        "queryset",
        [
            Book.objects.values("title").order_by("title"),
            Book.objects.values("title").order_by("pages", "pk"),
            Book.objects.values("title").order_by("-publisher__name"),
            Book.objects.values_list("title", named=True).order_by("title"),
        ],
    )
    def test_values_that_lack_their_order(self, book: Book, queryset: Any) -> None:
        own = queryset

        class View(JsonResponseMixin, generic.ListView):
            queryset = own
            paginate = "cursor"
            paginate_by = 2
            json_fields = ("title",)

        assert body(View)["results"] == [EMMA]

    def test_values_that_have_it(self, book: Book) -> None:
        class View(JsonResponseMixin, generic.ListView):
            queryset = Book.objects.values("id", "title").order_by("title")
            paginate = "cursor"
            paginate_by = 2
            json_fields = ("title",)

        assert body(View)["results"] == [EMMA]

    def test_parameters_that_are_the_same(self) -> None:
        class View(JsonResponseMixin, generic.ListView):
            model = Book
            paginate = "cursor"
            paginate_by = 2
            cursor_kwarg = "page"

        with pytest.raises(ImproperlyConfigured, match=r"^View.cursor_kwarg and View.page_kwarg must differ\.$"):
            body(View)
