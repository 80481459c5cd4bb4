"""FileResponse.make_conditional(): 200, 206, 304, 412 and 416, their fields and bodies."""

import asyncio
import gzip
import io
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.utils.http import http_date
from hypothesis import given
from hypothesis import strategies as st

from django_extras.http import FileResponse
from tests.files import (
    DATE,
    EPOCH,
    ETAG,
    LAST_SUMMER,
    Unreadable,
    async_body,
    body,
    etag_of,
    field_file,
    make_request,
    with_etag,
)

#: The fields of the whole file.
OK_FIELDS = {
    "Content-Type": "text/plain",
    "Content-Length": "10",
    "Content-Disposition": 'inline; filename="notes.txt"',
    "Last-Modified": DATE,
    "X-Content-Type-Options": "nosniff",
    "ETag": ETAG,
    "Accept-Ranges": "bytes",
}

Answer = Callable[..., FileResponse]


@pytest.fixture
def ok_fields(text: Path) -> dict[str, str]:
    return with_etag(OK_FIELDS, etag_of(text))


def test_without_conditions(answer: Answer, ok_fields: dict[str, str]) -> None:
    response = answer()

    assert response.status_code == 200
    assert response.headers == ok_fields
    assert response.file_to_stream is not None
    assert body(response) == b"0123456789"


def test_ranges_that_the_caller_denies(text: Path) -> None:
    for method in ("GET", "HEAD"):
        response = FileResponse(text, headers={"accept-ranges": "none"}, request=make_request(method))

        assert response.headers["Accept-Ranges"] == "none"
        response.close()


@pytest.mark.parametrize("is_open", [False, True])
def test_reason_of_the_caller_is_that_of_the_whole(text: Path, is_open: bool) -> None:
    for method, fields, reason in (
        ("GET", {}, "Fine"),
        ("HEAD", {}, "Fine"),
        ("GET", {"if_none_match": "*"}, "Not Modified"),
    ):
        content: Any = text.open("rb") if is_open else text
        response = FileResponse(content, reason="Fine", request=make_request(method, **fields))

        assert response.reason_phrase == reason
        response.close()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_type_that_is_given_twice(text: Path, method: str) -> None:
    with pytest.raises(ValueError, match="got content_type, and Content-Type in headers"):
        FileResponse(text, "text/css", headers={"content-type": "text/csv"}, request=make_request(method))


def test_returns_the_response(text: Path) -> None:
    response = FileResponse(text)

    assert response.make_conditional(make_request()) is response
    response.close()


@pytest.mark.parametrize("is_open", [False, True])
def test_validators_of_the_caller_count_whether_the_file_is_open_or_not(text: Path, is_open: bool) -> None:
    for fields, conditions, status in [
        ({"ETag": '"mine"'}, {"if_none_match": '"mine"'}, 304),
        ({"etag": '"mine"'}, {"if_match": etag_of(text)}, 412),
        ({"Last-Modified": http_date(0)}, {"if_modified_since": http_date(0)}, 304),
        ({"last-modified": http_date(LAST_SUMMER + 60)}, {"if_unmodified_since": http_date(LAST_SUMMER)}, 412),
    ]:
        response = FileResponse(
            text.open("rb") if is_open else text, headers=fields, request=make_request(**conditions)
        )
        response.close()

        assert response.status_code == status


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("name", ["Cache-Control", "Content-Location", "ETag", "Expires", "Last-Modified"])
def test_412_and_416_have_no_field_of_a_success_in_whatever_case(text: Path, name: str, is_open: bool) -> None:
    for conditions in ({"if_match": '"x"'}, {"range": "bytes=10-"}):
        content: Any = text.open("rb") if is_open else text
        response = FileResponse(content, headers={name.lower(): '"a"'}, request=make_request(**conditions))
        response.close()

        assert response.status_code in {412, 416}
        assert name not in response.headers


