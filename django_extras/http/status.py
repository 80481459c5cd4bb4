"""One response class per final HTTP status, ascending, and the title of each (RFC 9110 and the IANA registry)."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Protocol, TypedDict, Unpack

from django.core.handlers.wsgi import WSGIHandler
from django.http import response as django_responses
from django.http.response import HttpResponse, HttpResponseRedirect, ResponseHeaders
from django.utils.encoding import iri_to_uri
from django.utils.functional import Promise

from ._fields import complete_length_text, content_range_text, list_text, retry_after_text
from ._ratelimit import ratelimit_fields

#: The statuses whose responses never have content (RFC 9110 15.3.5, 15.3.6, 15.4.5).
STATUSES_WITHOUT_CONTENT = frozenset({204, 205, 304})

#: The fields that belong to one connection. PEP 3333 keeps them from WSGI applications: the server sends its own.
CONNECTION_FIELDS = frozenset({"connection", "upgrade", "proxy-authenticate"})

#: The challenge of a 401 or 407 that names none: what HTTP demands, in a scheme for which no browser opens a dialog.
DEFAULT_CHALLENGE = "Session"


class ResponseOptions(TypedDict, total=False):
    """What Django's HttpResponse takes besides the content, by name or in this order."""

    content_type: str | None
    status: int | None
    reason: str | None
    charset: str | None
    headers: Mapping[str, Any] | None


class _HasAbsoluteUrl(Protocol):
    def get_absolute_url(self) -> str: ...


_Location = str | Promise | _HasAbsoluteUrl
_RetryAfter = int | datetime.timedelta | datetime.datetime | None
_RateLimit = Mapping[str, Mapping[str, int | str | bytes]]
_OneOrMore = str | Promise | Iterable[str | Promise]
_Elements = _OneOrMore | None


class StatusResponse(HttpResponse):
    """
    Base of the classes below: an HttpResponse that takes the fields which HTTP ties to its status as arguments.

    Raise TypeError for an argument of another status, and ValueError for one whose field is in `headers` too.
    """

    def __init__(self, content: object = b"", *args: Any, **options: Unpack[ResponseOptions]) -> None:
        if options:
            refuse_misplaced_arguments(type(self).__name__, options)
        super().__init__(content, *args, **options)

    def items(self) -> Iterable[tuple[str, str]]:
        """Return the fields to send: see fields_to_send()."""
        return fields_to_send(self)

    def _set_field(self, argument: str, field: str, value: Any, to_text: Callable[[str, Any], str]) -> None:
        """Set the field of an argument that is not None. `to_text` takes the name of the class, for errors, too."""
        if value is None:
            return
        owner = type(self).__name__
        text = to_text(owner, value)
        if field in self.headers:
            raise ValueError(f"{owner} got both {argument} and {field} in headers. Leave one of them out.")
        self.headers[field] = text

    def _set_list(self, argument: str, field: str, value: _Elements) -> None:
        self._set_field(argument, field, value, lambda owner, value: list_text(owner, argument, evaluated(value)))


class _HeadersWithoutContent(ResponseHeaders):
    """The fields of a response that cannot have content. Setting a field that describes content has no effect."""

    about_content = frozenset({"content-length", "content-type", "transfer-encoding"})

    def __init__(self, fields: ResponseHeaders, content_length: str | None) -> None:
        self._store = fields._store
        for name in self.about_content:
            self._store.pop(name, None)
        if content_length is not None:
            self._store["content-length"] = ("Content-Length", content_length)

    def __setitem__(self, key: str, value: str | bytes | int) -> None:
        if key.lower() not in self.about_content:
            super().__setitem__(key, value)

    def pop(self, key: str, default: Any = None) -> Any:
        return default if key.lower() in self.about_content else super().pop(key, default)


