"""Say what a relation shows, and by which columns it is found. It shows what the attribute of an instance shows."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db.models import Manager, ManyToManyRel
from django.db.models.manager import BaseManager

from django_extras.projection.names import AnyField, AnyQuerySet, Relation, ToOne


def is_joinable(found: ToOne) -> bool:
    """
    Tell whether a join shows the same object as the attribute.

    A join does not ask the related base manager. Where the database allows keys that lead nowhere, it may drop rows.
    """
    return (
        found.model is not None
        and type(found.model._base_manager) is Manager
        and _is_djangos(found)
        and (found.is_reverse or getattr(found.field, "db_constraint", False))
    )


def related_queryset(found: Relation) -> AnyQuerySet | None:
    """
    Return the queryset that the attribute of an instance filters, or None if that differs from instance to instance.

    Once per request, as a manager may ask for the time or the user.
    """
    if found.model is None or not _is_djangos(found):
        return None
    if isinstance(found, ToOne):
        return found.model._base_manager.get_queryset()
    manager: Any = found.model._default_manager
    if type(manager) is Manager:
        return manager.get_queryset()
    return _of_own_manager(found) if type(manager).all is BaseManager.all else None


def _of_own_manager(found: Any) -> AnyQuerySet | None:  # a ToMany, whose descriptor is of many classes
    """Return the queryset of a manager that is not Django's, as its related manager starts from it."""
    unbound = _unbound(found.descriptor.related_manager_cls)()
    unbound.model = found.model
    try:
        return unbound.start()
    except InstanceNeededError:
        return None


def own_columns(found: Relation) -> AnyField:
    """Return the fields that the related objects are found by, on the model that has the relation."""
    field = found.field
    if field.many_to_many:
        relation: AnyField = getattr(field, "field", field)
        name = relation.m2m_target_field_name() if relation is field else relation.m2m_reverse_target_field_name()
        return [field.model._meta.get_field(name)]
    if field.related_model is None:
        return [field.model._meta.get_field(name) for name in (field.ct_field, field.fk_field)]
    if found.is_reverse:
        return field.field.foreign_related_fields
    if getattr(field.remote_field, "parent_link", False):
        # Django joins no parent, but makes it of the child's columns.
        return field.related_model._meta.concrete_fields
    return [] if field.one_to_many else field.local_related_fields


def related_columns(found: Relation) -> AnyField:
    """Return the fields of the related model that tell whose it is."""
    field = found.field
    if field.many_to_many:
        return []
    if found.is_reverse:
        return field.field.local_related_fields
    if not field.one_to_many:
        return field.foreign_related_fields
    options = field.related_model._meta
    return [options.get_field(field.content_type_field_name), options.get_field(field.object_id_field_name)]


def loaded(found: Relation, instance: Any) -> Iterable[Any] | None:
    """Return the related objects that an instance has already, or None if they are not loaded."""
    if isinstance(found, ToOne):
        cache = instance._state.fields_cache
        related = cache.get(found.accessor)
        return None if found.accessor not in cache else [] if related is None else [related]
    name = found.accessor
    if isinstance(found.field, ManyToManyRel):
        name = found.field.field.related_query_name()
    kept: Iterable[Any] | None = getattr(instance, "_prefetched_objects_cache", {}).get(name)
    return kept


class InstanceNeededError(Exception):
    """A manager asks for its instance, or for something else that only a related manager has."""


@cache
def _unbound(related_manager: Any) -> Any:
    """Return a class of managers like the related managers of Django, but without an instance."""

    class Unbound(related_manager):  # type: ignore[misc]  # a class that Django makes
        def __init__(self) -> None:
            # Django calls it without arguments too. Only the constructor of the related manager takes an instance.
            super(related_manager, self).__init__()

        def start(self) -> AnyQuerySet:
            return super(related_manager, self).get_queryset()

        def __getattr__(self, name: str) -> Any:
            raise InstanceNeededError(name)

    return Unbound


def _is_djangos(found: Relation) -> bool:
    return type(found.descriptor).__module__.startswith("django.")
