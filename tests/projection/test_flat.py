"""The fast way to write rows: when it is taken, what it asks of Django, and which rows belong to whom."""

import datetime
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Model, QuerySet, Window
from django.db.models.functions import Lower, RowNumber
from django.db.models.sql import Query
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from django_extras.http.json import encode, simplify
from django_extras.projection.flat import FlatPlan
from django_extras.projection.instances import InstanceWriter
from django_extras.projection.projector import Projector
from django_extras.projection.steps import Walker
from django_extras.projection.tree import parse
from tests.models import Author, Book, Publisher
from tests.shapes import Badge, Edition, Leg, Membership, Note, Person, Project, Stop, Team

pytestmark = pytest.mark.django_db


@contextmanager
def counted(*functions: Any) -> Iterator[Counter[str]]:
    """Count the calls of functions."""
    names = {function.__code__: function.__qualname__ for function in functions}
    calls: Counter[str] = Counter()

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code in names:
            calls[names[frame.f_code]] += 1

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield calls
    finally:
        sys.setprofile(before)


@pytest.fixture
def books() -> list[Book]:
    publisher = Publisher.objects.create(name="P", city="London")
    made = [Book.objects.create(title=f"b{number}", price=number, publisher=publisher) for number in range(3)]
    made[0].authors.add(*(Author.objects.create(name=name) for name in ("Ann", "Bob")))
    made[1].authors.add(Author.objects.create(name="Cid"))
    return made


FIELDS: list[Any] = ["title", "price", {"publisher": ["name"]}, {"authors": ["name"]}]


def test_rows_are_written_without_instances(books: list[Book]) -> None:
    projector = Projector(FIELDS, "V.json_fields", simplify=simplify)

    with counted(Model.__init__, Model.from_db.__func__, InstanceWriter.rows) as calls:  # type: ignore[attr-defined]
        rows = projector.rows(Book.objects.order_by("title"))

    assert not calls
    assert rows[1] == {"title": "b1", "price": "1.00", "publisher": {"name": "P"}, "authors": [{"name": "Cid"}]}
    with counted(InstanceWriter.rows) as calls:
        assert projector.rows(Book.objects.order_by("title").distinct()) == rows
    assert calls == {"InstanceWriter.rows": 1}


def test_columns_of_the_own_table_are_not_looked_up(books: list[Book]) -> None:
    plan = FlatPlan(Book)
    nodes = parse(["title", "price", "pages", "published", "id", "publisher__name"], "V.json_fields")
    plan.add(Walker("V.json_fields").walk(Book, nodes, {}))

    with counted(Query.names_to_path) as calls:
        query = plan.selection(Book.objects.all(), plan.paths)

    # The key of the publisher, and the name.
    assert calls == {"Query.names_to_path": 2}
    assert query.select == Book.objects.values_list(*plan.paths).query.select


def test_two_ways_to_write_one_relation(books: list[Book], django_assert_num_queries: Any) -> None:
    expected = [
        {"a": [{"name": "Ann"}, {"name": "Bob"}], "b": ["Ann", "Bob"], "c": [1, 2], "d": [{"key": 1}, {"key": 2}]},
        {"a": [{"name": "Cid"}], "b": ["Cid"], "c": [3], "d": [{"key": 3}]},
        {"a": [], "b": [], "c": [], "d": []},
    ]
    first = Author.objects.order_by("pk")[0].pk - 1
    for row in expected:
        row["c"] = [key + first for key in row["c"]]
        row["d"] = [{"key": each["key"] + first} for each in row["d"]]
    ways = [
        ("a", {"authors": ["name"]}),
        ("b", "authors__name"),
        ("c", "authors"),
        ("d", {"authors": [("key", "pk")]}),
    ]

    for fields in (ways, ways[::-1]):
        with django_assert_num_queries(2):
            rows = Projector(fields, "V.json_fields").rows(Book.objects.order_by("title"))
        assert rows == expected


