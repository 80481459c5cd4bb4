"""The body of a request that fills in a form: JSON, or what browsers send. Nobody reads it before the view asks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from django_extras.binding.data import browser_data
from django_extras.binding.text import JsonError, parse
from django_extras.http.errors import HttpError

_JSON = re.compile(r"application/([^/]+\+)?json")
_FORM = ("multipart/form-data", "application/x-www-form-urlencoded")
_ACCEPTED = ["application/json", *_FORM]
_OTHER_TYPE = f"Send {', '.join(_ACCEPTED[:-1])} or {_ACCEPTED[-1]}."


@dataclass(frozen=True, slots=True)
class Body:
    """What a request has sent: a JSON object, or None if it is form-encoded; and the data and the files of a form."""

    json: dict[str, Any] | None
    data: QueryDict
    files: MultiValueDict[str, Any]

    def data_for(self, prefix: str | None) -> Mapping[str, Any]:
        """Return the data under the names that a form with this prefix reads."""
        return self.data if self.json is None or not prefix else browser_data(self.json, prefix)


def is_json(media_type: str) -> bool:
    """Tell whether a media type is JSON."""
    return _JSON.fullmatch(media_type.lower()) is not None


def has_json(request: HttpRequest) -> bool:
    """Tell whether a request says that it has sent JSON."""
    return is_json(request.content_type or "")


def read_body(request: HttpRequest) -> Body:
    """
    Return the body of a request.

    Raise HttpError: 400 for a body that is broken, 411 for one whose length Django must know, 413 for one that is too
    large, 415 for one of another type, and 422 for JSON that is not an object.
    """
    media_type = (request.content_type or "").lower()
    _refuse_unknown_length(request, media_type)
    try:
        if _JSON.fullmatch(media_type):
            return _read_json(request)
        if media_type in _FORM:
            return _read_form(request)
        # What is not there has no type, but under runserver it seems to be text/plain.
        if request.META.get("CONTENT_LENGTH") in (None, "", "0") and request.body == b"":
            return Body({}, QueryDict(), MultiValueDict())
    except RequestDataTooBig:
        raise HttpError(413, f"Send at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes.") from None
    except (MultiPartParserError, UnreadablePostError) as error:
        raise HttpError(400, str(error) or None) from error
    if request.method == "PATCH":
        raise HttpError(415, _OTHER_TYPE, accept_patch=_ACCEPTED)
    raise HttpError(415, _OTHER_TYPE, accept=_ACCEPTED)


def _refuse_unknown_length(request: HttpRequest, media_type: str) -> None:
    """Refuse a body in chunks where Django takes it for empty: all under WSGI, and uploads under ASGI."""
    is_lost = "wsgi.input" in request.META or media_type == "multipart/form-data"
    if is_lost and "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
        raise HttpError(411, "Send the length of the body in Content-Length.")


def _read_json(request: HttpRequest) -> Body:
    try:
        # Clients that name a type for all that they send have nothing to send with DELETE.
        value = {} if request.method == "DELETE" and request.body == b"" else parse(request.body)
    except JsonError as error:
        raise HttpError(400, str(error)) from None
    if not isinstance(value, dict):
        raise HttpError(422, errors=[{"detail": _("Send an object."), "pointer": "#", "code": "invalid"}])
    data, files = browser_data(value), request.FILES  # Django empties POST when it is first asked for files
    request.POST = data  # type: ignore[assignment]  # for views that read it by themselves
    # json-enc of htmx sends what a form would: "on" for a box, and one text for one of several options.
    return Body(None if "HTTP_HX_REQUEST" in request.META else value, data, files)


def _read_form(request: HttpRequest) -> Body:
    method = request.method
    try:
        if method != "POST":
            request.method = "POST"  # Django reads the forms of no other
            vars(request).pop("_files", None)  # nothing, if the view has asked for it
            request._load_post_and_files()
        return Body(None, request.POST, request.FILES)
    finally:
        request.method = method
