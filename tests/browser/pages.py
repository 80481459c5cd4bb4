"""The pages of the demo, as a person uses them: fill in, click, read what was answered."""

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

#: Where the pictures of the pages go. Git ignores the default.
SCREENSHOTS = Path(os.environ.get("DEMO_SCREENSHOTS", Path(__file__).parents[2] / "demo" / "var" / "screenshots"))

#: Return what a box of class exchange shows, as soon as it shows an answer.
READ = """
const [place, button] = arguments;
if (place.hasAttribute("aria-busy") || !place.querySelector(".outcome strong")) return null;
if (button && !button.hasAttribute("data-chosen")) return null;
const text = (label) => place.querySelector(`[aria-label="${label}"] code`)?.textContent ?? "";
return {
  status: place.querySelector(".outcome strong").textContent,
  detail: place.querySelector(".outcome span").textContent,
  colour: getComputedStyle(place.querySelector(".outcome strong")).color,
  request: text("Request"),
  response: text("Response"),
  content: text("Content"),
  note: place.querySelector(".content > p")?.textContent ?? "",
};
"""


@dataclass
class Answer:
    """What a page shows of a request and its answer."""

    status: str
    detail: str
    colour: str
    request: str
    response: str
    content: str
    note: str

    @property
    def code(self) -> int:
        return int(self.status[:3])

    @property
    def data(self) -> Any:
        return json.loads(self.content)

    @property
    def fields(self) -> dict[str, str]:
        return dict(line.split(": ", 1) for line in self.response.splitlines()[1:])

    @property
    def is_red(self) -> bool:
        red, green, blue = map(int, self.colour.removeprefix("rgb(").removesuffix(")").split(","))
        return red > 1.2 * max(green, blue)


class Pages:
    """The demo in a browser."""

    def __init__(self, browser: Any, url: str) -> None:
        self.browser, self.url = browser, url

    def open(self, path: str) -> None:
        """Open a page, and wait for what it sends by itself."""
        self.browser.get(self.url + path)
        self.wait(
            lambda: self.browser.execute_script(
                "return !document.querySelector('[aria-busy], [data-at-once]:not(.example:has(strong) *)');"
            )
        )

    def wait(self, condition: Any) -> Any:
        """Return what the condition returns, as soon as that is true; another page may come in the meantime."""
        ignored = [StaleElementReferenceException, NoSuchElementException]
        waiting = WebDriverWait(self.browser, 20, poll_frequency=0.05, ignored_exceptions=ignored)
        return waiting.until(lambda _: condition())

    def find(self, selector: str) -> Any:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector: str) -> list[Any]:
        found: list[Any] = self.browser.find_elements(By.CSS_SELECTOR, selector)
        return found

    def texts(self, selector: str) -> list[str]:
        return [element.text for element in self.find_all(selector)]

    def click(self, selector: str, label: str = "") -> Any:
        """Click the element with that label, and return it."""
        [element] = [each for each in self.find_all(selector) if not label or each.text == label]
        # In the middle of the window, where the header does not cover it.
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
        return element

    def fill(self, selector: str, text: str) -> None:
        element = self.find(selector)
        element.clear()
        element.send_keys(text)

    def send(self, example: str, label: str) -> Answer:
        """Click a button that sends a request, and return what is shown of the answer."""
        place = f"[id='{example}'] .exchange"
        self.forget(place)
        return self.read(place, self.click(f"[id='{example}'] .presets button", label))

    def forget(self, place: str) -> None:
        self.browser.execute_script("arguments[0].querySelector('.outcome').textContent = ''", self.find(place))

    def read(self, place: str, button: Any = None) -> Answer:
        """Return what was sent and answered."""
        return Answer(**self.wait(lambda: self.browser.execute_script(READ, self.find(place), button)))

    def look(self, width: int, scheme: str) -> None:
        """Show the page on a phone or a desk, by day or by night."""
        metrics = {"width": width, "height": 844 if width < 600 else 800, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def leave(self) -> None:
        """Show the page as the browser does by itself."""
        self.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": False})
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    def keep_picture(self, name: str) -> None:
        """Save a picture of the whole page."""
        self.browser.execute_script("scrollTo(0, 0)")
        options = {"format": "png", "captureBeyondViewport": True}
        picture = self.browser.execute_cdp_cmd("Page.captureScreenshot", options)
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))

    def keep_pictures(self, name: str) -> None:
        """Save a picture on a phone by night, and one on a desk by day."""
        for width, scheme in ((390, "dark"), (1280, "light")):
            self.look(width, scheme)
            self.keep_picture(f"{name}-{width}-{scheme}")
        self.leave()
