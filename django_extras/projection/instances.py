"""Write rows from instances: read attributes of objects, keys of dicts. Right for everything that Python can hold."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from operator import attrgetter
from typing import Any
from weakref import WeakKeyDictionary

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.db.models.manager import BaseManager

from django_extras.projection.columns import JSON_TYPES, Simplify, dig
from django_extras.projection.names import AnyQuerySet, Column, Relation, ToMany, ToOne, is_file, missing
from django_extras.projection.queries import Needs, is_preparable, load, needs_of
from django_extras.projection.sensitive import refuse_values
from django_extras.projection.steps import Walker
from django_extras.projection.terms import TERM
from django_extras.projection.tree import Node, Nodes

Reader = Callable[[Any], Any]


class InstanceWriter:
    """
    Write what nodes show of objects: a row for each, or without `has_row` the value of the only node.

    Each level of a list of fields has its own. How to read an object is found once per class; reading runs per row.
    """

    def __init__(self, walker: Walker, nodes: Nodes, simplify: Simplify | None, *, has_row: bool = True) -> None:
        self.walker = walker
        self.nodes = nodes
        self.simplify: Simplify = simplify or _keep
        self.has_row = has_row
        self._readers: WeakKeyDictionary[type, list[tuple[str, Reader]]] = WeakKeyDictionary()
        self._needs: WeakKeyDictionary[type[Model], Needs] = WeakKeyDictionary()

    def rows(self, objects: Iterable[Any]) -> list[Any]:
        """Return a row for each object."""
        return [self._row(each) for each in objects]

    def load(self, objects: Iterable[Any]) -> Iterable[Any]:
        """Return objects that no relation led to, such as a queryset in a context, with what is shown loaded."""
        if is_preparable(objects):
            return self._needs_of(objects.model).apply(objects)
        queryset: AnyQuerySet = objects
        refuse_values(objects, self.walker.owner, self.walker.allow_sensitive, [node.name for node in self.nodes])
        # What a relation gives has a hint at whose it is.
        if isinstance(objects, list) or (isinstance(objects, QuerySet) and not queryset._hints):
            load(objects, self._needs_of)
        return objects

    def _needs_of(self, model: type[Model]) -> Needs:
        if model not in self._needs:
            self._needs[model] = needs_of(model, self.nodes)
        return self._needs[model]

    def _row(self, subject: Any) -> Any:
        # Not type(): a lazy object stands for an instance of another class.
        readers = self._readers.get(subject.__class__)
        if readers is None:
            readers = [(node.key, self._reader(subject, node)) for node in self.nodes]
            self._readers[subject.__class__] = readers
        if not self.has_row:
            return readers[0][1](subject)
        return {
            key: value if (value := read(subject)).__class__ in JSON_TYPES else self.simplify(value)
            for key, read in readers
        }

    def _show(self, subject: Any) -> Any:
        """Return what is shown of a related object, of each of many, or None of none."""
        if isinstance(subject, BaseManager):
            subject = subject.all()
        if subject is None:
            return None
        if _is_many(subject):
            return [self._show(each) for each in self.load(subject)]
        return self._row(subject)

    def _reader(self, subject: Any, node: Node) -> Reader:
        """Return the function that reads what a node shows of an object. Once per class."""
        if isinstance(subject, Model):
            is_path = node.fields is None and node.below is not None
            return self._path_reader(node) if is_path else self._model_reader(subject, node)
        name, whole = node.path[0], node.name
        if not isinstance(subject, Mapping):
            return self._follow(partial(self._read_attribute, name), node)
        read = self._follow(partial(self._read_item, name, node.below is None), node)
        if node.fields is not None or node.below is None:
            return read
        # .values() has whole paths for keys.
        return lambda row: row[whole] if whole in row else read(row)

    def _path_reader(self, node: Node) -> Reader:
        whole = node.name
        by_path: Reader | None = None

        def read(instance: Model) -> Any:
            nonlocal by_path
            # An annotation, which other rows may lack.
            if whole in vars(instance):
                return self._read_attribute(whole, instance)
            if by_path is None:
                by_path = self._model_reader(instance, node)
            return by_path(instance)

        return read

    def _model_reader(self, instance: Model, node: Node) -> Reader:
        # What an annotation, Prefetch(to_attr=...) or the view's own code put on the instance.
        own = dict.fromkeys(key for key in vars(instance) if not key.startswith(("_", TERM)))
        is_leaf = node.below is None
        match self.walker.find(instance.__class__, node, own):
            case Column() as found if is_leaf:
                return partial(_read_url, found.attname) if is_file(found) else attrgetter(found.attname)
            case Column(attname=attname):
                return lambda instance: dig(getattr(instance, attname), node.path[1:])
            case ToOne(model=None) as found if is_leaf:
                return partial(self._read_generic_key, found, node)
            case ToOne(key=str(key)) if is_leaf:
                return attrgetter(key)
            case ToOne(accessor=accessor) if is_leaf:
                return partial(_read_related_key, accessor)
            case ToMany(accessor=accessor) if is_leaf:
                return lambda instance: [each.pk for each in getattr(instance, accessor).all()]
            case Relation(accessor=accessor):
                return self._follow(partial(_read_related, accessor), node)
            case found:
                return self._follow(partial(self._read_attribute, found.name), node)

    def _follow(self, read: Reader, node: Node) -> Reader:
        """Return the function that goes on from what the first name of a node leads to."""
        if node.below is None:
            return read
        show = InstanceWriter(self.walker, node.below, self.simplify, has_row=node.has_row)._show
        return lambda subject: show(read(subject))

    def _read_generic_key(self, found: ToOne, node: Node, instance: Model) -> Any:
        field = found.field
        kind = getattr(instance, field.model._meta.get_field(field.ct_field).attname)
        if kind is not None:
            model = field.get_content_type(id=kind, using=instance._state.db).model_class()
            self.walker.judge(node, model and model._meta.pk)
        return getattr(instance, str(found.key))

    def _read_item(self, name: str, is_sent: bool, subject: Mapping[str, Any]) -> Any:
        if name not in subject:
            raise missing(self.walker.owner, "the row", name, map(str, subject))
        if is_sent:
            refuse_values(subject[name], self.walker.owner, self.walker.allow_sensitive)
        return subject[name]

    def _read_attribute(self, name: str, subject: Any) -> Any:
        try:
            value = getattr(subject, name)
        except AttributeError:
            if hasattr(subject.__class__, name):
                raise
            names = [each for each in dir(subject) if not each.startswith("_")]
            raise missing(self.walker.owner, subject.__class__.__name__, name, names) from None
        if callable(value) and not isinstance(value, type | BaseManager) and not getattr(value, "alters_data", False):
            return value()
        return value


def _keep(value: Any) -> Any:
    return value


def _is_many(value: Any) -> bool:
    if isinstance(value, tuple):
        # A named tuple is one thing with attributes.
        return not hasattr(value, "_fields")
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)


def _read_url(attname: str, instance: Model) -> str | None:
    file = getattr(instance, attname)
    return file.url if file else None


def _read_related(accessor: str, instance: Model) -> Any:
    try:
        return getattr(instance, accessor)
    except ObjectDoesNotExist:
        return None


def _read_related_key(accessor: str, instance: Model) -> Any:
    related = _read_related(accessor, instance)
    return None if related is None else related.pk
