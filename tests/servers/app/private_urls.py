"""Views whose answers depend on who asks."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.generic import TemplateView

from django_extras.views import JsonResponseMixin, NegotiatedResponseMixin
from tests.servers.app.urls import ready


class Tokens:
    """A backend whose tokens are the names of users."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        name = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return User(pk=1, username=name) if name in ("anna", "bert") else None

    def get_user(self, key: Any) -> None:
        return None


class Public(JsonResponseMixin, TemplateView):
    extra_context = {"number": 1}


class Mine(JsonResponseMixin, TemplateView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"name": self.request.user.get_username()}


class Members(LoginRequiredMixin, Mine):
    pass


class Remembered(JsonResponseMixin, TemplateView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"name": self.request.session.get("name", "")}


class Both(NegotiatedResponseMixin, TemplateView):
    template_name = "page.html"
    extra_context = {"number": 1}


def remember(request: HttpRequest, name: str) -> HttpResponse:
    request.session["name"] = name
    return HttpResponse()


urlpatterns = [
    path("ready", ready),
    path("public", Public.as_view()),
    path("mine", Mine.as_view()),
    path("members", Members.as_view()),
    path("remembered", Remembered.as_view()),
    path("remember/<name>", remember),
    path("both", Both.as_view()),
]
