"""Byte ranges: which fields select what, for any field in linear time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_extras.http._ranges import ByteRange, content_range, multipart, select_ranges

SIZE = 100


@pytest.mark.parametrize(
    ("field", "slices"),
    [
        ("bytes=0-0", [(0, 1)]),
        ("bytes=0-99", [(0, 100)]),
        ("bytes=0-", [(0, 100)]),
        ("bytes=99-", [(99, 100)]),
        ("bytes=10-19", [(10, 20)]),
        ("bytes=10-1000", [(10, 100)]),
        ("bytes=-1", [(99, 100)]),
        ("bytes=-100", [(0, 100)]),
        ("bytes=-101", [(0, 100)]),
        ("BYTES=0-0", [(0, 1)]),
        ("Bytes=0-0", [(0, 1)]),
        ("bytes=000-0009", [(0, 10)]),
        ("bytes= 0-0", [(0, 1)]),
        ("bytes=0-0\t ", [(0, 1)]),
        ("bytes=,, 0-0 , ,", [(0, 1)]),
        ("bytes=0-0,5-6", [(0, 1), (5, 7)]),
        ("bytes=50-59 ,\t0-9,, -5", [(50, 60), (0, 10), (95, 100)]),
        ("bytes=0-9,10-19", [(0, 10), (10, 20)]),
        ("bytes=0-0,200-", [(0, 1)]),
        ("bytes=200-,-0,5-5", [(5, 6)]),
        pytest.param(f"bytes=0-{'9' * 5000}", [(0, 100)], id="last-of-5000-digits"),
        pytest.param(f"bytes=-{'9' * 5000}", [(0, 100)], id="suffix-of-5000-digits"),
        pytest.param(f"bytes={'0' * 5000}-{'0' * 5000}1", [(0, 2)], id="5000-leading-zeros"),
    ],
)
def test_field_selects_ranges_in_its_order(field: str, slices: list[tuple[int, int]]) -> None:
    assert select_ranges(field, SIZE, 16) == slices


@pytest.mark.parametrize(
    "field",
    ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=-000", "bytes=200-300,100-", f"bytes={'9' * 5000}-"],
    ids=lambda field: field[:20],
)
def test_field_that_no_byte_satisfies_selects_nothing(field: str) -> None:
    assert select_ranges(field, SIZE, 16) == []


@pytest.mark.parametrize(
    "field",
    [
        *(
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes= ,\t,",
            "bytes=-",
            "bytes=--1",
            "bytes=1",
            "bytes=a-b",
            "bytes=0-1-2",
        ),
        *("bytes=5-4", "bytes=0-0,5-4", "bytes=0-0;1-1", "bytes=0-0 1-1", "bytes=0x0-1", "bytes=+0-1", "bytes=1_0-20"),
        *("bytes =0-1", " bytes=0-1", "bytes:0-1", "bytes 0-1", "items=0-1", "byte=0-1", "xbytes=0-1", "bytes=0 - 1"),
        *(
            "bytes=0-0\n",
            "bytes=\x0b0-0",
            "bytes=0-0\x00",
            "bytes=²-³",
            "bytes=\u0660-\u0661",
            "bytes=0-0,bytes=1-1",
            "bytes=0.0-1",
        ),
        *("bytes=9999999999999999999999-9999999999999999999998", "bytes=10-9", "none=0-1", "bytes=0-0,junk"),
    ],
)
def test_field_that_is_malformed_or_of_another_unit_is_ignored(field: str) -> None:
    assert select_ranges(field, SIZE, 16) is None


@pytest.mark.parametrize("field", ["bytes=0-0", "bytes=-1", "bytes=0-", "bytes=5-"])
def test_field_is_ignored_for_an_empty_file(field: str) -> None:
    assert select_ranges(field, 0, 16) is None


def test_one_byte_file() -> None:
    assert select_ranges("bytes=0-0", 1, 16) == [(0, 1)]
    assert select_ranges("bytes=-1", 1, 16) == [(0, 1)]
    assert select_ranges("bytes=1-", 1, 16) == []


@pytest.mark.parametrize(
    ("field", "slices"),
    [
        ("bytes=0-9,5-14", [(0, 15)]),
        ("bytes=5-14,0-9", [(0, 15)]),
        ("bytes=10-19,12-13", [(10, 20)]),
        ("bytes=10-19,10-19", [(10, 20)]),
        ("bytes=0-9,50-59,5-14", [(0, 15), (50, 60)]),
        ("bytes=50-59,0-9,5-14", [(50, 60), (0, 15)]),
    ],
)
def test_two_ranges_that_overlap_become_one_in_the_place_of_the_first(
    field: str, slices: list[tuple[int, int]]
) -> None:
    assert select_ranges(field, SIZE, 16) == slices


@pytest.mark.parametrize("field", ["bytes=0-9,5-14,10-19", "bytes=0-1,1-2,50-51,51-52", "bytes=0-0,0-0,0-0"])
def test_more_than_two_ranges_that_overlap_are_ignored(field: str) -> None:
    assert select_ranges(field, SIZE, 16) is None


@pytest.mark.parametrize("field", ["bytes=0-,0-", "bytes=0-59,40-99", "bytes=0-99,0-0"])
def test_ranges_whose_sum_passes_the_size_are_ignored(field: str) -> None:
    assert select_ranges(field, SIZE, 16) is None


def test_ranges_that_sum_up_to_the_size_are_selected() -> None:
    assert select_ranges("bytes=50-,0-49", SIZE, 16) == [(50, 100), (0, 50)]


def test_more_ranges_than_the_limit_are_ignored() -> None:
    sixteen = "bytes=" + ",".join(f"{start}-{start}" for start in range(0, 32, 2))

    assert select_ranges(sixteen, SIZE, 16) == [(start, start + 1) for start in range(0, 32, 2)]
    assert select_ranges(f"{sixteen},40-40", SIZE, 16) is None
    assert select_ranges(f"{sixteen},,, ,", SIZE, 16) is not None


def test_a_field_of_more_than_32_kib_is_ignored() -> None:
    assert select_ranges("bytes=0-0".ljust(32 * 1024), SIZE, 16) == [(0, 1)]
    assert select_ranges("bytes=0-0".ljust(32 * 1024 + 1), SIZE, 16) is None


def test_a_limit_of_one_ignores_several_ranges_and_of_none_ignores_all() -> None:
    assert select_ranges("bytes=0-0", SIZE, 1) == [(0, 1)]
    assert select_ranges("bytes=0-0,2-2", SIZE, 1) is None
    assert select_ranges("bytes=0-0", SIZE, 0) is None


@pytest.mark.parametrize(
    "field",
    [
        *(
            "bytes=" + piece * (32000 // len(piece))
            for piece in ("0-0,", ",", " ", "\t,", "1", "-", "0-", "0", "-1,", "a")
        ),
        "bytes=0-0" + " " * 32000,
        "bytes=0-0" + " " * 32000 + "x",
        "b" * 32000,
        "bytes=" + "0" * 16000 + "-" + "9" * 16000,
    ],
    ids=range(14),
)
def test_time_is_linear(field: str) -> None:
    def duration(text: str) -> float:
        start = time.process_time()
        select_ranges(text, SIZE, 16)
        return time.process_time() - start

    smaller, larger = (min(duration(text) for _ in range(5)) for text in (field[:4000], field))

    # Eight times the text takes about eight times as long; it would be 64 times if the time were quadratic.
    assert larger < 30 * smaller + 0.01


@given(st.text() | st.text("bytes=-0123456789, \t").map(lambda rest: f"bytes={rest}"), st.integers(0, 300))
def test_any_field_gives_ranges_inside_the_file(field: str, size: int) -> None:
    selected = select_ranges(field, size, 16)

    assert selected is None or all(0 <= one.start < one.stop <= size for one in selected)


@given(
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)).map(sorted), min_size=1, max_size=16),
    st.integers(1, 100),
)
def test_selected_ranges_are_the_bytes_that_slicing_gives(pairs: list[list[int]], size: int) -> None:
    data = bytes(range(size))
    field = "bytes=" + ",".join(f"{first}-{last}" for first, last in pairs)
    wanted = [data[first : last + 1] for first, last in pairs if first < size]

    selected = select_ranges(field, size, 16)

    if selected is not None:
        assert {byte for one in selected for byte in data[one.start : one.stop]} == set(b"".join(wanted))
        if sum(map(len, wanted)) == len(set(b"".join(wanted))):
            assert [data[one.start : one.stop] for one in selected] == wanted


def test_content_range() -> None:
    assert content_range(ByteRange(0, 1), 100) == "bytes 0-0/100"
    assert content_range(None, 100) == "bytes */100"


def test_multipart_frames_each_part_with_its_type_and_range() -> None:
    body, length = multipart([ByteRange(0, 2), ByteRange(7, 8)], 9, "text/plain; charset=utf-8", "limit")

    assert body == [
        b"--limit\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 0-1/9\r\n\r\n",
        (0, 2),
        b"\r\n--limit\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 7-7/9\r\n\r\n",
        (7, 8),
        b"\r\n--limit--\r\n",
    ]
    assert length == sum(len(part) for part in body if isinstance(part, bytes)) + 3


def test_multipart_without_a_type() -> None:
    body, _ = multipart([ByteRange(0, 1)], 9, None, "limit")

    assert body[0] == b"--limit\r\nContent-Range: bytes 0-0/9\r\n\r\n"
