"""If-Match: a row is written only if it still is what the client has read."""

import datetime
import uuid
from typing import Any

import pytest
import vanilla
from asgiref.sync import sync_to_async
from django import forms
from django.contrib.auth.mixins import UserPassesTestMixin
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.test.utils import CaptureQueriesContext
from django.views import generic
from neapolitan.views import CRUDView, Role

from django_extras.http import HttpError
from django_extras.urls import by_method
from django_extras.views import JsonResponseMixin, NegotiatedResponseMixin, StatusResponseMixin
from tests.versions import Article, Folder, Review
from tests.views.writing import body, errors, in_async, send

pytestmark = pytest.mark.django_db

STALE = "This has changed since you got it. Get it again, then repeat your change."


class Detail(JsonResponseMixin, generic.DetailView):
    model = Article
    json_fields = ("id", "title", "version", {"folder": ["name"]})
    version_field = "version"


class Update(JsonResponseMixin, generic.UpdateView):
    model = Article
    fields = ("title",)
    json_fields = ("id", "title", "version", {"folder": ["name"]})
    version_field = "version"


class Delete(JsonResponseMixin, generic.DeleteView):
    model = Article
    version_field = "version"


class VanillaUpdate(JsonResponseMixin, vanilla.UpdateView):
    model = Article
    fields = ("title",)
    json_fields = Update.json_fields
    version_field = "version"


class VanillaDelete(JsonResponseMixin, vanilla.DeleteView):
    model = Article
    version_field = "version"


class Crud(JsonResponseMixin, CRUDView):
    model = Article
    fields = ("title",)
    json_fields = Update.json_fields
    version_field = "version"


