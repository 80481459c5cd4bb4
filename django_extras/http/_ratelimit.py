"""RateLimit and RateLimit-Policy: what a client may still send (draft-ietf-httpapi-ratelimit-headers-11)."""

import re
from base64 import b64encode
from collections.abc import Mapping

_REMEDY = (
    'Give the parameters of each policy by its name, such as {"burst": {"q": 100, "w": 60, "r": 0, "t": 30}}: the '
    "quota q, its unit qu and its seconds w; what remains r, for t seconds; the key of the client pk, bytes"
)
_POLICY = ("q", "qu", "w", "pk")
_LIMIT = ("r", "t", "pk")
_TYPES = {"q": int, "qu": str, "w": int, "r": int, "t": int, "pk": bytes}
#: What strings and integers of structured fields are made of (RFC 9651 3.3.3, 3.3.1).
_STRING = re.compile(r"[\x20-\x7e]*")
_LARGEST = 999_999_999_999_999


def ratelimit_fields(owner: str, value: Mapping[str, Mapping[str, int | str | bytes]]) -> dict[str, str]:
    """Return the fields of the policies that have a quota ``q``, and of those with a remainder ``r``."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{owner} got ratelimit={value!r}. {_REMEDY}.")
    if not value:
        raise ValueError(f"{owner} got an empty ratelimit. {_REMEDY}, or leave ratelimit out.")
    policies, limits = [], []
    for name, parameters in value.items():
        _check(owner, name, parameters)
        if "q" in parameters:
            policies.append(_item(name, parameters, _POLICY))
        if "r" in parameters:
            limits.append(_item(name, parameters, _LIMIT))
    fields = {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(limits)}
    return {field: text for field, text in fields.items() if text}


def _check(owner: str, name: object, parameters: object) -> None:
    if not isinstance(name, str) or not isinstance(parameters, Mapping):
        raise TypeError(f"{owner} got ratelimit={{{name!r}: {parameters!r}}}. {_REMEDY}.")
    wrong = f"{owner} got the invalid ratelimit={{{name!r}: {parameters!r}}}"
    if not _STRING.fullmatch(name):
        raise ValueError(f"{wrong}. Give a name of ASCII characters.")
    for key, value in parameters.items():
        if key not in _TYPES or not isinstance(value, _TYPES[key]) or isinstance(value, bool):
            raise TypeError(f"{wrong}. {_REMEDY}.")
        if isinstance(value, int) and not (key == "w") <= value <= _LARGEST:
            raise ValueError(f"{wrong}. Give {key} from {int(key == 'w')} to {_LARGEST}.")
        if isinstance(value, str) and not _STRING.fullmatch(value):
            raise ValueError(f"{wrong}. Give {key} in ASCII characters.")
    if not {"q", "r"} & parameters.keys():
        raise ValueError(f"{wrong}. Give the quota q, what remains of it as r, or both.")
    for key, needed in {"qu": "q", "w": "q", "t": "r"}.items():
        if key in parameters and needed not in parameters:
            raise ValueError(f"{wrong}. Give {needed} with {key}, or leave {key} out.")


def _item(name: str, parameters: Mapping[str, int | str | bytes], keys: tuple[str, ...]) -> str:
    """Return a string with parameters, as RFC 9651 4.1.3 writes it."""
    return _bare(name) + "".join(f";{key}={_bare(parameters[key])}" for key in keys if key in parameters)


def _bare(value: int | str | bytes) -> str:
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, bytes):
        return f":{b64encode(value).decode('ascii')}:"
    return '"{}"'.format(re.sub(r'(["\\])', r"\\\1", value))
