"""ZipDownloadMixin: what is in the archive, how long it is, and what happens when a member fails."""

import asyncio
import importlib.util
import io
import logging
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage, Storage
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.views import View
from django.views.generic import DetailView, ListView

from django_extras.delivery import Nginx
from django_extras.http import _archive
from django_extras.views import ZipDownloadMixin
from tests.files import field_file
from tests.models import Invoice


class Zip(ZipDownloadMixin, View):
    """An archive of what a test gives it."""

    members: Any = ()

    def get_members(self) -> Any:
        return self.members


def get(members: Any = (), method: str = "GET", *, view: Any = Zip, **initkwargs: Any) -> Any:
    request = RequestFactory().generic(method, "/", headers={"Range": "bytes=0-1"})
    return view.as_view(members=members, **initkwargs)(request)


def read(response: Any) -> bytes:
    try:
        return b"".join(response)
    finally:
        response.close()


def unpack(response: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(read(response))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def storage_of(content: bytes) -> InMemoryStorage:
    storage = InMemoryStorage()
    storage.save("notes.txt", ContentFile(content))
    return storage


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_bytes(b"0123456789")
    return path


CONTENTS = {
    "path": lambda file: file,
    "text": str,
    "handle": lambda file: file.open("rb"),
    "positioned handle": lambda file: positioned(file),
    "bytes": lambda file: b"0123456789",
    "storage on disk": lambda file: (FileSystemStorage(file.parent), file.name),
    "storage in memory": lambda file: (storage_of(b"0123456789"), "notes.txt"),
    "field on disk": lambda file: on_disk(file),
    "field in memory": lambda file: field_file(storage_of(b"0123456789")),
}


def positioned(file: Path) -> Any:
    file.write_bytes(b"xxx0123456789")
    handle = file.open("rb")
    handle.seek(3)
    return handle


def on_disk(file: Path) -> Any:
    (file.parent / "notes.txt").write_bytes(b"0123456789")
    return field_file(FileSystemStorage(file.parent))


class TestMembers:
    @pytest.mark.parametrize("compress", [False, True])
    @pytest.mark.parametrize("kind", CONTENTS)
    def test_content(self, file: Path, kind: str, compress: bool) -> None:
        response = get([("x/a.txt", CONTENTS[kind](file))], compress=compress)

        assert ("Content-Length" in response.headers) is not compress
        content = read(response)
        assert compress or response["Content-Length"] == str(len(content))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.read("x/a.txt") == b"0123456789"

    @pytest.mark.parametrize("size", [None, 6])
    def test_iterator(self, size: int | None) -> None:
        parts = (part for part in [b"abc", bytearray(b"def")])

        response = get([("a.txt", parts) if size is None else ("a.txt", parts, size)])

        assert ("Content-Length" in response.headers) is (size is not None)
        assert unpack(response) == {"a.txt": b"abcdef"}

    def test_empty_members(self, tmp_path: Path) -> None:
        (tmp_path / "empty").touch()

        response = get([("a", b""), ("b", tmp_path / "empty"), ("c", iter([]), 0)])

        assert "Content-Length" in response.headers
        assert unpack(response) == {"a": b"", "b": b"", "c": b""}

    def test_no_members(self) -> None:
        response = get()

        assert response["Content-Length"] == "22"
        assert unpack(response) == {}

    def test_names_are_clean_and_unique(self) -> None:
        response = get([("../a.txt", b"1"), ("A.txt", b"2"), ("C:\\b\\Grüße.txt", b"3")])

        assert unpack(response) == {"a.txt": b"1", "A (2).txt": b"2", "b/Grüße.txt": b"3"}

    def test_storage_that_does_not_tell_the_size(self) -> None:
        class Remote(Storage):
            def _open(self, name: str, mode: str = "rb") -> Any:
                return ContentFile(b"0123456789", name)

        response = get([("a.txt", (Remote(), "a.txt"))])

        assert "Content-Length" not in response.headers
        assert unpack(response) == {"a.txt": b"0123456789"}

    def test_members_from_a_generator(self, file: Path) -> None:
        class Generated(Zip):
            def get_members(self) -> Any:
                yield "a.txt", file
                yield "b.txt", b"b"

        assert unpack(get(view=Generated)) == {"a.txt": b"0123456789", "b.txt": b"b"}


class TestObjects:
    @pytest.fixture(autouse=True)
    def _invoices(self, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Invoice._meta.get_field("pdf"), "storage", FileSystemStorage(tmp_path))
        for number in range(4):
            (tmp_path / f"{number}").mkdir()
            (tmp_path / f"{number}" / "invoice.pdf").write_bytes(b"%d" % number)
            Invoice.objects.create(number=str(number), pdf=f"{number}/invoice.pdf" if number != 2 else "")

    class InvoicesZip(ZipDownloadMixin, ListView):
        model = Invoice
        ordering = "number"
        file_field: str | None = "pdf"
        filename = "invoices.zip"

    def test_list(self) -> None:
        response: Any = self.InvoicesZip.as_view()(RequestFactory().get("/"))

        assert response["Content-Disposition"] == 'attachment; filename="invoices.zip"'
        assert unpack(response) == {"invoice.pdf": b"0", "invoice (2).pdf": b"1", "invoice (3).pdf": b"3"}

    def test_page_of_a_list(self) -> None:
        response: Any = self.InvoicesZip.as_view(paginate_by=1)(RequestFactory().get("/", {"page": 2}))

        assert unpack(response) == {"invoice.pdf": b"1"}

    def test_one_object(self) -> None:
        class InvoiceZip(ZipDownloadMixin, DetailView):
            model = Invoice
            file_field = "pdf"

        response: Any = InvoiceZip.as_view()(RequestFactory().get("/"), pk=Invoice.objects.get(number="3").pk)

        assert unpack(response) == {"invoice.pdf": b"3"}

    def test_missing_file_of_an_object(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        (tmp_path / "1" / "invoice.pdf").unlink()

        with pytest.raises(Http404):
            self.InvoicesZip.as_view()(RequestFactory().get("/"))

        assert "InvoicesZip has no file to send: " in caplog.text
        assert "1/invoice.pdf" in caplog.text

    def test_field_that_is_no_file(self) -> None:
        with pytest.raises(
            ImproperlyConfigured, match="^InvoicesZip.file_field is 'number', which is no file field of"
        ):
            self.InvoicesZip.as_view(file_field="number")(RequestFactory().get("/"))

    def test_view_without_members(self) -> None:
        with pytest.raises(ImproperlyConfigured) as caught:
            self.InvoicesZip.as_view(file_field=None)(RequestFactory().get("/"))

        assert str(caught.value) == (
            "InvoicesZip is missing the members of its archive. Define InvoicesZip.file_field, or override "
            "InvoicesZip.get_members()."
        )

    def test_view_without_objects(self) -> None:
        class Empty(ZipDownloadMixin, View):
            file_field = "pdf"

        assert unpack(Empty.as_view()(RequestFactory().get("/"))) == {}


class TestResponse:
    def test_fields(self) -> None:
        response = get([("a", b"x")])

        length = len(read(response))
        assert response.status_code == 200
        assert dict(response.headers) == {
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-cache",
            "Content-Type": "application/zip",
            "Content-Disposition": 'attachment; filename="download.zip"',
            "Content-Length": str(length),
        }

    def test_head(self, file: Path) -> None:
        handle = file.open("rb")
        length = get([("a.txt", file)])["Content-Length"]

        response = get([("a.txt", handle)], "HEAD")

        assert (response["Content-Length"], read(response)) == (length, b"")
        assert handle.closed

    def test_hooks_of_downloads(self) -> None:
        told: list[Any] = []

        class Named(Zip):
            cache_control = "no-store"

            def get_filename(self) -> str:
                return "ä.zip"

            def download_finished(self, sent: int, complete: bool) -> None:
                told.append((sent, complete))

        response = get([("a", b"x")], view=Named)
        content = read(response)

        assert response["Content-Disposition"] == "attachment; filename=\"a.zip\"; filename*=utf-8''%C3%A4.zip"
        assert response["Cache-Control"] == "no-store"
        assert told == [(len(content), True)]

    def test_fields_of_the_caller(self) -> None:
        class Asks(Zip):
            def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                return self.render_to_response(headers={"X-Own": "1"})

        response = get([("a", b"x")], view=Asks)

        assert response["X-Own"] == "1"
        assert "Content-Length" in response.headers
        response.close()

    def test_no_other_server_sends_it(self, tmp_path: Path) -> None:
        assert unpack(get([("a", b"x")], delivery=Nginx(tmp_path, "/p/"))) == {"a": b"x"}

    def test_permission_comes_first(self) -> None:
        class Refuses(Zip):
            def has_download_permission(self) -> Any:
                return HttpResponse("no", status=403)

            def get_members(self) -> Any:
                raise AssertionError("It was asked for its members.")

        assert get(view=Refuses).status_code == 403

    def test_large_blocks(self, tmp_path: Path) -> None:
        (tmp_path / "large").write_bytes(bytes(2**21))
        response = get([*((f"{number}.txt", b"x") for number in range(5000)), ("large", tmp_path / "large")])

        sizes = [len(part) for part in response]
        response.close()

        assert min(sizes[:-1]) >= 2**18
        assert max(sizes) < 2**20

    def test_async(self, file: Path) -> None:
        response = get([("a.txt", file), ("b.txt", b"b")])

        async def everything() -> bytes:
            return b"".join([part async for part in response])

        content = asyncio.run(everything())
        response.close()

        assert response["Content-Length"] == str(len(content))
        assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["a.txt", "b.txt"]


class TestFailures:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize("kind", ["path", "storage", "field", "directory"])
    def test_missing_member(self, tmp_path: Path, kind: str, method: str) -> None:
        handle = io.BytesIO(b"first")
        content = {
            "path": tmp_path / "missing",
            "storage": (FileSystemStorage(tmp_path), "missing"),
            "field": field_file(FileSystemStorage(tmp_path)),
            "directory": tmp_path,
        }[kind]

        with pytest.raises(Http404):
            get([("first", handle), ("a", content)], method)

        assert handle.closed

    @pytest.mark.parametrize("compress", [False, True])
    def test_file_that_shrinks(self, file: Path, compress: bool, caplog: pytest.LogCaptureFixture) -> None:
        response = get([("a\n.txt", file)], compress=compress)
        file.write_bytes(b"012")

        with pytest.raises(OSError, match="It ended 7 bytes before its size"):
            read(response)

        assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
            (logging.ERROR, "The member a.txt breaks its archive off: It ended 7 bytes before its size.")
        ]

    def test_file_that_grows(self, file: Path) -> None:
        response = get([("a.txt", file)])
        file.write_bytes(b"0123456789 and more")

        assert unpack(response) == {"a.txt": b"0123456789"}

    @pytest.mark.parametrize(("size", "message"), [(2, "It has more than the 2"), (4, "It has less than the 4")])
    @pytest.mark.parametrize("compress", [False, True])
    def test_iterator_of_another_size(self, size: int, message: str, compress: bool) -> None:
        response = get([("a", iter([b"ab", b"c"]), size)], compress=compress)

        with pytest.raises(OSError, match=message):
            read(response)

    def test_file_that_is_gone_meanwhile(self, file: Path) -> None:
        response = get([("a.txt", file)])
        file.unlink()

        with pytest.raises(FileNotFoundError):
            read(response)

    @pytest.mark.parametrize("content", [5, None, object()])
    def test_content_that_is_none(self, content: Any) -> None:
        with pytest.raises(TypeError, match=r"^The member 'a' of the archive cannot be .+ Give a file name, "):
            get([("a", content)])

    @pytest.mark.parametrize("member", ["ab", "a.txt", b"ab", None, ("a",), ("a", b"", 0, 0), {"a": b""}])
    def test_member_that_is_none(self, member: Any) -> None:
        with pytest.raises(TypeError) as caught:
            get([member])

        assert str(caught.value) == (
            f"An archive cannot have the member {member!r}. Give a name and a content, and the size of an iterator: "
            '("a.txt", b"...").'
        )

    @pytest.mark.parametrize(
        ("mode", "message"),
        [
            ("r", "The archive with 'a' cannot send a file in text mode. Open it in binary mode: open(name, \"rb\")."),
            ("wb", "The archive with 'a' cannot send a file that is open to write. Open it in binary mode: "),
            ("ab+", "The archive with 'a' would send nothing: the file was written and stands at its end. Rewind it "),
        ],
    )
    def test_open_file_with_nothing_to_read(self, file: Path, mode: str, message: str) -> None:
        content: Any = file.open(mode)
        first = file.open("rb")

        with pytest.raises((TypeError, ValueError)) as caught:
            get([("first", first), ("a", content)])

        assert str(caught.value).startswith(message)
        assert content.closed
        assert first.closed

    def test_text_in_memory(self) -> None:
        with pytest.raises(TypeError, match="^The archive with 'a' cannot send a file in text mode"):
            get([("a", ContentFile("text"))])

    def test_async_iterator(self) -> None:
        async def parts() -> Any:
            yield b"x"

        with pytest.raises(TypeError, match=r"^The member 'a' of the archive cannot be "):
            get([("a", parts())])

    def test_error_of_the_hook(self) -> None:
        class Fails(Zip):
            def get_members(self) -> Any:
                yield "a", b"x"
                raise KeyError("no")

        with pytest.raises(KeyError):
            get(view=Fails)

    def test_client_that_leaves(self, tmp_path: Path, file: Path) -> None:
        (tmp_path / "large").write_bytes(bytes(2**20))
        closed: list[str] = []

        def parts(name: str) -> Iterator[bytes]:
            try:
                yield bytes(2**19)
                yield bytes(2**19)
            finally:
                closed.append(name)

        handle = file.open("rb")
        response = get([("a", parts("a"), 2**20), ("b", parts("b"), 2**20), ("c", handle)])
        next(iter(response))

        response.close()

        assert closed == ["a"]
        assert handle.closed

    def test_without_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_archive, "ZipStream", None)

        with pytest.raises(ImproperlyConfigured) as caught:
            get()

        assert str(caught.value) == ("Zip needs zipstream-ng. Install the extra: django-extras[zip].")

    def test_import_without_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "zipstream", None)
        spec = importlib.util.spec_from_file_location(f"{_archive.__name__}_alone", _archive.__file__)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)

        spec.loader.exec_module(module)

        assert not module.is_installed()
        assert _archive.is_installed()


def test_five_gigabytes_in_one_member() -> None:
    block, count = bytes(2**20), 5 * 2**10
    response = get([("large.bin", (block for _ in range(count)), count * 2**20), ("b.txt", b"b")])
    tracemalloc.start()
    size, end = 0, b""
    try:
        for part in response:
            size += len(part)
            end = part
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    response.close()

    assert size > 5 * 2**30
    assert response["Content-Length"] == str(size)
    assert b"PK\x06\x06" in end  # the end of the directory, in ZIP64
    assert peak < 8 * 2**20


def test_thousands_of_members_need_little_memory(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(2**24))
    members = [(f"{number}/a.bin", tmp_path / "large") for number in range(4)]
    members += [(f"{number}.txt", b"x") for number in range(2000)]
    tracemalloc.start()
    try:
        response = get(members)
        size = sum(len(part) for part in response)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    response.close()

    assert response["Content-Length"] == str(size)
    assert peak < 12 * 2**20
