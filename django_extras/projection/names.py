"""Find out what a name is on a model: a column, a relation to one or to many, or an attribute. Once per model."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partialmethod
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models
from django.db.models.fields.files import FileField
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.manager import ManagerDescriptor
from django.db.models.query_utils import DeferredAttribute

# Fields are of many unrelated classes: Field, ForeignObjectRel, GenericForeignKey.
AnyField = Any
# The stubs leave out the private attributes of querysets, and most of what their queries and expressions have.
AnyQuerySet = Any
AnyQuery = Any
AnyExpression = Any


@dataclass(frozen=True, slots=True)
class Column:
    """A value of the row itself."""

    attname: str
    field: AnyField
    #: What the class has under the name of the attribute.
    descriptor: Any

    @property
    def is_stored(self) -> bool:
        """Whether the attribute is what the column holds. Fields of some classes make something else of it."""
        return type(self.descriptor) in (DeferredAttribute, ForeignKeyDeferredAttribute)


@dataclass(frozen=True, slots=True)
class Relation:
    """A way to other objects. `model` is None if it differs from row to row, as generic foreign keys do."""

    accessor: str
    field: AnyField
    model: type[models.Model] | None
    #: What the class has under the name.
    descriptor: Any

    @property
    def is_reverse(self) -> bool:
        """Whether a field of the other model makes the relation."""
        return bool(self.field.auto_created and not self.field.concrete)


@dataclass(frozen=True, slots=True)
class ToOne(Relation):
    """A relation to one object or none."""

    #: The attribute that holds the key, or None if the key is in the other table.
    key: str | None


@dataclass(frozen=True, slots=True)
class ToMany(Relation):
    """A relation to any number of objects."""

    model: type[models.Model]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A value that the database does not have, such as a property or a method without arguments."""

    name: str


Name = Column | Relation | Attribute


def find(model: type[models.Model], name: str) -> Name | None:
    """Return what `name` is on a model, or None if there is no such name that may be sent."""
    field = _field(model, name)
    if field is None:
        return Attribute(name) if _is_readable(model, name) else None
    is_many = field.many_to_many or field.one_to_many
    if field.is_relation and (is_many or name not in {"pk", field.attname if field.concrete else None}):
        is_reverse = field.auto_created and not field.concrete
        if is_reverse and field.hidden:
            return None
        accessor = field.get_accessor_name() if is_reverse else field.name
        descriptor = inspect.getattr_static(model, accessor, None)
        if is_many:
            return ToMany(accessor, field, field.related_model, descriptor)
        # A generic relation to one names the field that holds its key.
        key: AnyField = field if field.related_model is not None else model._meta.get_field(field.fk_field)
        return ToOne(accessor, field, field.related_model, descriptor, key.attname if key.concrete else None)
    # A class can put a property in the place of a field's own descriptor.
    descriptor = inspect.getattr_static(model, field.attname, None)
    if not isinstance(descriptor, DeferredAttribute) and field.column is not None:
        return Attribute(name)
    if isinstance(field, models.BinaryField):
        raise ImproperlyConfigured(
            f"{model.__name__}.{name} holds bytes, which JSON cannot hold. Name a property that turns them into text "
            "instead."
        )
    return Column(field.attname, field, descriptor)


def sent_fields(found: Name) -> tuple[AnyField, ...]:
    """Return the model fields whose values are sent under a name without fields of its own."""
    match found:
        case Column():
            return (found.field,)
        case ToOne(key=str(key)):
            return (found.field.model._meta.get_field(key),)
        case Relation(model=model) if model is not None:
            return (model._meta.pk,)
    return ()


def is_file(name: Name | None) -> bool:
    """Tell whether a name is a column whose value is a file, which JSON shows by its URL."""
    return isinstance(name, Column) and isinstance(name.field, FileField)


def require(model: type[models.Model], name: str, owner: str, extra: Iterable[str] = ()) -> Name:
    """Return what `name` is on a model or among `extra` names. Raise ImproperlyConfigured that lists what there is."""
    found = find(model, name) or (Attribute(name) if name in extra else None)
    if found is None:
        raise missing(owner, model.__name__, name, [*extra, *(each for each in dir(model) if _is_listed(model, each))])
    return found


def missing(owner: str, subject: str, name: str, available: Iterable[str]) -> ImproperlyConfigured:
    """Return the error for a name that is not there."""
    choices = ", ".join(sorted(set(available))) or "nothing"
    return ImproperlyConfigured(f'{owner} has "{name}", which {subject} has not. There is: {choices}.')


def _field(model: type[models.Model], name: str) -> AnyField | None:
    options = model._meta
    if name == "pk":
        return options.pk
    try:
        return options.get_field(name)
    except FieldDoesNotExist:
        relations = options.related_objects
        return next((relation for relation in relations if relation.get_accessor_name() == name), None)


def _is_readable(model: type[models.Model], name: str) -> bool:
    if hasattr(models.Model, name):
        return False
    attribute = inspect.getattr_static(model, name, None)
    is_of_all_instances = isinstance(attribute, type | ManagerDescriptor)
    if attribute is None or is_of_all_instances or getattr(attribute, "alters_data", False):
        return False
    if inspect.isfunction(attribute):
        return _takes(attribute, 1) and not inspect.iscoroutinefunction(attribute)
    if isinstance(attribute, staticmethod):
        return _takes(attribute.__func__, 0)
    if isinstance(attribute, classmethod):
        return _takes(attribute.__func__, 1)
    return True


def _takes(function: Any, count: int) -> bool:
    try:
        inspect.signature(function).bind(*[None] * count)
    except TypeError:
        return False
    return True


def _is_listed(model: type[models.Model], name: str) -> bool:
    if name.startswith("_") or isinstance(inspect.getattr_static(model, name), partialmethod):
        return False
    try:
        return find(model, name) is not None
    except ImproperlyConfigured:
        return False
