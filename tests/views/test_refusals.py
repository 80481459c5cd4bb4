"""What only saving finds out: the database, or the model, refuses what the form has let pass."""

import logging
from typing import Any

import pytest
import vanilla
from django import forms
from django.core.exceptions import ValidationError
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, ProgrammingError, connection
from django.views import generic
from django.views.generic.edit import DeletionMixin
from neapolitan.views import CRUDView, Role

from django_extras.views import JsonResponseMixin
from tests.entries import Draft, Entry
from tests.models import Publisher
from tests.shapes import Person
from tests.views.writing import body, errors, in_async, send

pytestmark = pytest.mark.django_db

IS_MARIADB = connection.vendor == "mysql"


class Create(JsonResponseMixin, generic.CreateView):
    model = Entry
    fields = ("char", "json", "uuid", "person")
    json_fields: Any = ("char", "json", "uuid")


class Update(JsonResponseMixin, generic.UpdateView):
    model = Entry
    fields = ("char", "json", "uuid", "person")
    json_fields: Any = ("char", "json", "uuid")


@pytest.fixture(params=["sync", "async"])
def ways(request: Any) -> Any:
    return in_async if request.param == "async" else lambda view: view


def nested(levels: int, kind: type = list) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value] if kind is list else {"a": value}
    return value


class TestValues:
    """They are an error of the client, whatever the database is."""

    @pytest.mark.parametrize("kind", [list, dict])
    @pytest.mark.parametrize("levels", [31, 32, 33, 99])
    def test_json_that_is_nested_deeply(self, ways: Any, kind: type, levels: int) -> None:
        entry = Entry.objects.create(char="before")
        sent = {"char": "after", "json": nested(levels, kind)}

        created, updated = send(ways(Create), "POST", sent), send(ways(Update), "PATCH", sent, pk=entry.pk)

        if IS_MARIADB and levels > 31:
            assert errors(created) == errors(updated) == [("#/json", "invalid")]
            assert body(created)["errors"][0]["detail"] == "The database cannot store this value."
            assert [entry.char for entry in Entry.objects.all()] == ["before"]
        else:
            assert (created.status_code, updated.status_code) == (201, 200)
            assert body(updated)["json"] == nested(levels, kind)

    def test_a_uuid_that_no_standard_knows(self, ways: Any) -> None:
        sent = {"uuid": "12345678-9abc-8def-0123-456789abcdef"}

        response = send(ways(Create), "POST", sent)

        if IS_MARIADB:
            assert errors(response) == [("#/uuid", "invalid")]
        else:
            assert body(response)["uuid"] == sent["uuid"]

    def test_a_key_that_no_standard_knows(self) -> None:
        Person.objects.create(name="a")

        response = send(Create, "POST", {"person": "12345678-9abc-8def-0123-456789abcdef"})

        assert errors(response) == [("#/person", "invalid_choice")]

    @pytest.mark.skipif(connection.vendor == "sqlite", reason="It takes text of any length.")
    def test_a_text_that_the_view_makes_too_long(self, ways: Any, caplog: Any) -> None:
        class View(JsonResponseMixin, generic.CreateView):
            model = Draft
            fields = ("title",)

            def form_valid(self, form: Any) -> Any:
                form.instance.title *= 9
                return super().form_valid(form)

        response = send(ways(View), "POST", {"title": "Persuasion"})

        assert errors(response) == [("#/title" if connection.vendor == "mysql" else "#", "invalid")]
        assert not Draft.objects.exists()

    @pytest.mark.parametrize(
        ("error", "pointers"),
        [
            (DataError("integer out of range"), ["#"]),
            (DataError(1406, "Data too long for column 'char' at row 1"), ["#/char"]),
            (OperationalError(1366, "Incorrect string value: 'x' for column `t`.`tests_entry`.`char`"), ["#/char"]),
            (OperationalError(1292, "Incorrect uuid value: 'x' for column `tests_entry`.`uuid` at row 1"), ["#/uuid"]),
            (OperationalError(3157, "The JSON document exceeds the maximum depth."), ["#"]),
            (OperationalError(1366, "Incorrect integer value: 'x' for column `tests_entry`.`integer`"), ["#"]),
            (IntegrityError(4025, "CONSTRAINT `tests_entry.json` failed for `t`.`tests_entry`"), ["#/json"]),
        ],
    )
    def test_the_field_is_named_where_the_database_names_it(
        self, ways: Any, error: DatabaseError, pointers: list[str], caplog: Any
    ) -> None:
        class View(Create):
            def form_valid(self, form: Any) -> Any:
                super().form_valid(form)
                raise error

        with caplog.at_level(logging.WARNING, "django.request"):
            response = send(ways(View), "POST", {"char": "a"})

        assert errors(response) == [(pointer, "invalid") for pointer in pointers]
        assert not Entry.objects.exists()
        # The view may have made the value: its author finds the error in the log.
        logged = [record.exc_info and record.exc_info[1] for record in caplog.records]
        assert logged == ([] if isinstance(error, IntegrityError) else [error])

    @pytest.mark.parametrize(
        "error",
        [
            OperationalError("server closed the connection unexpectedly"),
            OperationalError(),
            IntegrityError(4025, "CONSTRAINT `opened_first` failed for `t`.`tests_entry`"),
            ProgrammingError("syntax error"),
        ],
    )
    def test_another_error_stands(self, ways: Any, error: DatabaseError) -> None:
        class View(Create):
            def form_valid(self, form: Any) -> Any:
                super().form_valid(form)
                raise error

        with pytest.raises(type(error)):
            send(ways(View), "POST", {"char": "a"})
        assert not Entry.objects.exists()

    @pytest.mark.parametrize(
        "error",
        [
            OperationalError(1213, "Deadlock found when trying to get lock"),
            IntegrityError('duplicate key value violates unique constraint "tests_entry_pkey"'),
            IntegrityError(1062, "Duplicate entry '1' for key 'tests_entry.PRIMARY'"),
        ],
    )
    def test_a_transaction_in_the_way_of_another_is_a_conflict(self, ways: Any, error: DatabaseError) -> None:
        class View(Create):
            def form_valid(self, form: Any) -> Any:
                super().form_valid(form)
                raise error

        response = send(ways(View), "POST", {"char": "a"})

        assert response.status_code == 409
        assert body(response)["detail"] == "Another request has written at the same time. Send yours again."
        assert not Entry.objects.exists()

    def test_a_form_without_a_model(self, ways: Any) -> None:
        class Ask(forms.Form):
            json = forms.JSONField()

        class View(JsonResponseMixin, generic.FormView):
            form_class = Ask

            def form_valid(self, form: Any) -> Any:
                Entry.objects.create(json=form.cleaned_data["json"])
                raise DataError("integer out of range")

        assert errors(send(ways(View), "POST", {"json": 1})) == [("#", "invalid")]
        assert not Entry.objects.exists()

    def test_before_the_form_has_cleaned_it_is_not_to_blame(self) -> None:
        class View(Create):
            def get_form(self, form_class: Any = None) -> Any:
                form = super().get_form(form_class)
                raise DataError("integer out of range") from ValueError(form)

        with pytest.raises(DataError):
            send(View, "POST", {"char": "a"})


