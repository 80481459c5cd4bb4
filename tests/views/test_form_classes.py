"""Forms and models as projects have them, in views that write: drop-downs, languages, keys, inheritance."""

import json
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import pytest
import vanilla
from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Prefetch
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import translation
from django.views import generic
from neapolitan.views import CRUDView, Role

from django_extras.views import JsonResponseMixin, _form_classes
from tests.models import (
    Author,
    Badge,
    Book,
    Cafe,
    Colour,
    Desk,
    Entry,
    Person,
    Project,
    Publisher,
    TallPerson,
    Team,
    Ticket,
    Varying,
)
from tests.views.writing import FORM, body, errors, in_async, send

pytestmark = pytest.mark.django_db


class DependentForm(forms.ModelForm):
    """Only who has written for a publisher is an author of its books, as form-encoded data say which it is."""

    class Meta:
        model = Book
        fields = ("title", "price", "publisher", "authors")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        authors = Author.objects.none()
        name = self.add_prefix("publisher")
        if name in self.data:
            with suppress(TypeError, ValueError):
                authors = Author.objects.filter(books__publisher=int(self.data.get(name)))
        elif self.instance.pk:
            authors = Author.objects.filter(books__publisher=self.instance.publisher)
        self.fields["authors"].queryset = authors.distinct()


class PrefixedForm(DependentForm):
    prefix = "book"


class Books:
    model = Book
    json_fields: Any = ("id", "title", "price", "publisher", "authors")


def named(prefix: str | None) -> dict[str, Any]:
    return (
        {"form_class": PrefixedForm} if prefix == "of the class" else {"form_class": DependentForm, "prefix": prefix}
    )


def update(base: Any, prefix: str | None = None) -> Any:
    if base is CRUDView:
        return type("V", (Books, JsonResponseMixin, base), named(prefix)), {"options": {"role": Role.UPDATE}}
    return type("V", (Books, JsonResponseMixin, base), named(prefix)), {}


class TestDependentDropDowns:
    @pytest.fixture
    def books(self) -> list[Book]:
        books = []
        for name in ("Ace", "Bell"):
            book = Book.objects.create(title=name, price=1, publisher=Publisher.objects.create(name=name))
            book.authors.add(Author.objects.create(name=f"of {name}"))
            books.append(book)
        return books

    @pytest.mark.parametrize("prefix", [None, "x", "of the class"])
    @pytest.mark.parametrize("base", [generic.CreateView, vanilla.CreateView])
    @pytest.mark.parametrize("is_async", [False, True])
    def test_create(self, base: Any, is_async: bool, prefix: Any, books: list[Book]) -> None:
        if base is vanilla.CreateView and prefix == "x":
            pytest.skip("Its views know no prefix.")
        view = type("V", (Books, JsonResponseMixin, base), named(prefix))
        view = in_async(view) if is_async else view
        ace, bell = books
        sent = {"title": "x", "price": 1, "publisher": ace.publisher_id, "authors": [ace.authors.get().pk]}

        assert send(view, "POST", sent).status_code == 201
        assert send(view, "POST", sent | {"publisher": str(ace.publisher_id)}).status_code == 201
        wrong = sent | {"authors": [bell.authors.get().pk]}
        assert errors(send(view, "POST", wrong)) == [("#/authors/0", "invalid_choice")]
        for publisher in (None, "x", {"id": 1}, True, [ace.publisher_id, "x"]):
            pointers = [pointer for pointer, _ in errors(send(view, "POST", sent | {"publisher": publisher}))]
            assert "#/publisher" in pointers

    @pytest.mark.parametrize(
        ("base", "prefix"),
        [
            *((generic.UpdateView, prefix) for prefix in (None, "x", "of the class")),
            *((base, prefix) for base in (vanilla.UpdateView, CRUDView) for prefix in (None, "of the class")),
        ],
    )
    def test_put_and_patch(self, base: Any, prefix: Any, books: list[Book]) -> None:
        view, options = update(base, prefix)
        ace, bell = books
        [by_ace], [by_bell] = ace.authors.all(), bell.authors.all()

        def patch(**sent: Any) -> Any:
            return send(view, "PATCH", sent, pk=ace.pk, **options)

        before = send(view, "GET", pk=ace.pk, **options).content
        for method in ("PUT", "PATCH", "POST"):
            assert send(view, method, json.loads(before), pk=ace.pk, **options).content == before
        assert body(patch(title="x"))["authors"] == [by_ace.pk]
        assert body(patch(authors=[by_ace.pk]))["authors"] == [by_ace.pk]
        assert errors(patch(authors=[by_bell.pk])) == [("#/authors/0", "invalid_choice")]
        shown = body(patch(publisher=bell.publisher_id, authors=[by_bell.pk]))
        assert (shown["publisher"], shown["authors"]) == (bell.publisher_id, [by_bell.pk])
        # What is not sent is not judged.
        assert body(patch(publisher=Publisher.objects.create(name="New").pk))["authors"] == [by_bell.pk]

    @pytest.mark.parametrize("prefix", [None, "x", "of the class"])
    def test_what_browsers_send(self, prefix: Any, books: list[Book]) -> None:
        view, _ = update(generic.UpdateView, prefix)
        ace, bell = books
        start = {None: "", "x": "x-", "of the class": "book-"}[prefix]
        values = {f"{start}publisher": bell.publisher_id, f"{start}authors": bell.authors.get().pk}

        encoded = encode_multipart(BOUNDARY, values)
        assert body(send(view, "PATCH", encoded, MULTIPART_CONTENT, pk=ace.pk))["publisher"] == bell.publisher_id
        wrong = f"{start}authors={ace.authors.create(name='New').pk}&{start}publisher={bell.publisher_id + 99}"
        assert errors(send(view, "PATCH", wrong, FORM, pk=ace.pk)) == [
            ("#/publisher", "invalid_choice"),
            ("#/authors", "invalid_choice"),
        ]