def test_status_of_the_class_has_no_conditions(text: Path) -> None:
    class Missing(FileResponse):
        status_code = 404

    response = Missing(text, request=make_request(if_none_match="*"))

    assert response.status_code == 404
    assert b"".join(response) == b"0123456789"
    response.close()


def test_make_conditional_after_a_look_at_the_content_raises(text: Path) -> None:
    response = FileResponse(text)
    next(response.streaming_content)

    with pytest.raises(RuntimeError):
        response.make_conditional(make_request())
    response.close()


@pytest.mark.parametrize("is_async", [False, True])
def test_make_conditional_after_the_end_of_no_body_raises(text: Path, is_async: bool) -> None:
    async def drain() -> None:
        async for _ in response:
            pass

    response = FileResponse(text, request=make_request("HEAD"))
    asyncio.run(drain()) if is_async else list(response)

    with pytest.raises(RuntimeError):
        response.make_conditional(make_request())


def test_file_that_fails_to_close_fails_no_head() -> None:
    class Failing(io.BytesIO):
        def close(self) -> None:
            super().close()
            raise OSError("remote end hung up")

    response = FileResponse(Failing(b"abc"), request=make_request("HEAD"))

    assert response.headers["Content-Length"] == "3"


def test_handle_whose_position_nobody_knows_has_no_ranges() -> None:
    class Seeker:
        def __init__(self) -> None:
            self.handle = io.BytesIO(b"0123456789")

        def read(self, size: int = -1) -> bytes:
            return self.handle.read(size)

        def seek(self, offset: int, whence: int = 0) -> None:
            self.handle.seek(offset, whence)

    response = FileResponse(Seeker(), request=make_request(range="bytes=2-3"))  # type: ignore[arg-type]  # the point

    assert response.status_code == 200
    assert "Accept-Ranges" not in response.headers
    assert b"".join(response) == b"0123456789"


def test_date_of_this_second_is_too_weak_for_if_range(text: Path) -> None:
    now = int(time.time())
    os.utime(text, (now, now))

    response = FileResponse(text, request=make_request(range="bytes=0-0", if_range=http_date(now)))
    response.close()

    assert response.status_code == 200


class TestSingleRange:
    def test_range(self, answer: Answer, ok_fields: dict[str, str]) -> None:
        response = answer(range="bytes=2-4")

        assert (response.status_code, response.reason_phrase) == (206, "Partial Content")
        assert response.headers == {**ok_fields, "Content-Length": "3", "Content-Range": "bytes 2-4/10"}
        assert body(response) == b"234"

    def test_range_async(self, answer: Answer) -> None:
        assert asyncio.run(async_body(answer(range="bytes=2-4"))) == b"234"

    @pytest.mark.parametrize(
        ("field", "content_range", "content"),
        [
            ("bytes=0-0", "bytes 0-0/10", b"0"),
            ("bytes=-1", "bytes 9-9/10", b"9"),
            ("bytes=-20", "bytes 0-9/10", b"0123456789"),
            ("bytes=0-", "bytes 0-9/10", b"0123456789"),
            ("bytes=8-100", "bytes 8-9/10", b"89"),
            ("bytes=99-,1-1", "bytes 1-1/10", b"1"),
            ("bytes=1-3,2-4", "bytes 1-4/10", b"1234"),
        ],
    )
    def test_ranges(self, answer: Answer, field: str, content_range: str, content: bytes) -> None:
        response = answer(range=field)

        assert response.status_code == 206
        assert response.headers["Content-Range"] == content_range
        assert response.headers["Content-Length"] == str(len(content))
        assert body(response) == content

    @pytest.mark.parametrize("field", ["items=0-1", "bytes=2-1", "bytes=x", "", "bytes=0-1,2-1"])
    def test_range_that_is_ignored(self, answer: Answer, field: str, ok_fields: dict[str, str]) -> None:
        response = answer(range=field)

        assert response.status_code == 200
        assert response.headers == ok_fields
        assert body(response) == b"0123456789"

    def test_reason_of_the_caller_does_not_stay(self, text: Path) -> None:
        response = FileResponse(text, reason="Fine", request=make_request(range="bytes=0-0"))

        assert response.reason_phrase == "Partial Content"
        response.close()

    def test_offsets_count_from_the_position_of_the_handle(self, answer: Answer, text: Path) -> None:
        handle = text.open("rb")
        handle.seek(4)
        response = answer(content=handle, range="bytes=1-2")

        assert response.headers["Content-Range"] == "bytes 1-2/6"
        assert body(response) == b"56"

    def test_range_of_what_is_in_memory(self, answer: Answer) -> None:
        response = answer(content=b"abc", range="bytes=-2")

        assert response.headers == {
            "Content-Type": "application/octet-stream",
            "Content-Length": "2",
            "X-Content-Type-Options": "nosniff",
            "Accept-Ranges": "bytes",
            "Content-Range": "bytes 1-2/3",
        }
        assert body(response) == b"bc"

    def test_range_of_a_large_file_reads_no_more(self, tmp_path: Path) -> None:
        with open(tmp_path / "large", "wb") as file:
            file.truncate(2**33)
            file.seek(2**32 + 5)
            file.write(b"here")
        request = make_request(range=f"bytes={2**32 + 5}-{2**32 + 8}")
        response = FileResponse(tmp_path / "large", request=request)

        assert list(response) == [b"here"]
        response.close()

    def test_file_that_shrinks(self, answer: Answer, text: Path) -> None:
        response = answer(range="bytes=2-8")
        os.truncate(text, 4)

        with pytest.raises(OSError, match=r"^The file ended 5 bytes before its Content-Length\.$"):
            body(response)


