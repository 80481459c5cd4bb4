"""The demo's page that writes JSON, by fetch() with Django's CSRF protection on, in a real browser."""

import json
from typing import Any

from tests.demo.conftest import Prepared, prepared
from tests.servers.harness import serve

__all__ = ["prepared"]

CLICK = """
const [label, done] = arguments, exchanges = document.querySelector("#exchanges");
new MutationObserver((_, observer) => {
  observer.disconnect();
  const article = exchanges.firstElementChild;
  done([article.querySelector(".answered").textContent, article.classList.contains("failed")]);
}).observe(exchanges, {childList: true});
[...document.querySelectorAll("#examples button")].find((button) => button.textContent === label).click();
"""


def test_a_flight_is_made_changed_and_deleted(browser: Any, prepared: Prepared) -> None:
    def click(label: str) -> tuple[int, Any]:
        text, has_failed = browser.execute_async_script(CLICK, label)
        status = int(text[:3])
        assert has_failed is (status >= 400)
        _, _, content = text.partition("\n\n")
        return status, json.loads(content) if content else None

    with serve("uvicorn", settings="demo.settings", environ={"DEMO_VAR": str(prepared[1])}, probe="/ping/") as server:
        browser.get(f"{server.url}/write/")

        created, flight = click("Create")
        refused, problem = click("Create with faults")
        read, shown = click("Read")
        changed, cheaper = click("Change the fare")
        incomplete, _ = click("Replace by too little")
        deleted, nothing = click("Delete")
        gone, _ = click("Read")
        malformed, _ = click("Send no JSON")

    assert (created, refused, read, changed, incomplete) == (201, 422, 200, 200, 422)
    assert (deleted, gone, malformed) == (204, 404, 400)
    assert {error["pointer"] for error in problem["errors"]} >= {"#/number", "#/destination", "#/fare", "#/meal"}
    assert (shown, nothing) == (flight, None)
    assert (flight["fare"], cheaper["fare"]) == ("129.90", "99.00")
