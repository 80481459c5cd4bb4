"""What the tests of http share: the file "notes.txt" of last summer, and answers to requests for it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from django_extras.http import FileResponse
from tests.files import LAST_SUMMER, etag_of, make_request, with_etag


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"0123456789")
    os.utime(path, (LAST_SUMMER, LAST_SUMMER))
    return path


@pytest.fixture
def answer(text: Path) -> Iterator[Callable[..., FileResponse]]:
    """Return a function that answers a request with the headers, and close its answers. ETAG is that of the file."""
    responses = []

    def answer(method: str = "GET", content: Any = None, **headers: str) -> FileResponse:
        request = make_request(method, **with_etag(headers, etag_of(text)))
        response = FileResponse(text if content is None else content, request=request)
        responses.append(response)
        return response

    yield answer
    for response in responses:
        response.close()
