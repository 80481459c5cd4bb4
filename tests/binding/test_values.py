"""What each class of form field takes as JSON, and what it refuses, in several languages."""

import datetime
import json
import uuid
import zoneinfo
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.db.models.fields.files import FieldFile, FileField
from django.utils import timezone, translation

from django_extras.binding.errors import Refusal
from django_extras.binding.values import from_json
from tests.binding.forms import cleaned, filled, refusal

UTC = datetime.UTC
TEXT = "Send a string."
UUID = uuid.UUID("6fa459ea-ee8a-4ca4-894e-db77e160355e")


@pytest.fixture(params=["en", "de", "fr", "ar"], autouse=True)
def _language(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    settings.USE_THOUSAND_SEPARATOR = True
    with translation.override(request.param):
        yield


def moment(**options: Any) -> datetime.datetime:
    return datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).replace(**options)


class Pair(forms.MultiValueField):
    """A field of two parts."""

    def __init__(self, **options: Any) -> None:
        widget = type(
            "PairWidget", (forms.MultiWidget,), {"decompress": lambda self, value: value.split("-") if value else []}
        )
        fields = (forms.CharField(), forms.IntegerField())
        super().__init__(fields, widget=widget([forms.TextInput, forms.TextInput]), **options)

    def compress(self, data_list: Any) -> Any:
        return tuple(data_list)


#: Django 5.2 demands to be told.
URLField = partial(forms.URLField, assume_scheme="https")
CHOICES = [("a", "A"), ("Group", [("b", "B"), (3, "C")]), (moment(), "Then"), (datetime.timedelta(1), "Day")]
FLAGS = [(True, "Yes"), (False, "No")]


@pytest.mark.parametrize("localize", [False, True])
@pytest.mark.parametrize(
    ("field", "value", "result"),
    [
        (forms.CharField, "a", "a"),
        (forms.CharField, " a ", "a"),
        (forms.CharField, "1,5", "1,5"),
        (forms.SlugField, "a-b", "a-b"),
        (forms.EmailField, "a@example.com", "a@example.com"),
        (URLField, "https://example.com/", "https://example.com/"),
        (forms.GenericIPAddressField, "::1", "::1"),
        (forms.UUIDField, str(UUID), UUID),
        (forms.IntegerField, 5, 5),
        (forms.IntegerField, "5", 5),
        (forms.IntegerField, 0, 0),
        (forms.IntegerField, -1234567, -1234567),
        (forms.IntegerField, "1234567", 1234567),
        (forms.IntegerField, Decimal("1.0"), 1),
        (forms.IntegerField, Decimal("1E+2"), 100),
        (forms.FloatField, Decimal("1.5"), 1.5),
        (forms.FloatField, "1.500", 1.5),
        (forms.FloatField, Decimal("1234.5"), 1234.5),
        (forms.FloatField, Decimal("-1e-7"), -1e-7),
        (forms.FloatField, 0, 0.0),
        (forms.DecimalField, Decimal("1.500"), Decimal("1.500")),
        (forms.DecimalField, "1.500", Decimal("1.500")),
        (forms.DecimalField, "1234.5", Decimal("1234.5")),
        (forms.DecimalField, Decimal("0.00"), Decimal(0)),
        (forms.DecimalField, Decimal("1E+2"), Decimal(100)),
        (forms.BooleanField, True, True),
        (forms.NullBooleanField, None, None),
        (forms.NullBooleanField, False, False),
        (forms.DateField, "2026-01-02", datetime.date(2026, 1, 2)),
        (forms.DateField, "2026-W01-5", datetime.date(2026, 1, 2)),
        (forms.DateTimeField, "2026-01-02T03:04:05Z", moment()),
        (forms.DateTimeField, "2026-01-02 03:04:05.678901", moment(microsecond=678901)),
        (forms.DateTimeField, "2026-01-02t03:04:05.678z", moment(microsecond=678000)),
        (forms.DateTimeField, "2026-01-02T05:04:05+02:00", moment()),
        (forms.DateTimeField, "2026-01-02", moment(hour=0, minute=0, second=0)),
        (forms.TimeField, "03:04:05.678901", datetime.time(3, 4, 5, 678901)),
        (forms.TimeField, "03:04", datetime.time(3, 4)),
        (forms.DurationField, "P1DT02H03M04.000005S", datetime.timedelta(1, 7384, 5)),
        (forms.DurationField, "-P1DT02H", -datetime.timedelta(1, 7200)),
        (forms.DurationField, "P7D", datetime.timedelta(7)),
        (forms.SplitDateTimeField, ["2026-01-02", "03:04:05"], moment()),
        (forms.SplitDateTimeField, "2026-01-02T03:04:05.678Z", moment(microsecond=678000)),
        (forms.SplitDateTimeField, "2026-01-02", moment(hour=0, minute=0, second=0)),
        (Pair, ["a", 1], ("a", 1)),
        (Pair, ["a", "1"], ("a", 1)),
        (Pair, "a-1", ("a", 1)),
        (forms.JSONField, {}, {}),
        (forms.JSONField, [], []),
        (forms.JSONField, "", ""),
        (forms.JSONField, "null", "null"),
        (forms.JSONField, '{"a": 1}', '{"a": 1}'),
        (forms.JSONField, False, False),
        (forms.JSONField, 0, 0),
        (forms.JSONField, {"a": [1, "b", None, True]}, {"a": [1, "b", None, True]}),
        (forms.JSONField, Decimal("1.5"), 1.5),
        (forms.JSONField, "\\u0000", "\\u0000"),
    ],
)
def test_values_are_taken(field: Any, value: Any, result: Any, localize: bool) -> None:
    text = json.dumps(value, default=float) if not isinstance(value, Decimal) else str(value)
    form = filled(type("OneForm", (forms.Form,), {"x": field(localize=localize)}), f'{{"x": {text}}}')

    assert form.is_valid(), form.errors
    assert form.cleaned_data["x"] == result
    assert type(form.cleaned_data["x"]) is type(result) or issubclass(type(form.cleaned_data["x"]), str)


