"""The statement that finds the rows of one key: kept whole, for querysets without conditions."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import BigAutoField, Field
from django.test.utils import CaptureQueriesContext

from django_extras.projection import bounded
from django_extras.projection.keyed import related_objects
from django_extras.projection.projector import Projector
from tests.models import Author, Book, Cafe, Person, Publisher

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> list[Book]:
    publisher = Publisher.objects.create(name="Murray")
    return [Book.objects.create(title=title, price=5, publisher=publisher) for title in ("Emma", "Persuasion")]


@pytest.fixture
def projector() -> Projector:
    return Projector(["title", "publisher"], "Test.json_fields")


def statements(projector: Projector) -> dict[Any, Any]:
    plan: Any = projector._way(Book.objects.all()).plan
    kept: dict[Any, Any] = plan._by_key._kept
    return kept


def titles(projector: Projector, books: list[Book], queryset: Any) -> list[str]:
    return [row["title"] for book in books for row in projector.row_of(queryset.all(), book.pk)]


def test_it_is_that_of_django(projector: Projector, books: list[Book]) -> None:
    found = []
    for book in books * 4:
        with CaptureQueriesContext(connection) as queries:
            [row] = projector.row_of(Book.objects.all(), book.pk)
        found.append(([row["title"]], [query["sql"] for query in queries.captured_queries]))

    assert len(statements(projector)) == 1
    assert found == found[:2] * 4


@pytest.mark.parametrize(
    "queryset", [Book.objects.filter(title="Emma"), Book.objects.exclude(title="Emma"), Book.objects.none()]
)
def test_conditions_have_their_own(projector: Projector, books: list[Book], queryset: Any) -> None:
    expected = [book.title for book in books if queryset.filter(pk=book.pk).exists()]
    for _ in range(4):
        assert titles(projector, books, Book.objects) == ["Emma", "Persuasion"]
        assert titles(projector, books, queryset) == expected


def test_no_more_than_some_are_kept(projector: Projector, books: list[Book], monkeypatch: Any) -> None:
    monkeypatch.setattr(bounded, "_MOST", 2)  # few enough for four orders to fill it
    for order in ("title", "-title", "price", "title"):
        for _ in range(3):
            assert titles(projector, books, Book.objects.order_by(order)) == ["Emma", "Persuasion"]
        assert 1 <= len(statements(projector)) <= 2


def test_a_key_of_the_project_is_written_anew(projector: Projector, books: list[Book], monkeypatch: Any) -> None:
    def get_col(self: Any, *args: Any) -> Any:
        return Field.get_col(self, *args)

    monkeypatch.setattr(BigAutoField, "get_col", get_col)
    alone = Projector(["title"], "Test.json_fields")

    for _ in range(4):
        assert titles(alone, books, Book.objects) == ["Emma", "Persuasion"]
    assert not statements(alone)


def test_a_table_that_gets_another_name(projector: Projector, books: list[Book], monkeypatch: Any) -> None:
    for _ in range(4):
        assert titles(projector, books, Book.objects) == ["Emma", "Persuasion"]
    monkeypatch.setattr(Book._meta, "db_table", "elsewhere")

    with pytest.raises(DatabaseError, match="elsewhere"), transaction.atomic():
        projector.row_of(Book.objects.all(), books[0].pk)


def test_related_objects_are_those_of_the_manager() -> None:
    people = [Person.objects.create(name=name) for name in "abc"]
    people[1].friends.set([people[0], people[2]])
    cafe, empty = Cafe.objects.create(name="x"), Cafe.objects.create(name="y")
    cafe.guests.set(people)
    book = Book.objects.create(title="Emma", price=3)
    book.authors.add(Author.objects.create(name="Jane"))

    for instance, name in [*((person, "friends") for person in people), (cafe, "guests"), (empty, "guests")] * 3:
        field = instance._meta.get_field(name)
        assert related_objects(instance, field) == list(getattr(instance, name).all())
    for _ in range(3):
        assert related_objects(book, Book._meta.get_field("authors")) == list(book.authors.all())
