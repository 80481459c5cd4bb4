"""nginx as a shared cache, which keeps what nobody forbids: nothing of one user reaches another (RFC 9111 3)."""

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from .fronts import NGINX
from .harness import Server, missing, serve
from .test_fronts import ask

OUTSIDE = "proxy_cache_path {directory}/cache keys_zone=shared:1m;"
BLOCKS = """
location / {{
  proxy_pass http://{host}:{port};
  proxy_cache shared;
  proxy_cache_key $request_uri;
  proxy_cache_valid any 10m;
  add_header X-Cache $upstream_cache_status always;
}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if shutil.which("nginx", path="/usr/sbin:/usr/bin") is None:
        missing("nginx")
    directory = tmp_path_factory.mktemp("nginx")
    with serve("gunicorn-gthread", settings="tests.servers.app.private_settings") as django:
        blocks = BLOCKS.format(host=django.host, port=django.port)
        configuration = directory / "configuration"
        outside = OUTSIDE.format(directory=directory)
        configuration.write_text(NGINX.format(directory=directory, outside=outside, blocks=blocks))
        script = f"sed -i s/PORT/{{port}}/ {configuration} && PATH=$PATH:/usr/sbin exec nginx -c {configuration}"
        with serve("nginx", words=["!sh", "-c", script]) as nginx:
            yield nginx


def got(server: Server, path: str, **headers: str) -> tuple[int, Any, str]:
    """Return the status, the content and what the cache did."""
    answer = ask(server, path, **headers)
    text = answer.body.decode()
    content = json.loads(text) if "json" in answer["Content-Type"] else text
    return answer.status, content, answer["X-Cache"]


def test_what_is_the_same_for_all_is_kept(server: Server) -> None:
    assert got(server, "/public") == (200, {"number": 1}, "MISS")
    assert got(server, "/public") == (200, {"number": 1}, "HIT")


@pytest.mark.parametrize("path", ["/mine", "/members"])
def test_what_a_token_shows_is_for_its_user(server: Server, path: str) -> None:
    for name in ("anna", "bert", "anna"):
        assert got(server, path, Authorization=f"Bearer {name}") == (200, {"name": name}, "MISS")


def test_refusals_are_not_kept(server: Server) -> None:
    for _ in range(2):
        status, problem, cached = got(server, "/members?refused")
        assert (status, problem["status"], cached) == (401, 401, "MISS")
        status, problem, cached = got(server, "/mine?refused", Authorization="Bearer nobody")
        assert (status, cached) == (401, "MISS")
    assert got(server, "/members?refused", Authorization="Bearer anna") == (200, {"name": "anna"}, "MISS")


def test_who_is_nobody_gets_nothing_of_a_user(server: Server) -> None:
    got(server, "/mine?nobody", Authorization="Bearer anna")

    assert got(server, "/mine?nobody")[:2] == (200, {"name": ""})


def test_what_a_session_holds_is_for_its_cookie(server: Server) -> None:
    cookies = {}
    for name in ("anna", "bert"):
        cookies[name] = ask(server, f"/remember/{name}")["Set-Cookie"].partition(";")[0]

    for name in ("anna", "bert", "anna"):
        assert got(server, "/remembered", Cookie=cookies[name]) == (200, {"name": name}, "MISS")
    assert got(server, "/remembered")[:2] == (200, {"name": ""})


def test_each_type_is_kept_for_who_likes_it(server: Server) -> None:
    for expected in ("MISS", "HIT"):
        assert got(server, "/both", Accept="text/html") == (200, "<p>page</p>", expected)
        assert got(server, "/both", Accept="application/json") == (200, {"number": 1}, expected)
