"""What language models read of the documentation is the text of the pages and of the docstrings."""

import inspect
import re

import pytest

from django_extras import http, views
from docs import llms
from tests.documents import DOCS, PAGES


def test_each_page_is_listed_once() -> None:
    listed = [page for pages in llms.pages().values() for page in pages]

    assert sorted(listed) == [page for page in PAGES if page.name != "index.md"]


def test_the_list() -> None:
    lines = llms.llms_txt().splitlines()

    assert lines[:5] == [
        "# django-extras",
        "",
        "> Mixins that make Django's generic views speak JSON, send files and answer with exact statuses.",
        "",
        "## Learn",
    ]
    assert (
        "- [JsonResponseMixin](reference/json-response-mixin.md): `from django_extras.views import "
        "JsonResponseMixin`: a generic view that speaks JSON." in lines
    )
    for line in lines:
        if line.startswith("- "):
            assert re.fullmatch(r"- \[[^]]{4,60}\]\([\w./-]+\.md\): [^|#]{20,}\.", line), line


@pytest.mark.parametrize(
    ("page", "described"),
    [
        ("reference/json-response-mixin.md", views.JsonResponseMixin),
        ("reference/statuses.md", http.HttpResponseConflict),
        ("reference/responses.md", http.response_class_for),
    ],
)
def test_docstrings_are_in_their_places(page: str, described: object) -> None:
    text = llms.markdown(DOCS / page)

    assert f".{described.__name__}\n\n{inspect.getdoc(described)}\n" in text
    assert "{eval-rst}" not in text


def test_other_pages_are_as_they_were_written() -> None:
    page = DOCS / "tutorial.md"

    assert llms.markdown(page) == page.read_text()
