"""Errors that a view raises become problems, for views whose clients read JSON."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from inspect import isawaitable
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import connections
from django.http import HttpRequest
from django.http.response import Http404, HttpResponseBase
from django.utils.log import log_response

from django_extras.http._log_text import loggable
from django_extras.http.errors import HttpError
from django_extras.views._rendering import RenderingMixin

_STATUSES: dict[type[Exception], int] = {
    Http404: 404,
    PermissionDenied: 403,
    BadRequest: 400,
    SuspiciousOperation: 400,
}
_ERRORS: tuple[type[Exception], ...] = (HttpError, *_STATUSES)


class ProblemsMixin(RenderingMixin):
    """
    Answer what ``dispatch()`` raises with problem+json, and roll back under ATOMIC_REQUESTS.

    An ``atomic()`` around ``as_view()`` sees no error, so it commits: put it inside the view, such as on ``post()``.
    An HttpError tells the client what it says; Django's exceptions tell nothing but their status.
    """

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        # On the instance: the class's dispatch() carries marks of decorators such as csrf_exempt for as_view().
        self.__dict__["dispatch"] = partial(self._dispatch, self.dispatch)

    def _dispatch(self, dispatch: Callable[..., Any], request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            response = dispatch(request, *args, **kwargs)
        except _ERRORS as error:
            return self._answer_error(error)
        return self._dispatch_later(response) if isawaitable(response) else response

    async def _dispatch_later(self, pending: Awaitable[HttpResponseBase]) -> HttpResponseBase:
        try:
            return await pending
        except _ERRORS as error:
            return self._answer_error(error)

    def _answer_error(self, error: Exception) -> HttpResponseBase:
        # The error does not leave the transaction of ATOMIC_REQUESTS, so that would commit. A TestCase goes on in its
        # own: Django tells that apart in the same way, to check atomic(durable=True).
        for connection in connections.all(initialized_only=True):
            blocks: list[Any] = connection.atomic_blocks
            if connection.settings_dict["ATOMIC_REQUESTS"] and blocks and not blocks[-1]._from_testcase:
                connection.set_rollback(True)
        if isinstance(error, SuspiciousOperation):  # as Django does
            logging.getLogger(f"django.security.{type(error).__name__}").error(
                "%s", loggable(error), exc_info=error, extra={"status_code": 400, "request": self.request}
            )
        if not isinstance(error, HttpError):
            error = HttpError(next(status for kind, status in _STATUSES.items() if isinstance(error, kind)))
        response = error.problem()
        if error.status >= 500:  # Django would log it without the traceback
            what = (response.reason_phrase, self.request.path)
            log_response("%s: %s", *what, response=response, request=self.request, exception=error)
        return response
