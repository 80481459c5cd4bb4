"""Answer generic views in JSON."""

import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, cast
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.core import serializers
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.http.response import ResponseHeaders
from django.views.generic.base import TemplateResponseMixin
from django.views.generic.detail import SingleObjectMixin
from django.views.generic.list import MultipleObjectMixin

from django_extras.http.json import JsonResponse, encode, simplify
from django_extras.projection.projector import Projector, key_name
from django_extras.projection.queries import is_preparable, yields_models
from django_extras.projection.sensitive import refuse_sensitive, refuse_serialized, selected
from django_extras.projection.tree import parse
from django_extras.views._deferred import DeferredResponse, is_async, rendered
from django_extras.views._pages import CursorPage, PagesMixin, UncountedPage, link_field
from django_extras.views._problems import ProblemsMixin
from django_extras.views._rendering import AnyResponse, RenderingMixin, add_link, require_left_of

if TYPE_CHECKING:

    class JSONResponseMixin:
        """That of django-braces, which has no types."""

else:
    from braces.views import JSONResponseMixin

#: What Django's views put into a context for templates.
_TEMPLATE_ENTRIES = frozenset({"view", "form", "formset", "filter", "paginator", "page_obj", "is_paginated"})

#: What Django's date archives put into a context beside the list.
_DATE_ENTRIES = (
    *("date_list", "year", "month", "week", "day", "previous_year", "next_year", "previous_month", "next_month"),
    *("previous_week", "next_week", "previous_day", "next_day"),
)

#: More lists of fields than this for one view class means that they are made up per request: keep none of them.
_MAX_PROJECTORS = 100


