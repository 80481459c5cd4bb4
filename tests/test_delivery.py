"""Who sends the bytes: what is handed to another server, how it is named there, and what stays in this process."""

import asyncio
import os
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.fields.files import FieldFile
from django.db.utils import load_backend
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import AsyncRequestFactory, RequestFactory
from django.views import View
from django.views.generic import DetailView

from django_extras.delivery import Apache, Delivery, InProcess, Lighttpd, Nginx
from django_extras.http import FileResponse
from django_extras.http._sources import OnDisk
from django_extras.views import FileDownloadMixin, StatusResponseMixin
from tests.files import DATE, LAST_SUMMER, etag_of, field_file
from tests.models import Invoice


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "media"
    (root / "sub").mkdir(parents=True)
    file = root / "sub" / "a b%.txt"
    file.write_bytes(b"0123456789")
    os.utime(file, (LAST_SUMMER, LAST_SUMMER))
    (root / "empty.txt").touch()
    (tmp_path / "outside.txt").write_bytes(b"outside")
    return root


class Tree(FileDownloadMixin, View):
    """A file below the root."""


class Kind(FileDownloadMixin, View):
    """Whatever a test gives it."""

    contents: Any = None

    def get_file(self) -> Any:
        return self.contents


class AsyncKind(FileDownloadMixin, View):
    contents: Any = None

    async def aget_file(self) -> Any:
        return self.contents


def get(view: type[View], method: str = "GET", path: str | None = None, **initkwargs: Any) -> Any:
    request = RequestFactory().generic(method, "/", headers={"If-None-Match": "*", "Range": "bytes=0-1"})
    return view.as_view(**initkwargs)(request, **({} if path is None else {"path": path}))


def get_async(view: type[View], **initkwargs: Any) -> Any:
    response: Any = view.as_view(**initkwargs)(AsyncRequestFactory().get("/"))
    return asyncio.run(response)


def is_sent_from_here(response: HttpResponseBase) -> bool:
    response.close()
    return isinstance(response, FileResponse) and not {"X-Sendfile", "X-Accel-Redirect"} & set(response.headers)


FIELDS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Type": "text/plain",
    "Content-Disposition": "inline; filename=\"a b.txt\"; filename*=utf-8''a%20b%25.txt",
    "Cache-Control": "private, no-cache",
}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
class TestFields:
    def test_nginx(self, root: Path, method: str) -> None:
        response = get(Tree, method, "sub/a b%.txt", root=root, delivery=Nginx(root, "/protected/"))

        assert (response.status_code, response.content) == (200, b"")
        assert dict(response.headers) == {**FIELDS, "X-Accel-Redirect": "/protected/sub/a%20b%25.txt"}

    @pytest.mark.parametrize(("kind", "quoted"), [(Apache, "a b%.txt"), (Lighttpd, "a%20b%25.txt")])
    def test_x_sendfile(self, root: Path, method: str, kind: type[Apache], quoted: str) -> None:
        file = root / "sub" / "a b%.txt"

        response = get(Tree, method, "sub/a b%.txt", root=root, delivery=kind(root))

        assert (response.status_code, response.content) == (200, b"")
        assert dict(response.headers) == {
            **FIELDS,
            "ETag": etag_of(file),
            "Last-Modified": DATE,
            "X-Sendfile": f"{root}/sub/{quoted}",
        }


def test_apache_gets_the_bytes_of_the_path(root: Path) -> None:
    (root / "Grüße 文.txt").write_bytes(b"x")

    response = get(Tree, "GET", "Grüße 文.txt", root=root, delivery=Apache(root))

    assert response["X-Sendfile"].encode("latin-1").decode() == f"{root}/Grüße 文.txt"


