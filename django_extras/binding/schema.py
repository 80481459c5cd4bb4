"""
Say in JSON Schema (2020-12) what a form takes.

What a schema allows, the form takes, except for rules over several fields, rows that are not there and a project's own
validators. A form takes more than its schema says, such as the text "3" for a number: a schema names one way for each.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from enum import Enum, auto
from functools import singledispatch
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.choices import CallableChoiceIterator, flatten_choices

from .choices import key_column
from .limits import Schema, limited, validators_of
from .values import from_json

_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_DURATION = r"-?P\d{1,8}DT([01]\d|2[0-3])H[0-5]\dM[0-5]\d(\.\d{1,6})?S"


class Required(Enum):
    """Which fields a body must have."""

    CREATE = auto()  #: Those without an initial value and a default.
    ALL = auto()
    NONE = auto()


def form_schema(form: Any, required: Required, *, is_encoded: bool = False, prefix: str = "") -> Schema:
    """
    Return the schema of the object that fills in a form.

    `is_encoded` asks for that of a form-encoded body, which has no null, and whose names begin with `prefix`.
    """
    properties: dict[str, Schema] = {}
    needed: list[str] = []
    model = getattr(getattr(form, "_meta", None), "model", None)
    for name, field in form.base_fields.items():
        column = _column(model, name)
        if field.disabled:
            properties[name] = {"description": "Ignored.", "readOnly": True}
            continue
        parts = (
            encoded_parts(f"{prefix}{name}", field, column) if is_encoded else [(name, field_schema_of(field, column))]
        )
        for key, schema in parts:
            properties[key] = _described(schema, field)
            # A field of several inputs may do without some of them.
            is_whole = key.endswith(name) or getattr(field, "require_all_fields", False)
            if is_whole and _is_needed(field, column, required):
                needed.append(key)
    return {
        "type": "object",
        "properties": properties,
        **({"required": needed} if needed else {}),
        # Django's forms leave out what else browsers send.
        **({} if is_encoded else {"additionalProperties": False}),
    }


def _is_needed(field: forms.Field, column: Any, required: Required) -> bool:
    if required is not Required.CREATE:
        return required is Required.ALL and not isinstance(field, forms.FileField)
    has_default = column is not None and (column.has_default() or column.has_db_default())
    return field.required and field.initial is None and not has_default


def _column(model: Any, name: str) -> Any:
    if model is None:
        return None
    try:
        column = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return column if isinstance(column, models.Field) else None


def _described(schema: Schema, field: forms.Field) -> Schema:
    text = " ".join(filter(None, [schema.get("description", ""), str(field.help_text or "")]))
    return {**schema, "description": text} if text else schema


def field_schema_of(field: forms.Field, column: Any = None) -> Schema:
    """Return the schema of the values that a field takes, null among them if it takes that."""
    schema = limited(_schema_of(field), field.validators)
    if column is not None:
        schema = limited(schema, validators_of(column))
    takes_null = not field.required and not isinstance(field, _WITHOUT_NULL)
    return _nullable(schema) if takes_null else schema


def encoded_parts(name: str, field: forms.Field, column: Any = None) -> Iterator[tuple[str, Schema]]:
    """Return the names that a form-encoded body, or a query, has for a field, each with its schema."""
    widget: Any = field.widget
    if not isinstance(field.widget, forms.MultiWidget):
        yield name, encoded_schema(field, column)
        return
    suffixes = getattr(widget, "suffixes", None)  # of django-filter
    ends = widget.widgets_names if suffixes is None else [f"_{each}" if each else "" for each in suffixes]
    parts: list[Any] = getattr(field, "fields", None) or [None] * len(ends)
    for end, part in zip(ends, parts, strict=True):
        yield name + end, {} if part is None else encoded_schema(part)


def encoded_schema(field: forms.Field, column: Any = None) -> Schema:
    """Return the schema of what a form-encoded body has for a field."""
    if isinstance(field, forms.FileField):
        return {"type": "string", "format": "binary"}
    if isinstance(field, forms.JSONField):
        return {"type": "string", "contentMediaType": "application/json"}
    if isinstance(field.widget, forms.CheckboxInput):
        return {}  # any text that a browser has for a box
    return limited(limited(_schema_of(field), field.validators), validators_of(column))


def _schema_of(field: forms.Field) -> Schema:
    taker, teller = from_json.dispatch(type(field)), field_schema.dispatch(type(field))
    # A project that says what its field takes, and not in which schema.
    if not taker.__module__.startswith("django_extras.") and teller.__module__.startswith("django_extras."):
        return {}
    return dict(teller(field))


_WITHOUT_NULL = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField, forms.BooleanField)


def _nullable(schema: Schema) -> Schema:
    if "const" in schema or "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]} if schema else schema
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    wider = {**schema, "type": [*kinds, *(["null"] if "null" not in kinds else [])]}
    return {**wider, "enum": [*schema["enum"], None]} if "enum" in schema else wider


@singledispatch
def field_schema(field: forms.Field) -> Mapping[str, Any]:
    """
    Return the schema of the values, other than null, that a class of fields takes.

    A project that registers its field with ``from_json`` registers it here too: ``@field_schema.register``.
    """
    return {}


@field_schema.register
def _char(field: forms.CharField) -> Schema:
    schema: Schema = {"type": "string"}
    if field.max_length is not None:
        schema["maxLength"] = int(field.max_length)
    if field.min_length is not None or field.required:
        schema["minLength"] = max(int(field.min_length or 0), 1 if field.required else 0)
    if field.strip and field.required:
        schema["pattern"] = r"\S"  # of spaces nothing is left
    return schema


@field_schema.register
def _regex(field: forms.RegexField) -> Schema:
    return {key: value for key, value in _char(field).items() if key != "pattern"}


@field_schema.register
def _slug(field: forms.SlugField) -> Schema:
    unicode = {} if field.allow_unicode else {"pattern": "^[-a-zA-Z0-9_]*$"}
    return {**_char(field), **unicode}


def _formatted(**schema: Any) -> Callable[[Any], Schema]:
    def tell(field: Any) -> Schema:
        lengths = {key: value for key, value in _char(field).items() if key == "maxLength"}
        found = {"type": "string", **schema, **lengths}
        return found if field.required else {"anyOf": [found, {"const": ""}]}

    return tell


field_schema.register(forms.EmailField)(_formatted(format="email"))
field_schema.register(forms.URLField)(_formatted(format="uri", pattern=r"^(https?|ftps?)://\S+$"))
field_schema.register(forms.UUIDField)(lambda field: {"type": "string", "format": "uuid"})


@field_schema.register
def _ip_address(field: forms.GenericIPAddressField) -> Schema:
    return {"anyOf": [{"type": "string", "format": "ipv4"}, {"type": "string", "format": "ipv6"}]}


@field_schema.register
def _integer(field: forms.IntegerField) -> Schema:
    schema: Schema = {"type": "integer"}
    if field.step_size is not None and not field.min_value:
        schema["multipleOf"] = field.step_size
    return schema


@field_schema.register
def _float(field: forms.FloatField) -> Schema:
    most = 1.7976931348623157e308
    return {"type": "number", "minimum": -most, "maximum": most}


@field_schema.register
def _decimal(field: forms.DecimalField) -> Schema:
    digits, places = field.max_digits, field.decimal_places
    whole = r"\d{1,20}" if digits is None else rf"\d{{1,{max(digits - (places or 0), 1)}}}"
    least: Any = field.min_value
    sign = "" if least is not None and not callable(least) and least >= 0 else "-?"
    fraction = rf"(\.\d{{1,{places or 20}}})?" if places != 0 else ""
    # A number of JSON is read as a decimal, so it is as exact as text.
    schema: Schema = {"type": ["string", "number"], "pattern": f"^{sign}{whole}{fraction}$"}
    if not sign:
        schema["minimum"] = 0
    if digits is not None:
        most = 10 ** (digits - (places or 0))
        schema |= {**({"exclusiveMinimum": -most} if sign else {}), "exclusiveMaximum": most}
    if places is not None:
        schema["multipleOf"] = float(f"1e-{places}") if places else 1
    return schema


@field_schema.register
def _boolean(field: forms.BooleanField) -> Schema:
    return {"const": True} if field.required else {"type": "boolean"}


@field_schema.register
def _null_boolean(field: forms.NullBooleanField) -> Schema:
    return {"type": ["boolean", "null"]}


field_schema.register(forms.DateField)(lambda field: {"type": "string", "format": "date"})
field_schema.register(forms.TimeField)(lambda field: {"type": "string", "pattern": f"^{_TIME}$"})
field_schema.register(forms.DurationField)(lambda field: {"type": "string", "pattern": f"^{_DURATION}$"})


@field_schema.register
def _datetime(field: forms.DateTimeField) -> Schema:
    return {"type": "string", "format": "date-time"}


@field_schema.register
def _split_datetime(field: forms.SplitDateTimeField) -> Schema:
    return {"type": "string", "format": "date-time"}


@field_schema.register
def _choice(field: forms.ChoiceField) -> Schema:
    schema = _one_of(field)
    return _with_blank(schema) if not field.required and schema.get("type") == "string" else schema


@field_schema.register
def _choices(field: forms.MultipleChoiceField) -> Schema:
    return _list_of(_one_of(field), field)


@field_schema.register
def _path(field: forms.FilePathField) -> Schema:
    return {"type": "string"}  # what is in a directory differs from machine to machine


def _one_of(field: forms.ChoiceField) -> Schema:
    """Return the schema of one choice, as GET sends it."""
    choices: Any = field.choices
    given = getattr(choices, "choices", choices)  # django-filter puts some of its own before them
    if isinstance(given, CallableChoiceIterator) or callable(given):
        return {}
    encoder = DjangoJSONEncoder()
    known: Any = flatten_choices(choices)
    pairs = [
        (value if isinstance(value, str | int | float) else encoder.default(value), str(label))
        for value, label in known
        if value not in (None, "")
    ]
    kinds = {_kind(value) for value, label in pairs}
    labels = "; ".join(f"{value}: {label}" for value, label in pairs if str(value) != label)
    schema: Schema = {"enum": [value for value, label in pairs]}
    if len(kinds) == 1:
        schema = {"type": kinds.pop(), **schema}
    return {**schema, "description": labels} if labels else schema


def _kind(value: Any) -> str:
    kinds = ((bool, "boolean"), (int, "integer"), (float, "number"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "string")


def _with_blank(schema: Schema) -> Schema:
    return {**schema, "enum": [*schema["enum"], ""]}


def _list_of(items: Schema, field: forms.Field) -> Schema:
    least = {"minItems": 1} if field.required else {}
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    return {"type": "array", "items": items, **least, **({} if most is None else {"maxItems": most})}


@field_schema.register(forms.ModelChoiceField)
def _row(field: "forms.ModelChoiceField[Any]") -> Schema:
    column = key_column(field)
    match column:
        case models.IntegerField():
            schema: Schema = {"type": "integer"}
        case models.UUIDField():
            schema = {"type": "string", "format": "uuid"}
        case _:
            schema = {"type": "string", "minLength": 1}
    return limited(schema, validators_of(column))


@field_schema.register(forms.ModelMultipleChoiceField)
def _rows(field: "forms.ModelMultipleChoiceField[Any]") -> Schema:
    return _list_of(dict(_row(field)), field)


@field_schema.register
def _file(field: forms.FileField) -> Schema:
    # The URL that GET sent keeps the file.
    return {"type": "string", "format": "uri-reference"}


@field_schema.register
def _combo(field: forms.ComboField) -> Schema:
    return _schema_of(_part(field.fields[0], field.required))


@field_schema.register
def _compound(field: forms.MultiValueField) -> Schema:
    is_whole = field.require_all_fields and field.required
    items = [field_schema_of(_part(part, is_whole or part.required)) for part in field.fields]
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


def _part(field: forms.Field, required: bool) -> forms.Field:
    """Return a field of a field, which Django makes optional, as it was."""
    found = copy.copy(field)
    found.required = required
    return found


@field_schema.register
def _json(field: forms.JSONField) -> Schema:
    return {"type": ["boolean", "number", "string", "array", "object"]} if field.required else {}
