"""Links of OpenAPI: with what a list or a new object shows, a client can call the operations on that object."""

from collections.abc import Iterator, Sequence
from posixpath import commonpath
from typing import Any

from django.views.generic.detail import SingleObjectMixin

from django_extras.openapi.operations import Operation
from django_extras.openapi.routes import Route
from django_extras.openapi.subjects import model_of, shows_list
from django_extras.projection.schema import Schema
from django_extras.views._functions import view_of
from django_extras.views._kinds import Kind, kind_of
from django_extras.views.json import JsonResponseMixin

#: A route, a method of it, and its operation.
Described = tuple[Route, str, Operation]

_METHODS = ("get", "put", "patch", "delete")


def add_links(found: Sequence[Described]) -> None:
    """Add to the responses that show new objects, or a list of them, links to the operations on one of them."""
    views = [view_of(route.views[method]) for route, method, _ in found]
    targets: dict[Any, list[tuple[Any, Described]]] = {}
    for view, described in zip(views, found, strict=True):
        if isinstance(view, JsonResponseMixin) and _is_of_one(view, described[1]):
            targets.setdefault(model_of(view), []).append((view, described))
    for view, (route, method, operation) in zip(views, found, strict=True):
        if kind_of(view) is Kind.CREATE if method == "post" else method == "get" and shows_list(view):
            for response, pointer, row in _shown(operation):
                links = _links(route, pointer, row, targets.get(model_of(view), ()))
                if links:
                    response["links"] = links


def _is_of_one(view: Any, method: str) -> bool:
    kind = kind_of(view)
    # The page that asks whether to delete an object is for people.
    is_for_people = method == "get" and kind is Kind.DELETE
    return method in _METHODS and kind is not Kind.CREATE and bool(_lookups(view)) and not is_for_people


def _lookups(view: Any) -> dict[str, str]:
    """Return the columns by which a view finds its object, by the names of their parameters in the URL."""
    if shows_list(view):
        return {}
    if isinstance(view, SingleObjectMixin):
        return {view.pk_url_kwarg: "pk", view.slug_url_kwarg: view.slug_field}
    name = getattr(view, "lookup_field", None)  # of django-vanilla-views and neapolitan
    return {} if name is None else {view.lookup_url_kwarg or name: name}


def _shown(operation: Operation) -> Iterator[tuple[dict[str, Any], str, Schema]]:
    """Return the responses that show an object, each with the pointer to one and its schema."""
    for status, response in operation["responses"].items():
        for content in response.get("content", {}).values() if status < "300" else ():
            pointer, schema = "", content["schema"]
            schema = schema.get("anyOf", [schema])[0]
            if "results" in schema.get("properties", {}):
                pointer, schema = "/results", schema["properties"]["results"]
            if schema.get("type") == "array":
                pointer, schema = f"{pointer}/0", schema["items"]
            if "properties" in schema:
                yield response, pointer, schema


def _links(
    route: Route, pointer: str, row: Schema, targets: Sequence[tuple[Any, Described]]
) -> dict[str, dict[str, Any]]:
    links = {}
    for wanted in _METHODS:
        known = []
        for view, (target, method, operation) in targets:
            parameters = _parameters(view, route, pointer, row, target) if method == wanted else None
            if parameters:
                # The nearest URL: a project may have several APIs.
                nearness = len(commonpath([route.path, target.path]))
                known.append((nearness, operation["operationId"], parameters))
        if known:
            _, name, parameters = max(known, key=lambda each: each[0])
            links[name] = {"operationId": name, "parameters": parameters}
    return links


def _parameters(view: Any, route: Route, pointer: str, row: Schema, target: Route) -> dict[str, str] | None:
    """Return where the parameters of a target's path are in a request and its response; None if one is nowhere."""
    lookups, model = _lookups(view), model_of(view)
    found = {}
    for name in target.parameters:
        keys = [lookups.get(name, "")]
        if keys == ["pk"] and model is not None:
            keys.append(model._meta.pk.name)
        key = next((each for each in keys if each in row["properties"]), None)
        if key is not None:
            found[name] = f"$response.body#{pointer}/{key}"
        elif name in route.parameters:
            found[name] = f"$request.path.{name}"
        else:
            return None
    return found
