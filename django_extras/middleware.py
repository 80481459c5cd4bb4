"""Middleware: an HttpError becomes its response, HEAD gets no content, and what breaks HTTP gets logged."""

import logging

from django.conf import settings
from django.http.request import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.log import log_response

from .handlers import error_response
from .http._log_text import loggable
from .http.errors import HttpError
from .lint import lint

logger: logging.Logger = logging.getLogger("django_extras.lint")


class HttpErrorMiddleware(MiddlewareMixin):
    """
    Answer an HttpError with HTML, problem+json or plain text, as the client prefers: see handlers.error_response().

    The exception has left the view by then, so ATOMIC_REQUESTS has rolled back. Works in sync and async projects.
    Django calls this for views only. For errors of other middleware and of URL converters, see handlers.handler500().
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the response to an HttpError, and leave other exceptions to Django."""
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
