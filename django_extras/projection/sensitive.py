"""Tell which names and columns look like secrets. A list of fields must not send one by mistake."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models
from django.db.models import Count, QuerySet, Window
from django.db.models.expressions import Col, OrderBy, RawSQL
from django.db.models.sql import Query

#: What `allow_sensitive` may be: True, or the names of the sensitive fields and columns that may be sent.
Allowed = bool | Collection[str]

#: Secrets, also at the end of words that run together, such as "accesstoken".
_SENSITIVE = re.compile(
    r"(?:(?<![^\W_])pass[\W_]?(?:code|phrase|wd|word)|passcode|passphrase|passwd|password|pwd|secret|token|jwt"
    r"|(?:access|activation|api|auth|confirmation|decryption|encryption|hmac|master|private)[\W_]?key"
    r"|(?:recovery|reset|secret|session|signing)[\W_]?key"
    r"|auth[\W_]?(?:code|hash)|session[\W_]?data)"
    # "tokens", "passwordHash" and "secretkey2", but not "secretary" and "tokenizer".
    r"(?:code|data|digest|hash|id|key|pem|salt|secret|string|text|token|value)*s?\d*(?![^\W_])",
    re.IGNORECASE,
)
#: Where a word begins inside a name in camel case.
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
#: The columns that hold the secret in a model such as Token.
_HOLDERS = frozenset({"digest", "hash", "key", "value"})
#: A number that a query computes from such columns is no secret, such as a sum of tokens.
_NUMBERS = (
    *(models.BooleanField, models.DateField, models.DecimalField, models.DurationField),
    *(models.FloatField, models.IntegerField, models.TimeField),
)


def refuse_sensitive(name: str, owner: str, allow_sensitive: Allowed, *sources: Any) -> None:
    """
    Raise ImproperlyConfigured for a name that looks like a secret, or that stands for a column that looks like one.

    `sources` are the model fields and the resolved expressions whose values go out under the name. `allow_sensitive`
    is True, or holds the names and the columns that may be sent. `owner` is where the name stands, such as
    ``"BookList.json_fields"``.
    """
    allowed = allowed_names(owner, allow_sensitive)
    if allowed is None or name in allowed:
        return
    secret = name if is_sensitive(name) else _secret(sources, allowed)
    if secret is not None:
        under = "" if secret == name else f', under the name "{name}"'
        raise ImproperlyConfigured(
            f'{owner} has "{secret}", which looks like a secret{under}. Leave it out, or, if it may be seen by all '
            f'who may see the rest, set {_view(owner)}.allow_sensitive = ["{secret}"].'
        )


def allowed_names(owner: str, allow_sensitive: Allowed) -> frozenset[str] | None:
    """Return the names that may be sent, or None if all may. Raise ImproperlyConfigured for no list of names."""
    if isinstance(allow_sensitive, bool):
        return None if allow_sensitive else frozenset()
    if isinstance(allow_sensitive, str | bytes) or not isinstance(allow_sensitive, Collection):
        raise ImproperlyConfigured(
            f"{_view(owner)}.allow_sensitive must be True, False or a list of names, not {allow_sensitive!r}."
        )
    return frozenset(allow_sensitive)


def refuse_values(value: Any, owner: str, allow_sensitive: Allowed, names: Collection[str] | None = None) -> None:
    """Raise ImproperlyConfigured if a value is a queryset of values that gives a secret, or one under some names."""
    if getattr(value, "_fields", None) is None or not isinstance(value, QuerySet):
        return
    query: Any = value.query
    for name, source in selected(query):
        # The rows of a union have the names of its first part.
        if names is None or name in names or query.combined_queries:
            refuse_sensitive(name, owner, allow_sensitive, source)


def refuse_serialized(model: Any, names: Collection[str], owner: str, allow_sensitive: Allowed) -> None:
    """Raise ImproperlyConfigured for a secret among what Django's serializers send: the key and the named fields."""
    options = model._meta
    fields = [field for field in (*options.concrete_fields, *options.many_to_many) if field.name in names]
    for field in (options.pk, *fields):
        refuse_sensitive(
            field.name, owner, allow_sensitive, field.related_model._meta.pk if field.many_to_many else field
        )


@lru_cache(maxsize=2000)
def is_sensitive(name: str) -> bool:
    """Tell whether a name looks like that of a secret, or one in a path of names does."""
    # Also whole, so that a capital inside of a word hides none.
    return bool(_SENSITIVE.search(name) or _SENSITIVE.search(_CAMEL.sub("_", name)))


def selected(query: Any) -> Iterator[tuple[str, Any]]:  # what it selects is not in the stubs
    """Return the names that a query of values gives, each with its column or expression. A union has those of each."""
    yield from zip(query.values_select, query.select, strict=False)
    yield from query.annotation_select.items()
    yield from ((name, RawSQL(*sql)) for name, sql in query.extra_select.items())
    for part in query.combined_queries:
        yield from selected(part)


def _secret(sources: Any, allowed: Collection[str]) -> str | None:
    """Return the name of the first secret column among what is sent, or None if there is none."""
    for names in (names for source in sources for names in _columns(source)):
        if (found := next(filter(is_sensitive, names), None)) and not any(name in allowed for name in names):
            return found
    return None


def _columns(source: Any, is_computed: bool = False) -> Iterator[list[str]]:
    """Return the names of each column whose values a field or an expression gives."""
    if isinstance(source, models.Field):
        yield from _columns_of_field(source, is_computed)
    elif isinstance(source, Col):
        yield from _columns_of_field(source.target, is_computed)
    else:
        yield from _columns_of_expression(source, is_computed)


def _columns_of_expression(source: Any, is_computed: bool) -> Iterator[list[str]]:
    if isinstance(source, RawSQL):
        yield [source.sql]
    elif isinstance(source, Query):
        for _, each in selected(source):
            yield from _columns(each, is_computed)
    elif isinstance(source, Window):
        yield from _columns(source.get_source_expressions()[0], True)
    elif not isinstance(source, Count | OrderBy) and not _is_condition(source):
        # A part of JSON or of an hstore.
        yield [str(getattr(source, "key_name", ""))]
        for part in getattr(source, "get_source_expressions", list)():
            yield from _columns(part, True)


def _columns_of_field(field: Any, is_computed: bool) -> Iterator[list[str]]:  # fields are of many unrelated classes
    if is_computed and isinstance(field, _NUMBERS):
        return
    holder = [f"{field.model.__name__}.{field.name}"] if field.name in _HOLDERS else []
    yield [field.name, field.attname, field.column or "", *holder]
    # The columns of a key of several columns; those whose value a foreign key holds.
    for part in (*getattr(field, "fields", ()), *(field.foreign_related_fields if field.remote_field else ())):
        yield from _columns_of_field(part, is_computed)
    if getattr(field, "generated", False):
        yield from _columns(field.expression.resolve_expression(Query(field.model)), True)


def _view(owner: str) -> str:
    return owner.split(".")[0]


def _is_condition(expression: Any) -> bool:
    try:
        return bool(getattr(expression, "conditional", False))
    except FieldError:
        # It mixes types.
        return False
