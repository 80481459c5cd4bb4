"""What is known of a file: its length where only reading tells it, its date, and which file cannot be sent."""

import fcntl
import io
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, InMemoryStorage, Storage
from django.http import Http404
from django.utils import timezone
from django.utils.http import http_date
from django.views import View

from django_extras.http import FileResponse
from django_extras.views import FileDownloadMixin
from tests.files import LAST_SUMMER, StoredView, both, field_file, make_request, read

#: A file that the kernel makes up when it is read: it says that it has 0 bytes.
PROC = Path("/proc/version")
#: Another one: it says that it has a page.
SYS = Path("/sys/devices/system/cpu/online")


class Loading(File):
    """A file of a remote storage, which fetches its content when it is read for the first time."""

    def __init__(self, storage: Any, name: str) -> None:
        super().__init__(io.BytesIO(), name)
        self._storage, self._is_loaded = storage, False

    def read(self, size: int = -1) -> bytes:
        if not self._is_loaded:
            self.file, self._is_loaded = io.BytesIO(self._storage.fetch(self.name)), True
        content: bytes = self.file.read(size)
        return content


class LoadingHandle:
    """The same for a class that knows nothing of Django."""

    def __init__(self, content: bytes) -> None:
        self._content, self._file = content, io.BytesIO()

    def read(self, size: int = -1) -> bytes:
        if size and not self._file.getbuffer().nbytes:
            self._file = io.BytesIO(self._content)
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


class Remote(Storage):
    """A storage of files that load late."""

    contents = {"notes.txt": b"0123456789"}  # no test changes it
    length: int | None = 10

    def _open(self, name: str, mode: str = "rb") -> Loading:
        return Loading(self, name)

    def fetch(self, name: str) -> bytes:
        try:
            return self.contents[name]
        except KeyError:
            raise FileNotFoundError(2, "No such file", name) from None

    def size(self, name: str) -> int:
        if self.length is None:
            raise NotImplementedError
        return self.length if name in self.contents else len(self.fetch(name))

    def get_modified_time(self, name: str) -> datetime:
        return datetime.fromtimestamp(LAST_SUMMER, UTC)


def of_view(storage: Any, request: Any) -> Any:
    return StoredView.as_view(storage=storage)(request)


def of_field(storage: Any, request: Any) -> Any:
    return FileResponse(field_file(storage), request=request)


def of_open_file(storage: Any, request: Any) -> Any:
    return FileResponse(storage.open("notes.txt"), request=request)


class TestFilesThatLoadWhenTheyAreRead:
    @pytest.mark.parametrize("answer", [of_view, of_field, of_open_file])
    def test_all_bytes(self, answer: Callable[..., FileResponse]) -> None:
        response = answer(Remote(), make_request())

        assert response.headers["Content-Length"] == "10"
        assert read(response) == b"0123456789"

    @pytest.mark.parametrize("answer", [of_view, of_field, of_open_file])
    def test_range(self, answer: Callable[..., FileResponse]) -> None:
        response = answer(Remote(), make_request(range="bytes=7-"))

        assert response.headers["Content-Range"] == "bytes 7-9/10"
        assert read(response) == b"789"

    @pytest.mark.parametrize("length", [10, 0, None])
    @pytest.mark.parametrize("answer", [of_view, of_field, of_open_file])
    def test_head_has_the_length_of_get(self, answer: Callable[..., FileResponse], length: int | None) -> None:
        storage = Remote()
        storage.length = length

        assert answer(storage, make_request("HEAD")).headers["Content-Length"] == "10"

    def test_class_that_knows_nothing_of_django(self) -> None:
        def response() -> FileResponse:
            return FileResponse(LoadingHandle(b"0123456789"))  # type: ignore[arg-type]  # any object with read()

        assert response().headers["Content-Length"] == "10"
        assert both(response) == b"0123456789"

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_missing_file(self, method: str) -> None:
        with pytest.raises(FileNotFoundError):
            FileResponse(Remote().open("missing"), request=make_request(method))
        with pytest.raises(Http404):
            StoredView.as_view(storage=Remote(), name="missing")(make_request(method))

    def test_empty_file(self) -> None:
        storage = Remote()
        storage.contents = {"notes.txt": b""}

        response = FileResponse(storage.open("notes.txt"), request=make_request())

        assert response.headers["Content-Length"] == "0"
        assert read(response) == b""


