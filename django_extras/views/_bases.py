"""The bases of a view: which mixin comes before which view, which checks would never run, which names are taken."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.views.generic.base import TemplateResponseMixin, View

#: The methods in which a mixin may check who gets what.
_CHECKS = (
    *("as_view", "setup", "dispatch", "get", "post", "put", "delete"),
    *("get_queryset", "get_object", "render_to_response"),
)

# In these packages a view calls none of them on its right.
_PACKAGES = frozenset({"django", "neapolitan", "vanilla"})
#: In these packages render_to_response() checks nothing.
PACKAGES_THAT_RENDER = _PACKAGES | {"django_extras"}


def refuse_checks_that_never_run(cls: type, rendering: type) -> None:
    """
    Raise ImproperlyConfigured for a class with a method that may check a request, but that another class hides.

    Django's views do not call ``super()``. So the ``dispatch()`` of a mixin right of the view, such as
    LoginRequiredMixin, never runs. Nor do our mixins call the ``render_to_response()`` on their right, except
    `rendering`, the base of them all.
    """
    hidden = [*_hidden_by_a_view(cls.__mro__), *_hidden_by_a_mixin(cls.__mro__, rendering)]
    if not hidden:
        return
    method, left, right = hidden[0]
    classes = {right for _, _, right in hidden}
    wrong = _class_that_puts((left,), right, cls)
    moved = [base for base in wrong.__bases__ if not classes.isdisjoint(base.__mro__)]
    if any(issubclass(base, View | TemplateResponseMixin) for base in moved):
        # A view cannot come before our mixin.
        is_mixin = not issubclass(right, View | TemplateResponseMixin)
        remedy = f"Write class {cls.__name__}({right.__name__ if is_mixin else 'Checks'}, {left.__name__}, ...)"
        remedy += "." if is_mixin else ", where Checks is a mixin with that method."
    else:
        bases = [base for base in wrong.__bases__ if base not in moved]
        position = next(index for index, base in enumerate(bases) if left in base.__mro__)
        remedy = f"Write class {wrong.__name__}({_names(bases[:position] + moved + bases[position:])})."
    raise ImproperlyConfigured(
        f"{cls.__name__} would never run {right.__name__}.{method}(), as {left.__name__} comes before it and does not "
        f"call it. {remedy}"
    )


def _hidden_by_a_view(mro: Sequence[type]) -> Iterator[tuple[str, type, type]]:
    """Find the methods that no view calls, each with the class that hides it and the class that has it."""
    position = mro.index(View) + 1 if View in mro else len(mro)
    for right in mro[position:]:
        if _is_ours(right) or right.__module__.startswith("django.views."):
            continue  # see require_left_of(); and DeletionMixin and the like, which check nothing
        for method in _CHECKS:
            left = next((base for base in reversed(mro[:position]) if method in vars(base)), None)
            if method in vars(right) and left is not None and package_of(left) in _PACKAGES:
                yield method, left, right


def _hidden_by_a_mixin(mro: Sequence[type], rendering: type) -> Iterator[tuple[str, type, type]]:
    """Find the methods that no mixin of ours calls, as above."""
    for method in ("render_to_response", "has_download_permission"):
        left = None
        for base in mro:
            if base is rendering or method not in vars(base):
                continue
            if package_of(base) == "django_extras":
                left = base
            elif left is not None and package_of(base) not in PACKAGES_THAT_RENDER:
                yield method, left, base


def refuse_names_of_ours(cls: type, rendering: type) -> None:
    """
    Raise ImproperlyConfigured for a class that defines a private name of our mixins. The two would break each other.

    Subclasses of `rendering` were checked when they were made. Our mixins have given them names of their own since.
    """
    ours = {name: base for base in cls.__mro__ if package_of(base) == "django_extras" for name in vars(base)}
    for base in cls.__mro__:
        if (base is cls or not issubclass(base, rendering)) and package_of(base) not in _PACKAGES | {"django_extras"}:
            for name in sorted(ours.keys() & vars(base).keys()):
                if name.startswith("_") and not name.endswith("__") and not hasattr(View, name):
                    taken = f"{base.__name__}.{name}"
                    raise ImproperlyConfigured(
                        f"{cls.__name__} cannot have {taken}, as {ours[name].__name__} of django_extras uses that "
                        f"name itself. Rename {taken}."
                    )


def require_left_of(views: tuple[type, ...], mixin: type, cls: type, fault: str) -> None:
    """Raise ImproperlyConfigured for a class that has one of the views before the mixin, and so would do `fault`."""
    if _has_before(cls, mixin, views):
        wrong = _class_that_puts(views, mixin, cls)
        bases = sorted(wrong.__bases__, key=lambda base: not _is_ours(base))
        raise ImproperlyConfigured(f"{cls.__name__} would {fault}. Write class {wrong.__name__}({_names(bases)}).")


def _class_that_puts(left: tuple[type, ...], right: type, cls: type) -> type:
    """Return the class whose list of bases puts one of `left` before `right`. Its subclasses inherit that order."""
    return next(base for base in reversed(cls.__mro__) if issubclass(base, right) and _has_before(base, right, left))


def _has_before(cls: type, right: type, left: tuple[type, ...]) -> bool:
    before = cls.__mro__[: cls.__mro__.index(right)]
    return any(base in before for base in left)


def _is_ours(cls: type) -> bool:
    return any(package_of(base) == "django_extras" for base in cls.__mro__)


def _names(bases: Iterable[type]) -> str:
    return ", ".join(base.__name__ for base in bases)


def package_of(code: Any) -> str:
    """Return the name of the package that a class or a method is written in; "" for one that a decorator wraps."""
    return "" if hasattr(code, "__wrapped__") else getattr(code, "__module__", "").partition(".")[0]