class _ResponseWithoutContent(StatusResponse):
    """Have no content and no field that describes it. No argument and no middleware changes that."""

    #: Content-Length, where the status needs one.
    _content_length: str | None = None

    def __init__(self, content: object = b"", *args: Any, **options: Unpack[ResponseOptions]) -> None:
        super().__init__(content, *args, **options)
        self.headers: ResponseHeaders = _HeadersWithoutContent(self.headers, self._content_length)

    @property
    def content(self) -> bytes:
        return b""

    @content.setter
    def content(self, value: object) -> None:
        self._container: list[bytes] = []
        if isinstance(value, bytes) and not value:
            return
        if isinstance(value, Iterable) and not isinstance(value, bytes | memoryview | str):
            self.writelines(value)
            if callable(close := getattr(value, "close", None)):
                close()
        else:
            self.write(value)

    def write(self, content: object) -> None:
        if content is not None and self.make_bytes(content):
            raise ValueError(
                f"{type(self).__name__} cannot carry content: status {self.status_code} has none. Leave the content "
                "out, or use the class of another status."
            )


class _Redirect(HttpResponseRedirect):
    """Django's redirect with one status. `preserve_request=True` is refused if the status does not say so."""

    def __init__(self, redirect_to: str | Promise, preserve_request: bool = False, *args: Any, **options: Any) -> None:
        refuse_misplaced_arguments(type(self).__name__, options)
        if preserve_request and self.status_code != self.status_code_preserve_request:
            raise ValueError(
                f"{type(self).__name__} cannot preserve the request. Leave preserve_request out, or use "
                "HttpResponseTemporaryRedirect."
            )
        if (headers := options.get("headers")) and "Location" in ResponseHeaders(headers):
            raise ValueError(
                f"{type(self).__name__} got both redirect_to and Location in headers. Leave the latter out."
            )
        super().__init__(redirect_to, False, *args, **options)  # type: ignore[arg-type]  # django-stubs' own Promise


class _ResponseWithLocation(StatusResponse):
    """Say in Location where the outcome of the request is."""

    def __init__(
        self, content: object = b"", *args: Any, location: _Location | None = None, **options: Unpack[ResponseOptions]
    ) -> None:
        super().__init__(content, *args, **options)
        self._set_field("location", "Location", location, _location_text)


class _ResponseToRetryAfter(StatusResponse):
    """Say in Retry-After when the client may come again."""

    def __init__(
        self, content: object = b"", *args: Any, retry_after: _RetryAfter = None, **options: Unpack[ResponseOptions]
    ) -> None:
        super().__init__(content, *args, **options)
        self._set_field("retry_after", "Retry-After", retry_after, retry_after_text)


class _ResponseNotStored(StatusResponse):
    """Tell caches not to store it (RFC 6585), unless the caller gives a Cache-Control."""

    def __init__(self, content: object = b"", *args: Any, **options: Unpack[ResponseOptions]) -> None:
        super().__init__(content, *args, **options)
        self.headers.setdefault("Cache-Control", "no-store")


class HttpResponseCreated(_ResponseWithLocation):
    """201: the request made something new: at `location`, or else at the request's URL (RFC 9110 15.3.2)."""

    status_code = 201


class HttpResponseAccepted(_ResponseWithLocation):
    """202: the work is done later; `location` may name a page that shows how far it is (RFC 9110 15.3.3)."""

    status_code = 202


class HttpResponseNonAuthoritativeInformation(StatusResponse):
    """203: a proxy changed what the origin sent (RFC 9110 15.3.4)."""

    status_code = 203


class HttpResponseNoContent(_ResponseWithoutContent):
    """
    204: done, and the client stays where it is (RFC 9110 15.3.5).

    Content raises ValueError. The response never has Content-Type or Content-Length: setting them has no effect.
    """

    status_code = 204


class HttpResponseResetContent(_ResponseWithoutContent):
    """
    205: done, and the client empties its form (RFC 9110 15.3.6).

    Content raises ValueError. There is never a Content-Type, and always ``Content-Length: 0``, so that clients do
    not wait for content.
    """

    status_code = 205
    _content_length = "0"  # RFC 9112 6.3 ends a 204 and a 304 without it, but not a 205.


