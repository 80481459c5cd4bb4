"""Middleware: errors and logins in the client's form, no content for HEAD, and a log of what breaks HTTP."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import aauthenticate, authenticate, get_backends, middleware
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import DatabaseError
from django.http.request import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase, HttpResponseRedirectBase, StreamingHttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from .http._log_text import loggable
from .http.errors import HttpError
from .http.status import DEFAULT_CHALLENGE
from .lint import lint
from .views._error_pages import error_response
from .views._logins import in_place_of_refusal, is_redirect_to_login, is_refusal, login_urls, refusal_status
from .views._privacy import says_who_keeps_it
from .views._problems import answers_json, log_failure
from .views._ratelimited import Ratelimited
from .views._refusals import is_race, overtaken

logger: logging.Logger = logging.getLogger("django_extras.lint")


class _LoginsMiddleware(MiddlewareMixin):
    """
    Answer 401 or 403 where what stands around a JSON view redirects to the page to log in.

    Vary names what the view chooses by, also where another than the view answers.
    """

    def __call__(self, request: HttpRequest) -> Any:
        response: Any = super().__call__(request)
        if self.async_mode:
            return response
        return _varied(request, in_place_of_refusal(request, response) if _is_refused(request, response) else response)

    async def __acall__(self, request: HttpRequest) -> Any:
        response: Any = await super().__acall__(request)
        if _is_refused(request, response):
            response = await sync_to_async(in_place_of_refusal)(request, response)
        return _varied(request, response)


class HttpErrorMiddleware(_LoginsMiddleware):
    """
    Answer an HttpError with HTML, problem+json or plain text, as the client prefers: see handlers.error_response().

    Where a decorator around the ``as_view()`` of a JSON view refuses a request, answer 401, 403 or 429 with a problem.

    The exception has left the view by then, so ATOMIC_REQUESTS has rolled back. Works in sync and async projects.
    Where its commit fails, as another request has written at the same time, the answer of a JSON view is 409.

    Django calls this for views only. For errors of other middleware and of URL converters, see handlers.handler500().
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the response to an HttpError, or where a JSON view is refused; leave other exceptions to Django."""
        if isinstance(exception, PermissionDenied) and answers_json(request):
            if isinstance(exception, Ratelimited):
                return HttpError(429).problem()
            if is_refusal(exception):
                return HttpError(refusal_status(request)).problem()
        if isinstance(exception, DatabaseError) and is_race(exception, in_the_past=False) and answers_json(request):
            return overtaken().problem()
        if not isinstance(exception, HttpError):
            return None
        response = error_response(request, exception)
        log_failure(exception, request, response)
        return response


class LoginRequiredMiddleware(_LoginsMiddleware, middleware.LoginRequiredMiddleware):
    """
    Let only users in, as Django's middleware of this name does, and answer 401 where a view answers with JSON.

    All other views redirect to the page to log in. ``login_not_required`` opens a view.
    """

    def handle_no_permission(  # type: ignore[override]  # a problem is no redirect
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        """Return the problem 401, or Django's redirect."""
        if answers_json(request):
            return HttpError(401).problem()
        return super().handle_no_permission(request, view_func)


