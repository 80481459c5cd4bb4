import json
from html import escape

import pytest
import vanilla
from asgiref.sync import async_to_sync, iscoroutinefunction
from braces.views import AllVerbsMixin
from django import forms
from django.contrib.auth import views as auth_views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import BadRequest, ImproperlyConfigured, PermissionDenied, SuspiciousOperation
from django.db import IntegrityError, connection, transaction
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.views import View
from django.views.decorators.cache import cache_page
from django.views.generic import (
    CreateView,
    DeleteView,
    DetailView,
    FormView,
    ListView,
    RedirectView,
    TemplateView,
    UpdateView,
)
from django_filters.views import FilterView
from neapolitan.views import CRUDView, Role

from django_extras.http import HttpError
from django_extras.test import assert_problem
from django_extras.urls import by_method
from django_extras.views import NegotiatedResponseMixin, StatusResponseMixin
from tests.models import Book, Publisher
from tests.versions import Article
from tests.views.writing import in_async

HTML, JSON = "text/html", "application/json"
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
FORM = "application/x-www-form-urlencoded"
PAGES = {
    "page.html": "Page {{ word }}",
    "tests/book_list.html": (
        "{% for book in book_list %}{{ book.title }} {% endfor %}"
        "{% if is_paginated %}[{{ page_obj.has_previous }} {{ page_obj.has_next }}"
        "{% if page_obj.previous_url %} previous={{ page_obj.previous_url }}{% endif %}"
        "{% if page_obj.next_url %} next={{ page_obj.next_url }}{% endif %}"
        "{% for number in paginator.page_range %} {{ number }}{% endfor %}]{% endif %}"
    ),
    "tests/book_detail.html": "Detail of {{ book.title }}",
    "tests/book_form.html": "Form {{ form.errors.as_json }} {{ form.title.value }}",
    "tests/book_confirm_delete.html": "Delete {{ book.title }}?",
    "registration/login.html": "Log in {{ form.errors.as_json }}",
    "404.html": "No page: {{ exception }}",
}


class BookList(NegotiatedResponseMixin, ListView):
    queryset = Book.objects.order_by("title")
    json_fields = ["title"]


class BookDetail(NegotiatedResponseMixin, DetailView):
    model = Book
    json_fields = ["title"]


class BookCreate(NegotiatedResponseMixin, CreateView):
    model = Book
    fields = ["title", "price", "pages"]
    json_fields = ["title", "price"]


class BookUpdate(NegotiatedResponseMixin, UpdateView):
    model = Book
    fields = ["title", "price"]
    json_fields = ["title", "price"]


class BookDelete(NegotiatedResponseMixin, DeleteView):
    model = Book
    success_url = "/books/"


class Page(NegotiatedResponseMixin, TemplateView):
    template_name = "page.html"

    def get_context_data(self, **kwargs):
        return {"word": "hello", **kwargs}


class Closed(NegotiatedResponseMixin, LoginRequiredMixin, TemplateView):
    template_name = "page.html"

    def get(self, request):
        return self.render_to_response({"word": "secret"})


class Failing(NegotiatedResponseMixin, TemplateView):
    template_name = "page.html"

    def get(self, request, kind):
        raise {
            "404": Http404("no such thing"),
            "403": PermissionDenied("not yours"),
            "400": BadRequest("bad"),
            "suspicious": SuspiciousOperation("odd"),
            "409": HttpError(409, "Taken."),
            "503": HttpError(503),
            "http404": HttpError(404, "Gone for good."),
            "500": RuntimeError("broken"),
        }[kind]


class AsyncFailing(NegotiatedResponseMixin, TemplateView):
    template_name = "page.html"

    async def get(self, request, kind):
        Failing.get(self, request, kind)


urlpatterns = [
    path("page/", Page.as_view()),
    path("books/", by_method(get=BookList, post=BookCreate), name="books"),
    path("books/<int:pk>/", by_method(get=BookDetail, put=BookUpdate, patch=BookUpdate, delete=BookDelete)),
    path("list/", BookList.as_view()),
    path("paged/", BookList.as_view(paginate_by=2)),
    path("uncounted/", BookList.as_view(paginate_by=2, count=False)),
    path("cursor/", BookList.as_view(paginate_by=2, paginate="cursor")),
    path("new/", BookCreate.as_view()),
    path("<int:pk>/", BookDetail.as_view()),
    path("<int:pk>/edit/", BookUpdate.as_view()),
    path("<int:pk>/delete/", BookDelete.as_view()),
    path("closed/", Closed.as_view()),
    path("fail/<kind>/", Failing.as_view()),
    path("fail-later/<kind>/", AsyncFailing.as_view()),
]


@pytest.fixture(autouse=True)
def _project(settings):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ]
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", PAGES)]},
        }
    ]


@pytest.fixture
def book(db):
    return Book.objects.create(title="Emma", price=5)


def type_of(response):
    return response.headers["Content-Type"].partition(";")[0]


def send(client, method, url, accept=None, data=b"", content_type="", **headers):
    """Return the response to a request, whose Vary names Accept."""
    if accept is not None:
        headers["Accept"] = accept
    response = client.generic(method, url, data, content_type, headers=headers)
    assert "Accept" in response.headers.get("Vary", "").split(", "), response
    return response


