"""The parameters that the filters of django-filter read, by the form fields that they have."""

import sys
from collections.abc import Iterator
from copy import copy
from typing import Any

from django.forms import Field

from django_extras.binding.schema import encoded_parts
from django_extras.openapi.subjects import model_of
from django_extras.views._kinds import is_of

_FILTERS = "django_filters.filters"
#: Filters whose choices are the values that the column has.
_BY_ROWS = ("AllValuesFilter", "AllValuesMultipleFilter")


def filter_parameters(view: Any) -> Iterator[dict[str, Any]]:
    """Return the parameters that a view's filter set reads from the query."""
    filterset_class = _filterset_class(view)
    for name, known in getattr(filterset_class, "base_filters", {}).items():
        # What is asked for its field keeps it, and so would each request.
        found = copy(known)
        model = model_of(view) or filterset_class._meta.model
        if model is not None:  # it makes a label of the name of the column
            found.model = model
        # Only a request, or the rows, can tell.
        is_open = callable(getattr(found, "queryset", None)) or any(is_of(found, _FILTERS, name) for name in _BY_ROWS)
        more: dict[str, Any] = {"required": True} if found.extra.get("required") else {}
        if found.label and not str(found.label).startswith("["):  # of no column
            more["description"] = str(found.label)
        for key, schema in [(name, {"schema": {}})] if is_open else _schemas(name, found.field):
            yield {"name": key, "in": "query", **schema, **more}


def _filterset_class(view: Any) -> Any:
    found, fields = getattr(view, "filterset_class", None), getattr(view, "filterset_fields", None)
    if found is not None or fields is None or (model := model_of(view)) is None:
        return found
    # Whoever has such a view has imported the package. Others need not.
    return sys.modules["django_filters.filterset"].filterset_factory(model, fields=fields)


def _schemas(name: str, field: Field) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return what a field reads: the names of parameters, each with its schema."""
    for key, schema in encoded_parts(name, field):
        if is_of(field.widget, "django_filters.widgets", "BaseCSVWidget"):
            listed = schema if schema.get("type") == "array" else {"type": "array", "items": schema}
            yield key, {"schema": listed, "style": "form", "explode": False}
        else:
            yield key, {"schema": schema}
