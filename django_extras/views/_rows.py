"""The rows of what a view shows: its list of fields, and the queries that load them. It answers nothing."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import DataError
from django.db.models import Model, QuerySet
from django.db.models.manager import BaseManager
from django.http import Http404, HttpRequest
from django.views.generic.detail import SingleObjectMixin

from django_extras.projection.columns import Simplify
from django_extras.projection.kept import by_kept_sql
from django_extras.projection.projector import Projector, projector_of
from django_extras.projection.queries import is_preparable, yields_models
from django_extras.projection.sensitive import Allowed, refuse_values
from django_extras.views._contexts import shows_object


class RowsMixin:
    """Write objects as rows of `json_fields`, and load what the fields need."""

    request: HttpRequest

    #: The fields of an object, or the keys of a context, to send.
    json_fields: Any = None
    #: The sensitive names in `json_fields` that may be sent, or True for all.
    allow_sensitive: Allowed = False
    #: Returns what is sent of the object that has a key: in json.
    _show: Callable[[QuerySet[Any], Any], Sequence[Any]]

    def get_json_fields(self) -> Any:
        """
        Return the list of fields to send, or None. It may differ from request to request.

        A detail view asks for it before it gets its object, so that one query loads both.
        """
        return self.json_fields

    if not TYPE_CHECKING:
        # Type checkers see the method of the view on the right, which users override.

        @property
        def get_object(self) -> Callable[..., Any]:
            """Return the view's own method. Django's loads what the fields need together with the object."""
            # A property, so that views that show no object do not seem to have this method.
            get_object = super().get_object
            is_djangos = getattr(get_object, "__func__", None) is SingleObjectMixin.get_object
            return partial(self._get_prepared, get_object) if is_djangos and shows_object(self) else get_object

    def _get_prepared(self, get_object: Callable[..., Any], queryset: Any = None) -> Any:
        """Get the object as Django's get_object() does, which asks for the view's queryset if it is given none."""
        is_own = queryset is None
        if is_own:
            queryset = self.get_queryset()  # type: ignore[attr-defined]  # of the view
        if is_preparable(queryset):
            # A write may change what is loaded here, so that it must be loaded again.
            is_shown = self.request.method in ("GET", "HEAD") and self.get_json_fields() is not None
            # An object of another model is got for another purpose than to be sent.
            if is_shown and (is_own or self._is_of_model(queryset.model)):
                queryset = self._projector().prepare(queryset)
            else:
                queryset = by_kept_sql(queryset.all())
        try:
            return get_object(queryset)
        except (ValueError, ValidationError, DataError, OverflowError) as error:
            if self._may_have_object(queryset.model):
                raise
            raise Http404 from error

    def _may_have_object(self, model: Any) -> bool:
        """Tell whether a row may have the key and the slug that the URL has. A path with <pk> takes any text."""
        view: Any = self
        names = {"pk": view.pk_url_kwarg, view.get_slug_field(): view.slug_url_kwarg}
        keys = {lookup: view.kwargs[name] for lookup, name in names.items() if name in view.kwargs}
        try:
            model._base_manager.filter(**keys)
            if "pk" in keys:
                column = model._meta.pk
                while column.is_relation:
                    column = column.target_field
                column.run_validators(column.to_python(keys["pk"]))
        except (ValueError, ValidationError):
            return len(model._meta.pk_fields) > 1  # whose key is never a text, so the view is wrong
        return "\0" not in "".join(map(str, keys.values()))  # PostgreSQL takes no text with it

    def _is_of_model(self, model: Any) -> bool:
        """Tell whether a model is that of the view, one derived from it, or a proxy of either."""
        own: Any = getattr(self, "model", None) or getattr(getattr(self, "queryset", None), "model", None)
        return own is not None and issubclass(model._meta.concrete_model, own._meta.concrete_model)

    def _read_back(self, saved: Model, queryset: QuerySet[Any] | None) -> Any:
        """Return what is shown of an object as the database has it now; None if it is not there any more."""
        model = saved.__class__  # request.user is a lazy object, whose type is no model
        own = getattr(self, "queryset", None) if queryset is None else queryset
        for source in (own, model._default_manager, model._base_manager):
            found = source.all() if isinstance(source, BaseManager) else source
            if is_preparable(found) and issubclass(model, found.model):
                rows = self._show(found.using(saved._state.db), saved.pk)
                if rows:
                    return rows[0]
        return None

    def _rows(self, objects: Any, names: Sequence[str] = ()) -> tuple[list[Any], list[list[Any]]]:
        """
        Return a row for each object, and the values that its queryset annotates under the names.

        Only values that are no model instances need no list of fields.
        """
        if self.get_json_fields() is None:
            return self._values(objects, names), []
        return self._projector().rows_and_keys(objects, names)

    def _values(self, objects: Any, names: Sequence[str]) -> list[Any]:
        if not names and not yields_models(objects):
            refuse_values(objects, f"{type(self).__name__}.get_queryset()", self.allow_sensitive)
            # .values() without names takes every column.
            takes_all = isinstance(objects, QuerySet) and getattr(objects, "_fields", None) == ()
            subjects: list[Any] | None = None if takes_all else list(objects)
            if subjects is not None and not any(isinstance(subject, Model) for subject in subjects):
                return subjects
        name = type(self).__name__
        raise ImproperlyConfigured(
            f'{name} is missing the fields to send. Define {name}.json_fields, such as ["id"], or override '
            f"{name}.get_json_fields() or {name}.get_json_data()."
        )

    def _projector(self) -> Projector:
        """Return the compiled list of fields, kept for the class and not for the request."""
        return projector_of(type(self), self.get_json_fields(), self.allow_sensitive, self._simplifier())

    def _simplifier(self) -> Simplify | None:
        """Return the function that makes values ready to be written, or None to leave them as Python has them."""
        return None
