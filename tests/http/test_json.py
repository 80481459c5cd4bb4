"""JsonResponse and its encoder, with orjson and without."""

import dataclasses
import datetime
import decimal
import enum
import importlib.util
import io
import json
import math
import sys
import uuid
from collections import OrderedDict, namedtuple
from collections.abc import Iterator
from http import HTTPStatus as http_status
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db.backends.postgresql.psycopg_any import DateRange, NumericRange
from django.db.models import Value
from django.http import HttpResponse, QueryDict
from django.http import JsonResponse as DjangoJsonResponse
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st

from django_extras.http.json import JsonEncoder, JsonResponse, encode, simplify
from tests.models import Author, Book


@pytest.fixture(params=["orjson", "standard library"], autouse=True)
def library(request: pytest.FixtureRequest, settings: Any) -> str:
    settings.DJANGO_EXTRAS_ORJSON = request.param == "orjson"
    return str(request.param)


def sent(data: Any, *args: Any, **options: Any) -> Any:
    return json.loads(JsonResponse(data, *args, **options).content)


class Color(enum.Enum):
    RED = "red"
    DAY = datetime.date(2001, 2, 3)
    PAIR = (1, "two")


class Level(enum.IntEnum):
    LOW = 1


class Word(enum.StrEnum):
    YES = "yes"


class Price(decimal.Decimal, enum.Enum):
    CHEAP = "1.50"


class Code(int, enum.Enum):
    """An int, whose value is a text."""

    def __new__(cls, number: int, value: Any) -> "Code":
        member = int.__new__(cls, number)
        member._value_ = value
        return member

    FIRST = 1, "first"
    TRUE = 2, True
    SAME = 3, 3


class Label(str, enum.Enum):  # noqa: UP042  # a StrEnum is its value
    """A text, whose value is a pair."""

    def __new__(cls, label: str) -> "Label":
        member = str.__new__(cls, label)
        member._value_ = (label, len(label))
        return member

    SHORT = "s"


class Ratio(float, enum.Enum):
    def __new__(cls, number: float, value: Any) -> "Ratio":
        member = float.__new__(cls, number)
        member._value_ = value
        return member

    HALF = 0.5, "half"
    QUARTER = 0.25, 0.25


class Pair(tuple[int, int], enum.Enum):
    def __new__(cls, numbers: tuple[int, int]) -> "Pair":
        member = tuple.__new__(cls, numbers)
        member._value_ = "pair"
        return member

    ONES = 1, 1


class Nested(enum.Enum):
    CODES = [Code.FIRST, {"label": Label.SHORT}]


class Reversed(list[int]):
    def __iter__(self) -> Iterator[int]:
        return iter(self[::-1])


class Twice(dict[str, int]):
    """A dict that shows its key twice, as some dicts of several values do."""

    def items(self) -> Any:
        return [item for item in super().items() for _ in range(2)]


class OddKey(str):
    """A text that equals no other."""

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class Loose(dict[str, Any]):
    """A dict of an own class."""


Point = namedtuple("Point", "x y")


@dataclasses.dataclass
class Record:
    secret: str = "x"


