"""From the file and the hooks of a view to a response: what its fields are, and who sends the bytes."""

import os
import re
import time
from contextlib import suppress
from datetime import datetime
from inspect import iscoroutine
from types import NoneType
from typing import Any

from django.db import connections
from django.db.models.fields.files import FieldFile
from django.http.response import HttpResponseBase
from django.utils.http import http_date, quote_etag
from django.utils.timezone import get_default_timezone, is_naive, make_aware

from django_extras.delivery import Delivery, InProcess, delivery_of_the_project
from django_extras.http._conditions import NAMES
from django_extras.http._disposition import clean_filename, describe
from django_extras.http._facts import opens
from django_extras.http._media_type import INLINE_TYPES, guess_type, is_shown
from django_extras.http._sources import OnDisk, Source, Stored, source_of
from django_extras.http.file import FileResponse

from ._failures import http_status, not_found, status_of, storage_failed
from ._finishing import TemporaryFile, tell_when_finished
from ._hooks import close

# Made once: to make a union takes as long as to compare with it.
_PATHS = (str, os.PathLike)
_OF_A_STORAGE = (FieldFile, Stored)
_NAMED = (*_PATHS, Source, FieldFile)
# What the hooks may return.
_KINDS = {
    "get_content_type": (NoneType, str),
    "get_as_attachment": (NoneType, bool),
    "get_filename": (NoneType, *_PATHS),
    "get_etag": (NoneType, str),
    "get_last_modified": (NoneType, datetime),
    "get_cache_control": (NoneType, str),
    "get_delivery": (NoneType, Delivery),
}
_ENTITY_TAG = re.compile(r'(?:W/)?"[!#-~\x80-\xff]*"')


def deliver(view: Any, file: Any, response_kwargs: dict[str, Any]) -> HttpResponseBase:
    """Answer with the file, which is anything that FileResponse takes, as the hooks of the view say."""
    try:
        options, delivery = _get_options(view, response_kwargs)
    except BaseException:
        close(file)
        raise
    try:
        if type(delivery) is not InProcess and (response := _offload(view, file, options, delivery)) is not None:
            return response
        try:
            return _send(view, file, options)
        except Exception as error:  # each storage raises its own
            if http_status(error) != 412:
                raise
            return _send(view, file, options)  # the object was replaced after FileResponse had looked at it
    except Exception as error:  # each storage raises its own: see status_of()
        with suppress(Exception):  # the first error tells more
            close(file)
        status = status_of(error, file)
        if status is None:
            raise
        if status == 404:
            view._refuse_setup(file)
            raise not_found(view, error) from error
        return storage_failed(view, status, error, file)
    finally:
        if isinstance(file, TemporaryFile):
            file.close()


def _get_options(view: Any, response_kwargs: dict[str, Any]) -> tuple[dict[str, Any], Delivery]:
    """
    Return the arguments of the response, and who sends the bytes.

    The arguments are the answers of the hooks, and those of the caller in their place.
    """
    answers = (  # in the order of _KINDS
        content_type := view.get_content_type(),
        as_attachment := view.get_as_attachment(),
        filename := view.get_filename(),
        etag := view.get_etag(),
        last_modified := view.get_last_modified(),
        cache_control := view.get_cache_control(),
        delivery := view.get_delivery(),
    )
    if not all(map(isinstance, answers, _KINDS.values())):
        raise _wrong_answers(view, answers)[0]
    fields = {"Cache-Control": cache_control} if cache_control else {}
    if etag is not None or last_modified is not None:
        fields |= _get_validators(view, etag, last_modified)
    options = {
        "content_type": content_type,
        "as_attachment": as_attachment,
        "filename": filename,
        "request": view.request,
        "headers": fields,
    }
    if response_kwargs:
        headers = dict(response_kwargs.get("headers") or ())
        named = {NAMES.get(str(name).lower(), name): value for name, value in headers.items()}
        options |= {**response_kwargs, "headers": fields | named}
    return options, delivery or delivery_of_the_project()


def _get_validators(view: Any, etag: str | None, last_modified: datetime | None) -> dict[str, str]:
    fields = {}
    if etag is not None:
        fields["ETag"] = quote_etag(etag)
        if not _ENTITY_TAG.fullmatch(fields["ETag"]):
            raise ValueError(
                f"{type(view).__name__}.get_etag() returned {etag!r}, which cannot be sent. Return a text without "
                "spaces, quotes and controls."
            )
    if last_modified is not None:
        date = make_aware(last_modified, get_default_timezone()) if is_naive(last_modified) else last_modified
        # A date in the future is not to be sent (RFC 9110 section 8.8.2.1).
        fields["Last-Modified"] = http_date(min(date.timestamp(), time.time()))
    return fields


