"""What a form may read in its data while it is made."""

from decimal import Decimal
from typing import Any

import pytest

from django_extras.binding.data import browser_data


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("a", ["a"]),
        ("", [""]),
        (None, [""]),
        (5, ["5"]),
        (Decimal("1.50"), ["1.50"]),
        (True, ["on"]),
        (False, []),
        ([1, "b", None], ["1", "b", ""]),
        ([], []),
        ({"a": [Decimal("1.50")]}, ['{"a": [1.50]}']),
        ([[1]], ["[1]"]),
    ],
)
def test_values_are_text(value: Any, texts: list[str]) -> None:
    assert browser_data({"x": value}).getlist("x") == texts


def test_names_have_the_prefix() -> None:
    assert dict(browser_data({"a": 1}, "p").lists()) == {"p-a": ["1"]}


def test_data_are_as_those_of_a_request() -> None:
    data = browser_data({"a": 1})

    with pytest.raises(AttributeError, match="immutable"):
        data["a"] = "2"
    copied = data.copy()
    copied["b"] = "2"
    assert copied.urlencode() == "a=1&b=2"