class _Neapolitan:
    """neapolitan's as_view() takes a role."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def as_view(self, **options: Any) -> Any:
        return Crud.as_view(role=self.role, **options)


UPDATES: list[Any] = [Update, in_async(Update), VanillaUpdate, _Neapolitan(Role.UPDATE)]
DELETES: list[Any] = [Delete, in_async(Delete), VanillaDelete, _Neapolitan(Role.DELETE)]
METHODS = ["PUT", "PATCH", "POST"]


@pytest.fixture
def article() -> Article:
    return Article.objects.create(title="News", version=3)


def tag_of(article: Article, **options: Any) -> str:
    return str(send(Detail, "GET", pk=article.pk, options=options).headers["ETag"])


def put(view: Any, article: Article, if_match: str | None, method: str = "PUT", **kwargs: Any) -> Any:
    headers = {**({} if if_match is None else {"If_Match": if_match}), **kwargs.pop("headers", {})}
    return send(view, method, kwargs.pop("value", {"title": "Changed"}), headers=headers, pk=article.pk, **kwargs)


def detail(response: Any) -> str:
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "ETag" not in response.headers
    return str(body(response)["detail"])


@pytest.mark.parametrize("view", UPDATES)
@pytest.mark.parametrize("method", METHODS)
class TestUpdates:
    def test_what_is_current_is_written(self, article: Article, view: Any, method: str) -> None:
        response = put(view, article, tag_of(article), method)

        assert response.status_code == 200
        assert body(response) == {"id": article.pk, "title": "Changed", "version": 4, "folder": None}
        article.refresh_from_db()
        assert (article.title, article.version) == ("Changed", 4)

    def test_the_answer_has_the_tag_of_the_next_get(self, article: Article, view: Any, method: str) -> None:
        former = tag_of(article)

        response = put(view, article, former, method)

        assert response.headers["ETag"] == tag_of(article) != former

    def test_what_is_stale_is_not_written(self, article: Article, view: Any, method: str) -> None:
        tag = tag_of(article)
        Article.objects.update(version=9)

        response = put(view, article, tag, method)

        assert (response.status_code, detail(response)) == (412, STALE)
        article.refresh_from_db()
        assert (article.title, article.version) == ("News", 9)

    def test_stale_comes_before_invalid(self, article: Article, view: Any, method: str) -> None:
        assert put(view, article, '"x"', method, value={"title": ""}).status_code == 412
        assert put(view, article, '"x"', method, value=b"<", content_type="text/xml").status_code == 412
        assert put(view, article, tag_of(article), method, value={"title": ""}).status_code == 422

    def test_what_is_invalid_keeps_its_version(self, article: Article, view: Any, method: str) -> None:
        tag = tag_of(article)

        put(view, article, tag, method, value={"title": ""})

        assert tag_of(article) == tag

    def test_without_a_condition(self, article: Article, view: Any, method: str) -> None:
        response = put(view, article, None, method)

        assert (response.status_code, response.headers["ETag"]) == (200, tag_of(article))
        article.refresh_from_db()
        assert article.version == 4

    def test_any(self, article: Article, view: Any, method: str) -> None:
        assert put(view, article, "*", method).status_code == 200
        article.pk = 0
        assert put(view, article, "*", method).status_code == 404

    def test_required(self, article: Article, view: Any, method: str) -> None:
        options = {"require_if_match": True}
        tag = tag_of(article)

        without = put(view, article, None, method, options=options)

        assert (without.status_code, detail(without)) == (428, "Send If-Match with the ETag that GET has given.")
        assert put(view, article, tag, method, options=options).status_code == 200
        assert put(view, article, tag, method, options=options).status_code == 412
        assert put(view, article, "*", method, options=options).status_code == 200

    @pytest.mark.parametrize("name", ["updated_at", "mark"])
    def test_other_types(self, article: Article, view: Any, method: str, name: str) -> None:
        options = {"version_field": name}
        tag = tag_of(article, **options)

        response = put(view, article, tag, method, options=options)

        assert response.headers["ETag"] == tag_of(article, **options) != tag
        assert put(view, article, tag, method, options=options).status_code == 412

    def test_without_a_version_only_any_holds(self, article: Article, view: Any, method: str) -> None:
        options = {"version_field": None}

        response = put(view, article, tag_of(article), method, options=options)

        assert response.status_code == 412
        assert detail(response) == "This has no version that If-Match could name. Send If-Match: * or none."
        assert put(view, article, "*", method, options=options).status_code == 200
        assert Article.objects.get().version == 3


@pytest.mark.parametrize("view", DELETES)
@pytest.mark.parametrize("method", ["DELETE", "POST"])
class TestDeletes:
    def test_what_is_current_is_deleted(self, article: Article, view: Any, method: str) -> None:
        response = put(view, article, tag_of(article), method, value=None)

        assert (response.status_code, response.headers) == (204, {})
        assert not Article.objects.exists()

    def test_what_is_stale_is_not_deleted(self, article: Article, view: Any, method: str) -> None:
        tag = tag_of(article)
        Article.objects.update(version=9)

        response = put(view, article, tag, method, value=None)

        assert (response.status_code, detail(response)) == (412, STALE)
        assert Article.objects.exists()

    def test_without_a_version_only_any_holds(self, article: Article, view: Any, method: str) -> None:
        options = {"version_field": None}

        assert put(view, article, tag_of(article), method, value=None, options=options).status_code == 412
        assert Article.objects.exists()
        assert put(view, article, "*", method, value=None, options=options).status_code == 204

    def test_required(self, article: Article, view: Any, method: str) -> None:
        options = {"require_if_match": True}

        assert put(view, article, None, method, value=None, options=options).status_code == 428
        assert put(view, article, "*", method, value=None, options=options).status_code == 204


class TestTags:
    """Which tags name a version."""

    @pytest.mark.parametrize("field", ['"x"', "x", "", '"x", "y"', '""', "*, *", '"*"'])
    def test_others_do_not(self, article: Article, field: str) -> None:
        assert put(Update, article, field).status_code == 412

    @pytest.mark.parametrize("form", ["{}", '"x", {}', '{}, "x"', ' {} , W/"x"'])
    def test_one_of_several(self, article: Article, form: str) -> None:
        assert put(Update, article, form.format(tag_of(article))).status_code == 200

    def test_a_weak_one_only_where_content_is_compressed(self, article: Article) -> None:
        tag = f"W/{tag_of(article)}"

        assert put(Update, article, tag).status_code == 412
        assert put(Update, article, tag, headers={"Accept_Encoding": "identity"}).status_code == 412
        assert put(Update, article, 'W/"x"', headers={"Accept_Encoding": "gzip, br"}).status_code == 412
        assert put(Update, article, tag, headers={"Accept_Encoding": "gzip, br"}).status_code == 200

    def test_related_rows_do_not_count(self, article: Article) -> None:
        article.folder = Folder.objects.create(name="Inbox")
        article.save()
        tag = tag_of(article)
        Folder.objects.update(name="Outbox")

        assert tag_of(article) != tag
        assert put(Update, article, tag).status_code == 200

    def test_that_of_an_answer_goes_on(self, article: Article) -> None:
        tag = tag_of(article)
        for title in ("a", "b", "c"):
            tag = put(Update, article, tag, value={"title": title}).headers["ETag"]

        assert (Article.objects.get().title, Article.objects.get().version) == ("c", 6)

    def test_that_of_an_answer_without_content_goes_on(self, article: Article) -> None:
        options = {"json_fields": None}
        first = put(Update, article, tag_of(article), options=options)
        again = put(Update, article, first.headers["ETag"], options=options)

        assert (first.status_code, again.status_code) == (204, 204)
        assert put(Update, article, first.headers["ETag"], options=options).status_code == 412
        assert tag_of(article).startswith(again.headers["ETag"][:-1] + "-")

    def test_none_where_tags_are_off(self, article: Article) -> None:
        assert "ETag" not in put(Update, article, "*", options={"send_etag": False}).headers

    def test_an_object_that_is_created_has_one(self) -> None:
        class Create(JsonResponseMixin, generic.CreateView):
            model = Article
            fields = ("title",)
            json_fields = Update.json_fields
            version_field = "version"

        response = send(Create, "POST", {"title": "New"})

        assert response.status_code == 201
        assert response.headers["ETag"] == tag_of(Article.objects.get())

    @pytest.mark.parametrize("field", ["*", '"x"'])
    def test_if_none_match(self, article: Article, field: str) -> None:
        response = put(Update, article, None, headers={"If_None_Match": field})

        assert response.status_code == (412 if field == "*" else 200)

    def test_if_none_match_of_this_version(self, article: Article) -> None:
        for tag in (tag_of(article), f"W/{tag_of(article)}"):
            response = put(Update, article, None, headers={"If_None_Match": tag})

            assert detail(response) == "If-None-Match names what is there. Send the request without it to change it."
        assert (
            put(Update, article, None, options={"version_field": None}, headers={"If_None_Match": '"x"'}).status_code
            == 412
        )

    def test_dates_are_ignored(self, article: Article) -> None:
        date = {"If_Unmodified_Since": "Sun, 06 Nov 1994 08:49:37 GMT"}

        assert put(Update, article, None, headers=date).status_code == 200

    @pytest.mark.parametrize("base", [generic.CreateView, generic.FormView])
    def test_where_there_is_no_object(self, base: Any) -> None:
        class View(JsonResponseMixin, base):
            if base is generic.CreateView:
                model = Article
                fields = ("title",)
            form_class = None if base is generic.CreateView else forms.Form
            version_field = "version"
            require_if_match = True
            success_url = "/"

        assert send(View, "POST", {"title": "a"}, headers={"If_Match": '"x"'}).status_code == 412
        assert not Article.objects.exists()
        assert send(View, "POST", {} if base is generic.FormView else {"title": "a"}).status_code in (201, 204)
        assert send(
            View, "POST", {} if base is generic.FormView else {"title": "a"}, headers={"If_Match": "*"}
        ).status_code in (201, 204)


class TestRow:
    """The row is locked, and gets its new version, whatever the view does."""

    def test_one_url(self, article: Article) -> None:
        class Form(Update):
            def get_object(self, queryset: Any = None) -> Any:
                return super().get_object(queryset)

        view = by_method(get=Detail, put=Form, delete=Delete)

        class Url:
            as_view = staticmethod(lambda: view)

        tag = send(Url, "GET", pk=article.pk).headers["ETag"]
        changed = put(Url, article, tag)
        assert changed.headers["ETag"] == send(Url, "GET", pk=article.pk).headers["ETag"]
        assert put(Url, article, tag, "DELETE", value=None).status_code == 412
        assert put(Url, article, changed.headers["ETag"], "DELETE", value=None).status_code == 204

    def test_queries(self, article: Article) -> None:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            put(Update, article, tag_of(article))

        statements = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
        locks = [sql for sql in statements if "FOR UPDATE" in sql]
        assert len(statements) == 1 + 5  # get; get, lock, save, renew, reload
        assert len(locks) == (connection.features.has_select_for_update)

    @pytest.mark.parametrize(
        "queryset",
        [
            Article.objects.select_related("folder"),
            Article.objects.distinct(),
            Article.objects.annotate(count=Count("folders")),
            Article.objects.only("title"),
            Article.objects.defer("version"),
            Article.objects.order_by("folder__name"),
            Article.objects.filter(folders=None),
            Article.objects.prefetch_related("folders"),
        ],
    )
    @pytest.mark.parametrize("view", [Update, Delete])
    def test_querysets(self, article: Article, queryset: Any, view: Any) -> None:
        options = {"queryset": queryset}
        tag = tag_of(article)
        method, value = ("DELETE", None) if view is Delete else ("PUT", {"title": "Changed"})

        assert put(view, article, '"x"', method, value=value, options=options).status_code == 412
        assert put(view, article, tag, method, value=value, options=options).status_code in (200, 204)
        assert not Article.objects.filter(title="News").exists()

    def test_a_union(self, article: Article) -> None:
        class View(Update):
            def get_object(self, queryset: Any = None) -> Any:
                return Article.objects.filter(pk=self.kwargs["pk"]).union(Article.objects.none())[0]

        tag = tag_of(article)

        assert put(View, article, tag).status_code == 200
        assert put(View, article, tag).status_code == 412

    def test_an_object_that_is_no_row(self, article: Article) -> None:
        class View(Update):
            def get_object(self, queryset: Any = None) -> Any:
                return Article.objects.values("title").get()

            def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                self.get_object()
                Article.objects.update(title="Changed")
                return HttpResponse(status=204)

        assert put(View, article, tag_of(article)).status_code == 412
        assert Article.objects.get().title == "News"
        assert put(View, article, None).status_code == 204

    def test_a_handler_that_gets_no_object(self, article: Article) -> None:
        class View(Update):
            def put(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                Article.objects.update(title="Changed")
                return HttpResponse(status=204)

        assert put(View, article, tag_of(article)).status_code == 412
        assert put(View, article, None, options={"require_if_match": True}).status_code == 428
        assert Article.objects.get().title == "News"

    def test_a_form_that_gets_the_object(self, article: Article) -> None:
        class View(Update):
            def get_form_kwargs(self) -> Any:
                self.object = Article.objects.get(pk=self.kwargs["pk"])
                return super().get_form_kwargs() | {"instance": self.object}

            def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                form = self.get_form()
                return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

        tag = tag_of(article)

        assert put(View, article, tag).status_code == 200
        assert put(View, article, tag).status_code == 412

    def test_a_row_in_two_tables(self) -> None:
        review = Review.objects.create(title="Good", version=5)
        options = {"model": Review}
        tag = tag_of(review, **options)

        response = put(Update, review, tag, options=options)

        assert response.headers["ETag"] == tag_of(review, **options)
        assert Article.objects.get().version == 6
        assert put(Update, review, tag, options=options).status_code == 412
        assert put(Delete, review, tag, "DELETE", value=None, options=options).status_code == 412

    def test_permission_comes_first(self, article: Article) -> None:
        class View(Update):
            def get_object(self, queryset: Any = None) -> Any:
                super().get_object(queryset)
                raise HttpError(403)

        assert put(View, article, '"x"').status_code == 403

    def test_an_access_mixin_that_gets_the_object(self, article: Article) -> None:
        class View(UserPassesTestMixin, Update):
            raise_exception = True

            def test_func(self) -> bool:
                return bool(self.get_object().title == "Changed")

        tag = tag_of(article)

        assert put(View, article, '"x"').status_code == 401
        Article.objects.update(title="Changed")
        assert put(View, article, '"x"').status_code == 412
        assert put(View, article, tag).status_code == 200

    def test_a_row_that_changes_before_it_is_locked(self, article: Article) -> None:
        class View(Update):
            times = 1
            seen: list[Any] = []

            def get_object(self, queryset: Any = None) -> Any:
                found = super().get_object(queryset)
                self.seen.append(found.version)
                if len(self.seen) <= self.times:
                    Article.objects.update(version=models.F("version") + 1, text="Elsewhere")
                return found

        for times, seen in ((1, [3, 4]), (2, [5, 6])):
            View.times, View.seen = times, []

            response = put(View, article, None)

            assert (response.status_code, View.seen) == (200, seen)
            article.refresh_from_db()
            assert (article.title, article.text) == ("Changed", "Elsewhere")
            assert response.headers["ETag"] == tag_of(article)

    def test_a_method_that_is_async(self, article: Article) -> None:
        class View(JsonResponseMixin, generic.UpdateView):
            model = Article
            fields = ("title",)
            json_fields = ("id", "title")
            version_field = "version"

            async def get_object(self, queryset: Any = None) -> Any:
                return await Article.objects.aget(pk=self.kwargs["pk"])

            async def put(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                self.object = await self.get_object()
                return await sync_to_async(self._save)()

            post = put

            async def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                self.object = await self.get_object()
                return self.render_to_response({"object": self.object})

            def _save(self) -> Any:
                form = self.get_form()
                return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

        tag = send(View, "GET", pk=article.pk).headers["ETag"]

        assert put(View, article, '"x"').status_code == 412
        assert put(View, article, tag).status_code == 200
        assert put(View, article, tag).status_code == 412

    def test_a_row_that_goes_before_it_is_locked(self, article: Article) -> None:
        class View(Update):
            def get_object(self, queryset: Any = None) -> Any:
                found = super().get_object(queryset)
                Article.objects.all().delete()
                return found

        assert put(View, article, None).status_code == 404
        assert put(View, article, "*").status_code == 404


class TestNewVersion:
    @pytest.mark.parametrize(
        "save",
        [
            lambda form: form.save(),
            lambda form: form.save(commit=False).save(),
            lambda form: form.save(commit=False).save(update_fields=["title"]),
            lambda form: [form.save(), form.save()],
            lambda form: Article.objects.update(title=form.instance.title),
        ],
    )
    @pytest.mark.parametrize("name", ["version", "updated_at", "mark"])
    def test_however_it_is_saved(self, article: Article, save: Any, name: str) -> None:
        class View(Update):
            def form_valid(self, form: Any) -> Any:
                save(form)
                return HttpResponseRedirect("/")

        options = {"version_field": name}
        tag = tag_of(article, **options)

        response = put(View, article, tag, options=options)

        assert (response.status_code, body(response)["title"]) == (200, "Changed")
        assert response.headers["ETag"] == tag_of(article, **options) != tag
        assert Article.objects.get().version == (4 if name == "version" else 3)

    def test_a_model_that_raises_it_itself(self, article: Article) -> None:
        class View(Update):
            def form_valid(self, form: Any) -> Any:
                form.instance.version = models.F("version") + 5
                return super().form_valid(form)

            def get_success_url(self) -> str:
                return "/"

        response = put(View, article, tag_of(article))

        assert Article.objects.get().version == 8
        assert response.headers["ETag"] == tag_of(article)
        response = put(View, article, None, options={"json_fields": None})
        assert tag_of(article).startswith(response.headers["ETag"][:-1])

    def test_even_if_nothing_changed(self, article: Article) -> None:
        assert put(Update, article, None, "PATCH", value={}).status_code == 200
        assert Article.objects.get().version == 4

    @pytest.mark.undescribed
    def test_own_responses(self, article: Article) -> None:
        class View(Update):
            def form_valid(self, form: Any) -> Any:
                form.save()
                return self.render_json_response({"done": True})

        response = put(View, article, tag_of(article))

        assert body(response) == {"done": True}
        assert tag_of(article).startswith(response.headers["ETag"][:-1] + "-")

    def test_named_statuses(self, article: Article) -> None:
        class View(StatusResponseMixin, Update):
            status_codes = {"form_valid": 202}

        response = put(View, article, tag_of(article))

        assert response.status_code == 202
        assert tag_of(article).startswith(response.headers["ETag"][:-1] + "-")

    def test_a_redirect_has_no_tag(self, article: Article) -> None:
        class View(StatusResponseMixin, Update):
            status_codes = {"form_valid": 303}
            success_url = "/"

        response = put(View, article, tag_of(article))

        assert (response.status_code, "ETag" in response.headers) == (303, False)
        assert Article.objects.get().version == 4

    def test_a_refusal_of_the_views_own(self, article: Article) -> None:
        class View(Update):
            def form_valid(self, form: Any) -> Any:
                form.save()
                raise HttpError(409)

        assert put(View, article, tag_of(article)).status_code == 409
        assert Article.objects.get().version == 3

    def test_soft_deletion(self, article: Article) -> None:
        class View(Delete):
            success_url = "/"

            def form_valid(self, form: Any) -> Any:
                self.object.title = "Deleted"
                self.object.save()
                return HttpResponseRedirect("/")

        tag = tag_of(article)

        assert put(View, article, tag, "DELETE", value=None).status_code == 204
        assert (Article.objects.get().title, Article.objects.get().version) == ("Deleted", 4)
        assert put(View, article, tag, "DELETE", value=None).status_code == 412

    def test_the_form_cannot_set_it(self, article: Article) -> None:
        options = {"fields": ("title", "version")}

        for number, value in enumerate([{"title": "Changed", "version": 77}, {"title": "Changed"}], 4):
            assert put(Update, article, None, value=value, options=options).status_code == 200
            assert Article.objects.get().version == number

    def test_a_form_that_has_it_for_its_own_reasons_cannot_either(self, article: Article) -> None:
        class Form(forms.ModelForm):
            version = forms.IntegerField()

            class Meta:
                model = Article
                fields = ("title", "version")

            def clean_version(self) -> int:
                if self.cleaned_data["version"] != self.initial["version"]:
                    raise forms.ValidationError("Stale.", "stale")
                return 77

        options = {"form_class": Form, "fields": None}
        value = {"title": "Changed", "version": 3}

        assert put(Update, article, None, value=value, options=options).status_code == 200
        assert Article.objects.get().version == 4
        assert errors(put(Update, article, None, value=value, options=options)) == [("#/version", "stale")]

    def test_dates_never_stand_still(self, article: Article, monkeypatch: pytest.MonkeyPatch) -> None:
        now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)
        article.save()
        options = {"version_field": "updated_at"}
        tag = tag_of(article, **options)

        assert put(Update, article, tag, options=options).status_code == 200
        assert Article.objects.get().updated_at == now + datetime.timedelta(microseconds=1)
        assert put(Update, article, tag, options=options).status_code == 412

    def test_uuids(self, article: Article) -> None:
        former = article.mark

        put(Update, article, None, options={"version_field": "mark"})

        article.refresh_from_db()
        assert isinstance(article.mark, uuid.UUID)
        assert article.mark != former


def test_what_is_required_needs_a_version(article: Article) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        put(Update, article, None, options={"version_field": None, "require_if_match": True})

    assert str(caught.value) == (
        "Update.require_if_match needs a version to compare with. Define Update.version_field, such as "
        '"version", or leave out Update.require_if_match.'
    )


class TestPages:
    """A browser's form gives a row a new version too, so that clients of JSON notice."""

    class View(NegotiatedResponseMixin, generic.UpdateView):
        model = Article
        fields = ("title", "version")
        json_fields = ("id", "title")
        version_field = "version"
        require_if_match = True
        success_url = "/"

    class Remove(NegotiatedResponseMixin, generic.DeleteView):
        model = Article
        version_field = "version"
        success_url = "/"

    def post(self, view: Any, article: Article, value: str, **headers: str) -> Any:
        headers = {"Accept": "text/html", **headers}
        return send(view, "POST", value, "application/x-www-form-urlencoded", headers=headers, pk=article.pk)

    @pytest.mark.parametrize("sent", [3, 1, 8])
    def test_a_form_gives_a_new_version(self, article: Article, sent: int) -> None:
        view = self.View
        tag = send(view, "GET", pk=article.pk, headers={"Accept": "application/json"}).headers["ETag"]

        page = self.post(view, article, f"title=Changed&version={sent}")

        assert (page.status_code, page.headers["Location"], "ETag" in page.headers) == (302, "/", False)
        assert Article.objects.values_list("title", "version").get() == ("Changed", 4)
        json_headers = {"Accept": "application/json"}
        assert put(view, article, tag, headers=json_headers).status_code == 412
        assert put(view, article, None, headers=json_headers).status_code == 428

    def test_if_match(self, article: Article) -> None:
        tag = tag_of(article)

        with pytest.raises(HttpError, match="^412 "):
            self.post(self.View, article, "title=Changed&version=3", If_Match='"x"')
        with pytest.raises(HttpError, match="^412 "):
            self.post(self.Remove, article, "", If_Match='"x"')
        assert self.post(self.View, article, "title=Changed&version=3", If_Match=tag).status_code == 302
        assert self.post(self.Remove, article, "", If_Match="*").status_code == 302
        assert not Article.objects.exists()

    def test_without_a_version_all_is_as_it_was(self, article: Article) -> None:
        class View(self.View):
            version_field = None
            require_if_match = False

        assert self.post(View, article, "title=Changed&version=3").status_code == 302
