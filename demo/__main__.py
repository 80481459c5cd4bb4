"""Set the demo's data up, then serve it: ``python -m demo [port]``."""

import argparse
import hashlib
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

SOURCES = ["models.py", "data.py", "files.py", "originals"]


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

    from demo.data import load_countries_and_airports
    from demo.files import make_documents

    stamp: Path = settings.VAR / "made-by"
    if stamp.exists() and stamp.read_text() == fingerprint():
        return
    shutil.rmtree(settings.VAR, ignore_errors=True)
    settings.VAR.mkdir(parents=True)
    print(f"Setting the demo up in {settings.VAR}")
    run("database", lambda: call_command("migrate", run_syncdb=True, verbosity=0))
    run("28,000 airports in 250 countries", load_countries_and_airports)
    run("files, one of 100 MB", make_documents)
    stamp.write_text(fingerprint())


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
    """Serve until Ctrl-C."""
    import uvicorn

    print(f"\nOpen http://127.0.0.1:{port}/ in a browser. Ctrl-C ends it.\n", flush=True)
    uvicorn.run("demo.asgi:application", host="127.0.0.1", port=port, lifespan="off")


if __name__ == "__main__":
    main()
