"""Pages whose scripts write entries as JSON, and the views that take it: a URLconf."""

from typing import Any

from django.conf import settings
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.views.generic import CreateView, DeleteView, UpdateView

from django_extras.http import FileResponse
from django_extras.views import JsonResponseMixin
from tests.models import Entry

#: Sends a form by htmx, as JSON, and keeps what was answered.
HTMX = """
<!doctype html>
<script src="/npm/htmx.org/dist/htmx.js"></script>
<script src="/npm/htmx-ext-json-enc/dist/json-enc.js"></script>
<body hx-ext="json-enc" hx-headers='{"X-CSRFToken": "{{ csrf_token }}"}'>
<form hx-{{ method }}="{{ url }}" hx-swap="none" novalidate>{% csrf_token %}{{ form }}<button>Send</button></form>
<script>
  const answers = [];
  document.body.addEventListener("htmx:afterRequest", ({detail: {xhr}}) => {
    answers.push([xhr.status, xhr.responseText]);
  });
</script>
"""

AXIOS = """
<!doctype html>
<script src="/npm/axios/dist/axios.min.js"></script>
{% csrf_token %}
"""


class Entries:
    model = Entry
    fields: Any = ("char", "boolean", "nullable_boolean", "kind", "integer", "date", "file", "authors")
    json_fields: Any = ("id", *fields)


class Create(Entries, JsonResponseMixin, CreateView):
    pass


class Update(Entries, JsonResponseMixin, UpdateView):
    pass


class Delete(Entries, JsonResponseMixin, DeleteView):
    pass


def htmx(request: HttpRequest, method: str, url: str) -> HttpResponse:
    form = modelform_factory(Entry, fields=Entries.fields)(instance=Entry.objects.first())
    context = {"method": method, "url": url, "form": form}
    return HttpResponse(engines["django"].from_string(HTMX).render(context, request))


def axios(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(AXIOS).render({}, request))


def package(request: HttpRequest, path: str) -> FileResponse:
    """Return a file of what npm has installed."""
    return FileResponse(settings.NODE_MODULES / path)


urlpatterns = [
    path("npm/<path:path>", package),
    path("axios/", axios),
    path("htmx/<str:method><path:url>", htmx),
    path("entries/", Create.as_view()),
    path("entries/<int:pk>/", Update.as_view()),
    path("entries/<int:pk>/delete/", Delete.as_view()),
]
