"""Backends tell the user by the field Authorization, and by fields that a subclass names."""

import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync, iscoroutinefunction, sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.test import AsyncClient, Client
from django.urls import path
from django.views import View
from django.views.decorators.cache import cache_control, cache_page

from django_extras.http import HttpError
from django_extras.middleware import TokenMiddleware
from django_extras.views import JsonResponseMixin

TOKEN = "django_extras.middleware.TokenMiddleware"
SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
AUTH = "django.contrib.auth.middleware.AuthenticationMiddleware"
REMOTE = "django.contrib.auth.middleware.RemoteUserMiddleware"
LOGIN = "django_extras.middleware.LoginRequiredMiddleware"
MIDDLEWARE = [SESSION, CSRF, AUTH, TOKEN, LOGIN]
FORGED = [
    *("Bearer forged", "Bearer", "Bearer a,Bearer b", "Token ann", "ü"),
    *("Bearer gone", "Bearer banned", "Bearer nobody"),
]
INVALID = 'Bearer realm="api", error="invalid_token"'


class Backend(BaseBackend):
    """The name of the user is the token."""

    def authenticate(self, request: Any) -> Any:
        text = request.headers.get("Authorization") or request.headers.get("X-Session-Token", "")
        kind, _, name = text.rpartition(" ")
        if name == "banned":
            raise PermissionDenied
        if name == "nobody":
            return AnonymousUser()
        return User.objects.filter(username=name).first() if kind in ("", "Bearer", "Basic") else None


class PlainBackend:
    """A backend that is not based on Django's."""

    authenticate = Backend.authenticate


class SyncBackend(ModelBackend):
    """A backend that has Django's aauthenticate(), which knows no token."""

    def authenticate(self, request: Any) -> Any:  # type: ignore[override]  # a backend takes what it knows
        return Backend().authenticate(request)


class AsyncBackend(SyncBackend):
    """A backend whose two methods do the same."""

    async def aauthenticate(self, request: Any) -> Any:  # type: ignore[override]  # as above
        return await sync_to_async(self.authenticate)(request)


class SessionTokens(TokenMiddleware):
    fields = ("X-Session-Token",)
    challenge = "Session"


class Text(TokenMiddleware):
    fields = "X-Session-Token"


