"""Middleware: errors and logins in the client's form, no content for HEAD, and a log of what breaks HTTP."""

import logging
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import middleware
from django.core.exceptions import PermissionDenied
from django.http.request import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase, HttpResponseRedirectBase, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.log import log_response

from .handlers import error_response
from .http._log_text import loggable
from .http.errors import HttpError
from .lint import lint
from .views._logins import in_place_of_refusal, is_redirect_to_login, is_refusal, login_urls, refusal_status
from .views._problems import answers_json
from .views._ratelimited import Ratelimited

logger: logging.Logger = logging.getLogger("django_extras.lint")


class _LoginsMiddleware(MiddlewareMixin):
    """Answer 401 or 403 where what stands around a JSON view redirects to the page to log in."""

    def __call__(self, request: HttpRequest) -> Any:
        response: Any = super().__call__(request)
        if not self.async_mode and _is_refused(request, response):
            return in_place_of_refusal(request, response)
        return response

    async def __acall__(self, request: HttpRequest) -> Any:
        response = await super().__acall__(request)
        if _is_refused(request, response):
            return await sync_to_async(in_place_of_refusal)(request, response)
        return response


class HttpErrorMiddleware(_LoginsMiddleware):
    """
    Answer an HttpError with HTML, problem+json or plain text, as the client prefers: see handlers.error_response().

    Where a decorator around the ``as_view()`` of a JSON view refuses a request, answer 401, 403 or 429 with a problem.

    The exception has left the view by then, so ATOMIC_REQUESTS has rolled back. Works in sync and async projects.
    Django calls this for views only. For errors of other middleware and of URL converters, see handlers.handler500().
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the response to an HttpError, or of a refused JSON view, and leave other exceptions to Django."""
        if isinstance(exception, PermissionDenied) and answers_json(request):
            if isinstance(exception, Ratelimited):
                return HttpError(429).problem()
            if is_refusal(exception):
                return HttpError(refusal_status(request)).problem()
        if not isinstance(exception, HttpError):
            return None
        response = error_response(request, exception)
        if exception.status >= 500:  # Django would log it without the traceback
            what = (response.reason_phrase, request.path)
            log_response("%s: %s", *what, response=response, request=request, exception=exception)
        return response

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response, whose Vary names what the view chooses by, also where another than the view answers."""
        if vary := getattr(getattr(request.resolver_match, "func", None), "vary", ()):
            patch_vary_headers(response, vary)
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


def _is_refused(request: HttpRequest, response: HttpResponseBase) -> bool:
    match = request.resolver_match
    if not isinstance(response, HttpResponseRedirectBase) or match is None or not answers_json(request):
        return False
    return is_redirect_to_login(request, response, login_urls(match.func))
