"""Say in JSON Schema what validators and columns demand."""

import re
from typing import Any

from django.core import validators
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations

Schema = dict[str, Any]

# What Python's regular expressions have and those of ECMAScript do not, or mean otherwise.
_NOT_ECMASCRIPT = re.compile(r"\(\?(?![:=!]|<[=!])|\\[AZabBGQEzpPNuUwW]|\[\[|[*+?}]\+")


def limited(schema: Schema, found: list[Any]) -> Schema:
    """Return the schema with what validators demand, where JSON Schema can say it."""
    if "enum" in schema or "const" in schema:
        return schema
    limits: dict[str, Any] = {}
    kinds = schema.get("type")
    # That of decimals has a pattern for text, and needs limits for numbers.
    kind = "number" if isinstance(kinds, list) and "number" in kinds else kinds
    for validator in found:
        match validator:
            case validators.MaxLengthValidator() if kind in ("string", "array"):
                key = "maxLength" if kind == "string" else "maxItems"
                limits[key] = min(_limit(validator), limits.get(key, _limit(validator)))
            case validators.MinLengthValidator() if kind in ("string", "array"):
                key = "minLength" if kind == "string" else "minItems"
                limits[key] = max(_limit(validator), limits.get(key, 0), schema.get(key, 0))
            case validators.MaxValueValidator() if kind in ("integer", "number"):
                limit = _limit(validator)
                limits["maximum"] = min(limit, limits.get("maximum", limit), schema.get("maximum", limit))
            case validators.MinValueValidator() if kind in ("integer", "number"):
                limit = _limit(validator)
                limits["minimum"] = max(limit, limits.get("minimum", limit), schema.get("minimum", limit))
            case validators.RegexValidator() if kind == "string" and not {"format", "pattern"} & schema.keys():
                if (pattern := _pattern(validator)) is not None:
                    limits["pattern"] = pattern
    return {**schema, **limits}


def validators_of(column: Any) -> list[Any]:
    """Return what a column demands, whichever database it is in."""
    if column is None:
        return []
    found = list(column._validators)
    if column.max_length is not None and isinstance(column, models.CharField | models.TextField):
        found.append(validators.MaxLengthValidator(column.max_length))
    ranges = BaseDatabaseOperations.integer_field_ranges.get(column.get_internal_type())
    if ranges is not None:
        found += [validators.MinValueValidator(ranges[0]), validators.MaxValueValidator(ranges[1])]
    return found + list(column.default_validators)


def _limit(validator: Any) -> Any:
    limit = validator.limit_value
    limit = limit() if callable(limit) else limit
    return limit if isinstance(limit, int | float) else float(limit)


def to_ecmascript(pattern: str) -> str | None:
    """Return a pattern of Python as JSON Schema has it, or None if it has no such pattern."""
    if pattern.startswith(r"\A"):
        pattern = f"^{pattern[2:]}"
    if pattern.endswith((r"\Z", r"\z")):
        pattern = f"{pattern[:-2]}$"
    return None if _NOT_ECMASCRIPT.search(pattern) else pattern


def _pattern(validator: validators.RegexValidator) -> str | None:
    found: Any = validator.regex
    is_flagged = found.flags & (re.IGNORECASE | re.VERBOSE | re.DOTALL | re.MULTILINE)
    return None if validator.inverse_match or is_flagged else to_ecmascript(found.pattern)
