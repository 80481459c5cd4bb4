"""
What each class of form field takes as JSON, and what its ``clean()`` gets for it.

The nearest class of a field decides, so a subclass takes what its base takes. A project says what its own field takes
with ``@from_json.register``.
"""

import datetime
import math
import re
from collections.abc import Callable
from decimal import Decimal
from functools import singledispatch
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from .data import browser_data
from .errors import MAX_ERRORS, Refusal
from .pointers import parts
from .text import compose

# int() and Decimal() also take "1_0", digits of other scripts and "NaN".
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?")
_DATETIME = re.compile(r"[^T ]+[T ][^T ]+")


@singledispatch
def from_json(field: forms.Field, value: Any, initial: Any = None) -> Any:
    """
    Return what the field's ``clean()`` gets for a JSON value. Raise a Refusal for a value that it never takes.

    `initial` is the field's initial value. A field of a class that nobody registered gets what its widget would have
    got from a browser, or else the value itself.
    """
    name = "value"
    data = browser_data({name: value})
    found = field.widget.value_from_datadict(data, data.copy(), name)
    takes_it = isinstance(found, list) or not isinstance(value, list)  # most widgets take the last of several values
    if value is None or (takes_it and found not in field.empty_values):
        return found
    try:
        field.to_python(value)
    except (AttributeError, LookupError, TypeError):
        raise Refusal(_("Enter a valid value.")) from None
    return value


@singledispatch
def from_python(field: forms.Field, value: Any) -> Any:
    """Return what the field's ``clean()`` gets for an initial value. Most fields read their Python values."""
    return value


# Text, numbers, booleans


@from_json.register
def _text(field: forms.CharField, value: Any, initial: Any = None) -> Any:
    if value is None or isinstance(value, str):
        return value
    raise Refusal(_("Send a string."))


@from_python.register
def _shown_text(field: forms.CharField, value: Any) -> Any:
    # Not every text field has text for an initial value, such as one for tags.
    is_text = value is None or isinstance(value, str | Promise)
    return value if is_text else field.widget.format_value(field.prepare_value(value))


@from_json.register
def _number(field: forms.IntegerField, value: Any, initial: Any = None) -> Any:
    if value is None or value == "":
        return None
    text = str(value).strip() if is_scalar(value) else ""
    if not NUMBER.fullmatch(text):
        raise _invalid(field)
    if (isinstance(field, forms.FloatField) or field.step_size is not None) and not math.isfinite(float(text)):
        raise _invalid(field)
    number = Decimal(text)
    if "E" in str(number) and number == number.to_integral_value() and number.adjusted() < 400:
        number = Decimal(int(number))  # Django does not read 1E+2 as a whole number
    # A subclass of the field expects text. A localized field would read "1.5" by the language, so it gets the number.
    # But 0 counts as empty there, and its text is the same in every language.
    return number if field.localize and number else str(number)


def is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float | Decimal) and not isinstance(value, bool)


@from_json.register
def _boolean(field: forms.BooleanField, value: Any, initial: Any = None) -> Any:
    if isinstance(value, bool) or (value is None and isinstance(field, forms.NullBooleanField)):
        return value
    raise Refusal(_("Send true or false."))


# Dates and times: ISO 8601, whatever the language


@from_json.register
def _date(field: forms.DateField, value: Any, initial: Any = None) -> Any:
    return _temporal(field, value, datetime.date.fromisoformat)


@from_json.register
def _datetime(field: forms.DateTimeField, value: Any, initial: Any = None) -> Any:
    return _temporal(field, value, _parse_datetime)


@from_json.register
def _time(field: forms.TimeField, value: Any, initial: Any = None) -> Any:
    return _temporal(field, value, _parse_time)


