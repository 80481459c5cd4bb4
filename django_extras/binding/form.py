"""
Give the fields of a form what a request has sent.

A field has one of four fates. *Given*: the value that was sent goes to its ``clean()``, past its widget. *Kept*: it
stays what it is on the instance, if PATCH did not send it, or if what was sent is what GET sends. *Refused*: its
``clean()`` raises. *Left*: its widget reads ``form.data``, as always. All that follows is the form's own work.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist, ValidationError
from django.db.models import Field, ManyToManyField, Model
from django.db.models.manager import BaseManager
from django.utils.translation import gettext as _

from .choices import find_rows, needs_no_check  # this registers its fields, and so does postgres
from .data import browser_texts
from .errors import MAX_ERRORS, Refusal
from .text import is_same
from .values import from_json, from_python

with suppress(ImportError):  # no driver: no such fields
    from . import postgres as postgres

#: What pages for browsers send beside the fields of a form.
_IGNORED = frozenset({"csrfmiddlewaretoken"})
_CHECK_VALUES: Any = forms.ModelMultipleChoiceField._check_values  # type: ignore[attr-defined]  # private
_NOTHING = object()
_Copied = TypeVar("_Copied", forms.Field, forms.Widget)


class Absent(Enum):
    """What becomes of a field that was not sent."""

    DEFAULT = auto()  #: It gets its initial value, else the default of the model, else what the form does without one.
    REFUSED = auto()  #: It is missing, also where the form takes it as empty or false. A file is kept.
    KEPT = auto()  #: It stays what it is on the instance.


def bind(
    form: forms.BaseForm,
    body: Mapping[str, Any] | None,
    absent: Absent,
    *,
    simplify: Callable[[Any], Any],
    ignored: Callable[[], Collection[str]] = tuple,
) -> None:
    """
    Have a form read a JSON object when it cleans; None if its data are form-encoded, and its widgets read them.

    Nothing happens before that, so what is done to the form after this call counts too. `simplify` returns the JSON of
    a Python value that JSON lacks, as the answer to GET has it. `ignored` returns keys that are not read.
    """
    # On this one form, not on its class.
    vars(form)["full_clean"] = _Binding(form, body, absent, simplify, ignored, form.full_clean, {}, {}).full_clean


def release(form: forms.BaseForm) -> None:
    """Undo bind(), after the answer: the form and its fields refer to each other, and would wait for the collector."""
    if vars(form).pop("full_clean", None) is not None:
        form._bound_fields_cache.clear()  # type: ignore[attr-defined]  # private, so not in the stubs
        for field in form.fields.values():
            for name in ("clean", "to_python", "_check_values"):
                vars(field).pop(name, None)


@dataclass(eq=False)
class _Binding:
    """What was sent, and the form that is to read it."""

    form: forms.BaseForm
    body: Mapping[str, Any] | None
    absent: Absent
    simplify: Callable[[Any], Any]
    ignored: Callable[[], Collection[str]]
    #: The form's own full_clean().
    clean_form: Callable[[], None]
    #: The fields that are bound already: full_clean() may run again, with other fields.
    bound_fields: dict[str, forms.Field]
    #: The row that the field of a foreign key has found, None before that.
    found: dict[str, Any]

    def full_clean(self) -> None:
        instance = getattr(self.form, "instance", None)
        if self.absent is Absent.KEPT and (instance is None or instance._state.adding):
            self.absent = Absent.DEFAULT  # there is nothing to keep
        bind_field = self._bind_texts if self.body is None else self._bind_json
        for name, field in list(self.form.fields.items()):
            if self.bound_fields.get(name) is not field and not field.disabled:
                bind_field(self._own(name))
        if instance is not None and self.found:
            vars(instance)["clean_fields"] = partial(self._clean_columns, instance)
        self.clean_form()
        if instance is not None:
            vars(instance).pop("clean_fields", None)  # there still, if the form has not cleaned its model
        if self.body and not self.body.keys() <= self.form.fields.keys():
            self._refuse_unknown(self.body)

    def _refuse_unknown(self, body: Mapping[str, Any]) -> None:
        known = {*self.form.fields, *self.ignored(), *_IGNORED}
        for key in islice((key for key in body if key not in known), MAX_ERRORS):
            names = ", ".join(self.form.fields)
            message = _("There is no such field. There are: %(names)s.") if names else _("There are no fields.")
            self.form.add_error(None, Refusal(message, "unknown", {"names": names}, (key,)))

    def _clean_columns(self, instance: Model, exclude: Collection[str] | None = None) -> None:
        """Have a model clean its columns, but the foreign keys to rows that the form has just found."""
        del vars(instance)["clean_fields"]
        cached = instance._state.fields_cache
        found = {name: row for name, row in self.found.items() if row is not None and row is cached.get(name)}
        known = {name for name, row in found.items() if needs_no_check(row, self._column(name), instance)}
        instance.clean_fields({*(exclude or ()), *known})

    def _own(self, name: str) -> forms.BoundField:
        """Return the form's field, with a copy in its place if another form may have it, or its widget, too."""
        bound = self.form[name]
        field = bound.field
        if vars(field).pop("unshared_widget", None) is not field.widget:  # which views._form_classes has made
            field = self.form.fields[name] = bound.field = copied(field)
            field.widget = copied(field.widget)
        self.bound_fields[name] = field
        field.show_hidden_initial = False  # an input that only HTML has
        widget: Any = field.widget
        widget.supports_microseconds = True  # otherwise Django cuts those of the initial value
        return bound

    def _bind_texts(self, bound: forms.BoundField) -> None:
        field, data = bound.field, self.form.data
        if _is_omitted(field.widget, data, self.form.files, bound.html_name):
            self._bind_absent(bound)
        elif _texts(data, bound.html_name) == [""] and isinstance(
            field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField
        ):
            _give(field, [])  # the only way for a form encoding to say "none"

    def _bind_json(self, bound: forms.BoundField) -> None:
        body: Any = self.body
        field, is_sent = bound.field, bound.name in body
        texts = _texts(self.form.data, bound.html_name)
        if texts and texts != (browser_texts(body[bound.name]) if is_sent else []):
            return  # the form itself, or the view, has put something else there
        if not is_sent:
            self._bind_absent(bound)
            return
        value = body[bound.name]
        try:
            given = from_json(field, value, bound.initial)  # by the class of the field: values, choices, postgres
        except ValidationError as error:
            if not self._keep_if_shown(bound, value):
                _refuse(field, error)
            return
        if isinstance(field, forms.JSONField) and value is not None:
            field.required = False  # {}, [] and "" are values
        if hasattr(field, "base_field") and (column := self._column(bound.name)) is not None:
            field.validators = [*field.validators, partial(_judge_bounds, column)]
        _give(field, given)
        if isinstance(field, forms.ModelChoiceField):
            self._look_once(bound.name, field)
        elif not isinstance(field, forms.BooleanField):
            # What GET sends of a row may be less than it has: it cuts microseconds. The field judges it all the same.
            self._keep_if_shown(bound, value, judge=field.clean)

    def _look_once(self, name: str, field: Any) -> None:  # the stubs do not have what is private
        """Have a field that chooses many rows find them at once, or note which row a field that chooses one finds."""
        cls: Any = type(field)
        if getattr(cls, "_check_values", None) is _CHECK_VALUES:
            field._check_values = partial(find_rows, field, field._check_values)
        elif cls.to_python is forms.ModelChoiceField.to_python:
            find, self.found[name] = field.to_python, None

            def to_python(value: Any) -> Any:
                row = self.found[name] = find(value)
                return row

            field.to_python = to_python

    def _keep_if_shown(self, bound: forms.BoundField, value: Any, judge: Callable[[Any], Any] | None = None) -> bool:
        """Keep the value of the instance if what was sent is what GET sends of it."""
        if self.absent is Absent.DEFAULT or isinstance(bound.field, forms.FileField):
            return False
        try:
            return self._is_shown(bound, value) and self._keep_stored(bound, judge)
        except ObjectDoesNotExist:  # a key that leads nowhere
            return False

    def _bind_absent(self, bound: forms.BoundField) -> None:
        field = bound.field
        if isinstance(field, forms.FileField):
            return  # its clean() gives the file that there is
        if self.absent is Absent.REFUSED:
            _refuse(field, Refusal(field.error_messages["required"], "required"))
        elif self.absent is Absent.DEFAULT:
            self._bind_default(bound)
        else:
            try:
                is_kept = self._keep_stored(bound)
            except ObjectDoesNotExist:  # a key that leads nowhere: no instance can stand for it
                del self.form.fields[bound.name]
            else:
                if not is_kept:
                    field.required = False
                    _give(field, from_python(field, bound.initial), is_omitted=True)

    def _bind_default(self, bound: forms.BoundField) -> None:
        field, value, column = bound.field, bound.initial, self._column(bound.name)
        if column is not None and self.form.instance._state.adding:  # type: ignore[attr-defined]  # a form of a model
            default = column.value_from_object(self.form.instance)  # type: ignore[attr-defined]  # as above
            if value is None and hasattr(default, "resolve_expression"):
                _keep(field, default)  # the database will know it
                return
            if column.has_default():
                field.required = False  # a default may be empty: {}
                value = default if value is None else value
        if value is not None:
            _give(field, from_python(field, value), is_omitted=True)

    def _column(self, name: str) -> Any:
        """Return the field of that name of the form's model, or None."""
        try:
            column = self.form.instance._meta.get_field(name)  # type: ignore[attr-defined]  # caught below
        except (AttributeError, FieldDoesNotExist):  # a form without a model, a field without a column
            return None
        return column if isinstance(column, Field) else None

    def _is_shown(self, bound: forms.BoundField, value: Any) -> bool:
        """Tell whether a value that was sent is what GET sends."""
        shown = self.form.initial.get(bound.name, _NOTHING)
        if isinstance(field := bound.field, forms.ModelChoiceField):
            shown = field.prepare_value(shown)  # keys
        elif isinstance(shown, list) and isinstance(value, list) and all(isinstance(row, Model) for row in shown):
            # A field of its own for a relation, such as one for tags. GET sends the keys, in no order.
            shown, value = sorted(str(row.pk) for row in shown), sorted(map(str, value))
        return is_same(value, shown, self.simplify)

    def _keep_stored(self, bound: forms.BoundField, judge: Callable[[Any], Any] | None = None) -> bool:
        """Keep the value of the instance, unless it has none, or the form has another initial value in its place."""
        name, field, initial = bound.name, bound.field, self.form.initial
        instance = getattr(self.form, "instance", None)
        if instance is None or instance._state.adding or name not in initial:
            return False
        if (column := self._column(name)) is None:
            return False
        if isinstance(column, ManyToManyField) and isinstance(field, forms.ModelMultipleChoiceField):
            # To compare it would ask the database, and what is not sent must not become what the form proposes.
            _keep(field, getattr(instance, name).all(), judge)
            return True
        if column.value_from_object(instance) != initial[name]:
            return False
        value = getattr(instance, name)
        if isinstance(value, Model):
            self.found[name] = value
        _keep(field, value.all() if isinstance(value, BaseManager) else value, judge)
        return True


