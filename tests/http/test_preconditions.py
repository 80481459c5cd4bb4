"""Preconditions: as Django decides, but for any field in linear time, and with commas in entity tags."""

import time

import pytest
from django.test import RequestFactory
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from hypothesis import given
from hypothesis import strategies as st

from django_extras.http import _conditions
from django_extras.http._conditions import entity_tag, range_applies
from django_extras.http._facts import Facts

PROCEED, NOT_MODIFIED, FAILED = 200, 304, 412


def evaluate(*, etag: str | None, last_modified: int | None, **fields: str | int) -> int:
    """Return the status for the fields of a request; dates are in seconds since the epoch."""
    meta = {
        f"HTTP_{name.upper()}": http_date(field) if isinstance(field, int) else field for name, field in fields.items()
    }
    return _conditions.evaluate(meta, etag, last_modified)


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, PROCEED),
        ({"if_match": '"a"'}, PROCEED),
        ({"if_match": '"x", "a"'}, PROCEED),
        ({"if_match": "*"}, PROCEED),
        ({"if_match": " * "}, PROCEED),
        ({"if_match": '"x"'}, FAILED),
        ({"if_match": 'W/"a"'}, FAILED),
        ({"if_match": '"A"'}, FAILED),
        ({"if_match": '"a,b"'}, FAILED),
        ({"if_match": "junk"}, PROCEED),
        ({"if_unmodified_since": 100}, PROCEED),
        ({"if_unmodified_since": 101}, PROCEED),
        ({"if_unmodified_since": 99}, FAILED),
        ({"if_match": '"a"', "if_unmodified_since": 99}, PROCEED),
        ({"if_none_match": '"a"'}, NOT_MODIFIED),
        ({"if_none_match": 'W/"a"'}, NOT_MODIFIED),
        ({"if_none_match": '"x",W/"a" , "y"'}, NOT_MODIFIED),
        ({"if_none_match": "*"}, NOT_MODIFIED),
        ({"if_none_match": '"x"'}, PROCEED),
        ({"if_none_match": "a"}, PROCEED),
        ({"if_none_match": '"a" "b"'}, PROCEED),
        ({"if_modified_since": 100}, NOT_MODIFIED),
        ({"if_modified_since": 101}, NOT_MODIFIED),
        ({"if_modified_since": 99}, PROCEED),
        ({"if_none_match": '"x"', "if_modified_since": 100}, PROCEED),
        # A field that is there turns the date beside it off, whatever it says.
        ({"if_none_match": "junk", "if_modified_since": 100}, PROCEED),
        ({"if_none_match": "", "if_modified_since": 100}, PROCEED),
        ({"if_none_match": " ,", "if_modified_since": 100}, PROCEED),
        ({"if_match": "junk", "if_unmodified_since": 99}, PROCEED),
        ({"if_match": "", "if_unmodified_since": 99}, PROCEED),
        ({"if_match": " ,", "if_unmodified_since": 99}, PROCEED),
        ({"if_match": "", "if_unmodified_since": 99, "if_modified_since": 100}, NOT_MODIFIED),
        ({"if_match": '"x"', "if_none_match": '"a"'}, FAILED),
        ({"if_match": '"a"', "if_none_match": '"a"'}, NOT_MODIFIED),
        ({"if_unmodified_since": 99, "if_modified_since": 100}, FAILED),
    ],
)
def test_order_of_the_preconditions(fields: dict[str, object], outcome: int) -> None:
    assert evaluate(etag='"a"', last_modified=100, **fields) == outcome  # type: ignore[arg-type]  # of the table above


def test_an_entity_tag_may_hold_a_comma() -> None:
    assert evaluate(etag='"a,b"', last_modified=None, if_none_match='"x", "a,b"') == NOT_MODIFIED
    assert evaluate(etag='"b"', last_modified=None, if_none_match='"a, "b", c"') == NOT_MODIFIED
    assert evaluate(etag='"a,b"', last_modified=None, if_match='"a"') == FAILED


def test_a_weak_entity_tag_of_the_file() -> None:
    assert evaluate(etag='W/"a"', last_modified=None, if_match='W/"a"') == FAILED
    assert evaluate(etag='W/"a"', last_modified=None, if_match="*") == PROCEED
    assert evaluate(etag='W/"a"', last_modified=None, if_none_match='"a"') == NOT_MODIFIED


def test_a_file_without_validators() -> None:
    assert evaluate(etag=None, last_modified=None, if_match='"a"') == FAILED
    assert evaluate(etag=None, last_modified=None, if_match="*") == PROCEED
    assert evaluate(etag=None, last_modified=None, if_unmodified_since=0) == PROCEED
    assert evaluate(etag=None, last_modified=None, if_none_match='"a"', if_modified_since=2**37) == PROCEED
    assert evaluate(etag=None, last_modified=None, if_none_match="*") == NOT_MODIFIED
    assert evaluate(etag=None, last_modified=None, if_modified_since=2**37) == PROCEED


def test_commas_in_an_entity_tag_are_no_members_of_the_list() -> None:
    assert evaluate(etag='","', last_modified=None, if_none_match='"x,",",y"') == PROCEED
    assert evaluate(etag='","', last_modified=None, if_none_match='"x", ","') == NOT_MODIFIED


