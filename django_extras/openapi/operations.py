"""Describe what one method of a view takes and answers, as an operation of OpenAPI 3.1."""

import inspect
import itertools
import re
from collections.abc import Container, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.mixins import AccessMixin
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.module_loading import import_string
from django.utils.text import camel_case_to_spaces

from django_extras.binding.schema import Required, encoded_schema, form_schema
from django_extras.http.status import TITLES
from django_extras.openapi.routes import Route
from django_extras.openapi.subjects import (
    Warn,
    form_class_of,
    is_overridden,
    shown_schema,
    shows_list,
)
from django_extras.projection.schema import Schema
from django_extras.views._bodies import is_json
from django_extras.views._functions import view_of
from django_extras.views._kinds import Kind, kind_of
from django_extras.views.archive import ZipDownloadMixin
from django_extras.views.download import FileDownloadMixin
from django_extras.views.json import JsonResponseMixin
from django_extras.views.negotiation import NegotiatedResponseMixin
from django_extras.views.status import StatusResponseMixin

Operation = dict[str, Any]

_VERBS = {"put": "update", "patch": "partial_update", "delete": "destroy"}
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_LINK = {"description": "The other pages (RFC 8288).", "schema": {"type": "string"}}
_LOCATION = {"description": "Where the object is.", "schema": {"type": "string", "format": "uri-reference"}}
_ETAG = {"description": "The entity tag (RFC 9110 8.8.3).", "schema": {"type": "string"}}
_DISPOSITION = {"description": "The name to save the file under (RFC 6266).", "schema": {"type": "string"}}


def describe(
    route: Route, method: str, schemes: list[str], warn: Warn, taken: Container[str] = ()
) -> Operation | None:
    """
    Return the operation of a method, or None for a view that nobody describes.

    `schemes` are the security schemes that the project declares beside the session. `taken` are the names of other
    operations.
    """
    function = route.views[method]
    cls = function.view_class
    own = getattr(cls, "openapi", None)
    if not issubclass(cls, JsonResponseMixin | FileDownloadMixin) and own is None:
        return None
    view = view_of(function)
    found: Operation = {
        "operationId": operation_id(route, method, view, taken),
        "tags": list(getattr(cls, "schema_tags", None) or [_application(cls)]),
        **_texts(cls),
    }
    if isinstance(view, FileDownloadMixin):
        found |= _download(view)
    elif isinstance(view, JsonResponseMixin):
        found |= _Described(view, method, route, warn).operation()
    if isinstance(view, JsonResponseMixin | FileDownloadMixin):
        _restrict(found, view, function, method, schemes)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": dict(schema)}
        for name, schema in route.parameters.items()
    ]
    found["parameters"] = [*parameters, *found.get("parameters", [])]
    if not found["parameters"]:
        del found["parameters"]
    if own is not None:
        found |= own.get(method, {}) if set(own) <= {"get", "post", "put", "patch", "delete"} else own
    found["responses"] = {key: found["responses"][key] for key in sorted(found.get("responses", {}))}
    return found


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


def _application(cls: type) -> str:
    return cls.__module__.partition(".")[0]


def _texts(cls: type) -> dict[str, str]:
    """Return the first line and the rest of the docstring of the project's own class."""
    text = inspect.cleandoc(cls.__doc__ or "")
    if not text:
        return {"summary": camel_case_to_spaces(cls.__name__).capitalize()}
    first, _, rest = text.partition("\n")
    return {"summary": first, **({"description": rest.strip()} if rest.strip() else {})}


def problem(status: int) -> dict[str, Any]:
    """Return the response that is a problem."""
    return {"description": TITLES[status], "content": {"application/problem+json": {"schema": _PROBLEM}}}


def success(status: int, schema: Schema | None, media_type: str, headers: Mapping[str, Any] = {}) -> dict[str, Any]:
    """Return the response of a success, without content if there is no schema."""
    found: dict[str, Any] = {"description": TITLES[status]}
    if headers:
        found["headers"] = dict(headers)
    if schema is not None:
        found["content"] = {media_type: {"schema": schema}}
    return found


