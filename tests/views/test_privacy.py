"""What depends on the user stays with the user: Cache-Control, Django's caches, and the tags of 304."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import AnonymousUser, User
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.views import generic
from django.views.decorators.cache import cache_control, cache_page
from django.views.decorators.vary import vary_on_cookie, vary_on_headers

from django_extras.http import HttpError, ProblemResponse
from django_extras.views import JsonResponseMixin, NegotiatedResponseMixin
from tests.versions import Article

pytestmark = pytest.mark.django_db


class Public(JsonResponseMixin, generic.ListView):
    """A list that is the same for all."""

    model = Article
    ordering = "pk"
    json_fields = ("title",)


class Mine(Public):
    """A list whose rows are those of the user."""

    paginate_by = 1
    paginate = "cursor"

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(text=self.request.user.get_username())


class Fields(Public):
    """A list whose columns depend on the user."""

    def get_json_fields(self) -> Any:
        return ["title", "text"] if self.request.user.is_authenticated else ["title"]


class Own(JsonResponseMixin, LoginRequiredMixin, generic.DetailView):
    """An object whose version alone says that it has not changed."""

    model = Article
    json_fields = ("title", "text")
    version_field = "version"

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(text=self.request.user.get_username())


class Either(NegotiatedResponseMixin, generic.ListView):
    template_name = "user.html"
    json_fields = ("title", "text")

    def get_queryset(self) -> Any:
        return Article.objects.filter(text=self.request.user.get_username()).order_by("pk")


class Failing(Public):
    def get_queryset(self) -> Any:
        raise HttpError(404, f"Nothing for {self.request.user.get_username()}.")


VIEWS = {"public": Public, "mine": Mine, "fields": Fields, "either": Either, "failing": Failing}
urlpatterns = [
    *(path(f"{name}/", view.as_view()) for name, view in VIEWS.items()),
    *(path(f"cached/{name}/", cache_page(60)(view.as_view())) for name, view in VIEWS.items()),
    path("own/<int:pk>/", Own.as_view()),
    path("cached/own/<int:pk>/", cache_page(60)(Own.as_view())),
    path("login/", cache_page(60)(login_required(Public.as_view()))),
]

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
CACHES = [
    "django.middleware.cache.UpdateCacheMiddleware",
    *MIDDLEWARE,
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
]


@pytest.fixture(autouse=True)
def _settings(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = MIDDLEWARE
    loader = ("django.template.loaders.locmem.Loader", {"user.html": "<p>{{ view.request.user.get_username }}</p>"})
    settings.TEMPLATES = [
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": [loader]}}
    ]
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def clients() -> dict[str, Client]:
    """Two users and somebody who has not logged in, each with articles of their own."""
    clients = {"": Client()}
    for name in ("ann", "bob"):
        clients[name] = Client()
        clients[name].force_login(User.objects.create(username=name))
    for name in clients:
        for number in range(2):
            Article.objects.create(title=f"{name or 'nobody'} {number}", text=name)
    return clients


def control(response: Any) -> str | None:
    found: str | None = response.headers.get("Cache-Control")
    return found


class TestCacheControl:
    @pytest.mark.parametrize("name", ["mine", "fields", "either"])
    @pytest.mark.parametrize("user", ["", "ann"])
    def test_what_asks_for_the_user_is_private(self, clients: Any, name: str, user: str) -> None:
        response = clients[user].get(f"/{name}/", headers={"Accept": "application/json"})
        again = clients[user].get(
            f"/{name}/", headers={"Accept": "application/json", "If-None-Match": response.headers["ETag"]}
        )

        assert (response.status_code, control(response)) == (200, "private")
        assert (again.status_code, control(again)) == (304, "private")
        assert "Cookie" in again.headers["Vary"]

    @pytest.mark.parametrize("user", ["", "ann"])
    def test_what_does_not_is_for_all(self, clients: Any, user: str) -> None:
        assert control(clients[user].get("/public/")) is None

    def test_access_mixins(self, clients: Any) -> None:
        pk = Article.objects.filter(text="ann")[0].pk

        assert control(clients["ann"].get(f"/own/{pk}/")) == "private"

    def test_access_middleware(self, clients: Any, settings: Any) -> None:
        settings.MIDDLEWARE = [*MIDDLEWARE, "django_extras.middleware.LoginRequiredMiddleware"]

        assert control(clients["ann"].get("/public/")) == "private"
        assert control(clients[""].get("/public/")) == "no-store"

    def respond(self, view: Any, **attributes: Any) -> Any:
        headers = attributes.pop("headers", {})
        request = RequestFactory().get("/", headers=headers)
        for name, value in attributes.items():
            setattr(request, name, value)
        return view.as_view()(request)

    def test_tokens(self) -> None:
        user = User(username="ann")

        assert control(self.respond(Public, headers={"Authorization": "Bearer x"})) == "private"
        assert control(self.respond(Public, user=user)) == "private"
        assert control(self.respond(Public, user=AnonymousUser())) is None

    def test_lazy_users(self) -> None:
        known = SimpleLazyObject(AnonymousUser)
        assert not known.is_authenticated

        assert control(self.respond(Public, user=SimpleLazyObject(lambda: User(username="ann")))) is None
        assert control(self.respond(Public, user=known)) == "private"
        assert control(self.respond(Mine, user=SimpleLazyObject(AnonymousUser))) == "private"

    @pytest.mark.parametrize("decorator", [vary_on_cookie, vary_on_headers("Accept", "authorization")])
    def test_what_varies_by_the_user(self, decorator: Any) -> None:
        assert (
            control(self.respond(method_decorator(decorator, name="dispatch")(type("V", (Public,), {})))) == "private"
        )

    def test_what_sets_a_cookie(self) -> None:
        class View(Public):
            def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                response = super().get(request, *args, **kwargs)
                response.set_cookie("seen", "yes")
                return response

        assert control(self.respond(View)) == "private"

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"public": True}, "public"),
            ({"public": True, "max_age": 9}, "public, max-age=9"),
            ({"s_maxage": 9}, "s-maxage=9"),
            ({"no_store": True}, "no-store"),
            ({"private": True}, "private"),
            ({"max_age": 9}, "max-age=9, private"),
            ({"no_cache": True}, "no-cache, private"),
        ],
    )
    def test_what_the_view_says(self, options: Any, expected: str) -> None:
        inner = method_decorator(cache_control(**options), name="dispatch")(type("V", (Public,), {}))
        headers = {"Authorization": "Bearer x"}

        assert control(self.respond(inner, headers=headers)) == expected
        outer = cache_control(**options)(Public.as_view())(RequestFactory().get("/", headers=headers))
        assert set(str(control(outer)).split(", ")) - {"private"} == set(expected.split(", ")) - {"private"}
        assert ("private" in str(control(outer))) == ("public" not in expected)

    @pytest.mark.parametrize("status", [400, 404, 422, 503])
    def test_problems_are_not_stored(self, status: int) -> None:
        assert control(ProblemResponse(status)) == "no-store"
        assert control(HttpError(status).problem()) == "no-store"
        assert control(ProblemResponse(status, headers={"Cache-Control": "max-age=5"})) == "max-age=5"


@pytest.mark.parametrize("middleware", [MIDDLEWARE, CACHES])
@pytest.mark.parametrize("prefix", ["", "cached/"])
class TestCaches:
    """Nothing of one user reaches another, through cache_page() or Django's middleware."""

    @pytest.mark.parametrize("order", [["ann", "bob", ""], ["", "ann", "bob"], ["ann", "", "ann", "bob", "ann"]])
    @pytest.mark.parametrize("method", ["get", "head"])
    def test_each_gets_their_own(
        self, clients: Any, settings: Any, middleware: Any, prefix: str, order: list[str], method: str
    ) -> None:
        settings.MIDDLEWARE = middleware
        accept = {"Accept": "application/json"}

        for user in order:
            name = user or "nobody"
            getattr(clients[user], method)(f"/{prefix}mine/", headers=accept)
            page = clients[user].get(f"/{prefix}mine/", headers=accept)
            assert [row["title"] for row in page.json()["results"]] == [f"{name} 0"]
            second = clients[user].get(page.json()["next"], headers=accept)
            assert [row["title"] for row in second.json()["results"]] == [f"{name} 1"]

            fields = clients[user].get(f"/{prefix}fields/", headers=accept).json()
            assert {len(row) for row in fields} == {2 if user else 1}

            rows = clients[user].get(f"/{prefix}either/", headers=accept).json()
            assert [row["title"] for row in rows] == [f"{name} 0", f"{name} 1"]
            page = clients[user].get(f"/{prefix}either/", headers={"Accept": "text/html"})
            assert page.content == f"<p>{user}</p>".encode()

            failed = clients[user].get(f"/{prefix}failing/", headers=accept)
            assert failed.json()["detail"] == f"Nothing for {user}."

    def test_objects_and_tags(self, clients: Any, settings: Any, middleware: Any, prefix: str) -> None:
        settings.MIDDLEWARE = middleware
        url = f"/{prefix}own/{Article.objects.filter(text='ann')[0].pk}/"
        tag = clients["ann"].get(url).headers["ETag"]

        assert clients["ann"].get(url, headers={"If-None-Match": tag}).status_code == 304
        for user, status in (("bob", 404), ("", 401), ("ann", 200)):
            assert clients[user].get(url).status_code == status
        for user, status in (("bob", 404), ("", 401), ("ann", 304)):
            assert clients[user].get(url, headers={"If-None-Match": tag}).status_code == status

    def test_a_304_is_not_kept(self, clients: Any, settings: Any, middleware: Any, prefix: str) -> None:
        settings.MIDDLEWARE = middleware
        tag = clients[""].get(f"/{prefix}public/").headers["ETag"]
        cache.clear()

        again = clients[""].get(f"/{prefix}public/", headers={"If-None-Match": tag})

        assert again.status_code == 304
        assert clients["ann"].get(f"/{prefix}public/").status_code == 200

    def test_what_is_for_all_is_kept(
        self, clients: Any, settings: Any, middleware: Any, prefix: str, django_assert_num_queries: Any
    ) -> None:
        settings.MIDDLEWARE = middleware
        first = clients[""].get(f"/{prefix}public/")

        with django_assert_num_queries(0 if prefix or middleware is CACHES else 1):
            again = clients["ann"].get(f"/{prefix}public/")

        assert json.loads(again.content) == json.loads(first.content)

    def test_tokens(self, clients: Any, settings: Any, middleware: Any, prefix: str) -> None:
        settings.MIDDLEWARE = [*middleware, f"{__name__}.by_token"]

        for user in ("ann", "bob", "ann", ""):
            headers = {"Authorization": f"Bearer {user}"} if user else {}
            rows = Client().get(f"/{prefix}fields/", headers=headers).json()
            assert {len(row) for row in rows} == {2 if user else 1}
            page = Client().get(f"/{prefix}mine/", headers=headers).json()
            assert [row["title"] for row in page["results"]] == [f"{user or 'nobody'} 0"]

    def test_a_login(self, clients: Any, settings: Any, middleware: Any, prefix: str) -> None:
        settings.MIDDLEWARE = middleware

        assert clients["ann"].get("/login/").status_code == 200
        assert clients[""].get("/login/").status_code == 302


