"""Which bodies fill in a form, and what becomes of the others."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncRequestFactory, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from django_extras.http import HttpError
from django_extras.views._bodies import read_body

ACCEPTED = "application/json, multipart/form-data, application/x-www-form-urlencoded"
METHODS = ["POST", "PUT", "PATCH"]


def request(content: Any, content_type: str, method: str = "POST", **extra: Any) -> Any:
    return RequestFactory().generic(method, "/", content, content_type, **extra)


def refused(content: Any, content_type: str, method: str = "POST") -> HttpError:
    with pytest.raises(HttpError) as caught:
        read_body(request(content, content_type, method))
    return caught.value


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "content_type",
    [
        *("application/json", "application/json; charset=utf-8", "Application/JSON"),
        *("application/vnd.api+json", "application/merge-patch+json", "application/ld+json;profile=x"),
    ],
)
def test_json_is_read(method: str, content_type: str) -> None:
    asked = request(b'\xef\xbb\xbf{"a": 1.50, "b": null}', content_type, method)

    body = read_body(asked)

    assert body.json is not None
    assert (str(body.json["a"]), body.json["b"]) == ("1.50", None)
    assert body.data.dict() == asked.POST.dict() == {"a": "1.50", "b": ""}
    assert dict(body.files) == {}


@pytest.mark.parametrize("method", METHODS)
def test_what_browsers_send_is_read_with_every_method(method: str) -> None:
    upload = SimpleUploadedFile("a.txt", b"content")
    multipart = encode_multipart(BOUNDARY, {"a": ["1", "2"], "file": upload})

    form = read_body(request("a=1&a=2&b=%C3%A9", "application/x-www-form-urlencoded", method))
    asked = request(multipart, MULTIPART_CONTENT, method)
    with_file = read_body(asked)

    assert (form.json, dict(form.data.lists())) == (None, {"a": ["1", "2"], "b": ["é"]})
    assert (with_file.json, with_file.data.getlist("a")) == (None, ["1", "2"])
    assert with_file.files["file"].read() == b"content"
    assert asked.method == method
    assert asked.FILES is with_file.files
    asked.close()
    assert with_file.files["file"].closed


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "content_type",
    [
        *("text/plain", "text/json", "application/xml", "application/jsonp", "application/x+json+x", "json", "*/*"),
        *("application/json-seq", "multipart/mixed", "application/octet-stream", "text/plain;application/json"),
    ],
)
def test_other_types_are_refused_with_those_that_are_taken(method: str, content_type: str) -> None:
    error = refused(b'{"a": 1}', content_type, method)

    field = "Accept-Patch" if method == "PATCH" else "Accept"
    assert (error.status, error.headers[field]) == (415, ACCEPTED)
    assert error.detail == ("Send application/json, multipart/form-data or application/x-www-form-urlencoded.")


@pytest.mark.parametrize("method", METHODS)
def test_a_body_without_a_type_is_refused(method: str) -> None:
    assert refused(b"{}", "", method).status == 415


@pytest.mark.parametrize("method", [*METHODS, "DELETE"])
def test_no_body_is_an_empty_object(method: str) -> None:
    assert read_body(request(b"", "", method)).json == {}


@pytest.mark.parametrize("length", ["", "0"])
def test_what_is_not_there_has_no_type(length: str) -> None:
    # runserver says text/plain where a client says nothing.
    assert read_body(request(b"", "", CONTENT_TYPE="text/plain", CONTENT_LENGTH=length)).json == {}


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", MULTIPART_CONTENT])
@pytest.mark.parametrize("method", METHODS)
def test_a_body_in_chunks_that_django_does_not_read_is_refused(content_type: str, method: str) -> None:
    asked = request(b"x", content_type, method, HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")

    with pytest.raises(HttpError) as caught:
        read_body(asked)

    assert (caught.value.status, caught.value.detail) == (411, "Send the length of the body in Content-Length.")


def test_a_body_in_chunks_that_a_server_has_put_together_is_read() -> None:
    assert read_body(request(b"{}", "application/json", HTTP_TRANSFER_ENCODING="chunked")).json == {}


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", MULTIPART_CONTENT])
def test_a_body_in_chunks_under_asgi(content_type: str) -> None:
    fields = {"Transfer-Encoding": "chunked"}
    asked: Any = AsyncRequestFactory().generic("POST", "/", b'{"a": 1}', content_type, headers=fields)
    del asked.META["CONTENT_LENGTH"]

    if content_type == MULTIPART_CONTENT:
        with pytest.raises(HttpError) as caught:
            read_body(asked)
        assert caught.value.status == 411
    else:
        assert read_body(asked).json in ({"a": 1}, None)


def test_delete_has_no_body_whatever_its_type_says() -> None:
    assert read_body(request(b"", "application/json", "DELETE", CONTENT_TYPE="application/json")).json == {}


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"{", "Expecting property name enclosed in double quotes: line 1 column 2."),
        (b'{"a": 1, "a": 2}', "This key is there twice: #/a."),
        (b'{"a": NaN}', "NaN is not a number at #/a."),
        (b"\xff", "The text is not UTF-8 at byte 1."),
    ],
)
def test_malformed_json_is_refused_with_its_place(content: bytes, detail: str) -> None:
    error = refused(content, "application/json")

    assert (error.status, error.detail) == (400, detail)


def test_an_empty_body_is_no_json() -> None:
    asked = request(b"", "", CONTENT_TYPE="application/json")

    with pytest.raises(HttpError) as caught:
        read_body(asked)

    assert (caught.value.status, caught.value.detail) == (400, "Expecting value: line 1 column 1.")


@pytest.mark.parametrize("value", [[], [{}], "a", 1, 1.5, True, None])
def test_json_that_is_no_object_is_refused(value: Any) -> None:
    error = refused(json.dumps(value), "application/json")

    assert error.status == 422
    assert error.errors == [{"detail": "Send an object.", "pointer": "#", "code": "invalid"}]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", MULTIPART_CONTENT])
def test_a_body_that_is_too_large_is_refused(method: str, content_type: str, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20
    values = {"a": "x" * 30}
    content: Any = json.dumps(values)
    if content_type == MULTIPART_CONTENT:
        content = encode_multipart(BOUNDARY, values)

    error = refused(content, content_type, method)

    assert (error.status, error.detail) == (413, "Send at most 20 bytes.")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_a_body_may_have_all_that_is_allowed(method: str, content_type: str, settings: Any) -> None:
    content = b'{"a": "bcd"}' if content_type == "application/json" else b"a=bcdefghijk"
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = len(content)

    assert "a" in read_body(request(content, content_type, method)).data
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE -= 1
    assert refused(content, content_type, method).status == 413
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    assert "a" in read_body(request(content, content_type, method)).data


def test_a_file_may_be_larger(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20
    upload = SimpleUploadedFile("a.txt", b"x" * 1000)

    body = read_body(request(encode_multipart(BOUNDARY, {"file": upload}), MULTIPART_CONTENT, "PUT"))

    assert body.files["file"].size == 1000


@pytest.mark.parametrize("method", METHODS)
def test_a_broken_upload_is_refused(method: str) -> None:
    assert refused(b"x", "multipart/form-data", method).status == 400
    assert refused(b"x", "multipart/form-data; boundary=" + "x" * 300, method).status == 400


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", MULTIPART_CONTENT])
def test_a_body_that_breaks_off_is_refused(content_type: str) -> None:
    class Broken:
        def read(self, size: int | None = None) -> bytes:
            raise OSError("gone")

    asked = request(b"x", content_type)
    asked._stream = Broken()
    asked._stream.seekable = lambda: False
    asked._stream.close = lambda: None

    with pytest.raises(HttpError) as caught:
        read_body(asked)

    assert caught.value.status == 400


def test_what_htmx_sends_is_a_form_encoding() -> None:
    body = read_body(request(b'{"gift": "on", "tags": "a"}', "application/json", HTTP_HX_REQUEST="true"))

    assert (body.json, body.data.dict()) == (None, {"gift": "on", "tags": "a"})


def test_data_have_the_prefix_of_a_form() -> None:
    body = read_body(request(b'{"a": 1}', "application/json"))

    assert dict(body.data_for("p")) == {"p-a": ["1"]}
    assert body.data_for(None) is body.data
