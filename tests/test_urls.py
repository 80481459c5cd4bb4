"""by_method(): several views behind one URL."""

import asyncio
import json
from functools import partial

import pytest
from asgiref.sync import async_to_sync, iscoroutinefunction, sync_to_async
from braces.views import AllVerbsMixin
from django.contrib.admindocs.utils import get_view_name
from django.contrib.admindocs.views import ViewDetailView
from django.contrib.auth.decorators import login_not_required, login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpResponse, HttpResponseNotAllowed
from django.test import AsyncClient, Client, RequestFactory
from django.urls import path, resolve, reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import CreateView, DetailView, FormView, ListView, UpdateView
from neapolitan.views import CRUDView, Role

from django_extras.test import assert_problem
from django_extras.urls import by_method
from django_extras.views import JsonResponseMixin, NegotiatedResponseMixin, StatusResponseMixin
from tests.models import Book

OWN = View.http_method_names


class BookList(JsonResponseMixin, ListView):
    """All books."""

    queryset = Book.objects.order_by("title")
    json_fields = ["title"]


class BookCreate(JsonResponseMixin, CreateView):
    model = Book
    fields = ["title", "price"]
    json_fields = ["title"]


class BookDetail(JsonResponseMixin, DetailView):
    model = Book
    json_fields = ["title"]


class BookUpdate(JsonResponseMixin, UpdateView):
    model = Book
    fields = ["title", "price"]
    json_fields = ["title"]


class BookDelete(JsonResponseMixin, LoginRequiredMixin, View):
    raise_exception = True

    def delete(self, request, pk):
        return HttpResponse(f"deleted {pk}")


class Page(View):
    text = "page"

    def get(self, request, **kwargs):
        return HttpResponse(self.text)

    def post(self, request, **kwargs):
        return HttpResponse("posted to the page")


class Save(View):
    def get(self, request, **kwargs):
        return HttpResponse("empty form")

    def post(self, request, **kwargs):
        return HttpResponse("saved", status=201)


class AsyncPage(View):
    async def get(self, request, **kwargs):
        return HttpResponse("async page")


def show(request, **kwargs):
    """Show it."""
    return HttpResponse("shown")


def save(request, **kwargs):
    return HttpResponse("saved", status=201)


async def save_later(request, **kwargs):
    return HttpResponse("saved later", status=201)


urlpatterns = [
    path("books/", by_method(get=BookList, post=BookCreate), name="books"),
    path(
        "books/<int:pk>/",
        by_method(get=BookDetail, put=BookUpdate, patch=BookUpdate, delete=BookDelete),
        name="book",
    ),
    path("pages/", by_method(get=Page, post=Save)),
    path("functions/", by_method(get=show, post=save)),
    path("later/", by_method(get=Page, post=save_later)),
]