class JsonResponseMixin(JSONResponseMixin, PagesMixin, ProblemsMixin, RenderingMixin):
    """
    Answer with JSON whatever a view would render: its object, its list of objects or its context.

    Left of the view: ``class BookList(JsonResponseMixin, ListView)``. A detail view sends one object, a list view a
    list, or ``{"count", "next", "previous", "results"}`` when paginated, any other view its context. Model instances
    need `json_fields`. Errors raised in the view become problem+json.
    """

    #: The fields of an object, or the keys of a context, to send.
    json_fields: Any = None
    #: The sensitive names in `json_fields` that may be sent, or True for all.
    allow_sensitive: bool | Collection[str] = False
    #: The media type, or None for ``application/json``.
    content_type: str | None = None
    #: Arguments of ``json.dumps()``.
    json_dumps_kwargs: dict[str, Any] | None = None
    #: The encoder class, or None for DjangoJSONEncoder.
    json_encoder_class: type[json.JSONEncoder] | None = None

    _links: Mapping[str, str] = MappingProxyType({})
    _projectors: ClassVar[WeakKeyDictionary[type, dict[str, Projector]]] = WeakKeyDictionary()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        fault = "render a template, as JsonResponseMixin comes after a view that does"
        require_left_of((TemplateResponseMixin,), JsonResponseMixin, cls, fault)

    def render_to_response(self, context: Any = None, **response_kwargs: Any) -> HttpResponse:
        """
        Return a JSON response of what ``get_json_data()`` makes of the context.

        In an async view its content is written after the view, in a thread.
        """
        # Django works out anew, each time it is asked, whether a view is async.
        is_deferred = is_async() and getattr(self, "view_is_async", False)
        build = self._build_later if is_deferred else self._build_json
        return cast(HttpResponse, self._answer(build, context, response_kwargs))

    async def arender_to_response(self, context: Any = None, **response_kwargs: Any) -> HttpResponse:
        """Return the same response, made in a thread, for an async view that wants to see its content."""
        return await sync_to_async(self.render_to_response, thread_sensitive=True)(context, **response_kwargs)

    def get_json_fields(self) -> Any:
        """Return the list of fields to send, or None. It may differ from request to request."""
        return self.json_fields

    def get_json_data(self, context: Any) -> Any:
        """Return the data to send: an object, a list of objects, or a context without what only templates need."""
        if not isinstance(context, Mapping):
            return context
        if "object_list" in context and hasattr(self, "get_queryset"):
            return self._list_data(context)
        if context.get("object") is not None and hasattr(self, "get_object"):
            return self._rows([context["object"]])[0]
        entries = {key: value for key, value in context.items() if key not in _TEMPLATE_ENTRIES}
        return entries if self.get_json_fields() is None else self._projector().row(entries)

    if not TYPE_CHECKING:
        # Type checkers see that of the view on the right, which users override.

        @property
        def get_object(self) -> Callable[..., Any]:
            """Return the method that gets the object. It loads the object together with what it is sent with."""
            # A property, so that views that show no object do not seem to have this method.
            get_object = super().get_object
            # A list view's object is what the list belongs to.
            is_shown = isinstance(self, SingleObjectMixin) and not isinstance(self, MultipleObjectMixin)
            return partial(self._get_loaded_object, get_object) if is_shown else get_object

    def _get_loaded_object(self, get_object: Callable[..., Any], queryset: Any = None) -> Any:
        view: Any = self  # a SingleObjectMixin
        if queryset is None:
            queryset = view.get_queryset()
        if (
            self.get_json_fields() is not None
            and is_preparable(queryset)
            # What is not of the view's model is got for another purpose than to be sent.
            and (
                issubclass(queryset.model, view.model or Model)
                or queryset.model._meta.concrete_model is view.model._meta.concrete_model
            )
        ):
            queryset = self._projector().prepare(queryset, keep_columns=True)
        return get_object(queryset)

    def _list_data(self, context: Mapping[str, Any]) -> Any:
        page = context.get("page_obj")
        if isinstance(page, CursorPage):
            if self.get_json_fields() is None:
                raise self._missing_fields()
            paths = page.keyset.paths
            keyed = self._projector().with_keys(paths).rows(page.with_one_more())
            keys = [[row.pop(key_name(index)) for index in range(len(paths))] for row in keyed]
            rows = page.cut(keyed, keys)
        elif isinstance(page, UncountedPage) and context["object_list"] is page.object_list:
            rows = page.cut(self._rows(page.with_one_more()))
        else:
            rows = self._rows(context["object_list"])
        envelope = {}
        if page is not None:
            self._links = self._page_links(page)
            count = None if isinstance(page, CursorPage) else page.paginator.count
            envelope = {"count": count, "next": self._links.get("next"), "previous": self._links.get("prev")}
        if "date_list" in context:
            envelope |= {key: context[key] for key in _DATE_ENTRIES if key in context}
        return {**envelope, "results": rows} if envelope else rows

    def _rows(self, objects: Any) -> list[Any]:
        """Return a row for each object. Only values that are no model instances need no list of fields."""
        if self.get_json_fields() is not None:
            return self._projector().rows(objects)
        if not yields_models(objects):
            if isinstance(objects, QuerySet):
                for column, source in selected(objects.query):
                    refuse_sensitive(column, f"{type(self).__name__}.get_queryset()", self.allow_sensitive, source)
                if getattr(objects, "_fields", None) == ():
                    # .values() without names takes every column.
                    raise self._missing_fields()
            subjects = list(objects)
            if not any(isinstance(subject, Model) for subject in subjects):
                return subjects
        raise self._missing_fields()

    def _missing_fields(self) -> ImproperlyConfigured:
        name = type(self).__name__
        return ImproperlyConfigured(
            f'{name} is missing the fields to send. Define {name}.json_fields, such as ["id"], or override '
            f"{name}.get_json_fields() or {name}.get_json_data()."
        )

    def _projector(self) -> Projector:
        """Return the compiled list of fields, kept for the class and not for the request."""
        fields = self.get_json_fields()
        kept = self._projectors.setdefault(type(self), {})
        # Another encoder, or default function, must see the values themselves.
        is_usual = self.get_json_encoder_class() is DjangoJSONEncoder and "default" not in self.get_json_dumps_kwargs()
        key = repr((fields, self.allow_sensitive, is_usual))
        projector = kept.get(key)
        if projector is None:
            if len(kept) >= _MAX_PROJECTORS:
                kept.clear()
            owner = f"{type(self).__name__}.json_fields"
            projector = kept[key] = Projector(fields, owner, self.allow_sensitive, simplify if is_usual else None)
        return projector

    def _build_json(self, context: Any, **response_kwargs: Any) -> JsonResponse:
        data = self.get_json_data({} if context is None else context)
        response = self.render_json_response(data, **response_kwargs)
        self._add_links(response)
        return response

    def _build_later(self, context: Any, **response_kwargs: Any) -> DeferredResponse:
        def write(response: DeferredResponse) -> bytes:
            data = self.get_json_data({} if context is None else context)
            content = encode(data, self.get_json_encoder_class(), self.get_json_dumps_kwargs())
            self._add_links(response)
            return content

        return DeferredResponse(write, **self._with_content_type(response_kwargs))

    async def _dispatch_later(self, pending: Awaitable[AnyResponse]) -> AnyResponse:
        async def finish() -> AnyResponse:
            return await rendered(await pending)

        return await super()._dispatch_later(finish())

    def _add_links(self, response: HttpResponse) -> None:
        if self._links:
            add_link(response, link_field(self._links))

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

    def render_json_response(self, context_dict: Any, status: int = 200, **response_kwargs: Any) -> JsonResponse:
        """Return a JSON response of plain data."""
        return JsonResponse(
            context_dict,
            self.get_json_encoder_class(),
            json_dumps_params=self.get_json_dumps_kwargs(),
            status=status,
            **self._with_content_type(response_kwargs),
        )

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
