"""The responses of the document, and the fields that they have."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import get_resolver

from django_extras.http.status import TITLES

TEXT: dict[str, Any] = {"schema": {"type": "string"}}
BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}

_FIELDS: dict[str, dict[str, Any]] = {
    "Content-Disposition": {"description": "The name to save the file under (RFC 6266).", **TEXT},
    "ETag": {"description": "The entity tag (RFC 9110 8.8.3).", **TEXT},
    "Link": {"description": "The other pages (RFC 8288).", **TEXT},
    "Location": {"description": "Where the object is.", "schema": {"type": "string", "format": "uri-reference"}},
    "Retry-After": {"description": "When to come again (RFC 9110 10.2.3).", **TEXT},
}

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def answer(status: int, fields: Sequence[str] = (), content: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a response with the fields of these names, and with content by media type, or without any."""
    found: dict[str, Any] = {"description": TITLES[status]}
    if fields:
        found["headers"] = {name: _FIELDS[name] for name in fields}
    if content is not None:
        found["content"] = dict(content)
    return found


def problem(status: int) -> dict[str, Any]:
    """Return the response that is a problem."""
    return answer(status, content=_PROBLEM)


def error_page(status: int) -> dict[str, Any]:
    """Return the response that the project has for an error outside of JSON views: see handlers.error_response()."""
    is_ours = has_own_pages()
    pages = {"text/html": TEXT, **({"text/plain": TEXT} if is_ours else {})}
    return answer(status, content={**(_PROBLEM if is_ours else {}), **pages})


def has_own_pages() -> bool:
    """Tell whether the URLconf has the handlers of django_extras.handlers."""
    return get_resolver().resolve_error_handler(403).__module__ == "django_extras.handlers"
