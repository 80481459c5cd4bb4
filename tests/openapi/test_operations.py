"""What the document says of one view: its statuses, its parameters, who may call it, and what it leaves open."""

import time
from typing import Any

import django_filters
import pytest
import vanilla
from braces.views import AnonymousRequiredMixin
from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ImproperlyConfigured
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import isolate_apps
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import (
    ArchiveIndexView,
    CreateView,
    DeleteView,
    DetailView,
    FormView,
    ListView,
    MonthArchiveView,
    TemplateView,
    UpdateView,
    View,
)
from django_filters.views import FilterView
from django_ratelimit.decorators import ratelimit
from neapolitan.views import CRUDView, Role

from django_extras.delivery import SignedRedirect
from django_extras.openapi.document import document
from django_extras.urls import by_method
from django_extras.views import (
    FileDownloadMixin,
    JsonResponseMixin,
    NegotiatedResponseMixin,
    StatusResponseMixin,
)
from tests.models import Author, Book, Invoice, Publisher
from tests.versions import Article

ERRORS = "django_extras.middleware.HttpErrorMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"


class Detail(JsonResponseMixin, DetailView):
    model = Book
    json_fields = ("title",)


class Shelf(JsonResponseMixin, ListView):
    model = Book
    json_fields = ("title",)


class Create(JsonResponseMixin, CreateView):
    model = Book
    fields = ("title", "price")
    json_fields = ("title",)


class Update(JsonResponseMixin, UpdateView):
    model = Book
    fields = ("title", "price")
    json_fields = ("title",)


class Delete(JsonResponseMixin, DeleteView):
    model = Book


def operation(view: Any, method: str = "get", route: str = "books/", **initkwargs: Any) -> Any:
    """Return the operation of a view, a class or what its as_view() returned."""
    function = view.as_view(**initkwargs) if isinstance(view, type) else view
    [methods] = document((path(route, function),))["paths"].values()
    return methods[method]


def statuses(*args: Any, **kwargs: Any) -> str:
    return " ".join(operation(*args, **kwargs)["responses"])


def with_status(view: Any, **attributes: Any) -> Any:
    return type("View", (StatusResponseMixin, view), attributes)


