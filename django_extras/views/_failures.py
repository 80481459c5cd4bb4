"""What goes wrong before the first byte of a file: it is missing, or its storage fails; how to tell and log that."""

import errno
import logging
import os
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.utils.log import log_response
from django.views import View

from django_extras.http._facts import is_on_disk
from django_extras.http._log_text import loggable
from django_extras.http._objects import is_s3
from django_extras.http.status import response_class_for

logger: logging.Logger = logging.getLogger("django_extras.views.download")
# Set on a request whose 404 has been logged here.
_LOGGED = "_django_extras_logged_404"

# A storage that is busy is so for a moment.
_SECONDS_TO_WAIT = "10"

# What storages and the system raise for a name that leads to no regular file that may be read.
_NO_FILE = (
    *(FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError),
    SuspiciousOperation,
)
_NO_FILE_NUMBERS = {errno.EINVAL, errno.ELOOP, errno.ENAMETOOLONG, errno.ENODEV, errno.ENXIO}
# What the code and its settings are to blame for, such as a header that cannot be sent.
_OF_THE_CODE = (AttributeError, ImproperlyConfigured, NameError, NotImplementedError, TypeError, ValueError)


def status_of(error: Exception, file: Any = None) -> int | None:  # a path, or a file that may have a storage
    """
    Return 404 if there is no such file; 503 if its storage is busy or out of reach, 502 if that fails otherwise.

    Return None for an error that is none of these, such as too many open files.
    """
    if isinstance(error, _NO_FILE) or (isinstance(error, OSError) and error.errno in _NO_FILE_NUMBERS):
        return 404
    status = http_status(error)
    # An OSError says itself what is wrong. What else a storage raises is its own.
    if status == 404 or (status is None and not isinstance(error, OSError) and _is_gone(file)):
        return 404
    storage = _storage_of(file)
    if storage is None or is_on_disk(storage) or isinstance(error, _OF_THE_CODE):
        return None
    return 503 if status in {None, 412, 429, 503} else 502  # 412: it was replaced, again and again


def _is_gone(file: Any) -> bool:  # see status_of()
    if isinstance(file, str | os.PathLike):
        return not os.path.lexists(file)
    storage = _storage_of(file)
    if is_s3(storage):
        return False  # it has said so itself
    try:
        return storage is not None and not storage.exists(file.name)
    except Exception:  # it cannot tell this either
        return False


def _storage_of(file: Any) -> Any:  # a storage, or an object that acts like one
    # The files of django-storages have the latter.
    return getattr(file, "storage", None) or getattr(file, "_storage", None)


def http_status(error: Any) -> int | None:  # any exception
    """Return the status that a storage was answered with over HTTP, where its client keeps that."""
    response = getattr(error, "response", None)
    metadata = response.get("ResponseMetadata") if isinstance(response, Mapping) else None
    found = (
        getattr(error, "status_code", None),  # Azure, Dropbox
        getattr(error, "code", None),  # Google, urllib
        getattr(response, "status_code", None),  # requests
        metadata.get("HTTPStatusCode") if isinstance(metadata, Mapping) else None,  # boto
    )
    return next((int(status) for status in found if isinstance(status, int) and 400 <= status < 600), None)


def not_found(view: View, reason: object) -> Http404:
    """Return the exception for a missing file, whose reason is for the log alone."""
    extra = {"status_code": 404, "request": view.request}
    logger.warning("%s has no file to send: %s", type(view).__name__, loggable(reason), extra=extra)
    setattr(view.request, _LOGGED, True)
    return Http404("There is no such file.")


def storage_failed(view: View, status: int, error: Exception, file: Any) -> HttpResponse:  # see status_of()
    """Return the response for a storage that fails, and log the error."""
    text = "The file cannot be fetched from where it is stored.\n"
    response = response_class_for(status)(text, "text/plain; charset=utf-8")
    if status == 503:
        response.headers["Retry-After"] = _SECONDS_TO_WAIT
    log_response(
        "%s cannot get %s from its storage: %s",
        *(type(view).__name__, str(file.name), str(error)),
        response=response,
        request=view.request,
        logger=logger,
        exception=error,
    )
    return response


def _is_news(record: logging.LogRecord) -> bool:
    """Return False for the line in which Django tells of a 404 that has been logged here with its reason."""
    return not (getattr(record, "status_code", None) == 404 and hasattr(getattr(record, "request", None), _LOGGED))


logging.getLogger("django.request").addFilter(_is_news)
