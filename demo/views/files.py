"""Views that send files."""

import csv
import io

from django.conf import settings
from django.shortcuts import aget_object_or_404
from django.views.generic import DetailView, View

from demo.files import ORIGINALS
from demo.models import Country, Document
from django_extras.views import FileDownloadMixin


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
