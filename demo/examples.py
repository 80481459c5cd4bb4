"""What a page of the demo has: views, their code, and requests that a click sends to them."""

import inspect
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.urls import resolve, reverse
from django.utils.safestring import SafeString, mark_safe

from demo.source import highlighted, source_of
from django_extras.openapi.document import operations_of


@dataclass(frozen=True)
class Request:
    """
    What a button fills in and sends.

    The page replaces ``{ETag}`` and ``{Location}`` by what the last response had, and ``{number}`` by a flight's.
    """

    label: str
    url: str
    method: str = "GET"
    fields: dict[str, str] = field(default_factory=lambda: {"Accept": "application/json"})
    body: Any = None
    #: Whether the browser sends its cookies along, which tell who has logged in.
    has_cookies: bool = True

    @property
    def as_json(self) -> str:
        """Return what the form of the page is filled with."""
        body = self.body if isinstance(self.body, str) else json.dumps(self.body, indent=2)
        return json.dumps(
            {
                "method": self.method,
                "url": self.url,
                "fields": "\n".join(f"{name}: {value}" for name, value in self.fields.items()),
                "body": "" if self.body is None else body,
                "cookies": self.has_cookies,
            }
        )

    @property
    def path(self) -> str:
        return self.url.partition("?")[0].replace("{Location}", "/flights/1/")

    @property
    def is_link(self) -> bool:
        """Return whether a browser can open it without the form."""
        return self.method in ("GET", "HEAD") and "{" not in self.url


@dataclass(frozen=True)
class Example:
    """Views, and requests that show the most of them."""

    title: str
    #: Their code is shown; a str is code of its own.
    code_of: list[Any]
    requests: list[Request]
    #: By default: what the first view says of itself.
    about: str = ""
    #: Whether the first request is sent as soon as the page is there.
    is_sent_at_once: bool = False

    @property
    def name(self) -> str:
        return re.sub(r"\W+", "-", self.title.lower()).strip("-")

    @property
    def text(self) -> str:
        return self.about or inspect.getdoc(self.code_of[0]) or ""

    @cached_property
    def code(self) -> SafeString:
        return mark_safe("\n\n\n".join(highlighted(c) if isinstance(c, str) else source_of(c) for c in self.code_of))

    @property
    def methods(self) -> list[str]:
        used = {"GET", "HEAD", *(request.method for request in self.requests)}
        return [name for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") if name in used]

    @property
    def has_body(self) -> bool:
        return any(request.body is not None for request in self.requests)

    @property
    def asks_for_cookies(self) -> bool:
        return not all(request.has_cookies for request in self.requests)

    @property
    def operations(self) -> dict[str, str]:
        """Return, for each request that the OpenAPI document has, where it stands there."""
        documented = operations_of(settings.ROOT_URLCONF)
        found = {}
        for request in self.requests:
            route, method = resolve(request.path).route, request.method.replace("HEAD", "GET")
            operation = documented.get((route, method.lower()))
            if operation is not None:
                path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", simplify_regex(route))
                found[f"{method} {path}"] = f"{reverse('docs')}#/{operation['tags'][0]}/{operation['operationId']}"
        return found


@dataclass(frozen=True)
class Topic:
    """A page of examples; `name` is that of its URL and of its template."""

    name: str
    label: str
    title: str
    text: str
    examples: list[Example]
