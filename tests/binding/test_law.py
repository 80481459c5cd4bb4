"""The law: to put back what GET gave changes nothing, and so does to patch with any part of it."""

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.db import connection, models
from django.forms.models import model_to_dict
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_extras.binding.form import Absent
from django_extras.http.json import encode, simplify
from django_extras.projection.projector import Projector
from tests import entries
from tests.binding.forms import filled
from tests.models import Author, Publisher
from tests.shapes import Person, Team

VENDOR = connection.vendor
LANGUAGES = ["en", "de", "ar"]

# PostgreSQL takes no NUL, and what has spaces around it is no text that a form gives.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
datetimes = st.datetimes(timezones=st.just(datetime.UTC), min_value=datetime.datetime(1000, 1, 1))
durations = st.timedeltas(datetime.timedelta(-(10**7)), datetime.timedelta(10**7))
floats = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | floats | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def integers(bits: int, signed: bool = True) -> Any:
    return st.integers(-(2 ** (bits - 1)) if signed else 0, 2 ** (bits - 1) - 1)


def decimals(digits: int, places: int) -> Any:
    most = 10 ** (digits - places) - 1
    return st.decimals(-most, most, places=places)


COLUMNS: dict[str, Any] = {
    "big_integer": integers(64),
    "boolean": st.booleans(),
    "nullable_boolean": st.booleans(),
    "char": texts,
    "nullable_char": texts,
    "date": st.dates(min_value=datetime.date(1000, 1, 1)),
    "datetime": datetimes,
    "decimal": decimals(12, 3),
    "duration": durations,
    "email": st.just("a@example.com"),
    "file": st.sampled_from(["", "a.txt", "a b/é.txt"]),
    "file_path": st.just(str(Path(__file__).parent / "forms.py")),
    "float": floats,
    "ip_address": st.ip_addresses().map(str),
    "integer": integers(32),
    "json": documents,
    "json_of_django": documents.filter(lambda value: value is not None),
    "positive_big_integer": integers(64, signed=False),
    "positive_integer": integers(32, signed=False),
    "positive_small_integer": integers(16, signed=False),
    "slug": st.from_regex(r"\A[-a-zA-Z0-9_]{0,20}\Z"),
    "small_integer": integers(16),
    "text": texts,
    "time": st.times(),
    "url": st.sampled_from(["", "https://example.com/", "http://example.com/é?a=b#c"]),
    "uuid": st.uuids(version=4),  # MariaDB refuses some that no standard knows
    "grade": st.sampled_from([1, 2]),
    "kind": st.sampled_from(["", "a", "b"]),
    "answer": st.booleans(),
    "moment": st.just(entries.now()),
    "price": st.just(Decimal("1.50")),
}


def objects(model: Any, columns: dict[str, Any]) -> Any:
    """Return a strategy for the values of a model's columns, some of which are null."""
    for name, strategy in columns.items():
        columns[name] = st.none() | strategy if model._meta.get_field(name).null else strategy
    return st.fixed_dictionaries(columns)


def shown(instance: models.Model, names: list[str]) -> dict[str, Any]:
    """Return what GET sends of an object."""
    model = type(instance)
    rows = Projector(names, "Test.json_fields", False, simplify).rows(model._default_manager.filter(pk=instance.pk))
    return json.loads(encode(rows[0]))  # type: ignore[no-any-return]


def stored(instance: models.Model) -> dict[str, Any]:
    """Return the columns and relations of an object as the database has them."""
    fresh = type(instance)._default_manager.get(pk=instance.pk)
    values = model_to_dict(fresh)
    return {name: sorted(map(str, value)) if name == "authors" else value for name, value in values.items()}


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    # As text, as [True] equals [1], and 0.0 equals -0.0.
    return [name for name in one if repr(one[name]) != repr(other[name])]


