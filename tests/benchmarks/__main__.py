"""Print the table of one part, or of every part that there is, and then write the page of the documentation."""

import argparse
import importlib
import pkgutil
from pathlib import Path

from tests import benchmarks
from tests.benchmarks import _page
from tests.benchmarks._figures import Figure


def main() -> None:
    """Measure the parts that the command line names."""
    parts = sorted(
        module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_")
    )
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=benchmarks.__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"one or more of: {', '.join(parts)}")
    chosen = parser.parse_args().parts
    if unknown := sorted(set(chosen) - set(parts)):
        parser.error(f"There is no part {', '.join(unknown)}. Choose from {', '.join(parts)}.")
    figures: list[Figure] = []
    for part in chosen or parts:
        print(f"\n{part}\n{'=' * len(part)}", flush=True)
        figures += importlib.import_module(f"tests.benchmarks.{part}").main()
    missed = [figure for figure in figures if "not met" in figure.verdict()]
    print(f"\n{len(missed)} goals are not met.")
    for figure in missed:
        print(f"  {figure.part}, {figure.case}, {figure.way}: {figure.ratio:.2f} x, {figure.verdict()}")
    if not chosen:
        _page.write(figures, Path("docs"))


if __name__ == "__main__":
    main()
