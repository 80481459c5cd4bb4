"""assert_download() and assert_offloaded(): what they let pass, and what they say."""

import asyncio
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse, HttpResponseRedirect
from django.test import AsyncClient, Client, RequestFactory, override_settings
from django.urls import path
from django.views import View

from django_extras.delivery import Apache, Delivery, Lighttpd, Nginx
from django_extras.http import FileResponse
from django_extras.test import assert_download, assert_offloaded
from django_extras.views import FileDownloadMixin, ZipDownloadMixin

NAME = "ä b%.txt"


class Tree(FileDownloadMixin, View):
    delivery: Any = None

    @property
    def root(self) -> str:  # type: ignore[override]  # the tests change it
        return str(django_settings.FILES)


class Zip(ZipDownloadMixin, View):
    def get_members(self) -> Any:
        yield "a", b"x"


urlpatterns = [path("tree/<path:path>", Tree.as_view()), path("zip", Zip.as_view())]


@pytest.fixture(autouse=True)
def _urls(tmp_path: Path, settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    settings.FILES = tmp_path
    for name in (NAME, "a.txt"):
        (tmp_path / name).write_bytes(b"0123456789")


def download(**initkwargs: Any) -> Any:
    return Tree.as_view(**initkwargs)(RequestFactory().get("/"), path=NAME)


class TestDownload:
    def test_client(self, client: Client) -> None:
        assert_download(client.get(f"/tree/{NAME}"), filename=NAME, content="0123456789", attachment=False)
        assert_download(client.get("/zip"), filename="download.zip", attachment=True)

    def test_range(self, client: Client) -> None:
        assert_download(client.get(f"/tree/{NAME}", headers={"Range": "bytes=2-3"}), content=b"23")

    def test_async_client(self) -> None:
        async def main() -> None:
            assert_download(await AsyncClient().get("/tree/a.txt"), filename="a.txt", content=b"0123456789")

        asyncio.run(main())

    def test_view(self) -> None:
        response = download(as_attachment=True)

        assert_download(response, attachment=True, content=b"0123456789")

        assert response._source.file.closed

    def test_async_iterator(self) -> None:
        async def parts() -> Any:
            yield b"01"
            yield b"23"

        assert_download(FileResponse(parts(), filename="a.txt"), filename="a.txt", content=b"0123")

    def test_plain_response(self) -> None:
        assert_download(HttpResponse(b"x"), content=b"x", attachment=False)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"filename": "a.txt"}, "The name of the file is 'ä b%.txt', not 'a.txt'."),
            (
                {"content": b"1" * 101},
                "The content has 10 bytes, b'0123456789', not 101, b'" + "1" * 100 + "...'.",
            ),
            (
                {"attachment": True},
                "Browsers show the file, and do not save it: Content-Disposition is "
                "'inline; filename=\"a b.txt\"; filename*=utf-8\\'\\'%C3%A4%20b%25.txt'.",
            ),
        ],
    )
    def test_what_differs(self, client: Client, given: dict[str, Any], message: str) -> None:
        response = client.get(f"/tree/{NAME}")

        with pytest.raises(AssertionError, match=f"^{re.escape(message)}$"):
            assert_download(response, **given)
        b"".join(response)  # then Django's client closes it, if it is not closed

    def test_it_is_saved(self) -> None:
        response = download(as_attachment=True)

        with pytest.raises(AssertionError, match="^Browsers save the file, and do not show it: "):
            assert_download(response, attachment=False)
        response.close()

    def test_no_name(self) -> None:
        with pytest.raises(AssertionError, match=r"^The name of the file is None, not 'a'\.$"):
            assert_download(HttpResponse(), filename="a")

    def test_other_status(self, client: Client) -> None:
        with pytest.raises(AssertionError, match="^The status is 404 Not Found, not 200 OK"):
            assert_download(client.get("/tree/missing"))

    def test_offloaded(self, tmp_path: Path) -> None:
        response = download(delivery=Nginx(tmp_path, "/p/"))

        with pytest.raises(AssertionError) as caught:
            assert_download(response)

        assert str(caught.value) == "Another server sends the file, by X-Accel-Redirect. Use assert_offloaded()."


SIGNED = (
    "https://bucket.s3.eu-central-1.amazonaws.com/x/%C3%A4%20b%25.txt?response-content-disposition="
    "attachment%3B%20filename%3D%22a.txt%22&X-Amz-Signature=abc"
)


def remote() -> HttpResponse:
    return HttpResponse(headers={"X-Accel-Redirect": "/s3/" + quote(SIGNED, safe="")})


class TestOffloaded:
    @pytest.mark.parametrize("kind", [Nginx, Apache, Lighttpd])
    def test_front_servers(self, tmp_path: Path, client: Client, kind: Any) -> None:
        delivery: Delivery = kind(tmp_path, "/p/") if kind is Nginx else kind(tmp_path)
        where = "/p" if kind is Nginx else str(tmp_path)

        with override_settings(DJANGO_EXTRAS_DELIVERY=delivery):
            response = client.get(f"/tree/{NAME}")

        assert_offloaded(response)
        assert_offloaded(response, f"{where}/{NAME}", filename=NAME, attachment=False)
        with pytest.raises(AssertionError) as caught:
            assert_offloaded(response, "/elsewhere")
        assert str(caught.value).endswith(", not '/elsewhere'.")
        with pytest.raises(AssertionError, match=r"^The name of the file is 'ä b%.txt', not 'a'\.$"):
            assert_offloaded(response, filename="a")

    def test_redirect_to_a_signed_url(self) -> None:
        response = HttpResponseRedirect(SIGNED)

        assert_offloaded(response, "/x/ä b%.txt", filename="a.txt", attachment=True)
        with pytest.raises(AssertionError, match=r"^Another server sends '/x/ä b%.txt', not '/x/b.txt'\.$"):
            assert_offloaded(response, "/x/b.txt")

    def test_redirect_to_a_url_that_azure_signs(self) -> None:
        response = HttpResponseRedirect(
            "https://me.blob.core.windows.net/x/a.txt?rscd=attachment%3B+filename%3Da.txt&sig=0"
        )

        assert_offloaded(response, "/x/a.txt", filename="a.txt", attachment=True)

    def test_nginx_before_a_storage(self) -> None:
        assert_offloaded(remote(), "/x/ä b%.txt")
        with pytest.raises(AssertionError, match=r"^Another server sends '/x/ä b%.txt', not '/s3/'\.$"):
            assert_offloaded(remote(), "/s3/")

    @pytest.mark.parametrize("response", [HttpResponse(), HttpResponseRedirect("/login/")], ids=["page", "redirect"])
    def test_sent_from_here(self, response: HttpResponse) -> None:
        with pytest.raises(AssertionError) as caught:
            assert_offloaded(response)

        name = "200 OK" if response.status_code == 200 else "302 Found"
        assert str(caught.value) == (
            f"No other server sends a file: the response is {name} and has none of X-Accel-Redirect, X-Sendfile, and "
            "it is no redirect to a signed URL."
        )

    def test_other_status(self) -> None:
        with pytest.raises(AssertionError, match="^The status is 404 Not Found, not 200 OK"):
            assert_offloaded(HttpResponse(status=404, headers={"X-Sendfile": "/srv/a"}))
