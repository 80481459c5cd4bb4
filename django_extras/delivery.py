"""
Who sends the bytes of a file: this process, a front server, or the object storage that has it.

A view decides who may have a file. ``FileDownloadMixin.delivery``, or the setting ``DJANGO_EXTRAS_DELIVERY`` for all
views, says who sends it::

    DJANGO_EXTRAS_DELIVERY = Nginx(MEDIA_ROOT, "/protected/")

Each class has the configuration that it needs in ``docs/how-to/delivery.md``. What the other server cannot send, such
as bytes, an open file, or a file from outside of its directory, this process sends.
"""

import os
import re
from abc import ABC, abstractmethod
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import Signal, receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect

from .http._conditions import entity_tag, last_modified
from .http._facts import Facts
from .http._fields import set_fields
from .http._signing import sign
from .http._sources import OnDisk

#: Sent when a file has been sent by this process, or its client has left. The sender is the class of the view.
#: Arguments: ``view``, ``request``, ``sent`` (the bytes that the server has taken) and ``complete``.
download_finished: Signal = Signal(use_caching=True)

_SETTING = "DJANGO_EXTRAS_DELIVERY"
# No field may hold these, and a server strips blanks at the ends of a field.
_NO_TEXT_OF_A_FIELD = re.compile(r"[\x00-\x1f\x7f]|^ | $")


class Delivery:
    """
    Who sends the bytes. A subclass of your own overrides `offload()`.

    `offload()` gets the request; the file, which has ``path``, its path on this machine or None, and ``storage`` and
    ``name``, where it is stored; and the fields of the response with the file, such as Content-Type. It returns a
    response, or None to have this process send the file. It is called for GET and HEAD, after the view's permission,
    if the status is 200.
    """

    def offload(self, request: HttpRequest, file: OnDisk, fields: dict[str, str]) -> HttpResponseBase | None:
        """Return the response that has another server send the file; None to send it from here."""
        return None

    def check(self) -> None:
        """Raise ImproperlyConfigured if this cannot work. The system checks call it."""


class InProcess(Delivery):
    """Send each file from this process. This is the default."""


