"""URLs that the storage signs: what they ask it to send, and which storages cannot sign."""

import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, InMemoryStorage
from django.test import RequestFactory
from django.views import View
from storages.backends.s3 import S3Storage

from django_extras.delivery import NginxRemote, SignedRedirect
from django_extras.http import FileResponse
from django_extras.views import FileDownloadMixin
from tests.files import field_file
from tests.objects import Objects, options_at, serve_objects

pytestmark = pytest.mark.slow  # these run a server

TEN = b"0123456789"
NAME = "a b%+&='()~*!ä.html"


@pytest.fixture(scope="module")
def server() -> Iterator[Objects]:
    with serve_objects() as objects:
        objects.put(NAME, TEN, ContentType="text/html", ContentDisposition="inline", CacheControl="public, max-age=9")
        yield objects


@pytest.fixture
def objects(server: Objects) -> Objects:
    server.asked.clear()
    return server


class Kind(FileDownloadMixin, View):
    contents: Any = None
    filename = "ä.txt"
    as_attachment = True

    def get_file(self) -> Any:
        return self.contents


def get(contents: Any, method: str = "GET", **initkwargs: Any) -> Any:
    request = RequestFactory().generic(method, "/")
    return Kind.as_view(contents=contents, **{"delivery": SignedRedirect(), **initkwargs})(request)


def fetch(url: str, method: str = "GET", **headers: str) -> Any:
    return urllib.request.urlopen(urllib.request.Request(url, method=method, headers=headers), timeout=20)


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-9"}], ids=["whole", "range"])
def test_redirect_to_what_the_view_says(objects: Objects, headers: dict[str, str]) -> None:
    response = get((objects.storage(), NAME))

    assert (response.status_code, response["Cache-Control"]) == (302, "private, no-store")
    assert objects.methods == []
    with fetch(response.url, **headers) as answer:
        assert answer.read() == TEN
        assert answer.headers["Content-Type"] == "text/plain"
        assert answer.headers["Content-Disposition"] == "attachment; filename=\"a.txt\"; filename*=utf-8''%C3%A4.txt"
        assert answer.headers["Cache-Control"] == "private, no-cache"


def test_signature_is_for_the_method(objects: Objects) -> None:
    storage = objects.storage()

    urls = {method: get((storage, NAME), method).url for method in ("GET", "HEAD")}

    signatures = {method: parse_qs(urlsplit(url).query)["X-Amz-Signature"] for method, url in urls.items()}
    assert signatures["GET"] != signatures["HEAD"]
    assert fetch(urls["HEAD"], "HEAD").status == 200


def test_expiry(objects: Objects) -> None:
    url = get((objects.storage(), NAME), delivery=SignedRedirect(expire=7)).url

    assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["7"]
    assert parse_qs(urlsplit(get((objects.storage(), NAME)).url).query)["X-Amz-Expires"] == ["60"]


def test_file_of_a_field(objects: Objects) -> None:
    response = get(field_file(objects.storage()))

    assert response.url.startswith(f"{objects.url}/files/notes.txt?")


def test_view_without_cache_control(objects: Objects) -> None:
    url = get((objects.storage(), NAME), cache_control="").url

    assert "response-cache-control" not in url


class TestStorageThatCannotSign:
    @pytest.mark.parametrize("delivery", [SignedRedirect(), NginxRemote("/s3/")])
    @pytest.mark.parametrize("options", [{"querystring_auth": False}, {"custom_domain": "cdn.example.com"}])
    def test_s3(self, objects: Objects, options: dict[str, Any], delivery: Any) -> None:
        response = get((objects.storage(**options), NAME), delivery=delivery)

        assert isinstance(response, FileResponse)
        assert response.getvalue() == TEN
        response.close()

    @pytest.mark.parametrize("method", ["_open", "url"])
    def test_s3_of_ones_own(self, objects: Objects, method: str) -> None:
        def override(self: Any, *args: Any, **kwargs: Any) -> Any:
            return getattr(S3Storage, method)(self, *args, **kwargs)

        storage = type("Own", (S3Storage,), {method: override})(**options_at(objects.url))

        response = get((storage, NAME))

        assert isinstance(response, FileResponse)
        response.close()

    def test_s3_that_gives_a_subclass_other_options(self, objects: Objects) -> None:
        storage = type("Private", (S3Storage,), {"default_acl": "private"})(**options_at(objects.url))

        assert get((storage, NAME)).status_code == 302

    def test_others(self, tmp_path: Any) -> None:
        (tmp_path / "a.txt").write_bytes(TEN)
        memory = InMemoryStorage()
        with (tmp_path / "a.txt").open("rb") as file:
            memory.save("a.txt", file)

        for content in (tmp_path / "a.txt", (FileSystemStorage(tmp_path), "a.txt"), (memory, "a.txt"), TEN):
            response = get(content)
            assert response.getvalue() == TEN
            response.close()


class TestNginxRemote:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_signed_url(self, objects: Objects, method: str) -> None:
        response = get((objects.storage(), NAME), method, delivery=NginxRemote("/s3/"), etag="v1")

        assert (response.status_code, response.content) == (200, b"")
        assert {name: value for name, value in response.headers.items() if name != "X-Accel-Redirect"} == {
            "X-Content-Type-Options": "nosniff",
            "Content-Type": "text/plain",
            "Content-Disposition": "attachment; filename=\"a.txt\"; filename*=utf-8''%C3%A4.txt",
            "Cache-Control": "private, no-cache",
        }
        location = response["X-Accel-Redirect"]
        assert location.startswith("/s3/http%3A%2F%2F127.0.0.1%3A")
        assert "/" not in location.removeprefix("/s3/")
        with fetch(unquote(location.removeprefix("/s3/"))) as answer:
            assert answer.read() == TEN

    def test_it_looks_at_no_object(self, objects: Objects) -> None:
        response = get((objects.storage(), "missing"), delivery=NginxRemote("/s3/", expire=9))

        assert objects.methods == []
        assert "X-Amz-Expires%3D9%26" in response["X-Accel-Redirect"]

    def test_prefix(self) -> None:
        with pytest.raises(ImproperlyConfigured, match=r"^NginxRemote has the prefix 's3'\. "):
            NginxRemote("s3")


def test_missing_credentials_are_an_error_of_the_storage(
    objects: Objects, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    storage = objects.storage(access_key=None, secret_key=None)

    response = get((storage, NAME))

    assert response.status_code == 503
    assert "Unable to locate credentials" in caplog.text