LOCALIZED = ("char", "date", "datetime", "decimal", "duration", "float", "grade", "integer", "price", "time")
VALUES = {
    "char": "1.500",
    "date": "2026-03-04",
    "datetime": "2026-03-04T05:06:07.123456Z",
    "decimal": "1234567.5",
    "duration": "P1DT1S",
    "float": 1234.5,
    "grade": 1,
    "integer": 1234567,
    "price": "1.50",
    "time": "05:06:07.5",
}


@pytest.mark.parametrize("language", ["de", "de-ch", "fr", "ar", "en"])
@pytest.mark.parametrize("localized", [None, "__all__"])
@pytest.mark.parametrize("separates", [True, False])
class TestLanguages:
    """JSON is the same in each of them."""

    @pytest.fixture(autouse=True)
    def _speak(self, language: str, localized: Any, separates: bool, settings: Any) -> Any:
        settings.USE_THOUSAND_SEPARATOR = separates
        form_class = forms.modelform_factory(Entry, fields=LOCALIZED, localized_fields=localized)
        attributes = {"model": Entry, "form_class": form_class, "json_fields": ("id", *LOCALIZED)}
        self.create: Any = type("Create", (JsonResponseMixin, generic.CreateView), attributes)
        self.update: Any = type("Update", (JsonResponseMixin, generic.UpdateView), attributes)
        with translation.override(language):
            yield

    def test_create(self) -> None:
        shown = body(send(self.create, "POST", VALUES))

        assert shown == {
            "id": shown["id"],
            **VALUES,
            "datetime": "2026-03-04T05:06:07.123Z",
            "decimal": "1234567.500",
            "duration": "P1DT00H00M01S",
            "time": "05:06:07.500",
        }

    def test_put_and_patch(self) -> None:
        pk = body(send(self.create, "POST", VALUES))["id"]
        before = send(self.update, "GET", pk=pk).content

        for sent in (before, b"{}", b'{"char": "1.500"}', json.dumps({"decimal": "1234567.500"}).encode()):
            method = "PUT" if sent == before else "PATCH"
            assert send(self.update, method, sent, "application/json", pk=pk).content == before
        assert Entry.objects.get().datetime.microsecond == 123456
        for decimal in ("1.500", 1.5):
            assert body(send(self.update, "PATCH", {"decimal": decimal}, pk=pk))["decimal"] == "1.500"
        shown = body(send(self.update, "PATCH", {"integer": 7654321, "float": "2.5", "date": None}, pk=pk))
        assert (shown["integer"], shown["float"], shown["date"]) == (7654321, 2.5, None)

    @pytest.mark.parametrize(
        "sent", [{"decimal": "1,5"}, {"decimal": "1.234.567,5"}, {"float": "1 234,5"}, {"date": "04.03.2026"}]
    )
    def test_what_only_people_write_is_refused(self, sent: Any) -> None:
        pk = body(send(self.create, "POST", VALUES))["id"]

        assert errors(send(self.update, "PATCH", sent, pk=pk)) == [(f"#/{next(iter(sent))}", "invalid")]

    def test_what_browsers_send_is_in_the_language(self) -> None:
        pk = body(send(self.create, "POST", VALUES))["id"]
        form = self.update.form_class({"decimal": "1,5"})

        response = send(self.update, "PATCH", "decimal=1,5&char=x", FORM, pk=pk)

        if "decimal" in form.errors:
            assert errors(response) == [("#/decimal", "invalid")]
        else:
            assert body(response)["decimal"] == f"{form.cleaned_data['decimal']:.3f}"


