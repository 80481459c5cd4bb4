"""FileDownloadMixin: which file a view sends, who may have it, and what is a 404."""

import asyncio
import gc
import inspect
import io
import os
import re
import threading
import time
import weakref
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import aiofiles
import anyio
import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, InMemoryStorage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.test import AsyncRequestFactory, RequestFactory
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import http_date, parse_http_date
from django.views import View
from django.views.generic import DetailView, ListView, TemplateView

from django_extras.http import FileResponse
from django_extras.http._media_type import INLINE_TYPES  # noqa: F401  # the docstring names it
from django_extras.views import FileDownloadMixin, StatusResponseMixin
from tests.files import etag_of
from tests.models import Invoice

LAST_SUMMER = 1_750_000_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "a.txt").write_bytes(b"0123456789")
    os.utime(root / "sub" / "a.txt", (LAST_SUMMER, LAST_SUMMER))
    (tmp_path / "secret.txt").write_bytes(b"secret")
    return root


@pytest.fixture
def file(root: Path) -> Path:
    return root / "sub" / "a.txt"


@pytest.fixture
def invoice(root: Path, monkeypatch: pytest.MonkeyPatch) -> Invoice:
    monkeypatch.setattr(Invoice._meta.get_field("pdf"), "storage", FileSystemStorage(root))
    return Invoice(pk=1, number="7", pdf="sub/a.txt")


class Plain(FileDownloadMixin, View):
    """A view of a file of its own."""


class Detail(FileDownloadMixin, DetailView):
    """The file of an object."""

    model = Invoice
    file_field: str | None = "pdf"
    invoice: Any = None

    def get_object(self, queryset: Any = None) -> Any:
        return self.invoice


class Kind(FileDownloadMixin, View):
    """Whatever a test gives it."""

    contents: Any = None

    def get_file(self) -> Any:
        return self.contents


def content(root: Path, source: str, name: str) -> Any:
    """Return the content of a file of that name, as a view may give it."""
    path = root / name
    path.write_bytes(b"0123456789")
    storage = FileSystemStorage(root)
    return {
        "path": lambda: path,
        "name": lambda: str(path),
        "handle": lambda: path.open("rb"),
        "storage": lambda: (storage, name),
        "bytes": lambda: b"0123456789",
    }[source]()


def get(
    view: Any,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    kwargs: dict[str, Any] | None = None,
    **initkwargs: Any,
) -> Any:
    request = RequestFactory().generic(method, "/", headers=headers)
    return view.as_view(**initkwargs)(request, **(kwargs or {}))


def read(response: Any) -> bytes:
    try:
        return b"".join(response)
    finally:
        response.close()


