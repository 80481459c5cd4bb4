"""What a list view reads from the query, and the envelope of its rows."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.views.generic.dates import (
    BaseDateListView,
    BaseDayArchiveView,
    BaseMonthArchiveView,
    BaseWeekArchiveView,
    BaseYearArchiveView,
)

from django_extras.openapi.filters import filter_parameters
from django_extras.openapi.subjects import is_overridden, model_of
from django_extras.projection.schema import Schema, column_schema

#: What the context of an archive has beside its list.
_PERIODS: dict[type, tuple[str, ...]] = {
    BaseYearArchiveView: ("year", "previous_year", "next_year"),
    BaseMonthArchiveView: ("month", "previous_month", "next_month"),
    BaseWeekArchiveView: ("week", "previous_week", "next_week"),
    BaseDayArchiveView: ("day", "previous_month", "next_month", "previous_day", "next_day"),
}


def is_paged(view: Any) -> bool:
    """Tell whether a list may come in pages."""
    has_size = view.paginate_by is not None or view.max_paginate_by is not None
    return has_size or is_overridden(view, "get_paginate_by")


def list_parameters(view: Any, in_path: Any) -> list[dict[str, Any]]:
    """Return the parameters in the query. `in_path` are the names of those in the path."""
    found = list(filter_parameters(view))
    if view.json_ordering:
        names = [sign + name for name in view.json_ordering for sign in ("", "-")]
        schema = {"type": "array", "items": {"enum": names}, "maxItems": 10}
        found.append(_query(view.ordering_kwarg, schema, "The order of the list.", style="form", explode=False))
    if view.max_paginate_by is not None:
        most = {} if view.cap_paginate_by else {"maximum": view.max_paginate_by}
        text = f"The size of a page, at most {view.max_paginate_by}."
        found.append(_query(view.paginate_by_kwarg, {"type": "integer", "minimum": 1, **most}, text))
    if not is_paged(view):
        return found
    if view.paginate == "cursor":
        found.append(_query(view.cursor_kwarg, {"type": "string"}, "The cursor in the URL of a page."))
    elif view.page_kwarg not in in_path:
        number: Schema = {"type": "integer"}
        if view.count:
            number = {"anyOf": [{"type": "integer", "minimum": 1}, {"const": "last"}]}
        # Without a value it is the first.
        found.append(_query(view.page_kwarg, number, "The number of the page.", allowEmptyValue=True))
    return found


def _query(name: str, schema: Schema, description: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, **more, "description": description}


def list_schema(view: Any, row: Schema) -> Schema:
    """Return the schema of a list: of its rows, of its pages, or of either."""
    rows: Schema = {"type": "array", "items": row}
    archive = _archive(view)
    url = {"type": ["string", "null"], "format": "uri"}
    count = _count(view)
    whole = _object({**archive, "results": rows}) if archive else rows
    page = _object({"count": count, "next": url, "previous": url, **archive, "results": rows})
    if not is_paged(view):
        return whole
    return page if view.paginate_by is not None else {"anyOf": [whole, page]}


def _count(view: Any) -> Schema:
    if view.count and view.paginate == "page":
        return {"type": "integer", "minimum": 0}
    is_own = getattr(view, "paginator_class", Paginator) is not Paginator or is_overridden(view, "get_paginator")
    # A paginator of the project's own decides itself.
    return {"type": ["integer", "null"], "minimum": 0} if is_own else {"type": "null"}


def _object(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _archive(view: Any) -> dict[str, Schema]:
    """Return what Django's archives by date send beside the list."""
    if not isinstance(view, BaseDateListView):
        return {}
    period = next((names for kind, names in _PERIODS.items() if isinstance(view, kind)), ())
    dates = {"type": ["array", "null"], "items": _date(view)}
    day = {"type": "string", "format": "date"}
    or_none = {"type": ["string", "null"], "format": "date"}
    return {"date_list": dates, **{name: or_none if "_" in name else day for name in period}}


def _date(view: Any) -> Schema:
    """Return the schema of an entry of ``date_list``: a date, or a time if the field of the view has one."""
    model: Any = model_of(view)
    try:
        schema = column_schema(model._meta.get_field(view.date_field))
    except (AttributeError, FieldDoesNotExist):  # only a request can tell which
        return {"type": "string"}
    return {key: value for key, value in schema.items() if key != "description"}