class HttpResponsePartialContent(StatusResponse):
    """206: one range, which `content_range` names, or several as multipart/byteranges (RFC 9110 15.3.7)."""

    status_code = 206

    def __init__(
        self, content: object = b"", *args: Any, content_range: str | None = None, **options: Unpack[ResponseOptions]
    ) -> None:
        super().__init__(content, *args, **options)
        self._set_field("content_range", "Content-Range", content_range, content_range_text)


class HttpResponseMultiStatus(StatusResponse):
    """207: the content holds several statuses (RFC 4918 11.1)."""

    status_code = 207


class HttpResponseAlreadyReported(StatusResponse):
    """208: this member of the collection was listed before, inside a 207 (RFC 5842 7.1)."""

    status_code = 208


class HttpResponseIMUsed(StatusResponse):
    """226: the content is the outcome of instance manipulations, such as a delta (RFC 3229 10.4.1)."""

    status_code = 226


class HttpResponseMultipleChoices(_Redirect):
    """
    300: the content lists representations to choose from (RFC 9110 15.4.1).

    `redirect_to` is the preferred one. Without it there is no Location, and `url` is empty.
    """

    status_code = 300

    def __init__(
        self, redirect_to: str | Promise | None = None, preserve_request: bool = False, *args: Any, **options: Any
    ) -> None:
        super().__init__("" if redirect_to is None else redirect_to, preserve_request, *args, **options)
        if redirect_to is None:
            del self.headers["Location"]

    @property
    def url(self) -> str:
        return self.headers.get("Location", "")


class HttpResponseSeeOther(_Redirect):
    """303: get the outcome at `redirect_to`, with GET whatever the method was (RFC 9110 15.4.4)."""

    status_code = 303


class HttpResponseTemporaryRedirect(_Redirect):
    """307: repeat the request, with its method and content, at `redirect_to` (RFC 9110 15.4.8)."""

    status_code = 307
    status_code_preserve_request = 307


class HttpResponsePermanentRedirectPreserveRequest(_Redirect):
    """308: repeat this request and all later ones, with method and content, at `redirect_to` (RFC 9110 15.4.9)."""

    status_code = 308
    status_code_preserve_request = 308


class HttpResponseUnauthorized(StatusResponse):
    """
    401: who are you? (RFC 9110 15.5.2)

    `www_authenticate` is one challenge or several. HTTP demands one: the default is ``Session``, for which no browser
    opens a dialog.
    """

    status_code = 401

    def __init__(
        self, content: object = b"", *args: Any, www_authenticate: _Elements = None, **options: Unpack[ResponseOptions]
    ) -> None:
        super().__init__(content, *args, **options)
        self._set_list("www_authenticate", "WWW-Authenticate", www_authenticate)
        self.headers.setdefault("WWW-Authenticate", DEFAULT_CHALLENGE)


class HttpResponsePaymentRequired(StatusResponse):
    """402: reserved for payments (RFC 9110 15.5.3)."""

    status_code = 402


class HttpResponseNotAcceptable(StatusResponse):
    """406: no representation suits the Accept fields (RFC 9110 15.5.7)."""

    status_code = 406


class HttpResponseProxyAuthenticationRequired(StatusResponse):
    """
    407: who are you, asks the proxy (RFC 9110 15.5.8).

    `proxy_authenticate` is one challenge or several, by default ``Session``. Under WSGI it is not sent: see
    fields_to_send().
    """

    status_code = 407

    def __init__(
        self,
        content: object = b"",
        *args: Any,
        proxy_authenticate: _Elements = None,
        **options: Unpack[ResponseOptions],
    ) -> None:
        super().__init__(content, *args, **options)
        self._set_list("proxy_authenticate", "Proxy-Authenticate", proxy_authenticate)
        self.headers.setdefault("Proxy-Authenticate", DEFAULT_CHALLENGE)


class HttpResponseRequestTimeout(StatusResponse):
    """408: the request did not arrive in time (RFC 9110 15.5.9)."""

    status_code = 408


