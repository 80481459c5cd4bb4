"""Describe what views of files answer."""

from typing import Any

from django_extras.delivery import SignedRedirect, delivery_of_the_project
from django_extras.openapi.answers import BINARY, TEXT, answer, error_page
from django_extras.openapi.subjects import is_overridden
from django_extras.views.archive import ZipDownloadMixin

_RANGE = {"name": "Range", "in": "header", "description": "The part to send (RFC 9110 14.2).", **TEXT}


def describe_download(view: Any) -> dict[str, Any]:
    """Return what is particular to the operation of a view that sends a file."""
    content = {view.content_type or "*/*": BINARY}
    responses = {"404": error_page(404)}
    if is_overridden(view, "has_download_permission"):
        responses["403"] = error_page(403)
    if isinstance(view, ZipDownloadMixin):
        responses["200"] = answer(200, ["Content-Disposition"], content)
        return {"responses": responses}
    for status in (200, 206):
        responses[str(status)] = answer(status, ["Content-Disposition", "ETag"], content)
    for status in (304, 412, 416):
        responses[str(status)] = answer(status)
    if isinstance(view.delivery or delivery_of_the_project(), SignedRedirect):
        responses["302"] = answer(302, ["Location"])
    return {"parameters": [_RANGE], "responses": responses}
