"""The harness itself: every server starts, answers, and is gone afterwards."""

import os
import urllib.request

import pytest

from .conftest import StartServer
from .harness import COMMANDS, serve


@pytest.mark.parametrize("name", COMMANDS)
def test_each_server_answers(start_server: StartServer, name: str) -> None:
    server = start_server(name)

    with urllib.request.urlopen(f"{server.url}/ready") as response:
        assert (response.status, response.read()) == (200, b"ready")
    assert server.pid in server.pids()


def test_a_server_is_gone_with_its_workers_after_its_block() -> None:
    with serve("gunicorn") as server:
        pids = server.pids()

    assert len(pids) > 1
    assert not [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