class HttpResponseConflict(StatusResponse):
    """409: the resource's state does not allow it now (RFC 9110 15.5.10)."""

    status_code = 409


class HttpResponseLengthRequired(StatusResponse):
    """411: the request lacks Content-Length (RFC 9110 15.5.12)."""

    status_code = 411


class HttpResponsePreconditionFailed(StatusResponse):
    """412: an If-Match, If-None-Match or If-Unmodified-Since does not hold (RFC 9110 15.5.13)."""

    status_code = 412


class HttpResponseContentTooLarge(_ResponseToRetryAfter):
    """413: the request's content is too large; if only for now, come again after `retry_after` (RFC 9110 15.5.14)."""

    status_code = 413


class HttpResponseURITooLong(StatusResponse):
    """414: the request's URI is too long (RFC 9110 15.5.15)."""

    status_code = 414


class HttpResponseUnsupportedMediaType(StatusResponse):
    """
    415: the request's content has the wrong format (RFC 9110 15.5.16).

    `accept` and `accept_encoding` name the right ones, `accept_patch` those for PATCH (RFC 5789 3.1).
    """

    status_code = 415

    def __init__(
        self,
        content: object = b"",
        *args: Any,
        accept: _Elements = None,
        accept_encoding: _Elements = None,
        accept_patch: _Elements = None,
        **options: Unpack[ResponseOptions],
    ) -> None:
        super().__init__(content, *args, **options)
        self._set_list("accept", "Accept", accept)
        self._set_list("accept_encoding", "Accept-Encoding", accept_encoding)
        self._set_list("accept_patch", "Accept-Patch", accept_patch)


class HttpResponseRangeNotSatisfiable(StatusResponse):
    """416: no range overlaps the representation, which has `complete_length` bytes (RFC 9110 15.5.17)."""

    status_code = 416

    def __init__(
        self, content: object = b"", *args: Any, complete_length: int | None = None, **options: Unpack[ResponseOptions]
    ) -> None:
        super().__init__(content, *args, **options)
        self._set_field("complete_length", "Content-Range", complete_length, complete_length_text)


class HttpResponseExpectationFailed(StatusResponse):
    """417: the Expect field cannot be met (RFC 9110 15.5.18)."""

    status_code = 417


class HttpResponseMisdirectedRequest(StatusResponse):
    """421: this server does not answer for that host (RFC 9110 15.5.20)."""

    status_code = 421


class HttpResponseUnprocessableContent(StatusResponse):
    """422: well-formed, but the data is invalid (RFC 9110 15.5.21)."""

    status_code = 422


class HttpResponseLocked(StatusResponse):
    """423: the resource is locked (RFC 4918 11.3)."""

    status_code = 423


class HttpResponseFailedDependency(StatusResponse):
    """424: another action that this one depends on failed (RFC 4918 11.4)."""

    status_code = 424


class HttpResponseTooEarly(StatusResponse):
    """425: the request came in early data, and could be a replay (RFC 8470 5.2)."""

    status_code = 425


class HttpResponseUpgradeRequired(StatusResponse):
    """
    426: ask again over another protocol (RFC 9110 15.5.22).

    `upgrade` is one protocol or several, as in ``websocket``. It sets Upgrade, which HTTP demands, and Connection.
    Under WSGI neither is sent: see fields_to_send().
    """

    status_code = 426

    def __init__(
        self, content: object = b"", *args: Any, upgrade: _Elements = None, **options: Unpack[ResponseOptions]
    ) -> None:
        super().__init__(content, *args, **options)
        self._set_list("upgrade", "Upgrade", upgrade)
        self._set_field("upgrade", "Connection", upgrade, lambda owner, value: "Upgrade")


class HttpResponsePreconditionRequired(_ResponseNotStored):
    """428: send If-Match, so that no change gets lost (RFC 6585 3). Not stored by caches."""

    status_code = 428


