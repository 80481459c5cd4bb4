"""Say which rows a relation shows: the same as the attribute of an instance."""

from functools import cache
from typing import Any

from django.db.models import Manager
from django.db.models.manager import BaseManager

from django_extras.projection.names import AnyQuerySet, ToMany, ToOne


def is_joinable(found: ToOne) -> bool:
    """
    Tell whether a join shows the same object as the attribute.

    A join leaves out the related base manager, and leaves out rows whose key leads nowhere if no null says so.
    """
    field = found.field
    is_reverse = field.auto_created and not field.concrete
    return (
        found.model is not None
        and type(found.model._base_manager) is Manager
        and _is_djangos(found)
        and (is_reverse or getattr(field, "db_constraint", False))
    )


def related_queryset(found: ToOne | ToMany) -> AnyQuerySet | None:
    """
    Return the queryset that the attribute of any instance filters, or None if it may differ between instances.

    Once per request, as managers may look at the time or the user.
    """
    if found.model is None or not _is_djangos(found):
        return None
    if isinstance(found, ToOne):
        return found.model._base_manager.get_queryset()
    manager = _unbound(found.descriptor.related_manager_cls)()
    manager.model = found.model
    if type(manager).all is not BaseManager.all:
        return None
    try:
        return manager.start()
    except InstanceNeededError:
        return None


class InstanceNeededError(Exception):
    """A manager asks for the instance that it belongs to, or for what else only a related manager has."""


@cache
def _unbound(related_manager: Any) -> Any:
    """Return a class of managers like the related managers of Django, but without an instance."""

    class Unbound(related_manager):  # type: ignore[misc]  # a class that Django makes
        def __init__(self) -> None:
            # Not that of the related manager. Django calls this one without arguments too.
            super(related_manager, self).__init__()

        def start(self) -> AnyQuerySet:
            return super(related_manager, self).get_queryset()

        def __getattr__(self, name: str) -> Any:
            raise InstanceNeededError(name)

    return Unbound


def _is_djangos(found: ToOne | ToMany) -> bool:
    return type(found.descriptor).__module__.startswith("django.")
