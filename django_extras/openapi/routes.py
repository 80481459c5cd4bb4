"""Find the views of a URLconf: their paths as templates, the parameters in these, and a view for each method."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLResolver
from django.urls.converters import IntConverter, PathConverter, SlugConverter, UUIDConverter
from django.urls.resolvers import RegexPattern, RoutePattern
from django.utils.regex_helper import normalize

from django_extras.binding.limits import to_ecmascript
from django_extras.views._functions import functions_of

_PARAMETER = re.compile(r"<(?:[^<>:]+:)?([^<>]+)>")
#: What reverse() cannot read: flags, and alternatives, of which the first is kept.
_UNREAD = re.compile(r"\(\?[aiLmsux]+\)|(?<=\(\?:)([^()|]*)\|[^()]*(?=\))")

_CONVERTERS: tuple[tuple[type, dict[str, Any]], ...] = (
    (IntConverter, {"type": "integer", "minimum": 0}),
    (UUIDConverter, {"type": "string", "format": "uuid"}),
    (SlugConverter, {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"}),
    (PathConverter, {"type": "string", "minLength": 1}),
)


@dataclass(frozen=True)
class Route:
    """A URL of the project, and what answers its methods."""

    #: Such as ``/books/{pk}/``.
    path: str
    #: The same as Django has it in ``resolver_match.route``.
    route: str
    #: The schemas of the parameters in the path, by name.
    parameters: Mapping[str, Mapping[str, Any]]
    #: The name of the URL with its namespaces, or "".
    name: str
    #: What ``as_view()`` returned, by method in lower case.
    views: Mapping[str, Any]
    #: What the URL leads to: one of these, or by_method(), with the decorators around it.
    callback: Any


def routes(
    resolver: URLResolver,
    before: str = "",
    route: str = "",
    parameters: Mapping[str, Any] = {},
    namespaces: tuple[str, ...] = (),
) -> Iterator[Route]:
    """Return the routes below a resolver, in the order of the URLconf, with what stands before it in theirs."""
    for entry in resolver.url_patterns:
        template, own = _template(entry.pattern)
        path, known = before + template, {**parameters, **own}
        own_route = str(entry.pattern)
        whole = route + own_route.removeprefix("^") if route else own_route  # as ResolverMatch has it
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from routes(entry, path, whole, known, inner)
        elif views := functions_of(entry.callback):
            name = ":".join((*namespaces, entry.name)) if entry.name else ""
            yield Route("/" + path.lstrip("/"), whole, known, name, views, entry.callback)


def _template(pattern: Any) -> tuple[str, dict[str, Any]]:
    """Return a pattern as a template, and the schemas of its parameters."""
    if isinstance(pattern, RoutePattern):
        schemas = {name: _schema(converter) for name, converter in pattern.converters.items()}
        return _PARAMETER.sub(r"{\1}", str(pattern)), schemas
    if isinstance(pattern, RegexPattern):
        return _regex_template(pattern)
    return str(pattern), {}  # the prefix of a language


def _schema(converter: Any) -> dict[str, Any]:
    found = next((schema for kind, schema in _CONVERTERS if isinstance(converter, kind)), None)
    if found is not None:
        return dict(found)
    pattern = to_ecmascript(converter.regex)
    # A segment of a path; Django's converter for text has this pattern.
    return {"type": "string", "minLength": 1} if pattern in (None, "[^/]+") else _matching(pattern)


def _regex_template(pattern: RegexPattern) -> tuple[str, dict[str, Any]]:
    """Return the longest path that reverse() makes of a pattern, and the schemas of its parameters."""
    text = str(pattern)
    template, names = max(normalize(_UNREAD.sub(r"\1", text)), key=lambda found: len(found[1]))
    schemas: dict[str, Any] = {}
    for name in names:
        if name in pattern.regex.groupindex:
            found = to_ecmascript(_group(text, name))
            schemas[name] = {"type": "string"} if found is None else _matching(found)
        else:  # Django counts those without a name: "_0"
            known, name = name, "var" + name[1:].lstrip("0")
            template = template.replace(f"%({known})s", f"%({name})s")
            schemas[name] = {"type": "string"}
    # What it cannot read is shown as it is written.
    return re.sub(r"%\((\w+)\)s", r"{\1}", template or text.strip("^$")), schemas


def _matching(pattern: str | None) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^({pattern})$"}


def _group(text: str, name: str) -> str:
    """Return what is between the brackets of a named group."""
    start = text.find(f"(?P<{name}>") + len(f"(?P<{name}>")
    depth = 1
    brackets = re.finditer(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", text[start:])
    while True:
        match = next(brackets)
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            return text[start : start + match.start()]