def copied(original: _Copied) -> _Copied:
    """Return a shallow copy of a field or a widget, in a third of the time that ``copy.copy()`` takes."""
    cls: Any = type(original)
    copied: _Copied = cls.__new__(cls)
    vars(copied).update(vars(original))
    return copied


def _judge_bounds(column: Any, value: Any) -> None:
    """Raise ValidationError for a range whose bounds do not fit its column. Django judges items of arrays alone."""
    if value is None or not hasattr(column, "base_field"):
        return
    if hasattr(column, "range_type"):
        # In an array it is not cleaned yet: a list of text.
        for bound in value if isinstance(value, list) else (value.lower, value.upper):
            column.base_field.run_validators(column.base_field.to_python(bound))
    else:
        for item in value:
            _judge_bounds(column.base_field, item)


def _give(field: forms.Field, value: Any, *, is_omitted: bool = False) -> None:
    """Have the field clean a value, as Django has a disabled one clean its initial value: past the widget."""

    def value_from_datadict(data: Any, files: Any, name: str) -> Any:
        return value

    def value_omitted_from_data(data: Any, files: Any, name: str) -> bool:
        return is_omitted

    widget: Any = field.widget
    widget.value_from_datadict, widget.value_omitted_from_data = value_from_datadict, value_omitted_from_data


