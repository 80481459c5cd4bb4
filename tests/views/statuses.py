"""The views that the tests of statuses share."""

import asyncio

from django import forms
from django.views import generic

from django_extras.views import StatusResponseMixin
from tests.models import Book

HTML = "text/html; charset=utf-8"


def answer(view, request, **kwargs):
    response = view.as_view()(request, **kwargs)
    if asyncio.iscoroutine(response):
        response = asyncio.run(response)
    if hasattr(response, "render"):
        response.render()
    return response


class Page(StatusResponseMixin, generic.TemplateView):
    template_name = "page.html"


class Plain(StatusResponseMixin, generic.View):
    def get(self, request):
        return self.render_to_response()


class Form(forms.Form):
    name = forms.CharField()


class FormPage(StatusResponseMixin, generic.FormView):
    form_class = Form
    template_name = "page.html"
    success_url = "/done/"


class Create(StatusResponseMixin, generic.CreateView):
    model = Book
    fields = ["title"]
    success_url = "/books/"

    def form_valid(self, form):
        form.instance.price = 1
        return super().form_valid(form)


class Update(StatusResponseMixin, generic.UpdateView):
    model = Book
    fields = ["title"]


class Delete(StatusResponseMixin, generic.DeleteView):
    model = Book
    success_url = "/books/"


class Books(StatusResponseMixin, generic.ListView):
    model = Book
    ordering = "pk"


def variant(view, **attributes):
    return type(view)(view.__name__, (view,), attributes)
