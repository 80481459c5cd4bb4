"""``python -m demo`` sets everything up once, and says what is wrong with a port."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import sysconfig
import time
import venv
from contextlib import closing
from pathlib import Path

import pytest

from demo.__main__ import HEADER, MADE
from tests.servers.harness import missing

from .conftest import FILES_OF_OTHERS, ROOT, Prepared, run_demo


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


@pytest.mark.slow
def test_what_the_demo_has_not_made_stays(prepared: Prepared) -> None:
    _, var = prepared
    made = (var / MADE).read_text("utf-8").splitlines()[2:]

    files = {str(path.relative_to(var)) for path in var.rglob("*") if path.is_file()}

    assert files - {MADE} - set(made) == set(FILES_OF_OTHERS)
    assert all((var / name).read_text() == "Not the demo's" for name in FILES_OF_OTHERS)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(
            ("db.sqlite3", "file"),
            ("db.sqlite3-journal", "link to nowhere"),
            ("media/documents/guide.pdf", "directory"),
        ),
        *((MADE, "file"), (MADE, "directory"), (MADE, "link to nowhere")),
    ],
)
def test_a_file_of_another_in_the_place_of_the_demos(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "file":
        path.write_text("Not the demo's\nthesis.txt")
    elif kind == "directory":
        path.mkdir()
    else:
        path.symlink_to("nowhere")
    (tmp_path / "thesis.txt").write_text("Mine")
    before = sorted(tmp_path.rglob("*"))

    result = run_demo("--prepare", var=tmp_path)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"{path} is not the demo's. Move it away, or name another directory in DEMO_VAR.\n"
    assert sorted(tmp_path.rglob("*")) == before


def test_what_older_code_has_made_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "media" / "documents").mkdir(parents=True)
    for name in ("old.txt", "db.sqlite3", "media/documents/old.pdf", "thesis.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / MADE).write_text(f"{HEADER}\nolder code\nold.txt\nmedia/documents/old.pdf\nmissing\n")

    result = run_demo("--prepare", var=tmp_path)

    assert result.stderr.startswith(f"{tmp_path / 'db.sqlite3'} is not the demo's.")
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["db.sqlite3", MADE, "thesis.txt"]


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


@pytest.fixture(scope="session")
def nox(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the command of nox, whose environment for the demo has the packages of the tests already."""
    found = shutil.which("nox", path=os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]))
    if found is None:
        missing("nox")
    directory = tmp_path_factory.mktemp("nox")
    # As nox would make it. A line of a .pth file is run.
    environment = [os.path.join(os.path.dirname(found), "python"), "-m", "virtualenv", "--python", sys.executable]
    subprocess.run([*environment, directory / "demo"], check=True, stdout=subprocess.DEVNULL)
    [packages] = directory.glob("demo/lib/*/site-packages")
    (packages / "tests.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    return [found, "--envdir", str(directory), "--no-install", "--session", "demo", "--"]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Other systems have other signals.")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)])
@pytest.mark.parametrize("to_all", [True, False], ids=["terminal", "kill"])
def test_a_signal_to_nox_ends_the_server(
    nox: list[str], prepared: Prepared, tmp_path: Path, number: signal.Signals, status: int, to_all: bool
) -> None:
    # The environment that is active has no Django.
    venv.create(tmp_path / "active", symlinks=True)
    path = os.pathsep.join([str(tmp_path / "active/bin"), os.environ["PATH"]])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"DEMO_VAR": str(prepared[1]), "DJANGO_SETTINGS_MODULE": "demo.settings"}
    environ = {**os.environ, "PATH": path, **settings}
    with (tmp_path / "output").open("w+") as output:
        process = subprocess.Popen(
            [*nox, str(port)], cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            # A browser has paused a download, and keeps the connection.
            with closing(connection_to(port, process)) as connection:
                connection.sendall(b"GET /documents/numbers/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert connection.recv(15) == b"HTTP/1.1 200 OK"
                (os.killpg if to_all else os.kill)(process.pid, number)

                assert process.wait(timeout=20) == status
        finally:
            process.kill()
            process.wait()
        output.seek(0)
        written = output.read()

    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert "Traceback" not in written


def connection_to(port: int, process: "subprocess.Popen[bytes]") -> socket.socket:
    """Return a connection to the server, as soon as the process listens."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except ConnectionRefusedError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
