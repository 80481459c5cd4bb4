"""Pages by key: each row once and in order, whatever the order goes by, forward and backward."""

import datetime
import itertools
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.core.signing import Signer
from django.db import connection
from django.db.models import (
    Avg,
    Case,
    CharField,
    Count,
    DateField,
    DateTimeField,
    DecimalField,
    Exists,
    F,
    IntegerField,
    Max,
    Model,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.fields.json import KT
from django.db.models.functions import (
    Cast,
    Coalesce,
    ExtractDay,
    FirstValue,
    Floor,
    JSONObject,
    Lower,
    Now,
    Random,
    Rank,
    RowNumber,
    TruncDate,
    TruncHour,
    TruncMonth,
)
from django.db.models.lookups import Exact
from django.test.utils import isolate_apps
from django.utils import timezone
from django.views.generic import ListView
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_extras.projection.keyset import Keyset
from django_extras.views._cursor import IN_ROW, MAX_LENGTH, read_cursor, write_cursor
from django_extras.views.json import JsonResponseMixin
from tests.models import Author, Book, Publisher
from tests.orders import Name, Ware
from tests.servers.harness import missing
from tests.shapes import Badge, Cell, Client, Everything, Membership, Person, Project, Team, Token, Visit
from tests.views.listing import body, follow, get, names, refused, walk

pytestmark = pytest.mark.django_db


class Cursors(JsonResponseMixin, ListView):
    model = Author
    ordering = "pk"
    paginate = "cursor"
    paginate_by = 2
    json_fields = ("name",)


class TestCursors:
    def test_first_page(self, authors: list[Author], django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(1):
            response = get(Cursors, "/?x=1")

        page = json.loads(response.content)
        assert (page["count"], page["previous"], names(page)) == (None, None, "ab")
        assert page["next"].startswith("http://testserver/?x=1&cursor=")
        assert response.headers["Link"] == f'<http://testserver/?x=1>; rel="first", <{page["next"]}>; rel="next"'

    def test_all_pages_and_back(self, authors: list[Author]) -> None:
        assert [row["name"] for row in walk(Cursors)] == list("abcde")

    def test_no_rows(self) -> None:
        assert body(Cursors) == {"count": None, "next": None, "previous": None, "results": []}

    def test_pages_stay_right_while_rows_come_and_go(self, authors: list[Author]) -> None:
        first = body(Cursors)
        before = authors[0].pk - 1
        authors[0].delete()
        authors[1].delete()
        Author.objects.create(pk=before, name="z")

        second = body(Cursors, first["next"])

        assert names(second) == "cd"
        assert names(body(Cursors, second["previous"])) == "z"

    def test_page_whose_rows_are_gone(self, authors: list[Author]) -> None:
        first = body(Cursors)
        second = body(Cursors, first["next"])
        Author.objects.all().delete()

        after, before = body(Cursors, first["next"]), body(Cursors, second["previous"])
        nothing = body(Cursors, after["previous"])

        assert (after["results"], after["next"]) == ([], None)
        assert nothing == before == {"count": None, "next": "http://testserver/", "previous": None, "results": []}

    @pytest.mark.parametrize("left", [1, 2, 3, 4])
    def test_back_from_a_page_whose_rows_are_gone(self, authors: list[Author], left: int) -> None:
        last = body(Cursors, body(Cursors)["next"])["next"]
        Author.objects.exclude(pk__in=[author.pk for author in authors[:left]]).delete()

        pages = follow(Cursors, last, "previous")

        assert "".join(map(names, reversed(pages))) == "abcd"[:left]
        assert [page["next"] for page in pages[:2]] == [None, None]

    def test_cursors_that_the_list_did_not_make(self, authors: list[Author]) -> None:
        class Other(Cursors):
            ordering = "-pk"

        cursor = body(Cursors)["next"].partition("cursor=")[2]
        for text in (cursor[:-1], "x" + cursor, "x", "%00", "é", Signer(salt="x").sign_object([False, [1]])):
            assert refused(Cursors, f"/?cursor={text}") == (400, "cursor is not one that this list gave out.")
        assert refused(Other, f"/?cursor={cursor}")[0] == 400
        assert names(body(Cursors, "/?cursor=")) == "ab"

    def test_cursors_of_an_order_by_an_expression_are_the_same_in_each_process(self, authors: list[Author]) -> None:
        title = Book.objects.filter(authors=OuterRef("pk")).order_by("pk").values("title")[:1]
        for author in authors[1:]:
            Book.objects.create(title=author.name.upper(), price=1).authors.add(author)

        for ordering in ((Subquery(title),), (Exists(title), "-pk"), (Coalesce(Subquery(title), Value("z")).desc(),)):

            class Titles(Cursors):
                json_fields = ("pk",)

                def get_queryset(self, ordering: Any = ordering) -> Any:
                    return Author.objects.order_by(*ordering)

            assert walk(Titles) == list(Author.objects.order_by(*ordering, "pk").values("pk"))

    def test_cursors_of_an_order_by_something_else_of_that_name(self, authors: list[Author]) -> None:
        def ordered(key: Any) -> Any:
            queryset = Author.objects.annotate(key=key).order_by("key")
            return type("Ordered", (Cursors,), {"queryset": queryset, "ordering": None})

        keys = [Lower("name"), F("name"), F("pk"), Count("books"), Cast("name", DateField())]
        views = [ordered(key) for key in keys]

        for view, other in itertools.permutations(views, 2):
            if view is not views[-1]:
                assert refused(other, body(view)["next"]) == (400, "cursor is not one that this list gave out.")

    def test_cursors_of_the_same_function_of_something_else(self) -> None:
        publisher = Publisher.objects.create(name="a", city="b")
        for title in "ab":
            Book.objects.create(title=title, price=1, publisher=publisher)

        for keys in itertools.permutations(["publisher__name", "publisher__city", "title"], 2):
            view, other = (
                type("Ordered", (Cursors,), {"queryset": Book.objects.order_by(Lower(key)), "json_fields": ["id"]})
                for key in keys
            )
            view.ordering = other.ordering = None
            view.paginate_by = 1
            assert refused(other, body(view)["next"]) == (400, "cursor is not one that this list gave out.")

    def test_cursors_of_an_order_that_compares_with_the_time(self, authors: list[Author]) -> None:
        for author, year in zip(authors, (2000, 2999, 2000, 2999, 2000), strict=True):
            Book.objects.create(title=author.name, price=1, published=datetime.date(year, 1, 1))

        class Coming(Cursors):
            json_fields = ("title",)
            ordering = None

            def get_queryset(self) -> Any:
                today = datetime.date.today() + datetime.timedelta(days=next(days))
                return Book.objects.order_by(Case(When(published__gt=today, then=0), default=1), "title")

        days = itertools.count()
        assert [row["title"] for row in walk(Coming)] == list("bdace")

    def test_order_in_the_query(self, authors: list[Author]) -> None:
        class Ordered(Cursors):
            json_ordering = ("name",)

        assert [row["name"] for row in walk(Ordered, "/?ordering=-name")] == list("edcba")
        first = body(Ordered, "/?ordering=-name")["next"]
        assert refused(Ordered, first.replace("-name", "name"))[0] == 400

    @pytest.mark.parametrize(
        "change",
        [
            lambda queryset: queryset.order_by("?"),
            lambda queryset: queryset.order_by(Random()),
            lambda queryset: Everything.objects.annotate(part=F("json__part")).order_by("part"),
            lambda queryset: queryset.annotate(dice=Floor(Random() * 6)).order_by("dice"),
            lambda queryset: queryset.order_by("books__title"),
            lambda queryset: queryset.order_by("books"),
            lambda queryset: queryset.annotate(title=F("books__title")).order_by("title"),
            lambda queryset: queryset.annotate(title=Lower("books__title")),
            lambda queryset: queryset.alias(rank=Window(Count("books"))).order_by("rank"),
            lambda queryset: Person.objects.order_by("notes"),
            lambda queryset: Everything.objects.order_by("json"),
            lambda queryset: Everything.objects.order_by("json__part"),
            lambda queryset: queryset.values("name").distinct(),
            lambda queryset: queryset.values("name").annotate(count=Count("pk")),
            lambda queryset: queryset[:4],
            lambda queryset: queryset.reverse(),
            lambda queryset: queryset.union(queryset),
            lambda queryset: list(queryset),
        ],
    )
    def test_orders_without_keys(self, change: Any) -> None:
        class Wrong(Cursors):
            def get_queryset(self) -> Any:
                return change(Author.objects.order_by())

        with pytest.raises(ImproperlyConfigured, match=r'^Wrong cannot page .*[Uu]se paginate = "page"\.$'):
            get(Wrong)

    @pytest.mark.parametrize(
        ("ordering", "name", "reason"),
        [
            ("books", "books", "it is a column of a relation to many"),
            ("-books__title", "books__title", "it is a column of a relation to many"),
            (F("books__title").desc(), "books__title", "it is a column of a relation to many"),
            (Random(), "Random()", "it is random"),
            ("part", "part", "it is JSON, which a cursor cannot hold"),
        ],
    )
    def test_why_an_order_has_no_keys(self, ordering: Any, name: str, reason: str) -> None:
        class Wrong(Cursors):
            queryset = Author.objects.annotate(part=JSONObject(name="name")).order_by(ordering)

        Wrong.ordering = None
        with pytest.raises(ImproperlyConfigured) as caught:
            get(Wrong)
        assert str(caught.value) == (
            f'Wrong cannot page by key in the order of "{name}": {reason}. Order by other columns, or use '
            'paginate = "page".'
        )

    @pytest.mark.parametrize("ordering", ["published__year", "-published__year", "published__month"])
    def test_order_by_a_part_of_a_column(self, ordering: str) -> None:
        for month in (5, 1, 9, 1):
            for year in (2001, 2000):
                Book.objects.create(title="", price=1, published=datetime.date(year, month, month))

        class Years(Cursors):
            queryset = Book.objects.order_by(ordering, "-pk")
            json_fields = ("pk",)

        Years.ordering = None
        assert walk(Years) == list(Years.queryset.values("pk"))

    def test_order_by_sql(self, authors: list[Author]) -> None:
        class Extra(Cursors):
            queryset = Author.objects.extra(select={"backward": "-id"}).order_by("backward")

        Extra.ordering = None
        assert [row["name"] for row in walk(Extra)] == list("edcba")

    def test_order_by_a_relation_whose_model_has_an_order_by_an_expression(self) -> None:
        people = [Person.objects.create(name=name) for name in "ab"]
        for number, name in enumerate("caba"):
            Membership.objects.create(person=people[number % 2], project=Project.objects.create(name=name), role="l")

        for ordering in ("project", "-project"):

            class Members(Cursors):
                queryset = Membership.objects.order_by(ordering)
                json_fields = ("pk",)

            Members.ordering = None
            assert walk(Members) == list(Membership.objects.order_by(ordering, "pk").values("pk"))

    @pytest.mark.parametrize(
        "change",
        [
            lambda queryset: queryset.values("name"),
            lambda queryset: queryset.values("name").order_by(Lower("name").desc()),
            lambda queryset: queryset.values().order_by("-name"),
            lambda queryset: queryset.values("name", "pk").distinct(),
            lambda queryset: queryset.annotate(count=Count("books")).values("name", "count").order_by("-count"),
            lambda queryset: queryset.values("pk", "name").annotate(count=Count("books")).order_by("-count"),
            lambda queryset: queryset.values_list("name", named=True).order_by("-name"),
        ],
    )
    def test_rows_of_values(self, authors: list[Author], change: Any) -> None:
        class Valued(Cursors):
            ordering = None

            def get_queryset(self) -> Any:
                return change(Author.objects.all())

        Book.objects.create(title="", price=1).authors.set(authors[2:4])
        rows = [row["name"] for row in walk(Valued)]
        ordered = Author.objects.annotate(count=Count("books")).order_by(*Valued().get_queryset().query.order_by, "pk")
        assert rows == [author.name for author in ordered]

    @pytest.mark.parametrize(
        "ordering",
        [
            ("name",),
            ("-name",),
            (F("name").desc(),),
            (Lower("name").desc(), "pk"),
            (Lower("name"),),
            ("-count", "name"),
            ("row",),
        ],
    )
    def test_orders_by_expressions_and_annotations(self, ordering: Any) -> None:
        for name in "BbaAc":
            author = Author.objects.create(name=name)
            for number in range(ord(name) % 3):
                Book.objects.create(title=str(number), price=1).authors.add(author)
        if ordering == ("row",):
            queryset = Author.objects.annotate(row=Window(RowNumber(), order_by=F("pk").desc()))
        else:
            queryset = Author.objects.annotate(count=Count("books"))
        queryset = queryset.order_by(*ordering)

        class Expressed(Cursors):
            json_fields = ("pk",)

            def get_queryset(self) -> Any:
                return queryset

        rows = [row["pk"] for row in walk(Expressed)]
        assert sorted(rows) == sorted(Author.objects.values_list("pk", flat=True))
        assert rows == [author.pk for author in queryset.order_by(*ordering, "pk")]

    @pytest.mark.parametrize("ordering", ["is_early", "-is_early"])
    def test_order_by_a_condition(self, authors: list[Author], ordering: str) -> None:
        early = Q(name__lt="c") | Q(name=Lower("name"), name__gt=Value("d"))
        aliased = Author.objects.alias(is_early=early).order_by(ordering, "-name")

        for queryset in (aliased, Author.objects.annotate(is_early=early).order_by(ordering, "-name")):

            class Early(Cursors):
                ordering = None

                def get_queryset(self, queryset: Any = queryset) -> Any:
                    return queryset

            assert [row["name"] for row in walk(Early)] == list("dceba" if ordering == "is_early" else "ebadc")

    def test_order_by_a_condition_that_is_random_is_refused(self) -> None:
        class Dice(Cursors):
            queryset = Author.objects.annotate(luck=Q(pk__gt=Random())).order_by("luck")

        Dice.ordering = None
        with pytest.raises(ImproperlyConfigured, match='in the order of "luck": it is random'):
            get(Dice)

    def test_order_by_an_alias_that_is_not_selected(self, authors: list[Author]) -> None:
        aliased = Author.objects.alias(key=Lower("name"), cut=TruncMonth(Max("books__published"))).order_by("-key")

        for queryset in (aliased, aliased.order_by("cut", "key"), aliased.values("name", "id")):

            class Aliased(Cursors):
                ordering = None

                def get_queryset(self, queryset: Any = queryset) -> Any:
                    return queryset

            assert walk(Aliased) == list(queryset.values("name"))

    @pytest.mark.parametrize("ordering", ["title", "-published"])
    def test_window_functions_see_the_rows_of_all_pages(self, ordering: str) -> None:
        for number in range(12):
            Book.objects.create(
                title=f"{number:02}",
                price=1,
                published=datetime.date(2020, 1, 1 + number),
                publisher=Publisher.objects.get_or_create(name=str(number % 4))[0],
            )
        rank = Window(Rank(), partition_by="publisher", order_by="title")

        for queryset in (
            Book.objects.annotate(number=Window(RowNumber(), order_by="-title")),
            Book.objects.annotate(number=rank).filter(number=2),
            Book.objects.alias(number=rank).filter(number=2),
            Book.objects.filter(Exact(rank, 2)),
        ):

            class Ranked(Cursors):
                json_fields = ("title", *queryset.query.annotation_select)

                def get_queryset(self, queryset: Any = queryset) -> Any:
                    return queryset.order_by(ordering)

            expected = list(queryset.order_by(ordering).values(*Ranked.json_fields))
            assert walk(Ranked) == expected

    def test_window_functions_over_groups_are_refused(self) -> None:
        class Wrong(Cursors):
            queryset = Author.objects.annotate(count=Count("books"), row=Window(RowNumber(), order_by="count"))

        with pytest.raises(ImproperlyConfigured) as caught:
            get(Wrong)
        assert str(caught.value) == (
            "Wrong cannot page by key through window functions over groups. Leave one of the two out of the "
            'queryset, or use paginate = "page".'
        )

    @pytest.mark.parametrize(
        "ordering",
        [
            ("month",),
            ("-month",),
            (TruncHour("datetime"),),
            (TruncHour("datetime").desc(nulls_last=True),),
            ("day",),
            ("latest",),
            (Coalesce(TruncMonth("datetime"), TruncMonth(Now())).desc(),),
            (F("datetime") + datetime.timedelta(hours=1),),
            (-ExtractDay("datetime"),),
        ],
    )
    def test_orders_by_parts_of_moments_in_local_time(self, ordering: Any) -> None:
        if not connection.features.has_zoneinfo_database:
            missing("tzdata for MariaDB")
        # The clocks go back at 01:00 UTC.
        start = datetime.datetime(2020, 10, 24, 21, 30, tzinfo=datetime.UTC)
        for number in range(30):
            Everything.objects.create(datetime=start + datetime.timedelta(hours=number * number) if number else None)

        class Months(Cursors):
            json_fields = ("pk",)

            def get_queryset(self) -> Any:
                moments = Everything.objects.annotate(
                    month=TruncMonth("datetime"), day=TruncDate("datetime"), latest=Max(TruncMonth("datetime"))
                )
                return moments.order_by(*ordering, "-pk")

        with timezone.override("Europe/Berlin"):
            expected = list(Months().get_queryset().values("pk"))
            assert walk(Months) == expected

    @pytest.mark.parametrize(
        "ordering",
        [
            ("decimal",),
            ("-decimal",),
            ("product",),
            (F("product").desc(nulls_first=True),),
            (F("decimal") / Decimal(7),),
            ("mean",),
        ],
    )
    def test_orders_by_decimals_that_the_database_rounds_less_than_python(self, ordering: Any) -> None:
        for number in [*range(9), 3, 3]:
            decimal = Decimal("10.0061") + Decimal(number) / 100000 if number else None
            Everything.objects.create(decimal=decimal)

        class Decimals(Cursors):
            json_fields = ("pk",)

            def get_queryset(self) -> Any:
                products = Everything.objects.annotate(product=F("decimal") * Decimal("1.19"), mean=Avg("decimal"))
                return products.order_by(*ordering, "-pk")

        assert walk(Decimals) == list(Decimals().get_queryset().values("pk"))

    @pytest.mark.parametrize("ordering", ["part", "-part"])
    def test_orders_by_texts_in_json(self, ordering: str) -> None:
        for part in [3, 1, 20, "b", "a b", '"', "1", "null", 1.5, True, None]:
            Everything.objects.create(json={"part": part})
        Everything.objects.create(json={})

        class Parts(Cursors):
            queryset = Everything.objects.annotate(part=KT("json__part")).order_by(ordering)
            json_fields = ("pk",)

        Parts.ordering = None
        assert walk(Parts) == list(Parts.queryset.order_by(ordering, "pk").values("pk"))

    def test_fields_that_are_not_there(self, authors: list[Author]) -> None:
        class Wrong(Cursors):
            json_fields = ("nome",)

        for queryset in (Author.objects.all(), Author.objects.distinct()):
            Wrong.queryset = queryset
            with pytest.raises(
                ImproperlyConfigured,
                match=r'has "nome", which Author has not\. There is: books, editions, id, name, pk\.$',
            ):
                get(Wrong)

    def test_what_is_missing_or_misspelt(self, authors: list[Author]) -> None:
        class NoSize(Cursors):
            paginate_by = None

        class NoFields(Cursors):
            json_fields = None

        class Misspelt(Cursors):
            paginate = "cursors"

        for view, message in (
            (NoSize, "NoSize.paginate needs the size of a page. Define NoSize.paginate_by."),
            (NoFields, "NoFields is missing the fields to send. Define NoFields.json_fields"),
            (Misspelt, 'Misspelt.paginate must be "page" or "cursor", not \'cursors\'.'),
        ):
            with pytest.raises(ImproperlyConfigured) as caught:
                get(view)
            assert str(caught.value).startswith(message)

    def test_order_by_a_relation_is_that_of_its_model(self) -> None:
        for code in ("red", "blue"):
            Team.objects.create(code=code)
        bosses = [Person.objects.create(name=f"boss {number}", team_id="red") for number in range(3)]
        for number in range(7):
            team = ["red", "blue", None][number % 3]
            Person.objects.create(name=str(number), team_id=team, boss=[None, *bosses][number % 4])

        for ordering in (
            ("team",),
            ("-team", "name"),
            ("boss",),
            ("-boss__name", "team_id"),
            ("badge__number", "-boss"),
        ):

            class People(Cursors):
                queryset = Person.objects.order_by(*ordering)
                json_fields = ("pk",)

            expected = [str(person.pk) for person in Person.objects.order_by(*ordering, "pk")]
            People.ordering = None
            assert [row["pk"] for row in walk(People)] == expected, ordering

    @pytest.mark.undescribed
    def test_order_by_the_key_of_a_relation(self) -> None:
        for number, code in enumerate(("red", "blue", "green")):
            Team.objects.create(code=code)
            person = Person.objects.create(name=str(number), team_id=code)
            Person.objects.create(name=str(-number), boss=person)
            Badge.objects.create(person=person, number=number // 2)

        for queryset in (
            Person.objects.order_by(F("team").desc()),
            Person.objects.order_by(F("boss"), "name"),
            Person.objects.order_by(F("boss__team").asc(nulls_last=True)),
            Person.objects.order_by(F("badge").desc(nulls_last=True)),
            Person.objects.order_by("-badge"),
            Badge.objects.order_by("number"),
            Badge.objects.order_by("person"),
        ):

            class Related(Cursors):
                ordering = None
                json_fields = ("pk",)

                def get_queryset(self, queryset: Any = queryset) -> Any:
                    return queryset

            expected = queryset.order_by(*queryset.query.order_by, "pk").values_list("pk", flat=True)
            assert [row["pk"] for row in walk(Related)] == [str(pk) for pk in expected]

    def test_keys_of_two_columns(self) -> None:
        for row, column in itertools.product(range(3), range(2)):
            Cell.objects.create(row=row, column=column)

        class Cells(Cursors):
            queryset = Cell.objects.order_by("-column")
            ordering = None
            json_fields = ("row", "column")

        assert [(row["column"], row["row"]) for row in walk(Cells)] == [(1, 0), (1, 1), (1, 2), (0, 0), (0, 1), (0, 2)]


class TestLongKeys:
    """A cursor has a bound, whatever the rows hold."""

    class Wares(Cursors):
        model = Ware
        ordering = (F("text").desc(nulls_last=True), "char")
        paginate_by = 1
        json_fields = ("pk",)

    @pytest.fixture
    def wares(self) -> list[Ware]:
        emoji = "".join(chr(0x1F600 + number % 80) for number in range(254))
        texts = [emoji + "a", emoji + "b", "x" * 66_000, None, "short", "x" * 65_999, emoji + "a"]
        return [Ware.objects.create(text=text, char=text and text[:255]) for text in texts]

    def test_pages(self, wares: list[Ware], django_assert_num_queries: Any) -> None:
        expected = list(Ware.objects.order_by(*self.Wares.ordering, "pk").values("pk"))

        assert walk(self.Wares) == expected
        for fields in (("pk",), ("pk", "number")):
            view = type("Wares", (self.Wares,), {"json_fields": fields})
            url = body(view)["next"]
            with django_assert_num_queries(2):
                page = get(view, url)
            assert len(page.headers["Link"]) < 3000
            assert len(url) < 1200

    def test_short_keys_need_no_second_query(self, django_assert_num_queries: Any) -> None:
        for title in ("a" * 255, "b" * 255):
            Ware.objects.create(text=title)

        url = body(self.Wares)["next"]
        with django_assert_num_queries(1):
            body(self.Wares, url)

    @pytest.mark.parametrize(
        "change",
        [
            lambda ware: ware.delete(),
            lambda ware: Ware.objects.filter(pk=ware.pk).update(text="x"),
            lambda ware: Ware.objects.filter(pk=ware.pk).update(char=None),
            lambda ware: Ware.objects.filter(pk=ware.pk).update(small=7),
        ],
    )
    def test_row_that_has_changed(self, wares: list[Ware], change: Any) -> None:
        class Shown(self.Wares):  # type: ignore[name-defined]  # a class of the test
            queryset = Ware.objects.exclude(small=7)

        first = body(Shown)
        change(Ware.objects.get(pk=first["results"][0]["pk"]))

        problem = (400, "The row that the cursor starts from was changed or deleted. Start from the first page.")
        assert refused(Shown, first["next"]) == problem

    def test_other_changes_are_nothing_to_the_cursor(self, wares: list[Ware]) -> None:
        first = body(self.Wares)
        second = body(self.Wares, first["next"])
        Ware.objects.filter(pk=first["results"][0]["pk"]).update(small=7)
        Ware.objects.filter(pk=second["results"][0]["pk"]).delete()

        assert [row["pk"] for row in body(self.Wares, first["next"])["results"]] == [wares[6].pk]

    def test_order_by_a_window_function(self, wares: list[Ware]) -> None:
        longest = Window(FirstValue("text"), partition_by="char", order_by="-text")

        class Windows(self.Wares):  # type: ignore[name-defined]  # a class of the test
            queryset = Ware.objects.annotate(longest=longest)
            ordering = "longest"

        assert walk(Windows) == list(Windows.queryset.order_by("longest", "pk").values("pk"))

    def test_order_by_a_sum(self, wares: list[Ware]) -> None:
        class Sums(self.Wares):  # type: ignore[name-defined]  # a class of the test
            queryset = Ware.objects.annotate(longest=Max("text"), votes_of=Count("votes")).order_by(
                "votes_of", "longest"
            )
            ordering = None

        assert walk(Sums) == list(Sums.queryset.order_by("votes_of", "longest", "pk").values("pk"))

    def test_async_view_that_does_not_wait_for_the_database(self, wares: list[Ware]) -> None:
        class Async(self.Wares):  # type: ignore[name-defined]  # a class of the test
            async def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                self.object_list = self.get_queryset()
                return self.render_to_response(self.get_context_data())

        class Awaited(Async):
            @classmethod
            def as_view(cls, **initkwargs: Any) -> Any:
                return async_to_sync(super().as_view(**initkwargs))

        expected = list(Ware.objects.order_by(*self.Wares.ordering, "pk").values("pk"))
        assert walk(Awaited) == expected
        first = body(Awaited)
        Ware.objects.filter(pk=first["results"][0]["pk"]).delete()
        assert refused(Awaited, first["next"])[0] == 400

    def test_long_primary_key(self) -> None:
        class Names(Cursors):
            model = Name
            json_fields = ("name",)

        for letter in "abc":
            Name.objects.create(name=letter * 255)

        assert walk(Names) == list(Name.objects.order_by("name").values("name"))


class TestSecrets:
    """A cursor is signed, not secret: it holds no value that the fields would refuse."""

    @pytest.mark.parametrize(
        ("queryset", "name"),
        [
            (Client.objects.order_by("api_key"), "api_key"),
            (Client.objects.order_by("-api_key"), "api_key"),
            (Client.objects.order_by(F("api_key").desc()), "api_key"),
            (Client.objects.order_by(Lower("api_key")), "api_key"),
            (Client.objects.annotate(sort=F("api_key")).order_by("sort"), "api_key"),
            (Client.objects.alias(sort=Coalesce(Max("api_key"), Value(""))).order_by("sort"), "api_key"),
            (Client.objects.order_by("code"), "access_token"),
            (Visit.objects.order_by("client__api_key"), "client__api_key"),
            (Visit.objects.order_by("client_id"), "api_key"),
            (Visit.objects.order_by("session"), "session_key"),
            (Visit.objects.order_by(Subquery(Client.objects.values("api_key")[:1])), "api_key"),
            (Token.objects.order_by("created"), "Token.key"),
            (Session.objects.order_by("expire_date"), "session_key"),
        ],
    )
    def test_orders_by_secrets_are_refused(self, queryset: Any, name: str) -> None:
        class Secret(Cursors):
            ordering = None
            json_fields = ()

            def get_queryset(self) -> Any:
                return queryset.all()

        with pytest.raises(ImproperlyConfigured) as caught:
            get(Secret)
        assert str(caught.value).startswith(f'Secret.get_ordering() has "{name}", which looks like a secret')
        assert f'set Secret.allow_sensitive = ["{name}"].' in str(caught.value)
        assert get(type("Secret", (Secret,), {"allow_sensitive": [name]})).status_code == 200

    def test_orders_by_numbers_of_secrets(self) -> None:
        class Counted(Cursors):
            queryset = Visit.objects.annotate(count=Count("others")).order_by("count", "tokens_used")
            json_fields = ("pk",)
            allow_sensitive = ("tokens_used",)

        Counted.ordering = None
        for _ in range(3):
            Visit.objects.create()
        assert walk(Counted) == list(Visit.objects.order_by("pk").values("pk"))


def test_cursors_from_when_a_column_was_of_another_type() -> None:
    """The database could not compare the value of such a cursor."""

    def signature(field: Any) -> str:
        with isolate_apps("tests"):
            model = type("Sized", (Model,), {"__module__": "tests.models", "size": field})
        return Keyset(model.objects.order_by("size"), "Sizes").signature

    fields = [IntegerField(), CharField(max_length=9), DateField(), DateTimeField(), DecimalField()]
    assert len({signature(field) for field in fields}) == len(fields)


moments = st.datetimes(
    datetime.datetime(2000, 1, 1), datetime.datetime(2000, 1, 1, 0, 0, 3), timezones=st.just(datetime.UTC)
)
ORDERINGS = [
    ("integer",),
    ("-integer", "datetime"),
    (F("integer").asc(nulls_last=True), "-datetime"),
    (F("integer").desc(nulls_first=True), F("datetime").asc(nulls_first=True)),
    (F("datetime").desc(nulls_last=True), "char", "-integer"),
    ("-boolean", "duration", "uuid"),
    ("decimal", "-float"),
    ("-date", "time"),
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "integer": st.none() | st.integers(0, 2),
                "datetime": st.none() | moments,
                "char": st.sampled_from(["", "a", "ab", "é"]),
                "boolean": st.booleans(),
                "duration": st.timedeltas(datetime.timedelta(0), datetime.timedelta(microseconds=2)),
                "uuid": st.sampled_from([uuid.UUID("0dc90c6c-7a70-4511-891a-86e5b0432180")]),
                "decimal": st.sampled_from(["1.5", "-1.5", "0.1"]),
                "float": st.sampled_from([0.1, 0.2, 1e10]),
                "date": st.dates(datetime.date(2000, 1, 1), datetime.date(2000, 1, 2)),
                "time": st.sampled_from([datetime.time(1), datetime.time(1, 0, 0, 5)]),
            },
        ),
        max_size=9,
    ),
    ordering=st.sampled_from(ORDERINGS),
    size=st.integers(1, 4),
    lost=st.integers(0, 8),
)
def test_cursors_show_each_row_once_and_in_order(rows: list[Any], ordering: Any, size: int, lost: int) -> None:
    Everything.objects.all().delete()
    for row in rows:
        Everything.objects.create(**row)

    class Everyone(Cursors):
        queryset = Everything.objects.order_by(*ordering)
        json_fields = ("pk",)
        paginate_by = size

    Everyone.ordering = None  # type: ignore[assignment]
    expected = list(Everything.objects.order_by(*ordering, "pk").values_list("pk", flat=True))

    assert [row["pk"] for row in walk(Everyone)] == expected

    first = body(Everyone)
    if first["next"]:
        gone = expected[min(lost, len(expected) - 1)]
        Everything.objects.filter(pk=gone).delete()
        assert [row["pk"] for row in body(Everyone, first["next"])["results"]] == [
            pk for pk in expected[size:] if pk != gone
        ][:size]


