"""Kept SQL is Django's, for random queries; and without any part of what makes it so, they find that it is not."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from django_extras.projection import kept
from django_extras.projection.projector import Projector
from tests.kept_fuzz import Part, compare, differences
from tests.shapes import Person, Team

pytestmark = pytest.mark.django_db


def test_random_queries() -> None:
    found, counts = differences(seed=7, rounds=100)

    assert found == []
    assert counts["hits"] > 100


#: The parts of a shape by their place, and of what it says of a join.
ORDERING, STANDARD_ORDERING, JOINS, LOADED = 3, 4, 5, 7
REFCOUNT, JOIN_TYPE, JOIN_FIELD = 3, 5, 7


def without(place: int, part: int | None = None) -> Callable[..., Any]:
    """Return shape() that leaves a part out, or a part of each join."""

    def shape(query: Any, connection: Any, **options: Any) -> Any:
        found = kept_shape(query, connection, **options)
        if found is None:
            return None
        left = [*found]
        if part is None:
            left[place] = None
        else:
            left[place] = tuple((*join[:part], *join[part + 1 :]) for join in found[place])
        return tuple(left)

    return shape


kept_shape = kept.shape


@pytest.mark.parametrize(
    ("place", "part"),
    [
        (ORDERING, None),
        (STANDARD_ORDERING, None),
        (JOINS, None),
        (JOINS, REFCOUNT),
        (JOINS, JOIN_TYPE),
        (LOADED, None),
    ],
)
def test_each_part_of_the_key_is_needed(place: int, part: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "shape", without(place, part))

    assert found_differences()


@pytest.mark.parametrize(
    "name",
    [
        *("group_by", "distinct", "extra_tables", "extra_order_by", "alias_cols"),
    ],
)
def test_each_attribute_must_be_neutral(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for free in (kept._NEW, kept._ANY):
        monkeypatch.setitem(free, name, None)

    assert found_differences()


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("is_fixed_column", lambda field: True),
        ("_is_one_of", lambda function, known: True),
    ],
)
def test_each_condition_is_needed(name: str, left_out: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, name, left_out)

    assert found_differences()


def test_names_of_tables_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without this comparison, SQL that names another table is used: so the fuzz would notice if it were missing.
    monkeypatch.setattr(kept.SqlText, "is_current", lambda self: True)

    assert found_differences()


def found_differences() -> bool:
    return any(differences(seed, rounds=50)[0] for seed in range(40))


@pytest.mark.parametrize("is_left_out", [False, True])
def test_joins_of_other_fields_to_the_same_table(is_left_out: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if is_left_out:
        monkeypatch.setattr(kept, "shape", without(JOINS, JOIN_FIELD))
    plan: Any = Projector(["name"], "Test.json_fields")._way(Part._base_manager.all()).plan
    found: list[str] = []

    for relation in (*["thing"] * 4, *["coded"] * 4):
        compare(plan, Part._base_manager.filter(**{f"{relation}__name": "a"}), found, Counter())

    assert bool(found) == is_left_out


@pytest.mark.parametrize("is_left_out", [False, True])
def test_orders_of_other_models(is_left_out: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if is_left_out:
        monkeypatch.setattr(kept, "_is_sortable", lambda model, name: True)
    plan: Any = Projector(["name"], "Test.json_fields")._way(Person._base_manager.all()).plan
    found: list[str] = []

    for ordering in (*[["-code"]] * 4, ["pk"]):
        monkeypatch.setattr(Team._meta, "ordering", ordering)
        compare(plan, Person._base_manager.order_by("team"), found, Counter())

    assert bool(found) == is_left_out