class TestWhatClientsGet:
    @pytest.mark.parametrize(
        ("accept", "expected"),
        [
            pytest.param(None, HTML, id="none"),
            pytest.param("", HTML, id="empty"),
            pytest.param(CHROME, HTML, id="Chrome"),
            pytest.param("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML, id="Firefox"),
            pytest.param("text/html, */*", HTML, id="htmx boosted"),
            pytest.param("*/*", HTML, id="curl, fetch, htmx, requests"),
            pytest.param("*", HTML, id="Java"),
            pytest.param("application/json, text/plain, */*", JSON, id="axios"),
            pytest.param("application/json, text/javascript, */*; q=0.01", JSON, id="jQuery getJSON"),
            pytest.param("application/json, */*;q=0.5", JSON, id="HTTPie with data"),
            pytest.param("text/vnd.turbo-stream.html, text/html, application/xhtml+xml", HTML, id="Turbo"),
            pytest.param("application/json", JSON, id="JsonClient"),
            pytest.param("application/json; charset=utf-8", JSON, id="with charset"),
            pytest.param('application/json; profile="a,b"', JSON, id="with a quoted parameter"),
            pytest.param("text/html;level=1", HTML, id="with another parameter"),
            pytest.param("APPLICATION/JSON", JSON, id="upper case"),
            pytest.param("application/*", JSON, id="any application"),
            pytest.param("text/*", HTML, id="any text"),
            pytest.param("application/json;q=0, */*", HTML, id="all but JSON"),
            pytest.param("text/html;q=0, */*", JSON, id="all but HTML"),
            pytest.param("*/*;q=0.1, text/*;q=0.9, text/html;q=0.2, application/json;q=0.3", JSON, id="most specific"),
            pytest.param("text/html;q=0.5, application/json;q=0.4", HTML, id="by weight"),
            pytest.param("text/html;q=0.4, application/json;q=0.5", JSON, id="by weight, JSON"),
            pytest.param("application/json, text/html", HTML, id="a tie"),
            pytest.param("nonsense", HTML, id="unreadable"),
            pytest.param("a/b," * 1000, HTML, id="too long"),
        ],
    )
    def test_by_accept(self, client, accept, expected):
        for method in ("GET", "HEAD"):
            assert type_of(send(client, method, "/page/", accept)) == expected

    @pytest.mark.parametrize(
        ("accept", "expected"),
        [(None, JSON), ("*/*", JSON), ("text/html", HTML), ("application/json, text/html", JSON), ("text/*", HTML)],
    )
    def test_first_type(self, rf, accept, expected):
        view = Page.as_view(content_types=["application/json", "text/html"])
        headers = {} if accept is None else {"Accept": accept}

        assert type_of(view(rf.get("/", headers=headers))) == expected

    @pytest.mark.parametrize(
        ("accept", "content_type", "headers", "expected"),
        [
            ("*/*", JSON, {}, JSON),
            (None, "application/merge-patch+json", {}, JSON),
            ("*/*", FORM, {}, HTML),
            ("text/html", JSON, {}, HTML),
            ("application/json", FORM, {}, JSON),
            ("*/*", JSON, {"HX-Request": "true"}, HTML),
        ],
    )
    def test_type_of_the_body(self, client, db, accept, content_type, headers, expected):
        response = send(
            client, "POST", "/new/", accept, b"{}" if "json" in content_type else b"", content_type, **headers
        )

        assert type_of(response) == (HTML if expected == HTML else "application/problem+json")

    def test_get_has_no_body(self, client):
        assert type_of(send(client, "GET", "/page/", "*/*", b"", JSON)) == HTML

    def test_both_are_what_they_are_alone(self, client, book):
        assert send(client, "GET", "/list/", "text/html").content == b"Emma "
        assert send(client, "GET", "/list/", "application/json").json() == [{"title": "Emma"}]
        assert send(client, "GET", f"/{book.pk}/", "text/html").content == b"Detail of Emma"
        assert send(client, "GET", f"/{book.pk}/", "application/json").json() == {"title": "Emma"}

    def test_another_type_of_json(self, rf):
        view = Page.as_view(content_types=["text/html", "application/vnd.api+json"])

        assert view(rf.get("/", headers={"Accept": "application/vnd.api+json"}))["Content-Type"] == (
            "application/vnd.api+json"
        )
        assert_problem(view(rf.get("/", headers={"Accept": "application/json"})), 406)

    @pytest.mark.parametrize(
        "types", ["text/html", ["text/html"], ["text/html", "text/plain"], ["application/json"] * 2, []]
    )
    def test_wrong_types(self, rf, types):
        with pytest.raises(ImproperlyConfigured) as caught:
            Page.as_view(content_types=types)(rf.get("/"))

        assert str(caught.value) == (
            f"Page.content_types is {types!r}. Name the type of the page and that of JSON, the one for clients "
            'without a preference first, such as ["text/html", "application/json"].'
        )


class TestNeitherType:
    def test_406_names_both(self, client, book):
        for method, url in [
            ("GET", "/list/"),
            ("HEAD", "/list/"),
            ("POST", "/new/"),
            ("DELETE", f"/{book.pk}/delete/"),
        ]:
            response = send(client, method, url, "text/csv")

            assert response.status_code == 406
            if method != "HEAD":
                problem = assert_problem(response, 406, available=["text/html", "application/json"])
                assert problem["detail"] == "There is text/html and application/json."
        assert Book.objects.count() == 1

    @pytest.mark.parametrize("accept", ["text/csv", "*/*;q=0", "text/html;q=0, application/json;q=0"])
    def test_nothing_is_done(self, client, db, accept):
        data = {"title": "Emma", "price": 5, "pages": 1}

        for content_type, content in [(JSON, json.dumps(data)), (FORM, "title=Emma&price=5&pages=1")]:
            assert_problem(send(client, "POST", "/new/", accept, content, content_type), 406)

        assert not Book.objects.exists()

    def test_access_mixins_come_first(self, client):
        assert_problem(send(client, "GET", "/closed/", "text/csv"), 401)

    def test_405_comes_first(self, client):
        assert_problem(send(client, "PATCH", "/page/", "text/csv"), 405)

    def test_options_is_for_all(self, client):
        response = send(client, "OPTIONS", "/page/", "text/csv")

        assert (response.status_code, response.headers["Allow"]) == (200, "GET, HEAD, OPTIONS")

    def test_views_that_get_their_handlers_later(self, rf):
        class Everything(NegotiatedResponseMixin, AllVerbsMixin, TemplateView):
            def all(self, request):
                raise AssertionError

        class Books(NegotiatedResponseMixin, CRUDView):
            model = Book
            fields = ["title"]

        for view in (Everything.as_view(), *(Books.as_view(role=role) for role in Role)):
            for method in ("GET", "POST"):
                response = view(rf.generic(method, "/", headers={"Accept": "text/csv"}), pk=1)
                assert response.status_code in (405, 406)
            assert_problem(view(rf.get("/", headers={"Accept": "text/csv"}), pk=1), 406)

    def test_async(self, rf):
        class Later(NegotiatedResponseMixin, TemplateView):
            async def get(self, request):
                raise AssertionError

        response = async_to_sync(Later.as_view())(rf.get("/", headers={"Accept": "text/csv"}))

        assert_problem(response, 406)
        assert response.headers["Vary"] == "Accept"


class TestVary:
    """send() asserts that Vary names Accept."""

    @pytest.mark.parametrize("accept", ["text/html", "application/json", "text/csv"])
    def test_on_every_response(self, client, book, accept):
        for method, url in [
            *[("GET", "/list/"), ("HEAD", "/list/"), ("OPTIONS", "/list/"), ("PUT", "/list/"), ("TRACE", "/list/")],
            *[("GET", "/99/"), ("GET", "/closed/"), ("POST", "/new/"), ("PUT", f"/{book.pk}/edit/")],
            *[("GET", "/fail/404/"), ("GET", "/fail/403/"), ("GET", "/fail/400/"), ("GET", "/fail/suspicious/")],
            *[("GET", "/fail-later/404/"), ("GET", "/fail/http404/"), ("GET", "/paged/?page=9")],
            *[("OPTIONS", "/books/"), ("PUT", "/books/"), ("DELETE", f"/{book.pk}/delete/")],
        ]:
            send(client, method, url, accept)

    @pytest.mark.parametrize("accept", ["text/html", "application/json"])
    def test_with_the_middleware_for_errors(self, settings, accept):
        settings.MIDDLEWARE = ["django_extras.middleware.HttpErrorMiddleware"]
        client = Client(raise_request_exception=False)

        for kind in ("404", "403", "400", "suspicious", "409", "http404"):
            response = send(client, "GET", f"/fail/{kind}/", accept)
            assert type_of(response) == (HTML if accept == HTML else "application/problem+json")
        assert send(client, "GET", "/fail/500/", accept).status_code == 500

    def test_beside_the_fields_of_the_view(self, rf):
        class Own(Page):
            def get(self, request):
                return HttpResponse(headers={"Vary": "Cookie, accept"})

        assert Own.as_view()(rf.get("/")).headers["Vary"] == "Cookie, accept"

    def test_304(self, settings, client, book):
        settings.MIDDLEWARE = ["django.middleware.http.ConditionalGetMiddleware"]
        for accept in ("text/html", "application/json"):
            tag = send(client, "GET", "/list/", accept).headers["ETag"]

            assert send(client, "GET", "/list/", accept, **{"If-None-Match": tag}).status_code == 304

    def test_what_is_no_response_is_left_to_django(self, client, settings):
        class Nothing(Page):
            def get(self, request):
                return None

        settings.ROOT_URLCONF = (path("", Nothing.as_view()),)

        with pytest.raises(ValueError, match="didn't return an HttpResponse object. It returned None instead"):
            client.get("/")


def plain(view):
    """Return the same view without the mixin."""
    own = {name: value for name, value in vars(view).items() if name not in ("__dict__", "__weakref__", "json_fields")}
    return type(view.__name__, tuple(base for base in view.__bases__ if base is not NegotiatedResponseMixin), own)


class Login(NegotiatedResponseMixin, auth_views.LoginView):
    pass


class Contact(NegotiatedResponseMixin, FormView):
    template_name = "page.html"
    form_class = type("ContactForm", (forms.Form,), {"title": forms.CharField()})
    success_url = "/thanks/"


class Typed(NegotiatedResponseMixin, type("Plain", (TemplateView,), {"content_type": "text/plain"})):
    template_name = "page.html"


class TestThePage:
    """Of whoever asks for HTML nobody can tell that there is JSON too, but for Vary."""

    @pytest.mark.parametrize("content_type", [FORM, "text/plain"])
    @pytest.mark.parametrize("data", [b"", b"title=Emma&price=5&pages=3", b"title=Emma&price=cheap"])
    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
    @pytest.mark.parametrize(
        "view", [BookList, BookDetail, BookCreate, BookUpdate, BookDelete, Contact, Page, Login, Closed, Typed]
    )
    def test_it_is_that_of_the_view_without_the_mixin(self, rf, book, view, method, data, content_type):
        seen = []
        for each in (view, plain(view)):
            request = rf.generic(method, "/?a=b", data, content_type, headers={"Accept": CHROME})
            request.user, request.session = AnonymousUser(), {}
            with transaction.atomic(), CaptureQueriesContext(connection) as queries:
                try:
                    response = each.as_view()(request, pk=book.pk)
                    template = getattr(response, "template_name", None)
                    getattr(response, "render", lambda: None)()
                    rows = list(Book.objects.order_by("pk").values("title", "price", "pages"))
                    answer = (
                        response.status_code,
                        response.content,
                        template,
                        sorted(response.context_data or ()) if template else (),
                    )
                    fields = {name: text for name, text in response.headers.items() if name not in ("Expires", "Vary")}
                    if response.status_code == 405:
                        fields.pop("Allow")
                    if "Location" in fields:  # a rollback gives back no key, except on SQLite
                        fields["Location"] = fields["Location"].replace(f"/{Book.objects.latest('pk').pk}/", "/last/")
                    seen.append((answer, fields, rows, len(queries)))
                except Exception as error:
                    seen.append(repr(error))
                transaction.set_rollback(True)

        assert seen[0] == seen[1]

    def test_it_is_rendered_late(self, rf, book):
        request = rf.get("/", headers={"Accept": "text/html"})

        response = BookDetail.as_view()(request, pk=book.pk)

        assert type(response) is TemplateResponse
        assert not response.is_rendered
        assert response.context_data["book"] == book
        assert response.template_name == ["tests/book_detail.html"]

    def test_middleware_for_templates_sees_it(self, client, settings):
        settings.MIDDLEWARE = [f"{__name__}.WordMiddleware"]

        assert send(client, "GET", "/page/", "text/html").content == b"Page changed"
        assert client.get("/page/", headers={"Accept": "text/html"}).context["word"] == "changed"
        assert send(client, "GET", "/page/", "application/json").json() == {"word": "hello"}

    def test_form_pages_and_redirects(self, client, book):
        data = "title=Persuasion&price=6&pages=1"

        invalid = send(client, "POST", "/new/", CHROME, "title=&price=6&pages=1", FORM)
        valid = send(client, "POST", "/new/", CHROME, data, FORM)

        assert (invalid.status_code, invalid.content.decode()) == (
            200,
            f"Form {escape(invalid.context['form'].errors.as_json())} ",
        )
        assert (valid.status_code, valid.url) == (302, f"/books/{Book.objects.get(title='Persuasion').pk}/")

    def test_statuses(self, rf, db):
        left = type("Left", (StatusResponseMixin, BookCreate), {"status_codes": {"form_invalid": 422, "created": 303}})
        right = type(
            "Right",
            (NegotiatedResponseMixin, StatusResponseMixin, CreateView),
            {"status_codes": left.status_codes, "model": Book, "fields": BookCreate.fields, "json_fields": ["title"]},
        )

        for view in (left, right):
            for accept, expected in [(CHROME, HTML), (JSON, "application/problem+json")]:
                headers = {"Accept": accept}
                invalid = view.as_view()(rf.post("/", {"title": ""}, headers=headers))
                assert (invalid.status_code, type_of(invalid)) == (422, expected)
                valid = view.as_view()(rf.post("/", {"title": "Emma", "price": 5, "pages": 1}, headers=headers))
                assert (valid.status_code, valid.headers["Location"]) == (
                    303,
                    Book.objects.latest("pk").get_absolute_url(),
                )

    def test_logins(self, client, db):
        page, problem = (send(client, "GET", "/closed/", accept) for accept in (CHROME, JSON))

        assert (page.status_code, page.url) == (302, "/accounts/login/?next=/closed/")
        assert_problem(problem, 401)
        client.force_login(User.objects.create_user("jane"))
        assert send(client, "GET", "/closed/", CHROME).content == b"Page secret"

    def test_405_is_djangos(self, client, caplog):
        response = send(client, "POST", "/page/", CHROME)

        assert (response.status_code, response.content) == (405, b"")
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
        assert len(caplog.records) == 1

    def test_async_views(self, rf, book):
        view = in_async(BookDetail).as_view()

        assert iscoroutinefunction(view)
        page = async_to_sync(view)(rf.get("/", headers={"Accept": CHROME}), pk=book.pk)
        data = async_to_sync(view)(rf.get("/", headers={"Accept": JSON}), pk=book.pk)
        assert page.render().content == b"Detail of Emma"
        assert json.loads(data.content) == {"title": "Emma"}
        assert page.headers["Vary"] == data.headers["Vary"] == "Accept"


class WordMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_template_response(self, request, response):
        response.context_data["word"] = "changed"
        return response


class TestErrors:
    def test_the_page_of_django(self, client):
        response = send(client, "GET", "/fail/404/", CHROME)

        assert (response.status_code, response.content) == (404, b"No page: no such thing")
        assert_problem(send(client, "GET", "/fail/404/", JSON), 404)

    @pytest.mark.parametrize("url", ["fail", "fail-later"])
    @pytest.mark.parametrize(
        ("kind", "status"), [("404", 404), ("403", 403), ("400", 400), ("suspicious", 400), ("http404", 404)]
    )
    def test_as_without_the_mixin(self, client, settings, caplog, kind, status, url):
        response = send(client, "GET", f"/{url}/{kind}/", CHROME)
        logged = [(record.name, record.getMessage()) for record in caplog.records]
        caplog.clear()
        settings.ROOT_URLCONF = (path(f"{url}/<kind>/", plain(Failing).as_view()),)
        expected = client.get(f"/{url}/{kind}/")

        assert response.status_code == expected.status_code == status
        assert response.content == expected.content
        assert logged == [(record.name, record.getMessage()) for record in caplog.records]

    def test_while_debug_is_on(self, client, settings):
        settings.DEBUG = True

        for kind in ("404", "suspicious"):
            response = send(client, "GET", f"/fail/{kind}/", CHROME)
            assert type_of(response) == HTML
            assert b"DEBUG = True" in response.content

    def test_crashes_are_left_to_django(self, client):
        for accept in (CHROME, JSON):
            with pytest.raises(RuntimeError, match="broken"):
                client.get("/fail/500/", headers={"Accept": accept})

    @pytest.mark.parametrize("url", ["fail", "fail-later"])
    def test_an_error_of_ours_needs_no_middleware(self, client, caplog, url):
        response = send(client, "GET", f"/{url}/409/", CHROME)

        assert (response.status_code, type_of(response)) == (409, HTML)
        assert b"<p>Taken.</p>" in response.content
        assert send(client, "GET", f"/{url}/503/", CHROME).status_code == 503
        assert caplog.records[-1].exc_info[0] is HttpError

    def test_a_body_that_the_view_cannot_read(self, client, book):
        response = client.put(f"/{book.pk}/edit/", "x", "text/plain", headers={"Accept": CHROME})

        assert (response.status_code, type_of(response)) == (415, HTML)

    def test_a_caller_of_the_view_gets_the_exception(self, rf):
        with pytest.raises(Http404):
            Failing.as_view()(rf.get("/", headers={"Accept": CHROME}), kind="404")
        with pytest.raises(Http404):
            async_to_sync(AsyncFailing.as_view())(rf.get("/", headers={"Accept": CHROME}), kind="404")

    def test_middleware_sees_the_exception(self, client, settings):
        settings.MIDDLEWARE = [f"{__name__}.LostMiddleware"]

        assert client.get("/fail/404/", headers={"Accept": CHROME}).content == b"lost"
        assert client.get("/fail-later/404/", headers={"Accept": CHROME}).content == b"lost"

    def test_atomic_requests(self, settings, transactional_db):
        settings.DATABASES["default"]["ATOMIC_REQUESTS"] = True

        class Saving(Page):
            def get(self, request):
                Publisher.objects.create(name="Penguin")
                raise Http404

        settings.ROOT_URLCONF = (path("", Saving.as_view()),)
        connection.settings_dict["ATOMIC_REQUESTS"] = True
        try:
            for accept in (CHROME, JSON):
                assert send(Client(), "GET", "/", accept).status_code == 404
        finally:
            connection.settings_dict["ATOMIC_REQUESTS"] = False
        assert not Publisher.objects.exists()


class LostMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        return HttpResponse("lost")


class TestPages:
    @pytest.fixture
    def books(self, db):
        Book.objects.bulk_create(Book(title=title, price=1) for title in "abcde")

    def test_by_number(self, client, books):
        page = send(client, "GET", "/paged/?page=2&a=b", CHROME)

        assert page.content.decode() == (
            "c d [True True previous=http://testserver/paged/?page=1&amp;a=b"
            " next=http://testserver/paged/?page=3&amp;a=b 1 2 3]"
        )
        assert send(client, "GET", "/paged/?page=9", CHROME).content.startswith(b"No page: Invalid page (9)")

    def test_without_count(self, client, books):
        first, last = (send(client, "GET", f"/uncounted/?page={number}", CHROME) for number in (1, 3))

        assert first.content.decode() == "a b [False True next=http://testserver/uncounted/?page=2]"
        assert last.content.decode() == "e [True False previous=http://testserver/uncounted/?page=2]"
        assert send(client, "GET", "/uncounted/?page=4", CHROME).status_code == 404
        assert send(client, "GET", "/uncounted/?page=x", CHROME).status_code == 404

    def test_by_cursor(self, client, books):
        seen, url = [], "/cursor/"
        while url:
            response = send(client, "GET", url, CHROME)
            page = response.context["page_obj"]
            seen.append("".join(book.title for book in page))
            assert page.has_previous() == bool(page.previous_url) == (len(seen) > 1)
            assert page.has_next() == bool(page.next_url) == (len(seen) < 3)
            assert f"[{page.has_previous()} {page.has_next()}" in response.content.decode()
            url = page.next_url

        assert seen == ["ab", "cd", "e"]
        back = send(client, "GET", page.previous_url, CHROME)
        assert back.content.startswith(b"c d [True True previous=http://testserver/cursor/?cursor=")
        assert send(client, "GET", page.previous_url, JSON).json()["results"] == [{"title": "c"}, {"title": "d"}]

    def test_a_cursor_that_is_none(self, client, books):
        assert send(client, "GET", "/cursor/?cursor=x", CHROME).status_code == 400
        assert_problem(send(client, "GET", "/cursor/?cursor=x", JSON), 400)

    @pytest.mark.parametrize("url", ["/paged/", "/uncounted/", "/cursor/"])
    def test_one_page(self, client, db, url):
        Book.objects.create(title="a", price=1)

        assert send(client, "GET", url, CHROME).content == b"a "

    def test_queries(self, client, books, django_assert_num_queries):
        for url, count in [("/paged/", 2), ("/uncounted/", 2), ("/cursor/", 2)]:
            with django_assert_num_queries(count):
                send(client, "GET", url, CHROME)

    def test_orders(self, rf, books):
        view = BookList.as_view(json_ordering=["title"])
        pages = [view(rf.get("/?ordering=-title", headers={"Accept": accept})) for accept in (CHROME, JSON)]

        assert pages[0].render().content == b"e d c b a "
        assert [row["title"] for row in json.loads(pages[1].content)] == [*"edcba"]

    @pytest.mark.parametrize("package", ["vanilla", "neapolitan"])
    def test_of_other_packages(self, rf, books, package):
        options = {
            "queryset": Book.objects.order_by("title"),
            "json_fields": ["title"],
            "paginate_by": 2,
            "model": Book,
        }
        options |= {"template_name": "tests/book_list.html", "paginate": "cursor"}
        if package == "vanilla":
            view = type("Books", (NegotiatedResponseMixin, vanilla.ListView), options).as_view()
        else:
            view = type("Books", (NegotiatedResponseMixin, CRUDView), options).as_view(role=Role.LIST)

        page, data = (view(rf.get("/", headers={"Accept": accept})) for accept in (CHROME, JSON))

        assert page.render().content.startswith(b"a b [False True next=http://testserver/?cursor=")
        assert [row["title"] for row in json.loads(data.content)["results"]] == ["a", "b"]


class TestBodies:
    """Each representation takes each body."""

    DATA = {"title": "Persuasion", "price": "6.00", "pages": 1}
    ENCODED = "title=Persuasion&price=6.00&pages=1"

    def test_json_for_a_page(self, client, db):
        valid = send(client, "POST", "/new/", CHROME, json.dumps(self.DATA), JSON)
        invalid = send(client, "POST", "/new/", CHROME, json.dumps({**self.DATA, "price": "cheap"}), JSON)

        assert (valid.status_code, valid.url) == (302, Book.objects.get().get_absolute_url())
        assert (invalid.status_code, type_of(invalid)) == (200, HTML)
        assert invalid.context["form"].errors.get_json_data()["price"][0]["code"] == "invalid"
        assert invalid.content.endswith(b" Persuasion")

    def test_a_form_for_json(self, client, db):
        created = send(client, "POST", "/new/", JSON, self.ENCODED, FORM)

        assert (created.status_code, created.json()) == (201, {"title": "Persuasion", "price": "6.00"})

    @pytest.mark.parametrize("content_type", [JSON, FORM])
    def test_put_and_patch(self, client, book, content_type):
        for method, title in [("PUT", "Sanditon"), ("PATCH", "Sandition")]:
            data = json.dumps({"title": title, "price": 7}) if content_type == JSON else f"title={title}&price=7"
            for accept in (CHROME, JSON):
                response = send(client, method, f"/{book.pk}/edit/", accept, data, content_type)
                book.refresh_from_db()
                assert response.status_code == (302 if accept == CHROME else 200)
                assert book.title == title

    def test_a_part_of_it(self, client, book):
        response = send(client, "PATCH", f"/{book.pk}/edit/", CHROME, '{"title": "Lady Susan"}', JSON)

        book.refresh_from_db()
        assert (response.status_code, book.title, book.price) == (302, "Lady Susan", 5)

    def test_delete(self, client, db):
        for method, accept, status in [("POST", CHROME, 302), ("DELETE", CHROME, 302), ("DELETE", JSON, 204)]:
            book = Book.objects.create(title="Emma", price=5)
            assert send(client, method, f"/{book.pk}/delete/", accept).status_code == status
            assert not Book.objects.exists()

    @pytest.mark.parametrize("accept", [CHROME, JSON])
    def test_broken_json(self, client, book, accept):
        response = send(client, "PUT", f"/{book.pk}/edit/", accept, "{", JSON)

        assert response.status_code == 400
        assert type_of(response) == (HTML if accept == CHROME else "application/problem+json")

    def test_what_a_page_cannot_save(self, client, book):
        class Broken(BookCreate):
            def form_valid(self, form):
                raise IntegrityError

        with pytest.raises(IntegrityError):
            send_to(Broken, CHROME, self.DATA)

    def test_a_missing_url_is_an_error_of_the_page_alone(self, db):
        class Lost(NegotiatedResponseMixin, CreateView):
            model = Publisher
            fields = ["name", "city"]

        data = {"name": "Penguin", "city": "London"}

        assert send_to(Lost, JSON, data).status_code == 204
        with pytest.raises(ImproperlyConfigured, match="No URL to redirect to"):
            send_to(Lost, CHROME, data)

    def test_logging_out(self, rf, db):
        class Logout(NegotiatedResponseMixin, auth_views.LogoutView):
            next_page = "/bye/"

        for accept, status in [(CHROME, 302), (JSON, 204)]:
            for content_type in (JSON, FORM):
                request = rf.post("/", b"", content_type, headers={"Accept": accept})
                request.user, request.session = AnonymousUser(), SessionStore()
                request._dont_enforce_csrf_checks = True
                assert Logout.as_view()(request).status_code == status

    def test_an_async_view(self, rf, db):
        view = in_async(BookCreate).as_view()

        for accept, status in [(CHROME, 302), (JSON, 201)]:
            request = rf.post("/", json.dumps(self.DATA), JSON, headers={"Accept": accept})
            assert async_to_sync(view)(request).status_code == status


def send_to(view, accept, data):
    return view.as_view()(RequestFactory().post("/", json.dumps(data), JSON, headers={"Accept": accept}))


class TestMethods:
    def test_of_both(self, client, book):
        for url, page, data in [
            ("/new/", "GET, POST, PUT, HEAD, OPTIONS", "POST, OPTIONS"),
            (f"/{book.pk}/edit/", "GET, POST, PUT, PATCH, HEAD, OPTIONS", "GET, POST, PUT, PATCH, HEAD, OPTIONS"),
            (f"/{book.pk}/delete/", "GET, POST, DELETE, HEAD, OPTIONS", "GET, POST, DELETE, HEAD, OPTIONS"),
        ]:
            for accept, expected in [(CHROME, page), (JSON, data)]:
                assert send(client, "OPTIONS", url, accept).headers["Allow"] == expected

    def test_a_form_is_for_pages(self, client):
        assert send(client, "GET", "/new/", CHROME).status_code == 200
        assert_problem(send(client, "GET", "/new/", JSON), 405)

    def test_by_method(self, client, book):
        url = f"/books/{book.pk}/"

        assert send(client, "GET", url, CHROME).content == b"Detail of Emma"
        assert send(client, "GET", url, JSON).json() == {"title": "Emma"}
        assert send(client, "PATCH", url, JSON, '{"title": "Emma 2"}', JSON).json() == {
            "title": "Emma 2",
            "price": "5.00",
        }
        assert type_of(send(client, "POST", url, CHROME)) == HTML
        assert_problem(send(client, "POST", url, JSON), 405)
        assert_problem(send(client, "PUT", "/books/", "text/csv"), 405)
        assert send(client, "DELETE", url, JSON).status_code == 204


class TestVersions:
    """Of a row with a version each representation notices what the other has written."""

    @pytest.fixture
    def article(self, db):
        return Article.objects.create(title="One")

    class Edit(NegotiatedResponseMixin, UpdateView):
        model = Article
        fields = ["title"]
        json_fields = ["title", "version"]
        version_field = "version"
        template_name = "page.html"
        success_url = "/"

    def edit(self, article, accept, data, content_type=FORM, view=Edit, **headers):
        request = RequestFactory().post("/", data, content_type, headers={"Accept": accept, **headers})
        response = view.as_view()(request, pk=article.pk)
        before = article.version
        article.refresh_from_db()
        return response.status_code, article.title, article.version - before

    def test_a_form_gives_a_new_version(self, article):
        assert self.edit(article, CHROME, "title=Two") == (302, "Two", 1)
        assert self.edit(article, JSON, "title=Three") == (200, "Three", 1)

    def test_a_form_with_faults_does_not(self, article):
        assert self.edit(article, CHROME, "title=") == (200, "One", 0)
        assert self.edit(article, JSON, "title=") == (422, "One", 0)

    def test_pages_have_no_tag(self, rf, article):
        for accept, has_tag in [(CHROME, False), (JSON, True)]:
            response = self.Edit.as_view()(rf.get("/", headers={"Accept": accept}), pk=article.pk)
            assert ("ETag" in response.headers) is has_tag

    def test_if_match_counts_for_both(self, rf, article):
        tag = self.Edit.as_view()(rf.get("/", headers={"Accept": JSON}), pk=article.pk).headers["ETag"]

        assert self.edit(article, CHROME, "title=Two", **{"If-Match": tag}) == (302, "Two", 1)
        assert self.edit(article, JSON, "title=Three", **{"If-Match": tag}) == (412, "Two", 0)
        with pytest.raises(HttpError, match="412"):
            self.edit(article, CHROME, "title=Three", **{"If-Match": tag})

    def test_forms_of_pages_need_no_if_match(self, article):
        view = type("Strict", (self.Edit,), {"require_if_match": True})

        assert self.edit(article, CHROME, "title=Two", view=view) == (302, "Two", 1)
        assert self.edit(article, JSON, "title=Three", view=view) == (428, "Two", 0)


class TestOtherPackages:
    def test_invalid_filters(self, rf, book):
        class Filtered(NegotiatedResponseMixin, FilterView):
            model = Book
            filterset_fields = ["pages"]
            json_fields = ["title"]
            template_name = "tests/book_list.html"

        page, problem = (
            Filtered.as_view()(rf.get("/?pages=x", headers={"Accept": accept})) for accept in (CHROME, JSON)
        )

        assert page.status_code == 200
        assert page.context_data["filter"].errors["pages"]
        assert_problem(problem, 400)

    @pytest.mark.parametrize("package", ["vanilla", "neapolitan"])
    def test_writing(self, rf, book, package):
        options = {"model": Book, "fields": ["title", "price", "pages"], "json_fields": ["title"], "success_url": "/"}
        options |= {"template_name": "tests/book_form.html", "get_success_url": lambda view: "/"}
        views = {}
        for name in ("create", "update", "delete"):
            if package == "vanilla":
                base = getattr(vanilla, f"{name.title()}View")
                views[name] = type("Books", (NegotiatedResponseMixin, base), options).as_view()
            else:
                role = Role(name)
                views[name] = type("Books", (NegotiatedResponseMixin, CRUDView), options).as_view(role=role)
        data = {"title": "Persuasion", "price": "6.00", "pages": 1}

        for accept, statuses in [(CHROME, (200, 200, 302, 302, 302)), (JSON, (405, 422, 201, 200, 204))]:
            headers = {"Accept": accept}
            kwargs = {"pk": Book.objects.latest("pk").pk}
            answers = [
                views["create"](rf.get("/", headers=headers)),
                views["create"](rf.post("/", {"title": ""}, headers=headers)),
                views["create"](rf.post("/", data, headers=headers)),
                views["update"](rf.post("/", json.dumps(data), JSON, headers=headers), **kwargs),
                views["delete"](rf.post("/", headers=headers), **kwargs),
            ]
            assert tuple(answer.status_code for answer in answers) == statuses
            assert Book.objects.get().title == "Persuasion"

    def test_caches_keep_both(self, client, settings, book):
        settings.ROOT_URLCONF = (path("", cache_page(60)(BookList.as_view())),)

        for _ in range(2):
            assert send(client, "GET", "/", CHROME).content == b"Emma "
            assert send(client, "GET", "/", JSON).json() == [{"title": "Emma"}]

    def test_logins_of_middleware(self, client, settings):
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django_extras.middleware.LoginRequiredMiddleware"]

        assert send(client, "GET", "/page/", CHROME).url == "/accounts/login/?next=/page/"
        assert_problem(send(client, "GET", "/page/", JSON), 401)


class TestWrongViews:
    @pytest.mark.parametrize("view", [View, RedirectView])
    def test_a_view_that_renders_nothing(self, view):
        with pytest.raises(ImproperlyConfigured) as caught:
            type("Report", (NegotiatedResponseMixin, view), {}).as_view()

        assert str(caught.value) == (
            "Report renders no template, so it has no page. Add a view that renders one, such as TemplateView, define "
            "Report.render_to_response(), or use JsonResponseMixin."
        )

    def test_one_that_renders_by_itself(self, rf):
        class Own(NegotiatedResponseMixin, View):
            def get(self, request):
                return self.render_to_response({"word": "hello"})

            def render_to_response(self, context=None, **kwargs):
                return HttpResponse("own") if self._is_page else super().render_to_response(context, **kwargs)

        assert Own.as_view()(rf.get("/")).content == b"own"

    def test_left_of_the_view(self):
        with pytest.raises(ImproperlyConfigured, match="Write class Wrong"):
            type("Wrong", (TemplateView, NegotiatedResponseMixin), {})

    def test_a_view_without_a_template_name(self, rf):
        view = type("Report", (NegotiatedResponseMixin, TemplateView), {}).as_view()

        with pytest.raises(ImproperlyConfigured, match="template_name"):
            view(rf.get("/", headers={"Accept": CHROME}))
        assert view(rf.get("/", headers={"Accept": JSON})).content == b"{}"
