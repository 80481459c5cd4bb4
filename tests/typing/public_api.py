"""
What mypy and pyright make of the public API: ``nox -s typing`` checks this file, nothing runs it.

A ``type: ignore`` here is a test as well: it is an error if the line has none.
"""

import datetime
import io
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, assert_type

import django.http
from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.generic import DetailView, ListView, TemplateView, UpdateView, View

from django_extras import http
from django_extras.http import FileResponse, HttpResponseCreated, JsonResponse, response_class_for
from django_extras.urls import by_method
from django_extras.views import FileDownloadMixin, JsonResponseMixin, NegotiatedResponseMixin, StatusResponseMixin
from tests.models import Book, Invoice


def statuses(request: HttpRequest) -> None:
    assert_type(response_class_for(404), type[django.http.HttpResponse])
    assert_type(response_class_for(HTTPStatus.CONFLICT), type[django.http.HttpResponse])
    assert_type(http.HttpResponseNotFound("Not here."), django.http.HttpResponseNotFound)
    assert_type(HttpResponseCreated("Made.", location="/books/1/").status_code, int)
    HttpResponseCreated(location=Book())
    http.HttpResponseNoContent(headers={"X-Note": "done"})
    http.HttpResponseSeeOther("/books/")
    http.HttpResponseTooManyRequests(retry_after=datetime.timedelta(minutes=2), ratelimit={"burst": {"q": 9, "w": 60}})
    http.HttpResponseUnauthorized(www_authenticate=["Basic", "Bearer"])
    http.HttpResponseConflict("Taken.", content_type="text/plain", status=409, reason="Taken", charset="ascii")
    http.HttpResponseConflict(retry_after=120)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    http.HttpResponseTooManyRequests(retry_after="soon")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def responses(request: HttpRequest) -> None:
    django_json: django.http.JsonResponse = JsonResponse([1, "two", None], status=201)
    django_file: django.http.FileResponse = FileResponse(Path("a.pdf"), as_attachment=True, filename="b.pdf")
    FileResponse("a.pdf", "application/pdf", include_last_modified=False)
    FileResponse(io.BytesIO(b"text"), request=request)
    with open("a.pdf", "rb") as file:
        assert_type(FileResponse(file).make_conditional(request), FileResponse)
    assert_type(django_json.content, bytes)
    assert_type(django_file.status_code, int)


class BookList(JsonResponseMixin, ListView[Book]):
    model = Book
    json_fields = ["title", {"publisher": ["name"]}, ("cost", "price")]

    def get_json_fields(self) -> Any:
        return [*self.json_fields, "pages"]


class BookDetail(JsonResponseMixin, DetailView[Book]):
    json_fields = ["title"]

    def get_object(self, queryset: QuerySet[Book] | None = None) -> Book:
        return super().get_object(queryset)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> django.http.HttpResponse:
        self.object = self.get_object()
        return self.render_to_response(self.get_context_data())


class AsyncBookList(BookList):
    # The stubs of Django's generic views know no async method.
    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return await sync_to_async(super().get)(request, *args, **kwargs)


class AsyncBook(JsonResponseMixin, View):
    async def get(self, request: HttpRequest, pk: int) -> django.http.HttpResponse:
        return await self.arender_to_response({"object": await Book.objects.aget(pk=pk)})

    async def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return await self.arender_to_response({"id": pk}, status=202)

    async def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseCreated:
        return HttpResponseCreated()


class AsyncStatus(StatusResponseMixin, View):
    status_code = 202

    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = await sync_to_async(self.render_to_response)()
        return response

    async def post(self, request: HttpRequest) -> django.http.HttpResponse:
        return django.http.HttpResponse("Accepted")


class AsyncRendering(StatusResponseMixin, View):
    async def render_to_response(self, context: Any = None, **response_kwargs: Any) -> HttpResponseBase:
        return django.http.HttpResponse(**response_kwargs)


class BookStatus(StatusResponseMixin, JsonResponseMixin, DetailView[Book]):
    model = Book
    json_fields = ["title"]
    status_codes = {"get": 203}

    def get_status_code(self, context: Any) -> int | None:
        return 200 if self.object.pages else super().get_status_code(context)


class BookPage(NegotiatedResponseMixin, UpdateView[Book, ModelForm[Book]]):
    model = Book
    fields = ["title"]
    json_fields = ["title"]
    content_types = ["application/json", "text/html"]

    def form_valid(self, form: ModelForm[Book]) -> django.http.HttpResponse:
        return super().form_valid(form)


class PageOfBooks(NegotiatedResponseMixin, ListView[Book]):
    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return await sync_to_async(super().get)(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> django.http.HttpResponse:
        return self.render_to_response({})


class Maintenance(StatusResponseMixin, TemplateView):
    template_name = "maintenance.html"
    status_code = 503
    retry_after = datetime.timedelta(minutes=2)


class InvoicePdf(FileDownloadMixin, DetailView[Invoice]):
    model = Invoice
    file_field = "pdf"
    filename = "invoice.pdf"

    def has_download_permission(self) -> bool | HttpResponseBase:
        return self.request.user.is_authenticated


class Manuals(FileDownloadMixin, View):
    root = Path("manuals")
    cache_control = None


class Report(FileDownloadMixin, View):
    def get_file(self) -> io.BytesIO:
        return io.BytesIO(b"report")


class AsyncReport(FileDownloadMixin, View):
    async def aget_file(self) -> bytes:
        return b"report"

    async def has_download_permission(self) -> bool:
        return True

    async def get(self, request: HttpRequest) -> HttpResponseBase:
        return await self.arender_to_response()

    async def head(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return await self.arender_to_response()

    async def post(self, request: HttpRequest) -> django.http.HttpResponse:
        return HttpResponseCreated()


class GuardedReport(FileDownloadMixin, View):
    async def aget_file(self) -> Path:
        return Path("report.pdf")

    async def has_download_permission(self) -> bool | HttpResponseBase:
        return HttpResponseCreated()


class AsyncInvoicePdf(InvoicePdf):
    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return await self.arender_to_response()


def show(request: HttpRequest, pk: int) -> HttpResponseBase:
    return django.http.HttpResponse()


async def save(request: HttpRequest) -> HttpResponseBase:
    return HttpResponseCreated()


def urls() -> None:
    assert_type(by_method(get=BookList), Callable[..., HttpResponseBase])
    path("", by_method(get=BookDetail.as_view(), post=show, put=save, patch=AsyncBook, delete=AsyncReport))
    by_method(head=show)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    by_method(get="show")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def views() -> None:
    BookList.as_view(paginate_by=10)
    InvoicePdf.as_view(as_attachment=True)
    assert_type(BookStatus().status_code, int | None)
    response: HttpResponseBase = Maintenance.as_view()(HttpRequest())
    assert_type(response.status_code, int)
