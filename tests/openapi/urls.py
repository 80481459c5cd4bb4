"""A URLconf with a view of each kind that a document describes."""

from typing import Any

import vanilla
from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, LogoutView
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.generic import (
    CreateView,
    DeleteView,
    DetailView,
    FormView,
    ListView,
    TemplateView,
    UpdateView,
    View,
)
from django_filters import FilterSet
from django_filters.views import FilterView

from django_extras.openapi.views import OpenApiDocsView, OpenApiView
from django_extras.urls import by_method
from django_extras.views import FileDownloadMixin, JsonResponseMixin, StatusResponseMixin
from tests.models import Author, Book, Invoice, Publisher

FIELDS = ["id", "title", "price", "published", "reading_time", {"publisher": ["name"]}, "authors"]


class BookList(JsonResponseMixin, ListView):
    """
    All books.

    The newest first.
    """

    model = Book
    json_fields = FIELDS
    json_ordering = ("title",)
    paginate_by = 2
    max_paginate_by = 10


class BookCreate(JsonResponseMixin, CreateView):
    model = Book
    fields = ("title", "price", "publisher", "authors")
    json_fields = FIELDS
    schema_tags = ("shop",)


class BookDetail(JsonResponseMixin, DetailView):
    model = Book
    json_fields = FIELDS


class BookUpdate(JsonResponseMixin, LoginRequiredMixin, UpdateView):
    model = Book
    fields = ("title", "price")
    json_fields = FIELDS


class BookDelete(JsonResponseMixin, DeleteView):
    model = Book


class CursorList(JsonResponseMixin, ListView):
    queryset = Book.objects.annotate(count=Count("authors"))
    json_fields = ("title", "count", {"authors": ["name"]}, "authors__name", "publisher__city")
    ordering = ("title",)
    paginate = "cursor"
    paginate_by = 2
    cap_paginate_by = False
    max_paginate_by = 10


class Uncounted(JsonResponseMixin, ListView):
    queryset = Author.objects.all()
    json_fields = ("name",)
    count = False
    max_paginate_by = 5


class Plain(JsonResponseMixin, vanilla.ListView):
    model = Publisher
    json_fields = ("name", "city")


class BookFilter(FilterSet):
    class Meta:
        model = Book
        fields = ("title", "publisher")


class Filtered(JsonResponseMixin, FilterView):
    filterset_class = BookFilter
    model = Book
    json_fields = ("title",)


class Chosen(JsonResponseMixin, DetailView):
    model = Book

    def get_json_fields(self) -> Any:
        return ["title"]


class Told(Chosen):
    schema_fields = ("title",)


class Computed(JsonResponseMixin, ListView):
    model = Book
    json_fields = ("title", "rank", "nowhere")

    def get_queryset(self) -> Any:
        raise AssertionError("Nobody may ask for rows.")


class Wrong(JsonResponseMixin, DetailView):
    model = Book
    json_fields = ("titel",)


class Contact(forms.Form):
    text = forms.CharField(max_length=100, help_text="What you want to say.")
    copy = forms.BooleanField(required=False)


class Message(StatusResponseMixin, JsonResponseMixin, FormView):
    form_class = Contact
    success_url = "/"
    status_codes = {"form_valid": 202, "form_invalid": 400}


class Dynamic(JsonResponseMixin, FormView):
    success_url = "/"

    def get_form_class(self) -> Any:
        raise AssertionError("Nobody may ask for a form without a request.")


class Upload(JsonResponseMixin, CreateView):
    model = Invoice
    fields = ("number", "pdf")
    json_fields = ("number", "pdf")


class Download(FileDownloadMixin, DetailView):
    model = Invoice
    file_field = "pdf"
    content_type = "application/pdf"


class Totals(JsonResponseMixin, TemplateView):
    pass


class Own(View):
    """A view that says itself what it does."""

    openapi = {"get": {"responses": {"200": {"description": "Pong"}}}}

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("pong")


class Page(TemplateView):
    template_name = "page.html"


def function(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


shop = [
    path("books/", by_method(get=BookList, post=BookCreate), name="book"),
    path(
        "books/<int:pk>/",
        by_method(get=BookDetail, put=BookUpdate, patch=BookUpdate, delete=BookDelete),
        name="book-detail",
    ),
    path("cursor/", CursorList.as_view(), name="cursor"),
]

urlpatterns = [
    path("shop/", include((shop, "shop"))),
    path("authors/", Uncounted.as_view()),
    path("publishers/<str:city>/", Plain.as_view(), name="publisher_list"),
    path("filtered/", Filtered.as_view()),
    path("chosen/<uuid:pk>/", Chosen.as_view()),
    path("told/<slug:slug>/", Told.as_view()),
    path("computed/", Computed.as_view()),
    path("wrong/<int:pk>/", Wrong.as_view()),
    re_path(r"^years/(?P<year>[0-9]{4})/(?P<rest>(a|b)+)/$", Totals.as_view()),
    re_path(r"^unnamed/([0-9]+)/$", Totals.as_view()),
    path("message/", Message.as_view(), name="message"),
    path("dynamic/", Dynamic.as_view()),
    path("invoices/", Upload.as_view(), name="invoice"),
    path("invoices/<int:pk>/<path:name>", Download.as_view(), name="invoice"),
    path("login/", type("Login", (JsonResponseMixin, LoginView), {}).as_view(), name="login"),
    path("logout/", type("Logout", (JsonResponseMixin, LogoutView), {}).as_view(), name="logout"),
    path("own/", Own.as_view(), name="own"),
    path("page/", Page.as_view()),
    path("function/", by_method(get=function)),
    path("plain/", function),
    path("openapi.json", OpenApiView.as_view(title="Shop", version="2"), name="openapi"),
    path("docs/", OpenApiDocsView.as_view()),
]
