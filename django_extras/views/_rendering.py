"""The one way in which every response mixin answers, so that StatusResponseMixin works left or right of the others."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.generic.base import View

from ._bases import refuse_checks_that_never_run, refuse_names_of_ours

if TYPE_CHECKING:
    # The view on the right knows better than View which class of response it returns.
    _View = View[Any]
else:
    _View = object

#: What a mixin's methods return in place of those on the right. The stubs say HttpResponse there. A streaming response
#: is not one, so a narrower type would be an error in every view.
AnyResponse = Any

Response = TypeVar("Response", bound=HttpResponseBase)


class RenderingMixin(_View):
    """
    Answer through ``render_to_response()``, and let the view's status have the last word.

    In the MRO this class comes after our mixins and before Django's views. A mixin with a representation of its own
    overrides ``render_to_response()`` and passes the method that builds it to ``_render_by()``. StatusResponseMixin
    overrides ``_render_by()`` alone. So each of them runs once, in whichever order a view lists them.

    Raise ImproperlyConfigured for a view with a check that would never run, or with a private name of ours: _bases.
    """

    request: HttpRequest

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        refuse_names_of_ours(cls, RenderingMixin)
        refuse_checks_that_never_run(cls, RenderingMixin)

    def render_to_response(self, context: Any = None, **response_kwargs: Any) -> AnyResponse:
        """Return the response that the next class renders."""
        render = getattr(super(), "render_to_response", self._render_nothing)
        return self._render_by(render, context, response_kwargs)

    def _render_by(
        self, render: Callable[..., HttpResponseBase], context: Any, response_kwargs: dict[str, Any]
    ) -> HttpResponseBase:
        """Return the response that `render` builds from the context and the keyword arguments."""
        return render(context, **response_kwargs)

    def _render_nothing(self, context: Any, **response_kwargs: Any) -> HttpResponseBase:
        raise ImproperlyConfigured(
            f"{type(self).__name__} has nothing to render. Add a view that renders, such as TemplateView, or "
            f"override {type(self).__name__}.render_to_response()."
        )


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
