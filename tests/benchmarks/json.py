"""JSON out of lists and of one object, on SQLite and on PostgreSQL, beside plain Django and the peers."""

import gc
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from glob import glob

import django

#: A request: it returns the body.
Way = Callable[[], bytes]

#: How often each way is measured, and the seconds of each time.
ROUNDS, SLICE = 25, 0.02


def main() -> None:
    """Print the CPU time of whole requests, as a multiple of plain Django's for the same JSON."""
    for database, is_installed in (("sqlite", True), ("postgresql", glob("/usr/lib/postgresql/*/bin/initdb"))):
        if is_installed:
            print(f"\n{database}", flush=True)
            environment = {**os.environ, "TEST_DATABASE": database, "DJANGO_SETTINGS_MODULE": "tests.settings"}
            subprocess.run([sys.executable, "-m", __name__], env=environment, check=True)


def measure() -> None:
    """Print the table of the database that the settings name."""
    django.setup()
    from tests.benchmarks import _json_ways

    _json_ways.fill()
    for title, (plain, *others) in _json_ways.cases().items():
        print(f"\n{title}\n  {plain[0]:<50} {_time(plain[1], 10) / 10 * 1e6:>7.0f} us")
        for name, ratio in _ratios(plain[1], dict(others)).items():
            print(f"  {name:<50} {ratio:>10.2f} x", flush=True)


def _ratios(plain: Way, ways: dict[str, Way]) -> dict[str, float]:
    """Return the time of each way as a multiple of plain Django's, which is measured right before each time."""
    expected = json.loads(plain())
    for name, way in ways.items():
        if json.loads(way()) != expected:
            print(f"  (the values of {name} differ)")
    count = max(1, round(SLICE / _time(plain, 5) * 5))
    ratios: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        # In a new order each time, as what runs after another finds its memory.
        for name in random.sample(list(ways), len(ways)):
            gc.collect()
            base = _time(plain, count)
            ratios[name].append(_time(ways[name], count) / base)
    return {name: statistics.median(measured) for name, measured in ratios.items()}


def _time(way: Way, count: int) -> float:
    start = time.process_time()
    for _ in range(count):
        way()
    return time.process_time() - start


if __name__ == "__main__":
    measure()
