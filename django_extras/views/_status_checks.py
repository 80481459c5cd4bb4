"""What is wrong with the statuses that a view names. It asks no request, so it may run before there is one."""

from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPMethod
from typing import Any

from django.http.response import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirectBase
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import BaseUpdateView, DeletionMixin

from django_extras.http.status import HEADER_ARGUMENTS, response_class_for

from ._outcomes import OUTCOMES, STEPS

#: The arguments of each status that the attributes of a view give: those of its class, and where a redirect leads.
STATUS_ARGUMENTS = {
    status: arguments | {"location"} if issubclass(response_class_for(status), HttpResponseRedirectBase) else arguments
    for status, arguments in HEADER_ARGUMENTS.items()
}
ARGUMENTS = sorted(frozenset().union(*STATUS_ARGUMENTS.values()))

_METHODS = frozenset(method.lower() for method in HTTPMethod)


@cache
def usual_fields(cls: type[HttpResponse]) -> tuple[tuple[str, str], ...] | None:
    """Return the fields of a class that is given no argument; None if it needs some, as 405 and redirects do."""
    if issubclass(cls, HttpResponseRedirectBase | HttpResponseNotAllowed):
        return None
    return tuple(cls().headers.items())


def faults(view: Any) -> Iterator[str]:
    """
    Find what is wrong with the statuses of a view, an instance of StatusResponseMixin.

    The attributes of one that has a get_status_code() of its own may belong to any status.
    """
    name = type(view).__name__
    if not isinstance(view.status_codes, Mapping):
        yield f"{name}.status_codes is {view.status_codes!r}. Give a mapping, such as {{'form_invalid': 422}}."
        return
    named = {f"status_codes[{key!r}]": status for key, status in view.status_codes.items()}
    if view.status_code is not None:
        named["status_code"] = view.status_code
    statuses = []
    for source, status in named.items():
        try:
            response_class_for(status)
            statuses.append(status)
        except ValueError as error:
            yield f"{name}.{source} is {status!r}. {error}"
    for key in view.status_codes:
        if key not in OUTCOMES | _METHODS and key not in view.http_method_names:
            yield (
                f"{name}.status_codes has the unknown key {key!r}. Use a method in lower case, such as 'post', or an "
                f"outcome: {', '.join(sorted(OUTCOMES))}."
            )
        elif not _can_reach(view, key):
            yield (
                f"{name}.status_codes has {key!r}, which {name} cannot reach. Leave it out, or add the view or method "
                "that leads to it."
            )
    if not statuses or type(view).get_status_code is not type(view)._get_named_status:
        return
    taken = frozenset().union(*(STATUS_ARGUMENTS[status] for status in statuses))
    for argument in ARGUMENTS:
        if argument not in taken and getattr(view, argument) is not None:
            belongs = " and ".join(str(status) for status, names in STATUS_ARGUMENTS.items() if argument in names)
            yield (
                f"{name}.{argument} belongs to status {belongs}, which {name} does not use. Leave {argument} out, or "
                "name one of these in status_code or status_codes."
            )


def _can_reach(view: Any, key: str) -> bool:
    methods = {name for name in view.http_method_names if hasattr(view, name)}
    has = {outcome: any(hasattr(view, name) for name in STEPS if STEPS[name] == outcome) for outcome in STEPS.values()}
    match key:
        case "form_valid" | "form_invalid":
            return has[key]
        case "created":
            only_updates = isinstance(view, BaseUpdateView) and type(view).get_object is SingleObjectMixin.get_object
            return hasattr(view, "form_valid") and not only_updates and not isinstance(view, DeletionMixin)
        case "deleted":
            return has[key] or ("post" in methods and hasattr(view, "get_object") and not has["form_valid"])
        case "empty":
            return hasattr(view, "paginate_queryset")
        case _:
            # neapolitan sets the handlers for each request.
            has_handlers = bool(methods - {"options"})
            is_head = key == "head" and "get" in methods
            return key in view.http_method_names and (key in methods or is_head or not has_handlers)
