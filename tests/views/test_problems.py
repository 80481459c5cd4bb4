import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.test import AsyncClient, AsyncRequestFactory, Client
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView

from django_extras.http import HttpError, ProblemResponse
from django_extras.views import JsonResponseMixin, StatusResponseMixin
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


urlpatterns = [
    path("save/", Save.as_view()),
    path("atomic/", transaction.atomic(Save.as_view())),
    path("inside/", SaveInside.as_view()),
    path("apart/", transaction.non_atomic_requests(Save.as_view())),
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


def test_marks_of_the_view_are_kept():
    view = type("V", (JsonResponseMixin, StatusResponseMixin, Exempt), {})

    assert view.as_view().csrf_exempt is True


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