def _offload(view: Any, file: Any, options: dict[str, Any], delivery: Delivery) -> HttpResponseBase | None:
    """Return the response that has another server send the file, None if this process sends it."""
    request = view.request
    if (
        # A front server would put the file in the place of an error, and send its path with it.
        options.get("status") not in {None, 200}
        or request.method not in {"GET", "HEAD"}
        or (source := _closed_source_of(file)) is None
    ):
        return None
    given = dict(options["headers"])
    if options["content_type"] is not None:
        given["Content-Type"] = options["content_type"]
    name = os.fsdecode(options["filename"]) if options["filename"] else source.name
    charset, types = view.file_response_class.text_charset, frozenset(view.inline_types)
    fields = describe(name, given, as_attachment=options["as_attachment"], charset=charset, inline_types=types)
    response = delivery.offload(request, source, {"X-Content-Type-Options": "nosniff", **fields, **given})
    if response is not None:
        close(file)
    return response


def _closed_source_of(file: Any) -> OnDisk | None:  # see deliver()
    """Return the source that a file is under its name, for another to open it; None for what has no such name."""
    if isinstance(file, OnDisk):
        return None if isinstance(file, TemporaryFile) else file
    if isinstance(file, _PATHS):
        return OnDisk(file if isinstance(file, str) else os.fsdecode(file))
    if isinstance(file, FieldFile):
        is_stored = getattr(file, "_committed", True) and opens(file, FieldFile)
        return Stored(file.storage, str(file.name)) if is_stored else None
    return None


def _send(view: Any, file: Any, options: dict[str, Any]) -> HttpResponseBase:  # see deliver()
    """Return the response with the file."""
    content: Any = file
    stored_type = None
    if isinstance(file, _OF_A_STORAGE):
        if isinstance(file, FieldFile) and not file.closed:
            # A hook may have read from it. A file that cannot seek is opened again.
            if file.seekable():
                file.seek(0)
            else:
                file.close()
        source: Any = source_of(file)
        stored_type = source.stored_type()
        content = source if stored_type else file
    attachment = options["as_attachment"]
    # FileResponse decides None by INLINE_TYPES. Other types, or another class, need True or False.
    if attachment is None and not (view.file_response_class is FileResponse and view.inline_types is INLINE_TYPES):
        attachment = _is_attachment(view, file, options, stored_type)
    response: FileResponse = view.file_response_class(content, **{**options, "as_attachment": attachment})
    if response._answer.sends_bytes:
        tell_when_finished(view, response)
        if isinstance(file, _NAMED):  # an iterator of the view may read from the database; a file does not
            response.call_before_reading(_release_connections)
    return response


def _is_attachment(view: Any, file: Any, options: dict[str, Any], stored_type: str | None) -> bool:
    """Return whether browsers save the file, because its type may run script."""
    content_type = options["headers"].get("Content-Type", options["content_type"])
    if content_type is None:
        content_type = stored_type
    if content_type is None:
        name = options["filename"] or getattr(file, "name", file)
        content_type = guess_type(clean_filename(os.fsdecode(name)) if isinstance(name, _PATHS) else "")
    return not is_shown(content_type, frozenset(view.inline_types))


def _release_connections() -> None:
    """Close the connections to databases of this thread: a client may take hours, and needs none of them."""
    for connection in connections.all(initialized_only=True):
        if connection.autocommit and not connection.in_atomic_block:
            connection.close()


def _wrong_answers(view: Any, answers: tuple[Any, ...]) -> list[TypeError]:
    """Return the error of each hook that has returned something else than it should, and close its coroutine."""
    return [
        wrong_answer(view, hook, answer, f"{' or '.join(kind.__name__ for kind in kinds)} or None")
        for (hook, (_, *kinds)), answer in zip(_KINDS.items(), answers, strict=True)
        if answer is not None and not isinstance(answer, tuple(kinds))
    ]


def wrong_answer(view: Any, hook: str, answer: object, wanted: str) -> TypeError:
    """Return the error for a hook that has returned something else than it should."""
    if iscoroutine(answer):
        answer.close()
    return TypeError(f"{type(view).__name__}.{hook}() returned {answer!r}. Return {wanted}.")