def test_keys_of_two_types_in_one_plan() -> None:
    ann, bob = Person.objects.create(name="ann"), Person.objects.create(name="bob")
    sky, sea = Project.objects.create(name="sky"), Project.objects.create(name="sea")
    ann.friends.add(bob)
    for person, project in ((ann, sky), (bob, sky), (bob, sea)):
        Membership.objects.create(person=person, project=project, role="l")
    fields = [{"person": ["name", {"friends": ["name"]}]}, {"project": ["name", {"person_set": ["name"]}]}]

    rows = Projector(fields, "V.json_fields").rows(Membership.objects.order_by("pk"))

    people = {
        "ann": {"name": "ann", "friends": [{"name": "bob"}]},
        "bob": {"name": "bob", "friends": [{"name": "ann"}]},
    }
    projects = {
        "sky": {"name": "sky", "person_set": [{"name": "ann"}, {"name": "bob"}]},
        "sea": {"name": "sea", "person_set": [{"name": "bob"}]},
    }
    assert rows == [
        {"person": people["ann"], "project": projects["sky"]},
        {"person": people["bob"], "project": projects["sky"]},
        {"person": people["bob"], "project": projects["sea"]},
    ]


def test_generic_keys_of_two_types(django_assert_num_queries: Any) -> None:
    ann, sky = Person.objects.create(name="ann"), Project.objects.create(name="sky")
    # A number that is the key of both would be a coincidence; the same text is not.
    for subject in (ann, sky, ann):
        Note.objects.create(text=f"about {subject}", subject=subject)
    fields = ["text", ("key", "subject"), {"subject": ["name", "pk"]}]

    rows = Projector(fields, "V.json_fields").rows(Note.objects.order_by("pk"))

    about_ann = {"text": "about ann", "key": str(ann.pk), "subject": {"name": "ann", "pk": ann.pk}}
    assert rows == [
        about_ann,
        {"text": "about sky", "key": str(sky.pk), "subject": {"name": "sky", "pk": sky.pk}},
        about_ann,
    ]


def test_relations_of_two_columns(django_assert_num_queries: Any) -> None:
    for line in (1, 2):
        for number in (1, 2):
            Stop.objects.create(line=line, number=number, name=f"stop {line}.{number}")
    Leg.objects.create(line=2, number=1, minutes=5)
    Leg.objects.create(line=1, number=2, minutes=7)
    Leg.objects.create(line=1, number=3, minutes=9)
    legs = ["minutes", {"stop": ["name"]}, ("name", "stop__name")]
    stops = ["name", {"leg_set": ["minutes"]}]

    queryset = Leg.objects.order_by("pk")
    for objects in (queryset.all(), queryset.distinct(), list(queryset)):
        with django_assert_num_queries(2 - isinstance(objects, list)):
            assert Projector(legs, "V.json_fields").rows(objects) == [
                {"minutes": 5, "stop": {"name": "stop 2.1"}, "name": "stop 2.1"},
                {"minutes": 7, "stop": {"name": "stop 1.2"}, "name": "stop 1.2"},
                {"minutes": 9, "stop": None, "name": None},
            ]
    assert Projector(stops, "V.json_fields").rows(Stop.objects.order_by("pk")) == [
        {"name": "stop 1.1", "leg_set": []},
        {"name": "stop 1.2", "leg_set": [{"minutes": 7}]},
        {"name": "stop 2.1", "leg_set": [{"minutes": 5}]},
        {"name": "stop 2.2", "leg_set": []},
    ]


def test_keys_that_lead_nowhere_leave_their_rows(django_assert_num_queries: Any) -> None:
    person, nobody = Person.objects.create(name="ann"), uuid.uuid4()
    for guide_id in (person.pk, nobody):
        Leg.objects.create(line=1, number=1, minutes=5, guide_id=guide_id)
    queryset = Leg.objects.order_by("pk")

    for objects in (queryset.all(), queryset.distinct(), list(queryset)):
        with django_assert_num_queries(2 - isinstance(objects, list)):
            rows = Projector(["guide_id", {"guide": ["name"]}], "V.json_fields").rows(objects)
        assert rows == [{"guide_id": person.pk, "guide": {"name": "ann"}}, {"guide_id": nobody, "guide": None}]


def only_red(queryset: Any) -> Any:
    return [team for team in QuerySet.__iter__(queryset) if team.code == "red"]


OWN: dict[str, Any] = {
    "__iter__": lambda self: iter(only_red(self)),
    "iterator": lambda self, chunk_size=None: iter(only_red(self)),
    "_fetch_all": lambda self: setattr(self, "_result_cache", [Team(code="red")]),
    "_clone": lambda self: QuerySet._clone(self),
    "_chain": lambda self: QuerySet._chain(self),
    "_values": lambda self, *fields, **expressions: QuerySet._values(self, *fields, **expressions),
    "values_list": lambda self, *fields, **options: QuerySet.values_list(self, *fields, **options),
    "filter": lambda self, *args, **kwargs: QuerySet.filter(self, *args, **kwargs),
    "db": property(lambda self: "default"),
}


