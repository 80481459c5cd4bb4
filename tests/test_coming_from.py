"""
What docs/coming-from/ says to write instead is right: each row of its tables runs.

The second cell of a row has the code: a view, or what to write in the class that the head of the table names. The
third has a request and parts of its answer: the whole content after "is", some text or a status anywhere. Of what is
no view, the third cell says what is true of it: ``.status_code == 201``. A row without code leads to a page, or says
"nothing".
"""

import json
import re
from collections.abc import Iterator
from contextlib import closing, nullcontext
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import clear_url_caches, path

from tests.documents import DOCS, Program

PAGES = sorted((DOCS / "coming-from").glob("*.md"))
_CODE = re.compile(r"``(.+?)``|`(.+?)`")


class Row(NamedTuple):
    """One row: the class that its code is written in, or nothing, the code, and what is said of it."""

    base: str
    code: list[str]
    here: str
    then: str


def codes(cell: str) -> list[str]:
    return [double.strip() or single for double, single in _CODE.findall(cell)]


def rows(page: Path) -> Iterator[Row]:
    lines = page.read_text().splitlines()
    for is_table, table in groupby(lines, lambda line: line.startswith("| ")):
        if is_table:
            head, _, *found = [[cell.strip() for cell in line[1:-1].split(" | ")] for line in table]
            assert len(head) == 3, head
            for _, here, then in found:
                base = codes(head[1].partition(", in ")[2])
                yield Row("".join(base), codes(here), here, then.strip(" |"))


def made(row: Row, names: dict[str, Any]) -> Any:
    """Return the view, or whatever else the code makes."""
    if row.base:
        body = "\n    ".join(row.code) or "pass"
        exec(f"class Row({row.base}):\n    {body}", names)
        return names["Row"]
    code = row.code[0]
    if code.startswith(("class ", "def ")):
        exec(code, names)
        return names[re.split(r"\W+", code)[1]]
    return eval(code, names)


def ask(view: Any, then: str, settings: Any) -> None:
    """Send the request that the third cell begins with, and compare the answer with the rest of it."""
    if isinstance(view, type):
        view = view.as_view()
    settings.ROOT_URLCONF = tuple(path(route, view) for route in ("books/", "books/<int:pk>/", "files/<path:path>"))
    clear_url_caches()
    client = Client()
    if " by anna" in then:
        client.force_login(User.objects.get(username="anna"))
    request, *expected = codes(then)
    method, url, body = (*request.split(" ", 2), "")[:3]
    headers = {}
    if body and not body.startswith("{"):
        name, _, value = body.partition(": ")
        headers, body = {name: value}, ""
    response = client.generic(method, url, body, "application/json" if body else "", headers=headers)
    content = b"".join(response).decode()
    response.close()
    fields = "".join(f"{name}: {value}\n" for name, value in response.items())

    assert expected
    for text in expected:
        if re.fullmatch(r"\d{3}", text):
            assert response.status_code == int(text), content
        elif f"is `{text}`" in then and text[0] in "[{":
            assert json.loads(content) == json.loads(text)
        else:
            assert text in fields + content


def check(row: Row, program: Program) -> None:
    if not row.then:
        assert "](" in row.here or row.here.startswith("nothing")
        return
    it = made(row, program.names)
    claims = codes(row.then)
    if not claims[0].startswith((".", "[")):
        ask(it, row.then, program.settings)
        return
    with closing(it) if isinstance(it, HttpResponseBase) else nullcontext():
        for claim in claims:
            assert eval(f"it{claim}", program.names, {"it": it}), claim


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_row(page: Path, db: None, request: pytest.FixtureRequest) -> None:
    program = Program(page, request)
    program.run_page()
    found = list(rows(page))

    assert len(found) >= 10
    for row in found:
        with transaction.atomic():
            check(row, program)
            transaction.set_rollback(True)


HEAD = "| old | here | then |\n| --- | --- | --- |\n"
INSIDE = "| old | here, in `Data` | then |\n| --- | --- | --- |\n"


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (f"{HEAD}| a | `Data` | `GET /books/` is `[1]` |", None),
        (f"{HEAD}| a | `Data` | `GET /books/` is `[2]` |", AssertionError),
        (f"{HEAD}| a | `Data` | `GET /books/` is `404` |", AssertionError),
        (f"{HEAD}| a | `Data` | `GET /books/` |", AssertionError),
        (f"{HEAD}| a | `Date` | `GET /books/` is `200` |", NameError),
        (f"{INSIDE}| a | `data = [2]` | `GET /books/` is `[2]` |", None),
        (f"{INSIDE}| a | `data = [2]` | `GET /books/` is `[1]` |", AssertionError),
        (f'{HEAD}| a | `len` | `.__name__ == "len"` |', None),
        (f'{HEAD}| a | `len` | `.__name__ == "max"` |', AssertionError),
        (f"{HEAD}| a | see [this](a.md) | |", None),
        (f"{HEAD}| a | something | |", AssertionError),
    ],
)
def test_a_row_that_is_wrong_fails(
    row: str, error: type[Exception] | None, db: None, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    page = tmp_path / "page.md"
    page.write_text(row)
    program = Program(page, request)
    exec(DATA, program.names)
    [found] = rows(page)

    with pytest.raises(error) if error else nullcontext():
        check(found, program)


DATA = """
from django.http import JsonResponse
from django.views import View

class Data(View):
    data = [1]

    def get(self, request):
        return JsonResponse(self.data, safe=False)
"""
