"""What django-ratelimit refuses in or around a JSON view is 429."""

import importlib.util
import json
import sys
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django_ratelimit.decorators import ratelimit
from django_ratelimit.exceptions import Ratelimited

from django_extras import handlers
from django_extras.views import JsonResponseMixin

limited = ratelimit(group="tests", key=lambda group, request: request.path, rate="1/h")


class Page(View):
    def get(self, request: Any) -> Any:
        return HttpResponse("Hello")


class Data(JsonResponseMixin, Page):
    pass


class AsyncData(JsonResponseMixin, View):
    async def get(self, request: Any) -> Any:
        raise Ratelimited


class Inside(Data):
    def get(self, request: Any) -> Any:
        return limited(lambda request: HttpResponse("Hello"))(request)


@method_decorator(limited, name="dispatch")
class OnDispatch(Data):
    pass


urlpatterns = [
    path("inside/", Inside.as_view()),
    path("dispatch/", OnDispatch.as_view()),
    path("around/", limited(Data.as_view())),
    path("async/", AsyncData.as_view()),
    path("page/", limited(Page.as_view())),
]


@pytest.fixture
def client(settings: Any) -> Client:
    name = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": name, "LOCATION": "ratelimited"}}
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["django_extras.middleware.HttpErrorMiddleware"]
    return Client()


@pytest.mark.parametrize("url", ["/inside/", "/dispatch/", "/around/", "/async/"])
def test_too_many_requests_are_a_problem(client: Client, url: str) -> None:
    first, second = client.get(url), client.get(url)

    assert first.status_code == (429 if url == "/async/" else 200)
    assert second.headers["Content-Type"] == "application/problem+json"
    assert second.headers["Cache-Control"] == "no-store"
    assert json.loads(second.content) == {"type": "about:blank", "title": "Too Many Requests", "status": 429}


def test_a_page_is_as_before(client: Client) -> None:
    client.get("/page/")

    assert client.get("/page/").status_code == 403


@pytest.mark.parametrize(("error", "status"), [(Ratelimited(), 429), (PermissionDenied(), 403)])
def test_the_error_handler(rf: RequestFactory, error: Exception, status: int) -> None:
    assert handlers.handler403(rf.get("/"), error).status_code == status


def test_the_package_need_not_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.find_spec("django_extras.views._ratelimited")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "django_ratelimit.exceptions", None)

    spec.loader.exec_module(module)

    assert module.Ratelimited is not Ratelimited
    assert issubclass(module.Ratelimited, PermissionDenied)