class TestStatuses:
    def test_of_all_that_a_view_renders(self) -> None:
        down = operation(with_status(Shelf, status_code=503, retry_after=60))["responses"]

        assert list(down) == ["304", "412", "503"]
        assert list(down["503"]["headers"]) == ["ETag", "Retry-After"]
        assert list(down["503"]["content"]) == ["application/json"]

    def test_of_an_empty_list(self) -> None:
        found = operation(with_status(Shelf, status_codes={"empty": 204}))["responses"]

        assert "content" not in found["204"]
        assert found["200"]["content"]

    @pytest.mark.parametrize(
        ("view", "method", "codes", "expected"),
        [
            (Create, "post", {"created": 202}, "202 400 409 413 415 422"),
            (Create, "post", {"form_valid": 303}, "303 400 409 413 415 422"),
            (Create, "post", {"post": 400}, "201 400 409 413 415"),
            (Update, "put", {"form_valid": 204, "form_invalid": 409}, "204 400 404 409 413 415"),
            (Update, "put", {"put": 202}, "202 400 404 409 413 415 422"),
            (Delete, "delete", {"deleted": 202}, "202 400 404 409 413"),
        ],
    )
    def test_of_outcomes(self, view: Any, method: str, codes: Any, expected: str) -> None:
        assert statuses(with_status(view, status_codes=codes), method) == expected

    def test_a_redirect_has_no_content(self) -> None:
        found = operation(with_status(Create, status_codes={"form_valid": 303}), "post")["responses"]["303"]

        assert list(found) == ["description", "headers"]
        assert list(found["headers"]) == ["Location"]

    def test_of_a_list_that_may_not_be_empty(self) -> None:
        assert statuses(Shelf, allow_empty=False) == "200 304 404 412"
        vanilla_list = type("List", (JsonResponseMixin, vanilla.ListView), {"model": Book, "json_fields": ("title",)})
        assert statuses(vanilla_list, allow_empty=False) == "200 304 404 412"

    def test_of_a_view_without_an_entity_tag(self) -> None:
        assert statuses(Shelf, send_etag=False) == "200"

    def test_of_a_handler_of_its_own(self) -> None:
        class Job(JsonResponseMixin, View):
            def post(self, request: HttpRequest) -> HttpResponse: ...

            def delete(self, request: HttpRequest) -> HttpResponse: ...

        class Own(Create):
            def delete(self, request: HttpRequest) -> HttpResponse: ...

        assert operation(Job, "post")["responses"] == {
            "200": {"description": "OK", "content": {"application/json": {"schema": {}}}}
        }
        assert statuses(with_status(Job, status_codes={"post": 202}), "post") == "202"
        assert statuses(Own, "delete") == "200"
        assert operation(Job, "post")["description"] == "POST it."

    def test_of_a_deletion_with_a_form(self) -> None:
        class Reason(forms.Form):
            reason = forms.CharField()

        found = operation(Delete, "delete", form_class=Reason)

        assert " ".join(found["responses"]) == "204 400 404 409 413 415 422"
        assert found["requestBody"]["content"]["application/json"]["schema"]["required"] == ["reason"]

    def test_of_a_deletion_that_may_refuse(self) -> None:
        class Careful(Delete):
            def form_valid(self, form: Any) -> Any: ...

        assert statuses(Careful, "delete") == "204 400 404 409 413 422"

    def test_of_a_version(self) -> None:
        class Locked(JsonResponseMixin, UpdateView):
            model = Article
            fields = ("title",)
            version_field = "version"
            require_if_match = True

        put = operation(Locked, "put")
        assert " ".join(put["responses"]) == "204 400 404 409 412 413 415 422 428"
        assert list(put["responses"]["204"]["headers"]) == ["ETag"]

    @pytest.mark.django_db
    @pytest.mark.parametrize("version", [None, "version"])
    @pytest.mark.parametrize(("view", "method"), [(CreateView, "post"), (UpdateView, "put")])
    def test_only_what_has_a_version_has_a_tag_when_it_is_written(
        self, rf: RequestFactory, view: Any, method: str, version: str | None
    ) -> None:
        class Write(JsonResponseMixin, view):
            model = Article
            fields = ("title",)
            json_fields = ("title",)
            version_field = version

        article = Article.objects.create(title="a")
        request = getattr(rf, method)("/", {"title": "b"}, content_type="application/json")
        response = Write.as_view()(request, pk=article.pk)
        described = operation(Write, method)["responses"][str(response.status_code)]

        assert ("ETag" in response.headers) is (version is not None)
        assert ("ETag" in described.get("headers", {})) is (version is not None)

    def test_of_what_is_shown_by_a_method(self) -> None:
        class Own(Create):
            json_fields = None

            def get_json_data(self, context: Any) -> Any: ...

        assert operation(Own, "post")["responses"]["201"]["content"] == {"application/json": {"schema": {}}}


