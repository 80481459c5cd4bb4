"""The form of the demo, sent by the real htmx and by a browser without it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.servers.basehttp import WSGIRequestHandler

from demo.models import Remark

pytestmark = [pytest.mark.urls("demo.urls"), pytest.mark.django_db(transaction=True)]


class Page:
    def __init__(self, browser: Any, url: str) -> None:
        self.browser = browser
        browser.get(url)

    def sign(self, **values: str) -> None:
        """Fill the form in and send it, and wait until another takes its place."""
        from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
        from selenium.webdriver.support.expected_conditions import staleness_of
        from selenium.webdriver.support.ui import WebDriverWait

        form = self.find("form")
        for name, value in values.items():
            field = self.find(f"[name={name}]")
            field.clear()
            field.send_keys(value)
        self.find("form button").click()
        # While a page goes, chromedriver may find no document for its element, and calls that an unknown error.
        WebDriverWait(self.browser, 10, ignored_exceptions=[WebDriverException]).until(staleness_of(form))
        WebDriverWait(self.browser, 10, ignored_exceptions=[StaleElementReferenceException]).until(
            lambda browser: self.find("form button").is_displayed()
        )

    def find(self, selector: str) -> Any:
        from selenium.webdriver.common.by import By

        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def answers(self) -> list[tuple[int, str]]:
        """Return status and kind of what the guest book answered since the last call."""
        found = []
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            parameters = message["params"]
            response = parameters.get("redirectResponse" if "request" in parameters else "response")
            is_answer = message["method"] in {"Network.requestWillBeSent", "Network.responseReceived"}
            if is_answer and response and response["url"].endswith("/guestbook/"):
                found.append((response["status"], parameters["type"]))
        return found


@contextmanager
def without_javascript(browser: Any) -> Iterator[None]:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    yield
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.fixture
def url(live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    # Without kept connections: the browser outlives this server, which would leave their sockets open.
    monkeypatch.setattr(WSGIRequestHandler, "protocol_version", "HTTP/1.0")
    settings.MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
    return f"{live_server.url}/guestbook/"


def test_htmx_shows_the_faults_and_follows_a_success(browser: Any, url: str) -> None:
    page = Page(browser, url)
    browser.execute_script("window.sameDocument = true")
    assert page.answers() == [(200, "Document")]

    page.sign(name="Ada", text="")

    assert page.answers() == [(422, "XHR")]
    assert page.find(".errorlist").text == "This field is required."
    assert page.find("[name=name]").get_attribute("value") == "Ada"
    assert not Remark.objects.exists()

    page.sign(name="Ada", text="Nice airports.")

    assert page.answers() == [(303, "XHR"), (200, "XHR")]
    assert page.find("#remarks li").text.split() == ["Nice", "airports.", "Ada"]
    assert browser.current_url == url
    assert browser.execute_script("return window.sameDocument")
    assert str(Remark.objects.get()) == "Ada: Nice airports."


def test_without_javascript_the_same_form_works(browser: Any, url: str) -> None:
    with without_javascript(browser):
        page = Page(browser, url)

        page.sign(name="", text="Nice.")
        page.sign(name="Ada")

    assert page.answers() == [(200, "Document"), (422, "Document"), (303, "Document"), (200, "Document")]
    assert str(Remark.objects.get()) == "Ada: Nice."
