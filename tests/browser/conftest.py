"""A browser that starts once, without a window, and saves what it downloads into a directory."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.demo.conftest import Prepared, prepared
from tests.npm import install
from tests.servers.conftest import files, start_server
from tests.servers.harness import Server, missing, serve

from .pages import Pages

__all__ = ["files", "prepared", "start_server"]

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory that the browser saves to."""
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory, downloads: Path) -> Iterator[Any]:
    """Chromium, driven by Selenium."""
    try:
        from selenium import webdriver
    except ImportError:
        missing("selenium")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        missing("chromium with chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        *("headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"),
        *("disable-component-update", "disable-sync", f"user-data-dir={tmp_path_factory.mktemp('profile')}"),
    ):
        options.add_argument(f"--{flag}")
    options.add_experimental_option(
        "prefs", {"download.default_directory": str(downloads), "download.prompt_for_download": False}
    )
    # What the browser requests and gets, and what it complains of, for tests that look at it.
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    with webdriver.Chrome(options=options, service=webdriver.ChromeService(driver)) as chrome:
        chrome.set_script_timeout(30)
        yield chrome


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the packages that npm installs, in the versions of the lock file."""
    directory = tmp_path_factory.mktemp("npm")
    install(HERE / "npm", directory)
    return directory / "node_modules"


@pytest.fixture(scope="session")
def demo(prepared: Prepared) -> Iterator[Server]:
    """The demo, as it serves its visitors."""
    environ = {"DEMO_VAR": str(prepared[1])}
    with serve("uvicorn", settings="demo.settings", environ=environ, probe="/ping/") as server:
        yield server


@pytest.fixture
def pages(browser: Any, demo: Server) -> Iterator[Pages]:
    """The pages of the demo, for somebody who has not logged in."""
    browser.get(f"{demo.url}/ping/")
    browser.delete_all_cookies()
    yield Pages(browser, demo.url)
    browser.delete_all_cookies()
