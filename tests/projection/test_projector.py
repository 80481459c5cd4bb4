"""The two ways to write rows agree, on every type of field and every kind of relation."""

import datetime
import decimal
import json
import zoneinfo
from collections import namedtuple
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, connections, models
from django.db.models import Count, F, Prefetch, Q, QuerySet, Value, Window
from django.db.models.functions import RowNumber, Upper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_extras.http.json import encode, simplify
from django_extras.projection.columns import json_column
from django_extras.projection.flat import FlatPlan
from django_extras.projection.projector import Projector
from tests.shapes import (
    Badge,
    Cafe,
    Cell,
    Chant,
    Colour,
    Everything,
    Membership,
    Note,
    Person,
    Place,
    Project,
    Shouting,
    TallPerson,
    Team,
    Watched,
    Watcher,
)

pytestmark = pytest.mark.django_db


def written(projector: Projector, objects: Any) -> Any:
    """What a client reads."""
    return json.loads(encode(projector.rows(objects)))


def both(fields: list[Any], queryset: QuerySet[Any]) -> Any:
    """The rows, which the fast way must write and the plain way must write the same."""
    projector = Projector(fields, "V.json_fields", simplify=simplify)
    plan = projector._way(queryset).plan
    assert plan is not None
    assert plan.is_exact(queryset)
    assert selection(plan.selection(queryset, plan.paths)) == selection(
        queryset.values_list(*plan.paths or ["pk"]).query
    )
    fast = written(projector, queryset.all())
    assert written(Projector(fields, "V.json_fields"), queryset.all()) == fast
    assert plain(fields, queryset) == fast
    assert plain(fields, list(queryset.all())) == fast
    return fast


def selection(query: Any) -> Any:
    """What a query selects, and from which tables."""
    return query.select, query.selected, query.values_select, query.default_cols, query.annotations, query.alias_map