class TestUnsatisfiableRange:
    @pytest.mark.parametrize("field", ["bytes=10-", "bytes=100-200", "bytes=-0", "bytes=10-,11-12"])
    def test_416(self, answer: Answer, field: str) -> None:
        response = answer(range=field)

        assert response.status_code == 416
        assert response.headers == {
            "X-Content-Type-Options": "nosniff",
            "Content-Length": "0",
            "Accept-Ranges": "bytes",
            "Content-Range": "bytes */10",
        }
        assert body(response) == b""

    def test_416_closes_the_file_and_never_reads_it(self, answer: Answer) -> None:
        file = Unreadable(b"abc")
        response = answer(content=file, range="bytes=3-")

        assert file.closed
        assert asyncio.run(async_body(response)) == b""

    def test_empty_file_has_no_ranges(self, answer: Answer) -> None:
        response = answer(content=b"", range="bytes=0-0")

        assert response.status_code == 200
        assert body(response) == b""


class TestMultipleRanges:
    def test_parts_in_the_order_of_the_request(self, answer: Answer, ok_fields: dict[str, str]) -> None:
        response = answer(range="bytes=5-6,0-0,-2")
        content = body(response)

        boundary = re.fullmatch("multipart/byteranges; boundary=([0-9a-f]{32})", response.headers["Content-Type"])
        assert boundary
        limit = boundary[1].encode()
        assert response.status_code == 206
        assert content == (
            b"--" + limit + b"\r\nContent-Type: text/plain\r\nContent-Range: bytes 5-6/10\r\n\r\n56\r\n"
            b"--" + limit + b"\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-0/10\r\n\r\n0\r\n"
            b"--" + limit + b"\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n"
            b"--" + limit + b"--\r\n"
        )
        assert response.headers == {
            **ok_fields,
            "Content-Type": response.headers["Content-Type"],
            "Content-Length": str(len(content)),
        }
        assert response.file_to_stream is None

    def test_async(self, answer: Answer) -> None:
        response = answer(range="bytes=0-0,2-2")

        assert str(len(asyncio.run(async_body(response)))) == response.headers["Content-Length"]

    def test_boundary_differs_each_time(self, answer: Answer) -> None:
        one, other = answer(range="bytes=0-0,2-2"), answer(range="bytes=0-0,2-2")

        assert one.headers["Content-Type"] != other.headers["Content-Type"]

    def test_framing_is_cut_into_blocks_too(self, answer: Answer) -> None:
        response = answer(range="bytes=0-4,6-8")
        response.block_size = 2

        blocks = list(response)

        assert {len(block) for block in blocks} == {1, 2}
        assert str(len(b"".join(blocks))) == response.headers["Content-Length"]

    @pytest.mark.parametrize(("number", "status"), [(16, 206), (17, 200)])
    def test_sixteen_ranges_may_be_asked_for(self, answer: Answer, number: int, status: int) -> None:
        field = "bytes=" + ",".join(f"{2 * index}-{2 * index}" for index in range(number))

        response = answer(content=bytes(2 * number), range=field)

        assert response.status_code == status
        assert body(response).count(b"Content-Range") == (number if status == 206 else 0)

    def test_limit_of_the_class_and_of_the_response(self, text: Path) -> None:
        class Single(FileResponse):
            max_ranges = 1

        class NoRanges(FileResponse):
            max_ranges = 0

        request = make_request(range="bytes=0-0,2-2")
        for response in (Single(text, request=request), FileResponse(text, max_ranges=1, request=request)):
            assert response.status_code == 200
            assert response.headers["Accept-Ranges"] == "bytes"
            response.close()
        response = NoRanges(text, request=make_request(range="bytes=0-0"))
        assert response.status_code == 200
        assert "Accept-Ranges" not in response.headers
        response.close()

    @given(
        st.binary(min_size=1, max_size=60),
        st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)).map(sorted), min_size=1, max_size=6),
    )
    def test_any_ranges_are_the_bytes_that_slicing_gives(self, data: bytes, pairs: list[list[int]]) -> None:
        field = "bytes=" + ",".join(f"{first}-{last}" for first, last in pairs)
        response = FileResponse(data, "x/y", request=make_request(range=field))
        content = body(response)
        response.close()

        if response.status_code == 416:
            assert all(first >= len(data) for first, _ in pairs)
            return
        assert len(content) == int(response.headers["Content-Length"])
        if response.status_code == 200:
            assert content == data
        elif "Content-Range" in response.headers:
            start, stop = map(int, re.findall(r"\d+", response.headers["Content-Range"])[:2])
            assert content == data[start : stop + 1]
        else:
            rest = content
            limit = response.headers["Content-Type"].partition("=")[2].encode()
            while rest != b"--" + limit + b"--\r\n":
                head = re.match(
                    rb"--%b\r\nContent-Type: x/y\r\nContent-Range: bytes (\d+)-(\d+)/\d+\r\n\r\n" % limit, rest
                )
                assert head
                part = data[int(head[1]) : int(head[2]) + 1]
                assert rest[head.end() : head.end() + len(part) + 2] == part + b"\r\n"
                rest = rest[head.end() + len(part) + 2 :]


