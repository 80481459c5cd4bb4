"""Each block of code in docs/ runs, and does what the page says."""

from pathlib import Path

import pytest

from tests.documents import DOCS, ELSEWHERE, PAGES, ROOT, Program, agrees, blocks, runs_elsewhere


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_the_code_of_a_page(page: Path, db: None, request: pytest.FixtureRequest) -> None:
    program = Program(page, request)

    for block in blocks(page):
        if (block.is_run or block.language == "html") and not runs_elsewhere(page, block):
            program.run(block)


@pytest.mark.parametrize(("page", "language"), [key for key in ELSEWHERE if (DOCS / key[0]).exists()])
def test_what_runs_elsewhere_runs(page: str, language: str) -> None:
    test = ROOT / "tests" / ELSEWHERE[page, language]

    assert Path(page).name in test.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_every_fence_is_found(page: Path) -> None:
    fences = [line for line in page.read_text().splitlines() if line.lstrip().startswith("```") and "{" not in line]
    directives = page.read_text().count("```{")

    assert len(fences) - directives == 2 * len(list(blocks(page)))


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
