"""A relation shows what the attribute of an instance shows, in each way to write rows."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Manager, Model, Prefetch, QuerySet

from django_extras.projection.projector import Projector
from tests.shapes import Bargain, Display, Item, Label, Offer, Remark, Shop, Sign, Town

pytestmark = pytest.mark.django_db


def shown(instance: Any, fields: Any) -> Any:
    """What the attributes of an instance show, one query after the other."""
    if instance is None:
        return None
    if isinstance(instance, list):
        return [shown(each, fields) for each in instance]
    row = {}
    for field in fields:
        [(name, inner)] = field.items() if isinstance(field, dict) else [(field, None)]
        value = at(instance, [*name.split("__"), *[""] * bool(inner)])
        row[name] = shown(value, inner) if inner else keys(value)
    return row


def at(instance: Any, path: list[str]) -> Any:
    if instance is None or path in ([], [""]):
        return instance
    if isinstance(instance, list):
        return [at(each, path) for each in instance]
    try:
        # The key of a relation to one is a column.
        is_key = path[1:] == [] and hasattr(instance, f"{path[0]}_id")
        value = getattr(instance, f"{path[0]}_id" if is_key else path[0])
    except ObjectDoesNotExist:
        return None
    return at(list(value.all()) if isinstance(value, Manager) else value, path[1:])


def keys(value: Any) -> Any:
    if isinstance(value, list):
        return [keys(each) for each in value]
    return value.pk if isinstance(value, Model) else value


@pytest.fixture
def shops() -> Iterator[list[Shop]]:
    """Of all that there is, some is deleted."""
    made = []
    for number, (is_deleted, town_is_deleted) in enumerate([(False, False), (False, True), (True, False)]):
        town = Town.unfiltered.create(name=f"town {number}", is_deleted=town_is_deleted)
        shop = Shop.unfiltered.create(name=f"shop {number}", is_deleted=is_deleted, town=town, budget=number * 10)
        Sign.unfiltered.create(name=f"sign {number}", shop=shop, is_deleted=number == 1)
        for price in (1, 9, 15, 25):
            Offer.objects.create(shop=shop, price=price)
            Bargain.objects.create(shop=shop, price=price)
        for count in range(3):
            item = Item.unfiltered.create(name=f"item {number}{count}", shop=shop, is_deleted=count == 1)
            item.labels.add(*(Label.unfiltered.create(name=f"label {i}", is_deleted=i == 1) for i in range(3)))
            Remark.unfiltered.create(name=f"remark {count}", subject=shop, is_deleted=count == 2)
        made.append(shop)
    Item.unfiltered.create(name="without a shop")
    return made


CASES: dict[str, tuple[type[Model], list[Any]]] = {
    "to one": (Item, ["name", {"shop": ["name"]}]),
    "to one, flat": (Item, ["name", "shop__name"]),
    "to one, key": (Item, ["shop", "shop_id"]),
    "to one, key of another": (Item, ["shop__pk", "shop__town", "shop__town_id", "shop__town__pk"]),
    "to one of one": (Item, [{"shop": ["name", {"town": ["name"]}]}, "shop__town__name"]),
    "back to one": (Shop, [{"sign": ["name"]}, "sign__name", "sign__pk"]),
    "back to one, key": (Shop, ["sign", "sign__pk"]),
    "one and back": (Sign, [{"shop": ["name", {"sign": ["name"]}]}]),
    "to many": (Shop, ["name", {"items": ["name"]}]),
    "to many, keys": (Shop, ["items", "items__name"]),
    "to many of one": (Sign, [{"shop": [{"items": ["name"]}]}, "shop__items__name"]),
    "to one of many": (Shop, [{"items": ["name", {"shop": ["name", {"town": ["name"]}]}]}]),
    "between many": (Item, ["name", {"labels": ["name"]}, "labels__name"]),
    "between many, from the other side": (Label, [{"items": ["name", {"shop": ["name"]}]}]),
    "many of many": (Shop, [{"items": [{"labels": ["name"]}]}, "items__labels__name"]),
    "generic": (Shop, ["name", {"remarks": ["name"]}, "remarks__name"]),
    "generic to one": (Remark, ["name", {"subject": ["name"]}]),
    "by the instance": (Shop, ["name", {"offers": ["price"]}, "offers__price"]),
    "by the instance, keys": (Shop, ["offers"]),
    "by the instance, below": (Sign, [{"shop": [{"offers": ["price", {"shop": ["name"]}]}]}]),
    "by all()": (Shop, ["name", {"bargain_set": ["price"]}]),
}


@pytest.mark.parametrize("case", CASES)
def test_relations_show_what_attributes_show(shops: list[Shop], case: str) -> None:
    model, fields = CASES[case]
    manager: Any = getattr(model, "unfiltered", model._default_manager)
    queryset = manager.order_by("pk")
    expected = [shown(manager.get(pk=each.pk), fields) for each in queryset.all()]

    def rows(objects: Any) -> Any:
        return Projector(fields, "V.json_fields").rows(objects)

    assert rows(queryset.all()) == expected
    assert rows(queryset.distinct()) == expected
    assert rows(list(queryset.all())) == expected
    assert [
        Projector(fields, "V.json_fields").row(each) for each in Projector(fields, "V.json_fields").prepare(queryset)
    ] == expected


@pytest.mark.parametrize(
    ("queryset", "fields"),
    [
        (Item.unfiltered.order_by("pk"), ["name", {"shop": ["name"]}]),
        (Shop.unfiltered.order_by("pk"), ["name", {"items": ["name"]}, {"sign": ["name"]}]),
        (Sign.unfiltered.order_by("pk"), [{"shop": ["name", {"town": ["name"]}]}]),
        (Item.unfiltered.order_by("pk"), [{"labels": ["name"]}]),
    ],
)
def test_no_query_per_row_for_what_managers_hide(
    shops: list[Shop], queryset: QuerySet[Any], fields: list[Any], django_assert_max_num_queries: Any
) -> None:
    for objects in (queryset.all(), queryset.distinct(), list(queryset)):
        with django_assert_max_num_queries(3):
            Projector(fields, "V.json_fields").rows(objects)


def test_joins_of_the_view_show_what_they_show_in_templates(shops: list[Shop]) -> None:
    queryset = Item.unfiltered.filter(name="item 20")
    fields = ["name", {"shop": ["name"]}]

    assert Projector(fields, "V.json_fields").rows(queryset) == [{"name": "item 20", "shop": None}]
    for objects in (queryset.select_related("shop"), list(queryset.select_related("shop"))):
        assert Projector(fields, "V.json_fields").rows(objects) == [{"name": "item 20", "shop": {"name": "shop 2"}}]


def test_prefetches_of_the_view_show_what_they_show_in_templates(shops: list[Shop]) -> None:
    items = Item.unfiltered.filter(name="item 20").prefetch_related(Prefetch("shop", Shop.unfiltered.all()))
    owners = Shop.unfiltered.filter(name="shop 0").prefetch_related(
        Prefetch("items", Item.unfiltered.order_by("-name"))
    )

    assert Projector([{"shop": ["name"]}], "V.json_fields").rows(items) == [{"shop": {"name": "shop 2"}}]
    assert Projector(["items__name"], "V.json_fields").rows(owners) == [
        {"items__name": ["item 02", "item 01", "item 00"]}
    ]


def test_attributes_that_are_not_those_of_django_are_read(shops: list[Shop]) -> None:
    display = Display.objects.create(town_id=shops[0].town_id)
    display.labels.add(*Label.unfiltered.all())

    for fields in ([{"town": ["name"]}, "town__name", {"labels": ["name"]}], ["labels", "labels__name"]):
        for objects in (Display.objects.all(), list(Display.objects.all())):
            assert Projector(fields, "V.json_fields").rows(objects) == [shown(display, fields)]
    row = shown(display, ["town__name", "labels__name"])
    assert row["town__name"] == f"town {display.town_id}"
    assert row["labels__name"] == sorted(row["labels__name"], reverse=True)
