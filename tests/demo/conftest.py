"""The demo's own data and files, but fewer airports and fewer lines."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import airportsdata
import pytest

from demo.data import load_countries_and_airports
from demo.files import make_documents
from demo.views.files import MediaTree

ROOT = Path(__file__).parent.parent.parent
#: How ``python -m demo --prepare`` ended, and the directory that it filled.
Prepared = tuple["subprocess.CompletedProcess[str]", Path]

load_once = cache(airportsdata.load)


@pytest.fixture
def demo_data(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set the demo up with German airports and a hundred lines, and return where its files are."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(MediaTree, "root", tmp_path)
    monkeypatch.setattr(airportsdata, "load", load_once)
    load_countries_and_airports(prefix="ED")
    make_documents(lines=100)
    return tmp_path


def run_demo(*arguments: str, var: Path) -> "subprocess.CompletedProcess[str]":
    """Run the demo's command with its own settings, its data in `var`."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "demo", *arguments],
        cwd=ROOT,
        env={**os.environ, "DEMO_VAR": str(var), "DJANGO_SETTINGS_MODULE": "demo.settings"},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Set the whole demo up, over what a start that was broken off has left."""
    var = tmp_path_factory.mktemp("demo") / "var"
    var.mkdir()
    (var / "db.sqlite3").write_bytes(b"half a database")
    return run_demo("--prepare", var=var), var
