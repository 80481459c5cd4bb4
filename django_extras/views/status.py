"""StatusResponseMixin: a view names the status of each outcome, and answers with the response of that status."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http import HTTPMethod
from inspect import CO_VARKEYWORDS, isawaitable
from typing import Any
from weakref import ref

from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIRequest
from django.http.request import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase, HttpResponseRedirectBase
from django.views.generic.base import RedirectView, TemplateResponseMixin, View
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.edit import BaseUpdateView, DeletionMixin

from django_extras.http.status import (
    CONNECTION_FIELDS,
    HEADER_ARGUMENTS,
    STATUSES_WITHOUT_CONTENT,
    response_class_for,
)

from ._outcomes import DELETIONS, OUTCOMES, OutcomesMixin, names_way_back
from ._rendering import RenderingMixin, add_link, require_left_of

_METHODS = frozenset(method.lower() for method in HTTPMethod)
_ARGUMENTS = frozenset().union(*HEADER_ARGUMENTS.values())


class StatusResponseMixin(OutcomesMixin):
    """
    Answer with the status that the view names: one for all it renders, or one per method or outcome.

    What ``render_to_response()`` renders gets the first status in this list:

    1. the caller's ``status=``
    2. ``get_status_code(context)``, which returns the first of

       a. ``status_codes`` of the outcome: ``created`` or ``deleted``, else ``form_valid``; ``form_invalid``; ``empty``
       b. ``status_codes`` of the method; from 400 not for a valid form, below 400 not for an invalid one
       c. ``status_code``

    3. that of the response which the view renders

    A redirect from ``form_valid()`` or from a deletion becomes the response of (a), else of (b) below 400: 3xx keeps
    the Location, 201 and 202 keep it unless there is a ``location``, any other drops it. Other redirects that a
    handler returns, as ``RedirectView.get()`` does, become the redirect of (b), else of (c), if those are 3xx. Other
    responses stay as they are. So does a redirect whose query has ``next``, or a path or a URL as a value, as one to a
    log-in page has, unless ``get_success_url()`` returned it.

    What a DeleteView's ``form_valid()`` answers counts as ``deleted``, for it may delete softly. One that does not
    delete, as after a ProtectedError, says so itself: by ``raise HttpError(409)``, or the status of what it renders.

    A status that has no content renders no template. A status takes its header arguments from the attributes below.
    Under WSGI, Connection, Upgrade and Proxy-Authenticate are left to the server (PEP 3333).

    Raise ImproperlyConfigured for a status without a response class, for an outcome or a method that the view cannot
    have, for a header argument that none of the statuses takes which the view names, and on the right of a view.
    """

    #: The status of all that the view renders.
    status_code: int | None = None

    #: Statuses by method, such as ``"post"``, or outcome: created, deleted, empty, form_invalid, form_valid.
    status_codes: Mapping[str, int] = {}

    #: Where a 201, 202 or 3xx points: a URL, or an object with ``get_absolute_url()``. Default: the object created.
    location: Any = None

    #: The part in a 206, such as ``"bytes 0-99/1234"``.
    content_range: str | None = None

    #: The challenges of a 401.
    www_authenticate: str | Iterable[str] | None = None

    #: The challenges of a 407.
    proxy_authenticate: str | Iterable[str] | None = None

    #: When to come again after a 413, 429 or 503: seconds, a timedelta or an aware datetime.
    retry_after: int | datetime.timedelta | datetime.datetime | None = None

    #: The media types that a 415 asks for.
    accept: str | Iterable[str] | None = None

    #: The content codings that a 415 asks for.
    accept_encoding: str | Iterable[str] | None = None

    #: The media types that a 415 to a PATCH asks for.
    accept_patch: str | Iterable[str] | None = None

    #: The length of the representation in a 416, in bytes.
    complete_length: int | None = None

    #: The protocols that a 426 asks for.
    upgrade: str | Iterable[str] | None = None

    #: The URI of who blocks, in a 451.
    blocked_by: str | None = None

    _answered: ref[Any] | None = None  # the response of render_to_response(), which may refer to the view

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        fault = "answer with no status, as StatusResponseMixin comes after a view"
        require_left_of((View,), StatusResponseMixin, cls, fault)
        if not cls._only_redirects():
            # What the view renders reaches _answer() if one of our own mixins renders before Django's does.
            renderers = (base for base in cls.__mro__ if "render_to_response" in vars(base))
            ours = (base for base in renderers if issubclass(base, RenderingMixin))
            first = next(base for base in ours if not issubclass(base, TemplateResponseMixin))
            require_left_of((TemplateResponseMixin,), first, cls, fault)

    @classmethod
    def _only_redirects(cls) -> bool:
        """Tell whether none of the statuses is that of a page."""
        if issubclass(cls, RedirectView):
            return True
        codes = cls.status_codes if isinstance(cls.status_codes, Mapping) else {}
        return cls.status_code is None and bool(codes) and codes.keys() <= {"created", "deleted", "form_valid"}

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Check the statuses, and watch the methods that decide the outcome."""
        super().setup(request, *args, **kwargs)
        self._check()
        if self.status_codes or self.status_code is not None:
            # On the instance: dispatch() carries marks of decorators such as csrf_exempt, which as_view() reads, and a
            # subclass's form_valid() often does not call super().
            for name in ("form_valid", "form_invalid", "process_deletion", *self.http_method_names):
                if callable(method := getattr(self, name, None)):
                    setattr(self, name, partial(self._watch, name, method))
            if callable(get_success_url := getattr(self, "get_success_url", None)):
                self.get_success_url = partial(self._note_success_url, get_success_url)

    def get_status_code(self, context: Any) -> int | None:
        """Return the status of what is rendered from the context; None for that of the rendered response."""
        status = self._status_of_outcome(context)
        if status is None:
            status = self._status_of_method()
            if status is not None and (self._step == "form_invalid" if status < 400 else self._succeeded()):
                status = None
        return self.status_code if status is None else status

    def get_location(self) -> Any:
        """Return the URL, or the object with ``get_absolute_url()``, for a 201, 202 or 3xx; None if there is none."""
        if self.location is None and self._has_created():
            created = getattr(self, "object", None)
            return created if hasattr(created, "get_absolute_url") else None
        return self.location

    def get_content_range(self) -> str | None:
        """Return the Content-Range of a 206."""
        return self.content_range

    def get_www_authenticate(self) -> str | Iterable[str] | None:
        """Return the challenges of a 401."""
        return self.www_authenticate

    def get_proxy_authenticate(self) -> str | Iterable[str] | None:
        """Return the challenges of a 407."""
        return self.proxy_authenticate

    def get_retry_after(self) -> int | datetime.timedelta | datetime.datetime | None:
        """Return when to come again after a 413, 429 or 503."""
        return self.retry_after

    def get_accept(self) -> str | Iterable[str] | None:
        """Return the media types that a 415 asks for."""
        return self.accept

    def get_accept_encoding(self) -> str | Iterable[str] | None:
        """Return the content codings that a 415 asks for."""
        return self.accept_encoding

    def get_accept_patch(self) -> str | Iterable[str] | None:
        """Return the media types that a 415 to a PATCH asks for."""
        return self.accept_patch

    def get_complete_length(self) -> int | None:
        """Return the length of the representation in a 416."""
        return self.complete_length

    def get_upgrade(self) -> str | Iterable[str] | None:
        """Return the protocols that a 426 asks for."""
        return self.upgrade

    def get_blocked_by(self) -> str | None:
        """Return the URI of who blocks, in a 451."""
        return self.blocked_by

    # What the view renders

    def _answer(
        self, render: Callable[..., HttpResponseBase], context: Any, response_kwargs: dict[str, Any]
    ) -> HttpResponseBase:
        status = response_kwargs.get("status")
        if status is None:
            status = self.get_status_code(context)
            if status is None:
                return super()._answer(render, context, response_kwargs)
        elif status not in HEADER_ARGUMENTS:  # the caller's own, as Django permits
            return super()._answer(render, context, response_kwargs)

        response: HttpResponseBase
        bare = self._bare_response(status)
        if status in STATUSES_WITHOUT_CONTENT or self._has_no_renderer(render):
            for field, text in (response_kwargs.get("headers") or {}).items():
                bare.headers[field] = text
            response = bare
        else:
            # vanilla's and neapolitan's render_to_response() take the context alone.
            code = getattr(render, "__code__", None)
            if code is None or code.co_flags & CO_VARKEYWORDS:
                response_kwargs = {**response_kwargs, "status": status}
            else:
                response_kwargs.pop("status", None)
            response = super()._answer(render, context, response_kwargs)
            if isawaitable(response):
                return self._complete_later(response, bare)  # type: ignore[return-value]  # an async view awaits it
            self._complete(response, bare)
        self._answered = ref(response)
        return response

    async def _complete_later(self, pending: Any, bare: HttpResponse) -> HttpResponseBase:
        response: HttpResponseBase = await pending
        self._complete(response, bare)
        self._answered = ref(response)
        return response

    def _complete(self, response: HttpResponseBase, bare: HttpResponse) -> None:
        """Set the status, unless the response has one for a reason, such as 206 for a file's range; and its fields."""
        if response.status_code == 200:
            response.status_code = bare.status_code
        if response.status_code == bare.status_code:
            is_wsgi = isinstance(self.request, WSGIRequest)
            for field, text in bare.headers.items():
                if field == "Link":
                    add_link(response, text)
                elif not (is_wsgi and field.lower() in CONNECTION_FIELDS):
                    response.headers.setdefault(field, text)

    def _has_no_renderer(self, render: Callable[..., HttpResponseBase]) -> bool:
        if getattr(render, "__func__", None) is not TemplateResponseMixin.render_to_response:
            return render == self._render_nothing
        names = getattr(type(self), "get_template_names", None)
        return names is TemplateResponseMixin.get_template_names and getattr(self, "template_name", None) is None

    def _bare_response(self, status: int) -> HttpResponse:
        """Return the response class's response without content, with the fields that the view's attributes give."""
        cls = self._class_for("get_status_code()", status)
        values = {
            name: self._location_url() if name == "location" else getattr(self, f"get_{name}")()
            for name in HEADER_ARGUMENTS[status]
        }
        arguments = {name: value for name, value in values.items() if value is not None}
        try:
            if status == 405:
                return cls(method.upper() for method in self.http_method_names if hasattr(self, method))
            if issubclass(cls, HttpResponseRedirectBase):
                return cls(self._redirect_url(status))
            return cls(**arguments)
        except (TypeError, ValueError) as error:
            raise ImproperlyConfigured(f"{type(self).__name__} cannot answer {status}. {error}") from error

    def _redirect_url(self, status: int) -> Any:
        url = self._location_url()
        if url is None and status != 300:
            name = type(self).__name__
            raise ImproperlyConfigured(
                f"{name} is missing the URL that status {status} redirects to. Define {name}.location, override "
                f"{name}.get_location(), or use RedirectView."
            )
        return url

    def _location_url(self) -> Any:
        """Return the URL of the location; None also for an object that has none at the moment."""
        location = self.get_location()
        get_absolute_url = getattr(location, "get_absolute_url", None)
        return location if get_absolute_url is None else get_absolute_url()

    # What the view did

    def _watch(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._begin(name, args[0] if args else kwargs.get("form"))
        response = method(*args, **kwargs)
        if isawaitable(response):
            return self._finish_later(name, response)
        return self._finish(name, response)

    async def _finish_later(self, name: str, pending: Any) -> Any:
        return self._finish(name, await pending)

    def _finish(self, name: str, response: Any) -> Any:
        """Return the response that a redirect becomes, or else what the method returned."""
        if (
            not isinstance(response, HttpResponseRedirectBase)
            or (self._answered is not None and response is self._answered())
            or not 300 <= response.status_code < 400
        ):
            return response
        status = None
        of_method = self._status_of_method()
        is_success = self._is_success(name, response)
        if not is_success and names_way_back(response):
            return response
        if is_success:
            status = self._status_of_outcome(None)
            if status is None and of_method is not None and of_method < 400:
                status = of_method
        if status is None:
            redirects = (
                of for of in (of_method, self.status_code) if of is not None and 300 <= of < 400 and of != 304
            )
            status = next(redirects, None)
        if status is not None and status != response.status_code:
            response = self._in_place_of(response, status)
        if is_success:
            self._answered = ref(response)
        return response

    def _in_place_of(self, redirect: HttpResponseRedirectBase, status: int) -> HttpResponse:
        cls = self._class_for("status_codes", status)
        if issubclass(cls, HttpResponseRedirectBase):
            response: HttpResponse = cls("")
            response.headers["Location"] = redirect.headers["Location"]  # checked by its own class's allowed_schemes
        else:
            response = self._bare_response(status)
            if "location" in HEADER_ARGUMENTS[status]:
                response.headers.setdefault("Location", redirect.headers["Location"])
        for field, text in redirect.headers.items():
            if field.lower() not in {"location", "content-type", "content-length"}:
                response.headers[field] = text
        response.cookies = redirect.cookies
        return response

    def _status_of_outcome(self, context: Any) -> int | None:
        outcomes = []
        if self._has_deleted():
            outcomes.append("deleted")
        elif self._has_created():
            outcomes.append("created")
        if self._step in OUTCOMES:
            outcomes.append(self._step)
        elif "empty" in self.status_codes and self._is_empty(context):
            outcomes.append("empty")
        return next((self.status_codes[outcome] for outcome in outcomes if outcome in self.status_codes), None)

    def _status_of_method(self) -> int | None:
        method = (self.request.method or "").lower()
        return self.status_codes.get(method, self.status_codes.get("get") if method == "head" else None)

    # What the view states

    def _class_for(self, source: str, status: int) -> type[HttpResponse]:
        try:
            return response_class_for(status)
        except ValueError as error:
            name = type(self).__name__
            raise ImproperlyConfigured(f"{name}.{source} is {status!r}. {error}") from error

    def _check(self) -> None:
        name = type(self).__name__
        if not isinstance(self.status_codes, Mapping):
            raise ImproperlyConfigured(
                f"{name}.status_codes is {self.status_codes!r}. Give a mapping, such as {{'form_invalid': 422}}."
            )
        statuses = list(self.status_codes.values())
        for key, status in self.status_codes.items():
            self._class_for(f"status_codes[{key!r}]", status)
            if key not in OUTCOMES | _METHODS and key not in self.http_method_names:
                raise ImproperlyConfigured(
                    f"{name}.status_codes has the unknown key {key!r}. Use a method in lower case, such as 'post', or "
                    f"an outcome: {', '.join(sorted(OUTCOMES))}."
                )
            if not self._can_reach(key):
                raise ImproperlyConfigured(
                    f"{name}.status_codes has {key!r}, which {name} cannot reach. Leave it out, or add the view or "
                    "method that leads to it."
                )
        if self.status_code is not None:
            self._class_for("status_code", self.status_code)
            statuses.append(self.status_code)
        if not statuses or type(self).get_status_code is not StatusResponseMixin.get_status_code:
            return
        for argument in _ARGUMENTS:
            if getattr(self, argument) is not None and not any(self._takes(status, argument) for status in statuses):
                belongs = " and ".join(str(status) for status in HEADER_ARGUMENTS if self._takes(status, argument))
                raise ImproperlyConfigured(
                    f"{name}.{argument} belongs to status {belongs}, which {name} does not use. Leave {argument} out, "
                    "or name one of these in status_code or status_codes."
                )

    @staticmethod
    def _takes(status: int, argument: str) -> bool:
        redirects = argument == "location" and issubclass(response_class_for(status), HttpResponseRedirectBase)
        return redirects or argument in HEADER_ARGUMENTS[status]

    def _can_reach(self, key: str) -> bool:
        has = partial(hasattr, self)
        match key:
            case "form_valid" | "form_invalid":
                return has(key)
            case "created":
                updates_only = (
                    isinstance(self, BaseUpdateView) and type(self).get_object is SingleObjectMixin.get_object
                )
                return has("form_valid") and not updates_only and not isinstance(self, DeletionMixin)
            case "deleted":
                return any(map(has, DELETIONS)) or (has("post") and has("get_object") and not has("form_valid"))
            case "empty":
                return has("paginate_queryset")
            case "head":
                return has("head") or has("get")
            case _:
                # Where there are none yet, as in neapolitan, they are set after setup().
                has_handlers = any(has(method) for method in _METHODS - {"options"})
                return key in self.http_method_names and (has(key) or not has_handlers)