def _keep(field: forms.Field, value: Any, judge: Callable[[Any], Any] | None = None) -> None:
    """Have the field give a value that is cleaned already, once `judge` has let pass what was sent."""

    def clean(sent: Any) -> Any:
        if judge is not None:
            judge(sent)
        return value

    if judge is None:
        _give(field, None)
        field.required = False  # nobody asks for it again, the model neither
    vars(field).update(clean=clean, has_changed=lambda initial, data: False)


def _refuse(field: forms.Field, error: ValidationError) -> None:
    """Have the field raise an error."""

    def clean(*args: Any) -> Any:
        raise error

    _give(field, None)
    # A form may ask for its changed_data before or after that.
    vars(field).update(clean=clean, has_changed=lambda initial, data: True)


def _texts(data: Any, name: str) -> list[Any]:
    """Return the values of a name in a form's data, which may be a plain dict."""
    return data.getlist(name) if hasattr(data, "getlist") else [data[name]] if name in data else []


class _NoData(dict[str, Any]):
    """Data that have nothing, and note which names a widget looks for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return False

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return default

    def getlist(self, name: str, default: Any = None) -> Any:
        return self.get(name, [])


def _is_omitted(widget: forms.Widget, data: Any, files: Any, name: str) -> bool:
    """Tell whether form-encoded data have nothing for a widget. A check box says that it never knows."""
    if widget.value_omitted_from_data(data, files, name):
        return True
    nothing: Any = _NoData()
    if widget.value_omitted_from_data(nothing, nothing, name):
        return False
    widget.value_from_datadict(nothing, nothing, name)
    return not any(name in data or name in files for name in nothing.names)
