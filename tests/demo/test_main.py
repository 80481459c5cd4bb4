"""``python -m demo`` sets everything up once, and says what is wrong with a port."""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def demo(*arguments: str, var: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "demo", *arguments],
        cwd=ROOT,
        env={**os.environ, "DEMO_VAR": str(var), "DJANGO_SETTINGS_MODULE": "demo.settings"},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.slow
def test_the_first_start_makes_all_data_and_the_second_none(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir()
    (var / "db.sqlite3").write_bytes(b"left by a start that was broken off")

    first = demo("--prepare", var=var)
    made = {path: path.stat().st_mtime_ns for path in var.rglob("*")}
    second = demo("--prepare", var=var)

    assert (first.returncode, first.stderr) == (0, "")
    assert "28,000 airports in 250 countries" in first.stdout
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert {path: path.stat().st_mtime_ns for path in var.rglob("*")} == made
    assert (var / "media" / "documents" / "numbers.txt").stat().st_size == 100_000_000
    with closing(sqlite3.connect(var / "db.sqlite3")) as connection:
        [airports] = connection.execute("SELECT COUNT(*) FROM demo_airport").fetchone()
        [links] = connection.execute("SELECT COUNT(*) FROM demo_airport_alternates").fetchone()
    assert airports > 28_000
    assert links > 50_000


@pytest.mark.parametrize("port", ["65536", "-1"])
def test_a_port_that_cannot_be(tmp_path: Path, port: str) -> None:
    result = demo("--", port, var=tmp_path)

    assert result.returncode == 1
    assert result.stderr.startswith(f"Cannot listen on port {port}: ")


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])

        result = demo(port, var=tmp_path)

    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        f"Cannot listen on port {port}: [Errno 98] Address already in use. "
        "Name another one, as in: python -m nox -s demo -- 8001\n"
    )
