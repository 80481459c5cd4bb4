"""
Say in JSON Schema (2020-12) what the rows of a list of fields hold.

It reads models and their annotations of types. It asks no database, and runs no code of a model's instances.
"""

import datetime
import decimal
import enum
import functools
import inspect
import types
import typing
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils.choices import flatten_choices

from django_extras.projection.names import AnyField, Attribute, Column, Relation, ToOne, is_file, sent_fields
from django_extras.projection.relations import is_joinable
from django_extras.projection.steps import Added, Annotation, Step, Steps

Schema = dict[str, Any]

#: What the encoder makes of a Decimal, of which it writes small ones with an exponent.
_DECIMAL = r"^-?\d+(\.\d+)?(E[+-]?\d+)?$"
_DURATION = r"^-?P\d+DT\d{2}H\d{2}M\d{2}(\.\d{6})?S$"
_TIME = r"^\d{2}:\d{2}:\d{2}(\.\d{3})?$"
_DATETIME = rf"^\d{{4}}-\d{{2}}-\d{{2}}T{_TIME[1:]}"


@dataclass(frozen=True, slots=True)
class RowSchemas:
    """
    Make the schemas of rows.

    `added` are the names that queries add, as ``Walker.walk()`` takes them. `is_plain` tells that DjangoJSONEncoder
    writes the values. Another encoder may write anything for a value that JSON does not have. `tell` gets the model
    and the name of each property or method that does not say what it returns.
    """

    added: Added
    is_plain: bool
    tell: Callable[[type[models.Model], str], None]

    def row(self, model: type[models.Model], steps: Steps, prefix: str = "") -> Schema:
        """
        Return the schema of a row of a model: an object that has every key.

        `prefix` is the lookup that leads to a related model.
        """
        properties = {step.node.key: self.value(model, step, prefix) for step in steps}
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    def value(self, model: type[models.Model], step: Step, prefix: str) -> Schema:
        """Return the schema of what a step shows of a model."""
        match step.what:
            case Annotation(name):
                return self._expression(self.added.get(prefix, {}).get(name))
            case Attribute(name) if name in self.added.get(prefix, {}) or step.node.below is not None:
                return {}
            case Attribute(name):
                hint = return_type(model, name)
                if hint is None:
                    self.tell(model, name)
                return hint_schema(hint, is_plain=self.is_plain)
            case Column(field=field):
                return {} if step.node.below is not None else self._column(field, is_file(step.what))
            case Relation(model=None):
                return {}
            case ToOne() as found if step.below:
                shown = self._below(found.model, step, f"{prefix}{found.accessor}__")
                return nullable(shown) if _may_miss(found) else shown
            case ToOne() as found:
                key = self._key(found)
                return nullable(key) if found.key is None or found.field.null else key
            case found:
                inner = f"{prefix}{found.accessor}__"
                shown = self._below(found.model, step, inner) if step.below else self._key(found)
                return {"type": "array", "items": shown}

    def _below(self, model: Any, step: Step, prefix: str) -> Schema:
        if step.node.has_row:
            return self.row(model, step.below, prefix)
        [only] = step.below
        return self.value(model, only, prefix)

    def _key(self, found: Relation) -> Schema:
        [field] = sent_fields(found)
        schema = column_schema(_target(field), is_plain=self.is_plain)
        return {key: value for key, value in schema.items() if key != "description"}

    def _column(self, field: AnyField, is_file: bool) -> Schema:
        if is_file:
            schema = {"type": ["string", "null"], "format": "uri-reference"}
            return described(schema, field.help_text)
        schema = column_schema(_target(field), is_plain=self.is_plain)
        return nullable(schema) if field.null or isinstance(field, models.GeneratedField) else schema

    def _expression(self, expression: Any) -> Schema:
        field = getattr(expression, "_output_field_or_none", None)
        schema = {} if field is None else column_schema(field, is_plain=self.is_plain)
        # It may compute more than fits into the column that it begins with.
        kept = ("type", "format", "items") if schema.get("type") == "string" else ("type", "items")
        loose = {key: value for key, value in schema.items() if key in kept}
        return loose if getattr(expression, "empty_result_set_value", None) == 0 else nullable(loose)


