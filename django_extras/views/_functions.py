"""The methods of the view that a function of a URL stands for."""

from collections.abc import Callable
from typing import Any

#: The methods that by_method() takes a view for.
METHODS = ("get", "post", "put", "patch", "delete")


def methods_of(function: Callable[..., Any]) -> frozenset[str] | None:
    """Return the methods that a class-based view has, in lower case; None if only a request can tell."""
    cls = getattr(function, "view_class", None)
    # neapolitan's get their handlers with a request, and those of braces' AllVerbsMixin need none.
    if cls is None or not any(hasattr(cls, method) for method in METHODS):
        return None
    view = cls(**getattr(function, "view_initkwargs", {}))
    if (add_methods := getattr(view, "_add_methods", None)) is not None:
        add_methods()
    methods = {method.lower() for method in view._allowed_methods()}
    if "get" in methods and "head" in view.http_method_names:
        methods.add("head")
    return frozenset(methods)
