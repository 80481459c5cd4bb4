"""A file that is missing is a 404, a storage that fails a 502 or 503, whatever either of them raises."""

import errno
import io
import os
import socket
from collections.abc import Callable
from copy import copy
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist, SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.http import Http404
from django.test import RequestFactory
from django.views import View

from django_extras.views import FileDownloadMixin
from django_extras.views._failures import status_of
from tests.models import Invoice


class Own(Exception):
    """What the client of a storage raises."""

    def __init__(self, message: str = "The client of the storage says no", **attributes: Any) -> None:
        super().__init__(message)
        vars(self).update(attributes)


def boto(status: Any) -> Own:
    return Own(response={"Error": {"Code": str(status)}, "ResponseMetadata": {"HTTPStatusCode": status}})


class LazyFile(File):  # type: ignore[type-arg]  # generic to type checkers only
    """A file that is fetched when something is asked of it, as those of Azure and Dropbox are."""

    def __init__(self, storage: Any, name: str) -> None:
        self.name = name
        self._storage = storage
        self._file: Any = None

    @property
    def file(self) -> Any:  # type: ignore[override]
        if self._file is None:
            self._file = io.BytesIO()  # as there: asked once more, the file is empty
            self._file = io.BytesIO(self._storage.fetch(self.name))
        return self._file


class LateFile(File):  # type: ignore[type-arg]  # generic to type checkers only
    """A file that is empty until it is read for the first time, as those of SFTP and FTP are."""

    def __init__(self, storage: Any, name: str) -> None:
        super().__init__(io.BytesIO(), name)
        self._storage = storage
        self._is_read = False

    def read(self, size: int | None = None) -> bytes:
        if not self._is_read:
            self.file = io.BytesIO(self._storage.fetch(self.name))
            self._is_read = True
        return self.file.read(size)


class Remote(Storage):
    """A storage that raises an error of its own for each file that it does not have, or for all."""

    kind_of_file: Any = LazyFile

    def __init__(self, error: Exception, *, fails: bool = False, exists: Any = None) -> None:
        self.error = error
        self.fails = fails
        self.existence = exists
        self.asked: list[str] = []

    def fetch(self, name: str) -> bytes:
        if self.fails or name != "there":
            raise copy(self.error)  # one without the traceback of the last time
        return b"0123456789"

    def _open(self, name: str, mode: str = "rb") -> Any:
        return self.kind_of_file(self, name)

    def size(self, name: str) -> int:
        return len(self.fetch(name))

    def exists(self, name: str) -> bool:
        self.asked.append(name)
        if isinstance(self.existence, Exception):
            raise self.existence
        return name == "there" if self.existence is None else self.existence


class EagerRemote(Remote):
    kind_of_file = staticmethod(lambda storage, name: File(io.BytesIO(storage.fetch(name)), name))


class LateRemote(Remote):
    kind_of_file = LateFile


def field_file(storage: Any, name: str) -> Any:
    file = Invoice(pdf=name).pdf
    file.storage = storage
    return file


def opened_field_file(storage: Any, name: str) -> Any:
    file = field_file(storage, name)
    file._file = LateFile(storage, name) if isinstance(storage, LateRemote) else LazyFile(storage, name)
    return file


KINDS: dict[str, Callable[[Any, str], Any]] = {
    "storage and name": lambda storage, name: (storage, name),
    "field": field_file,
    "open field": opened_field_file,
    "open file": LazyFile,
    "late file": LateFile,
}
REQUESTS: list[tuple[str, dict[str, str]]] = [
    *(("GET", {}), ("HEAD", {})),
    *(("GET", {"If-None-Match": '"a"'}), ("GET", {"Range": "bytes=1-2"}), ("HEAD", {"If-Match": "*"})),
]


def ask(file: Any, method: str = "GET", headers: dict[str, str] | None = None, **attributes: Any) -> Any:
    view: Any = type("Asked", (FileDownloadMixin, View), {"get_file": lambda self: file, **attributes})
    return view.as_view()(RequestFactory().generic(method, "/", headers=headers))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("storage_class", [Remote, EagerRemote, LateRemote])
