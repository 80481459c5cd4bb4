"""The demo's own data and files, but fewer airports and fewer lines."""

from functools import cache
from pathlib import Path
from typing import Any

import airportsdata
import pytest

from demo.data import load_countries_and_airports
from demo.files import make_documents
from demo.views.files import MediaTree

load_once = cache(airportsdata.load)


@pytest.fixture
def demo_data(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set the demo up with German airports and a hundred lines, and return where its files are."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(MediaTree, "root", tmp_path)
    monkeypatch.setattr(airportsdata, "load", load_once)
    load_countries_and_airports(prefix="EDD")
    make_documents(lines=100)
    return tmp_path
