"""
The methods of a view are called as they are without the mixin: the same ones, in this order, with these arguments.

Each view runs twice, as it is and right of JsonResponseMixin, and notes its calls.
"""

import datetime
import inspect
from collections.abc import Callable
from typing import Any

import django_filters
import extra_views
import guardian.mixins
import neapolitan.views
import pytest
import rules.contrib.views
import vanilla
from asgiref.sync import async_to_sync, sync_to_async
from braces import views as braces
from django import forms
from django.contrib.auth import mixins as auth
from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.forms.formsets import BaseFormSet
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from django.views import generic
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.list import MultipleObjectMixin
from django_filters.views import FilterView
from neapolitan.views import Role

from django_extras.views.json import JsonResponseMixin
from tests.models import Author, Book, Publisher

pytestmark = pytest.mark.django_db

#: The differences that must be. The mixin answers in the place of the view,
RENDERING = {"render_to_response", "get_template_names", "get_content_type"}
#: asks once more whether an invalid filter is an error,
ASKED_AGAIN = {"get_strict"}
#: and hands on the list in the order of the query, with the key at its end, and the object's query with what the
#: fields need. The rows are the same: see simple(). A list that is not counted may always have other pages, so that
#: `is_paginated` is true.

Calls = list[tuple[str, Any, Any]]


def recorded(base: Any, calls: Calls, skipped: set[str]) -> Any:
    """Return a subclass of a view that notes the calls of its public methods."""

    def noting(name: str) -> Callable[..., Any]:
        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            calls.append((name, simple(args), simple(kwargs)))
            return getattr(super(cls, self), name)(*args, **kwargs)

        return method

    names = {name for name, value in inspect.getmembers_static(base, inspect.isfunction) if not name.startswith("_")}
    cls = type(f"Recorded{base.__name__}", (base,), {name: noting(name) for name in names - skipped})
    return cls


def simple(value: Any) -> Any:
    """Return something that is equal in both runs if the argument is."""
    if isinstance(value, dict):
        return {key: simple(item) for key, item in value.items() if key != "is_paginated"}
    if isinstance(value, list | tuple):
        return [simple(item) for item in value]
    if isinstance(value, QuerySet):
        return value.model, sorted(str(row) for row in value.all())
    if isinstance(value, Model):
        return type(value), value.pk
    for kind in (HttpRequest, Paginator, Page, forms.BaseForm, BaseFormSet, generic.View):
        if isinstance(value, kind):
            return kind
    return value if isinstance(value, str | int | None | datetime.date) else type(value).__name__


def in_async(base: Any) -> Any:
    """Return the view with async handlers that run its own in a thread."""

    def awaiting(name: str) -> Callable[..., Any]:
        async def handle(self: Any, *args: Any, **kwargs: Any) -> Any:
            return await sync_to_async(getattr(super(cls, self), name))(*args, **kwargs)

        return handle

    names = [name for name in base.http_method_names if name != "options" and hasattr(base, name)]
    cls = type(f"Async{base.__name__}", (base,), {name: awaiting(name) for name in names})
    return async_to_sync(cls.as_view()) if names else None


@pytest.fixture
def book() -> Book:
    publisher = Publisher.objects.create(name="Murray", city="London")
    for number in range(3):
        book = Book.objects.create(
            title=f"Emma {number}", price=1, publisher=publisher, published=datetime.date(2001, 2, 3)
        )
        book.authors.add(Author.objects.create(name="Jane"))
    return book


@pytest.fixture
def compare(book: Book) -> Callable[..., None]:
    """Return a function that runs a view with and without the mixin, and compares the calls."""
    user = User.objects.create_superuser("ann")

    def compare(
        base: Any,
        url: str = "/",
        data: Any = None,
        status: int = 200,
        answer: int | None = None,
        methods: Any = ("GET", "HEAD"),
        initkwargs: Any = None,
        attributes: Any = None,
        **kwargs: Any,
    ) -> None:
        for skipped in (set(), {"get_object"}) if hasattr(base, "get_object") else [set()]:
            for method in methods:
                plain: Calls = []
                mixed: Calls = []
                views = (
                    recorded(base, plain, skipped | RENDERING | ASKED_AGAIN),
                    type(
                        "Mixed",
                        (JsonResponseMixin, recorded(base, mixed, skipped | RENDERING | ASKED_AGAIN)),
                        {"json_fields": ("title", {"authors": ["name"]}), **(attributes or {})},
                    ),
                )
                ways: list[Any] = [lambda view: view.as_view(**(initkwargs or {}))]
                if in_async(base) is not None:
                    ways.append(in_async)
                for way in ways:
                    plain.clear()
                    mixed.clear()
                    for view in views:
                        request = getattr(RequestFactory(), method.lower())(url, data)
                        request.user = user
                        request.session = {}  # type: ignore[assignment]  # what braces asks of it
                        try:
                            response = way(view)(request, **{"pk": book.pk, **kwargs})
                        except Http404:
                            continue
                        if method == "POST":
                            Book.objects.update_or_create(pk=book.pk, defaults={"title": "Emma 2", "price": 1})
                        expected = answer if answer is not None and view is views[1] else status
                        assert response.status_code == expected, response.content
                    assert mixed == plain
                    assert len(plain) > 2

    return compare


