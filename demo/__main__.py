"""Set the demo's data up, then serve it: ``python -m demo [port]``."""

import argparse
import asyncio
import hashlib
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

SOURCES = ["models.py", "data.py", "files.py", "originals"]
#: Below the directory of the demo's data: what of it the demo has made. It deletes nothing else.
MADE = "made-by-the-demo.txt"
HEADER = "The demo of django-extras made these files. When the code that makes them has changed, it deletes them:"


def main() -> None:
    """Parse the command line and obey it."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("port", nargs="?", type=int, default=8000, help="where to listen on 127.0.0.1; 8000 if absent")
    parser.add_argument("--prepare", action="store_true", help="set the data up and stop")
    arguments = parser.parse_args()
    if not arguments.prepare:
        refuse_taken_port(arguments.port)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")
    django.setup()
    prepare()
    if not arguments.prepare:
        serve(arguments.port)


def refuse_taken_port(port: int) -> None:
    """Leave with an explanation if nothing can listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            sys.exit(f"Cannot listen on port {port}: {error}. Name another one, as in: python -m nox -s demo -- 8001")


def prepare() -> None:
    """Make database and files, unless they are there and what makes them has not changed since."""
    from django.conf import settings
    from django.core.management import call_command

    from demo.data import load_countries_and_airports, load_flights, load_notices
    from demo.files import FILES, make_documents

    var: Path = settings.VAR
    made_by, *made = read_made(var)
    if made_by == fingerprint():
        return
    for name in made:
        (var / name).unlink(missing_ok=True)

    to_make = ["db.sqlite3", "db.sqlite3-journal", *(f"media/{name}" for name in FILES.values())]
    for name in to_make:
        if os.path.lexists(var / name):
            sys.exit(f"{var / name} is not the demo's. Move it away, or name another directory in DEMO_VAR.")
    var.mkdir(parents=True, exist_ok=True)
    # First, so that the next start knows what one that is broken off has left.
    write_made(var, "nobody, completely", to_make)
    print(f"Setting the demo up in {var}")
    run("database", lambda: call_command("migrate", run_syncdb=True, verbosity=0))
    run("28,000 airports in 250 countries", load_countries_and_airports)
    run("flights to plan", load_flights)
    run("a user, and notices", load_notices)
    run("files, one of 100 MB", make_documents)
    write_made(var, fingerprint(), to_make)


def read_made(var: Path) -> list[str]:
    """Return the fingerprint of the code that made the demo's files, and their names; nothing where there are none."""
    path = var / MADE
    if not os.path.lexists(path):
        return [""]
    header, _, made = path.read_text("utf-8", "replace").partition("\n") if path.is_file() else ("", "", "")
    if header != HEADER:
        sys.exit(f"{path} is not the demo's. Move it away, or name another directory in DEMO_VAR.")
    return made.splitlines() or [""]


def write_made(var: Path, made_by: str, names: list[str]) -> None:
    """Write down what the demo makes."""
    (var / MADE).write_text("\n".join([HEADER, made_by, *names, ""]), "utf-8")


def run(what: str, step: Callable[[], object]) -> None:
    """Take a step and print what it was and how long it took."""
    start = time.monotonic()
    step()
    print(f"  {what}: {time.monotonic() - start:.1f} s", flush=True)


def fingerprint() -> str:
    """Return what changes when the code that makes the data changes."""
    base = Path(__file__).parent
    files = [
        path
        for name in SOURCES
        for path in sorted((base / name).rglob("*") if (base / name).is_dir() else [base / name])
    ]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def serve(port: int) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    import uvicorn

    print(f"\nOpen http://127.0.0.1:{port}/ in a browser. Ctrl-C ends it.\n", flush=True)
    logging.getLogger("uvicorn.error").addFilter(is_error)
    # A download that is paused in some browser would keep the server for ever.
    options = {"lifespan": "off", "timeout_graceful_shutdown": 1}
    uvicorn.run("demo.asgi:application", host="127.0.0.1", port=port, **options)


def is_error(record: logging.LogRecord) -> bool:
    """Return False for a response that the end of the server has cut off."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
