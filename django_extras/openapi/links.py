"""Links of OpenAPI: with what a list or a new object shows, a client can call the operations on that object."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
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


@dataclass(frozen=True)
class _Target:
    """An operation on one object."""

    method: str
    name: str
    segments: list[str]
    #: The keys of a row that may hold a parameter of the path, by its name.
    keys: dict[str, tuple[str, ...]]


def add_links(found: Sequence[Described]) -> None:
    """Add to the responses that show new objects, or a list of them, links to the operations on one of them."""
    views = [view_of(route.views[method]) for route, method, _ in found]
    targets: dict[Any, list[_Target]] = defaultdict(list)
    for view, (route, method, operation) in zip(views, found, strict=True):
        if isinstance(view, JsonResponseMixin) and _is_of_one(view, method):
            keys = _keys(view)
            known = {name: keys.get(name, ()) for name in route.parameters}
            target = _Target(method, operation["operationId"], route.path.split("/"), known)
            targets[model_of(view)].append(target)
    for view, (route, method, operation) in zip(views, found, strict=True):
        if kind_of(view) is Kind.CREATE if method == "post" else method == "get" and shows_list(view):
            for response, pointer, parent, key in shown_objects(operation):
                links = _links(route, pointer, parent[key], targets[model_of(view)])
                if links:
                    response["links"] = links


def _is_of_one(view: Any, method: str) -> bool:
    kind = kind_of(view)
    # The page that asks whether to delete an object is for people.
    is_for_people = method == "get" and kind is Kind.DELETE
    return method in _METHODS and kind is not Kind.CREATE and not is_for_people and not shows_list(view)


def _keys(view: Any) -> dict[str, tuple[str, ...]]:
    """Return the keys of a row by which a view finds its object, by the names of their parameters in the URL."""
    model: Any = model_of(view)
    pk = ("pk",) if model is None else ("pk", model._meta.pk.name)
    if isinstance(view, SingleObjectMixin):
        return {view.slug_url_kwarg: (view.slug_field,), view.pk_url_kwarg: pk}
    name = getattr(view, "lookup_field", None)  # of django-vanilla-views and neapolitan
    if name is None:
        return {}
    return {getattr(view, "lookup_url_kwarg", None) or name: pk if name == "pk" else (name,)}


def shown_objects(operation: Operation) -> Iterator[tuple[dict[str, Any], str, Any, Any]]:
    """
    Return what an operation answers with an object or a list of them.

    Each is the response, the JSON pointer to an object in it, and the place of the object's schema: what has it, and
    under which key.
    """
    for status, response in operation["responses"].items():
        for content in response.get("content", {}).values() if status < "300" else ():
            pointer, parent = "", content
            key: Any = "schema"
            if "anyOf" in parent[key]:  # a list, whole or in pages
                parent, key = parent[key]["anyOf"], 0
            if "results" in parent[key].get("properties", {}):
                pointer, parent, key = "/results", parent[key]["properties"], "results"
            if parent[key].get("type") == "array":
                pointer, parent, key = f"{pointer}/0", parent[key], "items"
            if "properties" in parent[key]:
                yield response, pointer, parent, key


def _links(route: Route, pointer: str, row: Schema, targets: Sequence[_Target]) -> dict[str, dict[str, Any]]:
    """Return a link for each method: to the nearest URL, as a project may have several APIs."""
    segments = route.path.split("/")

    def nearness(target: _Target) -> int:
        pairs = zip(segments, target.segments, strict=False)
        return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))

    nearest_first = sorted(targets, key=nearness, reverse=True)
    links = {}
    for method in _METHODS:
        for target in nearest_first:
            if target.method == method and (parameters := _parameters(target, route, pointer, row)):
                links[target.name] = {"operationId": target.name, "parameters": parameters}
                break
    return links


def _parameters(target: _Target, route: Route, pointer: str, row: Schema) -> dict[str, str] | None:
    """Return where the parameters of a target's path are in a request and its response; None if one is nowhere."""
    found = {}
    for name, keys in target.keys.items():
        key = next((each for each in keys if each in row["properties"]), None)
        if key is not None:
            found[name] = f"$response.body#{pointer}/{key}"
        elif name in route.parameters:
            found[name] = f"$request.path.{name}"
        else:
            return None
    return found