class _Described:
    """A method of a JSON view."""

    def __init__(self, view: Any, method: str, route: Route, warn: Warn) -> None:
        self.view, self.method, self.route, self.warn = view, method, route, warn
        self.kind = kind_of(view)
        is_negotiated = isinstance(view, NegotiatedResponseMixin)
        # There, content_type is that of the page.
        self.media_type = view.get_content_type() if is_negotiated else view.content_type or "application/json"
        self.responses: dict[str, Any] = {}
        self.parameters: list[dict[str, Any]] = []

    def operation(self) -> Operation:
        """Return what is particular to the view and its method."""
        found: Operation = {}
        if self.method == "get":
            self._read()
        else:
            found |= self._write()
            self._lock()
        is_of_one = hasattr(self.view, "get_object") and not shows_list(self.view)
        if self.route.parameters or (is_of_one and self.kind is not Kind.CREATE):
            self._fail(404)
        if isinstance(self.view, NegotiatedResponseMixin):
            self._add_page()
        return {**found, "parameters": self.parameters, "responses": self.responses}

    def _lock(self) -> None:
        """Add the conditions of a write to an object that has a version (RFC 9110 13.1.1, RFC 6585 3)."""
        view: Any = self.view
        if view.version_field is not None and self.kind in (Kind.UPDATE, Kind.DELETE):
            text = "The entity tag of the object that is to be changed."
            field = {"name": "If-Match", "in": "header", "description": text, "schema": {"type": "string"}}
            self.parameters.append({**field, "required": True} if view.require_if_match else field)
            self._fail(412, *([428] if view.require_if_match else []))

    def _fail(self, *statuses: int) -> None:
        for status in statuses:
            self.responses.setdefault(str(status), problem(status))

    def _status(self, status: int, *outcomes: str) -> int:
        """Return the status that StatusResponseMixin gives to an outcome."""
        if not isinstance(self.view, StatusResponseMixin):
            return status
        given = [self.view.status_codes.get(outcome) for outcome in (*outcomes, self.method)]
        fixed = self.view.status_code
        return next((each for each in [*given, fixed] if each is not None and (each < 400) == (status < 400)), status)

    def _add_page(self) -> None:
        """Add what browsers get. Forms are shown to nobody else."""
        page = {next(each for each in self.view.content_types if not is_json(each)): {"schema": {"type": "string"}}}
        self._fail(406)
        if self.kind in (Kind.CREATE, Kind.FORM) and self.method in ("get", "put"):
            self.responses = {"406": self.responses["406"], "405": problem(405)}
        shown = self.responses.setdefault("200", {"description": TITLES[200]})
        shown["content"] = {**shown.get("content", {}), **page}
        if self.method != "get":
            self.responses["302"] = {"description": TITLES[302], "headers": {"Location": _LOCATION}}
        for status, response in self.responses.items():
            if status >= "400":
                response["content"] = {**response["content"], **page}

    def _read(self) -> None:
        shown = shown_schema(self.view, self.warn)
        headers: dict[str, Any] = {}
        if getattr(self.view, "send_etag", False):
            headers["ETag"] = _ETAG
            self.responses["304"] = {"description": TITLES[304]}
        if shows_list(self.view):
            shown = self._list(shown, headers)
        status = self._status(200)
        self.responses[str(status)] = success(status, shown, self.media_type, headers)

    def _list(self, row: Schema, headers: dict[str, Any]) -> Schema:
        view, rows = self.view, {"type": "array", "items": row}
        self._filters()
        if view.json_ordering:
            names = [sign + name for name in view.json_ordering for sign in ("", "-")]
            schema = {"type": "array", "items": {"enum": names}, "maxItems": 10}
            self._query(view.ordering_kwarg, schema, "The order of the list.", style="form", explode=False)
        if view.max_paginate_by is not None:
            most = {} if view.cap_paginate_by else {"maximum": view.max_paginate_by}
            text = f"The size of a page, at most {view.max_paginate_by}."
            self._query(view.paginate_by_kwarg, {"type": "integer", "minimum": 1, **most}, text)
        if self.parameters:
            self._fail(400)
        if view.paginate_by is None and view.max_paginate_by is None and not is_overridden(view, "get_paginate_by"):
            return rows
        headers["Link"] = _LINK
        self._fail(404)
        if view.paginate == "cursor":
            self._query(view.cursor_kwarg, {"type": "string"}, "The cursor in the URL of a page.")
            self._fail(400)
        elif view.page_kwarg not in self.route.parameters:
            last = [{"const": "last"}] if view.count else []
            number: Schema = {"anyOf": [{"type": "integer", "minimum": 1}, *last]} if last else {"type": "integer"}
            # Without a value it is the first.
            self._query(view.page_kwarg, number, "The number of the page.", allowEmptyValue=True)
        url = {"type": ["string", "null"], "format": "uri"}
        count = {"type": "integer", "minimum": 0} if view.count and view.paginate == "page" else {"type": "null"}
        members = {"count": count, "next": url, "previous": url, "results": rows}
        page = {"type": "object", "properties": members, "required": list(members)}
        return page if view.paginate_by is not None else {"anyOf": [rows, page]}

    def _query(self, name: str, schema: Schema, description: str, **more: Any) -> None:
        entry = {"name": name, "in": "query", "schema": schema, **more}
        self.parameters.append({**entry, "description": description} if description else entry)

    def _filters(self) -> None:
        """Add the parameters of django-filter."""
        filters = getattr(getattr(self.view, "filterset_class", None), "base_filters", {})
        for name, each in filters.items():
            self._query(name, encoded_schema(each.field), str(each.label or ""))

    def _write(self) -> Operation:
        view, kind = self.view, self.kind
        if kind is Kind.LOGOUT:
            self.responses["204"] = success(204, None, self.media_type)
            return {}
        self._fail(400, 413)
        if kind in (Kind.CREATE, Kind.UPDATE, Kind.DELETE):
            self._fail(409)
        if kind is Kind.DELETE:
            status = self._status(204, "deleted", "form_valid")
            self.responses[str(status)] = success(status, None, self.media_type)
            return {}
        form_class = form_class_of(view, self.warn)
        shows = kind in (Kind.CREATE, Kind.UPDATE) and view.json_fields is not None
        is_new = kind is Kind.CREATE
        outcomes = ("created", "form_valid") if is_new else ("form_valid",)
        status = self._status((201 if is_new else 200) if shows else 204, *outcomes)
        shown = shown_schema(view, self.warn) if shows and status not in (204, 205) else None
        headers = {"Location": _LOCATION} if is_new else {}
        if shown is not None and getattr(view, "send_etag", False) and not is_new:
            headers["ETag"] = _ETAG
        self.responses[str(status)] = success(status, shown, self.media_type, headers)
        invalid = self._status(422, "form_invalid")
        self._fail(invalid, 415)
        return {} if form_class is None else {"requestBody": self._body(form_class, shown)}

    def _body(self, form_class: Any, shown: Schema | None) -> dict[str, Any]:
        form = {"post": Required.CREATE, "put": Required.ALL, "patch": Required.NONE}
        required = form[self.method]
        if self.method == "post" and self.kind is Kind.UPDATE:
            required = Required.ALL
        schema = form_schema(form_class, required)
        # What GET gave can be put back.
        extra = (shown or {}).get("properties", {})
        for name in extra:
            schema["properties"].setdefault(name, {"readOnly": True})
        encoded = form_schema(
            form_class, Required.NONE if self.method == "patch" else Required.CREATE, is_encoded=True
        )
        has_files = any(field.widget.needs_multipart_form for field in form_class.base_fields.values())
        kinds = ["multipart/form-data"] if has_files else ["application/x-www-form-urlencoded", "multipart/form-data"]
        content = {"application/json": {"schema": schema}, **{kind: {"schema": encoded} for kind in kinds}}
        return {"required": bool(schema.get("required")), "content": content}