def obey(form_class: Any, instance: models.Model, part: set[str]) -> None:
    names = list(form_class.base_fields)
    before, body = stored(instance), shown(instance, names)
    sent = {name: value for name, value in body.items() if name in part}
    for absent, values in ((Absent.REFUSED, body), (Absent.KEPT, sent), (Absent.KEPT, {})):
        form = filled(form_class, values, absent, instance=type(instance)._default_manager.get(pk=instance.pk))
        assert form.is_valid(), (absent, form.errors.as_json())
        assert form.changed_data == [], absent
        form.save()
        assert differing(before, stored(instance)) == [], absent


@pytest.mark.parametrize("localized", [None, "__all__"])
@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(values=objects(entries.Entry, COLUMNS), part=st.sets(st.sampled_from(sorted(COLUMNS))), relates=st.booleans())
def test_what_get_gave_changes_nothing(
    db: None, language: str, localized: Any, values: dict[str, Any], part: set[str], relates: bool
) -> None:
    instance = entries.Entry.objects.create(**values)
    if relates:
        instance.publisher = Publisher.objects.create(name="p")
        instance.team = Team.objects.get_or_create(code="7")[0]
        instance.person = Person.objects.create(name="a")
        instance.save()
        instance.authors.set([Author.objects.create(name=name) for name in "ba"])
        part = part | {"publisher", "authors"}
    form_class = forms.modelform_factory(entries.Entry, fields="__all__", localized_fields=localized)

    with translation.override(language), timezone.override("Europe/Berlin"):
        obey(form_class, instance, part)


if VENDOR == "postgresql":
    from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange, NumericRange

    def ranges(kind: Any, bounds: Any) -> Any:
        def make(pair: Any, sides: str) -> Any:
            lower, upper = pair
            if lower is not None and upper is not None and lower > upper:
                lower, upper = upper, lower
            return kind(lower, upper, sides)

        sides = st.sampled_from(["[)", "[]", "(]", "()"])
        return st.builds(make, st.tuples(st.none() | bounds, st.none() | bounds), sides) | st.just(kind(empty=True))

    small = st.integers(-(2**31) + 1, 2**31 - 3)
    days = st.dates(datetime.date(1000, 1, 1), datetime.date(3000, 1, 1))
    moments = st.datetimes(
        datetime.datetime(1000, 1, 1), datetime.datetime(3000, 1, 1), timezones=st.just(datetime.UTC)
    )
    POSTGRES_COLUMNS: dict[str, Any] = {
        "array": st.lists(integers(32), max_size=3),
        "texts": st.lists(texts.map(str.strip).filter(bool), max_size=3),
        "datetimes": st.lists(moments, max_size=3),
        "decimals": st.lists(decimals(5, 2), max_size=3),
        "nested": st.integers(1, 3).flatmap(
            lambda size: st.lists(st.lists(integers(32), min_size=size, max_size=size), min_size=1, max_size=2)
        ),
        "big_integer_range": ranges(NumericRange, st.integers(-(2**62), 2**62)),
        "date_range": ranges(DateRange, days),
        "datetime_range": ranges(DateTimeTZRange, moments),
        "decimal_range": ranges(NumericRange, decimals(5, 2)),
        "integer_range": ranges(NumericRange, small),
        "hstore": st.dictionaries(texts, st.none() | texts, max_size=3),
    }

    @pytest.mark.parametrize("language", LANGUAGES)
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(
        values=objects(entries.PostgresEntry, POSTGRES_COLUMNS),
        part=st.sets(st.sampled_from(sorted(POSTGRES_COLUMNS))),
    )
    def test_what_get_gave_changes_nothing_on_postgresql(
        db: None, language: str, values: dict[str, Any], part: set[str]
    ) -> None:
        instance = entries.PostgresEntry.objects.create(**values)
        form_class = forms.modelform_factory(entries.PostgresEntry, fields="__all__", localized_fields="__all__")

        with translation.override(language), timezone.override("Europe/Berlin"):
            obey(form_class, instance, part)
