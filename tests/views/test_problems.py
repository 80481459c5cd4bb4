import asyncio
import json
from functools import partial
from inspect import iscoroutine

import pytest
from asgiref.sync import iscoroutinefunction, sync_to_async
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.test import AsyncClient, AsyncRequestFactory, Client
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView
from neapolitan.views import CRUDView, Role

from django_extras.http import HttpError, ProblemResponse
from django_extras.views import JsonResponseMixin, StatusResponseMixin
from django_extras.views._deferred import is_async
from tests.models import Publisher

SECRET = "secret of the server"


class Page(JsonResponseMixin, TemplateView):
    error: Exception | None = None

    def get(self, request):
        raise self.error


class AsyncPage(JsonResponseMixin, View):
    error: Exception | None = None

    async def get(self, request):
        if self.error:
            raise self.error
        return HttpResponse("Hello")


class Save(JsonResponseMixin, View):
    def post(self, request):
        Publisher.objects.create(name="Penguin")
        raise HttpError(409)


class SaveInside(Save):
    @transaction.atomic
    def post(self, request):
        return super().post(request)


@method_decorator(csrf_exempt, name="dispatch")
class Exempt(View):
    pass


class MiddlewareWithRows:
    """Save a row, and then everything that the view does, or nothing if anything fails."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with transaction.atomic():
            Publisher.objects.create(name="Middleware")
            return self.get_response(request)


urlpatterns = [
    path("save/", Save.as_view()),
    path("atomic/", transaction.atomic(Save.as_view())),
    path("inside/", SaveInside.as_view()),
    path("apart/", transaction.non_atomic_requests(Save.as_view())),
    path(
        "marked/", method_decorator(transaction.non_atomic_requests, name="dispatch")(type("V", (Save,), {})).as_view()
    ),
    path("elsewhere/", transaction.non_atomic_requests(using="elsewhere")(Save.as_view())),
    path("inner/", lambda request: Save.as_view()(request)),
    path("inner-apart/", transaction.non_atomic_requests(lambda request: Save.as_view()(request))),
]


@pytest.fixture(params=["sync", "async"])
def problem(request, rf):
    """Return a function that answers an error which a view raises."""

    def answer(error):
        if request.param == "sync":
            return Page.as_view(error=error)(rf.get("/"))
        return asyncio.run(AsyncPage.as_view(error=error)(AsyncRequestFactory().get("/")))

    return answer


def test_an_http_error_becomes_its_problem(problem):
    response = problem(HttpError(429, "Slower.", retry_after=5, code="x"))

    assert type(response) is ProblemResponse
    assert response.headers == {
        "Content-Type": "application/problem+json",
        "Retry-After": "5",
        "Cache-Control": "no-store",
    }
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "Slower.",
        "code": "x",
    }


@pytest.mark.parametrize(
    ("kind", "status", "title"),
    [
        (Http404, 404, "Not Found"),
        (PermissionDenied, 403, "Forbidden"),
        (BadRequest, 400, "Bad Request"),
        (SuspiciousOperation, 400, "Bad Request"),
    ],
)
def test_djangos_errors_tell_nothing_but_their_status(problem, kind, status, title):
    response = problem(kind(SECRET))

    assert response.status_code == status
    assert json.loads(response.content) == {"type": "about:blank", "title": title, "status": status}


def test_what_is_suspicious_is_logged_as_django_does(problem, caplog):
    problem(SuspiciousOperation(SECRET))

    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("django.security.SuspiciousOperation", SECRET)
    ]


def test_text_of_the_client_makes_no_line_of_its_own(problem, caplog):
    problem(SuspiciousOperation("a\nERROR \x1b[2J%s"))

    assert [record.getMessage() for record in caplog.records] == ["a\\nERROR \\x1b[2J%s"]


def test_an_error_of_the_server_is_logged_with_its_traceback(problem, caplog):
    error = HttpError(502)

    assert problem(error).status_code == 502

    assert [(record.name, record.getMessage(), record.exc_info[1]) for record in caplog.records] == [
        ("django.request", "Bad Gateway: /", error)
    ]


def test_other_errors_leave_the_view(problem):
    with pytest.raises(RuntimeError):
        problem(RuntimeError(SECRET))


def test_without_an_error_nothing_happens():
    response = asyncio.run(AsyncPage.as_view()(AsyncRequestFactory().get("/")))

    assert response.content == b"Hello"


@pytest.mark.parametrize("is_async", [False, True])
def test_the_view_is_as_without_the_mixin(is_async):
    handlers = {"get": AsyncPage.get} if is_async else {}
    exempt = method_decorator(csrf_exempt, name="dispatch")(type("Exempt", (View,), {"__doc__": "Hello.", **handlers}))
    view = type("V", (JsonResponseMixin, StatusResponseMixin, exempt), {"__doc__": "Hello."})

    without, with_it = (cls.as_view(http_method_names=["get"]) for cls in (exempt, view))

    assert with_it.csrf_exempt is without.csrf_exempt is True
    assert with_it.view_class is view
    assert with_it.view_initkwargs == {"http_method_names": ["get"]}
    assert iscoroutinefunction(with_it) is iscoroutinefunction(without) is is_async
    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        assert getattr(with_it, name) == getattr(without, name)


def test_the_view_says_before_it_runs_who_gets_json(rf):
    class View(Page):
        kind = "json"

    View._answers_json = lambda view, request: view.kind == request.headers["Accept"]
    view = csrf_exempt(View.as_view(kind="html"))

    assert not view.answers_json(rf.get("/", headers={"Accept": "json"}))
    assert view.answers_json(rf.get("/", headers={"Accept": "html"}))
    assert Page.as_view().answers_json(rf.get("/"))


class Partial(TemplateView):
    @classmethod
    def as_view(cls, **initkwargs):
        return partial(super().as_view(**initkwargs))


class Closure(TemplateView):
    """Has a function with a variable that is of no role, and one without a value."""

    @classmethod
    def as_view(cls, **initkwargs):
        view, role = super().as_view(**initkwargs), "editor"

        def answer(request):
            return view(request, later if role is None else role)

        if role is None:
            later = role
        answer.view_class = cls
        return answer


class Named(TemplateView):
    role = None


@pytest.mark.parametrize(("base", "options"), [(Partial, {}), (Closure, {}), (Named, {"role": "editor"})])
def test_a_role_is_neapolitans_alone(base, options):
    view = type("View", (JsonResponseMixin, base), {}).as_view(**options)

    assert view.role is None


def test_neapolitans_view_takes_its_role_in_either_way(rf):
    view = type("V", (JsonResponseMixin, CRUDView), {"model": Publisher, "setup": raise_in_setup})

    for answer in (view.as_view(Role.LIST), view.as_view(role=Role.LIST)):
        assert answer(rf.get("/")).status_code == 404


def test_a_role_that_a_class_on_the_right_gives():
    class Lists(CRUDView):
        model = Publisher

        @classmethod
        def as_view(cls, **initkwargs):
            return super().as_view(role=Role.LIST, **initkwargs)

    assert type("View", (JsonResponseMixin, Lists), {}).as_view().role is Role.LIST


def raise_in_setup(self, request, *args, **kwargs):
    raise Http404


class TestSetup:
    """What setup() raises, before or after it calls super(), is a problem as well."""

    @pytest.mark.parametrize("is_async", [False, True])
    @pytest.mark.parametrize("is_late", [False, True])
    @pytest.mark.parametrize("is_mixin", [False, True])
    @pytest.mark.parametrize(
        ("error", "status"), [(Http404(SECRET), 404), (PermissionDenied(SECRET), 403), (HttpError(429), 429)]
    )
    def test_an_error_is_a_problem(self, rf, error, status, is_mixin, is_late, is_async):
        class Raises:
            def setup(self, request, *args, **kwargs):
                if is_late:
                    super().setup(request, *args, **kwargs)
                raise error

        base = AsyncPage if is_async else Page
        bases = (Raises, base) if is_mixin else (base,)
        view = type("V", bases, {} if is_mixin else {"setup": Raises.setup})
        if not is_mixin and is_late:
            view.setup = lambda self, *args: (base.setup(self, *args), raise_(error))
        response = view.as_view()(rf.get("/"))

        assert iscoroutine(response) is is_async
        response = asyncio.run(response) if is_async else response
        assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
        assert SECRET.encode() not in response.content

    def test_so_is_one_of_the_url_that_a_mixin_on_the_right_looks_up(self, rf, db):
        class OfPublisher:
            def setup(self, request, *args, **kwargs):
                super().setup(request, *args, **kwargs)
                self.publisher = get_object_or_404(Publisher, pk=kwargs["pk"])

        view = type("V", (JsonResponseMixin, OfPublisher, TemplateView), {}).as_view()

        assert view(rf.get("/"), pk=Publisher.objects.create(name="Penguin").pk).status_code == 200
        assert view(rf.get("/"), pk=0).status_code == 404

    def test_an_async_view_is_set_up_where_django_calls_it(self, rf):
        def setup(view, *args):
            AsyncPage.setup(view, *args)
            loops.append(is_async())

        loops = []
        async_view = type("V", (AsyncPage,), {"setup": setup}).as_view()(rf.get("/"))
        assert loops == [False]
        assert asyncio.run(async_view).content == b"Hello"

    @pytest.mark.parametrize("is_async", [False, True])
    def test_other_errors_leave_the_view(self, rf, is_async):
        base = AsyncPage if is_async else Page
        view = type("V", (base,), {"setup": lambda self, *args: raise_(RuntimeError())}).as_view()

        with pytest.raises(RuntimeError):
            asyncio.run(view(rf.get("/"))) if is_async else view(rf.get("/"))

    @pytest.mark.urls(__name__)
    @pytest.mark.django_db(transaction=True)
    def test_it_rolls_back_too(self, monkeypatch):
        monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)

        assert Client().get("/setup/").status_code == 404
        assert not Publisher.objects.exists()


def raise_(error):
    raise error


class SavesInSetup(JsonResponseMixin, View):
    def setup(self, request):
        super().setup(request)
        Publisher.objects.create(name="Penguin")
        raise Http404


urlpatterns.append(path("setup/", SavesInSetup.as_view()))


@pytest.mark.parametrize("bases", [(StatusResponseMixin, Page), (Page, StatusResponseMixin)])
def test_the_views_status_is_not_the_errors(rf, bases):
    view = type("V", bases, {"status_code": 203, "error": HttpError(409)})

    assert view.as_view()(rf.get("/")).status_code == 409


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("atomic", [True, False])
def test_it_rolls_back_under_atomic_requests(atomic, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic)

    assert Client().post("/save/").status_code == 409
    assert Publisher.objects.exists() is not atomic


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("atomic", [True, False])
@pytest.mark.parametrize(
    ("url", "is_atomic"),
    [
        ("/save/", True),
        ("/apart/", False),
        ("/marked/", False),
        ("/elsewhere/", True),
        ("/inner/", True),
        ("/inner-apart/", False),
    ],
)
def test_it_leaves_the_atomic_block_of_a_middleware_to_the_middleware(url, is_atomic, atomic, monkeypatch, settings):
    settings.MIDDLEWARE = [f"{__name__}.MiddlewareWithRows"]
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic)

    assert Client().post(url).status_code == 409

    names = set(Publisher.objects.values_list("name", flat=True))
    assert names == ({"Middleware"} if atomic and is_atomic else {"Middleware", "Penguin"})


@pytest.mark.django_db(transaction=True)
def test_it_asks_the_view_itself_where_no_handler_called_it(rf, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)

    with transaction.atomic():
        assert transaction.non_atomic_requests(Save.as_view())(rf.post("/")).status_code == 409

    assert Publisher.objects.exists()


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
def test_it_leaves_an_atomic_block_around_the_view_to_whoever_opened_it():
    with transaction.atomic():
        assert Client().post("/atomic/").status_code == 409
        assert Publisher.objects.exists()

    assert Publisher.objects.exists()


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
def test_an_atomic_block_inside_the_view_rolls_back():
    assert Client().post("/inside/").status_code == 409
    assert not Publisher.objects.exists()


@pytest.mark.urls(__name__)
@pytest.mark.django_db
@pytest.mark.parametrize("call", [lambda rf: Save.as_view()(rf.post("/")), lambda rf: Client().post("/apart/")])
def test_it_leaves_the_transaction_of_a_test_case_alone(rf, monkeypatch, call):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)

    assert call(rf).status_code == 409
    assert Publisher.objects.exists()


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_it_rolls_back_in_a_test_case(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)

    assert Client().post("/save/").status_code == 409
    assert not Publisher.objects.exists()


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
def test_it_rolls_back_in_an_async_project(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)

    def disconnect() -> None:
        connection.close()
        if connection.connection is not None:  # Django keeps a connection to a database in memory
            connection.connection.close()

    async def save() -> HttpResponse:
        response = await AsyncClient().post("/save/")
        await sync_to_async(disconnect)()  # in the thread that the view ran in
        return response

    assert asyncio.run(save()).status_code == 409
    assert not Publisher.objects.exists()
