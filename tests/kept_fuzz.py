"""
Compare kept SQL with Django's, for random queries: ``python -m tests.kept_fuzz [seconds] [seed]``.

Each round takes a list of fields and a random queryset, asks for the SQL of querysets of the same shape until it is
kept, then changes one thing at a time: an attribute of the query, a join, an alias, the name of a table, the ordering
of a model, or what the code of a project goes by.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from operator import attrgetter
from random import Random
from typing import Any

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, Value
from django.db.models.functions import Lower
from django.db.models.sql.datastructures import Join
from django.db.models.sql.where import ExtraWhere
from django.test.utils import isolate_apps

from django_extras.projection.flat import FlatPlan
from django_extras.projection.projector import Projector
from tests.models import Author, Book, Publisher
from tests.shapes import Badge, Cafe, Edition, Person, Place, TallPerson, Team

#: What a project's code goes by, such as the tenant of the request.
STATE = {"tenant": 0}


class StatefulField(models.CharField):
    """A column whose text depends on the request."""

    def select_format(self, compiler: Any, sql: str, params: Any) -> Any:
        return f"{sql} || '{STATE['tenant']}'", params


class TenantKey(models.ForeignKey):
    """A relation that leads to the objects of a tenant alone."""

    def get_extra_restriction(self, alias: Any, related_alias: Any) -> Any:
        return ExtraWhere([f"tenant = {STATE['tenant']}"], ())


with isolate_apps("tests"):

    class Thing(models.Model):  # noqa: DJ008  # no instance is made
        name = models.CharField(max_length=10)
        code = StatefulField(max_length=10, unique=True)
        parent = models.ForeignKey("self", models.CASCADE, null=True)

        class Meta:
            app_label = "tests"

    class Part(models.Model):  # noqa: DJ008  # no instance is made
        name = models.CharField(max_length=10)
        thing = models.ForeignKey(Thing, models.CASCADE, related_name="parts")
        owned: Any = TenantKey(Thing, models.CASCADE, related_name="owned")
        coded = models.ForeignKey(Thing, models.CASCADE, to_field="code", related_name="coded")

        class Meta:
            app_label = "tests"


#: The names of some columns of each model, and of those that relations lead to.
_PERSON = (
    *("name", "born", "pk", "boss__name", "boss__boss__name", "team__code", "friends__name", "staff__name"),
    *("staff__boss__name", "boss", "team", "badge__number"),
)
NAMES: dict[Any, tuple[str, ...]] = {
    Book: ("title", "price", "pk", "publisher__name", "publisher__city", "authors__name", "publisher"),
    Edition: ("title", "pages", "publisher__name", "authors__name", "rating"),
    Person: _PERSON,
    TallPerson: _PERSON,
    Badge: ("number", "person__name", "person__boss__name", "pk"),
    Cafe: ("name", "seats", "guests__name", "place_ptr__name"),
    Part: ("name", "thing__name", "thing__parent__name", "owned__name", "coded__name"),
    Thing: ("name", "parent__name", "parts__name"),
}
LISTS: list[tuple[Any, list[Any]]] = [
    (Book, ["id", "title", {"publisher": ["name", "city"]}]),
    (Book, ["title", "price"]),
    (Edition, ["title", "pages", {"publisher": ["name"]}]),
    (Person, ["name", {"boss": ["name", {"boss": ["name"]}]}]),
    (Person, ["id", "boss", "team"]),
    (TallPerson, ["name", {"boss": ["name"]}]),
    (Badge, ["number", {"person": ["name", "born"]}]),
    (Cafe, ["name", "seats"]),
    (Part, ["name", {"thing": ["name", {"parent": ["name"]}]}]),
    (Part, ["name", {"owned": ["name"]}]),
    (Part, ["name", "coded"]),
    (Part, ["name", {"coded": ["name", "code"]}]),
    (Thing, ["name", "code"]),
    (Thing, ["name", {"parent": ["name"]}]),
]
_VALUES: tuple[Any, ...] = (1, 5, 2**31, 2**63, "a", None)
_RENAMED = "another_name"


def plans() -> list[FlatPlan]:
    """Return a new plan for each list of fields."""
    found = (Projector(fields, "Fuzz.json_fields")._way(model._base_manager.all()).plan for model, fields in LISTS)
    return [plan for plan in found if plan is not None]


def differences(seed: int, rounds: int = sys.maxsize, seconds: float = sys.maxsize) -> tuple[list[str], Counter[str]]:
    """Return where kept SQL differs from Django's, and how often what was compared."""
    random, end, found, counts = Random(seed), time.monotonic() + seconds, list[str](), Counter[str]()
    every = plans()
    for number in range(rounds):
        if time.monotonic() > end:
            break
        if number % 200 == 0:
            # So that no store is full for long.
            every = plans()
        plan = random.choice(every)
        build = _shape(random, plan.model)
        for _ in range(4):
            compare(plan, _limited(random, build(random)), found, counts)
        for change in random.sample(CHANGES, 4):
            with change(random, plan.model) as touch:
                queryset = _limited(random, build(random))
                try:
                    touch(queryset)
                except Exception:  # Django does not allow that
                    continue
                compare(plan, queryset, found, counts, change.__name__)
    return found, counts