@given(
    key=st.lists(
        st.none()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(st.characters(exclude_categories=["Cs"]))
        | st.decimals(allow_nan=False)
        | st.binary(),
        min_size=1,
        max_size=9,
    ),
    backward=st.booleans(),
)
def test_cursors_keep_values_and_their_types(key: list[Any], backward: bool) -> None:
    text = write_cursor(key, backward=backward, order="x", row=range(len(key)))

    cursor = read_cursor(text, order="x")
    assert cursor is not None
    assert (cursor.key, cursor.backward) == (key, backward)
    assert list(map(type, cursor.key)) == list(map(type, key))
    assert read_cursor(text, order="y") is None


@pytest.mark.parametrize("moment", [datetime.datetime(2020, 1, 2, 3, 4, 5, 6), datetime.time(1, 2, 3)])
def test_cursors_keep_the_text_of_times(moment: Any) -> None:
    """Drivers of some databases give them where Django expects no time."""
    cursor = read_cursor(write_cursor([moment], backward=False, order="x", row=[0]), order="x")

    assert cursor is not None
    assert cursor.key == [str(moment)]


@pytest.mark.parametrize("length", [*range(0, 500, 7), 1000, 66_000])
def test_cursors_have_a_bound(length: int) -> None:
    key = ["😀" * (length // 4), None, b"x" * (length // 9), 7]
    text = write_cursor(key, backward=True, order="x", row=[3])

    cursor = read_cursor(text, order="x")
    assert cursor is not None
    assert cursor.backward
    assert len(text) <= MAX_LENGTH
    if length < 350:
        assert (cursor.key, cursor.digest) == (key, None)
    elif length > 420:
        assert cursor.key == [IN_ROW, None, IN_ROW, 7]
        assert cursor.is_of(key)
        assert not cursor.is_of(["", *key[1:]])
        assert not cursor.is_of(None)


def test_page_far_in_the_list_costs_what_the_first_costs(django_assert_num_queries: Any) -> None:
    """The database starts at the key: no page reads the rows of the pages before it."""
    from django.db import connection

    Publisher.objects.bulk_create(Publisher(name=str(number), city="x") for number in range(200))

    class Publishers(Cursors):
        model = Publisher
        paginate_by = 50
        ordering = "pk"

    url = body(Publishers)["next"]
    with django_assert_num_queries(1) as captured:
        body(Publishers, url)
    sql = captured.captured_queries[0]["sql"]
    assert "OFFSET" not in sql
    assert sql.count(">") >= 1
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            assert "SEARCH tests_publisher USING INTEGER PRIMARY KEY (rowid>?)" in str(cursor.fetchall())


@pytest.mark.django_db
def test_order_by_a_foreign_key() -> None:
    publishers = [Publisher.objects.create(name=name, city="c") for name in "ba"]
    for number in range(4):
        Book.objects.create(title=f"{number}", price=1, publisher=publishers[number % 2])

    class View(JsonResponseMixin, ListView):
        queryset = Book.objects.order_by("publisher_id", "-title")
        json_fields = ("title",)
        paginate, paginate_by = "cursor", 1

    assert [row["title"] for row in walk(View)] == ["2", "0", "3", "1"]
