"""Entity tags: a field in, its members out, and whether one is among them (RFC 9110 section 8.8.3)."""

import re

# What a thousand entity tags need: commas and quotes, and characters.
_MAX_DELIMITERS, _MAX_LENGTH = 3000, 32 * 1024

_ENTITY_TAG = re.compile(r'(?:\A|,)[ \t]*+((?:W/)?"[^"]*+")[ \t]*+(?=,|\Z)')


def parse_tags(field: str) -> list[str]:
    """Return the well-formed members of a list of entity tags, or ``*`` alone."""
    if len(field) > _MAX_LENGTH or field.count(",") + field.count('"') > _MAX_DELIMITERS:
        return []
    if '"' not in field:
        return ["*"] if field.strip(" \t") == "*" else []
    return _ENTITY_TAG.findall(field)


def matches(tags: list[str], etag: str | None, *, strong: bool) -> bool:
    """Return whether the tags have `etag` among them, by strong or weak comparison (section 8.8.3.2)."""
    if tags == ["*"]:
        return True
    if not etag:
        return False
    opaque = etag.removeprefix("W/")
    if strong:
        return opaque == etag and etag in tags
    return opaque in tags or f"W/{opaque}" in tags
