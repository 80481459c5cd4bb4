"""Describe what one method of a view takes and answers, as an operation of OpenAPI 3.1."""

import inspect
import itertools
import re
from collections.abc import Container
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.text import camel_case_to_spaces

from django_extras.openapi.access import restrict
from django_extras.openapi.answering import JsonOperation, add_page, is_for_people
from django_extras.openapi.downloads import describe_download
from django_extras.openapi.routes import Route
from django_extras.openapi.subjects import Warn, shows_list
from django_extras.views._functions import METHODS, view_of
from django_extras.views._kinds import Kind, kind_of
from django_extras.views.archive import ZipDownloadMixin
from django_extras.views.download import FileDownloadMixin
from django_extras.views.json import JsonResponseMixin
from django_extras.views.negotiation import NegotiatedResponseMixin

Operation = dict[str, Any]

_VERBS = {"put": "update", "patch": "partial_update", "delete": "destroy"}


def describe(
    route: Route, method: str, schemes: list[str], warn: Warn, taken: Container[str] = ()
) -> Operation | None:
    """
    Return the operation of a method, or None for one that nobody describes, or that the view's `openapi` leaves out.

    `schemes` are the security schemes that the project declares beside the session. `taken` are the names of other
    operations.
    """
    function = route.views[method]
    cls = function.view_class
    own = getattr(cls, "openapi", None)
    if isinstance(own, dict) and own.keys() <= set(METHODS):
        own = own.get(method, {})
    is_known = issubclass(cls, JsonResponseMixin | FileDownloadMixin)
    if own is False or (not is_known and own is None):
        return None
    if own is not None and not isinstance(own, dict):
        raise ImproperlyConfigured(
            f"{cls.__name__}.openapi is {own!r}. Set it to a dict with parts of an operation, or to False, which "
            "leaves the view out."
        )
    if not isinstance(tags := getattr(cls, "schema_tags", None), list | tuple | None):
        raise ImproperlyConfigured(f"{cls.__name__}.schema_tags is {tags!r}. Set it to a list of names.")
    view = view_of(function)
    if isinstance(view, NegotiatedResponseMixin) and is_for_people(view, method):
        return None
    found: Operation = {
        "operationId": operation_id(route, method, view, taken),
        "tags": list(tags or [application_of(cls)[0]]),
        **_texts(view, method),
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": dict(schema)}
            for name, schema in route.parameters.items()
        ],
        "responses": {},
    }
    if is_known:
        is_file = isinstance(view, FileDownloadMixin)
        more = describe_download(view) if is_file else JsonOperation(view, method, route, warn).described()
        found |= {**more, "parameters": [*found["parameters"], *more.get("parameters", ())]}
        restrict(found, view, route, method, schemes)
    if isinstance(view, NegotiatedResponseMixin):
        add_page(found, view, method)
    if own is not None:
        found = _merged(found, own)
    if not found["parameters"]:
        del found["parameters"]
    found["responses"] = dict(sorted(found["responses"].items()))
    return found


def _merged(found: Any, own: Any) -> Any:
    """Return what is found, with what a project says itself in its place, and its own parameters beside the others."""
    if isinstance(found, dict) and isinstance(own, dict):
        texts = {str(key): value for key, value in own.items()}  # statuses may be numbers
        return {**found, **{key: _merged(found.get(key), value) for key, value in texts.items()}}
    if isinstance(found, list) and isinstance(own, list) and all("in" in each for each in [*found, *own]):
        places = {(each["name"], each["in"]) for each in own}
        return [*(each for each in found if (each["name"], each["in"]) not in places), *own]
    return own


def operation_id(route: Route, method: str, view: Any, taken: Container[str] = ()) -> str:
    """Return a new name such as ``book_list``: that of the URL, or its path, and what the method does."""
    verb = _VERBS.get(method)
    if method == "get":
        verb = "list" if shows_list(view) else "retrieve"
    elif method == "post":
        verb = "create" if kind_of(view) is Kind.CREATE else "submit"
    bases = (re.sub(r"\W+", "_", each).strip("_") or "root" for each in (route.name, route.path) if each)
    names = [base if base.endswith(f"_{verb}") else f"{base}_{verb}" for base in bases]
    # Two views may share a name, and in theory two paths.
    several = (f"{names[-1]}_{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain(names, several) if name not in taken)


def application_of(cls: type) -> tuple[str, str]:
    """Return the label of the application that a class is in, and its name for people."""
    config = apps.get_containing_app_config(cls.__module__)
    name = cls.__module__.partition(".")[0]
    return (name, name.replace("_", " ").capitalize()) if config is None else (config.label, str(config.verbose_name))


def _texts(view: Any, method: str) -> dict[str, str]:
    """Return the first line and the rest of the docstring of the project's own class, or else what the method does."""
    text = inspect.cleandoc(type(view).__doc__ or "")
    first, _, rest = text.partition("\n")
    summary = first or camel_case_to_spaces(type(view).__name__).capitalize()
    return {"summary": summary, "description": rest.strip() or _deed(view, method)}


def _deed(view: Any, method: str) -> str:
    kind = kind_of(view)
    if isinstance(view, FileDownloadMixin):
        return "Get the archive." if isinstance(view, ZipDownloadMixin) else "Get the file."
    if method == "get":
        return "Get the list." if shows_list(view) else "Get it."
    deeds = {
        Kind.CREATE: "Create one.",
        Kind.UPDATE: "Change the fields that are sent." if method == "patch" else "Replace all fields.",
        Kind.DELETE: "Delete it.",
        Kind.FORM: "Send the form.",
        Kind.LOGOUT: "Log out.",
    }
    return deeds.get(kind, f"{method.upper()} it.")