class Books:
    model = Book
    ordering = "title"
    fields = ("title", "price")
    success_url = "/"
    date_field = "published"
    month_format = "%m"
    allow_future = True


class TestDjango:
    @pytest.mark.parametrize(
        "base", [generic.DetailView, generic.UpdateView, generic.DeleteView, generic.CreateView, generic.ListView]
    )
    def test_get(self, compare: Any, base: Any) -> None:
        attributes = {"json_fields": None} if base is generic.CreateView else {}
        compare(type("View", (Books, base), {}), attributes=attributes)

    @pytest.mark.parametrize("base", [generic.TemplateView, generic.FormView])
    def test_context(self, compare: Any, base: Any) -> None:
        attributes = {"form_class": forms.Form, "extra_context": {"a": 1}, "json_fields": None}
        view = type("View", (base,), {"form_class": forms.Form, "template_name": "a.html"})
        compare(view, attributes=attributes)

    @pytest.mark.parametrize(
        ("base", "answer"), [(generic.UpdateView, 200), (generic.DeleteView, 204), (generic.CreateView, 201)]
    )
    def test_valid_post(self, compare: Any, base: Any, answer: int) -> None:
        data = {"title": "x", "price": 1}

        compare(type("View", (Books, base), {}), methods=("POST",), data=data, status=302, answer=answer)

    @pytest.mark.parametrize("base", [generic.UpdateView, generic.CreateView])
    def test_invalid_post(self, compare: Any, base: Any) -> None:
        compare(type("View", (Books, base), {}), methods=("POST",), data={"title": ""}, status=200, answer=422)

    def test_form(self, compare: Any) -> None:
        attributes = {"form_class": forms.Form, "success_url": "/"}
        compare(type("View", (generic.FormView,), attributes), methods=("POST",), data={}, status=302, answer=204)

    def test_missing_object(self, compare: Any) -> None:
        compare(
            type("View", (Books, generic.DetailView), {"get_queryset": lambda self: Book.objects.none()}), status=404
        )

    @pytest.mark.parametrize(
        "base",
        [
            generic.ArchiveIndexView,
            generic.YearArchiveView,
            generic.MonthArchiveView,
            generic.WeekArchiveView,
            generic.DayArchiveView,
            generic.DateDetailView,
        ],
    )
    @pytest.mark.parametrize("paging", [{}, {"paginate_by": 2, "make_object_list": True}])
    def test_dates(self, compare: Any, base: Any, paging: Any) -> None:
        compare(type("View", (Books, base), paging), year=2001, month=2, day=3, week=4)

    def test_today(self, compare: Any) -> None:
        Book.objects.update(published=datetime.date.today())

        compare(type("View", (Books, generic.TodayArchiveView), {}))

    @pytest.mark.parametrize(
        "bases", [(SingleObjectMixin, generic.ListView), (MultipleObjectMixin, generic.DetailView)]
    )
    def test_object_and_list(self, compare: Any, bases: Any) -> None:
        class Both(*bases):  # type: ignore[misc]  # classes of the test
            model = Book
            ordering = "title"

            def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                self.object = self.get_object(Book.objects.all())
                self.object_list = self.get_queryset()
                return self.render_to_response(self.get_context_data())

        compare(Both)


class TestLists:
    """In pages of each kind, in the order of the view and of the query."""

    VIEWS: Any = {
        "django": (Books, generic.ListView),
        "archive": (Books, generic.ArchiveIndexView),
        "orderable": (Books, braces.OrderableListMixin, braces.SelectRelatedMixin, generic.ListView),
        "searchable": (Books, extra_views.SearchableListMixin, extra_views.SortableListMixin, generic.ListView),
        "filter": (Books, FilterView),
        "vanilla": (Books, vanilla.ListView),
        "neapolitan": (Books, neapolitan.views.CRUDView),
    }

    @pytest.mark.parametrize("view", VIEWS)
    @pytest.mark.parametrize(
        "query", ["", "?ordering=-title", "?ordering=title&paginate_by=2&o=title&q=Emma&title=Emma+1"]
    )
    @pytest.mark.parametrize(
        "paging",
        [
            {},
            {"paginate_by": 2},
            {"paginate_by": 2, "allow_empty": False},
            {"paginate_by": 2, "count": False},
            {"paginate_by": 2, "paginate": "cursor", "json_ordering": ()},
            {"paginate_by": 2, "paginate": "cursor"},
        ],
    )
    def test_list(self, compare: Any, view: str, query: str, paging: Any) -> None:
        attributes = {
            "orderable_columns": ("title",),
            "orderable_columns_default": "title",
            "select_related": ["publisher"],
            "search_fields": ["title"],
            "sort_fields": ["title"],
            "filterset_fields": ["title"],
            "queryset": Book.objects.order_by("title"),
        }
        ours = {"json_ordering": ("title",), "max_paginate_by": 5 if paging else None} | paging
        base = type("View", self.VIEWS[view], attributes | paging)
        if view == "neapolitan":
            compare(base, f"/{query}", attributes=ours, initkwargs={"role": Role.LIST}, methods=["GET"])
        else:
            compare(base, f"/{query}", attributes=ours)

    def test_invalid_filter(self, compare: Any) -> None:
        class BookFilter(django_filters.FilterSet):
            number = django_filters.NumberFilter(field_name="pk")

        base = type("View", (Books, FilterView), {"filterset_class": BookFilter, "paginate_by": 2})
        lenient = type("Lenient", (base,), {"strict": False})

        compare(base, "/?number=1")
        compare(lenient, "/?number=x")


