"""Who may call an operation, and what all others get."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from braces.views import AnonymousRequiredMixin
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.module_loading import import_string

from django_extras.middleware import HttpErrorMiddleware, TokenMiddleware
from django_extras.middleware import LoginRequiredMiddleware as OwnLoginRequiredMiddleware
from django_extras.openapi.answers import TEXT, answer, error_page, has_own_pages, problem
from django_extras.openapi.routes import Route
from django_extras.views._logins import login_urls, variables_of
from django_extras.views.json import JsonResponseMixin
from django_extras.views.negotiation import NegotiatedResponseMixin

#: What tells that a view asks for a user: a method of the access mixins of Django, django-braces and django-guardian.
_REFUSALS = ("handle_no_permission", "on_permission_check_fail")


def restrict(operation: dict[str, Any], view: Any, route: Route, method: str, schemes: list[str]) -> None:
    """Add to an operation who may call it, and what everyone else gets."""
    # Middleware asks what the URL leads to. Decorators may be around that, and around the view of each method.
    callback, decorated = route.callback, (route.callback, route.views[method])
    responses, is_json = operation["responses"], isinstance(view, JsonResponseMixin)
    is_inside = _asks_in_view(view, method)
    is_outside = any(map(_is_guarded, decorated)) or _has_login_middleware(callback)
    needs_token = _needs_csrf_token(callback, method)
    operation["security"] = []
    if is_inside or is_outside:
        session: dict[str, list[str]] = {"session": [], **({"csrf": []} if needs_token else {})}
        operation["security"] = [session, *({scheme: []} for scheme in schemes)]
        is_told = is_json and (is_inside or has_middleware(HttpErrorMiddleware, OwnLoginRequiredMiddleware))
        if is_told:
            responses.setdefault("401", problem(401))
        if not is_told or isinstance(view, NegotiatedResponseMixin):
            responses.setdefault("302", answer(302, ["Location"]))
    if has_middleware(TokenMiddleware):
        responses.setdefault("401", problem(401))  # to a token of nobody
    if is_inside or is_outside or needs_token or isinstance(view, AnonymousRequiredMixin):
        forbidden = responses.setdefault("403", problem(403) if is_json else error_page(403))
        if needs_token and settings.CSRF_FAILURE_VIEW != "django_extras.handlers.csrf_failure":
            forbidden["content"] = {**forbidden["content"], "text/html": TEXT}
    is_limited = any(map(_is_limited, _handlers(view, method)))
    if is_json and (is_limited or (any(map(_is_limited, decorated)) and has_middleware(HttpErrorMiddleware))):
        responses.setdefault("429", problem(429))
    elif is_limited or any(map(_is_limited, decorated)):
        # To Django it is one more PermissionDenied.
        status = 429 if has_own_pages() else 403
        responses.setdefault(str(status), error_page(status))


def _needs_csrf_token(callback: Any, method: str) -> bool:
    is_exempt = method == "get" or getattr(callback, "csrf_exempt", False)
    return not is_exempt and has_middleware(CsrfViewMiddleware)


def _asks_in_view(view: Any, method: str) -> bool:
    if isinstance(view, AnonymousRequiredMixin):
        return False
    return any(hasattr(view, name) for name in _REFUSALS) or any(map(_is_guarded, _handlers(view, method)))


def _handlers(view: Any, method: str) -> Iterator[Any]:
    """Return the methods of a view's class that run for a method of HTTP."""
    for name in ("dispatch", method, *(("post",) if method in ("put", "patch", "delete") else ())):
        yield getattr(type(view), name, None)


@lru_cache(maxsize=1000)
def _is_guarded(function: Any) -> bool:
    return any(True for _ in login_urls(function))


@lru_cache(maxsize=1000)
def _is_limited(function: Any) -> bool:
    """Tell whether django-ratelimit's decorator is around a function, and refuses requests."""
    return any(variables_of(function, "block")) and any(map(bool, variables_of(function, "rate")))


def _has_login_middleware(callback: Any) -> bool:
    return getattr(callback, "login_required", True) and has_middleware(LoginRequiredMiddleware)


def has_middleware(*wanted: type) -> bool:
    """Tell whether the project has one of these middlewares, or one derived from it."""
    return any(issubclass(each, wanted) for each in _classes(tuple(settings.MIDDLEWARE)))


@lru_cache(maxsize=8)
def _classes(middleware: tuple[str, ...]) -> list[type]:
    return [each for name in middleware if isinstance(each := import_string(name), type)]
