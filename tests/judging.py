"""
Compare each response of a JSON view in any test with the schema that the document has for it.

A status or a media type that the document lacks is no fault here: views of tests raise and return what they like. The
tests of tests/openapi compare these too.
"""

import json
from collections.abc import Callable
from inspect import isawaitable
from types import FunctionType
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils.decorators import classonlymethod

from django_extras.openapi.document import PROBLEM
from django_extras.openapi.operations import describe
from django_extras.openapi.routes import Route
from django_extras.openapi.subjects import ignore
from django_extras.openapi.validation import Validator
from django_extras.views._functions import METHODS
from django_extras.views._problems import ProblemsMixin

COMPONENTS = {"schemas": {"Problem": PROBLEM}}
#: What differed since somebody last looked.
differences: list[str] = []


def install() -> None:
    """Have each view that answers with JSON compared, if the extra is installed."""
    if Validator is None:
        return
    made: Any = vars(ProblemsMixin)["as_view"]

    def as_view(cls: Any, *args: Any, **initkwargs: Any) -> Callable[..., Any]:
        return _judged(made.__get__(None, cls)(*args, **initkwargs))

    ProblemsMixin.as_view = classonlymethod(as_view)


def _judged(view: Any) -> Any:
    def judged(request: Any, *args: Any, **kwargs: Any) -> Any:
        response = view(request, *args, **kwargs)
        return later(request, kwargs, response) if isawaitable(response) else judge(request, kwargs, response)

    async def later(request: Any, kwargs: Any, pending: Any) -> Any:
        return await sync_to_async(judge)(request, kwargs, await pending)

    def judge(request: Any, kwargs: Any, response: Any) -> Any:
        differences.extend(compare(judged, request.method, kwargs, response))
        return response

    # It is the view for whoever looks at it, and what is written on one is written on both.
    function: FunctionType = judged
    for name in ("__module__", "__name__", "__qualname__", "__doc__", "__dict__"):
        setattr(function, name, getattr(view, name))
    return judged


def compare(function: Any, method: str, kwargs: Any, response: Any) -> list[str]:
    """Return how the JSON of a response differs from its schema."""
    name = method.lower()
    is_content = isinstance(response, HttpResponse) and not isinstance(response, SimpleTemplateResponse)
    if name not in METHODS or not is_content:
        return []
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    route = Route("/", "/", {key: {} for key in kwargs}, "", {name: function}, function)
    operation = describe(route, name, [], ignore)
    if operation is None:  # a form that is for people
        return []
    content = operation["responses"].get(str(response.status_code), {}).get("content", {})
    if media_type not in content or not media_type.endswith("json") or not response.content:
        return []
    subject = f"{function.view_class.__qualname__} ({method}, {response.status_code})"
    try:
        value = json.loads(response.content)
    except ValueError as error:
        return [f"{subject}: {error}"]
    schema = {**content[media_type]["schema"], "components": COMPONENTS}
    errors = Validator(schema, format_checker=Validator.FORMAT_CHECKER).iter_errors(value)
    return [f"{subject}: {error.message} at {error.json_path}" for error in errors]
