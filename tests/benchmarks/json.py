"""JSON out of lists and of one object, on SQLite and on PostgreSQL, beside plain Django and the peers."""

import json
from glob import glob
from typing import Any

import django

from tests.benchmarks._figures import Figure, compare, give, measured_in
from tests.benchmarks._goals import POSTGRESQL, SQLITE


def main() -> list[Figure]:
    """Return the CPU time of whole requests, as a multiple of plain Django's for the same JSON."""
    figures = []
    for database, is_installed in (("sqlite", True), ("postgresql", glob("/usr/lib/postgresql/*/bin/initdb"))):
        if is_installed:
            print(f"\n{database}\n{'-' * len(database)}", flush=True)
            settings = {"TEST_DATABASE": database, "DJANGO_SETTINGS_MODULE": "tests.settings"}
            figures += measured_in(__name__, **settings)
    return figures


def measure() -> list[Figure]:
    """Return the figures of the database that the settings name."""
    django.setup()
    from django.db import connection

    from tests.benchmarks import _json_ways

    _json_ways.fill()
    part = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[connection.vendor]
    return [figure for case, ways in _json_ways.cases().items() for figure in compare(part, case, dict(ways), _values)]


def _values(content: Any) -> Any:
    return json.loads(content)


if __name__ == "__main__":
    give(measure())
