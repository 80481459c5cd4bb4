"""A response whose body is JSON, and the encoder that writes it."""

import json
import math
from collections.abc import Iterator, Set, ValuesView
from contextlib import suppress
from enum import Enum
from io import IOBase
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet
from django.db.models.manager import BaseManager
from django.db.models.query import ModelIterable, RawQuerySet
from django.http import HttpResponse
from django.http import JsonResponse as DjangoJsonResponse
from django.http.response import ResponseHeaders

from django_extras.http._orjson import dumps
from django_extras.http.status import STATUSES_WITHOUT_CONTENT


class JsonResponse(DjangoJsonResponse):
    """
    Send a value as JSON, in UTF-8 (RFC 8259 8.1).

    `data` is any JSON value; ``safe=True`` takes a dict only. `encoder` is a JSONEncoder class. DjangoJSONEncoder, the
    default, also writes enums, sets, generators, ``.values()`` querysets with names, and date, UUID, Decimal, lazy and
    enum keys; any other class is used as it is. `json_dumps_params` are arguments of ``json.dumps()``. `options` are
    those of HttpResponse: ``status``, ``headers``, ...

    Raise TypeError for what JSON cannot hold, model instances and querysets among it, and ValueError for NaN and
    Infinity (unless `json_dumps_params` allows them), for circular or too deeply nested data, and for a status that
    has no content. Where orjson is installed, it writes the same values compactly, unless the setting
    DJANGO_EXTRAS_ORJSON is False.
    """

    def __init__(
        self,
        data: Any,
        encoder: type[json.JSONEncoder] = DjangoJSONEncoder,
        *,
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
    if encoder is JsonEncoder and params in (None, {}, {"ensure_ascii": False}) and _uses_orjson():
        content = dumps(data, writer.default)
        if content is not None:
            return content
    try:
        text = writer.encode(data)
    except RecursionError:
        raise ValueError("The data is nested too deeply to be written as JSON.") from None
    except ValueError:
        if not isinstance(writer, JsonEncoder):
            with suppress(TypeError, RecursionError):
                _Mender(writer).mend(data, "data")
        raise
    if isinstance(text, bytes):
        return text
    # The only characters that UTF-8 lacks are lone surrogates, and Python's escape for them is also JSON's.
    return text.encode("utf-8", "backslashreplace")


def _uses_orjson() -> bool:
    """Tell whether orjson may be used: DJANGO_EXTRAS_ORJSON, True unless the settings say otherwise."""
    return bool(getattr(settings, "DJANGO_EXTRAS_ORJSON", True))


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
        return super().encode(_Mender(self).mend(o, "data"))

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
        return super().default(o)

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
    """Return a date, time, duration, Decimal, UUID or lazy string as the encoder writes it, all else as it is."""
    try:
        return _DJANGO_ENCODER.default(value)
    except (TypeError, ValueError):
        return value


_DJANGO_ENCODER = DjangoJSONEncoder()


class _Mender:
    """Rebuild data so that the encoder in C can write it, or raise an error that names the place of the fault."""

    def __init__(self, encoder: json.JSONEncoder) -> None:
        self.encoder = encoder
        self.parents: set[int] = set()

    def mend(self, value: Any, path: str) -> Any:
        if value is None or isinstance(value, str | int):
            return value
        if isinstance(value, float):
            return self.number(value, path)
        if id(value) in self.parents:
            raise ValueError(f"Circular reference detected: {path} contains itself.")
        self.parents.add(id(value))
        try:
            if isinstance(value, dict):
                return self.mapping(value, path)
            if isinstance(value, list | tuple):
                return [self.mend(item, f"{path}[{index}]") for index, item in enumerate(value)]
            return self.mend(self.default(value, path), path)
        finally:
            self.parents.discard(id(value))

    def number(self, value: float, path: str) -> float:
        if math.isfinite(value) or self.encoder.allow_nan:
            return value
        raise ValueError(
            f"Out of range float values are not JSON compliant: {path} is {float(value)!r}. Send None or a string "
            'instead, or pass json_dumps_params={"allow_nan": True} if all clients take it.'
        )

    def mapping(self, value: dict[Any, Any], path: str) -> dict[Any, Any]:
        mended: dict[Any, Any] = {}
        for key, item in value.items():
            name = self.key(key, path)
            if name in mended:
                raise ValueError(f"Two keys of {path} become {name!r}.")
            mended[name] = self.mend(item, f"{path}[{key!r}]")
        return mended

    def key(self, key: Any, path: str) -> Any:
        name = key
        while not (name is None or isinstance(name, str | int | float) or self.encoder.skipkeys):
            try:
                name = self.encoder.default(name)
            except TypeError:
                raise TypeError(
                    f"keys must be str, int, float, bool or None, or become one of them, not {type(key).__name__}: "
                    f"{path} has the key {key!r}."
                ) from None
        return self.number(name, f"a key of {path}") if isinstance(name, float) else name

    def default(self, value: Any, path: str) -> Any:
        try:
            return self.encoder.default(value)
        except (TypeError, ValueError) as error:
            if type(error) not in (TypeError, ValueError) or error is getattr(self.encoder, "_failure", None):
                raise
            raise type(error)(f"{str(error).rstrip('.')}. It is {path}.") from error


def has_names(queryset: Any) -> bool:  # whose names the stubs leave out
    """Tell whether a queryset yields values that it names. ``.values()`` without names is every column."""
    return not issubclass(queryset._iterable_class, ModelIterable) and queryset._fields != ()
