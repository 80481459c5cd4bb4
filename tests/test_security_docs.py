"""The tests that docs/explanation/security.md names are there."""

import re

from tests.documents import DOCS, ROOT


def test_each_named_test_is_there() -> None:
    text = (DOCS / "explanation" / "security.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith(("| attack", "| ---"))]
    named = re.findall(r"\| `([\w/]+\.py)::(\w+)` \|$", text, re.MULTILINE)

    assert len(named) == len(rows) >= 30
    for file, name in named:
        assert re.search(rf"^\s*(?:async )?def {name}\(", (ROOT / "tests" / file).read_text(), re.MULTILINE), name
