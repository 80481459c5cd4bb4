"""ETag and 304: what a view would send is compared with what the client has (RFC 9110 sections 8.8, 13)."""

import gzip
import re
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import Model
from django.http import HttpResponse, HttpResponseNotModified
from django.http import JsonResponse as DjangoJsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from django_extras.http._conditions import Answer, evaluate, has_preconditions, seconds_of
from django_extras.http._entity_tags import parse_tags
from django_extras.http.errors import HttpError
from django_extras.projection.queries import is_loaded_silently
from django_extras.views._bases import PACKAGES_THAT_RENDER, package_of
from django_extras.views._deferred import DeferredResponse
from django_extras.views._forms import FormsMixin
from django_extras.views._kinds import Kind
from django_extras.views._locking import Lock, accepts_coding
from django_extras.views._privacy import keep_private
from django_extras.views._rendering import in_place_of
from django_extras.views._versions import digest, is_named, version_of

_JSON = re.compile(r"[^;]*[/+]json *(;|$)")
#: The methods that may change what is sent of an object.
_SENDERS = (
    *("dispatch", "get", "get_object", "get_context_data", "render_to_response", "render_json_response"),
    *("get_json_data", "get_json_encoder_class"),
)
#: Here they add nothing to the object.
_PACKAGES = PACKAGES_THAT_RENDER | {"braces"}