class _FrontServer(Delivery, ABC):
    """A server in front of this process that sends the files below `root`."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        if not root:
            raise ImproperlyConfigured(
                f"{type(self).__name__} is missing its root. Pass the directory with the files."
            )
        self.root: str = os.path.abspath(os.fspath(root))
        self._inside: str = os.path.join(self.root, "")

    def offload(self, request: HttpRequest, file: OnDisk, fields: dict[str, str]) -> HttpResponseBase | None:
        """Return an empty response that names the file, if it is a regular file below the root."""
        path = file.path
        if path is None or (below := self.below(path)) is None or (facts := file.look(for_another=True)) is None:
            return None
        return self._name(below, facts, fields)

    def below(self, path: str) -> str | None:
        """Return the path from the root on, None for a file outside of it."""
        root = self._inside
        if not path.startswith(root) or "/.." in path:
            root, path = os.path.join(os.path.realpath(root), ""), os.path.realpath(path)
        return path.removeprefix(root) if path.startswith(root) else None

    @abstractmethod
    def _name(self, below: str, facts: Facts, fields: dict[str, str]) -> HttpResponseBase | None:
        """Return the response that names the file in the way of this server, None if it cannot."""


class _ByNginx(Delivery):
    """nginx finds the file by a path that begins with the one of an internal location."""

    prefix: str

    def check(self) -> None:
        """Raise ImproperlyConfigured without an internal location."""
        if not re.fullmatch("/.+/", self.prefix):
            raise ImproperlyConfigured(
                f"{type(self).__name__} has the prefix {self.prefix!r}. Pass the internal location of nginx, with a "
                'slash at both ends, such as "/protected/".'
            )

    def _by_location(self, path: str, fields: dict[str, str]) -> HttpResponse:
        """Return the response that names a path in the location. nginx makes and compares its own validators."""
        kept = {**fields, "X-Accel-Redirect": self.prefix + path}
        kept.pop("ETag", None)
        kept.pop("Last-Modified", None)
        return _without_content(kept)


class Nginx(_ByNginx, _FrontServer):
    """
    Have nginx send the files below `root`, by ``X-Accel-Redirect``.

    `prefix` is the internal location, such as ``"/protected/"``, whose alias is `root`. nginx makes the entity tag and
    answers ranges and conditions.

    Raise ImproperlyConfigured if there is no prefix, or one that does not begin and end with a slash.
    """

    def __init__(self, root: str | os.PathLike[str], prefix: str) -> None:
        super().__init__(root)
        self.prefix = prefix
        self.check()

    def _name(self, below: str, facts: Facts, fields: dict[str, str]) -> HttpResponseBase:
        return self._by_location(_quoted(below.replace(os.sep, "/")), fields)


class Apache(_FrontServer):
    """
    Have Apache send the files below `root`, by ``X-Sendfile`` (mod_xsendfile).

    ``XSendFilePath`` names the same directory. Apache answers ranges and conditions by the ETag and Last-Modified that
    it gets from here: its own entity tag would be the same for every file.
    """

    def _name(self, below: str, facts: Facts, fields: dict[str, str]) -> HttpResponseBase | None:
        path = os.path.join(self.root, below)
        if _NO_TEXT_OF_A_FIELD.search(path):
            return None
        # It takes the bytes unchanged, quotes nothing and unquotes nothing.
        return _by_path(os.fsencode(path).decode("latin-1"), facts, fields)


class Lighttpd(_FrontServer):
    """
    Have lighttpd send the files below `root`, by ``X-Sendfile``.

    ``x-sendfile-docroot`` names the same directory. The application must run behind mod_scgi or mod_fastcgi, as
    lighttpd's mod_proxy ignores the field.
    """

    def _name(self, below: str, facts: Facts, fields: dict[str, str]) -> HttpResponseBase:
        return _by_path(_quoted(os.path.join(self.root, below)), facts, fields)


class SignedRedirect(Delivery):
    """
    Redirect to a URL of the storage that is signed, and valid for `expire` seconds.

    Type, disposition and Cache-Control are part of the signature; Google Cloud Storage has no parameter for the last.
    A file whose storage cannot sign is sent by this process. These of django-storages can: S3Storage with
    ``querystring_auth``, and with a ``custom_domain`` only if it has a ``cloudfront_signer``; GoogleCloudStorage with
    the credentials of a service account, or ``iam_sign_blob``; AzureStorage with an ``account_key`` or a
    ``token_credential``.
    """

    def __init__(self, *, expire: int = 60) -> None:
        self.expire: int = expire

    def offload(self, request: HttpRequest, file: OnDisk, fields: dict[str, str]) -> HttpResponseBase | None:
        """Return the redirect; None if the storage cannot sign."""
        url = sign(file.storage, file.name, fields, str(request.method), self.expire)
        if url is None:
            return None
        # The URL lets everybody in who has it, for a while.
        return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-store"})


class NginxRemote(_ByNginx):
    """
    Have nginx fetch the file from its storage by a signed URL, and send it.

    `prefix` is the internal location, such as ``"/s3/"``. The URL is valid for `expire` seconds. This process does not
    look at the file: nginx answers 404 if it is missing. A file whose storage cannot sign is sent by this process.
    """

    def __init__(self, prefix: str, *, expire: int = 60) -> None:
        self.prefix = prefix
        self.check()
        self.expire: int = expire

    def offload(self, request: HttpRequest, file: OnDisk, fields: dict[str, str]) -> HttpResponseBase | None:
        """Return an empty response with the signed URL for nginx; None if the storage cannot sign."""
        # nginx always sends GET, and takes the fields from here.
        url = sign(file.storage, file.name, {}, "GET", self.expire)
        if url is None:
            return None
        # nginx decodes this once, and sends the URL as it was signed.
        return self._by_location(quote(url, safe=""), fields)


@cache
def delivery_of_the_project() -> Delivery:
    """Return the setting DJANGO_EXTRAS_DELIVERY, or InProcess()."""
    delivery: Any = getattr(settings, _SETTING, None)
    if delivery is None:
        return InProcess()
    if isinstance(delivery, Delivery):
        delivery.check()
        return delivery
    raise ImproperlyConfigured(
        f'{_SETTING} is {delivery!r}. Set it to a delivery, such as Nginx(MEDIA_ROOT, "/protected/") from '
        "django_extras.delivery."
    )


@receiver(setting_changed)
def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting == _SETTING:
        delivery_of_the_project.cache_clear()


@lru_cache(maxsize=1024)
def _quoted(path: str) -> str:
    return quote(os.fsencode(path))


def _by_path(path: str, facts: Facts, fields: dict[str, str]) -> HttpResponse:
    """Return the response that names a path, with the validators that the front server compares."""
    validators = {"ETag": entity_tag(facts), "Last-Modified": last_modified(facts)}
    known = {name: value for name, value in validators.items() if value is not None}
    return _without_content({**known, **fields, "X-Sendfile": path})


def _without_content(fields: dict[str, str]) -> HttpResponse:
    response = HttpResponse(content_type=fields.pop("Content-Type", None))
    set_fields(response.headers, fields)
    return response
