"""Packages of npm, which some tests need."""

import shutil
import subprocess
from pathlib import Path

from tests.servers.harness import missing


def install(packages: Path, directory: Path) -> None:
    """Install what a lock file says into a directory, without running any script of it."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        missing("node with npm")
    shutil.copytree(packages, directory, dirs_exist_ok=True)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        missing(f"What npm should install, as npm says: {done.stderr.strip()} It")