class ValidatorsMixin(FormsMixin):
    """
    Give JSON an entity tag, and answer 304 where the client has it already.

    The tag has up to three parts: the version of the view's object, what the view sends of any object, and a hash of
    the content. With a version, the first two may tell that nothing has changed before there is content.
    """

    #: Whether to send ETag with JSON, and to answer 304.
    send_etag: bool = True
    #: The media type and the arguments of ``json.dumps()``.
    get_content_type: Callable[[], str]
    get_json_dumps_kwargs: Callable[[], dict[str, Any]]

    def _run_dispatch(self, dispatch: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        response = dispatch(*args, **kwargs)
        return self._run_dispatch_later(response) if isinstance(response, Awaitable) else self._ended(response)

    async def _run_dispatch_later(self, pending: Any) -> Any:
        response = await pending
        if isinstance(response, DeferredResponse) or self.version_field is not None:
            return await sync_to_async(self._ended, thread_sensitive=True)(response)
        return self._ended(response)

    def _ended(self, response: Any) -> Any:
        if isinstance(response, DeferredResponse):
            response = response.finish()
        if isinstance(response, HttpResponseBase):  # if not, Django says what is wrong with it
            response = self._finished(response)
            keep_private(self.request, response)
            if not response.streaming and getattr(response, "is_rendered", True):  # else it may need the view yet
                self._let_go()
        return response

    def _finished(self, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response as it leaves the view: with its tag, or as a 304."""
        if self.request.method in ("GET", "HEAD"):
            return self._validated(response)
        if self._lock is not None:
            self._add_tag_of_written(self._lock, response)
        return response

    def _validated(self, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == 304:
            _settle_unchanged(response, self.request.META.get("HTTP_IF_NONE_MATCH"))
        elif response.status_code == 200 and _is_json(response):
            if self.send_etag:
                self._add_tag(response)
            if has_preconditions(self.request.META):
                return self._evaluated(response)
        return response

    def _add_tag(self, response: Any) -> None:
        if "ETag" not in response.headers and (content := _hash(response)) is not None:
            tag = _tag(*([] if self.version_field is None else self._parts()), content)
            response.headers["ETag"] = f"W/{tag}" if _is_gzip(response) else tag

    def _add_tag_of_written(self, lock: Lock, response: HttpResponseBase) -> None:
        """Add the tag that the next GET sends, or of what is not shown the version alone."""
        if not lock.written or self._kind is Kind.DELETE or not self.send_etag:
            return
        if response is lock.answer and response.status_code in (200, 201) and _is_json(response):
            self._add_tag(response)
        elif response.status_code < 300:
            response.headers.setdefault("ETag", _tag(lock.written))

    def _evaluated(self, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response, or 304 if the client has it. Raise HttpError if it wants another one (If-Match)."""
        meta, tag, modified = self.request.META, response.headers.get("ETag"), response.headers.get("Last-Modified")
        if tag is None and modified is None:
            return response
        status = evaluate(
            {**meta, "HTTP_IF_MATCH": "*"} if self._has_version(meta.get("HTTP_IF_MATCH")) else meta,
            tag,
            seconds_of(modified),
        )
        if status == 412:
            raise HttpError(412, _("This has changed since you got it. Get it again."))
        if status == 200:
            return response
        unchanged = in_place_of(response, HttpResponseNotModified())
        _settle_unchanged(unchanged, meta.get("HTTP_IF_NONE_MATCH"))
        return unchanged

    # With a version

    def _subject(self) -> Model | None:
        """Return the object that has a version."""
        found = getattr(self, "object", None) if self.version_field is not None else None
        return found if isinstance(found, Model) else None

    def _version(self) -> str | None:
        """Return the version of the view's object, as tags have it."""
        if self._lock is not None and self._lock.written is not None:
            return self._lock.written
        subject = self._subject()
        return None if subject is None else version_of(self, subject).text()

    def _parts(self) -> list[str]:
        """Return what a tag has before the hash: nothing, or the version and what the view sends of any object."""
        version = self._version()
        if version is None:
            return []
        said = self._projector().text if self.get_json_fields() is not None else ""
        is_usual = self._simplifier() is not None  # if not, the arguments may be functions, which have no lasting name
        form = (self.get_content_type(), sorted(self.get_json_dumps_kwargs().items()) if is_usual else None)
        return [version, digest(said.encode(), repr(form).encode(), length=4)]

    def _has_version(self, if_match: str | None) -> bool:
        """Tell whether If-Match names the version of the view's object."""
        if if_match is None or (version := self._version()) is None:
            return False
        return is_named(version, parse_tags(if_match), weakened=accepts_coding(self.request))

    def _known_tag(self, status: int | None) -> str | None:
        """
        Return the tag of what would be sent, if the client has it and that can be told without making it.

        That is so if the content is made of nothing but columns of the row, by code that adds nothing to them.
        """
        if_none_match = self.request.META.get("HTTP_IF_NONE_MATCH")
        if not self.send_etag or if_none_match is None or status not in (None, 200):
            return None
        if (subject := self._subject()) is None or not self._sends_columns_alone(subject):
            return None
        ours = re.compile(f'"{"-".join(self._parts())}-[0-9a-f]{{32}}"')
        tags = (tag.removeprefix("W/") for tag in parse_tags(if_none_match))
        return next(filter(ours.fullmatch, tags), None)

    def _sends_columns_alone(self, subject: Model) -> bool:
        return (
            self.request.method in ("GET", "HEAD")
            and self.get_json_fields() is not None
            and self._simplifier() is not None
            and all(
                package_of(base) in _PACKAGES
                for base in type(self).__mro__
                if not vars(base).keys().isdisjoint(_SENDERS)
            )
            and is_loaded_silently(subject.__class__)
            and self._projector().has_columns_alone(subject.__class__)
        )


def _is_json(response: HttpResponseBase) -> bool:
    is_whole = isinstance(response, HttpResponse) and getattr(response, "is_rendered", True)
    is_named = _JSON.match(response.headers.get("Content-Type", "").lower()) is not None
    return is_whole and (is_named or isinstance(response, DjangoJsonResponse))


def _hash(response: Any) -> str | None:
    """Return a hash of the content of a response, and of what it says that this is; None if nobody may keep it."""
    if "no-store" in response.headers.get("Cache-Control", "").lower():
        return None
    # Each time that Django compresses the same content, it makes other bytes of it.
    content = gzip.decompress(response.content) if _is_gzip(response) else response.content
    return digest(response.headers.get("Content-Type", "").encode(), content)


def _is_gzip(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Encoding") == "gzip"


def _tag(*parts: str) -> str:
    return f'"{"-".join(parts)}"'


def _settle_unchanged(response: HttpResponseBase, if_none_match: str | None) -> None:
    """
    Leave a 304 the fields that it may have, and make its tag weak where the client has a weak one alone.

    Whoever compresses 200 weakens its tag, but leaves a 304 alone. A cache finds what it has by the tag of the 304
    (RFC 9111 4.3.4).
    """
    Answer(304).settle(response.headers)
    tag, known = response.headers.get("ETag", ""), parse_tags(if_none_match or "")
    if f"W/{tag}" in known and tag not in known:
        response.headers["ETag"] = f"W/{tag}"
        patch_vary_headers(response, ["Accept-Encoding"])
