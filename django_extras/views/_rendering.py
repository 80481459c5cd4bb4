"""The one way in which every response mixin answers, so that StatusResponseMixin works left or right of the others."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase

if TYPE_CHECKING:
    from django.views import View

    # The view on the right knows better than View which class of response it returns.
    _View = View[Any]
else:
    _View = object

#: What a mixin's methods return in place of those on the right. Type stubs promise an HttpResponse there, which no
#: response that streams is, so that HttpResponseBase would make each view an error.
AnyResponse = Any


class RenderingMixin(_View):
    """
    Answer through ``render_to_response()``, and let the view's status have the last word.

    C3 puts this class right of every mixin that builds on it and left of Django's views. A mixin with a representation
    of its own overrides ``render_to_response()`` and passes the method that builds it to ``_answer()``;
    StatusResponseMixin overrides ``_answer()`` alone. So each of them runs once, in whichever order a view lists them.
    """

    request: HttpRequest

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


def require_left_of(views: tuple[type, ...], mixin: type, cls: type, fault: str) -> None:
    """Raise ImproperlyConfigured for a class that has one of the views before the mixin, and so would do `fault`."""
    if _has_before(cls, mixin, views):
        # A subclass may ask for more than the class did whose bases are in that order.
        wrong = next(
            base for base in reversed(cls.__mro__) if issubclass(base, mixin) and _has_before(base, mixin, views)
        )
        bases = sorted(wrong.__bases__, key=lambda base: not issubclass(base, RenderingMixin))
        names = ", ".join(base.__name__ for base in bases)
        raise ImproperlyConfigured(f"{cls.__name__} would {fault}. Write class {wrong.__name__}({names}).")


def _has_before(cls: type, mixin: type, views: tuple[type, ...]) -> bool:
    before = cls.__mro__[: cls.__mro__.index(mixin)]
    return any(view in before for view in views)


def add_link(response: HttpResponseBase, text: str) -> None:
    """Add to the field Link, in which several mixins, and the view, may have links to list (RFC 8288 3)."""
    response.headers["Link"] = ", ".join(filter(None, [response.headers.get("Link"), text]))