class TestLengthsThatOnlyReadingTells:
    @pytest.fixture(params=[PROC, SYS])
    def made_up(self, request: pytest.FixtureRequest) -> Path:
        path: Path = request.param
        if not path.exists():
            pytest.skip(f"This system has no {path}.")
        return path

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize("source", ["path", "handle", "raw handle", "File", "storage", "view"])
    def test_content_of_the_kernel_has_no_length(self, made_up: Path, source: str, method: str) -> None:
        request = make_request(method, range="bytes=0-1")
        view = type("Below", (FileDownloadMixin, View), {"root": made_up.parent, "path": made_up.name})
        storage = FileSystemStorage(made_up.parent)
        answers: dict[str, Callable[[], Any]] = {
            "path": lambda: FileResponse(made_up, request=request),
            "handle": lambda: FileResponse(made_up.open("rb"), request=request),
            "raw handle": lambda: FileResponse(open(made_up, "rb", 0), request=request),  # noqa: SIM115  # closed below
            "File": lambda: FileResponse(File(made_up.open("rb")), request=request),
            "storage": lambda: StoredView.as_view(storage=storage, name=made_up.name)(request),
            "view": lambda: view.as_view()(request),
        }

        response = answers[source]()

        assert response.status_code == 200
        assert not {"Content-Length", "Accept-Ranges", "ETag"} & set(response.headers)
        assert response.file_to_stream is None
        assert read(response) == (made_up.read_bytes() if method == "GET" else b"")

    @pytest.mark.parametrize("is_open", [False, True])
    def test_empty_file_has_the_length_0(self, tmp_path: Path, is_open: bool) -> None:
        path = tmp_path / "empty"
        path.touch()

        response = FileResponse(path.open("rb") if is_open else path, request=make_request())

        assert response.headers["Content-Length"] == "0"
        assert "ETag" in response.headers
        assert read(response) == b""

    @pytest.mark.parametrize("is_open", [False, True])
    def test_file_that_is_one_hole_has_its_length(self, tmp_path: Path, is_open: bool) -> None:
        path = tmp_path / "sparse"
        with path.open("wb") as file:
            file.truncate(5)

        response = FileResponse(path.open("rb") if is_open else path, request=make_request(range="bytes=3-"))

        assert response.headers["Content-Range"] == "bytes 3-4/5"
        assert read(response) == bytes(2)

    def test_file_that_cannot_be_read_is_closed(self) -> None:
        memory = Path("/proc/self/mem")  # that of the first address cannot be read
        if not memory.exists():
            pytest.skip("this needs /proc")
        before = os.listdir("/proc/self/fd")

        with pytest.raises(OSError, match="Input/output error") as caught:
            FileResponse(memory)

        # The traceback has kept what was opened.
        assert (os.listdir("/proc/self/fd"), caught.type) == (before, OSError)

    def test_unseekable_handle_of_a_file_that_the_kernel_makes_up(self) -> None:
        class Unseekable(File):
            def seekable(self) -> bool:
                return False

        response = FileResponse(Unseekable(PROC.open("rb")))

        assert "Content-Length" not in response.headers
        assert read(response) == PROC.read_bytes()

    @pytest.mark.parametrize(
        "error", [OSError, io.UnsupportedOperation, ValueError, NotImplementedError, RuntimeError]
    )
    @pytest.mark.parametrize("method", ["seek", "tell"])
    def test_handle_that_cannot_seek_after_all(self, error: type[Exception], method: str) -> None:
        def fail(self: Any, *args: Any) -> int:
            raise error

        kind: Any = type("Failing", (io.BytesIO,), {method: fail})

        response = FileResponse(kind(b"0123456789"), request=make_request(range="bytes=0-1"))

        assert response.status_code == 200
        assert not {"Content-Length", "Accept-Ranges"} & set(response.headers)
        assert read(response) == b"0123456789"

    def test_handle_that_can_neither_seek_nor_read(self) -> None:
        class Gone:
            def read(self, size: int = -1) -> bytes:
                raise FileNotFoundError(2, "No such file", "notes.txt")

            def seek(self, offset: int, whence: int = 0) -> int:
                raise FileNotFoundError(2, "No such file", "notes.txt")

        with pytest.raises(FileNotFoundError):
            FileResponse(Gone())  # type: ignore[arg-type]  # any object with read()