def _target(field: AnyField) -> AnyField:
    """Return the column whose values a foreign key holds, or the field itself."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def _may_miss(found: ToOne) -> bool:
    """Tell whether there may be no related object to show."""
    return found.is_reverse or found.field.null or not is_joinable(found)


def nullable(schema: Schema) -> Schema:
    """Return the schema of the same values and of null."""
    if not schema:
        return schema
    if "type" not in schema or schema["type"] == "object":
        return {"anyOf": [schema, {"type": "null"}]}
    if isinstance(schema["type"], list):
        return schema  # null is among them
    wider = {**schema, "type": [schema["type"], "null"]}
    return {**wider, "enum": [*schema["enum"], None]} if "enum" in schema else wider


def described(schema: Schema, *texts: Any) -> Schema:
    """Return the schema with a description of the texts that are not empty."""
    text = " ".join(filter(None, map(str, texts)))
    return {**schema, "description": text} if text else schema


def column_schema(field: AnyField, *, is_plain: bool = True) -> Schema:
    """Return the schema of the values of a column, without null."""
    if isinstance(field, models.GeneratedField):
        field = field.output_field
    schema = _by_class(field, is_plain)
    if not field.choices or schema.get("type") not in {"string", "integer", "number", "boolean"}:
        return described(schema, field.help_text)
    pairs: Any = flatten_choices(field.choices)
    choices = [(as_json(value), str(label)) for value, label in pairs if value is not None]
    values = [value for value, _ in choices]
    if field.blank and schema["type"] == "string" and "" not in values:
        values.append("")
    labels = "; ".join(f"{value}: {label}" for value, label in choices if str(value) != label)
    return described({"type": schema["type"], "enum": values}, field.help_text, labels)


def as_json(value: Any) -> Any:
    """Return what DjangoJSONEncoder writes for a value."""
    return value if isinstance(value, str | int | float) else DjangoJSONEncoder().default(value)


def _by_class(field: AnyField, is_plain: bool) -> Schema:
    for base in type(field).__mro__:
        # What a class of a project makes of the stored value is for nobody to know.
        if "from_db_value" in vars(base) and not base.__module__.startswith("django."):
            return {}
        make = _COLUMNS.get(f"{base.__module__}.{base.__qualname__}")
        if make is not None:
            return make(field) if is_plain or base not in _ENCODED_COLUMNS else {}
    return {}


def _text(field: AnyField) -> Schema:
    return {"type": "string"} if field.max_length is None else {"type": "string", "maxLength": field.max_length}


def _formatted(name: str) -> Callable[[AnyField], Schema]:
    # The empty text is of no format.
    return lambda field: _text(field) if field.blank else {**_text(field), "format": name}


def _integer(field: AnyField) -> Schema:
    least, most = BaseDatabaseOperations.integer_field_ranges[field.get_internal_type()]
    wide = {"format": "int64"} if most > 2**31 - 1 else {"format": "int32"}
    return {"type": "integer", "minimum": least, "maximum": most, **wide}


def _decimal(field: AnyField) -> Schema:
    digits, places = field.max_digits, field.decimal_places
    if digits is None or places is None or places > 6:
        return {"type": "string", "pattern": _DECIMAL}
    whole = rf"\d{{1,{max(digits - places, 1)}}}"
    return {"type": "string", "pattern": rf"^-?{whole}\.\d{{{places}}}$" if places else rf"^-?{whole}$"}


def _datetime(field: AnyField) -> Schema:
    return {"type": "string", "format": "date-time"} if settings.USE_TZ else {"type": "string", "pattern": _DATETIME}


def _ip_address(field: AnyField) -> Schema:
    version = {"ipv4": "ipv4", "ipv6": "ipv6"}.get(field.protocol.lower())
    return {"type": "string"} if version is None or field.blank else {"type": "string", "format": version}


def _array(field: AnyField) -> Schema:
    schema = {"type": "array", "items": nullable(column_schema(field.base_field))}
    return schema if field.size is None else {**schema, "maxItems": field.size}


def _range(field: AnyField) -> Schema:
    return {"type": "array", "items": nullable(column_schema(field.base_field)), "minItems": 2, "maxItems": 2}


def _fixed(**schema: Any) -> Callable[[AnyField], Schema]:
    return lambda field: dict(schema)


_MODELS, _POSTGRES = "django.db.models.fields", "django.contrib.postgres.fields"

#: By the dotted name of the class, as those of PostgreSQL cannot be imported without its driver.
_COLUMNS: dict[str, Callable[[AnyField], Schema]] = {
    f"{_MODELS}.BooleanField": _fixed(type="boolean"),
    f"{_MODELS}.CharField": _text,
    f"{_MODELS}.TextField": _text,
    f"{_MODELS}.EmailField": _formatted("email"),
    f"{_MODELS}.URLField": _formatted("iri"),
    f"{_MODELS}.UUIDField": _fixed(type="string", format="uuid"),
    f"{_MODELS}.GenericIPAddressField": _ip_address,
    f"{_MODELS}.IntegerField": _integer,
    f"{_MODELS}.FloatField": _fixed(type="number"),
    f"{_MODELS}.DecimalField": _decimal,
    f"{_MODELS}.DateField": _fixed(type="string", format="date"),
    f"{_MODELS}.DateTimeField": _datetime,
    f"{_MODELS}.TimeField": _fixed(type="string", pattern=_TIME),
    f"{_MODELS}.DurationField": _fixed(type="string", pattern=_DURATION),
    f"{_MODELS}.json.JSONField": _fixed(),
    f"{_POSTGRES}.array.ArrayField": _array,
    f"{_POSTGRES}.ranges.RangeField": _range,
    f"{_POSTGRES}.hstore.HStoreField": _fixed(type="object", additionalProperties={"type": ["string", "null"]}),
}

#: The classes whose values JSON does not have, so that the encoder decides what is written.
_ENCODED_COLUMNS = (
    *(models.UUIDField, models.DecimalField, models.DateField, models.DateTimeField, models.TimeField),
    models.DurationField,
)

#: The types of attributes. A subclass is written as its base is.
_TYPES: dict[type, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    types.NoneType: {"type": "null"},
}
_ENCODED_TYPES: dict[type, Schema] = {
    decimal.Decimal: {"type": "string", "pattern": _DECIMAL},
    # A datetime is a date too.
    datetime.datetime: {"type": "string", "pattern": rf"{_DATETIME[:-1]}(Z|[+-]\d{{2}}:\d{{2}}(:\d{{2}})?)?$"},
    datetime.date: {"type": "string", "format": "date"},
    datetime.time: {"type": "string", "pattern": _TIME},
    datetime.timedelta: {"type": "string", "pattern": _DURATION},
    uuid.UUID: {"type": "string", "format": "uuid"},
}


def return_type(model: type[models.Model], name: str) -> Any:
    """Return the type that a property or a method says it returns; None if it says none that can be read."""
    attribute = inspect.getattr_static(model, name, None)
    for wrapped in ("fget", "func", "__func__"):  # of a property, a cached_property, a static or class method
        attribute = getattr(attribute, wrapped, attribute)
    if not callable(attribute):
        return Any  # a descriptor, which has no place to say it
    try:
        return typing.get_type_hints(inspect.unwrap(attribute)).get("return")
    except (NameError, TypeError, AttributeError):  # a name that only type checkers import; no function
        return None


def hint_schema(hint: Any, *, is_plain: bool = True) -> Schema:
    """Return the schema of the JSON that values of a type become, or {} if that may be anything."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    below = functools.partial(hint_schema, is_plain=is_plain)
    if origin is typing.Annotated:
        return below(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return _union([below(argument) for argument in arguments])
    if origin is typing.Literal:
        return {"enum": [as_json(value) for value in arguments]}
    if typing.is_typeddict(hint):
        return _typed_dict(hint, below)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": below(arguments[1])}
    if origin is tuple:
        return _tuple(arguments, below)
    if isinstance(origin, type) and issubclass(origin, Iterable):
        return {"type": "array", "items": below(arguments[0])}
    return _plain_type(hint, is_plain) if isinstance(hint, type) else {}


def _plain_type(hint: type, is_plain: bool) -> Schema:
    if issubclass(hint, enum.Enum):
        values = [each.value for each in hint]
        is_simple = issubclass(hint, str | int) and all(isinstance(value, str | int) for value in values)
        return {"enum": values} if is_simple else {}
    known = {**_TYPES, **_ENCODED_TYPES} if is_plain else _TYPES
    found = next((schema for kind, schema in known.items() if issubclass(hint, kind)), None)
    if found is not None:
        return dict(found)
    if issubclass(hint, list | tuple) and not hasattr(hint, "_fields"):
        return {"type": "array"}
    return {"type": "object"} if issubclass(hint, dict) else {}


def _union(schemas: list[Schema]) -> Schema:
    if not all(schemas):
        return {}
    others = [schema for schema in schemas if schema != {"type": "null"}]
    if len(others) == 1:
        return others[0] if len(schemas) == 1 else nullable(others[0])
    return {"anyOf": schemas}


def _typed_dict(hint: Any, below: Callable[[Any], Schema]) -> Schema:
    hints = typing.get_type_hints(hint)
    properties = {name: below(each) for name, each in hints.items()}
    return {"type": "object", "properties": properties, "required": sorted(hint.__required_keys__)}


def _tuple(arguments: tuple[Any, ...], below: Callable[[Any], Schema]) -> Schema:
    if len(arguments) == 2 and arguments[1] is ...:
        return {"type": "array", "items": below(arguments[0])}
    items = [below(argument) for argument in arguments]
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
