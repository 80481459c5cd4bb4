"""Views of other packages, and URLs of other shapes."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib.postgres.fields import ArrayField  # noqa: F401  # must import without a database of PostgreSQL
from django.urls import path
from django.views.generic import FormView, ListView, UpdateView, View
from neapolitan.views import CRUDView, Role

from django_extras.openapi.views import OpenApiView
from django_extras.views import JsonResponseMixin, NegotiatedResponseMixin
from tests.models import Author, Book


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


class Own(View):
    """A view that says of its only method what it does."""

    openapi = {"responses": {"200": {"description": "Pong"}}, "security": []}

    def get(self, request: object) -> None: ...


urlpatterns = [
    path("shelf/<int:number>/", Shelf.as_view()),
    path("authors/<int:pk>/edit/", Edit.as_view(), name="author"),
    path("own/", Own.as_view()),
    path("", OpenApiView.as_view()),
    *AuthorCrud.get_urls(),
    path("other/<int:pk>/edit/", AuthorCrud.as_view(role=Role.UPDATE), name="author"),
    *i18n_patterns(path("books/", Shelf.as_view(paginate_by=None), name="books"), prefix_default_language=True),
]
urlpatterns.append(path("formless/", type("Formless", (JsonResponseMixin, FormView), {"success_url": "/"}).as_view()))
