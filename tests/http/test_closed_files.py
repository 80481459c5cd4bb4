"""Files that stay closed: which answers open no file, and what is opened because only that can tell."""

import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import DefaultStorage, FileSystemStorage, InMemoryStorage
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest
from django.utils.http import http_date
from django.views import View

from django_extras.http import FileResponse
from django_extras.views import FileDownloadMixin
from tests.files import ETAG, LAST_SUMMER, StoredView, etag_of, field_file, make_request, read, with_etag
from tests.models import Invoice

#: Method, fields and status of requests that need no byte of the file.
WITHOUT_CONTENT: list[tuple[str, dict[str, str], int]] = [
    ("HEAD", {}, 200),
    ("HEAD", {"Range": "bytes=0-1"}, 200),
    ("HEAD", {"If-None-Match": "*"}, 304),
    ("GET", {"If-None-Match": ETAG}, 304),
    ("GET", {"If-Modified-Since": http_date(LAST_SUMMER)}, 304),
    ("GET", {"If-Match": '"other"'}, 412),
    ("GET", {"If-Unmodified-Since": http_date(0)}, 412),
    ("GET", {"Range": "bytes=10-"}, 416),
]


#: The same for requests that need some.
WITH_CONTENT: list[tuple[dict[str, str], int, bytes]] = [
    ({}, 200, b"0123456789"),
    ({"If-None-Match": '"other"'}, 200, b"0123456789"),
    ({"If-Match": ETAG}, 200, b"0123456789"),
    ({"If-Modified-Since": http_date(0)}, 200, b"0123456789"),
    ({"Range": "bytes=2-3"}, 206, b"23"),
    ({"Range": "bytes=10-", "If-Range": '"other"'}, 200, b"0123456789"),
]


#: The entity tag of the file of a storage that tells no more than its date and size.
STORED_ETAG = f'W/"{LAST_SUMMER * 10**9:x}-a"'

_watched: dict[str, list[str]] = {}


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _watched and str(arguments[0]) in _watched:
        _watched[str(arguments[0])].append("by an opener" if arguments[1] is None else "open")


sys.addaudithook(_watch)


