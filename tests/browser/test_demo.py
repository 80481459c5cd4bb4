"""The demo's page on which a download stops and goes on, in a real browser."""

import re
from typing import Any

from tests.demo.conftest import Prepared, prepared
from tests.servers.harness import serve

__all__ = ["prepared"]

STOP_AND_GO_ON = """
const done = arguments[0], button = document.querySelector("#go"), state = document.querySelector("#state");
const states = [];
new MutationObserver(() => {
  states.push(state.value);
  if (states.length === 1) button.click();
}).observe(state, {childList: true});
new MutationObserver(() => {
  if (button.textContent === "Go on") button.click();
  if (button.textContent === "Download again") done([states[0], states.at(-1)]);
}).observe(button, {childList: true});
button.click();
"""


def test_download_stops_and_goes_on(browser: Any, prepared: Prepared) -> None:
    with serve(
        "gunicorn-gthread", settings="demo.settings", environ={"DEMO_VAR": str(prepared[1])}, probe="/ping/"
    ) as server:
        browser.get(f"{server.url}/downloads/")

        first, last = browser.execute_async_script(STOP_AND_GO_ON)

    assert re.fullmatch(r"200: [\d,]+ of 100,000,000 bytes, this time from 0\.", first)
    assert re.fullmatch(r"206: 100,000,000 of 100,000,000 bytes, this time from [1-9][\d,]*\.", last)
