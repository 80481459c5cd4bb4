"""The fast way to write rows: when it is taken, what it asks of Django, and which rows belong to whom."""

import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from django.db.models import Model, QuerySet
from django.db.models.sql import Query

from django_extras.http.json import simplify
from django_extras.projection.flat import FlatPlan
from django_extras.projection.instances import InstanceWriter
from django_extras.projection.projector import Projector
from django_extras.projection.steps import Walker
from django_extras.projection.tree import parse
from tests.models import Author, Book, Publisher
from tests.shapes import Leg, Membership, Note, Person, Project, Stop, Team

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