class CountingStorage(InMemoryStorage):
    """A storage that knows how often it was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = 0

    def open(self, name: str, mode: str = "rb") -> Any:
        self.opened += 1
        return super().open(name, mode)

    def size(self, name: str) -> int:
        return super().size(name)

    def get_modified_time(self, name: str) -> datetime:
        return datetime.fromtimestamp(LAST_SUMMER, UTC)


@pytest.fixture
def opened(text: Path) -> Iterator[list[str]]:
    """Return a list that grows each time that the file is opened."""
    _watched[str(text)] = []
    yield _watched[str(text)]
    _watched.clear()


@pytest.fixture
def storage() -> CountingStorage:
    storage = CountingStorage()
    storage.save("notes.txt", ContentFile(b"0123456789"))
    storage.opened = 0
    return storage


def ask(text: Path, method: str, fields: dict[str, str]) -> HttpRequest:
    """Return a request where ETAG is that of the file."""
    return make_request(method, **with_etag(fields, etag_of(text)))


def answers(text: Path) -> dict[str, Callable[[HttpRequest], FileResponse]]:
    files = FileSystemStorage(text.parent)
    view = type("Plain", (FileDownloadMixin, View), {"path": text})
    return {
        "path": lambda request: FileResponse(text, request=request),
        "text": lambda request: FileResponse(str(text), request=request),
        "field": lambda request: FileResponse(field_file(files), request=request),
        "view": lambda request: view.as_view()(request),
        "storage": lambda request: StoredView.as_view(storage=files)(request),
    }


SOURCES = ["path", "text", "field", "view", "storage"]


class TestFileOfTheOperatingSystem:
    @pytest.mark.parametrize("source", SOURCES)
    @pytest.mark.parametrize(("method", "fields", "status"), WITHOUT_CONTENT)
    def test_answer_without_content_opens_nothing(
        self, text: Path, opened: list[str], source: str, method: str, fields: dict[str, str], status: int
    ) -> None:
        response = answers(text)[source](ask(text, method, fields))

        assert response.status_code == status
        assert read(response) == b""
        assert opened == []

    @pytest.mark.parametrize("source", SOURCES)
    @pytest.mark.parametrize(("fields", "status", "content"), WITH_CONTENT)
    def test_answer_with_content_opens_the_file_once(
        self, text: Path, opened: list[str], source: str, fields: dict[str, str], status: int, content: bytes
    ) -> None:
        response = answers(text)[source](ask(text, "GET", fields))

        assert response.status_code == status
        assert read(response) == content
        assert opened.count("open") == 1

    @pytest.mark.parametrize("source", SOURCES)
    def test_head_has_the_fields_of_get(self, text: Path, source: str) -> None:
        with open(text, "rb") as file:
            got = FileResponse(file, request=make_request("GET"))
        head = answers(text)[source](make_request("HEAD"))
        got.close()
        head.close()

        fields = dict(head.items())
        fields.pop("Cache-Control", None)
        assert fields == dict(got.items())

    @pytest.mark.parametrize(("method", "fields", "status"), WITHOUT_CONTENT)
    def test_same_fields_as_of_a_file_that_is_open(
        self, text: Path, method: str, fields: dict[str, str], status: int
    ) -> None:
        request = ask(text, method, fields)
        closed = FileResponse(text, request=request)
        closed.close()
        with open(text, "rb") as file:
            is_open = FileResponse(file, request=request)
        is_open.close()

        assert (closed.status_code, dict(closed.items())) == (status, dict(is_open.items()))

    def test_file_replaced_between_the_look_and_opening(self, text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def replace_and_open(path: str, flags: int, **kwargs: Any) -> int:
            monkeypatch.undo()
            text.write_bytes(b"newer, longer")
            os.utime(text, (LAST_SUMMER + 60, LAST_SUMMER + 60))
            return os.open(path, flags, **kwargs)

        monkeypatch.setattr(os, "open", replace_and_open)

        response = FileResponse(text, request=make_request("GET", **{"Range": "bytes=0-", "If-Match": "*"}))

        assert response.status_code == 206
        assert response.headers["Content-Range"] == "bytes 0-12/13"
        assert response.headers["Last-Modified"] == http_date(LAST_SUMMER + 60)
        assert response.headers["ETag"] == etag_of(text)
        assert read(response) == b"newer, longer"

    def test_replaced_file_that_fails_the_precondition_is_closed(
        self, text: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def touch_and_open(path: str, flags: int, **kwargs: Any) -> int:
            monkeypatch.undo()
            os.utime(text, (LAST_SUMMER + 60, LAST_SUMMER + 60))
            return os.open(path, flags, **kwargs)

        monkeypatch.setattr(os, "open", touch_and_open)
        before = os.listdir("/proc/self/fd")

        response = FileResponse(text, request=ask(text, "GET", {"If-Match": ETAG}))

        assert response.status_code == 412
        assert os.listdir("/proc/self/fd") == before
        response.close()

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize(
        ("name", "error"),
        [("missing", FileNotFoundError), ("", IsADirectoryError), ("notes.txt/x", NotADirectoryError)],
    )
    def test_no_regular_file(self, text: Path, method: str, name: str, error: type[OSError]) -> None:
        with pytest.raises(error):
            FileResponse(text.parent / name, request=make_request(method))

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_name_that_no_file_can_have(self, method: str) -> None:
        with pytest.raises(ValueError, match="null"):
            FileResponse("a\0b", request=make_request(method))

    def test_file_that_may_not_be_read(self, text: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "access", lambda *args: False)

        FileResponse(text, request=make_request("HEAD")).close()

        assert opened  # which raises, unless the superuser does it

    def test_name_in_bytes(self, text: Path) -> None:
        class Named(os.PathLike[Any]):
            def __fspath__(self) -> Any:
                return os.fsencode(text)

        response = FileResponse(Named(), request=make_request("HEAD"))
        response.close()

        assert response.headers["Content-Length"] == "10"
        assert response.headers["Content-Type"] == "text/plain"

    @pytest.mark.parametrize("fields", [{}, {"If-None-Match": ETAG}])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_another_status_has_its_file_open(
        self, text: Path, opened: list[str], method: str, fields: dict[str, str]
    ) -> None:
        response = FileResponse(text, status=404, request=ask(text, method, fields))

        assert opened
        assert response.headers["Content-Length"] == "10"
        assert read(response) == (b"" if method == "HEAD" else b"0123456789")

    def test_method_that_is_not_conditional(self, text: Path) -> None:
        response = FileResponse(text, request=ask(text, "POST", {"If-None-Match": ETAG}))

        assert response.status_code == 200
        assert read(response) == b"0123456789"

    @pytest.mark.parametrize("hook", ["set_headers", "make_conditional"])
    def test_subclass_that_looks_at_the_file_has_it_open(self, text: Path, opened: list[str], hook: str) -> None:
        seen = []

        class Looking(FileResponse):
            def set_headers(self, filelike: Any) -> None:
                seen.append(filelike.read(1))
                filelike.seek(0)
                super().set_headers(filelike)

        class Asking(FileResponse):
            def make_conditional(self, request: HttpRequest) -> Any:
                seen.append(self.headers["Content-Length"])
                return super().make_conditional(request)

        kind = Looking if hook == "set_headers" else Asking
        response = kind(text, request=ask(text, "GET", {"If-None-Match": ETAG}))
        response.close()

        assert response.status_code == 304
        assert seen == [b"0" if kind is Looking else "10"]
        assert opened


class TestStorage:
    @pytest.mark.parametrize("source", ["field", "view"])
    @pytest.mark.parametrize(("method", "fields", "status"), WITHOUT_CONTENT)
    def test_answer_without_content_opens_nothing(
        self, storage: CountingStorage, source: str, method: str, fields: dict[str, str], status: int
    ) -> None:
        request = make_request(method, **with_etag(fields, STORED_ETAG))
        if source == "field":
            response: Any = FileResponse(field_file(storage), request=request)
        else:
            response = StoredView.as_view(storage=storage)(request)

        assert response.status_code == status
        assert read(response) == b""
        assert storage.opened == 0

    @pytest.mark.parametrize("source", ["field", "view"])
    @pytest.mark.parametrize(
        ("fields", "status", "content"),
        # A weak entity tag never passes If-Match.
        [row for row in WITH_CONTENT if "If-Match" not in row[0]],
    )
    def test_answer_with_content_opens_the_file_once(
        self, storage: CountingStorage, source: str, fields: dict[str, str], status: int, content: bytes
    ) -> None:
        request = make_request("GET", **with_etag(fields, STORED_ETAG))
        if source == "field":
            response: Any = FileResponse(field_file(storage), request=request)
        else:
            response = StoredView.as_view(storage=storage)(request)

        assert response.status_code == status
        assert read(response) == content
        assert storage.opened == 1

    @pytest.mark.parametrize("unknown", ["size", "get_modified_time"])
    def test_storage_that_does_not_know(
        self, storage: CountingStorage, unknown: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(self: Any, name: str) -> Any:
            raise NotImplementedError

        monkeypatch.setattr(CountingStorage, unknown, fail)

        response = FileResponse(field_file(storage), request=make_request("HEAD"))
        response.close()

        assert response.headers["Content-Length"] == "10"
        assert storage.opened == 1

    def test_storage_that_changes_what_it_reads(self, storage: CountingStorage) -> None:
        class Doubling(CountingStorage):
            def _open(self, name: str, mode: str = "rb") -> Any:
                return ContentFile(super()._open(name, mode).read() * 2, name)

        doubling = Doubling()
        doubling.save("notes.txt", ContentFile(b"0123456789"))

        response: Any = StoredView.as_view(storage=doubling)(make_request("HEAD"))
        response.close()

        assert response.headers["Content-Length"] == "20"

    def test_field_file_that_changes_what_it_reads(self, storage: CountingStorage) -> None:
        class Doubled(FieldFile):
            def open(self, mode: str = "rb") -> Any:
                self.file = ContentFile(super().open(mode).read() * 2, self.name)
                return self

        response = FileResponse(field_file(storage, Doubled), request=make_request("HEAD"))
        response.close()

        assert response.headers["Content-Length"] == "20"

    def test_storage_that_changes_what_is_on_disk_and_knows_its_size(self, text: Path) -> None:
        class Doubling(FileSystemStorage):
            def _open(self, name: str, mode: str = "rb") -> Any:
                with super()._open(name, mode) as file:
                    return ContentFile(file.read() * 2, name)

            def size(self, name: str) -> int:
                return super().size(name) * 2

        view = StoredView.as_view(storage=Doubling(text.parent))
        head: Any = view(make_request("HEAD"))
        got: Any = view(make_request("GET", Range="bytes=18-"))

        assert head.headers["Content-Length"] == "20"
        assert read(head) == b""
        assert head.headers["ETag"] == got.headers["ETag"]
        assert read(got) == b"89"

    def test_storage_that_compresses(self) -> None:
        class Compressing(CountingStorage):
            gzip = True  # as those of django-storages say it

            def size(self, name: str) -> int:
                return 3

        storage = Compressing()
        storage.save("notes.txt", ContentFile(b"0123456789"))
        view = StoredView.as_view(storage=storage)

        head: Any = view(make_request("HEAD"))
        part: Any = view(make_request("GET", Range="bytes=8-"))

        assert head.headers["Content-Length"] == "10"
        assert read(head) == b""
        assert read(part) == b"89"

    @pytest.mark.parametrize("copy", ["a temporary file", "content without a name"])
    @pytest.mark.parametrize("source", ["field", "view"])
    def test_storage_that_opens_a_copy(self, source: str, copy: str) -> None:
        class Copying(InMemoryStorage):
            def size(self, name: str) -> int:
                return super().size(name)

            def _open(self, name: str, mode: str = "rb") -> Any:
                content = super()._open(name, mode).read()
                if copy != "a temporary file":
                    return ContentFile(content)
                temporary = tempfile.NamedTemporaryFile()  # noqa: SIM115  # the response closes it
                temporary.write(content)
                temporary.seek(0)
                return File(temporary, name)

            def get_modified_time(self, name: str) -> datetime:
                return datetime.fromtimestamp(LAST_SUMMER, UTC)

        storage = Copying()
        storage.save("notes.txt", ContentFile(b"0123456789"))

        def answer(method: str, fields: dict[str, str]) -> Any:
            request = make_request(method, **fields)
            if source == "field":
                return FileResponse(field_file(storage), request=request)
            return StoredView.as_view(storage=storage, cache_control=None)(request)

        got, head = answer("GET", {}), answer("HEAD", {})
        part = answer("GET", {"Range": "bytes=2-3", "If-Range": http_date(LAST_SUMMER)})

        assert dict(got.items()) == dict(head.items())
        assert got.headers["ETag"] == STORED_ETAG
        assert got.headers["Last-Modified"] == http_date(LAST_SUMMER)
        assert got.headers["Content-Disposition"] == 'inline; filename="notes.txt"'
        assert (read(got), read(head), read(part)) == (b"0123456789", b"", b"23")

    def test_file_that_is_replaced_while_it_is_opened_has_the_date_from_before(self) -> None:
        class Replaced(CountingStorage):
            def open(self, name: str, mode: str = "rb") -> Any:
                file = super().open(name, mode)
                self.modified += 60
                return file

            def get_modified_time(self, name: str) -> datetime:
                return datetime.fromtimestamp(self.modified, UTC)

            modified = LAST_SUMMER

        storage = Replaced()
        storage.save("notes.txt", ContentFile(b"0123456789"))

        response: Any = StoredView.as_view(storage=storage)(make_request("GET"))

        assert response.headers["ETag"] == STORED_ETAG
        assert read(response) == b"0123456789"

    def test_closed_field_file_in_place_of_a_path(self, text: Path, storage: CountingStorage) -> None:
        response = FileResponse(text)

        response.streaming_content = field_file(storage)

        assert response.headers["Last-Modified"] == http_date(LAST_SUMMER)
        assert read(response) == b"0123456789"

    def test_file_that_is_not_saved_yet(self, storage: CountingStorage, tmp_path: Path) -> None:
        (tmp_path / "upload").write_bytes(b"newer")
        with (tmp_path / "upload").open("rb") as upload:
            invoice = Invoice(pdf=File(upload))
        invoice.pdf.storage = storage

        response = FileResponse(invoice.pdf, request=make_request("HEAD"))
        response.close()

        assert response.headers["Content-Length"] == "5"
        assert storage.opened == 0

    @pytest.mark.parametrize("first", [b"", iter([b""])], ids=["file", "iterator"])
    def test_closed_file_in_place_of_another_content(self, text: Path, first: Any) -> None:
        with open(text, "rb") as handle:
            file = File(handle)
        response = FileResponse(first)

        response.streaming_content = file  # type: ignore[assignment]  # any object with read()

        assert response.headers["Content-Length"] == "10"
        assert response.headers["Content-Disposition"] == 'inline; filename="notes.txt"'
        assert read(response) == b"0123456789"
        assert file.closed

    def test_closed_file_of_no_storage(self, text: Path, opened: list[str]) -> None:
        with open(text, "rb") as handle:
            file = File(handle)

        response = FileResponse(file, request=make_request("HEAD"))
        response.close()

        assert response.headers["Content-Length"] == "10"
        assert opened

    def test_default_storage(self, text: Path, opened: list[str], settings: Any) -> None:
        settings.MEDIA_ROOT = str(text.parent)
        view = StoredView.as_view(storage=DefaultStorage())

        response: Any = view(ask(text, "GET", {"If-None-Match": ETAG}))

        assert response.status_code == 304
        assert read(response) == b""
        assert opened == []

    def test_file_in_place_of_the_first(self, storage: CountingStorage) -> None:
        response = FileResponse(b"")

        response.streaming_content = field_file(storage)

        assert read(response) == b"0123456789"

    def test_file_on_disk_by_the_name_of_one_in_memory(self, text: Path) -> None:
        storage = InMemoryStorage(location=str(text.parent))
        storage.save("notes.txt", ContentFile(b"in memory"))

        response: Any = StoredView.as_view(storage=storage)(make_request("HEAD"))
        response.close()

        assert response.headers["Content-Length"] == "9"

    def test_storage_that_is_none(self) -> None:
        class Opener:
            def open(self, name: str, mode: str) -> Any:
                file = io.BytesIO(b"abc")
                return type("Named", (), {"read": file.read, "close": file.close})()

        response: Any = StoredView.as_view(storage=Opener())(make_request("GET", **{"If-None-Match": '"a"'}))

        assert read(response) == b"abc"

    def test_missing_file(self, storage: CountingStorage) -> None:
        with pytest.raises(Http404):
            StoredView.as_view(storage=storage, name="missing")(make_request("HEAD"))

    def test_storage_without_size_or_way_to_open(self) -> None:
        storage: Any = object()

        with pytest.raises(AttributeError):
            StoredView.as_view(storage=storage)(make_request("HEAD"))