class ReplaceUser:
    """Another middleware with a user of its own."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        request.user = User.objects.get(username="ann")
        return self.get_response(request)


class Name(JsonResponseMixin, View):
    """Say who asks, as sync code knows it, and how the session has it."""

    def get(self, request: Any) -> Any:
        return JsonResponse({"user": request.user.username, "also": async_to_sync(request.auser)().username})

    post = get


class AsyncName(JsonResponseMixin, View):
    async def get(self, request: Any) -> Any:
        user = await request.auser()
        return JsonResponse({"user": user.username, "also": request.user.username})

    post = get


class Raises(JsonResponseMixin, View):
    def get(self, request: Any) -> Any:
        raise HttpError(401, www_authenticate=request.GET.get("challenge"))


def page(request: Any) -> HttpResponse:
    return HttpResponse(f"Hello {request.user.username}")


urlpatterns = [
    path("name/", Name.as_view()),
    path("async/", AsyncName.as_view()),
    path("open/", login_not_required(Name.as_view())),
    path("page/", page),
    path("raises/", login_not_required(Raises.as_view())),
    path("public/", cache_control(public=True, max_age=60)(page)),
    path("shared/", cache_control(s_maxage=60)(page)),
    path("cached/", cache_page(60)(page)),
]


@pytest.fixture(params=["sync", "async"])
def ask(request: Any, settings: Any, db: None) -> Any:
    """Return a function that sends a request in a sync, or in an async project."""
    settings.MIDDLEWARE = MIDDLEWARE
    settings.ROOT_URLCONF = __name__
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", f"{__name__}.Backend"]
    User.objects.bulk_create([User(username=name, is_active=name != "gone") for name in ("ann", "bob", "gone")])
    client: Any = (Client if request.param == "sync" else AsyncClient)(enforce_csrf_checks=True)

    def send(url: str, token: str | None = None, method: str = "get", **headers: str) -> Any:
        fields = {name.replace("_", "-"): text for name, text in headers.items()}
        if token is not None:
            fields["Authorization"] = token
        call = getattr(client, method)
        call = async_to_sync(call) if iscoroutinefunction(call) else call
        return call(url, headers=fields)

    send.client = client
    return send


@pytest.mark.parametrize("url", ["/name/", "/async/", "/open/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_token_tells_the_user(ask: Any, url: str, method: str) -> None:
    response = ask(url, "Bearer ann", method)

    assert json.loads(response.content) == {"user": "ann", "also": "ann"}
    assert response.headers["Vary"] == "Authorization"
    assert response.headers["Cache-Control"] == "private"
    assert not response.cookies


@pytest.mark.parametrize(
    "token",
    [
        "Bearer forged",
        "Bearer",
        "Bearer a,Bearer b",
        "Token ann",
        "Bearer gone",
        "Bearer banned",
        "Bearer nobody",
        "ü",
    ],
)
@pytest.mark.parametrize("url", ["/name/", "/open/", "/page/", "/nowhere/"])
def test_a_token_of_nobody_is_401(ask: Any, url: str, token: str) -> None:
    response = ask(url, token)

    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, INVALID)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["detail"] == "The token is not valid."
    assert response.headers["Vary"] == "Accept, Authorization"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [("text/html", "text/html; charset=utf-8"), ("text/plain", "text/plain; charset=utf-8")],
)
def test_others_get_a_text_and_no_page_to_log_in(ask: Any, accept: str, content_type: str) -> None:
    response = ask("/page/", "Bearer forged", accept=accept)

    assert (response.status_code, response.headers["Content-Type"]) == (401, f"{accept}; charset=utf-8")
    assert response.headers["WWW-Authenticate"] == INVALID
    assert b"The token is not valid." in response.content


def test_without_a_token_all_is_as_before(ask: Any) -> None:
    for token in (None, "", "  "):
        known, unknown, redirected = ask("/open/", token), ask("/name/", token), ask("/page/", token)

        assert json.loads(known.content)["user"] == ""
        assert (unknown.status_code, unknown.headers["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
        assert redirected.headers["Location"] == "/accounts/login/?next=/page/"
        assert {"Authorization", "Cookie"} <= set(redirected.headers["Vary"].split(", "))
        assert ask("/open/", token, "post").status_code == 403


def test_the_challenge_of_a_view_stays(ask: Any) -> None:
    assert ask("/raises/").headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert ask("/raises/?challenge=Hawk").headers["WWW-Authenticate"] == "Hawk"


@pytest.mark.parametrize("scheme", ["Basic", "basic", "Digest", "Negotiate", "NTLM"])
def test_what_browsers_send_to_a_proxy_may_tell_no_user(ask: Any, scheme: str) -> None:
    assert json.loads(ask("/open/", f"{scheme} proxy").content)["user"] == ""
    assert ask("/page/", f"{scheme} proxy").headers["Location"] == "/accounts/login/?next=/page/"

    ask.client.force_login(User.objects.get(username="bob"))
    assert json.loads(ask("/name/", f"{scheme} proxy").content)["user"] == "bob"


def test_what_browsers_send_needs_a_csrf_token(ask: Any) -> None:
    assert json.loads(ask("/name/", "Basic ann").content)["user"] == "ann"
    assert ask("/name/", "Basic ann", "post").status_code == 403


def test_the_token_wins_over_the_session_and_leaves_it(ask: Any) -> None:
    ask.client.force_login(User.objects.get(username="bob"))
    cookies = ask.client.cookies.output()

    assert json.loads(ask("/name/", "Bearer ann").content)["user"] == "ann"
    assert json.loads(ask("/name/", "Bearer ann", "post").content)["user"] == "ann"
    assert ask("/name/", None, "post").status_code == 403
    assert ask("/name/", "Bearer forged").status_code == 401
    assert json.loads(ask("/name/").content)["user"] == "bob"
    assert ask.client.cookies.output() == cookies
    assert ask.client.session[SESSION_KEY] == str(User.objects.get(username="bob").pk)


def test_nobody_is_logged_in(ask: Any) -> None:
    sent = []
    user_logged_in.connect(note := lambda **kwargs: sent.append("in"))
    user_login_failed.connect(note_failure := lambda **kwargs: sent.append("failed"))
    try:
        ask("/name/", "Bearer ann")
        assert sent == []
        ask("/name/", "Bearer forged")
        assert sent == ["failed"]
    finally:
        user_logged_in.disconnect(note)
        user_login_failed.disconnect(note_failure)


@pytest.mark.parametrize("backend", ["ModelBackend", "RemoteUserBackend", "AllowAllUsersModelBackend"])
def test_djangos_backends_know_no_token(ask: Any, settings: Any, backend: str, django_assert_num_queries: Any) -> None:
    settings.AUTHENTICATION_BACKENDS = [f"django.contrib.auth.backends.{backend}"]

    with django_assert_num_queries(0):
        assert ask("/name/", "Bearer ann").status_code == 401


@pytest.mark.parametrize("backend", ["PlainBackend", "SyncBackend", "AsyncBackend"])
def test_a_backend_need_not_have_each_method(ask: Any, settings: Any, backend: str) -> None:
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.{backend}"]

    assert json.loads(ask("/name/", "Bearer ann").content)["user"] == "ann"
    assert ask("/name/", "Bearer forged").status_code == 401


def test_a_site_without_sessions(ask: Any, settings: Any) -> None:
    settings.MIDDLEWARE = [CSRF, TOKEN, LOGIN]

    assert json.loads(ask("/name/", "Bearer ann", "post").content) == {"user": "ann", "also": "ann"}
    assert ask("/name/").status_code == 401
    assert json.loads(ask("/open/").content) == {"user": "", "also": ""}


def test_other_fields(ask: Any, settings: Any) -> None:
    settings.MIDDLEWARE = [SESSION, CSRF, AUTH, f"{__name__}.SessionTokens", TOKEN, LOGIN]

    response = ask("/name/", None, "post", X_Session_Token="ann")
    assert json.loads(response.content)["user"] == "ann"
    assert response.headers["Vary"] == "Authorization, X-Session-Token"
    assert response.headers["Cache-Control"] == "private"
    assert ask("/name/", None, X_Session_Token="forged").headers["WWW-Authenticate"] == "Session"
    assert json.loads(ask("/name/", "Bearer ann").content)["user"] == "ann"
    # What looks like credentials of a browser is a token in another field.
    assert ask("/name/", None, X_Session_Token="Basic forged").status_code == 401


def test_what_the_view_says_of_caches_stays(ask: Any) -> None:
    assert ask("/public/", "Bearer ann").headers["Cache-Control"] == "public, max-age=60"
    assert ask("/shared/", "Bearer ann").headers["Cache-Control"] == "s-maxage=60"
    assert ask("/cached/", "Bearer ann").headers["Cache-Control"] == "max-age=60, private"


def test_a_page_of_one_token_reaches_no_other(ask: Any, settings: Any) -> None:
    name = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": name, "LOCATION": "tokens"}}
    update, fetch = (f"django.middleware.cache.{kind}CacheMiddleware" for kind in ("Update", "FetchFrom"))
    settings.MIDDLEWARE = [update, SESSION, CSRF, AUTH, f"{__name__}.SessionTokens", TOKEN, fetch]

    for name in ("ann", "bob"):
        assert ask("/page/", f"Bearer {name}").content == f"Hello {name}".encode()
        assert ask("/page/", None, X_Session_Token=name).content == f"Hello {name}".encode()
        assert ask("/page/").content == b"Hello "


def test_another_user_needs_a_csrf_token(ask: Any, settings: Any) -> None:
    settings.MIDDLEWARE = [SESSION, CSRF, AUTH, TOKEN, f"{__name__}.ReplaceUser"]

    assert json.loads(ask("/name/", "Bearer bob").content)["user"] == "ann"
    assert ask("/name/", "Bearer bob", "post").status_code == 403
    assert ask("/name/", "Bearer ann", "post").status_code == 403


@pytest.mark.parametrize("later", [AUTH, REMOTE])
def test_the_order_of_the_middleware(settings: Any, later: str) -> None:
    settings.MIDDLEWARE = [TOKEN, SESSION, later]

    with pytest.raises(ImproperlyConfigured) as error:
        TokenMiddleware(lambda request: HttpResponse())

    name = later.rpartition(".")[2]
    assert str(error.value) == (
        f"{name} comes after TokenMiddleware in MIDDLEWARE, and would replace the user of the token. Put "
        "TokenMiddleware after it."
    )


def test_fields_that_are_a_text() -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        Text(lambda request: HttpResponse())

    assert str(error.value) == "Text.fields is a str. Write a tuple: ('X-Session-Token',)."


def test_the_login_middleware_may_come_first(ask: Any, settings: Any) -> None:
    settings.MIDDLEWARE = [SESSION, AUTH, LOGIN, TOKEN, CSRF]

    assert json.loads(ask("/name/", "Bearer ann", "post").content)["user"] == "ann"
