import datetime
import enum
import json
import re
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, Optional, TypedDict

import pytest
from django.contrib.postgres import fields
from django.db import models
from django.db.models import Avg, Count, F, Value
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from django_extras.http.json import encode, simplify
from django_extras.projection.projector import Projector, added_names
from django_extras.projection.schema import RowSchemas, column_schema, hint_schema, nullable, return_type
from django_extras.projection.steps import Walker
from django_extras.projection.tree import parse
from tests.binding.test_law import COLUMNS, objects
from tests.entries import Entry
from tests.models import Author, Book, Publisher
from tests.shapes import Badge, Note, Person, Upper, UpperField


def schema_of(model: type[models.Model], fields: Any, queryset: Any = None) -> Any:
    added = added_names(queryset if queryset is not None else model._base_manager.all())
    nodes = parse(fields, "Test.json_fields")
    steps = Walker("Test.json_fields").walk(model, nodes, added)
    return RowSchemas(added, True, lambda model, name: None).row(model, steps)


def refuse_invalid(schema: Any, fields: Any, queryset: Any) -> list[Any]:
    Draft202012Validator.check_schema(schema)
    rows = json.loads(encode(Projector(fields, "Test.json_fields", False, simplify).rows(queryset)))
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for row in rows:
        validator.validate(row)
    return rows


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(values=objects(Entry, dict(COLUMNS)))
def test_rows_are_valid(db: None, values: dict[str, Any]) -> None:
    instance = Entry.objects.create(**values)
    names = [*COLUMNS, "publisher", "team", "person", "authors"]

    refuse_invalid(schema_of(Entry, names), names, Entry.objects.filter(pk=instance.pk))


@pytest.mark.parametrize(
    ("field", "schema"),
    [
        (models.BooleanField(), {"type": "boolean"}),
        (
            models.CharField(max_length=3, help_text="A code."),
            {"type": "string", "maxLength": 3, "description": "A code."},
        ),
        (models.TextField(), {"type": "string"}),
        (models.EmailField(), {"type": "string", "maxLength": 254, "format": "email"}),
        (models.URLField(blank=True), {"type": "string", "maxLength": 200}),
        (models.UUIDField(), {"type": "string", "format": "uuid"}),
        (models.GenericIPAddressField(protocol="IPv4"), {"type": "string", "format": "ipv4"}),
        (models.GenericIPAddressField(), {"type": "string"}),
        (
            models.SmallIntegerField(),
            {"type": "integer", "minimum": -(2**15), "maximum": 2**15 - 1, "format": "int32"},
        ),
        (
            models.PositiveBigIntegerField(),
            {"type": "integer", "minimum": 0, "maximum": 2**63 - 1, "format": "int64"},
        ),
        (models.DecimalField(max_digits=3, decimal_places=0), {"type": "string", "pattern": r"^-?\d{1,3}$"}),
        (
            models.DecimalField(max_digits=9, decimal_places=9),
            {"type": "string", "pattern": r"^-?\d+(\.\d+)?(E[+-]?\d+)?$"},
        ),
        (models.JSONField(), {}),
        (UpperField(max_length=3), {}),
        (
            models.CharField(max_length=1, choices={"a": "Apple", "b": "b"}, blank=True, help_text="A kind."),
            {"type": "string", "enum": ["a", "b", ""], "description": "A kind. a: Apple"},
        ),
        (
            models.DateField(choices=[("Soon", [(datetime.date(2026, 1, 2), "Then")])]),
            {"type": "string", "enum": ["2026-01-02"], "description": "2026-01-02: Then"},
        ),
        (
            models.GeneratedField(expression=F("a"), output_field=models.FloatField(), db_persist=True),
            {"type": "number"},
        ),
    ],
)
def test_a_column(field: Any, schema: Any) -> None:
    assert column_schema(field) == schema


def test_datetimes_without_zones(settings: Any) -> None:
    settings.USE_TZ = False

    [pattern] = [column_schema(models.DateTimeField())["pattern"]]

    assert re.fullmatch(pattern, "2026-01-02T03:04:05.123")
    assert not re.fullmatch(pattern, "2026-01-02T03:04:05Z")


def test_another_encoder_may_write_anything() -> None:
    assert column_schema(models.UUIDField(), is_plain=False) == {}
    assert column_schema(models.CharField(max_length=3), is_plain=False) == {"type": "string", "maxLength": 3}
    assert hint_schema(Decimal, is_plain=False) == {}
    assert hint_schema(list[Decimal], is_plain=False) == {"type": "array", "items": {}}


NULL = {"type": "null"}


class Size(TypedDict):
    width: int
    depth: "float | None"


