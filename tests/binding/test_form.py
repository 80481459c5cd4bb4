"""What becomes of each field of a form: given, kept, refused or left."""

import datetime
import uuid
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import MaxValueValidator
from django.db import connection, models
from django.db.models.functions import Upper
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from django_extras.binding.errors import form_errors
from django_extras.binding.form import Absent, bind
from django_extras.http.json import simplify
from tests.binding.forms import cleaned, filled, refusal
from tests.entries import Draft, Entry
from tests.models import Author, Book, Publisher
from tests.shapes import Badge, Person, Team, Watched, Watcher

PUT, PATCH, POST = Absent.REFUSED, Absent.KEPT, Absent.DEFAULT


def errors(form: Any, body: Any = None) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in form_errors(form, body)]


DraftForm: Any = forms.modelform_factory(Draft, fields="__all__")
EntryForm: Any = forms.modelform_factory(Entry, fields="__all__")


def form_for(*names: str, model: Any = Entry, **options: Any) -> Any:
    return forms.modelform_factory(model, fields=names, **options)


@pytest.fixture
def draft(db: None) -> Draft:
    return Draft.objects.create(title="Old", slug="old", is_open=False, options={"a": 1}, rank=3)


class TestRows:
    """Fields that choose among the rows of a table."""

    @pytest.fixture
    def authors(self, db: None) -> list[Author]:
        return [Author.objects.create(name=name) for name in "abc"]

    @pytest.mark.parametrize("kind", [int, str])
    def test_a_key_is_a_number_or_a_string(self, authors: list[Author], kind: Any) -> None:
        field = forms.ModelChoiceField(Author.objects)

        assert cleaned(field, kind(authors[1].pk)) == authors[1]

    @pytest.mark.parametrize("value", [True, [1], {"id": 1}, [], {}])
    @pytest.mark.parametrize(
        ("model", "to_field", "example"),
        [(Author, None, "3"), (Person, None, '"6fa459ea-ee8a-4ca4-894e-db77e160355e"'), (Team, "code", '"abc"')],
    )
    def test_only_a_key_is_taken(self, db: None, value: Any, model: Any, to_field: Any, example: str) -> None:
        field = forms.ModelChoiceField(model._default_manager, to_field_name=to_field, required=False)

        form = filled(type("OneForm", (forms.Form,), {"x": field}), {"x": value})

        assert form.errors == {"x": [f"Send the key of {model._meta.verbose_name}, such as {example}."]}

    @pytest.mark.parametrize("value", [1.5, "1.5", "1e0", "1_0", "١", "x", "", 10**30, -(10**30), 0, "a\0", 1e3])
    def test_a_key_that_is_no_key_is_refused(self, authors: list[Author], value: Any) -> None:
        field = forms.ModelChoiceField(Author.objects)
        Author.objects.get_or_create(pk=10, defaults={"name": "ten"})  # which a sequence may have given already

        code = "required" if value == "" else "null_characters_not_allowed" if value == "a\0" else "invalid_choice"

        assert cleaned(field, value) == refusal(code=code)

    @pytest.mark.parametrize("value", [1.5, "1_0", "١", "x", "", 10**30, "9" * 5000, 0, True, None, [1], {"id": 1}])
    def test_each_of_several_keys_is_judged(self, authors: list[Author], value: Any) -> None:
        field = forms.ModelMultipleChoiceField(Author.objects)

        [(pointer, code)] = cleaned(field, [authors[0].pk, value])

        assert pointer == "#/x/1"
        assert code in {"invalid", "invalid_choice", "invalid_pk_value"}

    def test_several_keys(self, authors: list[Author]) -> None:
        field = forms.ModelMultipleChoiceField(Author.objects)

        assert set(cleaned(field, [authors[0].pk, str(authors[2].pk), authors[0].pk])) == {authors[0], authors[2]}

    @pytest.mark.parametrize("required", [False, True])
    @pytest.mark.parametrize("value", [None, 1, "1", {"id": 1}])
    def test_several_keys_are_a_list(self, authors: list[Author], value: Any, required: bool) -> None:
        field = forms.ModelMultipleChoiceField(Author.objects, required=required)

        assert cleaned(field, value) == refusal(code="invalid_list")

    def test_no_keys(self, authors: list[Author]) -> None:
        assert list(cleaned(forms.ModelMultipleChoiceField(Author.objects, required=False), [])) == []
        assert cleaned(forms.ModelMultipleChoiceField(Author.objects), []) == refusal(code="required")

    def test_several_keys_are_found_in_one_query(self, db: None, django_assert_num_queries: Any) -> None:
        authors = [Author.objects.create(name=name) for name in "abcdefgh"]
        built = []

        class Watched(models.QuerySet[Author]):
            def filter(self, *args: Any, **kwargs: Any) -> Any:
                built.append(kwargs)
                return super().filter(*args, **kwargs)

        field = forms.ModelMultipleChoiceField(Watched(Author))

        with django_assert_num_queries(1):
            assert set(cleaned(field, [author.pk for author in authors])) == set(authors)
        assert len(built) == 1

    def test_a_null_character_is_not_asked_for(self, db: None, django_assert_num_queries: Any) -> None:
        field = forms.ModelMultipleChoiceField(Team.objects, to_field_name="code")

        with django_assert_num_queries(0):
            assert cleaned(field, ["a\0"]) == refusal(0, code="null_characters_not_allowed")

    def test_a_field_of_its_own_finds_its_rows(self, authors: list[Author]) -> None:
        class First(forms.ModelMultipleChoiceField):
            def _check_values(self, value: Any) -> Any:
                return super()._check_values(value)[:1]  # type: ignore[misc]  # private

        assert len(cleaned(First(Author.objects.order_by("pk")), [authors[0].pk, authors[1].pk])) == 1

    def test_there_are_at_most_as_many_keys_as_a_form_may_have_fields(self, db: None) -> None:
        assert cleaned(forms.ModelMultipleChoiceField(Author.objects), list(range(1001))) == refusal()

    @pytest.mark.parametrize("text", ["{}", "{{{}}}", "urn:uuid:{}"])
    def test_a_key_may_be_written_in_several_ways(self, db: None, text: str) -> None:
        person = Person.objects.create(name="a")
        field = forms.ModelMultipleChoiceField(Person.objects)

        assert list(cleaned(field, [text.format(person.pk), str(person.pk).upper()])) == [person]

    def test_keys_of_another_column(self, db: None) -> None:
        team = Team.objects.create(code="7")

        assert cleaned(forms.ModelChoiceField(Team.objects, to_field_name="code"), 7) == team
        assert list(cleaned(forms.ModelMultipleChoiceField(Team.objects, to_field_name="code"), ["7"])) == [team]

    def test_keys_that_refer_to_another_table(self, db: None) -> None:
        person = Person.objects.create(name="a")
        badge = Badge.objects.create(person=person, number=1)
        field = forms.ModelMultipleChoiceField(Badge.objects)

        assert list(cleaned(field, [str(person.pk).upper()])) == [badge]

    def test_keys_of_what_is_no_column(self, db: None) -> None:
        team = Team.objects.create(code="a")
        field = forms.ModelChoiceField(Team.objects.annotate(upper=Upper("code")), to_field_name="upper")

        assert cleaned(field, "A") == team

    def test_a_field_may_make_rows_of_names(self, db: None) -> None:
        class Names(forms.ModelMultipleChoiceField):
            def clean(self, value: Any) -> Any:
                return [Author.objects.get_or_create(name=name)[0] for name in value]

        assert [author.name for author in cleaned(Names(Author.objects), ["x", "y"])] == ["x", "y"]

    def test_the_queryset_may_be_set_after_the_form_was_made(self, authors: list[Author]) -> None:
        form = filled(type("OneForm", (forms.Form,), {"x": forms.ModelChoiceField(None)}), {"x": authors[0].pk})
        form.fields["x"].queryset = Author.objects.filter(name="b")

        assert errors(form) == refusal(code="invalid_choice")


