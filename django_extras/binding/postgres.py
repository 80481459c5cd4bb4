"""
What the form fields of PostgreSQL take, and in which schema.

They need its driver: without it this module cannot be imported.
"""

from typing import Any

from django.contrib.postgres import forms
from django.forms import MultiValueField
from django.utils.translation import gettext as _

from .errors import Refusal
from .limits import Schema
from .schema import field_schema, field_schema_of
from .values import from_json, from_list, from_python


@from_json.register
def _array(field: forms.SimpleArrayField, value: Any, initial: Any = None) -> Any:
    return None if value is None else _items(field, value)


@from_json.register
def _split_array(field: forms.SplitArrayField, value: Any, initial: Any = None) -> Any:
    return _padded(field, [] if value is None else _items(field, value))


def _items(field: Any, value: Any) -> list[Any]:
    return from_list(field, value, lambda index, item: from_json(field.base_field, item))


@from_python.register
def _array_initial(field: forms.SimpleArrayField, value: Any) -> Any:
    return value


@from_python.register
def _split_array_initial(field: forms.SplitArrayField, value: Any) -> Any:
    return _padded(field, list(value or []))


def _padded(field: forms.SplitArrayField, items: list[Any]) -> list[Any]:
    # Django fails with fewer.
    return items + [None] * (field.size - len(items))


@from_json.register
def _range(field: forms.BaseRangeField, value: Any, initial: Any = None) -> Any:
    if value is None or isinstance(value, list):
        return from_json.dispatch(MultiValueField)(field, value)
    raise Refusal(field.error_messages["invalid"])  # the widget would take str.lower for a bound


@from_json.register
def _hstore(field: forms.HStoreField, value: Any, initial: Any = None) -> Any:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refusal(field.error_messages["invalid_format"], "invalid_format")
    for key, item in value.items():
        if item is not None and not isinstance(item, str):
            raise Refusal(_("Send a string."), path=(key,))
        if "\0" in key or "\0" in (item or ""):
            raise Refusal(_("Null characters are not allowed."), "null_characters_not_allowed", path=(key,))
    return dict(value)  # the field writes into it


@from_python.register
def _hstore_initial(field: forms.HStoreField, value: Any) -> Any:
    return value and dict(value)


# In JSON Schema


@field_schema.register
def _array_schema(field: forms.SimpleArrayField) -> Schema:
    limits = {"minItems": max(field.min_length or 0, int(field.required)), "maxItems": field.max_length}
    return {
        "type": "array",
        "items": field_schema_of(field.base_field),
        **{key: value for key, value in limits.items() if value},
    }


@field_schema.register
def _split_array_schema(field: forms.SplitArrayField) -> Schema:
    return {"type": "array", "items": field_schema_of(field.base_field), "maxItems": field.size}


@field_schema.register
def _range_schema(field: forms.BaseRangeField) -> Schema:
    bounds: list[Any] = [field_schema_of(bound) for bound in field.fields]
    return {"type": "array", "prefixItems": bounds, "minItems": 2, "maxItems": 2}


@field_schema.register
def _hstore_schema(field: forms.HStoreField) -> Schema:
    return {"type": "object", "additionalProperties": {"type": ["string", "null"]}}