@pytest.mark.parametrize("name", ["a\nb.txt", "a\x7fb.txt", "end "])
def test_apache_gets_no_path_that_a_field_cannot_hold(root: Path, name: str) -> None:
    (root / name).write_bytes(b"x")

    assert is_sent_from_here(get(Tree, "GET", name, root=root, delivery=Apache(root)))
    assert "X-Accel-Redirect" in get(Tree, "GET", name, root=root, delivery=Nginx(root, "/p/")).headers


def test_validators_of_the_view_win(root: Path) -> None:
    response = get(Tree, "GET", "sub/a b%.txt", root=root, etag="v1", delivery=Apache(root))

    assert response["ETag"] == '"v1"'


def test_validators_of_the_view_are_not_for_nginx(root: Path) -> None:
    response = get(Tree, "GET", "sub/a b%.txt", root=root, etag="v1", delivery=Nginx(root, "/p/"))

    assert "ETag" not in response.headers


@pytest.mark.parametrize("delivery", [Nginx, Apache, Lighttpd])
def test_fields_that_are_given_stay_as_they_are(root: Path, delivery: Any) -> None:
    sender = delivery(root, "/p/") if delivery is Nginx else delivery(root)
    fields = {"Content-Type": "text/plain", "ETag": '"v1"', "Last-Modified": DATE}
    given = dict(fields)

    response = sender.offload(RequestFactory().get("/"), OnDisk(str(root / "sub" / "a b%.txt")), given)

    assert response["Content-Type"] == "text/plain"
    assert given == fields


def test_hooks_of_the_view(root: Path) -> None:
    class Named(Tree):
        filename = "ä.html"
        content_type = "text/plain; charset=latin-1"
        as_attachment = True
        cache_control = ""

    response = get(Named, "GET", "sub/a b%.txt", root=root, delivery=Nginx(root, "/p/"))

    assert dict(response.headers) == {
        "X-Content-Type-Options": "nosniff",
        "Content-Type": "text/plain; charset=latin-1",
        "Content-Disposition": "attachment; filename=\"a.html\"; filename*=utf-8''%C3%A4.html",
        "X-Accel-Redirect": "/p/sub/a%20b%25.txt",
    }


def test_fields_of_the_caller(root: Path) -> None:
    class Asks(Tree):
        def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return self.render_to_response(headers={"content-type": "text/x", "etag": '"v"', "X-Own": "1"})

    response = get(Asks, "GET", "sub/a b%.txt", root=root, delivery=Lighttpd(root))

    assert (response["Content-Type"], response["ETag"], response["X-Own"]) == ("text/x", '"v"', "1")
    assert len(response.headers) == 8


def test_text_charset_of_the_response_class(root: Path) -> None:
    class Utf8(FileResponse):
        text_charset = "utf-8"

    class View(Tree):
        file_response_class = Utf8

    response = get(View, "GET", "sub/a b%.txt", root=root, delivery=Nginx(root, "/p/"))

    assert response["Content-Type"] == "text/plain; charset=utf-8"


