"""Schemathesis sends the demo what its document allows, and what it does not, and judges each answer."""

import os
import re
import shutil
import subprocess
import sys
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests.demo.conftest import Prepared, prepared
from tests.servers.harness import missing, serve

__all__ = ["prepared"]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("server", ["gunicorn", "uvicorn"])
def test_the_demo_is_what_its_document_says(server: str, prepared: Prepared, tmp_path: Path) -> None:
    command = shutil.which("schemathesis", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if command is None:
        missing("schemathesis")
    shutil.copytree(prepared[1], tmp_path / "var", ignore=shutil.ignore_patterns("numbers.txt"))
    environ = {"DEMO_VAR": str(tmp_path / "var")}

    with serve(server, settings="tests.openapi.demo_settings", environ=environ, probe="/ping/") as running:
        (tmp_path / "schemathesis.toml").write_text(configuration(running.url))
        # More examples find more, and take longer: nox -s judges
        examples = os.environ.get("JUDGES_EXAMPLES", "")
        options = ["--max-examples", examples or "5", "--seed", "1", "--no-color"]
        if server == "uvicorn" and not examples:
            options += ["--phases", "fuzzing,stateful"]
        found = subprocess.run(
            [command, "run", f"{running.url}/openapi.json", *options],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=3600,
            check=False,
        )

    assert found.returncode == 0, found.stdout


def configuration(url: str) -> str:
    """Return the configuration for the user of the demo, who has logged in."""
    jar = CookieJar()
    opener = build_opener(HTTPCookieProcessor(jar))
    with opener.open(f"{url}/login/") as page:
        [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
    fields = {"csrfmiddlewaretoken": token, "username": "demo", "password": "demo"}
    opener.open(f"{url}/login/", urlencode(fields).encode()).close()
    cookies = {cookie.name: cookie.value for cookie in jar}
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return CONFIGURATION.format(cookie=cookie, token=cookies["csrftoken"])


CONFIGURATION = """
[headers]
Accept = "application/json"
Authorization = "Bearer demo-token"
Cookie = "{cookie}"
X-CSRFToken = "{token}"

[checks.positive_data_acceptance]
# A schema cannot say which rows and cursors there are, nor how long a file is.
expected-statuses = ["2xx", "3xx", 400, 401, 403, 404, 409, 412, 416, 422]

[checks.negative_data_rejection]
# A condition that fails refuses a request before anything else in it is looked at.
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429]

[[operations]]
include-path-regex = "^/documents/"
parameters = {{ slug = "guide" }}

[[operations]]
include-path = "/media/{{path}}"
parameters = {{ path = "documents/guide.pdf" }}
"""