@pytest.mark.parametrize(
    ("field", "value", "result"),
    [
        (forms.ChoiceField(choices=CHOICES), "a", "a"),
        (forms.ChoiceField(choices=CHOICES), "b", "b"),
        (forms.ChoiceField(choices=CHOICES), 3, "3"),
        (forms.ChoiceField(choices=CHOICES), "3", "3"),
        (forms.ChoiceField(choices=CHOICES), "2026-01-02T03:04:05Z", str(moment())),
        (forms.ChoiceField(choices=CHOICES), "P1DT00H00M00S", str(datetime.timedelta(1))),
        (forms.ChoiceField(choices=[(1.5, "")]), 1.5, "1.5"),
        (forms.ChoiceField(choices=[(Decimal("1.50"), "")]), 1.5, "1.50"),
        (forms.ChoiceField(choices=[(Decimal("1.50"), "")]), "1.50", "1.50"),
        (forms.ChoiceField(choices=FLAGS), True, "True"),
        (forms.ChoiceField(choices=[("True", "Yes"), ("False", "No")]), False, "False"),
        (forms.ChoiceField(choices=[([1, 2], "")]), [1, 2], "[1, 2]"),
        (forms.TypedChoiceField(choices=FLAGS, coerce=lambda text: text == "True"), False, False),
        (forms.TypedChoiceField(choices=[(1, ""), (2, "")], coerce=int), 2, 2),
        (forms.TypedChoiceField(choices=[(1, "")], coerce=int, empty_value=None, required=False), "", None),
        (forms.MultipleChoiceField(choices=CHOICES), ["a", 3], ["a", "3"]),
        (forms.MultipleChoiceField(choices=CHOICES, required=False), [], []),
        (forms.TypedMultipleChoiceField(choices=[(1, ""), (2, "")], coerce=int), [2, "1"], [2, 1]),
        (forms.RegexField("^a+$"), "aa", "aa"),
        (forms.ComboField(fields=[forms.IntegerField(), forms.IntegerField(max_value=9)]), 5, 5),
        (forms.IntegerField(step_size=5), 10, 10),
        (forms.DateField(input_formats=["%d/%m/%Y"]), "2026-01-02", datetime.date(2026, 1, 2)),
        (forms.DateField(widget=forms.SelectDateWidget), "2026-01-02", datetime.date(2026, 1, 2)),
        (forms.BooleanField(widget=forms.HiddenInput, required=False), False, False),
        (forms.CharField(widget=forms.MultiWidget([forms.TextInput, forms.TextInput])), "a b", "a b"),
    ],
)
def test_values_are_taken_by_fields_with_options(field: forms.Field, value: Any, result: Any) -> None:
    found = cleaned(field, value)

    assert (found, type(found)) == (result, type(result))