class TestResponse:
    @pytest.mark.parametrize("data", [{}, [], "", "łóżko", 0, -1.5, True, None, [1, {"a": [None]}]])
    def test_any_json_value_may_be_sent(self, data: Any) -> None:
        response = JsonResponse(data)

        assert isinstance(response, DjangoJsonResponse)
        assert response.status_code == 200
        assert response.headers == {"Content-Type": "application/json"}
        assert json.loads(response.content) == data
        assert json.loads(response.text) == data

    def test_arguments_by_position_are_those_of_djangos(self) -> None:
        with pytest.raises(TypeError, match="set the safe parameter to False"):
            JsonResponse([], DjangoJSONEncoder, True)

        response = JsonResponse({"a": [1]}, DjangoJSONEncoder, True, {"indent": 1})

        assert response.content == DjangoJsonResponse({"a": [1]}, DjangoJSONEncoder, True, {"indent": 1}).content

    def test_safe_takes_a_dict_only(self) -> None:
        assert sent({"a": 1}, safe=True) == {"a": 1}
        with pytest.raises(TypeError) as caught:
            JsonResponse([], safe=True)

        assert str(caught.value) == (
            "In order to allow non-dict objects to be serialized set the safe parameter to False."
        )

    def test_options_of_http_response(self) -> None:
        response = JsonResponse({}, status="201", reason="Made", headers={"X-A": "b"})

        assert (response.status_code, response.reason_phrase) == (201, "Made")
        assert response.headers == {"X-A": "b", "Content-Type": "application/json"}

    @pytest.mark.parametrize(
        "options",
        [
            {"headers": {"Content-Type": "application/problem+json"}},
            {"headers": {"content-type": "application/problem+json"}},
            {"content_type": "application/problem+json"},
        ],
    )
    def test_other_media_types(self, options: dict[str, Any]) -> None:
        assert JsonResponse({}, **options).headers["Content-Type"] == "application/problem+json"

    def test_no_media_type_means_json(self) -> None:
        assert JsonResponse({}, content_type=None, headers=None).headers == {"Content-Type": "application/json"}

    def test_two_media_types_are_refused(self) -> None:
        with pytest.raises(ValueError, match=r"'headers' must not contain 'Content-Type'"):
            JsonResponse({}, content_type="a/b", headers={"Content-Type": "c/d"})

    @pytest.mark.parametrize(
        "options", [{"charset": "latin-1"}, {"content_type": "application/json; charset=latin-1"}]
    )
    def test_content_is_utf_8_whatever_the_charset(self, options: dict[str, Any], settings: Any) -> None:
        settings.DEFAULT_CHARSET = "latin-1"
        response = JsonResponse({"ü": "€"}, json_dumps_params={"ensure_ascii": False}, **options)

        assert json.loads(response.content.decode("utf-8")) == {"ü": "€"}
        assert json.loads(response.text) == {"ü": "€"}

    @pytest.mark.parametrize("status", [204, 205, 304])
    def test_statuses_without_content(self, status: int) -> None:
        with pytest.raises(ValueError) as caught:  # noqa: PT011
            JsonResponse(None, status=status)

        assert str(caught.value) == (
            f"A {status} response has no content, not even JSON. Send the data with another status, or leave it out "
            f"with HttpResponse(status={status})."
        )

    def test_arguments_of_dumps(self) -> None:
        params = {"indent": 2, "sort_keys": True}

        assert JsonResponse({"b": 1, "a": 2}, json_dumps_params=params).content == b'{\n  "a": 2,\n  "b": 1\n}'
        assert params == {"indent": 2, "sort_keys": True}

    def test_bytes_are_compact_with_orjson(self, library: str) -> None:
        content = JsonResponse({"a": [1, "é"]}).content

        assert content == (b'{"a":[1,"\xc3\xa9"]}' if library == "orjson" else b'{"a": [1, "\\u00e9"]}')

    @pytest.mark.parametrize(
        "value",
        [
            {"a": {"b": [None, 1.5, {"c": (True, None)}]}},
            [Color.RED, Color.DAY, Level.LOW, Word.YES, Price.CHEAP, None],
            {"a": [datetime.date(2001, 2, 3), datetime.time(1), datetime.timedelta(1), uuid.UUID(int=7), None]},
            {"a": [Loose(b=None), Point(None, 2), {1, 2}, mark_safe("é"), lazystr("ö")]},
            [QueryDict("a=1"), OrderedDict(a=None), http_status.OK, type("F", (float,), {})(1.5)],
        ],
        ids=["nested", "enums", "dates", "subclasses", "more subclasses"],
    )
    def test_orjson_is_the_way_taken(self, value: Any, library: str) -> None:
        content = JsonResponse([value, {"nothing": None, "text": "é"}]).content

        # It alone leaves out the blanks.
        assert content.endswith(
            b'{"nothing":null,"text":"\xc3\xa9"}]' if library == "orjson" else b'{"nothing": null, "text": "\\u00e9"}]'
        )
        assert (b": " in content or b", " in content) == (library == "standard library")

    def test_ascii_on_request(self) -> None:
        assert JsonResponse("é", json_dumps_params={"ensure_ascii": True}).content == b'"\\u00e9"'

    def test_default_function_replaces_the_encoders(self) -> None:
        assert sent([1j, datetime.date.min], json_dumps_params={"default": repr}) == ["1j", "datetime.date(1, 1, 1)"]