class TestAccess:
    @pytest.mark.parametrize("middleware", [[], [ERRORS]])
    def test_a_decorator_around_the_view(self, settings: Any, middleware: list[str]) -> None:
        settings.MIDDLEWARE = middleware

        found = operation(login_required(Shelf.as_view()))

        assert found["security"] == [{"session": []}]
        assert " ".join(found["responses"]) == ("200 304 401 403 412" if middleware else "200 302 304 403 412")

    def test_a_decorator_around_several_views(self, settings: Any) -> None:
        settings.MIDDLEWARE = [ERRORS, CSRF]

        found = operation(csrf_exempt(login_required(by_method(get=Shelf, post=Create))), "post")

        assert found["security"] == [{"session": []}]

    def test_a_decorator_of_a_method(self) -> None:
        class Guarded(Update):
            @method_decorator(login_required)
            def post(self, *args: Any, **kwargs: Any) -> Any: ...

        assert operation(Guarded)["security"] == []
        assert operation(Guarded, "patch")["security"] == [{"session": []}]
        assert "401" in operation(Guarded, "patch")["responses"]

    def test_only_who_has_not_logged_in(self) -> None:
        view = type("View", (JsonResponseMixin, AnonymousRequiredMixin, CreateView), dict(vars(Create)))
        found = operation(view, "post")

        assert found["security"] == []
        assert "401" not in found["responses"]
        assert "403" in found["responses"]

    def test_a_page_to_log_in(self) -> None:
        class Pages(NegotiatedResponseMixin, LoginRequiredMixin, ListView):
            model = Book
            json_fields = ("title",)

        found = operation(Pages)["responses"]

        assert list(found["401"]["content"]) == ["application/problem+json"]
        assert list(found["302"]["headers"]) == ["Location"]

    def test_pages_after_a_write(self) -> None:
        class Page(NegotiatedResponseMixin, CreateView):
            model = Book
            fields = ("title", "price")
            json_fields = ("title",)

        class Gone(NegotiatedResponseMixin, DeleteView):
            model = Book

        own = with_status(Page, status_codes={"form_valid": 303, "form_invalid": 422})
        assert statuses(Page, "post") == "200 201 302 400 406 409 413 415 422"
        assert statuses(own, "post") == "303 400 406 409 413 415 422"
        assert statuses(Gone, "post") == "204 302 400 404 406 409 413"
        sure = type("Sure", (forms.Form,), {"sure": forms.BooleanField()})
        assert statuses(Gone, "post", form_class=sure) == "200 204 302 400 404 406 409 413 415 422"

    def test_tokens_of_nobody(self, settings: Any) -> None:
        settings.MIDDLEWARE = ["django_extras.middleware.TokenMiddleware"]

        assert statuses(Shelf) == "200 304 401 412"

    @pytest.mark.parametrize("is_ours", [True, False])
    def test_a_request_without_a_token(self, settings: Any, is_ours: bool) -> None:
        settings.MIDDLEWARE = [CSRF]
        if is_ours:
            settings.CSRF_FAILURE_VIEW = "django_extras.handlers.csrf_failure"

        content = operation(Create, "post")["responses"]["403"]["content"]

        assert list(content) == ["application/problem+json", *([] if is_ours else ["text/html"])]

    def test_limits(self, settings: Any) -> None:
        limited = ratelimit(key="ip", rate="1/m")

        class Inside(Shelf):
            @method_decorator(limited)
            def get(self, *args: Any, **kwargs: Any) -> Any: ...

        assert statuses(Inside) == "200 304 412 429"
        assert statuses(method_decorator(limited, name="dispatch")(Inside)) == "200 304 412 429"
        assert statuses(ratelimit(key="ip", rate="1/m", block=False)(Shelf.as_view())) == "200 304 412"
        assert statuses(limited(Shelf.as_view())) == "200 304 403 412"
        file = type("View", (FileDownloadMixin, View), {"path": "a"}).as_view()
        assert "429" not in operation(limited(file))["responses"]
        settings.MIDDLEWARE = [ERRORS]
        assert statuses(limited(Shelf.as_view())) == "200 304 412 429"
        settings.ROOT_URLCONF = "demo.urls"
        assert "429" in operation(limited(file))["responses"]


class TestDownloads:
    def test_who_must_log_in(self) -> None:
        class Pdf(FileDownloadMixin, LoginRequiredMixin, DetailView):
            model = Invoice
            file_field = "pdf"

        found = operation(Pdf)["responses"]

        assert list(found) == ["200", "206", "302", "304", "403", "404", "412", "416"]
        assert list(found["403"]["content"]) == ["text/html"]

    def test_errors_of_our_own_handlers(self, settings: Any) -> None:
        settings.ROOT_URLCONF = "demo.urls"

        found = operation(type("View", (FileDownloadMixin, View), {"path": "a"}))["responses"]["404"]

        assert list(found["content"]) == ["application/problem+json", "text/html", "text/plain"]

    def test_a_signed_url(self) -> None:
        assert "302" in operation(type("View", (FileDownloadMixin, View), {"delivery": SignedRedirect()}))["responses"]


