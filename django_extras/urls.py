"""by_method(): several views behind one URL."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from inspect import isfunction
from types import MappingProxyType
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.log import log_response
from django.views import View

from .http.errors import HttpError
from .views._functions import METHODS, methods_of

#: What functions say of themselves, which is no mark. The last line is of Django REST framework.
_IDENTITY = {
    *("__wrapped__", "_is_coroutine", "_is_coroutine_marker", "view_class", "view_initkwargs"),
    *("answers_json", "methods", "role", "vary"),
    *("actions", "cls", "initkwargs"),
}
#: What Django's middleware takes a mark for that is not there.
_DEFAULTS: dict[str, Any] = {
    "csrf_exempt": False,
    "login_required": True,
    "login_url": None,
    "redirect_field_name": REDIRECT_FIELD_NAME,
    "_non_atomic_requests": set(),
}
#: login_required() has these, which only say where to log in.
_MAY_DIFFER = {"login_url", "redirect_field_name"}
_MISSING = object()


def by_method(
    *,
    get: Callable[..., Any] | None = None,
    post: Callable[..., Any] | None = None,
    put: Callable[..., Any] | None = None,
    patch: Callable[..., Any] | None = None,
    delete: Callable[..., Any] | None = None,
) -> Callable[..., HttpResponseBase]:
    """
    Return one view that leads each method to a view of its own: a class, the result of ``as_view()``, or a function.

    ::

        path("books/<int:pk>/", by_method(get=BookDetail, put=BookUpdate, delete=BookDelete), name="book")

    HEAD goes to the view of GET. OPTIONS goes to the first class-based view, so that its access mixins run. A method
    that has no view is 405: a problem if the first view answers in JSON, else Django's. OPTIONS and each 405, also one
    that a view answers, name the methods of all the views. If one of the views is async, so is the result, and sync
    ones run in a thread.

    Middleware reads marks, such as ``csrf_exempt`` and ``login_required``, before the method chooses a view. So each
    mark, whatever its name, must be the same on all views. ``login_url`` and ``redirect_field_name`` may differ; then
    LoginRequiredMiddleware takes its defaults.

    ``methods["get"]`` of the result is the function for GET. Like all that ``as_view()`` returns, it has
    ``view_class`` and ``view_initkwargs``. The name and the docstring of the result are those of the first view.

    Raise TypeError for what is no view, and ImproperlyConfigured for a class that does not take its method, and for
    marks that differ.
    """
    given = dict(zip(METHODS, (get, post, put, patch, delete), strict=True))
    views = {method: _function(method, view) for method, view in given.items() if view is not None}
    if not views:
        raise TypeError("by_method() got no view. Give one for each method, such as by_method(get=BookList).")
    handlers = _handlers(views)
    names = [name.upper() for name in View.http_method_names if name in handlers]
    vary = sorted({field for function in views.values() for field in getattr(function, "vary", ())})

    first = next(iter(views.values()))

    def answers_json(request: HttpRequest) -> bool:
        # The first one is that of GET, which answers HEAD too.
        tell = getattr(views.get((request.method or "").lower(), first), "answers_json", None)
        return tell is not None and tell(request)

    def refuse(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = HttpError(405).problem() if answers_json(request) else HttpResponseNotAllowed([])
        if vary:
            patch_vary_headers(response, vary)
        what = (request.method, request.path)
        log_response("Method Not Allowed (%s): %s", *what, response=response, request=request)
        return response

    def handler_for(request: HttpRequest) -> Callable[..., Any]:
        return handlers.get((request.method or "").lower(), refuse)

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _with_methods(names, request, handler_for(request)(request, *args, **kwargs))

    async def answer_later(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        handler = handler_for(request)
        handle = handler if iscoroutinefunction(handler) else sync_to_async(handler, thread_sensitive=True)
        return _with_methods(names, request, await handle(request, *args, **kwargs))

    view: Any = answer_later if any(map(iscoroutinefunction, views.values())) else answer
    # admindocs looks the name up in the module.
    named = _named(first)
    view.__module__, view.__name__, view.__qualname__ = named.__module__, named.__name__, named.__qualname__
    view.__doc__ = named.__doc__
    vars(view).update(_shared_marks(views), answers_json=answers_json, methods=MappingProxyType(views), vary=vary)
    return cast("Callable[..., HttpResponseBase]", view)


def _function(method: str, view: Any) -> Any:
    """Return the function of a view. Raise an error for what is none, or is a class that does not take the method."""
    argument = f"by_method({method}={getattr(view, '__qualname__', repr(view))})"
    remedy = f"Give a subclass of View, as in by_method({method}=BookView), what its as_view() returns, or a function."
    if isinstance(view, type) and issubclass(view, View):
        view = view.as_view()
    elif isinstance(view, type | View) or not callable(view) or getattr(view, "__name__", "") == "as_view":
        raise TypeError(f"{argument} got no view. {remedy}")
    methods = methods_of(view)
    if methods is not None and method not in methods:
        name = _named(view).__name__
        takes = ", ".join(name.upper() for name in View.http_method_names if name in methods)
        raise ImproperlyConfigured(
            f"{argument} got a view that does not take {method.upper()}. {name} takes {takes}. Give another view, or "
            f"define {name}.{method}()."
        )
    return view


def _handlers(views: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return what answers each method."""
    handlers = dict(views)
    if "get" in views and _takes(views["get"], "head"):
        handlers["head"] = views["get"]
    classes = [function for function in views.values() if hasattr(function, "view_class")]
    # A function would do for OPTIONS what it does for its own method.
    options = [function for function in classes if _takes(function, "options")] if classes else [_options]
    return {**handlers, "options": options[0]} if options else handlers


