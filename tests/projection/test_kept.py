"""The statement for the rows of one key: kept only where its text never changes."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import CharField, ForeignKey, Func, Manager
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext

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
    """Return whether a statement is kept, for each database that was asked."""
    plan: Any = projector._way(model._default_manager.all()).plan
    return [statement is not None for statement in plan._statements._kept.values()]


def run(projector: Projector, queryset: Any, pk: Any) -> tuple[list[dict[str, Any]], list[str]]:
    with CaptureQueriesContext(connection) as queries:
        rows = projector.row_of(queryset, pk)
    return rows, [query["sql"] for query in queries.captured_queries]


def test_rows_and_statements_are_those_of_django(projector: Projector, books: list[Book]) -> None:
    found = [run(projector, Book.objects.all(), book.pk) for book in (*books, *books)]

    assert kept(projector) == [True]
    for book, (rows, statements) in zip([*books, *books], found, strict=True):
        with CaptureQueriesContext(connection) as queries:
            assert rows == projector.rows(Book.objects.filter(pk__in=[book.pk]))
        assert statements == [query["sql"] for query in queries.captured_queries]


def test_a_row_that_is_not_there(projector: Projector, books: list[Book]) -> None:
    for _ in range(2):
        assert projector.row_of(Book.objects.all(), books[-1].pk + 1) == []


@pytest.mark.parametrize("queryset", [Book.objects.filter(title="Emma"), Book.objects.order_by("-pk")])
def test_conditions_of_the_queryset_count(projector: Projector, books: list[Book], queryset: Any) -> None:
    found = [row["title"] for book in books for row in projector.row_of(queryset.all(), book.pk)]

    assert found == (["Emma"] if queryset.query.where else ["Agnes Grey", "Emma", "Persuasion"])
    assert kept(projector) == []


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

    for _ in range(2):
        for each in model._default_manager.all():
            expected = projector.rows(model._default_manager.filter(pk=each.pk))
            assert projector.row_of(model._default_manager.all(), each.pk) == expected != []


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

    for _ in range(2):
        assert projector.row_of(Book.objects.all(), books[1].pk)[0]["title"] == "Emma"
    assert kept(projector) == [False]


@pytest.mark.parametrize("ordering", [["-pk"], ["name"]])
def test_an_ordering_that_changes_is_heard(
    projector: Projector, books: list[Book], ordering: list[str], monkeypatch: Any
) -> None:
    keys = [author.pk for author in Author.objects.order_by("name")]
    assert sorted(projector.row_of(Book.objects.all(), books[2].pk)[0]["authors"]) == sorted(keys)
    monkeypatch.setattr(Author._meta, "ordering", ordering)

    [row] = projector.row_of(Book.objects.all(), books[2].pk)

    assert row["authors"] == (keys if ordering == ["name"] else keys[::-1])