@pytest.mark.parametrize("localize", [False, True])
@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize(
    ("field", "values"),
    [
        (forms.CharField, [5, 1.5, True, False, [], ["x"], {}, {"a": 1}]),
        (forms.SlugField, [5, True, ["x"]]),
        (forms.UUIDField, [5, True, ["x"], {}]),
        (forms.GenericIPAddressField, [5, True, ["x"], {}]),
        (forms.EmailField, [5]),
        (URLField, [5]),
        (
            forms.IntegerField,
            [True, False, "1_0", "١", "NaN", "1,000", "1.000,5", "a", " ", "+5", [], [1], {}, {"a": 1}],
        ),
        (forms.IntegerField, [1.5, "1.5", "1e400", "9" * 5000, 1e-1]),
        (forms.FloatField, [True, "1_0", "NaN", "Infinity", "inf", "1,5", "1 000", "1e400", 10**400, [], {}]),
        (forms.DecimalField, [True, "1_0", "NaN", "sNaN", "Infinity", "1,5", "1e99999", [], {}, "٣"]),
        (forms.BooleanField, ["no", "on", "true", "", 0, 1, [], {}, None]),
        (forms.NullBooleanField, ["no", "", 0, 1, [], {}]),
        (
            forms.DateField,
            ["01/02/2026", "02.01.2026", "2026-1-2", "2026-01-02T00:00:00Z", "2026-13-01", 5, True, [], {}],
        ),
        (forms.DateField, ["２０２６-01-02", " 2026-01-02", "Jan. 2, 2026"]),
        (
            forms.DateTimeField,
            ["01/02/2026 03:04", "2026-01-02x03:04", "2026-01-02T", "T03:04", 1767323045, True, [], {}],
        ),
        (forms.DateTimeField, ["9999-12-31T23:59-23:59", "0001-01-01T00:00+23:59", "2026-01-02T25:00"]),
        (forms.TimeField, ["3 p.m.", "03:04Z", "03:04+01:00", "25:00", 3, True, [], {}]),
        (forms.DurationField, ["1 00:00:00", "3 days", "1", 1, "P1Y", "-", "PX", "P١D", True, [], {}]),
        (Pair, [5, True, {}, ["a"], ["a", 1, 2], "a-b-c"]),
        (forms.SplitDateTimeField, [["2026-01-02"], ["2026-01-02", "03:04", "Z"], {}]),
        (forms.FileField, ["a.txt", 5, True, [], {}, "https://example.com/a.txt"]),
        (forms.ImageField, ["a.png", 5, {}]),
    ],
)
def test_values_of_other_types_are_refused(field: Any, values: list[Any], required: bool, localize: bool) -> None:
    for value in values:
        assert cleaned(field(required=required, localize=localize), value) == refusal(), value


