import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_extras.http._accept import preferred_type

HTML, JSON, TEXT = "text/html", "application/json", "text/plain"
OFFERS = (HTML, JSON, TEXT)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        # Whoever says nothing, or nothing that can be read, gets the first.
        (None, HTML),
        ("", HTML),
        (" , ,", HTML),
        ("json", HTML),
        ("*/json", HTML),
        ("text/html;q=2", HTML),
        # Names and wildcards.
        ("*/*", HTML),
        ("*", HTML),
        ("application/json", JSON),
        ("APPLICATION/Json", JSON),
        ("text/*", HTML),
        ("application/*", JSON),
        ("image/png", None),
        ("image/*", None),
        # What real clients send.
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("application/json, text/plain, */*", JSON),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", HTML),
        # Weights.
        ("text/html;q=0.5, application/json", JSON),
        ("text/html;q=0.5, application/json;q=0.6", JSON),
        ("text/html;q=0.001, application/json;q=0", HTML),
        ("text/html;Q=0.1,text/plain;q=0.2", TEXT),
        ("text/html;q=0", None),
        ("text/html;q=0.0, */*", JSON),
        ("*/*;q=0", None),
        ("text/html ; q=0.3 , application/json\t;\tq=0.4", JSON),
        ('text/html;q="0.3", application/json;q="0.4"', JSON),
        # The most specific range counts (RFC 9110 12.5.1).
        ("text/*;q=0.1, text/html;q=0, */*;q=0.05", TEXT),
        ("*/*;q=1, text/html;q=0.2, text/*;q=0.5", JSON),
        ("text/html;level=1", None),
        ("text/html;q=0.4;level=1, application/json;q=0.3", HTML),
        # An element that cannot be read does not harm the others.
        ("garbage, application/json", JSON),
        ("text/html;q=nan, text/plain;q=0.1", TEXT),
        ("text/html;q=1e3, text/plain;q=0.1", TEXT),
        ("text/html;q=-1, text/plain;q=0.1", TEXT),
        ("text/html;q=, text/plain;q=0.1", TEXT),
        ("text/html;q=., text/plain;q=0.1", TEXT),
        ("text/html;q=\u0660, text/plain;q=0.1", TEXT),  # a digit, but not ASCII
        # Separators in quoted strings separate nothing.
        ('text/html;a="x,application/json", text/plain', TEXT),
        ('image/png;a="x\\",application/json", text/plain', TEXT),
        ('image/png;a="x;q=1', None),
        ("image/png\\;q=0.1, text/plain", TEXT),
    ],
)
def test_what_the_client_likes_best(accept, expected):
    assert preferred_type(accept, OFFERS) == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/html;level=2", "text/html;level=2"),
        ('text/html;LEVEL="2"', "text/html;level=2"),
        ('text/html;level="\\2"', "text/html;level=2"),
        ("text/html, text/html;level=2;q=0.5", "text/html;level=1"),
        ("text/html;q=0.7, text/html;level=1;q=0", "text/html;level=2"),
    ],
)
def test_parameters(accept, expected):
    assert preferred_type(accept, ["text/html;level=1", "text/html; level=2"]) in {
        expected,
        expected.replace(";", "; "),
    }


def test_without_offers_there_is_no_answer():
    assert preferred_type("*/*", []) is None


@given(st.text(alphabet='*/;=,q."\\ \t01aé\0\n', max_size=60))
def test_it_reads_anything(accept):
    assert preferred_type(accept, OFFERS) in {*OFFERS, None}


@pytest.mark.parametrize(
    ("padding", "is_read"),
    [
        (" " * (4096 - len("text/plain")), True),
        (" " * (4097 - len("text/plain")), False),
        ("," * 300, True),
        ("," * 301, False),
        (";" * 151 + "," * 150, False),
    ],
)
def test_a_field_that_no_client_needs_is_not_read(padding, is_read):
    assert preferred_type(f"text/plain{padding}", OFFERS) == (TEXT if is_read else HTML)


PARTS = [",", ";", '"', '\\"', '"\\', "a/b;", "*/*;q=0.1,", "*/*,", 'a/b;c="', "q=", "0", "a" * 9 + "/", " "]


def duration(accept):
    start = time.process_time()
    for _ in range(5):
        preferred_type(accept, OFFERS)
    return time.process_time() - start


@pytest.mark.parametrize("part", PARTS)
def test_it_takes_linear_time(part):
    separators = part.count(",") + part.count(";")
    size = min(4096 // len(part), 300 // separators if separators else 4096)

    smaller, larger = (min(duration(part * count) for _ in range(5)) for count in (size // 8, size))

    # Eight times the text takes about eight times as long; it would be 64 times if it were quadratic.
    assert larger < 30 * smaller + 0.002


@pytest.mark.parametrize("part", PARTS)
def test_it_takes_no_time_that_the_client_chooses(part):
    assert min(duration(f"text/plain,{part * (776_000 // len(part))}") for _ in range(3)) < 0.1