class TestStorage:
    @pytest.mark.parametrize(
        "error",
        [
            *(Own(), ObjectDoesNotExist(), KeyError("missing"), ValueError("missing"), TypeError("missing")),
            *(Own(status_code=404), Own(code=HTTPStatus.NOT_FOUND), boto(404)),
            *(Own(status_code=None, code="BlobNotFound"), Own(code=7), Own(response="Not found"), boto(None)),
            *(
                Own(response={}),
                Own(response={"ResponseMetadata": "?"}),
                Own(response=SimpleNamespace(status_code=404)),
            ),
            *(
                FileNotFoundError("s3://bucket/key"),
                SuspiciousFileOperation("out of the bucket"),
                PermissionError("no"),
            ),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_missing_file(
        self, storage_class: Any, kind: str, error: Exception, caplog: pytest.LogCaptureFixture
    ) -> None:
        for request in REQUESTS:
            caplog.clear()
            storage = storage_class(error)

            with pytest.raises(Http404, match=r"^There is no such file\.$"):
                ask(KINDS[kind](storage, "missing"), *request)

            assert caplog.messages == [f"Asked has no file to send: {error}"]
            assert storage.asked in ([], ["missing"])

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            *((Own(), 503), (OSError("no number"), 503), (ConnectionRefusedError(111, "Connection refused"), 503)),
            *((TimeoutError("timed out"), 503), (socket.gaierror(-2, "Name or service not known"), 503)),
            *((Own(status_code=429), 503), (Own(status_code=503), 503), (boto(503), 503), (EOFError(), 503)),
            *((Own(status_code=403), 502), (Own(status_code=500), 502), (boto(403), 502), (boto(500), 502)),
            *((Own(code=HTTPStatus.FORBIDDEN), 502), (Own(response=SimpleNamespace(status_code=401)), 502)),
            *((Own(status_code=200), 503), (Own(status_code=599), 502), (Own(code=1045), 503)),
            (OSError(errno.EMFILE, "Too many open files"), 503),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_storage_that_fails(
        self,
        storage_class: Any,
        kind: str,
        error: Exception,
        status: int,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        for request in REQUESTS:
            caplog.clear()
            storage = storage_class(error, fails=True)

            response = ask(KINDS[kind](storage, "there"), *request)

            assert response.status_code == status
            assert response.content == b"The file cannot be fetched from where it is stored.\n"
            wait = {"Retry-After": "10"} if status == 503 else {}
            assert response.headers == {"Content-Type": "text/plain; charset=utf-8", **wait}
            [record] = caplog.records
            assert record.getMessage() == f"Asked cannot get there from its storage: {error}"
            assert record.levelname == "ERROR"
            assert record.exc_info is not None
            assert type(record.exc_info[1]) is type(error)

    def test_storage_that_cannot_tell_whether_the_file_exists(self, storage_class: Any, kind: str) -> None:
        for request in REQUESTS:
            storage = storage_class(Own(), exists=Own("It cannot tell."))

            assert ask(KINDS[kind](storage, "missing"), *request).status_code == 503
            assert storage.asked == ["missing"]

    def test_file_that_is_there(self, storage_class: Any, kind: str) -> None:
        for method, headers in REQUESTS:
            storage = storage_class(Own())

            response = ask(KINDS[kind](storage, "there"), method, headers)

            expected = b"" if method == "HEAD" else b"12" if "Range" in headers else b"0123456789"
            assert b"".join(response) == expected
            response.close()
            assert storage.asked == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_in_the_view_is_no_fault_of_the_storage(kind: str) -> None:
    storage = Remote(Own())

    faults = (TypeError, ValueError, AttributeError, ImproperlyConfigured, NameError, NotImplementedError)
    for error in (fault("wrong") for fault in faults):
        with pytest.raises(type(error), match="^wrong$"):
            ask(KINDS[kind](Remote(error, fails=True), "there"))
    with pytest.raises(ValueError, match="newlines"):
        ask(KINDS[kind](storage, "there"), cache_control="a\nb")


def test_what_a_hook_raises_is_no_fault_of_the_storage() -> None:
    def fail(view: Any) -> Any:
        raise Own(status_code=404)

    for hook in ("get_etag", "get_content_type", "has_download_permission"):
        with pytest.raises(Own):
            ask((Remote(Own()), "there"), **{hook: fail})


@pytest.mark.parametrize("error", [Own(status_code=404), boto(404), FileNotFoundError("gone")], ids=repr)
def test_hook_that_opens_the_file_itself(error: Exception) -> None:
    storage = EagerRemote(error)

    with pytest.raises(Http404):
        ask(None, get_file=lambda view: storage.open("missing"))


@pytest.mark.parametrize("error", [Own(), Own(status_code=500), KeyError("name"), OSError("no number")], ids=repr)
def test_hook_that_fails(error: Exception) -> None:
    storage = EagerRemote(error)

    with pytest.raises(type(error)):
        ask(None, get_file=lambda view: storage.open("missing"))


def test_file_that_cannot_even_be_closed() -> None:
    class Stuck(LazyFile):
        def close(self) -> None:
            raise RuntimeError("It cannot be closed.")

    assert ask(Stuck(Remote(Own(), fails=True), "there")).status_code == 503


def test_text_of_a_storage_writes_no_line_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    error = Own("no\r\nERROR all is lost \x1b[2J", status_code=500)

    ask((Remote(error, fails=True), "there"))

    assert caplog.messages == [r"Asked cannot get there from its storage: no\r\nERROR all is lost \x1b[2J"]


NAMES = "ENOENT ENOTDIR EISDIR EEXIST EACCES EPERM EINVAL ELOOP ENAMETOOLONG ENODEV ENXIO"


@pytest.mark.parametrize("name", NAMES.split())
@pytest.mark.parametrize("kind", [*KINDS, "path", "open handle", "none"])
def test_number_that_tells_that_there_is_no_file(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / "there").write_bytes(b"")
    files = {"path": tmp_path / "there", "open handle": io.BytesIO(), "none": None}
    file = KINDS[kind](FileSystemStorage(tmp_path), "there") if kind in KINDS else files[kind]

    assert status_of(OSError(getattr(errno, name), "no"), file) == 404


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EIO, errno.ENOMEM, errno.ESTALE, errno.EBUSY])
def test_number_that_tells_something_else(tmp_path: Path, number: int) -> None:
    (tmp_path / "there").write_bytes(b"")
    error = OSError(number, "no")

    assert status_of(error) is None
    assert status_of(error, tmp_path / "there") is None
    assert status_of(error, tmp_path / "missing") is None
    assert status_of(error, field_file(FileSystemStorage(tmp_path), "there")) is None
    assert status_of(error, field_file(Remote(Own()), "missing")) == 503


def test_socket_and_pipe_below_the_root(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))

        for name in ("pipe", "socket"):
            for method in ("GET", "HEAD"):
                with pytest.raises(Http404):
                    ask(tmp_path / name, method)
                with pytest.raises(Http404):
                    ask((FileSystemStorage(tmp_path), name), method)


def test_path_that_python_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(Http404):
        ask(f"{tmp_path}/\ud800")