class TestEncoder:
    @pytest.mark.parametrize(
        "value",
        [
            datetime.datetime(2001, 2, 3, 4, 5, 6, 789123, datetime.UTC),
            datetime.datetime(2001, 2, 3, 4, 5, 6, 789123, datetime.timezone(datetime.timedelta(hours=-3))),
            datetime.datetime(2001, 2, 3),
            datetime.date(2001, 2, 3),
            datetime.time(1, 2, 3, 456789),
            datetime.timedelta(days=1, microseconds=5),
            decimal.Decimal("1.50"),
            decimal.Decimal("NaN"),
            uuid.UUID(int=7),
            lazystr("lazy"),
            gettext_lazy("Yes"),
        ],
    )
    def test_writes_what_djangos_writes(self, value: Any) -> None:
        expected = json.loads(json.dumps(value, cls=DjangoJSONEncoder))

        assert sent(value) == sent([value])[0] == sent({"a": value})["a"] == expected
        if not isinstance(value, decimal.Decimal) or value.is_finite():
            assert sent({value: 1}) == {expected: 1}

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (Color.RED, "red"),
            (Color.DAY, "2001-02-03"),
            (Color.PAIR, [1, "two"]),
            (Level.LOW, 1),
            (Word.YES, "yes"),
            (Price.CHEAP, "1.50"),
            ({3, 1, 2}, [1, 2, 3]),
            (frozenset("ba"), ["a", "b"]),
            ({1: 2}.keys(), [1]),
            ({1: 2}.values(), [2]),
            (Point(1, 2), [1, 2]),
            (mark_safe("<b>"), "<b>"),
            (Loose(a=Loose(b=1)), {"a": {"b": 1}}),
            (OrderedDict(a=1), {"a": 1}),
            (QueryDict("a=1&a=2"), {"a": "2"}),
            (type("I", (int,), {})(5), 5),
            (type("F", (float,), {})(1.5), 1.5),
            (type("L", (list,), {})([1]), [1]),
            (2**70, 2**70),
            ("\ud800", "\ud800"),
            ({1: "a", None: "b", False: "c", 1.5: "d"}, {"1": "a", "null": "b", "false": "c", "1.5": "d"}),
        ],
    )
    def test_writes_more_than_djangos(self, value: Any, expected: Any) -> None:
        first = encode({"a": [value]})

        assert json.loads(first) == {"a": [expected]}

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (Code.FIRST, 1),
            (Code.TRUE, 2),
            (Code.SAME, 3),
            (Label.SHORT, "s"),
            (Ratio.HALF, 0.5),
            (Ratio.QUARTER, 0.25),
            (Pair.ONES, [1, 1]),
            (Nested.CODES, [1, {"label": "s"}]),
            (Reversed([1, 2]), [2, 1]),
            (http_status.NOT_FOUND, 404),
        ],
    )
    @pytest.mark.parametrize(
        "wrap",
        [
            lambda value: value,
            lambda value: [value],
            lambda value: {"a": (value,)},
            lambda value: Loose(a=value),
            lambda value: (each for each in [value]),
            lambda value: [value, Level.LOW, Color.DAY],
        ],
    )
    def test_enums_and_subclasses_are_the_same_with_orjson_and_without(
        self, value: Any, expected: Any, wrap: Any
    ) -> None:
        content, plain = sent(wrap(value)), wrap(expected)

        assert repr(content) == repr(sent(plain) if not isinstance(plain, Iterator) else list(plain))

    def test_iterators_are_lists(self) -> None:
        assert sent([(number for number in range(2)), map(str, [1]), iter("a")]) == [[0, 1], ["1"], ["a"]]

    def test_files_are_no_lists_of_lines(self) -> None:
        with pytest.raises(TypeError, match=r"^Object of type BytesIO is not JSON serializable"):
            JsonResponse(io.BytesIO(b"secret"))

    def test_ranges_of_postgresql_are_lists_of_two(self) -> None:
        day = datetime.date(2026, 1, 2)

        assert sent([NumericRange(1, None), [DateRange(day, day, "[]")], NumericRange(empty=True)]) == [
            [1, None],
            [["2026-01-02", "2026-01-02"]],
            [None, None],
        ]
        assert simplify(DateRange(None, day)) == [None, "2026-01-02"]

    def test_sets_that_have_no_order(self) -> None:
        assert sorted(sent({1, "a"}), key=str) == [1, "a"]

    def test_lone_surrogates_are_escaped(self) -> None:
        assert JsonResponse("\ud800é", json_dumps_params={"ensure_ascii": False}).content == b'"\\ud800\xc3\xa9"'

    @pytest.mark.parametrize(
        ("key", "name"),
        [
            (datetime.date(2001, 2, 3), "2001-02-03"),
            (uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
            (decimal.Decimal("1.50"), "1.50"),
            (lazystr("lazy"), "lazy"),
            (Color.RED, "red"),
            (Color.DAY, "2001-02-03"),
            (Level.LOW, "1"),
            (Word.YES, "yes"),
        ],
    )
    def test_keys_with_a_text_form(self, key: Any, name: str) -> None:
        assert sent({"a": {key: [1], "other": (each for each in "ab")}}) == {"a": {name: [1], "other": ["a", "b"]}}

    def test_keys_that_become_the_same_are_refused(self) -> None:
        with pytest.raises(ValueError, match=r"^Two keys of data\['a'\] become 'red'\.$"):
            JsonResponse({"a": {Color.RED: 1, "red": 2}})

    @pytest.mark.parametrize(
        ("keys", "name"),
        [
            ((1, "1"), "1"),
            (("1", 1), "1"),
            ((1.5, "1.5"), "1.5"),
            ((OddKey("a"), OddKey("a")), "a"),
            ((True, "true"), "true"),
            ((False, "false"), "false"),
            ((None, "null"), "null"),
            ((Level.LOW, "1"), "1"),
            ((Code.FIRST, "1"), "1"),
            ((Ratio.HALF, "0.5"), "0.5"),
            ((Color.RED, "red"), "red"),
            ((Color.DAY, "2001-02-03"), "2001-02-03"),
            ((datetime.date(2001, 2, 3), "2001-02-03"), "2001-02-03"),
            ((uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"), "00000000-0000-0000-0000-000000000007"),
            ((decimal.Decimal("1.50"), "1.50"), "1.50"),
            ((decimal.Decimal("1"), "1"), "1"),
            ((OddKey("a"), "a"), "a"),
            ((datetime.timedelta(1), "P1DT00H00M00S"), "P1DT00H00M00S"),
        ],
    )
    @pytest.mark.parametrize("params", [{}, {"ensure_ascii": False}, {"indent": 1}, {"skipkeys": True}])
    def test_a_name_is_never_there_twice(self, keys: tuple[Any, Any], name: str, params: dict[str, Any]) -> None:
        data = [[], {"a": ({keys[0]: "first", "other": [], keys[1]: "second"},)}]
        if params.get("skipkeys") and not isinstance(keys[0], str | int | float | None):
            assert sent(data, json_dumps_params=params)[1] == {"a": [{"other": [], keys[1]: "second"}]}
            return

        with pytest.raises(ValueError) as caught:  # noqa: PT011
            JsonResponse(data, json_dumps_params=params)

        assert str(caught.value) == f"Two keys of data[1]['a'][0] become {name!r}."

    @pytest.mark.parametrize("keys", [(1, "1"), (Color.RED, "red")])
    @pytest.mark.parametrize(
        ("wrap", "place"),
        [
            (lambda value: value, "data"),
            (lambda value: {"a": OrderedDict(b=value)}, "data['a']['b']"),
            (lambda value: (each for each in [value]), "data[0]"),
            (lambda value: {"a": value}.values(), "data[0]"),
            (lambda value: enum.Enum("Holder", {"X": value}).X, "data"),
        ],
    )
    def test_a_name_is_never_there_twice_wherever_it_is(self, keys: tuple[Any, Any], wrap: Any, place: str) -> None:
        with pytest.raises(ValueError) as caught:  # noqa: PT011
            JsonResponse(wrap({keys[0]: "first", "other": [], keys[1]: "second"}))

        assert str(caught.value) == f"Two keys of {place} become {keys[1]!r}."

    def test_a_name_that_json_lacks_is_never_there_twice(self) -> None:
        with pytest.raises(ValueError, match=r"^Two keys of data become 'NaN'\.$"):
            JsonResponse({math.nan: 1, "NaN": 2}, json_dumps_params={"allow_nan": True})

    def test_a_dict_that_shows_a_key_twice_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"^Two keys of data\[0\] become 'a'\.$"):
            JsonResponse([Twice(a=1)])

    @pytest.mark.parametrize("encoder", [json.JSONEncoder, type("Own", (DjangoJSONEncoder,), {})])
    def test_own_encoders_write_no_name_twice(self, encoder: type[json.JSONEncoder]) -> None:
        for params in ({}, {"default": list}):
            with pytest.raises(ValueError, match=r"^Two keys of data\['a'\] become '1'\.$"):
                JsonResponse({"a": {1: 1, "1": 2}}, encoder, json_dumps_params=params)
        with pytest.raises(ValueError, match=r"^Two keys of an object become '1'\.$"):
            JsonResponse((each for each in [{1: 1, "1": 2}]), encoder, json_dumps_params={"default": list})

    def test_an_encoder_that_rewrites_the_data_decides_itself(self) -> None:
        class Prefixing(DjangoJSONEncoder):
            def iterencode(self, o: Any, _one_shot: bool = False) -> Iterator[str]:
                return super().iterencode({f"{type(key).__name__}{key}": item for key, item in o.items()}, _one_shot)

        assert sent({1: "a", "1": "b"}, Prefixing) == {"int1": "a", "str1": "b"}

    def test_keys_of_one_kind_are_no_fault(self) -> None:
        assert sent([{1: 1, 2: 2}, {"1": 1}, {1.5: 1, None: 2, True: 3}]) == [
            {"1": 1, "2": 2},
            {"1": 1},
            {"1.5": 1, "null": 2, "true": 3},
        ]

    @pytest.mark.parametrize("key", [(1, 2), frozenset({1}), Color.PAIR])
    def test_other_keys_are_refused(self, key: Any) -> None:
        with pytest.raises(TypeError) as caught:
            JsonResponse([{key: 1}])

        assert str(caught.value) == (
            f"keys must be str, int, float, bool or None, or become one of them, not {type(key).__name__}: data[0] "
            f"has the key {key!r}."
        )

    def test_other_keys_are_skipped_on_request(self) -> None:
        assert sent({(1, 2): 1, "a": 2}, json_dumps_params={"skipkeys": True}) == {"a": 2}
        with pytest.raises(ValueError, match=r"data\['a'\] is nan"):
            JsonResponse({(1, 2): 1, "a": math.nan}, json_dumps_params={"skipkeys": True})

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, type("F", (float,), {})("nan")])
    @pytest.mark.parametrize("encoder", [DjangoJSONEncoder, JsonEncoder, json.JSONEncoder])
    def test_numbers_that_json_lacks_are_refused(self, value: float, encoder: type[json.JSONEncoder]) -> None:
        with pytest.raises(ValueError) as caught:  # noqa: PT011
            JsonResponse({"rows": [None, {"price": (value,)}]}, encoder)

        assert str(caught.value) == (
            f"Out of range float values are not JSON compliant: data['rows'][1]['price'][0] is {float(value)!r}. Send "
            'None or a string instead, or pass json_dumps_params={"allow_nan": True} if all clients take it.'
        )

    def test_numbers_that_json_lacks_in_odd_places_are_refused(self) -> None:
        nan = enum.Enum("Nan", {"X": math.nan})
        for data in (nan.X, [math.nan], {math.nan: 1}, (each for each in [math.nan]), {uuid.UUID(int=1): math.nan}):
            with pytest.raises(ValueError, match=r"Out of range float values are not JSON compliant"):
                JsonResponse(data)

    def test_place_of_a_key_that_json_lacks(self) -> None:
        for key in (datetime.date(2001, 2, 3), "a"):
            with pytest.raises(ValueError, match=r"JSON compliant: a key of data\['b'\] is nan\. Send None"):
                JsonResponse({"b": {key: 1, math.nan: 2}})

    def test_place_of_a_fault_below_an_enum(self) -> None:
        for key, text in ((Code.FIRST, "Code.FIRST"), (Color.RED, "Color.RED"), (Word.YES, "Word.YES")):
            with pytest.raises(ValueError, match=rf"data\[{text}\] is nan"):
                JsonResponse({key: math.nan})
        assert sent({Code.FIRST: 1, datetime.date(2001, 2, 3): 2}) == {"1": 1, "2001-02-03": 2}

    def test_numbers_that_json_lacks_are_sent_on_request(self) -> None:
        content = JsonResponse([math.nan, math.inf], json_dumps_params={"allow_nan": True}).content

        assert content == b"[NaN, Infinity]"
        assert JsonResponse({Color.RED: math.nan}, json_dumps_params={"allow_nan": True}).content == b'{"red": NaN}'

    def test_nulls_are_no_such_numbers(self) -> None:
        assert sent({"a": [None, 1.5, (None,)], "b": {"c": None}}) == {"a": [None, 1.5, [None]], "b": {"c": None}}

    @pytest.mark.parametrize("params", [None, {"check_circular": False}])
    def test_circular_data_is_refused(self, params: dict[str, Any] | None) -> None:
        data: dict[str, Any] = {"a": []}
        data["a"].append({"b": data})

        with pytest.raises(ValueError) as caught:  # noqa: PT011
            JsonResponse(data, json_dumps_params=params)

        assert str(caught.value) == "Circular reference detected: data['a'][0]['b'] contains itself."

    @pytest.mark.parametrize("encoder", [DjangoJSONEncoder, json.JSONEncoder])
    def test_deep_data_is_refused(self, encoder: type[json.JSONEncoder]) -> None:
        data: list[Any] = []
        for _ in range(100_000):
            data = [data]

        with pytest.raises(ValueError, match=r"^The data is nested too deeply to be written as JSON\.$"):
            JsonResponse(data, encoder)

    def test_data_as_deep_as_the_standard_library_takes(self) -> None:
        data: list[Any] = []
        for _ in range(500):
            data = [data]

        assert sent(data) == data

    @pytest.mark.parametrize("value", [object(), b"", Record(), 1j, [Record()], {"a": {"b": Record()}}])
    def test_what_json_cannot_hold_is_refused_with_its_place(self, value: Any) -> None:
        with pytest.raises(TypeError, match=r"^Object of type \w+ is not JSON serializable\. It is data"):
            JsonResponse(value)

    def test_errors_of_the_value_say_its_place(self) -> None:
        with pytest.raises(ValueError, match=r"^JSON can't represent timezone-aware times\. It is data\['a'\]\.$"):
            JsonResponse({"a": datetime.time(1, tzinfo=datetime.UTC)})

    @pytest.mark.parametrize("data", [lambda items: items, lambda items: {Color.RED: items}, lambda items: [1, items]])
    def test_errors_of_a_generator_are_its_own(self, data: Any) -> None:
        error = ValueError("mine")

        def items() -> Iterator[int]:
            yield 1
            raise error

        with pytest.raises(ValueError, match=r"^mine$") as caught:
            JsonResponse(data(items()))

        assert caught.value is error

    def test_errors_of_other_types_stay(self) -> None:
        class Bad(ValueError):
            pass

        def default(value: Any) -> Any:
            raise Bad("mine")

        with pytest.raises(Bad, match=r"^mine$"):
            JsonResponse([object()], json_dumps_params={"default": default})

    def test_generator_that_is_there_twice(self) -> None:
        items = (each for each in "ab")

        assert sent([items, items]) == [["a", "b"], ["a", "b"]]

    def test_own_encoder_is_used_as_it_is(self) -> None:
        class Own(DjangoJSONEncoder):
            def default(self, o: Any) -> Any:
                return "own" if isinstance(o, datetime.date) else super().default(o)

        class Whole(DjangoJSONEncoder):
            def encode(self, o: Any) -> Any:
                return b'"whole"'

        assert sent([datetime.date.min], Own) == ["own"]
        assert sent({}, encoder=Whole) == "whole"
        with pytest.raises(TypeError, match=r"^Object of type set is not JSON serializable"):
            JsonResponse([set()], Own)
        with pytest.raises(ValueError, match=r"timezone-aware"):
            JsonResponse([datetime.time(1, tzinfo=datetime.UTC)], Own)