class TestWhatIsSent:
    def test_path(self, file: Path) -> None:
        response = get(Plain, path=file)

        assert isinstance(response, FileResponse)
        assert response.headers == {
            "Cache-Control": "private, no-cache",
            "Content-Type": "text/plain",
            "Content-Length": "10",
            "Content-Disposition": 'inline; filename="a.txt"',
            "Last-Modified": http_date(LAST_SUMMER),
            "X-Content-Type-Options": "nosniff",
            "ETag": etag_of(file),
            "Accept-Ranges": "bytes",
        }
        assert read(response) == b"0123456789"

    def test_path_as_text(self, file: Path) -> None:
        assert read(get(Plain, path=str(file))) == b"0123456789"

    def test_path_of_the_url_below_the_root(self, root: Path) -> None:
        assert read(get(Plain, root=root, kwargs={"path": "sub/a.txt"})) == b"0123456789"
        assert read(get(Plain, root=str(root), kwargs={"path": "sub/a.txt"})) == b"0123456789"

    def test_path_of_the_view_below_the_root(self, root: Path) -> None:
        assert read(get(Plain, root=root, path="sub/a.txt")) == b"0123456789"
        assert read(get(Plain, root=root, path="sub/a.txt", kwargs={"path": "other"})) == b"0123456789"

    def test_absolute_path_of_the_view_below_the_root(self, root: Path, file: Path) -> None:
        assert read(get(Plain, root=root, path=file)) == b"0123456789"

    def test_path_of_the_view_that_leaves_the_root(self, root: Path) -> None:
        with pytest.raises(Http404):
            get(Plain, root=root, path=root.parent / "secret.txt")

    def test_file_field(self, invoice: Invoice) -> None:
        response = get(Detail, invoice=invoice)

        assert response.headers["Content-Disposition"] == 'inline; filename="a.txt"'
        assert read(response) == b"0123456789"

    def test_empty_and_one_byte_files(self, file: Path) -> None:
        for content in (b"", b"1"):
            file.write_bytes(content)
            assert read(get(Plain, path=file)) == content

    @pytest.mark.parametrize("content", [b"abc", io.BytesIO(b"abc"), iter([b"abc"]), ContentFile(b"abc")])
    def test_get_file_returns_anything_that_the_response_takes(self, content: Any) -> None:
        class Generated(FileDownloadMixin, View):
            def get_file(self) -> Any:
                return content

        assert read(get(Generated)) == b"abc"

    @pytest.mark.parametrize("in_memory", [True, False])
    def test_get_file_returns_a_storage_and_a_name(self, root: Path, in_memory: bool) -> None:
        storage = InMemoryStorage() if in_memory else FileSystemStorage(root)
        storage.save("new.txt", ContentFile(b"abc"))

        class Stored(FileDownloadMixin, View):
            def get_file(self) -> Any:
                return storage, "new.txt"

        response = get(Stored)

        assert response.headers["Last-Modified"] == http_date(int(storage.get_modified_time("new.txt").timestamp()))
        assert response.headers["Content-Disposition"] == 'inline; filename="new.txt"'
        assert read(response) == b"abc"

    def test_file_that_knows_its_storage(self, invoice: Invoice) -> None:
        class Knowing(FileSystemStorage):
            def open(self, name: str, mode: str = "rb") -> Any:
                return invoice.pdf.open(mode)

        class Stored(FileDownloadMixin, View):
            def get_file(self) -> Any:
                return Knowing(), "other.txt"

        assert read(get(Stored)) == b"0123456789"

    @pytest.mark.parametrize("headers", [{}, {"Range": "bytes=2-"}, {"If-None-Match": "*"}])
    @pytest.mark.parametrize("hook", ["has_download_permission", "get_content_type", "get_etag"])
    def test_hook_that_reads_the_file_takes_nothing_of_it(
        self, invoice: Invoice, hook: str, headers: dict[str, str]
    ) -> None:
        def read_it(view: Any) -> Any:
            content = view.object.pdf.read(5)
            return {"get_etag": content.decode(), "get_content_type": "text/plain"}.get(hook, True)

        response = get(type("Reading", (Detail,), {hook: read_it}), invoice=invoice, headers=headers)

        assert read(response) == {200: b"0123456789", 206: b"23456789", 304: b""}[response.status_code]
        assert response.headers.get("Content-Length") == {200: "10", 206: "8", 304: None}[response.status_code]

    def test_file_of_a_field_is_sent_whole_from_a_storage_that_cannot_seek(self) -> None:
        class Reader(io.BufferedReader):
            def seekable(self) -> bool:
                return False

            def seek(self, offset: int, whence: int = 0) -> int:
                raise io.UnsupportedOperation("seek")

        class Stream(InMemoryStorage):
            def _open(self, name: str, mode: str = "rb") -> Any:
                return File(Reader(io.BytesIO(b"0123456789")), name)  # type: ignore[arg-type]  # a raw file

        stored = Invoice(pdf="a.txt")
        stored.pdf.storage = Stream()

        class Opening(FileDownloadMixin, View):
            def get_file(self) -> Any:
                stored.pdf.open("rb").read(3)
                return stored.pdf

        assert read(get(Opening)) == b"0123456789"

    @pytest.mark.parametrize(
        "name",
        ["aux.h", "con.pdf", "a:b.txt", "nul", "C:", "a\\b.txt", "a.txt.", "a ", "PROGRA~1", "a.txt::$DATA", "a?*"],
    )
    @pytest.mark.skipif(os.name == "nt", reason="Windows has no such files.")
    def test_name_that_is_special_on_windows_alone(self, root: Path, name: str) -> None:
        (root / "sub" / name).write_bytes(b"abc")
        (root / "sub" / f"{name}.d").mkdir()
        (root / "sub" / f"{name}.d" / "a.txt").write_bytes(b"def")

        assert read(get(Plain, root=root, kwargs={"path": f"sub/{name}"})) == b"abc"
        assert read(get(Plain, root=root, kwargs={"path": f"sub/{name}.d/a.txt"})) == b"def"

    @pytest.mark.parametrize("name", [".env", ".git/config", "sub/.htpasswd", "sub/.a/b/c.txt", "...", "..a"])
    def test_dotfile_is_sent_if_the_view_says_so(self, root: Path, name: str) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"abc")

        for arguments in ({"kwargs": {"path": name}}, {"path": name}, {"path": root / name}):
            for method in ("GET", "HEAD"):
                with pytest.raises(Http404):
                    get(Plain, method, root=root, **arguments)
                with pytest.raises(Http404):
                    get(Plain, method, root=root, allow_dotfiles="no", **arguments)
            assert read(get(Plain, root=root, allow_dotfiles=True, **arguments)) == b"abc"

    def test_root_may_be_in_a_directory_that_begins_with_a_dot(self, root: Path) -> None:
        hidden = root / ".media"
        (root / "sub").rename(hidden)
        (hidden / "link").symlink_to("a.txt")

        assert read(get(Plain, root=hidden, kwargs={"path": "a.txt"})) == b"0123456789"
        assert read(get(Plain, root=hidden, kwargs={"path": "link"})) == b"0123456789"
        assert read(get(Plain, path=hidden / "a.txt")) == b"0123456789"

    def test_link_has_the_name_and_type_that_was_asked_for(self, root: Path) -> None:
        (root / "blobs").mkdir()
        (root / "sub" / "a.txt").rename(root / "blobs" / "ab12")
        (root / "latest.csv").symlink_to("blobs/ab12")

        for response in (
            get(Plain, root=root, kwargs={"path": "latest.csv"}),
            get(Plain, root=root, path=root / "latest.csv"),
        ):
            assert response.headers["Content-Disposition"] == 'inline; filename="latest.csv"'
            assert response.headers["Content-Type"] == "text/csv"
            assert read(response) == b"0123456789"

    def test_root_that_is_a_link(self, root: Path, file: Path) -> None:
        current = root.parent / "current"
        current.symlink_to(root)

        assert read(get(Plain, root=current, path=file)) == b"0123456789"
        assert read(get(Plain, root=root, path=current / "sub" / "a.txt")) == b"0123456789"
        assert read(get(Plain, root=current, kwargs={"path": "sub/a.txt"})) == b"0123456789"

    def test_paths_in_bytes(self, root: Path, file: Path) -> None:
        class Named(os.PathLike[Any]):
            def __fspath__(self) -> Any:
                return os.fsencode(file)

        class FromEntry(FileDownloadMixin, View):
            def get_file(self) -> Any:
                return Named()

        assert read(get(Plain, path=os.fsencode(file))) == b"0123456789"
        assert read(get(Plain, root=os.fsencode(root), path=b"sub/a.txt")) == b"0123456789"
        assert read(get(FromEntry)) == b"0123456789"

    def test_list_view_sends_what_it_makes_of_its_objects(self) -> None:
        class Numbers(FileDownloadMixin, ListView):
            filename = "numbers.csv"

            def get_queryset(self) -> Any:
                return ["1", "2"]

            def get_file(self) -> Any:
                return "\n".join(self.object_list).encode()

        response = get(Numbers)

        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert read(response) == b"1\n2"

    def test_range(self, file: Path) -> None:
        response = get(Plain, path=file, headers={"range": "bytes=2-3"})

        assert response.status_code == 206
        assert read(response) == b"23"

    def test_not_modified(self, file: Path) -> None:
        response = get(Plain, path=file, headers={"if-modified-since": http_date(LAST_SUMMER)})

        assert response.status_code == 304
        assert response.headers["Cache-Control"] == "private, no-cache"
        assert read(response) == b""

    @pytest.mark.parametrize("view", [Plain, Detail])
    def test_head(self, view: Any, file: Path, invoice: Invoice) -> None:
        arguments = {"path": file} if view is Plain else {"invoice": invoice}
        response = get(view, "HEAD", **arguments)

        assert response.status_code == 200
        assert response.headers["Content-Length"] == "10"
        assert read(response) == b""

    @pytest.mark.parametrize("is_async", [False, True])
    def test_options_are_told_without_a_look_at_the_file(self, is_async: bool) -> None:
        async def aget_file(self: Any) -> Any:
            raise AssertionError

        hooks = {"aget_file": aget_file} if is_async else {"get_file": aget_file}
        view: Any = type("Asked", (Plain,), {**hooks, "has_download_permission": aget_file})
        request = (AsyncRequestFactory() if is_async else RequestFactory()).options("/")

        response = view.as_view()(request)
        if is_async:
            response = asyncio.run(response)

        assert response.status_code == 200
        assert response.content == b""
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
    def test_other_methods_are_not_allowed(self, file: Path, method: str) -> None:
        class Posting(Plain):
            def post(self, request: HttpRequest) -> HttpResponse:
                raise AssertionError("It was posted.")

        response = get(Posting, method, path=file)

        assert response.status_code == 405
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


