"""Whoever may not see a view gets 401 or 403 in JSON, and nothing that the same view in HTML refuses."""

import asyncio
import datetime
import json
from typing import Any

import braces.views as braces
import guardian.decorators
import guardian.mixins
import pytest
import rules.contrib.views
from asgiref.sync import async_to_sync, iscoroutinefunction
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth import decorators, mixins
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.contrib.auth.views import redirect_to_login
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.test import AsyncClient, AsyncRequestFactory, Client, RequestFactory
from django.urls import include, path, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import RedirectView, TemplateView, UpdateView, View

from django_extras.http import HttpError, HttpResponseConflict
from django_extras.urls import by_method
from django_extras.views import JsonResponseMixin, NegotiatedResponseMixin, StatusResponseMixin
from tests.models import Book, Publisher

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
SESSIONS = ["django.contrib.sessions.middleware.SessionMiddleware"]
LOGINS = [*SESSIONS, "django.contrib.auth.middleware.AuthenticationMiddleware"]
ERRORS = "django_extras.middleware.HttpErrorMiddleware"
MIDDLEWARES = {
    "none": LOGINS,
    "errors": [ERRORS, *LOGINS],
    "django's": [*LOGINS, "django.contrib.auth.middleware.LoginRequiredMiddleware"],
    "django's and errors": [ERRORS, *LOGINS, "django.contrib.auth.middleware.LoginRequiredMiddleware"],
    "ours": [*LOGINS, "django_extras.middleware.LoginRequiredMiddleware"],
    "ours and errors": [ERRORS, *LOGINS, "django_extras.middleware.LoginRequiredMiddleware"],
}
PERMISSION = {"permission_required": "tests.change_book", "return_404": False}
ACCESS: dict[str, tuple[Any, dict[str, Any]]] = {
    "django login": (mixins.LoginRequiredMixin, {}),
    "django permission": (mixins.PermissionRequiredMixin, PERMISSION),
    "django test": (mixins.UserPassesTestMixin, {"test_func": lambda self: False}),
    "braces login": (braces.LoginRequiredMixin, {}),
    "braces anonymous": (braces.AnonymousRequiredMixin, {"authenticated_redirect_url": "/profile/"}),
    "braces permission": (braces.PermissionRequiredMixin, PERMISSION),
    "braces permissions": (braces.MultiplePermissionsRequiredMixin, {"permissions": {"all": ["tests.change_book"]}}),
    "braces group": (braces.GroupRequiredMixin, {"group_required": "editors"}),
    "braces test": (braces.UserPassesTestMixin, {"test_func": lambda self, user: False}),
    "braces superuser": (braces.SuperuserRequiredMixin, {}),
    "braces staff": (braces.StaffuserRequiredMixin, {}),
    "braces ssl": (braces.SSLRequiredMixin, {}),
    "braces recent": (braces.RecentLoginRequiredMixin, {}),
    "guardian login": (guardian.mixins.LoginRequiredMixin, {"login_url": "/accounts/login/"}),
    "guardian permission": (guardian.mixins.PermissionRequiredMixin, PERMISSION),
    "guardian 403": (guardian.mixins.PermissionRequiredMixin, {**PERMISSION, "return_403": True}),
    "guardian 404": (guardian.mixins.PermissionRequiredMixin, {**PERMISSION, "return_404": True}),
    "rules permission": (rules.contrib.views.PermissionRequiredMixin, PERMISSION),
}
DECORATORS = {
    "login": decorators.login_required,
    "login elsewhere": decorators.login_required(login_url="/signup/?a=b", redirect_field_name="back"),
    "permission": decorators.permission_required("tests.change_book"),
    "permission elsewhere": decorators.permission_required("tests.change_book", login_url=reverse_lazy("signup")),
    "permission raises": decorators.permission_required("tests.change_book", raise_exception=True),
    "test": decorators.user_passes_test(lambda user: False, login_url="https://login.example/"),
    "staff": staff_member_required,
    "guardian": guardian.decorators.permission_required("tests.change_book", login_url="/signup/"),
    "rules": rules.contrib.views.permission_required("tests.change_book", login_url="/signup/"),
    "rules raises": rules.contrib.views.permission_required("tests.change_book", raise_exception=True),
}
OPTIONS: list[dict[str, Any]] = [
    {},
    {"login_url": "/signup/"},
    {"raise_exception": True},
    {"raise_exception": True, "redirect_unauthenticated_users": True},
]