def _temporal(field: forms.Field, value: Any, parse: Callable[[str], Any]) -> Any:
    if value is None or value == "":
        return None
    try:
        found = parse(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise _invalid(field)
    # A project's own to_python() may know nothing but text.
    return found if type(field).to_python.__module__.startswith("django.") else found.isoformat()


def _parse_datetime(text: str) -> datetime.datetime:
    """Return a datetime, which Django puts into the current zone where it has none; of a date the midnight."""
    text = text.upper()
    if not _DATETIME.fullmatch(text):  # fromisoformat() takes any character between a date and a time
        text = f"{datetime.date.fromisoformat(text)}T00:00"
    found = datetime.datetime.fromisoformat(text)
    if timezone.is_naive(found):
        if settings.USE_TZ:
            timezone.make_aware(found).astimezone(datetime.UTC)
        return found
    # What has no form in UTC fails here, with an OverflowError, and not in save().
    utc = found.astimezone(datetime.UTC)
    return found if settings.USE_TZ else timezone.make_naive(utc)


def _parse_time(text: str) -> datetime.time:
    found = datetime.time.fromisoformat(text.upper())
    if found.tzinfo is not None:
        raise ValueError("A time of day has no zone.")
    return found


@from_json.register
def _duration(field: forms.DurationField, value: Any, initial: Any = None) -> Any:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not value.isascii() or not value.lstrip("+-").startswith("P"):
        raise _invalid(field)
    found = field.to_python(value)
    days = 0 if found is None else found.days
    if not -_MOST_DAYS <= days < _MOST_DAYS:
        message = field.error_messages["overflow"].format(min_days=-_MOST_DAYS, max_days=_MOST_DAYS - 1)
        raise Refusal(message, "overflow")
    return value


#: Most databases store a duration as microseconds in 64 bits.
_MOST_DAYS = 2**63 // 86_400_000_000


def _invalid(field: forms.Field) -> Refusal:
    return Refusal(field.error_messages["invalid"])


# JSON and files


@from_json.register
def _json(field: forms.JSONField, value: Any, initial: Any = None) -> Any:
    for path, part in parts(value):
        if isinstance(part, str) and "\0" in part:  # PostgreSQL cannot store it
            raise Refusal(_("Null characters are not allowed."), "null_characters_not_allowed", path=path)
        if isinstance(part, Decimal) and not math.isfinite(float(part)):  # NaN and Infinity are not JSON
            raise Refusal(_("Enter a number."), path=path)
    # As text, which the field's own decoder reads. Otherwise it would read "text" as JSON.
    return compose(value)


@from_python.register
def _json_text(field: forms.JSONField, value: Any) -> Any:
    return field.prepare_value(value)


@from_json.register
def _file(field: forms.FileField, value: Any, initial: Any = None) -> Any:
    if value is None:
        if initial and field.required:  # Django would keep the file and say nothing
            raise Refusal(field.error_messages["required"], "required")
        return False if initial else None
    # A storage may sign a URL anew each time, in its query.
    if initial and isinstance(value, str) and value.partition("?")[0] == initial.url.partition("?")[0]:
        return None
    raise Refusal(_("Send a file as multipart/form-data."))


# Fields of fields


@from_json.register
def _combo(field: forms.ComboField, value: Any, initial: Any = None) -> Any:
    return from_json(field.fields[0], value, initial)


@from_json.register
def _compound(field: forms.MultiValueField, value: Any, initial: Any = None) -> Any:
    if value is None:
        return [None] * len(field.fields)
    if isinstance(value, list):
        if len(value) != len(field.fields):
            raise _invalid(field)
        return from_list(field, value, lambda index, item: from_json(field.fields[index], item))
    return _decompressed(field, value)


@from_json.register
def _split_datetime(field: forms.SplitDateTimeField, value: Any, initial: Any = None) -> Any:
    if value is None or isinstance(value, list):
        return _compound(field, value)
    try:
        found = _parse_datetime(value) if isinstance(value, str) and value else value
    except (ValueError, OverflowError):
        found = value
    if found and not isinstance(found, datetime.datetime):
        raise Refusal(field.error_messages["invalid_date"], "invalid_date")
    return _decompressed(field, found)


def _decompressed(field: forms.MultiValueField, value: Any) -> list[Any]:
    """Return the parts that the field's widget makes of one value."""
    if isinstance(value, dict) or not isinstance(field.widget, forms.MultiWidget):
        raise _invalid(field)
    try:
        return list(field.widget.decompress(value) or ())
    except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError):
        raise _invalid(field) from None


@from_python.register
def _decompressed_initial(field: forms.MultiValueField, value: Any) -> Any:
    if isinstance(value, list | tuple) or not isinstance(field.widget, forms.MultiWidget):
        return value
    return list(field.widget.decompress(value) or ())


def from_list(field: forms.Field, value: Any, take: Callable[[int, Any], Any], limit: int | None = None) -> list[Any]:
    """Return what `take(index, item)` makes of each item of a JSON list, or raise all that it refuses."""
    if not isinstance(value, list):
        raise Refusal(field.error_messages.get("invalid_list") or _("Enter a list of values."), "invalid_list")
    if limit is not None and len(value) > limit:
        raise Refusal(_("Send at most %(limit)d values."), params={"limit": limit})
    taken: list[Any] = []
    faults: list[ValidationError] = []
    for index, item in enumerate(value):
        try:
            taken.append(take(index, item))
        except ValidationError as error:
            faults += [
                Refusal(fault.message, fault.code or "invalid", fault.params, (index, *getattr(fault, "path", ())))
                for fault in error.error_list
            ]
            if len(faults) >= MAX_ERRORS:
                break
    if faults:
        raise ValidationError(faults)
    return taken
