"""Each package with its real tokens: valid, forged and expired ones, in sync and in async projects."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import AsyncClient, Client
from django.utils import timezone

from tests.tokens import docs
from tests.tokens.keys import models

pytestmark = pytest.mark.django_db
BEARER = 'Bearer realm="api"'


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann", password="a good password")


@pytest.fixture(params=["sync", "async"])
def ask(request: Any, settings: Any, ann: User) -> Any:
    """Return a function that checks a valid token and some that are not."""

    def send(method: str, url: str, **headers: str) -> Any:
        content = (json.dumps({"a": 1}), "application/json") if method != "GET" else ()
        if request.param == "sync":
            return Client(enforce_csrf_checks=True).generic(method, url, *content, headers=headers)

        async def wait() -> Any:
            return await AsyncClient(enforce_csrf_checks=True).generic(method, url, *content, headers=headers)

        return async_to_sync(wait)()

    def check(field: str, valid: str, *invalid: str, challenge: str = BEARER) -> None:
        for method, url in (("GET", "/name/"), ("POST", "/name/"), ("GET", "/async/"), ("POST", "/async/")):
            response = send(method, url, **{field: valid})
            assert json.loads(response.content) == {"user": "ann", "also": "ann"}
            assert response.headers["Cache-Control"] == "private"
            assert not response.cookies
        for token in invalid:
            response = send("GET", "/name/", **{field: token})
            assert (response.status_code, response.headers["Content-Type"]) == (401, "application/problem+json"), token
            error = ', error="invalid_token"' if challenge == BEARER else ""
            assert response.headers["WWW-Authenticate"] == challenge + error
        assert send("GET", "/name/").headers["WWW-Authenticate"] == challenge
        assert send("POST", "/name/").status_code == 403
        assert send("GET", "/page/", **{field: valid}).content == b"Hello ann"
        assert send("GET", "/page/").headers["Location"] == "/accounts/login/?next=/page/"
        User.objects.update(is_active=False)
        assert send("GET", "/name/", **{field: valid}).status_code == 401

    return check


def install(settings: Any, section: str, middleware: str = "", **others: Any) -> None:
    docs.install(section, **others)
    settings.AUTHENTICATION_BACKENDS = docs.settings(section)["AUTHENTICATION_BACKENDS"]
    if middleware:
        replaced = "django_extras.middleware.TokenMiddleware"
        settings.MIDDLEWARE = [middleware if path == replaced else path for path in settings.MIDDLEWARE]


def test_a_model_of_ones_own(ask: Any, settings: Any, ann: User) -> None:
    install(settings, "A model of your own", books_models=models)
    models.Key.objects.create(user=ann, digest=hashlib.sha256(b"secret").hexdigest())

    ask("Authorization", "Bearer secret", "Bearer forged", "Token secret", "Bearer", "ü")


def test_django_oauth_toolkit(ask: Any, settings: Any, ann: User) -> None:
    pytest.importorskip("oauth2_provider", reason="django-oauth-toolkit is not installed")
    from oauth2_provider.models import AccessToken, Application

    install(settings, "django-oauth-toolkit")
    application = Application.objects.create(client_type="confidential", authorization_grant_type="password")
    for token, hours in (("valid", 1), ("expired", -1)):
        expires = timezone.now() + timedelta(hours=hours)
        AccessToken.objects.create(user=ann, token=token, application=application, expires=expires, scope="read")

    ask("Authorization", "Bearer valid", "Bearer expired", "Bearer forged", "Bearer", "Bearer valid, Bearer valid")


def test_simple_jwt(ask: Any, settings: Any, ann: User) -> None:
    pytest.importorskip("rest_framework_simplejwt", reason="djangorestframework-simplejwt is not installed")
    from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

    install(settings, "djangorestframework-simplejwt")
    valid, expired = AccessToken.for_user(ann), AccessToken.for_user(ann)
    expired.set_exp(lifetime=timedelta(seconds=-1))
    forged = str(valid)[:-4] + "AAAA"
    unsigned = f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{str(valid).split('.')[1]}."

    tokens = (expired, forged, unsigned, RefreshToken.for_user(ann), "forged", "", "a b")
    ask("Authorization", f"Bearer {valid}", *(f"Bearer {token}" for token in tokens))


def test_knox(ask: Any, settings: Any, ann: User) -> None:
    pytest.importorskip("knox", reason="django-rest-knox is not installed")
    from knox.models import AuthToken

    install(settings, "django-rest-knox", "books.knox.KnoxMiddleware")
    _, valid = AuthToken.objects.create(ann)
    _, expired = AuthToken.objects.create(ann, expiry=timedelta(seconds=-1))

    tokens = (f"Token {expired}", "Token forged", "Token", f"Bearer {valid}", "Token ü")
    ask("Authorization", f"Token {valid}", *tokens, challenge='Token realm="api"')


def test_allauth(ask: Any, settings: Any, ann: User) -> None:
    pytest.importorskip("allauth.headless", reason="django-allauth is not installed")
    install(settings, "django-allauth, headless", "books.sessions.SessionTokenMiddleware")

    def log_in() -> str:
        content = {"username": "ann", "password": "a good password"}
        response = Client().post("/_allauth/app/v1/auth/login", content, content_type="application/json")
        token: str = response.json()["meta"]["session_token"]
        return token

    expired = log_in()
    Session.objects.filter(pk=expired).update(expire_date=timezone.now() - timedelta(seconds=1))

    ask("X-Session-Token", log_in(), expired, "forged", challenge="Session")
