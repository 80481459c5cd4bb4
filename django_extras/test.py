"""
A test client that speaks JSON, and assertions about responses, for pytest and for Django's TestCase.

The assertions take what a test client returns, or what a view returns. A failure says what the response was.
"""

import json
import re
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import parse_qsl, unquote, urlsplit

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.http.request import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.middleware.csrf import CSRF_SESSION_KEY, get_token
from django.test import AsyncClient, Client
from django.urls import Resolver404, ResolverMatch
from django.utils.http import parse_header_parameters

from .http._media_type import without_parameters
from .http.status import TITLES
from .lint import lint
from .openapi.validation import faults

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # which Django's CSRF protection lets pass


class _SendsJson:
    """What the sync and the async client share."""

    # Type checkers see the methods of Django's clients, which return typed responses.
    if not TYPE_CHECKING:

        def generic(self, *args, headers=None, **extra):
            is_given = not {"HTTP_ACCEPT", "ACCEPT"}.isdisjoint(self.defaults | extra)  # the latter is async Django's
            preference = {} if is_given else {"Accept": "application/json"}
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
        problem = json.loads(response.content)
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


def assert_download(
    response: HttpResponseBase,
    *,
    filename: str | None = None,
    content: bytes | str | None = None,
    attachment: bool | None = None,
) -> None:
    """
    Fail if the response is no download of this name with this content, which browsers save, or show.

    What is not given is not compared. `content` is that of the answer, for a 206 the range; text is compared in UTF-8.
    To compare it, the response is read and closed. What another server sends has no content here: see
    assert_offloaded().
    """
    __tracebackhide__ = True
    if response.status_code != 206:
        assert_status(response, 200)
    if field := next((name for name in _OFFLOADS if name in response.headers), None):
        raise AssertionError(f"Another server sends the file, by {field}. Use assert_offloaded().")
    _assert_named(response.headers.get("Content-Disposition", ""), filename, attachment)
    if content is not None:
        wanted = content.encode() if isinstance(content, str) else content
        found = _read(response)
        if found != wanted:
            raise AssertionError(
                f"The content has {len(found)} bytes, {_shortened(found)}, not {len(wanted)}, {_shortened(wanted)}."
            )


def assert_offloaded(
    response: HttpResponseBase,
    path: str | None = None,
    *,
    filename: str | None = None,
    attachment: bool | None = None,
) -> None:
    """
    Fail if this process sends the file itself, or has another server send another file than the one of this path.

    The path is not quoted: for nginx ``"/protected/2026/a b.pdf"``, for Apache and lighttpd the path on the disk.
    Where a storage has the file, it is the path in the URL. What is not given is not compared.
    """
    __tracebackhide__ = True
    field = next((name for name in _OFFLOADS if name in response.headers), "Location")
    value = response.headers.get(field, "")
    if field == "Location" and (response.status_code != 302 or not _SIGNATURE.search(value)):
        raise AssertionError(
            f"No other server sends a file: the response is {_named(response.status_code)} and has none of "
            f"{', '.join(_OFFLOADS)}, and it is no redirect to a signed URL."
        )
    if field != "Location":
        assert_status(response, 200)
    url = urlsplit(value if field == "Location" else unquote(value.rpartition("/")[2]))
    if path is not None:
        # Apache gets the bytes, nginx and lighttpd a quoted path.
        bytes_of_a_path = value.encode("latin-1").decode(errors="replace")
        found = [unquote(url.path)] if url.netloc else [unquote(value), bytes_of_a_path]
        if path not in found:
            raise AssertionError(f"Another server sends {found[0]!r}, not {path!r}.")
    disposition = response.headers.get("Content-Disposition", "")
    if field == "Location":
        names = {"response-content-disposition", "rscd"}  # the latter is Azure's
        disposition = next((text for name, text in parse_qsl(url.query) if name in names), "")
    _assert_named(disposition, filename, attachment)


#: The fields by which another server sends a file.
_OFFLOADS = ("X-Accel-Redirect", "X-Sendfile")
#: What the query of a signed URL has: Azure calls it ``sig``.
_SIGNATURE = re.compile(r"[?&](?:[\w-]*signature|sig)=", re.IGNORECASE)


def _assert_named(disposition: str, filename: str | None, attachment: bool | None) -> None:
    __tracebackhide__ = True
    kind, parameters = parse_header_parameters(disposition)
    name = parameters.get("filename")
    if filename is not None and name != filename:
        raise AssertionError(f"The name of the file is {name!r}, not {filename!r}.")
    if attachment is not None and (kind == "attachment") is not attachment:
        does = "show the file, and do not save it" if attachment else "save the file, and do not show it"
        raise AssertionError(f"Browsers {does}: Content-Disposition is {disposition!r}.")


def _read(response: Any) -> bytes:  # any response
    """Return the content, and close the response."""
    try:
        if getattr(response, "is_async", False):
            return async_to_sync(_join)(response)
        return b"".join(response)
    finally:
        if not response.closed:  # Django's client has closed what was read to its end
            response.close()


async def _join(response: Any) -> bytes:  # a streaming response
    return b"".join([part async for part in response])


def _shortened(content: bytes) -> str:
    return repr(content if len(content) <= 100 else content[:100] + b"...")


def _is_problem(response: HttpResponseBase) -> TypeGuard[HttpResponse]:
    media_type = without_parameters(response.headers.get("Content-Type", ""))
    return media_type == "application/problem+json" and isinstance(response, HttpResponse)


def _named(status: int) -> str:
    return f"{int(status)} {TITLES.get(status, '')}".rstrip()


def _excerpt(response: HttpResponseBase) -> str:
    if isinstance(response, HttpResponse) and getattr(response, "is_rendered", True):
        return repr(response.content[:500])
    return "not read, as it is streamed or not rendered yet."


def assert_matches_schema(response: HttpResponseBase) -> None:
    """
    Assert that the response of a test client is what the project's OpenAPI document says of it.

    It compares status, media type and JSON. Views that the document does not have pass. It needs the extra
    ``django-extras[openapi]``.
    """
    __tracebackhide__ = True
    tested: Any = response
    if not hasattr(response, "request"):
        raise TypeError("assert_matches_schema() takes what a test client returns, which knows its URL.")
    try:  # the client finds it when it is asked for
        match = tested.resolver_match if isinstance(tested.resolver_match, ResolverMatch) else None
    except Resolver404:
        match = None
    if found := faults(response, tested.request["REQUEST_METHOD"], match):
        raise AssertionError("\n".join(["The response differs from the OpenAPI document.", *found]))