class Handlers(View):
    """A view that takes every method, and answers whom it gets with what nobody else may see."""

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return HttpResponse("secret")

    post = put = patch = delete = options = get


class Guarded(mixins.PermissionRequiredMixin, Handlers):
    permission_required = "tests.change_book"


class AsyncHandlers(View):
    async def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return HttpResponse("secret")

    head = post = put = patch = delete = options = get


class BookUpdate(UpdateView):  # type: ignore[type-arg]  # generic in the stubs alone
    model = Book
    fields = ["title"]
    success_url = "/success/"


class BookPage(BookUpdate):
    def render_to_response(self, context: Any, **response_kwargs: Any) -> Any:
        return HttpResponse("secret")


class Fields(JsonResponseMixin):
    json_fields = ["title"]

    def get_object(self, queryset: Any = None) -> Any:
        return super().get_object(queryset) if hasattr(super(), "get_object") else None


class Urls:
    """The URLconf of one test."""

    def __init__(self, **views: Any) -> None:
        named = [path("login/", Handlers.as_view(), name="login")]
        self.urlpatterns = [
            *(path(f"{name}/<int:pk>/", view) for name, view in views.items()),
            path("signup/", Handlers.as_view(), name="signup"),
            path("admin/", include((named, "admin"))),
        ]


@pytest.fixture
def book(db: None) -> Book:
    publisher = Publisher.objects.create(name="Ace")
    return Book.objects.create(title="Dune", price="9.99", published="1965-08-01", publisher=publisher)


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create(username="ann")


def answer(client: Any, url: str, method: str, **headers: str) -> Any:
    content = b"" if method in ("GET", "HEAD") else b"{}"
    if not isinstance(client, AsyncClient):
        return client.generic(method, url, content, "application/json", headers=headers)

    async def send() -> Any:
        return await client.generic(method, url, content, "application/json", headers=headers)

    return async_to_sync(send)()


def walk(
    settings: Any, user: User, book: Book, views: Any, middleware: str = "none", name: str = "", methods: Any = METHODS
) -> None:
    """Ask a view in HTML, and others in JSON, as somebody unknown and as a user who may do nothing."""
    html, *ours = views
    urls = [f"/ours{index}/{book.pk}/" for index in range(len(ours))]
    settings.ROOT_URLCONF = Urls(html=html, **{f"ours{index}": view for index, view in enumerate(ours)})
    settings.MIDDLEWARE = MIDDLEWARES[middleware]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    client = AsyncClient() if any(iscoroutinefunction(view) for view in ours) else Client()
    for is_known in (False, True):
        if is_known:
            client.force_login(user)
            User.objects.update(last_login=timezone.now() - datetime.timedelta(days=2))
        for method in methods:
            there = answer(client, f"/html/{book.pk}/", method)
            for url in urls:
                here = answer(client, url, method)
                case = (url, is_known, method, there, here, here.headers)
                if there.status_code < 300 or (there.status_code == 405 and name != "braces recent"):
                    assert here.status_code in (200, 204, 405, 422), case
                elif middleware == "django's" and not is_known:
                    assert here.headers["Location"].startswith("/accounts/login/"), case
                elif name == "braces ssl" and there.status_code != 302:
                    assert here.status_code == there.status_code, case
                    assert here.status_code == 404 or here.headers["Location"].startswith(
                        f"https://testserver{url}"
                    ), case
                else:
                    assert there.status_code in (302, 403, 404, 405), case
                    status = 403 if is_known and name != "braces recent" else 401
                    status = 404 if there.status_code == 404 else status
                    assert here.status_code == status, case
                    assert here.headers["Content-Type"] == "application/problem+json", case
                    assert here.headers.get("WWW-Authenticate") == ("Session" if status == 401 else None), case
                    assert "Location" not in here.headers, case


BASES: Any = {"sync": (Handlers, Handlers), "async": (Handlers, AsyncHandlers), "generic": (BookPage, BookUpdate)}


def in_both_positions(name: str, base: str, options: Any) -> Any:
    """Return a view with an access mixin in HTML, and in JSON with the mixin on the left and on the right."""
    mixin, attributes = ACCESS[name]
    theirs, view = BASES[base]
    bases = [(mixin, theirs), (mixin, Fields, view), (Fields, mixin, view)]
    return [type("Access", each, {**attributes, **options}).as_view() for each in bases]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("name", ACCESS)
