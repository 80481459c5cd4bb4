"""ETag and 304 of JSON views."""

import json
from typing import Any

import pytest
import vanilla
from asgiref.sync import async_to_sync, iscoroutinefunction, sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse, JsonResponse
from django.middleware.gzip import GZipMiddleware
from django.middleware.http import ConditionalGetMiddleware
from django.test import RequestFactory
from django.utils.decorators import method_decorator
from django.utils.http import http_date
from django.views import generic
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.vary import vary_on_headers
from neapolitan.views import CRUDView, Role

from django_extras.http import HttpError
from django_extras.views import JsonResponseMixin, StatusResponseMixin
from tests.versions import Article, Folder, Review

pytestmark = pytest.mark.django_db


class Detail(JsonResponseMixin, generic.DetailView):
    model = Article
    json_fields = ("id", "title", "folder")


class Versioned(Detail):
    version_field = "version"


class List(JsonResponseMixin, generic.ListView):
    model = Article
    ordering = "pk"
    json_fields = ("id", "title")
    paginate_by = 1


def get(view: Any, if_none_match: str | None = None, method: str = "GET", path: str = "/", **kwargs: Any) -> Any:
    headers = {} if if_none_match is None else {"HTTP_IF_NONE_MATCH": if_none_match}
    headers |= {f"HTTP_{name.upper()}": value for name, value in kwargs.pop("headers", {}).items()}
    request = RequestFactory().generic(method, path, **headers)
    handler = view.as_view(**kwargs.pop("options", {})) if isinstance(view, type) else view
    return (async_to_sync(handler) if iscoroutinefunction(handler) else handler)(request, **kwargs)


def in_async(view: type) -> Any:
    class Async(view):
        async def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            self.object = await sync_to_async(self.get_object)()
            return self.render_to_response(self.get_context_data(object=self.object))

    return Async


@pytest.fixture
def article() -> Article:
    folder = Folder.objects.create(name="Inbox")
    return Article.objects.create(title="News", folder=folder, version=3)