class Wide(django_filters.FilterSet):
    price = django_filters.RangeFilter()
    published = django_filters.DateFromToRangeFilter()
    pages__in = type("In", (django_filters.BaseInFilter, django_filters.UUIDFilter), {})(lookup_expr="in")
    pages = django_filters.NumberFilter(required=True, label="How long")
    order = django_filters.OrderingFilter(fields=["title"])
    authors = django_filters.ModelMultipleChoiceFilter(queryset=Author.objects.all())
    mine = django_filters.ModelChoiceFilter(queryset=lambda request: request.user.publishers)
    found = django_filters.CharFilter(method="search")
    title = django_filters.LookupChoiceFilter(lookup_choices=["exact"])
    # The rows say which, so no document can.
    known = django_filters.AllValuesFilter(field_name="title")
    several = django_filters.AllValuesMultipleFilter(field_name="title")
    chosen = django_filters.ChoiceFilter(choices=lambda: [(each.pk, each.title) for each in Book.objects.all()])


class TestFilters:
    def test_each_kind(self) -> None:
        found = {
            each.pop("name"): each
            for each in operation(type("View", (JsonResponseMixin, FilterView), {"filterset_class": Wide}))[
                "parameters"
            ]
        }

        number = {"type": ["string", "number"], "pattern": r"^-?\d{1,20}(\.\d{1,20})?$"}
        assert {name: each["schema"] for name, each in found.items()} == {
            "price_min": number,
            "price_max": number,
            "published_after": {"type": "string", "format": "date"},
            "published_before": {"type": "string", "format": "date"},
            "pages__in": {"type": "array", "items": {"type": "string", "format": "uuid"}},
            "pages": {**number, "maximum": 1e50},
            "order": {
                "type": "array",
                "items": {
                    "type": "string",
                    "enum": ["title", "-title", ""],
                    "description": "title: Title; -title: Title (descending)",
                },
            },
            "authors": {
                "type": "array",
                "items": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
                "maxItems": 1000,
            },
            "mine": {},
            "found": {"type": "string"},
            "title": {"type": "string"},
            "title_lookup": {"type": "string", "enum": ["exact", ""], "description": "exact: Exact"},
            "known": {},
            "several": {},
            "chosen": {},
        }
        assert [name for name, each in found.items() if each.get("required")] == ["pages"]
        assert [name for name, each in found.items() if each.get("explode") is False] == ["pages__in", "order"]
        assert found["pages"]["description"] == "How long"

    def test_the_filters_stay_as_they_are(self) -> None:
        operation(type("View", (JsonResponseMixin, FilterView), {"filterset_class": Wide}))

        assert not [name for name, each in Wide.base_filters.items() if hasattr(each, "_field")]

    @pytest.mark.parametrize("base", [FilterView, CRUDView])
    def test_filters_of_fields(self, base: Any) -> None:
        attributes = {"model": Book, "json_fields": ("title",), "filterset_fields": ["title"]}
        view = type("View", (JsonResponseMixin, base), attributes)

        [found] = operation(view.as_view(**({"role": Role.LIST} if base is CRUDView else {})))["parameters"]

        assert found == {"name": "title", "in": "query", "schema": {"type": "string"}, "description": "Title"}

    def test_filters_of_a_model_that_only_a_request_tells(self) -> None:
        attributes = {"model": property(lambda self: self.request.model), "filterset_fields": ["title"]}

        assert "parameters" not in operation(type("View", (JsonResponseMixin, FilterView), attributes))


class TestArchives:
    def schema(self, view: Any, **attributes: Any) -> Any:
        given = {"model": Book, "json_fields": ("title",), "date_field": "published", **attributes}
        found = operation(type("View", (JsonResponseMixin, view), given))["responses"]
        return found["200"]["content"]["application/json"]["schema"]

    def test_an_index(self) -> None:
        found = self.schema(ArchiveIndexView)

        assert found["required"] == ["date_list", "results"]
        assert found["properties"]["date_list"] == {
            "type": ["array", "null"],
            "items": {"type": "string", "format": "date"},
        }

    def test_pages(self) -> None:
        page = self.schema(MonthArchiveView, paginate_by=5)
        either = self.schema(MonthArchiveView, max_paginate_by=5)["anyOf"]

        entries = ["date_list", "month", "previous_month", "next_month", "results"]
        assert page["required"] == ["count", "next", "previous", *entries]
        assert [each["required"] for each in either] == [entries, page["required"]]
        assert page["properties"]["next_month"] == {"type": ["string", "null"], "format": "date"}

    def test_a_field_that_nobody_knows(self) -> None:
        assert self.schema(ArchiveIndexView, date_field="nowhere")["properties"]["date_list"]["items"] == {
            "type": "string"
        }


