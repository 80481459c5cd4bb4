"""Two windows of a real browser change the same notice of the demo, and a program reads it at the same URL."""

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from tests.servers.harness import Server

READ = """
const [url, done] = arguments;
fetch(url, {headers: {Accept: "application/json"}}).then((response) => response.json()).then(done);
"""


class Window:
    """A window of the browser, which all others share a login with."""

    def __init__(self, browser: Any) -> None:
        browser.switch_to.new_window("window")
        self._browser, self.handle = browser, browser.current_window_handle

    @property
    def browser(self) -> Any:
        self._browser.switch_to.window(self.handle)
        return self._browser

    def fill_in(self, **values: str) -> None:
        browser = self.browser
        for name, value in values.items():
            field = browser.find_element(By.NAME, name)
            field.clear()
            field.send_keys(value)

    def send(self) -> str:
        """Send the form of the page, and return what the heading of the next one is."""
        browser = self.browser
        page = browser.find_element(By.TAG_NAME, "html")
        browser.find_element(By.CSS_SELECTOR, "main form:not(.inline) button").click()
        # While a page goes, chromedriver may find no document for its element, and calls that an unknown error.
        WebDriverWait(browser, 30, ignored_exceptions=[WebDriverException]).until(staleness_of(page))
        return self.text("h1")

    def text(self, selector: str) -> str:
        text: str = self.browser.find_element(By.CSS_SELECTOR, selector).text
        return text


@pytest.fixture
def window(browser: Any) -> Iterator[Any]:
    first = browser.current_window_handle
    yield lambda: Window(browser)
    for handle in set(browser.window_handles) - {first}:
        browser.switch_to.window(handle)
        browser.close()
    browser.switch_to.window(first)


def test_two_windows_change_the_same_notice(window: Any, demo: Server) -> None:
    one, two = window(), window()
    one.browser.get(f"{demo.url}/notices/new/")
    assert one.text("h1") == "Log in"
    one.fill_in(username="demo", password="demo")
    assert one.send() == "Write a notice"
    one.fill_in(headline="Fog", text="Until noon.")
    assert one.send() == "Fog"
    url = one.browser.current_url
    for each in (one, two):
        each.browser.get(f"{url}edit/")
    two.fill_in(text="All day.")
    assert two.send() == "Fog"

    one.fill_in(text="Until ten.")
    one.send()
    conflict, mine = one.text(".conflict"), one.browser.find_element(By.NAME, "text").get_attribute("value")
    status = one.browser.execute_script("return performance.getEntriesByType('navigation')[0].responseStatus")
    between = one.browser.execute_async_script(READ, url)
    assert one.send() == "Fog"
    after = one.browser.execute_async_script(READ, url)

    assert status == 412
    assert "Somebody saved this notice while you were writing" in conflict
    assert "All day." in conflict
    assert mine == "Until ten."
    assert (between["text"], after["text"]) == ("All day.", "Until ten.")
    assert after["version"] > between["version"]
