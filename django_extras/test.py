"""
Assertions about responses, for pytest and for Django's TestCase.

They take what the test client returns, or what a view returns. A failure says what the response was.
"""

import json
from typing import Any

from django.http.request import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase

from .http.status import TITLES
from .lint import lint


def assert_valid_response(response: HttpResponseBase, request: HttpRequest | None = None) -> None:
    """
    Fail if the response breaks HTTP: see lint().

    The request is the one that the test client sent, unless given. Django's test client takes the content of a 204 or
    304 away before it can be found here: give what the view itself returns.
    """
    __tracebackhide__ = True
    if request is None:
        request = getattr(response, "wsgi_request", None) or getattr(response, "asgi_request", None)
    if findings := lint(response, request):
        raise AssertionError("\n".join(["The response is not valid HTTP:", *(f"- {finding}" for finding in findings)]))


def assert_status(response: HttpResponseBase, status: int) -> None:
    """Fail if the response has another status, and show the start of its content."""
    __tracebackhide__ = True
    if response.status_code != status:
        raise AssertionError(
            f"The status is {_named(response.status_code)}, not {_named(status)}. Content: {_excerpt(response)}"
        )


def assert_problem(response: HttpResponseBase, status: int | None = None, **members: Any) -> dict[str, Any]:
    """
    Fail if the response is no problem (RFC 9457) of this status with these members, as in ``code="sold-out"``.

    Return all its members. Without `status`, any will do that the problem and the response agree on.
    """
    __tracebackhide__ = True
    status = response.status_code if status is None else status
    assert_status(response, status)
    content_type = response.headers.get("Content-Type", "")
    if content_type.partition(";")[0].strip().lower() != "application/problem+json":
        raise AssertionError(f"The Content-Type is {content_type!r}, not 'application/problem+json'.")
    try:
        problem = json.loads(response.content if isinstance(response, HttpResponse) else b"")
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        raise AssertionError(f"The content is no JSON object: {_excerpt(response)}")
    found = {"type": "about:blank", **problem}  # RFC 9457 3.1.1
    for name, value in {"status": int(status), **members}.items():
        if name not in found:
            raise AssertionError(f"The problem has no {name!r}. It is {problem!r}")
        if found[name] != value:
            raise AssertionError(f"The problem's {name!r} is {found[name]!r}, not {value!r}.")
    return problem


def _named(status: int) -> str:
    return f"{int(status)} {TITLES.get(status, '')}".rstrip()


def _excerpt(response: HttpResponseBase) -> str:
    if isinstance(response, HttpResponse) and getattr(response, "is_rendered", True):
        return repr(response.content[:500])
    return "not read, as it is streamed or not rendered yet."