class TestModels:
    """Of each kind: an object is made, put back, changed and deleted under its key."""

    @pytest.fixture
    def person(self) -> Person:
        return Person.objects.create(name="Ann", team=Team.objects.create(code="red"))

    def check(self, model: Any, values: dict[str, Any], change: dict[str, Any], **attributes: Any) -> dict[str, Any]:
        attributes = {"model": model, "fields": list(values), "json_fields": ("pk", *values), **attributes}
        create, change_it, delete = (
            type("V", (JsonResponseMixin, base), attributes)
            for base in (generic.CreateView, generic.UpdateView, generic.DeleteView)
        )
        delete.form_class = forms.Form

        response = send(create, "POST", values)
        assert response.status_code == 201, response.content
        created = body(response)
        assert created == {"pk": created["pk"], **values}
        before = send(change_it, "GET", pk=created["pk"]).content
        assert before == response.content
        for method, sent in (("PUT", created), ("PATCH", {}), ("PATCH", values)):
            assert send(change_it, method, sent, pk=created["pk"]).content == before
        assert body(send(change_it, "PATCH", change, pk=created["pk"])) == created | change
        assert send(delete, "DELETE", pk=created["pk"]).status_code == 204
        assert not model._default_manager.filter(pk=created["pk"]).exists()
        return created

    def test_inherited_tables(self, person: Person) -> None:
        self.check(Cafe, {"name": "Kranzler", "seats": 9, "guests": [str(person.pk)]}, {"seats": 5})
        self.check(Cafe, {"name": "Kranzler", "seats": 9, "guests": [str(person.pk)]}, {"name": "Other"})

    def test_a_proxy(self, person: Person) -> None:
        self.check(TallPerson, {"name": "Bob", "boss": str(person.pk), "team": "red"}, {"name": "Rob"})

    def test_a_key_of_its_own(self, person: Person) -> None:
        self.check(Person, {"id": str(uuid.uuid4()), "name": "Bob", "team": "red"}, {"name": "Rob"})

    def test_a_key_that_is_a_relation(self, person: Person) -> None:
        self.check(Badge, {"person": str(person.pk), "number": 3}, {"number": 4})

    def test_a_relation_to_another_column_than_the_key(self, person: Person) -> None:
        Team.objects.create(code="blue")
        self.check(Person, {"name": "Bob", "team": "red"}, {"team": "blue"})

    def test_a_relation_through_a_table_of_its_own(self, person: Person) -> None:
        team, other = Team.objects.get(), Team.objects.create(code="blue")
        self.check(Colour, {"code": "x", "teams": [team.pk]}, {"teams": [team.pk, other.pk]})

    def test_a_relation_through_a_table_that_asks_for_more(self, person: Person) -> None:
        project = Project.objects.create(name="Moon")
        form_class = forms.modelform_factory(Person, fields=("name", "projects"))

        class FormWithRoles(form_class):
            def _save_m2m(self) -> None:
                projects = self.cleaned_data["projects"]
                self.instance.projects.set(projects, through_defaults={"role": "m"})

        values = {"name": "Bob", "projects": [project.pk]}
        self.check(
            Person,
            values,
            {"projects": [project.pk, Project.objects.create(name="Mars").pk]},
            form_class=FormWithRoles,
            fields=None,
        )


