"""Log what in a response differs from the document, while DEBUG is on."""

import logging

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from django_extras.http._log_text import loggable
from django_extras.openapi.validation import faults

logger: logging.Logger = logging.getLogger("django_extras.openapi")


class SchemaMiddleware(MiddlewareMixin):
    """
    Log to ``django_extras.openapi`` how each response differs from the OpenAPI document, while DEBUG is on.

    It needs the extra ``django-extras[openapi]``. Put it last, so that it sees what the view has returned.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response unchanged."""
        if settings.DEBUG:
            for fault in faults(response, request.method or "", request.resolver_match):
                logger.warning("%s %s: %s", *map(loggable, (request.method, request.path, fault)))
        return response
