"""
A test client that speaks JSON, and assertions about responses, for pytest and for Django's TestCase.

The assertions take what a test client returns, or what a view returns. A failure says what the response was.
"""

import json
from typing import TYPE_CHECKING, Any, TypeGuard

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http.request import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.middleware.csrf import CSRF_SESSION_KEY, get_token
from django.test import AsyncClient, Client

from .http.status import TITLES
from .lint import lint

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # which Django's CSRF protection lets pass


class _SendsJson:
    """What the sync and the async client share."""

    # Type checkers see the methods of Django's clients, which return typed responses.
    if not TYPE_CHECKING:

        def generic(self, *args, headers=None, **extra):
            preference = {} if "HTTP_ACCEPT" in {**self.defaults, **extra} else {"Accept": "application/json"}
            return super().generic(*args, headers={**preference, **(headers or {})}, **extra)

        def post(self, path, data=None, content_type="application/json", *args, **options):
            return super().post(path, data, content_type, *args, **options)

        def put(self, path, data="", content_type="application/json", *args, **options):
            return super().put(path, data, content_type, *args, **options)

        def patch(self, path, data="", content_type="application/json", *args, **options):
            return super().patch(path, data, content_type, *args, **options)

        def delete(self, path, data="", content_type="application/json", *args, **options):
            return super().delete(path, data, content_type, *args, **options)


class JsonClient(_SendsJson, Client):
    """
    Django's test client for JSON: ``JsonClient().patch("/books/1/", {"title": "Emma"})``.

    `data` that is a dict, list or tuple is sent as JSON by ``post()``, ``put()``, ``patch()`` and ``delete()``. Text
    and bytes are sent unchanged. Another `content_type` works as in Django, such as ``MULTIPART_CONTENT`` for files.
    Each request prefers JSON to HTML (``Accept: application/json``). ``response.json()`` reads the answer.

    With ``enforce_csrf_checks=True`` it carries a CSRF token as a front end does: the cookie, or with
    ``CSRF_USE_SESSIONS`` the session, has the secret, and the field of ``CSRF_HEADER_NAME`` the token.
    """

    def request(self, **request: Any) -> Any:
        """Send a request, with a CSRF token if the view asks for one."""
        if self.handler.enforce_csrf_checks and request["REQUEST_METHOD"] not in _SAFE_METHODS:
            added = {settings.CSRF_HEADER_NAME: _csrf_secret(self)}
            request = {**self.defaults, **request}
            if request["wsgi.url_scheme"] == "https":  # Django then asks for the page, too
                host = request.get("HTTP_HOST") or request.get("SERVER_NAME", "testserver")
                added["HTTP_REFERER"] = f"https://{host}/"
            request = added | request
        return super().request(**request)


class AsyncJsonClient(_SendsJson, AsyncClient):
    """The same for async tests: ``await AsyncJsonClient().patch("/books/1/", {"title": "Emma"})``."""

    async def request(self, **request: Any) -> Any:
        """Send a request, with a CSRF token if the view asks for one."""
        if self.handler.enforce_csrf_checks and request["method"] not in _SAFE_METHODS:
            secret = await sync_to_async(_csrf_secret)(self)
            given = dict(request["headers"])
            name = settings.CSRF_HEADER_NAME.removeprefix("HTTP_").replace("_", "-").lower()
            added = {name.encode(): secret.encode()}
            if request["scheme"] == "https":
                added[b"referer"] = b"https://%s/" % given[b"host"]
            request["headers"] = list((added | given).items())
        return await super().request(**request)


def _csrf_secret(client: Client | AsyncClient) -> str:
    """Return the secret in the client's session or cookie, which it gets if it has none."""
    if settings.CSRF_USE_SESSIONS:
        session = client.session
        secret: str = session.setdefault(CSRF_SESSION_KEY, _new_secret())
        session.save()
        return secret
    if settings.CSRF_COOKIE_NAME not in client.cookies:
        client.cookies[settings.CSRF_COOKIE_NAME] = _new_secret()
    return client.cookies[settings.CSRF_COOKIE_NAME].value


def _new_secret() -> str:
    request = HttpRequest()
    get_token(request)
    secret: str = request.META["CSRF_COOKIE"]
    return secret


def assert_valid_response(response: HttpResponseBase, request: HttpRequest | None = None) -> None:
    """
    Fail if the response breaks HTTP: see lint().

    The request is the one that the test client sent, unless given. Django's test client takes the content of a 204 or
    304 away before it can be found here: give what the view itself returns.
    """
    __tracebackhide__ = True
    if request is None:
        request = getattr(response, "wsgi_request", None) or getattr(response, "asgi_request", None)
    if findings := lint(response, request):
        raise AssertionError("\n".join(["The response is not valid HTTP:", *(f"- {finding}" for finding in findings)]))


def assert_status(response: HttpResponseBase, status: int) -> None:
    """Fail if the response has another status, and show the start of its content, or the whole of a problem."""
    __tracebackhide__ = True
    if response.status_code != status:
        raise AssertionError(
            f"The status is {_named(response.status_code)}, not {_named(status)}. Content: "
            f"{_excerpt(response) if not _is_problem(response) else response.content.decode()}"
        )


def assert_problem(response: HttpResponseBase, status: int | None = None, **members: Any) -> dict[str, Any]:
    """
    Fail if the response is no problem (RFC 9457) of this status with these members, as in ``code="sold-out"``.

    Return all its members. Without `status`, the problem must have that of the response.
    """
    __tracebackhide__ = True
    status = response.status_code if status is None else status
    assert_status(response, status)
    if not _is_problem(response):
        content_type = response.headers.get("Content-Type", "")
        raise AssertionError(f"The Content-Type is {content_type!r}, not 'application/problem+json'.")
    try:
        problem = json.loads(response.content if isinstance(response, HttpResponse) else b"")
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        raise AssertionError(f"The content is no JSON object: {_excerpt(response)}")
    found = {"type": "about:blank", **problem}  # RFC 9457 3.1.1
    for name, value in {"status": int(status), **members}.items():
        if name not in found:
            raise AssertionError(f"The problem has no {name!r}. It is {problem!r}")
        if found[name] != value:
            raise AssertionError(f"The problem's {name!r} is {found[name]!r}, not {value!r}.")
    return problem


def _is_problem(response: HttpResponseBase) -> TypeGuard[HttpResponse]:
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    return media_type.strip().lower() == "application/problem+json" and isinstance(response, HttpResponse)


def _named(status: int) -> str:
    return f"{int(status)} {TITLES.get(status, '')}".rstrip()


def _excerpt(response: HttpResponseBase) -> str:
    if isinstance(response, HttpResponse) and getattr(response, "is_rendered", True):
        return repr(response.content[:500])
    return "not read, as it is streamed or not rendered yet."