class AsyncFields(Fields):
    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.object_list = await sync_to_async(self.get_queryset)()
        return self.render_to_response(self.get_context_data())


class TestCachesInside:
    """The same for ``cache_page()`` on a method of the view, which sees the response ahead of all middleware."""

    @pytest.mark.parametrize("method", ["dispatch", "get"])
    def test_each_gets_their_own(self, clients: Any, settings: Any, method: str) -> None:
        kept = method_decorator(cache_page(60), name=method)(type("Kept", (LoginRequiredMixin, Mine), {}))
        settings.ROOT_URLCONF = (path("", kept.as_view()),)

        for user in ("ann", "bob", "ann"):
            assert [row["title"] for row in clients[user].get("/").json()["results"]] == [f"{user} 0"]
        assert clients[""].get("/").status_code == 401

    @pytest.mark.parametrize("method", ["dispatch", "get"])
    def test_each_gets_their_own_page(self, clients: Any, settings: Any, method: str) -> None:
        kept = method_decorator(cache_page(60), name=method)(type("Kept", (LoginRequiredMixin, Either), {}))
        settings.ROOT_URLCONF = (path("", kept.as_view()),)

        for user in ("ann", "bob", "ann"):
            for accept in ("text/html", "application/json"):
                response = clients[user].get("/", headers={"Accept": accept})
                assert response.headers["Content-Type"].startswith(accept)
                assert user.encode() in response.content
        assert clients[""].get("/", headers={"Accept": "text/html"}).status_code == 302

    def test_an_async_view(self, clients: Any, settings: Any, django_assert_num_queries: Any) -> None:
        kept = method_decorator(cache_page(60), name="get")(type("Kept", (AsyncFields,), {}))
        settings.ROOT_URLCONF = (path("", kept.as_view()),)

        for user, width in (("ann", 2), ("", 1), ("ann", 2)):
            first = clients[user].get("/")
            with django_assert_num_queries(0):
                again = clients[user].get("/")
            assert {len(row) for row in first.json()} == {width}
            assert (again.content, again.headers["ETag"]) == (first.content, first.headers["ETag"])


def by_token(get_response: Any) -> Any:
    """A middleware that knows users by their tokens."""

    def respond(request: HttpRequest) -> Any:
        name = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if name:
            request.user = User.objects.get(username=name)
        return get_response(request)

    return respond
