"""The demo on real servers: the fields that curl shows, and memory that stays flat."""

import http.client
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.harness import Server, serve

from .conftest import Prepared

pytestmark = pytest.mark.slow

MIB = 1 << 20
DATE = re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")


@pytest.fixture(scope="module", params=["gunicorn", "uvicorn"])
def server(request: pytest.FixtureRequest, prepared: Prepared) -> Iterator[Server]:
    with serve(
        request.param, settings="demo.settings", environ={"DEMO_VAR": str(prepared[1])}, probe="/ping/"
    ) as server:
        yield server


def fetch(server: Server, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """Return status, fields and content; the names of the fields in lower case."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    connection.request(method, path)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, content


def test_json(server: Server) -> None:
    status, fields, content = fetch(server, "/airports/EDDF/")

    assert status == 200
    assert fields["content-type"] == "application/json"
    assert fields["content-length"] == str(len(content))
    assert json.loads(content)["country"] == {"code": "DE", "name": "Germany", "flag": "🇩🇪"}


def test_a_file(server: Server) -> None:
    status, fields, content = fetch(server, "/documents/served/")

    assert status == 200
    assert fields["content-type"] == "text/csv"
    assert fields["content-length"] == str(len(content))
    assert DATE.fullmatch(fields["last-modified"])
    assert "filename*=utf-8''Flugh%C3%A4fen%20%F0%9F%9B%AB%20100%25.csv" in fields["content-disposition"]


def test_head_of_the_largest_file(server: Server) -> None:
    status, fields, content = fetch(server, "/documents/numbers/", "HEAD")

    assert (status, fields["content-length"], content) == (200, "100000000", b"")


def test_a_status_with_its_field(server: Server) -> None:
    status, fields, content = fetch(server, "/maintenance/")

    assert (status, fields["retry-after"]) == (503, "120")
    assert b"two minutes" in content


def test_a_status_without_content(server: Server) -> None:
    status, fields, content = fetch(server, "/ping/")

    assert (status, content) == (204, b"")
    assert not {"content-type", "content-length", "transfer-encoding"} & set(fields)


def test_every_status(server: Server) -> None:
    [*statuses] = map(int, re.findall(rb'href="/statuses/(\d+)/"', fetch(server, "/statuses/")[2]))

    assert len(statuses) > 50
    assert [fetch(server, f"/statuses/{status}/")[0] for status in statuses] == statuses


def test_the_largest_file_needs_no_memory(server: Server) -> None:
    fetch(server, "/documents/guide/")
    before = memory_of(server)

    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    connection.request("GET", "/documents/numbers/")
    response = connection.getresponse()
    received = peak = 0
    while content := response.read(MIB):
        assert content[-1:] == b"\n"
        received += len(content)
        peak = max(peak, memory_of(server))
    connection.close()

    assert received == 100_000_000
    assert peak - before < 10 * MIB


def memory_of(server: Server) -> int:
    """Return the bytes that the server and its workers hold in memory."""
    total = 0
    for pid in server.pids():
        status = Path(f"/proc/{pid}/status").read_text()
        total += int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) * 1024
    return total
