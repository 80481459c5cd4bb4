"""Views with forms: what they take, and what they answer."""

import datetime
import gc
import json
import weakref
from typing import Any
from urllib.parse import urlencode

import extra_views
import pytest
import vanilla
from asgiref.sync import sync_to_async
from django import forms
from django.contrib.auth import views as auth_views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.db.models import F
from django.forms import modelformset_factory
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlsafe_base64_encode
from django.views import generic
from django.views.generic.edit import DeletionMixin, FormMixin
from neapolitan.views import CRUDView, Role

from django_extras.views import JsonResponseMixin, StatusResponseMixin
from tests.entries import Draft, Entry
from tests.models import Author, Book, Publisher
from tests.shapes import Person
from tests.views.writing import FORM, body, errors, in_async, send

pytestmark = pytest.mark.django_db

#: A savepoint and its end, a query for the row and one for its relation to many.
READING_BACK = 4
#: The model of a page asks for the row of a foreign key that the form has just found.
LOOKING_TWICE = 1
FIELDS = ("title", "price", "publisher", "authors")
SENT = ("id", "title", "price", "pages", "published", "publisher", "authors")


class Books:
    model = Book
    fields = ("title", "price")
    json_fields: Any = SENT


class Shown(Books, JsonResponseMixin, generic.DetailView):
    pass


class Create(Books, JsonResponseMixin, generic.CreateView):
    pass


class Update(Books, JsonResponseMixin, generic.UpdateView):
    pass


class Delete(Books, JsonResponseMixin, generic.DeleteView):
    pass


class Router:
    def db_for_write(self, model: Any, **hints: Any) -> str:
        return "default" if model._meta.app_label else "none"


class Ask(forms.Form):
    name = forms.CharField()
    age = forms.IntegerField(required=False, initial=5)


class Asking(JsonResponseMixin, generic.FormView):
    form_class = Ask
    success_url = "/done/"


class VanillaCreate(Books, JsonResponseMixin, vanilla.CreateView):
    pass


class VanillaUpdate(Books, JsonResponseMixin, vanilla.UpdateView):
    pass


class VanillaDelete(Books, JsonResponseMixin, vanilla.DeleteView):
    pass


class Crud(Books, JsonResponseMixin, CRUDView):
    pass


def role(role: Role) -> Any:
    return {"options": {"role": role}}


CREATING = [
    (Create, {}),
    (VanillaCreate, {}),
    (Crud, role(Role.CREATE)),
    (in_async(Create), {}),
    (in_async(VanillaCreate), {}),
]
UPDATING = [
    (Update, {}),
    (VanillaUpdate, {}),
    (Crud, role(Role.UPDATE)),
    (in_async(Update), {}),
    (in_async(VanillaUpdate), {}),
]
DELETING = [
    (Delete, {}),
    (VanillaDelete, {}),
    (Crud, role(Role.DELETE)),
    (in_async(Delete), {}),
    (in_async(VanillaDelete), {}),
]


@pytest.fixture
def book() -> Book:
    book = Book.objects.create(title="Emma", price=5, published=datetime.date(1815, 12, 23))
    book.authors.add(Author.objects.create(name="Jane"))
    return book


def gotten(pk: Any, view: Any = Shown) -> bytes:
    """Return what GET sends of an object."""
    content: bytes = send(view, "GET", pk=pk).content
    return content


def variant(view: Any, **attributes: Any) -> Any:
    return type(view)(view.__name__, (view,), attributes)


class Taken(Books, JsonResponseMixin, generic.UpdateView):
    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        taken.append(weakref.ref(self))

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        taken.append(weakref.ref(form))
        return form


taken: list[weakref.ref[Any]] = []


@pytest.mark.parametrize(
    ("method", "sent", "status"),
    [
        ("PUT", {"title": "x", "price": 3}, 200),
        ("PATCH", {"title": "x"}, 200),
        ("POST", {"title": "x", "price": 3}, 200),
        ("OPTIONS", None, 200),
    ],
)
def test_what_a_request_took_is_free_at_once(method: str, sent: Any, status: int, book: Book) -> None:
    taken.clear()
    gc.collect()
    gc.disable()
    try:
        assert send(Taken, method, sent, pk=book.pk).status_code == status
        assert [each() for each in taken if each() is not None] == []
    finally:
        gc.enable()