class TestHooks:
    def test_attributes(self, file: Path) -> None:
        response = get(
            Plain,
            path=file,
            filename="b.csv",
            content_type="text/x-mine",
            as_attachment=True,
            etag="mine",
            last_modified=datetime(2024, 1, 1, tzinfo=UTC),
            cache_control="public, max-age=60",
        )

        assert response.headers == {
            "ETag": '"mine"',
            "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT",
            "Cache-Control": "public, max-age=60",
            "Content-Type": "text/x-mine",
            "Content-Length": "10",
            "Content-Disposition": 'attachment; filename="b.csv"',
            "X-Content-Type-Options": "nosniff",
            "Accept-Ranges": "bytes",
        }
        response.close()

    def test_methods(self, file: Path) -> None:
        class Hooked(Plain):
            def get_path(self) -> Path:
                return file

            def get_filename(self) -> str:
                return "b.html"

            def get_content_type(self) -> str:
                return "text/html"

            def get_as_attachment(self) -> bool:
                return False

            def get_etag(self) -> str:
                return 'W/"mine"'

            def get_last_modified(self) -> datetime:
                return datetime(2024, 1, 1)  # in the current time zone

            def get_cache_control(self) -> None:
                return None

        response = get(Hooked)

        assert response.headers == {
            "ETag": 'W/"mine"',
            "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT",
            "Content-Type": "text/html",
            "Content-Length": "10",
            "Content-Disposition": 'inline; filename="b.html"',
            "X-Content-Type-Options": "nosniff",
            "Accept-Ranges": "bytes",
        }
        response.close()

    @pytest.mark.parametrize("use_tz", [True, False])
    def test_naive_date_is_in_the_time_zone_of_the_project_whoever_asks(
        self, file: Path, settings: Any, use_tz: bool
    ) -> None:
        settings.USE_TZ, settings.TIME_ZONE = use_tz, "Europe/Berlin"

        for zone in (None, "Asia/Tokyo", "America/New_York"):
            with timezone.override(zone):
                response = get(Plain, path=file, last_modified=datetime(2024, 1, 1))
            response.close()
            assert response.headers["Last-Modified"] == "Sun, 31 Dec 2023 23:00:00 GMT"

    def test_last_modified_is_never_in_the_future(self, file: Path) -> None:
        response = get(Plain, path=file, last_modified=datetime(2300, 1, 1, tzinfo=UTC))
        response.close()

        assert parse_http_date(response.headers["Last-Modified"]) <= time.time()

    def test_response_class(self, file: Path) -> None:
        class Whole(FileResponse):
            max_ranges = 0

        class Hooked(Plain):
            file_response_class = Whole

        response = get(Hooked, path=file, headers={"range": "bytes=0-0"})

        assert type(response) is Whole
        assert response.status_code == 200
        response.close()

    def test_arguments_of_render_to_response_win(self, file: Path) -> None:
        class Hooked(Plain):
            def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
                return self.render_to_response(None, content_type="text/csv", headers={"Cache-Control": "no-store"})

        response = get(Hooked, path=file)

        assert response.headers["Content-Type"] == "text/csv"
        assert response.headers["Cache-Control"] == "no-store"
        response.close()

    @pytest.mark.parametrize(
        ("hook", "wanted", "wrong"),
        [
            ("content_type", "str", [b"text/html", ()]),
            ("as_attachment", "bool", [0, 1, "", "yes", ()]),
            ("filename", "str or PathLike", [b"a.txt", 0]),
            ("etag", "str", [b"a", 0]),
            ("last_modified", "datetime", [0, "now"]),
            ("cache_control", "str", [False, {"private": True}]),
        ],
    )
    def test_answer_of_another_type(self, file: Path, hook: str, wanted: str, wrong: list[Any]) -> None:
        async def later() -> Any:
            raise AssertionError

        def returning(answer: Any) -> Any:
            return type("Wrong", (Plain,), {f"get_{hook}": lambda self: later() if answer is later else answer})

        for answer in (*wrong, lambda: True, later):
            with pytest.raises(TypeError) as error:
                get(returning(answer), path=file)
            message = str(error.value)
            assert message.startswith(
                f"Wrong.get_{hook}() returned {'<coroutine ' if answer is later else repr(answer)}"
            )
            assert message.endswith(f". Return {wanted} or None.")

    def test_several_async_hooks_are_one_error(self, file: Path) -> None:
        class Later(Plain):
            async def get_etag(self) -> Any:  # type: ignore[override]  # which is the error
                raise AssertionError

            async def get_filename(self) -> Any:  # type: ignore[override]  # as above
                raise AssertionError

        with pytest.raises(TypeError, match="^Later.get_filename\\(\\) returned <coroutine "):
            get(Later, path=file)

    def test_none_is_the_default_of_every_hook(self, file: Path) -> None:
        names = ("content_type", "as_attachment", "filename", "etag", "last_modified", "cache_control")
        nothing: Any = type("Default", (Plain,), {f"get_{name}": lambda self: None for name in names})

        response, usual = get(nothing, path=file), get(Plain, path=file)

        assert dict(response.headers) == {k: v for k, v in usual.headers.items() if k != "Cache-Control"}
        response.close()
        usual.close()


