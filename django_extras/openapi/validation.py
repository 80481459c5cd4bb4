"""Compare a response with the document. It needs jsonschema, of the extra ``openapi``."""

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch

from django_extras.http._media_type import without_parameters
from django_extras.openapi.document import PROBLEM, operations_of
from django_extras.openapi.operations import Operation
from django_extras.views._bodies import is_json

try:
    from jsonschema import Draft202012Validator as Validator
except ImportError:
    Validator: Any = None  # type: ignore[no-redef]  # an extra


def faults(response: HttpResponseBase, method: str, match: ResolverMatch | None) -> list[str]:
    """
    Return how a response differs from what the document says of it: nothing if all is right.

    `match` is what the URL resolved to. A response of a view that the document does not have has no fault. Raise
    ImproperlyConfigured without jsonschema.
    """
    if Validator is None:
        raise ImproperlyConfigured("To compare a response with its schema, install the extra: django-extras[openapi].")
    if match is None or response.status_code == 405:
        return []
    operation = operations_of(settings.ROOT_URLCONF).get((match.route, "get" if method == "HEAD" else method.lower()))
    return [] if operation is None else list(_faults(response, method, operation))


def _faults(response: HttpResponseBase, method: str, operation: Operation) -> Iterator[str]:
    name, status = operation["operationId"], response.status_code
    known = operation["responses"].get(str(status))
    if known is None:
        yield f"{name} has no status {status} in the document. It has {', '.join(operation['responses'])}."
        return
    content = {without_parameters(name): part for name, part in known.get("content", {}).items()}
    body = b"" if response.streaming or method == "HEAD" else getattr(response, "content", b"")
    media_type = without_parameters(response.headers.get("Content-Type", ""))
    if not content:
        if body:
            yield f"{name} has content with status {status}, and none in the document."
        return
    if media_type not in content and "*/*" not in content:
        yield f"{name} sends {media_type or 'no type'} with status {status}. The document has {', '.join(content)}."
        return
    if not body or not is_json(media_type):
        return
    try:
        value = json.loads(body)
    except ValueError as error:
        yield f"{name} sends broken JSON with status {status}: {error}."
        return
    schema = {**content.get(media_type, {}).get("schema", {}), "components": {"schemas": {"Problem": PROBLEM}}}
    for fault in Validator(schema, format_checker=Validator.FORMAT_CHECKER).iter_errors(value):
        yield f"{name}: {fault.message} at {fault.json_path} of the content with status {status}."
