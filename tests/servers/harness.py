"""Real servers for tests: start one by name on a free loopback port, wait until it answers, stop it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, NoReturn

import pytest

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]
WSGI = "tests.servers.app.wsgi:application"
ASGI = "tests.servers.app.asgi:application"

#: What starts each server; ``{port}`` is filled in. The first word is a Python module, or a program after "!".
COMMANDS: dict[str, list[str]] = {
    "gunicorn": ["gunicorn", "-b", f"{HOST}:{{port}}", "-w", "1", "--no-control-socket", WSGI],
    "gunicorn-gthread": [
        *["gunicorn", "-b", f"{HOST}:{{port}}", "-w", "1", "-k", "gthread", "--threads", "4"],
        *["--no-control-socket", WSGI],
    ],
    "waitress": ["waitress", f"--listen={HOST}:{{port}}", "--threads=4", WSGI],
    "uwsgi": [
        *["!uwsgi", "--http-socket", f"{HOST}:{{port}}", "--master", "--processes", "1", "--threads", "2"],
        *[
            "--need-app",
            "--die-on-term",
            "--disable-logging",
            "--add-header",
            "Connection: close",
            "--home",
            sys.prefix,
            "--pythonpath",
            str(ROOT),
        ],
        *["--wsgi", WSGI],
    ],
    "granian-wsgi": ["granian", "--interface", "wsgi", "--host", HOST, "--port", "{port}", "--no-log", WSGI],
    "runserver": ["django", "runserver", "--noreload", "--insecure", f"{HOST}:{{port}}"],
    "granian-asgi": ["granian", "--interface", "asginl", "--host", HOST, "--port", "{port}", "--no-log", ASGI],
    "uvicorn": ["uvicorn", "--host", HOST, "--port", "{port}", "--lifespan", "off", "--log-level", "warning", ASGI],
    "uvicorn-h11": [
        *["uvicorn", "--host", HOST, "--port", "{port}", "--lifespan", "off", "--log-level", "warning"],
        *["--http", "h11", ASGI],
    ],
    "daphne": ["daphne", "-b", HOST, "-p", "{port}", "-v", "0", ASGI],
    "hypercorn": ["hypercorn", "-b", f"{HOST}:{{port}}", ASGI],
}
WSGI_SERVERS = ["gunicorn", "gunicorn-gthread", "waitress", "uwsgi", "granian-wsgi", "runserver"]
ASGI_SERVERS = ["granian-asgi", "uvicorn", "uvicorn-h11", "daphne", "hypercorn"]


@dataclass
class Server:
    """A server that runs; `pid` is the process that was started, `log` what it has written."""

    name: str
    host: str
    port: int
    process: "subprocess.Popen[bytes]"
    log: IO[bytes] = field(repr=False)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def pids(self) -> list[int]:
        """Return the server's process and its descendants, the workers among them."""
        found = [self.pid]
        for pid in found:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                with suppress(OSError):  # of a thread that has ended
                    found += map(int, children.read_text().split())
        return found

    def resident(self) -> int:
        """Return the memory of the server's processes, in bytes."""
        return sum(memory_of(pid)["VmRSS"] for pid in self.pids())

    def output(self) -> str:
        """Return what the server has written to its standard output and error."""
        self.log.flush()
        return Path(self.log.name).read_text(errors="replace")


#: glibc keeps what is freed for later, now more and now less. These variables make it give blocks back at once.
PROMPT_ALLOCATOR = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}


def memory_of(pid: int) -> dict[str, int]:
    """Return what the kernel says of the memory of a process, in bytes."""
    lines = [line.partition(":") for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return {name: int(value.split()[0]) * 1024 for name, _, value in lines if name.startswith("Vm")}


def missing(what: str) -> NoReturn:
    """Skip the test because `what` is not installed, or fail it where the environment says that it must be."""
    reason = f"{what} is not installed"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def command(words: Sequence[str], port: int) -> list[str]:
    """Return the command line that starts the server, or skip the test if it is not installed."""
    program, *arguments = (word.format(port=port) for word in words)
    if not program.startswith("!"):
        if find_spec(program) is None:
            missing(program)
        return [sys.executable, "-m", program, *arguments]
    program = program.removeprefix("!")
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])
    executable = shutil.which(program, path=path)
    if executable is None:
        missing(program)
    return [executable, *arguments]


@contextmanager
def serve(
    name: str,
    *,
    settings: str = "tests.servers.app.settings",
    environ: Mapping[str, str] | None = None,
    probe: str = "/ready",
    timeout: float = 60,
    words: Sequence[str] | None = None,
) -> Iterator[Server]:
    """
    Run the server `name` with the `settings` module until the block ends; wait until `probe` is answered, whatever the
    status.

    `environ` adds environment variables. `words` are run in place of those in
    `COMMANDS`. A server that does not answer within `timeout` seconds fails the test with
    its output.
    """
    port = _free_port()
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": settings,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_RUNSERVER_HIDE_WARNING": "true",
        **(environ or {}),
    }
    with tempfile.NamedTemporaryFile(prefix=f"{name}-", suffix=".log") as log:
        process = subprocess.Popen(
            command(words or COMMANDS[name], port),
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        server = Server(name, HOST, port, process, log)
        try:
            _wait_until_it_answers(server, probe, timeout)
            yield server
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def _wait_until_it_answers(server: Server, probe: str, timeout: float) -> None:
    request = f"GET {probe} HTTP/1.1\r\nHost: {server.host}:{server.port}\r\nConnection: close\r\n\r\n".encode()
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            with socket.create_connection((server.host, server.port), timeout=timeout) as connection:
                connection.sendall(request)
                if connection.recv(5) == b"HTTP/":
                    return
        except OSError:
            pass
        time.sleep(0.05)
    pytest.fail(f"{server.name} did not answer {probe}. Its output:\n{server.output()}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the server and its workers, which share a process group of their own."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
