"""The quick ways to write a column write what the slow way does, and are taken where they can be."""

import datetime
import decimal
import uuid
from collections.abc import Sequence
from itertools import chain
from typing import Any

import django
import pytest
from django.db import connection, models
from django.db.models.expressions import Col
from django.db.models.sql.constants import MULTI
from hypothesis import given
from hypothesis import strategies as st

from django_extras.http.json import simplify
from django_extras.projection.columns import json_column, python_column
from django_extras.projection.sqlite import stored_column
from tests.shapes import Everything, UpperField

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite's driver gives text and floats.")

WHEN = datetime.datetime(2001, 2, 3, 4, 5, 6, 789123)
UTC = datetime.UTC


def converters(field: Any) -> tuple[Any, Any]:
    """What Django's compiler has for a column of the field."""
    expression = Col("t", field)
    return [*connection.ops.get_db_converters(expression), *expression.get_db_converters(connection)], expression


def stored(values: Sequence[Any], field: Any) -> Any:
    return stored_column(values, converters(field), connection)


def slow(values: Sequence[Any], field: Any) -> Any:
    return list(json_column(python_column(values, converters(field), connection), simplify))


def decimals(digits: int | None, places: int | None) -> Any:
    return models.DecimalField(max_digits=digits, decimal_places=places)


DATETIMES, UUIDS = models.DateTimeField(), models.UUIDField()

QUICK: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "microseconds": (
        DATETIMES,
        [WHEN, WHEN.replace(microsecond=1), WHEN.replace(microsecond=999_999), WHEN.replace(microsecond=100_000)],
        [f"2001-02-03T04:05:06.{digits}Z" for digits in ("789", "000", "999", "100")],
    ),
    "no microseconds": (DATETIMES, [WHEN.replace(microsecond=0), None], ["2001-02-03T04:05:06Z", None]),
    "decimals": (decimals(8, 2), [1.5, 0, -0.25, None, 999_999.99], ["1.50", "0.00", "-0.25", None, "999999.99"]),
    "the smallest decimals": (decimals(8, 6), [0.000001, -0.000005], ["0.000001", "-0.000005"]),
    "as many digits as survive": (decimals(30, 2), [9_999_999_999_999.99], ["9999999999999.99"]),
    "no places": (decimals(5, 0), [12345, 7.0], ["12345", "7"]),
    "no decimals": (decimals(5, 2), [None], [None]),
    "UUIDs": (UUIDS, ["0123456789abcdef0123456789abcdef", None], ["01234567-89ab-cdef-0123-456789abcdef", None]),
}


@pytest.mark.parametrize("case", QUICK)
def test_columns_that_are_written_from_what_the_driver_gives(case: str) -> None:
    field, values, texts = QUICK[case]

    assert stored(values, field) == texts
    assert slow(values, field) == texts


SLOW: dict[str, tuple[Any, list[Any], Any]] = {
    "halves of the last place": (decimals(8, 3), [0.0005, 0.0015, 2.5], ["0.000", "0.002", "2.500"]),
    "more places": (decimals(8, 2), [1.005, 1.2345], ["1.00", "1.23"]),
    "more digits": (decimals(5, 2), [123_456.25], decimal.InvalidOperation),
    "fifteen digits": (decimals(30, 2), [99_999_999_999_999.99], None),
    "twenty digits": (decimals(30, 4), [1234567890123456.1234, 12345678901234567890.0], None),
    "twenty digits below zero": (decimals(30, 4), [-12345678901234567890.0], None),
    "an exponent": (decimals(12, 9), [0.000000001], ["1E-9"]),
    "text for a number": (decimals(8, 2), ["1.5"], None),
    "endless": (decimals(8, 2), [float("inf")], None),
    "aware": (DATETIMES, [WHEN.replace(tzinfo=UTC)], ["2001-02-03T04:05:06.789Z"]),
    "elsewhere": (
        DATETIMES,
        [WHEN.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=1)))],
        ["2001-02-03T04:05:06.789+01:00"],
    ),
    "text for a datetime": (DATETIMES, ["2001-02-03 04:05:06"], ["2001-02-03T04:05:06Z"]),
    "capitals": (UUIDS, ["0123456789ABCDEF0123456789ABCDEF"], ["01234567-89ab-cdef-0123-456789abcdef"]),
    "hyphens": (UUIDS, ["01234567-89ab-cdef-0123-456789abcdef"], ["01234567-89ab-cdef-0123-456789abcdef"]),
    "31 digits beside 33": (UUIDS, ["0" * 31, "0" * 33], ValueError),
    "no digits": (UUIDS, ["g" * 32], ValueError),
    "a number for a UUID": (UUIDS, [7], AttributeError),
    "other fields": (models.CharField(), ["x"], ["x"]),
    "an own converter": (UpperField(), ["x"], ["X"]),
}
if django.VERSION >= (6, 1):
    SLOW["without places"] = decimals(None, None), [1.5, 0.0005, 3], None


