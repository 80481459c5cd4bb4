"""Each block of code in docs/ runs, and does what the page says."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.documents import DOCS, ELSEWHERE, PAGES, ROOT, RUN, Program, agrees, blocks, runs_elsewhere


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_the_code_of_a_page(page: Path, db: None, request: pytest.FixtureRequest) -> None:
    Program(page, request).run_page()


@pytest.mark.parametrize(("page", "language"), [key for key in ELSEWHERE if (DOCS / key[0]).exists()])
def test_what_runs_elsewhere_runs(page: str, language: str) -> None:
    test = ROOT / "tests" / ELSEWHERE[page, language]

    assert Path(page).name in test.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_every_fence_is_found(page: Path) -> None:
    fences = [line for line in page.read_text().splitlines() if line.lstrip().startswith("```") and "{" not in line]
    directives = page.read_text().count("```{")

    assert len(fences) - directives == 2 * len(list(blocks(page)))


def test_no_block_hides_in_another_language() -> None:
    found = {(page, block.language) for page in PAGES for block in blocks(page) if not runs_elsewhere(page, block)}

    assert {language for _, language in found} - RUN <= {"html"}


@pytest.mark.parametrize(
    ("shown", "found", "expected"),
    [
        ("", "anything", True),
        ("a ... c", "a b c", True),
        ("a", "a b", False),
        ('{"a": "1..."}', '{"a":"123"}', True),
        ('{"a": 1}', '{"a":"1"}', False),
        ('{"a": 1}', '{"a":1,"b":2}', False),
        ("[1]", "[1, 2]", False),
        ('{"a": [1, ...], ...}', '{"a":[1,2],"b":3}', True),
        ('{"a": [2, ...], ...}', '{"a":[1,2],"b":3}', False),
        ('{"a": 1} 201', '{"a":1} 201', True),
        ('{"a": 1} 201', '{"a":1} 200', False),
        ('{"a": 1}', '{"a":1} 200', False),
        (" 204", " 204", True),
        ("HTTP/1.1 200 OK\nB: ...\n\n[1]", "HTTP/1.1 200 OK\nA: 1\nB: 2\n\n[1]", True),
        ("HTTP/1.1 200 OK\nC: ...\n", "HTTP/1.1 200 OK\nA: 1\nB: 2\n\n[1]", False),
        ("HTTP/1.1 201 Created\n", "HTTP/1.1 200 OK\n\n", False),
    ],
)
def test_output_agrees(shown: str, found: str, expected: bool) -> None:
    assert agrees(shown, found) is expected


PAGE = """
```python
{code}
```

```console
$ curl http://127.0.0.1:8000/
{output}
```
"""
VIEW = "from django.urls import path\nfrom django.http import HttpResponse\n"
SITE = f'{VIEW}urlpatterns = [path("", lambda request: HttpResponse("Hello"))]\n'


@pytest.mark.parametrize(
    ("code", "output", "fails"),
    [
        (SITE, "Hello", False),
        (SITE, "Bye", True),
        (f"{SITE}assert 0", "Hello", True),
        (f"{SITE}def test_it(rf): assert rf.get('/').path == '/'", "Hello", False),
        (f"{SITE}def test_it(rf): assert rf.get('/').path == '/a'", "Hello", True),
        (f"{SITE}from django.test import TestCase\nclass Tests(TestCase):\n  def test_it(self): pass", "Hello", False),
        (f"{SITE}from django.test import TestCase\nclass Tests(TestCase):\n  def test_it(self): 1 / 0", "Hello", True),
        (f"{SITE}from django.test import TestCase\nclass Tests(TestCase): pass", "Hello", True),
        (f"# books/admin.py\n{SITE}", "Hello\n$ python manage.py check\nSystem check identified no issues ...", False),
        (SITE, "Hello\n$ python manage.py check\nSystem check identified 1 issue ...", True),
        (SITE, "Hello\n$ rm -rf /", True),
    ],
)
def test_a_page_that_is_wrong_fails(
    code: str, output: str, fails: bool, db: None, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.format(code=code, output=output))
    program = Program(page, request)
    python, console = blocks(page)

    with pytest.raises(AssertionError) if fails else nullcontext():
        program.run(python)
        program.run(console)


@pytest.mark.parametrize(
    ("before", "is_run"), [("Text.", True), ("Not run, as it needs a bucket:", False), ("It cannot run.", True)]
)
def test_what_is_not_run_is_said_right_before(before: str, is_run: bool, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Not run, as it is far away.\n\n{before}\n\n```python\n1 / 0\n```\n")

    [block] = blocks(page)

    assert block.is_run is is_run