class TestCreate:
    @pytest.mark.parametrize(("view", "options"), CREATING)
    def test_the_object_is_answered_as_get_sends_it(self, view: Any, options: Any) -> None:
        response = send(view, "POST", {"title": " Emma ", "price": 3}, **options)

        book = Book.objects.get()
        assert response.status_code == 201
        assert response.headers == {"Content-Type": "application/json", "Location": f"/books/{book.pk}/"}
        assert response.content == gotten(book.pk)
        assert body(response)["price"] == "3.00"

    @pytest.mark.parametrize(("view", "options"), CREATING)
    def test_an_invalid_form_is_a_problem_with_pointers(self, view: Any, options: Any) -> None:
        response = send(view, "POST", {"price": "x", "pages": 3}, **options)

        assert response.status_code == 422
        assert body(response) == {
            "type": "about:blank",
            "title": "Unprocessable Content",
            "status": 422,
            "errors": [
                {"detail": "This field is required.", "pointer": "#/title", "code": "required"},
                {"detail": "Enter a number.", "pointer": "#/price", "code": "invalid"},
            ],
        }
        assert not Book.objects.exists()

    @pytest.mark.parametrize(("view", "options"), CREATING)
    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
    def test_it_has_no_other_methods(self, view: Any, options: Any, method: str) -> None:
        response = send(view, method, {"title": "Emma", "price": 3}, **options)

        assert (response.status_code, response.headers["Allow"]) == (405, "POST, OPTIONS")
        assert body(response) == {"type": "about:blank", "title": "Method Not Allowed", "status": 405}
        assert not Book.objects.exists()

    @pytest.mark.parametrize(("view", "options"), CREATING)
    def test_options_say_so_too(self, view: Any, options: Any) -> None:
        response = send(view, "OPTIONS", **options)

        assert (response.status_code, response.headers["Allow"], response.content) == (200, "POST, OPTIONS", b"")

    def test_another_method_is_logged_once(self, client: Client, settings: Any, caplog: Any) -> None:
        settings.ROOT_URLCONF = type("Urls", (), {"urlpatterns": [path("", Create.as_view())]})

        assert client.put("/").status_code == 405

        assert [record.getMessage() for record in caplog.records] == ["Method Not Allowed (PUT): /"]

    @pytest.mark.undescribed
    def test_a_get_of_its_own_stays(self) -> None:
        view = variant(Create, get=lambda self, request: self.render_json_response({"a": 1}))

        assert body(send(view, "GET")) == {"a": 1}
        assert send(view, "PUT", {}).headers["Allow"] == "GET, POST, HEAD, OPTIONS"

    @pytest.mark.parametrize("base", [generic.CreateView, vanilla.CreateView])
    def test_a_missing_success_url_is_no_error(self, base: Any) -> None:
        class View(JsonResponseMixin, base):
            model = Publisher
            fields = ("name", "city")
            json_fields = ("name",)

        response = send(View, "POST", {"name": "Murray", "city": "London"})

        assert response.status_code == 201
        assert response.headers == {"Content-Type": "application/json"}
        assert body(response) == {"name": "Murray"}

    def test_a_success_url_is_the_location_of_what_has_no_url(self) -> None:
        class View(JsonResponseMixin, generic.CreateView):
            model = Publisher
            fields = ("name", "city")
            json_fields = ("name",)
            success_url = "/publishers/{id}/"

        response = send(View, "POST", {"name": "Murray", "city": "London"})

        assert response.headers["Location"] == f"/publishers/{Publisher.objects.get().pk}/"

    @pytest.mark.parametrize(("view", "options"), CREATING)
    def test_without_fields_there_is_no_content(self, view: Any, options: Any) -> None:
        view = variant(view, json_fields=None)

        response = send(view, "POST", {"title": "Emma", "price": 3}, **options)

        assert (response.status_code, response.content) == (204, b"")
        assert "Content-Type" not in response.headers
        assert Book.objects.count() == 1

    def test_data_of_its_own_need_no_fields(self) -> None:
        view = variant(Create, json_fields=None, get_json_data=lambda self, context: {"mine": context["object"].title})

        assert body(send(view, "POST", {"title": "Emma", "price": 3})) == {"mine": "Emma"}

    def test_it_asks_less_than_the_page_does_and_reads_back(self, django_assert_num_queries: Any) -> None:
        class Page(generic.CreateView):
            model = Book
            fields = FIELDS

        author, publisher = Author.objects.create(name="Jane"), Publisher.objects.create(name="Murray")
        sent = {"title": "Emma", "price": "5", "publisher": publisher.pk, "authors": [author.pk]}
        form = urlencode(sent, doseq=True)

        with CaptureQueriesContext(connection) as of_page:
            assert send(Page, "POST", form, FORM).status_code == 302
        with django_assert_num_queries(len(of_page) - LOOKING_TWICE + READING_BACK):
            assert send(variant(Create, fields=FIELDS), "POST", sent).status_code == 201

    def test_it_is_saved_in_steps(self) -> None:
        class View(Create):
            fields = FIELDS

            def form_valid(self, form: Any) -> Any:
                self.object = form.save(commit=False)
                self.object.pages = 7
                self.object.save()
                form.save_m2m()
                return HttpResponseRedirect("/elsewhere/")

        author, publisher = Author.objects.create(name="Jane"), Publisher.objects.create(name="Murray")
        sent = {"title": "Emma", "price": "5", "publisher": publisher.pk, "authors": [author.pk]}

        response = send(View, "POST", sent)

        assert response.status_code == 201
        assert body(response) == {
            "id": Book.objects.get().pk,
            "title": "Emma",
            "price": "5.00",
            "pages": 7,
            "published": None,
            "publisher": publisher.pk,
            "authors": [author.pk],
        }

    def test_an_object_that_the_view_does_not_keep(self) -> None:
        class View(Create):
            def form_valid(self, form: Any) -> Any:
                form.save()
                return HttpResponseRedirect("/elsewhere/")

        response = send(View, "POST", {"title": "Emma", "price": 3})

        assert (response.status_code, body(response)["title"]) == (201, "Emma")

    def test_nothing_that_was_saved(self) -> None:
        view = variant(Create, form_valid=lambda self, form: HttpResponseRedirect("/queued/"))

        response = send(view, "POST", {"title": "Emma", "price": 3})

        assert (response.status_code, response.content) == (204, b"")

    def test_what_the_database_decides_is_read_back(self) -> None:
        class View(JsonResponseMixin, generic.CreateView):
            model = Draft
            fields = "__all__"
            json_fields = ("title", "rank", "options", "is_open", "created", "token")
            allow_sensitive = ("token",)

        response = send(View, "POST", {"title": "New"})

        draft = Draft.objects.get()
        assert response.status_code == 201
        assert body(response) == {
            "title": "New",
            "rank": 7,
            "options": {},
            "is_open": True,
            "created": "2026-01-02T03:04:05.678Z",
            "token": str(draft.token),
        }

    def test_what_a_signal_changes_is_read_back(self) -> None:
        def change(instance: Any, **kwargs: Any) -> None:
            Book.objects.filter(pk=instance.pk).update(pages=F("pages") + 9)

        models.signals.post_save.connect(change, sender=Book)
        try:
            assert body(send(Create, "POST", {"title": "Emma", "price": 3}))["pages"] == 9
        finally:
            models.signals.post_save.disconnect(change, sender=Book)

    def test_an_object_that_is_gone_has_no_content(self) -> None:
        def delete(instance: Any, **kwargs: Any) -> None:
            Book.objects.filter(pk=instance.pk).delete()

        models.signals.post_save.connect(delete, sender=Book)
        try:
            assert send(Create, "POST", {"title": "Emma", "price": 3}).status_code == 204
        finally:
            models.signals.post_save.disconnect(delete, sender=Book)

    def test_an_object_that_the_default_manager_hides(self) -> None:
        class View(JsonResponseMixin, generic.CreateView):
            model = Person
            fields = ("name", "is_active")
            json_fields = ("name",)

        assert body(send(View, "POST", {"name": "Ann", "is_active": False})) == {"name": "Ann"}

    def test_annotations_of_the_views_queryset(self, book: Book) -> None:
        annotated = Book.objects.annotate(double=F("price") * 2)

        class Mixed(Books):
            queryset = annotated
            json_fields = ("title", "double")

        create, update, detail = (
            type("V", (Mixed, JsonResponseMixin, base), {})
            for base in (generic.CreateView, generic.UpdateView, generic.DetailView)
        )

        created = send(create, "POST", {"title": "a", "price": 2})
        assert created.status_code == 201
        assert created.content == gotten(Book.objects.get(title="a").pk, detail)
        assert send(update, "PATCH", {"price": 3}, pk=book.pk).content == gotten(book.pk, detail)
        assert body(send(update, "GET", pk=book.pk))["double"].startswith("6")

    def test_a_cookie_and_fields_of_the_redirect_stay(self) -> None:
        class View(Create):
            def form_valid(self, form: Any) -> Any:
                response = super().form_valid(form)
                response.set_cookie("a", "b")
                response.headers["X-A"] = "b"
                return response

        response = send(View, "POST", {"title": "Emma", "price": 3})

        assert (response.status_code, response.cookies["a"].value, response.headers["X-A"]) == (201, "b", "b")

    def test_initial_values_are_defaults(self) -> None:
        view = variant(Create, get_initial=lambda self: {"price": 8})

        assert body(send(view, "POST", {"title": "Emma"}))["price"] == "8.00"

    def test_an_image_and_a_file_come_by_multipart(self, settings: Any, tmp_path: Any) -> None:
        settings.MEDIA_ROOT = tmp_path
        settings.MEDIA_URL = "/media/"

        class View(JsonResponseMixin, generic.CreateView):
            model = Entry
            fields = ("file", "char")
            json_fields = ("char", "file")

        content = encode_multipart(BOUNDARY, {"char": "a", "file": SimpleUploadedFile("a.txt", b"content")})
        response = send(View, "POST", content, MULTIPART_CONTENT)

        assert response.status_code == 201
        assert body(response) == {"char": "a", "file": "/media/a.txt"}
        update = type(
            "V",
            (JsonResponseMixin, generic.UpdateView),
            {"model": Entry, "fields": ("file", "char"), "json_fields": ("char", "file")},
        )
        pk = Entry.objects.get().pk
        assert body(send(update, "PUT", body(response) | {"char": "b"}, pk=pk)) == {
            "char": "b",
            "file": "/media/a.txt",
        }
        assert errors(send(update, "PUT", {"char": "b", "file": "/media/b.txt"}, pk=pk)) == [("#/file", "invalid")]
        content = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("c.txt", b"content")})
        assert body(send(update, "PATCH", content, MULTIPART_CONTENT, pk=pk)) == {"char": "b", "file": "/media/c.txt"}
        assert body(send(update, "PATCH", {"file": None}, pk=pk)) == {"char": "b", "file": None}


