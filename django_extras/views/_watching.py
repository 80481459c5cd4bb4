"""Watch methods of a view: call something else with the method in its place, on the one instance of the request."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.http import HttpRequest

from ._rendering import RenderingMixin


class WatchingMixin(RenderingMixin):
    """
    Replace methods in ``setup()``, on the instance.

    A subclass's method often does not call ``super()``, so an override left of it would not see the call. And
    ``dispatch()`` of the class carries marks of decorators such as csrf_exempt, which ``as_view()`` reads.
    """

    #: The methods that this one instance has. The first is Django's.
    _added_methods: tuple[str, ...] = ("head",)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Add methods that the view lacks, and watch those that there are."""
        super().setup(request, *args, **kwargs)
        self._add_methods()
        for name, watch in self._watches():
            if callable(method := getattr(self, name, None)):
                self._add_method(name, partial(watch, method))

    def _add_method(self, name: str, method: Callable[..., Any]) -> None:
        setattr(self, name, method)
        self._added_methods += (name,)

    def _let_go(self) -> None:
        """Drop these methods. They refer to the view, so it and its request would wait for the garbage collector."""
        for name in self._added_methods:
            vars(self).pop(name, None)

    def _add_methods(self) -> None:
        """Add methods that the view on the right lacks."""

    def _watches(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        """
        Find the names of methods, each with what is called with the method in its place.

        If a name comes twice, the later one is around the earlier one.
        """
        yield from ()
