"""The demo's own data and files, but fewer airports and fewer lines."""

import os
import subprocess
import sys
import time
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

FILES_OF_OTHERS = ["thesis.txt", "media/photo.jpg", "media/documents/letter.pdf"]

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


def demo_process(*arguments: str, var: Path) -> "subprocess.Popen[str]":
    """Start the demo's command with its own settings, its data in `var`."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "demo", *arguments],
        cwd=ROOT,
        env={**os.environ, "DEMO_VAR": str(var), "DJANGO_SETTINGS_MODULE": "demo.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_demo(*arguments: str, var: Path) -> "subprocess.CompletedProcess[str]":
    """Run the demo's command to its end."""
    with demo_process(*arguments, var=var) as process:
        try:
            out, err = process.communicate(timeout=300)
        finally:
            process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Set the whole demo up among files of others, after a start that was broken off in the middle of a file."""
    var = tmp_path_factory.mktemp("demo") / "var"
    (var / "media" / "documents").mkdir(parents=True)
    for name in FILES_OF_OTHERS:
        (var / name).write_text("Not the demo's")
    with demo_process("--prepare", var=var) as process:
        while not (var / "media" / "documents" / "guide.pdf").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    return run_demo("--prepare", var=var), var