class TestUpdate:
    @pytest.mark.parametrize(("view", "options"), UPDATING)
    def test_get_sends_the_object(self, view: Any, options: Any, book: Book) -> None:
        assert send(view, "GET", pk=book.pk, **options).content == gotten(book.pk)

    @pytest.mark.parametrize(("view", "options"), UPDATING)
    @pytest.mark.parametrize("method", ["POST", "PUT"])
    def test_complete(self, view: Any, options: Any, method: str, book: Book) -> None:
        response = send(view, method, {"title": "Persuasion", "price": 3}, pk=book.pk, **options)

        assert response.status_code == 200
        assert response.headers == {"Content-Type": "application/json"}
        assert response.content == gotten(book.pk)
        assert body(response)["title"] == "Persuasion"

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_it_asks_less_than_the_page_does_and_reads_back(
        self, method: str, book: Book, django_assert_num_queries: Any
    ) -> None:
        class Page(generic.UpdateView):
            model = Book
            fields = FIELDS

        author, book.publisher = book.authors.get(), Publisher.objects.create(name="Murray")
        book.save()
        sent = {"title": "Emma", "price": "5", "publisher": book.publisher.pk, "authors": [author.pk]}
        form = urlencode(sent, doseq=True)

        with CaptureQueriesContext(connection) as of_page:
            assert send(Page, "POST", form, FORM, pk=book.pk).status_code == 302
        with django_assert_num_queries(len(of_page) - LOOKING_TWICE + READING_BACK):
            sent = sent if method == "PUT" else {"title": "Emma"}
            assert send(variant(Update, fields=FIELDS), method, sent, pk=book.pk).status_code == 200

    @pytest.mark.parametrize(("view", "options"), UPDATING)
    @pytest.mark.parametrize("method", ["POST", "PUT"])
    def test_what_is_not_sent_is_missing(self, view: Any, options: Any, method: str, book: Book) -> None:
        assert errors(send(view, method, {"title": "x"}, pk=book.pk, **options)) == [("#/price", "required")]
        assert Book.objects.get().title == "Emma"

    @pytest.mark.parametrize(("view", "options"), UPDATING)
    def test_merge(self, view: Any, options: Any, book: Book) -> None:
        response = send(view, "PATCH", {"title": "Persuasion"}, pk=book.pk, **options)

        assert response.status_code == 200
        assert response.content == gotten(book.pk)
        assert (body(response)["title"], body(response)["price"]) == ("Persuasion", "5.00")

    @pytest.mark.parametrize(("view", "options"), UPDATING)
    def test_nothing_changes_nothing(self, view: Any, options: Any, book: Book) -> None:
        before = gotten(book.pk)

        assert send(view, "PATCH", {}, pk=book.pk, **options).content == before
        assert send(view, "PATCH", pk=book.pk, **options).content == before

    @pytest.mark.parametrize(("view", "options"), UPDATING)
    @pytest.mark.parametrize("method", ["PUT", "PATCH", "POST"])
    def test_what_get_gave_can_be_put_back(self, view: Any, options: Any, method: str, book: Book) -> None:
        before = gotten(book.pk)

        response = send(view, method, json.loads(before), pk=book.pk, **options)

        assert (response.status_code, response.content) == (200, before)

    @pytest.mark.parametrize(("view", "options"), UPDATING)
    def test_it_has_these_methods(self, view: Any, options: Any, book: Book) -> None:
        response = send(view, "DELETE", pk=book.pk, **options)

        assert response.status_code == 405
        allow = response.headers["Allow"]
        assert set(allow.split(", ")) - {"HEAD"} == {"GET", "POST", "PUT", "PATCH", "OPTIONS"}
        assert send(view, "OPTIONS", pk=book.pk, **options).headers["Allow"] == allow

    @pytest.mark.parametrize(("view", "options"), UPDATING)
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
    def test_keys_that_get_sends_too_are_ignored(self, view: Any, options: Any, method: str, book: Book) -> None:
        sent = {"title": "x", "price": 1, "id": 5, "pages": 9, "csrfmiddlewaretoken": "x"}

        assert send(view, method, sent, pk=book.pk, **options).status_code == 200
        assert Book.objects.get().pages == 0
        assert errors(send(view, method, sent | {"isbn": 1}, pk=book.pk, **options)) == [("#/isbn", "unknown")]

    @pytest.mark.parametrize(("view", "options"), UPDATING)
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "GET"])
    def test_an_object_that_is_not_there(self, view: Any, options: Any, method: str) -> None:
        assert send(view, method, {"title": "x"}, pk=1, **options).status_code == 404

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "POST"])
    def test_initial_values_have_no_effect(self, method: str, book: Book) -> None:
        view = variant(Update, get_initial=lambda self: {"price": 8})

        assert body(send(view, "PATCH", {"title": "x"}, pk=book.pk))["price"] == "5.00"
        assert errors(send(view, "PUT", {"title": "x"}, pk=book.pk)) == [("#/price", "required")]
        assert body(send(view, "PATCH", "title=x", FORM, pk=book.pk))["price"] == "5.00"

    def test_what_is_not_there_yet_is_created(self) -> None:
        class Upsert(Update):
            def get_object(self, queryset: Any = None) -> Any:
                return Book.objects.filter(title=self.kwargs["title"]).first()

        for status in (201, 200):
            response = send(Upsert, "PUT", {"title": "Emma", "price": 5}, title="Emma")
            assert (response.status_code, body(response)["title"]) == (status, "Emma")
            assert ("Location" in response.headers) is (status == 201)

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_what_is_not_there_yet_needs_what_the_form_demands(self, method: str) -> None:
        class Upsert(Update):
            def get_object(self, queryset: Any = None) -> Any:
                return Book(pages=7)

        assert errors(send(Upsert, method, {"title": "Emma"})) == [("#/price", "required")]
        response = send(Upsert, method, {"title": "Emma", "price": 5})
        assert (response.status_code, body(response)["pages"]) == (201, 7)

    @pytest.mark.parametrize("content_type", [None, FORM])
    def test_a_form_without_an_object_has_nothing_to_keep(self, content_type: str | None, book: Book) -> None:
        class Rename(Books, JsonResponseMixin, generic.UpdateView):
            fields = None
            form_class = Ask

            def get_form_kwargs(self) -> Any:
                found = super().get_form_kwargs()
                del found["instance"]
                return found

            def form_valid(self, form: Any) -> Any:
                self.object.title = form.cleaned_data["name"]
                self.object.save()
                return HttpResponseRedirect("/")

        def patch(**values: Any) -> Any:
            return send(Rename, "PATCH", urlencode(values) if content_type else values, content_type, pk=book.pk)

        assert body(patch(name="Emma"))["title"] == "Emma"
        assert errors(patch(age=7)) == [("#/name", "required")]
        assert Book.objects.get().title == "Emma"

    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH"])
    def test_what_the_view_keeps_itself(self, method: str, book: Book) -> None:
        class View(Update):
            def kept(self, name: str, make: Any) -> Any:
                if not hasattr(self, name):
                    setattr(self, name, make())
                return getattr(self, name)

            def get_queryset(self) -> Any:
                return self.kept("_queryset", super().get_queryset)

            def get_form_class(self) -> Any:
                return self.kept("_form_class", super().get_form_class)

            def get_form(self, form_class: Any = None) -> Any:
                self.kept("_data", lambda: self.kept("_body", dict))
                return self.kept("_form", super().get_form)

            def get_success_url(self) -> str:
                return str(self.kept("_url", super().get_success_url))

        response = send(View, method, None if method == "GET" else {"title": "Emma", "price": 1}, pk=book.pk)

        assert (response.status_code, body(response)["title"]) == (200, "Emma")

    def test_an_object_that_leaves_the_views_queryset(self, book: Book) -> None:
        view = variant(Update, queryset=Book.objects.filter(title="Emma"))

        response = send(view, "PATCH", {"title": "Persuasion"}, pk=book.pk)

        assert (response.status_code, body(response)["title"]) == (200, "Persuasion")

    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH"])
    @pytest.mark.parametrize("version", [None, "last_login"])
    def test_a_lazy_object(self, method: str, version: str | None, settings: Any) -> None:
        """Such as ``request.user``, whose type is no model."""
        settings.DATABASE_ROUTERS = [Router()]
        user = User.objects.create_user("ada")

        class Profile(JsonResponseMixin, generic.UpdateView):
            fields = ("first_name",)
            json_fields = ("first_name",)
            version_field = version

            def get_object(self, queryset: Any = None) -> Any:
                return SimpleLazyObject(lambda: user)

        shown = send(Profile, "GET", headers={"if_none_match": '"a"'})
        headers = {"if_match": shown.headers["ETag"]} if version and method != "GET" else {}
        response = send(Profile, method, None if method == "GET" else {"first_name": "Ada"}, headers=headers)

        assert response.status_code == 200
        assert body(response) == {"first_name": User.objects.get().first_name}

    def test_the_key_may_change(self) -> None:
        class View(JsonResponseMixin, generic.UpdateView):
            model = Author
            fields = ("name",)
            json_fields = ("id", "name")

            def form_valid(self, form: Any) -> Any:
                form.instance.pk = 99
                return super().form_valid(form)

        author = Author.objects.create(name="a")

        assert body(send(View, "PATCH", {"name": "b"}, pk=author.pk)) == {"id": 99, "name": "b"}

    @pytest.mark.parametrize(("view", "options"), UPDATING)
    def test_form_encodings_work_on_the_same_view(self, view: Any, options: Any, book: Book) -> None:
        assert body(send(view, "POST", "title=a&price=1", FORM, pk=book.pk, **options))["title"] == "a"
        assert body(send(view, "PUT", "title=b&price=1", FORM, pk=book.pk, **options))["title"] == "b"
        assert body(send(view, "PATCH", "title=c", FORM, pk=book.pk, **options))["title"] == "c"
        assert errors(send(view, "PUT", "title=d", FORM, pk=book.pk, **options)) == [("#/price", "required")]
        assert errors(send(view, "PATCH", "price=x", FORM, pk=book.pk, **options)) == [("#/price", "invalid")]

    def test_a_form_encoded_post_is_djangos_own(self) -> None:
        class View(JsonResponseMixin, generic.UpdateView):
            model = Draft
            fields = ("title", "is_open")
            json_fields = ("title", "is_open")

        draft = Draft.objects.create(title="a")

        assert body(send(View, "PATCH", "title=b", FORM, pk=draft.pk)) == {"title": "b", "is_open": True}
        assert body(send(View, "POST", "title=c", FORM, pk=draft.pk)) == {"title": "c", "is_open": False}
        htmx = {"HX_Request": "true"}
        assert body(send(View, "POST", {"title": "d", "is_open": "on"}, pk=draft.pk, headers=htmx)) == {
            "title": "d",
            "is_open": True,
        }
        assert body(send(View, "POST", {"title": "e"}, pk=draft.pk, headers=htmx)) == {"title": "e", "is_open": False}