@pytest.fixture(autouse=True)
def _urls(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def book(db):
    return Book.objects.create(title="Emma", price=5)


def call(view, method, **kwargs):
    """Return the status and the content of what a view answers to a method."""
    response = view(RequestFactory().generic(method, "/"), **kwargs)
    return response.status_code, response.content.decode()


class TestMethods:
    def test_each_method_has_its_view(self):
        view = by_method(get=Page, post=Save)

        assert call(view, "GET") == (200, "page")
        assert call(view, "POST") == (201, "saved")

    def test_all_five_methods(self):
        views = {name: partial(lambda name, request: HttpResponse(name), name) for name in OWN[:5]}

        view = by_method(**views)

        assert {name: call(view, name.upper())[1] for name in OWN[:5]} == {name: name for name in OWN[:5]}

    def test_classes_and_what_as_view_returns_and_functions(self):
        view = by_method(get=Page.as_view(text="other"), post=save, delete=show)

        assert call(view, "GET") == (200, "other")
        assert call(view, "POST") == (201, "saved")
        assert call(view, "DELETE") == (200, "shown")

    def test_arguments_of_the_url(self):
        def show(request, *args, **kwargs):
            return HttpResponse(f"{args} {kwargs}")

        response = by_method(get=show)(RequestFactory().get("/"), 1, pk=2)

        assert response.content == b"(1,) {'pk': 2}"

    def test_head_goes_to_get(self):
        def show(request):
            return HttpResponse(request.method)

        assert call(by_method(get=show), "HEAD") == (200, "HEAD")
        assert call(by_method(get=Page, post=Save), "HEAD") == (200, "page")

    def test_json_on_one_url(self, book, client):
        assert client.get("/books/").json() == [{"title": "Emma"}]
        created = client.post("/books/", {"title": "Persuasion", "price": 6}, "application/json")
        assert (created.status_code, created.json()) == (201, {"title": "Persuasion"})
        url = reverse("book", kwargs={"pk": book.pk})
        assert client.get(url).json() == {"title": "Emma"}
        assert client.patch(url, {"title": "Emma 2"}, "application/json").json() == {"title": "Emma 2"}
        assert_problem(client.put(url, {"title": "Emma 3"}, "application/json"), 422)

    def test_it_can_be_nested(self):
        view = by_method(get=by_method(get=show), post=save)

        assert call(view, "GET") == (200, "shown")


class TestMethodsWithoutView:
    def test_405_of_pages(self, client, caplog):
        response = client.put("/pages/")

        assert response.status_code == 405
        assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"
        assert response.content == b""
        assert [record.getMessage() for record in caplog.records] == ["Method Not Allowed (PUT): /pages/"]

    def test_405_of_json_views_is_a_problem(self, client, caplog):
        response = client.delete("/books/")

        assert_problem(response, 405)
        assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"
        assert [record.getMessage() for record in caplog.records] == ["Method Not Allowed (DELETE): /books/"]

    @pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "head"])
    def test_there_are_no_other_methods(self, method):
        response = by_method(post=Save)(RequestFactory().generic(method, "/"))

        assert (response.status_code, response.headers["Allow"]) == (405, "POST, OPTIONS")

    def test_the_other_methods_of_a_view_stay_away(self, client):
        response = client.post("/books/1/", {})

        assert_problem(response, 405)
        assert response.headers["Allow"] == "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"

    def test_async(self):
        view = by_method(get=AsyncPage)

        response = async_to_sync(view)(RequestFactory().post("/"))

        assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")

    def test_head_without_get(self, client):
        view = by_method(post=Save)

        assert call(view, "HEAD")[0] == 405


class TestMethodsThatAViewRefuses:
    def test_405_varies_by_what_the_views_choose_by(self):
        class Both(NegotiatedResponseMixin, ListView):
            model = Book
            json_fields = ("title",)

        refused = by_method(get=Both)(RequestFactory().post("/"))
        assert (refused.status_code, refused.headers["Vary"]) == (405, "Accept")
        assert "Vary" not in by_method(get=BookList)(RequestFactory().post("/")).headers

    def test_the_405_of_a_view_names_the_methods_of_all(self):
        class Closed(View):
            def put(self, request):
                return self.http_method_not_allowed(request)

        response = by_method(get=Page, put=Closed, delete=show)(RequestFactory().put("/"))

        assert (response.status_code, response.headers["Allow"]) == (405, "GET, DELETE, HEAD, OPTIONS")

    def test_the_405_of_a_decorator(self):
        view = by_method(get=require_GET(show), post=require_POST(save))

        head, get = (view(RequestFactory().generic(method, "/")) for method in ("HEAD", "GET"))

        assert (head.status_code, head.headers["Allow"]) == (405, "GET, POST, OPTIONS")
        assert (get.status_code, "Allow" in get.headers) == (200, False)

    def test_get_takes_head_with_it(self):
        view = by_method(get=lambda request: HttpResponseNotAllowed(["GET"]), post=save)

        assert view(RequestFactory().get("/")).headers["Allow"] == "POST, OPTIONS"

    def test_the_405_of_a_json_view_is_logged_once(self, client, caplog, settings):
        settings.ROOT_URLCONF = (path("book/", BookCreate.as_view()),)

        response = client.get("/book/")

        assert_problem(response, 405)
        assert [record.getMessage() for record in caplog.records] == ["Method Not Allowed (GET): /book/"]

    def test_head_that_the_view_of_get_does_not_take(self):
        view = by_method(get=Page.as_view(http_method_names=["get", "options"]), post=Save)

        response = view(RequestFactory().head("/"))

        assert (response.status_code, response.headers["Allow"]) == (405, "GET, POST, OPTIONS")

    def test_what_is_no_response_is_left_to_django(self, client, settings):
        settings.ROOT_URLCONF = (path("", by_method(get=lambda request: None)),)

        with pytest.raises(ValueError, match="didn't return an HttpResponse object. It returned None instead"):
            client.get("/")


