"""Middleware: an HttpError raised in any view becomes its response."""

from django.http.request import HttpRequest
from django.http.response import HttpResponse
from django.utils.deprecation import MiddlewareMixin

from .handlers import error_response
from .http.errors import HttpError


class HttpErrorMiddleware(MiddlewareMixin):
    """
    Answer an HttpError with HTML, problem+json or plain text, as the client prefers: see handlers.error_response().

    The exception has left the view by then, so ATOMIC_REQUESTS has rolled back. Works in sync and async projects.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the response to an HttpError, and leave other exceptions to Django."""
        return error_response(request, exception) if isinstance(exception, HttpError) else None
