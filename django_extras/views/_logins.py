"""Who may not see a view is told so with 401 or 403, and not sent to a page to log in."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from inspect import isawaitable
from types import FunctionType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from asgiref.sync import iscoroutinefunction, sync_to_async
from braces.views import AnonymousRequiredMixin, RecentLoginRequiredMixin
from django.conf import settings
from django.core.exceptions import DisallowedHost, ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirectBase
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch
from django.utils import timezone

from django_extras.http.errors import HttpError
from django_extras.views._rendering import RenderingMixin, in_place_of

#: The modules in which PermissionDenied means that the user lacks a permission. Elsewhere it may mean anything.
_ACCESS_MODULES = {
    *("django.contrib.auth.decorators", "django.contrib.auth.mixins", "braces.views._access"),
    *("guardian.mixins", "guardian.utils", "rules.contrib.views"),
}
#: The mixins of django-braces that check after the handler has run, or send who is refused elsewhere.
_LATE = (AnonymousRequiredMixin, RecentLoginRequiredMixin)


class LoginsMixin(RenderingMixin):
    """
    Answer 401 to who is not logged in, and 403 to who is, where an access mixin or a decorator refuses the request.

    A refusal is what ``handle_no_permission()`` raises, or its redirect to the page to log in; what the mixins and
    decorators in _ACCESS_MODULES raise; and any redirect to the page to log in that leads back to the request. All
    other responses stay.
    """

    #: The response, or the exception, in which a mixin refuses the request.
    _refusal: Any = None

    def _guard(self, dispatch: Callable[..., Any], request: HttpRequest, /, *args: Any, **kwargs: Any) -> Any:
        if isinstance(self, _LATE):
            self._check_login(request)
        try:
            response = dispatch(request, *args, **kwargs)
        except PermissionDenied as error:
            if self._is_refusal(error):
                raise HttpError(refusal_status(request)) from error
            raise
        return in_place_of_refusal(request, response) if self._is_refused(response) else response

    async def _guard_later(
        self, dispatch: Callable[..., Any], request: HttpRequest, /, *args: Any, **kwargs: Any
    ) -> Any:
        # Django's mixins and decorators ask the database for the user, which async code must not.
        is_checked = hasattr(self, "handle_no_permission") or any(True for _ in login_urls(dispatch))
        if is_checked and not iscoroutinefunction(dispatch):
            if isinstance(self, _LATE):
                await sync_to_async(self._check_login)(request)
            dispatch = sync_to_async(dispatch)
        try:
            response = dispatch(request, *args, **kwargs)
            while isawaitable(response):
                response = await response
        except PermissionDenied as error:
            if self._is_refusal(error):
                raise HttpError(await sync_to_async(refusal_status)(request)) from error
            raise
        if self._is_refused(response):
            return await sync_to_async(in_place_of_refusal)(request, response)
        return response

    def _check_login(self, request: HttpRequest) -> None:
        """Refuse ahead of a mixin of django-braces that does it later, or elsewhere."""
        view: Any = self
        if not is_logged_in(request):
            return
        if isinstance(self, AnonymousRequiredMixin):
            raise HttpError(403)
        last_login = getattr(request.user, "last_login", None)
        if last_login is None or timezone.now() > last_login + datetime.timedelta(seconds=view.max_last_login_delta):
            raise HttpError(401)

    def _watch_refusal(self, handle_no_permission: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            response = handle_no_permission(*args, **kwargs)
        except PermissionDenied as error:
            self._refusal = error
            raise
        if isinstance(response, HttpResponseRedirectBase) and leads_to(response.url, self._login_urls()):
            self._refusal = response
        return response

    def _note_refusal(self, on_fail: Callable[..., Any], request: HttpRequest, response: Any, **kwargs: Any) -> Any:
        self._refusal = response
        return on_fail(request, response, **kwargs)

    def _is_refusal(self, error: PermissionDenied) -> bool:
        return (error is self._refusal and not isinstance(error, HttpError)) or is_refusal(error)

    def _is_refused(self, response: Any) -> bool:
        if response is self._refusal:
            return response is not None
        if not isinstance(response, HttpResponseRedirectBase):
            return False
        return is_redirect_to_login(self.request, response, self._login_urls())

    def _login_urls(self) -> Iterator[Any]:
        """Return the URLs of the page to log in that the mixins and the decorators of the view have."""
        yield getattr(self, "login_url", None)
        with suppress(ImproperlyConfigured):
            yield getattr(self, "get_login_url", str)()
        yield from login_urls(type(self).dispatch)


def is_logged_in(request: HttpRequest) -> bool:
    """Tell whether there is a user. This may ask the database."""
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def refusal_status(request: HttpRequest) -> int:
    """Return the status of a refusal: 403, or 401 to who may log in. This may ask the database."""
    return 403 if is_logged_in(request) else 401


def in_place_of_refusal(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return the problem that says what a redirect, or a page, says to a person. This may ask the database."""
    status = 404 if response.status_code == 404 else refusal_status(request)
    return in_place_of(response, HttpError(status).problem())


def is_refusal(error: PermissionDenied) -> bool:
    """Tell whether a mixin or a decorator raised it as the user lacks a permission."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback is not None and traceback.tb_frame.f_globals.get("__name__") in _ACCESS_MODULES


def is_redirect_to_login(request: HttpRequest, response: HttpResponseRedirectBase, login_urls: Iterable[Any]) -> bool:
    """Tell whether a redirect leads to a page to log in, and from there back to the URL of the request."""
    ways_back = [value for _, value in parse_qsl(urlsplit(response.url).query)]
    return _leads_here(request, ways_back) and leads_to(response.url, [settings.LOGIN_URL, *login_urls])


def leads_to(url: str, login_urls: Iterable[Any]) -> bool:
    """Tell whether a URL is that of a page to log in, with any query. What names no page is left out."""
    for login_url in filter(None, login_urls):
        with suppress(NoReverseMatch):
            if urlsplit(resolve_url(login_url))[:3] == urlsplit(url)[:3]:
                return True
    return False


def login_urls(function: Any) -> Iterator[Any]:
    """Return what the decorators around a function take for the URL of the page to log in. Django's tell it."""
    if hasattr(function, "login_url"):
        yield function.login_url
    yield from variables_of(function, "login_url")


def variables_of(function: Any, name: str) -> Iterator[Any]:
    """Return the variables of a name that a function, or a decorator around it, was made with."""
    yield from _variables(getattr(function, "__func__", function), name, set())


def _variables(function: Any, name: str, seen: set[Any]) -> Iterator[Any]:
    """Return the variables of a name that a function, or one that it wraps, was made with."""
    if not isinstance(function, FunctionType) or function in seen:
        return
    seen.add(function)
    for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # it has no value yet
            value = cell.cell_contents
            if variable == name:
                yield value
            for part in _parts(value):
                yield from _variables(part, name, seen)


def _parts(value: Any) -> Iterable[Any]:
    """Return the functions of by_method(), the decorators of method_decorator(), or the value."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else [value]


def _leads_here(request: HttpRequest, ways_back: list[str]) -> bool:
    if request.get_full_path() in ways_back:
        return True
    with suppress(DisallowedHost):
        return request.build_absolute_uri() in ways_back
    return False