def test_three_hundred_views_take_less_than_a_second() -> None:
    urlconf = tuple(
        each
        for number in range(60)
        for each in (
            path(f"books{number}/", by_method(get=Shelf, post=Create)),
            path(f"books{number}/<int:pk>/", by_method(get=Detail, put=Update, patch=Update, delete=Delete)),
        )
    )

    def seconds() -> float:
        start = time.process_time()
        document(urlconf)
        return time.process_time() - start

    assert min(seconds() for _ in range(3)) < 1


def test_a_paginator_of_its_own() -> None:
    class Own(Paginator):
        pass

    for attributes, kinds in [
        ({}, "integer"),
        ({"count": False}, "null"),
        ({"count": False, "paginator_class": Own}, ["integer", "null"]),
    ]:
        found = operation(Shelf, paginate_by=2, **attributes)["responses"]["200"]
        assert found["content"]["application/json"]["schema"]["properties"]["count"]["type"] == kinds


class TestLinks:
    def links(self, urlconf: Any) -> dict[str, Any]:
        return {
            operation["operationId"]: {name: each["parameters"] for name, each in response["links"].items()}
            for methods in document(urlconf)["paths"].values()
            for operation in methods.values()
            for response in operation["responses"].values()
            if "links" in response
        }

    def test_from_a_list_and_a_new_object(self) -> None:
        fields = ("id", "title")
        urlconf = (
            path("old/<int:pk>/", Detail.as_view(), name="old"),
            path("books/", by_method(get=Shelf.as_view(json_fields=fields), post=Create.as_view(json_fields=fields))),
            path("books/pages/", Shelf.as_view(json_fields=fields, paginate_by=2)),
            path("books/<int:pk>/", by_method(get=Detail, put=Update, patch=Update, delete=Delete), name="book"),
            path("books/<int:pk>/delete/", Delete.as_view(), name="gone"),
        )

        names = ["book_retrieve", "book_update", "book_partial_update", "book_destroy"]
        places = {"books_list": "/0/id", "books_create": "/id", "books_pages_list": "/results/0/id"}
        assert self.links(urlconf) == {
            source: {name: {"pk": f"$response.body#{place}"} for name in names} for source, place in places.items()
        }

    def test_through_other_parameters(self) -> None:
        urlconf = (
            path("<slug:shop>/books/", Shelf.as_view(), name="shelf"),
            path("<slug:shop>/books/<str:slug>/", Detail.as_view(slug_field="title"), name="book"),
            path("<slug:shop>/<int:year>/<str:slug>/", Update.as_view(slug_field="title"), name="yearly"),
            path("publishers/", Shelf.as_view(model=Publisher, json_fields=("name",)), name="publishers"),
        )

        assert self.links(urlconf) == {
            "shelf_list": {
                "book_retrieve": {"shop": "$request.path.shop", "slug": "$response.body#/0/title"},
            }
        }

    def test_of_other_packages(self) -> None:
        class Crud(JsonResponseMixin, CRUDView):
            model = Author
            fields = ("name",)
            json_fields = ("id", "name")

        class Vanilla(JsonResponseMixin, vanilla.DetailView):
            model = Publisher
            json_fields = ("name",)
            lookup_field = "name"

        urlconf = (
            *Crud.get_urls(),
            path("publishers/", Shelf.as_view(model=Publisher, json_fields=("name",)), name="publishers"),
            path("publishers/<str:name>/", Vanilla.as_view(), name="publisher"),
        )

        found = self.links(urlconf)
        assert found["author_list"]["author_detail_retrieve"] == {"pk": "$response.body#/0/id"}
        assert found["publishers_list"] == {"publisher_retrieve": {"name": "$response.body#/0/name"}}

    def test_of_a_name_that_such_packages_have_too(self) -> None:
        class Own(JsonResponseMixin, TemplateView):
            model = Publisher
            lookup_field = "name"

        urlconf = (
            path("publishers/", Shelf.as_view(model=Publisher, json_fields=("name",)), name="publishers"),
            path("publishers/<str:name>/", Own.as_view(), name="publisher"),
        )

        assert self.links(urlconf)["publishers_list"] == {"publisher_retrieve": {"name": "$response.body#/0/name"}}


