"""What the tests of files share: a file of last summer, requests for it, and what a response sends."""

import asyncio
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.db.models.fields.files import FieldFile
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.http import http_date
from django.views import View

from django_extras.http import FileResponse
from django_extras.views import FileDownloadMixin
from tests.models import Invoice

LAST_SUMMER = 1_750_000_000
DATE = http_date(LAST_SUMMER)
EPOCH = http_date(0)
#: Stands for the entity tag of a file, until with_etag() puts the real one in its place.
ETAG = '"the entity tag of the file"'


class Unreadable(io.BytesIO):
    """A file that fails the test when it is read."""

    def read(self, size: int | None = -1) -> bytes:
        raise AssertionError("The file was read.")


class StoredView(FileDownloadMixin, View):
    """A view of a file of a storage."""

    storage: Any = None
    name = "notes.txt"

    def get_file(self) -> Any:
        return self.storage, self.name


def make_request(method: str = "GET", **headers: str) -> HttpRequest:
    """Return a request with the headers, which may be written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RequestFactory().generic(method, "/", headers=named)


def etag_of(path: Path) -> str:
    """Return the entity tag of a file of the operating system."""
    status = path.stat()
    return f'"{status.st_ctime_ns:x}-{status.st_size:x}"'


def with_etag(fields: Mapping[str, str], etag: str) -> dict[str, str]:
    """Return the fields with the real entity tag in place of ETAG."""
    return {name: value.replace(ETAG, etag) for name, value in fields.items()}


def body(response: FileResponse) -> bytes:
    """Return what the response sends."""
    return b"".join(response)


async def async_body(response: FileResponse) -> bytes:
    """Return what the response sends under ASGI."""
    return b"".join([part async for part in response])


def read(response: FileResponse) -> bytes:
    """Return what the response sends, and close it."""
    try:
        return body(response)
    finally:
        response.close()


async def aread(response: FileResponse) -> bytes:
    """Return what the response sends under ASGI, and close it."""
    try:
        return await async_body(response)
    finally:
        response.close()


def both(make: Callable[[], FileResponse]) -> bytes:
    """Return the body of a response that is made twice: under WSGI and under ASGI it is the same."""
    content = read(make())
    assert asyncio.run(aread(make())) == content
    return content


def field_file(storage: Any, kind: type[FieldFile] = FieldFile) -> FieldFile:
    """Return the file "notes.txt" of a storage as that of a field."""
    file = kind(Invoice(), Invoice._meta.get_field("pdf"), "notes.txt")
    file.storage = storage
    return file