@pytest.mark.parametrize(
    ("field", "value", "errors"),
    [
        (forms.SplitDateTimeField(), "02.01.2026", refusal(code="invalid_date")),
        (forms.SplitDateTimeField(), 5, refusal(code="invalid_date")),
        (forms.SplitDateTimeField(), {"a": 1}, refusal(code="invalid_date")),
        (forms.SplitDateTimeField(), True, refusal(code="invalid_date")),
        (forms.SplitDateTimeField(), ["02.01.2026", "03:04"], refusal(0)),
        (forms.SplitDateTimeField(), ["02.01.2026", 3], refusal(0) + refusal(1)),
        (Pair(), ["a", "b"], refusal(1)),
        (Pair(), [1, True], refusal(0) + refusal(1)),
        (forms.DurationField(), "P999999999999D", refusal(code="overflow")),
        (forms.DurationField(), "P106751992D", refusal(code="overflow")),
        (forms.DurationField(), "-P106751993D", refusal(code="overflow")),
        (forms.ChoiceField(choices=CHOICES), "c", refusal(code="invalid_choice")),
        (forms.ChoiceField(choices=[(1, "")]), True, refusal(code="invalid_choice")),
        (forms.ChoiceField(choices=[(1, "")]), [1], refusal(code="invalid_choice")),
        (forms.ChoiceField(choices=[("a", "")]), ["a"], refusal(code="invalid_choice")),
        (forms.ChoiceField(choices=[("a", "")]), {"id": "a"}, refusal(code="invalid_choice")),
        (forms.ChoiceField(choices=[(True, "")]), 1, refusal(code="invalid_choice")),
        (forms.ChoiceField(choices=[("True", "")]), "true", refusal(code="invalid_choice")),
        (forms.MultipleChoiceField(choices=CHOICES), "a", refusal(code="invalid_list")),
        (forms.MultipleChoiceField(choices=CHOICES), None, refusal(code="invalid_list")),
        (forms.MultipleChoiceField(choices=CHOICES, required=False), None, refusal(code="invalid_list")),
        (forms.MultipleChoiceField(choices=CHOICES), {"a": 1}, refusal(code="invalid_list")),
        (forms.MultipleChoiceField(choices=CHOICES), [], refusal(code="required")),
        (forms.MultipleChoiceField(choices=CHOICES), ["a", "x"], refusal(1, code="invalid_choice")),
        (
            forms.MultipleChoiceField(choices=CHOICES),
            ["a", None, ["a"], {}],
            [error for index in (1, 2, 3) for error in refusal(index, code="invalid_choice")],
        ),
        (forms.JSONField(), {"a": ["\0"]}, refusal("a", 0, code="null_characters_not_allowed")),
        (forms.JSONField(), {"a\0": 1}, refusal("a%00", code="null_characters_not_allowed")),
        (forms.CharField(), "a\0", refusal(code="null_characters_not_allowed")),
        (forms.ComboField(fields=[forms.IntegerField()]), "a", refusal()),
        (forms.IntegerField(step_size=5), 11, refusal(code="step_size")),
        (forms.IntegerField(step_size=5), 10**400, refusal()),
        (forms.DecimalField(max_digits=3), "12345", refusal(code="max_digits")),
    ],
)
def test_values_are_refused_where_they_are_wrong(field: forms.Field, value: Any, errors: Any) -> None:
    assert cleaned(field, value) == errors


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 5000])
def test_numbers_that_become_infinite_are_refused_in_json(number: str) -> None:
    form = filled(type("OneForm", (forms.Form,), {"x": forms.JSONField()}), f'{{"x": [1, {number}]}}')

    assert form.errors.as_data()["x"][0].path == (1,)


def test_numbers_in_json_keep_their_digits_for_the_fields_decoder() -> None:
    class Decoder(json.JSONDecoder):
        def __init__(self) -> None:
            super().__init__(parse_float=Decimal)

    field = forms.JSONField(decoder=Decoder)
    form = filled(type("OneForm", (forms.Form,), {"x": field}), '{"x": 0.12345678901234567890}')

    assert form.is_valid()
    assert form.cleaned_data["x"] == Decimal("0.12345678901234567890")


@pytest.mark.parametrize(
    ("field", "empty"),
    [
        (forms.CharField, ""),
        (forms.UUIDField, None),
        (forms.IntegerField, None),
        (forms.FloatField, None),
        (forms.DecimalField, None),
        (forms.DateField, None),
        (forms.DateTimeField, None),
        (forms.TimeField, None),
        (forms.DurationField, None),
        (forms.ChoiceField, ""),
        (forms.SplitDateTimeField, None),
        (forms.FileField, None),
    ],
)
@pytest.mark.parametrize("value", [None, ""])
def test_null_is_no_value(field: Any, empty: Any, value: Any) -> None:
    if field is forms.FileField and value == "":
        assert cleaned(field(required=False), value) == refusal()
        return
    assert cleaned(field(required=False), value) == empty
    assert cleaned(field(), value) == refusal(code="required")


def test_null_of_json_is_no_value() -> None:
    assert cleaned(forms.JSONField(required=False), None) is None
    assert cleaned(forms.JSONField(), None) == refusal(code="required")


def test_null_of_a_compound_field_is_no_value() -> None:
    assert cleaned(Pair(required=False), None) == ()
    assert cleaned(Pair(), None) == refusal(code="required")


def test_a_required_boolean_must_be_true() -> None:
    assert cleaned(forms.BooleanField(), False) == refusal(code="required")


