"""Describe what views of files answer."""

from typing import Any

from django_extras.delivery import SignedRedirect, delivery_of_the_project
from django_extras.http.status import TITLES
from django_extras.openapi.answers import BINARY, DISPOSITION, ETAG, LOCATION, error_page
from django_extras.openapi.subjects import is_overridden
from django_extras.views.archive import ZipDownloadMixin

_RANGE = {
    "name": "Range",
    "in": "header",
    "description": "The part to send (RFC 9110 14.2).",
    "schema": {"type": "string"},
}


def describe_download(view: Any) -> dict[str, Any]:
    """Return what is particular to the operation of a view that sends a file."""
    content = {view.content_type or "*/*": BINARY}
    found: dict[str, Any] = {"responses": {"404": error_page(404)}}
    if is_overridden(view, "has_download_permission"):
        found["responses"]["403"] = error_page(403)
    if isinstance(view, ZipDownloadMixin):
        headers = {"Content-Disposition": DISPOSITION}
        found["responses"]["200"] = {"description": TITLES[200], "headers": headers, "content": content}
        return found
    headers = {"Content-Disposition": DISPOSITION, "ETag": ETAG}
    for status in (200, 206):
        found["responses"][str(status)] = {"description": TITLES[status], "headers": headers, "content": content}
    for status in (304, 412, 416):
        found["responses"][str(status)] = {"description": TITLES[status]}
    if isinstance(view.delivery or delivery_of_the_project(), SignedRedirect):
        found["responses"]["302"] = {"description": TITLES[302], "headers": {"Location": LOCATION}}
    return {"parameters": [_RANGE], **found}
