"""What it costs to send a file: throughput and CPU of servers, beside nginx and what others send files with."""

import os
import socket
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from tests.benchmarks._figures import Figure, measured_in
from tests.benchmarks._goals import FILES
from tests.servers.harness import COMMANDS, HOST, WSGI, Server, serve

SIZE = 256 * 2**20
PART = 2**20
ROUNDS = 5
PEERS = "tests.benchmarks._file_peers"
GUNICORN, UVICORN = COMMANDS["gunicorn"], COMMANDS["uvicorn"]


def main() -> list[Figure]:
    """Return throughput and CPU as multiples of nginx's, and what a range, a HEAD and a 304 cost."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        files = Path(directory)
        with open(files / "large.bin", "wb") as file:
            for _ in range(SIZE // PART):
                file.write(os.urandom(PART))
        with open(files / "gibibyte.bin", "wb") as file:
            file.truncate(2**30)
        (files / "small.bin").write_bytes(bytes(1024))
        for name in ("large.bin", "small.bin", "gibibyte.bin"):
            os.utime(files / name, (1_735_689_600, 1_735_689_600))
        files.chmod(0o755)
        running = {
            name: (
                stack.enter_context(
                    serve(
                        name,
                        words=words,
                        settings=f"{__package__}._file_settings",
                        probe=probe,
                        environ={"FILES": directory},
                    )
                ),
                path,
            )
            for name, words, path, probe in servers(files)
        }
        settings = {"FILES": directory, "DJANGO_SETTINGS_MODULE": f"{__package__}._file_settings"}
        return [
            *downloads(running),
            *requests(running),
            *measured_in(f"{__package__}._file_cpu", **settings),
        ]


def servers(files: Path) -> list[tuple[str, list[str], str, str]]:
    """Return name, command, path of the files and path to probe of every server that is installed."""
    found = []
    if which("nginx"):
        configuration = files / "nginx.conf"
        configuration.write_text(NGINX.format(directory=files))
        script = f"sed s/PORT/{{port}}/ {configuration} > {configuration}.port && exec nginx -c {configuration}.port"
        found.append(("nginx", ["!sh", "-c", script], "", "/small.bin"))
    without_sendfile = [*GUNICORN[:-1], "--no-sendfile", WSGI]
    found += [
        ("gunicorn, ours", GUNICORN, "ours/", "/ready"),
        ("gunicorn, ours, no sendfile", without_sendfile, "ours/", "/ready"),
        ("gunicorn, Django, no sendfile", without_sendfile, "django/", "/ready"),
        ("uvicorn, ours", UVICORN, "ours/", "/ready"),
        ("uvicorn, Django", UVICORN, "django/", "/ready"),
    ]
    if find_spec("granian"):
        found.append(("granian, ours", COMMANDS["granian-wsgi"], "ours/", "/ready"))
    if which("uwsgi", path=os.path.dirname(sys.executable)):
        found.append(("uWSGI, ours", COMMANDS["uwsgi"], "ours/", "/ready"))
    if find_spec("whitenoise"):
        found.append(("gunicorn, WhiteNoise", [*GUNICORN[:-1], f"{PEERS}:whitenoise"], "", "/small.bin"))
    if find_spec("starlette"):
        found.append(("uvicorn, Starlette", [*UVICORN[:-1], f"{PEERS}:starlette"], "", "/small.bin"))
    if find_spec("aiohttp"):
        found.append(("aiohttp", [PEERS, "{port}"], "", "/small.bin"))
    return found


NGINX = """
daemon off;
master_process off;
pid {directory}/nginx.pid;
error_log {directory}/nginx.log;
events {{}}
http {{
  access_log off;
  sendfile on;
  server {{
    listen 127.0.0.1:PORT;
    root {directory};
  }}
}}
"""


def downloads(running: dict[str, tuple[Server, str]]) -> list[Figure]:
    """Return throughput and CPU of a whole file, as multiples of nginx's."""
    rates: dict[str, list[float]] = {name: [] for name in running}
    costs: dict[str, list[float]] = {name: [] for name in running}
    for number in range(ROUNDS + 1):
        for name, (server, path) in running.items():
            cpu, start = seconds_of_cpu(server), time.perf_counter()
            size = request(server, f"GET /{path}large.bin")
            if number:
                rates[name].append(size / (time.perf_counter() - start))
                costs[name].append((seconds_of_cpu(server) - cpu) / size)
    first = next(iter(running))
    print(f"A file of {SIZE // 2**20} MiB, one connection           MB/s   x {first}   CPU x {first}")
    figures = []
    for name in running:
        rate, cost = statistics.median(rates[name]), statistics.median(costs[name])
        base_rate, base_cost = statistics.median(rates[first]), statistics.median(costs[first])
        print(f"{name:40} {rate / 1e6:9.0f} {rate / base_rate:9.2f} {cost / base_cost:9.1f}")
        if name != first:
            figures.append(Figure(FILES, "A file of 256 MiB, throughput", first, name, rate / base_rate))
            figures.append(Figure(FILES, "A file of 256 MiB, CPU", first, name, cost / base_cost))
    return figures


def requests(running: dict[str, tuple[Server, str]]) -> list[Figure]:
    """Return requests per second, each on a connection of its own, as multiples of nginx's."""
    cases = {
        "1 MiB of 1 GiB": "GET /{path}gibibyte.bin|Range: bytes=500000000-501048575",
        "HEAD": "HEAD /{path}small.bin",
        "304": "GET /{path}small.bin|If-Modified-Since: Wed, 01 Jan 2025 00:00:00 GMT",
        "1 KiB": "GET /{path}small.bin",
    }
    rows = {name: place for name, place in running.items() if "Django" not in name}
    # The same fields by hand, after one look at the file, and nothing to send.
    for name in ("gunicorn", "uvicorn"):
        rows[f"{name}, HttpResponse + stat"] = (running[f"{name}, ours"][0], "same/")
    times: dict[tuple[str, str], list[float]] = {(name, case): [] for name in rows for case in cases}
    for number in range(ROUNDS + 1):
        for (name, case), taken in times.items():
            server, path = rows[name]
            for _ in range(60):
                start = time.perf_counter()
                request(server, cases[case].format(path=path))
                if number:
                    taken.append(time.perf_counter() - start)
    rates = {row: 1 / statistics.median(taken) for row, taken in times.items()}
    first = next(iter(rows))
    print(f"\nRequests per second{'':22}" + "".join(f"{case:>16}" for case in cases))
    for name in rows:
        columns = (f"{rates[name, case]:.0f} ({rates[name, case] / rates[first, case]:.2f})" for case in cases)
        print(f"{name:41}" + "".join(f"{column:>16}" for column in columns))
    return [
        Figure(FILES, f"{case}, requests per second", first, name, rates[name, case] / rates[first, case])
        for case in cases
        for name in rows
        if name != first
    ]


def request(server: Server, head: str) -> int:
    """Send the request on a connection of its own; return the number of bytes that came back."""
    line, *fields = head.split("|")
    lines = [f"{line} HTTP/1.1", f"Host: {server.host}:{server.port}", "Connection: close", *fields, "", ""]
    buffer, size = bytearray(2**20), 0
    with socket.create_connection((HOST, server.port)) as connection:
        connection.sendall("\r\n".join(lines).encode())
        while count := connection.recv_into(buffer):
            size += count
    return size


def seconds_of_cpu(server: Server) -> float:
    """Return the CPU time that the server's processes have used."""
    ticks = 0
    for pid in server.pids():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
