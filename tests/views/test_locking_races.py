"""Several requests for one row at the same time, each with a connection of its own: no change is lost."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import close_old_connections, connection, connections, models
from django.views import generic

from django_extras.views import JsonResponseMixin
from tests.versions import Article, Folder, Review
from tests.views.writing import body, send

FIELDS = ("id", "title", "text", "version")


class Waiting:
    """A view whose requests all have got the row before the first of them locks it, where the database lets them."""

    model = Article
    version_field: str | None = "version"
    got: threading.Barrier

    def get_object(self, queryset: Any = None) -> Any:
        found = super().get_object(queryset)  # type: ignore[misc]  # of the view
        with suppress(threading.BrokenBarrierError):  # the row was locked, or it is got again
            self.got.wait(timeout=1)
        return found


class Update(Waiting, JsonResponseMixin, generic.UpdateView):  # type: ignore[misc]  # of the queryset
    fields = ("title", "text")
    json_fields = FIELDS


class Delete(Waiting, JsonResponseMixin, generic.DeleteView):  # type: ignore[misc]  # of the queryset
    pass


def at_once(*requests: Callable[[], Any]) -> list[Any]:
    """Return what each of the functions returns, each in a thread of its own."""
    found: list[Any] = [None] * len(requests)

    def run(index: int) -> None:
        try:
            found[index] = requests[index]()
        finally:
            close_old_connections()
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def write(view: Any, article: Article, tag: str | None, number: int, method: str = "PUT") -> Callable[[], Any]:
    value = {"title": f"Title {number}", "text": f"Text {number}"} if method == "PUT" else None
    headers = {} if tag is None else {"If-Match": tag}
    return lambda: send(view, method, value, headers=headers, pk=article.pk)


def tag_of(view: Any, article: Article) -> str:
    return str(send(view, "GET", pk=article.pk, options={"got": threading.Barrier(1)}).headers["ETag"])


class Races:
    """What holds on every database, on the one with this alias."""

    alias: str

    def view(self, base: Any, count: int) -> Any:
        return type("View", (base,), {"queryset": self.rows, "got": threading.Barrier(count)})

    @property
    def rows(self) -> Any:
        return Article.objects.using(self.alias)

    def article(self) -> Article:
        return Article.objects.using(self.alias).create(title="News", version=3)

    @pytest.mark.parametrize("count", [2, 4])
    @pytest.mark.parametrize("name", ["version", "updated_at", "mark"])
    def test_one_of_those_who_have_the_same_tag_wins(self, count: int, name: str) -> None:
        article = self.article()
        view = self.view(type("Of", (Update,), {"version_field": name}), count)
        tag = tag_of(view, article)

        responses = at_once(*(write(view, article, tag, number) for number in range(count)))

        assert sorted(response.status_code for response in responses) == [200] + [412] * (count - 1)
        won = next(response for response in responses if response.status_code == 200)
        now = self.rows.get()
        assert (body(won)["title"], body(won)["text"]) == (now.title, now.text)
        assert won.headers["ETag"] == tag_of(view, article) != tag

    def test_a_deletion_against_a_change(self) -> None:
        article = self.article()
        got = threading.Barrier(2)
        update, delete = (type("View", (base,), {"queryset": self.rows, "got": got}) for base in (Update, Delete))
        tag = tag_of(update, article)

        changed, deleted = at_once(write(update, article, tag, 1), write(delete, article, tag, 2, "DELETE"))

        if deleted.status_code == 204:
            assert changed.status_code == 404
            assert not self.rows.exists()
        else:
            assert (changed.status_code, deleted.status_code) == (200, 412)
            assert self.rows.get().title == "Title 1"

    def test_each_change_without_a_condition_has_its_own_version(self) -> None:
        article = self.article()
        view = self.view(Update, 4)

        responses = at_once(*(write(view, article, None, number) for number in range(4)))

        assert [response.status_code for response in responses] == [200] * 4
        assert sorted(body(response)["version"] for response in responses) == [4, 5, 6, 7]
        assert len({response.headers["ETag"] for response in responses}) == 4
        last = max(map(body, responses), key=lambda row: row["version"])
        assert (last["title"], last["text"]) == self.rows.values_list("title", "text").get()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="In memory, it has one connection.")
class TestServer(Races):
    alias = "default"

    def test_the_nullable_side_of_a_join(self) -> None:
        article = self.article()
        view = type(
            "View", (Update,), {"queryset": Article.objects.select_related("folder"), "got": threading.Barrier(2)}
        )
        tag = tag_of(view, article)

        responses = at_once(write(view, article, tag, 1), write(view, article, tag, 2))

        assert sorted(response.status_code for response in responses) == [200, 412]

    def test_a_row_that_is_hidden_meanwhile(self) -> None:
        article = self.article()
        hiding = threading.Barrier(2)

        class View(Update):
            got = hiding

            def get_queryset(self) -> Any:
                return Article.objects.filter(folder=None)

        def hide() -> None:
            hiding.wait(timeout=10)
            Article.objects.update(folder=Folder.objects.create(name="Hidden"), version=models.F("version") + 1)
            hiding.reset()

        class Late(View):
            def get_object(self, queryset: Any = None) -> Any:
                found = generic.UpdateView.get_object(self, queryset)
                if not hasattr(self, "_has_waited"):
                    self._has_waited = True
                    hiding.wait(timeout=10)
                    thread.join(timeout=10)
                return found

        thread = threading.Thread(target=lambda: at_once(hide))
        thread.start()

        [response] = at_once(write(Late, article, None, 1))

        assert response.status_code == 404
        assert Article.objects.get().title == "News"


class TestSqlite(Races):
    """A file, to which each thread has a connection."""

    alias = "file"

    @pytest.fixture(autouse=True)
    def _file(self, tmp_path: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
        settings = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db"), "OPTIONS": {"timeout": 20}}
        connections.settings["file"] = connections.configure_settings({"default": {}, "file": settings})["file"]
        with django_db_blocker.unblock():
            with connections["file"].schema_editor() as editor:
                for model in (Folder, Article, Review):
                    editor.create_model(model)
            yield
            connections["file"].close()
        del connections["file"], connections.settings["file"]
