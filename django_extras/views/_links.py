"""The URLs of the other pages of a list, which lead to the host of the request, and the field Link."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import NoReverseMatch, Resolver404, ResolverMatch, resolve, reverse
from django.utils.encoding import escape_uri_path

#: The characters that a query may have unescaped, besides those of names (RFC 3986 3.4). Without them a link could be
#: three times as long as the query of the request, which a server has taken.
_SAFE = "!$()*,/:?@"
#: What the field Link may take. nginx has 4 KB for all the fields of a response, unless it is told otherwise.
_MAX_LINK = 2_000


def url_with(request: HttpRequest, name: str, value: str | None) -> str:
    """Return the absolute URL of the request with another value of a parameter, or without it for None."""
    query = request.GET.copy()
    if value is not None:
        query[name] = value
    elif name in query:
        del query[name]
    return _url(request, escape_uri_path(request.path), query)


def url_of_page(request: HttpRequest, match: ResolverMatch, name: str, number: int) -> str | None:
    """Return the absolute URL with another number in a keyword argument of the path, or None if none is known."""
    try:
        return _url(request, reverse(match.view_name, kwargs={**match.kwargs, name: number}), request.GET)
    except NoReverseMatch:
        # The path has no name of its own. Try it with the number in the place of the present one.
        parts = request.path_info.split("/")
    for index, part in enumerate(parts):
        if part == str(match.kwargs[name]):
            path = "/".join([*parts[:index], str(number), *parts[index + 1 :]])
            try:
                found = resolve(path)
            except Resolver404:
                continue
            kwargs = {**found.kwargs, name: str(found.kwargs.get(name))}
            if (found.func, found.args, kwargs) == (match.func, match.args, {**match.kwargs, name: str(number)}):
                return _url(request, escape_uri_path(request.path.removesuffix(request.path_info) + path), request.GET)
    return None


def link_field(links: Mapping[str, str]) -> str:
    """Return the value of a Link field, without the links for which it has no room (RFC 8288 3)."""
    texts = {relation: f'<{url}>; rel="{relation}"' for relation, url in links.items()}
    room = _MAX_LINK
    for relation in sorted(texts, key=("next", "prev", "first", "last").index):
        if len(texts[relation]) > room:
            del texts[relation]
        else:
            room -= len(texts[relation])
    return ", ".join(texts.values())


def _url(request: HttpRequest, path: str, query: QueryDict) -> str:
    """Return an absolute URL of the request's host. build_absolute_uri() takes //other.example/ for another host."""
    url = f"{request.scheme}://{request.get_host()}{path}"
    text = urlencode(list(query.lists()), doseq=True, safe=_SAFE, encoding=query.encoding)
    return f"{url}?{text}" if text else url
