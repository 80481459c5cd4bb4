"""What the form fields of PostgreSQL take. They work without its server, but not without its driver."""

import datetime
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.contrib.postgres import forms as postgres
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange, NumericRange
from django.utils import translation

from django_extras.binding.errors import form_errors
from django_extras.binding.form import Absent
from django_extras.binding.schema import field_schema_of
from tests import entries
from tests.binding.forms import cleaned, filled, refusal

Simple, Split = postgres.SimpleArrayField, postgres.SplitArrayField
Integers, Texts = forms.IntegerField, forms.CharField

needs_server = pytest.mark.skipif(connection.vendor != "postgresql", reason="needs the columns of PostgreSQL")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("field", "value", "result"),
    [
        (Simple(Integers()), [1, "2"], [1, 2]),
        (Simple(Texts()), ["a,b", "c"], ["a,b", "c"]),
        (Simple(forms.DateField()), ["2026-01-02"], [datetime.date(2026, 1, 2)]),
        (Simple(forms.DecimalField(localize=True)), [Decimal("1.5"), "2.500"], [Decimal("1.5"), Decimal("2.5")]),
        (Simple(Simple(Integers())), [[1], [2]], [[1], [2]]),
        (Simple(postgres.IntegerRangeField()), [[1, 2]], [NumericRange(1, 2)]),
        (Simple(Integers(), required=False), [], []),
        (Simple(Integers(), required=False), None, []),
        (Split(Integers(), 2), [1, 2], [1, 2]),
        (Split(Integers(localize=True), 2), [0, 0], [0, 0]),
        (Split(Integers(required=False), 3), [0], [0, None, None]),
        (Split(Integers(required=False), 3, remove_trailing_nulls=True), [0], [0]),
        (Split(Integers(required=False), 2, required=False), None, [None, None]),
        (postgres.IntegerRangeField(), [1, "2"], NumericRange(1, 2)),
        (postgres.IntegerRangeField(), [None, 2], NumericRange(None, 2)),
        (postgres.IntegerRangeField(), [None, None], None),
        (postgres.IntegerRangeField(), None, None),
        (postgres.DecimalRangeField(localize=True), ["1.500", 2], NumericRange(Decimal("1.5"), Decimal(2))),
        (postgres.DateRangeField(), ["2026-01-02", None], DateRange(datetime.date(2026, 1, 2), None)),
        (
            postgres.DateTimeRangeField(default_bounds="[]"),
            ["2026-01-02T03:04:05Z", None],
            DateTimeTZRange(datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC), None, "[]"),
        ),
        (postgres.HStoreField(), {"a": "b", "c": None, "": ""}, {"a": "b", "c": None, "": ""}),
        (postgres.HStoreField(required=False), None, {}),
        (postgres.HStoreField(required=False), {}, {}),
    ],
)
def test_values_are_taken(field: forms.Field, value: Any, result: Any, language: str) -> None:
    with translation.override(language):
        assert cleaned(field, value) == result


@pytest.mark.parametrize(
    ("field", "value", "errors"),
    [
        (Simple(Integers()), "1,2", refusal(code="invalid_list")),
        (Simple(Integers()), 1, refusal(code="invalid_list")),
        (Simple(Integers()), {"0": 1}, refusal(code="invalid_list")),
        (Simple(Integers()), [1, "a", True], refusal(1) + refusal(2)),
        (Simple(Integers(max_value=5)), [1, 6], refusal(1, code="item_invalid")),
        (Simple(Integers()), None, refusal(code="required")),
        (Simple(Integers(), max_length=1), [1, 2], refusal(code="max_length")),
        (Simple(Simple(Integers())), [[1], ["a"]], refusal(1, 0)),
        (Split(Integers(), 2), [1, "a"], refusal(1)),
        (Split(Integers(), 2), 5, refusal(code="invalid_list")),
        (Split(Integers(), 2), [1], refusal()),
        (postgres.IntegerRangeField(), "[1,2)", refusal()),
        (postgres.IntegerRangeField(), {"lower": 1, "upper": 2}, refusal()),
        (postgres.IntegerRangeField(), 5, refusal()),
        (postgres.IntegerRangeField(), True, refusal()),
        (postgres.IntegerRangeField(), "", refusal()),
        (postgres.IntegerRangeField(), [1], refusal()),
        (postgres.IntegerRangeField(), [1, 2, 3], refusal()),
        (postgres.IntegerRangeField(), [1, "a"], refusal(1)),
        (postgres.IntegerRangeField(), [2, 1], refusal(code="bound_ordering")),
        (postgres.DateTimeRangeField(), ["02.01.2026", None], refusal(0)),
        (postgres.HStoreField(), "{}", refusal(code="invalid_format")),
        (postgres.HStoreField(), [], refusal(code="invalid_format")),
        (postgres.HStoreField(), {"a": 1}, refusal("a")),
        (postgres.HStoreField(), {"a": {"b": "c"}}, refusal("a")),
        (postgres.HStoreField(), {"a": "\0"}, refusal("a", code="null_characters_not_allowed")),
        (postgres.HStoreField(), {"a\0": None}, refusal("a%00", code="null_characters_not_allowed")),
        (postgres.HStoreField(), {}, refusal(code="required")),
    ],
)
def test_values_are_refused_where_they_are_wrong(field: forms.Field, value: Any, errors: Any) -> None:
    assert cleaned(field, value) == errors


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Simple(Integers()), [1, 2]),
        (Simple(Texts()), ["a,b"]),
        (Split(Integers(required=False), 3), [1]),
        (postgres.IntegerRangeField(), NumericRange(1, 2)),
        (postgres.HStoreField(), {"a": "b"}),
    ],
)
def test_initial_values_are_those_of_python(field: forms.Field, value: Any) -> None:
    field.initial = value
    form = filled(type("OneForm", (forms.Form,), {"x": field}), {})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["x"] == (value if field.__class__ is not Split else [1, None, None])


