"""Two requests at the same time, on a database that has more than one connection."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, close_old_connections, connection, connections, transaction
from django.http import HttpResponse, HttpResponseServerError
from django.test import Client
from django.urls import path
from django.views import generic

from django_extras.views import JsonResponseMixin
from tests.entries import Draft
from tests.models import Author, Book
from tests.views.writing import body, errors, send

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="In memory, it has one connection."),
]

CONFLICT = "Another request has written at the same time. Send yours again."


class Create(JsonResponseMixin, generic.CreateView):
    """A view whose requests have all validated their forms before the first of them saves."""

    model = Draft
    fields = ("title", "slug")
    json_fields = ("title", "slug")
    validated: threading.Barrier

    def form_valid(self, form: Any) -> Any:
        self.validated.wait(timeout=10)
        return super().form_valid(form)


class Update(JsonResponseMixin, generic.UpdateView):
    """A view that saves, and then does what a test wants."""

    model = Draft
    fields = ("title",)
    json_fields = ("title",)
    after: Callable[[Draft], None]

    def form_valid(self, form: Any) -> Any:
        response = super().form_valid(form)
        self.after(form.instance)
        return response


class Late(Update):
    """A view whose requests all have got the row before the first of them saves."""

    got: threading.Barrier

    def form_valid(self, form: Any) -> Any:
        self.got.wait(timeout=10)
        return generic.UpdateView.form_valid(self, form)


class Count(JsonResponseMixin, generic.CreateView):
    """A view that depends on what all others have written, and answers before any of two has committed."""

    model = Draft
    fields = ("title", "slug")
    json_fields = ("title", "slug")
    answered = threading.Barrier(2)

    def form_valid(self, form: Any) -> Any:
        form.instance.rank = Draft.objects.count()
        return super().form_valid(form)

    def dispatch(self, *args: Any, **kwargs: Any) -> Any:
        response = super().dispatch(*args, **kwargs)
        self.answered.wait(timeout=10)
        return response


urlpatterns = [path("", Count.as_view())]


def create(slug: str) -> Any:
    client = Client(raise_request_exception=False, headers={"Accept": "application/json"})
    return client.post("/", {"title": slug, "slug": slug}, "application/json")


def at_once(*requests: Callable[[], Any], around: Any = nullcontext) -> list[Any]:
    """Return what each of the functions returns, each in a thread of its own, by status."""
    found: list[Any] = []

    def run(request: Callable[[], Any]) -> None:
        try:
            with around():
                response = request()
            found.append(response)
        except OperationalError:
            # The commit of what is around can be the first to find out. No view answers then.
            found.append(HttpResponseServerError())
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found, key=lambda response: response.status_code)


def is_lost_at_commit(response: Any, level: str, around: Any) -> bool:
    """Tell whether the commit of what is around a view has failed, which only one isolation level allows."""
    is_lost: bool = response.status_code == 500
    assert not is_lost or (level, around) == ("serializable", transaction.atomic)
    return is_lost


def isolations() -> Iterator[Any]:
    """Have the connections of other threads see what others have saved meanwhile, or not, and return what is around.

    That is nothing, or a transaction, as there is one under ATOMIC_REQUESTS.
    """
    for level in ("read committed", "repeatable read", "serializable"):
        with options_of_others(OPTIONS={"isolation_level": _level(level)}):
            for around in (nullcontext, transaction.atomic):
                yield level, around
                Draft.objects.all().delete()


@contextmanager
def options_of_others(**options: Any) -> Iterator[None]:
    """Have the connections of other threads use other settings."""
    found = connections.settings["default"]
    before = dict(found)
    found |= options | {"OPTIONS": found.get("OPTIONS", {}) | options["OPTIONS"]}
    try:
        yield
    finally:
        found.clear()
        found.update(before)


def _level(name: str) -> Any:
    if connection.vendor != "postgresql":
        return name
    from django.db.backends.postgresql.psycopg_any import IsolationLevel

    return IsolationLevel[name.upper().replace(" ", "_")]


def creating(count: int) -> list[Callable[[], Any]]:
    view = type("V", (Create,), {"validated": threading.Barrier(count)})
    return [partial(send, view, "POST", {"title": f"Draft {number}", "slug": "same"}) for number in range(count)]


def drafts(*slugs: str) -> list[Draft]:
    # Several that are closed may have the same title.
    return [Draft.objects.create(title=slug, slug=slug, is_open=False) for slug in slugs]


@pytest.mark.parametrize("count", [2, 5])
def test_one_of_those_who_create_the_same_wins(count: int) -> None:
    won, *lost = at_once(*creating(count))

    assert (won.status_code, body(won)["slug"]) == (201, "same")
    assert [errors(response) for response in lost] == [[("#/slug", "unique")]] * (count - 1)
    assert Draft.objects.count() == 1


def test_one_wins_that_sees_nothing_of_the_other() -> None:
    for level, around in isolations():
        won, lost = at_once(*creating(2), around=around)

        assert (won.status_code, body(won)["slug"]) == (201, "same")
        if is_lost_at_commit(lost, level, around):
            assert connection.vendor == "postgresql"
        elif lost.status_code == 422:
            assert errors(lost) == [("#/slug", "unique")]
        else:  # who sees nothing of the winner cannot tell the field
            assert (lost.status_code, body(lost)["detail"]) == (409, CONFLICT)
        if level == "read committed":
            assert lost.status_code == 422
        if (connection.vendor, level, around) == ("postgresql", "repeatable read", transaction.atomic):
            assert lost.status_code == 409
        assert Draft.objects.count() == 1


def test_one_of_those_who_change_the_same_wins() -> None:
    for level, around in isolations():
        [draft] = drafts("a")
        view = type("V", (Late,), {"got": threading.Barrier(2)})

        won, other = at_once(
            *(partial(send, view, "PATCH", {"title": title}, pk=draft.pk) for title in "xy"), around=around
        )

        assert won.status_code == 200
        if other.status_code != 200 and not is_lost_at_commit(other, level, around):
            assert level != "read committed"
            assert (other.status_code, body(other)["detail"]) == (409, CONFLICT)
            assert Draft.objects.get().title == body(won)["title"]


@pytest.mark.skipif(connection.vendor == "mysql", reason="Its INSERT IGNORE leaves such rows out, without an error.")
def test_rows_of_a_relation_that_are_deleted_meanwhile() -> None:
    kept, deleted = (Author.objects.create(name=name) for name in "ab")

    class Late(JsonResponseMixin, generic.CreateView):
        model = Book
        fields = ("title", "price", "authors")

        def form_valid(self, form: Any) -> Any:
            at_once(lambda: HttpResponse(deleted.delete()))
            return super().form_valid(form)

    [lost] = at_once(partial(send, Late, "POST", {"title": "a", "price": 1, "authors": [kept.pk, deleted.pk]}))

    assert errors(lost) == [("#/authors/1", "invalid_choice")]
    assert not Book.objects.exists()


def test_a_row_that_is_deleted_and_saved_again_meanwhile() -> None:
    [draft] = drafts("a")

    class Gone(Update):
        both = threading.Barrier(2)

        def form_valid(self, form: Any) -> Any:
            self.both.wait(timeout=10)
            at_once(lambda: HttpResponse(Draft.objects.filter(pk=draft.pk).delete()))
            self.both.wait(timeout=10)
            return super().form_valid(form)

        def after(self, draft: Draft) -> None:
            time.sleep(0.5)  # until the other has found no row, too

    won, lost = at_once(*(partial(send, Gone, "PATCH", {"title": title}, pk=draft.pk) for title in "xy"))

    assert (won.status_code, lost.status_code, body(lost)["detail"]) == (200, 409, CONFLICT)
    assert Draft.objects.get().title == body(won)["title"]


def test_one_of_two_that_wait_for_each_other_wins() -> None:
    for around in (nullcontext, transaction.atomic):
        saved = threading.Barrier(2)

        def write_the_other(draft: Draft, saved: threading.Barrier = saved) -> None:
            saved.wait(timeout=10)
            Draft.objects.exclude(pk=draft.pk).update(title=draft.title)

        view = type("V", (Update,), {"after": staticmethod(write_the_other)})

        won, lost = at_once(
            *(partial(send, view, "PATCH", {"title": f"of {each}"}, pk=each.pk) for each in drafts("a", "b")),
            around=around,
        )

        assert (won.status_code, lost.status_code, body(lost)["detail"]) == (200, 409, CONFLICT)
        assert set(Draft.objects.values_list("title", flat=True)) == {body(won)["title"]}
        Draft.objects.all().delete()


def test_one_that_waits_too_long() -> None:
    [draft] = drafts("a")
    saved, refused = threading.Event(), threading.Event()

    def wait(draft: Draft) -> None:
        saved.set()
        refused.wait(timeout=10)

    class Hasty(Update):
        def form_valid(self, form: Any) -> Any:
            saved.wait(timeout=10)
            name = "lock_timeout" if connection.vendor == "postgresql" else "innodb_lock_wait_timeout"
            with connection.cursor() as cursor:
                cursor.execute(f"SET {name} = {200 if connection.vendor == 'postgresql' else 1}")
            return super().form_valid(form)

    def hurry() -> Any:
        try:
            return send(Hasty, "PATCH", {"title": "late"}, pk=draft.pk)
        finally:
            refused.set()

    view = type("V", (Update,), {"after": staticmethod(wait)})
    won, lost = at_once(partial(send, view, "PATCH", {"title": "early"}, pk=draft.pk), hurry)

    assert (won.status_code, lost.status_code, body(lost)["detail"]) == (200, 409, CONFLICT)
    assert Draft.objects.get().title == "early"


def test_one_of_two_whose_commits_do_not_go_together_wins(settings: Any) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Only PostgreSQL finds out when a transaction is committed.")
    settings.ROOT_URLCONF = __name__
    for middleware, status in [([], 500), (["django_extras.middleware.HttpErrorMiddleware"], 409)]:
        settings.MIDDLEWARE = middleware
        with options_of_others(ATOMIC_REQUESTS=True, OPTIONS={"isolation_level": _level("serializable")}):
            won, lost = at_once(*(partial(create, slug) for slug in "ab"))

        assert (won.status_code, lost.status_code) == (201, status)
        assert Draft.objects.get().slug == body(won)["slug"]
        Draft.objects.all().delete()
    assert body(lost)["detail"] == CONFLICT
