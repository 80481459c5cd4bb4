"""The responses of the document, and the fields that they have."""

from collections.abc import Mapping
from typing import Any

from django.urls import get_resolver

from django_extras.http.status import TITLES
from django_extras.projection.schema import Schema

TEXT: dict[str, Any] = {"schema": {"type": "string"}}
BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}

LINK: dict[str, Any] = {"description": "The other pages (RFC 8288).", "schema": {"type": "string"}}
LOCATION: dict[str, Any] = {
    "description": "Where the object is.",
    "schema": {"type": "string", "format": "uri-reference"},
}
ETAG: dict[str, Any] = {"description": "The entity tag (RFC 9110 8.8.3).", "schema": {"type": "string"}}
DISPOSITION: dict[str, Any] = {
    "description": "The name to save the file under (RFC 6266).",
    "schema": {"type": "string"},
}
RETRY_AFTER: dict[str, Any] = {
    "description": "When to come again (RFC 9110 10.2.3).",
    "schema": {"type": "string"},
}

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def problem(status: int) -> dict[str, Any]:
    """Return the response that is a problem."""
    return {"description": TITLES[status], "content": {**_PROBLEM}}


def success(status: int, schema: Schema | None, media_type: str, headers: Mapping[str, Any] = {}) -> dict[str, Any]:
    """Return the response of a success, without content if there is no schema."""
    found: dict[str, Any] = {"description": TITLES[status]}
    if headers:
        found["headers"] = dict(headers)
    if schema is not None:
        found["content"] = {media_type: {"schema": schema}}
    return found


def error_page(status: int) -> dict[str, Any]:
    """Return the response that the project has for an error outside of JSON views: see handlers.error_response()."""
    is_ours = has_own_pages()
    pages = {"text/html": TEXT, **({"text/plain": TEXT} if is_ours else {})}
    return {"description": TITLES[status], "content": {**(_PROBLEM if is_ours else {}), **pages}}


def has_own_pages() -> bool:
    """Tell whether the URLconf has the handlers of django_extras.handlers."""
    return get_resolver().resolve_error_handler(403).__module__ == "django_extras.handlers"
