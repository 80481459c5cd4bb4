"""What the index page shows: for each feature a view's code, a link and a curl line."""

import inspect
from dataclasses import dataclass

from django.core.signing import Signer
from django.utils.functional import cached_property
from django.views.generic import View

from demo.source import source_of
from demo.views import errors, files, json, notices, statuses


@dataclass(frozen=True)
class Example:
    """A view, a URL that it answers, and the options with which curl shows the most of it."""

    view: type[View]
    url: str
    curl: str = "-i"

    @property
    def name(self) -> str:
        return self.view.__name__

    @property
    def text(self) -> str:
        return inspect.getdoc(self.view) or ""

    @cached_property
    def code(self) -> str:
        return source_of(self.view)


@dataclass(frozen=True)
class Section:
    """Examples of one mixin."""

    name: str
    title: str
    text: str
    examples: list[Example]


SECTIONS = [
    Section(
        "json",
        "JSON",
        "JsonResponseMixin turns a generic view into JSON. The view names the fields; nothing else leaves.",
        [
            Example(json.AirportList, "/airports/?page=2"),
            Example(json.AirportCursorList, "/airports/by-cursor/?ordering=-elevation&paginate_by=5"),
            Example(json.AirportDetail, "/airports/EDDF/"),
            Example(json.CountryList, "/countries/"),
            Example(json.Totals, "/totals/"),
            Example(json.AsyncTotals, "/totals/async/"),
        ],
    ),
    Section(
        "one-url",
        "One URL",
        "NegotiatedResponseMixin answers with the page or with JSON; by_method() puts views behind one URL.",
        [Example(notices.NoticeList, "/notices/", "-i -H 'Accept: application/json'")],
    ),
    Section(
        "files",
        "Files",
        "FileDownloadMixin sends a file: streamed, under its own name, with its size and date.",
        [
            Example(files.DocumentDownload, "/documents/numbers/", "-O"),
            Example(files.MediaTree, "/media/documents/guide.pdf", "-I"),
            Example(files.Sources, "/sources/", "-OJ"),
            Example(files.CountryTable, "/countries.csv"),
            Example(files.AsyncDownload, "/documents/clock/async/", "-I"),
            Example(files.Invoice, f"/invoices/7/?key={Signer().signature('7')}", "-OJ"),
            Example(files.DocumentsZip, "/documents.zip?slug=guide&slug=map", "-OJ"),
            Example(files.Film, "/film/nginx/", "-i"),
        ],
    ),
    Section(
        "statuses",
        "Statuses",
        "StatusResponseMixin states the status that a view means, and sends no content where none may be.",
        [
            Example(statuses.Maintenance, "/maintenance/"),
            Example(statuses.Farewell, "/farewell/"),
            Example(statuses.Ping, "/ping/"),
            Example(statuses.Guestbook, "/guestbook/"),
        ],
    ),
    Section(
        "errors",
        "Errors",
        "HttpError, raised in a view, becomes the response: as HTML, or as the problem that JSON clients understand.",
        [
            Example(errors.Landing, "/landing/", "-i -H 'Accept: application/json'"),
            Example(errors.Queue, "/queue/"),
        ],
    ),
]
