"""Cache-Control: what depends on the user is private, so that no shared cache keeps it (RFC 9111 5.2.2.7)."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.functional import LazyObject, empty

from django_extras.http._fields import element_names

#: Whoever says one of these has said who may keep the response.
_DECISIONS = {"no-store", "private", "public", "s-maxage"}
#: The fields of a request that say who the user is.
_FIELDS = {"authorization", "cookie"}


def vary_by_session(request: HttpRequest | None, response: HttpResponseBase) -> None:
    """Say what SessionMiddleware says later, for ``cache_page()`` on a method of the view."""
    if getattr(getattr(request, "session", None), "accessed", False):
        patch_vary_headers(response, ["Cookie"])


def keep_private(request: HttpRequest, response: HttpResponseBase) -> None:
    """
    Mark a response as private if it may depend on the user, unless it says itself who may keep it.

    The template of a page is rendered later, and may ask for the user too.
    """
    if not getattr(response, "is_rendered", True):
        response.add_post_render_callback(partial(keep_private, request))  # type: ignore[attr-defined]  # it has one
    if not says_who_keeps_it(response) and _may_depend_on_user(request, response):
        patch_cache_control(response, private=True)


def says_who_keeps_it(response: HttpResponseBase) -> bool:
    """Tell whether Cache-Control says which caches may keep a response."""
    return not _DECISIONS.isdisjoint(element_names(response.headers.get("Cache-Control", "")))


def _may_depend_on_user(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Tell whether anything has asked by now who the user is, or a cookie or the response says that it depends."""
    return bool(
        "HTTP_AUTHORIZATION" in request.META
        or response.cookies
        or getattr(getattr(request, "session", None), "accessed", False)
        or not _FIELDS.isdisjoint(element_names(response.headers.get("Vary", "")))
        or _is_known(vars(request).get("user"))
    )


def _is_known(user: Any) -> bool:
    """Tell whether a lazy user has been looked up, or another one has logged in."""
    if isinstance(user, LazyObject):
        return user._wrapped is not empty
    return bool(getattr(user, "is_authenticated", False))
