"""A private database server for the test run: ``TEST_DATABASE=postgresql`` or ``TEST_DATABASE=mysql``, else SQLite."""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ZONES = Path("/usr/share/zoneinfo")


def database(kind: str) -> dict[str, Any]:
    """Return the settings of a database of a kind, and start its server, which ends with the process."""
    return {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql}[kind]()


def _sqlite() -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}


def _postgresql() -> dict[str, Any]:
    user, directory = _home("postgres")
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    data = directory / "data"
    _run(user, programs / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    options = f"-c listen_addresses= -c unix_socket_directories={directory} -c fsync=off"
    _run(user, programs / "pg_ctl", "-D", data, "-w", "-l", directory / "log", "-o", options, "start")
    atexit.register(_end, directory, user, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    # What is in the template is in the database of the tests.
    connect = ("-h", directory, "-U", "tests", "-d", "template1")
    _run(user, programs / "psql", *connect, "-c", "CREATE EXTENSION hstore")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "postgres",
        "USER": "tests",
        "HOST": str(directory),
        "TEST": {"NAME": "tests"},
    }


def _mysql() -> dict[str, Any]:
    user, directory = _home("mysql")
    data, socket = directory / "data", directory / "socket"
    _run(
        user, "mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
        "--skip-test-db",
    )  # fmt: skip
    server = subprocess.Popen(
        [
            shutil.which("mariadbd") or "/usr/sbin/mariadbd",
            "--no-defaults",
            f"--datadir={data}",
            f"--socket={socket}",
            f"--pid-file={directory / 'pid'}",
            "--skip-networking",
            "--innodb-flush-log-at-trx-commit=0",
        ],
        user=user,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    connect = ("--no-defaults", f"--socket={socket}", "-u", "root")
    _run(user, "mariadb-admin", *connect, "--wait=30", "ping")
    if ZONES.exists():
        # It knows no time zones but those that it is told.
        load = f"for zone in UTC Europe/Berlin; do mariadb-tzinfo-to-sql {ZONES}/$zone $zone; done | mariadb"
        _run(user, "sh", "-c", f'{load} "$@"', "sh", *connect, "mysql")

    def end() -> None:
        server.kill()
        server.wait()
        shutil.rmtree(directory, ignore_errors=True)

    atexit.register(end)
    return {
        "ENGINE": "django.db.backends.mysql",
        "NAME": "tests",
        "USER": "root",
        "HOST": str(socket),
        "OPTIONS": {"charset": "utf8mb4"},
        "TEST": {"NAME": "tests", "CHARSET": "utf8mb4"},
    }


def _home(user: str) -> tuple[str | None, Path]:
    """Return the user to run the server as, None for the present one, and a directory that belongs to it."""
    directory = Path(tempfile.mkdtemp(prefix="tests-"))
    if os.geteuid() != 0:
        return None, directory
    # These servers refuse to run as root.
    owner = pwd.getpwnam(user)
    os.chown(directory, owner.pw_uid, owner.pw_gid)
    return user, directory


def _run(user: str | None, *command: Any) -> None:
    arguments = [str(part) for part in command]
    done = subprocess.run(arguments, user=user, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")


def _end(directory: Path, user: str | None, *command: Any) -> None:
    _run(user, *command)
    shutil.rmtree(directory, ignore_errors=True)