class TestDelete:
    @pytest.mark.parametrize(("view", "options"), DELETING)
    def test_get_sends_the_object(self, view: Any, options: Any, book: Book) -> None:
        assert send(view, "GET", pk=book.pk, **options).content == gotten(book.pk)

    @pytest.mark.parametrize(("view", "options"), DELETING)
    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    def test_it_deletes(self, view: Any, options: Any, method: str, book: Book) -> None:
        response = send(view, method, pk=book.pk, **options)

        assert (response.status_code, response.content) == (204, b"")
        assert "Content-Type" not in response.headers
        assert not Book.objects.exists()

    @pytest.mark.parametrize(("view", "options"), DELETING)
    def test_it_has_these_methods(self, view: Any, options: Any, book: Book) -> None:
        response = send(view, "PUT", {}, pk=book.pk, **options)

        assert response.status_code == 405
        assert set(response.headers["Allow"].split(", ")) - {"HEAD"} == {"GET", "POST", "DELETE", "OPTIONS"}

    def test_it_takes_no_values(self, book: Book) -> None:
        response = send(Delete, "DELETE", {"title": "Emma", "isbn": 1}, pk=book.pk)

        assert errors(response) == [("#/isbn", "unknown")]
        assert body(response)["errors"][0]["detail"] == "There are no fields."

    def test_it_may_have_none_of_the_methods_that_are_allowed(self, book: Book) -> None:
        response = send(variant(Delete, http_method_names=["patch"]), "PATCH", {}, pk=book.pk)

        assert (response.status_code, response.headers["Allow"]) == (405, "")

    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    def test_what_form_valid_does_counts(self, method: str, book: Book) -> None:
        class Soft(Delete):
            def form_valid(self, form: Any) -> Any:
                Book.objects.update(title="deleted")
                return HttpResponseRedirect("/")

        assert send(Soft, method, pk=book.pk).status_code == 204
        assert Book.objects.get().title == "deleted"

    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    def test_a_form_to_confirm_is_filled_in(self, method: str, book: Book) -> None:
        class Confirm(forms.Form):
            sure = forms.BooleanField()

        view = variant(Delete, form_class=Confirm)

        assert errors(send(view, method, pk=book.pk)) == [("#/sure", "required")]
        assert errors(send(view, method, {"sure": "yes"}, pk=book.pk)) == [("#/sure", "invalid")]
        assert Book.objects.exists()
        assert send(view, method, {"sure": True}, pk=book.pk).status_code == 204

    def test_a_delete_of_its_own_runs(self, book: Book) -> None:
        class Own(Delete):
            def delete(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                Book.objects.update(title="mine")
                return HttpResponseRedirect("/")

        assert send(Own, "DELETE", pk=book.pk).status_code == 204
        assert Book.objects.get().title == "mine"

    def test_without_a_form(self, book: Book) -> None:
        class Plain(Books, JsonResponseMixin, DeletionMixin, generic.DetailView):
            pass

        assert send(Plain, "POST", pk=book.pk).status_code == 204
        assert send(Plain, "DELETE", pk=book.pk).status_code == 404

    @pytest.mark.parametrize(("view", "options"), DELETING)
    @pytest.mark.parametrize("method", ["POST", "DELETE", "GET"])
    def test_an_object_that_is_not_there(self, view: Any, options: Any, method: str) -> None:
        assert send(view, method, pk=1, **options).status_code == 404


class TestFormView:
    @pytest.mark.parametrize("view", [Asking, in_async(Asking), variant(Asking, success_url=None)])
    def test_a_valid_form_has_no_content(self, view: Any) -> None:
        response = send(view, "POST", {"name": "Ann"})

        assert (response.status_code, response.content) == (204, b"")
        assert "Location" not in response.headers

    @pytest.mark.parametrize("view", [Asking, in_async(Asking)])
    def test_an_invalid_form(self, view: Any) -> None:
        assert errors(send(view, "POST", {"name": 5})) == [("#/name", "invalid")]

    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
    def test_it_has_no_other_methods(self, method: str) -> None:
        response = send(Asking, method, {"name": "Ann"})

        assert (response.status_code, response.headers["Allow"]) == (405, "POST, OPTIONS")

    def test_vanilla(self) -> None:
        class View(JsonResponseMixin, vanilla.FormView):
            form_class = Ask

        assert send(View, "POST", {"name": "Ann"}).status_code == 204
        assert errors(send(View, "POST", {"name": ""})) == [("#/name", "required")]
        assert send(View, "GET").status_code == 405

    def test_what_the_form_has_cleaned(self) -> None:
        class View(Asking):
            def form_valid(self, form: Any) -> Any:
                return self.render_json_response(form.cleaned_data, status=202)

        response = send(View, "POST", {"name": "Ann"})

        assert (response.status_code, body(response)) == (202, {"name": "Ann", "age": 5})

    def test_a_response_of_another_kind_is_sent(self) -> None:
        view = variant(Asking, form_valid=lambda self, form: HttpResponse("Done.", status=202))

        assert send(view, "POST", {"name": "Ann"}).content == b"Done."

    def test_a_detail_view_with_a_form(self, book: Book) -> None:
        class View(Books, JsonResponseMixin, FormMixin, generic.DetailView):
            form_class = Ask

            def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                self.object = self.get_object()
                form = self.get_form()
                return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

        assert send(View, "GET", pk=book.pk).content == gotten(book.pk)
        assert send(View, "POST", {"name": "Ann"}, pk=book.pk).status_code == 204
        assert errors(send(View, "POST", {}, pk=book.pk)) == [("#/name", "required")]

    def test_a_view_that_shows_the_invalid_form_by_itself(self) -> None:
        class View(Asking):
            def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                form = self.get_form()
                if form.is_valid():
                    return self.form_valid(form)
                return self.render_to_response(self.get_context_data(form=form))

        assert errors(send(View, "POST", {})) == [("#/name", "required")]

    @pytest.mark.parametrize("answer", [HttpResponse("Oh."), HttpResponseRedirect("/again/")])
    def test_an_invalid_form_is_no_success_whatever_is_answered(self, answer: Any) -> None:
        assert errors(send(variant(Asking, form_invalid=lambda self, form: answer), "POST", {})) == [
            ("#/name", "required")
        ]

    def test_a_refusal_of_its_own_is_sent(self) -> None:
        view = variant(Asking, form_invalid=lambda self, form: HttpResponse("Oh.", status=400))

        assert send(view, "POST", {}).content == b"Oh."
        view = variant(Asking, form_invalid=lambda self, form: self.render_json_response({"a": 1}, status=409))
        assert body(send(view, "POST", {})) == {"a": 1}
        view = variant(Asking, form_invalid=lambda self, form: self.render_to_response({}, status=400))
        assert send(view, "POST", {}).status_code == 400


class TestLogin:
    @pytest.fixture
    def user(self) -> User:
        return User.objects.create_user("ann", password="secret")

    def request(self, value: Any, path: str = "/") -> Any:
        from django.contrib.sessions.backends.db import SessionStore

        request: Any = RequestFactory().generic("POST", path, json.dumps(value).encode(), "application/json")
        request.user = AnonymousUser()
        request.session = SessionStore()
        request._dont_enforce_csrf_checks = True
        return request

    def test_login(self, user: User) -> None:
        class Login(JsonResponseMixin, auth_views.LoginView):
            pass

        request = self.request({"username": "ann", "password": "secret"})
        response = Login.as_view()(request)

        assert (response.status_code, response.content, request.user) == (204, b"", user)
        assert errors(Login.as_view()(self.request({"username": "ann", "password": "x"}))) == [("#", "invalid_login")]
        assert errors(Login.as_view()(self.request({"username": ["ann"]}))) == [
            ("#/username", "invalid"),
            ("#/password", "required"),
        ]
        assert send(Login, "GET", user=AnonymousUser()).status_code == 405

    def test_who_is_logged_in_may_log_in_again(self, user: User) -> None:
        class Login(JsonResponseMixin, auth_views.LoginView):
            redirect_authenticated_user = True

        class Elsewhere(Login):
            next_page = "/elsewhere/"

        other = User.objects.create_user("bob", password="hidden")
        for view in (Login, Elsewhere):
            request = self.request({"username": "bob", "password": "hidden"})
            request.user = user
            response = view.as_view()(request)
            assert (response.status_code, response.content, request.user) == (204, b"", other)

            request = self.request({"username": "bob", "password": "x"})
            request.user = user
            assert errors(view.as_view()(request)) == [("#", "invalid_login")]
            assert request.user == user
            assert send(view, "GET", user=user).status_code == 405
        assert Login.redirect_authenticated_user is True

    def test_logout(self, user: User) -> None:
        class Logout(JsonResponseMixin, auth_views.LogoutView):
            pass

        class Elsewhere(Logout):
            next_page = "/elsewhere/"

        for view in (Logout, Elsewhere):
            request = self.request({})
            request.user = user
            response = view.as_view()(request)

            assert (response.status_code, response.content, request.user) == (204, b"", AnonymousUser())
        assert send(Logout, "GET").headers["Allow"] == "POST, OPTIONS"

    def test_a_link_to_reset_a_password(self, user: User) -> None:
        class Reset(JsonResponseMixin, auth_views.PasswordResetConfirmView):
            success_url = "/done/"

        def write(uid: str, token: str) -> Any:
            request = self.request({"new_password1": "a new password", "new_password2": "a new password"})
            request.session["_password_reset_token"] = default_token_generator.make_token(user)
            return Reset.as_view()(request, uidb64=uid, token=token)

        uid = urlsafe_base64_encode(str(user.pk).encode())
        for refused in (write("x", "set-password"), write(uid, "1-2")):
            assert (refused.status_code, refused.headers["Content-Type"]) == (403, "application/problem+json")
            user.refresh_from_db()
            assert user.check_password("secret")

        assert write(uid, "set-password").status_code == 204
        user.refresh_from_db()
        assert user.check_password("a new password")

    def test_a_view_that_shows_a_page_before_its_handler(self) -> None:
        class Closed(JsonResponseMixin, generic.FormView):
            form_class = forms.Form
            status: int | None = None

            def dispatch(self, *args: Any, **kwargs: Any) -> Any:
                return self.render_to_response({"closed": True}, status=self.status)

        assert body(send(Closed, "GET")) == {"closed": True}
        assert send(Closed, "POST", {}).status_code == 403
        response = send(type("V", (Closed,), {"status": 409}), "POST", {})
        assert (response.status_code, body(response)) == (409, {"closed": True})

    def test_failed_logins_are_counted(self, user: User) -> None:
        from django.contrib.auth.signals import user_login_failed

        class Login(JsonResponseMixin, auth_views.LoginView):
            pass

        def count(**kwargs: Any) -> None:
            Author.objects.create(name="failed")

        user_login_failed.connect(count)
        try:
            Login.as_view()(self.request({"username": "ann", "password": "x"}))
        finally:
            user_login_failed.disconnect(count)
        assert Author.objects.count() == 1


class TestOrder:
    def test_a_body_is_read_after_access_mixins(self) -> None:
        class View(Books, JsonResponseMixin, LoginRequiredMixin, generic.CreateView):
            raise_exception = True

        class Closed(Create):
            def dispatch(self, *args: Any, **kwargs: Any) -> Any:
                raise PermissionDenied

        for content, content_type in ((b"{", "application/json"), (b"x", "text/plain"), (b"x", MULTIPART_CONTENT)):
            assert send(View, "POST", content, content_type, user=AnonymousUser()).status_code == 401
            assert send(Closed, "POST", content, content_type).status_code == 403

    def test_an_object_that_is_not_there_goes_before_the_body(self) -> None:
        assert send(Update, "PUT", b"{", "application/json", pk=1).status_code == 404

    @pytest.mark.parametrize(
        ("content", "content_type", "status"),
        [(b"{", "application/json", 400), (b"[]", "application/json", 422), (b"{}", "text/plain", 415)],
    )
    @pytest.mark.parametrize("view", [Create, in_async(Create), VanillaCreate])
    def test_a_body_that_cannot_be_read_is_a_problem(
        self, view: Any, content: bytes, content_type: str, status: int
    ) -> None:
        response = send(view, "POST", content, content_type)

        assert (response.status_code, body(response)["status"]) == (status, status)

    def test_errors_of_setup_are_problems(self) -> None:
        class View(Create):
            def setup(self, *args: Any, **kwargs: Any) -> None:
                super().setup(*args, **kwargs)
                raise Http404

        assert body(send(View, "POST", {}))["status"] == 404


class TestForm:
    def test_forms_and_arguments_of_the_views_own(self) -> None:
        class Own(forms.ModelForm):
            prefix = "book"

            class Meta:
                model = Book
                fields = ("title", "price")

            def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                self.user = user
                self.fields["title"].required = not self.data.get("book-price")

            def clean_title(self) -> str:
                return f"{self.cleaned_data['title']} of {self.user}"

        class View(Books, JsonResponseMixin, generic.CreateView):
            fields = None
            form_class = Own

            def get_form_kwargs(self) -> Any:
                return super().get_form_kwargs() | {"user": "Ann"}

        assert body(send(View, "POST", {"title": "Emma", "price": 1}))["title"] == "Emma of Ann"
        assert errors(send(View, "POST", {})) == [("#/title", "required"), ("#/price", "required")]

    @pytest.mark.undescribed
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
    def test_form_valid_reads_the_request(self, method: str, book: Book) -> None:
        class View(Update):
            def form_valid(self, form: Any) -> Any:
                return self.render_json_response([self.request.POST["title"], len(self.request.FILES)])

        assert body(send(View, method, {"title": "Emma", "price": 1}, pk=book.pk)) == ["Emma", 0]

    def test_get_form_of_the_views_own(self) -> None:
        class View(Create):
            def get_form(self, form_class: Any = None) -> Any:
                form = super().get_form(form_class)
                form.fields["extra"] = forms.IntegerField()
                form.fields["title"].disabled = True
                form.instance.title = "Fixed"
                form.initial["title"] = "Fixed"
                return form

        assert errors(send(View, "POST", {"title": "Emma", "price": 1})) == [("#/extra", "required")]
        assert body(send(View, "POST", {"title": "Emma", "price": 1, "extra": 3}))["title"] == "Fixed"

    def test_a_form_that_the_view_makes_from_the_request(self) -> None:
        class View(Create):
            def get_form(self, form_class: Any = None) -> Any:
                return self.get_form_class()(self.request.POST, self.request.FILES)

        assert body(send(View, "POST", {"title": "Emma", "price": 1}))["title"] == "Emma"
        assert errors(send(View, "POST", {"title": 5, "price": 1})) == [("#/title", "invalid")]

    def test_arguments_that_the_view_makes_from_the_request(self) -> None:
        class View(Create):
            def get_form_kwargs(self) -> Any:
                return {"data": self.request.POST, "files": self.request.FILES}

        assert body(send(View, "POST", {"title": "Emma", "price": 1}))["title"] == "Emma"

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
    def test_a_form_class_for_get_form(self, method: str, book: Book) -> None:
        class View(Update):
            def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                self.object = self.get_object()
                form = self.get_form(self.get_form_class())
                return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

        assert body(send(View, method, {"title": "x", "price": 1}, pk=book.pk))["title"] == "x"

    @pytest.mark.parametrize("method", ["POST", "PUT"])
    def test_a_formset_cannot_be_filled_in(self, method: str, book: Book) -> None:
        formset = modelformset_factory(Book, fields=("title",))

        class View(Update):
            def get_form(self, form_class: Any = None) -> Any:
                return formset()

        with pytest.raises(ImproperlyConfigured) as caught:
            send(View, method, {}, pk=book.pk)
        assert str(caught.value) == (
            "View.get_form() makes a formset. JsonResponseMixin fills in a form, not a formset. Use a view with one "
            f"form, or read the request in View.{method.lower()}()."
        )

    @pytest.mark.parametrize("method", ["POST", "PUT"])
    @pytest.mark.parametrize("content_type", ["application/json", FORM])
    @pytest.mark.parametrize(
        ("base", "factory"),
        [
            (extra_views.ModelFormSetView, "construct_formset"),
            (extra_views.InlineFormSetView, "construct_formset"),
            (extra_views.CreateWithInlinesView, "construct_inlines"),
            (extra_views.UpdateWithInlinesView, "construct_inlines"),
        ],
    )
    def test_nor_can_formsets_of_extra_views(self, base: Any, factory: str, content_type: str, method: str) -> None:
        class Titles(extra_views.InlineFormSetFactory):
            model = Book
            fields = ("title", "price")

        class View(JsonResponseMixin, base):
            model = Publisher
            inline_model = Book
            inlines = [Titles]
            fields = ("name", "city") if base is not extra_views.InlineFormSetView else ("title",)
            json_fields = ("name",)
            success_url = "/"

        publisher = Publisher.objects.create(name="Murray", city="London")
        content = b'{"name": "x", "city": "y"}' if content_type != FORM else b"name=x&city=y"

        with pytest.raises(ImproperlyConfigured, match=rf"^View\.{factory}\(\) makes a formset\."):
            send(View, method, content, content_type, pk=publisher.pk)
        assert Publisher.objects.get().name == "Murray"
        if base is not extra_views.CreateWithInlinesView:
            assert send(View, "GET", pk=publisher.pk).status_code == 200

    def test_messages_are_in_the_users_language(self) -> None:
        with translation.override("de"):
            response = send(Create, "POST", {"title": "x"})

        assert body(response)["errors"][0]["detail"] == "Dieses Feld ist zwingend erforderlich."

    def test_choices_of_rows_ask_for_a_key(self) -> None:
        view = variant(Create, fields=FIELDS)
        publisher = Publisher.objects.create(name="Murray")

        response = send(view, "POST", {"title": "a", "price": 1, "publisher": {"id": publisher.pk}, "authors": [True]})

        assert errors(response) == [("#/publisher", "invalid"), ("#/authors/0", "invalid")]
        assert body(response)["errors"][0]["detail"] == "Send the key of publisher, such as 3."

    def test_another_encoder_says_what_get_sends(self) -> None:
        class Encoder(json.JSONEncoder):
            def default(self, o: Any) -> Any:
                return o.isoformat() if isinstance(o, datetime.datetime) else super().default(o)

        class View(JsonResponseMixin, generic.UpdateView):
            model = Draft
            fields = ("created",)
            json_fields = ("created",)

        for attributes in (
            {"json_encoder_class": Encoder},
            {"json_dumps_kwargs": {"default": lambda value: value.isoformat()}},
            {},
        ):
            Draft.objects.all().delete()
            draft = Draft.objects.create(title="a")
            view = variant(View, **attributes)
            before = gotten(draft.pk, view)
            assert send(view, "PUT", before, "application/json", pk=draft.pk).content == before
            draft.refresh_from_db()
            assert draft.created.microsecond == 678901


class TestStatus:
    """With StatusResponseMixin, left and right."""

    @pytest.fixture(params=["left", "right"])
    def mixed(self, request: Any) -> Any:
        def mixed(*bases: Any, **attributes: Any) -> Any:
            mixins = (StatusResponseMixin, JsonResponseMixin)
            return type(
                "V", (*bases[:-1], *(mixins if request.param == "left" else mixins[::-1]), bases[-1]), attributes
            )

        return mixed

    def test_its_statuses_are_those_of_the_outcomes(self, mixed: Any, book: Book) -> None:
        create = mixed(
            Books, generic.CreateView, status_codes={"created": 202, "form_invalid": 400}, location="/jobs/1/"
        )
        update = mixed(Books, generic.UpdateView, status_codes={"form_valid": 202})
        delete = mixed(Books, generic.DeleteView, status_codes={"deleted": 200})

        response = send(create, "POST", {"title": "a", "price": 1})
        assert (response.status_code, response.headers["Location"], body(response)["title"]) == (202, "/jobs/1/", "a")
        response = send(create, "POST", {})
        assert (response.status_code, body(response)["status"], len(body(response)["errors"])) == (400, 400, 2)
        assert send(update, "PATCH", {"title": "x"}, pk=book.pk).status_code == 202
        assert send(delete, "DELETE", pk=book.pk).status_code == 200

    def test_without_statuses_nothing_changes(self, mixed: Any, book: Book) -> None:
        create, update = mixed(Books, generic.CreateView), mixed(Books, generic.UpdateView)

        response = send(create, "POST", {"title": "a", "price": 1})
        assert (response.status_code, response.headers["Location"]) == (201, f"/books/{body(response)['id']}/")
        assert send(update, "PUT", {"title": "a", "price": 1}, pk=book.pk).status_code == 200
        assert errors(send(create, "POST", {})) == [("#/title", "required"), ("#/price", "required")]

    @pytest.mark.parametrize("status", [200, 201, 202, 204, 303])
    @pytest.mark.parametrize("key", ["status_code", "post", "form_valid", "created"])
    def test_an_invalid_form_is_never_a_success(self, mixed: Any, status: int, key: str) -> None:
        codes = {"status_code": status} if key == "status_code" else {"status_codes": {key: status}}
        view = (
            mixed(Books, generic.CreateView, location="/", **codes)
            if status in (201, 202, 303)
            else mixed(Books, generic.CreateView, **codes)
        )

        assert errors(send(view, "POST", {})) == [("#/title", "required"), ("#/price", "required")]
        assert errors(send(view, "POST", {"title": "a", "price": "x"})) == [("#/price", "invalid")]

    @pytest.mark.parametrize("status", [204, 205])
    def test_a_status_without_content(self, mixed: Any, status: int) -> None:
        view = mixed(Books, generic.CreateView, status_codes={"form_valid": status})

        response = send(view, "POST", {"title": "a", "price": 1})

        assert (response.status_code, response.content) == (status, b"")

    def test_a_redirect(self, mixed: Any) -> None:
        view = mixed(Books, generic.CreateView, status_codes={"created": 303})

        response = send(view, "POST", {"title": "a", "price": 1})

        assert (response.status_code, response.headers["Location"]) == (303, f"/books/{Book.objects.get().pk}/")

    def test_a_redirect_needs_a_url(self, mixed: Any) -> None:
        view = mixed(generic.CreateView, model=Publisher, fields=("name", "city"), status_codes={"created": 303})

        with pytest.raises(ImproperlyConfigured, match="No URL to redirect to"):
            send(view, "POST", {"name": "a", "city": "b"})
        assert not Publisher.objects.exists()

    def test_arguments_of_a_status(self, mixed: Any) -> None:
        view = mixed(Books, generic.CreateView, status_codes={"form_invalid": 429}, retry_after=5)

        response = send(view, "POST", {})

        assert (response.status_code, response.headers["Retry-After"]) == (429, "5")
        assert len(body(response)["errors"]) == 2

    def test_without_fields(self, mixed: Any) -> None:
        view = mixed(generic.CreateView, model=Book, fields=("title", "price"), status_codes={"created": 201})

        response = send(view, "POST", {"title": "a", "price": 1})

        assert (response.status_code, response.content) == (201, b"")
        assert response.headers["Location"] == f"/books/{Book.objects.get().pk}/"

    @pytest.mark.parametrize("base", [generic.UpdateView, vanilla.UpdateView])
    def test_statuses_of_methods_that_the_mixin_adds(self, mixed: Any, base: Any, book: Book) -> None:
        view = mixed(Books, base, status_codes={"patch": 202, "put": 200})

        assert send(view, "PATCH", {"title": "x"}, pk=book.pk).status_code == 202
        assert send(view, "PUT", {"title": "x", "price": 1}, pk=book.pk).status_code == 200

    def test_form_view(self, mixed: Any) -> None:
        view = mixed(generic.FormView, form_class=Ask, status_codes={"form_valid": 202, "form_invalid": 409})

        assert send(view, "POST", {"name": "a"}).status_code == 202
        assert send(view, "POST", {}).status_code == 409


@pytest.mark.parametrize("make", [lambda view: view, in_async])
@pytest.mark.parametrize(("view", "method", "status"), [(Update, "PATCH", 200), (Delete, "DELETE", 204)])
def test_arguments_of_the_url_may_have_any_name(make: Any, view: Any, method: str, status: int, book: Book) -> None:
    names = dict.fromkeys(("name", "handler", "step", "method", "dispatch"), "a")

    assert send(make(view), method, {}, pk=book.pk, **names).status_code == status


class TestViewsOfOtherKinds:
    @pytest.mark.parametrize("base", [generic.DetailView, vanilla.DetailView])
    def test_a_detail_view_with_an_action(self, base: Any, book: Book) -> None:
        class Publish(Books, JsonResponseMixin, base):
            def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                self.object = self.get_object()
                self.object.pages += 1
                self.object.save()
                return self.render_to_response(self.get_context_data(object=self.object))

        assert body(send(Publish, "POST", pk=book.pk))["pages"] == 1

    def test_put_of_django_in_a_thread_calls_the_async_post(self) -> None:
        publisher = Publisher.objects.create(name="Ace")

        class V(JsonResponseMixin, generic.UpdateView):
            model = Publisher
            fields = ("name", "city")
            json_fields = ("name", "city")

            async def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                return await sync_to_async(super().get)(request, *args, **kwargs)

            async def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                return await sync_to_async(super().post)(request, *args, **kwargs)

            async def put(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                return await sync_to_async(super().put)(request, *args, **kwargs)

        response = send(V, "PUT", {"name": "Ace", "city": "Rome"}, pk=publisher.pk)

        assert (response.status_code, body(response)) == (200, {"name": "Ace", "city": "Rome"})

    def test_a_form_that_get_reads_keeps_its_answers(self) -> None:
        class V(JsonResponseMixin, StatusResponseMixin, generic.View):
            status_codes = {"form_valid": 303}

            def get(self, request: Any) -> Any:
                return self.form_valid(None)

            def form_valid(self, form: Any) -> Any:
                return HttpResponseRedirect(self.get_success_url())

            def get_success_url(self) -> str:
                return "/done/"

        class Lost(V):
            def get_success_url(self) -> str:
                raise ImproperlyConfigured("There is no URL.")

        response = send(V, "GET")

        assert (response.status_code, response.headers["Location"]) == (303, "/done/")
        with pytest.raises(ImproperlyConfigured, match=r"^There is no URL\.$"):
            send(Lost, "GET")