def test_docstring_has_every_attribute_with_its_default() -> None:
    public = {name: value for name, value in vars(FileDownloadMixin).items() if not name.startswith("_")}
    defaults = {name: value for name, value in public.items() if isinstance(value, type) or not callable(value)}
    del defaults["http_method_names"]

    shown = re.findall(r"^``(\w+) = (.*)``$", inspect.getdoc(FileDownloadMixin) or "", re.MULTILINE)

    assert {name: eval(value) for name, value in shown} == defaults


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_view_is_freed_with_its_response(file: Path, method: str) -> None:
    views: list[weakref.ref[View]] = []

    class Seen(Plain):
        def get_filename(self) -> str:
            views.append(weakref.ref(self))
            return ""

    gc.collect()
    gc.disable()
    try:
        response = Seen.as_view(path=file)(getattr(RequestFactory(), method)("/"))
        response.close()
        del response

        assert [view() for view in views] == [None]
    finally:
        gc.enable()


class TestTypesToShow:
    @pytest.mark.parametrize(
        "name",
        ["a.txt", "a.csv", "a.py", "a.png", "a.jpg", "a.mp4", "a.mp3", "a.pdf", "a.json", "a.zip", "a.gz", "a.bin"],
    )
    @pytest.mark.parametrize("source", ["path", "name", "handle", "storage", "bytes"])
    def test_types_that_run_no_script_are_shown(self, root: Path, source: str, name: str) -> None:
        response = get(Kind, contents=content(root, source, name), filename=name if source == "bytes" else "")
        response.close()

        assert response.headers["Content-Disposition"] == f'inline; filename="{name}"'
        assert response.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        "name", ["a.html", "a.htm", "a.svg", "a.xml", "a.xhtml", "a.xsl", "a.rdf", "a.js.exe", "a.swf"]
    )
    @pytest.mark.parametrize("source", ["path", "name", "handle", "storage", "bytes"])
    def test_other_types_are_saved_unless_the_view_says_otherwise(self, root: Path, source: str, name: str) -> None:
        filename = name if source == "bytes" else ""
        for method, field in (("GET", "bytes=0-"), ("GET", "bytes=99-"), ("HEAD", "bytes=0-")):
            arguments = {"method": method, "headers": {"range": field}, "filename": filename}
            saved = get(Kind, contents=content(root, source, name), **arguments)
            saved.close()
            shown = get(Kind, contents=content(root, source, name), as_attachment=False, **arguments)
            shown.close()

            assert saved.as_attachment
            assert saved.headers["X-Content-Type-Options"] == "nosniff"
            if saved.status_code != 416:
                assert saved.headers["Content-Disposition"] == f'attachment; filename="{name}"'
                assert shown.headers["Content-Disposition"] == f'inline; filename="{name}"'

    @pytest.mark.parametrize("name", ["a.html ", "a.html\u200f", "a.html\x00", "a/b.html", "x\ud800.html"])
    def test_name_counts_as_it_is_sent(self, name: str) -> None:
        assert get(Kind, contents=b"", filename=name).headers["Content-Disposition"].startswith("attachment")

    @pytest.mark.parametrize(
        "content_type",
        [
            *("text/html", "TEXT/HTML;charset=utf-8", " image/svg+xml", "nonsense", ""),
            # Browsers take the last of several types.
            *("text/plain, text/html", "application/pdf;,text/html", 'text/plain;a="b", text/html'),
        ],
    )
    def test_type_of_the_view_decides(self, content_type: str) -> None:
        view = get(Kind, contents=b"", filename="a.txt", content_type=content_type)

        assert view.headers["Content-Disposition"] == 'attachment; filename="a.txt"'

    @pytest.mark.parametrize("name", ["Content-Type", "content-type"])
    def test_type_among_the_fields_decides(self, name: str) -> None:
        class Fields(Kind):
            def render_to_response(self, context: Any = None, **response_kwargs: Any) -> Any:
                return super().render_to_response(context, headers={name: "text/html"}, **response_kwargs)

        assert get(Fields, contents=b"", filename="a.txt").headers["Content-Disposition"].startswith("attachment")

    def test_argument_decides_before_the_type(self) -> None:
        class Arguments(Kind):
            def render_to_response(self, context: Any = None, **response_kwargs: Any) -> Any:
                return super().render_to_response(context, as_attachment=False, **response_kwargs)

        assert get(Arguments, contents=b"", filename="a.html").headers["Content-Disposition"].startswith("inline")

    @pytest.mark.parametrize(("name", "saves"), [("a.html", True), ("a.txt", False)])
    @pytest.mark.parametrize("headers", [{}, {"if-none-match": "*"}])
    def test_response_class_of_ones_own_is_told(
        self, root: Path, name: str, saves: bool, headers: dict[str, str]
    ) -> None:
        told = []

        class Told(FileResponse):
            def __init__(self, content: Any, *args: Any, as_attachment: bool, **kwargs: Any) -> None:
                told.append(as_attachment)
                super().__init__(content, *args, as_attachment=as_attachment, **kwargs)

        class Own(Kind):
            file_response_class = Told

        get(Own, contents=content(root, "path", name), headers=headers).close()

        assert told == [saves]

    def test_project_extends_the_types_to_show(self) -> None:
        class Drawings(Kind):
            inline_types = FileDownloadMixin.inline_types | {"image/svg+xml"}

        assert get(Drawings, contents=b"", filename="a.svg").headers["Content-Disposition"].startswith("inline")

    def test_types_to_show_may_be_any_set(self) -> None:
        types = {"text/html"}

        shown = get(Kind, contents=b"", content_type="text/html", inline_types=types)
        saved = get(Kind, contents=b"", content_type="text/plain", inline_types=types)

        assert "Content-Disposition" not in shown.headers
        assert saved.headers["Content-Disposition"] == "attachment"


