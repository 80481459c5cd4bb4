"""What a form refused, as the member ``errors`` of a problem (RFC 9457 3)."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm

from .pointers import Path, pointer

#: More errors than this help nobody, and an answer must not be many times as large as its request.
MAX_ERRORS = 100


class Refusal(ValidationError):
    """An error at a place inside of a field's value, such as the index of an item."""

    def __init__(
        self, message: Any, code: str = "invalid", params: dict[str, Any] | None = None, path: Path = ()
    ) -> None:
        super().__init__(message, code, params)
        self.path = path


def form_errors(form: BaseForm, body: Mapping[str, Any] | None = None) -> list[dict[str, str]]:
    """
    Return the errors of a form that is not valid, with their pointers; ``#`` is the whole form.

    `body` are the values that were sent. They tell which item of a list an error of the form is about.
    """
    return [
        {"detail": fault.messages[0], "pointer": pointer(path), "code": fault.code or "invalid"}
        for path, fault in islice(_faults(form, body or {}), MAX_ERRORS)
    ]


def _faults(form: BaseForm, body: Mapping[str, Any]) -> Iterator[tuple[Path, ValidationError]]:
    for name, faults in form.errors.as_data().items():
        for fault in faults:
            path = getattr(fault, "path", ()) or _index(fault, body.get(name))
            yield path if name == NON_FIELD_ERRORS else (name, *path), fault


def _index(fault: ValidationError, sent: Any) -> Path:
    """Return where in a list that was sent the form found a fault, by what its message names."""
    if not isinstance(sent, list) or not isinstance(fault.params, Mapping):
        return ()
    if fault.code == "item_invalid" and "nth" in fault.params:  # arrays count from 1
        return (fault.params["nth"] - 1,)
    wrong = next((str(fault.params[key]) for key in ("value", "pk") if key in fault.params), None)
    return next(((index,) for index, item in enumerate(sent) if str(item) == wrong), ())
