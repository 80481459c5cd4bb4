"""When a download is done: the view and the receivers of the signal are told, and a temporary file goes away."""

import logging
import os
from contextlib import suppress
from inspect import isawaitable
from typing import Any

from django_extras.delivery import download_finished
from django_extras.http._facts import RegularFile, open_at_once
from django_extras.http._sources import OnDisk
from django_extras.http.file import FileResponse

from ._hooks import wait_for

logger: logging.Logger = logging.getLogger("django_extras.views.download")
# On Windows, a file that is open can be removed in this way only.
_REMOVE_WHEN_CLOSED = getattr(os, "O_TEMPORARY", 0)


class TemporaryFile(OnDisk):
    """A file that is removed once it is open, or once it is known that nobody opens it."""

    def close(self) -> None:
        """Remove it, if it is still there."""
        with suppress(OSError):  # it may be gone, or there may never have been one
            os.unlink(self.name)

    def _open(self) -> RegularFile:
        return RegularFile(self.name, lambda path, flags: open_at_once(path, flags | _REMOVE_WHEN_CLOSED))


def tell_when_finished(view: Any, response: FileResponse) -> None:
    """Have the view and the receivers of the signal told when the response has been sent, or its client has left."""
    if view._hears_the_end or download_finished.has_listeners(type(view)):
        response.when_finished(lambda sent, complete: _tell(view, sent, complete))


def _tell(view: Any, sent: int, complete: bool) -> None:
    try:
        result = view.download_finished(sent, complete)
        if isawaitable(result):
            wait_for(result)
    except Exception:  # whatever the project's hook raises, the file was sent
        logger.exception("%s.download_finished() failed", type(view).__name__)
    told = {"view": view, "request": view.request, "sent": sent, "complete": complete}
    download_finished.send_robust(type(view), **told)  # logs what its receivers raise
