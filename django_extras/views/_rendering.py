"""The one way in which every response mixin answers, so that StatusResponseMixin works left or right of the others."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.generic.base import TemplateResponseMixin, View

if TYPE_CHECKING:
    # The view on the right knows better than View which class of response it returns.
    _View = View[Any]
else:
    _View = object

#: What a mixin's methods return in place of those on the right. The stubs say HttpResponse there. A streaming response
#: is not one, so a narrower type would be an error in every view.
AnyResponse = Any

#: The methods in which a mixin may check who gets what.
_CHECKS = (
    *("as_view", "setup", "dispatch", "get", "post", "put", "delete"),
    *("get_queryset", "get_object", "render_to_response"),
)

# In these packages a view calls none of them on its right.
_PACKAGES = frozenset({"django", "neapolitan", "vanilla"})

Response = TypeVar("Response", bound=HttpResponseBase)

#: In these packages render_to_response() checks nothing.
PACKAGES_THAT_RENDER = _PACKAGES | {"django_extras"}


class RenderingMixin(_View):
    """
    Answer through ``render_to_response()``, and let the view's status have the last word.

    In the MRO this class comes after our mixins and before Django's views. A mixin with a representation of its own
    overrides ``render_to_response()`` and passes the method that builds it to ``_answer()``. StatusResponseMixin
    overrides ``_answer()`` alone. So each of them runs once, in whichever order a view lists them.

    Raise ImproperlyConfigured for a view with a check that would never run: see refuse_checks_that_never_run().
    """

    request: HttpRequest

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        refuse_checks_that_never_run(cls)

    def render_to_response(self, context: Any = None, **response_kwargs: Any) -> AnyResponse:
        """Return the response that the next class renders."""
        render = getattr(super(), "render_to_response", self._render_nothing)
        return self._answer(render, context, response_kwargs)

    def _answer(
        self, render: Callable[..., HttpResponseBase], context: Any, response_kwargs: dict[str, Any]
    ) -> HttpResponseBase:
        """Return the response that `render` builds from the context and the keyword arguments."""
        return render(context, **response_kwargs)

    def _render_nothing(self, context: Any, **response_kwargs: Any) -> HttpResponseBase:
        raise ImproperlyConfigured(
            f"{type(self).__name__} has nothing to render. Add a view that renders, such as TemplateView, or "
            f"override {type(self).__name__}.render_to_response()."
        )


def refuse_checks_that_never_run(cls: type) -> None:
    """
    Raise ImproperlyConfigured for a class with a method that may check a request, but that another class hides.

    Django's views do not call ``super()``. So the ``dispatch()`` of a mixin right of the view, such as
    LoginRequiredMixin, never runs. Nor do our mixins call the ``render_to_response()`` on their right.
    """
    hidden = [*_hidden_by_a_view(cls.__mro__), *_hidden_by_a_mixin(cls.__mro__)]
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
        if issubclass(right, RenderingMixin) or right.__module__.startswith("django.views."):
            continue  # see require_left_of(); and DeletionMixin and the like, which check nothing
        for method in _CHECKS:
            left = next((base for base in reversed(mro[:position]) if method in vars(base)), None)
            if method in vars(right) and left is not None and _package(left) in _PACKAGES:
                yield method, left, right


def _hidden_by_a_mixin(mro: Sequence[type]) -> Iterator[tuple[str, type, type]]:
    """Find the methods that no mixin of ours calls, as above."""
    for method in ("render_to_response", "has_download_permission"):
        left = None
        for base in mro:
            if base is RenderingMixin or method not in vars(base):
                continue
            if _package(base) == "django_extras":
                left = base
            elif left is not None and _package(base) not in PACKAGES_THAT_RENDER:
                yield method, left, base


def require_left_of(views: tuple[type, ...], mixin: type, cls: type, fault: str) -> None:
    """Raise ImproperlyConfigured for a class that has one of the views before the mixin, and so would do `fault`."""
    if _has_before(cls, mixin, views):
        wrong = _class_that_puts(views, mixin, cls)
        bases = sorted(wrong.__bases__, key=lambda base: not issubclass(base, RenderingMixin))
        raise ImproperlyConfigured(f"{cls.__name__} would {fault}. Write class {wrong.__name__}({_names(bases)}).")


def _class_that_puts(left: tuple[type, ...], right: type, cls: type) -> type:
    """Return the class whose list of bases puts one of `left` before `right`. Its subclasses inherit that order."""
    return next(base for base in reversed(cls.__mro__) if issubclass(base, right) and _has_before(base, right, left))


def _has_before(cls: type, right: type, left: tuple[type, ...]) -> bool:
    before = cls.__mro__[: cls.__mro__.index(right)]
    return any(base in before for base in left)


def _names(bases: Iterable[type]) -> str:
    return ", ".join(base.__name__ for base in bases)


def _package(cls: type) -> str:
    return cls.__module__.partition(".")[0]


def package_of(method: Callable[..., Any]) -> str:
    """Return the name of the package that a method is written in; "" for one that a decorator wraps."""
    return "" if hasattr(method, "__wrapped__") else getattr(method, "__module__", "").partition(".")[0]


def add_link(response: HttpResponseBase, text: str) -> None:
    """Add to the field Link, in which several mixins, and the view, may have links to list (RFC 8288 3)."""
    response.headers["Link"] = ", ".join(filter(None, [response.headers.get("Link"), text]))


def in_place_of(former: HttpResponseBase, response: Response) -> Response:
    """Return the response with the fields of the former one, except those about its content, and with its cookies."""
    for field, text in former.headers.items():
        if field.lower() not in {"location", "content-type", "content-length"}:
            response.headers[field] = text
    response.cookies = former.cookies
    response._resource_closers = former._resource_closers  # type: ignore[attr-defined]  # private, so not in the stubs
    return response
