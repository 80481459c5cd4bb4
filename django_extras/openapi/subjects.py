"""What a view shows and what fills it in, read from its class. No method of a project's own runs."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.forms.models import modelform_factory
from django.views.generic.edit import BaseCreateView
from django.views.generic.list import BaseListView, MultipleObjectMixin

from django_extras.projection.names import find
from django_extras.projection.projector import added_names
from django_extras.projection.schema import RowSchemas, Schema
from django_extras.projection.steps import Added, Steps, Walker
from django_extras.projection.tree import parse
from django_extras.views._bases import package_of
from django_extras.views._contexts import shows_object
from django_extras.views._kinds import is_of

_PACKAGES = frozenset({"django", "django_extras", "braces", "vanilla", "neapolitan", "django_filters", "extra_views"})

#: Told what a document must leave open: the class of the view, and what to define in it.
Warn = Callable[[type, str], None]


def ignore(cls: type, text: str) -> None:
    """Take no notice of what the document leaves open."""


def unread(error: AttributeError, cls: type) -> str:
    """Say that a property of a view cannot be read without a request. Raise the error again if it is another one."""
    if not isinstance(error.obj, cls):
        raise error
    return (
        f"{cls.__name__} has a property that needs self.{error.name}, which only a request gives. Override a method "
        "in its place, such as get_json_fields() or get_paginate_by()."
    )


def is_overridden(subject: Any, method: str) -> bool:
    """Tell whether a project has a method of its own in a view, or in a class."""
    cls = subject if isinstance(subject, type) else type(subject)
    owner = next((base for base in cls.__mro__ if method in vars(base)), object)
    return owner is not object and package_of(owner) not in _PACKAGES


def own_data_method(view: Any) -> str | None:
    """Return the method of a project's own that chooses what a view sends, None if there is none."""
    return next((name for name in ("get_json_data", "get_json_fields") if is_overridden(view, name)), None)


def model_of(view: Any) -> type[Model] | None:
    """Return the model of what a view shows, as far as its attributes tell. Django asks them in this order."""
    queryset = getattr(view, "queryset", None)
    form_class = getattr(view, "form_class", None)
    for subject in (queryset, view, getattr(form_class, "_meta", None)):
        model = getattr(subject, "model", None)
        if isinstance(model, type) and issubclass(model, Model):
            return model
    return None


def shows_list(view: Any) -> bool:
    """Tell whether GET sends a list."""
    if is_of(view, "neapolitan.views", "CRUDView"):
        return bool(view.role.value == "list")
    if isinstance(view, MultipleObjectMixin):
        return isinstance(view, BaseListView | BaseCreateView) or not shows_object(view)
    return is_of(view, "vanilla", "ListView")


def shown_schema(view: Any, warn: Warn) -> Schema:
    """Return the schema of an object that a view sends; {} if nothing tells."""
    name = type(view).__name__
    fields = getattr(view, "schema_fields", None)
    if fields is None:
        if (method := own_data_method(view)) is not None:
            text = f"{name}.{method}() is the project's own. Define {name}.schema_fields for the document."
            warn(type(view), text)
            return {}
        fields = view.json_fields
    model = model_of(view)
    if model is not None and fields is None and not is_overridden(view, "get"):
        warn(type(view), f"{name} has no fields to send, so GET fails. Define {name}.json_fields, or leave GET out.")
    if fields is None or model is None:
        return {}
    try:
        steps, added = steps_of(view, fields)
    except ImproperlyConfigured as error:
        warn(type(view), str(error))
        return {}

    def tell(model: type[Model], name: str) -> None:
        text = f"{model.__name__}.{name} does not say what it returns, so the document allows any value."
        warn(type(view), f"{text} Annotate it: def {name}(self) -> int, or whatever it returns.")

    return RowSchemas(added, view._simplifier() is not None, tell).row(model, steps)


def steps_of(view: Any, fields: Any) -> tuple[Steps, Added]:
    """
    Return what the names of a view's list of fields are, and the names that its queryset adds.

    Raise ImproperlyConfigured for a fault of the list. Without a list, or a model, there are none.
    """
    model = model_of(view)
    if fields is None or model is None:
        return (), {}
    queryset = getattr(view, "queryset", None)
    added: Added = added_names(queryset if isinstance(queryset, QuerySet) else QuerySet(model))
    owner = f"{type(view).__name__}.json_fields"
    nodes = parse(fields, owner, view.allow_sensitive)
    if is_overridden(view, "get_queryset"):
        added = {**added, "": {**dict.fromkeys(_unknown(model, nodes)), **added.get("", {})}}
    return Walker(owner, view.allow_sensitive).walk(model, nodes, added), added


def _unknown(model: type[Model], nodes: Any) -> list[str]:
    """Return the names that the queryset of a project's own get_queryset() must add."""
    return [name for node in nodes for name in (node.path[0], node.name) if find(model, node.path[0]) is None]


def form_class_of(view: Any, warn: Warn) -> type[BaseForm] | None:
    """Return the class of a view's form, or None if nothing tells."""
    name = type(view).__name__
    given: Any = getattr(view, "schema_form", None) or getattr(view, "authentication_form", None)
    if given is None and is_overridden(view, "get_form_class"):
        warn(type(view), f"{name}.get_form_class() is the project's own. Define {name}.schema_form for the document.")
        return None
    form_class: type[BaseForm] | None = given or getattr(view, "form_class", None)
    if form_class is not None:
        return form_class if hasattr(form_class, "base_fields") else None  # a formset has none
    model, fields = model_of(view), getattr(view, "fields", None)
    if model is None or fields is None:
        return None
    try:
        return modelform_factory(model, fields=fields)
    except (FieldError, TypeError) as error:  # a field that is not there; fields that are no list
        warn(type(view), f"{name}.fields: {str(error).rstrip('?')}.")
        return None