class TicketCreate(JsonResponseMixin, generic.CreateView):
    """A view that tells which class of form it had."""

    model = Ticket
    fields: Any = ("title",)
    json_fields = ("title", "state", "desk", "desks", "code", "path")
    classes: ClassVar[list[Any]]

    def form_valid(self, form: Any) -> Any:
        self.classes.append(type(form))
        return super().form_valid(form)


class TestTheClassOfAForm:
    """Django makes it of a model and of the names of fields. It is kept where each request would get the same."""

    def view(self, *bases: Any, **attributes: Any) -> Any:
        return type("V", (*bases, TicketCreate), {"classes": [], **attributes})

    def test_it_is_kept(self) -> None:
        view = self.view()

        statuses = [send(view, "POST", {"title": "A"}).status_code for _ in range(3)]

        assert statuses == [201] * 3
        assert len(set(view.classes)) == 1

    def test_it_is_kept_for_all_fields(self) -> None:
        view = self.view(model=Publisher, fields="__all__", json_fields=("name",))

        statuses = [send(view, "POST", {"name": "A", "city": "B"}).status_code for _ in range(2)]

        assert statuses == [201] * 2
        assert len(set(view.classes)) == 1

    def test_it_is_the_same_for_those_who_read(self) -> None:
        ticket = Ticket.objects.create(title="A")

        class View(JsonResponseMixin, generic.UpdateView):
            model = Ticket
            fields = ("title",)
            json_fields = ("title",)
            classes: ClassVar[set[Any]] = set()

            def get_context_data(self, **kwargs: Any) -> Any:
                context = super().get_context_data(**kwargs)
                self.classes.add(type(context["form"]))
                return context

            def form_valid(self, form: Any) -> Any:
                self.classes.add(type(form))
                return super().form_valid(form)

        statuses = [send(View, method, {"title": "B"}, pk=ticket.pk).status_code for method in ("GET", "PUT", "HEAD")]

        assert statuses == [200] * 3
        assert len(View.classes) == 1

    def test_each_view_has_its_own(self) -> None:
        one, other = self.view(), self.view()

        assert [send(view, "POST", {"title": "A"}).status_code for view in (one, other)] == [201] * 2
        assert set(one.classes).isdisjoint(other.classes)

    def test_fields_that_a_request_chooses(self) -> None:
        view = self.view(fields=property(lambda self: self.request.headers["X-Fields"].split(",")))
        values = {"title": "A", "state": "new"}

        whole = send(view, "POST", values, headers={"X-Fields": "title,state"})
        part = send(view, "POST", values | {"state": "old"}, headers={"X-Fields": "title"})

        assert (whole.status_code, body(whole)["state"]) == (201, "new")
        assert (part.status_code, body(part)["state"]) == (201, "")

    def test_no_more_than_some_are_kept(self) -> None:
        view = self.view(fields=property(lambda self: ["title"] * self.kwargs["count"]))

        statuses = {send(view, "POST", {"title": "A"}, count=count).status_code for count in [*range(1, 110), 1]}

        assert statuses == {201}
        assert view.classes[0] is not view.classes[-1]

    @pytest.mark.parametrize(
        ("name", "value", "attribute", "later"),
        [
            ("state", "old", "states", {"old": "Old"}),
            ("desk", 1, "tenant", "Bell"),
            ("desks", [1], "tenant", "Bell"),
            ("code", "", "is_required", False),
        ],
    )
    def test_it_is_made_anew_where_a_field_may_differ(
        self, name: str, value: Any, attribute: str, later: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Desk(pk=1, name="Bell").save()
        view = self.view(fields=("title", name))
        values = {"title": "A", name: value}

        before = send(view, "POST", values)
        monkeypatch.setattr(Varying, attribute, later)
        after = send(view, "POST", values)

        assert errors(before)[0][0].startswith(f"#/{name}")
        assert (after.status_code, body(after)[name]) == (201, value)

    def test_it_is_made_anew_where_a_field_reads_a_directory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Varying, "folder", tmp_path)
        view = self.view(fields=("title", "path"))
        values = {"title": "A", "path": str(tmp_path / "new.txt")}

        before = send(view, "POST", values)
        (tmp_path / "new.txt").touch()
        after = send(view, "POST", values)

        assert errors(before) == [("#/path", "invalid_choice")]
        assert after.status_code == 201

    @pytest.mark.parametrize("method", ["get_form", "get_form_class"])
    def test_what_a_view_does_to_its_class_is_gone_with_the_request(self, method: str) -> None:
        def restricted(view: Any) -> Any:
            form_class = super(own, view).get_form_class() if method == "get_form_class" else view.get_form_class()
            if "X-Guest" in view.request.headers:
                del form_class.base_fields["city"]
            return form_class

        own = self.view(model=Publisher, fields=("name", "city"), json_fields=("name", "city"))
        if method == "get_form_class":
            own.get_form_class = restricted
        else:
            own.get_form = lambda view: super(own, view).get_form(restricted(view))
        values = {"name": "A", "city": "B"}

        statuses = [send(own, "POST", values, headers=headers).status_code for headers in ({}, {"X-Guest": "1"}, {})]

        assert statuses == [201] * 3
        assert [row.city for row in Publisher.objects.order_by("pk")] == ["B", "", "B"]

    def test_what_a_view_does_to_the_fields_of_a_form_is_gone_with_the_request(self) -> None:
        seen: list[list[Any]] = []

        class View(JsonResponseMixin, generic.CreateView):
            model = Book
            fields = ("title", "price", "publisher")

            def form_invalid(self, form: Any) -> Any:
                for field in form.fields.values():
                    parts = field.widget.attrs, field.error_messages
                    seen.append([*map(dict, parts), [*field.validators], field.required, field.widget.is_required])
                    for part in parts:
                        part["guest"] = "1"
                    field.validators.append(print)
                    field.required = field.widget.is_required = not field.required
                assert form.fields["publisher"].widget.choices.field is form.fields["publisher"]
                form.fields["publisher"].queryset = Publisher.objects.none()
                return super().form_invalid(form)

        publisher = Publisher.objects.create(name="A")
        values = {"title": "", "price": "x", "publisher": publisher.pk}

        answers = [send(View, "POST", values) for _ in range(2)]

        assert seen[:3] == seen[3:]
        assert [pointer for pointer, _ in errors(answers[1])] == ["#/title", "#/price"]

    def test_a_widget_that_forms_share_does_not_keep_what_was_sent(self) -> None:
        shared = forms.TextInput()

        class View(JsonResponseMixin, generic.CreateView):
            model = Ticket
            fields = ("title",)

            def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                self.object = None
                form = self.get_form()
                form.fields["title"].widget = shared
                return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

        before = dict(vars(shared))

        assert [send(View, "POST", {"title": title}).status_code for title in ("A", "B")] == [204] * 2
        assert vars(shared) == before
        assert [ticket.title for ticket in Ticket.objects.order_by("pk")] == ["A", "B"]

    def test_a_form_class_of_the_view_and_a_queryset_in_place_of_the_model(self) -> None:
        form_class = forms.modelform_factory(Ticket, fields=("title",))
        view = self.view(fields=None, form_class=form_class)
        other = self.view(model=None, queryset=Ticket.objects.all())

        assert send(view, "POST", {"title": "A"}).status_code == 201
        assert view.classes == [form_class]
        assert [send(other, "POST", {"title": "A"}).status_code for _ in range(2)] == [201] * 2

    def test_both_fields_and_a_form_class_are_refused(self) -> None:
        view = self.view(form_class=forms.modelform_factory(Ticket, fields=("title",)))

        with pytest.raises(ImproperlyConfigured, match="Specifying both 'fields' and 'form_class' is not permitted"):
            send(view, "POST", {"title": "A"})


