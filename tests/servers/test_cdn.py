"""nginx as a cache stands for a CDN: what it keeps, what it asks again, and what it never gives to another."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import RequestFactory

from django_extras.delivery import SignedRedirect
from tests.files import StoredView
from tests.objects import BUCKET, Objects, serve_objects

from .fronts import NGINX, front
from .harness import HOST, Server, missing, serve
from .test_fronts import TEN, ask

PUBLIC = pytest.mark.parametrize("view", ["public", "awaited-public"])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = tmp_path_factory.mktemp("files")
    for name in ("whole", "range", "head", "tag", "old", "new", "mine", "cookie"):
        (files / f"{name}.txt").write_bytes(TEN)
    return files


@pytest.fixture(scope="module")
def server(files: Path) -> Iterator[Server]:
    with front("cdn", files) as server:
        yield server


@PUBLIC
def test_what_everybody_may_have_is_kept(server: Server, view: str) -> None:
    first, second = (ask(server, f"/{view}/whole.txt") for _ in range(2))

    assert [first["X-Cache"], second["X-Cache"]] == ["MISS", "HIT"]
    assert (first.status, first.body) == (second.status, second.body) == (200, TEN)
    for name in ("X-Asked", "ETag", "Content-Type", "Content-Disposition", "X-Content-Type-Options", "Cache-Control"):
        assert first[name] == second[name] is not None


@PUBLIC
def test_range_comes_from_the_copy(server: Server, view: str) -> None:
    answers = [ask(server, f"/{view}/range.txt", Range=f"bytes={start}-{start + 1}") for start in (2, 6)]

    assert [answer["X-Cache"] for answer in answers] == ["MISS", "HIT"]
    assert [(answer.status, answer.body) for answer in answers] == [(206, b"23"), (206, b"67")]
    assert answers[0]["X-Asked"] == answers[1]["X-Asked"]


@PUBLIC
def test_head_and_conditions_are_answered_by_the_copy(server: Server, view: str) -> None:
    whole = ask(server, f"/{view}/head.txt")

    head = ask(server, f"/{view}/head.txt", "HEAD")
    assert (head.status, head["Content-Length"], head["X-Cache"]) == (200, "10", "HIT")
    unchanged = ask(server, f"/{view}/head.txt", If_None_Match=str(whole["ETag"]))
    assert (unchanged.status, unchanged.body) == (304, b"")
    assert head["X-Asked"] == unchanged["X-Asked"] == whole["X-Asked"]


@PUBLIC
def test_old_copy_is_asked_about(server: Server, files: Path, view: str) -> None:
    path = f"/{view}/old.txt?cache=public,max-age=1"
    first = ask(server, path)
    time.sleep(2.1)  # the copy is old by now: nginx counts whole seconds

    again = ask(server, path)
    assert (again["X-Cache"], again.status, again.body) == ("REVALIDATED", 200, TEN)
    assert again["ETag"] == first["ETag"]

    (files / "old.txt").write_bytes(b"other")
    time.sleep(2.1)  # the copy is old by now: nginx counts whole seconds
    changed = ask(server, path)
    assert (changed["X-Cache"], changed.body) == ("EXPIRED", b"other")
    (files / "old.txt").write_bytes(TEN)


def test_what_one_user_may_have_is_never_kept(server: Server) -> None:
    for _ in range(2):
        mine = ask(server, "/guarded/mine.txt", Authorization="Basic owner")
        assert (mine.status, mine.body, mine["X-Cache"]) == (200, TEN, "MISS")
        part = ask(server, "/guarded/mine.txt", Authorization="Basic owner", Range="bytes=1-1")
        assert (part.body, part["X-Cache"]) == (b"1", "MISS")
        assert ask(server, "/guarded/mine.txt").status == 403


@pytest.mark.parametrize("path", ["/tree/cookie.txt?cache=public,max-age=60", "/public/missing.txt"])
def test_cookies_and_errors_are_not_kept(server: Server, path: str) -> None:
    assert [ask(server, path)["X-Cache"] for _ in range(2)] in (["MISS", "MISS"], [None, None])


# CloudFront checks the signature, which nginx cannot; the cache key and what goes to S3 are as the documentation says.
OUTSIDE = """
proxy_cache_path {directory}/cache keys_zone=shared:1m;
map $args $type {{ "~(?:^|&)(response-content-type=[^&]*)" $1; }}
map $args $disposition {{ "~(?:^|&)(response-content-disposition=[^&]*)" $1; }}
map $args $caching {{ "~(?:^|&)(response-cache-control=[^&]*)" $1; }}
map $request_uri $key {{ "~^([^?]*)" $1; }}
"""
BLOCKS = """
location / {{
  proxy_pass {origin}$key?$type&$disposition&$caching;
  proxy_cache shared;
  proxy_cache_key $key?$type&$disposition&$caching;
  proxy_cache_valid 200 1m;
  proxy_ignore_headers Cache-Control;
  add_header X-Cache $upstream_cache_status;
}}
"""


@pytest.fixture(scope="module")
def objects() -> Iterator[Objects]:
    with serve_objects() as objects:
        own = {"ContentType": "text/html", "CacheControl": "public, max-age=99"}
        objects.put("a b.txt", TEN, ACL="public-read", **own)  # in place of an origin access control
        yield objects


@pytest.fixture(scope="module")
def before_objects(objects: Objects, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if shutil.which("nginx", path="/usr/sbin:/usr/bin") is None:
        missing("nginx")
    directory = tmp_path_factory.mktemp("nginx")
    configuration = directory / "configuration"
    outside, blocks = OUTSIDE.format(directory=directory), BLOCKS.format(origin=f"{objects.url}/{BUCKET}")
    configuration.write_text(NGINX.format(directory=directory, outside=outside, blocks=blocks))
    script = f"sed -i s/PORT/{{port}}/ {configuration} && PATH=$PATH:/usr/sbin exec nginx -c {configuration}"
    with serve("nginx", words=["!sh", "-c", script]) as nginx:
        yield nginx


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")  # of django-storages
@pytest.mark.filterwarnings("ignore:SHA1Hash:DeprecationWarning")  # of botocore
def test_each_user_saves_an_object_under_the_name_that_the_view_gives(
    objects: Objects, before_objects: Server
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    domain = {"custom_domain": f"{HOST}:{before_objects.port}", "url_protocol": "http:"}
    storage = objects.storage(**domain, cloudfront_key_id="K", cloudfront_key=pem)

    def fetch(filename: str) -> Any:
        delivery = SignedRedirect()
        view = StoredView.as_view(storage=storage, name="a b.txt", filename=filename, delivery=delivery)
        url = urlsplit(view(RequestFactory().get("/")).url)
        assert url.netloc == domain["custom_domain"]
        return ask(before_objects, f"{url.path}?{url.query}")

    answers = [fetch(name) for name in ("anna.txt", "bert ü.txt", "anna.txt")]

    assert [(answer.status, answer.body) for answer in answers] == [(200, TEN)] * 3
    assert [answer["X-Cache"] for answer in answers] == ["MISS", "MISS", "HIT"]
    assert [answer["Content-Disposition"] for answer in answers] == [
        'inline; filename="anna.txt"',
        "inline; filename=\"bert u.txt\"; filename*=utf-8''bert%20%C3%BC.txt",
        'inline; filename="anna.txt"',
    ]
    assert {(answer["Content-Type"], answer["Cache-Control"]) for answer in answers} == {
        ("text/plain", "private, no-cache")
    }