def test_the_initial_value_of_a_dictionary_is_not_written_into() -> None:
    initial = {"a": 1}
    form = filled(type("OneForm", (forms.Form,), {"x": postgres.HStoreField(initial=initial)}), {})

    assert form.is_valid()
    assert (form.cleaned_data["x"], initial) == ({"a": "1"}, {"a": 1})


def test_without_the_driver_forms_have_no_such_fields() -> None:
    code = (
        "import sys; sys.modules['psycopg'] = sys.modules['psycopg2'] = None\n"
        "import django_extras.binding.form\n"
        "assert 'django_extras.binding.postgres' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


@needs_server
class TestColumns:
    def errors(self, body: Any) -> Any:
        form_class = forms.modelform_factory(entries.PostgresEntry, fields=list(body))
        return [
            (error["pointer"], error["code"]) for error in form_errors(filled(form_class, body, Absent.DEFAULT), body)
        ]

    @pytest.mark.parametrize(
        ("body", "pointers"),
        [
            ({"integer_range": [1, 2**31]}, ["#/integer_range/1"]),
            ({"integer_range": [-(2**31) - 1, None]}, ["#/integer_range/0"]),
            ({"big_integer_range": [1, 2**31]}, []),
            ({"big_integer_range": [1, 2**63]}, ["#/big_integer_range/1"]),
            ({"ranges": [[1, 2], [1, 2**31]]}, ["#/ranges"]),
            ({"array": [1, 2**31]}, ["#/array/1"]),
            ({"integer_range": None, "ranges": None}, []),
            ({"nested": [[1], [2, 3]]}, ["#/nested"]),
        ],
    )
    def test_integers_must_fit_their_column(self, db: None, body: Any, pointers: list[str]) -> None:
        assert [pointer for pointer, _ in self.errors(body)] == pointers

    def test_what_was_sent_is_saved(self, db: None) -> None:
        body = {"array": [1], "integer_range": [1, 2], "hstore": {"a": None}, "texts": ["a,b"], "ranges": [[1, None]]}
        form = filled(forms.modelform_factory(entries.PostgresEntry, fields=list(body)), body)

        assert form.is_valid(), form.errors
        entry = entries.PostgresEntry.objects.get(pk=form.save().pk)
        assert (entry.array, entry.hstore, entry.texts) == ([1], {"a": None}, ["a,b"])
        assert (entry.integer_range, entry.ranges) == (NumericRange(1, 2), [NumericRange(1, None)])


@pytest.mark.parametrize(
    ("field", "schema"),
    [
        (
            postgres.SimpleArrayField(forms.IntegerField(), max_length=3),
            {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3},
        ),
        (
            postgres.SplitArrayField(forms.IntegerField(required=False), size=2),
            {"type": "array", "items": {"type": ["integer", "null"]}, "maxItems": 2},
        ),
        (
            postgres.IntegerRangeField(required=False),
            {
                "type": ["array", "null"],
                "prefixItems": [{"type": ["integer", "null"]}] * 2,
                "minItems": 2,
                "maxItems": 2,
            },
        ),
        (postgres.HStoreField(), {"type": "object", "additionalProperties": {"type": ["string", "null"]}}),
    ],
)
def test_schemas(field: Any, schema: Any) -> None:
    assert field_schema_of(field) == schema