class TestPreconditions:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"if_match": ETAG}, 200),
            ({"if_match": "*"}, 200),
            ({"if_match": '"other"'}, 412),
            ({"if_unmodified_since": DATE}, 200),
            ({"if_unmodified_since": EPOCH}, 412),
            ({"if_unmodified_since": "junk"}, 200),
            ({"if_match": ETAG, "if_unmodified_since": EPOCH}, 200),
            ({"if_none_match": ETAG}, 304),
            ({"if_none_match": f"W/{ETAG}"}, 304),
            ({"if_none_match": "*"}, 304),
            ({"if_none_match": '"other"'}, 200),
            ({"if_modified_since": DATE}, 304),
            ({"if_modified_since": "Sunday, 15-Jun-25 15:06:40 GMT"}, 304),
            ({"if_modified_since": EPOCH}, 200),
            ({"if_modified_since": "yesterday"}, 200),
            ({"if_none_match": '"other"', "if_modified_since": DATE}, 200),
            ({"if_match": '"other"', "if_none_match": ETAG}, 412),
            ({"if_none_match": ETAG, "range": "bytes=0-0"}, 304),
            ({"if_match": '"other"', "range": "bytes=0-0"}, 412),
            ({"if_match": ETAG, "range": "bytes=0-0"}, 206),
            ({"if_none_match": "", "if_modified_since": DATE}, 200),
            ({"if_none_match": "junk", "if_modified_since": DATE}, 200),
            ({"if_match": "", "if_unmodified_since": EPOCH}, 200),
            ({"if_match": "junk", "if_unmodified_since": EPOCH}, 200),
            ({"if_none_match": ETAG, "range": "bytes=99-"}, 304),
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_status(self, answer: Answer, headers: dict[str, str], status: int, method: str) -> None:
        response = answer(method, **headers)

        assert response.status_code == (200 if method == "HEAD" and status == 206 else status)
        if method == "HEAD" or status in {304, 412}:
            assert body(response) == b""

    def test_304_keeps_what_a_cache_updates(self, text: Path) -> None:
        kept = {
            "Cache-Control": "max-age=60",
            "Content-Location": "/notes",
            "Date": DATE,
            "Expires": DATE,
            "Vary": "Cookie",
        }
        gone = {"Content-Language": "en", "Content-Encoding": "br", "Repr-Digest": "sha-256=:x:"}
        request = make_request(if_none_match=etag_of(text))
        response = FileResponse(text, headers=kept | gone)
        response.set_cookie("a", "b")
        response.make_conditional(request)

        assert response.headers == {**kept, "ETag": etag_of(text), "X-Content-Type-Options": "nosniff"}
        assert response.cookies["a"].value == "b"
        response.close()

    def test_304_without_an_entity_tag_keeps_the_date(self, answer: Answer) -> None:
        response = FileResponse(b"abc", headers={"Last-Modified": DATE}, request=make_request(if_modified_since=DATE))

        assert response.headers == {"Last-Modified": DATE, "X-Content-Type-Options": "nosniff"}

    def test_412_has_no_fields_of_the_file(self, text: Path) -> None:
        request = make_request(if_match='"other"')
        response = FileResponse(text, headers={"Cache-Control": "max-age=60", "Vary": "Cookie"}, request=request)

        assert response.headers == {"Vary": "Cookie", "X-Content-Type-Options": "nosniff", "Content-Length": "0"}
        assert body(response) == b""

    @pytest.mark.parametrize("headers", [{"if_none_match": '"a"'}, {"if_match": '"b"'}])
    def test_304_and_412_close_the_file_and_never_read_it(self, headers: dict[str, str]) -> None:
        file = Unreadable(b"abc")
        response = FileResponse(file, headers={"ETag": '"a"'}, request=make_request(**headers))

        assert file.closed
        assert response.file_to_stream is None
        assert body(response) == asyncio.run(async_body(response)) == b""

    def test_file_without_a_date_passes_if_unmodified_since(self, answer: Answer) -> None:
        assert answer(content=b"abc", if_unmodified_since=DATE).status_code == 200

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
    def test_other_methods_have_no_conditions(self, answer: Answer, method: str) -> None:
        response = answer(method, if_none_match=ETAG, if_match='"other"', range="bytes=0-0")

        assert response.status_code == 200
        assert "ETag" not in response.headers
        assert "Accept-Ranges" not in response.headers
        assert body(response) == b"0123456789"

    @pytest.mark.parametrize("status", [201, 203, 404, 206])
    def test_other_statuses_have_no_conditions(self, text: Path, status: int) -> None:
        request = make_request(if_none_match="*", range="bytes=0-0")
        response = FileResponse(text, status=status, request=request)

        assert response.status_code == status
        assert "ETag" not in response.headers
        assert body(response) == b"0123456789"
        response.close()