@pytest.fixture(params=["GET", "HEAD"])
def method(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestHash:
    def test_what_is_unchanged_is_not_sent_again(self, article: Article, method: str) -> None:
        first = get(Detail, method=method, pk=article.pk)
        tag = first.headers["ETag"]

        again = get(Detail, tag, method, pk=article.pk)

        assert len(tag) == 34
        assert tag.startswith('"')
        assert (again.status_code, b"".join(again), again.headers) == (304, b"", {"ETag": tag})

    def test_what_is_changed_has_another_tag(self, article: Article) -> None:
        tag = get(Detail, pk=article.pk).headers["ETag"]
        Article.objects.update(title="Olds")

        again = get(Detail, tag, pk=article.pk)

        assert again.status_code == 200
        assert json.loads(again.content)["title"] == "Olds"
        assert again.headers["ETag"] != tag

    @pytest.mark.parametrize("view", [Detail, List, in_async(Detail)])
    def test_get_and_head_of_any_view_have_the_same(self, article: Article, view: type) -> None:
        kwargs = {} if view is List else {"pk": article.pk}

        assert get(view, **kwargs).headers == get(view, method="HEAD", **kwargs).headers

    def test_a_list_in_pages(self, article: Article) -> None:
        Article.objects.create(title="More")
        first = get(List)
        second = get(List, path="/?page=2")

        again = get(List, first.headers["ETag"])

        assert first.headers["ETag"] != second.headers["ETag"]
        assert again.status_code == 304
        assert again.headers == {name: text for name, text in first.headers.items() if name != "Content-Type"}
        assert "Link" in again.headers

    def test_another_media_type_has_another_tag(self, article: Article) -> None:
        tags = {
            get(Detail, pk=article.pk, options={"content_type": name}).headers["ETag"]
            for name in (None, "application/vnd.api+json", "text/plain")
        }

        assert len(tags) == 3

    def test_any_tag(self, article: Article) -> None:
        assert get(Detail, "*", pk=article.pk).status_code == 304

    @pytest.mark.parametrize("field", ["", "x", '"x"', 'W/"x", "y"'])
    def test_other_tags(self, article: Article, field: str) -> None:
        assert get(Detail, field, pk=article.pk).status_code == 200

    def test_one_of_several_tags(self, article: Article) -> None:
        tag = get(Detail, pk=article.pk).headers["ETag"]

        assert get(Detail, f'"x", {tag}', pk=article.pk).status_code == 304

    def test_off(self, article: Article) -> None:
        response = get(Detail, "*", pk=article.pk, options={"send_etag": False})

        assert (response.status_code, "ETag" in response.headers) == (200, False)

    @pytest.mark.parametrize("directive", ["no-store", "No-Store, private"])
    def test_what_nobody_may_keep_has_none(self, article: Article, directive: str) -> None:
        class View(Detail):
            def render_to_response(self, context: Any = None, **kwargs: Any) -> Any:
                return super().render_to_response(context, headers={"Cache-Control": directive}, **kwargs)

        assert "ETag" not in get(View, pk=article.pk).headers

    def test_the_views_own_tag(self, article: Article) -> None:
        class View(Detail):
            def render_to_response(self, context: Any = None, **kwargs: Any) -> Any:
                response = super().render_to_response(context, **kwargs)
                response.headers["ETag"] = 'W/"own"'
                return response

        assert get(View, pk=article.pk).headers["ETag"] == 'W/"own"'
        assert get(View, '"own"', pk=article.pk).status_code == 304

    def test_the_views_own_date(self, article: Article) -> None:
        date = "Sun, 06 Nov 1994 08:49:37 GMT"

        class View(Detail):
            send_etag = False

            def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                response = super().get(request, *args, **kwargs)
                response.headers["Last-Modified"] = date
                return response

        again = get(View, pk=article.pk, headers={"if_modified_since": date})

        assert (again.status_code, again.headers) == (304, {"Last-Modified": date})
        assert get(View, pk=article.pk, headers={"if_modified_since": "x"}).status_code == 200
        assert get(View, pk=article.pk, headers={"if_unmodified_since": date}).status_code == 200

    def test_content_that_a_subclass_changes(self, article: Article) -> None:
        class View(Versioned):
            wrapped = b""

            def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                response = super().dispatch(request, *args, **kwargs)
                response.content = self.wrapped + response.content
                return response

        tag = get(View, pk=article.pk).headers["ETag"]

        assert get(View, tag, pk=article.pk).status_code == 304
        assert get(View, tag, pk=article.pk, options={"wrapped": b" "}).status_code == 200

    @pytest.mark.parametrize("status", [203, 404, 503])
    def test_other_statuses_have_none(self, article: Article, status: int) -> None:
        class View(StatusResponseMixin, Versioned):
            status_code = status

        response = get(View, "*", pk=article.pk)

        assert (response.status_code, "ETag" in response.headers) == (status, False)

    def test_status_200_by_name(self, article: Article) -> None:
        class View(StatusResponseMixin, Versioned):
            status_code = 200

        tag = get(View, pk=article.pk).headers["ETag"]

        assert get(View, tag, pk=article.pk).status_code == 304

    def test_problems_have_none(self, article: Article) -> None:
        assert get(Detail, "*", pk=0).status_code == 404
        assert "ETag" not in get(Detail, "*", pk=0).headers

    def test_responses_that_are_no_json_have_none(self) -> None:
        class View(JsonResponseMixin, generic.View):
            def get(self, request: Any) -> Any:
                return HttpResponse("text")

        assert "ETag" not in get(View).headers

    def test_json_that_the_view_makes_itself(self) -> None:
        class View(JsonResponseMixin, generic.View):
            def get(self, request: Any) -> Any:
                return JsonResponse({}) if request.GET else HttpResponse("{}", content_type="application/x+json;a=b")

        assert {get(View, "*", path=path).status_code for path in ("/", "/?a=b")} == {304}

    def test_what_is_no_response_stays_so(self) -> None:
        class View(JsonResponseMixin, generic.View):
            def get(self, request: Any) -> Any:
                return None

        assert get(View) is None

    def test_other_methods_have_none(self, article: Article) -> None:
        assert "ETag" not in get(Detail, method="OPTIONS", pk=article.pk).headers


class TestNotModified:
    """A 304 has what RFC 9110 15.4.5 asks for."""

    def test_fields_and_cookies(self, article: Article) -> None:
        @method_decorator(cache_control(max_age=60), name="dispatch")
        @method_decorator(vary_on_headers("Accept-Language"), name="dispatch")
        class View(Detail):
            def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                response = super().get(request, *args, **kwargs)
                fields = {"Expires": "x", "Content-Location": "/a", "Link": "</>"}
                for name, text in {**fields, "Content-Language": "de", "Content-Length": "9"}.items():
                    response.headers[name] = text
                response.set_cookie("seen", "yes")
                return response

        tag = get(View, pk=article.pk).headers["ETag"]

        again = get(View, tag, pk=article.pk)

        assert again.status_code == 304
        assert again.cookies["seen"].value == "yes"
        assert again.headers == {
            "Cache-Control": "max-age=60, private",  # it sets a cookie
            "Content-Location": "/a",
            "ETag": tag,
            "Expires": "x",
            "Link": "</>",
            "Vary": "Accept-Language",
        }

    @pytest.mark.parametrize("view", [Detail, Versioned, in_async(Versioned)])
    def test_a_tag_that_compression_has_weakened(self, article: Article, view: type) -> None:
        Article.objects.update(title="n" * 50)

        class Long(view):
            json_fields = ("id", *((f"key{number}", "title") for number in range(10)))

        def respond(tag: str | None = None) -> Any:
            request = RequestFactory().get(
                "/", HTTP_ACCEPT_ENCODING="gzip", **({"HTTP_IF_NONE_MATCH": tag} if tag else {})
            )
            handler = Long.as_view()
            handler = async_to_sync(handler) if iscoroutinefunction(handler) else handler
            return GZipMiddleware(lambda request: handler(request, pk=article.pk))(request)

        first = respond()
        tag = first.headers["ETag"]

        again = respond(tag)

        assert first.headers["Content-Encoding"] == "gzip"
        assert tag.startswith('W/"')
        assert (again.status_code, again.headers) == (304, {"ETag": tag, "Vary": "Accept-Encoding"})
        assert get(Long, f"{tag}, {tag[2:]}", pk=article.pk).headers["ETag"] == tag[2:]

    @pytest.mark.undescribed
    @pytest.mark.parametrize("view", [Detail, Versioned, in_async(Versioned)])
    def test_what_the_view_compresses_itself_has_the_tag_of_its_content(self, article: Article, view: type) -> None:
        Article.objects.update(title="n" * 50)

        @method_decorator(gzip_page, name="get")
        class Long(view):
            json_fields = ("id", *((f"key{number}", "title") for number in range(10)))

        headers = {"accept_encoding": "gzip"}
        first = get(Long, pk=article.pk, headers=headers)
        tag = first.headers.get("ETag", "")

        again = get(Long, tag, pk=article.pk, headers=headers)

        # Django adds bytes of a random number, so that nobody can tell by the length what is in there.
        assert first.headers["Content-Encoding"] == "gzip"
        assert tag == f"W/{get(Long, pk=article.pk).headers['ETag']}"
        assert (again.status_code, again.headers["ETag"], again.content) == (304, tag, b"")

    def test_beside_djangos_middleware(self, article: Article) -> None:
        middleware = ConditionalGetMiddleware(lambda request: Detail.as_view()(request, pk=article.pk))
        tag = get(middleware).headers["ETag"]

        again = get(middleware, tag)

        assert (again.status_code, again.headers["ETag"]) == (304, tag)

    def test_if_match(self, article: Article) -> None:
        tag = get(Detail, pk=article.pk).headers["ETag"]

        stale = get(Detail, pk=article.pk, headers={"if_match": '"x"'})

        assert get(Detail, pk=article.pk, headers={"if_match": tag}).status_code == 200
        assert get(Detail, pk=article.pk, headers={"if_match": "*"}).status_code == 200
        assert get(Detail, pk=article.pk, headers={"if_match": f"W/{tag}"}).status_code == 412
        assert (stale.status_code, stale.headers["Content-Type"]) == (412, "application/problem+json")
        assert json.loads(stale.content)["detail"] == "This has changed since you got it. Get it again."


def count_tag_parts(tag: str) -> int:
    return len(tag.split("-"))


class TestVersion:
    def test_a_tag_begins_with_the_version(self, article: Article) -> None:
        tags = [get(Versioned, pk=article.pk).headers["ETag"]]
        for change in ({"title": "Olds"}, {"version": 4}):
            Article.objects.update(**change)
            tags.append(get(Versioned, pk=article.pk).headers["ETag"])

        versions = [tag.split("-")[0] for tag in tags]

        assert [*map(count_tag_parts, tags)] == [3, 3, 3]
        assert len(set(tags)) == 3
        assert versions[0] == versions[1] != versions[2]

    @pytest.mark.parametrize("end", ["x", "\x01", "0" * 33, ""])
    def test_a_tag_that_the_client_has_made_up_is_not_sent_back(self, article: Article, end: str) -> None:
        known = get(Versioned, pk=article.pk).headers["ETag"]
        made_up = f'{known.rpartition("-")[0]}-{end}"'

        response = get(Versioned, made_up, pk=article.pk)

        assert (response.status_code, response.headers["ETag"]) == (200, known)

    @pytest.mark.parametrize("name", ["version", "updated_at", "mark"])
    def test_types_of_versions(self, article: Article, name: str) -> None:
        tag = get(Versioned, pk=article.pk, options={"version_field": name}).headers["ETag"]
        article.version += 1
        article.mark = "12345678123456781234567812345678"
        article.save()

        again = get(Versioned, tag, pk=article.pk, options={"version_field": name})

        assert again.status_code == 200
        assert again.headers["ETag"].split("-")[0] != tag.split("-")[0]

    def test_each_row_has_its_own(self, article: Article) -> None:
        other = Article.objects.create(title="News", folder=article.folder, version=3)

        versions = {get(Versioned, pk=pk).headers["ETag"].split("-")[0] for pk in (article.pk, other.pk)}

        assert len(versions) == 2

    def test_a_row_in_two_tables_has_that_of_the_first(self) -> None:
        review = Review.objects.create(title="Good")

        first = get(Versioned, pk=review.pk).headers["ETag"]
        second = get(Versioned, pk=review.pk, options={"model": Review}).headers["ETag"]

        assert first == second

    @pytest.mark.parametrize(
        "base",
        [generic.DetailView, generic.UpdateView, generic.DeleteView, vanilla.DetailView, vanilla.UpdateView],
    )
    @pytest.mark.parametrize("version_field", ["version", "updated_at"])
    def test_unchanged_columns_are_not_written(
        self, article: Article, method: str, base: Any, version_field: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class View(JsonResponseMixin, base):
            model = Article
            fields = ("title",)
            json_fields = ("id", "title", "folder")

        View.version_field = version_field
        tag = get(View, pk=article.pk).headers["ETag"]
        written: list[Any] = []
        monkeypatch.setattr(View, "get_json_dumps_kwargs", lambda self: written.append(self) or {})

        assert get(View, tag, method, pk=article.pk).status_code == 200  # it writes in another form
        tag = get(View, pk=article.pk).headers["ETag"]
        monkeypatch.setattr("django_extras.views.json.JsonResponse", None)
        again = get(View, f'"x", {tag}', method, pk=article.pk)

        assert (again.status_code, b"".join(again), again.headers) == (304, b"", {"ETag": tag})

    def test_of_neapolitan(self, article: Article, monkeypatch: pytest.MonkeyPatch) -> None:
        class View(JsonResponseMixin, CRUDView):
            model = Article
            json_fields = ("id", "title")
            version_field = "version"

        view = View.as_view(role=Role.DETAIL)
        tag = get(view, pk=article.pk).headers["ETag"]
        monkeypatch.setattr("django_extras.views.json.JsonResponse", None)

        assert get(view, tag, pk=article.pk).status_code == 304

    def test_async(self, article: Article) -> None:
        view = in_async(Versioned)
        tag = get(view, pk=article.pk).headers["ETag"]

        again = get(view, tag, "HEAD", pk=article.pk)

        assert tag == get(Versioned, pk=article.pk).headers["ETag"]
        assert (again.status_code, again.headers) == (304, {"ETag": tag})

    def test_async_without_own_code(self, article: Article, monkeypatch: pytest.MonkeyPatch) -> None:
        view = in_async(Versioned)
        view.__module__ = "django_extras.tests"
        tag = get(view, pk=article.pk).headers["ETag"]
        monkeypatch.setattr("django_extras.views.json.encode", None)

        again = get(view, tag, pk=article.pk)

        assert (again.status_code, again.headers) == (304, {"ETag": tag})

    def test_other_fields_have_another_tag(self, article: Article) -> None:
        tag = get(Versioned, pk=article.pk).headers["ETag"]

        again = get(Versioned, tag, pk=article.pk, options={"json_fields": ("id",)})

        assert again.status_code == 200
        assert again.headers["ETag"].split("-")[0] == tag.split("-")[0]

    def test_fields_by_request(self, article: Article) -> None:
        class View(Versioned):
            def get_json_fields(self) -> Any:
                return ["id"] if self.request.GET else ["id", "title"]

        tag = get(View, pk=article.pk).headers["ETag"]

        assert get(View, tag, pk=article.pk).status_code == 304
        assert get(View, tag, path="/?short=1", pk=article.pk).status_code == 200

    @pytest.mark.parametrize(
        "fields",
        [
            [{"folder": ["name"]}],
            ["folder__name"],
            [("of", {"folder": ["name"]})],
            [{"folders": ["name"]}],
            ["title", {"folders": ["name"]}],
        ],
    )
    def test_related_rows_change_the_tag(self, article: Article, fields: Any) -> None:
        assert article.folder is not None
        article.folders.add(article.folder)
        tag = get(Versioned, pk=article.pk, options={"json_fields": fields}).headers["ETag"]
        unchanged = get(Versioned, tag, pk=article.pk, options={"json_fields": fields})
        Folder.objects.update(name="Outbox")

        again = get(Versioned, tag, pk=article.pk, options={"json_fields": fields})

        assert unchanged.status_code == 304
        assert (again.status_code, b"Outbox" in again.content) == (200, True)

    def test_keys_of_related_rows_change_the_tag(self, article: Article) -> None:
        options = {"json_fields": ("id", "folders")}
        tag = get(Versioned, pk=article.pk, options=options).headers["ETag"]
        article.folders.add(Folder.objects.create(name="New"))

        assert get(Versioned, tag, pk=article.pk, options=options).status_code == 200

    def test_properties_change_the_tag(self, article: Article, monkeypatch: pytest.MonkeyPatch) -> None:
        options = {"json_fields": ("shout",)}
        tag = get(Versioned, pk=article.pk, options=options).headers["ETag"]
        monkeypatch.setattr(Article, "shout", property(lambda self: "!"))

        assert get(Versioned, tag, pk=article.pk, options=options).status_code == 200

    @pytest.mark.undescribed
    @pytest.mark.parametrize(
        ("is_left", "name"),
        [
            *((True, name) for name in ("get_json_data", "render_to_response")),
            *((is_left, name) for is_left in (True, False) for name in ("get", "get_object", "get_context_data")),
        ],
    )
    def test_what_a_view_adds_changes_the_tag(self, article: Article, name: str, is_left: bool) -> None:
        added = ["a"]

        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            found = getattr(super(cls, self), name)(*args, **kwargs)
            match name:
                case "get" | "render_to_response":
                    found.content += added[0].encode()
                case "get_object":
                    found.title = added[0]
                case "get_context_data":
                    found["object"].title = added[0]
                case "get_json_data":
                    found["title"] = added[0]
            return found

        cls: Any = type("Own", (Versioned if is_left else generic.DetailView,), {name: method})
        view = cls if is_left else type("View", (JsonResponseMixin, cls), {})
        for each in ("model", "json_fields", "version_field"):
            setattr(view, each, getattr(Versioned, each))
        tag = get(view, pk=article.pk).headers["ETag"]
        unchanged = get(view, tag, pk=article.pk)
        added[0] = "b"

        assert unchanged.status_code == 304
        assert get(view, tag, pk=article.pk).status_code == 200

    def test_a_model_that_changes_what_is_loaded(self, article: Article) -> None:
        class Changing(Article):
            class Meta:
                proxy = True
                app_label = "tests"

            title_now = "a"

            @classmethod
            def from_db(cls, *args: Any, **kwargs: Any) -> Any:
                found = super().from_db(*args, **kwargs)
                found.title = cls.title_now
                return found

        tag = get(Versioned, pk=article.pk, options={"model": Changing}).headers["ETag"]
        Changing.title_now = "b"

        assert get(Versioned, tag, pk=article.pk, options={"model": Changing}).status_code == 200

    def test_permission_comes_first(self, article: Article) -> None:
        class View(Versioned):
            def get_object(self, queryset: Any = None) -> Any:
                super().get_object(queryset)
                raise HttpError(403)

        tag = get(Versioned, pk=article.pk).headers["ETag"]

        assert get(View, tag, pk=article.pk).status_code == 403

    def test_if_match_turns_the_date_beside_it_off(self, article: Article) -> None:
        class Dated(Versioned):
            def render_to_response(self, context: Any, **response_kwargs: Any) -> Any:
                response = super().render_to_response(context, **response_kwargs)
                response.headers["Last-Modified"] = http_date(10**9)
                return response

        before = {"if_unmodified_since": http_date(10**9 - 1)}
        tag = get(Dated, pk=article.pk).headers["ETag"]

        assert get(Dated, pk=article.pk, headers=before).status_code == 412
        assert get(Dated, pk=article.pk, headers={"if_match": tag, **before}).status_code == 200

    def test_if_match_compares_the_version(self, article: Article) -> None:
        tag = get(Versioned, pk=article.pk).headers["ETag"]
        Article.objects.update(title="Olds")
        with_other_hash = get(Versioned, pk=article.pk, headers={"if_match": tag})
        Article.objects.update(version=4)

        assert with_other_hash.status_code == 200
        assert get(Versioned, pk=article.pk, headers={"if_match": tag}).status_code == 412

    def test_a_view_without_json_fields(self, article: Article) -> None:
        class View(Versioned):
            json_fields = None

            def get_json_data(self, context: Any) -> Any:
                return {"title": context["object"].title}

        tag = get(View, pk=article.pk).headers["ETag"]

        assert count_tag_parts(tag) == 3
        assert get(View, tag, pk=article.pk).status_code == 304

    def test_another_encoder(self, article: Article) -> None:
        class Encoder(json.JSONEncoder):
            pass

        options = {"json_encoder_class": Encoder}
        tag = get(Versioned, pk=article.pk, options=options).headers["ETag"]

        assert get(Versioned, tag, pk=article.pk, options=options).status_code == 304
        assert get(Versioned, tag, pk=article.pk).status_code == 200

    def test_functions_have_no_name_that_lasts(self, article: Article) -> None:
        tags = {
            get(Versioned, pk=article.pk, options={"json_dumps_kwargs": {"default": function}}).headers["ETag"]
            for function in (lambda value: "", lambda value: "")
        }

        assert len(tags) == 1

    def test_an_object_that_is_no_row(self) -> None:
        class View(Versioned):
            def get_object(self, queryset: Any = None) -> Any:
                return {"id": 1, "title": "News", "folder": None}

        assert count_tag_parts(get(View).headers["ETag"]) == 1

    def test_a_list_has_no_version(self, article: Article) -> None:
        assert count_tag_parts(get(List, options={"version_field": "version"}).headers["ETag"]) == 1

    def test_a_field_that_is_not_there(self, article: Article) -> None:
        with pytest.raises(ImproperlyConfigured) as caught:
            get(Versioned, pk=article.pk, options={"version_field": "revision"})

        assert str(caught.value) == (
            'Versioned.version_field is "revision", which Article has not. It could be one of: version, updated_at, '
            "mark. Or add models.PositiveBigIntegerField(default=0, editable=False)."
        )

    @pytest.mark.parametrize("name", ["title", "id", "folder"])
    def test_a_field_that_is_no_version(self, article: Article, name: str) -> None:
        with pytest.raises(ImproperlyConfigured, match=f'^Versioned.version_field is "{name}", a .* of Article. Name'):
            get(Versioned, pk=article.pk, options={"version_field": name})