def plain(fields: list[Any], objects: Any) -> Any:
    """The rows that the plain way writes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FlatPlan, "is_exact", lambda plan, queryset: False)
        if isinstance(objects, QuerySet):
            objects = objects.all()
        return written(Projector(fields, "V.json_fields", simplify=simplify), objects)


def is_fast(fields: list[Any], queryset: QuerySet[Any]) -> bool:
    plan = Projector(fields, "V.json_fields")._way(queryset).plan
    return plan is not None and plan.is_exact(queryset)


COLUMNS = [field.name for field in Everything._meta.concrete_fields]

datetimes = st.datetimes(
    min_value=datetime.datetime(1000, 1, 1), max_value=datetime.datetime(9998, 12, 31), timezones=st.just(datetime.UTC)
)
# PostgreSQL has no NUL in text, no database surrogates.
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
values = st.fixed_dictionaries(
    {},
    optional={
        "big_integer": st.integers(-(2**63), 2**63 - 1),
        "boolean": st.booleans(),
        "char": text,
        "date": st.dates(min_value=datetime.date(1000, 1, 1)),
        "datetime": datetimes,
        "decimal": st.decimals(-(10**8), 10**8, places=3),
        "small_decimal": st.decimals(-(10**4), 10**4, places=9),
        "wide_decimal": st.decimals(-(10**10), 10**10, places=4),
        "duration": st.timedeltas(datetime.timedelta(days=-30), datetime.timedelta(days=30)),
        "email": st.emails().filter(lambda value: len(value) < 200),
        "file": st.sampled_from(["", "a.txt", "a b/ü#?.txt"]),
        "file_path": st.just("/tmp"),
        "float": st.floats(
            allow_nan=False, allow_infinity=False, allow_subnormal=False, min_value=-1e200, max_value=1e200
        ),
        "ip_address": st.ip_addresses().map(str),
        "integer": st.integers(-(2**31), 2**31 - 2),
        "json": json_values,
        "json_of_django": datetimes | json_values,
        "positive_big_integer": st.integers(0, 2**63 - 1),
        "positive_integer": st.integers(0, 2**31 - 1),
        "positive_small_integer": st.integers(0, 2**15 - 1),
        "slug": st.just("a-b"),
        "small_integer": st.integers(-(2**15), 2**15 - 1),
        "text": text,
        "time": st.times(),
        "url": st.just("https://example.com/?a=b"),
        # MariaDB refuses those of no known version.
        "uuid": st.uuids(version=4),
        "upper": text,
        **({"free_decimal": st.decimals(-(10**6), 10**6, places=5)} if hasattr(Everything, "free_decimal") else {}),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(values, min_size=1, max_size=4))
def test_every_type_of_column_is_what_the_encoder_makes_of_the_attribute(rows: list[dict[str, Any]]) -> None:
    Everything.objects.all().delete()
    for row in rows:
        Everything.objects.create(**row)

    result = both(COLUMNS, Everything.objects.order_by("pk"))

    for instance, row in zip(Everything.objects.order_by("pk"), result, strict=True):
        for name in COLUMNS:
            value = getattr(instance, name)
            if name == "file":
                value = value.url if value else None
            assert json.loads(json.dumps(value, cls=DjangoJSONEncoder)) == row[name], name


@pytest.fixture
def people() -> Iterator[dict[str, Person]]:
    """Ann leads Bob and Cid; Dot is hidden by the default manager."""
    red, blue = Team.objects.create(code="red"), Team.objects.create(code="blue")
    born = datetime.datetime(2001, 2, 3, 4, 5, 6, 789123, datetime.UTC)
    ann = Person.objects.create(name="ann", team=red, born=born)
    bob = Person.objects.create(name="bob", team=blue, boss=ann)
    cid = Person.objects.create(name="cid", boss=ann)
    dot = Person.objects.create(name="dot", boss=ann, team=red, is_active=False)
    ann.friends.add(bob, dot)
    Badge.objects.create(person=ann, number=1)
    sky, sea = Project.objects.create(name="sky"), Project.objects.create(name="sea")
    for person, project, role in [(ann, sky, "l"), (ann, sky, "m"), (bob, sky, "m"), (bob, sea, "l")]:
        Membership.objects.create(person=person, project=project, role=role)
    Note.objects.create(text="about ann", subject=ann)
    Note.objects.create(text="about sky", subject=sky)
    Note.objects.create(text="about nothing")
    return {"ann": ann, "bob": bob, "cid": cid, "dot": dot}


def test_relations_to_one_and_their_absence(people: dict[str, Person]) -> None:
    fields = ["name", {"boss": ["name", {"team": ["code"]}]}, "boss__team__code", "team", "team_id", ("t", "team__pk")]

    rows = both(fields, Person.objects.all())

    blue, red = Team.objects.get(code="blue").pk, Team.objects.get(code="red").pk
    boss = {"name": "ann", "team": {"code": "red"}}
    assert rows == [
        {"name": "ann", "boss": None, "boss__team__code": None, "team": "red", "team_id": "red", "t": red},
        {"name": "bob", "boss": boss, "boss__team__code": "red", "team": "blue", "team_id": "blue", "t": blue},
        {"name": "cid", "boss": boss, "boss__team__code": "red", "team": None, "team_id": None, "t": None},
    ]


def test_relation_without_fields_is_its_key(people: dict[str, Person]) -> None:
    rows = both(["boss", "pk", "staff", "friends", "badge"], Person.objects.filter(name="ann"))

    ann, bob, cid = (str(people[name].pk) for name in ("ann", "bob", "cid"))
    assert rows == [{"boss": None, "pk": ann, "staff": [bob, cid], "friends": [bob], "badge": ann}]


def test_reverse_relation_to_one_and_its_absence(people: dict[str, Person]) -> None:
    rows = both(["name", {"badge": ["number", "person"]}, "badge__number"], Person.objects.order_by("name")[:2])

    assert rows == [
        {"name": "ann", "badge": {"number": 1, "person": str(people["ann"].pk)}, "badge__number": 1},
        {"name": "bob", "badge": None, "badge__number": None},
    ]


def test_relations_to_many_keep_the_order_and_the_rows_of_the_default_manager(people: dict[str, Person]) -> None:
    rows = both(["name", {"staff": ["name"]}, "friends__name", {"projects": ["name"]}], Person.objects.all())

    assert rows == [
        {
            "name": "ann",
            "staff": [{"name": "bob"}, {"name": "cid"}],
            "friends__name": ["bob"],
            "projects": [{"name": "sky"}, {"name": "sky"}],
        },
        {"name": "bob", "staff": [], "friends__name": ["ann"], "projects": [{"name": "sky"}, {"name": "sea"}]},
        {"name": "cid", "staff": [], "friends__name": [], "projects": []},
    ]


def test_relation_to_many_by_a_key_that_is_not_the_primary_one(people: dict[str, Person]) -> None:
    assert both(["code", {"person_set": ["name"]}], Team.objects.all()) == [
        {"code": "red", "person_set": [{"name": "ann"}]},
        {"code": "blue", "person_set": [{"name": "bob"}]},
    ]


def test_relations_nest_to_any_depth(people: dict[str, Person]) -> None:
    fields = [{"boss": [{"staff": ["name", {"projects": ["name"]}, {"boss": ["name"]}]}]}]

    rows = both(fields, Person.objects.filter(name="bob"))

    staff = [
        {"name": "bob", "projects": [{"name": "sky"}, {"name": "sea"}], "boss": {"name": "ann"}},
        {"name": "cid", "projects": [], "boss": {"name": "ann"}},
    ]
    assert rows == [{"boss": {"staff": staff}}]


def test_model_of_a_relation_to_many_is_written_as_any_other(people: dict[str, Person]) -> None:
    rows = both(["name", {"membership_set": ["role", {"project": ["name"]}]}], Person.objects.filter(name="ann"))

    assert rows == [
        {
            "name": "ann",
            "membership_set": [
                {"role": "l", "project": {"name": "sky"}},
                {"role": "m", "project": {"name": "sky"}},
            ],
        }
    ]


def test_generic_relations_take_the_plain_way(people: dict[str, Person]) -> None:
    fields = ["text", "subject", {"subject": ["name"]}]

    with pytest.raises(ImproperlyConfigured, match='has the key "subject" twice'):
        Projector(fields, "V.json_fields")
    notes = plain(["text", ("key", "subject"), {"subject": ["name"]}], Note.objects.order_by("pk"))
    subjects = written(Projector(["name", {"notes": ["text"]}], "V.json_fields"), Person.objects.filter(name="ann"))

    sky = Project.objects.get(name="sky")
    assert notes == [
        {"text": "about ann", "key": str(people["ann"].pk), "subject": {"name": "ann"}},
        {"text": "about sky", "key": str(sky.pk), "subject": {"name": "sky"}},
        {"text": "about nothing", "key": None, "subject": None},
    ]
    assert subjects == [{"name": "ann", "notes": [{"text": "about ann"}]}]


def test_inherited_models(people: dict[str, Person]) -> None:
    cafe = Cafe.objects.create(name="Blue", seats=4)
    cafe.guests.add(people["ann"])
    Place.objects.create(name="Park")

    rows = both(["pk", "id", "place_ptr", "name", "seats", {"guests": ["name"]}], Cafe.objects.all())
    parents = both(["name", {"cafe": ["seats"]}], Place.objects.order_by("pk"))

    pk = cafe.pk
    assert rows == [{"pk": pk, "id": pk, "place_ptr": pk, "name": "Blue", "seats": 4, "guests": [{"name": "ann"}]}]
    assert parents == [{"name": "Blue", "cafe": {"seats": 4}}, {"name": "Park", "cafe": None}]


def test_link_to_a_parent_is_a_relation_to_one(django_assert_num_queries: Any) -> None:
    Cafe.objects.create(name="Blue", seats=4)
    projector = Projector(["seats", {"place_ptr": ["name"]}], "V.json_fields")

    assert both(["seats", {"place_ptr": ["name"]}], Cafe.objects.all()) == [
        {"seats": 4, "place_ptr": {"name": "Blue"}}
    ]
    with django_assert_num_queries(1):
        assert projector.rows(Cafe.objects.distinct()) == [{"seats": 4, "place_ptr": {"name": "Blue"}}]
    assert projector.row(projector.prepare(Cafe.objects.all()).get()) == {"seats": 4, "place_ptr": {"name": "Blue"}}


def test_proxy_models_use_their_own_methods(people: dict[str, Person]) -> None:
    assert both(["name"], TallPerson.objects.filter(name="ann")) == [{"name": "ann"}]
    assert plain(["greet"], TallPerson.objects.filter(name="ann")) == [{"greet": "Hello from above"}]


def test_properties_and_methods(people: dict[str, Person], django_assert_num_queries: Any) -> None:
    Membership.objects.filter(role="m").delete()
    fields = ["greet", "boss_name", "kind", "label", {"membership_set": ["get_role_display"]}]

    with django_assert_num_queries(2):
        rows = Projector(fields, "V.json_fields").rows(Person.objects.filter(name="ann"))
    staff = Projector(["boss_name"], "V.json_fields").rows(Person.objects.filter(boss__isnull=False))

    assert rows == [
        {
            "greet": "Hello, ann",
            "boss_name": None,
            "kind": "person",
            "label": "Person",
            "membership_set": [{"get_role_display": "Leader"}],
        }
    ]
    assert staff == [{"boss_name": "ann"}, {"boss_name": "ann"}]


@pytest.mark.skipif(not hasattr(models, "FETCH_PEERS"), reason="Django 6.1 brought fetch modes.")
def test_property_that_reads_a_relation_loads_it_for_all_rows_at_once(
    people: dict[str, Person], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        Projector(["boss_name"], "V.json_fields").rows(Person.objects.all())


def test_models_that_look_at_what_they_load_are_loaded_whole(django_assert_num_queries: Any) -> None:
    Watched.objects.create(name="low", size=1)
    projector = Projector(["size", "name"], "V.json_fields")

    with django_assert_num_queries(1):
        rows = projector.rows(Watched.objects.all())

    assert not is_fast(["size"], Watched.objects.all())
    assert rows == [{"size": 1, "name": "Low"}]


def test_keys_of_two_columns(django_assert_num_queries: Any) -> None:
    Cell.objects.create(row=1, column=2, value="x")

    assert plain(["pk", "row", "value"], Cell.objects.all()) == [{"pk": [1, 2], "row": 1, "value": "x"}]


def test_paths_into_json() -> None:
    Everything.objects.create(json={"a": [{"b": 1}, 2]})
    Everything.objects.create(json=[1])
    Everything.objects.create()

    rows = both(["json__a__0__b", "json__a__9", "json__0", "json__a__b"], Everything.objects.order_by("pk"))

    assert rows == [
        {"json__a__0__b": 1, "json__a__9": None, "json__0": None, "json__a__b": None},
        {"json__a__0__b": None, "json__a__9": None, "json__0": 1, "json__a__b": None},
        {"json__a__0__b": None, "json__a__9": None, "json__0": None, "json__a__b": None},
    ]


def test_annotations(people: dict[str, Person]) -> None:
    shouted = Person.objects.annotate(shout=Upper("name"), one=Value(1), when=F("born"))
    counted = Person.objects.annotate(count=Count("staff"))

    assert both(["shout", "one", "when"], shouted.filter(name="ann")) == [
        {"shout": "ANN", "one": 1, "when": "2001-02-03T04:05:06.789Z"}
    ]
    assert not is_fast(["name", "count"], counted)
    assert plain(["name", "count", {"boss": ["name"]}], counted.filter(count__gt=0)) == [
        {"name": "ann", "count": 3, "boss": None}
    ]


def test_annotations_under_the_name_of_a_path_are_those_of_their_row(people: dict[str, Person]) -> None:
    people_of_teams = Person.objects.filter(name__in=["ann", "bob"])
    shouting = people_of_teams.annotate(team__code=Upper("team__code"), boss__shout=Upper("boss__name"))
    projector = Projector(["team__code"], "V.json_fields")
    quiet, loud = [{"team__code": "red"}, {"team__code": "blue"}], [{"team__code": "RED"}, {"team__code": "BLUE"}]

    for objects, expected in [
        (list(shouting), loud),
        (list(people_of_teams), quiet),
        ([*shouting, *people_of_teams], loud + quiet),
        ([*people_of_teams, *shouting], quiet + loud),
        (shouting.distinct(), loud),
        (people_of_teams.distinct(), quiet),
    ]:
        assert projector.rows(objects) == expected
    assert Projector(["boss__shout"], "V.json_fields").rows(list(shouting)) == [
        {"boss__shout": None},
        {"boss__shout": "ANN"},
    ]


def test_names_that_django_makes(people: dict[str, Person], django_assert_num_queries: Any) -> None:
    counted = Person.objects.annotate(Count("staff"), boss__rank=Value(5)).filter(name="ann")
    nested = Team.objects.prefetch_related(Prefetch("person_set", Person.objects.annotate(Count("staff"))))
    fields = ["name", "staff__count", "boss__rank", "boss__name"]

    with django_assert_num_queries(1):
        assert Projector(fields, "V.json_fields").rows(counted) == [
            {"name": "ann", "staff__count": 3, "boss__rank": 5, "boss__name": None}
        ]
    assert both(["boss__rank"], Person.objects.annotate(boss__rank=Value(5)).filter(name="bob")) == [{"boss__rank": 5}]
    assert plain([{"person_set": ["staff__count"]}, "person_set__staff__count"], nested.filter(code="red")) == [
        {"person_set": [{"staff__count": 3}], "person_set__staff__count": [3]}
    ]
    with pytest.raises(ImproperlyConfigured, match='"count", which Person has not'):
        Projector(fields, "V.json_fields").rows(Person.objects.annotate(count=Count("staff")))


def test_rows_of_values_have_flat_or_nested_names(people: dict[str, Person]) -> None:
    projector = Projector(["name", "boss__name"], "V.json_fields")
    values = Person.objects.values("name", "boss__name")

    for objects in (values, [{"name": "cid", "boss": people["ann"]}], values):
        assert projector.rows(objects)[-1] == {"name": "cid", "boss__name": "ann"}


def test_annotations_of_the_default_manager_of_a_relation() -> None:
    Chant.objects.create(text="go", team=Team.objects.create(code="red"))
    rows = [{"chant_set": [{"shout": "GO"}], "chant_set__shout": ["GO"]}]

    assert Projector([{"chant_set": ["shout"]}, "chant_set__shout"], "V.json_fields").rows(Team.objects.all()) == rows
    with pytest.raises(
        ImproperlyConfigured, match='"shot", which Chant has not. There is: id, pk, shout, team, team_'
    ):
        Projector([{"chant_set": ["shot"]}], "V.json_fields").rows(Team.objects.all())


FALLBACKS = {
    "distinct": lambda queryset: queryset.distinct(),
    "union": lambda queryset: (
        queryset.order_by().filter(name="ann").union(queryset.order_by().exclude(name="ann")).order_by("name")
    ),
    "prefetch": lambda queryset: queryset.prefetch_related(Prefetch("staff", Person.everyone.order_by("-name"))),
    "distinct and joined": lambda queryset: queryset.select_related("team").distinct(),
    "prefetch of the usual": lambda queryset: queryset.prefetch_related(Prefetch("friends")),
    "aggregation": lambda queryset: queryset.annotate(count=Count("staff")),
    "extra": lambda queryset: queryset.extra(select={"one": "1"}),
    "window": lambda queryset: queryset.annotate(row=Window(RowNumber(), order_by="name")).filter(row__lt=10),
    "locked": lambda queryset: queryset.select_for_update(),
    "evaluated": lambda queryset: queryset if len(queryset) else None,
}
COMPOSED = {
    "slice": lambda queryset: queryset[:10],
    "only": lambda queryset: queryset.only("is_active"),
    "defer": lambda queryset: queryset.defer("name", "boss"),
    "select_related": lambda queryset: queryset.select_related("team"),
    "prefetched by name": lambda queryset: queryset.prefetch_related("staff", "boss__friends"),
    "using": lambda queryset: queryset.using("default"),
    "filter": lambda queryset: queryset.filter(Q(boss__name="ann") | Q(boss__isnull=True)),
}


@pytest.mark.parametrize("change", [*FALLBACKS, *COMPOSED])
def test_rows_are_right_whatever_the_view_did_to_the_queryset(people: dict[str, Person], change: str) -> None:
    fields = ["name", {"boss": ["name", "greet"]}, {"friends": ["name"]}]
    columns = ["name", {"boss": ["name"]}, {"friends": ["name"]}]
    queryset = {**FALLBACKS, **COMPOSED}[change](Person.objects.order_by("name"))

    assert is_fast(columns, queryset) is (change in COMPOSED)
    expected = [
        {"name": "ann", "boss": None, "friends": [{"name": "bob"}]},
        {"name": "bob", "boss": {"name": "ann", "greet": "Hello, ann"}, "friends": [{"name": "ann"}]},
        {"name": "cid", "boss": {"name": "ann", "greet": "Hello, ann"}, "friends": []},
    ]
    assert written(Projector(fields, "V.json_fields"), queryset) == expected
    for row in expected:
        if row["boss"]:
            del row["boss"]["greet"]  # type: ignore[attr-defined]
    assert written(Projector(columns, "V.json_fields"), queryset) == expected


def test_prefetch_of_the_view_decides_what_belongs_to_a_relation(
    people: dict[str, Person], django_assert_num_queries: Any
) -> None:
    queryset = Person.objects.prefetch_related(
        Prefetch("staff", Person.everyone.annotate(shout=Upper("name")).order_by("-name")),
        Prefetch("staff", Person.everyone.filter(name="dot"), to_attr="hidden"),
    )
    fields = [{"staff": ["shout", {"boss": ["name"]}]}, {"hidden": ["name"]}]

    with django_assert_num_queries(3):
        rows = Projector(fields, "V.json_fields").rows(queryset.filter(name="ann"))

    shouts = [{"shout": shout, "boss": {"name": "ann"}} for shout in ("DOT", "CID", "BOB")]
    assert rows == [{"staff": shouts, "hidden": [{"name": "dot"}]}]


def test_prefetch_of_the_view_decides_what_a_relation_to_one_shows(
    people: dict[str, Person], django_assert_num_queries: Any
) -> None:
    teams = Team.objects.annotate(shout=Upper("code")).filter(code="red")
    queryset = Person.objects.prefetch_related(
        Prefetch("team", teams),
        Prefetch("badge", Badge.objects.filter(number=2)),
        Prefetch("boss__team", teams.filter(code="blue")),
    )
    fields = ["name", {"team": ["shout"]}, "team__code", {"badge": ["number"]}, {"boss": ["name", {"team": ["code"]}]}]
    projector = Projector(fields, "V.json_fields")

    with django_assert_num_queries(4):
        rows = projector.rows(queryset)

    boss = {"name": "ann", "team": None}
    assert rows == [
        {"name": "ann", "team": {"shout": "RED"}, "team__code": "red", "badge": None, "boss": None},
        {"name": "bob", "team": None, "team__code": None, "badge": None, "boss": boss},
        {"name": "cid", "team": None, "team__code": None, "badge": None, "boss": boss},
    ]
    assert projector.row(projector.prepare(queryset).get(name="bob")) == rows[1]
    back = Projector([{"staff": [{"boss": [{"team": ["code"]}]}]}], "V.json_fields")
    assert back.rows(Person.objects.prefetch_related(Prefetch("team", teams.filter(code="blue"))))[0] == {
        "staff": [{"boss": {"team": None}}, {"boss": {"team": None}}]
    }


def test_prefetch_of_the_view_decides_what_a_relation_to_many_without_a_name_shows(people: dict[str, Person]) -> None:
    queryset = Project.objects.prefetch_related(Prefetch("person_set", Person.objects.filter(name="bob")))
    projector = Projector([{"person_set": ["name"]}], "V.json_fields")
    bobs = [{"person_set": [{"name": "bob"}]}, {"person_set": [{"name": "bob"}]}]

    assert projector.rows(queryset) == bobs
    assert projector.rows(list(queryset)) == bobs
    assert projector.row(projector.prepare(queryset).get(name="sky")) == bobs[0]


@pytest.mark.parametrize("inner", ["staff", Prefetch("staff", Person.objects.order_by("-name"))])
@pytest.mark.parametrize("outer", ["boss", "friends__boss"])
def test_prefetches_inside_a_prefetch_of_the_view_are_its_own(
    people: dict[str, Person], outer: str, inner: Any
) -> None:
    queryset = Person.objects.prefetch_related(Prefetch(outer, Person.objects.prefetch_related(inner)))
    fields: Any = {"boss": [{"staff": ["name"]}]}
    staff = [{"name": "bob"}, {"name": "cid"}]
    expected: Any = {"boss": {"staff": staff if inner == "staff" else staff[::-1]}}
    if outer != "boss":
        fields, expected = {"friends": [fields]}, {"friends": [expected]}
    person = "bob" if outer == "boss" else "ann"
    projector = Projector([fields], "V.json_fields")

    assert projector.rows(queryset.filter(name=person)) == [expected]
    assert projector.row(projector.prepare(queryset).get(name=person)) == expected


def test_prefetches_of_the_view_find_the_keys_that_they_follow(
    people: dict[str, Person], django_assert_num_queries: Any
) -> None:
    queryset = Person.objects.prefetch_related("team", "boss__team", Prefetch("friends", to_attr="pals"), "pals__team")

    with django_assert_num_queries(6):
        rows = Projector([{"boss": ["name"]}, {"staff": ["name"]}], "V.json_fields").rows(queryset)
    with django_assert_num_queries(3):
        Projector(["text"], "V.json_fields").rows(Note.objects.distinct().prefetch_related("subject"))

    assert rows[1] == {"boss": {"name": "ann"}, "staff": []}


def evaluated(queryset: QuerySet[Any]) -> QuerySet[Any]:
    return queryset if queryset else queryset.none()


LOADED: dict[str, tuple[Callable[[], Any], list[Any], int]] = {
    "deferred columns": (lambda: Person.objects.defer("name").distinct(), ["name"], 1),
    "prefetched": (
        lambda: evaluated(Person.objects.prefetch_related("friends")),
        [{"friends": [{"team": ["code"]}, {"staff": [{"boss": ["name"]}]}]}],
        2,
    ),
    "partly prefetched": (
        lambda: [
            Person(name="new"),
            *Person.everyone.filter(name="dot"),
            *Person.objects.prefetch_related("friends").exclude(name="cid"),
            *Person.objects.filter(name="cid"),
        ],
        [{"friends": [{"team": ["code"]}]}],
        2,
    ),
    "joined": (
        lambda: list(Person.objects.select_related("boss")),
        [{"boss": [{"team": ["code"]}, {"friends": ["name"]}]}],
        2,
    ),
    "in a context": (
        lambda: [{"people": list(Person.objects.all()), "more": evaluated(Person.objects.all())}],
        [{"people": ["name", {"team": ["code"]}]}, "more__team__code"],
        2,
    ),
    "to an attribute": (
        lambda: Person.objects.prefetch_related(Prefetch("friends", to_attr="pals")),
        [{"pals": [{"team": ["code"]}]}, "pals__staff__name"],
        4,
    ),
    "to an attribute of a relation": (
        lambda: Person.objects.prefetch_related(Prefetch("boss__friends", to_attr="pals")),
        [{"boss": [{"pals": [{"team": ["code"]}]}]}],
        3,
    ),
    "generic": (
        lambda: Note.objects.filter(text="about a person").order_by("pk"),
        [{"subject": ["name", {"team": ["code"]}, {"friends": ["name"]}]}],
        4,
    ),
    "generic below a relation": (
        lambda: list(Person.objects.filter(name__startswith="p")),
        [{"notes": [{"subject": ["name", {"team": ["code"]}]}]}],
        3,
    ),
    "back": (lambda: Person.objects.distinct(), [{"badge": [{"person": ["name"]}]}, "badge__person__is_active"], 1),
    "back from the other side": (
        lambda: Badge.objects.order_by("pk").distinct(),
        [{"person": [{"badge": ["number"]}]}],
        1,
    ),
}


@pytest.mark.parametrize("case", LOADED)
def test_no_query_per_row_whatever_is_loaded_already(
    people: dict[str, Person], case: str, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        team = Team.objects.create(code=f"t{number}")
        person = Person.objects.create(name=f"p{number}", boss=people[["ann", "bob"][number % 2]], team=team)
        person.friends.add(people["ann"], people["bob"], people["cid"])
        Badge.objects.create(person=person, number=number)
        Note.objects.create(text="about a person", subject=person)
    make, fields, queries = LOADED[case]
    objects = make()

    with django_assert_num_queries(queries):
        rows = Projector(fields, "V.json_fields").rows(objects)

    assert rows == [Projector(fields, "V.json_fields").row(each) for each in make()]


DEFERRED: dict[str, tuple[Callable[[], Any], list[Any], int]] = {
    "only": (
        lambda: Team.objects.prefetch_related(Prefetch("person_set", Person.objects.only("id"))),
        [{"person_set": ["name"]}],
        2,
    ),
    "defer": (
        lambda: Team.objects.prefetch_related(Prefetch("person_set", Person.objects.defer("name", "team"))),
        [{"person_set": ["name", {"boss": ["name"]}, {"friends": ["name"]}]}],
        3,
    ),
    "to an attribute": (
        lambda: Team.objects.prefetch_related(Prefetch("person_set", Person.objects.only("id"), to_attr="people")),
        [{"people": ["name", {"boss": ["name"]}, {"friends": ["name"]}]}],
        3,
    ),
    "to an attribute, sliced": (
        lambda: Team.objects.prefetch_related(Prefetch("person_set", Person.objects.only("id")[:2], to_attr="people")),
        ["people__name"],
        2,
    ),
    "to an attribute below": (
        lambda: Person.objects.prefetch_related(
            Prefetch("boss__staff", Person.objects.only("born"), to_attr="team_mates")
        ),
        [{"boss": [{"team_mates": ["name"]}]}],
        2,
    ),
    "between many": (
        lambda: Person.objects.prefetch_related(Prefetch("friends", Person.objects.only("id"))),
        [{"friends": ["name", "is_active"]}],
        2,
    ),
    "to one": (
        lambda: Person.objects.prefetch_related(Prefetch("boss", Person.objects.only("id"))),
        [{"boss": ["name", {"team": ["code"]}]}],
        2,
    ),
    "generic": (
        lambda: Person.objects.prefetch_related(Prefetch("notes", Note.objects.only("id"))),
        [{"notes": ["text"]}],
        2,
    ),
    "generic, of each model": (
        lambda: Note.objects.prefetch_related(GenericPrefetch("subject", [Person.objects.only("id")])).order_by("pk"),
        [{"subject": ["name"]}],
        4,
    ),
    "nested": (
        lambda: Team.objects.prefetch_related(
            Prefetch(
                "person_set",
                Person.objects.only("id").prefetch_related(Prefetch("staff", Person.objects.only("id"))),
            )
        ),
        [{"person_set": ["name", {"staff": ["name"]}]}],
        3,
    ),
    "not shown": (
        lambda: Team.objects.prefetch_related(Prefetch("person_set", Person.objects.only("team"), to_attr="people")),
        ["code"],
        2,
    ),
    "below what is not shown": (
        lambda: Person.objects.prefetch_related(Prefetch("boss__friends", Person.objects.only("id"))),
        ["name"],
        3,
    ),
    "instances": (lambda: list(Person.objects.only("id")), ["name", {"boss": ["name"]}], 2),
    "instances, some twice": (
        lambda: [*Person.objects.only("id"), *Person.objects.defer("name"), *Person.objects.all()],
        ["name", "is_active"],
        1,
    ),
    "evaluated": (
        lambda: evaluated(Team.objects.prefetch_related(Prefetch("person_set", Person.objects.only("team")))),
        ["code", {"person_set": ["name"]}],
        1,
    ),
    "keys of two columns": (lambda: list(Cell.objects.only("row")), ["pk", "value"], 1),
}


@pytest.mark.parametrize("case", DEFERRED)
def test_no_query_per_row_for_deferred_columns(
    people: dict[str, Person], case: str, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        team = Team.objects.create(code=f"t{number}")
        person = Person.objects.create(name=f"p{number}", boss=people["ann"], team=team)
        person.friends.add(people["ann"], people["bob"])
        Note.objects.create(text="about a person", subject=person)
        Cell.objects.create(row=number, column=2, value=f"v{number}")
    make, fields, queries = DEFERRED[case]
    objects = make()

    with django_assert_num_queries(queries):
        rows = Projector(fields, "V.json_fields").rows(objects)

    assert rows == [Projector(fields, "V.json_fields").row(each) for each in make()]


def test_values_that_the_view_set_are_kept_beside_deferred_columns(people: dict[str, Person]) -> None:
    ann, bob = Person.objects.only("name").filter(name__in=["ann", "bob"])
    ann.name = "new"
    bob.is_active = False

    assert Projector(["name", "is_active"], "V.json_fields").rows([ann, bob]) == [
        {"name": "new", "is_active": True},
        {"name": "bob", "is_active": False},
    ]


def test_related_managers_are_querysets_too(people: dict[str, Person]) -> None:
    projector = Projector(["name", {"boss": ["name"]}], "V.json_fields")

    assert [row["name"] for row in projector.rows(people["ann"].staff.all())] == ["bob", "cid"]
    assert [row["name"] for row in projector.rows(people["ann"].staff)] == ["bob", "cid"]


def test_duplicate_rows_each_have_their_lists(people: dict[str, Person]) -> None:
    rows = both([{"friends": ["name"]}], Person.objects.filter(staff__isnull=False).order_by("staff__name"))

    assert rows == [{"friends": [{"name": "bob"}]}] * 3


def test_other_things_than_querysets(people: dict[str, Person]) -> None:
    class Thing:
        name = "thing"

        def boss(self) -> dict[str, Any]:
            return {"name": "it"}

    projector = Projector(["name", {"boss": ["name"]}], "V.json_fields")

    rows = projector.rows([Thing(), {"name": "dict", "boss": None}, people["bob"]])

    assert rows == [
        {"name": "thing", "boss": {"name": "it"}},
        {"name": "dict", "boss": None},
        {"name": "bob", "boss": {"name": "ann"}},
    ]


@pytest.mark.parametrize("count", [0, 1, 10, 1000])
@pytest.mark.parametrize(
    ("fields", "queries"),
    [
        (["name", "boss__name", {"boss": ["name"]}, {"badge": ["number"]}], 1),
        (["name", {"staff": ["name"]}], 2),
        (["name", {"friends": ["name"]}, "friends__pk", ("keys", "friends")], 2),
        (["name", {"friends": ["name", {"projects": ["name"]}]}, {"staff": ["name"]}], 4),
        (["greet", {"friends": ["name"]}, {"badge": ["number"]}], 2),
    ],
)
def test_queries_are_as_many_as_relations_to_many_and_one(
    count: int, fields: list[Any], queries: int, django_assert_num_queries: Any
) -> None:
    Project.objects.create(name="x")
    people = Person.objects.bulk_create(Person(name=f"{number:04}") for number in range(count))
    Person.friends.through.objects.bulk_create(
        Person.friends.through(from_person=person, to_person=people[0]) for person in people
    )
    Membership.objects.bulk_create(Membership(person=person, project=Project.objects.get()) for person in people[:1])

    with django_assert_num_queries(queries if count else 1):
        rows = Projector(fields, "V.json_fields").rows(Person.objects.all())

    assert len(rows) == count


def test_only_the_columns_asked_for_are_read(people: dict[str, Person], django_assert_num_queries: Any) -> None:
    for fields in (["name", {"boss": ["name"]}], ["name", {"boss": ["greet"]}]):
        with django_assert_num_queries(1) as captured:
            Projector(fields, "V.json_fields").rows(Person.everyone.filter(boss__name="ann"))

        select = captured.captured_queries[0]["sql"].partition(" FROM ")[0]
        assert "team" not in select or "greet" in str(fields)
        assert '"tests_person"."is_active"'.replace('"', connection.ops.quote_name("")[0]) not in select


@pytest.mark.skipif(connection.vendor != "postgresql", reason="Only PostgreSQL has these fields.")
def test_types_of_postgresql() -> None:
    from django.contrib.postgres.search import SearchVector

    from tests.shapes import PostgresEverything

    when = datetime.datetime(2001, 2, 3, 4, 5, 6, 789123, datetime.UTC)
    PostgresEverything.objects.create(
        array=[when, None],
        nested_array=[[decimal.Decimal("1.50")]],
        hstore={"é": "1", "b": None},
        big_integer_range=(1, 5),
        date_range=(when.date(), None),
        datetime_range=(when, None),
        decimal_range=(decimal.Decimal("1.5"), None),
        integer_range=None,
    )

    rows = both(["array", "nested_array", "hstore", "integer_range"], PostgresEverything.objects.all())

    assert rows == [
        {
            "array": ["2001-02-03T04:05:06.789Z", None],
            "nested_array": [["1.50"]],
            "hstore": {"é": "1", "b": None},
            "integer_range": None,
        }
    ]
    PostgresEverything.objects.update(search_vector=SearchVector(Value("A fat cat"), config="english"))
    assert both(["search_vector"], PostgresEverything.objects.all()) == [{"search_vector": "'cat':3 'fat':2"}]
    ranges = ["big_integer_range", "date_range", "datetime_range", "decimal_range"]
    assert both(ranges, PostgresEverything.objects.all()) == [
        {
            "big_integer_range": [1, 5],
            "date_range": ["2001-02-03", None],
            "datetime_range": ["2001-02-03T04:05:06.789Z", None],
            "decimal_range": ["1.5", None],
        }
    ]


def test_text_that_django_does_not_write_is_left_to_django() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("Only SQLite keeps these types as text.")
    instance = Everything.objects.create()
    odd = {
        "datetime": "2001-02-03 04:05:06+02:00",
        "date": "2001-2-3",
        "decimal": 1.23456,
        "small_decimal": 0,
        "uuid": "00000000-0000-0000-0000-000000000007",
    }
    with connection.cursor() as cursor:
        for name, value in odd.items():
            cursor.execute(f"UPDATE tests_everything SET {name} = %s WHERE id = %s", [value, instance.pk])

    assert both(["datetime", "date", "decimal", "small_decimal", "uuid"], Everything.objects.all()) == [
        {
            "datetime": "2001-02-03T04:05:06+02:00",
            "date": "2001-02-03",
            "decimal": "1.235",
            "small_decimal": "0E-9",
            "uuid": "00000000-0000-0000-0000-000000000007",
        }
    ]


def test_text_that_django_cannot_read_fails_as_it_does_in_django() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("Only SQLite keeps what is no number in a column of numbers.")
    Everything.objects.create()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tests_everything SET decimal = 'x'")

    for queryset in (Everything.objects.all(), Everything.objects.distinct()):
        with pytest.raises((decimal.InvalidOperation, TypeError)) as djangos:  # one in each version
            list(queryset.values("decimal"))
        with pytest.raises(djangos.type):
            written(Projector(["decimal"], "V.json_fields", simplify=simplify), queryset)


def test_datetimes_of_a_connection_with_a_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("Only SQLite keeps datetimes without their time zone.")
    Everything.objects.create(datetime=datetime.datetime(2001, 2, 3, tzinfo=datetime.UTC))
    monkeypatch.setitem(connections["default"].__dict__, "timezone", zoneinfo.ZoneInfo("Europe/Paris"))

    assert both(["datetime"], Everything.objects.all()) == [{"datetime": "2001-02-03T00:00:00+01:00"}]


def test_datetimes_without_time_zones(settings: Any) -> None:
    Everything.objects.create(datetime=datetime.datetime(2001, 2, 3, 4, 5, 6, 0, datetime.UTC))
    settings.USE_TZ = False
    if connection.vendor != "sqlite":
        pytest.skip("The connection keeps its time zone.")

    assert both(["datetime"], Everything.objects.all()) == [{"datetime": "2001-02-03T04:05:06"}]


def test_router_may_choose_the_database_by_the_instance(people: dict[str, Person], settings: Any) -> None:
    class Router:
        def db_for_read(self, model: Any, **hints: Any) -> None:
            return None

    settings.DATABASE_ROUTERS = [Router()]

    assert not is_fast([{"staff": ["name"]}], Person.objects.all())
    assert is_fast([{"boss": ["name"]}], Person.objects.all())


def test_rows_that_a_window_filters_show_relations(people: dict[str, Person]) -> None:
    queryset = Person.objects.annotate(row=Window(RowNumber(), order_by="name")).filter(row=2)
    fields = ["name", {"boss": ["id", "name", {"team": ["id", "code"]}]}, "boss__friends__name"]

    assert written(Projector(fields, "V.json_fields"), queryset) == [
        {
            "name": "bob",
            "boss": {
                "id": str(people["ann"].pk),
                "name": "ann",
                "team": {"id": Team.objects.get(code="red").pk, "code": "red"},
            },
            "boss__friends__name": ["bob"],
        }
    ]


def test_urls_of_files_follow_the_settings(settings: Any) -> None:
    Everything.objects.create(file="a.txt")
    projector = Projector(["file"], "V.json_fields")
    projector.rows(Everything.objects.all())
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"base_url": "/other/"}},
    }

    assert projector.rows(Everything.objects.all()) == [{"file": "/other/a.txt"}]


def test_rows_without_fields() -> None:
    Team.objects.create(code="red")

    assert both([], Team.objects.all()) == [{}]
    assert both([{"person_set": []}], Team.objects.all()) == [{"person_set": []}]


def test_columns_of_mixed_types_are_simplified_one_by_one() -> None:
    when = datetime.datetime(2001, 2, 3, tzinfo=datetime.UTC)

    assert json_column([when, 1, None, "x"], simplify) == ["2001-02-03T00:00:00Z", 1, None, "x"]
    assert json_column([when, None], simplify) == ["2001-02-03T00:00:00Z", None]
    assert json_column([when.astimezone(datetime.timezone(datetime.timedelta(hours=1)))], simplify) == [
        "2001-02-03T01:00:00+01:00"
    ]


def test_attributes_in_the_place_of_columns_take_the_plain_way() -> None:
    Shouting.objects.create(name="a", motto="b", file="x")

    assert not is_fast(["name"], Shouting.objects.all())
    assert not is_fast(["file"], Shouting.objects.all())
    assert not is_fast(["motto"], Shouting.objects.all())
    assert plain(["motto"], Shouting.objects.all()) == [{"motto": "B"}]
    assert plain(["name", "pk"], Shouting.objects.all()) == [{"name": "A", "pk": Shouting.objects.get().pk}]
    assert plain(["file"], Shouting.objects.all()) == [{"file": "/elsewhere/x"}]


def test_relations_whose_keys_are_no_primary_keys_take_the_plain_way() -> None:
    team = Team.objects.create(code="red")
    team.colours.add(Colour.objects.create(code="f00"))

    assert not is_fast([{"colours": ["code"]}], Team.objects.all())
    assert plain(["code", {"colours": ["code"]}, ("keys", "colours")], Team.objects.all()) == [
        {"code": "red", "colours": [{"code": "f00"}], "keys": [Colour.objects.get().pk]}
    ]


def test_related_instances_of_special_models_take_the_plain_way() -> None:
    watched = Watched.objects.create(name="low")
    Watcher.objects.create(watched=watched)

    assert not is_fast([{"watched": ["name"]}], Watcher.objects.all())
    assert plain([{"watched": ["name"]}, "watched__name"], Watcher.objects.all()) == [
        {"watched": {"name": "Low"}, "watched__name": "Low"}
    ]


def test_keys_that_may_lead_nowhere_take_the_plain_way() -> None:
    Watcher.objects.create(watched=Watched.objects.create(name="low"), team_id=99)

    assert not is_fast([{"team": ["code"]}], Watcher.objects.all())
    assert plain([{"team": ["code"]}, "team_id"], Watcher.objects.all()) == [{"team": None, "team_id": 99}]


def test_named_tuples_and_columns_of_loaded_instances(people: dict[str, Person]) -> None:
    Point = namedtuple("Point", "x y")

    assert Projector([{"p": ["x"]}], "V.json_fields").row({"p": Point(1, 2)}) == {"p": {"x": 1}}
    assert Projector([{"p": ["x"]}], "V.json_fields").row({"p": (Point(1, 2),)}) == {"p": [{"x": 1}]}
    with pytest.raises(ImproperlyConfigured) as caught:
        Projector([{"name": ["x"]}], "V.json_fields").row(people["ann"])
    assert str(caught.value) == ('V.json_fields goes on from "name", which is a column of Person and no relation.')