class TestNames:
    def named(self, *views: Any) -> tuple[list[str], list[str]]:
        warnings: list[str] = []
        urlconf = tuple(path(f"{number}/", view.as_view()) for number, view in enumerate(views))
        found = document(urlconf, lambda cls, text: warnings.append(text))
        return sorted(found["components"]["schemas"]), warnings

    def test_what_a_user_names(self) -> None:
        assert self.named(Detail) == (["Problem"], [])
        assert self.named(type("View", (Detail,), {"schema_name": "Title"})) == (["Problem", "Title"], [])

    def test_a_name_for_two(self) -> None:
        one = type("One", (Detail,), {"schema_name": "Title"})
        other = type("Other", (one,), {"json_fields": ("id",)})

        assert self.named(one, other) == (
            ["Problem", "Title"],
            ['Other.schema_name is "Title", and so is another schema. Give each a name of its own.'],
        )

    def test_a_model_of_the_url(self) -> None:
        views = [Shelf.as_view(model=Publisher, json_fields=("name",)) for _ in range(2)]

        found = document(tuple(path(f"{number}/", view) for number, view in enumerate(views)))

        assert sorted(found["components"]["schemas"]) == ["Problem", "Publisher"]

    @isolate_apps("tests")
    def test_two_models_of_one_name(self) -> None:
        class Other(models.Model):  # noqa: DJ008  # no instance is made
            name = models.CharField(max_length=5)

        Other.__name__ = "Book"
        others = [type("View", (Detail,), {"model": Other, "json_fields": ("name",)}) for _ in range(3)]

        found = document(tuple(path(f"{n}/", view.as_view()) for n, view in enumerate([Detail, Detail, *others])))

        assert list(found["components"]["schemas"]["Book"]["properties"]) == ["name"]
        assert found["paths"]["/0/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]


def test_tags() -> None:
    found = document(
        (path("a/", Detail.as_view()), path("b/", type("View", (Detail,), {"schema_tags": ["shop"]}).as_view()))
    )

    assert found["tags"] == [{"name": "shop", "description": "shop"}, {"name": "tests", "description": "Tests"}]
    assert found["paths"]["/b/"]["get"]["tags"] == ["shop"]


def test_tags_that_are_no_list() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        operation(type("Own", (Detail,), {"schema_tags": "shop"}))

    assert str(caught.value) == "Own.schema_tags is 'shop'. Set it to a list of names."


def test_a_view_of_no_application() -> None:
    view = type("View", (Detail,), {"__module__": "own_api.views"})

    assert document((path("a/", view.as_view()),))["tags"] == [{"name": "own_api", "description": "Own api"}]


def test_post_to_a_view_that_updates_needs_all_that_put_needs() -> None:
    def required(view: Any, method: str) -> Any:
        return operation(view, method)["requestBody"]["content"]["application/json"]["schema"].get("required")

    update = type("View", (Update,), {"fields": ("title", "price", "pages")})
    assert required(update, "post") == required(update, "put")
    assert required(update, "post") != required(type("View", (Create,), {"fields": update.fields}), "post")


def test_a_form_with_a_prefix() -> None:
    content = operation(Create, "post", prefix="new")["requestBody"]["content"]

    assert list(content["application/json"]["schema"]["properties"]) == ["title", "price"]
    assert list(content["multipart/form-data"]["schema"]["properties"]) == ["new-title", "new-price"]


def test_a_page_with_a_formset() -> None:
    class Several(NegotiatedResponseMixin, FormView):
        template_name = "demo/base.html"
        form_class = forms.formset_factory(forms.Form)

    assert "requestBody" not in operation(Several, "post")


def test_what_a_view_says_itself_is_added() -> None:
    class Own(Detail):
        openapi = {
            "responses": {409: {"description": gettext_lazy("Lent")}, "200": {"description": "A book"}},
            "parameters": [
                {"name": "lang", "in": "query", "schema": {"type": "string"}},
                {"name": "pk", "in": "path", "required": True, "schema": {"enum": [1]}},
            ],
        }

    found = operation(Own, route="books/<int:pk>/")

    assert list(found["responses"]) == ["200", "304", "404", "409", "412"]
    assert found["responses"]["200"]["description"] == "A book"
    assert found["responses"]["409"]["description"] == "Lent"
    assert found["responses"]["200"]["content"]
    assert [(each["name"], each["schema"]) for each in found["parameters"]] == [
        ("lang", {"type": "string"}),
        ("pk", {"enum": [1]}),
    ]


def test_what_is_no_part_of_an_operation() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        operation(type("Own", (Detail,), {"openapi": True}))

    assert str(caught.value) == (
        "Own.openapi is True. Set it to a dict with parts of an operation, or to False, which leaves the view out."
    )


def test_a_view_that_only_a_request_can_describe() -> None:
    view = type("View", (Detail,), {"json_fields": property(lambda self: self.request.fields)})
    told: list[str] = []

    found = document((path("a/", view.as_view()), path("b/", Detail.as_view())), lambda cls, text: told.append(text))

    assert list(found["paths"]) == ["/b/"]
    assert told == [
        "View has a property that needs self.request, which only a request gives. Override a method in its place, "
        "such as get_json_fields() or get_paginate_by()."
    ]


def test_a_view_that_is_left_out() -> None:
    class Hidden(Detail):
        openapi = False

    class NoPut(Update):
        openapi = {"put": False, "post": False}

    urlconf = (path("a/<int:pk>/", Hidden.as_view()), path("b/<int:pk>/", NoPut.as_view()))

    assert {where: list(methods) for where, methods in document(urlconf)["paths"].items()} == {
        "/b/{pk}/": ["get", "patch"]
    }


def test_paths_that_are_the_same_to_openapi() -> None:
    warnings: list[str] = []
    urlconf = (path("a/<int:pk>/", Detail.as_view()), path("a/<slug:slug>/", Detail.as_view()))

    found = document(urlconf, lambda cls, text: warnings.append(text))

    assert list(found["paths"]) == ["/a/{pk}/"]
    assert list(document((urlconf[0], path("a/<int:pk>/", Shelf.as_view())))["paths"]["/a/{pk}/"]) == ["get"]
    assert warnings == ["/a/{slug}/ is left out, as OpenAPI takes it for /a/{pk}/. Give one of them another path."]


def test_a_queryset_wins_over_the_model() -> None:
    view = type("View", (Detail,), {"queryset": Author.objects.all(), "json_fields": ("name",)})

    assert operation(view)["responses"]["200"]["content"]["application/json"]["schema"]["required"] == ["name"]


def test_a_view_that_renders_no_object() -> None:
    assert operation(type("View", (JsonResponseMixin, TemplateView), {}))["responses"]["200"]["content"] == {
        "application/json": {"schema": {}}
    }


class TestWhatIsLeftOpen:
    def warnings(self, view: Any) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        document(
            (path("a/", view.as_view()), path("b/", view.as_view())),
            lambda cls, text: found.append((cls.__name__, text)),
        )
        return found

    def test_fields_that_are_missing(self) -> None:
        class Own(Delete):
            def get(self, *args: Any, **kwargs: Any) -> Any: ...

        assert self.warnings(Delete) == [
            ("Delete", "Delete has no fields to send, so GET fails. Define Delete.json_fields, or leave GET out.")
        ]
        assert self.warnings(Own) == []

    def test_fields_that_are_no_list(self) -> None:
        text = "Create.fields: BookForm.Meta.fields cannot be a string. Did you mean to type: ('title',)."
        assert ("Create", text) in self.warnings(type("Create", (Create,), {"fields": ("title")}))

    @isolate_apps("tests")
    def test_what_does_not_say_what_it_returns(self) -> None:
        class Silent(models.Model):  # noqa: DJ008  # no instance is made
            def pages(self): ...

            @property
            def weight(self) -> "Unknown": ...  # noqa: F821  # it names nothing

            @cached_property
            def height(self) -> Any: ...

        class Sizes(JsonResponseMixin, DetailView):
            model = Silent
            json_fields = ("pages", "weight", "height")

        assert self.warnings(Sizes) == [
            (
                "Sizes",
                f"Silent.{name} does not say what it returns, so the document allows any value. Annotate it: "
                f"def {name}(self) -> int, or whatever it returns.",
            )
            for name in ("pages", "weight")
        ]