class TestValidators:
    def test_same_bytes_keep_their_entity_tag(
        self, answer: Answer, text: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text.write_bytes(b"0123456789")
        young = answer().headers["ETag"]
        later = time.time() + 60
        monkeypatch.setattr(time, "time", lambda: later)

        assert answer().headers["ETag"] == young == etag_of(text)
        assert answer(range="bytes=0-0", if_range=young).status_code == 206

    @pytest.mark.parametrize("how", ["written", "replaced"])
    def test_other_bytes_of_the_same_date_and_size_have_another_entity_tag(
        self, answer: Answer, text: Path, how: str
    ) -> None:
        tag = answer().headers["ETag"]
        time.sleep(0.02)  # Linux before 6.13 counts changes in ticks of up to 10 ms
        other = text.with_name("other") if how == "replaced" else text
        other.write_bytes(b"9876543210")
        os.utime(other, (LAST_SUMMER, LAST_SUMMER))
        other.rename(text)

        assert answer(if_none_match=tag).status_code == 200
        assert answer(range="bytes=0-0", if_range=tag).status_code == 200

    def test_entity_tag_of_a_file_that_is_changed_while_it_is_read_is_weak(self, answer: Answer, text: Path) -> None:
        class Stamped(io.FileIO):
            def read(self, size: int | None = -1) -> bytes:
                return super().read(size).replace(b"0", b"7")

        (text.parent / "a.gz").write_bytes(gzip.compress(b"0123456789"))

        for file in (Stamped(text), gzip.GzipFile(text.parent / "a.gz")):
            assert answer(content=file).headers["ETag"].startswith('W/"')

    def test_entity_tag_of_what_has_but_a_date_is_weak(self, answer: Answer) -> None:
        storage = InMemoryStorage()
        storage.save("notes.txt", ContentFile(b"abc"))
        response = answer(content=field_file(storage))

        modified = round(storage.get_modified_time("notes.txt").timestamp() * 10**9)
        assert response.headers["ETag"] == f'W/"{modified:x}-3"'

    def test_entity_tag_of_the_caller_wins(self, text: Path) -> None:
        response = FileResponse(text, headers={"etag": '"mine"'})
        response.make_conditional(make_request())
        assert response.headers["ETag"] == '"mine"'
        response.close()

    def test_validators_set_after_construction_count(self, text: Path) -> None:
        for field, value, condition in [
            ("ETag", '"mine"', {"if_none_match": '"mine"'}),
            ("Last-Modified", DATE, {"if_modified_since": DATE}),
        ]:
            response = FileResponse(b"abc")
            response.headers[field] = value

            assert response.make_conditional(make_request(**condition)).status_code == 304

    def test_entity_tag_changes_with_date_and_size_and_nothing_else(self, answer: Answer, text: Path) -> None:
        tags = {answer().headers["ETag"], answer().headers["ETag"]}
        os.utime(text, ns=(0, LAST_SUMMER * 10**9 + 1))
        tags.add(answer().headers["ETag"])
        text.write_bytes(b"01234")
        os.utime(text, ns=(0, LAST_SUMMER * 10**9 + 1))
        tags.add(answer().headers["ETag"])

        assert len(tags) == 3

    def test_entity_tag_without_last_modified(self, text: Path) -> None:
        response = FileResponse(text, include_last_modified=False, request=make_request())

        assert response.headers["ETag"] == etag_of(text)
        assert "Last-Modified" not in response.headers
        response.close()


class TestIfRange:
    @pytest.mark.parametrize("value", [ETAG, DATE, "Sunday, 15-Jun-25 15:06:40 GMT"])
    def test_same_validator_selects(self, answer: Answer, value: str) -> None:
        assert answer(range="bytes=0-0", if_range=value).status_code == 206

    @pytest.mark.parametrize(
        "value", [f"W/{ETAG}", '"other"', EPOCH, http_date(LAST_SUMMER + 1), "junk", "*", "", f'"other", {ETAG}']
    )
    def test_any_other_value_sends_the_whole_file(self, answer: Answer, value: str, ok_fields: dict[str, str]) -> None:
        response = answer(range="bytes=0-0", if_range=value)

        assert response.status_code == 200
        assert response.headers == ok_fields

    def test_weak_entity_tag_sends_the_whole_file(self, text: Path) -> None:
        for if_range in ('W/"a"', '"a"'):
            request = make_request(range="bytes=0-0", if_range=if_range)
            response = FileResponse(text, headers={"ETag": 'W/"a"'}, request=request)
            response.close()

            assert response.status_code == 200

    def test_stale_validator_hides_an_unsatisfiable_range(self, answer: Answer) -> None:
        assert answer(range="bytes=99-", if_range='"other"').status_code == 200

    def test_without_range_it_is_ignored(self, answer: Answer, ok_fields: dict[str, str]) -> None:
        assert answer(if_range='"other"').headers == ok_fields


class TestHead:
    @pytest.mark.parametrize("headers", [{}, {"range": "bytes=2-4"}, {"range": "bytes=99-"}])
    def test_fields_of_the_whole_file_and_no_body(
        self, answer: Answer, headers: dict[str, str], ok_fields: dict[str, str]
    ) -> None:
        response = answer("HEAD", **headers)

        assert response.status_code == 200
        assert response.headers == ok_fields
        assert response.file_to_stream is None
        assert body(response) == asyncio.run(async_body(response)) == b""

    def test_file_is_closed_and_never_read(self) -> None:
        file = Unreadable(b"abc")

        FileResponse(file, request=make_request("HEAD"))

        assert file.closed

    def test_other_statuses_have_no_body_either(self, text: Path) -> None:
        assert body(FileResponse(text, status=404, request=make_request("HEAD"))) == b""

    def test_async_content_of_middleware_is_not_sent(self, answer: Answer) -> None:
        async def content() -> AsyncIterator[bytes]:
            yield b"the end of a gzip stream"

        response = answer("HEAD")
        response.streaming_content = content()

        assert asyncio.run(async_body(response)) == b""

    def test_iterators_are_not_started(self) -> None:
        def content() -> Iterator[bytes]:
            raise AssertionError("The iterator was started.")
            yield b""

        async def async_content() -> AsyncIterator[bytes]:
            raise AssertionError("The iterator was started.")
            yield b""

        for source in (content(), async_content()):
            response = FileResponse(source, request=make_request("HEAD"))
            assert body(response) == b""
            response.close()


class TestSourcesWithoutRanges:
    def test_iterators(self) -> None:
        async def content() -> AsyncIterator[bytes]:
            yield b"abc"

        for response in (FileResponse(iter([b"abc"])), FileResponse(content())):
            response.make_conditional(make_request(range="bytes=0-0"))
            assert response.status_code == 200
            assert "Accept-Ranges" not in response.headers
            assert asyncio.run(async_body(response)) == b"abc"

    def test_iterators_have_conditions_with_validators_of_the_caller(self) -> None:
        response = FileResponse(iter([b"abc"]), headers={"ETag": '"a"'}, request=make_request(if_none_match='"a"'))

        assert response.status_code == 304
        assert body(response) == b""

    def test_pipe(self) -> None:
        reader, writer = os.pipe()
        os.write(writer, b"abc")
        os.close(writer)
        response = FileResponse(os.fdopen(reader, "rb"), request=make_request(range="bytes=0-0"))

        assert response.status_code == 200
        assert "Accept-Ranges" not in response.headers
        assert body(response) == b"abc"
        response.close()

    def test_content_that_was_wrapped(self, text: Path) -> None:
        response = FileResponse(text)
        response.streaming_content = map(bytes.upper, response.streaming_content)
        response.make_conditional(make_request(range="bytes=0-0"))

        assert response.status_code == 200
        assert "ETag" not in response.headers
        assert body(response) == b"0123456789"
        response.close()

    @pytest.mark.parametrize("content_type", [None, "text/html"])
    def test_another_file_in_place_of_several_ranges(self, text: Path, content_type: str | None) -> None:
        response = FileResponse(text, content_type, request=make_request(range="bytes=0-1,4-5"))

        response.streaming_content = io.BytesIO(b"other")

        assert response.status_code == 200
        assert response.headers["Content-Type"] == (content_type or "application/octet-stream")
        assert body(response) == b"other"
        response.close()

    @pytest.mark.parametrize("fields", [{"if_none_match": "*"}, {"if_match": '"x"'}, {"range": "bytes=99-"}])
    @pytest.mark.parametrize("is_open", [False, True])
    def test_answer_without_content_takes_no_file(
        self, answer: Answer, text: Path, fields: dict[str, str], is_open: bool
    ) -> None:
        response = answer(content=text.open("rb") if is_open else None, **fields)
        status, headers = response.status_code, dict(response.headers)
        handle = text.open("rb")

        response.streaming_content = handle

        assert (response.status_code, dict(response.headers)) == (status, headers)
        assert body(response) == b""
        assert asyncio.run(async_body(response)) == b""
        assert handle.closed

    @pytest.mark.parametrize("fields", [{}, {"range": "bytes=0-1"}])
    def test_another_file_assigned_afterwards(self, answer: Answer, tmp_path: Path, fields: dict[str, str]) -> None:
        other = tmp_path / "other.csv"
        other.write_bytes(b"other")
        response = answer(**fields)

        response.streaming_content = other.open("rb")

        assert response.status_code == 200
        assert not {"ETag", "Accept-Ranges", "Content-Range"} & set(response.headers)
        assert response.headers["Content-Length"] == "5"
        assert body(response) == b"other"

    @pytest.mark.parametrize("fields", [None, {}, {"range": "bytes=0-1"}, {"range": "bytes=0-1,4-5"}])
    @pytest.mark.parametrize("first", ["path", "handle", "iterator"])
    def test_another_file_of_which_nothing_is_known(
        self, text: Path, first: str, fields: dict[str, str] | None
    ) -> None:
        class Reader:
            def __init__(self) -> None:
                self.read = io.BytesIO(b"other").read

        content: Any = text if first == "path" else text.open("rb") if first == "handle" else iter([b"a"])
        response = FileResponse(content, request=None if fields is None else make_request(**fields))

        response.streaming_content = Reader()  # type: ignore[assignment]  # any object with read()

        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert not {"Accept-Ranges", "Content-Length", "Content-Range", "ETag", "Last-Modified"} & set(
            response.headers
        )
        assert body(response) == b"other"
        response.close()

    def test_fields_that_were_given_stay_with_another_file(self, text: Path) -> None:
        given = {"content-length": "5", "last-modified": EPOCH, "etag": '"mine"', "content-type": "text/css"}
        response = FileResponse(text, headers=given, request=make_request(range="bytes=0-1,4-5"))
        reader, writer = os.pipe()
        os.write(writer, b"other")
        os.close(writer)

        response.streaming_content = os.fdopen(reader, "rb")

        assert {name: response.headers[name] for name in given} == given
        assert not {"Accept-Ranges", "Content-Range"} & set(response.headers)
        assert body(response) == b"other"
        response.close()


class TestCalledAgain:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"range": "bytes=0-0"},
            {"range": "bytes=0-0,2-2"},
            {"range": "bytes=99-"},
            {"if_none_match": "*"},
            {"if_match": '"x"'},
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_changes_nothing(self, answer: Answer, method: str, headers: dict[str, str]) -> None:
        response = answer(method, **headers)
        status, fields = response.status_code, dict(response.headers)

        response.make_conditional(make_request(method, **headers))

        assert (response.status_code, dict(response.headers)) == (status, fields)
        expected = 0 if method == "HEAD" or status in {304, 412, 416} else int(fields["Content-Length"])
        assert len(body(response)) == expected

    @pytest.mark.parametrize("content", [b"abc", iter([b"a", b"b"])], ids=["file", "iterator"])
    def test_after_iteration_raises(self, answer: Answer, content: Any) -> None:
        response = answer(content=content)
        next(iter(response))

        with pytest.raises(RuntimeError) as error:
            response.make_conditional(make_request())
        assert str(error.value) == "FileResponse.make_conditional() must be called before the response is iterated."
