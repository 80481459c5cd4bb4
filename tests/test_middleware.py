import asyncio
import io
from functools import wraps

import pytest
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import AsyncClient, Client
from django.urls import ResolverMatch, path
from django.views.generic import TemplateView

from django_extras.http import HttpResponseNoContent
from django_extras.middleware import HeadMiddleware, HttpErrorMiddleware
from django_extras.views import JsonResponseMixin

urlpatterns = [
    path("page/", lambda request: HttpResponse("hello")),
    path("length/", lambda request: HttpResponse("hello", headers={"Content-Length": "9"})),
]


def answer(request, response):
    return HeadMiddleware(lambda request: response)(request)


class TestHeadMiddleware:
    def test_the_content_is_gone_and_its_length_stays(self, rf):
        response = answer(rf.head("/"), HttpResponse("hello"))

        assert list(response) == [b""]
        assert response.headers == {"Content-Type": "text/html; charset=utf-8", "Content-Length": "5"}

    @pytest.mark.parametrize("response", [HttpResponse(), HttpResponseNoContent()])
    def test_where_there_is_no_content_nothing_changes(self, rf, response):
        headers = dict(response.headers)

        assert answer(rf.head("/"), response).headers == headers

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_other_methods_get_the_content(self, rf, method):
        assert answer(getattr(rf, method)("/"), HttpResponse("hello")).content == b"hello"

    def test_a_stream_is_not_read(self, rf):
        def chunks():
            raise AssertionError
            yield b""

        response = answer(rf.head("/"), StreamingHttpResponse(chunks(), headers={"Content-Length": "5"}))

        assert list(response) == []
        assert response["Content-Length"] == "5"

    def test_a_file_is_not_sent_and_closed(self, rf):
        file = io.BytesIO(b"hello")

        response = answer(rf.head("/"), FileResponse(file, filename="a.txt"))

        assert list(response) == []
        assert response.file_to_stream is None
        assert response["Content-Length"] == "5"
        response.close()
        assert file.closed

    @pytest.mark.urls(__name__)
    @pytest.mark.parametrize("client", [Client, AsyncClient])
    @pytest.mark.parametrize(("url", "length"), [("/page/", "5"), ("/length/", "9")])
    def test_it_works_in_sync_and_async_projects(self, settings, client, url, length):
        settings.MIDDLEWARE = ["django_extras.middleware.HeadMiddleware"]

        response = client().head(url)
        response = asyncio.run(response) if asyncio.iscoroutine(response) else response

        assert (response.content, response["Content-Length"]) == (b"", length)


def test_what_a_decorator_forbids_for_its_own_reason_is_djangos_403(rf):
    def forbid(view):
        @wraps(view)
        def forbidden(request):
            raise PermissionDenied

        return forbidden

    class Numbers(JsonResponseMixin, TemplateView):
        pass

    request = rf.get("/", headers={"Accept": "application/json"})
    request.resolver_match = ResolverMatch(forbid(Numbers.as_view()), (), {})

    assert HttpErrorMiddleware(lambda request: None).process_exception(request, PermissionDenied()) is None