@pytest.mark.parametrize("name", OWN)
def test_querysets_with_methods_of_their_own_decide_which_rows_there_are(name: str) -> None:
    Team.objects.create(code="red")
    Team.objects.create(code="blue")
    queryset = type("Own", (QuerySet,), {name: OWN[name]})(Team)
    projector = Projector(["code"], "V.json_fields")

    with counted(InstanceWriter.rows) as calls:
        rows = projector.rows(queryset)

    assert calls == {"InstanceWriter.rows": 1}
    if name in ("__iter__", "_fetch_all"):
        assert rows == [{"code": "red"}]


def lists_of_fields(model: Any, depth: int = 3) -> st.SearchStrategy[list[Any]]:
    """Lists of columns, of relations as keys, as values at the end of paths, and as rows, under any key."""
    options = model._meta
    names: list[st.SearchStrategy[Any]] = [
        st.sampled_from([field.attname for field in options.concrete_fields if field.name != "object_id"])
    ]
    for field in options.get_fields():
        # What has no order of its own may come in any.
        is_ordered = field.is_relation and field.related_model is not None and field.related_model._meta.ordering
        if depth and field.is_relation and (is_ordered or field.one_to_one or field.many_to_one):
            name = field.get_accessor_name() if field.auto_created and not field.concrete else field.name
            if name is None or field.related_model is None:
                continue
            below = lists_of_fields(field.related_model, depth - 1)
            names += [st.just(name), below.map(lambda fields, name=name: {name: fields})]
            ends = [each.attname for each in field.related_model._meta.concrete_fields]
            names.append(st.sampled_from([f"{name}__{end}" for end in ends]))
    return st.lists(st.one_of(names), max_size=5).map(
        lambda fields: [
            (f"{number}'\"\\{{}}\n\ud800", field) if number % 3 else field for number, field in enumerate(fields)
        ]
    )


def _has_clear_keys(fields: list[Any]) -> bool:
    """Tell whether no key is there twice."""
    keys = [field if isinstance(field, str) else next(iter(field)) for field in fields if not isinstance(field, tuple)]
    nested = [field[1] if isinstance(field, tuple) else field for field in fields]
    below = [each for field in nested if isinstance(field, dict) for each in field.values()]
    return len(set(keys)) == len(keys) and all(map(_has_clear_keys, below))


generated = settings(
    max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)


@generated
@given(data=st.data(), links=st.lists(st.integers(0, 4) | st.none(), min_size=5, max_size=5))
@pytest.mark.parametrize("model", [Membership, Person, Edition, Badge, Book])
def test_generated_lists_of_fields(model: Any, data: Any, links: list[int | None]) -> None:
    """The flat way writes what instances give, and both write what the encoders make of Python's values."""
    fields = data.draw(lists_of_fields(model).filter(_has_clear_keys))
    for each in (Edition, Book, Author, Publisher, Membership, Badge, Person, Project, Team):
        each._base_manager.all().delete()
    teams = [Team.objects.create(code=code) for code in "abc"]
    people: list[Person] = []
    for number, link in enumerate(links):
        boss = None if link is None or link >= number else people[link]
        team = None if link is None else teams[link % 3]
        born = (
            None if link is None else datetime.datetime(2001, 2, 3, link, microsecond=link * 1001, tzinfo=datetime.UTC)
        )
        people.append(Person.objects.create(name=f"n{number}", boss=boss, team=team, born=born, is_active=link != 3))
        project = Project.objects.create(name=f"p{number}")
        Membership.objects.create(person=people[link or 0] if people[(link or 0) :] else people[0], project=project)
        publisher = Publisher.objects.create(name=f"p{number}", city="")
        Book.objects.create(title=f"t{number}", price=number, publisher=publisher if link else None)
        edition = Edition.objects.create(
            title=f"t{number}",
            price=number,
            cost=number,
            published=datetime.date(2001, 2, 3),
            created=born or datetime.datetime(2001, 2, 3, tzinfo=datetime.UTC),
            updated=born,
            pages=number,
            rating=number / 7,
            in_print=True,
            publisher=publisher,
        )
        edition.authors.set([Author.objects.create(name="a")] if link else [])
        if link is not None:
            people[-1].friends.add(people[0])
            Badge.objects.create(person=people[-1], number=link)
    queryset = model._base_manager.order_by("pk")

    flat = Projector(fields, "V.json_fields", True, simplify)
    with counted(FlatPlan.rows) as calls:
        rows = flat.rows(queryset.all())

    assert calls == {"FlatPlan.rows": 1}
    simple = flat.rows(list(queryset))
    plain = Projector(fields, "V.json_fields", True).rows(list(queryset))
    for params in ({}, {"indent": 1}):
        # orjson does not indent.
        assert encode(rows, params=params) == encode(plain, params=params) == encode(simple, params=params)