class HttpResponseTooManyRequests(_ResponseToRetryAfter, _ResponseNotStored):
    """
    429: too many requests; come again after `retry_after` (RFC 6585 4). Not stored by caches.

    `ratelimit` has the parameters of each policy by its name, such as ``{"burst": {"q": 100, "w": 60, "r": 0, "t":
    30}}``. ``q``, ``qu`` and ``w`` are sent in RateLimit-Policy: the quota, its unit and its seconds. ``r`` and ``t``
    are sent in RateLimit: what remains of it, and for how many seconds. ``pk``, the key of the client in bytes, goes
    into both (draft-ietf-httpapi-ratelimit-headers-11).
    """

    status_code = 429

    def __init__(
        self,
        content: object = b"",
        *args: Any,
        retry_after: _RetryAfter = None,
        ratelimit: _RateLimit | None = None,
        **options: Unpack[ResponseOptions],
    ) -> None:
        super().__init__(content, *args, retry_after=retry_after, **options)
        if ratelimit is not None:
            for field, text in ratelimit_fields(type(self).__name__, ratelimit).items():
                self._set_field("ratelimit", field, text, lambda owner, text: text)


class HttpResponseRequestHeaderFieldsTooLarge(_ResponseNotStored):
    """431: a request field, or all together, are too large (RFC 6585 5). Not stored by caches."""

    status_code = 431


class HttpResponseUnavailableForLegalReasons(StatusResponse):
    """451: denied by a legal demand, put into effect by `blocked_by`, a URI (RFC 7725)."""

    status_code = 451

    def __init__(
        self,
        content: object = b"",
        *args: Any,
        blocked_by: str | Promise | None = None,
        **options: Unpack[ResponseOptions],
    ) -> None:
        super().__init__(content, *args, **options)
        self._set_field("blocked_by", "Link", blocked_by, _blocked_by_text)


class HttpResponseNotImplemented(StatusResponse):
    """501: the server does not know the method at all (RFC 9110 15.6.2)."""

    status_code = 501


class HttpResponseBadGateway(StatusResponse):
    """502: the server behind this one answered nonsense (RFC 9110 15.6.3)."""

    status_code = 502


class HttpResponseServiceUnavailable(_ResponseToRetryAfter):
    """503: overloaded or in maintenance; come again after `retry_after` (RFC 9110 15.6.4)."""

    status_code = 503


class HttpResponseGatewayTimeout(StatusResponse):
    """504: the server behind this one did not answer in time (RFC 9110 15.6.5)."""

    status_code = 504


class HttpResponseHTTPVersionNotSupported(StatusResponse):
    """505: not in this version of HTTP (RFC 9110 15.6.6)."""

    status_code = 505


class HttpResponseVariantAlsoNegotiates(StatusResponse):
    """506: content negotiation runs in circles (RFC 2295 8.1)."""

    status_code = 506


class HttpResponseInsufficientStorage(StatusResponse):
    """507: no space left to store it (RFC 4918 11.5)."""

    status_code = 507


class HttpResponseLoopDetected(StatusResponse):
    """508: the DAV bindings run in circles (RFC 5842 7.2)."""

    status_code = 508


class HttpResponseNotExtended(StatusResponse):
    """510: the request lacks an extension (RFC 2774 7, obsolete)."""

    status_code = 510


class HttpResponseNetworkAuthenticationRequired(_ResponseNotStored):
    """511: log in to the network first, for captive portals (RFC 6585 6). Not stored by caches."""

    status_code = 511


HttpResponseNonAuthoritative = HttpResponseNonAuthoritativeInformation
HttpResponseUnauthorised = HttpResponseUnAuthorised = HttpResponseUnauthorized
HttpResponsePayloadTooLarge = HttpResponseRequestEntityTooLarge = HttpResponseContentTooLarge
HttpResponseRequestURITooLong = HttpResponseURITooLong
HttpResponseRequestedRangeNotSatisfiable = HttpResponseRangeNotSatisfiable
HttpResponseUnprocessableEntity = HttpResponseUnprocessableContent

