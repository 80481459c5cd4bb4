"""What of its context a view shows: its object, its list, or each entry that is not for templates alone."""

from collections.abc import Mapping
from typing import Any, Literal

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.db.models.manager import BaseManager
from django.db.models.query import RawQuerySet
from django.forms import BaseForm
from django.forms.formsets import BaseFormSet
from django.views.generic.base import View
from django.views.generic.detail import BaseDetailView, SingleObjectMixin
from django.views.generic.edit import ModelFormMixin
from django.views.generic.list import MultipleObjectMixin

from django_extras.http.json import has_names
from django_extras.views._kinds import is_of

_FOR_TEMPLATES = (View, BaseForm, BaseFormSet, Paginator, Page)


def shows_object(view: object) -> bool:
    """Tell whether a view of Django's shows an object, also where it has a list beside it."""
    return not isinstance(view, MultipleObjectMixin) or isinstance(view, BaseDetailView | ModelFormMixin)


def shown_entry(view: object, context: Mapping[str, Any]) -> Literal["object", "object_list"] | None:
    """Return the entry of the context that the view shows, or None if it shows all of them."""
    has_list = "object_list" in context and hasattr(view, "get_queryset")
    has_object = context.get("object") is not None and hasattr(view, "get_object")
    if has_list and has_object:
        has_list = _prefers_list(view)
    return "object_list" if has_list else "object" if has_object else None


def _prefers_list(view: object) -> bool:
    if isinstance(view, SingleObjectMixin | MultipleObjectMixin):
        return not shows_object(view)
    # The views of django-vanilla-views and neapolitan have all methods, and set what they show.
    return getattr(view, "object_list", None) is not None


def is_for_templates(value: Any) -> bool:
    """Tell whether an entry is a view, a form, a filter, a paginator or a page, or a list of such."""
    if isinstance(value, list | tuple):
        return bool(value) and all(map(is_for_templates, value))
    return isinstance(value, _FOR_TEMPLATES) or is_filterset(value)


def is_filterset(value: Any) -> bool:
    """Tell whether a value is a filter set of django-filter."""
    return is_of(value, "django_filters.filterset", "BaseFilterSet")


def refuse_models(data: Any, view: str) -> None:
    """Raise TypeError for models in the place of a context."""
    is_unnamed = not has_names(data) if isinstance(data, QuerySet) else isinstance(data, RawQuerySet | BaseManager)
    first = next(iter(data), None) if isinstance(data, list | tuple) else data
    if is_unnamed or isinstance(first, Model):
        raise TypeError(
            f"{view}.render_to_response() takes a context, and got a {type(data).__name__}. Pass "
            'self.get_context_data(), which has what the view shows under "object" or "object_list".'
        )
