"""Every URL of the demo answers with the status and the type it should."""

import html
import io
import re
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.signing import Signer
from django.test import Client
from django.urls import resolve

import demo.settings
from demo.examples import Example, Request, Topic
from demo.models import Notice
from demo.topics import TOPICS
from demo.urls import urlpatterns
from demo.views.pages import Static, statuses
from demo.views.statuses import arguments_for
from django_extras.test import assert_offloaded, assert_problem, assert_valid_response

pytestmark = pytest.mark.urls("demo.urls")

HTML = "text/html; charset=utf-8"
JSON = "application/json"
PROBLEM = "application/problem+json"

#: Status and type of what a URL answers. test_the_table_has_every_url() fails for a pattern that is not in here.
ANSWERS = {
    "/": (200, HTML),
    "/static/style.css": (200, "text/css"),
    "/static/icon.svg": (200, "image/svg+xml"),
    "/static/../urls.py": (404, HTML),
    "/airports/": (200, JSON),
    "/airports/?page=2": (200, JSON),
    "/airports/?page=999": (404, PROBLEM),
    "/airports/by-cursor/": (200, JSON),
    "/airports/by-cursor/?ordering=-elevation&paginate_by=5": (200, JSON),
    "/airports/by-cursor/?ordering=map_url": (400, PROBLEM),
    "/airports/by-cursor/?cursor=none": (400, PROBLEM),
    "/airports/EDDF/": (200, JSON),
    "/airports/absent/": (404, PROBLEM),
    "/countries/": (200, JSON),
    "/flights/": (200, JSON),
    "/flights/new/": (405, PROBLEM),
    "/flights/1/": (404, PROBLEM),
    "/flights/1/delete/": (404, PROBLEM),
    "/notices/": (200, HTML),
    "/notices/new/": (302, HTML),
    "/notices/1/": (404, HTML),
    "/notices/1/edit/": (302, HTML),
    "/notices/1/delete/": (302, HTML),
    "/login/": (200, HTML),
    "/logout/": (405, HTML),
    "/openapi.json": (200, JSON),
    "/docs/": (200, HTML),
    "/docs/?script": (200, "text/javascript"),
    "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css": (200, "text/css"),
    "/totals/": (200, JSON),
    "/totals/async/": (200, JSON),
    "/documents/clock/": (200, "video/mp4"),
    "/documents/clock/async/": (200, "video/mp4"),
    "/documents/chord/": (200, "audio/x-wav"),
    "/documents/drawing/": (200, "image/svg+xml"),
    "/documents/guide/": (200, "application/pdf"),
    "/documents/map/": (200, "image/png"),
    "/documents/numbers/": (200, "text/plain"),
    "/documents/served/": (200, "text/csv"),
    "/documents/sources/": (200, "text/plain"),
    "/documents/absent/": (404, HTML),
    "/media/documents/guide.pdf": (200, "application/pdf"),
    "/media/documents/absent.pdf": (404, HTML),
    "/media/documents/": (404, HTML),
    "/documents.zip": (200, "application/zip"),
    "/documents.zip?slug=guide&slug=map": (200, "application/zip"),
    "/invoices/7/": (404, HTML),
    "/invoices/7/?key=guessed": (404, HTML),
    "/invoices/7/?key=KEY": (200, "application/pdf"),
    "/film/here/": (200, "video/mp4"),
    "/film/nginx/": (200, "video/mp4"),
    "/film/apache/": (200, "video/mp4"),
    "/film/lighttpd/": (200, "video/mp4"),
    **{f"/{topic.name}/": (200, HTML) for topic in TOPICS},
    **{f"/static/{path.name}": (200, "text/javascript") for path in Static.root.glob("*.js")},
    "/sources/": (200, "text/plain"),
    "/countries.csv": (200, "text/csv"),
    "/statuses/302/": (302, HTML),
    "/statuses/418/": (404, HTML),
    "/maintenance/": (503, HTML),
    "/farewell/": (410, HTML),
    "/ping/": (204, None),
    "/guestbook/": (200, HTML),
    "/static/htmx/htmx.min.js": (200, "text/javascript"),
    "/landing/": (409, HTML),
    "/queue/": (429, HTML),
}
#: The answers without content: Django's 405 of a page, too.
EMPTY = [(204, None), (302, HTML), (405, HTML), (410, HTML)]
PAGES = ["/", *(f"/{topic.name}/" for topic in TOPICS)]
EXAMPLES = {example.name: (topic, example) for topic in TOPICS for example in topic.examples}


def media_type(value: str | None) -> str | None:
    """Leave the charset away that files of text have."""
    return value if value is None or value == HTML else value.partition(";")[0]


@pytest.fixture(autouse=True)
def middleware(settings: Any) -> None:
    settings.MIDDLEWARE, settings.LOGIN_URL = demo.settings.MIDDLEWARE, demo.settings.LOGIN_URL


def page(client: Client, path: str) -> str:
    """Return a page as a browser understands it."""
    return html.unescape(client.get(path).getvalue().decode())


def test_the_table_has_every_url() -> None:
    visited = {resolve(path.partition("?")[0]).route for path in ANSWERS}

    assert {str(pattern.pattern) for pattern in urlpatterns} - visited == set()


