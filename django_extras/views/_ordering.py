"""The order of a list: the view's own or one that the query asks for, and the key at its end."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from django_extras.http.errors import HttpError
from django_extras.projection.keyset import Keyset
from django_extras.projection.queries import yields_models
from django_extras.projection.sensitive import Allowed, refuse_sensitive

#: How many names the query may order by.
_MAX_NAMES = 10


def with_key(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Return the queryset in an order in which no two rows are equal, if it can be changed."""
    query: Any = queryset.query
    if queryset._result_cache is not None or query.is_sliced or query.distinct_fields:
        return queryset
    key = _key(queryset)
    if query.extra_order_by:
        return queryset.extra(order_by=[*query.extra_order_by, *key])
    if query.order_by[-len(key) :] == key:
        return queryset
    # Django leaves out the default order of groups.
    by_default = query.default_ordering and not query.group_by
    return queryset.order_by(*(query.order_by or (query.get_meta().ordering if by_default else ())), *key)


def in_order(queryset: QuerySet[Any], names: Sequence[str]) -> QuerySet[Any]:
    """Return the queryset in the order of names, with the key at the end. One that was read keeps its instances."""
    ordering = (*names, *_key(queryset))
    if queryset.query.order_by == ordering and queryset.query.standard_ordering:
        return queryset
    ordered = queryset.order_by(*ordering)
    # That of the view may have been turned by reverse().
    ordered.query.standard_ordering = True
    if queryset._result_cache is not None:
        instances = {each.pk: each for each in queryset}
        keys = ordered.values_list("pk", flat=True)
        ordered._result_cache = [instances[key] for key in keys if key in instances]
    return ordered


def read_names(text: str, choices: Sequence[str], parameter: str) -> list[str]:
    """Return the names in a parameter of the query. Raise HttpError for one that is no choice, and for too many."""
    names = text.split(",")
    if not {name.removeprefix("-") for name in names} <= set(choices):
        raise HttpError(
            400,
            f"{parameter} must be a comma-separated list of {', '.join(choices)}, each with or without a - in front.",
        )
    # A name that comes again changes nothing.
    firsts: dict[str, str] = {}
    for name in names:
        firsts.setdefault(name.removeprefix("-"), name)
    if len(firsts) > _MAX_NAMES:
        raise HttpError(400, f"{parameter} must have at most {_MAX_NAMES} names.")
    return [*firsts.values()]


def _key(queryset: QuerySet[Any]) -> tuple[str, ...]:
    """Return the names that tell the rows apart."""
    query: Any = queryset.query
    if yields_models(queryset) or not (query.group_by or query.distinct or query.combinator):
        return ("pk",)
    # Rows of values that are grouped, distinct or united would be others with the key.
    return (*query.extra_select, *query.values_select, *query.annotation_select)


def check_is_list(names: Any, view: str) -> None:
    """Raise ImproperlyConfigured for names that are no list of text."""
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise ImproperlyConfigured(f'{view}.json_ordering must be a list of names, such as ["title"], not {names!r}.')


def check_list(objects: Any, names: Any, view: str) -> None:
    """Raise ImproperlyConfigured unless the list of a view can be put in another order."""
    check_is_list(names, view)
    owner, source = f"{view}.json_ordering", f"{view}.get_queryset()"
    wanted = remedy = ""
    if not isinstance(objects, QuerySet):
        wanted, remedy = f"a queryset, and the view has a {type(objects).__name__}", f"Return a queryset from {source}"
    elif objects.query.is_sliced:
        wanted = "a queryset without a slice"
        remedy = f"Return one from {source}, and define {view}.paginate_by to send a part of it"
    elif objects.query.distinct_fields:
        wanted = "a queryset without distinct() of some fields, whose order begins with them"
        remedy = f"Return one from {source}, or remove {owner}"
    elif objects._result_cache is not None and not yields_models(objects):
        wanted, remedy = "values() that were not read yet", f"Define {view}.paginate_by, or remove {owner}"
    if wanted:
        raise ImproperlyConfigured(f"{owner} needs {wanted}. {remedy}.")


def check_names(queryset: QuerySet[Any], names: Sequence[str], view: str, by_key: bool, allowed: Allowed) -> None:
    """
    Raise ImproperlyConfigured unless a client may order a queryset by each of the names.

    `by_key` says that the list is in pages by key. `allowed` are the sensitive names that may be sent.
    """
    owner = f"{view}.json_ordering"
    query: Any = queryset.query
    for name in names:
        try:
            ordered = queryset.order_by(name)
            source, is_many = _column(query, name)
        except FieldError as error:
            raise ImproperlyConfigured(f'{owner} has "{name}". {str(error).rstrip(".")}.') from error
        refuse_sensitive(name, owner, allowed, source)
        if by_key:
            Keyset(ordered, view, allowed)
        elif is_many:
            raise ImproperlyConfigured(
                f'{owner} has "{name}", which leads over a relation to many: a row would come once for each related '
                f'one. Annotate the queryset with one value for each row, such as Min("{name}"), and order by that.'
            )


def _column(query: Any, name: str) -> tuple[Any, bool]:
    """Return what a name orders by, and whether it leads over a relation to many. Raise FieldError for no name."""
    if name in query.annotations:
        return query.annotations[name], False
    if name in query.extra:
        return RawSQL(*query.extra[name]), False
    path, *_ = query.names_to_path(name.split("__"), query.get_meta())
    return query.chain().resolve_ref(name), any(step.m2m for step in path)
