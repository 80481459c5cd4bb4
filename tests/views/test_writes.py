"""What a handler writes is written as a whole or not at all, and what only saving finds out is told to the client."""

import datetime
from itertools import permutations
from typing import Any

import pytest
import vanilla
from django import forms
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db import DataError, IntegrityError, connections, models, transaction
from django.http import Http404, HttpResponse
from django.views import generic
from neapolitan.views import CRUDView, Role

from django_extras.http import HttpError
from django_extras.views import JsonResponseMixin, StatusResponseMixin
from tests.entries import Desk, Draft
from tests.models import Author, Book, Publisher
from tests.views.writing import body, errors, in_async, send

pytestmark = pytest.mark.django_db

VALUES = {"name": "Murray", "city": "London"}


class Publishers:
    model = Publisher
    fields = ("name", "city")
    json_fields: Any = ("name",)


class Create(Publishers, JsonResponseMixin, generic.CreateView):
    """Save the publisher, and then do something that a test says."""

    after: Any = None

    def form_valid(self, form: Any) -> Any:
        response = super().form_valid(form)
        return self.after(form) or response


def create(after: Any, base: Any = Create) -> Any:
    return type("V", (base,), {"after": staticmethod(after)})


def raising(error: BaseException) -> Any:
    def raise_it(form: Any) -> Any:
        raise error

    return raise_it


@pytest.fixture(params=["sync", "async"])
def ways(request: Any) -> Any:
    return in_async if request.param == "async" else lambda view: view


class TestErrors:
    """Of whatever kind, they leave nothing behind."""

    @pytest.mark.parametrize(
        ("error", "status"),
        [
            (HttpError(409, "No."), 409),
            (HttpError(503, retry_after=5), 503),
            (Http404(), 404),
            (PermissionDenied(), 403),
            (SuspiciousOperation(), 400),
            (ValidationError("No.", "no"), 422),
        ],
    )
    def test_that_are_raised(self, ways: Any, error: Exception, status: int) -> None:
        response = send(ways(create(raising(error))), "POST", VALUES)

        assert (response.status_code, body(response)["status"]) == (status, status)
        assert not Publisher.objects.exists()

    @pytest.mark.parametrize("error", [ZeroDivisionError(), IntegrityError("x")])
    def test_that_nobody_expects(self, ways: Any, error: Exception) -> None:
        with pytest.raises(type(error)):
            send(ways(create(raising(error))), "POST", VALUES)

        assert not Publisher.objects.exists()

    @pytest.mark.parametrize("status", [400, 404, 409, 500])
    def test_that_are_answered(self, ways: Any, status: int) -> None:
        response = send(ways(create(lambda form: HttpResponse(status=status))), "POST", VALUES)

        assert response.status_code == status
        assert not Publisher.objects.exists()

    def test_that_are_added_to_the_form(self, ways: Any) -> None:
        class View(Create):
            def form_valid(self, form: Any) -> Any:
                super().form_valid(form)
                form.add_error("city", ValidationError("Too far.", "far"))
                form.add_error(None, "Not now.")
                return self.form_invalid(form)

        view = type("V", (View,), {"after": lambda self, form: None})

        assert errors(send(ways(view), "POST", VALUES)) == [("#/city", "far"), ("#", "invalid")]
        assert not Publisher.objects.exists()

    def test_of_a_save_of_the_views_own(self, ways: Any) -> None:
        class Checked(forms.ModelForm):
            class Meta:
                model = Publisher
                fields = ("name", "city")

            def save(self, commit: bool = True) -> Any:
                super().save(commit)
                raise ValidationError({"city": ["Too far."], "isbn": ["What?"], "__all__": ["No."]})

        view = type("V", (JsonResponseMixin, generic.CreateView), {"model": Publisher, "form_class": Checked})

        assert errors(send(ways(view), "POST", VALUES)) == [("#/city", "invalid"), ("#", "invalid"), ("#", "invalid")]
        assert not Publisher.objects.exists()

    def test_that_come_while_the_answer_is_written(self, ways: Any) -> None:
        view = create(lambda form: None, type("V", (Create,), {"json_fields": ("nothing",)}))

        with pytest.raises(Exception, match="nothing"):
            send(ways(view), "POST", VALUES)
        assert not Publisher.objects.exists()

    @pytest.mark.parametrize("base", [vanilla.CreateView, CRUDView])
    def test_in_other_views(self, base: Any) -> None:
        class View(Publishers, JsonResponseMixin, base):
            def form_valid(self, form: Any) -> Any:
                super().form_valid(form)
                raise HttpError(409)

        options = {"options": {"role": Role.CREATE}} if base is CRUDView else {}

        assert send(View, "POST", VALUES, **options).status_code == 409
        assert not Publisher.objects.exists()

    @pytest.mark.parametrize("mixins", [*permutations((StatusResponseMixin, JsonResponseMixin))])
    def test_with_statuses(self, mixins: Any) -> None:
        class View(Publishers, *mixins, generic.CreateView):  # type: ignore[misc]  # classes of the test
            status_codes = {"created": 202, "form_invalid": 400}

            def form_valid(self, form: Any) -> Any:
                super().form_valid(form)
                raise ValidationError("No.")

        response = send(View, "POST", VALUES)

        assert (response.status_code, body(response)["errors"][0]["pointer"]) == (400, "#")
        assert not Publisher.objects.exists()

    def test_of_a_view_without_a_model(self) -> None:
        class Ask(forms.Form):
            name = forms.CharField()

        class View(JsonResponseMixin, generic.FormView):
            form_class = Ask

            def form_valid(self, form: Any) -> Any:
                Publisher.objects.create(name=form.cleaned_data["name"])
                raise HttpError(409)

        assert send(View, "POST", {"name": "a"}).status_code == 409
        assert not Publisher.objects.exists()

    def test_before_the_form_is_valid_are_no_errors_of_the_form(self) -> None:
        class View(Create):
            def get_form(self, form_class: Any = None) -> Any:
                raise ValidationError("What?")

        with pytest.raises(ValidationError):
            send(View, "POST", VALUES)

    def test_on_commit_runs_only_for_what_is_committed(self, django_capture_on_commit_callbacks: Any) -> None:
        ran = []

        def later(form: Any) -> None:
            transaction.on_commit(lambda: ran.append(form.instance.name))

        def later_and_fail(form: Any) -> None:
            later(form)
            raise HttpError(409)

        with django_capture_on_commit_callbacks(execute=True):
            send(create(later), "POST", VALUES)
            send(create(later_and_fail), "POST", VALUES | {"name": "Other"})
        assert ran == ["Murray"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [ValidationError("late"), DataError("late"), IntegrityError("late")])
