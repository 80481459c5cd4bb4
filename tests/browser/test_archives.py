"""A browser saves the demo's archive of a selection, and unzip opens it."""

import os
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.demo.conftest import Prepared
from tests.servers.harness import missing, serve

ARCHIVE = "/documents.zip?slug=guide&slug=map"


@pytest.mark.parametrize("name", ["gunicorn-gthread", "uvicorn"])
def test_archive_arrives_whole(browser: Any, downloads: Path, prepared: Prepared, name: str) -> None:
    if shutil.which("unzip") is None:
        missing("unzip")
    for path in downloads.iterdir():
        path.unlink()
    with serve(name, settings="demo.settings", environ={"DEMO_VAR": str(prepared[1])}, probe="/ping/") as server:
        with urllib.request.urlopen(urllib.request.Request(server.url + ARCHIVE, method="HEAD")) as response:
            length = int(response.headers["Content-Length"])
        browser.get(f"data:text/html,<a href='{quote(server.url + ARCHIVE)}'>Both documents</a>")

        browser.find_element("link text", "Both documents").click()

        archive = downloads / "documents.zip"
        deadline = time.monotonic() + 20
        while not archive.exists() or archive.stat().st_size < length:
            assert time.monotonic() < deadline, list(downloads.iterdir())
            time.sleep(0.05)

    assert archive.stat().st_size == length
    environ = {**os.environ, "LC_ALL": "C.UTF-8"}
    subprocess.run(["unzip", "-t", "-q", archive], check=True, env=environ)
    listed = subprocess.run(["unzip", "-Z1", archive], check=True, capture_output=True, text=True, env=environ)
    names = listed.stdout.split("\n")[:-1]
    stored = prepared[1] / "media" / "documents"
    assert len(names) == 2
    for member in names:
        content = subprocess.run(["unzip", "-p", archive, member], check=True, capture_output=True, env=environ).stdout
        assert content == (stored / member).read_bytes()
