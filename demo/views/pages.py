"""The pages of the demo itself."""

from pathlib import Path
from typing import Any

import drf_spectacular_sidecar
from django.utils.safestring import SafeString, mark_safe
from django.views.generic import TemplateView, View

from demo.examples import SECTIONS
from demo.models import Document
from demo.source import highlighted, source_of
from demo.views.files import DocumentDownload, DocumentsZip
from demo.views.json import FLIGHT, FlightCreate, FlightDelete, FlightUpdate
from demo.views.notices import NoticeCreate, NoticeDelete, NoticeDetail, NoticeForm, NoticeList, NoticeUpdate
from demo.views.statuses import StatusExample, arguments_for
from django_extras import http
from django_extras.views import FileDownloadMixin

#: The views behind the URLs of notices.
NOTICE_CODE = mark_safe(
    "\n\n\n".join(map(source_of, (NoticeList, NoticeDetail, NoticeCreate, NoticeForm, NoticeUpdate, NoticeDelete)))
)


class Page(TemplateView):
    """A template that knows where the demo is, for its curl lines."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(origin=self.request.build_absolute_uri("/").rstrip("/"), **kwargs)


class Index(Page):
    """Every feature, with its code."""

    template_name = "demo/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sections=SECTIONS, documents=Document.objects.all(), **kwargs)


class StatusList(Page):
    """Every status, with a link that answers with it."""

    template_name = "demo/statuses.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(statuses=statuses(), code=source_of(StatusExample), **kwargs)


class Write(Page):
    """Requests that make, change and delete flights, beside what the views answered."""

    template_name = "demo/write.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        views = map(source_of, (FlightCreate, FlightUpdate, FlightDelete))
        code = "\n\n\n".join([highlighted(f"FLIGHT = {FLIGHT}".replace("'", '"')), *views])
        return super().get_context_data(code=mark_safe(code), **kwargs)


class Resume(Page):
    """A film to seek in, and a download to break off and resume."""

    template_name = "demo/resume.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(code=source_of(DocumentDownload), **kwargs)


class Selection(Page):
    """Documents to choose, which come as one archive."""

    template_name = "demo/selection.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        code = source_of(DocumentsZip)
        return super().get_context_data(code=code, documents=Document.objects.all(), **kwargs)


class Static(FileDownloadMixin, View):
    """The stylesheet and the icon. An SVG is an attachment unless a view that knows its files says otherwise."""

    root = Path(__file__).parent.parent / "static"
    as_attachment = False


class SwaggerFiles(FileDownloadMixin, View):
    """The files that the page of the OpenAPI document needs."""

    root = Path(drf_spectacular_sidecar.__file__).parent / "static" / "drf_spectacular_sidecar"
    as_attachment = False


def statuses() -> list[dict[str, Any]]:
    """Return each status that a class stands for, with the class's names and the call that makes the example."""
    names: dict[int, list[str]] = {}
    for name, value in vars(http).items():
        if name.startswith("HttpResponse") and issubclass(value, http.HttpResponse):
            names.setdefault(value.status_code, []).append(name)
    found = []
    for status in sorted(names):
        name = http.response_class_for(status).__name__
        call = ", ".join(f"{argument}={value!r}" for argument, value in arguments_for(status).items())
        aliases = sorted(set(names[status]) - {name})
        found.append(
            {"status": status, "name": name, "aliases": aliases, "call": breakable(highlighted(f"{name}({call})"))}
        )
    return found


def breakable(call: SafeString) -> SafeString:
    """Let a narrow screen break the line before the arguments."""
    return mark_safe(call.replace("(", "(<wbr>", 1))
