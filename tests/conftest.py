"""What is true for every test: those that run a server or a browser are marked as slow."""

from pathlib import Path

import pytest

SLOW_DIRECTORIES = {"browser", "servers"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in a directory of slow tests."""
    root = Path(__file__).parent
    for item in items:
        if item.path.relative_to(root).parts[0] in SLOW_DIRECTORIES:
            item.add_marker(pytest.mark.slow)