def _takes(function: Callable[..., Any], method: str) -> bool:
    methods = methods_of(function)
    return methods is None or method in methods


def _options(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return HttpResponse(headers={"Content-Length": "0"})


def _with_methods(names: list[str], request: HttpRequest, response: Any) -> Any:
    """Return what a view has returned; if that is about methods, it names those of all the views."""
    if isinstance(response, HttpResponseBase):
        if response.status_code == 405:
            refused = ("GET", "HEAD") if request.method == "GET" else (request.method,)
            response.headers["Allow"] = ", ".join(name for name in names if name not in refused)
        elif request.method == "OPTIONS" and response.status_code < 300:
            response.headers["Allow"] = ", ".join(names)
    return response


def _shared_marks(views: Mapping[str, Callable[..., Any]]) -> dict[str, Any]:
    """Return the marks of the views. Raise ImproperlyConfigured for one that is not the same on all."""
    shared = {}
    for mark in sorted({mark for function in views.values() for mark in _marks(function)}):
        (method, value), *others = [
            (method, getattr(function, mark, _DEFAULTS.get(mark, _MISSING))) for method, function in views.items()
        ]
        differing = next(((method, other) for method, other in others if other != value), None)
        if differing is None:
            shared[mark] = value
        elif mark not in _MAY_DIFFER:
            sides = [_described(views, mark, *side) for side in ((method, value), differing)]
            raise ImproperlyConfigured(
                "by_method() got views that differ in a mark that middleware may read before one of them is chosen: "
                f"{' and '.join(sides)}. Mark all of them alike, or give them URLs of their own."
            )
    return shared


def _marks(function: Callable[..., Any]) -> Iterator[str]:
    """Find the marks that a view has. What an object has that is no function is its own business."""
    yield from (mark for mark in _DEFAULTS if hasattr(function, mark))
    if isfunction(function):
        yield from vars(function).keys() - _IDENTITY


def _described(views: Mapping[str, Callable[..., Any]], mark: str, method: str, value: Any) -> str:
    name = _named(views[method]).__name__
    return f"{name} ({method}) has " + (f"no {mark}" if value is _MISSING else f"{mark} = {value!r}")


def _named(function: Any) -> Any:
    """Return what the name of a view is known from."""
    named = getattr(function, "view_class", function.func if isinstance(function, partial) else function)
    return named if hasattr(named, "__name__") else type(named)
