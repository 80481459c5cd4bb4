"""Swagger UI shows the demo's document, and sends a request of its own, in a real browser."""

from typing import Any

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.servers.harness import Server


def test_the_document_is_shown_and_tried(browser: Any, demo: Server) -> None:
    def wait_for(selector: str) -> Any:
        return WebDriverWait(browser, 30).until(lambda page: page.find_elements(By.CSS_SELECTOR, selector))[0]

    browser.get(f"{demo.url}/docs/#/demo/airports_icao_retrieve")
    title = wait_for(".info .title").text
    operation = "#operations-demo-airports_icao_retrieve"
    wait_for(f"{operation} .try-out__btn").click()
    wait_for(f"{operation} input").send_keys("EDDF")
    wait_for(f"{operation} .execute").click()
    status = wait_for(f"{operation} .live-responses-table tr.response td.response-col_status").text

    assert title.startswith("Airports and flights")
    assert status.startswith("200")
