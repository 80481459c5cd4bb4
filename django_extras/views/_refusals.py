"""What only saving has found out: which fields of a form the database, or the model, refuses, and why."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, DataError, IntegrityError, router
from django.db.models import Field, ForeignKey, Model
from django.forms import BaseForm, BaseModelForm, ModelMultipleChoiceField
from django.utils.translation import gettext as _

from django_extras.http.errors import HttpError

#: The errors of MySQL and MariaDB about a value, which their driver takes for errors of the server: a text, a UUID or
#: JSON that the column does not take, and JSON that is nested too deeply.
_ABOUT_VALUES = {1292, 1366, 3140, 3157}
#: A constraint does not hold. That of a JSON column of MariaDB has the column's name.
_CHECK_FAILED = 4025

#: Two transactions are in the way of each other, or one has waited too long for the other: as SQLSTATE of PostgreSQL,
#: as numbers of MySQL and MariaDB, and as those of SQLite, which may have more digits before the last byte.
_IN_THE_WAY = {"40001", "40P01", "55P03", 1020, 1205, 1213}
_LOCKED = (5, 6)
#: The primary key of a row that was there, was deleted meanwhile, and was then saved again by somebody else.
_SAVED_AGAIN = re.compile(r'_pkey"|\bPRIMARY\b')
#: A key is taken, or no row has it.
_ABOUT_KEYS = {"23503", "23505", "23P01", 1062, 1452}


def blame(form: BaseForm, error: DatabaseError | ValidationError) -> bool:
    """Add to a form what it is to blame for. Return False if that is nothing, so that the error stands."""
    faults = [error] if isinstance(error, ValidationError) else list(_faults(form, error))
    for fault in faults:
        _add(form, fault)
    return bool(faults)


def is_race(error: DatabaseError, *, in_the_past: bool) -> bool:
    """
    Tell whether the database refuses a request for what another one does at the same time.

    In a transaction `in_the_past`, a key may be taken although nobody else seems to have it.
    """
    cause = error.__cause__
    codes = {getattr(cause, "sqlstate", None), getattr(cause, "pgcode", None), *error.args[:1]}
    is_locked = getattr(cause, "sqlite_errorcode", 0) & 0xFF in _LOCKED
    is_saved_again = isinstance(error, IntegrityError) and _SAVED_AGAIN.search(str(error)) is not None
    return (
        is_locked or is_saved_again or not codes.isdisjoint(_IN_THE_WAY | _ABOUT_KEYS if in_the_past else _IN_THE_WAY)
    )


def overtaken() -> HttpError:
    """Return the answer to a request that loses such a race."""
    return HttpError(409, _("Another request has written at the same time. Send yours again."))


def _faults(form: BaseForm, error: DatabaseError) -> Iterator[ValidationError]:
    found: list[ValidationError] = []
    if isinstance(error, IntegrityError) and isinstance(form, BaseModelForm):
        found = list(_violations(form)) or list(_hidden_rows(form.instance))
    yield from found
    if found:
        return
    number = error.args[0] if error.args else None
    columns = list(_columns_in(str(error), form))
    if isinstance(error, DataError) or number in _ABOUT_VALUES or (number == _CHECK_FAILED and columns):
        message = _("The database cannot store this value.")
        yield ValidationError(dict.fromkeys(columns, message) if columns else message)


def _violations(form: "BaseModelForm[Any]") -> Iterator[ValidationError]:
    """Validate once more what the form may not have seen: null, and keys that were free, or rows that were there."""
    instance = form.instance
    columns = (field for field in instance._meta.fields if field.name in form.fields)
    for validate in (
        *(partial(_validate_column, instance, column) for column in columns),
        *(partial(_validate_rows, form, name) for name in form.cleaned_data),
        instance.validate_unique,
        instance.validate_constraints,
    ):
        try:
            validate()
        except ValidationError as error:
            yield error


def _validate_column(instance: Model, column: "Field[Any, Any]") -> None:
    value = getattr(instance, column.attname)
    if isinstance(column, ForeignKey) or (value is None and not column.null):
        try:
            column.validate(value, instance)
        except ValidationError as error:
            raise ValidationError({column.name: error}) from None


def _validate_rows(form: "BaseModelForm[Any]", name: str) -> None:
    field = form.fields.get(name)
    if isinstance(field, ModelMultipleChoiceField):
        try:
            field.clean(field.prepare_value(form.cleaned_data[name]))
        except ValidationError as error:
            raise ValidationError({name: error}) from None


def _hidden_rows(instance: Any) -> Iterator[ValidationError]:  # its checks are not in the stubs
    """Find keys of rows that the manager of a model does not show to its forms, such as those deleted softly."""
    using = router.db_for_write(instance.__class__, instance=instance)
    for model, names in instance._get_unique_checks(include_meta_constraints=True)[0]:
        values = {name: instance.serializable_value(name) for name in names}
        rows = model._base_manager.using(using).filter(**values)
        if not instance._state.adding:
            rows = rows.exclude(pk=instance.pk)
        if None not in values.values() and rows.exists():
            error = instance.unique_error_message(model, names)
            yield ValidationError({names[0]: error}) if len(names) == 1 else error


def _columns_in(message: str, form: BaseForm) -> Iterator[str]:
    """Return the fields whose columns a message names, as those of MySQL and MariaDB do."""
    fields = form.instance._meta.fields if isinstance(form, BaseModelForm) else ()
    for field in fields:
        if field.name in form.fields and re.search(rf"[.'`]{re.escape(field.column)}[`']", message):
            yield field.name


def _add(form: BaseForm, error: ValidationError) -> None:
    """Add errors to the fields that they name, or to the whole form if it does not have these."""
    faults = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
    for name, faults_of_field in faults.items():
        form.add_error(name if name in form.fields else None, faults_of_field)