class TestOptions:
    def test_it_names_the_methods_of_all_views(self, client):
        for url in ("/pages/", "/books/", "/functions/", "/later/"):
            response = client.options(url)

            assert response.status_code == 200
            assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"
            assert response.headers["Content-Length"] == "0"
            assert response.content == b""

    def test_a_function_is_not_called_for_it(self):
        def save(request):
            raise AssertionError

        assert by_method(post=save)(RequestFactory().options("/")).headers["Allow"] == "POST, OPTIONS"

    def test_access_mixins_run(self):
        class Closed(LoginRequiredMixin, Page):
            pass

        request = RequestFactory().options("/")
        request.user = AnonymousUser()

        response = by_method(get=show, post=Closed)(request)

        assert (response.status_code, response.headers.get("Allow")) == (302, None)

    def test_the_answer_of_the_first_view_stays(self):
        class Own(Page):
            def options(self, request):
                return HttpResponse("my own", status=203)

        response = by_method(get=Own, post=Save)(RequestFactory().options("/"))

        assert (response.status_code, response.content) == (203, b"my own")
        assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"

    def test_a_view_that_does_not_take_it_leaves_it_to_the_next(self):
        names = ["get", "head", "post"]
        view = by_method(get=Page.as_view(http_method_names=names), post=Save)
        nobody = by_method(get=Page.as_view(http_method_names=names), post=Save.as_view(http_method_names=names))

        assert view(RequestFactory().options("/")).headers["Allow"] == "GET, POST, HEAD, OPTIONS"
        refused = nobody(RequestFactory().options("/"))
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, POST, HEAD")


class TestAsync:
    def test_it_is_async_if_a_view_is(self):
        assert iscoroutinefunction(by_method(get=Page, post=save_later))
        assert iscoroutinefunction(by_method(get=AsyncPage, post=save))
        assert iscoroutinefunction(by_method(get=Page, post=by_method(post=save_later)))
        assert not iscoroutinefunction(by_method(get=Page, post=save))

    def test_sync_views_beside_async_ones(self):
        view = async_to_sync(by_method(get=Page, post=save_later, put=show, delete=AsyncDelete))

        assert call(view, "GET") == (200, "page")
        assert call(view, "HEAD") == (200, "page")
        assert call(view, "POST") == (201, "saved later")
        assert call(view, "PUT") == (200, "shown")
        assert call(view, "DELETE") == (200, "deleted later")
        assert async_to_sync(by_method(get=AsyncPage))(RequestFactory().options("/")).headers["Allow"]

    def test_under_asgi(self):
        async def use(client):
            assert (await client.get("/later/")).content == b"page"
            assert (await client.post("/later/")).content == b"saved later"
            assert (await client.put("/later/")).status_code == 405

        asyncio.run(use(AsyncClient()))

    def test_the_database_in_the_thread_of_sync_views(self, book):
        response = Client().get("/books/")
        later = async_to_sync(by_method(get=BookList, post=save_later))(RequestFactory().get("/"))

        assert json.loads(later.content) == response.json() == [{"title": "Emma"}]

    def test_async_json_views(self, db):
        class AsyncList(BookList):
            async def get(self, request):
                return await sync_to_async(super().get)(request)

        view = async_to_sync(by_method(get=AsyncList, post=BookCreate))

        assert call(view, "GET") == (200, "[]")
        assert_problem(view(RequestFactory().put("/")), 405)


class AsyncDelete(View):
    async def delete(self, request):
        return HttpResponse("deleted later")