def test_each_mixin(settings: Any, user: User, book: Book, name: str, base: str) -> None:
    walk(settings, user, book, in_both_positions(name, base, {}), name=name)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("name", ACCESS)
def test_each_mixin_with_its_options(settings: Any, user: User, book: Book, name: str, options: Any) -> None:
    options = {key: value for key, value in options.items() if hasattr(ACCESS[name][0], key)}

    walk(settings, user, book, in_both_positions(name, "sync", options), name=name, methods=["GET", "POST"])


@pytest.mark.parametrize("base", ["sync", "async"])
@pytest.mark.parametrize("middleware", MIDDLEWARES)
@pytest.mark.parametrize("name", ["django permission", "braces anonymous", "guardian permission"])
def test_each_middleware(settings: Any, user: User, book: Book, name: str, middleware: str, base: str) -> None:
    walk(settings, user, book, in_both_positions(name, base, {}), middleware, name)


@pytest.mark.parametrize("base", ["sync", "async"])
@pytest.mark.parametrize("name", DECORATORS)
def test_each_decorator_on_dispatch(settings: Any, user: User, book: Book, name: str, base: str) -> None:
    decorate = method_decorator(DECORATORS[name], name="dispatch")
    theirs, view = BASES[base]
    html = decorate(type("Html", (theirs,), {}))
    left = decorate(type("Ours", (Fields, view), {}))
    right = type("Ours", (Fields, decorate(type("View", (view,), {}))), {})

    walk(settings, user, book, [html.as_view(), left.as_view(), right.as_view()], name=name)


@pytest.mark.parametrize("middleware", ["errors", "ours and errors"])
@pytest.mark.parametrize("base", ["sync", "async"])
@pytest.mark.parametrize("name", DECORATORS)
def test_each_decorator_around_as_view(
    settings: Any, user: User, book: Book, name: str, base: str, middleware: str
) -> None:
    if base == "async" and name in ("guardian", "rules", "rules raises"):
        pytest.skip("This decorator takes no async view")
    theirs, view = BASES[base]
    views = [theirs.as_view(), type("Ours", (Fields, view), {}).as_view()]

    walk(settings, user, book, [DECORATORS[name](each) for each in views], middleware, name)


class Anyone(Fields, Handlers):
    """A view for everybody, which the tests below close in their own ways."""


def ask(view: Any, user: Any = None, url: str = "/books/?page=2", factory: Any = None, **kwargs: Any) -> Any:
    is_async = iscoroutinefunction(view)
    request = (factory or (AsyncRequestFactory() if is_async else RequestFactory())).get(url)
    request.user = AnonymousUser() if user is None else user
    response = view(request, **kwargs)
    return asyncio.run(response) if is_async else response


def made(*bases: Any, **attributes: Any) -> Any:
    return type("View", bases, attributes).as_view()


KNOWN = User(username="ann")


