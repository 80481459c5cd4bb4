"""SQL around the WHERE: kept only where its text never changes."""

import pickle
from typing import Any

import pytest
from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connection, transaction
from django.db.models import BigAutoField, CharField, F, ForeignKey, Func, Manager
from django.db.models.lookups import Exact, In
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import Join
from django.test.utils import CaptureQueriesContext, register_lookup

from django_extras.projection.kept import shape
from django_extras.projection.projector import Projector
from tests.models import Author, Book, Publisher
from tests.shapes import ActiveManager, Badge, Cafe, Person, Team

pytestmark = pytest.mark.django_db

FIELDS = ["id", "title", {"publisher": ["name"]}, "authors"]


@pytest.fixture
def books() -> list[Book]:
    authors = [Author.objects.create(name=name) for name in ("Anne", "Emily")]
    books = []
    for title in ("Agnes Grey", "Emma", "Persuasion"):
        publisher = Publisher.objects.create(name=f"Publisher of {title}")
        books.append(Book.objects.create(title=title, price=5, publisher=publisher))
        books[-1].authors.set(authors[: len(books) - 1])
    return books


@pytest.fixture
def projector() -> Projector:
    return Projector(FIELDS, "Test.json_fields")


def kept(projector: Projector, model: Any = Book) -> list[bool]:
    """Return whether a text is kept, for each shape of queries that came twice."""
    plan: Any = projector._way(model._default_manager.all()).plan
    return [text != "always" for text in plan._texts._known.values() if text != "once"]


def run(projector: Projector, queryset: Any, pk: Any) -> tuple[list[dict[str, Any]], list[str]]:
    with CaptureQueriesContext(connection) as queries:
        rows = projector.row_of(queryset, pk)
    return rows, [query["sql"] for query in queries.captured_queries]


def test_rows_and_statements_are_those_of_django(projector: Projector, books: list[Book]) -> None:
    found = [run(projector, Book.objects.all(), book.pk) for book in (*books, *books)]

    assert kept(projector) == [True]
    for book, (rows, statements) in zip([*books, *books], found, strict=True):
        anew = Projector(FIELDS, "Test.json_fields")
        with CaptureQueriesContext(connection) as queries:
            assert rows == anew.rows(Book.objects.filter(pk__in=[book.pk]))
        assert statements == [query["sql"] for query in queries.captured_queries]


def test_a_row_that_is_not_there(projector: Projector, books: list[Book]) -> None:
    for _ in range(4):
        assert projector.row_of(Book.objects.all(), books[-1].pk + 1) == []


@pytest.mark.parametrize("queryset", [Book.objects.filter(title="Emma"), Book.objects.order_by("-pk")])
def test_conditions_of_the_queryset_count(projector: Projector, books: list[Book], queryset: Any) -> None:
    everything = [Book.objects.all(), queryset]
    found = [
        [row["title"] for book in books for row in projector.row_of(rows.all(), book.pk)]
        for rows in (*everything, *everything, *everything)
    ]

    all_titles = ["Agnes Grey", "Emma", "Persuasion"]
    assert found == [all_titles, ["Emma"] if queryset.query.where else all_titles] * 3