class TestMarks:
    @pytest.mark.parametrize("mark", [csrf_exempt, login_not_required, transaction.non_atomic_requests])
    def test_marks_of_all_views_are_marks_of_the_result(self, mark):
        own = method_decorator(mark, name="dispatch")(type("Own", (Save,), {}))

        view = by_method(get=mark(lambda request: None), post=own)

        for name, value in vars(mark(lambda request: None)).items():
            if name != "__wrapped__":
                assert getattr(view, name) == value

    @pytest.mark.parametrize(
        ("mark", "text"),
        [
            (csrf_exempt, "Page (get) has csrf_exempt = False and Own (post) has csrf_exempt = True"),
            (login_not_required, "Page (get) has login_required = True and Own (post) has login_required = False"),
            (
                transaction.non_atomic_requests,
                "Page (get) has _non_atomic_requests = set() and Own (post) has _non_atomic_requests = {'default'}",
            ),
        ],
    )
    def test_marks_must_agree(self, mark, text):
        own = method_decorator(mark, name="dispatch")(type("Own", (Save,), {}))

        with pytest.raises(ImproperlyConfigured) as caught:
            by_method(get=Page, post=own)

        assert str(caught.value) == (
            "by_method() got views that differ in a mark that middleware may read before one of them is chosen: "
            f"{text}. Mark all of them alike, or give them URLs of their own."
        )

    def test_marks_of_other_packages_must_agree(self):
        def open_to_all(request):
            return HttpResponse()

        open_to_all.STRONGHOLD_IS_PUBLIC = True

        assert by_method(get=open_to_all, post=open_to_all).STRONGHOLD_IS_PUBLIC
        with pytest.raises(ImproperlyConfigured) as caught:
            by_method(get=Page, post=Save, put=open_to_all)
        assert "Page (get) has no STRONGHOLD_IS_PUBLIC and open_to_all (put) has STRONGHOLD_IS_PUBLIC = True" in str(
            caught.value
        )

    def test_a_mark_that_says_what_goes_without_saying(self):
        def careful(request):
            return HttpResponse()

        careful.csrf_exempt = False

        assert not by_method(get=show, post=careful).csrf_exempt

    def test_logins_may_be_required_of_some(self):
        view = by_method(get=show, post=login_required(save))

        assert (view.login_url, view.redirect_field_name) == (None, "next")
        assert call_as(AnonymousUser(), view, "GET").status_code == 200
        assert call_as(AnonymousUser(), view, "POST").url == "/accounts/login/?next=/"

    def test_pages_to_log_in_may_differ(self):
        view = by_method(get=login_required(show), post=login_required(save, login_url="/staff/"))

        assert not hasattr(view, "login_url")
        assert call_as(AnonymousUser(), view, "POST").url == "/staff/?next=/"

    def test_csrf_protection(self, settings):
        settings.MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
        client = Client(enforce_csrf_checks=True)

        assert client.get("/pages/").status_code == 200
        assert client.post("/pages/").status_code == 403

    def test_decorators_around_it(self):
        view = csrf_exempt(by_method(get=Page, post=Save))

        assert view.csrf_exempt
        assert [*view.methods] == ["get", "post"]


def call_as(user, view, method):
    request = RequestFactory().generic(method, "/")
    request.user = user
    return view(request)


class TestTools:
    def test_the_views_can_be_read(self):
        view = by_method(get=Page.as_view(text="other"), post=Save, put=show)

        assert [*view.methods] == ["get", "post", "put"]
        assert view.methods["get"].view_class is Page
        assert view.methods["get"].view_initkwargs == {"text": "other"}
        assert view.methods["post"].view_class is Save
        assert view.methods["put"] is show
        with pytest.raises(TypeError):
            view.methods["put"] = save

    def test_the_name_is_that_of_the_first_view(self):
        view = resolve("/books/").func

        assert (view.__module__, view.__name__, view.__qualname__) == (__name__, "BookList", "BookList")
        assert view.__doc__ == "All books."
        assert by_method(post=show).__name__ == "show"
        assert by_method(post=partial(show)).__name__ == "show"
        assert by_method(get=NewsFeed(), post=show).__name__ == "NewsFeed"

    def test_admindocs_finds_it(self, client):
        name = get_view_name(resolve("/books/").func)

        assert name == f"{__name__}.BookList"
        assert ViewDetailView._get_view_func(name) is BookList

    def test_django_finds_its_url(self):
        view = urlpatterns[0].callback

        assert reverse("books") == reverse(view) == "/books/"
        assert resolve("/books/").view_name == "books"
        assert resolve("/pages/").view_name == f"{__name__}.Page"