def _download(view: Any) -> Operation:
    """Return the operation of a view that sends a file."""
    media_type = view.content_type or "*/*"
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    headers = {"Content-Disposition": _DISPOSITION, "ETag": _ETAG}
    refused = {"403": {"description": TITLES[403]}} if is_overridden(view, "has_download_permission") else {}
    if isinstance(view, ZipDownloadMixin):
        archive = {"description": TITLES[200], "headers": {"Content-Disposition": _DISPOSITION}}
        archive["content"] = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
        return {"responses": {"200": archive, "404": {"description": TITLES[404]}, **refused}}
    whole = {"description": TITLES[200], "headers": headers, "content": content}
    part = {"description": TITLES[206], "headers": headers, "content": content}
    ranges = {
        "name": "Range",
        "in": "header",
        "description": "The part to send (RFC 9110 14.2).",
        "schema": {"type": "string"},
    }
    nothing = {status: {"description": TITLES[int(status)]} for status in ("304", "412", "416")}
    return {
        "parameters": [ranges],
        "responses": {"200": whole, "206": part, **nothing, "404": {"description": TITLES[404]}, **refused},
    }


def _restrict(found: Operation, view: Any, function: Any, method: str, schemes: list[str]) -> None:
    """Add who may call the operation, and what everyone else gets."""
    demands_login = isinstance(view, AccessMixin) or _has_login_middleware(function)
    needs_token = (
        method != "get" and not getattr(function, "csrf_exempt", False) and has_middleware(CsrfViewMiddleware)
    )
    if demands_login:
        session: dict[str, list[str]] = {"session": [], **({"csrf": []} if needs_token else {})}
        found["security"] = [session, *({scheme: []} for scheme in schemes)]
        found["responses"].setdefault("401", problem(401))
    if demands_login or needs_token:
        found["responses"].setdefault("403", problem(403))


def _has_login_middleware(function: Any) -> bool:
    return getattr(function, "login_required", True) and has_middleware(LoginRequiredMiddleware)


def has_middleware(wanted: type) -> bool:
    """Tell whether the project has a middleware, or one derived from it."""
    found = (import_string(name) for name in settings.MIDDLEWARE)
    return any(isinstance(each, type) and issubclass(each, wanted) for each in found)