def test_a_list_of_choices_is_as_long_as_a_form_may_be(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    field = forms.MultipleChoiceField(choices=[("a", "")])

    assert cleaned(field, ["a"] * 3) == ["a"] * 3
    assert cleaned(field, ["a"] * 4) == refusal()
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = None
    assert cleaned(field, ["a"] * 4) == ["a"] * 4


class TestZones:
    def test_a_datetime_without_a_zone_is_in_the_current_one(self) -> None:
        with timezone.override("Europe/Berlin"):
            assert cleaned(forms.DateTimeField(), "2026-01-02T04:04:05") == moment()
            assert cleaned(forms.DateTimeField(), "2026-01-02") == moment(day=1, hour=23, minute=0, second=0)
            assert cleaned(forms.SplitDateTimeField(), ["2026-01-02", "04:04:05"]) == moment()
            assert cleaned(forms.SplitDateTimeField(), "2026-01-02T03:04:05Z") == moment()

    @pytest.mark.parametrize("text", ["2026-03-29T02:30", "2026-10-25T02:30"])
    @pytest.mark.parametrize("field", [forms.DateTimeField, forms.SplitDateTimeField])
    def test_a_datetime_that_summer_time_skips_or_repeats_is_refused(self, field: Any, text: str) -> None:
        with timezone.override("Europe/Berlin"):
            assert cleaned(field(), text) == refusal(code="ambiguous_timezone")

    @pytest.mark.parametrize("field", [forms.DateTimeField, forms.SplitDateTimeField])
    def test_a_datetime_without_a_form_in_utc_is_refused(self, field: Any) -> None:
        code = "invalid" if field is forms.DateTimeField else "invalid_date"

        with timezone.override("Europe/Zurich"):
            assert cleaned(field(), "0001-01-01T00:00") == refusal(code=code)
        with timezone.override("America/New_York"):
            assert cleaned(field(), "9999-12-31T23:59") == refusal(code=code)

    def test_a_datetime_that_has_no_form_in_the_current_zone_is_refused_where_it_is_split(self) -> None:
        with timezone.override("Asia/Tokyo"):
            assert cleaned(forms.SplitDateTimeField(), "9999-12-31T23:59Z") == refusal()

    def test_without_time_zones_a_datetime_is_that_of_the_clock(self, settings: Any) -> None:
        settings.USE_TZ = False
        settings.TIME_ZONE = "Europe/Berlin"

        assert cleaned(forms.DateTimeField(), "2026-01-02T04:04:05") == moment(hour=4, tzinfo=None)
        assert cleaned(forms.DateTimeField(), "2026-01-02T03:04:05Z") == moment(hour=4, tzinfo=None)
        assert cleaned(forms.DateTimeField(), "9999-12-31T23:59Z") == refusal()

    def test_the_zone_that_was_sent_is_kept(self) -> None:
        found = cleaned(forms.DateTimeField(), "2026-01-02T05:04:05+02:00")

        assert found.utcoffset() == datetime.timedelta(hours=2)
        assert found.astimezone(zoneinfo.ZoneInfo("UTC")) == moment()


class TestFiles:
    @pytest.fixture
    def file(self) -> FieldFile:
        storage = InMemoryStorage(base_url="https://files.example/")
        file = FieldFile(None, FileField(storage=storage), storage.save("a b.txt", ContentFile(b"content")))  # type: ignore[arg-type]
        assert file.url == "https://files.example/a%20b.txt"
        return file

    @pytest.mark.parametrize("required", [False, True])
    @pytest.mark.parametrize(
        "url", ["https://files.example/a%20b.txt", "https://files.example/a%20b.txt?signature=abc&expires=1"]
    )
    def test_the_url_that_get_sends_keeps_the_file(self, file: FieldFile, url: str, required: bool) -> None:
        assert cleaned(forms.FileField(required=required), url, initial={"x": file}) is file

    @pytest.mark.parametrize("value", ["", "a b.txt", "https://files.example/b.txt", "https://[", 5, True, [], {}])
    def test_nothing_else_is_taken(self, file: FieldFile, value: Any) -> None:
        assert cleaned(forms.FileField(required=False), value, initial={"x": file}) == refusal()

    def test_null_clears_it_where_it_is_optional(self, file: FieldFile) -> None:
        assert cleaned(forms.FileField(required=False), None, initial={"x": file}) is False
        assert cleaned(forms.FileField(), None, initial={"x": file}) == refusal(code="required")

    def test_null_is_no_value_where_there_is_none(self) -> None:
        assert cleaned(forms.FileField(required=False), None) is None
        assert cleaned(forms.FileField(), None) == refusal(code="required")


class TestOwnFields:
    def test_a_field_of_an_unknown_class_gets_what_its_widget_would(self) -> None:
        class Upper(forms.Field):
            def to_python(self, value: Any) -> Any:
                return value and value.upper()

        assert cleaned(Upper(), "a") == "A"
        assert cleaned(Upper(), 5) == "5"
        assert cleaned(Upper(required=False), None) == ""
        assert cleaned(Upper(), {"a": 1}) == '{"A": 1}'
        assert cleaned(Upper(widget=forms.HiddenInput), "a") == "A"

    def test_a_list_reaches_a_widget_that_takes_several_values(self) -> None:
        class Tags(forms.Field):
            widget = forms.SelectMultiple

        assert cleaned(Tags(), ["a", 1]) == ["a", "1"]
        assert cleaned(Tags(), "a") == ["a"]

    def test_a_list_reaches_the_field_itself_if_its_widget_takes_one_value(self) -> None:
        class Total(forms.Field):
            def to_python(self, value: Any) -> Any:
                return sum(value)

        class Upper(forms.Field):
            def to_python(self, value: Any) -> Any:
                return value.upper()

        assert cleaned(Total(), [1, 2]) == 3
        assert cleaned(Upper(), ["a"]) == refusal()

    def test_a_widget_of_several_inputs_leaves_a_value_to_the_field(self) -> None:
        class Words(forms.Field):
            widget = forms.SelectDateWidget

            def to_python(self, value: Any) -> Any:
                return value.split()

        assert cleaned(Words(), "a b") == ["a", "b"]

    def test_a_box_of_an_unknown_class_is_true_or_false(self) -> None:
        class Box(forms.Field):
            widget = forms.CheckboxInput

        assert cleaned(Box(), True) is True
        assert cleaned(Box(required=False), False) is False

    def test_a_subclass_that_reads_text_gets_text(self) -> None:
        class Day(forms.DateField):
            def to_python(self, value: Any) -> Any:
                return super().to_python(value.strip())

        class Amount(forms.DecimalField):
            def to_python(self, value: Any) -> Any:
                return super().to_python(value.strip())

        assert cleaned(Day(), "20260102") == datetime.date(2026, 1, 2)
        assert cleaned(Amount(), 5) == 5

    @pytest.mark.parametrize("value", ["a", 5, True])
    def test_a_widget_that_cannot_part_a_value(self, value: Any) -> None:
        class Pair(forms.MultiValueField):
            def compress(self, data_list: Any) -> Any:
                return data_list

        field = Pair((forms.CharField(), forms.CharField()), widget=forms.MultiWidget([forms.TextInput] * 2))

        assert cleaned(field, value) == refusal()
        assert cleaned(field, ["a", "b"]) == ["a", "b"]

    def test_a_project_says_what_its_field_takes(self) -> None:
        class Money(forms.MultiValueField):
            def __init__(self) -> None:
                super().__init__((forms.DecimalField(), forms.CharField()), widget=forms.TextInput())

            def compress(self, data_list: Any) -> Any:
                return tuple(data_list)

        @from_json.register
        def _money(field: Money, value: Any, initial: Any = None) -> Any:
            if not isinstance(value, dict):
                raise Refusal("Send an amount and a currency.", "money")
            if not isinstance(value.get("currency"), str):
                raise Refusal("Send a currency.", "currency", path=("currency",))
            return [str(value["amount"]), value["currency"]]

        assert cleaned(Money(), {"amount": "1.50", "currency": "EUR"}) == (Decimal("1.50"), "EUR")
        assert cleaned(Money(), 5) == refusal(code="money")
        assert cleaned(Money(), {"amount": 1}) == refusal("currency", code="currency")

    def test_an_error_of_a_registered_function_may_be_any_validation_error(self) -> None:
        class Never(forms.Field):
            pass

        @from_json.register
        def _never(field: Never, value: Any, initial: Any = None) -> Any:
            raise ValidationError(["a", "b"])

        assert cleaned(Never(), 1) == refusal() * 2


def test_messages_are_in_the_users_language() -> None:
    with translation.override("de"):
        form = filled(type("OneForm", (forms.Form,), {"x": forms.IntegerField(), "y": forms.DateField()}), {"x": True})

        assert form.errors["x"] == ["Bitte eine ganze Zahl eingeben."]
        assert form.errors["y"] == ["Dieses Feld ist zwingend erforderlich."]


def test_the_path_of_a_directory_is_a_choice() -> None:
    directory = str(Path(__file__).parent)
    field = forms.FilePathField(path=directory, match=r"^forms\.py$")

    assert cleaned(field, f"{directory}/forms.py") == f"{directory}/forms.py"
    assert cleaned(field, f"{directory}/other.py") == refusal(code="invalid_choice")
