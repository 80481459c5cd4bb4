"""What docs/how-to/tokens.md says works with the packages that it names, in a project that has them all."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tokens import docs

ROOT = Path(__file__).parent.parent


def test_each_package() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--ds=tests.tokens.settings", "-p", "no:cacheprovider"]
    arguments = ["-p", "no:randomly", "tests/tokens/packages.py"]
    environment = {**os.environ, "TEST_DATABASE": "sqlite"}
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)


@pytest.mark.parametrize("section", ["django-oauth-toolkit", "djangorestframework-simplejwt", "django-rest-knox"])
def test_a_backend_has_about_ten_lines(section: str) -> None:
    for code in docs.blocks(section).values():
        backend = re.search(r"class \w+Backend.*?(?=\nclass|\Z)", code, re.S)

        assert backend is None or len(backend[0].splitlines()) <= 10