class TestFilesThatWereNotRewound:
    MESSAGE = (
        "FileResponse would send nothing: the file was written and stands at its end. Rewind it first: file.seek(0)."
    )

    @pytest.mark.parametrize(
        "make",
        [
            io.BytesIO,
            type("Subclass", (io.BytesIO,), {}),
            tempfile.TemporaryFile,
            tempfile.NamedTemporaryFile,
            tempfile.SpooledTemporaryFile,
            lambda: File(io.BytesIO()),
            lambda: ContentFile(b""),
        ],
        ids=["BytesIO", "subclass", "temporary", "named", "spooled", "File", "ContentFile"],
    )
    def test_file_that_was_written(self, make: Callable[[], Any]) -> None:
        for extra in (0, 5):
            with make() as file:
                file.write(b"0123456789")
                file.seek(extra, io.SEEK_CUR)
                for request in (None, make_request(), make_request("HEAD")):
                    with pytest.raises(ValueError, match="Rewind") as error:
                        FileResponse(file, request=request)
                    assert str(error.value) == self.MESSAGE
                file.seek(0)
                assert read(FileResponse(file)) == b"0123456789"

    @pytest.mark.parametrize("make", [io.BytesIO, tempfile.TemporaryFile, tempfile.SpooledTemporaryFile])
    def test_empty_file_may_be_sent(self, make: Callable[[], Any]) -> None:
        with make() as file:
            file.seek(5)

            assert FileResponse(file).headers["Content-Length"] == "0"

    def test_file_in_place_of_another(self) -> None:
        file = io.BytesIO()
        file.write(b"0123456789")

        with pytest.raises(ValueError, match="Rewind"):
            FileResponse(b"").streaming_content = file

    def test_handle_that_was_read_to_its_end_is_empty(self, text: Path) -> None:
        handle = text.open("rb")
        handle.read()

        assert read(FileResponse(handle)) == b""


class TestDates:
    @pytest.fixture(params=[True, False])
    def use_tz(self, request: pytest.FixtureRequest, settings: Any) -> bool:
        settings.TIME_ZONE, settings.USE_TZ = "Europe/Berlin", request.param
        return settings.USE_TZ

    @pytest.mark.parametrize("answer", [of_view, of_field, of_open_file])
    @pytest.mark.parametrize("zone", [None, "Asia/Tokyo", "America/Chicago"])
    def test_date_of_a_storage_is_the_same_whoever_asks(
        self, use_tz: bool, answer: Callable[..., FileResponse], zone: str | None
    ) -> None:
        class Dated(InMemoryStorage):
            def get_modified_time(self, name: str) -> datetime:  # as that of django-storages
                date = datetime.fromtimestamp(LAST_SUMMER, UTC)
                return date if use_tz else timezone.make_naive(date)

        storage = Dated()
        storage.save("notes.txt", ContentFile(b"0123456789"))

        for method in ("GET", "HEAD"):
            with timezone.override(zone):
                response = answer(storage, make_request(method))
            response.close()

            if answer is of_open_file:
                assert "Last-Modified" not in response.headers
            else:
                assert response.headers["Last-Modified"] == http_date(LAST_SUMMER)
                assert response.headers["ETag"] == f'W/"{LAST_SUMMER * 10**9:x}-a"'

    @pytest.mark.usefixtures("use_tz")
    @pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
    def test_date_of_djangos_own_storages(self, text: Path, zone: str | None) -> None:
        class Reading(FileSystemStorage):
            def _open(self, name: str, mode: str = "rb") -> Any:
                return ContentFile(text.read_bytes(), name)

        for kind in (FileSystemStorage, Reading):
            with timezone.override(zone):
                response = of_view(kind(text.parent), make_request())
            response.close()

            assert response.headers["Last-Modified"] == http_date(LAST_SUMMER)


@pytest.fixture
def leased(text: Path) -> Iterator[Path]:
    """Return a file that another program has a lease to write, which it gives up when it is asked to."""
    descriptor = os.open(text, os.O_RDWR)
    former = signal.signal(signal.SIGIO, lambda *args: fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK))
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    yield text
    signal.signal(signal.SIGIO, former)
    os.close(descriptor)


@pytest.mark.parametrize("source", ["path", "storage", "below a root"])
def test_file_that_another_program_has_a_lease_to_write(leased: Path, source: str) -> None:
    request = make_request()
    view = type("Below", (FileDownloadMixin, View), {"root": leased.parent, "path": leased.name})
    answers: dict[str, Callable[[], Any]] = {
        "path": lambda: FileResponse(leased, request=request),
        "storage": lambda: of_view(FileSystemStorage(leased.parent), request),
        "below a root": lambda: view.as_view()(request),
    }

    assert read(answers[source]()) == b"0123456789"


def test_device_that_is_busy_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")

    def busy(*args: Any, **kwargs: Any) -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "open", busy)

    with pytest.raises(BlockingIOError):
        FileResponse(tmp_path / "pipe")
