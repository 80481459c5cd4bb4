"""
Answer generic views in JSON.

GET of a list takes these steps. Those that name no module are in this one.

1. ``as_view()``, _problems: what the view raises becomes problem+json.
2. ``setup()``, _outcomes, calls ``_watch_methods()``: methods that write are watched, and so is ``dispatch()``: by
   _logins, which answers 401 and 403, and by _validators. In ``dispatch()``, access mixins run before the handler.
3. ``get()`` of the view on the right. Its ``get_paginate_by()``, ``paginate_queryset()`` and ``get_paginator()`` find
   size, order and page: _lists, _ordering, and for pages by key projection.keyset.
4. ``render_to_response()`` gives ``_build_json()`` to ``_render_by()``, where StatusResponseMixin chooses the status.
5. ``get_json_data()`` looks what the context is to show: _contexts.
6. ``_show_list()``, _lists: the page shows its rows and says which other pages there are: _pages, _cursor, _links.
7. ``_rows()``, _rows: a Projector makes rows of the list: projection.projector.
8. ``render_json_response()``: JsonResponse writes them: http.json.
9. ``dispatch()`` is over: ``_run_dispatch()``, _validators, adds ETag, or answers 304, and adds ``private`` to
   Cache-Control: _privacy.

PUT, PATCH, POST and DELETE: see _forms, whose FormsMixin is a base of ValidatorsMixin.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import sync_to_async
from django.core import serializers
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotModified
from django.http.response import ResponseHeaders
from django.views.generic.base import TemplateResponseMixin, View
from django.views.generic.dates import BaseDateListView

from django_extras.http.json import JsonResponse, encode, simplify
from django_extras.projection.columns import Simplify
from django_extras.projection.sensitive import refuse_serialized, refuse_values
from django_extras.projection.tree import parse
from django_extras.views._bases import require_left_of
from django_extras.views._contexts import is_for_templates, refuse_models, shown_entry
from django_extras.views._deferred import DeferredResponse, is_async
from django_extras.views._kinds import Kind, has_async_handlers
from django_extras.views._links import link_field
from django_extras.views._lists import ListMixin
from django_extras.views._logins import LoginsMixin
from django_extras.views._pages import page_of
from django_extras.views._privacy import vary_by_session
from django_extras.views._problems import ProblemsMixin
from django_extras.views._rendering import RenderingMixin, add_link
from django_extras.views._validators import ValidatorsMixin

if TYPE_CHECKING:

    class JSONResponseMixin:
        """That of django-braces, which has no types."""

else:
    from braces.views import JSONResponseMixin

#: What Django's date archives put into a context beside the list.
_DATE_ENTRIES = (
    *("date_list", "year", "month", "week", "day", "previous_year", "next_year", "previous_month", "next_month"),
    *("previous_week", "next_week", "previous_day", "next_day"),
)


class JsonResponseMixin(JSONResponseMixin, ListMixin, ValidatorsMixin, LoginsMixin, ProblemsMixin, RenderingMixin):
    """
    Answer with JSON whatever a view would render.

    Put it left of the view::

        class BookList(JsonResponseMixin, ListView):
            model = Book
            json_fields = ["title", "price", {"publisher": ["name"]}]
            paginate_by = 100

    A view that shows an object sends the object. A list view sends a list, or in pages ``{"count": 250, "next":
    "https://...", "previous": null, "results": [...]}``. Any other view sends its context, without views, forms,
    filters and pages. The methods of the view run as they do without the mixin, and what its context holds in the end
    is sent. What the view raises is sent as problem+json: HttpError, Http404, PermissionDenied, BadRequest,
    SuspiciousOperation. Where an access mixin or a decorator would show a page to log in, that is 401 or 403.

    A view with a form takes JSON, and what browsers send, for its own form::

        class BookUpdate(JsonResponseMixin, UpdateView):
            model = Book
            fields = ["title", "price"]
            json_fields = ["id", "title", "price"]

    ``CreateView``
        POST: 201, the object and its Location.
    ``UpdateView``
        GET: the object. PUT and POST: all fields, PATCH: some; 200 and the object.
    ``DeleteView``
        GET: the object. DELETE and POST: 204.
    ``FormView``, ``LoginView``, ``LogoutView``
        POST: 204.

    PUT must send every field of the form. PATCH keeps what it does not send. POST to a CreateView takes the default of
    what it does not send. Without `json_fields` a success is 204. ``form_valid()`` may return a redirect, which means
    success, or a response of its own. What the form refuses is a 422 with a JSON pointer for each error. Broken JSON
    is 400, a body of another type 415, one that is too large 413. What is protected from deletion is 409, and so is
    what the database refuses because another request writes at the same time. The handler runs in a transaction: after
    an error nothing is saved. ``django_extras.binding.values.from_json`` says what fields take; register a function
    there for a field of your own.

    Attributes for the fields:

    ``json_fields = None``
        What to send of an object, or of a context. Models need it. A list of these, to any depth:

        - ``"title"``: a column, an annotation, a property or a method without arguments.
        - ``"publisher"``, ``"authors"``: the key of the related object, the list of their keys.
        - ``{"publisher": ["name"]}``: the related object, or null.
        - ``{"authors": ["name"]}``: the list of related objects.
        - ``"publisher__city"``: the value at the end of a path, under this key; a list over a relation to many. A path
          also leads into a JSONField.
        - ``("cost", "price")``, ``("by", {"authors": ["name"]})``: another key for it.

        ``get_json_fields()`` may choose by request. ImproperlyConfigured for a name that does not exist, for a key
        that comes twice, and for models without fields.
    ``allow_sensitive = False``
        The names of the fields that look like secrets and may be sent nevertheless, such as ``["token"]``, or True for
        all. ImproperlyConfigured for such a field that is not named here.

    Attributes for the lists of list views:

    ``paginate_by = None``
        The size of a page. It is Django's, as are ``ordering``, ``paginate_orphans``, ``page_kwarg`` and ``queryset``.
    ``paginate = "page"``
        ``"page"`` for pages by number; ``"cursor"`` for pages by key, which cost the same anywhere in the list.
        ImproperlyConfigured for an order that gives no keys. A page that is not there is 404, a bad cursor 400.
    ``cursor_kwarg = "cursor"``
        The parameter that holds the cursor.
    ``count = True``
        Whether to count the rows of a list in pages by number. Without it ``count`` is null, and there is neither a
        link to the last page nor `paginate_orphans`.
    ``max_paginate_by = None``
        The largest page that a client may ask for, such as 1000, or None if it may not choose. A size that is no
        number from 1 is 400.
    ``paginate_by_kwarg = "paginate_by"``
        The parameter that holds the size: ``?paginate_by=500``.
    ``cap_paginate_by = True``
        Whether a size above the largest means the largest. If not, it is 400.
    ``json_ordering = ()``
        The names that a client may order by, such as ``["price", "publisher__name"]``. ImproperlyConfigured for a name
        that does not exist, is a secret, or leads over a relation to many. Other names than these are 400.
    ``ordering_kwarg = "ordering"``
        The parameter that holds at most 10 of the names, downwards with a ``-``: ``?ordering=-price,title``.

    Attributes for ETag, 304 and locking:

    ``send_etag = True``
        Whether GET and HEAD send an ETag with JSON, a strong hash, and answer If-None-Match with 304. An ETag that the
        view sets itself is sent in its place.
    ``version_field = None``
        The field of the view's object that changes whenever its row does: ``"version"``, an integer, or
        ``"updated_at"``, with ``auto_now``, or a UUIDField. The tag then begins with the version. If `json_fields` has
        columns of the row alone, and no method of the view can add to them, 304 is answered without writing JSON.
        PUT, PATCH and DELETE, and POST to a view that updates or deletes, compare the version with If-Match while the
        row is locked: 412 if it is stale. Each of them gives the row a new version, which a form cannot set.
    ``require_if_match = False``
        Whether to refuse these methods without If-Match, with 428.

    Attributes for the response:

    ``content_type = None``
        The media type, or None for ``application/json``.
    ``json_encoder_class = None``
        The encoder, or None for DjangoJSONEncoder.
    ``json_dumps_kwargs = None``
        Arguments of ``json.dumps()``, such as ``{"indent": 2}``.

    Each of the last three has a method, such as ``get_content_type()``. ``get_json_data(context)`` makes the data.
    """

    #: The media type, or None for ``application/json``.
    content_type: str | None = None
    #: Arguments of ``json.dumps()``.
    json_dumps_kwargs: dict[str, Any] | None = None
    #: The encoder class, or None for DjangoJSONEncoder.
    json_encoder_class: type[json.JSONEncoder] | None = None

    #: The field Link for the list that get_json_data() made data of.
    _link = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        fault = "render a template, as JsonResponseMixin comes after a view that does"
        require_left_of((TemplateResponseMixin,), JsonResponseMixin, cls, fault)
        require_left_of((View,), JsonResponseMixin, cls, "send no JSON, as JsonResponseMixin comes after a view")

    def _watch_methods(self) -> None:
        super()._watch_methods()
        if self._kind is not Kind.OTHER:
            self._watch_method("get_form_class", self._note_form_class)
        if self._writes_objects():
            self._prepare_write()
        if not self._is_safe():
            for name in ("construct_formset", "construct_inlines"):  # of django-extra-views
                self._watch_method(name, self._refuse_formset, name)
        if self._answers_json(self.request):
            self._watch_method("dispatch", self._guard_later if has_async_handlers(type(self)) else self._guard)
            self._watch_method("handle_no_permission", self._watch_refusal)
            self._watch_method("on_permission_check_fail", self._note_refusal)  # of django-guardian
        self._watch_method("dispatch", self._run_dispatch)  # last, so this is around all of them

    def render_to_response(self, context: Any = None, **response_kwargs: Any) -> HttpResponse:
        """
        Return a JSON response of what ``get_json_data()`` makes of the context.

        In an async view its content is written after the view, in a thread.
        """
        if not self._is_safe() and (answer := self._answer_instead(context, response_kwargs)) is not None:
            return cast(HttpResponse, answer)
        build = self._build_later if has_async_handlers(type(self)) and is_async() else self._build_json
        return cast(HttpResponse, self._render_by(build, context, response_kwargs))

    async def arender_to_response(self, context: Any = None, **response_kwargs: Any) -> HttpResponse:
        """Return the same response, made in a thread, for an async view that wants to see its content."""
        return await sync_to_async(self.render_to_response, thread_sensitive=True)(context, **response_kwargs)

    def _build_json(self, context: Any, **response_kwargs: Any) -> HttpResponse:
        if self.version_field is not None and (tag := self._known_tag(response_kwargs.get("status"))) is not None:
            return HttpResponseNotModified(headers={"ETag": tag})
        data = self.get_json_data({} if context is None else context)
        response = self.render_json_response(data, **response_kwargs)
        if self._link:
            add_link(response, self._link)
        return response

    def get_json_data(self, context: Any) -> Any:
        """Return the data to send: an object, a list of objects, or a context without what only templates need."""
        if not isinstance(context, Mapping):
            refuse_models(context, type(self).__name__)
            return context
        match shown_entry(self, context):
            case "object_list":
                return self._list_data(context)
            case "object":
                [row], _ = self._rows([context["object"]])
                return row
        return self._entries_data(context)

    def _list_data(self, context: Mapping[str, Any]) -> Any:
        rows, urls = self._show_list(context)
        if urls:
            self._link = link_field(urls)
        envelope: dict[str, Any] = {}
        if (page := page_of(context)) is not None:
            envelope = {"count": page.paginator.count, "next": urls.get("next"), "previous": urls.get("prev")}
        if isinstance(self, BaseDateListView):
            envelope |= {key: context[key] for key in _DATE_ENTRIES if key in context}
        return {**envelope, "results": rows} if envelope else rows

    def _entries_data(self, context: Mapping[str, Any]) -> dict[str, Any]:
        entries = {key: value for key, value in context.items() if not is_for_templates(value)}
        if self.get_json_fields() is not None:
            return self._projector().row(entries)
        for value in entries.values():
            refuse_values(value, f"{type(self).__name__}.get_context_data()", self.allow_sensitive)
        return entries

    def _simplifier(self) -> Simplify | None:
        # Another encoder, or default function, must see the values themselves.
        is_usual = self.get_json_encoder_class() is DjangoJSONEncoder and "default" not in self.get_json_dumps_kwargs()
        return simplify if is_usual else None

    def render_json_response(self, context_dict: Any, status: int = 200, **response_kwargs: Any) -> JsonResponse:
        """Return a JSON response of plain data."""
        response = JsonResponse(
            context_dict,
            self.get_json_encoder_class(),
            json_dumps_params=self.get_json_dumps_kwargs(),
            status=status,
            **self._with_content_type(response_kwargs),
        )
        vary_by_session(getattr(self, "request", None), response)
        return response

    def _with_content_type(self, options: dict[str, Any]) -> dict[str, Any]:
        if "Content-Type" in ResponseHeaders(options.get("headers") or {}):
            return options
        return {"content_type": self.get_content_type(), **options}

    def get_content_type(self) -> str:
        """Return the media type of the response."""
        if self.content_type is not None and not isinstance(self.content_type, str):
            name = type(self).__name__
            raise ImproperlyConfigured(
                f"{name} is missing a content type. Define {name}.content_type or override {name}.get_content_type()."
            )
        return self.content_type or "application/json"

    def get_json_dumps_kwargs(self) -> dict[str, Any]:
        """Return the arguments of ``json.dumps()``."""
        return {"ensure_ascii": False, **(self.json_dumps_kwargs or {})}

    def get_json_encoder_class(self) -> type[json.JSONEncoder]:
        """Return the encoder class."""
        return self.json_encoder_class or DjangoJSONEncoder

    def _build_later(self, context: Any, **response_kwargs: Any) -> DeferredResponse:
        def write(response: DeferredResponse) -> bytes:
            if self.version_field is not None and (tag := self._known_tag(response.status_code)) is not None:
                response.status_code, response.headers["ETag"] = 304, tag
                return b""
            data = self.get_json_data({} if context is None else context)
            if self._link:
                add_link(response, self._link)
            vary_by_session(self.request, response)
            return encode(data, self.get_json_encoder_class(), self.get_json_dumps_kwargs())

        return DeferredResponse(write, **self._with_content_type(response_kwargs))

    def _json_converter(self) -> Callable[[Any], Any]:
        default: Callable[[Any], Any] | None = self.get_json_dumps_kwargs().get("default") or self._simplifier()
        return default or self.get_json_encoder_class()().default

    def _shows_objects(self) -> bool:
        return self.get_json_fields() is not None or self._has_own_data()

    def _has_own_data(self) -> bool:
        return type(self).get_json_data is not JsonResponseMixin.get_json_data

    def _show(self, objects: QuerySet[Any], pk: Any) -> Sequence[Any]:
        if not self._has_own_data():
            return self._projector().row_of(objects, pk)
        found = objects.filter(pk=pk)
        if self.get_json_fields() is not None:
            found = self._projector().prepare(found)
        return [self.get_json_data({"object": each, "view": self}) for each in found[:1]]

    def render_json_object_response(
        self, objects: Any, *, fields: Iterable[str] | None = None, status: int = 200, **options: Any
    ) -> HttpResponse:
        """
        Return the named fields of model instances in the format of Django's serializers, or plain data as it is.

        `options` are those of ``django.core.serializers.serialize()``.
        """
        if fields is None:
            return self.render_json_response(objects, status=status)
        # Each is read twice.
        fields = list(fields)
        objects = objects if isinstance(objects, QuerySet) else list(objects)
        owner = f"{type(self).__name__}.render_json_object_response(fields=...)"
        parse(fields, owner, self.allow_sensitive)
        for model in [objects.model] if isinstance(objects, QuerySet) else set(map(type, objects)):
            refuse_serialized(model, fields, owner, self.allow_sensitive)
        text = serializers.serialize("json", objects, fields=fields, **options)
        return HttpResponse(text, content_type=self.get_content_type(), status=status)
