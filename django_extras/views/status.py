"""StatusResponseMixin: a view names the status of each outcome, and answers with the response of that status."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import CO_VARKEYWORDS, isawaitable
from typing import Any, ClassVar, cast
from weakref import WeakKeyDictionary, ref

from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIRequest
from django.http.response import HttpResponse, HttpResponseBase, HttpResponseRedirectBase
from django.views.generic.base import RedirectView, TemplateResponseMixin, View

from django_extras.http.status import CONNECTION_FIELDS, STATUSES_WITHOUT_CONTENT, response_class_for

from ._bases import PACKAGES_THAT_RENDER, package_of, require_left_of
from ._outcomes import STEPS, OutcomesMixin
from ._rendering import RenderingMixin, add_link, in_place_of
from ._status_checks import ARGUMENTS, STATUS_ARGUMENTS, faults, usual_fields

_Steps = dict[str, str]

_CHECKED = {"http_method_names", "status_code", "status_codes", *ARGUMENTS}


class StatusResponseMixin(OutcomesMixin):
    """
    Answer with the status that the view names: one for all that it renders, or one for each method or outcome.

    Put it left of a generic view::

        class BookCreate(StatusResponseMixin, CreateView):
            model = Book
            fields = ["title"]
            status_codes = {"created": 201, "form_invalid": 422}

    What the view renders has the first status in this list:

    1. the ``status=`` that is given to ``render_to_response()``
    2. what ``get_status_code(context)`` returns: the first of

       a. the status of the outcome in ``status_codes``
       b. the status of the method in ``status_codes``; from 400 on it is not for a valid form, below 400 not for an
          invalid form
       c. ``status_code``

    3. the status of the response that the view renders

    A redirect that ``form_valid()`` or a deletion returns becomes a response with the status (a), or (b) if that is
    below 400. A 3xx keeps the Location. A 201 or 202 keeps it if there is no ``location``. Other statuses drop it.

    Any other redirect of a handler, such as that of ``RedirectView.get()``, takes (b) or (c) if that is a 3xx. A
    redirect to a log-in page stays. It is known by its query: the field ``next``, or a path or a URL as a value. The
    URL that ``get_success_url()`` or ``get_redirect_url()`` returns may have such a query too. Other responses stay.

    A status without content, such as 204, renders no template. Under WSGI, Connection, Upgrade and Proxy-Authenticate
    are left to the server (PEP 3333).

    Attributes, with their defaults:

    ``status_code = None``
        The status of all that the view renders: ``503``. None for the status of the rendered response.
    ``status_codes = {}``
        The statuses of methods in lower case, and of outcomes: ``{"post": 202, "form_invalid": 422}``. ``"get"`` is
        for HEAD too. Outcomes are:

        ``form_valid``, ``form_invalid``
            What the form is. ``forms_valid()`` and ``formset_valid()`` of django-extra-views count too.
        ``created``
            A valid form saved a new object, its own or ``self.object``. Without this key, ``form_valid`` counts.
        ``deleted``
            ``delete()`` was called, or the ``form_valid()`` of a DeleteView, which may delete softly. If it does not
            delete, raise ``HttpError(409)`` there, or render the page with ``status=409``. Without this key,
            ``form_valid`` counts.
        ``empty``
            The list has no object on any page.
    ``location = None``
        Where a 201, 202 or 3xx points: ``"/jobs/1/"``, or an object with ``get_absolute_url()``. None for the object
        created. ``get_location()`` returns it.
    ``content_range = None``
        The part in a 206: ``"bytes 0-99/1234"``.
    ``www_authenticate = None``, ``proxy_authenticate = None``
        The challenges of a 401 and of a 407: ``'Basic realm="Staff"'``, or several in a list. None sends ``Session``.
    ``retry_after = None``
        When to come again after a 413, 429 or 503: seconds, a timedelta or an aware datetime.
    ``ratelimit = None``
        What a client may send, for a 429: ``{"burst": {"q": 100, "w": 60}}``. See HttpResponseTooManyRequests.
    ``accept = None``, ``accept_encoding = None``, ``accept_patch = None``
        What a 415 asks for: media types, content codings, media types for PATCH. One, ``"application/json"``, or
        several in a list.
    ``complete_length = None``
        The length of the representation in a 416, in bytes.
    ``upgrade = None``
        The protocols that a 426 asks for: ``"websocket"``, or several in a list.
    ``blocked_by = None``
        The URI of who blocks, in a 451.

    ``get_status_arguments(status)`` returns the attributes that a status takes.

    Raise ImproperlyConfigured

    - when the class is made, if the mixin is right of a view, or if a check of the view would never run
    - at the first request, for a status that has no response class, for a key that is no method or outcome or that
      the view cannot reach, and for an attribute that none of the view's statuses takes
    - at any request, for a value that its field cannot have, such as a negative ``retry_after``, and for a 3xx that is
      rendered without a ``location``
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

    #: What a client may send, for a 429: the parameters of each policy by its name.
    ratelimit: Mapping[str, Mapping[str, int | str | bytes]] | None = None

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

    #: The response that has its status. A weak reference, as a response may refer to its view.
    _answered: ref[Any] | None = None
    #: The methods to watch in each class whose statuses are right: those that it has, and the others.
    _steps_of: ClassVar[WeakKeyDictionary[type, tuple[_Steps, _Steps]]] = WeakKeyDictionary()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        fault = "answer with no status, as StatusResponseMixin comes after a view"
        require_left_of((View,), StatusResponseMixin, cls, fault)
        if not cls._only_redirects():
            # What the view renders reaches _render_by() if one of our own mixins renders before Django's does.
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

    def get_status_code(self, context: Any) -> int | None:
        """Return the status of what is rendered from the context; None for that of the rendered response."""
        for source, status in self._candidates(context):
            if source != "method" or (not self._succeeded() if status >= 400 else self._step != "form_invalid"):
                return status
        return None

    #: Another get_status_code() is a view's own.
    _get_named_status = get_status_code

    def get_status_arguments(self, status: int) -> dict[str, Any]:
        """
        Return the header arguments of a status, such as ``{"retry_after": 120}`` of a 503.

        By default these are the attributes that the status takes, and `location` is what get_location() returns. None
        leaves an argument out.
        """
        names = STATUS_ARGUMENTS[status]
        return {name: self.get_location() if name == "location" else getattr(self, name) for name in names}

    def get_location(self) -> Any:
        """Return the URL, or the object with ``get_absolute_url()``, for a 201, 202 or 3xx; None if there is none."""
        if self.location is not None or (created := self._created()) is None:
            return self.location
        shown = getattr(self, "object", self)
        if shown is not None:
            created = shown  # CreateView.get() forgets it
        return created if hasattr(created, "get_absolute_url") else None

    # What the view renders

    def _render_by(
        self, render: Callable[..., HttpResponseBase], context: Any, response_kwargs: dict[str, Any]
    ) -> HttpResponseBase:
        status = response_kwargs.get("status")
        if status is None:
            status = self.get_status_code(context)
            if status is None:
                return super()._render_by(render, context, response_kwargs)
        elif status not in STATUS_ARGUMENTS:  # the caller's own, as Django permits
            return super()._render_by(render, context, response_kwargs)

        package = package_of(render)
        if self._has_no_template(render) or (status in STATUSES_WITHOUT_CONTENT and package in PACKAGES_THAT_RENDER):
            own = self._own_response(status)
            for field, text in (response_kwargs.get("headers") or {}).items():
                own.headers[field] = text
            return self._answer_with(own)
        if package == "django_extras":
            response_kwargs = {**response_kwargs, "status": status}
        elif "status" in response_kwargs and not _takes_status(render):
            response_kwargs.pop("status")
        response = super()._render_by(render, context, response_kwargs)
        if isawaitable(response):
            return self._complete_later(response, status)  # type: ignore[return-value]  # an async view awaits it
        return self._complete(response, status)

    async def _complete_later(self, pending: Any, status: int) -> HttpResponseBase:
        return self._complete(await pending, status)

    def _complete(self, response: HttpResponseBase, status: int) -> HttpResponseBase:
        """Give the response the status and its fields, unless it has one for a reason, such as 206 for a range."""
        if status in STATUSES_WITHOUT_CONTENT and response.status_code in {200, status}:
            return self._answer_with(in_place_of(response, self._own_response(status)))
        if response.status_code == 200:
            response.status_code = status
        if response.status_code == status:
            is_wsgi = isinstance(self.request, WSGIRequest)
            for field, text in self._own_fields(status):
                if field == "Link":
                    add_link(response, text)
                elif field != "Content-Type" and not (is_wsgi and field.lower() in CONNECTION_FIELDS):
                    response.headers.setdefault(field, text)
        return self._answer_with(response)

    def _answer_with(self, response: HttpResponseBase) -> HttpResponseBase:
        self._answered = ref(response)
        return response

    def _has_no_template(self, render: Callable[..., HttpResponseBase]) -> bool:
        if getattr(render, "__func__", None) is not TemplateResponseMixin.render_to_response:
            return render == self._render_nothing
        names = getattr(type(self), "get_template_names", None)
        return names is TemplateResponseMixin.get_template_names and getattr(self, "template_name", None) is None

    # The response of a status

    def _own_fields(self, status: int) -> Iterable[tuple[str, str]]:
        """Return the fields that the view's arguments give to a status."""
        cls, arguments = self._class_for("get_status_code()", status), self._arguments(status)
        if not arguments and (usual := usual_fields(cls)) is not None:
            return usual
        return self._own_response(status, arguments).headers.items()

    def _arguments(self, status: int) -> dict[str, Any]:
        return {name: value for name, value in self.get_status_arguments(status).items() if value is not None}

    def _own_response(self, status: int, arguments: dict[str, Any] | None = None) -> HttpResponse:
        """Return the response of a status without content, with the fields that the view's arguments give."""
        cls = self._class_for("get_status_code()", status)
        arguments = self._arguments(status) if arguments is None else arguments
        url: Any = arguments.get("location")
        if hasattr(url, "get_absolute_url"):
            arguments["location"] = url = url.get_absolute_url()  # None if it has none now
        name = type(self).__name__
        try:
            if status == 405:
                return cls(method.upper() for method in self.http_method_names if hasattr(self, method))
            if not issubclass(cls, HttpResponseRedirectBase):
                return cls(**arguments)
            if url is not None or status == 300:
                return cls(cast(str, url))  # or None, which a 300 takes
        except (TypeError, ValueError) as error:
            raise ImproperlyConfigured(f"{name} cannot answer {status}. {error}") from error
        raise ImproperlyConfigured(
            f"{name} is missing the URL that status {status} redirects to. Define {name}.location, override "
            f"{name}.get_location(), or use RedirectView."
        )

    def _class_for(self, source: str, status: int) -> type[HttpResponse]:
        try:
            return response_class_for(status)
        except ValueError as error:
            name = type(self).__name__
            raise ImproperlyConfigured(f"{name}.{source} is {status!r}. {error}") from error

    # Which status

    def _candidates(self, context: Any) -> Iterator[tuple[str, int]]:
        """Find the statuses that the view names for what it does, in the order of their precedence."""
        codes = self.status_codes
        outcome = None
        for outcome in self._outcomes():
            if outcome in codes:
                yield "outcome", codes[outcome]
        if outcome is None and "empty" in codes and self._is_empty(context):
            yield "outcome", codes["empty"]
        method = (self.request.method or "").lower()
        of_method = codes.get(method, codes.get("get") if method == "head" else None)
        if of_method is not None:
            yield "method", of_method
        if self.status_code is not None:
            yield "class", self.status_code

    def _status_of_redirect(self, *, is_success: bool) -> int | None:
        for source, status in self._candidates(None):
            is_for_success = source == "outcome" or (source == "method" and status < 400)
            if (is_success and is_for_success) or (source != "outcome" and _is_redirect(status)):
                return status
        return None

    # What the view does

    def _watched_steps(self) -> dict[str, str]:
        is_own = not self.__dict__.keys().isdisjoint(_CHECKED)  # as_view() may be given some
        known = None if is_own else self._steps_of.get(type(self))
        if known is None:
            for fault in faults(self):
                raise ImproperlyConfigured(fault)
            steps = self._steps()
            has = {name: step for name, step in steps.items() if hasattr(type(self), name)}
            known = has, {name: step for name, step in steps.items() if name not in has}
            if not is_own:
                self._steps_of[type(self)] = known
        steps, others = known
        if not others.keys().isdisjoint(self.__dict__):
            steps = steps | others
        return super()._watched_steps() | steps

    def _steps(self) -> _Steps:
        steps: _Steps = {}
        statuses = [status for key, status in self.status_codes.items() if key in self.http_method_names]
        if any(_is_redirect(status) for status in [*statuses, self.status_code] if status is not None):
            steps |= dict.fromkeys(self.http_method_names, "")
        if not hasattr(self, "form_valid"):
            steps["post"] = "post"
        return steps | STEPS

    def _with_status(self, step: str, response: Any) -> Any:
        """Return the response that a redirect becomes, or else what the method returned."""
        if (
            not isinstance(response, HttpResponseRedirectBase)
            or (self._answered is not None and response is self._answered())
            or not 300 <= response.status_code < 400
            or "Location" not in response.headers  # a 300 may have none
            or not self._may_replace(response)
        ):
            return response
        # What a handler returns after the form is a redirect of its own.
        is_success = step != "" and self._succeeded()
        status = self._status_of_redirect(is_success=is_success)
        if status is not None and status != response.status_code:
            response = self._redirect_as(response, status)
        return self._answer_with(response) if is_success else response

    def _redirect_as(self, redirect: HttpResponseRedirectBase, status: int) -> HttpResponse:
        location = redirect.headers["Location"]
        cls = self._class_for("status_codes", status)
        if issubclass(cls, HttpResponseRedirectBase):
            response: HttpResponse = cls("")
            response.headers["Location"] = location  # checked by its own class's allowed_schemes
        else:
            response = self._own_response(status)
            if "location" in STATUS_ARGUMENTS[status]:
                response.headers.setdefault("Location", location)
        return in_place_of(redirect, response)


def _is_redirect(status: int) -> bool:
    return 300 <= status < 400 and status != 304


def _takes_status(render: Callable[..., HttpResponseBase]) -> bool:
    """Tell whether it takes the argument `status`. Those of vanilla and neapolitan take the context alone."""
    code = getattr(render, "__code__", None)
    if code is None or code.co_flags & CO_VARKEYWORDS:
        return True
    return "status" in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
