"""The page of the benchmark: each goal is met, or says why not."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.benchmarks._figures import Figure, compare
from tests.benchmarks._goals import DETAIL, GOALS, LIST, ORJSON, POSTGRESQL, SQLITE
from tests.benchmarks._page import chart, page

FIGURES = [
    Figure(SQLITE, LIST, "plain Django", ORJSON, 0.39),
    Figure(SQLITE, LIST, "plain Django", "another", 1.5, differs=True),
    Figure(SQLITE, DETAIL, "plain Django", ORJSON, 9.0),
    Figure(POSTGRESQL, LIST, "plain Django", ORJSON, 0.5),
]


def test_page_has_each_figure_and_its_verdict() -> None:
    text = page(FIGURES, "## Where it was measured\n")

    reason = GOALS[SQLITE, DETAIL][ORJSON].reason
    assert text.index("What the numbers do not mean") < text.index("Where it was measured") < text.index("| --- |")
    assert f"| {ORJSON} | 0.39 | goal 0.40: met |" in text
    assert "| another* | 1.50 |  |" in text
    assert f"| {ORJSON} | 9.00 | {f'goal 0.92: not met. {reason}'.strip()} |" in text


def test_chart_has_a_bar_for_each_way() -> None:
    root = ElementTree.fromstring(chart(FIGURES))

    # One more is the ground, and one for plain Django on each database.
    assert len(root.findall("{http://www.w3.org/2000/svg}rect")) == 1 + 2 + 3


@pytest.mark.slow  # it runs a benchmark
def test_ways_that_send_something_else_are_marked(capsys: pytest.CaptureFixture[str]) -> None:
    figures = compare("Part", "Case", {"base": lambda: 1, "same": lambda: 1, "other": lambda: 2}, same=None)

    assert [(figure.way, figure.differs) for figure in figures] == [("same", False), ("other", True)]
    assert "sends other values" in capsys.readouterr().out


def test_the_page_of_the_documentation_says_why_a_goal_is_not_met() -> None:
    text = Path(__file__).parents[1].joinpath("docs", "benchmark.md").read_text()

    missed = [line for line in text.splitlines() if "not met" in line]
    assert [line for line in missed if line.rstrip(" |").endswith("not met.")] == []
