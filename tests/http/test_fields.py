"""set_fields(): what a response holds is what Django would have set, or refused."""

import pytest
from django.http import HttpResponse
from django.http.response import BadHeaderError
from django.utils.safestring import mark_safe

from django_extras.http._fields import set_fields


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ETag", '"a-1"'),
        ("x-lower", ""),
        ("X-Number", 12),
        ("X-Bytes", b"abc"),
        (b"X-Name", "a"),
        ("X-Tab", "a\tb"),
        ("X-Latin", "\xe4"),
        ("X-Wide", "\u65e5"),
        ("X-Safe", mark_safe("a")),
    ],
)
def test_it_sets_what_django_sets(name: str, value: str) -> None:
    ours, of_django = HttpResponse(), HttpResponse()

    set_fields(ours.headers, {name: value})
    of_django.headers[name] = value

    assert ours.serialize_headers() == of_django.serialize_headers()
    assert list(ours.headers.items()) == list(of_django.headers.items())


def test_the_last_of_two_that_differ_in_case_counts() -> None:
    response = HttpResponse()

    set_fields(response.headers, {"etag": '"a"', "ETag": '"b"'})

    assert [(name, text) for name, text in response.headers.items() if name.lower() == "etag"] == [("ETag", '"b"')]


@pytest.mark.parametrize("value", ["a\nSet-Cookie: b", "a\rb", "a\r\n\r\n<script>", b"a\nb", "\u65e5\nb"])
@pytest.mark.parametrize("name", ["X-Value", "ETag"])
def test_no_value_ends_the_field(name: str, value: str) -> None:
    response = HttpResponse()

    with pytest.raises(BadHeaderError):
        set_fields(response.headers, {name: value})

    assert name not in response.headers


def test_no_name_ends_the_field() -> None:
    with pytest.raises(BadHeaderError):
        set_fields(HttpResponse().headers, {"X\nSet-Cookie": "a"})


def test_a_name_is_ascii() -> None:
    with pytest.raises(UnicodeError):
        set_fields(HttpResponse().headers, {"X-\xe4": "a"})
