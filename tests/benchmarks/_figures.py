"""What the parts measure: how long a way takes, as a multiple of the first way of its case."""

import gc
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks._goals import GOALS

#: A request, and what it returns: the body, perhaps with the status.
Way = Callable[[], object]

#: How often each way is measured, the seconds of each time, and those of a turn, unless one request takes longer.
ROUNDS, SLICE, TURN = 25, 0.02, 0.00005


@dataclass(frozen=True, slots=True)
class Figure:
    """How long one way takes, as a multiple of another."""

    part: str
    case: str
    #: The way that takes 1.
    base: str
    way: str
    ratio: float
    #: Whether the way sends something else than the base.
    differs: bool = False

    def verdict(self) -> str:
        """Return the goal, and whether the figure meets it, or why not; nothing if there is no goal."""
        goal = GOALS.get((self.part, self.case), {}).get(self.way)
        if goal is None:
            return ""
        is_met = round(self.ratio, 2) <= goal.limit
        return f"goal {goal.limit:.2f}: {'met' if is_met else 'not met. ' + goal.reason}".strip()


def compare(
    part: str, case: str, ways: dict[str, Way], same: Callable[[object], object] | None = None
) -> list[Figure]:
    """
    Print and return the CPU time of each way as a multiple of the first one's, both measured in turns.

    `same` reads from what a way returned the part that all ways must send.
    """
    (base, plain), *others = ways.items()
    read = same or (lambda sent: sent)
    expected = read(plain())
    differing = {name for name, way in others if read(way()) != expected}
    time_of_one = _time(plain, 5) / 5
    size = max(1, round(TURN / time_of_one))
    count = max(1, round(SLICE / size / time_of_one))
    ratios: dict[str, list[float]] = {name: [] for name, _ in others}
    for _ in range(ROUNDS):
        # In a new order each time, as what runs after another finds its memory.
        for name in random.sample(list(ratios), len(ratios)):
            gc.collect()
            ratios[name].append(_ratio(plain, ways[name], count, size))
    print(f"\n{case}\n  {base:<52} {_time(plain, count) / count * 1e6:>7.0f} us")
    figures = [
        Figure(part, case, base, name, statistics.median(found), name in differing) for name, found in ratios.items()
    ]
    for figure in figures:
        note = "(sends other values) " if figure.differs else ""
        print(f"  {figure.way:<52} {figure.ratio:>8.2f} x  {note}{figure.verdict()}", flush=True)
    return figures


def _ratio(base: Way, way: Way, count: int, size: int) -> float:
    """
    Return the time of a way as a multiple of the base's, each measured `count` times in turns of `size` requests.

    In a loop of one request a processor learns the branches of that request, up to some length. What is a fifth longer
    may then take two fifths more. No server gets the same request all the time.
    """
    time_of_base = time_of_way = 0.0
    for _ in range(count):
        time_of_base += _time(base, size)
        time_of_way += _time(way, size)
    return time_of_way / time_of_base


def _time(way: Way, count: int) -> float:
    start = time.process_time()
    for _ in range(count):
        way()
    return time.process_time() - start


def measured_in(module: str, **environ: str) -> list[Figure]:
    """Return the figures that a module gives, run in a process of its own."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "figures")
        subprocess.run([sys.executable, "-m", module], env={**os.environ, **environ, "FIGURES": str(path)}, check=True)
        return [Figure(**each) for each in json.loads(path.read_text())]


def give(figures: list[Figure]) -> None:
    """Give figures to the process that asked for them."""
    if path := os.environ.get("FIGURES"):
        Path(path).write_text(json.dumps([asdict(figure) for figure in figures]))