def test_keys_of_relations_that_are_always_there_are_not_selected() -> None:
    def paths(model: Any, fields: list[Any]) -> list[str]:
        plan = FlatPlan(model)
        plan.add(Walker("V.json_fields").walk(model, parse(fields, "V.json_fields"), {}))
        return plan.paths

    assert paths(Edition, ["title", {"publisher": ["name"]}]) == ["title", "publisher__name"]
    assert paths(Edition, ["publisher__city"]) == ["publisher__city"]
    assert paths(Membership, [{"person": [{"team": ["code"]}]}]) == ["person__team__code", "person__team_id"]
    assert paths(Book, [{"publisher": ["name"]}]) == ["publisher__name", "publisher_id"]


@pytest.mark.parametrize("fields", [[], [{"person": []}], [{"person": []}, {"project": []}]])
def test_rows_of_no_columns(fields: list[Any]) -> None:
    person = Person.objects.create(name="ann")
    for name in ("sky", "sea"):
        Membership.objects.create(person=person, project=Project.objects.create(name=name))

    rows = Projector(fields, "V.json_fields").rows(Membership.objects.all())

    assert rows == [{name: {} for field in fields for name in field}] * 2


class TestFarPages:
    """The database passes over the keys of the rows before a page, not over the rows that it joins."""

    @pytest.fixture
    def books(self) -> Any:
        publisher = Publisher.objects.create(name="p", city="c")
        Book.objects.bulk_create(
            Book(title=f"{number % 7}", price=1, pages=number, publisher=publisher) for number in range(5100)
        )
        return Book.objects.order_by("-title", "pk")

    fields = ("pages", "title", {"publisher": ["name"]}, {"authors": ["name"]})

    @pytest.mark.parametrize("start", [5000, 5090, 6000])
    def test_rows(self, books: Any, start: int) -> None:
        books[5000].authors.add(Author.objects.create(name="a"))
        page = books.filter(pk__gt=0).defer("pages")[start : start + 20]
        projector = Projector(self.fields, "V.json_fields")
        expected = projector.rows(list(page.all()))

        with CaptureQueriesContext(connection) as captured:
            rows = projector.rows(page)

        assert rows == expected
        keys, *others = [query["sql"] for query in captured.captured_queries]
        assert "OFFSET" in keys
        assert "pages" not in keys
        assert not any("OFFSET" in sql for sql in others)
        assert len(others) <= 2

    @pytest.mark.parametrize(
        "change",
        [
            lambda rows: rows[4999:5019],
            lambda rows: rows[5000:],
            lambda rows: rows[5000:6001],
            lambda rows: rows.filter(authors__name="b")[5000:5010],
            lambda rows: rows.order_by("authors__name", "pk")[5000:5010],
            lambda rows: rows.order_by(Lower("title"), "pk")[5000:5010],
            lambda rows: rows.order_by(F("title").desc(), "pk")[5000:5010],
            lambda rows: rows.annotate(row_number=Window(RowNumber(), order_by="pk"))[5000:5010],
        ],
    )
    def test_rows_that_keys_may_not_tell(self, books: Any, change: Any) -> None:
        page = change(books)
        added = ["row_number"] if page.query.annotations else []
        projector = Projector(("pages", {"publisher": ["name"]}, *added), "V.json_fields")

        with CaptureQueriesContext(connection) as captured:
            rows = projector.rows(page)

        assert len(captured) == 1
        assert rows == projector.rows(list(change(books)))

    def test_rows_of_one_table(self, books: Any) -> None:
        with CaptureQueriesContext(connection) as captured:
            rows = Projector(["pages"], "V.json_fields").rows(books[5000:5010])

        assert len(rows) == 10
        assert len(captured) == 1

    def test_order_of_the_model(self) -> None:
        Team.objects.bulk_create(Team(code=f"{number:05}") for number in range(5010))

        with CaptureQueriesContext(connection) as captured:
            rows = Projector(["code"], "V.json_fields").rows(Team.objects.all()[5000:5005])

        assert [row["code"] for row in rows] == ["00009", "00008", "00007", "00006", "00005"]
        assert len(captured) == 1
