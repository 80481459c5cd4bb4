"""Every view with a form, with every method and every kind of body: the status, the problem and what is saved."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import pytest
import vanilla
from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.views import generic
from django.views.generic.edit import FormMixin
from neapolitan.views import CRUDView, Role

from django_extras.test import assert_valid_response
from django_extras.views import JsonResponseMixin, StatusResponseMixin
from tests.models import Author, Book, Publisher
from tests.views.writing import FORM, in_async, send

pytestmark = pytest.mark.django_db

#: The size that a body may have, in bytes.
LIMIT = 20_000

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class Fields:
    """What the views show and ask."""

    model = Book
    fields = ("title", "price", "publisher", "authors")
    json_fields: Any = ("id", "title", "price", "publisher", "authors")
    raise_exception = True


class Ask(forms.Form):
    title = forms.CharField(max_length=200)
    price = forms.DecimalField(max_digits=8, decimal_places=2)
    publisher = forms.ModelChoiceField(Publisher.objects, required=False)
    authors = forms.ModelMultipleChoiceField(Author.objects)


KINDS: dict[str, dict[str, Any]] = {
    "create": {"django": generic.CreateView, "vanilla": vanilla.CreateView, "neapolitan": Role.CREATE},
    "update": {"django": generic.UpdateView, "vanilla": vanilla.UpdateView, "neapolitan": Role.UPDATE},
    "delete": {"django": generic.DeleteView, "vanilla": vanilla.DeleteView, "neapolitan": Role.DELETE},
    "form": {"django": generic.FormView, "vanilla": vanilla.FormView},
}

#: What each kind of view takes, beside OPTIONS.
TAKES = {
    "create": {"POST"},
    "update": {"GET", "HEAD", "POST", "PUT", "PATCH"},
    "delete": {"GET", "HEAD", "POST", "DELETE"},
    "form": {"POST"},
}


class Sent(NamedTuple):
    """A body, what it is, and where a form finds fault with it: None if no form sees it."""

    content: bytes
    content_type: str
    status: int
    pointers: set[str] | None = None


def bodies(publisher: Publisher, author: Author) -> dict[str, Sent]:
    valid = {"title": "New", "price": "7.50", "publisher": publisher.pk, "authors": [author.pk]}

    def changed(**values: Any) -> bytes:
        return json.dumps(valid | values).encode()

    plain = "application/json"
    return {
        "valid": Sent(changed(), plain, 200),
        "numbers": Sent(changed(price=7.5, publisher=str(publisher.pk)), "application/vnd.api+json", 200),
        "no relation": Sent(changed(publisher=None), plain, 200),
        "urlencoded": Sent(f"title=New&price=7.50&publisher={publisher.pk}&authors={author.pk}".encode(), FORM, 200),
        "invalid": Sent(changed(title="", price="x"), plain, 422, {"#/title", "#/price"}),
        "invalid form": Sent(
            f"title=&price=x&publisher={publisher.pk}&authors=0".encode(),
            FORM,
            422,
            {"#/title", "#/price", "#/authors"},
        ),
        "null": Sent(changed(title=None, authors=None), plain, 422, {"#/title", "#/authors"}),
        "list for a scalar": Sent(changed(title=["a"], price=[]), plain, 422, {"#/title", "#/price"}),
        "scalar for a list": Sent(changed(authors=author.pk), plain, 422, {"#/authors"}),
        "object for a key": Sent(changed(publisher={"id": publisher.pk}), plain, 422, {"#/publisher"}),
        "wrong item": Sent(changed(authors=[author.pk, True, {}]), plain, 422, {"#/authors/1", "#/authors/2"}),
        "huge numbers": Sent(
            b'{"title": "a", "price": 1' + b"0" * 5000 + b', "publisher": 1' + b"0" * 30 + b', "authors": [1e400]}',
            plain,
            422,
            {"#/price", "#/publisher", "#/authors/0"},
        ),
        "boolean": Sent(changed(title=True, price=False), plain, 422, {"#/title", "#/price"}),
        "unknown key": Sent(changed(isbn=1, **{"a/b": 2}), plain, 422, {"#/isbn", "#/a~1b"}),
        "nothing": Sent(b"{}", plain, 422, {"#/title", "#/price", "#/publisher", "#/authors"}),
        "list": Sent(b'[{"title": "a"}]', plain, 422, {"#"}),
        "text": Sent(b'"title"', plain, 422, {"#"}),
        "malformed": Sent(b'{"title": "New', plain, 400),
        "twice": Sent(b'{"title": "a", "title": "b"}', plain, 400),
        "nan": Sent(b'{"title": NaN}', plain, 400),
        "surrogate": Sent(b'{"title": "\\ud800"}', plain, 400),
        "deep": Sent(b'{"title": ' + b"[" * 5000 + b"]" * 5000 + b"}", plain, 400),
        "binary": Sent(b"\xff\xfe", plain, 400),
        "broken upload": Sent(b"--x\r\n", "multipart/form-data", 400),
        "too large": Sent(b'{"title": "' + b"x" * LIMIT + b'"}', plain, 413),
        "too large form": Sent(b"title=" + b"x" * LIMIT, FORM, 413),
        "text/plain": Sent(changed(), "text/plain", 415),
        "no type": Sent(changed(), "", 415),
    }


def views() -> Iterator[Any]:
    """Yield each view, and the name of its kind."""
    for kind, packages in KINDS.items():
        for package, base in packages.items():
            for statuses, is_async in product(("without", "left", "right"), (False, True)):
                if package == "neapolitan" and is_async:
                    continue  # it has no async views
                mixins = {
                    "without": (JsonResponseMixin,),
                    "left": (StatusResponseMixin, JsonResponseMixin),
                    "right": (JsonResponseMixin, StatusResponseMixin),
                }[statuses]
                options = {"role": base} if package == "neapolitan" else {}
                bases = (Fields, *mixins, LoginRequiredMixin, CRUDView if package == "neapolitan" else base)
                view: Any = type("View", bases, {"form_class": Ask, "fields": None} if kind == "form" else {})
                # They all run on PostgreSQL and MariaDB, and where everything runs.
                is_sample = (package == "django") is not is_async and statuses == ("left" if is_async else "right")
                yield pytest.param(
                    kind,
                    in_async(view) if is_async else view,
                    options,
                    id=f"{kind}-{package}-{statuses}-{'async' if is_async else 'sync'}",
                    marks=() if is_sample or connection.vendor != "sqlite" else pytest.mark.slow,
                )


@pytest.fixture
def book() -> Book:
    book = Book.objects.create(title="Old", price=5, publisher=Publisher.objects.create(name="Murray"))
    book.authors.add(Author.objects.create(name="Jane"))
    return book


def state() -> Any:
    return sorted(
        (book.pk, book.title, str(book.price), book.publisher_id, sorted(book.authors.values_list("pk", flat=True)))
        for book in Book.objects.all()
    )


def expected(kind: str, method: str, name: str, sent: Sent) -> tuple[int, set[str] | None]:
    """Return the status that a view answers, and the pointers of its problem."""
    if method == "OPTIONS":
        return 200, None
    if method not in TAKES[kind]:
        return 405, None
    if method in ("GET", "HEAD"):
        return 200, None
    status, pointers = sent.status, sent.pointers
    if kind == "delete":
        return _expected_of_deletion(name, sent)
    if name == "nothing":
        # PUT, and POST to an object, ask for all there is. The others ask for what the form demands.
        if method == "PATCH":
            return 200, None
        if kind == "form":
            pointers = {"#/title", "#/price", "#/authors"}
    if name == "no relation" and kind != "form":
        return 422, {"#/publisher"}  # the model's form demands one
    if status == 200:
        return {"create": 201, "update": 200, "form": 204}[kind], None
    return status, pointers


def _expected_of_deletion(name: str, sent: Sent) -> tuple[int, set[str] | None]:
    """A deletion has a form without fields: it takes nothing, but ignores what GET sends."""
    if name in ("list", "text"):
        return 422, {"#"}
    if name == "unknown key":
        return 422, {"#/isbn", "#/a~1b"}
    return (204, None) if sent.status in (200, 422) else (sent.status, None)


@pytest.mark.parametrize(("kind", "view", "options"), list(views()))
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("is_known", [True, False])
def test_each_view_with_each_body(
    kind: str, view: Any, options: Any, method: str, is_known: bool, book: Book, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = LIMIT
    user = User(username="ann") if is_known else AnonymousUser()
    author = book.authors.get()
    before = state()
    has_form = kind != "delete" or issubclass(view, FormMixin)
    for name, sent in bodies(book.publisher, author).items():
        if not is_known and name not in ("valid", "malformed", "too large", "text/plain"):
            continue
        keys = {} if kind in ("create", "form") else {"pk": book.pk}
        response = send(view, method, sent.content, sent.content_type, user=user, options=options, **keys)

        if not is_known:
            # Nothing is read, not even which methods there are.
            assert (name, response.status_code, state() == before) == (name, 401, True)
            continue
        status, pointers = expected(kind, method, name, sent)
        if method in ("POST", "DELETE") and not has_form:
            status, pointers = 204, None
        if method == "HEAD" and issubclass(view, CRUDView):
            status = 405  # it has no such method
        assert (name, response.status_code) == (name, status), response.content
        assert_valid_response(response)
        if status >= 400:
            problem = json.loads(response.content)
            assert response.headers["Content-Type"] == "application/problem+json"
            assert problem["status"] == status
            found = None if pointers is None else {error["pointer"] for error in problem["errors"]}
            assert (name, found) == (name, pointers)
        if status in (200, 201) and method not in ("OPTIONS", "HEAD"):
            shown = json.loads(response.content)
            saved = Book.objects.get(pk=shown["id"])
            assert (shown["title"], shown["price"]) == (saved.title, str(saved.price))
        changes = status < 300 and method not in ("GET", "HEAD", "OPTIONS") and kind != "form"
        changes = changes and (method, name) != ("PATCH", "nothing")
        assert (name, state() != before) == (name, changes)
        if changes:
            Book.objects.all().delete()
            book.save(force_insert=True)
            book.authors.set([author])
            assert state() == before
