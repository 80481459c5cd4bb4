"""Fields, widgets and layouts of packages in the forms of views: nobody has to change them."""

import json
from typing import Any

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout, Submit
from django import forms
from django.http import HttpResponse
from django.template import engines
from django.views import generic
from taggit.forms import TagField
from taggit.utils import edit_string_for_tags

from django_extras.binding.values import from_json
from django_extras.views import JsonResponseMixin
from tests.packages import Advert
from tests.views.writing import FORM, body, errors, send

pytestmark = pytest.mark.django_db

FIELDS = ("title", "tags", "phone", "price", "state", "zip_code")
VALID = {
    "title": "Bike",
    "tags": "red, old bike",
    "phone": "030 123456",
    "price": ["3.50", "USD"],
    "state": "NY",
    "zip_code": "12345",
}


class Adverts:
    model = Advert
    fields: Any = FIELDS
    json_fields: Any = ("title", {"tags": ["name"]}, "phone", "price", "state", "zip_code")
    json_dumps_kwargs = {"default": str}  # phone numbers and money


class Create(Adverts, JsonResponseMixin, generic.CreateView):
    pass


class Update(Adverts, JsonResponseMixin, generic.UpdateView):
    pass


class ByKey(Update):
    json_fields = FIELDS


@pytest.fixture
def advert() -> Advert:
    assert send(Create, "POST", VALID).status_code == 201
    return Advert.objects.get()


def tags() -> set[str]:
    return set(Advert.objects.get().tags.names())


def test_an_object_is_created() -> None:
    response = send(Create, "POST", VALID)

    shown = body(response)
    assert response.status_code == 201
    assert {tag["name"] for tag in shown.pop("tags")} == {"red", "old bike"}
    assert shown == {"title": "Bike", "phone": "+4930123456", "price": "$3.50", "state": "NY", "zip_code": "12345"}


def test_what_is_not_sent_has_its_default() -> None:
    response = send(Create, "POST", {"title": "Bike"})

    assert body(response) == {
        "title": "Bike",
        "tags": [],
        "phone": "",
        "price": None,
        "state": "",
        "zip_code": "",
    }


def test_faults_have_pointers() -> None:
    response = send(
        Create,
        "POST",
        {"title": "x", "tags": ["red"], "phone": "x", "price": ["1", "XXX"], "state": "XX", "zip_code": 12345},
    )

    assert errors(response) == [
        ("#/tags", "invalid"),
        ("#/phone", "invalid"),
        ("#/price/1", "invalid_choice"),
        ("#/state", "invalid_choice"),
        ("#/zip_code", "invalid"),
    ]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST"])
@pytest.mark.parametrize("sent", [VALID, {"title": "Empty"}])
def test_what_get_gave_can_be_put_back(method: str, sent: Any) -> None:
    send(Create, "POST", sent)
    advert = Advert.objects.get()
    before = send(ByKey, "GET", pk=advert.pk).content
    assert sorted(json.loads(before)["tags"]) == sorted(advert.tags.values_list("pk", flat=True))

    response = send(ByKey, method, before, "application/json", pk=advert.pk)

    assert (response.status_code, response.content) == (200, before)


def test_keys_in_another_order_are_the_same_tags(advert: Advert) -> None:
    for keys in (order := sorted(advert.tags.values_list("pk", flat=True))), order[::-1], list(map(str, order)):
        assert send(ByKey, "PATCH", {"tags": keys}, pk=advert.pk).status_code == 200
        assert tags() == {"red", "old bike"}
    for keys in order[:1], [*order, 10**9], order * 2, [True], [[order]], {}:
        assert errors(send(ByKey, "PATCH", {"tags": keys}, pk=advert.pk)) == [("#/tags", "invalid")]


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        ({"title": "x"}, {"red", "old bike"}),
        ({"tags": "blue"}, {"blue"}),
        ({"tags": "a, b c"}, {"a", "b c"}),
        ({"tags": '"a, b" c'}, {"a, b", "c"}),
        ({"tags": ""}, set()),
        ({"tags": None}, set()),
    ],
)
def test_tags_are_patched(advert: Advert, sent: Any, names: set[str]) -> None:
    assert send(Update, "PATCH", sent, pk=advert.pk).status_code == 200

    assert tags() == names