class TestPermission:
    @pytest.mark.parametrize("answer", [False, HttpResponseRedirect("/login"), Http404("hidden"), True])
    def test_view_chooses_before_the_file_is_touched(self, answer: Any) -> None:
        touched = []

        class Guarded(FileDownloadMixin, View):
            def has_download_permission(self) -> bool | HttpResponseBase:
                if isinstance(answer, Exception):
                    raise answer
                return answer  # type: ignore[no-any-return]  # of the parameters

            def get_file(self) -> Any:
                touched.append(True)
                return b"abc"

        if answer is False:
            with pytest.raises(PermissionDenied):
                get(Guarded)
        elif isinstance(answer, Http404):
            with pytest.raises(Http404, match="hidden"):
                get(Guarded)
        elif answer is True:
            assert read(get(Guarded)) == b"abc"
        else:
            assert get(Guarded) is answer
        assert bool(touched) is (answer is True)

    @pytest.mark.parametrize("kind", ["sync", "async", "async view"])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize(
        "answer",
        [
            *(None, 1, 0, "yes", "", (), (True,), (True, "reason"), [], {"allowed": True}, object(), Exception("no")),
            *(HttpResponse, bool, lambda: True, "".isascii, SimpleLazyObject(lambda: True), iter([True])),
        ],
        ids=lambda answer: type(answer).__name__,
    )
    def test_no_other_answer_sends_the_file(self, file: Path, kind: str, method: str, answer: Any) -> None:
        async def later(self: Any) -> Any:
            return answer

        async def aget_file(self: Any) -> Any:
            raise AssertionError

        hooks = {"has_download_permission": (lambda self: answer) if kind == "sync" else later}
        if kind == "async view":
            hooks["aget_file"] = aget_file
        view: Any = type("Guarded", (Plain,), hooks)

        def ask() -> Any:
            if kind == "async view":
                return asyncio.run(view.as_view()(AsyncRequestFactory().generic(method, "/")))
            return get(view, method, path=file)

        with pytest.raises(TypeError) as error:
            ask()
        assert str(error.value) == (
            f"Guarded.has_download_permission() returned {answer!r}. Return True, False for a 403, or the response to "
            "give."
        )

    def test_what_nobody_awaited_or_began_sends_no_file(self, file: Path) -> None:
        async def ask() -> bool:
            raise AssertionError

        class Unawaited(Plain):
            async def has_download_permission(self) -> Any:
                return ask()

        class UnawaitedTwice(Plain):
            async def has_download_permission(self) -> Any:
                return super().has_download_permission

        class Begun(Plain):
            def has_download_permission(self) -> Any:
                yield True

        class BegunLater(Plain):
            async def has_download_permission(self) -> Any:
                yield True

        for view in (Unawaited, UnawaitedTwice, Begun, BegunLater):
            with pytest.raises(
                TypeError, match=rf"^{view.__name__}\.has_download_permission\(\) returned <.*>\. Return"
            ):
                get(view, path=file)

    @pytest.mark.parametrize("is_async", [False, True])
    def test_it_may_be_async(self, file: Path, is_async: bool) -> None:
        class Guarded(FileDownloadMixin, View):
            path = file

            async def has_download_permission(self) -> bool:
                await asyncio.sleep(0)
                return self.request.method == "HEAD"

        class AsyncGuarded(Guarded):
            async def aget_file(self) -> Any:
                return file

        def ask(method: str) -> Any:
            if not is_async:
                return get(Guarded, method)
            request = AsyncRequestFactory().generic(method, "/")
            return asyncio.run(AsyncGuarded.as_view()(request))

        with pytest.raises(PermissionDenied):
            ask("GET")
        assert read(ask("HEAD")) == b""

    def test_it_may_look_at_the_object(self, invoice: Invoice) -> None:
        class Guarded(Detail):
            def has_download_permission(self) -> bool:
                return bool(self.object.number == "8")

        with pytest.raises(PermissionDenied):
            get(Guarded, invoice=invoice)