def test_a_manager_may_choose_anew_each_time(monkeypatch: Any) -> None:
    cafe = Cafe.objects.create(name="Sacher")
    cafe.guests.set([Person.objects.create(name=name) for name in "ab"])
    shown: list[str] = []

    def get_queryset(self: Any) -> Any:
        everyone = Manager.get_queryset(self)
        return everyone.filter(name__in=shown) if shown else everyone

    monkeypatch.setattr(ActiveManager, "get_queryset", get_queryset)
    projector = Projector(["name", {"guests": ["name"]}], "Test.json_fields")

    for names in ("ab", "a", "b", "ab"):
        shown[:] = names if len(names) == 1 else []
        [row] = projector.row_of(Cafe.objects.all(), cafe.pk)
        assert "".join(sorted(guest["name"] for guest in row["guests"])) == names


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Person, ["id", "name", "boss", "friends", {"staff": ["name"]}, {"team": ["code"]}]),
        (Badge, ["pk", "number", {"person": ["name"]}]),
        (Cafe, ["id", "name", "seats", "guests"]),
        (Team, ["code", {"person_set": ["name"]}]),
    ],
)
def test_models_of_other_shapes(model: Any, fields: Any) -> None:
    team = Team.objects.create(code="x")
    boss, person = (Person.objects.create(name=name, team=team) for name in "ab")
    person.boss = boss
    person.save()
    person.friends.add(boss)
    for number, each in enumerate((boss, person)):
        Badge.objects.create(person=each, number=number)
        Cafe.objects.create(name="Sacher").guests.add(each)
    projector = Projector(fields, "Test.json_fields")

    for _ in range(4):
        for each in model._default_manager.all():
            expected = Projector(fields, "Test.json_fields").rows(model._default_manager.filter(pk=each.pk))
            assert projector.row_of(model._default_manager.all(), each.pk) == expected != []


def test_a_condition_that_is_always_true_is_kept_for_no_other(projector: Projector, books: list[Book]) -> None:
    for limit, expected in [(2**63, 3)] * 4 + [(5, 0), (2**63, 3), (6, 3)]:
        assert len(projector.rows(Book.objects.filter(pages__lt=limit, price__lt=limit).exclude(pages=6))) == expected


def test_pages_of_a_list(projector: Projector, books: list[Book]) -> None:
    def titles(start: int, stop: int | None) -> list[str]:
        return [row["title"] for row in projector.rows(Book.objects.order_by("title")[start:stop])]

    for _ in range(4):
        assert titles(0, 2) == ["Agnes Grey", "Emma"]
        assert titles(1, None) == ["Emma", "Persuasion"]
        assert titles(2, 2) == []
    assert kept(projector) != []
    assert all(kept(projector))


def test_empty_querysets(projector: Projector, books: list[Book]) -> None:
    for _ in range(4):
        assert projector.rows(Book.objects.none()) == []
        assert projector.rows(Book.objects.filter(pk__in=[])) == []
    assert [row["title"] for row in projector.rows(Book.objects.order_by("pk"))] == [
        "Agnes Grey",
        "Emma",
        "Persuasion",
    ]


def test_a_table_that_gets_another_name(projector: Projector, books: list[Book], monkeypatch: Any) -> None:
    for _ in range(4):
        projector.rows(Book.objects.all())
    monkeypatch.setattr(Publisher._meta, "db_table", "elsewhere")

    with pytest.raises(DatabaseError, match="elsewhere"), transaction.atomic():
        projector.rows(Book.objects.all())


def test_a_view_that_makes_up_shapes(projector: Projector, books: list[Book]) -> None:
    names = [f"{sign}{name}" for name in ("pk", "title", "price", "pages", "published") for sign in ("", "-")]
    orders = [(first, second) for first in names for second in names if first.strip("-") != second.strip("-")]
    assert len(orders) < 100 < 2 * len(orders)

    for ordering in (*orders, *names, *orders, *(("publisher__name", *each) for each in orders)):
        order = ordering if isinstance(ordering, tuple) else (ordering,)
        expected = list(Book.objects.order_by(*order, "pk").values_list("title", flat=True))
        assert [row["title"] for row in projector.rows(Book.objects.order_by(*order, "pk"))] == expected

    plan: Any = projector._way(Book.objects.all()).plan
    assert len(plan._texts._known) <= 100


class OtherJoin(Join):
    """A join of another library."""


class OtherQuery(Query):
    """A query of another library."""


class OtherIn(In):
    """A lookup of a project, which may make something else of its values."""


def test_shapes_that_are_not_known() -> None:
    joined: Any = Book.objects.filter(publisher__name="a").query
    of_class: Any = Book.objects.filter(publisher__name="a").query
    [_, join] = of_class.alias_map.items()
    of_class.alias_map[join[0]].__class__ = OtherJoin

    assert shape(joined, connection) is not None
    assert shape(of_class, connection) is None
    other: Any = OtherQuery(Book)
    assert shape(other, connection) is None
    joined.where.contains_aggregate = True
    assert shape(joined, connection) is None