def test_on_commit_that_fails_is_no_error_of_the_form(ways: Any, error: Exception) -> None:
    """Its object is saved. The next one is not, as its form is to blame."""

    def later(form: Any) -> None:
        transaction.on_commit(lambda: raising(error)(form))

    with pytest.raises(type(error), match="late"):
        send(ways(create(later)), "POST", VALUES)
    assert Publisher.objects.count() == 1

    assert errors(send(ways(create(raising(ValidationError("no")))), "POST", VALUES)) == [("#", "invalid")]
    assert Publisher.objects.count() == 1


class TestRaces:
    """What was free when the form was validated may be taken when it is saved."""

    class Blind(forms.ModelForm):
        """A form that does not see what another request saves at the same time."""

        class Meta:
            model = Draft
            fields = ("title", "slug")

        def validate_unique(self) -> None:
            pass

    class View(JsonResponseMixin, generic.CreateView):
        model = Draft
        json_fields = ("title",)

    def test_a_value_that_is_taken_now(self, ways: Any) -> None:
        Draft.objects.create(title="a", slug="taken", is_open=False)
        view = type("V", (self.View,), {"form_class": self.Blind})

        response = send(ways(view), "POST", {"title": "b", "slug": "taken"})

        assert errors(response) == [("#/slug", "unique")]
        assert body(response)["errors"][0]["detail"] == "Draft with this Slug already exists."
        assert Draft.objects.count() == 1

    def test_a_value_that_the_form_does_not_have(self, ways: Any) -> None:
        Draft.objects.create(title="a", slug="taken", is_open=False)

        class View(self.View):  # type: ignore[name-defined]  # of the test
            fields = ("title",)

            def form_valid(self, form: Any) -> Any:
                form.instance.slug = "taken"
                return super().form_valid(form)

        assert errors(send(ways(View), "POST", {"title": "b"})) == [("#", "unique")]

    def test_a_constraint(self, ways: Any) -> None:
        class View(self.View):  # type: ignore[name-defined]  # of the test
            fields = ("title",)

            def form_valid(self, form: Any) -> Any:
                form.instance.opened, form.instance.closed = datetime.date.max, datetime.date.min
                return super().form_valid(form)

        assert errors(send(ways(View), "POST", {"title": "b"})) == [("#", "invalid")]
        assert not Draft.objects.exists()

    @pytest.mark.parametrize("method", ["POST", "PATCH"])
    def test_null_that_the_form_takes_and_the_column_does_not(self, ways: Any, method: str) -> None:
        class Optional(forms.ModelForm):
            rank = forms.IntegerField(required=False)

            class Meta:
                model = Draft
                fields = ("title", "rank")

        draft = Draft.objects.create(title="a", slug="a", is_open=False)
        base: Any = {"POST": generic.CreateView, "PATCH": generic.UpdateView}[method]
        view = type("V", (JsonResponseMixin, base), {"form_class": Optional, "model": Draft, "json_fields": ("rank",)})

        response = send(ways(view), method, {"title": "b", "rank": None}, pk=draft.pk)

        assert errors(response) == [("#/rank", "null")]
        assert Draft.objects.get().title == "a"

    def test_rows_of_a_relation_to_many(self, ways: Any) -> None:
        class View(JsonResponseMixin, generic.CreateView):
            model = Book
            fields = ("title", "price", "authors")

            def form_valid(self, form: Any) -> Any:
                form.fields["authors"].queryset = Author.objects.filter(name="a")
                raise IntegrityError("the other one is deleted")

        keys = [Author.objects.create(name=name).pk for name in "ab"]

        response = send(ways(View), "POST", {"title": "a", "price": 1, "authors": keys})

        assert errors(response) == [("#/authors/1", "invalid_choice")]

    @pytest.mark.parametrize("method", ["POST", "PATCH"])
    def test_a_row_that_the_manager_of_the_model_hides(self, ways: Any, method: str) -> None:
        """Such as one of another tenant, or one that is deleted softly."""
        Desk.objects.create(name="Other", number=5, row=1, seat=2)
        own = Desk.objects.create(name="Ace", number=6)
        base: Any = {"POST": generic.CreateView, "PATCH": generic.UpdateView}[method]
        fields = ("name", "number", "row", "seat")
        view = ways(type("V", (JsonResponseMixin, base), {"model": Desk, "fields": fields}))

        def sent(**values: Any) -> Any:
            given = {"name": "Ace", "number": None if method == "POST" else 6, "row": None, "seat": None, **values}
            return send(view, method, given, pk=own.pk)

        assert errors(sent(number=5)) == [("#/number", "unique")]
        assert errors(sent(row=1, seat=2)) == [("#", "unique_together")]
        assert sent(row=1).status_code == 204

    def test_another_error_stands(self, ways: Any) -> None:
        class View(self.View):  # type: ignore[name-defined]  # of the test
            fields = ("title",)

            def form_valid(self, form: Any) -> Any:
                super().form_valid(form)
                for _ in range(2):
                    Draft.objects.create(title="c", slug="c", is_open=False)
                raise AssertionError

        with pytest.raises(IntegrityError):
            send(ways(View), "POST", {"title": "b"})
        assert not Draft.objects.exists()