class NewsFeed(Feed):
    title, link, description = "News", "/news/", "All of it"

    def items(self):
        return []


class TestWrongViews:
    @pytest.mark.parametrize(
        ("view", "named"),
        [
            (Book, "Book"),
            (FormView(), None),
            ("tests.test_urls.Page", "'tests.test_urls.Page'"),
            (Page.as_view, "View.as_view"),
            (JsonResponseMixin, "JsonResponseMixin"),
            ([Page], None),
        ],
    )
    def test_what_is_no_view(self, view, named):
        with pytest.raises(TypeError) as caught:
            by_method(put=view)

        assert str(caught.value) == (
            f"by_method(put={named or repr(view)}) got no view. Give a subclass of View, as in "
            "by_method(put=BookView), what its as_view() returns, or a function."
        )

    def test_no_views(self):
        for arguments in ({}, {"get": None}):
            with pytest.raises(TypeError) as caught:
                by_method(**arguments)
            assert str(caught.value) == (
                "by_method() got no view. Give one for each method, such as by_method(get=BookList)."
            )

    @pytest.mark.parametrize("method", ["head", "options", "trace", "pst", "GET"])
    def test_other_methods(self, method):
        with pytest.raises(TypeError, match=f"got an unexpected keyword argument '{method}'"):
            by_method(**{method: Page})

    @pytest.mark.parametrize(
        ("method", "view", "takes"),
        [
            ("put", ListView, "GET, HEAD, OPTIONS"),
            ("delete", Page, "GET, POST, HEAD, OPTIONS"),
            ("get", BookCreate, "POST, OPTIONS"),
            ("put", BookCreate, "POST, OPTIONS"),
            ("delete", BookUpdate, "GET, POST, PUT, PATCH, HEAD, OPTIONS"),
            ("post", BookDelete, "DELETE, OPTIONS"),
        ],
    )
    def test_a_class_that_does_not_take_the_method(self, method, view, takes):
        for given in (view, view.as_view()):
            with pytest.raises(
                ImproperlyConfigured, match=rf"^by_method\({method}=.*\) got a view that does not"
            ) as caught:
                by_method(**{method: given})
            assert str(caught.value).endswith(
                f" got a view that does not take {method.upper()}. {view.__name__} takes {takes}. Give another view, "
                f"or define {view.__name__}.{method}()."
            )

    def test_the_names_that_the_class_takes_count(self):
        class Closed(Save):
            http_method_names = ["get", "options"]

        with pytest.raises(ImproperlyConfigured, match="Closed takes GET, OPTIONS."):
            by_method(post=Closed)
        with pytest.raises(ImproperlyConfigured, match="Save takes GET, HEAD."):
            by_method(post=Save.as_view(http_method_names=["get", "head"]))

    def test_methods_that_only_a_request_brings(self, book):
        class Everything(AllVerbsMixin, View):
            def all(self, request):
                return HttpResponse(request.method)

        class Books(JsonResponseMixin, CRUDView):
            model = Book
            fields = ["title", "price"]
            json_fields = ["title"]

        view = by_method(get=Books.as_view(role=Role.LIST), post=Books.as_view(role=Role.CREATE), delete=Everything)

        assert call(view, "GET") == (200, '[{"title":"Emma"}]')
        assert call(view, "POST")[0] == 422
        assert call(view, "DELETE") == (200, "DELETE")
        assert call(view, "OPTIONS")[0] == 200

    def test_the_statuses_of_a_view(self, book):
        class Made(StatusResponseMixin, BookCreate):
            status_codes = {"created": 202}

        view = by_method(get=BookList, post=Made)
        request = RequestFactory().post("/", {"title": "Emma", "price": 5}, "application/json")

        assert view(request).status_code == 202