class TestRelatedObjects:
    """A form has the objects of relations to many as its initial values. A kept class reads them by kept SQL."""

    @pytest.fixture
    def seen(self) -> list[Any]:
        return []

    def view(self, seen: list[Any], *names: str, of: Any = Book, **attributes: Any) -> Any:
        class View(JsonResponseMixin, generic.UpdateView):
            model, fields, json_fields = of, names, ("pk", *names)

            def form_valid(self, form: Any) -> Any:
                response = super().form_valid(form)
                seen.append((form.initial, form.changed_data, list(getattr(form.instance, names[0]).all())))
                return response

        return type("View", (View,), attributes)

    def test_they_are_what_was_there(self, seen: list[Any]) -> None:
        jane, emily = (Author.objects.create(name=name) for name in ("Jane", "Emily"))
        books = [Book.objects.create(title=title, price=3) for title in "abc"]
        for book, authors in zip(books, ([jane], [], [jane, emily]), strict=True):
            book.authors.set(authors)
        view = self.view(seen, "authors")

        for book in books * 2:
            assert send(view, "PUT", {"authors": [emily.pk]}, pk=book.pk).status_code == 200

        shown = [(initial["authors"], changed, after) for initial, changed, after in seen]
        assert shown == [
            *(([jane], ["authors"], [emily]), ([], ["authors"], [emily]), ([jane, emily], ["authors"], [emily])),
            *[([emily], [], [emily])] * 3,
        ]

    @pytest.fixture
    def only_django_reads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # The objects are the same, so only the call tells who has read them.
        def refuse(*args: Any) -> Any:
            raise AssertionError(args)

        monkeypatch.setattr(_form_classes, "related_objects", refuse)

    @pytest.mark.usefixtures("only_django_reads")
    def test_those_that_the_view_has_loaded_are_not_read_again(self, seen: list[Any]) -> None:
        book = Book.objects.create(title="Emma", price=3)
        jane = Author.objects.create(name="Jane")
        loaded = Prefetch("authors", Author.objects.filter(name="x"))
        view = self.view(seen, "authors", model=None, queryset=Book.objects.prefetch_related(loaded))
        view.model = Book
        book.authors.add(jane)

        assert send(view, "PUT", {"authors": [jane.pk]}, pk=book.pk).status_code == 200
        assert seen[0][0] == {"authors": []}

    @pytest.mark.usefixtures("only_django_reads")
    def test_a_router_chooses_the_database(self, seen: list[Any], settings: Any) -> None:
        settings.DATABASE_ROUTERS = [object()]
        book, jane = Book.objects.create(title="Emma", price=3), Author.objects.create(name="Jane")
        book.authors.add(jane)

        assert send(self.view(seen, "authors"), "PATCH", {}, pk=book.pk).status_code == 200
        assert seen[0][0] == {"authors": [jane]}

    @pytest.mark.usefixtures("only_django_reads")
    def test_a_table_of_the_project_and_a_manager_that_hides_rows(self, seen: list[Any]) -> None:
        team, colour = Team.objects.create(code="a"), Colour.objects.create(code="red")
        colour.teams.add(team)
        people = [Person.objects.create(name=name) for name in "ab"]
        people[0].friends.add(people[1])

        assert send(self.view(seen, "teams", of=Colour), "PATCH", {}, pk=colour.pk).status_code == 200
        assert send(self.view(seen, "friends", of=Person), "PATCH", {}, pk=people[1].pk).status_code == 200
        assert [initial for initial, *_ in seen] == [{"teams": [team]}, {"friends": [people[0]]}]