class TestMissingFiles:
    @pytest.mark.parametrize(
        "path",
        [
            *(
                "missing",
                "sub",
                "sub/",
                "sub/a.txt/",
                "sub/a.txt/x",
                "../secret.txt",
                "/etc/passwd",
                "sub/../sub/a.txt",
            ),
            *(
                "nul",
                "C:/x",
                "a\0b",
                "sub\\a.txt",
                "a" * 300,
                "a/" * 3000 + "a",
                "\ud800",
                "",
                ".",
                "link",
                "loop",
                "pipe",
            ),
        ],
        ids=lambda path: repr(path[:20]),
    )
    def test_404_that_does_not_say_why(self, root: Path, path: str, caplog: pytest.LogCaptureFixture) -> None:
        (root / "link").symlink_to("../secret.txt")
        (root / "loop").symlink_to("loop")
        os.mkfifo(root / "pipe")

        with pytest.raises(Http404) as error:
            get(Plain, root=root, kwargs={"path": path})

        assert str(error.value) == "There is no such file."
        assert len(caplog.messages) == 1
        assert caplog.messages[0].startswith("Plain has no file to send: ")

    @pytest.mark.parametrize("path", ["a" * 200_000, "a/" * 100_000 + "a", "a" * 256, "a/" + "a" * 256 + "/a"])
    def test_name_of_no_file_is_refused_before_any_system_call(
        self, root: Path, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def call(*args: Any, **kwargs: Any) -> Any:
            raise AssertionError

        for name in ("open", "stat", "lstat", "access"):
            monkeypatch.setattr(os, name, call)

        with pytest.raises(Http404):
            get(Plain, root=root, kwargs={"path": path})

    @pytest.mark.parametrize("hook", ["get_filename", "get_etag"])
    @pytest.mark.parametrize("headers", [{}, {"If-None-Match": "*"}])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_directory_that_is_exchanged_for_a_link_between_the_hooks(
        self, root: Path, hook: str, headers: dict[str, str], method: str
    ) -> None:
        def exchange(view: Any) -> None:
            (root / "sub").rename(root / "aside")
            (root / "sub").symlink_to("..")

        (root.parent / "a.txt").write_bytes(b"secret")
        view = type("Exchanging", (Plain,), {hook: exchange})

        with pytest.raises(Http404):
            get(view, method, headers=headers, root=root, kwargs={"path": "sub/a.txt"})

    @pytest.mark.parametrize("path", ["a\r\nERROR", "../a\r\nERROR", "sub/\u2028b\r\nERROR"])
    def test_text_of_the_client_makes_no_line_of_its_own(
        self, root: Path, path: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        with pytest.raises(Http404):
            get(Plain, root=root, kwargs={"path": path})

        assert caplog.messages[0].isprintable()
        assert "\\r\\nERROR" in caplog.messages[0]

    @pytest.mark.parametrize("error", [OSError(2, "Gone\nERROR"), SuspiciousFileOperation("a\nERROR")])
    def test_error_of_a_storage_makes_no_line_of_its_own(
        self, error: Exception, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Failing(Plain):
            def get_file(self) -> Any:
                raise error

        with pytest.raises(Http404):
            get(Failing)

        assert caplog.messages == [f"Failing has no file to send: {error}".replace("\n", "\\n")]

    def test_file_that_may_not_be_read(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def forbidden(*args: Any, **kwargs: Any) -> int:
            raise PermissionError(13, "Permission denied", str(file))

        monkeypatch.setattr(os, "open", forbidden)

        with pytest.raises(Http404):
            get(Plain, path=file)

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_pipe_in_a_storage_does_not_wait_for_a_writer(self, root: Path, invoice: Invoice, method: str) -> None:
        os.mkfifo(root / "pipe")
        invoice.pdf.name = "pipe"

        class Stored(FileDownloadMixin, View):
            def get_file(self) -> Any:
                return FileSystemStorage(root), "pipe"

        with pytest.raises(Http404):
            get(Detail, method, invoice=invoice)
        with pytest.raises(Http404):
            get(Stored, method)

    def test_no_more_descriptors_is_no_404(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def exhausted(*args: Any, **kwargs: Any) -> int:
            raise OSError(24, "Too many open files", str(file))

        monkeypatch.setattr(os, "open", exhausted)

        with pytest.raises(OSError, match="Too many open files"):
            get(Plain, path=file)

    def test_get_file_that_fails_otherwise(self) -> None:
        class Failing(FileDownloadMixin, View):
            def get_file(self) -> Any:
                raise OSError(24, "Too many open files")

        with pytest.raises(OSError, match="Too many open files"):
            get(Failing)

    @pytest.mark.parametrize("name", ["", None])
    def test_empty_field(self, invoice: Invoice, name: Any, caplog: pytest.LogCaptureFixture) -> None:
        invoice.pdf = name

        with pytest.raises(Http404, match=r"^There is no such file\.$"):
            get(Detail, invoice=invoice)
        assert caplog.messages == ["Detail has no file to send: the pdf of <Invoice: 7> is empty"]

    @pytest.mark.parametrize("name", ["missing.pdf", "../secret.txt"])
    def test_field_whose_file_is_gone_or_outside_its_storage(self, invoice: Invoice, name: str) -> None:
        invoice.pdf = name

        with pytest.raises(Http404, match=r"^There is no such file\.$"):
            get(Detail, invoice=invoice)

    def test_get_file_that_finds_none(self) -> None:
        class Gone(FileDownloadMixin, View):
            def get_file(self) -> Any:
                raise FileNotFoundError("s3://bucket/key")

        with pytest.raises(Http404):
            get(Gone)

    def test_empty_field_that_get_file_returns(self, invoice: Invoice, caplog: pytest.LogCaptureFixture) -> None:
        invoice.pdf = ""

        class Mine(FileDownloadMixin, View):
            def get_file(self) -> Any:
                return invoice.pdf

        with pytest.raises(Http404):
            get(Mine)
        assert caplog.messages == ["Mine has no file to send: the pdf of <Invoice: 7> is empty"]

    @pytest.mark.parametrize("kind", [str, Path, tuple])
    def test_null_character(self, root: Path, kind: Any) -> None:
        class Named(FileDownloadMixin, View):
            def get_file(self) -> Any:
                name = self.kwargs["name"]
                return (FileSystemStorage(root), name) if kind is tuple else kind(root / name)

        with pytest.raises(Http404):
            get(Named, kwargs={"name": "a\0b"})

    def test_null_character_in_a_field(self, invoice: Invoice) -> None:
        invoice.pdf = "a\0b"

        with pytest.raises(Http404):
            get(Detail, invoice=invoice)

    @pytest.mark.parametrize("name", ["", "sub", "a.txt/x", "sub/a.txt/x"])
    def test_name_that_no_storage_has(self, root: Path, name: str) -> None:
        in_memory = InMemoryStorage()
        in_memory.save("a.txt", ContentFile(b"abc"))
        in_memory.save("sub/a.txt", ContentFile(b"abc"))
        (root / "a.txt").write_bytes(b"abc")

        for storage in (in_memory, FileSystemStorage(root)):
            view: Any = type("Stored", (Plain,), {"get_file": lambda self, storage=storage: (storage, name)})
            with pytest.raises(Http404):
                get(view)

    def test_storage_without_the_name(self) -> None:
        class Stored(FileDownloadMixin, View):
            def get_file(self) -> Any:
                return InMemoryStorage(), "missing"

        with pytest.raises(Http404):
            get(Stored)


class TestLog:
    @pytest.fixture(autouse=True)
    def _urls(self, settings: Any, root: Path) -> None:
        settings.ROOT_URLCONF = "tests.views.download_urls"
        settings.FILES = root

    @pytest.mark.parametrize("debug", [False, True])
    @pytest.mark.parametrize("path", ["missing", "../secret.txt", ".env", "sub", "a" * 300])
    def test_each_404_is_logged_once(
        self, client: Any, settings: Any, path: str, debug: bool, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.DEBUG = debug
        caplog.set_level("DEBUG")

        for method in (client.get, client.head):
            caplog.clear()
            response = method(f"/tree/{path}")

            assert response.status_code == 404
            [record] = [record for record in caplog.records if record.name != "django.template"]
            assert record.getMessage().startswith("Tree has no file to send: ")
            assert record.levelname == "WARNING"
            assert record.status_code == 404
            assert record.request is response.wsgi_request

    def test_each_404_under_asgi_is_logged_once(self, async_client: Any, caplog: pytest.LogCaptureFixture) -> None:
        response = asyncio.run(async_client.get("/tree/missing"))

        assert response.status_code == 404
        assert [record.name for record in caplog.records] == ["django_extras.views.download"]

    @pytest.mark.django_db
    def test_other_404s_are_django_s_to_log(self, client: Any, caplog: pytest.LogCaptureFixture) -> None:
        client.get("/nowhere")
        client.get("/invoices/99.pdf")
        client.post("/tree/missing")

        assert caplog.messages == [
            "Not Found: /nowhere",
            "Not Found: /invoices/99.pdf",
            "Method Not Allowed (POST): /tree/missing",
        ]


class TestWrongSetup:
    def message(self, view: Any, **arguments: Any) -> str:
        with pytest.raises(ImproperlyConfigured) as error:
            get(view, **arguments)
        return str(error.value)

    def test_no_file(self) -> None:
        assert self.message(Plain) == (
            "Plain is missing a file. Define Plain.file_field, Plain.path, Plain.root and a path argument in the URL, "
            "or override Plain.get_file()."
        )

    def test_path_in_the_url_but_no_root(self) -> None:
        assert self.message(Plain, kwargs={"path": "a"}) == (
            "Plain is missing the directory that the URL's path is below. Define Plain.root, or override "
            "Plain.get_path()."
        )

    @pytest.mark.parametrize("root", ["", "/nowhere"])
    def test_root_that_is_no_directory(self, root: str) -> None:
        assert self.message(Plain, root=root, kwargs={"path": "a"}) == (
            f"Plain.root is {root!r}, which is no directory. Create it, or set Plain.root to one that exists."
        )

    def test_empty_root_is_not_that_of_the_system(self, root: Path) -> None:
        assert self.message(Plain, root="", kwargs={"path": f"{root}/a.txt".removeprefix("/")}) == (
            "Plain.root is '', which is no directory. Create it, or set Plain.root to one that exists."
        )

    def test_path_that_is_a_directory(self, root: Path) -> None:
        assert self.message(Plain, path=root) == (
            f"Plain.path is '{root}', which is a directory. Set it to a file, or set Plain.root to send the files "
            f"below it."
        )

    @pytest.mark.parametrize("field", ["number", "missing", "pk"])
    def test_field_that_is_no_file(self, invoice: Invoice, field: str) -> None:
        assert self.message(Detail, invoice=invoice, file_field=field) == (
            f"Detail.file_field is {field!r}, which is no file field of Invoice. Name one that is, or override "
            f"Detail.get_file()."
        )

    def test_field_without_an_object(self) -> None:
        assert self.message(Plain, file_field="pdf") == (
            "Plain.file_field is 'pdf', but Plain has no object. Add DetailView to its bases, or override "
            "Plain.get_file()."
        )

    def test_root_without_a_path_in_the_url(self, root: Path) -> None:
        assert self.message(Plain, root=root, kwargs={"name": "a"}) == (
            "Plain is missing the path below its root: the URL has no argument of that name. Define Plain.path, or "
            "override Plain.get_file()."
        )

    @pytest.mark.parametrize("hook", ["get_file", "aget_file"])
    @pytest.mark.parametrize(
        "file", [None, 5, {}, ("a",), ("a", InMemoryStorage()), HttpResponse()], ids=lambda file: type(file).__name__
    )
    def test_what_is_no_file(self, hook: str, file: Any) -> None:
        async def aget_file(self: Any) -> Any:
            return file

        view: Any = type("Wrong", (Plain,), {hook: aget_file if hook == "aget_file" else lambda self: file})

        def ask() -> Any:
            if hook == "get_file":
                return get(view)
            return asyncio.run(view.as_view()(AsyncRequestFactory().get("/")))

        with pytest.raises(TypeError) as error:
            ask()
        remedy = "a file name, a file in binary mode, bytes, an iterator of bytes, or "
        assert str(error.value) == (
            f"Wrong.{hook}() returned {file!r}. Return {'' if isinstance(file, tuple) else remedy}a storage and a "
            "name in it."
        )

    def test_async_get_file(self) -> None:
        class Awaited(FileDownloadMixin, View):
            async def get_file(self) -> Any:
                raise AssertionError

        with pytest.raises(TypeError) as error:
            get(Awaited)
        assert str(error.value) == "Awaited.get_file() is async. Call it aget_file()."

    def test_aget_file_that_is_not_async(self, file: Path) -> None:
        view: Any = type("Sync", (Plain,), {"aget_file": lambda self: file})

        assert read(asyncio.run(view.as_view()(AsyncRequestFactory().head("/")))) == b""

    @pytest.mark.parametrize("etag", ['bad"quote', "two words", "é€", "a\nb"])
    def test_etag_that_cannot_be_sent(self, file: Path, etag: str) -> None:
        with pytest.raises(ValueError, match="cannot be sent") as error:
            get(Plain, path=file, etag=etag)
        assert str(error.value) == (
            f"Plain.get_etag() returned {etag!r}, which cannot be sent. Return a text without spaces, quotes and "
            "controls."
        )

    def test_handle_is_closed_if_a_hook_after_it_fails(self, file: Path) -> None:
        handle = file.open("rb")

        class Opening(FileDownloadMixin, View):
            etag = "a b"

            def get_file(self) -> Any:
                return handle

        with pytest.raises(ValueError, match="cannot be sent"):
            get(Opening)
        assert handle.closed

    def test_async_file_is_closed_if_a_hook_after_it_fails(self) -> None:
        closed = []

        class Content:
            async def __aiter__(self) -> AsyncIterator[bytes]:
                yield b""

            async def close(self) -> None:
                closed.append(True)

        class Opening(FileDownloadMixin, View):
            etag = "a b"

            def get_file(self) -> Any:
                return Content()

        with pytest.raises(ValueError, match="cannot be sent"):
            get(Opening)
        assert closed

    def test_text_mode(self, file: Path) -> None:
        class Text(FileDownloadMixin, View):
            def get_file(self) -> Any:
                return handle

        with file.open() as handle, pytest.raises(TypeError) as error:
            get(Text)
        assert str(error.value) == (
            'Text.get_file() returned a file in text mode. Open it in binary mode: open(name, "rb").'
        )

    @pytest.mark.parametrize("base", [View, DetailView, TemplateView])
    def test_wrong_order_of_bases(self, base: Any) -> None:
        with pytest.raises(ImproperlyConfigured) as error:
            type("Wrong", (base, FileDownloadMixin), {})
        assert str(error.value) == (
            f"Wrong would send no file, as FileDownloadMixin comes after a view. Write class "
            f"Wrong(FileDownloadMixin, {base.__name__})."
        )

    def test_file_opened_here_is_closed_if_the_response_fails(self, file: Path) -> None:
        storage = FileSystemStorage(file.parent)
        before = os.listdir("/proc/self/fd")

        for source in (file, str(file), (storage, "a.txt"), b"abc"):
            view = type("Generated", (Plain,), {"get_file": lambda self, source=source: source})
            with pytest.raises(ValueError):  # noqa: PT011  # Django's message
                get(view, cache_control="a\nb")

        assert os.listdir("/proc/self/fd") == before


class TestStatus:
    @pytest.mark.parametrize(
        "bases", [(StatusResponseMixin, FileDownloadMixin), (FileDownloadMixin, StatusResponseMixin)]
    )
    def test_another_status_sends_the_whole_file(self, file: Path, bases: tuple[type, type]) -> None:
        view = type("Answer", (*bases, View), {"path": file, "status_code": 203})

        response = get(view, headers={"range": "bytes=0-0", "if-none-match": "*"})

        assert response.status_code == 203
        assert "Accept-Ranges" not in response.headers
        assert read(response) == b"0123456789"

    @pytest.mark.parametrize(
        "bases", [(StatusResponseMixin, FileDownloadMixin), (FileDownloadMixin, StatusResponseMixin)]
    )
    def test_status_200_keeps_ranges(self, file: Path, bases: tuple[type, type]) -> None:
        view = type("Answer", (*bases, View), {"path": file, "status_code": 200})

        assert read(get(view, headers={"range": "bytes=0-0"})) == b"0"


class TestAsync:
    """Views whose file is awaited: nothing touches a file in the thread of the event loop."""

    def request(self, **headers: str) -> HttpRequest:
        return AsyncRequestFactory().get("/", headers=headers)

    def body(self, view: Any, **headers: str) -> tuple[int, bytes]:
        async def answer() -> tuple[int, bytes]:
            response = await view.as_view()(self.request(**headers))
            parts = [part async for part in response]
            response.close()
            return response.status_code, b"".join(parts)

        return asyncio.run(answer())

    def test_aget_file_makes_a_plain_view_async(self, file: Path) -> None:
        class Awaited(FileDownloadMixin, View):
            async def aget_file(self) -> Any:
                await asyncio.sleep(0)
                return file

        assert Awaited.view_is_async
        assert self.body(Awaited) == (200, b"0123456789")
        assert self.body(Awaited, range="bytes=1-2") == (206, b"12")

    @pytest.mark.parametrize("kind", [aiofiles.open, anyio.open_file])
    def test_aget_file_may_open_a_file_of_aiofiles_or_anyio(self, file: Path, kind: Any) -> None:
        opened = []

        class Awaited(FileDownloadMixin, View):
            async def aget_file(self) -> Any:
                opened.append(await kind(file, "rb"))
                return opened[-1]

        assert self.body(Awaited) == (200, b"0123456789")
        assert self.body(Awaited, range="bytes=1-2") == (206, b"12")
        assert self.body(Awaited, if_none_match="*") == (304, b"")
        assert all(getattr(handle, "wrapped", handle).closed for handle in opened)

    def test_aget_file_of_a_subclass(self, file: Path) -> None:
        class Awaited(FileDownloadMixin, View):
            async def aget_file(self) -> Any:
                return file

        class Sub(Awaited):
            filename = "b.txt"

        assert self.body(Sub) == (200, b"0123456789")

    def test_aget_file_may_ask_for_the_file_of_the_view(self, file: Path) -> None:
        class Awaited(Plain):
            path = file

            async def aget_file(self) -> Any:
                path: Any = await super().aget_file()
                return path

        assert self.body(Awaited) == (200, b"0123456789")

    def test_aget_file_with_the_object_of_a_detail_view(self, invoice: Invoice) -> None:
        class Awaited(Detail):
            async def aget_file(self) -> Any:
                return self.object.pdf

        Awaited.invoice = invoice
        assert self.body(Awaited) == (200, b"0123456789")

    def test_async_get_of_the_view(self, file: Path) -> None:
        class Awaited(Plain):
            path = file

            async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return await self.arender_to_response()

        assert self.body(Awaited) == (200, b"0123456789")

    def test_sync_get_of_the_view_with_an_async_file(self, file: Path) -> None:
        class Mixed(FileDownloadMixin, View):
            def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
                return self.render_to_response()

            async def aget_file(self) -> Any:
                return file

        assert read(get(Mixed)) == b"0123456789"

    def test_file_is_opened_in_another_thread(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        threads: list[int] = []

        class Watching(FileResponse):
            def set_headers(self, filelike: Any) -> None:
                threads.append(threading.get_ident())
                super().set_headers(filelike)

        class Awaited(FileDownloadMixin, View):
            file_response_class: ClassVar[type[FileResponse]] = Watching

            async def aget_file(self) -> Any:
                assert threading.get_ident() == loop_thread
                return file

        loop_thread = threading.get_ident()
        assert self.body(Awaited) == (200, b"0123456789")
        assert threads
        assert loop_thread not in threads

    def test_missing_file(self) -> None:
        class Awaited(FileDownloadMixin, View):
            async def aget_file(self) -> Any:
                return "/nowhere"

        with pytest.raises(Http404):
            self.body(Awaited)


@pytest.mark.django_db
def test_whole_way_from_the_url(client: Any, settings: Any, root: Path) -> None:
    settings.ROOT_URLCONF = "tests.views.download_urls"
    settings.FILES = root
    settings.MEDIA_ROOT = root
    invoice = Invoice.objects.create(number="7", pdf="sub/a.txt")

    def contents() -> Iterator[bytes]:
        for url in ("/tree/sub/a.txt", f"/invoices/{invoice.pk}.pdf"):
            yield client.get(url).getvalue()

    assert list(contents()) == [b"0123456789"] * 2
    assert client.get("/invoices/99.pdf").status_code == 404
    assert client.get("/tree/../secret.txt").status_code == 404
    assert client.get("/tree/%2e%2e/secret.txt").status_code == 404
