"""A response whose body is JSON, and the encoder that writes it."""

import json
import math
from collections.abc import Iterator, Set, ValuesView
from contextlib import suppress
from enum import Enum
from io import IOBase
from typing import Any, TypeGuard

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet
from django.db.models.manager import BaseManager
from django.db.models.query import ModelIterable, RawQuerySet
from django.http import HttpResponse
from django.http import JsonResponse as DjangoJsonResponse
from django.http.response import ResponseHeaders

from django_extras.http._orjson import ALIKE, dumps
from django_extras.http.status import STATUSES_WITHOUT_CONTENT

_Path = tuple[Any, ...]


class JsonResponse(DjangoJsonResponse):
    """
    Send a value as JSON, in UTF-8 (RFC 8259 8.1).

    `data` is any JSON value; ``safe=True`` takes a dict only. `encoder` is a JSONEncoder class. DjangoJSONEncoder, the
    default, also writes enums, sets, generators, ``.values()`` querysets with names, and date, UUID, Decimal, lazy and
    enum keys; any other class is used unchanged. `json_dumps_params` are arguments of ``json.dumps()``. `options` are
    those of HttpResponse: ``status``, ``headers``, ...

    Raise TypeError for what JSON cannot hold, such as model instances and querysets. Raise ValueError for NaN and
    Infinity (unless `json_dumps_params` allows them), for two keys of a dict that become the same name (RFC 8259 4),
    for circular or too deeply nested data, and for a status that has no content. Where orjson is installed, it writes
    the same values compactly, unless the setting DJANGO_EXTRAS_ORJSON is False.
    """

    def __init__(
        self,
        data: Any,
        encoder: type[json.JSONEncoder] = DjangoJSONEncoder,
        safe: bool = False,
        json_dumps_params: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        if safe and not isinstance(data, dict):
            raise TypeError("In order to allow non-dict objects to be serialized set the safe parameter to False.")
        options["headers"] = headers = ResponseHeaders(options.get("headers") or {})
        if options.get("content_type") is None and "Content-Type" not in headers:
            options["content_type"] = "application/json"
        options["charset"] = "utf-8"
        # Django's own constructor encodes the data and warns about `safe`.
        HttpResponse.__init__(self, **options)
        require_content(self.status_code)
        self.content: bytes = encode(data, encoder, json_dumps_params)


def require_content(status: int) -> None:
    """Raise ValueError for a status whose responses have no content."""
    if status in STATUSES_WITHOUT_CONTENT:
        raise ValueError(
            f"A {status} response has no content, not even JSON. Send the data with another status, or leave it out "
            f"with HttpResponse(status={status})."
        )


def encode(
    data: Any, encoder: type[json.JSONEncoder] = DjangoJSONEncoder, params: dict[str, Any] | None = None
) -> bytes:
    """Return `data` as JSON in UTF-8, written by an encoder class with arguments of ``json.dumps()``."""
    if encoder is DjangoJSONEncoder:
        encoder = JsonEncoder
    writer = encoder(**{"allow_nan": False, **(params or {})})
    is_usual = encoder is JsonEncoder and params in (None, {}, {"ensure_ascii": False})
    if is_usual and getattr(settings, "DJANGO_EXTRAS_ORJSON", True):
        content = dumps(data, writer.default)
        if content is not None:
            return content
    return _encode_by_library(data, writer)


def _encode_by_library(data: Any, writer: json.JSONEncoder) -> bytes:
    try:
        text = _write(writer, data)
    except RecursionError:
        raise ValueError("The data is nested too deeply to be written as JSON.") from None
    except ValueError:
        # This raises an error that says where the fault is, if it finds it.
        with suppress(TypeError, RecursionError):
            _Mender(writer).mend(data)
        raise
    if isinstance(text, bytes):
        return text
    # The only characters that UTF-8 lacks are lone surrogates, and Python's escape for them is also JSON's.
    return text.encode("utf-8", "backslashreplace")


def _write(writer: json.JSONEncoder, data: Any) -> str:
    """Return what the encoder writes. Raise ValueError if an object in it has a name twice (RFC 8259 4)."""
    kind = type(writer)
    is_known = kind.encode in {json.JSONEncoder.encode, JsonEncoder.encode}
    if not is_known or kind.iterencode is not json.JSONEncoder.iterencode:
        return writer.encode(data)  # What it makes of the data, it alone knows.
    default, has_own_default, written = writer.default, "default" in vars(writer), [data]

    def recorded(value: Any) -> Any:
        simpler = default(value)
        if simpler.__class__ not in _SCALARS:
            written.append(simpler)
        return simpler

    vars(writer)["default"] = recorded
    try:
        text = writer.encode(data)
    finally:
        if has_own_default:
            vars(writer)["default"] = default
        else:
            del vars(writer)["default"]
    name = _repeated_name(written)
    if name is not None:
        raise ValueError(f"Two keys of an object become {name!r}.")
    return text


def _repeated_name(written: list[Any]) -> str | None:
    """Return a name that an object in the values has twice, None if there is none."""
    containers: list[Any] = [written]
    for values in containers:
        for value in values:
            kind = value.__class__
            if kind in _SCALARS:
                continue
            if kind is dict and _STR.issuperset(map(type, value)):
                containers.append(value.values())
            elif isinstance(value, dict):
                items = value.items()
                containers.append([item for _, item in items])
                names = set()
                for name in (_json_name(key) for key, _ in items if _is_json_key(key)):
                    if name in names:
                        return name
                    names.add(name)
            elif isinstance(value, list | tuple):
                containers.append(value)
    return None


_SCALARS = ALIKE | {float}
_STR = frozenset({str})


def _is_json_key(key: object) -> bool:
    return key is None or isinstance(key, str | int | float)


def _json_name(key: str | float | None) -> str:
    """Return the name that the standard library writes for a key."""
    return str.__str__(key) if isinstance(key, str) else json.dumps(key)


class JsonEncoder(DjangoJSONEncoder):
    """
    Write what Django's encoder writes, and enums, sets, iterators, ``.values()`` querysets and keys with a text form.

    Encode once with the encoder in C. Only where that gives up, go through the data in Python: to turn keys into text,
    or to name the place of the fault. An instance encodes once.
    """

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self._consumed: dict[int, tuple[Iterator[Any], list[Any]]] = {}
        self._failure: Exception | None = None

    def encode(self, o: Any) -> str:
        """Return `o` as JSON text."""
        try:
            return super().encode(o)
        except (TypeError, ValueError, RecursionError) as error:
            if error is self._failure:
                raise
        return super().encode(_Mender(self).mend(o))

    def default(self, o: Any) -> Any:
        """Return something simpler that stands for `o`."""
        if isinstance(o, Enum):
            return o.value
        if isinstance(o, Iterator) and not isinstance(o, IOBase):
            return self._consume(o)
        if isinstance(o, Set):
            # A stable order, so that equal data has equal bytes.
            with suppress(TypeError):
                return sorted(o)
            return list(o)
        if isinstance(o, ValuesView) or (isinstance(o, QuerySet) and has_names(o)):
            return list(o)
        if isinstance(o, Model | QuerySet | RawQuerySet | BaseManager):
            raise TypeError(
                f"Object of type {type(o).__name__} is not JSON serializable, as a response does not guess which "
                "fields of a model may leave. Name its fields in json_fields of a JsonResponseMixin view, or pass "
                ".values() with their names"
            )
        return [o.lower, o.upper] if _is_range(o) else super().default(o)

    def _consume(self, iterator: Iterator[Any]) -> list[Any]:
        """Return the items of an iterator, again if it was asked for before."""
        if self._failure is not None:
            raise self._failure
        if id(iterator) not in self._consumed:
            try:
                # Kept beside its items, so that no other object gets its id.
                self._consumed[id(iterator)] = iterator, list(iterator)
            except Exception as error:
                self._failure = error
                raise
        return self._consumed[id(iterator)][1]


def simplify(value: Any) -> Any:
    """Return a date, time, duration, Decimal, UUID, lazy string or range as the encoder writes it, or the value."""
    try:
        return _DJANGO_ENCODER.default(value)
    except (TypeError, ValueError):
        return [simplify(value.lower), simplify(value.upper)] if _is_range(value) else value


def _is_range(value: object) -> TypeGuard[Any]:
    """Tell whether a value is a range of PostgreSQL, whichever driver it comes from."""
    return hasattr(value, "lower_inc") and hasattr(value, "upper_inc")


_DJANGO_ENCODER = DjangoJSONEncoder()


class _Mender:
    """Rebuild data so that the encoder in C can write it, or raise an error that names the place of the fault."""

    def __init__(self, encoder: json.JSONEncoder) -> None:
        self.encoder = encoder
        self.parents: set[int] = set()

    def mend(self, value: Any, path: _Path = ()) -> Any:
        if value is None or isinstance(value, str | int):
            return value
        if isinstance(value, float):
            return self.number(value, path)
        if id(value) in self.parents:
            raise ValueError(f"Circular reference detected: {_place(path)} contains itself.")
        self.parents.add(id(value))
        try:
            if isinstance(value, dict):
                return self.mapping(value, path)
            if isinstance(value, list | tuple):
                return [self.mend(item, (*path, index)) for index, item in enumerate(value)]
            return self.mend(self.default(value, path), path)
        finally:
            self.parents.discard(id(value))

    def number(self, value: float, path: _Path, which: str = "") -> float:
        if math.isfinite(value) or self.encoder.allow_nan:
            return value
        raise ValueError(
            f"Out of range float values are not JSON compliant: {which}{_place(path)} is {float(value)!r}. Send None "
            'or a string instead, or pass json_dumps_params={"allow_nan": True} if all clients take it.'
        )

    def mapping(self, value: dict[Any, Any], path: _Path) -> dict[Any, Any]:
        mended: dict[Any, Any] = {}
        names: set[str] = set()
        for key, item in value.items():
            mended_key = self.key(key, path)
            if not _is_json_key(mended_key):
                continue  # as skipkeys says
            name = _json_name(mended_key)
            if name in names:
                raise ValueError(f"Two keys of {_place(path)} become {name!r}.")
            names.add(name)
            mended[mended_key] = self.mend(item, (*path, key))
        return mended

    def key(self, key: Any, path: _Path) -> Any:
        name = key
        while not (_is_json_key(name) or self.encoder.skipkeys):
            try:
                name = self.encoder.default(name)
            except TypeError:
                raise TypeError(
                    f"keys must be str, int, float, bool or None, or become one of them, not {type(key).__name__}: "
                    f"{_place(path)} has the key {key!r}."
                ) from None
        return self.number(name, path, "a key of ") if isinstance(name, float) else name

    def default(self, value: Any, path: _Path) -> Any:
        try:
            return self.encoder.default(value)
        except (TypeError, ValueError) as error:
            if type(error) not in (TypeError, ValueError) or error is getattr(self.encoder, "_failure", None):
                raise
            raise type(error)(f"{str(error).rstrip('.')}. It is {_place(path)}.") from error


def _place(path: _Path) -> str:
    """Return the path as Python code. Some enums have no repr()."""
    keys = (f"{type(key).__name__}.{key.name}" if isinstance(key, Enum) else repr(key) for key in path)
    return "".join(["data", *(f"[{key}]" for key in keys)])


def has_names(queryset: Any) -> bool:  # whose names the stubs leave out
    """Tell whether a queryset yields values that it names. ``.values()`` without names is every column."""
    return not issubclass(queryset._iterable_class, ModelIterable) and queryset._fields != ()