class TestDeletions:
    """The model may refuse its own deletion, in views with a form and without."""

    @pytest.fixture(params=[ValidationError("Not now.", "later"), ValidationError({"name": ["No.", "Never."]})])
    def publisher(self, request: Any, monkeypatch: Any) -> Publisher:
        def refuse(self: Any, *args: Any, **kwargs: Any) -> Any:
            Publisher.objects.create(name="before")
            raise request.param

        monkeypatch.setattr(Publisher, "delete", refuse)
        return Publisher.objects.create(name="Murray")

    @pytest.mark.parametrize(
        "bases", [(generic.DeleteView,), (vanilla.DeleteView,), (CRUDView,), (DeletionMixin, generic.DetailView)]
    )
    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    def test_a_refusal_is_a_problem(self, ways: Any, bases: Any, method: str, publisher: Publisher) -> None:
        view = type("V", (JsonResponseMixin, *bases), {"model": Publisher, "success_url": "/"})
        options = {"options": {"role": Role.DELETE}} if CRUDView in bases else {}
        if CRUDView not in bases:
            view = ways(view)

        response = send(view, method, pk=publisher.pk, **options)

        assert set(errors(response)) in ({("#", "later")}, {("#", "invalid")})
        assert [publisher.name for publisher in Publisher.objects.all()] == ["Murray"]


class TestNoResponse:
    """Django says what is wrong, and nothing is saved."""

    @pytest.mark.parametrize("method", ["POST", "PUT"])
    def test_a_handler_that_returns_none(self, client: Any, settings: Any, method: str) -> None:
        class View(JsonResponseMixin, generic.UpdateView):
            model = Publisher
            fields = ("name",)

            def form_valid(self, form: Any) -> Any:
                super().form_valid(form)

        publisher = Publisher.objects.create(name="Murray")
        settings.ROOT_URLCONF = urlconf(View)

        with pytest.raises(ValueError, match=r"didn't return an HttpResponse object. It returned None instead"):
            client.generic(method, f"/{publisher.pk}/", '{"name": "x"}', "application/json")
        assert Publisher.objects.get().name == "Murray"

    def test_form_invalid_that_returns_none(self, client: Any, settings: Any) -> None:
        class View(JsonResponseMixin, generic.UpdateView):
            model = Publisher
            fields = ("name",)

            def form_invalid(self, form: Any) -> Any:
                pass

        settings.ROOT_URLCONF = urlconf(View)
        publisher = Publisher.objects.create(name="Murray")

        with pytest.raises(ValueError, match=r"didn't return an HttpResponse object. It returned None instead"):
            client.generic("PUT", f"/{publisher.pk}/", "{}", "application/json")


def urlconf(view: Any) -> Any:
    from django.urls import path

    return type("Urls", (), {"urlpatterns": [path("<int:pk>/", view.as_view())]})
