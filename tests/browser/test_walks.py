"""A person walks through the demo: what they do, what they see, and that it is what the server has answered."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.servers.harness import missing

from .pages import Pages


def test_the_first_screen_shows_an_answer(pages: Pages) -> None:
    pages.open("/")

    answer = pages.read("#one-airport .exchange")

    assert (answer.status, answer.data["name"]) == ("200 OK", "Frankfurt am Main International Airport")
    assert re.fullmatch(r"[\d,]+ bytes in [\d,]+ ms", answer.detail)
    assert answer.request == "GET /airports/EDDF/\nAccept: application/json"
    assert answer.fields["content-type"] == "application/json"
    assert answer.detail.split()[0].replace(",", "") == answer.fields["content-length"]
    assert not answer.is_red
    assert pages.texts(".cards h3")[0] == "Read JSON"


def test_reading_and_following_links(pages: Pages) -> None:
    pages.open("/read/")

    second = pages.send("a-list-in-pages", "The second page")
    pages.forget("#a-list-in-pages .exchange")
    pages.click("#a-list-in-pages .content a", second.data["next"])
    third = pages.read("#a-list-in-pages .exchange")
    unchanged = pages.send("one-airport", "The same again, if changed")
    absent = pages.send("one-airport", "One that is not there")
    refused = pages.send("pages-by-key", "An order that nobody has named")

    assert pages.find("#a-list-in-pages [name=url]").get_attribute("value") == "/airports/?page=3"
    assert third.data["previous"].endswith("?page=2")
    assert (unchanged.code, unchanged.content, unchanged.note) == (304, "", "There is no content.")
    assert (absent.code, absent.data["status"], absent.is_red) == (404, 404, True)
    assert (refused.code, refused.is_red) == (400, True)


def test_faults_stand_at_their_fields(pages: Pages) -> None:
    pages.open("/write/")
    place = "#flight .exchange"

    pages.click("#flight button", "Fill in badly")
    pages.click("#flight button", "Plan it")
    refused = pages.read(place)
    pages.keep_pictures("write-faults")
    errors = {
        element.get_attribute("id"): element.text for element in pages.find_all("#flight .error") if element.text
    }
    summary = pages.find("#flight .faults").text
    focused = pages.browser.switch_to.active_element
    described = {
        pages.find(f"#{name}").text
        for name in focused.get_attribute("aria-describedby").split()
        if name.startswith("e-")
    }

    pages.click("#flight button", "Fill in well")
    pages.forget(place)
    pages.click("#flight button", "Plan it")
    created = pages.read(place)

    assert (refused.code, refused.is_red) == (422, True)
    assert errors.keys() == {"e-number", "e-destination", "e-departure", "e-seats", "e-fare"}
    assert {error["detail"] for error in refused.data["errors"]} == set(errors.values())
    assert summary == "Not saved: 5 faults."
    assert focused.get_attribute("name") == "number"
    assert described == {errors["e-number"]}
    assert (created.code, created.is_red) == (201, False)
    assert created.fields["location"] == f"/flights/{created.data['id']}/"
    assert pages.find_all("#flight [aria-invalid]") == []
    assert not any(pages.texts("#flight .error"))


def test_a_flight_is_made_changed_and_deleted(pages: Pages) -> None:
    pages.open("/write/")
    labels = ["Create", "Create with faults", "Read", "Change the fare", "Replace by too little", "Delete"]

    created, refused, read, changed, incomplete, deleted = [
        pages.send("any-request-you-like", each) for each in labels
    ]
    gone = pages.send("any-request-you-like", "Read")
    malformed = pages.send("any-request-you-like", "Send no JSON")

    answers = [created, refused, read, changed, incomplete, deleted, gone, malformed]
    assert [answer.code for answer in answers] == [201, 422, 200, 200, 422, 204, 404, 400]
    assert [answer.is_red for answer in answers] == [answer.code >= 400 for answer in answers]
    assert {error["pointer"] for error in refused.data["errors"]} >= {"#/number", "#/destination", "#/fare", "#/meal"}
    assert (read.data, deleted.content) == (created.data, "")
    assert (created.data["fare"], changed.data["fare"]) == ("129.90", "99.00")


def test_logins_and_tokens(pages: Pages) -> None:
    example = "who-may-write-a-notice"
    pages.open("/access/")

    unknown = pages.send(example, "As this browser")
    known = pages.send(example, "With the token")
    guessed = pages.send(example, "With a wrong token")
    forged = pages.send(example, "Without cookies")
    pages.keep_pictures("access-refused")
    pages.click(".session a", "Log in")
    pages.fill("[name=username]", "demo")
    pages.fill("[name=password]", "demo")
    pages.click("main form button", "Log in")
    pages.wait(lambda: "logged in as demo" in pages.find("main").text)
    logged_in = pages.send(example, "As this browser")
    pages.click(".session button", "Log out")
    pages.wait(lambda: "not logged in" in pages.find("main").text)

    assert [answer.code for answer in (unknown, known, guessed, forged, logged_in)] == [401, 201, 401, 403, 201]
    assert "X-CSRFToken" not in known.request
    assert "X-CSRFToken: " in logged_in.request
    assert known.data["headline"] == "EDDF: fog"


def test_one_url_answers_each_client(pages: Pages) -> None:
    pages.open("/negotiation/")
    labels = ["A program", "A browser", "Rather JSON", "Whatever there is", "A picture"]

    answers = [pages.send("notices-to-crews", label) for label in labels]

    types = [answer.fields["content-type"].partition(";")[0] for answer in answers]
    assert types[:3] == ["application/json", "text/html", "application/json"]
    assert types[4] == "application/problem+json"
    assert [answer.code for answer in answers] == [200, 200, 200, 200, 406]
    assert answers[1].content.startswith("<!doctype html>")


def test_two_windows_of_a_page(pages: Pages) -> None:
    pages.open("/locking/")
    pages.wait(lambda: all(pages.texts(".version")))

    pages.fill("#text-A", "By A.")
    pages.click(".window:nth-child(1) button", "Save")
    pages.wait(lambda: pages.texts(".version")[0].startswith("Saved."))
    pages.fill("#text-B", "By B.")
    pages.click(".window:nth-child(2) button", "Save")
    pages.wait(lambda: pages.find(".window:nth-child(2) .conflict").is_displayed())
    refused = pages.read(".window:nth-child(2) .exchange")
    pages.keep_pictures("locking-conflict")
    theirs, mine = pages.find(".window:nth-child(2) .their-text").text, pages.find("#text-B").get_attribute("value")
    pages.click(".window:nth-child(2) button", "Save mine in its place")
    pages.wait(lambda: pages.texts(".version")[1].startswith("Saved."))
    pages.click(".window:nth-child(1) button", "Read again")
    pages.wait(lambda: pages.find("#text-A").get_attribute("value") == "By B.")

    assert (refused.code, refused.is_red) == (412, True)
    assert "If-Match: " in refused.request
    assert (theirs, mine) == ("By A.", "By B.")


def test_a_lock_request_by_request(pages: Pages) -> None:
    pages.open("/locking/")

    labels = ["Save it, unless it has changed", "Save over a version that is gone"]
    saved, refused = [pages.send("the-same-request-by-request", label) for label in labels]

    assert (saved.code, refused.code) == (200, 412)
    assert saved.data["text"] == "Open again."


def test_files(pages: Pages) -> None:
    pages.open("/downloads/")

    part = pages.send("the-file-of-a-model", "Three lines of it")
    beyond = pages.send("the-file-of-a-model", "Beyond its end")
    head = pages.send("the-file-of-a-model", "Its fields")
    unchanged = pages.send("the-file-of-a-model", "If it has changed")
    paid = pages.send("an-invoice-for-its-owner-alone", "With the key")
    refused = pages.send("an-invoice-for-its-owner-alone", "With a guessed key")
    outside = pages.send("all-files-of-a-directory", "A file of a level above")

    assert (part.code, part.content) == (206, "000000000000100\n000000000000101\n000000000000102\n")
    assert [beyond.code, head.code, unchanged.code, refused.code, outside.code] == [416, 200, 304, 404, 404]
    assert (head.fields["content-length"], head.content) == ("100000000", "")
    assert (paid.code, paid.note) == (200, "The content is application/pdf.")


def test_an_archive_with_progress(pages: Pages, downloads: Path) -> None:
    pages.open("/archive/")

    pages.click("#choice button", "Download")
    answer = pages.read("#selection .exchange")
    pages.wait(lambda: pages.find("#save").is_displayed())
    pages.keep_pictures("archive-done")
    pages.click("#save")
    saved = downloads / "documents.zip"
    pages.wait(lambda: saved.exists())

    length = answer.fields["content-length"]
    assert (answer.code, answer.detail.split()[0].replace(",", "")) == (200, length)
    assert pages.find("#note").text == "Done. The archive is complete."
    assert pages.browser.execute_script(
        "const {value, max} = document.querySelector('#progress'); return value === max"
    )
    with zipfile.ZipFile(saved) as archive:
        assert "guide.pdf" in archive.namelist()
        assert "numbers.txt" not in archive.namelist()
        assert archive.testzip() is None
    saved.unlink()


def test_statuses(pages: Pages) -> None:
    pages.open("/statuses/")

    nothing = pages.send("204-done-and-nothing-to-say", "Send")
    gone = pages.send("410-gone-and-without-a-page", "Send")
    busy = pages.send("503-a-page-with-a-status", "Send")
    pages.click(".all-statuses a", "451")
    legal = pages.read("#sent .exchange")
    line = pages.find("#status-curl").text
    pages.forget("#sent .exchange")
    pages.click(".all-statuses a", "303")
    followed = pages.read("#sent .exchange")
    pages.keep_pictures("statuses-sent")

    assert (nothing.code, nothing.content, nothing.note) == (204, "", "There is no content.")
    assert not {"content-type", "content-length"} & nothing.fields.keys()
    assert (gone.code, gone.content, gone.fields["content-length"], gone.is_red) == (410, "", "0", True)
    assert pages.find_all("[id='410-gone-and-without-a-page'] [aria-label='Content']") == []
    assert (busy.code, busy.fields["retry-after"]) == (503, "120")
    assert (legal.code, legal.content) == (451, "Status 451")
    assert line == f"curl -i '{pages.url}/statuses/451/' -H 'Accept: */*'"
    assert followed.note == f"The browser has followed a redirect. This is what {pages.url}/statuses/ answered."


def test_problems(pages: Pages) -> None:
    pages.open("/problems/")
    labels = pages.texts("#errors-that-nobody-raises .presets button")

    answers = [pages.send("errors-that-nobody-raises", label) for label in labels]
    page = pages.send("an-error-from-deep-inside", "A browser")
    pages.keep_pictures("problems-sent")

    assert [str(answer.code) for answer in answers] == labels
    assert [answer.data["status"] for answer in answers] == [answer.code for answer in answers]
    assert all(answer.is_red for answer in answers)
    assert page.content.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("path", "example", "label"),
    [
        ("/read/", "one-airport", "Tokyo"),
        ("/write/", "any-request-you-like", "Create with faults"),
        ("/access/", "who-may-write-a-notice", "As this browser"),
        ("/access/", "who-may-write-a-notice", "With the token"),
        ("/downloads/", "the-file-of-a-model", "Its fields"),
        ("/downloads/", "the-file-of-a-model", "Three lines of it"),
    ],
)
def test_the_curl_line_does_the_same(pages: Pages, path: str, example: str, label: str) -> None:
    if shutil.which("curl") is None:
        missing("curl")
    pages.open(path)

    answer = pages.send(example, label)
    line = pages.browser.execute_script(f"return document.querySelector('#{example}-curl').textContent")
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=True, timeout=20)

    head, _, _ = done.stdout.decode().partition("\r\n\r\n")
    assert head.splitlines()[0] == f"HTTP/1.1 {answer.status}"
    assert f"content-type: {answer.fields['content-type']}" in head.splitlines()


def test_a_line_and_an_answer_are_copied(pages: Pages) -> None:
    permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"]
    pages.browser.execute_cdp_cmd("Browser.grantPermissions", {"origin": pages.url, "permissions": permissions})
    pages.open("/read/")
    read = "navigator.clipboard.readText().then(arguments[0])"

    line = pages.click("#one-airport [aria-label='Copy the curl line']")
    pages.wait(lambda: line.text == "Copied")
    copied_line = pages.browser.execute_async_script(read)
    answer = pages.click("#one-airport [aria-label='Copy the content']")
    pages.wait(lambda: answer.text == "Copied")
    copied_answer = pages.browser.execute_async_script(read)

    assert copied_line == f"curl -i '{pages.url}/airports/EDDF/' -H 'Accept: application/json'"
    assert '"icao": "EDDF",' in copied_answer


def test_each_request_is_found_in_the_document(pages: Pages) -> None:
    pages.open("/write/")

    pages.click("#any-request-you-like .links a", "API document: PATCH /flights/{pk}/")
    pages.wait(lambda: pages.find_all("#operations-demo-flight_partial_update.is-open"))
