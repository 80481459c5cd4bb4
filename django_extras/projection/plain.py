"""Write rows the plain way: read attributes of instances, keys of dicts. Right for everything that Python can hold."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from operator import attrgetter
from typing import Any
from weakref import WeakKeyDictionary

from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.db.models import JSONField, Model, QuerySet
from django.db.models.manager import BaseManager

from django_extras.projection.columns import PLAIN, Simplify
from django_extras.projection.names import (
    AnyQuerySet,
    Attribute,
    Column,
    Name,
    ToMany,
    ToOne,
    find,
    is_file,
    missing,
    require,
    sent_fields,
)
from django_extras.projection.queries import Needs, is_preparable, load, yields_models
from django_extras.projection.sensitive import Allowed, refuse_sensitive, refuse_values
from django_extras.projection.tree import Node

Nodes = tuple[Node, ...]
Reader = Callable[[Any], Any]


class PlainWriter:
    """Write rows of the nodes of a list of fields. `owner` names the list in errors."""

    def __init__(
        self, nodes: Nodes, owner: str, allow_sensitive: Allowed = False, simplify: Simplify | None = None
    ) -> None:
        self.nodes = nodes
        self.allow_sensitive = allow_sensitive
        self.simplify: Simplify = simplify or _keep
        self.owner = owner
        # The tree keeps its nodes alive, so the id of a node stays its own.
        self._rows: WeakKeyDictionary[type, dict[int, list[tuple[str, Reader, bool]]]] = WeakKeyDictionary()
        self._needs: WeakKeyDictionary[type, dict[tuple[tuple[str, ...], int], Needs]] = WeakKeyDictionary()
        self._steps: WeakKeyDictionary[type, dict[tuple[tuple[str, ...], int], Reader]] = WeakKeyDictionary()

    def rows(self, objects: Iterable[Any]) -> list[dict[str, Any]]:
        """Return a row for each object."""
        return [self._row(each, self.nodes) for each in objects]

    def _row(self, subject: Any, nodes: Nodes) -> dict[str, Any]:
        # Not type(): a lazy object stands for an instance of another class.
        cached = self._rows.setdefault(subject.__class__, {})
        readers = cached.get(id(nodes))
        if readers is None:
            readers = cached[id(nodes)] = [
                (node.key, self._reader(subject, node, node.path), node.is_raw) for node in nodes
            ]
        return {
            key: value if (value := read(subject)).__class__ in PLAIN or is_raw else self.simplify(value)
            for key, read, is_raw in readers
        }

    def _value(self, node: Node, path: tuple[str, ...], subject: Any) -> Any:
        """Return what a path or nested fields show of a related object, of each of many, or None of none."""
        if isinstance(subject, BaseManager):
            subject = subject.all()
        if subject is None:
            return None
        if _is_many(subject):
            return [self._value(node, path, each) for each in self._loaded(subject, node, path)]
        if not path:
            return self._row(subject, node.fields or ())
        cached = self._steps.setdefault(subject.__class__, {})
        read = cached.get((path, id(node)))
        if read is None:
            read = cached[path, id(node)] = self._reader(subject, node, path)
        return read(subject)

    def _loaded(self, subjects: Iterable[Any], node: Node, path: tuple[str, ...]) -> Iterable[Any]:
        """Return objects that no relation led to, such as a queryset in a context, with what they show loaded."""
        if is_preparable(subjects):
            return self._needs_of(node, path, subjects.model).apply(subjects)
        queryset: AnyQuerySet = subjects
        if isinstance(subjects, QuerySet) and not yields_models(subjects):
            names = ["__".join(path)] if path else [each.name for each in node.fields or ()]
            refuse_values(subjects, names, self.owner, self.allow_sensitive)
        # What a relation gives has a hint at whose it is.
        elif isinstance(subjects, list) or (isinstance(subjects, QuerySet) and not queryset._hints):
            load(subjects, partial(self._needs_of, node, path))
        return subjects

    def _needs_of(self, node: Node, path: tuple[str, ...], model: type[Model]) -> Needs:
        cached = self._needs.setdefault(model, {})
        needs = cached.get((path, id(node)))
        if needs is None:
            nodes = node.fields or () if not path else (Node("", path, node.fields),)
            needs = cached[path, id(node)] = Needs.of(model, nodes)
        return needs

    def _reader(self, subject: Any, node: Node, path: tuple[str, ...]) -> Reader:
        if not isinstance(subject, Model) or len(path) == 1 or node.fields is not None:
            return self._path_reader(subject, node, path)
        whole = "__".join(path)
        by_path: Reader | None = None

        def read(instance: Model) -> Any:
            nonlocal by_path
            # An annotation, which other rows may lack.
            if whole in vars(instance):
                return self._read_attribute(whole, instance)
            if by_path is None:
                by_path = self._path_reader(instance, node, path)
            return by_path(instance)

        return read

    def _path_reader(self, subject: Any, node: Node, path: tuple[str, ...]) -> Reader:
        name, rest, whole, fields = path[0], path[1:], "__".join(path), node.fields
        if isinstance(subject, Model):
            found = self._find(subject, name)
            is_json = isinstance(found, Column) and isinstance(found.field, JSONField)
            if fields is None and (not rest or is_json):
                # Another model than that of the relation may have led here.
                refuse_sensitive(node.name, self.owner, self.allow_sensitive, *sent_fields(found))
            if fields is None and not rest:
                return self._leaf_reader(found)
            if isinstance(found, Column):
                if fields is None and is_json:
                    return partial(_read_json, found.attname, rest)
                raise ImproperlyConfigured(
                    f'{self.owner} goes on from "{name}", which is a column of {subject.__class__.__name__} and no '
                    "relation."
                )
            step = self._leaf_reader(found) if isinstance(found, Attribute) else partial(_read_related, found.accessor)
        elif isinstance(subject, Mapping):
            step = partial(self._read_item, name)
        else:
            step = partial(self._read_attribute, name)
        if fields is None and not rest:
            return step
        if fields is None and isinstance(subject, Mapping):
            # .values() has whole paths for keys.
            return lambda row: row[whole] if whole in row else self._value(node, rest, step(row))
        return lambda subject: self._value(node, rest, step(subject))

    def _find(self, instance: Model, name: str) -> Name:
        model = instance.__class__
        found = find(model, name)
        if found is None:
            # What an annotation, Prefetch(to_attr=...) or the view's own code put on the instance.
            own = {key for key in vars(instance) if not key.startswith("_")}
            found = require(model, name, self.owner, own)
        return found

    def _leaf_reader(self, found: Name) -> Reader:
        match found:
            case Column() if is_file(found):
                return partial(_read_url, found.attname)
            case Column():
                return attrgetter(found.attname)
            case ToOne(key=str(key)):
                return attrgetter(key)
            case ToOne():
                return partial(_read_related_key, found.accessor)
            case ToMany():
                return partial(_read_keys, found.accessor)
        return partial(self._read_attribute, found.name)

    def _read_item(self, name: str, subject: Mapping[str, Any]) -> Any:
        if name not in subject:
            raise missing(self.owner, "the row", name, map(str, subject))
        return subject[name]

    def _read_attribute(self, name: str, subject: Any) -> Any:
        try:
            value = getattr(subject, name)
        except AttributeError:
            if hasattr(subject.__class__, name):
                raise
            names = [each for each in dir(subject) if not each.startswith("_")]
            raise missing(self.owner, subject.__class__.__name__, name, names) from None
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


def _read_json(attname: str, path: tuple[str, ...], instance: Model) -> Any:
    return dig(getattr(instance, attname), path)


def dig(value: Any, path: tuple[str, ...]) -> Any:
    """Return what is at a path of keys and indexes in JSON data, or None if nothing is."""
    for name in path:
        if isinstance(value, list):
            value = value[int(name)] if name.isdecimal() and int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def _read_related(accessor: str, instance: Model) -> Any:
    try:
        return getattr(instance, accessor)
    except ObjectDoesNotExist:
        return None


def _read_related_key(accessor: str, instance: Model) -> Any:
    related = _read_related(accessor, instance)
    return None if related is None else related.pk


def _read_keys(accessor: str, instance: Model) -> list[Any]:
    return [each.pk for each in getattr(instance, accessor).all()]
