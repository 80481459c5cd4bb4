"""What is JSON and what is not, by the kinds of cases that collections of JSON texts have."""

import contextlib
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_extras.binding.text import MAX_DEPTH, JsonError, compose, is_same, parse

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"{}", {}),
        (b"[]", []),
        (b" \t\r\n[ 1 , 2 ] \n", [1, 2]),
        (b'"a"', "a"),
        (b'""', ""),
        (b"null", None),
        (b"true", True),
        (b"-0", 0),
        (b"123456789012345678901234567890", 123456789012345678901234567890),
        (b'"\\u0041\\n\\/\\\\\\"\\u0000"', 'A\n/\\"\0'),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        ('"é\u2028\U0001f600"'.encode(), "é\u2028\U0001f600"),
        (b'{"a":{"a":1},"b":{"a":1}}', {"a": {"a": 1}, "b": {"a": 1}}),
        (b'{"":0}', {"": 0}),
        (b'"\\\\ud800"', "\\ud800"),
        (b'"[[[{{{"', "[[[{{{"),
        (b"\xef\xbb\xbf{}", {}),
    ],
)
def test_json_is_read(text: bytes, value: Any) -> None:
    assert parse(text) == value


@pytest.mark.parametrize("digits", ["1.10", "1E400", "-0.0", "0.1000000000000000055511151231257827", "1e-7", "12e3"])
def test_numbers_keep_their_digits(digits: str) -> None:
    number = parse(digits.encode())

    assert type(number) is Decimal
    assert str(number) == str(Decimal(digits))


def test_an_integer_of_more_digits_than_python_takes_is_a_decimal() -> None:
    assert parse(b'{"a": 1, "b": ' + b"9" * 5000 + b"}") == {"a": 1, "b": Decimal("9" * 5000)}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "Expecting value: line 1 column 1."),
        (b"  ", "Expecting value: line 1 column 3."),
        (b'{\n  "a": 1,\n  b: 2}', "Expecting property name enclosed in double quotes: line 3 column 3."),
        (b'{"a" 1}', "Expecting ':' delimiter: line 1 column 6."),
        (b"[1 2]", "Expecting ',' delimiter: line 1 column 4."),
        (b'"a', "Unterminated string starting at: line 1 column 1."),
        (b'{"a": 1', "Expecting ',' delimiter: line 1 column 8."),
        (b"{} {}", "Extra data: line 1 column 4."),
        (b'"\x01"', "Invalid control character at: line 1 column 2."),
        (b'"\\x41"', "Invalid \\escape: line 1 column 2."),
        (b"NaN", "NaN is not a number at #."),
        (b'{"a": [1, -Infinity]}', "-Infinity is not a number at #/a/1."),
        (b'{"a": [Infinity, NaN]}', "NaN is not a number at #/a/1."),
        (b"[1e99999999999999999999]", "The exponent is too large at #/0."),
        (b'{"a": 1, "a": 1}', "This key is there twice: #/a."),
        (b'[{"b": {"c": 1, "d/": 2, "d/": 3}}]', "This key is there twice: #/0/b/d~1."),
        (b'{"a": {"b": 1, "b": 2}, "a": 3}', "This key is there twice: #/a."),
        (b'["\\ud800"]', "Half a surrogate pair is no character at #/0."),
        (b'{"a": {"\\udc00x": 1}}', "Half a surrogate pair is no character at #/a/%5Cudc00x."),
        (b'"\\ude00\\ud83d"', "Half a surrogate pair is no character at #."),
        (b'{"a": "\xff"}', "The text is not UTF-8 at byte 8."),
        (b'"\xed\xa0\x80"', "The text is not UTF-8 at byte 2."),
        ("{}".encode("utf-16"), "The text is not UTF-8 at byte 1."),
        (b"\xef\xbb\xbf\xef\xbb\xbf{}", "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1."),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(text: bytes, reason: str) -> None:
    with pytest.raises(JsonError) as caught:
        parse(text)

    assert str(caught.value) == reason


@pytest.mark.parametrize(
    "text",
    [
        *(
            b"[1,]",
            b'{"a":1,}',
            b"[,1]",
            b"{,}",
            b"[1,,2]",
            b"{1:2}",
            b"{'a':1}",
            b"{a:1}",
            b'{"a":}',
            b"[",
            b"]",
            b"{",
        ),
        *(b"01", b"1.", b".5", b"+1", b"1e", b"1e+", b"0x1", b"-", b"--1", b"1_0", b"1 0", "１".encode(), b"2.e3"),
        *(b"True", b"nul", b"undefined", b"// x\n1", b"1 // x", b"/**/1", b"\x0c1", b"\x00", b"1\x00", b"\xa01"),
        *(b'"\t"', b'"\n"', b'"\\u00g0"', b'"\\u12"', b'"\\', b'"\\a"', b'"\\U0041"', b"inf", b"-inf", b"nan"),
    ],
)
def test_what_only_resembles_json_is_refused(text: bytes) -> None:
    with pytest.raises(JsonError, match=r"line 1 column|line 2 column|byte"):
        parse(text)


def test_nesting_is_taken_up_to_a_limit() -> None:
    assert parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert parse(b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH)
    # Many brackets, none of them deep, and some of them in strings.
    assert len(parse(b"[" + b'[{"[[[[\\"[": "{"}],' * 1000 + b"[]]")) == 1001


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"\\"[":'])
def test_nesting_beyond_the_limit_is_refused(opening: bytes) -> None:
    with pytest.raises(JsonError, match=f"More than {MAX_DEPTH} levels of nesting at line 2 column"):
        parse(b"\n" + opening * 100_000)


def test_the_place_of_nesting_is_named() -> None:
    with pytest.raises(JsonError, match=rf"^More than {MAX_DEPTH} levels of nesting at line 2 column 101\.$"):
        parse(b"[\n " + b"[" * 200)


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 1_000_000,
        b'"' + b'\\"' * 500_000,
        b"[" + b"[],[" * 250_000,
        b"1" * 1_000_000,
        b"1." + b"1" * 1_000_000,
        b"1e" + b"9" * 1_000_000,
        b'"' + b"\\ud800" * 150_000 + b'"',
        b"{" + b",".join(b'"%d":0' % n for n in range(100_000)) + b',"99999":0}',
        b"[" + b'{"a":0,"a":0},' * 70_000 + b"0]",
        b"[" + b"NaN," * 200_000 + b"0]",
    ],
)
def test_reading_takes_linear_time(text: bytes) -> None:
    start = time.process_time()

    with contextlib.suppress(JsonError):
        parse(text)

    # Half a second on a slow machine. Quadratic time would be minutes.
    assert time.process_time() - start < 10


@given(values)
def test_what_is_composed_is_read_again(value: Any) -> None:
    assert parse(compose(value).encode()) == value


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_composed_numbers_have_their_digits(number: Decimal) -> None:
    again = parse(compose([number]).encode())

    assert str(again[0]) == str(number)


@pytest.mark.parametrize(
    ("sent", "shown", "same"),
    [
        ("a", "a", True),
        (True, 1, False),
        ([True], [1], False),
        (Decimal("1.50"), 1.5, True),
        ("1.50", Decimal("1.50"), True),
        (Decimal("1.50"), Decimal("1.50"), False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        (None, None, True),
        (1, object(), False),
        ({"1": 1}, {1: 1, "1": 2}, False),
    ],
)
def test_a_value_is_compared_with_what_is_sent(sent: Any, shown: Any, same: bool) -> None:
    def simplify(value: Any) -> Any:
        return str(value) if isinstance(value, Decimal) else value

    assert is_same(sent, shown, simplify) is same
