"""
Keep the class of form that Django makes of the `model` and the `fields` of a view, anew for each request.

It is kept if each request would get the same one, and if nobody but Django has it before there is a form: a view may
change a class that is its own.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any
from weakref import WeakKeyDictionary

from django.db import router
from django.db.models import FilePathField, Manager
from django.forms import BaseForm, BaseModelForm, Field, ModelChoiceField, Select, Widget
from django.views.generic.edit import FormMixin, ModelFormMixin

from django_extras.binding.form import copied
from django_extras.projection.bounded import BoundedDict
from django_extras.projection.kept import by_kept_sql
from django_extras.projection.keyed import related_objects

#: How Django copies the fields, and their widgets, that are copied here in the same way.
_COPIED_HERE = {
    (Field.__deepcopy__, Widget.__deepcopy__),
    (ModelChoiceField.__deepcopy__, Select.__deepcopy__),
}

_kept: "WeakKeyDictionary[type, BoundedDict[Any, type[BaseForm]]]" = WeakKeyDictionary()


def form_class_of(view: Any, get_form_class: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return what the view's ``get_form_class()`` returns, or the same that it returned for another request."""
    model, fields = getattr(view, "model", None), getattr(view, "fields", None)
    if model is None or not fields or not _is_djangos(view, get_form_class):
        return get_form_class(*args, **kwargs)
    classes = _kept.setdefault(type(view), BoundedDict())
    key = model, fields if isinstance(fields, str) else tuple(fields)
    found = classes.get(key)
    if found is None:
        found = get_form_class(*args, **kwargs)
        if all(_is_fixed(model._meta.get_field(name)) for name in found.base_fields):
            classes[key] = _quicker(found)
    return found


def _quicker(form_class: Any) -> Any:
    """Have a class make its forms in less time, and return it."""
    form_class.base_fields, form_class.__init__ = _Fields(form_class.base_fields), _make
    for field in form_class.base_fields.values():
        if isinstance(field, ModelChoiceField) and field.queryset is not None:
            by_kept_sql(field.queryset)  # and so do the copies
    return form_class


def _make(form: Any, **options: Any) -> None:  # a form of a kept class
    instance = options.get("instance")
    if instance is None or instance._state.adding or router.routers:
        BaseModelForm.__init__(form, **options)
    else:
        _make_of_row(form, instance, options)


def _make_of_row(form: Any, instance: Any, options: dict[str, Any]) -> None:
    """Make the form of a saved object, which has all initial values but related objects. Kept SQL reads these."""
    before = getattr(instance, "_prefetched_objects_cache", {})
    names = form.base_fields.keys() - before.keys()
    # The table of a model that a project has written may refer to another column than the key.
    fields = [each for each in instance._meta.local_many_to_many if each.remote_field.through._meta.auto_created]
    read = {field.name: related_objects(instance, field) for field in fields if field.name in names}
    instance._prefetched_objects_cache = read | before
    try:
        BaseModelForm.__init__(form, **options)
    finally:
        instance._prefetched_objects_cache = before


class _Fields(dict[str, Field]):
    """The fields of a class, of which each form gets copies, in a third of the time that Django takes for them."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Field]:
        return {name: _copy_of(field) for name, field in self.items()}


def _copy_of(field: Any) -> Any:  # its widget may be a class in the stubs
    if (type(field).__deepcopy__, type(field.widget).__deepcopy__) not in _COPIED_HERE:
        return deepcopy(field)
    found = copied(field)
    found.widget = found.unshared_widget = copied(field.widget)  # so that binding.form does not copy it again
    found.widget.attrs, found.error_messages = field.widget.attrs.copy(), field.error_messages.copy()
    found.validators = field.validators[:]
    if isinstance(field, ModelChoiceField):
        found.queryset = field.queryset  # of which it takes a copy, and gives the widget its choices
    return found


def _is_djangos(view: Any, get_form_class: Callable[..., Any]) -> bool:
    """Tell whether Django alone makes the class, and the form of it."""
    is_own = getattr(get_form_class, "__func__", None) is not ModelFormMixin.get_form_class
    return not is_own and getattr(type(view), "get_form", None) is FormMixin.get_form


def _is_fixed(field: Any) -> bool:
    """Tell whether a field of a model makes the same field of a form each time."""
    # A manager of a project may show other rows each time, and a FilePathField reads a directory.
    manager = field.related_model._default_manager if field.is_relation else Manager()
    is_djangos = type(field).__module__.startswith("django.db.models.") and not isinstance(field, FilePathField)
    return is_djangos and type(manager).get_queryset is Manager.get_queryset
