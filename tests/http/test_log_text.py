import pytest

from django_extras.http._log_text import loggable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("/café/a b?c=%0a\\n", "/café/a b?c=%0a\\n"),
        ("a\r\nERROR root: forged", "a\\r\\nERROR root: forged"),
        ("\x1b[2J\x00\x7f\x85\t", "\\x1b[2J\\x00\\x7f\\x85\\t"),
        ("a\u2028b\u2029c\u202etxt.exe\ufeff", "a\\u2028b\\u2029c\\u202etxt.exe\\ufeff"),
        ("\ud800", "\\ud800"),
        (ValueError("a\nb"), "a\\nb"),
        (404, "404"),
        ("", ""),
    ],
)
def test_what_does_not_print_is_escaped(value: object, text: str) -> None:
    assert loggable(value) == text