class TestPackages:
    @pytest.mark.parametrize(
        "bases",
        [
            (braces.LoginRequiredMixin, braces.StaticContextMixin, braces.SetHeadlineMixin, generic.DetailView),
            (braces.SuperuserRequiredMixin, braces.PrefetchRelatedMixin, generic.DetailView),
            (braces.PermissionRequiredMixin, generic.DetailView),
            (braces.UserPassesTestMixin, generic.DetailView),
            (braces.AllVerbsMixin, generic.DetailView),
            (auth.LoginRequiredMixin, generic.DetailView),
            (auth.PermissionRequiredMixin, generic.DetailView),
            (auth.UserPassesTestMixin, generic.DetailView),
            (guardian.mixins.LoginRequiredMixin, generic.DetailView),
            (guardian.mixins.PermissionRequiredMixin, generic.DetailView),
            (rules.contrib.views.PermissionRequiredMixin, generic.DetailView),
            (rules.contrib.views.PermissionRequiredMixin, generic.UpdateView),
        ],
        ids=lambda bases: f"{bases[0].__module__}.{bases[0].__name__}",
    )
    def test_mixins(self, compare: Any, bases: Any) -> None:
        attributes = {
            "static_context": {"a": 1},
            "headline": "Emma",
            "prefetch_related": ["authors"],
            "permission_required": "tests.change_book",
            "test_func": lambda self, user=None: True,
            "all": lambda self, request, *args, **kwargs: self.get(request, *args, **kwargs),
        }
        compare(type("View", (Books, *bases), attributes))

    @pytest.mark.parametrize("base", [vanilla.DetailView, vanilla.UpdateView, vanilla.DeleteView])
    def test_vanilla(self, compare: Any, base: Any) -> None:
        compare(type("View", (Books, base), {}))

    @pytest.mark.parametrize(
        ("base", "answer"), [(vanilla.CreateView, 201), (vanilla.UpdateView, 200), (vanilla.DeleteView, 204)]
    )
    def test_vanilla_post(self, compare: Any, base: Any, answer: int) -> None:
        data = {"title": "x", "price": 1}

        compare(type("View", (Books, base), {}), methods=["POST"], data=data, status=302, answer=answer)

    @pytest.mark.parametrize("role", [Role.DETAIL, Role.UPDATE, Role.DELETE])
    def test_neapolitan(self, compare: Any, role: Role) -> None:
        compare(type("View", (Books, neapolitan.views.CRUDView), {}), methods=["GET"], initkwargs={"role": role})

    @pytest.mark.parametrize(("role", "answer"), [(Role.CREATE, 201), (Role.UPDATE, 200), (Role.DELETE, 204)])
    def test_neapolitan_post(self, compare: Any, role: Role, answer: int) -> None:
        view = type("View", (Books, neapolitan.views.CRUDView), {"get_success_url": lambda self: "/"})
        data = {"title": "x", "price": 1}

        compare(view, methods=["POST"], initkwargs={"role": role}, data=data, status=302, answer=answer)

    def test_extra_views(self, compare: Any) -> None:
        class Titles(extra_views.InlineFormSetFactory):
            model = Book
            fields = ("title",)
            factory_kwargs = {"extra": 1}

        publisher = Publisher.objects.get().pk
        fields = {"fields": ("name", "city"), "model": Publisher, "inlines": [Titles], "inline_model": Book}
        named = {"json_fields": ("name",)}

        compare(type("View", (extra_views.UpdateWithInlinesView,), fields), attributes=named, pk=publisher)
        compare(type("View", (extra_views.CreateWithInlinesView,), fields), attributes={"json_fields": None})
        compare(
            type("View", (extra_views.InlineFormSetView,), fields | {"fields": ("title",)}),
            attributes=named,
            pk=publisher,
        )
        compare(type("View", (Books, extra_views.ModelFormSetView), {}))
