"""What front ends send as JSON: htmx with json-enc in a browser, axios in a browser and in Node."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from pytest_django.live_server_helper import LiveServer

from tests.models import Author, Entry

pytestmark = [pytest.mark.urls("tests.browser.entries"), pytest.mark.django_db(transaction=True)]

HERE = Path(__file__).parent


@pytest.fixture
def url(settings: Any, monkeypatch: pytest.MonkeyPatch, node_modules: Path, tmp_path: Path) -> Iterator[str]:
    # Without kept connections: the clients outlive this server, which would leave their sockets open.
    monkeypatch.setattr(WSGIRequestHandler, "protocol_version", "HTTP/1.0")
    settings.MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
    settings.NODE_MODULES = node_modules
    settings.MEDIA_ROOT = tmp_path
    settings.MEDIA_URL = "/media/"
    # A server of its own: that of other tests has read its middleware already.
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def author() -> Author:
    return Author.objects.create(name="Jane")


class TestHtmx:
    @pytest.fixture
    def send(self, browser: Any, url: str) -> Any:
        from selenium.webdriver.common.by import By
        from selenium.webdriver.support.ui import WebDriverWait

        def send(method: str, path: str, **values: Any) -> Any:
            """Fill in the form of a page as a person does and send it."""
            browser.get(f"{url}/htmx/{method}{path}")
            for name, value in values.items():
                fields = browser.find_elements(By.NAME, name)
                if fields[0].tag_name == "select":
                    for option in fields[0].find_elements(By.TAG_NAME, "option"):
                        if option.is_selected() is not (option.get_attribute("value") in value):
                            option.click()
                elif isinstance(value, bool):
                    if fields[0].is_selected() is not value:
                        fields[0].click()
                elif fields[0].get_attribute("type") == "date":
                    browser.execute_script("arguments[0].value = arguments[1]", fields[0], value)
                else:
                    fields[0].clear()
                    fields[0].send_keys(value)
            browser.find_element(By.TAG_NAME, "button").click()
            WebDriverWait(browser, 10).until(lambda browser: browser.execute_script("return answers.length"))
            [[status, text]] = browser.execute_script("return answers")
            return status, json.loads(text) if text else None

        return send

    def test_a_form_is_sent_as_json(self, send: Any, author: Author) -> None:
        Author.objects.create(name="Other")
        values = {"char": "Ann", "boolean": True, "nullable_boolean": ["true"], "kind": ["a"], "integer": "5"}

        status, shown = send("post", "/entries/", **values, date="2026-05-01", authors=[str(author.pk)])

        assert (status, shown) == (
            201,
            {
                "id": Entry.objects.get().pk,
                "char": "Ann",
                "boolean": True,
                "nullable_boolean": True,
                "kind": "a",
                "integer": 5,
                "date": "2026-05-01",
                "file": None,
                "authors": [author.pk],
            },
        )

    def test_several_options_none_and_boxes_that_are_not_checked(self, send: Any, author: Author) -> None:
        authors = [author, Author.objects.create(name="Other")]

        status, shown = send("post", "/entries/", char="x", authors=[str(author.pk) for author in authors])
        assert (status, shown["boolean"], shown["authors"]) == (201, False, [author.pk for author in authors])
        Entry.objects.all().delete()
        status, shown = send("post", "/entries/", char="x")
        assert (status, shown["boolean"], shown["authors"], shown["kind"]) == (201, False, [], "")

    def test_faults(self, send: Any) -> None:
        status, problem = send("post", "/entries/", char="x" * 5, date="2026-05-01", integer="9" * 20)

        assert (status, [error["pointer"] for error in problem["errors"]]) == (422, ["#/integer"])
        assert not Entry.objects.exists()

    @pytest.mark.parametrize("method", ["post", "put", "patch"])
    def test_an_object_is_changed(self, send: Any, author: Author, method: str) -> None:
        entry = Entry.objects.create(char="Ann", boolean=True, kind="a", integer=5)
        entry.authors.add(author)

        status, shown = send(method, f"/entries/{entry.pk}/", char="Bob", kind=["b"])

        assert (status, shown["char"], shown["kind"], shown["integer"]) == (200, "Bob", "b", 5)
        assert (shown["boolean"], shown["authors"]) == (True, [author.pk])

    def test_an_object_is_deleted(self, send: Any) -> None:
        entry = Entry.objects.create()

        assert send("delete", f"/entries/{entry.pk}/delete/") == (204, None)
        assert not Entry.objects.exists()


def check(found: Any, author: Author) -> None:
    """Look at what the script of axios has found."""
    status, created = found["created"]
    assert status == 201
    assert created == {
        "id": created["id"],
        "char": "Ann",
        "boolean": True,
        "nullable_boolean": None,
        "kind": "a",
        "integer": 5,
        "date": "2026-05-01",
        "file": None,
        "authors": [author.pk],
    }
    assert found["put"] == created | {"char": "Bob", "boolean": False}
    assert found["patched"] == found["read"] == found["put"] | {"date": "2026-06-01"}
    assert found["multipart"] == found["read"] | {"char": "Eve", "file": found["multipart"]["file"]}
    assert found["multipart"]["file"].endswith("/note.txt")
    assert found["urlencoded"] == found["multipart"] | {"char": "Zoe", "authors": []}
    assert (found["postForm"]["char"], found["postForm"]["authors"]) == ("Form", [author.pk])
    assert found["refused"] == [
        422,
        422,
        ["#/integer invalid", "#/date invalid", "#/authors/0 invalid_choice", "#/isbn unknown"],
    ]
    assert (found["incomplete"][0], len(found["incomplete"][2])) == (422, 6)
    assert [found[name][:2] for name in ("text", "malformed", "method", "gone")] == [
        [415, 415],
        [400, 400],
        [405, 405],
        [404, 404],
    ]
    assert found["deleted"] == 204
    assert [entry.char for entry in Entry.objects.all()] == ["Form"]


def test_axios_in_a_browser(browser: Any, url: str, author: Author) -> None:
    browser.get(f"{url}/axios/")
    script = (HERE / "axios.mjs").read_text().replace("export ", "")
    refused = """
        const done = arguments[0];
        axios.post("/entries/", {char: "x"}).then(done, (error) => done(error.response.status));
    """
    assert browser.execute_async_script(refused) == 403  # without Django's names for its token

    found = browser.execute_async_script(
        f"""
        {script}
        const [author, done] = arguments;
        axios.defaults.xsrfCookieName = "csrftoken";
        axios.defaults.xsrfHeaderName = "X-CSRFToken";
        run(axios, "/entries/", author).then(done, (error) => done(`${{error}}`));
        """,
        author.pk,
    )

    check(found, author)


def test_axios_in_node(url: str, author: Author, node_modules: Path) -> None:
    script = (
        (HERE / "axios.mjs").read_text()
        + """
        import http from "node:http";
        import axios from "axios";
        // The server closes each connection without saying so.
        axios.defaults.httpAgent = new http.Agent({keepAlive: false});
        const [url, author] = process.argv.slice(2);
        // Node has no cookies of its own.
        const {headers} = await axios.get(`${url}/axios/`);
        const [, token] = headers["set-cookie"][0].match(/csrftoken=(\\w+)/);
        const client = axios.create({headers: {Cookie: `csrftoken=${token}`, "X-CSRFToken": token}});
        console.log(JSON.stringify(await run(client, `${url}/entries/`, Number(author))));
    """
    )
    path = node_modules.parent / "main.mjs"
    path.write_text(script)
    command = ["node", path, url, str(author.pk)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
    check(json.loads(done.stdout), author)
