"""A tree of files and the file of an object, as views and URLs name them."""

from django.conf import settings
from django.urls import path
from django.views import View
from django.views.generic import DetailView

from django_extras.views import FileDownloadMixin
from tests.models import Invoice


class Tree(FileDownloadMixin, View):
    @property
    def root(self) -> str:  # type: ignore[override]  # the tests change it
        return str(settings.FILES)


class InvoicePdf(FileDownloadMixin, DetailView):
    model = Invoice
    file_field = "pdf"


urlpatterns = [path("tree/<path:path>", Tree.as_view()), path("invoices/<int:pk>.pdf", InvoicePdf.as_view())]
