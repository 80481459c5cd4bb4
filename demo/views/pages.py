"""The pages of the demo itself."""

from pathlib import Path
from typing import Any

import drf_spectacular_sidecar
from django.http import HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.views.generic import TemplateView, View

from demo.examples import Topic
from demo.models import Document, Notice
from demo.source import highlighted, source_of
from demo.topics import AIRPORT, STATUSES, TOPICS
from demo.views.statuses import StatusExample, arguments_for, meaning_of
from django_extras import http
from django_extras.views import FileDownloadMixin


class Page(TemplateView):
    """A template that needs nothing from other hosts, nor a script or a style of its own inside."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        policy = {"Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'"}
        return super().render_to_response(context, headers=policy, **kwargs)


class Index(Page):
    """What the library does, at once, and the way to each topic."""

    template_name = "demo/index.html"
    extra_context = {"example": AIRPORT, "topics": TOPICS}


class TopicPage(Page):
    """The examples of a topic: their code, a form to try them, and what was sent and answered."""

    topic: Topic | None = None

    def get_template_names(self) -> list[str]:
        return [f"demo/topics/{self.topic.name}.html", "demo/topics/topic.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        following = TOPICS[TOPICS.index(self.topic) + 1 :]
        return super().get_context_data(
            topic=self.topic,
            next_topic=following[0] if following else None,
            documents=Document.objects.all(),
            notice=Notice.objects.first(),
            **kwargs,
        )


class StatusPage(TopicPage):
    """The topic of statuses, and a table of all that there are."""

    topic = STATUSES

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(statuses=statuses(), code=source_of(StatusExample), **kwargs)


class Static(FileDownloadMixin, View):
    """Styles, scripts and the icon. An SVG is an attachment unless a view that knows its files says otherwise."""

    root = Path(__file__).parent.parent / "static"
    as_attachment = False
    openapi = False


class SwaggerFiles(FileDownloadMixin, View):
    """The files that the page of the OpenAPI document needs."""

    root = Path(drf_spectacular_sidecar.__file__).parent / "static" / "drf_spectacular_sidecar"
    as_attachment = False
    openapi = False


def statuses() -> list[dict[str, Any]]:
    """Return each status that a class stands for: its meaning, the class's names, the call that makes the example."""
    names: dict[int, list[str]] = {}
    for name, value in vars(http).items():
        if name.startswith("HttpResponse") and issubclass(value, http.HttpResponse):
            names.setdefault(value.status_code, []).append(name)
    found = []
    for status in sorted(names):
        name = http.response_class_for(status).__name__
        call = ", ".join(f"{argument}={value!r}" for argument, value in arguments_for(status).items())
        found.append(
            {
                "status": status,
                "meaning": meaning_of(status),
                "aliases": sorted(set(names[status]) - {name}),
                "call": breakable(highlighted(f"{name}({call})")),
            }
        )
    return found


def breakable(call: SafeString) -> SafeString:
    """Let a narrow screen break the line before the arguments."""
    return mark_safe(call.replace("(", "(<wbr>", 1))
