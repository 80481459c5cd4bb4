"""A view may write to another database than the default one."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.views import generic

from django_extras.http import HttpError
from django_extras.views import JsonResponseMixin
from tests.entries import Draft
from tests.views.writing import body, send

VALUES = {"title": "Murray"}


class TestDatabases:
    """The transaction is on the database that the view writes to."""

    @pytest.fixture
    def other(self, tmp_path: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
        other = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db")}
        settings = connections.configure_settings({"default": {}, "other": other})["other"]
        connections.settings["other"] = settings
        with django_db_blocker.unblock():
            with connections["other"].schema_editor() as editor:
                editor.create_model(Draft)
            yield "other"
            connections["other"].close()
        del connections["other"], connections.settings["other"]

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    def test_of_the_views_queryset(self, other: str, method: str) -> None:
        publisher = Draft.objects.using(other).create(title="Murray")

        class View(JsonResponseMixin, generic.DeleteView if method == "DELETE" else generic.UpdateView):  # type: ignore[misc]
            queryset = Draft.objects.using(other)
            json_fields = ("title",)
            if method != "DELETE":
                fields = ("title",)

            def form_valid(self, form: Any) -> Any:
                super().form_valid(form)
                assert connections[other].in_atomic_block
                raise HttpError(409)

        assert send(View, method, {"title": "x"}, pk=publisher.pk).status_code == 409
        assert Draft.objects.using(other).get().title == "Murray"

    def test_one_that_is_locked(self, other: str) -> None:
        class View(JsonResponseMixin, generic.CreateView):
            model = Draft
            queryset = Draft.objects.using(other)
            fields = ("title",)

            def form_valid(self, form: Any) -> Any:
                form.instance.save(using=other)
                raise AssertionError

        with connections[other].cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 50")
        writer = sqlite3.connect(connections[other].settings_dict["NAME"])
        writer.execute("BEGIN IMMEDIATE")

        response = send(View, "POST", VALUES)

        writer.close()
        assert response.status_code == 409
        assert body(response)["detail"] == "Another request has written at the same time. Send yours again."

    def test_of_the_forms_object(self, other: str) -> None:
        class View(JsonResponseMixin, generic.CreateView):
            model = Draft
            fields = ("title",)
            json_fields = ("title",)

            def get_form_kwargs(self) -> Any:
                return super().get_form_kwargs() | {"instance": Draft.objects.using(other).get(title="Draft")}

            def form_valid(self, form: Any) -> Any:
                response = super().form_valid(form)
                if form.instance.title == "No":
                    raise HttpError(409)
                return response

        Draft.objects.using(other).create(title="Draft")

        assert send(View, "POST", VALUES | {"title": "No"}).status_code == 409
        assert Draft.objects.using(other).get().title == "Draft"
        assert body(send(View, "POST", VALUES)) == {"title": "Murray"}
        assert not Draft.objects.exists()
