"""What a browser would have sent in place of a JSON object: a form may read it while it is made."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from .text import compose


def browser_data(body: Mapping[str, Any], prefix: str | None = None) -> QueryDict:
    """
    Return the values as text, under the names that a form with this prefix reads.

    A list gives several values, null an empty one, true ``"on"``, and false none, as a box that is not checked.
    """
    data = QueryDict(mutable=True)
    for key, value in body.items():
        if texts := browser_texts(value):
            MultiValueDict.setlist(data, f"{prefix}-{key}" if prefix else key, texts)  # as text already
    data._mutable = False
    return data


def browser_texts(value: Any) -> list[str]:
    """Return what a browser would have sent for one value."""
    if type(value) is str or type(value) is int:
        return [str(value)]
    return [_text(item) for item in (value if isinstance(value, list) else [value]) if item is not False]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return "on" if value is True else compose(value)