def compare(
    plan: FlatPlan, queryset: Any, found: list[str], counts: "Counter[str]", change: str = "no change"
) -> None:
    """Compare what a plan and Django write for a queryset, and for its instances; count it, and add what differs."""
    paths = tuple(plan.paths)
    _compare(plan, queryset, partial(plan.selection, paths=paths), paths, found, counts, change)
    _compare(plan, queryset._chain(), attrgetter("query"), None, found, counts, f"{change}, instances")


def _compare(
    plan: FlatPlan, queryset: Any, select: Any, paths: Any, found: list[str], counts: "Counter[str]", change: str
) -> None:
    theirs = _statement(lambda: select(queryset._chain()).get_compiler(queryset.db))
    compilers: list[Any] = []
    hits: list[bool] = []

    def ours() -> Any:
        compilers.append(plan._texts.compiler(queryset, select, paths))
        hits.append("has_extra_select" in vars(compilers[0]))  # Django sets it later
        return compilers[0]

    mine = _statement(ours)
    counts["hits" if any(hits) else "Django's"] += 1
    counts["empty"] += theirs == "EmptyResultSet"
    if mine != theirs:
        found.append(f"{change}\n  kept:   {mine}\n  Django: {theirs}")


def _statement(compiler: Callable[[], Any]) -> Any:
    try:
        return compiler().as_sql()
    except EmptyResultSet:
        return "EmptyResultSet"
    except Exception as error:  # Django refuses, and so must we
        return type(error)


def _shape(random: Random, model: Any) -> Callable[[Random], Any]:
    """Return a function that makes querysets of one shape, with other values each time."""
    names = NAMES[model]
    steps: list[Callable[[Any, Random], Any]] = []
    for _ in range(random.choice((0, 0, 1, 1, 2, 3))):
        name, other = random.choice(names), random.choice(names)
        kind = random.randrange(8)
        if kind < 3:
            steps.append(lambda rows, random, name=name: rows.filter(_condition(random, name)))
        elif kind == 3:
            steps.append(lambda rows, random, name=name: rows.exclude(_condition(random, name)))
        elif kind == 4:
            steps.append(
                lambda rows, random, name=name, other=other: rows.filter(
                    _condition(random, name) | _condition(random, other)
                )
            )
        elif kind == 5:
            steps.append(lambda rows, random: rows.filter(Exists(model._base_manager.filter(pk=OuterRef("pk")))))
        elif kind == 6:
            steps.append(lambda rows, random: rows.filter(pk__in=model._base_manager.filter(pk__isnull=False)))
        else:
            steps.append(lambda rows, random, name=name, other=other: rows.filter(Q(**{name: F(other)})))
    order = [random.choice(("", "-")) + name for name in random.sample(names, random.choice((0, 0, 1, 2)))]
    if order:
        steps.append(lambda rows, random: rows.order_by(*order))
    if random.random() < 0.1:
        steps.append(lambda rows, random: rows.order_by())
    if random.random() < 0.3:
        steps.append(lambda rows, random: rows.select_related(*_relations(model)))
    if random.random() < 0.2:
        steps.append(lambda rows, random: rows.only("pk"))

    def build(random: Random) -> Any:
        rows = model._base_manager.all()
        for step in steps:
            try:
                rows = step(rows, random)
            except Exception:  # the value does not fit
                continue
        return rows

    return build


def _relations(model: Any) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.is_relation]


def _condition(random: Random, name: str) -> Q:
    how = random.choice(("", "__lt", "__gt", "__in", "__isnull", "__exact"))
    value = random.choice(_VALUES)
    if how == "__isnull":
        value = random.random() < 0.5
    if how == "__in":
        value = [random.choice(_VALUES) for _ in range(random.randrange(3))]
    return Q(**{name + how: value})


def _limited(random: Random, queryset: Any) -> Any:
    start = random.choice((0, 0, 0, 5))
    return queryset[start : start + random.randrange(1, 9)] if random.random() < 0.3 else queryset


# What may change between two queries. Each takes the model, and gives a function that changes a queryset.

Change = Callable[[Any], None]


@contextmanager
def attribute(random: Random, model: Any) -> Iterator[Change]:
    """An attribute of the query."""
    name, values = random.choice(list(ATTRIBUTES.items()))
    yield lambda queryset: setattr(queryset.query, name, random.choice(values)(queryset))


