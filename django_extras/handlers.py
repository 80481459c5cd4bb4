"""
Error handlers that answer in the form that the client asks for, and a CSRF failure view.

In the root URLconf: ``from django_extras.handlers import handler400, handler403, handler404, handler500``. In the
settings: ``CSRF_FAILURE_VIEW = "django_extras.handlers.csrf_failure"``. While DEBUG is on, Django shows its own pages
instead, except for a 403.
"""

import sys

from django.http.request import HttpRequest
from django.http.response import HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.csrf import csrf_failure as django_csrf_failure

from .http.errors import HttpError
from .views._error_pages import JSON, preferred_form
from .views._error_pages import error_response as error_response
from .views._ratelimited import Ratelimited


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a bad request."""
    return error_response(request, _public_error(400, exception))


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that is forbidden, or one of too many (django-ratelimit)."""
    return error_response(request, _public_error(403, exception))


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for a page that does not exist."""
    return error_response(request, _public_error(404, exception))


def handler500(request: HttpRequest) -> HttpResponse:
    """Answer a request that failed, or that an HttpError ended outside of any view."""
    return error_response(request, _public_error(500, sys.exception()))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a request without a valid CSRF token: a problem for a client that asks for JSON, else Django's page."""
    if preferred_form(request) in JSON:
        response: HttpResponse = HttpError(403, "CSRF verification failed.").problem()
    else:
        response = django_csrf_failure(request, reason)
    patch_vary_headers(response, ["Accept"])
    return response


def _public_error(status: int, exception: BaseException | None) -> HttpError:
    """Return what the client may know: all of an HttpError, and nothing but the status of another exception."""
    if isinstance(exception, HttpError):
        return exception
    return HttpError(429 if isinstance(exception, Ratelimited) else status)