def test_a_value_that_json_shows_in_part_is_kept_whole(draft: Draft) -> None:
    class Title(str):
        __slots__ = ("language",)

    draft.title = title = Title("Old")

    form = filled(form_for("title", model=Draft), {"title": "Old"}, PUT, instance=draft)

    assert form.is_valid()
    assert draft.title is title


BookForm: Any = forms.ModelForm


class TestTheRowOfAModel:
    """
    The model asks for the row of a foreign key again only if it may ask for something else than the form did.

    Some tests change a model for a moment, where a model of its own would need a table each.
    """

    @pytest.fixture
    def publisher(self, db: None) -> Publisher:
        return Publisher.objects.create(name="Murray")

    def filled(self, publisher: Publisher, base: Any = BookForm, **options: Any) -> Any:
        form_class: Any = forms.modelform_factory(Book, form=base, fields=["publisher"])
        return filled(form_class, {"publisher": publisher.pk}, **options)

    @pytest.mark.parametrize("prefix", [None, "a"])
    def test_it_is_found_once(self, publisher: Publisher, prefix: Any, django_assert_num_queries: Any) -> None:
        form = self.filled(publisher, prefix=prefix)

        with django_assert_num_queries(1):
            assert form.is_valid()
        assert form.instance.publisher == publisher
        assert "clean_fields" not in vars(form.instance)

    def test_it_is_kept_with_one_look(self, publisher: Publisher, django_assert_num_queries: Any) -> None:
        book = Book.objects.create(title="Emma", price=3, publisher=publisher)
        form = filled(form_for("title", "publisher", model=Book), {"title": "x"}, PATCH, instance=Book.objects.get())

        with django_assert_num_queries(1):
            assert form.is_valid()
        assert form.instance == book

    def test_each_time_that_the_form_cleans(self, publisher: Publisher, django_assert_num_queries: Any) -> None:
        form = self.filled(publisher)
        assert form.is_valid()

        with django_assert_num_queries(1):
            form.full_clean()
        assert form.is_valid()

    def test_a_model_that_hides_it(self, publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
        class Hiding(models.Manager[Publisher]):
            def get_queryset(self) -> Any:
                return super().get_queryset().none()

        hiding: Any = Hiding()
        hiding.model = Publisher
        monkeypatch.setitem(vars(Publisher._meta), "base_manager", hiding)

        assert errors(self.filled(publisher)) == [("#/publisher", "invalid")]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("validators", [MaxValueValidator(0)]), ("choices", [(0, "none")])],
    )
    def test_a_column_that_judges_it(
        self, publisher: Publisher, name: str, value: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        form = self.filled(publisher)
        monkeypatch.setattr(Book._meta.get_field("publisher"), name, value)

        assert len(errors(form)) == 1

    def test_a_column_with_limits(self, publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
        form = self.filled(publisher)
        monkeypatch.setattr(Book._meta.get_field("publisher").remote_field, "limit_choices_to", {"name": "x"})

        assert errors(form) == [("#/publisher", "invalid")]

    def test_a_column_of_a_project(self, publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
        class Strict(models.ForeignKey):  # type: ignore[type-arg]  # generic in the stubs alone
            def validate(self, value: Any, model_instance: Any) -> None:
                raise ValidationError("No.", "no")

        monkeypatch.setattr(Book._meta.get_field("publisher"), "__class__", Strict)

        assert errors(self.filled(publisher)) == [("#/publisher", "no")]

    def test_a_model_that_cleans_by_itself(self, publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
        def clean_fields(book: Book, exclude: Any = None) -> None:
            assert "publisher" not in exclude
            raise ValidationError({"publisher": ValidationError("No.", "no")})

        monkeypatch.setattr(Book, "clean_fields", clean_fields)

        assert errors(self.filled(publisher)) == [("#/publisher", "no")]

    def test_a_form_that_takes_another_row(self, publisher: Publisher) -> None:
        class Other(BookForm):
            def clean_publisher(self) -> Publisher:
                return Publisher(pk=publisher.pk + 1, name="not saved")

        assert errors(self.filled(publisher, Other)) == [("#/publisher", "invalid")]

    def test_a_row_of_another_database(
        self, publisher: Publisher, settings: Any, django_assert_num_queries: Any
    ) -> None:
        class Router:
            def db_for_read(self, model: Any, **hints: Any) -> str:
                return "default"

            def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
                return True

        class Elsewhere(BookForm):
            def clean_publisher(self) -> Publisher:
                row: Publisher = self.cleaned_data["publisher"]
                row._state.db = "elsewhere"
                return row

        settings.DATABASE_ROUTERS = [Router()]
        form = self.filled(publisher, Elsewhere)

        with django_assert_num_queries(2):
            assert form.is_valid()

    def test_a_field_that_is_no_column(self, publisher: Publisher) -> None:
        class Wider(BookForm):
            rival = forms.ModelChoiceField(Publisher.objects)

        form = filled(
            forms.modelform_factory(Book, form=Wider, fields=["publisher"]),
            {"publisher": publisher.pk, "rival": publisher.pk},
        )

        assert form.is_valid()

    def test_a_form_that_does_not_clean_its_model(self, publisher: Publisher) -> None:
        class Bare(BookForm):
            def _post_clean(self) -> None:
                pass

        form = self.filled(publisher, Bare)

        assert form.is_valid()
        assert "clean_fields" not in vars(form.instance)


class TestPost:
    """What was not sent gets the initial value, else the default of the model, else the form's own rule."""

    def test_defaults(self, db: None) -> None:
        form = filled(DraftForm, {"title": "New"})

        assert form.is_valid(), form.errors
        draft = form.save()
        draft.refresh_from_db()
        assert (draft.slug, draft.is_open, draft.options, draft.rank) == ("draft", True, {}, 7)
        assert draft.created.microsecond == 678901
        assert draft.opened is None

    def test_a_default_is_asked_for_once(self, db: None) -> None:
        form = filled(DraftForm, {"title": "New"})

        assert form.is_valid()
        assert form.cleaned_data["token"] == form["token"].initial
        assert isinstance(form.save().token, uuid.UUID)

    def test_null_is_not_absent(self, db: None) -> None:
        form = filled(DraftForm, {"title": "New", "is_open": None, "slug": None, "rank": None, "options": None})

        assert errors(form) == [
            ("#/slug", "required"),
            ("#/is_open", "invalid"),
            ("#/options", "required"),
            ("#/rank", "required"),
        ]

    def test_false_is_not_absent(self, db: None) -> None:
        form = filled(DraftForm, {"title": "New", "is_open": False})

        assert form.is_valid()
        assert form.save().is_open is False

    def test_an_initial_value_goes_before_the_models_default(self, db: None) -> None:
        form = filled(
            DraftForm, {"title": "New"}, initial={"slug": "mine", "rank": 9, "opened": lambda: datetime.date.max}
        )

        assert form.is_valid(), form.errors
        draft = form.save()
        assert (draft.slug, draft.rank, draft.opened) == ("mine", 9, datetime.date.max)

    def test_a_value_that_was_sent_goes_before_all(self, db: None) -> None:
        form = filled(DraftForm, {"title": "New", "slug": "sent", "rank": 1}, initial={"slug": "mine", "rank": 9})

        assert form.is_valid()
        assert (form.save().slug, form.instance.rank) == ("sent", 1)

    def test_what_has_no_default_is_as_the_form_takes_it(self, db: None) -> None:
        form = filled(DraftForm, {})

        assert errors(form) == [("#/title", "required")]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            (forms.CharField, "a"),
            (forms.BooleanField, True),
            (forms.DateTimeField, datetime.datetime(2026, 1, 2, 3, 4, 5, 6, datetime.UTC)),
            (forms.SplitDateTimeField, datetime.datetime(2026, 1, 2, 3, 4, 5, 6, datetime.UTC)),
            (forms.DecimalField, 5),
            (forms.JSONField, "text"),
            (forms.JSONField, {"a": [1]}),
            (forms.UUIDField, uuid.UUID(int=5)),
            (forms.DurationField, datetime.timedelta(1)),
        ],
    )
    def test_initial_values_are_those_of_python(self, field: Any, value: Any) -> None:
        form = filled(type("OneForm", (forms.Form,), {"x": field(initial=lambda: value)}), {})

        assert form.is_valid(), form.errors
        assert form.cleaned_data["x"] == value
        assert form.changed_data == []

    def test_an_initial_value_in_parts(self) -> None:
        class Pair(forms.MultiValueField):
            def compress(self, data_list: Any) -> Any:
                return data_list

        field = Pair((forms.CharField(), forms.CharField()), initial=["a", "b"], widget=forms.TextInput)

        assert filled(type("OneForm", (forms.Form,), {"x": field}), {}).is_valid()

    def test_an_initial_value_that_is_no_text_is_read_as_the_page_would_show_it(self) -> None:
        class Commas(forms.TextInput):
            def format_value(self, value: Any) -> str:
                return ", ".join(value)

        form = filled(type("OneForm", (forms.Form,), {"x": forms.CharField(widget=Commas, initial=["a", "b"])}), {})

        assert form.is_valid()
        assert form.cleaned_data["x"] == "a, b"


class TestPut:
    """What was not sent is missing."""

    def test_what_was_not_sent_is_required(self, draft: Draft) -> None:
        body = {"title": "New", "token": str(draft.token), "created": "2026-01-02T03:04:05Z"}
        form = filled(DraftForm, body, PUT, instance=draft)

        assert errors(form) == [
            *(("#/slug", "required"), ("#/is_open", "required"), ("#/options", "required"), ("#/rank", "required")),
            *(("#/opened", "required"), ("#/closed", "required")),
        ]

    def test_so_is_a_field_without_a_column(self, draft: Draft) -> None:
        form_class = type("OneForm", (form_for("title", model=Draft),), {"sure": forms.BooleanField(required=False)})

        assert errors(filled(form_class, {"title": "a"}, PUT, instance=draft)) == [("#/sure", "required")]

    def test_a_file_is_kept(self, db: None) -> None:
        entry = Entry.objects.create(file="a.txt")
        form = filled(form_for("file", "char"), {"char": "a"}, PUT, instance=entry)

        assert form.is_valid()
        assert form.save().file.name == "a.txt"

    def test_null_empties(self, draft: Draft) -> None:
        draft.opened = datetime.date.min
        form = filled(form_for("opened", model=Draft), {"opened": None}, PUT, instance=draft)

        assert form.is_valid()
        assert form.save().opened is None

    def test_a_value_as_get_sends_it_leaves_the_column_but_is_judged(self, draft: Draft) -> None:
        form_class = form_for("created", "is_open", model=Draft)
        body = {"created": "2026-01-02T03:04:05.678Z", "is_open": False}
        form = filled(form_class, body, PUT, instance=draft)

        assert form.is_valid()
        assert form.save().created.microsecond == 678901
        assert form.changed_data == []

        form_class.base_fields["is_open"].required = True
        assert errors(filled(form_class, body, PUT, instance=draft)) == [("#/is_open", "required")]

    def test_another_value_is_written(self, draft: Draft) -> None:
        form = filled(form_for("created", model=Draft), {"created": "2026-01-02T03:04:05.679Z"}, PUT, instance=draft)

        assert form.is_valid()
        assert form.save().created.microsecond == 679000
        assert form.changed_data == ["created"]


class TestPatch:
    """What was not sent stays what it is on the instance, and is not judged by its field."""

    def test_nothing_changes_nothing(self, draft: Draft) -> None:
        form = filled(DraftForm, {}, PATCH, instance=draft)

        assert form.is_valid(), form.errors
        assert form.changed_data == []
        form.save()
        again = Draft.objects.get()
        assert (again.title, again.slug, again.options, again.rank) == ("Old", "old", {"a": 1}, 3)
        assert again.created.microsecond == 678901

    def test_one_field(self, draft: Draft) -> None:
        form = filled(DraftForm, {"title": "New"}, PATCH, instance=draft)

        assert form.is_valid()
        assert form.changed_data == ["title"]
        assert (form.save().title, form.instance.slug) == ("New", "old")

    def test_what_is_kept_is_not_judged(self, draft: Draft) -> None:
        Draft.objects.update(title="", slug="")
        draft.refresh_from_db()

        form = filled(DraftForm, {"rank": 4}, PATCH, instance=draft)

        assert form.is_valid(), form.errors
        assert (form.save().title, form.instance.rank) == ("", 4)

    def test_constraints_over_several_fields_are_validated(self, draft: Draft) -> None:
        Draft.objects.update(opened=datetime.date(2026, 1, 2))
        draft.refresh_from_db()
        Draft.objects.create(title="Old", slug="other")

        form = filled(DraftForm, {"closed": "2026-01-01"}, PATCH, instance=draft)
        assert [error["pointer"] for error in form_errors(form)] == ["#"]
        draft.refresh_from_db()
        if connection.features.supports_partial_indexes:
            form = filled(DraftForm, {"is_open": True}, PATCH, instance=draft)
            assert [error["pointer"] for error in form_errors(form)] == ["#"]

    def test_cleaning_methods_see_what_is_kept(self, draft: Draft) -> None:
        class Loud(DraftForm):
            def clean_slug(self) -> str:
                return str(self.cleaned_data["slug"]).upper()

            def clean(self) -> Any:
                if self.cleaned_data["title"] == self.cleaned_data["slug"]:
                    raise ValidationError("Same.", code="same")
                return super().clean()

        assert errors(filled(Loud, {"title": "OLD"}, PATCH, instance=draft)) == [("#", "same")]

    def test_relations_are_kept(self, db: None) -> None:
        author, publisher = Author.objects.create(name="a"), Publisher.objects.create(name="p")
        entry = Entry.objects.create(publisher=publisher)
        entry.authors.set([author])

        form = filled(EntryForm, {"char": "x"}, PATCH, instance=entry)

        assert form.is_valid(), form.errors
        assert form.cleaned_data["publisher"] == publisher
        form.save()
        assert list(entry.authors.all()) == [author]
        assert entry.publisher == publisher

    def test_rows_are_kept_whatever_the_form_proposes(self, db: None, django_assert_num_queries: Any) -> None:
        entry = Entry.objects.create()
        one, other = (Author.objects.create(name=name) for name in "ab")
        entry.authors.set([one])
        form = filled(form_for("char", "authors"), {"char": "x"}, PATCH, instance=entry, initial={"authors": [other]})

        with django_assert_num_queries(0):
            assert form.is_valid()
        assert list(form.cleaned_data["authors"]) == [one]
        assert form.changed_data == ["char"]
        form.save()
        assert list(entry.authors.all()) == [one]

    def test_a_relation_outside_the_forms_queryset_is_kept(self, db: None) -> None:
        entry = Entry.objects.create(publisher=Publisher.objects.create(name="p"))
        form = filled(form_for("publisher", "char"), {"char": "x"}, PATCH, instance=entry)
        form.fields["publisher"].queryset = Publisher.objects.none()

        assert form.is_valid(), form.errors

    def test_a_key_that_leads_nowhere_is_kept(self, draft: Draft) -> None:
        watcher = Watcher.objects.create(watched=Watched.objects.create(name="a"), team_id=1234)
        form = filled(
            form_for("watched", "team", model=Watcher), {"watched": watcher.watched_id}, PATCH, instance=watcher
        )

        assert form.is_valid(), form.errors
        assert form.save().team_id == 1234

    def test_a_field_without_a_column_is_not_required(self, draft: Draft) -> None:
        extra = {"sure": forms.BooleanField(), "note": forms.CharField(initial="a"), "why": forms.CharField()}
        form = filled(type("OneForm", (DraftForm,), dict(extra)), {}, PATCH, instance=draft)

        assert form.is_valid(), form.errors
        assert [form.cleaned_data[name] for name in extra] == [False, "a", ""]

    def test_another_initial_value_is_read(self, draft: Draft) -> None:
        class Words(DraftForm):
            title = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")])

            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                self.initial["title"] = self.instance.title.split(",")

            def clean_title(self) -> str:
                return ",".join(self.cleaned_data["title"])

        draft.title = "b,a"

        form = filled(Words, {"rank": 1}, PATCH, instance=draft)

        assert form.is_valid(), form.errors
        assert form.save().title == "b,a"


class TestEncoded:
    """Form-encoded bodies of PUT and PATCH."""

    def encoded(self, form_class: Any, text: str, absent: Absent, files: Any = None, **options: Any) -> Any:
        form = form_class(data=QueryDict(text), files=MultiValueDict(files or {}), **options)
        bind(form, None, absent, simplify=simplify)
        return form

    def test_a_box_that_is_not_there_is_kept_by_patch(self, draft: Draft) -> None:
        draft.is_open = True
        form = self.encoded(DraftForm, "title=New", PATCH, instance=draft)

        assert form.is_valid(), form.errors
        assert (form.save().title, form.instance.is_open, form.instance.rank) == ("New", True, 3)

    def test_a_box_may_be_cleared(self, draft: Draft) -> None:
        draft.is_open = True
        form = self.encoded(DraftForm, "is_open=false", PATCH, instance=draft)

        assert form.is_valid()
        assert form.save().is_open is False

    def test_a_box_that_is_not_there_is_missing_in_put(self, draft: Draft) -> None:
        form = self.encoded(form_for("title", "is_open", model=Draft), "title=New", PUT, instance=draft)

        assert errors(form) == [("#/is_open", "required")]

    def test_no_keys_and_absent_keys(self, db: None) -> None:
        author = Author.objects.create(name="a")
        entry = Entry.objects.create()
        entry.authors.set([author])
        form_class = form_for("authors", "char")

        assert self.encoded(form_class, "char=a", PATCH, instance=entry).save().authors.count() == 1
        assert self.encoded(form_class, f"char=a&authors={author.pk}", PUT, instance=entry).save().authors.count() == 1
        assert self.encoded(form_class, "authors=", PATCH, instance=entry).save().authors.count() == 0
        assert errors(self.encoded(form_class, "char=a", PUT, instance=entry)) == [("#/authors", "required")]

    def test_values_are_read_by_widgets(self, draft: Draft) -> None:
        form = self.encoded(form_for("opened", model=Draft), "opened=01/02/2026", PATCH, instance=draft)

        assert form.is_valid()
        assert form.save().opened == datetime.date(2026, 1, 2)

    def test_a_file(self, db: None) -> None:
        entry = Entry.objects.create(file="a.txt")
        form_class = form_for("file", "char")
        new = SimpleUploadedFile("b.txt", b"content")

        form = self.encoded(form_class, "", PATCH, {"file": [new]}, instance=entry)

        assert form.is_valid()
        assert form.cleaned_data["file"] is new
        entry.refresh_from_db()
        assert self.encoded(form_class, "char=a", PUT, instance=entry).save().file.name == "a.txt"

    def test_boxes_inside_of_another_widget(self, draft: Draft) -> None:
        class Boxes(forms.MultiWidget):
            def decompress(self, value: Any) -> Any:
                return [bool(value), bool(value)]

        class Both(forms.MultiValueField):
            widget = Boxes([forms.CheckboxInput, forms.CheckboxInput])

            def compress(self, data_list: Any) -> Any:
                return bool(data_list) and all(data_list)

        boxes = (forms.BooleanField(required=False), forms.BooleanField(required=False))
        form_class = type("OneForm", (DraftForm,), {"is_open": Both(boxes, required=False)})
        draft.is_open = True

        assert self.encoded(form_class, "title=a", PATCH, instance=draft).save().is_open is True
        assert self.encoded(form_class, "is_open_0=", PATCH, instance=draft).save().is_open is False


class TestForms:
    """What forms do beside cleaning their fields."""

    def test_a_prefix(self, draft: Draft) -> None:
        class Prefixed(DraftForm):
            prefix = "p"

        for form in (
            filled(DraftForm, {"title": "New"}, PATCH, instance=draft, prefix="q"),
            filled(Prefixed, {"title": "New"}, PATCH, instance=draft),
        ):
            assert form.is_valid()
            assert form.save().title == "New"

    def test_an_own_way_to_prefix(self, draft: Draft) -> None:
        class Own(DraftForm):
            def add_prefix(self, field_name: str) -> str:
                return f"own:{field_name}"

        form = filled(Own, {"title": "New"}, PATCH, instance=draft)

        assert form.is_valid()
        assert form.save().title == "New"

    def test_a_form_reads_its_data_while_it_is_made(self, db: None) -> None:
        class Dependent(forms.Form):
            country = forms.ChoiceField(choices=[("de", "Germany"), ("fr", "France")])
            city = forms.ChoiceField()
            gift = forms.BooleanField(required=False)
            note = forms.CharField(required=False)

            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                cities = {"de": ["Berlin"], "fr": ["Paris"]}[self.data.get("country") or "de"]
                self.fields["city"].choices = [(city, city) for city in cities]
                self.fields["note"].required = bool(self.data.get("gift"))

        assert filled(Dependent, {"country": "fr", "city": "Paris"}).is_valid()
        assert filled(Dependent, {"country": "fr", "city": "Paris", "gift": False}).is_valid()
        assert errors(filled(Dependent, {"country": "de", "city": "Paris", "gift": True})) == [
            ("#/city", "invalid_choice"),
            ("#/note", "required"),
        ]

    def test_a_form_that_writes_its_data_is_heard(self, draft: Draft) -> None:
        class Slugged(DraftForm):
            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                self.data = self.data.copy()
                self.data["slug"] = self.data["title"].lower()
                self.data["rank"] = "9"

        form = filled(Slugged, {"title": "New", "slug": "sent"}, PATCH, instance=draft)

        assert form.is_valid(), form.errors
        assert (form.save().slug, form.instance.rank) == ("new", 9)

    def test_data_may_become_a_plain_dict(self, draft: Draft) -> None:
        class Plain(DraftForm):
            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                self.data = {**self.data.dict(), "slug": "plain"}

        form = filled(Plain, {"title": "New"}, PATCH, instance=draft)

        assert form.is_valid(), form.errors
        assert (form.save().title, form.instance.slug) == ("New", "plain")

    def test_what_happens_to_the_form_before_it_cleans_counts(self, draft: Draft) -> None:
        form = filled(DraftForm, {"title": "New", "extra": 5, "rank": 9}, PATCH, instance=draft)
        form.fields["extra"] = forms.IntegerField(max_value=4)
        form.fields["rank"].disabled = True
        del form.fields["slug"]

        assert errors(form) == [("#/extra", "max_value")]
        assert form.cleaned_data["rank"] == 3

    def test_disabled_fields_are_ignored(self, draft: Draft) -> None:
        class Fixed(DraftForm):
            rank = forms.IntegerField(disabled=True)

        for absent in (PUT, PATCH):
            form = filled(Fixed, {"rank": 9}, absent, instance=draft)
            assert "rank" not in form.errors
            assert form.cleaned_data["rank"] == 3

    def test_keys_may_be_ignored(self, draft: Draft) -> None:
        body = {"title": "New", "id": 5, "csrfmiddlewaretoken": "x"}

        assert filled(DraftForm, body, PATCH, instance=draft, ignored=["id"]).is_valid()
        assert errors(filled(DraftForm, body, PATCH, instance=draft)) == [("#/id", "unknown")]

    def test_a_form_may_be_cleaned_again(self, draft: Draft) -> None:
        form = filled(
            DraftForm, {"title": "New", "created": "2026-01-02T03:04:05.678Z", "x": 1}, PATCH, instance=draft
        )

        for _ in range(2):
            form.full_clean()
            assert errors(form) == [("#/x", "unknown")]
            assert form.cleaned_data["created"].microsecond == 678901

    def test_a_forms_own_full_clean_runs(self, draft: Draft) -> None:
        class Own(DraftForm):
            def full_clean(self) -> None:
                super().full_clean()
                self.seen = True

        form = filled(Own, {"title": "New"}, PATCH, instance=draft)

        assert form.is_valid()
        assert form.seen

    def test_an_empty_form_may_be_permitted(self, draft: Draft) -> None:
        options = {"instance": draft, "empty_permitted": True, "use_required_attribute": False}

        form = filled(DraftForm, {}, PATCH, **options)
        assert form.is_valid()
        assert form.cleaned_data == {}
        assert filled(DraftForm, {"title": "New"}, PATCH, **options).is_valid()

    def test_clean_may_ask_what_has_changed(self, draft: Draft) -> None:
        class Asking(DraftForm):
            def clean(self) -> Any:
                self.asked = self.changed_data
                return super().clean()

        body = {"title": "New", "rank": "x", "options": {"a": 1}}
        form = filled(Asking, body, PATCH, instance=draft)

        assert errors(form) == [("#/rank", "invalid")]
        assert form.asked == ["title", "rank"]

    def test_hidden_initial_values_count_for_nothing(self, draft: Draft) -> None:
        form_class = form_for("created", model=Draft)
        assert form_class.base_fields["created"].show_hidden_initial

        form = filled(form_class, {"created": "2026-01-02T03:04:05.678901Z"}, PUT, instance=draft)

        assert form.is_valid()
        assert form.changed_data == []

    def test_fields_and_widgets_that_forms_share_are_left_alone(self) -> None:
        widget, field = forms.TextInput(), forms.CharField()
        before = dict(vars(widget)), dict(vars(field))

        class Sharing(forms.Form):
            title = forms.CharField()

            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                self.fields["title"].widget = widget
                self.fields["shared"] = field
                assert self["shared"].field is field  # is kept

        form = filled(Sharing, {"title": "secret", "shared": "secret"}, PUT)

        assert form.is_valid()
        assert form.cleaned_data == {"title": "secret", "shared": "secret"}
        assert (dict(vars(widget)), dict(vars(field))) == before
        assert errors(filled(Sharing, {"title": "a"}, PUT)) == [("#/shared", "required")]
        assert filled(Sharing, {"title": "a", "shared": "b"}, PUT).is_valid()

    def test_a_class_of_forms_is_left_alone(self, draft: Draft) -> None:
        filled(DraftForm, {"options": {}}, PATCH, instance=draft).is_valid()

        assert errors(filled(DraftForm, {"options": None}, PATCH, instance=draft)) == [("#/options", "required")]

    def test_own_bound_fields(self, draft: Draft) -> None:
        class Own(BoundField):
            pass

        class Title(forms.CharField):
            def get_bound_field(self, form: Any, field_name: str) -> Any:
                return Own(form, self, field_name)

        form = filled(type("OneForm", (DraftForm,), {"title": Title()}), {"title": "New"}, PATCH, instance=draft)

        assert form.is_valid()
        assert type(form["title"]) is Own
        assert form["title"].value() == "New"

    def test_localized_fields_in_german(self, draft: Draft, settings: Any) -> None:
        settings.USE_THOUSAND_SEPARATOR = True
        form_class = forms.modelform_factory(
            Entry, fields=["decimal", "float", "integer", "date"], localized_fields="__all__"
        )
        body = {"decimal": "1234.500", "float": 1234.5, "integer": 1234, "date": "2026-01-02"}

        with translation.override("de"):
            form = filled(form_class, body, POST)
            assert form.is_valid(), form.errors
            entry = form.save()
            entry.refresh_from_db()
            assert (str(entry.decimal), entry.float, entry.integer) == ("1234.500", 1234.5, 1234)
            assert filled(form_class, body, PUT, instance=entry).is_valid()
            assert filled(form_class, {"integer": 1235}, PATCH, instance=entry).save().decimal == entry.decimal


class TestKept:
    """What is kept is what the instance has, if it has it."""

    def test_a_key_that_leads_nowhere_is_no_value_to_keep(self, db: None) -> None:
        class TextForm(forms.ModelForm):
            team = forms.CharField()

            class Meta:
                model = Watcher
                fields = ("team",)

        watcher = Watcher.objects.create(watched=Watched.objects.create(), team_id=999)

        form = filled(TextForm, {"team": 999}, PUT, instance=watcher)

        assert [pointer for pointer, code in errors(form)] == ["#/team"]

    def test_a_field_without_a_column_gets_its_initial_value(self, draft: Draft) -> None:
        class NoteForm(form_for("title", model=Draft)):
            note = forms.CharField()

        form = filled(NoteForm, {}, PATCH, instance=draft, initial={"note": "as ever"})

        assert form.is_valid(), form.errors
        assert form.cleaned_data["note"] == "as ever"
