"""What a view does with what it is sent, by the generic view that it is made of."""

import sys
from collections.abc import Callable
from enum import Enum, auto
from inspect import iscoroutinefunction
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.views.generic.edit import BaseCreateView, BaseUpdateView, DeletionMixin, ProcessFormView
from django.views.generic.list import MultipleObjectMixin

from ._bases import package_of


class Kind(Enum):
    """What a view does with what it is sent."""

    CREATE = auto()
    UPDATE = auto()
    DELETE = auto()
    FORM = auto()
    LOGOUT = auto()
    OTHER = auto()


_Found = TypeVar("_Found")


def once_per_class(find: Callable[[type], _Found]) -> Callable[[type], _Found]:
    """Have a function called once for each class, and what it returned kept."""
    kept: WeakKeyDictionary[type, _Found] = WeakKeyDictionary()

    def found(cls: type) -> _Found:
        try:
            return kept[cls]
        except KeyError:
            return kept.setdefault(cls, find(cls))

    return found


@once_per_class
def has_async_handlers(view: type) -> bool:
    """Tell whether the handlers of a class of views are async."""
    return getattr(view, "view_is_async", False)


_ROLES = {"create": Kind.CREATE, "update": Kind.UPDATE, "delete": Kind.DELETE}


def kind_of(view: Any) -> Kind:
    """Return what a view does: one of Django, or of django-vanilla-views or neapolitan, which may not be installed."""
    if is_of(view, "neapolitan.views", "CRUDView"):
        return _ROLES.get(view.role.value, Kind.OTHER)
    if isinstance(view, BaseUpdateView) or is_of(view, "vanilla", "UpdateView"):
        return Kind.UPDATE
    if isinstance(view, BaseCreateView) or is_of(view, "vanilla", "CreateView"):
        return Kind.CREATE
    if isinstance(view, DeletionMixin) or is_of(view, "vanilla", "DeleteView"):
        return Kind.DELETE
    if hasattr(view, "form_valid"):
        return Kind.FORM
    return Kind.LOGOUT if is_of(view, "django.contrib.auth.views", "LogoutView") else Kind.OTHER


def owner_of(view: type, method: str) -> type:
    """Return the class that a method comes from. An async view must override all, if only to run them in a thread."""
    for base in view.__mro__:
        if method in base.__dict__ and not iscoroutinefunction(base.__dict__[method]):
            return base
    return object


@once_per_class
def methods_for_pages(view: type) -> frozenset[str]:
    """Return the methods that generic views have to show an empty form, or to take PUT for POST."""
    shows_list = issubclass(view, MultipleObjectMixin)
    owners = {method: owner_of(view, method) for method in (["put"] if shows_list else ["get", "put", "show_form"])}
    found = {
        method
        for method, owner in owners.items()
        if owner in (ProcessFormView, BaseCreateView) or package_of(owner) in ("neapolitan", "vanilla")
    }
    return frozenset(found | {"head"} if "get" in found else found)


def is_of(value: object, module: str, name: str) -> bool:
    """Tell whether a value is of a class, whose package may not be installed."""
    # Whoever has such a value has imported the module. Others need not.
    found = getattr(sys.modules.get(module), name, None)
    return found is not None and isinstance(value, found)
