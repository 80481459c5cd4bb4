"""``python -m demo`` sets everything up once, and says what is wrong with a port."""

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from .conftest import Prepared, run_demo


@pytest.mark.slow
def test_the_first_start_makes_all_data(prepared: Prepared) -> None:
    result, var = prepared

    with closing(sqlite3.connect(var / "db.sqlite3")) as connection:
        [airports] = connection.execute("SELECT COUNT(*) FROM demo_airport").fetchone()
        [alternates] = connection.execute("SELECT COUNT(*) FROM demo_airport_alternates").fetchone()

    assert (result.returncode, result.stderr) == (0, "")
    assert "28,000 airports in 250 countries" in result.stdout
    assert airports > 28_000
    assert alternates > 50_000
    assert (var / "media" / "documents" / "numbers.txt").stat().st_size == 100_000_000


@pytest.mark.slow
def test_the_second_start_makes_nothing(prepared: Prepared) -> None:
    _, var = prepared
    made = {path: path.stat().st_mtime_ns for path in var.rglob("*")}

    result = run_demo("--prepare", var=var)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert {path: path.stat().st_mtime_ns for path in var.rglob("*")} == made


@pytest.mark.parametrize("port", ["65536", "-1"])
def test_a_port_that_cannot_be(tmp_path: Path, port: str) -> None:
    result = run_demo("--", port, var=tmp_path)

    assert result.returncode == 1
    assert result.stderr.startswith(f"Cannot listen on port {port}: ")


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])

        result = run_demo(port, var=tmp_path)

    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        f"Cannot listen on port {port}: [Errno 98] Address already in use. "
        "Name another one, as in: python -m nox -s demo -- 8001\n"
    )
