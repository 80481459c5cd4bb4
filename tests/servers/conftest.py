"""Servers that start once per session and settings module, when the first test asks for them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .harness import Server, serve

StartServer = Callable[..., Server]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory that the servers read files from."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="session")
def start_server(files: Path) -> Iterator[StartServer]:
    """Return a function that gives the running server of a name and a settings module."""
    running: dict[tuple[str, str], Server] = {}
    with ExitStack() as stack:

        def start(name: str, settings: str = "tests.servers.app.settings") -> Server:
            if (name, settings) not in running:
                server = stack.enter_context(serve(name, settings=settings, environ={"FILES": str(files)}))
                running[name, settings] = server
            return running[name, settings]

        yield start