class Color(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


class Mixed(enum.Enum):
    ONE = 1


class Pair(NamedTuple):
    one: int


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (Any, {}),
        (object, {}),
        (bool, {"type": "boolean"}),
        (int, {"type": "integer"}),
        (float, {"type": "number"}),
        (str, {"type": "string"}),
        (Upper, {"type": "string"}),
        (uuid.UUID, {"type": "string", "format": "uuid"}),
        (datetime.date, {"type": "string", "format": "date"}),
        (int | None, {"type": ["integer", "null"]}),
        (int | str, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        (int | object, {}),
        (Annotated[int, "seconds"], {"type": "integer"}),
        (Literal["a", 1], {"enum": ["a", 1]}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (Iterable[str], {"type": "array", "items": {"type": "string"}}),
        (list, {"type": "array"}),
        (dict, {"type": "object"}),
        (dict[str, int | None], {"type": "object", "additionalProperties": {"type": ["integer", "null"]}}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (
            tuple[int, str],
            {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2, "maxItems": 2},
        ),
        (
            Size,
            {
                "type": "object",
                "properties": {"width": {"type": "integer"}, "depth": {"type": ["number", "null"]}},
                "required": ["depth", "width"],
            },
        ),
        (Color, {"enum": ["red", "blue"]}),
        (Mixed, {}),
        (Pair, {}),
        (Optional[int], {"type": ["integer", "null"]}),  # noqa: UP045  # as older code has it
        (None | list[int], {"type": ["array", "null"], "items": {"type": "integer"}}),
        (None | dict[str, int], {"anyOf": [{"type": "object", "additionalProperties": {"type": "integer"}}, NULL]}),
    ],
)
def test_a_type(hint: Any, schema: Any) -> None:
    assert hint_schema(hint) == schema


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("greet", {"type": "string"}),
        ("boss_name", {"type": ["string", "null"]}),
        ("kind", {"type": "string"}),
        ("label", {"type": "string"}),
        ("nowhere", {}),
    ],
)
def test_an_attribute(name: str, schema: Any) -> None:
    assert hint_schema(return_type(Person, name)) == schema


def test_a_type_that_only_type_checkers_import() -> None:
    class Model:
        @property
        def size(self) -> "Nowhere":  # type: ignore[name-defined]  # noqa: F821
            return None

    assert hint_schema(return_type(Model, "size")) == {}


@pytest.mark.django_db
def test_relations_and_what_queries_add() -> None:
    publisher = Publisher.objects.create(name="p", city="c")
    Book.objects.create(title="a", price=1, publisher=publisher).authors.add(Author.objects.create(name="b"))
    Book.objects.create(title="lonely", price=2)
    fields = [
        "authors",
        ("writers", {"authors": ["name"]}),
        ("p", {"publisher": ["name", {"books": ["title"]}]}),
        "publisher__city",
        ("titles", "publisher__books__title"),
        "many",
        "mean",
        "text",
        "reading_time",
    ]
    queryset = Book.objects.annotate(many=Count("authors"), mean=Avg("pages"), text=Value("x")).order_by("pk")

    schema = schema_of(Book, fields, queryset)
    rows = refuse_invalid(schema, fields, queryset)

    assert [row["publisher__city"] for row in rows] == ["c", None]
    assert schema["properties"]["many"] == {"type": "integer"}
    assert schema["properties"]["mean"] == {"type": ["number", "null"]}
    assert schema["properties"]["text"] == {"type": ["string", "null"]}
    assert schema["properties"]["titles"]["type"] == ["array", "null"]


@pytest.mark.django_db
def test_generic_relations_and_keys_of_other_tables() -> None:
    person = Person.everyone.create(name="a", is_active=True)
    Badge.objects.create(person=person, number=1)
    Note.objects.create(text="n", subject=person)
    fields = ["badge", ("b", {"badge": ["number"]}), "team", "boss", "notes", ("t", {"team": ["code"]})]

    refuse_invalid(schema_of(Person, fields), fields, Person.everyone.all())
    refuse_invalid(schema_of(Note, ["text", "subject"]), ["text", "subject"], Note.objects.all())


def test_what_may_be_null_already_stays() -> None:
    assert nullable({"type": ["string", "null"]}) == {"type": ["string", "null"]}


def test_columns_of_postgresql() -> None:
    integers = {"type": ["integer", "null"], "minimum": -(2**31), "maximum": 2**31 - 1, "format": "int32"}

    assert column_schema(fields.ArrayField(models.IntegerField(), size=3)) == {
        "type": "array",
        "items": integers,
        "maxItems": 3,
    }
    assert column_schema(fields.ArrayField(models.BooleanField()))["items"] == {"type": ["boolean", "null"]}
    assert column_schema(fields.IntegerRangeField()) == {
        "type": "array",
        "items": integers,
        "minItems": 2,
        "maxItems": 2,
    }
    assert column_schema(fields.HStoreField()) == {
        "type": "object",
        "additionalProperties": {"type": ["string", "null"]},
    }


def test_a_path_into_json(db: None) -> None:
    assert schema_of(Entry, ["json__a"])["properties"] == {"json__a": {}}
