"""The methods of the view that a function of a URL stands for."""

from collections.abc import Callable, Mapping
from typing import Any

#: The methods that by_method() takes a view for.
METHODS = ("get", "post", "put", "patch", "delete")


def functions_of(callback: Any) -> Mapping[str, Any]:
    """Return the functions of class-based views that a URL leads to, by method: several for by_method()."""
    if hasattr(callback, "view_class"):
        known = methods_of(callback) or ()
        return {method: callback for method in METHODS if method in known}
    several = getattr(callback, "methods", None)  # another callable may have such a name for anything
    found = several.items() if isinstance(several, Mapping) else ()
    return {method: function for method, function in found if hasattr(function, "view_class")}


def methods_of(function: Callable[..., Any]) -> frozenset[str] | None:
    """Return the methods that a class-based view has, in lower case; None if only a request can tell."""
    if not hasattr(function, "view_class"):
        return None
    view = view_of(function)
    # neapolitan's get their handlers with a request, and those of braces' AllVerbsMixin need none.
    if not any(hasattr(view, method) for method in METHODS):
        return None
    methods = {method.lower() for method in view._allowed_methods()}
    if "get" in methods and "head" in view.http_method_names:
        methods.add("head")
    return frozenset(methods)


def view_of(function: Any) -> Any:
    """Return the view that answers a request, as it is before there is one."""
    view = function.view_class(**getattr(function, "view_initkwargs", {}))
    role = getattr(function, "role", None)
    if role is not None:
        view.role = role
    if (add_methods := getattr(view, "_add_methods", None)) is not None:
        add_methods()
    for method, action in () if role is None else role.handlers().items():
        setattr(view, method, getattr(view, action))
    return view