@pytest.mark.parametrize("case", SLOW)
def test_columns_that_only_django_can_convert(case: str) -> None:
    field, values, result = SLOW[case]

    assert stored(values, field) is None
    if isinstance(result, type):
        with pytest.raises(result):
            slow(values, field)
    elif result is not None:
        assert slow(values, field) == result


numbers = (
    st.none()
    | st.integers(-(10**21), 10**21)
    | st.floats()
    | st.decimals(-(10**6), 10**6, places=4).map(float)
    | st.sampled_from([0.0005, 0.5, 1e-7, 1e22, -0.0, "1.5", "x"])
)


@given(values=st.lists(numbers, max_size=3), digits=st.integers(1, 25), places=st.integers(0, 9))
def test_decimals(values: list[Any], digits: int, places: int) -> None:
    field = decimals(max(digits, places), places)
    texts = stored(values, field)

    assert texts is None or list(texts) == slow(values, field)


@given(values=st.lists(st.none() | st.datetimes() | st.datetimes(timezones=st.timezones()), max_size=3))
def test_datetimes(values: list[Any]) -> None:
    texts = stored(values, DATETIMES)

    assert texts is None or list(texts) == slow(values, DATETIMES)


@given(
    values=st.lists(
        st.none() | st.uuids().map(lambda value: value.hex) | st.text("0123456789abcdefABCDEFg-"), max_size=3
    )
)
def test_uuids(values: list[Any]) -> None:
    texts = stored(values, UUIDS)

    assert texts is None or list(texts) == slow(values, UUIDS)


@pytest.mark.parametrize(
    "value",
    [
        WHEN.replace(tzinfo=UTC),
        WHEN.date(),
        decimal.Decimal("1.50"),
        uuid.UUID(int=7),
        WHEN.replace(microsecond=0, tzinfo=UTC),
        WHEN,
        WHEN.replace(microsecond=0),
        WHEN.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
        WHEN.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=1, seconds=1))),
    ],
)
def test_types_that_are_written_without_the_encoder(value: Any) -> None:
    calls = []

    def counted(value: Any) -> Any:
        calls.append(value)
        return simplify(value)

    json_column([value], counted)
    calls.clear()

    assert json_column([value, None, value], counted) == [simplify(value), None, simplify(value)]
    assert calls == []


def test_columns_of_plain_values_stay_as_they_are() -> None:
    values = ["x", 1, 1.5, True, None, {"a": 1}, [1]]

    assert json_column(values, simplify) is values


@pytest.mark.django_db
def test_whole_rows_take_the_quick_ways() -> None:
    Everything.objects.create(datetime=WHEN.replace(tzinfo=UTC), decimal=1, uuid=uuid.UUID(int=7))
    compiler = Everything.objects.values_list("datetime", "decimal", "uuid").query.get_compiler("default")
    [row] = chain.from_iterable(compiler.execute_sql(MULTI))
    kinds = compiler.get_converters([column[0] for column in compiler.select])

    texts = [stored_column([value], kinds.get(index), connection) for index, value in enumerate(row)]

    assert texts == [["2001-02-03T04:05:06.789Z"], ["1.000"], ["00000000-0000-0000-0000-000000000007"]]
