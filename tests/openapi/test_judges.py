"""Schemathesis sends the demo what its document allows, and what it does not, and judges each answer."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo.conftest import Prepared, prepared  # noqa: F401  # a fixture
from tests.servers.harness import serve

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
TOKEN = "abcdefghijklmnopqrstuvwxyzABCDEF"  # a secret of its own, as a browser has it in its cookie


@pytest.mark.parametrize("server", ["gunicorn", "uvicorn"])
def test_the_demo_is_what_its_document_says(server: str, prepared: Prepared, tmp_path: Path) -> None:  # noqa: F811  # the fixture
    command = shutil.which("schemathesis", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if command is None:
        pytest.skip("schemathesis is not installed: nox -s judges has it.")
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    environ = {"DEMO_VAR": str(prepared[1])}

    with serve(server, settings="tests.openapi.demo_settings", environ=environ, probe="/ping/") as running:
        url = f"http://{running.host}:{running.port}/openapi.json"
        options = ["--max-examples", "10", "--seed", "1", "--no-color"]
        found = subprocess.run(
            [command, "run", url, *options], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
        )

    assert found.returncode == 0, found.stdout[-6000:]


CONFIGURATION = f"""
headers = {{ Accept = "application/json", "X-CSRFToken" = "{TOKEN}", Cookie = "csrftoken={TOKEN}" }}

[checks.positive_data_acceptance]
# A schema cannot say which rows and cursors there are, nor how long a file is.
expected-statuses = ["2xx", "3xx", 400, 401, 403, 404, 409, 412, 416, 422]
"""
