"""ProblemResponse: what went wrong, in a form that programs read (RFC 9457)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http.response import HttpResponse, ResponseHeaders
from django.utils.functional import Promise

from ._fields import list_text
from .json import JsonResponse
from .status import (
    HEADER_ARGUMENTS,
    TITLES,
    StatusResponse,
    evaluated,
    fields_to_send,
    refuse_misplaced_arguments,
    response_class_for,
)

CONTENT_TYPE = "application/problem+json"


class ProblemResponse(JsonResponse):
    """
    Send a problem as ``application/problem+json`` (RFC 9457).

    `status` is any status from 400 on. `detail` says what went wrong this time, for people. `type` is the URI of the
    kind of problem, by default ``about:blank``: what the status says, no more. `title` names the kind, by default as
    the status does. `instance` is the URI of this one case. `errors` lists the faults of the input, each a mapping
    with ``detail`` and ``pointer``, a JSON pointer (RFC 9457 3).

    The status's header arguments, such as ``retry_after``, set its fields; in a 405, `allow` lists the methods, by
    default none. Other keyword arguments are extension members. Raise ValueError for a status that is no error's,
    TypeError for a header argument of another status and for a member of another type.
    """

    def __init__(
        self,
        status: int,
        detail: str | Promise | None = None,
        *,
        type: str = "about:blank",  # noqa: A002  # the member's name
        title: str | Promise | None = None,
        instance: str | None = None,
        errors: Iterable[Mapping[str, Any]] | None = None,
        headers: Mapping[str, Any] | None = None,
        **extensions: Any,
    ) -> None:
        owner = self.__class__.__name__
        fields = error_fields(owner, status, extensions, headers)
        faults = checked_errors(owner, errors, detail=detail, type=type, title=title, instance=instance)
        members: dict[str, Any] = {"type": type, "title": title or TITLES[status], "status": int(status)}
        optional = {"detail": detail, "instance": instance, "errors": faults}
        members |= {name: value for name, value in optional.items() if value is not None}
        super().__init__({**members, **extensions}, status=status, headers=fields, content_type=CONTENT_TYPE)
        # It is about one request, and may say what only the one who sent it may know.
        self.headers.setdefault("Cache-Control", "no-store")

    def items(self) -> Iterable[tuple[str, str]]:
        """Return the fields to send: see fields_to_send()."""
        return fields_to_send(self)


def error_fields(
    owner: str, status: int, arguments: dict[str, Any], headers: Mapping[str, Any] | None
) -> ResponseHeaders:
    """Return the fields of an error, without Content-Type. Take the status's header arguments out of `arguments`."""
    cls = response_class_for(status)
    if status < 400:
        raise ValueError(f"{owner} got the status {status!r}, which is no error. Give a status from 400 on.")
    own = {name: arguments.pop(name) for name in HEADER_ARGUMENTS[status] & arguments.keys()}
    allow = arguments.pop("allow", None) if status == 405 else None
    refuse_misplaced_arguments(f"{owner}({int(status)})", arguments)
    if not headers and cls.__init__ is StatusResponse.__init__:
        return ResponseHeaders({})  # quickly
    # HttpResponseNotAllowed wants the methods; here they are an argument that may be left out, as all others are.
    fields = (HttpResponse if status == 405 else cls)(headers=headers, **own).headers
    if allow is not None:
        if "Allow" in fields:
            raise ValueError(f"{owner} got both allow and Allow in headers. Leave one of them out.")
        methods = evaluated(allow)
        fields["Allow"] = "" if methods == [] else list_text(owner, "allow", methods)
    elif status == 405:
        fields.setdefault("Allow", "")
    fields.pop("Content-Type")
    return fields


def checked_errors(owner: str, errors: object, **texts: object) -> list[Mapping[str, Any]] | None:
    """Return the member `errors` as a list. Raise TypeError if it is none of mappings, or if a text is no text."""
    for name, text in texts.items():
        if not isinstance(text, str | Promise) and (text is not None or name == "type"):
            raise TypeError(f"{owner} got {name}={text!r}. Give a str.")
    if errors is None:
        return None
    faults: list[Any] = (
        list(errors) if isinstance(errors, Iterable) and not isinstance(errors, Mapping | str) else [None]
    )
    if not all(isinstance(fault, Mapping) for fault in faults):
        raise TypeError(
            f"{owner} got errors={errors!r}. Give a list of mappings with detail and pointer; for a form, "
            '[{"detail": fault["message"], "pointer": f"#/{name}"} for name, faults in '
            "form.errors.get_json_data().items() for fault in faults]."
        )
    return faults
