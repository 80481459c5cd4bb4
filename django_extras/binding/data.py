"""What a browser would have sent in place of a JSON object: a form may read it while it is made."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from .text import compose


def browser_data(body: Mapping[str, Any], prefix: str | None = None) -> QueryDict:
    """
    Return the values as text, under the names that a form with this prefix reads.

    A list gives several values, null an empty one, true ``"on"``, and false none, as a box that is not checked.
    """
    data = QueryDict(mutable=True)
    for key, value in body.items():
        items = value if isinstance(value, list) else [value]
        if texts := [_text(item) for item in items if item is not False]:
            data.setlist(f"{prefix}-{key}" if prefix else key, texts)
    data._mutable = False
    return data


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return "on" if value is True else compose(value)