class TestOwnAnswers:
    """What a view or a mixin of the project answers itself is sent."""

    @pytest.mark.parametrize("bases", [(mixins.LoginRequiredMixin, Anyone), (braces.LoginRequiredMixin, Anyone)])
    @pytest.mark.parametrize(
        "own",
        [
            lambda self, *args: HttpResponse("Pay first.", status=402),
            lambda self, *args: HttpResponseRedirect("/pricing/?next=/books/%3Fpage%3D2"),
            lambda self, *args: redirect_to_login("/books/?page=2", "/pricing/"),
        ],
    )
    def test_a_response_of_handle_no_permission(self, bases: Any, own: Any) -> None:
        expected = own(None)

        response = ask(made(*bases, handle_no_permission=own))

        assert (response.status_code, response.headers) == (expected.status_code, expected.headers)

    @pytest.mark.parametrize(
        ("error", "status"), [(HttpError(403, "Pay first."), 403), (HttpError(402), 402), (Http404(), 404)]
    )
    def test_an_error_of_handle_no_permission(self, error: Exception, status: int) -> None:
        def handle(self: Any) -> Any:
            raise error

        assert ask(made(mixins.LoginRequiredMixin, Anyone, handle_no_permission=handle)).status_code == status

    @pytest.mark.parametrize("raises", [PermissionDenied, PermissionDenied("secret")])
    def test_permission_denied_of_handle_no_permission_is_a_refusal(self, raises: Any) -> None:
        def handle(self: Any) -> Any:
            raise raises

        view = made(mixins.LoginRequiredMixin, Anyone, handle_no_permission=handle)

        assert ask(view).status_code == 401
        assert b"secret" not in ask(view).content

    def test_a_redirect_to_the_page_to_log_in_is_a_refusal_from_there(self, settings: Any) -> None:
        settings.ROOT_URLCONF = Urls()

        def handle(self: Any) -> Any:
            return HttpResponseRedirect("/signup/")

        view = made(mixins.LoginRequiredMixin, Anyone, login_url="signup", handle_no_permission=handle)

        assert ask(view).status_code == 401

    def test_what_it_adds_to_the_response_stays(self) -> None:
        class Told(mixins.LoginRequiredMixin):
            def handle_no_permission(self) -> Any:
                response = super().handle_no_permission()
                response.set_cookie("told", "yes")
                response.headers["Vary"] = "Origin"
                return response

        response = ask(made(Told, Anyone))

        assert response.status_code == 401
        assert (response.cookies["told"].value, response.headers["Vary"]) == ("yes", "Origin")
        assert "Location" not in response.headers

    @pytest.mark.parametrize("raises", [Http404, KeyError])
    def test_the_exception_of_braces(self, raises: type[Exception]) -> None:
        view = made(braces.LoginRequiredMixin, Anyone, raise_exception=raises)

        if raises is Http404:
            assert ask(view).status_code == 404
        else:
            with pytest.raises(KeyError):
                ask(view)

    def test_the_function_of_braces(self) -> None:
        own = HttpResponseConflict()

        assert ask(made(braces.LoginRequiredMixin, Anyone, raise_exception=lambda self, request: own)) is own

    def test_permission_denied_elsewhere_is_403(self) -> None:
        def deny(self: Any, *args: Any, **kwargs: Any) -> Any:
            raise PermissionDenied

        for closed in (
            made(Anyone, dispatch=deny),
            made(Anyone, get=deny),
            made(mixins.LoginRequiredMixin, Anyone, dispatch=deny),
            made(mixins.UserPassesTestMixin, Anyone, test_func=deny),
        ):
            assert ask(closed).status_code == 403

    @pytest.mark.parametrize(
        "url",
        [
            "/terms/?next=/books/%3Fpage%3D2",
            "/accounts/login/",
            "/accounts/login/?next=/books/",
            "https://login.example/accounts/login/?next=/books/%3Fpage%3D2",
            "/profile/?from=http://testserver/books/%3Fpage%3D2",
        ],
    )
    @pytest.mark.parametrize("user", [None, KNOWN])
    @pytest.mark.parametrize("from_dispatch", [True, False])
    def test_a_redirect_elsewhere(self, url: str, user: Any, from_dispatch: bool) -> None:
        def leave(self: Any, *args: Any, **kwargs: Any) -> Any:
            return HttpResponseRedirect(url)

        view = made(mixins.AccessMixin, Anyone, **{"dispatch" if from_dispatch else "get": leave})

        response = ask(view, user)
        assert (response.status_code, response.headers["Location"]) == (302, url)

    def test_no_response_is_no_refusal(self) -> None:
        assert ask(made(Anyone, get=lambda *args: None)) is None

    def test_the_redirect_of_a_redirect_view(self) -> None:
        assert (
            ask(made(JsonResponseMixin, RedirectView, url="/accounts/login/")).headers["Location"]
            == "/accounts/login/"
        )

    @pytest.mark.parametrize("from_dispatch", [True, False])
    def test_a_redirect_to_the_page_to_log_in_and_back(self, from_dispatch: bool) -> None:
        def refuse(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            return redirect_to_login(request.get_full_path())

        view = made(Anyone, **{"dispatch" if from_dispatch else "get": refuse})

        assert (ask(view).status_code, ask(view, KNOWN).status_code) == (401, 403)

    def test_a_page_to_log_in_that_a_method_names(self, settings: Any) -> None:
        settings.LOGIN_URL = None

        class Own(mixins.AccessMixin):
            def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                return super().handle_no_permission()

        named = made(Own, Anyone, get_login_url=lambda self: "/in/")

        assert ask(named).status_code == 401
        assert ask(made(Own, Anyone, raise_exception=True)).status_code == 401
        assert ask(made(mixins.AccessMixin, Anyone, get=lambda *args: redirect_to_login("/books/?page=2", "/x/"))).url

    def test_a_host_that_is_not_allowed_matters_as_little_as_in_django(self, settings: Any) -> None:
        settings.ALLOWED_HOSTS = ["example.org"]

        def leave(self: Any, *args: Any, **kwargs: Any) -> Any:
            return HttpResponseRedirect("/accounts/login/?next=/")

        assert ask(made(Anyone, get=leave)).status_code == 302

    def test_a_page_to_log_in_that_has_no_url(self, settings: Any) -> None:
        settings.LOGIN_URL = "no-such-page"

        assert ask(made(Anyone, get=lambda *args: redirect_to_login("/books/?page=2", "/in/"))).status_code == 302

    @pytest.mark.parametrize("user", [None, KNOWN])
    def test_an_own_test_of_guardian(self, user: Any) -> None:
        calls = []

        class Own(guardian.mixins.PermissionRequiredMixin):
            permission_required = "tests.change_book"
            login_url = "/signup/"

            def on_permission_check_fail(self, request: Any, response: Any, obj: Any = None) -> None:
                calls.append((response.status_code, obj))

        book = Book()
        response = ask(made(Own, Anyone, permission_object=book), user)

        assert (response.status_code, calls) == (401 if user is None else 403, [(302, book)])


class TestBeside:
    @pytest.mark.parametrize("bases", [(StatusResponseMixin, Anyone), (Anyone, StatusResponseMixin, View)])
    @pytest.mark.parametrize("status", [203, 404, 302])
    def test_the_status_of_the_view_is_not_that_of_a_refusal(self, bases: Any, status: int) -> None:
        attributes = {"status_code": status, "location": "/elsewhere/" if status == 302 else None}

        response = ask(made(mixins.LoginRequiredMixin, *bases, **attributes))

        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Session"
        assert json.loads(response.content) == {"type": "about:blank", "title": "Unauthorized", "status": 401}

    def test_a_subclass_that_answers_some_in_html(self) -> None:
        class Some(Anyone):
            pass

        Some._answers_json = lambda view, request: request.headers.get("Accept") == "application/json"  # type: ignore[method-assign]  # as NegotiatedResponseMixin does
        view = made(mixins.LoginRequiredMixin, Some)
        ask_json = RequestFactory(headers={"Accept": "application/json"})

        assert ask(view).headers["Location"] == "/accounts/login/?next=/books/%3Fpage%3D2"
        assert ask(view, factory=ask_json).status_code == 401

    def test_without_a_user_nobody_is_logged_in(self, rf: RequestFactory) -> None:
        view = made(Anyone, get=lambda self, request: redirect_to_login(request.get_full_path()))

        assert view(rf.get("/")).status_code == 401


@pytest.mark.parametrize(
    "mixin", [guardian.mixins.PermissionRequiredMixin, rules.contrib.views.PermissionRequiredMixin]
)
@pytest.mark.parametrize("method", METHODS)
def test_a_refusal_leaves_no_transaction(rf: RequestFactory, book: Book, mixin: Any, method: str) -> None:
    """These mixins look the object up before the handler begins."""
    view = made(mixin, Fields, BookUpdate, permission_required="tests.change_book")
    request = rf.generic(method, "/")
    request.user = AnonymousUser()
    blocks = len(connection.atomic_blocks)

    assert view(request, pk=book.pk).status_code == 401
    assert len(connection.atomic_blocks) == blocks


@pytest.mark.parametrize("middleware", ["errors", "ours and errors", "ours"])
@pytest.mark.parametrize("base", ["sync", "async"])
def test_each_method_of_a_url(settings: Any, user: User, book: Book, middleware: str, base: str) -> None:
    elsewhere = decorators.permission_required("tests.change_book", login_url="/signup/")
    guarded = type("V", (mixins.PermissionRequiredMixin, BASES[base][1]), {"permission_required": "tests.change_book"})
    ours = type("Ours", (Fields, guarded), {})

    def views(view: Any) -> Any:
        return by_method(get=view, post=elsewhere(view.as_view()), put=view, patch=view, delete=view)

    walk(settings, user, book, [views(Guarded), views(ours)], middleware)


@pytest.mark.parametrize("middleware", ["ours", "ours and errors"])
@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_a_negotiated_view_is_refused_in_the_form_that_the_client_likes(
    settings: Any, middleware: str, client: Any
) -> None:
    class Page(NegotiatedResponseMixin, TemplateView):
        template_name = "page.html"

    settings.MIDDLEWARE = MIDDLEWARES[middleware]
    settings.ROOT_URLCONF = Urls(page=Page.as_view())
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"

    for accept, status in (("text/html", 302), ("application/json", 401)):
        response = answer(client(), "/page/1/", "GET", Accept=accept)
        assert response.status_code == status
        assert set(response.headers["Vary"].split(", ")) == {"Accept", "Cookie"}


class TestRecentLogin:
    @pytest.mark.parametrize("ago", [10, 3600, None])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_it_is_asked_for_before_anything_is_done(self, rf: RequestFactory, ago: int | None, method: str) -> None:
        done = []

        def handle(self: Any, request: Any) -> Any:
            done.append(request.method)
            return HttpResponse()

        request = getattr(rf, method)("/")
        last_login = None if ago is None else timezone.now() - datetime.timedelta(seconds=ago)
        request.user = User(username="ann", last_login=last_login)

        response = made(braces.RecentLoginRequiredMixin, Anyone, get=handle, post=handle)(request)

        assert (response.status_code, len(done)) == ((200, 1) if ago == 10 else (401, 0))


class TestAsync:
    """Django's mixins and decorators are sync. In an async view they run in a thread."""

    @pytest.mark.parametrize(
        "access",
        [
            lambda view: type(
                "V", (mixins.PermissionRequiredMixin, view), {"permission_required": "tests.change_book"}
            ),
            method_decorator(decorators.permission_required("tests.change_book"), name="dispatch"),
        ],
    )
    @pytest.mark.parametrize("may", [True, False])
    def test_who_may_gets_in(self, settings: Any, user: User, access: Any, may: bool) -> None:
        settings.MIDDLEWARE = LOGINS
        settings.ROOT_URLCONF = Urls(books=access(type("View", (Fields, AsyncHandlers), {})).as_view())
        if may:
            content_type = ContentType.objects.get_for_model(Book)
            user.user_permissions.add(
                Permission.objects.get_or_create(codename="change_book", content_type=content_type)[0]
            )
        client = AsyncClient()
        client.force_login(user)

        assert answer(client, "/books/1/", "GET").status_code == (200 if may else 403)

    def test_a_dispatch_that_is_async(self) -> None:
        class Waits(Fields, AsyncHandlers):
            async def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
                if kwargs:
                    raise PermissionDenied
                return await super().dispatch(request, *args, **kwargs)

        guarded = made(Waits, handle_no_permission=None)

        assert ask(guarded).content == b"secret"
        assert ask(guarded, pk=1).status_code == 403


class TestLoginRequiredMiddleware:
    @pytest.fixture(autouse=True)
    def _install(self, settings: Any) -> None:
        async def page(request: Any, pk: int) -> HttpResponse:
            return HttpResponse("secret")

        settings.MIDDLEWARE = MIDDLEWARES["ours"]
        settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
        settings.ROOT_URLCONF = Urls(
            json=Anyone.as_view(),
            wrapped=decorators.permission_required("tests.change_book", login_url="/signup/")(Anyone.as_view()),
            open=decorators.login_not_required(Anyone.as_view()),
            opened=method_decorator(decorators.login_not_required, name="dispatch")(
                type("V", (Anyone,), {})
            ).as_view(),
            html=Handlers.as_view(),
            function=lambda request, pk: HttpResponse("secret"),
            page=page,
        )

    @pytest.mark.parametrize("client", [Client, AsyncClient])
    def test_who_is_not_logged_in(self, client: Any) -> None:
        for name in ("json", "wrapped"):
            response = answer(client(), f"/{name}/1/", "GET")
            assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Session")
            assert response.headers["Vary"] == "Cookie"
        for name in ("html", "function", "page"):
            response = answer(client(), f"/{name}/1/", "GET")
            assert response.headers["Location"] == f"/accounts/login/?next=/{name}/1/"
        for name in ("open", "opened"):
            assert answer(client(), f"/{name}/1/", "GET").content == b"secret"
        assert answer(client(), "/nowhere/", "GET").status_code == 404

    @pytest.mark.parametrize("kind", [Client, AsyncClient])
    def test_who_is_logged_in(self, user: User, kind: Any) -> None:
        client = kind()
        client.force_login(user)

        for name in ("json", "html", "function", "page", "open"):
            assert answer(client, f"/{name}/1/", "GET").content == b"secret"
        assert answer(client, "/wrapped/1/", "GET").status_code == 403
