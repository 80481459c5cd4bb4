"""The URLs of the project under the real servers."""

import gc
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import FormView

from django_extras.views import JsonResponseMixin


def ready(request: HttpRequest) -> HttpResponse:
    """Answer, so that whoever started the server knows that it runs."""
    return HttpResponse(b"ready", content_type="text/plain")


def collect(request: HttpRequest) -> HttpResponse:
    """Free what waits for the garbage collector, such as the frames of a server's exceptions."""
    gc.collect()
    return HttpResponse(b"collected", content_type="text/plain")


class Note(forms.Form):
    text = forms.CharField()
    file = forms.FileField(required=False)


class Notes(JsonResponseMixin, FormView):
    form_class = Note

    def put(self, request: HttpRequest) -> HttpResponse:
        return self.post(request)

    def form_valid(self, form: Any) -> HttpResponse:
        return self.render_json_response({"length": len(form.cleaned_data["text"])})


urlpatterns = [
    path("ready", ready),
    path("collect", collect),
    path("files/", include("tests.servers.app.files")),
    path("notes", Notes.as_view()),
]