@pytest.mark.parametrize(("sent", "names"), [("title=x", {"red", "old bike"}), ("tags=blue", {"blue"}), ("tags=", ())])
def test_tags_are_patched_by_a_form(advert: Advert, sent: str, names: Any) -> None:
    assert send(Update, "PATCH", sent, FORM, pk=advert.pk).status_code == 200

    assert tags() == set(names)


@pytest.mark.parametrize(
    ("sent", "price"),
    [
        ({"title": "x"}, "$3.50"),
        ({"price": ["1.00", "GBP"]}, "£1.00"),
        ({"price": [1, "GBP"]}, "£1.00"),
        ({"price": "5 GBP"}, "£5.00"),
        ({"price": None}, None),
    ],
)
def test_money_is_patched(advert: Advert, sent: Any, price: str | None) -> None:
    assert body(send(Update, "PATCH", sent, pk=advert.pk))["price"] == price


@pytest.mark.parametrize("price", ["5", 5, True, {"amount": 5}, ["5"], ["5", "GBP", 1], "x y z"])
def test_money_needs_a_currency(advert: Advert, price: Any) -> None:
    [(pointer, _)] = errors(send(Update, "PATCH", {"price": price}, pk=advert.pk))

    assert pointer == "#/price"
    assert str(Advert.objects.get().price) == "$3.50"


class TestTagsOfAProject:
    """A project may say that its tags are a list of names."""

    class NamesField(TagField):
        pass

    @pytest.fixture(autouse=True)
    def _register(self) -> None:
        @from_json.register(self.NamesField)
        def names(field: Any, value: Any, initial: Any = None) -> Any:
            if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
                raise forms.ValidationError("Send a list of names.", "names")
            return edit_string_for_tags([type("Tag", (), {"name": name}) for name in value])

    def test_a_list_of_names(self, advert: Advert) -> None:
        form_class = forms.modelform_factory(Advert, fields=("tags",), field_classes={"tags": self.NamesField})
        view = type("V", (Update,), {"form_class": form_class, "fields": None})

        for names in (["a b", "c, d"], []):
            assert send(view, "PUT", {"tags": names}, pk=advert.pk).status_code == 200
            assert tags() == set(names)
        assert errors(send(view, "PUT", {"tags": "a"}, pk=advert.pk)) == [("#/tags", "names")]


class TestLayouts:
    """A form with a layout of django-crispy-forms is a page, and an API."""

    class AdvertForm(forms.ModelForm):
        class Meta:
            model = Advert
            fields = ("title", "state", "phone")

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.helper = FormHelper(self)
            self.helper.layout = Layout(
                Fieldset("The bike", Field("title", css_class="wide"), "state"), "phone", Submit("save", "Save")
            )
            self.fields["title"].widget.attrs["placeholder"] = "Bike"

    class Page(Adverts, generic.CreateView):
        fields = None
        success_url = "/"

    class Api(JsonResponseMixin, Page):
        json_fields = ("title", "state", "phone")

    def test_json_fills_it_in(self) -> None:
        view = type("V", (self.Api,), {"form_class": self.AdvertForm})

        response = send(view, "POST", {"title": "Bike", "state": "NY"})

        assert (response.status_code, body(response)) == (201, {"title": "Bike", "state": "NY", "phone": ""})
        assert errors(send(view, "POST", {"state": "XX", "save": "Save"})) == [
            ("#/title", "required"),
            ("#/state", "invalid_choice"),
            ("#/save", "unknown"),
        ]

    @pytest.mark.parametrize("base", [Page, Api])
    def test_its_page_stays(self, base: Any) -> None:
        class View(base):
            form_class = self.AdvertForm

            def form_invalid(self, form: Any) -> Any:
                return HttpResponse(page(form), status=422)

        def page(form: Any) -> str:
            source = "{% load crispy_forms_tags %}{% crispy form %}"
            return engines["django"].from_string(source).render({"form": form})

        shown = send(View, "POST", "title=&state=XX&phone=x", FORM).content.decode()

        assert shown == page(self.AdvertForm({"title": "", "state": "XX", "phone": "x"}))
        assert shown.count("is-invalid") == 3
        assert 'placeholder="Bike"' in shown