#: Django's classes, and then those above.
_CLASSES: dict[int, type[HttpResponse]] = {
    cls.status_code: cls
    for name, cls in [*vars(django_responses).items(), *globals().items()]
    if name.startswith("HttpResponse") and not name.endswith("Base")
}

#: The title of each final status. Older versions of Python have other names for four of them.
TITLES: dict[int, str] = {status: HTTPStatus(status).phrase for status in sorted(_CLASSES)} | {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}

#: Which keyword arguments set the fields of a status, read off the constructors above.
HEADER_ARGUMENTS: dict[int, frozenset[str]] = {
    status: frozenset(cls.__init__.__kwdefaults__ or ()) if issubclass(cls, StatusResponse) else frozenset()
    for status, cls in sorted(_CLASSES.items())
}

#: Which statuses take an argument.
STATUSES_BY_ARGUMENT: dict[str, list[int]] = {
    argument: [status for status in HEADER_ARGUMENTS if argument in HEADER_ARGUMENTS[status]]
    for argument in frozenset().union(*HEADER_ARGUMENTS.values())
}


def response_class_for(status: int) -> type[HttpResponse]:
    """
    Return the response class of a status, given as int or ``http.HTTPStatus``.

    Raise ValueError for a number that is no final status of the IANA registry, and for 305, 306 and 418, which are no
    longer used.
    """
    if isinstance(status, int) and not isinstance(status, bool) and status in _CLASSES:
        return _CLASSES[status]
    raise ValueError(
        f"There is no response class for status {status!r}. Give a final status of the IANA registry as an int, such "
        "as 404, or use HttpResponse(status=...)."
    )


def fields_to_send(response: HttpResponse) -> Iterable[tuple[str, str]]:
    """
    Return the fields of the response that its handler may send.

    PEP 3333 forbids WSGI applications to send Connection, Upgrade and Proxy-Authenticate: servers then answer 500. So
    these fields stay in ``headers``, and are sent under ASGI only.
    """
    handler_class = getattr(response, "_handler_class", None)  # set by Django's handlers, unknown to django-stubs
    if handler_class is not None and issubclass(handler_class, WSGIHandler):
        return [(field, text) for field, text in response.headers.items() if field.lower() not in CONNECTION_FIELDS]
    return response.headers.items()


def refuse_misplaced_arguments(owner: str, arguments: Iterable[str]) -> None:
    """Raise TypeError if an argument sets the field of another status."""
    for argument in arguments:
        if argument in STATUSES_BY_ARGUMENT:
            statuses = " and ".join(map(str, STATUSES_BY_ARGUMENT[argument]))
            raise TypeError(
                f"{owner} takes no {argument}, which belongs to {statuses}. Use the class of that "
                "status, or give the field in headers."
            )


def evaluated(texts: _OneOrMore) -> str | list[str]:
    """Return the texts, with a str for each lazy string. A lazy string is an iterable too, of its characters."""
    if isinstance(texts, Promise):
        return str(texts)
    if isinstance(texts, str | bytes) or not isinstance(texts, Iterable):
        return texts
    return [str(text) if isinstance(text, Promise) else text for text in texts]


def _location_text(owner: str, location: _Location) -> str:
    if isinstance(location, str | Promise):
        return iri_to_uri(location)
    if not hasattr(location, "get_absolute_url"):
        raise TypeError(f"{owner} got location={location!r}. Give a URL, or an object with get_absolute_url().")
    url = location.get_absolute_url()
    if not isinstance(url, str | Promise):
        raise TypeError(
            f"{owner} got location={location!r}, whose get_absolute_url() returned {url!r}. Give a URL, or an object "
            "that has one."
        )
    return iri_to_uri(url)


def _blocked_by_text(owner: str, uri: str | Promise) -> str:
    if not isinstance(uri, str | Promise):
        raise TypeError(f"{owner} got blocked_by={uri!r}. Give the URI of who blocks it.")
    return f'<{iri_to_uri(uri)}>; rel="blocked-by"'