def test_orderings_that_are_not_kept(projector: Projector, books: list[Book]) -> None:
    for order in ("?", "publisher", F("title").desc(), "authors__name"):
        for _ in range(3):
            assert len(projector.rows(Book.objects.order_by(order))) >= 3
    assert not any(kept(projector))


def test_a_lookup_of_the_project(projector: Projector, books: list[Book]) -> None:
    with register_lookup(BigAutoField, OtherIn):
        for book in books:
            [row] = projector.row_of(Book.objects.all(), book.pk)
            assert row["title"] == book.title


class Once(Exact):
    """A condition that can be compiled once."""

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        if self.rhs is None:
            raise EmptyResultSet
        statement = super().as_sql(*args, **kwargs)
        self.rhs = None
        return statement


def test_a_condition_that_can_be_compiled_once(projector: Projector, books: list[Book]) -> None:
    def rows() -> list[Any]:
        queryset = Book.objects.filter(pk=books[1].pk)
        [condition] = queryset.query.where.children
        queryset.query.where.children = [Once(condition.lhs, condition.rhs)]
        return projector.rows(queryset)

    for _ in range(4):
        assert [row["title"] for row in rows()] == ["Emma"]
    assert not all(kept(projector))


class Now(Func):  # type: ignore[type-arg]  # generic in the stubs alone
    """An expression of a project, whose text may differ from request to request."""

    function = "LOWER"

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        return super().as_sql(*args, **kwargs)


def patch_field(monkeypatch: Any) -> None:
    monkeypatch.setattr(CharField, "select_format", lambda self, compiler, sql, params: (sql, params))


def patch_relation(monkeypatch: Any) -> None:
    monkeypatch.setattr(ForeignKey, "get_extra_restriction", lambda self, alias, related_alias: None)


def patch_compiler(monkeypatch: Any) -> None:
    as_sql = SQLCompiler.as_sql
    monkeypatch.setattr(SQLCompiler, "as_sql", lambda self, *args, **kwargs: as_sql(self, *args, **kwargs))


def patch_ordering(monkeypatch: Any) -> None:
    monkeypatch.setattr(Book._meta, "ordering", [Now("title")])


@pytest.mark.parametrize("patch", [patch_field, patch_relation, patch_compiler, patch_ordering])
def test_what_is_not_djangos_is_written_anew(
    projector: Projector, books: list[Book], patch: Any, monkeypatch: Any
) -> None:
    patch(monkeypatch)

    for _ in range(4):
        assert projector.row_of(Book.objects.all(), books[1].pk)[0]["title"] == "Emma"
    assert not any(kept(projector))


@pytest.mark.parametrize("ordering", [["-pk"], ["name"]])
def test_an_ordering_that_changes_is_heard(
    projector: Projector, books: list[Book], ordering: list[str], monkeypatch: Any
) -> None:
    keys = [author.pk for author in Author.objects.order_by("name")]
    for _ in range(4):
        assert sorted(projector.row_of(Book.objects.all(), books[2].pk)[0]["authors"]) == sorted(keys)
    monkeypatch.setattr(Author._meta, "ordering", ordering)

    [row] = projector.row_of(Book.objects.all(), books[2].pk)

    assert row["authors"] == (keys if ordering == ["name"] else keys[::-1])


def test_a_queryset_that_is_prepared_can_be_pickled(projector: Projector, books: list[Book]) -> None:
    prepared = projector.prepare(Book.objects.order_by("pk"))

    assert list(pickle.loads(pickle.dumps(prepared))) == books


def test_a_queryset_that_is_prepared_twice(projector: Projector, books: list[Book]) -> None:
    prepared = projector.prepare(projector.prepare(Book.objects.order_by("pk")))

    assert list(prepared) == books
