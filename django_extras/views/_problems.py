"""Errors that a view raises become problems, for views whose clients read JSON."""

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import getclosurevars, isawaitable
from typing import TYPE_CHECKING, Any

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import connections
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.response import Http404, HttpResponse, HttpResponseBase
from django.utils.decorators import classonlymethod
from django.utils.log import log_response

from django_extras.http._log_text import loggable
from django_extras.http.errors import HttpError
from django_extras.views._ratelimited import Ratelimited
from django_extras.views._rendering import RenderingMixin

_STATUSES: dict[type[Exception], int] = {
    Http404: 404,
    Ratelimited: 429,
    PermissionDenied: 403,
    BadRequest: 400,
    MultiPartParserError: 400,
    RequestDataTooBig: 413,
    SuspiciousOperation: 400,
}
ERRORS: tuple[type[Exception], ...] = (HttpError, *_STATUSES)


class ProblemsMixin(RenderingMixin):
    """
    Answer what the view raises, in ``setup()`` too, with problem+json, and roll back under ATOMIC_REQUESTS.

    An ``atomic()`` around ``as_view()`` sees no error, so it commits: put it inside the view, such as on ``post()``.
    An HttpError tells the client what it says; Django's exceptions tell nothing but their status.
    """

    if not TYPE_CHECKING:
        # Type checkers see that of the view on the right: neapolitan's takes a role.

        @classonlymethod
        def as_view(cls, *args: Any, **initkwargs: Any) -> Callable[..., Any]:
            """Return the view, which answers what it raises."""
            view = super().as_view(*args, **initkwargs)

            @wraps(view)  # also if it is marked as async
            def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                try:
                    response = view(request, *args, **kwargs)
                except ERRORS as error:
                    problem = _problem(error, request, answer)
                    return _later(problem) if iscoroutinefunction(view) else problem
                return answer_later(request, response) if isawaitable(response) else response

            async def answer_later(request: HttpRequest, pending: Awaitable[HttpResponseBase]) -> HttpResponseBase:
                try:
                    return await pending
                except ERRORS as error:
                    return _problem(error, request, answer)

            # For middleware. A decorator hands it on, as it does view_class.
            answer.answers_json = lambda request: cls(**initkwargs)._answers_json(request)
            answer.vary = cls._vary
            answer.role = _role_of(view, *args[:1], initkwargs.get("role"))
            return answer

    #: The fields of a request that say which representation it gets.
    _vary: tuple[str, ...] = ()

    def _answers_json(self, request: HttpRequest) -> bool:
        """Tell whether this request gets JSON. It may be asked before ``setup()``."""
        return True

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return a problem that says which methods there are."""
        response: Any = super().http_method_not_allowed(request, *args, **kwargs)
        if not self._answers_json(request):
            return response
        return _method_problem_later(response) if isawaitable(response) else _method_problem(response)


def _role_of(view: Any, *given: Any) -> Any:
    """Return the role of a view of neapolitan. Its as_view() may keep it only in the function that it returns."""
    try:
        known = getclosurevars(view).nonlocals.get("role")
    except (TypeError, ValueError):  # it is no plain function, or one of its variables has no value
        known = None
    return next((role for role in (*given, known) if hasattr(role, "handlers")), None)


def answers_json(request: HttpRequest) -> bool:
    """Tell whether the view that the URL of the request leads to would answer it with JSON."""
    ask: Callable[[HttpRequest], bool] | None = getattr(
        getattr(request.resolver_match, "func", None), "answers_json", None
    )
    return ask is not None and ask(request)


async def _later(response: HttpResponseBase) -> HttpResponseBase:
    return response


def _method_problem(response: HttpResponseBase) -> HttpResponseBase:
    methods = filter(None, response.headers["Allow"].split(", "))  # a view may have none
    problem = HttpError(405, allow=list(methods)).problem()
    problem._has_been_logged = True  # type: ignore[attr-defined]  # the response was, in whose place it comes
    return problem


async def _method_problem_later(pending: Awaitable[HttpResponseBase]) -> HttpResponseBase:
    return _method_problem(await pending)


def _problem(error: Exception, request: HttpRequest, view: Any) -> HttpResponseBase:
    """Return the problem that tells of an error. Raise the error again if the view does not answer in JSON."""
    if not view.answers_json(request):
        raise error
    match = request.resolver_match
    roll_back(view if match is None else match.func)
    status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 500)
    if isinstance(error, SuspiciousOperation):  # as Django does
        logging.getLogger(f"django.security.{type(error).__name__}").error(
            "%s", loggable(error), exc_info=error, extra={"status_code": status, "request": request}
        )
    if not isinstance(error, HttpError):
        error = HttpError(status)
    response = error.problem()
    log_failure(error, request, response)
    return response


def log_failure(error: HttpError, request: HttpRequest, response: HttpResponse) -> None:
    """Log an error from 500 on. Django would log it without the traceback."""
    if error.status >= 500:
        what = (response.reason_phrase, request.path)
        log_response("%s: %s", *what, response=response, request=request, exception=error)


def roll_back(view: Callable[..., Any]) -> None:
    """Roll back the transactions that Django's handler began for the view: without the error they would commit."""
    not_atomic: set[str] = getattr(view, "_non_atomic_requests", set())
    for connection in connections.all(initialized_only=True):
        if connection.settings_dict["ATOMIC_REQUESTS"] and connection.alias not in not_atomic:
            blocks: list[Any] = connection.atomic_blocks
            # A TestCase goes on in its own. Django tells that apart in the same way, to check atomic(durable=True).
            if blocks and not blocks[-1]._from_testcase:
                connection.set_rollback(True)
