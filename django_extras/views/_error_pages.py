"""The response to an HttpError as a page, a problem or plain text, as the client prefers."""

import re
from urllib.parse import quote

from django.conf import settings
from django.http.request import HttpRequest
from django.http.response import HttpResponse
from django.template import TemplateDoesNotExist, loader
from django.utils.cache import patch_vary_headers
from django.utils.html import escape

from django_extras.http._accept import preferred_type
from django_extras.http.errors import HttpError
from django_extras.views._problems import answers_json

JSON = ("application/problem+json", "application/json")
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body>
<h1>{title}</h1>{detail}
</body>
</html>
"""


def error_response(request: HttpRequest, error: HttpError, *, prefers_json: bool = False) -> HttpResponse:
    """
    Return the response to an error as HTML, problem+json or plain text: what the Accept field likes best.

    Who likes all equally gets HTML, or problem+json from a view that answers with JSON, or if `prefers_json` is True.
    Where it likes none of these, ``application/json; charset=utf-8`` and ``application/vnd.api+json`` count as JSON.

    HTML is the project's template that is named after the status, such as ``409.html``, or else a short page. The
    template gets the error as ``error``, and its detail, or else its title, as ``exception``. An error of a broken
    request or server (400, and from 500 on) is rendered without the request, as Django does, so that no context
    processor fails once more.
    """
    response = _negotiated_response(request, error, preferred_form(request, prefers_json))
    patch_vary_headers(response, ["Accept"])
    return response


def preferred_form(request: HttpRequest, prefers_json: bool = False) -> str | None:
    accept, offers = request.META.get("HTTP_ACCEPT", ""), ("text/html", *JSON, "text/plain")
    # Who takes anything gets what the view answers with, had it come to that.
    if prefers_json or answers_json(request):
        offers = (*JSON, "text/html", "text/plain")
    return preferred_type(accept, offers) or preferred_type(_without_detail(accept), offers)


def _without_detail(accept: str) -> str:
    """Return the Accept field without parameters other than weights, and with JSON for each type in ``+json``."""
    ranges = []
    for element in re.sub(r";(?!\s*q=)[^;,]*", "", accept, flags=re.IGNORECASE).split(","):
        name, *weight = element.split(";")
        ranges.append(";".join(["application/json" if name.strip().lower().endswith("+json") else name, *weight]))
    return ",".join(ranges)


def _negotiated_response(request: HttpRequest, error: HttpError, preferred: str | None) -> HttpResponse:
    if preferred in JSON:
        return error.problem()
    if preferred == "text/html":
        return error.response(_page(request, error).encode(settings.DEFAULT_CHARSET, "xmlcharrefreplace"))
    return error.response(f"{error}\n".encode("utf-8", "backslashreplace"), "text/plain; charset=utf-8")


def _page(request: HttpRequest, error: HttpError) -> str:
    try:
        template = loader.get_template(f"{error.status}.html")
    except TemplateDoesNotExist:
        detail = f"\n<p>{escape(error.detail)}</p>" if error.detail else ""
        return _PAGE.format(title=escape(f"{error.status} {error.title}"), detail=detail)
    context = {"error": error, "exception": error.detail or error.title, "request_path": quote(request.path)}
    return template.render(context, None if error.status == 400 or error.status >= 500 else request)
