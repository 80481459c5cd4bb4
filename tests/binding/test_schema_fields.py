"""The schema of each class of form field."""

import re
from typing import Any

import pytest
from django import forms
from django.core import validators
from django.db import models

from django_extras.binding.schema import Required, encoded_schema, field_schema, field_schema_of, form_schema
from django_extras.binding.values import from_json
from tests.entries import Draft, Entry
from tests.models import Publisher
from tests.shapes import Person, Team


class Own(forms.CharField):
    pass


class Told(forms.CharField):
    pass


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> Any:
    @from_json.register
    def _own(field: Own, value: Any, initial: Any = None) -> Any:
        return value

    @from_json.register
    def _told(field: Told, value: Any, initial: Any = None) -> Any:
        return value

    @field_schema.register
    def _tell(field: Told) -> Any:
        return {"type": "integer"}


INTEGER, TEXT = {"type": "integer"}, {"type": "string"}


@pytest.mark.parametrize(
    ("field", "schema"),
    [
        (forms.CharField(min_length=2), {"type": "string", "minLength": 2, "pattern": r"\S"}),
        (forms.CharField(required=False, max_length=3), {"type": ["string", "null"], "maxLength": 3}),
        (forms.CharField(strip=False), {"type": "string", "minLength": 1}),
        (forms.RegexField(r"\A[a-z]+\Z"), {"type": "string", "minLength": 1, "pattern": "^[a-z]+$"}),
        (forms.RegexField("(?P<name>a)"), {"type": "string", "minLength": 1}),
        (forms.RegexField(re.compile("a", re.IGNORECASE)), {"type": "string", "minLength": 1}),
        (
            forms.CharField(
                strip=False, required=False, validators=[validators.RegexValidator("a", inverse_match=True)]
            ),
            {"type": ["string", "null"]},
        ),
        (forms.SlugField(), {"type": "string", "minLength": 1, "pattern": "^[-a-zA-Z0-9_]*$"}),
        (forms.SlugField(allow_unicode=True, required=False), {"type": ["string", "null"]}),
        (forms.EmailField(), {"type": "string", "format": "email", "maxLength": 320}),
        (
            forms.URLField(required=False, assume_scheme="https"),
            {
                "anyOf": [
                    {
                        "anyOf": [
                            {"type": "string", "format": "uri", "pattern": r"^(https?|ftps?)://\S+$"},
                            {"const": ""},
                        ]
                    },
                    {"type": "null"},
                ]
            },
        ),
        (forms.IntegerField(min_value=1, max_value=9), {"type": "integer", "minimum": 1, "maximum": 9}),
        (forms.IntegerField(min_value=lambda: 2), {"type": "integer", "minimum": 2}),
        (forms.IntegerField(step_size=5), {"type": "integer", "multipleOf": 5}),
        (forms.IntegerField(step_size=5, min_value=2), {"type": "integer", "minimum": 2}),
        (
            forms.FloatField(),
            {"type": "number", "minimum": -1.7976931348623157e308, "maximum": 1.7976931348623157e308},
        ),
        (forms.DecimalField(), {"type": ["string", "number"], "pattern": r"^-?\d{1,20}(\.\d{1,20})?$"}),
        (
            forms.DecimalField(max_digits=5, decimal_places=2, min_value=0, max_value=9, required=False),
            {
                "type": ["string", "number", "null"],
                "pattern": r"^\d{1,3}(\.\d{1,2})?$",
                "minimum": 0,
                "maximum": 9,
                "exclusiveMaximum": 1000,
                "multipleOf": 0.01,
            },
        ),
        (
            forms.DecimalField(max_digits=5, decimal_places=0),
            {
                "type": ["string", "number"],
                "pattern": r"^-?\d{1,5}$",
                "exclusiveMinimum": -100000,
                "exclusiveMaximum": 100000,
                "multipleOf": 1,
            },
        ),
        (forms.BooleanField(), {"const": True}),
        (forms.BooleanField(required=False), {"type": "boolean"}),
        (forms.NullBooleanField(), {"type": ["boolean", "null"]}),
        (forms.UUIDField(), {"type": "string", "format": "uuid"}),
        (
            forms.GenericIPAddressField(),
            {"anyOf": [{"type": "string", "format": "ipv4"}, {"type": "string", "format": "ipv6"}]},
        ),
        (
            forms.ChoiceField(choices=[("a", "A"), ("Group", [("b", "Bee")])]),
            {"type": "string", "enum": ["a", "b"], "description": "a: A; b: Bee"},
        ),
        (
            forms.ChoiceField(choices=[("a", "a")], required=False),
            {"type": ["string", "null"], "enum": ["a", "", None]},
        ),
        (forms.ChoiceField(choices=[(1, "1"), ("b", "b")]), {"enum": [1, "b"]}),
        (forms.ChoiceField(choices=lambda: [("a", "A")]), {}),
        (
            forms.MultipleChoiceField(choices=[(1, "1")]),
            {"type": "array", "items": {"type": "integer", "enum": [1]}, "minItems": 1, "maxItems": 1000},
        ),
        (forms.FilePathField(path="."), TEXT),
        (
            forms.ModelChoiceField(Publisher.objects.all()),
            {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
        ),
        (forms.ModelChoiceField(Person.everyone.all()), {"type": "string", "format": "uuid"}),
        (
            forms.ModelChoiceField(Team.objects.all(), to_field_name="code"),
            {"type": "string", "minLength": 1, "maxLength": 10},
        ),
        (
            forms.ModelMultipleChoiceField(Person.everyone.all(), required=False),
            {"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": 1000},
        ),
        (forms.JSONField(), {"type": ["boolean", "number", "string", "array", "object"]}),
        (forms.JSONField(required=False), {}),
        (forms.FileField(), {"type": "string", "format": "uri-reference"}),
        (
            forms.ComboField(fields=[forms.EmailField(), forms.CharField()]),
            {"type": "string", "format": "email", "maxLength": 320},
        ),
        (
            forms.MultiValueField(fields=[forms.IntegerField(), forms.DateField()]),
            {
                "type": "array",
                "prefixItems": [INTEGER, {"type": "string", "format": "date"}],
                "minItems": 2,
                "maxItems": 2,
            },
        ),
        (forms.SplitDateTimeField(), {"type": "string", "format": "date-time"}),
        (forms.Field(), {}),
        (Own(), {}),
        (Told(), INTEGER),
    ],
)
def test_a_field(field: Any, schema: Any) -> None:
    assert field_schema_of(field) == schema


@pytest.mark.parametrize(
    ("field", "schema"),
    [
        (forms.FileField(), {"type": "string", "format": "binary"}),
        (forms.JSONField(), {"type": "string", "contentMediaType": "application/json"}),
        (forms.BooleanField(), {}),
        (forms.IntegerField(required=False), INTEGER),
    ],
)
def test_a_field_of_a_form_encoded_body(field: Any, schema: Any) -> None:
    assert encoded_schema(field) == schema


def test_limits_of_lists_and_columns() -> None:
    least = forms.MultipleChoiceField(choices=[("a", "a")], validators=[validators.MinLengthValidator(2)])
    assert field_schema_of(least)["minItems"] == 2

    column = models.CharField(max_length=5, validators=[validators.MaxLengthValidator(4)])
    assert field_schema_of(forms.CharField(max_length=9), column)["maxLength"] == 4

    number = models.IntegerField(validators=[validators.MinValueValidator(3.5), validators.MaxValueValidator(7)])
    assert field_schema_of(forms.IntegerField(), number) == {"type": "integer", "minimum": 3.5, "maximum": 7}


def test_what_a_new_object_needs() -> None:
    form = forms.modelform_factory(Draft, fields="__all__")

    assert form_schema(form, Required.CREATE)["required"] == ["title"]


def test_a_disabled_field_is_ignored() -> None:
    class Form(forms.Form):
        fixed = forms.CharField(disabled=True)

    assert form_schema(Form, Required.ALL) == {
        "type": "object",
        "properties": {"fixed": {"description": "Ignored.", "readOnly": True}},
        "additionalProperties": False,
    }


def test_fields_without_columns() -> None:
    class Form(forms.ModelForm):
        more = forms.CharField(help_text="More.")

        class Meta:
            model = Entry
            fields = ("char", "authors")

    schema = form_schema(Form, Required.ALL)

    assert schema["required"] == ["char", "authors", "more"]
    assert schema["properties"]["more"]["description"] == "More."


def test_a_pattern_from_the_start_of_a_text() -> None:
    field = forms.CharField(strip=False, required=False, validators=[validators.RegexValidator(r"\Aa+\Z")])

    assert field_schema_of(field) == {"type": ["string", "null"], "pattern": "^a+$"}


def test_a_body_of_browsers_has_a_name_for_each_input() -> None:
    class Two(forms.MultiWidget):
        def decompress(self, value: Any) -> list[Any]: ...

    class Form(forms.Form):
        moment = forms.SplitDateTimeField()
        phone = forms.MultiValueField(
            (forms.CharField(), forms.IntegerField(required=False)),
            require_all_fields=False,
            widget=Two([forms.TextInput(), forms.TextInput()]),
        )
        odd = forms.Field(required=False, widget=Two({"a": forms.TextInput(), "": forms.TextInput()}))
        name = forms.CharField()

    found = form_schema(Form, Required.CREATE, is_encoded=True, prefix="visit-")

    assert list(found["properties"]) == [
        *("visit-moment_0", "visit-moment_1", "visit-phone_0", "visit-phone_1", "visit-odd_a", "visit-odd"),
        "visit-name",
    ]
    assert found["properties"]["visit-moment_0"] == {"type": "string", "format": "date"}
    assert found["properties"]["visit-odd_a"] == {}
    assert found["required"] == ["visit-moment_0", "visit-moment_1", "visit-name"]
