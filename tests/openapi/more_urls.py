"""Views of other packages, and URLs of other shapes."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib.postgres.fields import ArrayField  # noqa: F401  # must import without a database of PostgreSQL
from django.urls import path
from django.views.generic import CreateView, DeleteView, FormView, ListView, UpdateView, View
from neapolitan.views import CRUDView, Role

from django_extras.openapi.views import OpenApiView
from django_extras.urls import by_method
from django_extras.views import JsonResponseMixin, NegotiatedResponseMixin, ZipDownloadMixin
from tests.models import Author, Book, Invoice
from tests.versions import Article


class AuthorCrud(JsonResponseMixin, CRUDView):
    model = Author
    fields = ("name",)
    json_fields = ("id", "name")


class Shelf(JsonResponseMixin, ListView):
    model = Book
    json_fields = ("title",)
    send_etag = False
    page_kwarg = "number"

    def get_paginate_by(self, queryset: object) -> int:
        return 2


class Edit(NegotiatedResponseMixin, UpdateView):
    model = Author
    fields = ("name",)
    json_fields = ("id", "name")


class New(NegotiatedResponseMixin, CreateView):
    model = Author
    fields = ("name",)
    json_fields = ("id", "name")


class Locked(JsonResponseMixin, UpdateView):
    model = Article
    fields = ("title",)
    json_fields = ("id", "title")
    version_field = "version"


class Kept(JsonResponseMixin, DeleteView):
    model = Article
    version_field = "version"
    require_if_match = True


class Archive(ZipDownloadMixin, ListView):
    model = Invoice
    file_field = "pdf"

    def has_download_permission(self) -> bool:
        return False


class Own(View):
    """A view that says of its only method what it does."""

    openapi = {"responses": {"200": {"description": "Pong"}}, "security": []}

    def get(self, request: object) -> None: ...


urlpatterns = [
    path("shelf/<int:number>/", Shelf.as_view()),
    path("authors/<int:pk>/edit/", Edit.as_view(), name="author"),
    path("authors/new/", New.as_view(), name="author"),
    path("pages/<int:pk>/", by_method(get=Locked, put=Locked, delete=Kept), name="page"),
    path("invoices.zip", Archive.as_view(), name="archive"),
    path("own/", Own.as_view()),
    path("", OpenApiView.as_view()),
    *AuthorCrud.get_urls(),
    path("other/<int:pk>/edit/", AuthorCrud.as_view(role=Role.UPDATE), name="author"),
    *i18n_patterns(path("books/", Shelf.as_view(paginate_by=None), name="books"), prefix_default_language=True),
]
urlpatterns.append(path("formless/", type("Formless", (JsonResponseMixin, FormView), {"success_url": "/"}).as_view()))
