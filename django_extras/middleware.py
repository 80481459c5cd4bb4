"""Middleware: an HttpError raised in any view becomes its response, and what breaks HTTP gets logged."""

import logging

from django.conf import settings
from django.http.request import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from .handlers import error_response
from .http.errors import HttpError
from .lint import lint

logger = logging.getLogger("django_extras.lint")


class HttpErrorMiddleware(MiddlewareMixin):
    """
    Answer an HttpError with HTML, problem+json or plain text, as the client prefers: see handlers.error_response().

    The exception has left the view by then, so ATOMIC_REQUESTS has rolled back. Works in sync and async projects.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the response to an HttpError, and leave other exceptions to Django."""
        return error_response(request, exception) if isinstance(exception, HttpError) else None


class LintMiddleware(MiddlewareMixin):
    """
    Log what in each response breaks HTTP, to ``django_extras.lint``, while DEBUG is on: see lint().

    Put it first, so that it sees what all others have made of the response.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response as it is."""
        if settings.DEBUG:
            for finding in lint(response, request):
                logger.warning("%s %s: %s", request.method, request.path, finding)
        return response