def test_more_than_a_thousand_entity_tags_count_for_nothing() -> None:
    many = ", ".join(f'"{number}"' for number in range(1000))

    assert evaluate(etag='"999"', last_modified=None, if_none_match=many) == NOT_MODIFIED
    assert evaluate(etag='"x"', last_modified=None, if_match=many) == FAILED
    assert evaluate(etag='"999"', last_modified=None, if_none_match=f'{many}, "1000"') == PROCEED
    assert evaluate(etag='"x"', last_modified=None, if_match=f'{many}, "1000"') == PROCEED
    assert evaluate(etag='"x"', last_modified=None, if_none_match='"x", "' + "y" * 2**15 + '"') == PROCEED
    assert evaluate(etag='"x"', last_modified=1, if_none_match=f'{many}, "1000"', if_modified_since=1) == PROCEED
    assert evaluate(etag='"x"', last_modified=1, if_match=f'{many}, "1000"', if_unmodified_since=0) == PROCEED


def test_more_than_32_kib_count_for_nothing() -> None:
    assert evaluate(etag='"x"', last_modified=None, if_none_match="*".ljust(32 * 1024)) == NOT_MODIFIED
    assert evaluate(etag='"x"', last_modified=None, if_none_match="*".ljust(32 * 1024 + 1)) == PROCEED


# A lone quote would make an entity tag with a comma, which Django does not know.
tags = st.sampled_from(
    ['"a"', 'W/"a"', '"b"', 'W/"b"', '""', "a", "W/", "", "*", '"a""b"', 'w/"a"', '"W/"', "\xff", " "]
)
tag_lists = st.tuples(st.lists(tags, max_size=4), st.sampled_from([",", ", ", " ,\t", " "])).map(
    lambda drawn: drawn[1].join(drawn[0])
)
dates = st.none() | st.sampled_from([99, 100, 101])


@given(
    st.sampled_from(['"a"', 'W/"a"', '"other"']),
    st.none() | tag_lists,
    dates,
    st.none() | tag_lists,
    dates,
)
def test_any_fields_are_decided_as_by_django(
    etag: str, if_match: str | None, unmodified: int | None, if_none_match: str | None, modified: int | None
) -> None:
    headers = {}
    # Django lets the date decide where the other field is malformed, which is not allowed.
    if if_match is not None:
        headers["if-match"] = if_match
    elif unmodified is not None:
        headers["if-unmodified-since"] = http_date(unmodified)
    if if_none_match is not None:
        headers["if-none-match"] = if_none_match
    elif modified is not None:
        headers["if-modified-since"] = http_date(modified)
    request = RequestFactory().get("/", headers=headers)
    response = get_conditional_response(request, etag=etag, last_modified=100)

    outcome = _conditions.evaluate(request.META, etag, 100)

    assert outcome == (response.status_code if response else 200)


@pytest.mark.parametrize(
    "piece", ['"' + "a" * 32 + '", ', 'W/"' + "a" * 32 + '",', '"a",' + " " * 32, "a" * 32 + ",", " ", "a", "*", "W/"]
)
def test_time_is_linear(piece: str) -> None:
    def field(length: int) -> str:
        return piece * (length // len(piece)) + ', "x"'

    def duration(text: str) -> float:
        start = time.process_time()
        for _ in range(10):
            # The last member is found, so all of the field is read.
            assert evaluate(etag='"x"', last_modified=1, if_match=text) == PROCEED
            assert evaluate(etag='"x"', last_modified=1, if_none_match=text) == NOT_MODIFIED
        return time.process_time() - start

    smaller, larger = (min(duration(field(length)) for _ in range(5)) for length in (2000, 32000))

    # Sixteen times the text takes about sixteen times as long; it would be 256 times if the time were quadratic.
    assert larger < 60 * smaller


@pytest.mark.parametrize(
    ("if_range", "applies"),
    [
        ('"a"', True),
        ('"b"', False),
        ('W/"a"', False),
        ('"a", "b"', False),
        ("*", False),
        ("a", False),
        ("", False),
        (http_date(100), True),
        (http_date(99), False),
        (http_date(101), False),
    ],
)
def test_if_range_lets_only_an_exact_strong_validator_select(if_range: str, applies: bool) -> None:
    assert range_applies(if_range, '"a"', 100, now=102) is applies


def test_if_range_never_matches_what_is_weak_or_absent() -> None:
    assert not range_applies('W/"a"', 'W/"a"', None, now=200)
    assert not range_applies("a", "a", None, now=200)
    assert not range_applies('"a"', None, None, now=200)
    assert not range_applies(http_date(100), None, None, now=200)
    assert not range_applies(http_date(100), None, 100, now=101.9)


def test_entity_tag_is_of_the_last_change_and_the_size() -> None:
    assert entity_tag(Facts(0, 255, 1, 10**18 + 1)) == '"de0b6b3a7640001-ff"'
    assert entity_tag(Facts(0, 0, None, 10**18 + 1)) == '"de0b6b3a7640001-0"'


def test_entity_tag_is_weak_where_two_changes_may_have_the_same_time() -> None:
    assert entity_tag(Facts(0, 255, 10**18 + 1, None)) == 'W/"de0b6b3a7640001-ff"'
    assert entity_tag(Facts(0, 255, 1, 10**18)) == 'W/"de0b6b3a7640000-ff"'


def test_no_entity_tag_is_made_of_the_size_alone() -> None:
    assert entity_tag(Facts(0, 255, None, None)) is None
