"""Views that send files."""

import csv
import io
from typing import Any

from django.conf import settings
from django.core.signing import Signer
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import aget_object_or_404
from django.utils.crypto import constant_time_compare
from django.views.generic import DetailView, ListView, View

from demo.files import ORIGINALS, pdf
from demo.models import Country, Document
from django_extras.delivery import Apache, Delivery, InProcess, Lighttpd, Nginx
from django_extras.views import FileDownloadMixin, ZipDownloadMixin


class DocumentDownload(FileDownloadMixin, DetailView):
    """The file of a model's FileField: its name, type, size and date come along."""

    model = Document
    file_field = "file"


class MediaTree(FileDownloadMixin, View):
    """All files of a directory. No path in a URL leads out of it."""

    root = settings.MEDIA_ROOT


class Sources(FileDownloadMixin, View):
    """One file, under a name of your choice."""

    path = ORIGINALS / "sources.txt"
    filename = "Where the data come from.txt"
    as_attachment = True


class CountryTable(FileDownloadMixin, View):
    """A file that the view makes."""

    filename = "countries.csv"

    def get_file(self) -> io.BytesIO:
        text = io.StringIO()
        csv.writer(text).writerows(Country.objects.values_list("code", "name"))
        return io.BytesIO(text.getvalue().encode())


class AsyncDownload(FileDownloadMixin, View):
    """An async view may await what it sends."""

    async def aget_file(self) -> str:
        document = await aget_object_or_404(Document, slug=self.kwargs["slug"])
        return document.file.path


class Invoice(FileDownloadMixin, View):
    """Its owner has the link with the key. For all others, there is no such invoice, and no file is touched."""

    def has_download_permission(self) -> bool:
        key = Signer().signature(str(self.kwargs["number"]))
        if not constant_time_compare(self.request.GET.get("key", ""), key):
            raise Http404
        return True

    def get_file(self) -> bytes:
        return pdf(f"Invoice {self.kwargs['number']}", "Landing fee: 12 EUR")

    def get_filename(self) -> str:
        return f"invoice-{self.kwargs['number']}.pdf"


class DocumentsZip(ZipDownloadMixin, ListView):
    """The documents that the query names, or all, as one archive. It is made while it is sent."""

    model = Document
    file_field = "file"
    filename = "documents.zip"

    def get_queryset(self) -> QuerySet[Document]:
        slugs = self.request.GET.getlist("slug")
        return Document.objects.filter(slug__in=slugs) if slugs else Document.objects.all()


class Film(FileDownloadMixin, DetailView):
    """The same film, sent by this process or, where one runs in front of it, by another server."""

    model = Document
    file_field = "file"

    def get_object(self, queryset: Any = None) -> Document:
        return Document.objects.get(slug="clock")

    def get_delivery(self) -> Delivery:
        root = settings.MEDIA_ROOT
        return {
            "here": InProcess(),
            "nginx": Nginx(root, "/protected/"),
            "apache": Apache(root),
            "lighttpd": Lighttpd(root),
        }[self.kwargs["delivery"]]
