"""A response of an async view whose content needs the database, which async code must not wait for."""

from asyncio import get_running_loop
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

from django_extras.http.json import JsonResponse, require_content


class DeferredResponse(SimpleTemplateResponse):
    """Content that a function writes after the view, in a thread. Django renders templates in just this way."""

    #: What a cache that keeps the response does without.
    rendering_attrs = [*SimpleTemplateResponse.rendering_attrs, "_write"]

    def __init__(
        self, write: Callable[["DeferredResponse"], bytes], *, reason: str | None = None, **options: Any
    ) -> None:
        super().__init__(template=[], **{**options, "charset": "utf-8"})
        self.reason_phrase = reason  # type: ignore[assignment]  # None means that of the status
        require_content(self.status_code)
        self._write = write

    @property
    def rendered_content(self) -> bytes:  # type: ignore[override]  # bytes are content too
        """Return what the function writes."""
        return self._write(self)

    def finish(self) -> HttpResponseBase:
        """Write the content, and return the response that a sync view would have given, which a cache can keep."""
        response = self.render()
        if response is not self:  # a callback of its own choice
            return response
        finished: HttpResponse = (
            HttpResponseNotModified()
            if self.status_code == 304
            else JsonResponse(None, status=self.status_code, reason=self.reason_phrase)
        )
        finished.headers, finished.cookies, finished.content = self.headers, self.cookies, self.content
        finished._resource_closers = self._resource_closers  # type: ignore[attr-defined]  # private, so not in the stubs
        return finished


def is_async() -> bool:
    """Tell whether the caller runs in an event loop."""
    try:
        get_running_loop()
    except RuntimeError:
        return False
    return True
