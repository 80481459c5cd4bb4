"""The version of a row: a field that changes whenever the row does, and the text that stands for it in entity tags."""

import datetime
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models
from django.db.models import Model

# A field of any of these can be given a value that no former one equals.
_TYPES = (models.IntegerField, models.DateTimeField, models.UUIDField)


def digest(*parts: bytes, length: int = 16) -> str:
    """Return text that other bytes do not have, of twice as many characters as `length`."""
    return sha256(b"\0".join(parts), usedforsecurity=False).hexdigest()[: 2 * length]


def version_field(model: type[Model], name: str, owner: str) -> Any:  # fields are generic in the stubs alone
    """Return the field that holds the version. Raise ImproperlyConfigured for one that cannot."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        found = ", ".join(field.name for field in model._meta.concrete_fields if _is_version(field))
        raise ImproperlyConfigured(
            f'{owner}.version_field is "{name}", which {model.__name__} has not. It could be one of: {found}. Or add '
            "models.PositiveBigIntegerField(default=0, editable=False)."
        ) from None
    if not _is_version(field):
        raise ImproperlyConfigured(
            f'{owner}.version_field is "{name}", a {type(field).__name__} of {model.__name__}. Name a field for '
            "integers, a DateTimeField or a UUIDField that is no key."
        )
    return field


def _is_version(field: Any) -> bool:
    return isinstance(field, _TYPES) and not field.primary_key


class Version:
    """The version that an object had when it was loaded, of the row whose table has the field."""

    def __init__(self, subject: Model, field: Any) -> None:
        self.field = field
        #: The model whose table has the field: that of the object, or one that it inherits from.
        self.model: type[Model] = field.model._meta.concrete_model
        self.key = getattr(subject, self.model._meta.pk.attname)
        self.value = getattr(subject, field.attname)

    def text(self) -> str:
        """Return the text that stands for this version of this row."""
        parts = (self.model._meta.label_lower, str(self.key), _text(self.value))
        return digest(*(part.encode(errors="surrogatepass") for part in parts), length=8)


def _text(value: Any) -> str:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.UTC)
    return str(value)


def is_named(version: str, tags: Iterable[str], *, weakened: bool) -> bool:
    """
    Tell whether a version is in entity tags, as If-Match compares them.

    A tag names a version by what it has before its first ``-``. A weak one does not count (RFC 9110 13.1.1), unless it
    may have been `weakened` on its way: by whoever compressed the content, which leaves the row as it was.
    """
    opaque = (tag.removeprefix("W/") if weakened else tag for tag in tags)
    return any(each.startswith('"') and each[1:-1].partition("-")[0] == version for each in opaque)
