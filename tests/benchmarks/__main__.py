"""Print the table of one part, or of every part that there is."""

import argparse
import importlib
import pkgutil

from tests import benchmarks


def main() -> None:
    """Measure the parts that the command line names."""
    parts = sorted(
        module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_")
    )
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=benchmarks.__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"one or more of: {', '.join(parts)}")
    chosen = parser.parse_args().parts or parts
    if unknown := sorted(set(chosen) - set(parts)):
        parser.error(f"There is no part {', '.join(unknown)}. Choose from {', '.join(parts)}.")
    for part in chosen:
        print(f"\n{part}\n{'=' * len(part)}", flush=True)
        importlib.import_module(f"tests.benchmarks.{part}").main()


if __name__ == "__main__":
    main()
