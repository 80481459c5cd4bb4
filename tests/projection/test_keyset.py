"""Keys of rows: pages show each row once, in the order of the plain list, by columns and expressions of each kind."""

import datetime
import itertools
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.db.models import (
    Avg,
    Case,
    CharField,
    Count,
    DateTimeField,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    FloatField,
    Func,
    IntegerField,
    Max,
    OuterRef,
    PositiveSmallIntegerField,
    Q,
    StdDev,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KT
from django.db.models.functions import (
    MD5,
    Cast,
    Coalesce,
    Collate,
    Concat,
    Extract,
    ExtractYear,
    FirstValue,
    Length,
    Lower,
    NullIf,
    Rank,
    RowNumber,
    Sqrt,
    Substr,
    Trunc,
    TruncDate,
    TruncHour,
    TruncMonth,
    Upper,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from django_extras.projection.keyset import Keyset
from tests.orders import Aisle, Grade, Legacy, Vote, Ware
from tests.views.test_cursors import Cursors, walk

pytestmark = pytest.mark.django_db

VENDOR = connection.vendor
MOMENT = datetime.datetime(2020, 10, 25, 0, 59, 59, 999_999, tzinfo=datetime.UTC)
TEXTS = ["x" * 2999 + "y", "x" * 3000, "", "a", "A", "ab", "é", "z", "'\"\\%", "😀", "ü" * 600]
#: Their averages are 5, 7/3, 5/2, 10/3 and none.
STARS = [[5], [4, 2, 1], [4, 1], [3, 3, 4], []]

#: Values of each column. There are few, so that rows have the same ones.
VALUES: dict[str, list[Any]] = {
    "big": [-(2**63) + 1, -1, 0, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 2],
    "binary": [b"", b"\0", b"a", b"\xff\xfe", b"x" * 3000],
    "boolean": [True, False],
    "char": [text[:300] for text in TEXTS],
    "date": [datetime.date(2020, 2, 29), datetime.date(2020, 3, 1), datetime.date(1000, 1, 1)],
    "datetime": [MOMENT + datetime.timedelta(microseconds=step * 500_000) for step in range(3)],
    "decimal": [Decimal(text) for text in ("0.001", "-0.001", "10.006", "0.1", "999999999.999", "3", "0")],
    "wide": [
        Decimal(text) for text in ("12345678901234567890.0000000001", "12345678901234567890.0000000002", "1", "3")
    ],
    "duration": [datetime.timedelta(microseconds=number) for number in (0, 1, -1, 86_400_000_001)],
    "email": ["a@example.com", "B@example.com"],
    "file": ["a.txt", "b/c.txt", ""],
    "path": ["/a", "/b"],
    "float": [0.1, 0.1 + 0.2, 1 / 3, 1e-300, -1e300, 0.0, -0.0, 123456789.123456789],
    "ip": ["10.0.0.9", "10.0.0.10", "::1"],
    "integer": [-1, 0, 1, 2, 3, 10**9 + 1],
    "positive_big": [0, 2**63 - 2],
    "positive": [0, 2**31 - 1],
    "positive_small": [0, 32767],
    "slug": ["a", "b"],
    "small": [-32768, 32767],
    "text": TEXTS,
    "time": [datetime.time(0), datetime.time(23, 59, 59, 999_999), datetime.time(1, 2, 3)],
    "url": ["https://a.example/", "https://b.example/"],
    "uuid": [uuid.UUID(int=1), uuid.UUID(int=2**127)],
    "grade": list(Grade),
    "words": [["b", "a"], ["a"], []],
    "loud": ["a", "B"],
    "real": [0.1, 1 / 3, 16777217.3, -2.5e-9, 0.0],
    "size": ["small", "large", "medium"],
    "second": [MOMENT.replace(microsecond=0, second=number) for number in range(3)],
    "json": [{"a": 1}, {"a": "b"}, {"a": None}, {"a": 20}, {}, {"a": 1.5}, {"a": "1"}],
}
if VENDOR != "mysql":
    VALUES["float"] += [float("inf"), float("-inf")]
if VENDOR == "postgresql":
    VALUES["float"].append(float("nan"))
    VALUES |= {
        "array": [[], [Decimal("0.10")], [Decimal("0.10"), None], [Decimal("-1")]],
        "nested": [[[MOMENT]], [[MOMENT, MOMENT]]],
        "big_range": [(None, 2**40), (1, 2**40), (5, 5)],
        "date_range": [(datetime.date(2020, 1, 1), None), (None, None)],
        "datetime_range": [(MOMENT, None), (None, MOMENT)],
        "decimal_range": [(Decimal("0.1"), Decimal("0.3")), (Decimal("0.10"), Decimal("0.2"))],
        "hstore": [{}, {"a": "1"}, {"a": None, "b": '"'}],
        "integer_range": [(1, 5), (1, None), (None, 5)],
        "search": ["'a':1 'b':2", "'a'"],
    }

COLUMNS = [
    *sorted(VALUES.keys() - {"json", "hstore"}),
    "aisle",
    "aisle__name",
    "twin",
    "twin__text",
    "aisle_id",
    "id",
    "datetime__year",
]
if connection.features.supports_stored_generated_columns:
    COLUMNS.append("double")
if VENDOR == "postgresql":
    COLUMNS += ["array__0", "integer_range__startswith", "datetime_range__endswith", "hstore__a"]

votes = Vote.objects.filter(ware=OuterRef("pk"))
EXPRESSIONS: dict[str, Any] = {
    "average": Avg("votes__stars"),
    "average of decimals": Avg("decimal"),
    "average of intervals": Avg("duration"),
    "average of reals": Avg("real"),
    "sum of reals": Sum("real"),
    "largest real": Max("real"),
    "deviation": StdDev(Coalesce("votes__stars", 0)),
    "count": Count("votes"),
    "quotient of a sum": ExpressionWrapper(Sum("votes__stars") / Decimal(7), DecimalField()),
    "sum or 0": Coalesce(Sum("votes__stars"), 0) + 1,
    "product of an average": ExpressionWrapper(Avg("votes__stars") * 3, FloatField()),
    "big": F("big") + 1,
    "big as small": ExpressionWrapper(F("big") - 1, PositiveSmallIntegerField()),
    "bits": F("integer").bitand(6),
    "quotient": F("decimal") / Decimal(7),
    "quotient of integers": F("integer") / 7,
    "quotient of columns": F("wide") / NullIf("decimal", Decimal(0)),
    "float of a decimal": Cast("decimal", FloatField()),
    "decimal of a float": Cast(NullIf("float", "float"), DecimalField(max_digits=20, decimal_places=4)),
    "text of a float": Cast("float", CharField(max_length=40)),
    "text of a decimal": Cast("decimal", CharField(max_length=40)),
    "real": F("real") * 2,
    "real or 0": Coalesce("real", 0.25),
    "root": Sqrt("positive"),
    "moment later": F("datetime") + F("duration"),
    "day later": F("date") + datetime.timedelta(days=-1),
    "interval": F("second") - F("datetime"),
    "month": TruncMonth("datetime"),
    "hour": TruncHour("datetime"),
    "day": TruncDate("datetime"),
    "year": ExtractYear("datetime"),
    "lower": Lower("char"),
    "concatenation": Concat("char", Value("-"), "text", output_field=TextField()),
    "length": Length("text"),
    "part": Substr("text", 2, 2),
    "case": Case(When(integer__gt=0, then="text")),
    "case of moments": Case(When(boolean=True, then="datetime"), default="second", output_field=DateTimeField()),
    "either": Coalesce("char", "text", output_field=TextField()),
    "digest": MD5("char"),
    "condition": Q(integer__gt=0) | Q(char=Lower("char")),
    "negated condition": ~Q(integer__gt=0),
    "votes": Exists(votes),
    "no votes": ~Exists(votes),
    "first vote": Subquery(votes.order_by("pk").values("stars")[:1]),
    "text in JSON": KT("json__a"),
    "SQL": RawSQL("tests_ware.small * 3", ()),
    "enum": Max("grade"),
    "largest size": Max("size"),
    "size in capitals": Upper("size"),
    "size or none": Coalesce("size", Value("none")),
    "first size": Window(FirstValue("size"), partition_by="boolean", order_by=["size", "pk"]),
    "file": Lower("file"),
    "mixed": ExpressionWrapper(F("integer") * F("real"), IntegerField()),
    "rank": Window(Rank(), order_by="integer"),
    "row": Window(RowNumber(), order_by=["-boolean", "pk"]),
    "running average": Window(Avg("decimal"), order_by=["integer", "pk"]),
    "first text": Window(FirstValue("text"), partition_by="boolean", order_by=["text", "pk"]),
}
if VENDOR == "postgresql":
    from django.contrib.postgres.aggregates import ArrayAgg
    from django.contrib.postgres.search import SearchQuery, SearchRank

    EXPRESSIONS |= {
        "array": ArrayAgg("votes__stars", order_by="votes__pk"),
        "search": SearchRank("search", SearchQuery("a")),
        "first of an array": F("array__0"),
    }
GROUPED = {name for name, expression in EXPRESSIONS.items() if getattr(expression, "contains_aggregate", False)}
WINDOWS = {name for name, expression in EXPRESSIONS.items() if isinstance(expression, Window)}

Order = Callable[[str], Any]
PLACES: list[Order] = [
    lambda name: name,
    lambda name: f"-{name}",
    lambda name: F(name).asc(nulls_first=True),
    lambda name: F(name).asc(nulls_last=True),
    lambda name: F(name).desc(nulls_first=True),
    lambda name: F(name).desc(nulls_last=True),
]

rows_of_wares = st.lists(
    st.fixed_dictionaries({}, optional={name: st.sampled_from([None, *values]) for name, values in VALUES.items()}),
    max_size=7,
)
patient = settings(
    max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)


def stock(rows: list[dict[str, Any]]) -> None:
    """Replace the wares by others, with votes, aisles and twins."""
    Ware.objects.all().delete()
    Aisle.objects.all().delete()
    names = ["b", None, "a", "a"]
    Aisle.objects.bulk_create(Aisle(pk=number, name=name) for number, name in enumerate(names, 1))
    wares = [
        Ware(pk=number, aisle_id=number % 5 or None, twin_id=number - 1 if number % 3 == 2 else None, **row)
        for number, row in enumerate(rows, 1)
    ]
    Ware.objects.bulk_create(wares)
    Vote.objects.bulk_create(Vote(ware=ware, stars=stars) for ware in wares for stars in STARS[ware.pk % len(STARS)])


def check_pages(queryset: Any, size: int) -> None:
    """Compare the pages, forward and backward, with the plain list. Every second page needs instances."""
    ways = itertools.cycle([["pk"], [("pk", "number")]])

    class Wares(Cursors):
        ordering = None
        paginate_by = size

        def get_queryset(self) -> Any:
            return queryset.all()

        def get_json_fields(self) -> Any:
            return self.fields

        def get(self, *args: Any, **kwargs: Any) -> Any:
            self.fields = next(ways)
            return super().get(*args, **kwargs)

    expected = [ware.pk for ware in queryset.order_by(*queryset.query.order_by, "pk")]
    assert [row["pk"] for row in walk(Wares)] == expected


@patient
@given(
    rows=rows_of_wares,
    order=st.lists(st.tuples(st.sampled_from(sorted(COLUMNS)), st.sampled_from(PLACES)), min_size=1, max_size=3),
    size=st.integers(1, 3),
)
def test_pages_by_columns(rows: list[Any], order: list[tuple[str, Order]], size: int) -> None:
    stock(rows)
    check_pages(Ware.objects.order_by(*(place(name) for name, place in order)), size)


@pytest.mark.parametrize("column", COLUMNS)
def test_pages_by_each_column(column: str) -> None:
    stock([{name: ([*values, None] * 9)[number] for name, values in VALUES.items()} for number in range(8)])
    check_pages(Ware.objects.order_by(column), 1)
    check_pages(Ware.objects.order_by(F(column).desc(nulls_last=True)), 2)


@patient
@given(
    rows=rows_of_wares,
    name=st.sampled_from(sorted(EXPRESSIONS)),
    place=st.sampled_from(PLACES),
    column=st.sampled_from(["integer", "-text", "aisle"]),
    is_selected=st.booleans(),
    size=st.integers(1, 3),
)
def test_pages_by_expressions(
    rows: list[Any], name: str, place: Order, column: str, is_selected: bool, size: int
) -> None:
    stock(rows)
    wares = Ware.objects.annotate(k=EXPRESSIONS[name]) if is_selected else Ware.objects.alias(k=EXPRESSIONS[name])
    check_pages(wares.order_by(place("k"), column), size)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_pages_by_each_expression(name: str) -> None:
    stock([{column: ([*values, None] * 9)[number] for column, values in VALUES.items()} for number in range(8)])
    expression = EXPRESSIONS[name]
    check_pages(Ware.objects.annotate(k=expression).order_by("k"), 1)
    check_pages(Ware.objects.alias(k=expression).order_by("-k", "-text"), 2)
    if name not in GROUPED and hasattr(expression, "desc"):
        check_pages(Ware.objects.order_by(expression.desc(nulls_last=True), "integer"), 3)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", ["a", None, 7])
def test_pages_by_a_constant(place: Order, value: Any) -> None:
    stock([{"integer": number % 2} for number in range(5)])
    constant = Value(value, output_field=IntegerField() if value == 7 else TextField())
    check_pages(Ware.objects.annotate(k=constant).order_by(place("k"), "integer"), 2)


#: What the column `datetime` may hold that Python has no value for, or a column of another type.
STRANGE = {
    "sqlite": ["soon", "2020-01-01T00:00:00Z", 20200101, 2020.5, b"2020"],
    "postgresql": ["infinity", "-infinity", "0044-03-15 12:00:00+00 BC", "20000-01-01 00:00:00+00"],
    "mysql": ["0000-00-00 00:00:00", "2020-00-00 00:00:00"],
}


@pytest.mark.parametrize("place", PLACES)
def test_pages_by_values_that_python_has_not(place: Order) -> None:
    strange = STRANGE[VENDOR]
    stock([{"datetime": MOMENT}, {"datetime": None}, *({} for _ in strange), *({} for _ in strange)])
    with connection.cursor() as cursor:
        for number, value in enumerate([*strange, *strange], 3):
            cursor.execute("UPDATE tests_ware SET datetime = %s WHERE id = %s", [value, number])

    wares = Ware.objects.order_by(place("datetime"))
    for size in (1, 2):
        check_pages(wares.only("pk"), size)


def test_pages_through_other_querysets() -> None:
    stock([{"integer": number % 3, "char": "aB"[number % 2], "text": "x" * 3000} for number in range(8)])
    Vote.objects.bulk_create(Vote(ware_id=number, stars=5) for number in range(1, 8))
    collation = {"sqlite": "nocase", "postgresql": "C", "mysql": "utf8mb4_bin"}[VENDOR]

    for queryset in (
        Ware.objects.filter(votes__stars__gt=0).distinct().order_by("-integer"),
        Ware.objects.filter(votes__stars__gt=0).distinct().order_by("aisle__name", "text"),
        Ware.objects.exclude(votes__stars=4).order_by(Lower("twin__char")),
        Ware.objects.select_related("twin").defer("text").order_by("twin__integer", "text"),
        Ware.objects.annotate(best=FilteredRelation("twin", condition=Q(twin__integer=1))).order_by("best__pk"),
        Ware.objects.filter(Q(aisle__name="a") | Q(twin__char="a")).order_by("aisle__name", "twin__char"),
        Ware.objects.order_by(Collate("char", collation)),
        Ware.objects.annotate(sum=Sum("votes__stars")).filter(sum__gt=2).order_by("-sum", "aisle__name"),
        Ware.objects.annotate(row=Window(RowNumber(), order_by="-pk")).filter(row__gt=2).order_by("text", "-row"),
        Ware.objects.none().order_by("integer"),
    ):
        check_pages(queryset, 2)


@pytest.mark.parametrize("name", sorted(EXPRESSIONS.keys() - GROUPED - WINDOWS))
def test_pages_through_groups_by_each_expression(name: str) -> None:
    """The condition is in HAVING, where MariaDB finds columns, but no expressions."""
    stock([{column: ([*values, None] * 9)[number] for column, values in VALUES.items()} for number in range(8)])
    wares = Ware.objects.annotate(sum=Sum("votes__stars")).alias(k=EXPRESSIONS[name]).order_by("sum", "k")

    if name == "SQL" and VENDOR == "mysql":
        with pytest.raises(ImproperlyConfigured, match='in the order of "RawSQL": MariaDB compares no RawSQL'):
            Keyset(wares, "Wares")
    else:
        check_pages(wares, 2)


@pytest.mark.parametrize("column", COLUMNS)
def test_pages_through_groups_by_each_column(column: str) -> None:
    stock([{name: ([*values, None] * 9)[number] for name, values in VALUES.items()} for number in range(8)])
    wares = Ware.objects.annotate(count=Count("votes"))

    check_pages(wares.order_by("-count", column), 1)
    check_pages(wares.order_by("count", F(column).desc(nulls_last=True)), 2)


def check_each_place(queryset: Any) -> None:
    """Compare what comes after a row, and before it, with the whole list, for some rows."""
    keyset = Keyset(queryset, "Wares")
    rows = list(keyset.rows().values_list("pk", *keyset.names))
    numbers = [pk for pk, *_ in rows]
    assert len(set(numbers)) == queryset.count()
    for index in range(0, len(rows), 17):
        _, *key = rows[index]
        assert list(keyset.rows(key).values_list("pk", flat=True)) == numbers[index + 1 :]
        before = keyset.rows(key, backward=True).values_list("pk", flat=True)
        assert list(before) == numbers[:index][::-1]


@pytest.mark.parametrize("letter", ["x", "é", "漢", "😀", "ﷺ", "\n"])
@pytest.mark.parametrize("limit", [1024, 300] if VENDOR == "mysql" else [1024])
def test_texts_that_begin_alike(letter: str, limit: int) -> None:
    """MariaDB sorts them by their first bytes, and compares whole texts."""
    # Around the lengths at which it stops to sort, for characters of one to four bytes.
    sizes = sorted(
        {bound // size + step for bound in (limit, limit - 8) for size in (1, 2, 3, 4) for step in (-2, -1, 0)}
    )
    texts = [letter * size + end for size in sizes for end in ("c", "b", "", " ", "\n", "a", "A")]
    stock([])
    Ware.objects.bulk_create(Ware(text=text, char=text[:300], binary=text.encode()) for text in texts)

    with connection.cursor() as cursor:
        if VENDOR == "mysql":
            cursor.execute("SET max_sort_length = %s", [limit])
        try:
            for order in ("text", "-text", "char", "binary", Lower("text"), Concat("char", Value("a")), "max"):
                check_each_place(Ware.objects.annotate(max=Max("text")).order_by(order))
        finally:
            if VENDOR == "mysql":
                cursor.execute("SET max_sort_length = DEFAULT")


@pytest.mark.parametrize("order", ["size", "-size", "slug", "-text", Lower("size")])
def test_pages_of_a_table_that_django_did_not_make(order: Any) -> None:
    """A column may be an ENUM, which MariaDB sorts by number and compares by text."""
    stock([{name: ([*VALUES[name], None] * 9)[number] for name in ("size", "slug", "text")} for number in range(8)])

    check_pages(Legacy.objects.order_by(order), 1)
    check_pages(Legacy.objects.annotate(count=Count("pk")).order_by("count", order), 2)


@pytest.mark.skipif(VENDOR != "postgresql", reason="Only PostgreSQL has this field.")
def test_order_by_an_hstore_is_refused() -> None:
    with pytest.raises(
        ImproperlyConfigured, match='in the order of "hstore": it is HStore, which a cursor cannot hold'
    ):
        Keyset(Ware.objects.order_by("hstore"), "Wares")


def test_each_class_of_field_is_ordered_by() -> None:
    """Others are refused, as JSON is, or are ordered by in other tests, or differ from a field here only in Python."""
    others = {
        "AutoField",
        "SmallAutoField",
        "CompositePrimaryKey",
        "OrderWrt",
        "ImageField",
        "JSONField",
        "HStoreField",
    }
    others |= {"Field", "ForeignObject", "ManyToManyField", "RangeField", "SearchQueryField"}
    modules: list[Any] = [models]
    if VENDOR == "postgresql":
        from django.contrib.postgres import fields, search

        modules += [fields, search]

    classes = {each for module in modules for each in vars(module).values() if isinstance(each, type)}
    names = {
        each.__name__
        for each in classes
        if issubclass(each, models.Field) and each.system_check_removed_details is None and each.__name__[0] != "_"
    }
    ordered = {type(Ware._meta.get_field(name)).__name__ for name in [*VALUES, "aisle", "twin", "id", "double"]}
    assert names <= ordered | others


def same(text: str) -> list[Any]:
    """Orders that differ in little."""
    columns = ["char", "text", "aisle__name", "twin__char", "twin__text", "twin__twin__text", "-char"]
    return [
        *columns,
        *(Lower(name) for name in columns[:6]),
        *(Func("char", function=name) for name in ("LTRIM", "RTRIM")),
        *(Func("char", template=name) for name in ("UPPER(%(expressions)s)", "LOWER(%(expressions)s)")),
        *(Substr("char", start) for start in (1, 2)),
        F("char").asc(**{"nulls_first" if connection.features.nulls_order_largest else "nulls_last": True}),
        *("date__year", "date__month", "datetime__year", Extract("date", "day"), Extract("date", "week")),
        *(TruncHour("datetime"), TruncMonth("datetime"), Trunc("datetime", "day"), Trunc("datetime", "week")),
        *(F("big") - F("integer"), F("integer") - F("big"), F("big") + F("integer"), F("big") + 1, F("big") + 2),
        *(Case(When(condition, then=1), default=0) for condition in (Q(big=1), Q(big=2), Q(small=1), Q(big__gt=1))),
        *(Case(When(Q(big=1) | Q(small=1), then=1)), Case(When(Q(big=1) & Q(small=1), then=1))),
        *(Window(Rank(), order_by=by) for by in ("char", "-char", "text", F("text").desc(nulls_last=True))),
        *(Subquery(votes.values(name)[:1]) for name in ("stars", "pk")),
        *(Exists(votes), ~Exists(votes), Exists(votes.filter(stars=1)), Exists(votes.filter(stars=2))),
        *(RawSQL("1", ()), RawSQL("2", ()), KT("json__a"), KT("json__b")),
        *(Cast("char", IntegerField()), Cast("char", FloatField()), Coalesce("char", Value(text))),
        *(ExpressionWrapper(F("big") + 1, IntegerField()), ExpressionWrapper(F("big") + 1, FloatField())),
    ]


def test_signatures() -> None:
    """They are the same for the same order, and differ for any other."""
    first, again, other = (
        [Keyset(Ware.objects.order_by(order), "Wares").signature for order in same(text)] for text in ("a", "a", "b")
    )

    assert first == again
    assert len({*first, *other}) == len(first) + 1
    models = [Keyset(model.objects.order_by("pk"), "Wares").signature for model in (Ware, Vote, Aisle)]
    assert len(set(models)) == 3
