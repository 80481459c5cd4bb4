"""Errors of a form, with their pointers, codes and messages."""

import time
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from django_extras.binding.errors import MAX_ERRORS, Refusal, form_errors
from django_extras.binding.pointers import parts, pointer
from tests.binding.forms import filled


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), "#"),
        (("a",), "#/a"),
        (("a", 0, "b"), "#/a/0/b"),
        (("",), "#/"),
        (("a/b", "m~n"), "#/a~1b/m~0n"),
        (("c%d", "e^f", 'k"l', " ", "\\"), "#/c%25d/e%5Ef/k%22l/%20/%5C"),
        (("é",), "#/%C3%A9"),
        (("#?[]",), "#/%23%3F%5B%5D"),
        (("\ud800",), "#/%5Cud800"),
    ],
)
def test_pointers_are_fragments(path: Any, text: str) -> None:
    assert pointer(path) == text


def test_parts_of_a_value() -> None:
    found = list(parts({"a": [1, {"b": 2}]}))

    assert found[:3] == [((), {"a": [1, {"b": 2}]}), (("a",), "a"), (("a",), [1, {"b": 2}])]
    assert {path: part for path, part in found if isinstance(part, int)} == {("a", 0): 1, ("a", 1, "b"): 2}


class PriceForm(forms.Form):
    """A form whose clean() finds faults of every kind."""

    title = forms.CharField(max_length=3)
    price = forms.IntegerField(min_value=1)
    tags = forms.MultipleChoiceField(choices=[("a", "A"), ("1", "One")], required=False)

    def clean_title(self) -> str:
        if self.cleaned_data["title"] == "no":
            raise ValidationError("Not %(title)s.", code="no", params={"title": "no"})
        return str(self.cleaned_data["title"])

    def clean(self) -> None:
        if self.cleaned_data.get("price") == 13:
            self.add_error("price", "Bad luck.")
            self.add_error(None, "Really.")
            raise ValidationError(["One.", ValidationError("Two.", code="two")])


def errors(body: Any) -> list[dict[str, str]]:
    return form_errors(filled(PriceForm, body), body)


def test_each_error_has_detail_pointer_and_code() -> None:
    assert errors({"title": "long", "price": 0}) == [
        {
            "detail": "Ensure this value has at most 3 characters (it has 4).",
            "pointer": "#/title",
            "code": "max_length",
        },
        {"detail": "Ensure this value is greater than or equal to 1.", "pointer": "#/price", "code": "min_value"},
    ]


def test_errors_of_the_form_are_those_of_the_whole() -> None:
    assert errors({"title": "no", "price": 13}) == [
        {"detail": "Not no.", "pointer": "#/title", "code": "no"},
        {"detail": "Bad luck.", "pointer": "#/price", "code": "invalid"},
        {"detail": "Really.", "pointer": "#", "code": "invalid"},
        {"detail": "One.", "pointer": "#", "code": "invalid"},
        {"detail": "Two.", "pointer": "#", "code": "two"},
    ]


def test_the_item_of_a_list_is_found_by_what_the_message_names() -> None:
    assert errors({"title": "a", "price": 1, "tags": ["a", 1, "x"]}) == [
        {
            "detail": "Select a valid choice. x is not one of the available choices.",
            "pointer": "#/tags/2",
            "code": "invalid_choice",
        }
    ]


def test_keys_that_the_form_does_not_have_are_errors_at_the_key() -> None:
    assert errors({"title": "a", "price": 1, "a/b": 1, "é": None}) == [
        {"detail": "There is no such field. There are: title, price, tags.", "pointer": at, "code": "unknown"}
        for at in ("#/a~1b", "#/%C3%A9")
    ]


def test_there_are_at_most_so_many_errors() -> None:
    body = {f"key{n}": n for n in range(1000)}

    assert len(errors(body)) == MAX_ERRORS
    assert len(errors({"title": "a", "price": 1, "tags": [{}] * 1000})) == MAX_ERRORS


def test_a_form_gets_no_more_than_are_shown() -> None:
    form = filled(PriceForm, {f"key{n}": n for n in range(1000)})

    assert len(form.non_field_errors()) <= MAX_ERRORS + 1  # and what clean() finds


def test_an_error_of_a_long_list_takes_linear_time() -> None:
    start = time.process_time()

    assert [error["pointer"] for error in errors({"title": "a", "price": 1, "tags": ["x"] * 30_000})] == ["#/tags"]
    assert time.process_time() - start < 5


def test_errors_without_the_values_that_were_sent() -> None:
    assert form_errors(filled(PriceForm, {"title": "a", "price": 1, "tags": ["x"]}))[0]["pointer"] == "#/tags"


def test_parameters_of_an_error_may_be_anything() -> None:
    form = filled(PriceForm, {"title": "a", "price": 1, "tags": ["a"]})
    form.add_error("tags", ValidationError("Bad %s.", params=("luck",)))
    form.add_error("tags", ValidationError("Bad %(who)s.", params={"who": "a"}))
    form.add_error("tags", Refusal("Here.", path=(0, "b")))

    assert [(error["detail"], error["pointer"]) for error in form_errors(form, {"tags": ["a"]})] == [
        ("Bad luck.", "#/tags"),
        ("Bad a.", "#/tags"),
        ("Here.", "#/tags/0/b"),
    ]
