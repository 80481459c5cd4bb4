"""The demo's page on which a download stops and goes on, in a real browser."""

import os
import re
from typing import Any

from tests.demo.conftest import Prepared, prepared
from tests.servers.harness import serve

__all__ = ["prepared"]

PAUSE_AND_RESUME = """
const done = arguments[0], report = document.querySelector("#report"), toggle = document.querySelector("#toggle");
const reports = [];
new MutationObserver(() => {
  reports.push(report.textContent);
  if (reports.length === 2 || reports.length === 4) toggle.click();
  if (reports.length === 4) done(reports);
}).observe(report, {childList: true});
new MutationObserver(() => {
  if (toggle.textContent === "Resume" && reports.length < 4) toggle.click();
}).observe(toggle, {childList: true});
toggle.click();
"""


SEEK = """
const done = arguments[0], film = document.querySelector("#film");
film.onerror = () => done({error: film.error.message});
film.onseeked = () => {
  const last = film.buffered.length - 1;
  done({time: film.currentTime, start: film.buffered.start(last), end: film.buffered.end(last)});
};
const seek = () => document.querySelector("[data-seek='45']").click();
if (film.readyState >= 1) seek(); else film.onloadedmetadata = seek;
"""


def test_film_seeks_to_what_has_not_been_loaded(browser: Any, prepared: Prepared) -> None:
    with serve("uvicorn", settings="demo.settings", environ={"DEMO_VAR": str(prepared[1])}, probe="/ping/") as server:
        browser.get(f"{server.url}/resume/")

        seen = browser.execute_async_script(SEEK)

    assert seen["time"] == 45
    assert 0 < seen["start"] <= 45 <= seen["end"]


def test_download_pauses_and_resumes(browser: Any, prepared: Prepared) -> None:
    for path in (prepared[1] / "media" / "documents").iterdir():
        os.utime(path, (1_750_000_000, 1_750_000_000))
    with serve(
        "gunicorn-gthread", settings="demo.settings", environ={"DEMO_VAR": str(prepared[1])}, probe="/ping/"
    ) as server:
        browser.get(f"{server.url}/resume/")

        reports = browser.execute_async_script(PAUSE_AND_RESUME)

    seen = [re.fullmatch(r"(\d+): ([\d,]+) of 100,000,000 bytes\.", report) for report in reports]
    assert [match and match[1] for match in seen] == ["200", "200", "206", "206"]
    counts = [int(match[2].replace(",", "")) for match in seen if match]
    assert 0 < counts[0] < counts[1] < counts[2] < counts[3] < 100_000_000