@pytest.mark.parametrize("path", ANSWERS)
def test_get_and_head(path: str, demo_data: Path, client: Client) -> None:
    status, content_type = ANSWERS[path]
    path = path.replace("KEY", Signer().signature("7"))

    response = client.get(path)
    head = client.head(path)

    assert_valid_response(response)
    assert_valid_response(head)
    assert (response.status_code, media_type(response.get("Content-Type"))) == (status, content_type)
    assert (head.status_code, head.get("Content-Type")) == (status, response.get("Content-Type"))
    is_offloaded = path in {"/film/nginx/", "/film/apache/", "/film/lighttpd/"}
    assert bool(response.getvalue()) is ((status, content_type) not in EMPTY and not is_offloaded)
    assert head.getvalue() == b""


@pytest.mark.parametrize("status", [row["status"] for row in statuses()])
def test_each_status_class_answers(status: int, client: Client) -> None:
    response = client.get(f"/statuses/{status}/")

    assert_valid_response(response)
    assert response.status_code == status
    assert response.get("Location") == (
        arguments_for(status).get("redirect_to") or arguments_for(status).get("location")
    )


@pytest.mark.django_db
def test_the_list_of_statuses_links_each(client: Client) -> None:
    links = [int(status) for status in re.findall(r'href="/statuses/(\d+)/"', page(client, "/statuses/"))]

    assert links == [row["status"] for row in statuses()]
    assert len(links) > 50


@pytest.mark.parametrize(("topic", "example"), EXAMPLES.values(), ids=EXAMPLES)
@pytest.mark.django_db
def test_an_example_shows_the_views_that_answer(topic: Topic, example: Example, client: Client) -> None:
    found = page(client, f"/{topic.name}/")
    shown = {view for view in example.code_of if isinstance(view, type)}

    answering = set(filter(None, map(view_of, example.requests)))
    assert not shown or shown & answering
    for view in shown:
        assert f"class</span> {view.__name__}(" in found
    assert '"""' not in example.code
    assert example.text in found
    for request in example.requests:
        assert f">{request.label}</button>" in found


def view_of(request: Request) -> Any:
    """Return the class of the view that answers."""
    view: Any = resolve(request.path).func
    view = getattr(view, "methods", {}).get(request.method.lower(), view)
    return getattr(view, "view_class", None)


def test_links_to_the_document_name_its_operations(demo_data: Path, client: Client) -> None:
    notice = Notice.objects.create(headline="Fog", text="Until noon.")
    operations = {
        f"{operation['tags'][0]}/{operation['operationId']}"
        for path in client.get("/openapi.json").json()["paths"].values()
        for operation in path.values()
    }

    pages = "".join(page(client, path) for path in [*PAGES, "/notices/", notice.get_absolute_url()])
    links = set(re.findall('"/docs/#/([^"]+)"', pages))

    assert links >= {"demo/notices_list", "demo/notice_retrieve", "demo/flight_partial_update"}
    assert links <= operations


def test_most_examples_are_in_the_document() -> None:
    missing = {name for name, (_, example) in EXAMPLES.items() if not example.operations}

    # They are pages for people, or answer with one status only.
    assert {topic.name for name, (topic, _) in EXAMPLES.items() if name in missing} <= {"statuses", "problems"}


def test_every_link_of_the_pages_leads_somewhere(demo_data: Path, client: Client) -> None:
    pages = "".join(page(client, path) for path in PAGES)
    paths = {path.partition("#")[0] for path in re.findall(r'(?:href|src)="(/[^"]*)"', pages)}

    answers = {}
    for path in paths:
        if not re.match(r"/statuses/\d", path):
            with closing(client.get(path)) as response:
                answers[path] = response.status_code

    assert len(answers) > 40
    assert {path: status for path, status in answers.items() if status not in (200, 204)} == {
        "/maintenance/": 503,
        "/farewell/": 410,
        "/landing/": 409,
        "/queue/": 429,
        # There is no notice yet, who writes one must log in, and the cursor is none.
        "/notices/1/": 404,
        "/notices/new/": 302,
        "/airports/by-cursor/?cursor=none": 400,
    }


def test_the_pages_ask_nothing_of_other_hosts(demo_data: Path, client: Client) -> None:
    pages = "".join(page(client, path) for path in PAGES)

    assert re.findall(r'(?:src|<link[^>]+href)="(?!/)', pages) == []
    assert re.findall("<(?:style|script(?! src))|style=| on[a-z]+=", pages) == []
    assert not re.search(r"@import|url\(", page(client, "/static/style.css"))
    assert client.get("/read/")["Content-Security-Policy"].startswith("default-src 'self';")


def test_an_error_is_a_problem_for_json_clients(demo_data: Path, client: Client) -> None:
    landing = client.get("/landing/", headers={"Accept": "application/json"})
    queue = client.get("/queue/", headers={"Accept": "application/json"})

    assert_problem(landing, 409, code="runways-taken", icao="EDDF")
    assert_problem(queue, 429, detail="Fly a circle, please.")
    assert queue["Retry-After"] == "90"


def test_a_front_server_gets_the_film(demo_data: Path, client: Client) -> None:
    assert_offloaded(client.get("/film/nginx/"), "/protected/documents/clock.mp4", filename="clock.mp4")
    assert_offloaded(client.get("/film/apache/"), f"{demo_data}/documents/clock.mp4")
    assert_offloaded(client.get("/film/lighttpd/"), f"{demo_data}/documents/clock.mp4")


def test_the_archive_has_what_was_chosen(demo_data: Path, client: Client) -> None:
    response = client.get("/documents.zip", {"slug": ["guide", "map"]})

    content = response.getvalue()
    assert response["Content-Length"] == str(len(content))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == ["airports.png", "guide.pdf"]