class TestDeletions:
    @pytest.fixture(autouse=True)
    def _protect(self, monkeypatch: Any) -> None:
        field: Any = Book._meta.get_field("publisher")
        monkeypatch.setattr(field.remote_field, "on_delete", models.PROTECT)

    @pytest.fixture
    def publisher(self) -> Publisher:
        publisher = Publisher.objects.create(name="Murray")
        Book.objects.create(title="Emma", price=1, publisher=publisher)
        return publisher

    @pytest.mark.parametrize("base", [generic.DeleteView, vanilla.DeleteView, CRUDView])
    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    @pytest.mark.parametrize("on_delete", [models.PROTECT, models.RESTRICT])
    def test_what_is_protected_is_a_conflict(
        self, ways: Any, base: Any, method: str, on_delete: Any, publisher: Publisher, monkeypatch: Any
    ) -> None:
        field: Any = Book._meta.get_field("publisher")
        monkeypatch.setattr(field.remote_field, "on_delete", on_delete)
        view = type("V", (Publishers, JsonResponseMixin, base), {})
        if base is not CRUDView:
            view = ways(view)

        options = {"options": {"role": Role.DELETE}} if base is CRUDView else {}
        response = send(view, method, pk=publisher.pk, **options)

        assert response.status_code == 409
        assert body(response)["detail"] == "This cannot be deleted, as others refer to it: books."
        assert Publisher.objects.exists()

    def test_what_the_database_protects_is_a_conflict(self, publisher: Publisher) -> None:
        class View(Publishers, JsonResponseMixin, generic.DeleteView):
            def form_valid(self, form: Any) -> Any:
                Author.objects.create(name="before")
                raise IntegrityError("as some databases say at once, and others when they commit")

        response = send(View, "DELETE", pk=publisher.pk)

        assert (response.status_code, body(response)["detail"]) == (
            409,
            "This cannot be deleted, as others refer to it.",
        )
        assert not Author.objects.exists()

    def test_a_deletion_that_is_refused(self, ways: Any, publisher: Publisher) -> None:
        class View(Publishers, JsonResponseMixin, generic.DeleteView):
            def form_valid(self, form: Any) -> Any:
                Book.objects.all().delete()
                raise ValidationError("Not now.", "later")

        assert errors(send(ways(View), "DELETE", pk=publisher.pk)) == [("#", "later")]
        assert Book.objects.exists()


def test_there_may_be_no_database(settings: Any, monkeypatch: Any) -> None:
    class Ask(forms.Form):
        name = forms.CharField()

    view = type("V", (JsonResponseMixin, generic.FormView), {"form_class": Ask})
    monkeypatch.setitem(connections["default"].settings_dict, "ENGINE", "django.db.backends.dummy")

    assert send(view, "POST", {"name": "a"}).status_code == 204


def test_data_of_the_views_own_are_made_of_what_the_fields_load(db: None, rf: Any) -> None:
    class View(JsonResponseMixin, generic.UpdateView):
        model = Book
        fields = ("title",)
        json_fields = ("title", {"publisher": ["name"]})

        def get_json_data(self, context: Any) -> Any:
            return {"shown": super().get_json_data(context)}

    publisher = Publisher.objects.create(name="p", city="c")
    book = Book.objects.create(title="a", price=1, publisher=publisher)

    response = View.as_view()(rf.put("/", '{"title": "b"}', "application/json"), pk=book.pk)

    assert body(response) == {"shown": {"title": "b", "publisher": {"name": "p"}}}
