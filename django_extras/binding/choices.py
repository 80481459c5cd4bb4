"""What the fields take that choose among values, or among the rows of a table."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, router
from django.utils.translation import gettext as _

from .errors import Refusal
from .text import compose, is_same
from .values import NUMBER, from_json, from_list, is_scalar

_simplify = DjangoJSONEncoder().default


@from_json.register
def _choice(field: forms.ChoiceField, value: Any, initial: Any = None) -> Any:
    return value if value is None or value == "" else _choice_text(field, value)


@from_json.register
def _choices(field: forms.MultipleChoiceField, value: Any, initial: Any = None) -> Any:
    def take(index: int, item: Any) -> str:
        return _choice_text(field, item)

    return from_list(field, value, take, settings.DATA_UPLOAD_MAX_NUMBER_FIELDS)


def _choice_text(field: forms.ChoiceField, value: Any) -> str:
    """Return what a browser sends for the choice that JSON has as `value`."""
    if not isinstance(value, str) or not field.valid_value(value):
        for key in _keys(cast(Iterable[Any], field.choices)):
            is_equal = is_scalar(value) and not isinstance(value, str) and is_scalar(key) and key == value
            if is_equal or is_same(value, key, _simplify):
                return str(key)
    if isinstance(value, dict | list) or value is None:
        message, text = field.error_messages["invalid_choice"], compose(value)
        raise Refusal(message, "invalid_choice", {"value": text})
    # The field judges it. True is the key of more forms than true.
    return str(value)


def _keys(choices: Iterable[Any]) -> Iterator[Any]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _keys(label)
        else:
            yield key


# Rows


@from_json.register(forms.ModelChoiceField)
def _row(field: "forms.ModelChoiceField[Any]", value: Any, initial: Any = None) -> Any:
    return None if value is None or value == "" else _key_text(field, value)


@from_json.register(forms.ModelMultipleChoiceField)
def _rows(field: "forms.ModelMultipleChoiceField[Any]", value: Any, initial: Any = None) -> Any:
    def take(index: int, item: Any) -> str:
        return _key_text(field, item)

    return from_list(field, value, take, settings.DATA_UPLOAD_MAX_NUMBER_FIELDS)


def _key_text(field: "forms.ModelChoiceField[Any]", value: Any) -> str:
    """Return the key of a row as text, of which Django makes no other key: it would read the number 1.5 as 1."""
    column = key_column(field)
    if not is_scalar(value):
        params = {"name": _model(field)._meta.verbose_name, "example": _example(column)}
        raise Refusal(_("Send the key of %(name)s, such as %(example)s."), params=params)
    text = str(value)
    if column is None:
        return text
    try:
        key = column.to_python(text)
    except (ValidationError, TypeError, ValueError):
        return text  # the field judges it: one may make a row of a name
    try:
        column.run_validators(key)
    except ValidationError:  # more than 64 bits: Django does not look before it asks SQLite for several keys
        key = None
    if key is None or (isinstance(column, models.IntegerField) and not NUMBER.fullmatch(text)):
        raise Refusal(field.error_messages["invalid_choice"], "invalid_choice", {"value": text})
    return str(key)


def key_column(field: "forms.ModelChoiceField[Any]") -> "models.Field[Any, Any] | None":
    """Return the column that the field's keys are in, and of one that refers to another table, the column there."""
    options: Any = _model(field)._meta
    try:
        column: models.Field[Any, Any] = options.get_field(field.to_field_name or options.pk.name)
    except FieldDoesNotExist:  # such as an annotation
        return None
    while isinstance(column, models.ForeignKey):
        column = column.target_field
    return column


def find_rows(field: "forms.ModelMultipleChoiceField[Any]", judge: Callable[[Any], Any], keys: list[Any]) -> Any:
    """Return the rows of these keys. So does `judge`, Django's own, but it builds a query for each key first."""
    name, texts = field.to_field_name or "pk", set(map(str, keys))
    with suppress(TypeError, ValueError, ValidationError):
        rows = _queryset(field).filter(**{f"{name}__in": frozenset(keys)})
        if "\0" not in "".join(texts) and texts <= {str(getattr(row, name)) for row in rows}:
            return rows
    return judge(keys)  # it says which one is wrong, and how


def needs_no_check(row: Any, column: Any, instance: models.Model) -> bool:  # an object, and what get_field() returns
    """Tell whether the column of a model would only ask once more for the row that a form has just found."""
    if type(column) not in (models.ForeignKey, models.OneToOneField):
        return False
    relation = column.remote_field
    return (
        not (column.validators or column.choices or relation.limit_choices_to)
        and type(relation.model._base_manager).get_queryset is models.Manager.get_queryset
        and type(instance).clean_fields is models.Model.clean_fields
        and row._state.db == router.db_for_read(relation.model, instance=instance)
    )


def _model(field: "forms.ModelChoiceField[Any]") -> type[models.Model]:
    return _queryset(field).model


def _queryset(field: "forms.ModelChoiceField[Any]") -> models.QuerySet[Any]:
    queryset: models.QuerySet[Any] = field.queryset  # type: ignore[assignment]  # it has one when a form cleans
    return queryset


def _example(column: "models.Field[Any, Any] | None") -> str:
    match column:
        case models.IntegerField():
            return "3"
        case models.UUIDField():
            return '"6fa459ea-ee8a-4ca4-894e-db77e160355e"'
        case _:
            return '"abc"'
