"""The version of a row: a field that changes whenever the row does, and the text that stands for it in entity tags."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models, router
from django.db.models import Model, QuerySet
from django.utils import timezone

# A field of any of these can be given a value that no former one equals.
_TYPES = (models.IntegerField, models.DateTimeField, models.UUIDField)


def digest(*parts: bytes, length: int = 16) -> str:
    """Return text that other bytes do not have, of twice as many characters as `length`."""
    return sha256(b"\0".join(parts), usedforsecurity=False).hexdigest()[: 2 * length]


def refuse_lock_without_version(view: Any) -> None:
    """Raise ImproperlyConfigured for a view that demands If-Match, and has no version to compare it with."""
    name = type(view).__name__
    if view.require_if_match and view.version_field is None:
        raise ImproperlyConfigured(
            f"{name}.require_if_match needs a version to compare with. Define {name}.version_field, such as "
            f'"version", or leave out {name}.require_if_match.'
        )


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


def version_of(view: Any, subject: Model) -> "Version":
    """Return the version of an object of a view. Raise ImproperlyConfigured if it has none."""
    field = version_field(subject.__class__, view.version_field or "", type(view).__name__)
    return Version.of(subject, field, router.db_for_write(subject.__class__, instance=subject))


def _is_version(field: Any) -> bool:
    return isinstance(field, _TYPES) and not field.primary_key


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the row whose table has the field: that of an object, or of a model that it inherits from."""

    field: Any
    using: str
    key: Any
    value: Any

    @classmethod
    def of(cls, subject: Model, field: Any, using: str = "") -> "Version":
        """Return the version that an object had when it was loaded."""
        return cls(field, using, _key(subject, field), getattr(subject, field.attname))

    @property
    def _rows(self) -> "QuerySet[Any]":
        return QuerySet(_table(self.field), using=self.using).filter(pk=self.key)

    def text(self) -> str:
        """Return the text that stands for this version of this row."""
        parts = (_table(self.field)._meta.label_lower, str(self.key), _text(self.value))
        return digest(*(part.encode(errors="surrogatepass") for part in parts), length=8)

    def locked(self) -> "Version | None":
        """
        Lock the row, and return the version that it has; None if it is not there any more.

        Its table alone is locked, by its key alone: PostgreSQL can lock no row that is joined, distinct or grouped.
        """
        values = list(self._rows.select_for_update().values_list(self.field.attname, flat=True))
        return replace(self, value=values[0]) if values else None

    def refresh(self, subject: Model) -> None:
        """Load an object again, as the database has it that is written to."""
        rows: Any = QuerySet(subject.__class__, using=self.using).select_for_update()
        subject.refresh_from_db(using=self.using, from_queryset=rows)

    def renewed(self) -> "Version":
        """Return the version that the row has now. If that is none after this one, give it the next."""
        name, value = self.field.attname, _next(self.value, self.field)
        is_ordered = self.value is not None and not isinstance(self.field, models.UUIDField)
        if self._rows.filter(**{f"{name}__lte" if is_ordered else name: self.value}).update(**{name: value}):
            return replace(self, value=value)
        return self.stored()

    def stored(self) -> "Version":
        """Return the version that the row has now."""
        return replace(self, value=self._rows.values_list(self.field.attname, flat=True).first())

    def put_on(self, subject: Any) -> None:
        """Give an object of this row this version."""
        if isinstance(subject, _table(self.field)) and _key(subject, self.field) == self.key:
            setattr(subject, self.field.attname, self.value)


def _table(field: Any) -> type[Model]:
    model: type[Model] = field.model._meta.concrete_model
    return model


def _key(subject: Model, field: Any) -> Any:
    return getattr(subject, _table(field)._meta.pk.attname)


def _text(value: Any) -> str:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.UTC)
    return str(value)


def _next(value: Any, field: Any) -> Any:
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    if isinstance(field, models.DateTimeField):
        now = timezone.now()
        return now if value is None else max(now, value + datetime.timedelta(microseconds=1))
    return (value or 0) + 1


def is_named(version: str, tags: Iterable[str], *, weakened: bool) -> bool:
    """
    Tell whether a version is in entity tags, as If-Match compares them.

    A tag names a version by what it has before its first ``-``. A weak one does not count (RFC 9110 13.1.1), unless it
    may have been `weakened` on its way: by whoever compressed the content, which leaves the row as it was.
    """
    opaque = (tag.removeprefix("W/") if weakened else tag for tag in tags)
    return any(each.startswith('"') and each[1:-1].partition("-")[0] == version for each in opaque)