class TestWhatIsHandedOver:
    def content(self, root: Path, kind: str) -> Any:
        name = "sub/a b%.txt"
        field = FieldFile(Invoice(), Invoice._meta.get_field("pdf"), name)
        field.storage = FileSystemStorage(root)
        if kind == "open field":
            field.open("rb").read(3)
        return {
            "path": root / name,
            "text": str(root / name),
            "path with dots": f"{root}/../media/sub/../{name}",
            "storage": (FileSystemStorage(root), name),
        }.get(kind, field)

    @pytest.mark.parametrize("name", ["path", "text", "path with dots", "storage", "field", "open field"])
    def test_file_on_disk(self, root: Path, name: str) -> None:
        content = self.content(root, name)

        response = get(Kind, contents=content, delivery=Nginx(root, "/p/"))

        assert response["X-Accel-Redirect"] == "/p/sub/a%20b%25.txt"
        assert not isinstance(content, FieldFile) or content.closed

    def test_async_view(self, root: Path) -> None:
        response = get_async(AsyncKind, contents=root / "sub" / "a b%.txt", delivery=Nginx(root, "/p/"))

        assert response["X-Accel-Redirect"] == "/p/sub/a%20b%25.txt"

    def test_root_behind_a_link(self, root: Path, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(root)

        response = get(Kind, contents=tmp_path / "link" / "sub" / "a b%.txt", delivery=Nginx(root, "/p/"))

        assert response["X-Accel-Redirect"] == "/p/sub/a%20b%25.txt"

    def test_path_in_no_encoding(self, root: Path) -> None:
        name = os.fsdecode(b"\xff.txt")
        (root / name).write_bytes(b"x")

        response = get(Kind, contents=str(root / name), delivery=Nginx(root, "/p/"))

        assert response["X-Accel-Redirect"] == "/p/%FF.txt"

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize("delivery", [Nginx, Apache, Lighttpd])
    def test_file_that_the_front_server_alone_may_read(
        self, root: Path, delivery: Any, method: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = "sub/a b%.txt"
        (root / name).chmod(0)
        monkeypatch.setattr(os, "access", lambda *args, **kwargs: False)  # the superuser may read it
        sender = delivery(root, "/p/") if delivery is Nginx else delivery(root)

        answers = [get(Tree, method, name, root=root, delivery=sender)]
        answers += [
            get(Kind, method, contents=self.content(root, kind), delivery=sender)
            for kind in ("path", "text", "path with dots", "storage", "field")
        ]

        for response in answers:
            assert {"X-Sendfile", "X-Accel-Redirect"} & set(response.headers)

    @pytest.mark.parametrize("delivery", [Nginx, Apache, Lighttpd])
    def test_what_stays_in_this_process(self, root: Path, tmp_path: Path, delivery: Any) -> None:
        sender = delivery(root, "/p/") if delivery is Nginx else delivery(root)
        memory = InMemoryStorage()
        memory.save("notes.txt", open_file(root))

        class Decrypted(FileSystemStorage):
            def _open(self, name: str, mode: str = "rb") -> Any:
                return super()._open(name, mode)

        class DecryptedFile(FieldFile):
            def open(self, mode: str = "rb") -> Any:
                return super().open(mode)

        (root / "notes.txt").write_bytes(b"x")
        for content in (
            b"0123456789",
            iter([b"0123456789"]),
            (root / "sub" / "a b%.txt").open("rb"),
            root / "empty.txt",
            tmp_path / "outside.txt",
            f"{root}/../outside.txt",
            (memory, "notes.txt"),
            (Decrypted(root), "notes.txt"),
            field_file(FileSystemStorage(root), DecryptedFile),
        ):
            assert is_sent_from_here(get(Kind, contents=content, delivery=sender)), content

    def test_file_of_a_field_that_is_not_saved(self, root: Path) -> None:
        invoice = Invoice()
        invoice.pdf = open_file(root)

        response = get(Kind, contents=invoice.pdf, delivery=Nginx(root, "/p/"))

        assert is_sent_from_here(response)

    def test_link_out_of_the_root_is_missing(self, root: Path, tmp_path: Path) -> None:
        (root / "link.txt").symlink_to(tmp_path / "outside.txt")

        with pytest.raises(Http404):
            get(Tree, "GET", "link.txt", root=root, delivery=Nginx(root, "/p/"))

    @pytest.mark.parametrize("name", ["missing.txt", "sub"])
    def test_missing_file(self, root: Path, name: str) -> None:
        for content in (root / name, (FileSystemStorage(root), name)):
            with pytest.raises(Http404):
                get(Kind, contents=content, delivery=Nginx(root, "/p/"))


def open_file(root: Path) -> Any:

    return ContentFile(b"0123456789", "notes.txt")


class TestWhen:
    @pytest.mark.parametrize("bases", [(StatusResponseMixin, Tree), (Tree, StatusResponseMixin)])
    @pytest.mark.parametrize("status", [202, 404, 410])
    def test_other_status_stays_in_this_process(self, root: Path, bases: Any, status: int) -> None:
        view = type("Mixed", bases, {"status_code": status})

        response = get(view, "GET", "sub/a b%.txt", root=root, delivery=Nginx(root, "/p/"))

        assert response.status_code == status
        assert is_sent_from_here(response)

    def test_status_200_is_handed_over(self, root: Path) -> None:
        view = type("Mixed", (StatusResponseMixin, Tree), {"status_code": 200})

        response = get(view, "GET", "sub/a b%.txt", root=root, delivery=Nginx(root, "/p/"))

        assert "X-Accel-Redirect" in response.headers

    def test_other_method_stays_in_this_process(self, root: Path) -> None:
        class Posts(Tree):
            http_method_names = ["post"]

            def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return self.render_to_response()

        response = get(Posts, "POST", "sub/a b%.txt", root=root, delivery=Nginx(root, "/p/"))

        assert is_sent_from_here(response)

    def test_refused_permission(self, root: Path) -> None:
        class Refuses(Tree):
            def has_download_permission(self) -> Any:
                return HttpResponse("no", status=403)

        response = get(Refuses, "GET", "sub/a b%.txt", root=root, delivery=Nginx(root, "/p/"))

        assert (response.status_code, response.content) == (403, b"no")
        assert "X-Accel-Redirect" not in response.headers


class TestWhoDecides:
    def test_default_is_this_process(self, root: Path) -> None:
        assert is_sent_from_here(get(Kind, contents=root / "sub" / "a b%.txt"))

    def test_setting(self, root: Path, settings: Any) -> None:
        settings.DJANGO_EXTRAS_DELIVERY = Nginx(root, "/p/")

        response = get(Kind, contents=root / "sub" / "a b%.txt")

        assert response["X-Accel-Redirect"] == "/p/sub/a%20b%25.txt"

    @pytest.mark.django_db
    def test_setting_for_the_file_of_an_object(
        self, root: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.DJANGO_EXTRAS_DELIVERY = Nginx(root, "/p/")
        monkeypatch.setattr(Invoice._meta.get_field("pdf"), "storage", FileSystemStorage(root))
        invoice = Invoice.objects.create(number="1", pdf="sub/a b%.txt")

        class Pdf(FileDownloadMixin, DetailView):
            model = Invoice
            file_field = "pdf"

        response = Pdf.as_view()(RequestFactory().get("/"), pk=invoice.pk)

        assert response["X-Accel-Redirect"] == "/p/sub/a%20b%25.txt"

    def test_view_wins(self, root: Path, settings: Any) -> None:
        settings.DJANGO_EXTRAS_DELIVERY = Nginx(root, "/p/")

        assert is_sent_from_here(get(Kind, contents=root / "sub" / "a b%.txt", delivery=InProcess()))

    def test_hook(self, root: Path) -> None:
        class Asks(Kind):
            def get_delivery(self) -> Delivery:
                return Lighttpd(root)

        assert "X-Sendfile" in get(Asks, contents=root / "sub" / "a b%.txt").headers

    def test_delivery_of_ones_own(self, root: Path) -> None:
        class Caddy(Delivery):
            def offload(self, request: HttpRequest, file: OnDisk, fields: dict[str, str]) -> HttpResponse:
                return HttpResponse(headers={**fields, "X-Caddy": str(file.path)})

        response = get(Kind, contents=root / "sub" / "a b%.txt", delivery=Caddy())

        assert response["X-Caddy"] == f"{root}/sub/a b%.txt"
        assert response["Content-Type"] == "text/plain"

    def test_delivery_that_declines(self, root: Path) -> None:
        class Declines(Delivery):
            pass

        assert is_sent_from_here(get(Kind, contents=root / "sub" / "a b%.txt", delivery=Declines()))

    def test_wrong_setting(self, root: Path, settings: Any) -> None:
        settings.DJANGO_EXTRAS_DELIVERY = "nginx"

        with pytest.raises(ImproperlyConfigured) as caught:
            get(Kind, contents=root / "sub" / "a b%.txt")

        assert str(caught.value) == (
            "DJANGO_EXTRAS_DELIVERY is 'nginx'. Set it to a delivery, such as Nginx(MEDIA_ROOT, \"/protected/\") from "
            "django_extras.delivery."
        )

    def test_wrong_attribute(self, root: Path) -> None:
        file = (root / "sub" / "a b%.txt").open("rb")

        with pytest.raises(TypeError) as caught:
            get(Kind, contents=file, delivery="nginx")

        assert str(caught.value) == "Kind.get_delivery() returned 'nginx'. Return Delivery or None."
        assert file.closed


@pytest.mark.parametrize("prefix", ["", "/", "//", "protected/", "/protected"])
def test_prefix_that_is_no_location(prefix: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        Nginx("/srv/media", prefix)

    assert str(caught.value) == (
        f"Nginx has the prefix {prefix!r}. Pass the internal location of nginx, with a slash at both ends, such as "
        '"/protected/".'
    )


@pytest.mark.parametrize("kind", [Apache, Lighttpd])
def test_root_is_needed(kind: type[Apache]) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        kind("")

    assert str(caught.value) == f"{kind.__name__} is missing its root. Pass the directory with the files."


@pytest.mark.django_db
class TestConnections:
    """A client may take hours for what is longer than a block, and needs no connection to the database."""

    @pytest.fixture(autouse=True)
    def _connection(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseDatabaseWrapper]:
        backend = load_backend("django.db.backends.sqlite3")
        settings = {**connections["default"].settings_dict, "NAME": tmp_path / "db.sqlite3", "AUTOCOMMIT": True}
        self.connection = backend.DatabaseWrapper({**settings, "ENGINE": "django.db.backends.sqlite3"}, "file")
        self.connection.inc_thread_sharing()  # as async tests read in another thread
        monkeypatch.setattr(connections, "all", lambda initialized_only: [self.connection])
        yield self.connection
        self.connection.close()

    def send(self, content: Any) -> Any:
        class Asks(Kind):
            def get_file(view) -> Any:
                self.connection.ensure_connection()
                return content

        return Asks.as_view()(RequestFactory().get("/"))

    @pytest.mark.parametrize(("size", "is_held"), [(2**18, True), (2**18 + 1, False)])
    @pytest.mark.parametrize("is_async", [False, True])
    def test_file_by_its_name(self, root: Path, size: int, is_held: bool, is_async: bool) -> None:
        (root / "large.bin").write_bytes(bytes(size))
        response = self.send(root / "large.bin")
        assert self.connection.connection is not None

        if is_async:
            asyncio.run(anext(aiter(response)))
        else:
            next(iter(response))

        assert (self.connection.connection is not None) is is_held
        response.close()

    def test_file_that_gunicorn_sends(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "gunicorn.http.wsgi", types.ModuleType("gunicorn.http.wsgi"))
        (root / "large.bin").write_bytes(bytes(2**18 + 1))
        (root / "small.bin").write_bytes(bytes(2**18))
        small, large = self.send(root / "small.bin"), self.send(root / "large.bin")

        small.file_to_stream.fileno()
        assert self.connection.connection is not None
        large.file_to_stream.fileno()
        assert self.connection.connection is None

        small.close()
        large.close()

    def test_open_file_may_come_from_the_database(self, root: Path) -> None:
        (root / "large.bin").write_bytes(bytes(2**19))
        response = self.send((root / "large.bin").open("rb"))

        assert len(b"".join(response)) == 2**19
        assert self.connection.connection is not None
        response.close()

    def test_transaction_stays_open(self, root: Path) -> None:
        (root / "large.bin").write_bytes(bytes(2**19))
        response = self.send(root / "large.bin")
        self.connection.in_atomic_block = True

        assert len(b"".join(response)) == 2**19
        assert self.connection.connection is not None
        self.connection.in_atomic_block = False
        response.close()
