"""Write the page of the figures, and its chart, for the documentation."""

import datetime
import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterator
from glob import glob
from html import escape
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby
from pathlib import Path

from tests.benchmarks._figures import Figure
from tests.benchmarks._goals import LIST, POSTGRESQL, SQLITE

NOTES = """\
# Benchmark

`python -m nox -s bench` writes this page. [What the numbers mean](explanation/numbers.md) says how each is measured.

## What the numbers do not mean

- They are no times. Each is a multiple of the CPU time of another way to do the same, measured on one machine, minutes
  apart at most. Another machine, another database server and other rows give other multiples.
- They are the time of one process. What a database server takes is not in them; SQLite, in the process, is.
- They do not say how many requests a site answers per second. Middleware, sessions, templates and the network are
  not in them, except where a part is about a server.
- A difference below 0.05 means nothing: two runs differ as much.
- They do not say which library is best. Each of the others does work that this one leaves out, such as validating
  what is sent. Where a way sends other values than the rest, such as microseconds, it has a star.
- A list of 100 rows of 13 columns is one case. Rows with more text favour whoever writes JSON quickly, rows with
  fewer columns favour whoever asks the database quickly.

Less is better, except for throughput and for requests per second. Requests to a way and to the one that it is compared
with take turns; the figure is the median of the ratios of 25 rounds.
"""
PACKAGES = (
    *("Django", "orjson", "django-braces", "djangorestframework", "django-ninja", "django-modern-rest", "msgspec"),
    *("psycopg", "gunicorn", "uvicorn", "granian", "starlette", "aiohttp", "whitenoise"),
)


def write(figures: list[Figure], directory: Path) -> None:
    """Write the page and the chart."""
    (directory / "benchmark.svg").write_text(chart(figures))
    (directory / "benchmark.md").write_text(page(figures, _circumstances()))


def page(figures: list[Figure], circumstances: str) -> str:
    """Return the page, in Markdown."""
    parts = [
        NOTES,
        circumstances,
        f"![{LIST}, as multiples of plain Django](benchmark.svg)\n",
        *(_part(part, list(group)) for part, group in groupby(figures, lambda figure: figure.part)),
    ]
    return "\n".join(parts)


def _part(part: str, figures: list[Figure]) -> str:
    tables = [_table(case, list(group)) for case, group in groupby(_by_case(figures), lambda figure: figure.case)]
    return "\n".join([f"## {part}\n", *tables])


def _by_case(figures: list[Figure]) -> list[Figure]:
    cases = list(dict.fromkeys(figure.case for figure in figures))
    return sorted(figures, key=lambda figure: cases.index(figure.case))


def _table(case: str, figures: list[Figure]) -> str:
    rows = [f"| {figures[0].base} | 1 | |"]
    for figure in figures:
        verdict = figure.verdict()
        rows.append(f"| {figure.way}{'*' if figure.differs else ''} | {figure.ratio:.2f} | {verdict} |")
    return "\n".join([f"### {case}\n", f"| {case} | x | |", "| --- | ---: | --- |", *rows, ""])


def _circumstances() -> str:
    """Return when and with what this was measured, in Markdown. It names neither the machine nor a directory."""
    lines = [
        f"- {datetime.date.today().isoformat()}",
        f"- {platform.system()} on {platform.machine()}, {os.cpu_count()} cores{_processor()}",
        f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {', '.join(_servers())}",
        f"- {', '.join(_versions())}",
    ]
    return "\n".join(["## Where it was measured\n", *lines, ""])


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((f" of {line.partition(':')[2].strip()}" for line in lines if line.startswith("model name")), "")


def _servers() -> Iterator[str]:
    for program in sorted(glob("/usr/lib/postgresql/*/bin/postgres"))[-1:]:
        text = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        yield f"PostgreSQL {text.split()[2]}"


def _versions() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue


WIDTH, BAR, LABEL, UNIT = 800, 18, 330, 130
OURS, OTHERS = "#0c4b33", "#8aa5b5"


def chart(figures: list[Figure]) -> str:
    """Return a bar for each way to send the list of 100 rows, on both databases, as SVG."""
    lines: list[str] = []
    top = 10
    for part in (SQLITE, POSTGRESQL):
        shown = [figure for figure in figures if (figure.part, figure.case) == (part, LIST)]
        if not shown:
            continue
        lines.append(_text(10, top + 14, f"{LIST}: {part}", "bold"))
        top += 24
        for name, ratio in [(shown[0].base, 1.0), *((figure.way, figure.ratio) for figure in shown)]:
            colour = OURS if "JsonResponseMixin" in name else OTHERS
            lines += [
                _text(LABEL - 8, top + 13, name, "normal", "end"),
                f'<rect x="{LABEL}" y="{top}" width="{ratio * UNIT:.0f}" height="{BAR - 4}" fill="{colour}"/>',
                _text(LABEL + round(ratio * UNIT) + 6, top + 13, f"{ratio:.2f}"),
            ]
            top += BAR
        top += 16
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img" '
            f'aria-label="CPU time of {LIST.lower()}, as a multiple of plain Django\'s">',
            f'<rect width="{WIDTH}" height="{top}" fill="#ffffff"/>',
            *lines,
            "</svg>\n",
        ]
    )


def _text(x: int, y: int, text: str, weight: str = "normal", anchor: str = "start") -> str:
    style = f'font-family="sans-serif" font-size="12" font-weight="{weight}" text-anchor="{anchor}" fill="#222222"'
    return f'<text x="{x}" y="{y}" {style}>{escape(text)}</text>'
