"""The wheel and the sdist hold what they should, ask for what they should and nothing else."""

import email
import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from email.message import Message
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parent.parent
#: How the README says to install the package.
INSTALL_LINES = re.findall(r"^\$ (python -m pip install .*)$", (ROOT / "README.md").read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", directory], cwd=ROOT, check=True, capture_output=True
    )
    return directory


@pytest.fixture(scope="module")
def wheel_names(dist: Path) -> set[str]:
    [path] = dist.glob("*.whl")
    return set(zipfile.ZipFile(path).namelist())


@pytest.fixture(scope="module")
def sdist_names(dist: Path) -> set[str]:
    [path] = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


@pytest.fixture(scope="module")
def metadata(dist: Path) -> Message:
    [path] = dist.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(wheel.read(name))


def test_the_distribution_follows_the_abandoned_one(metadata: Message) -> None:
    assert metadata["Name"] == "django-extras"
    assert Version(metadata["Version"]) > Version("0.3")


def test_it_needs_django_and_braces_only(metadata: Message) -> None:
    requirements = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]

    required = {
        requirement.name.lower(): str(requirement.specifier) for requirement in requirements if not requirement.marker
    }

    assert required == {"django": ">=5.2", "django-braces": ">=1.17"}
    assert all("extra ==" in str(requirement.marker) for requirement in requirements if requirement.marker)


def test_it_names_its_licence_and_pythons(metadata: Message) -> None:
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert metadata.get_all("License-File") == ["LICENSE"]
    assert metadata["Requires-Python"] == ">=3.11"


@pytest.mark.slow
@pytest.mark.parametrize("line", INSTALL_LINES)
def test_the_readmes_line_installs_this_package(line: str, dist: Path, metadata: Message, tmp_path: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    [unpacked] = tmp_path.iterdir()
    venv.create(tmp_path / "venv", with_pip=True)
    environ = {**os.environ, "PATH": os.pathsep.join([str(tmp_path / "venv" / "bin"), os.environ["PATH"]])}

    subprocess.run(line, shell=True, cwd=unpacked, env=environ, check=True)
    found = subprocess.run(
        ["python", "-c", "import django_extras.http, importlib.metadata as m; print(m.version('django-extras'))"],
        cwd=tmp_path,
        env=environ,
        check=True,
        capture_output=True,
    )
    has_orjson = subprocess.run(["python", "-c", "import orjson"], env=environ, check=False, capture_output=True)

    assert found.stdout.decode().strip() == metadata["Version"]
    assert (has_orjson.returncode == 0) == ("orjson" in line)


def test_the_readme_says_how_to_install_it() -> None:
    assert INSTALL_LINES == ["python -m pip install .", 'python -m pip install ".[orjson]"']


def test_the_readme_is_the_description(metadata: Message) -> None:
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload() == (ROOT / "README.md").read_text()


def test_the_wheel_holds_the_package_and_nothing_else(wheel_names: set[str]) -> None:
    files = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "django_extras").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {name for name in wheel_names if name.startswith("django_extras/")} == files
    assert {name.partition("/")[0].partition("-")[0] for name in wheel_names} == {"django_extras"}


def test_the_sdist_can_run_its_own_tests(sdist_names: set[str]) -> None:
    files = {
        str(path.relative_to(ROOT))
        for directory in ("django_extras", "tests", "demo", "docs")
        for path in (ROOT / directory).rglob("*")
        if path.is_file() and not {"__pycache__", "var"} & set(path.parts)
    }

    assert files - sdist_names == set()
    assert {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "noxfile.py", "pyproject.toml"} <= sdist_names
