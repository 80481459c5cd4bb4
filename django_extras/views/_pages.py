"""The links from one page of a list to the others (RFC 8288)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse


def page_links(request: HttpRequest, page: Any, kwargs: Mapping[str, Any], page_kwarg: str) -> dict[str, str]:
    """Return the absolute URL of the first, previous, next and last page, by relation type, where there is one."""
    numbers = {"first": 1}
    if page.has_previous():
        numbers["prev"] = page.previous_page_number()
    if page.has_next():
        numbers["next"] = page.next_page_number()
    numbers["last"] = page.paginator.num_pages
    if page_kwarg not in kwargs:
        return {relation: url_with(request, {page_kwarg: str(number)}) for relation, number in numbers.items()}
    match = request.resolver_match
    if match is None:
        return {}
    return {
        relation: url_with(request, {}, reverse(match.view_name, kwargs={**match.kwargs, page_kwarg: number}))
        for relation, number in numbers.items()
    }


def url_with(request: HttpRequest, parameters: Mapping[str, str], path: str | None = None) -> str:
    """Return the absolute URL of the request with other query parameters, and at another path if one is given."""
    query = request.GET.copy()
    for name, value in parameters.items():
        query[name] = value
    url = urlsplit(request.build_absolute_uri() if path is None else request.build_absolute_uri(path))
    return url._replace(query=query.urlencode()).geturl()


def link_field(links: Mapping[str, str]) -> str:
    """Return the value of a Link field."""
    return ", ".join(f'<{url}>; rel="{relation}"' for relation, url in links.items())
