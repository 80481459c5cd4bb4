"""What docs/how-to/htmx.md says of htmx holds in a browser, with the views, templates and configuration there."""

from pathlib import Path
from typing import Any

import django_htmx
import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import path
from pytest_django.live_server_helper import LiveServer

from tests.documents import DOCS, Program, blocks
from tests.models import Book

HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
TRIED = """
<!doctype html>
<head>CONFIG<script src="/htmx.js"></script></head>
<body hx-headers='{"X-CSRFToken": "{{ csrf_token }}"}'>
<form hx-post="/books/new/" novalidate><button>Save</button></form>
<ul>
  <li id="gone" hx-delete="/books/1/delete/" hx-swap="outerHTML">Dune</li>
  <li id="stays" hx-delete="/nothing/" hx-swap="outerHTML">Ubik</li>
</ul>
<table hx-swap="outerHTML"><tr hx-get="/books/" hx-trigger="click"><td id="rows">Rows</td></tr></table>
"""


@pytest.fixture
def page(transactional_db: None, browser: Any, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """The browser, on a page whose elements ask the views of the documentation."""
    # Without kept connections: the browser outlives this server, which would leave their sockets open.
    monkeypatch.setattr(WSGIRequestHandler, "protocol_version", "HTTP/1.0")
    program, config = Program(DOCS / "how-to" / "htmx.md", request), ""
    for block in blocks(program.page):
        if block.language == "html" and not block.file:
            config += block.code
        elif block.language in ("python", "html"):
            program.run(block)
    program.templates["tried.html"] = TRIED.replace("CONFIG", config)
    program.names["urlpatterns"] += [
        path("", lambda request: render(request, "tried.html")),
        path("htmx.js", lambda request: FileResponse(HTMX.open("rb"))),
        path("nothing/", lambda request: HttpResponse(status=204)),
    ]
    assert "responseHandling" in config
    server = LiveServer("localhost")
    browser.get(f"{server.url}/")
    yield browser
    server.stop()


def click(browser: Any, selector: str) -> None:
    """Click on an element, and wait until htmx has done with the answer."""
    script = "document.body.addEventListener('htmx:afterRequest', () => setTimeout(() => arguments[1](), 100));"
    browser.execute_async_script(f"{script} document.querySelector(arguments[0]).click()", selector)


def test_it_does_what_the_documentation_says(page: Any) -> None:
    find = page.find_elements

    click(page, "form button")
    assert "This field is required." in find("css selector", "form")[0].text

    click(page, "#gone")
    click(page, "#stays")
    assert (find("id", "gone"), len(find("id", "stays"))) == ([], 1)
    assert not Book.objects.filter(pk=1).exists()


def test_more_rows_come_when_the_end_is_seen(page: Any) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    page.find_element("id", "rows").click()

    WebDriverWait(page, 10).until(lambda page: "Ubik" in page.find_element("css selector", "table").text)
    assert page.find_element("css selector", "table").text.split() == ["Dune", "Emma", "Ubik"]
