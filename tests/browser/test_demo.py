"""The demo's page on which a film is sought in, and a download stops and goes on, in a real browser."""

import os
import re
from typing import Any

from tests.demo.conftest import Prepared
from tests.servers.harness import Server, serve

from .pages import Pages

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


def test_film_seeks_to_what_has_not_been_loaded(browser: Any, demo: Server) -> None:
    browser.get(f"{demo.url}/downloads/")

    seen = browser.execute_async_script(SEEK)

    assert seen["time"] == 45
    assert 0 < seen["start"] <= 45 <= seen["end"]


def test_download_pauses_and_resumes(browser: Any, prepared: Prepared) -> None:
    for path in (prepared[1] / "media" / "documents").iterdir():
        os.utime(path, (1_750_000_000, 1_750_000_000))
    with serve(
        "gunicorn-gthread", settings="demo.settings", environ={"DEMO_VAR": str(prepared[1])}, probe="/ping/"
    ) as server:
        pages = Pages(browser, server.url)
        pages.open("/downloads/")

        reports = browser.execute_async_script(PAUSE_AND_RESUME)
        pages.wait(lambda: "Paused" in pages.find("#note").text)
        answer = pages.read("#resume .exchange")
        pages.keep_pictures("downloads-paused")

    seen = [re.fullmatch(r"(\d+): ([\d,]+) of 100,000,000 bytes\.", report) for report in reports]
    assert [match and match[1] for match in seen] == ["200", "200", "206", "206"]
    counts = [int(match[2].replace(",", "")) for match in seen if match]
    assert 0 < counts[0] < counts[1] < counts[2] < counts[3] < 100_000_000
    start = counts[1]
    assert f"Range: bytes={start}-\nIf-Range: " in answer.request
    assert answer.fields["content-range"] == f"bytes {start}-99999999/100000000"
    assert (answer.code, answer.detail.split()[0]) == (206, f"{counts[3] - start:,}")
