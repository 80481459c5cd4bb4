"""Each page of the demo can be used by all: on a phone and a desk, by day and by night, by keyboard and by ear."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from demo.topics import TOPICS
from tests.servers.harness import Server

from .pages import Pages

PATHS = {
    "index": "/",
    **{topic.name: f"/{topic.name}/" for topic in TOPICS},
    "notices": "/notices/",
    "notice": "/notices/1/",
    "login": "/login/",
    "guestbook": "/guestbook/",
    "maintenance": "/maintenance/",
}

AXE = """
const [rules, done] = arguments;
axe.run({runOnly: rules}).then(({violations}) => done(violations.map(
  ({id, nodes}) => [id, nodes.map((node) => `${node.target}: ${node.any[0]?.message ?? node.failureSummary}`)]
)));
"""
RULES = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # The rest is the same at night.
    "dark": ["color-contrast"],
}

#: Return how many elements the Tab key should reach, and note what it does reach.
REACHABLE = """
window.reached = [];
addEventListener("focusin", ({target}) => {
  if (reached.at(-1) !== target) reached.push(target);
});
window.reachable = [...document.querySelectorAll("a[href], button, input, select, textarea, video, [tabindex='0']")]
  .filter((element) => element.checkVisibility() && element.type !== "hidden");
return reachable.length;
"""
#: Return names, in order, and which elements do not show that they have the focus.
REACHED = """
const name = (element) => `${element.tagName} ${element.id || element.textContent.trim().slice(0, 40)}`;
const found = reached.filter((element) => element !== document.body);
// Not in the event: the page may scroll to the element after it.
const shows = (element) => {
  element.focus({focusVisible: true});
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const isInside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return isInside && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
};
return {
  wanted: reachable.map(name),
  reached: found.map(name),
  unseen: reachable.filter((element) => !shows(element)).map(name),
};
"""

OVERFLOW = "const {scrollWidth, clientWidth} = document.scrollingElement; return scrollWidth - clientWidth;"


@pytest.fixture(scope="module")
def axe(node_modules: Path) -> str:
    return (node_modules / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.mark.parametrize("name", PATHS)
def test_a_page(browser: Any, demo: Server, pages: Pages, axe: str, name: str) -> None:
    for log in ("browser", "performance"):
        browser.get_log(log)

    pages.look(1280, "light")
    pages.open(PATHS[name])
    count = browser.execute_script(REACHABLE)
    ActionChains(browser).send_keys(Keys.TAB * (count + 12)).perform()
    keys = browser.execute_script(REACHED)
    browser.execute_script(axe + "; scrollTo(0, 0); document.activeElement.blur()")
    violations, overflow = {}, {}
    for width, scheme in [(320, "light"), (1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]:
        pages.look(width, scheme)
        overflow[width] = browser.execute_script(OVERFLOW)
        if (width, scheme) in {(1280, "light"), (390, "dark")}:
            violations[scheme] = browser.execute_async_script(AXE, RULES[scheme])
        if width != 320:
            pages.keep_picture(f"{name}-{width}-{scheme}")
    pages.leave()

    assert violations == {"light": [], "dark": []}
    assert overflow == {320: 0, 390: 0, 1280: 0}
    # A field may have the focus from the beginning. After the last element, the first one has it again.
    start = keys["wanted"].index(keys["reached"][0])
    assert keys["reached"][:count] == keys["wanted"][start:] + keys["wanted"][:start]
    assert keys["wanted"][0] == "A Skip to the content"
    assert keys["unseen"] == []
    assert complaints(browser) == []
    assert hosts(browser) == {f"{demo.host}:{demo.port}"}


def test_the_document_has_pictures_too(pages: Pages) -> None:
    pages.browser.get(f"{pages.url}/docs/")
    pages.wait(lambda: pages.find_all(".opblock"))

    pages.keep_pictures("docs")

    assert len(pages.find_all(".opblock")) > 20


def complaints(browser: Any) -> list[str]:
    """Return what the browser complains of, except a page or an answer whose status is an error."""
    messages = [entry["message"] for entry in browser.get_log("browser")]
    return [message for message in messages if "the server responded with a status of" not in message]


def hosts(browser: Any) -> set[str]:
    """Return which hosts the browser has sent requests to."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]
    return {urlsplit(url).netloc for url in urls if url.startswith("http")}
