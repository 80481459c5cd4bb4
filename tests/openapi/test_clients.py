"""
Linters find nothing in the demo's document, and generators make the clients of it that docs/how-to/openapi.md shows.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.demo.conftest import Prepared, prepared
from tests.documents import DOCS, blocks
from tests.npm import install
from tests.servers.harness import missing, serve

__all__ = ["prepared"]

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BLOCKS = list(blocks(DOCS / "how-to" / "openapi.md"))


def run(*words: str | Path, cwd: Path, **environ: str) -> str:
    """Run a command, and return what it has written. Fail with all of that if it fails."""
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def file(name: str) -> str:
    """Return the file that the page shows."""
    return next(block.code for block in BLOCKS if block.code.startswith((f"# {name}\n", f"// {name}\n")))


def shown(language: str) -> str:
    """Return the first block in a language: what a generator makes, or what a program prints."""
    return next(block.code for block in BLOCKS if block.language == language)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("document") / "openapi.json"
    done = subprocess.run(
        [sys.executable, "-m", "django", "openapi"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "demo.settings"},
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    path.write_bytes(done.stdout)
    return path


@pytest.fixture(scope="module")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the packages that npm installs, in the versions of the lock file."""
    directory = tmp_path_factory.mktemp("npm")
    install(HERE / "npm", directory)
    return directory


@pytest.fixture
def url(prepared: Prepared, tmp_path: Path) -> Iterator[str]:
    """The URL of a demo of its own."""
    var = tmp_path / "var"
    var.mkdir()
    shutil.copy(prepared[1] / "db.sqlite3", var)
    with serve(
        "gunicorn", settings="tests.openapi.demo_settings", environ={"DEMO_VAR": str(var)}, probe="/ping/"
    ) as server:
        yield server.url


def test_redocly_finds_nothing(npm: Path, document: Path) -> None:
    out = run(npm / "node_modules/.bin/redocly", "lint", document, "--format=json", cwd=npm, REDOCLY_TELEMETRY="off")

    report: dict[str, Any] = json.loads(out[out.index("{\n") : out.rindex("}") + 1])
    assert report["problems"] == []


def test_spectral_finds_nothing(npm: Path, document: Path) -> None:
    spectral = npm / "node_modules/.bin/spectral"

    run(spectral, "lint", "-r", "spectral.yaml", "--fail-severity=hint", document, cwd=npm)


def test_a_client_in_typescript(npm: Path, document: Path, url: str) -> None:
    binaries = npm / "node_modules/.bin"
    run(binaries / "openapi-typescript", document, "--output", "schema.d.ts", cwd=npm)
    (npm / "client.ts").write_text(file("client.ts"))

    run(binaries / "tsc", "-p", ".", cwd=npm)
    printed = run("node", "client.js", url, cwd=npm)

    assert shown("typescript") in (npm / "schema.d.ts").read_text()
    assert json.loads(printed) == json.loads(shown("json"))


def test_a_client_in_python(document: Path, url: str, tmp_path: Path) -> None:
    generator = shutil.which("openapi-python-client", path=PATH)
    if generator is None:
        missing("openapi-python-client")
    tools = Path(generator).parent
    path = f"{tools}{os.pathsep}{PATH}"  # it calls ruff
    for name in ("client.yaml", "client.py"):
        (tmp_path / name).write_text(file(name))
    options = ["--path", document, "--meta", "none", "--output-path", "flights", "--config", "client.yaml"]

    said = run(generator, "generate", *options, cwd=tmp_path, PATH=path)
    run(tools / "mypy", "--strict", "client.py", "flights", cwd=tmp_path)
    printed = run(tools / "python", "client.py", url, cwd=tmp_path)

    assert "WARNING" not in said
    assert shown("py") in (tmp_path / "flights/models/flight.py").read_text()
    assert printed == shown("text")


#: The programs of the Python that runs the tests come first.
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
