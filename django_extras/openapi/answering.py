"""What a method of a JSON view takes and answers."""

from collections.abc import Sequence
from typing import Any

from django.forms import Form

from django_extras.binding.schema import Required, form_schema
from django_extras.http.status import HEADER_ARGUMENTS, STATUSES_WITHOUT_CONTENT
from django_extras.openapi.answers import TEXT, answer, problem
from django_extras.openapi.lists import is_paged, list_parameters, list_schema
from django_extras.openapi.routes import Route
from django_extras.openapi.subjects import (
    Warn,
    form_class_of,
    is_overridden,
    model_of,
    own_data_method,
    shown_schema,
    shows_list,
)
from django_extras.projection.schema import Schema
from django_extras.views._bodies import is_json
from django_extras.views._kinds import Kind, kind_of
from django_extras.views.negotiation import NegotiatedResponseMixin
from django_extras.views.status import StatusResponseMixin

_WRITES = ("post", "put", "patch")


class JsonOperation:
    """The operation of a method of a JSON view."""

    def __init__(self, view: Any, method: str, route: Route, warn: Warn) -> None:
        self.view: Any = view
        self.method: str = method
        self.route: Route = route
        self.warn: Warn = warn
        self.kind: Kind = kind_of(view)
        # There, content_type is that of the page.
        is_negotiated = isinstance(view, NegotiatedResponseMixin)
        self.media_type: str = view.get_content_type() if is_negotiated else view.content_type or "application/json"
        self.responses: dict[str, Any] = {}
        self.parameters: list[dict[str, Any]] = []

    def described(self) -> dict[str, Any]:
        """Return what is particular to the operation."""
        found: dict[str, Any] = {}
        if self.method == "get":
            self._read()
        elif self.kind is Kind.LOGOUT:
            self._succeed(204, None)
        elif self.kind is Kind.DELETE and self.method in ("post", "delete"):
            found = self._delete()
        elif self.kind in (Kind.CREATE, Kind.UPDATE, Kind.FORM) and self.method in _WRITES:
            found = self._fill_in()
        else:  # a handler of the project's own
            self._succeed(200, {})
        is_of_one = hasattr(self.view, "get_object") and not shows_list(self.view)
        if self.route.parameters or (is_of_one and self.kind is not Kind.CREATE):
            self._fail(404)
        return {**found, "parameters": self.parameters, "responses": self.responses}

    # What is answered

    def _fail(self, *statuses: int) -> None:
        for status in statuses:
            self.responses.setdefault(str(status), problem(status))

    def _succeed(self, usual: int, shown: Schema | None, *outcomes: str, fields: Sequence[str] = ()) -> None:
        """Add the answer to an outcome, by the status that StatusResponseMixin gives it, or else the usual one."""
        status = self._status(usual, *outcomes)
        if 300 <= status < 400:
            shown, fields = None, ["Location"]
        elif status in STATUSES_WITHOUT_CONTENT:
            shown = None
        if "retry_after" in HEADER_ARGUMENTS[status] and self.view.retry_after is not None:
            fields = [*fields, "Retry-After"]
        content = None if shown is None else {self.media_type: {"schema": shown}}
        self.responses[str(status)] = answer(status, fields, content)

    def _status(self, usual: int, *outcomes: str) -> int:
        if not isinstance(self.view, StatusResponseMixin):
            return usual
        for outcome in outcomes:
            if outcome in self.view.status_codes:
                return self.view.status_codes[outcome]
        others = [self.view.status_codes.get(self.method), self.view.status_code]
        # What a method or a view has for all is for what succeeds, or for what fails.
        is_told = "form_invalid" in outcomes or "form_valid" in outcomes
        known = [each for each in others if each is not None and (not is_told or (each < 400) == (usual < 400))]
        return known[0] if known else usual

    # GET

    def _read(self) -> None:
        view = self.view
        shown, fields = shown_schema(view, self.warn), []
        if view.send_etag:
            fields.append("ETag")
            self.responses["304"] = answer(304)
            self._fail(412)
        if shows_list(view):
            self.parameters = list_parameters(view, self.route.parameters)
            shown = list_schema(view, shown)
            if self.parameters:
                self._fail(400)
            if is_paged(view):
                fields.append("Link")
                self._fail(404)
            if not getattr(view, "allow_empty", True):
                self._fail(404)
            if "empty" in getattr(view, "status_codes", {}):
                self._succeed(200, shown, "empty", fields=fields)
        self._succeed(200, shown, fields=fields)

    # Methods that write

    def _fill_in(self) -> dict[str, Any]:
        view, is_new = self.view, self.kind is Kind.CREATE
        form_class = form_class_of(view, self.warn)
        shown = None
        if self.kind is not Kind.FORM and (view.json_fields is not None or own_data_method(view) is not None):
            shown = shown_schema(view, self.warn)
        fields = ["Location"] if is_new else []
        if view.send_etag and view.version_field is not None:
            fields.append("ETag")
        usual = 204 if shown is None else 201 if is_new else 200
        self._succeed(usual, shown, *(("created",) if is_new else ()), "form_valid", fields=fields)
        self._refuse()
        if self.kind is not Kind.FORM:
            self._fail(409)  # another request writes at the same time
        self._lock()
        return {} if form_class is None else {"requestBody": self._body(form_class, shown)}

    def _refuse(self) -> None:
        self._fail(400, 413, 415, self._status(422, "form_invalid"))

    def _delete(self) -> dict[str, Any]:
        view: Any = self.view
        self._succeed(204, None, "deleted", "form_valid")
        form_class = getattr(view, "form_class", None)
        if form_class not in (None, Form):
            self._refuse()
        model = model_of(view)
        refuses = any(is_overridden(view, name) for name in ("form_valid", "delete", "post", "process_deletion"))
        if refuses or (model is not None and is_overridden(model, "delete")):
            self._fail(self._status(422, "form_invalid"))
        # Others may refer to it, or write at the same time.
        self._fail(400, 409, 413)
        self._lock()
        return {} if form_class in (None, Form) else {"requestBody": self._body(form_class, None)}

    def _lock(self) -> None:
        """Add the conditions of a write to an object that has a version (RFC 9110 13.1.1, RFC 6585 3)."""
        view: Any = self.view
        if view.version_field is not None and self.kind in (Kind.UPDATE, Kind.DELETE):
            text = "The entity tag of the object that is to be changed."
            field = {"name": "If-Match", "in": "header", "description": text, **TEXT}
            self.parameters.append({**field, "required": True} if view.require_if_match else field)
            self._fail(412, *([428] if view.require_if_match else []))

    def _body(self, form_class: Any, shown: Schema | None) -> dict[str, Any]:
        usual = Required.ALL if self.kind is Kind.UPDATE else Required.CREATE
        required = {"put": Required.ALL, "patch": Required.NONE}.get(self.method, usual)
        schema = form_schema(form_class, required)
        # What GET gave can be put back.
        for name in (shown or {}).get("properties", {}):
            schema["properties"].setdefault(name, {"readOnly": True})
        prefix = getattr(self.view, "prefix", None) or getattr(form_class, "prefix", None)
        encoded = form_schema(
            form_class,
            Required.NONE if self.method == "patch" else Required.CREATE,
            is_encoded=True,
            prefix=f"{prefix}-" if prefix else "",
        )
        has_files = any(field.widget.needs_multipart_form for field in form_class.base_fields.values())
        kinds = ["multipart/form-data"] if has_files else ["application/x-www-form-urlencoded", "multipart/form-data"]
        content = {"application/json": {"schema": schema}, **{kind: {"schema": encoded} for kind in kinds}}
        return {"required": bool(schema.get("required")), "content": content}


def is_for_people(view: Any, method: str) -> bool:
    """Tell whether a view that has a page too shows nothing but an empty form. Programs get 405."""
    return kind_of(view) in (Kind.CREATE, Kind.FORM) and method in ("get", "put")


def add_page(operation: dict[str, Any], view: Any, method: str) -> None:
    """Add what browsers get of a view that has a page too."""
    responses = operation["responses"]
    page = {next(each for each in view.content_types if not is_json(each)): TEXT}
    responses.setdefault("406", problem(406))
    named = getattr(view, "status_codes", {}).keys()
    has_form = kind_of(view) is not Kind.DELETE or getattr(view, "form_class", None) not in (None, Form)
    if method == "get" or (has_form and "form_invalid" not in named):
        shown = responses.setdefault("200", answer(200))
        shown["content"] = {**shown.get("content", {}), **page}
    if method != "get" and not named & {"created", "deleted", "form_valid", method}:
        responses.setdefault("302", answer(302, ["Location"]))
    for status, response in responses.items():
        if status >= "400" and status != "401":
            response["content"] = {**response["content"], **page}
