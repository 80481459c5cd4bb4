"""Make the document of a project. The same project gives the same document on each machine."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder
from django.http.request import HttpHeaders
from django.urls import get_resolver
from django.utils import translation

from django_extras.openapi.links import Described, add_links, shown_objects
from django_extras.openapi.operations import Operation, application_of, describe
from django_extras.openapi.routes import routes
from django_extras.openapi.subjects import Warn, ignore, model_of, unread
from django_extras.views._functions import view_of

VERSION = "3.1.1"
_INFO = ("title", "version", "description", "contact", "license")
#: What a project says of its document: keys of the setting, attributes of OpenApiView.
MEMBERS = (*_INFO, "servers", "security_schemes")

#: What ProblemResponse sends.
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "detail": {"type": "string"},
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "code": {"type": "string"},
                },
                "required": ["detail"],
            },
        },
    },
    "required": ["type", "title", "status"],
}


def document(urlconf: str | None = None, warn: Warn = ignore, **info: Any) -> dict[str, Any]:
    """
    Return the document of a URLconf, of the project's root by default.

    `info` are the members of the setting ``DJANGO_EXTRAS_OPENAPI``, and win over it: ``title``, ``version``,
    ``description``, ``contact``, ``license``, ``servers`` and ``security_schemes``. `warn` is told what the document
    must leave open, each with the class that it is about.
    """
    told: set[str] = set()

    def warn_once(cls: type, text: str) -> None:
        if text not in told:
            told.add(text)
            warn(cls, text)

    with translation.override(settings.LANGUAGE_CODE):
        found: dict[str, Any] = json.loads(json.dumps(_document(urlconf, warn_once, info), cls=DjangoJSONEncoder))
        return found  # with texts in this language


def _document(urlconf: str | None, warn: Warn, info: dict[str, Any]) -> dict[str, Any]:
    info = {**of_project(), **info}
    schemes: dict[str, Any] = info.get("security_schemes", {})
    paths: dict[str, dict[str, Any]] = {}
    shown: list[tuple[type, str, Any]] = []
    described = list(_distinct(_operations(urlconf, list(schemes), warn), warn))
    add_links(described)
    for route, method, operation in described:
        paths.setdefault(route.path, {})[method] = operation
        view = view_of(route.views[method])
        model = model_of(view)
        name = getattr(view, "schema_name", None) or (model.__name__ if model is not None else None)
        shown += [(type(view), name, place) for _, _, *place in shown_objects(operation) if name is not None]
    components = {"Problem": PROBLEM, **_name_shared(shown, warn)}
    known_tags = dict(application_of(route.views[method].view_class) for route, method, _ in described)
    operations = [operation for _, _, operation in described]
    tags = sorted({tag for operation in operations for tag in operation["tags"]})
    used = {scheme for operation in operations for entry in operation.get("security", ()) for scheme in entry}
    known = {**_sessions(), **schemes}
    found = {
        "openapi": VERSION,
        "info": {"title": "API", "version": "1", **{name: info[name] for name in _INFO if name in info}},
        "servers": info.get("servers", [{"url": "/"}]),
        "tags": [{"name": tag, "description": known_tags.get(tag, tag)} for tag in tags],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(components.items()))},
    }
    if used:
        found["components"]["securitySchemes"] = {name: known[name] for name in sorted(used)}
    return found


@lru_cache(maxsize=8)
def operations_of(urlconf: str) -> Mapping[tuple[str, str], Operation]:
    """Return the operations of a URLconf by route and method. They refer to no schema but that of a problem."""
    with translation.override(settings.LANGUAGE_CODE):
        schemes = list(of_project().get("security_schemes", {}))
        found = _operations(urlconf, schemes, ignore)
        return {(route.route, method): operation for route, method, operation in found}


def of_project() -> dict[str, Any]:
    """Return the setting DJANGO_EXTRAS_OPENAPI. Raise ImproperlyConfigured for a member that no document has."""
    info: Any = getattr(settings, "DJANGO_EXTRAS_OPENAPI", {})
    if not isinstance(info, dict) or not info.keys() <= set(MEMBERS):
        raise ImproperlyConfigured(
            f"DJANGO_EXTRAS_OPENAPI is {info!r}. Set it to a dict that has some of these keys: {', '.join(MEMBERS)}."
        )
    return info


def text(found: dict[str, Any]) -> str:
    """Return a document as JSON text that people read and compare."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _operations(urlconf: str | None, schemes: list[str], warn: Warn) -> Iterator[Described]:
    names: set[str] = set()
    for route in routes(get_resolver(urlconf)):
        for method in route.views:
            operation = None
            try:
                operation = describe(route, method, schemes, warn, names)
            except AttributeError as error:
                cls = route.views[method].view_class
                warn(cls, unread(error, cls))
            if operation is not None:
                names.add(operation["operationId"])
                yield route, method, operation


def _distinct(found: Iterable[Described], warn: Warn) -> Iterator[Described]:
    """Return the operations without those whose path an earlier one has, if only with other names in it."""
    paths: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    for route, method, operation in found:
        first = paths.setdefault(re.sub(r"{.*?}", "{}", route.path), route.path)
        if first != route.path:
            cls = route.views[method].view_class
            warn(cls, f"{route.path} is left out, as OpenAPI takes it for {first}. Give one of them another path.")
        elif (first, method) not in seen:
            seen.add((first, method))
            yield route, method, operation


def _name_shared(shown: list[tuple[type, str, Any]], warn: Warn) -> dict[str, Any]:
    """Put a reference in the place of each schema that has a name, or that several share, and return these by name."""
    places: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    chosen: dict[str, type] = {}
    for cls, name, (parent, key) in shown:
        if getattr(cls, "schema_name", None) is not None:
            chosen[name] = cls
        places[name][json.dumps(parent[key], sort_keys=True)].append((parent, key))
    named = {}
    for name, schemas in places.items():
        # The others of that name stay where they are: a number would be no name.
        most = max(schemas.values(), key=len)
        if name in chosen and len(schemas) > 1:
            text = f'{chosen[name].__name__}.schema_name is "{name}", and so is another schema.'
            warn(chosen[name], f"{text} Give each a name of its own.")
        if name != "Problem" and (name in chosen or len(most) > 1):
            parent, key = most[0]
            named[name] = parent[key]
            for parent, key in most:
                parent[key] = {"$ref": f"#/components/schemas/{name}"}
    return named


def _sessions() -> dict[str, Any]:
    """Return the schemes of Django's sessions and of its protection against forged requests."""
    header = HttpHeaders.parse_header_name(settings.CSRF_HEADER_NAME)
    return {
        "session": {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
        "csrf": {"type": "apiKey", "in": "header", "name": header},
    }
