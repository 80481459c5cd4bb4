"""What the schema of a form allows, the form takes; and what GET sends, the schema allows."""

from typing import Any

from django import forms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from django_extras.binding.form import Absent
from django_extras.binding.schema import Required, form_schema
from tests import entries, schemas
from tests.binding.forms import filled
from tests.binding.test_law import COLUMNS, objects, shown

ENTRY_FORM = forms.modelform_factory(entries.Entry, fields=list(COLUMNS))
PATCH = form_schema(ENTRY_FORM, Required.NONE)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_the_schema_allows_is_taken(db: None, data: Any) -> None:
    # Whether a URL is that of the file, and which files a directory has, is nothing that a schema knows.
    name = data.draw(st.sampled_from(sorted(COLUMNS.keys() - {"file", "file_path"})))
    schema = {**PATCH, "properties": {name: PATCH["properties"][name]}, "required": [name]}
    body = data.draw(schemas.values(schema))
    instance = entries.Entry.objects.create()

    form = filled(ENTRY_FORM, body, Absent.KEPT, instance=instance)

    assert form.is_valid(), (body, form.errors.as_json())


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(values=objects(entries.Entry, dict(COLUMNS)))
def test_what_get_sends_is_allowed(db: None, values: dict[str, Any]) -> None:
    instance = entries.Entry.objects.create(**values)
    schema = form_schema(ENTRY_FORM, Required.ALL)
    Draft202012Validator.check_schema(schema)

    body = shown(instance, list(COLUMNS))

    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(body)
