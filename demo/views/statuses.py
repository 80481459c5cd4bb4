"""Views that state the status they mean."""

import inspect
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.generic import CreateView, TemplateView, View

from demo.models import Remark
from django_extras import http
from django_extras.views import StatusResponseMixin

#: What a response says besides its status, where HTTP or the class asks for it.
ARGUMENTS: dict[int, dict[str, Any]] = {
    201: {"location": "/airports/EDDF/"},
    202: {"location": "/totals/"},
    206: {"content": "01234", "content_range": "bytes 0-4/10"},
    401: {"www_authenticate": 'Bearer realm="airports"'},
    405: {"permitted_methods": ["PUT"]},
    407: {"proxy_authenticate": 'Basic realm="proxy"'},
    413: {"retry_after": 60},
    415: {"accept": ["application/json", "text/csv"]},
    416: {"complete_length": 100_000_000},
    426: {"upgrade": "websocket"},
    429: {"retry_after": 60},
    451: {"blocked_by": "https://example.org/court"},
    503: {"retry_after": 120},
}


def arguments_for(status: int) -> dict[str, Any]:
    """Return what the example of a status is made with."""
    if 300 <= status < 400 and status != 304:
        return {"redirect_to": "/statuses/"}
    content = {} if status in (204, 205, 304) else {"content": f"Status {status}"}
    return content | ARGUMENTS.get(status, {})


def meaning_of(status: int) -> str:
    """Return what a status means, in a sentence: as its class says, or Python where the class is Django's."""
    first_line = (inspect.getdoc(http.response_class_for(status)) or "").partition("\n")[0]
    number, _, meaning = first_line.partition(": ")
    if number != str(status):
        meaning = f"{HTTPStatus(status).description or HTTPStatus(status).phrase}."
    return meaning[:1].upper() + meaning[1:].replace("`", "")


class StatusExample(View):
    """Answer with the status that the URL names."""

    def get(self, request: HttpRequest, status: int) -> HttpResponse:
        try:
            response_class = http.response_class_for(status)
        except ValueError as error:
            raise Http404(str(error)) from error
        return response_class(**arguments_for(status))


class Maintenance(StatusResponseMixin, TemplateView):
    """A page with a status, and with the field that belongs to it."""

    template_name = "demo/maintenance.html"
    status_code = 503
    retry_after = 120


class Farewell(StatusResponseMixin, View):
    """A view without a template answers with the response class of its status."""

    status_code = 410

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_to_response()


class Guestbook(StatusResponseMixin, CreateView):
    """
    One form for htmx, Turbo and no JavaScript at all: 422 shows it again with its faults, 303 follows a success.
    """

    model = Remark
    fields = ["name", "text"]
    template_name = "demo/guestbook.html"
    success_url = "/guestbook/"
    status_codes = {"form_invalid": 422, "form_valid": 303}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(remarks=Remark.objects.all()[:20], **kwargs)


class Ping(StatusResponseMixin, View):
    """Nothing to say. A 204 has no content, whatever the view or a middleware would add."""

    status_code = 204

    async def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_to_response()
