"""HttpError: an exception that says which response the client gets."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http.response import Http404, HttpResponse, HttpResponseNotAllowed
from django.utils.functional import Promise

from .json import JsonEncoder, encode, has_names
from .problem import ProblemResponse, checked_errors, error_fields
from .status import TITLES, response_class_for


class HttpError(Exception):
    """
    Answer the request with an error status, from wherever in a view, or in what it calls, this is raised.

    The arguments are those of ProblemResponse: the status's header arguments, such as ``retry_after``, and extension
    members among them. All of them reach the client. An invalid one raises where the error is made, not later.

    ``HttpError(404)``, ``(403)`` and ``(400)`` are also Http404, PermissionDenied and BadRequest, so Django answers
    them by itself. For the other statuses, and for JSON, add HttpErrorMiddleware or use JsonResponseMixin. A subclass
    that wants the same inherits from both: ``class Missing(HttpError, Http404)``.
    """

    def __new__(cls, status: Any = None, *args: Any, **kwargs: Any) -> Self:
        if cls is HttpError and isinstance(status, int):
            return super().__new__(_DJANGOS.get(status, cls))  # type: ignore[return-value]  # its own subclasses
        return super().__new__(cls)

    def __init__(
        self,
        status: int,
        detail: str | Promise | None = None,
        *,
        type: str = "about:blank",  # noqa: A002  # the member's name
        title: str | Promise | None = None,
        instance: str | None = None,
        errors: Iterable[Mapping[str, Any]] | None = None,
        headers: Mapping[str, Any] | None = None,
        **extensions: Any,
    ) -> None:
        faults = checked_errors("HttpError", errors, detail=detail, type=type, title=title, instance=instance)
        #: The fields of the response.
        self.headers: Mapping[str, str] = error_fields("HttpError", status, extensions, headers)
        self.status: int = int(status)
        #: What went wrong this time, for people.
        self.detail: str | Promise | None = detail
        #: The kind of problem, for people.
        self.title: str | Promise = title or TITLES[status]
        #: The URI of the kind of problem.
        self.type: str = type
        #: The URI of this one case.
        self.instance: str | None = instance
        #: The faults of the input.
        self.errors: list[Mapping[str, Any]] | None = faults
        #: Further members of the problem.
        self.extensions: dict[str, Any] = extensions
        if extensions or self.errors:
            encode({**extensions, "errors": self.errors}, _RepeatableEncoder)
        super().__init__(detail or self.title)

    def __str__(self) -> str:
        return f"{self.status} {self.title}" + (f": {self.detail}" if self.detail else "")

    def __reduce__(self) -> tuple[Any, ...]:
        cls = HttpError if self.__class__ in _DJANGOS.values() else self.__class__
        # Nothing is checked again.
        return cls.__new__, (cls, self.status), {**self.__dict__, "args": self.args}

    def problem(self) -> ProblemResponse:
        """Return the response for those who ask for JSON."""
        return ProblemResponse(
            self.status,
            self.detail,
            type=self.type,
            title=self.title,
            instance=self.instance,
            errors=self.errors,
            headers=self.headers,
            **self.extensions,
        )

    def response(self, content: str | bytes, content_type: str | None = None) -> HttpResponse:
        """Return the status's response with this content."""
        if self.status == 405:
            methods = self.headers.get("Allow", "").split(", ")
            return HttpResponseNotAllowed(methods, content, content_type, headers=self.headers)
        return response_class_for(self.status)(content, content_type, headers=self.headers)


class _BadRequest(HttpError, BadRequest):
    """A 400, which Django answers by itself."""


class _Forbidden(HttpError, PermissionDenied):
    """A 403, which Django answers by itself."""


class _NotFound(HttpError, Http404):
    """A 404, which Django answers by itself."""


_DJANGOS: dict[int, type[HttpError]] = {400: _BadRequest, 403: _Forbidden, 404: _NotFound}


class _RepeatableEncoder(JsonEncoder):
    """Refuse what can be written only once: an error may be asked for its problem again."""

    def default(self, o: Any) -> Any:
        if isinstance(o, Iterator):
            raise TypeError(f"HttpError got {o!r}, which can be read only once. Give a list.")
        if isinstance(o, QuerySet) and has_names(o):
            return []  # it runs where the problem is written, not here, which may be the event loop
        return super().default(o)
