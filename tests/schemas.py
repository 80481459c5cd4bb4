"""Make values that a JSON Schema allows, of the words that this project's schemas use."""

import datetime
import math
import string
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8", min_codepoint=32)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(string.ascii_letters), inner, max_size=3),
    max_leaves=5,
)
aware = st.datetimes(
    datetime.datetime(1000, 1, 1), datetime.datetime(9000, 1, 1), timezones=st.just(datetime.UTC) | st.timezones()
)

FORMATS: dict[str, Any] = {
    "date": st.dates(datetime.date(1000, 1, 1)).map(str),
    # An offset of RFC 3339 has no seconds.
    "date-time": aware.filter(lambda value: not value.utcoffset().total_seconds() % 60).map(
        lambda value: value.isoformat()
    ),
    "email": st.from_regex(r"\A[a-z0-9]{1,20}(\.[a-z]{1,5})?@[a-z]{1,20}\.(com|org|de)\Z"),
    "uri": st.from_regex(r"\Ahttps?://[a-z]{1,20}\.(com|org)(:[1-9][0-9]{0,3})?(/[a-z0-9%20]{0,20})?\Z"),
    "uuid": st.uuids(version=4).map(str),
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
}


def values(schema: Any) -> Any:
    """Return a strategy for values that a schema allows."""
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([values(each) for each in schema["anyOf"]])
    if "type" not in schema:
        return anything
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    return st.one_of([_of_kind(kind, schema) for kind in kinds])


def _of_kind(kind: str, schema: Any) -> Any:
    match kind:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            step = schema.get("multipleOf", 1)
            least, most = schema.get("minimum"), schema.get("maximum")
            low = None if least is None else math.ceil(least / step) if step != 1 else math.ceil(least)
            high = None if most is None else math.floor(most / step) if step != 1 else math.floor(most)
            return st.integers(low, high).map(lambda number: number * step)
        case "number" if "multipleOf" in schema:
            return _decimals(schema)
        case "number":
            return st.floats(schema.get("minimum"), schema.get("maximum"), allow_nan=False, allow_infinity=False)
        case "string":
            return _text(schema)
        case "array":
            return _array(schema)
    return _object(schema)


def _decimals(schema: Any) -> Any:
    """Return a strategy for decimal numbers that a float holds as they are written."""
    step = Decimal(str(schema["multipleOf"]))
    least = max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -(10**12)))
    most = min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", 10**12))
    inside = st.integers(math.ceil(least / step), math.floor(most / step)).map(lambda number: float(number * step))
    return inside.filter(
        lambda number: schema.get("exclusiveMinimum", -math.inf) < number < schema.get("exclusiveMaximum", math.inf)
    )


def _text(schema: Any) -> Any:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if "format" in schema:
        found = FORMATS[schema["format"]]
    elif "pattern" in schema and schema["pattern"] != r"\S":
        found = st.from_regex(schema["pattern"], fullmatch=True, alphabet=string.printable)
    else:
        # What is more than the schema can say: NUL, and spaces around a text that must have a length.
        characters = st.characters(codec="utf-8", exclude_characters="\0")
        found = st.text(characters, min_size=least, max_size=most).filter(
            lambda text: text == text.strip() and (text or not least)
        )
    return found.filter(lambda text: least <= len(text) <= (math.inf if most is None else most))


def _array(schema: Any) -> Any:
    if "prefixItems" in schema:
        return st.tuples(*[values(each) for each in schema["prefixItems"]]).map(list)
    most = min(schema.get("maxItems", 3), 3)
    return st.lists(values(schema.get("items", {})), min_size=schema.get("minItems", 0), max_size=most)


def _object(schema: Any) -> Any:
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not properties:
        return st.dictionaries(st.text(string.ascii_letters), values(schema.get("additionalProperties", {})))
    optional = {name: values(each) for name, each in properties.items() if name not in required}
    return st.fixed_dictionaries({name: values(properties[name]) for name in required}, optional=optional)