class TokenMiddleware(MiddlewareMixin):
    """
    Have the project's AUTHENTICATION_BACKENDS tell the user by the field Authorization, instead of by a session.

    Put it after the middleware that sets ``request.user``::

        MIDDLEWARE = [
            ...,
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django_extras.middleware.TokenMiddleware",
            "django_extras.middleware.LoginRequiredMiddleware",
        ]

    If the request has the field, this calls ``authenticate(request)`` of django.contrib.auth, or ``aauthenticate()``
    in an async project. A backend whose method of this name takes the request alone returns the user, or None.

    The user is ``request.user``, also if a session has another one, and the session stays as it is. Without a user,
    or if the user is not active, the answer is 401. Only a field of the schemes Basic, Digest, Negotiate and NTLM may
    fail to tell a user, as browsers send it to any proxy on the way: then the session tells the user.

    What a token has proved needs no CSRF token, as no browser sends it by itself. All responses vary by the field, and
    those to a token are private, unless they have a Cache-Control that says otherwise.

    A subclass names other fields::

        class SessionTokenMiddleware(TokenMiddleware):
            fields = ("X-Session-Token",)
            challenge = "Session"
    """

    #: The fields that have tokens. No browser and no proxy may send one of them by itself, except Authorization.
    fields: Sequence[str] = ("Authorization",)
    #: The challenge of a 401, for those that name none.
    challenge: str = 'Bearer realm="api"'

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        name = type(self).__name__
        if isinstance(self.fields, str):
            raise ImproperlyConfigured(f"{name}.fields is a str. Write a tuple: ({self.fields!r},).")
        found = [import_string(path) for path in settings.MIDDLEWARE]
        for later in found[found.index(type(self)) :] if type(self) in found else ():
            if isinstance(later, type) and issubclass(later, _SET_THE_USER):
                raise ImproperlyConfigured(
                    f"{later.__name__} comes after {name} in MIDDLEWARE, and would replace the user of the token. Put "
                    f"{name} after it."
                )

    def __call__(self, request: HttpRequest) -> Any:
        if self.async_mode:
            return self.__acall__(request)
        tokens = self._tokens(request)
        user = authenticate(request) if tokens else None
        response: Any = self._admit(request, tokens, user) or self.get_response(request)
        return self._finished(response, user)

    async def __acall__(self, request: HttpRequest) -> Any:
        tokens = self._tokens(request)
        user = None
        if tokens:
            is_async = all(map(_is_async, get_backends()))
            user = await (aauthenticate if is_async else sync_to_async(authenticate))(request)
        response: Any = self._admit(request, tokens, user)
        if response is None:
            pending: Any = self.get_response(request)
            response = await pending
        return self._finished(response, user)

    def _tokens(self, request: HttpRequest) -> dict[str, str]:
        """Return the fields that are not empty."""
        found = {field: request.headers.get(field, "").strip() for field in self.fields}
        return {field: text for field, text in found.items() if text}

    def _admit(self, request: HttpRequest, tokens: dict[str, str], user: Any) -> HttpResponse | None:
        """Set the user of the request, or return the response to who has a token of nobody."""
        is_known: bool = user is not None and user.is_authenticated and user.is_active
        is_sent_by_itself = all(map(_is_sent_by_itself, tokens.items()))
        if not is_known and not is_sent_by_itself:
            is_bearer = self.challenge.partition(" ")[0].lower() == "bearer"
            challenge = f'{self.challenge}, error="invalid_token"' if is_bearer else self.challenge
            error = HttpError(401, _("The token is not valid."), www_authenticate=challenge)
            return error_response(request, error, prefers_json=True)
        if is_known or not hasattr(request, "user"):
            admitted: Any = user if is_known else AnonymousUser()
            request.user, request.auser = admitted, partial(_auser, admitted)
        if is_known and not is_sent_by_itself and not getattr(request, "_dont_enforce_csrf_checks", False):
            request._dont_enforce_csrf_checks = _HasProved(request, user)  # type: ignore[attr-defined]  # Django's own
        return None

    def _finished(self, response: HttpResponseBase, user: Any) -> HttpResponseBase:
        patch_vary_headers(response, self.fields)
        if user is not None and not says_who_keeps_it(response):
            patch_cache_control(response, private=True)
        if response.status_code == 401 and response.headers.get("WWW-Authenticate") == DEFAULT_CHALLENGE:
            response.headers["WWW-Authenticate"] = self.challenge
        return response


class HeadMiddleware(MiddlewareMixin):
    """
    Send no content to HEAD, on any server (RFC 9110 9.3.2).

    Most servers leave the content out themselves. Waitress and uWSGI send it, and a client that keeps the connection
    takes it for the next response. Put this middleware first, so that all others see the response that GET gets.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response with its fields alone."""
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = []
            elif isinstance(response, HttpResponse) and response.content:
                response.headers.setdefault("Content-Length", str(len(response.content)))
                response.content = b""
        return response


class LintMiddleware(MiddlewareMixin):
    """
    Log what in each response breaks HTTP, to ``django_extras.lint``, while DEBUG is on: see lint().

    Put it first, or next to HeadMiddleware, so that it sees the response as all others have left it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response unchanged."""
        if settings.DEBUG:
            for finding in lint(response, request):
                logger.warning("%s %s: %s", *map(loggable, (request.method, request.path, finding)))
        return response


def _varied(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if vary := getattr(getattr(request.resolver_match, "func", None), "vary", ()):
        patch_vary_headers(response, vary)
    return response


def _is_refused(request: HttpRequest, response: HttpResponseBase) -> bool:
    match = request.resolver_match
    if not isinstance(response, HttpResponseRedirectBase) or match is None or not answers_json(request):
        return False
    return is_redirect_to_login(request, response, login_urls(match.func))


#: They set the user by the session or by the server.
_SET_THE_USER = (middleware.AuthenticationMiddleware, middleware.RemoteUserMiddleware)
#: Browsers send these credentials by themselves, also where another site makes them send a request.
_SENT_BY_BROWSERS = {"basic", "digest", "negotiate", "ntlm"}


class _HasProved:
    """True as long as the user of the request is the one of the token."""

    def __init__(self, request: HttpRequest, user: Any) -> None:
        self._request, self._user = request, user

    def __bool__(self) -> bool:
        return self._request.user is self._user


def _is_async(backend: Any) -> bool:
    """Tell whether a backend has aauthenticate(), and no class below the one that has it overrides authenticate()."""
    names = ("aauthenticate", "authenticate")
    found = (name for cls in type(backend).__mro__ for name in names if name in vars(cls))
    return next(found, None) == "aauthenticate"


def _is_sent_by_itself(item: tuple[str, str]) -> bool:
    field, text = item
    return field.lower() == "authorization" and text.split()[0].lower() in _SENT_BY_BROWSERS


async def _auser(user: Any) -> Any:
    return user