@contextmanager
def method(random: Random, model: Any) -> Iterator[Change]:
    """A method of querysets."""
    methods: list[Callable[[Any], Any]] = [
        lambda rows: rows.distinct(),
        lambda rows: rows.reverse(),
        lambda rows: rows.annotate(more=Value(1)),
        lambda rows: rows.annotate(more=Lower("pk")),
        lambda rows: rows.alias(more=Value(1)).order_by("more"),
        lambda rows: rows.extra(select={"more": "1"}),
        lambda rows: rows.extra(where=["1 = 1"]),
        lambda rows: rows.extra(tables=["tests_team"]),
        lambda rows: rows.extra(order_by=["pk"]),
        lambda rows: rows.select_for_update(),
        lambda rows: rows.order_by("?"),
        lambda rows: rows.order_by(Lower("pk")),
        lambda rows: rows.order_by(F("pk").desc()),
        lambda rows: rows.only("pk"),
        lambda rows: rows.only(NAMES[model][0]),
        lambda rows: rows.defer(NAMES[model][0]),
        lambda rows: rows.select_related(),
        lambda rows: rows.select_related(*_relations(model)),
        lambda rows: rows.select_related(None),
        lambda rows: rows.union(rows),
        lambda rows: rows.none(),
        lambda rows: rows.annotate(near=FilteredRelation(NAMES[model][0].split("__")[0])),
    ]
    choose = random.choice(methods)

    def change(queryset: Any) -> None:
        queryset.query = choose(queryset).query

    yield change


@contextmanager
def join(random: Random, model: Any) -> Iterator[Change]:
    """A join, or how often it is used."""

    def change(queryset: Any) -> None:
        query: Any = queryset.query
        joins = [alias for alias, each in query.alias_map.items() if type(each) is Join]
        if not joins:
            return
        alias = random.choice(joins)
        match random.randrange(4):
            case 0:
                query.promote_joins([alias])
            case 1:
                query.demote_joins([alias])
            case 2:
                query.unref_alias(alias)
            case _:
                query.ref_alias(alias)

    yield change


@contextmanager
def alias(random: Random, model: Any) -> Iterator[Change]:
    """The name of an alias, or which aliases a table has."""

    def change(queryset: Any) -> None:
        query: Any = queryset.query
        if random.random() < 0.5:
            query.table_map = {**query.table_map, **{name: [*all_, "T9"] for name, all_ in query.table_map.items()}}
            return
        names = [name for name, each in query.alias_map.items() if type(each) is Join]
        if names:
            query.change_aliases({random.choice(names): "T8"})

    yield change


@contextmanager
def table(random: Random, model: Any) -> Iterator[Change]:
    """The name of a table."""
    options = random.choice((model, Person, Publisher, Place, Thing, Team, Author))._meta
    former, options.db_table = options.db_table, _RENAMED
    try:
        yield lambda queryset: None
    finally:
        options.db_table = former


@contextmanager
def ordering(random: Random, model: Any) -> Iterator[Change]:
    """The ordering of the model."""
    options = random.choice((model, Person, Team, Publisher))._meta
    former = options.ordering
    options.ordering = random.choice(([], ["pk"], ["-pk"], ["?"], [F("pk").asc()]))
    try:
        yield lambda queryset: None
    finally:
        options.ordering = former


@contextmanager
def state(random: Random, model: Any) -> Iterator[Change]:
    """What the code of a project goes by."""
    STATE["tenant"] += 1
    yield lambda queryset: None


CHANGES = [attribute, attribute, method, join, alias, table, ordering, state]
ATTRIBUTES: dict[str, list[Callable[[Any], Any]]] = {
    "select": [lambda rows: (rows.model._meta.pk.get_col(rows.model._meta.db_table),)],
    "group_by": [lambda rows: True, lambda rows: ()],
    "order_by": [lambda rows: ("pk",), lambda rows: ("-pk",), lambda rows: ("?",)],
    "distinct": [lambda rows: True],
    "distinct_fields": [lambda rows: ("pk",)],
    "values_select": [lambda rows: ("pk",)],
    "selected": [lambda rows: {"pk": 0}],
    "default_cols": [lambda rows: False],
    "default_ordering": [lambda rows: False],
    "standard_ordering": [lambda rows: False],
    "alias_cols": [lambda rows: False],
    "alias_prefix": [lambda rows: "U"],
    "subquery": [lambda rows: True],
    "extra_tables": [lambda rows: ("tests_team",)],
    "extra_order_by": [lambda rows: ("pk",)],
    "external_aliases": [lambda rows: dict.fromkeys(rows.query.alias_map, True)],
    "select_related": [lambda rows: True],
    "deferred_loading": [lambda rows: (frozenset({"pk"}), False)],
    "of_another_library": [lambda rows: 1],
}


def main(seconds: float = 60, seed: int = 1) -> None:
    """Print what was compared. Exit with an error if anything differs."""
    found, counts = differences(seed, seconds=seconds)
    print(f"{connection.vendor}, seed {seed}: {dict(counts)}, {len(found)} differences")
    for each in found[:3]:
        print(each)
    if found or not counts["hits"]:
        sys.exit(1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