@pytest.mark.django_db
class TestModels:
    def test_models_and_what_yields_them_are_refused(self) -> None:
        author = Author.objects.create(name="Ann")
        book = Book(title="x", price=1)

        for value in (
            author,
            Author.objects.all(),
            Author.objects,
            author.books,
            Author.objects.raw("SELECT 1"),
            Author.objects.values(),
            Author.objects.values_list().annotate(one=Value(1)),
            book,
        ):
            with pytest.raises(TypeError) as caught:
                JsonResponse({"a": value})
            assert str(caught.value) == (
                f"Object of type {type(value).__name__} is not JSON serializable, as a response does not guess which "
                "fields of a model may leave. Name its fields in json_fields of a JsonResponseMixin view, or pass "
                ".values() with their names. It is data['a']."
            )

    def test_querysets_of_values_are_lists(self, django_assert_num_queries: Any) -> None:
        Author.objects.create(name="Ann")

        with django_assert_num_queries(1):
            assert sent({Color.RED: Author.objects.values("name")}) == {"red": [{"name": "Ann"}]}
        assert sent(Author.objects.values_list("name", flat=True)) == ["Ann"]
        assert sent(Author.objects.values_list("name")) == [["Ann"]]
        assert sent(Author.objects.values_list("name", named=True)) == [["Ann"]]


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=10)
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.dates()
    | st.times()
    | st.timedeltas()
    | st.decimals()
    | st.uuids()
)


def has_names(value: dict[Any, Any]) -> bool:
    """Tell whether each key has a name of its own. Otherwise it is refused."""
    return len(set(map(str, value))) == len(value)


data = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4).filter(has_names)
        | st.tuples(inner)
        | st.builds(Loose, st.dictionaries(st.text(max_size=5), inner, max_size=4))
    ),
    max_leaves=15,
)


@given(value=data)
@settings(max_examples=300, deadline=None)
def test_values_are_those_of_djangos_encoder(value: Any) -> None:
    expected = json.loads(json.dumps(value, cls=DjangoJSONEncoder))

    assert json.loads(encode(value)) == expected
    assert json.loads(encode(value, params={"ensure_ascii": False})) == expected


def test_orjson_need_not_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.find_spec("django_extras.http._orjson")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "orjson", None)

    spec.loader.exec_module(module)

    assert module.dumps([], repr) is None


def test_without_orjson_the_standard_library_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django_extras.http._orjson.orjson", None)

    assert JsonResponse([1, 2]).content == b"[1, 2]"


def test_response_is_an_http_response_like_others() -> None:
    response = JsonResponse([])
    response.write("é")

    assert isinstance(response, HttpResponse)
    assert response.content == b"[]\xc3\xa9"
