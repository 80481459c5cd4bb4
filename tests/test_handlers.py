import asyncio
import json

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.test import AsyncClient, Client
from django.urls import path
from django.views import View
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_protect

from django_extras.handlers import csrf_failure, error_response
from django_extras.http import HttpError, HttpResponseConflict
from django_extras.middleware import HttpErrorMiddleware
from django_extras.urls import by_method
from django_extras.views import JsonResponseMixin
from tests.models import Publisher

HTML, TEXT, PROBLEM = "text/html; charset=utf-8", "text/plain; charset=utf-8", "application/problem+json"
SECRET = "secret of the server"


def answer(request, what):
    """Raise what the URL names."""
    if what == "http502":
        raise HttpError(502) from RuntimeError(SECRET)
    raise {
        "404": lambda: Http404(SECRET),
        "403": lambda: PermissionDenied(SECRET),
        "400": lambda: BadRequest(SECRET),
        "suspicious": lambda: SuspiciousOperation(SECRET),
        "500": lambda: RuntimeError(SECRET),
        "http404": lambda: HttpError(404, "No such page.", code="x"),
        "http403": lambda: HttpError(403, "Not yours."),
        "http400": lambda: HttpError(400, "Not so."),
        "http409": lambda: HttpError(409, "Sent <b>already</b>.", code="already-sent"),
        "http429": lambda: HttpError(429, retry_after=120),
        "surrogate": lambda: HttpError(422, "There is no \ud800."),
    }[what]()


async def answer_async(request, what):
    answer(request, what)


def save(request, what):
    Publisher.objects.create(name="Penguin")
    answer(request, what)


@csrf_protect
def protected(request):
    return HttpResponse()


class Broken(JsonResponseMixin, View):
    def get(self, request):
        raise RuntimeError(SECRET)

    def post(self, request):
        raise RuntimeError(SECRET)


class BrokenLater(JsonResponseMixin, View):
    async def get(self, request):
        raise RuntimeError(SECRET)


urlpatterns = [
    path("json/crash/", cache_control(private=True)(Broken.as_view())),
    path("json/crash-later/", BrokenLater.as_view()),
    path("json/by-method/", by_method(get=answer, post=Broken)),
    path("json/csrf/", csrf_protect(Broken.as_view())),
    path("<what>/", answer),
    path("async/<what>/", answer_async),
    path("save/<what>/", save),
    path("csrf/protected/", protected),
]
handler400 = "django_extras.handlers.handler400"
handler403 = "django_extras.handlers.handler403"
handler404 = "django_extras.handlers.handler404"
handler500 = "django_extras.handlers.handler500"

pytestmark = pytest.mark.urls(__name__)
with_middleware = pytest.fixture(
    lambda settings: setattr(settings, "MIDDLEWARE", ["django_extras.middleware.HttpErrorMiddleware"])
)


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.fixture(params=[Client, AsyncClient])
def ask(request):
    """Return a function that asks for a URL, in a sync and in an async project."""
    client = request.param(raise_request_exception=False)

    def ask(url, accept=None):
        response = client.get(url, headers={} if accept is None else {"Accept": accept})
        return asyncio.run(response) if asyncio.iscoroutine(response) else response

    return ask


def page(title, detail=""):
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>{detail}\n</body>\n</html>\n"
    )


@pytest.mark.usefixtures("with_middleware")
@pytest.mark.parametrize("prefix", ["", "/async"])
class TestMiddleware:
    def test_html(self, ask, prefix):
        response = ask(f"{prefix}/http409/", "text/html,*/*;q=0.8")

        assert isinstance(response, HttpResponseConflict)
        assert response.headers == {"Content-Type": HTML, "Vary": "Accept"}
        assert response.text == page("409 Conflict", "\n<p>Sent &lt;b&gt;already&lt;/b&gt;.</p>")

    @pytest.mark.parametrize("accept", ["application/json", PROBLEM, "application/json, text/plain, */*"])
    def test_json(self, ask, prefix, accept):
        response = ask(f"{prefix}/http409/", accept)

        assert response.headers == {"Content-Type": PROBLEM, "Cache-Control": "no-store", "Vary": "Accept"}
        assert json.loads(response.content) == {
            "type": "about:blank",
            "title": "Conflict",
            "status": 409,
            "detail": "Sent <b>already</b>.",
            "code": "already-sent",
        }

    @pytest.mark.parametrize(
        ("accept", "content_type"),
        [
            ("application/json; charset=utf-8", PROBLEM),
            ("application/json;charset=utf-8;q=0.9", PROBLEM),
            ("application/vnd.api+json", PROBLEM),
            ("Application/HAL+JSON ; q=0.5, text/html;level=1;q=0.1", PROBLEM),
            ('application/vnd.api+json;ext="a b", image/*', PROBLEM),
            ("text/html;charset=utf-8", HTML),
            ("application/hal+json;q=0.1, text/html;level=1;Q=0.2", HTML),
            ("application/json; charset=utf-8; q=0", TEXT),
            ("application/vnd.api+json, text/plain;q=0.1", TEXT),
        ],
    )
    def test_a_type_told_in_detail_counts_as_its_kind(self, ask, prefix, accept, content_type):
        assert ask(f"{prefix}/http409/", accept)["Content-Type"] == content_type

    def test_a_field_that_no_client_needs_counts_as_none(self, ask, prefix):
        assert ask(f"{prefix}/http409/", "application/json," * 48_500)["Content-Type"] == HTML

    @pytest.mark.parametrize("accept", ["text/plain", "image/png", "text/plain, application/json;q=0.1"])
    def test_plain_text(self, ask, prefix, accept):
        response = ask(f"{prefix}/http409/", accept)

        assert response.headers == {"Content-Type": TEXT, "Vary": "Accept"}
        assert response.text == "409 Conflict: Sent <b>already</b>.\n"

    @pytest.mark.parametrize("accept", [None, "*/*", ""])
    def test_whoever_does_not_care_gets_html(self, ask, prefix, accept):
        response = ask(f"{prefix}/http429/", accept)

        assert response.headers == {
            "Content-Type": HTML,
            "Cache-Control": "no-store",
            "Retry-After": "120",
            "Vary": "Accept",
        }
        assert response.text == page("429 Too Many Requests")

    @pytest.mark.parametrize(
        ("accept", "text"),
        [
            ("text/html", page("422 Unprocessable Content", "\n<p>There is no &#55296;.</p>")),
            ("text/plain", "422 Unprocessable Content: There is no \\ud800.\n"),
        ],
    )
    def test_half_a_character_of_the_clients_is_no_fault_of_the_server(self, ask, prefix, accept, text):
        response = ask(f"{prefix}/surrogate/", accept)

        assert (response.status_code, response.text) == (422, text)

    def test_a_page_has_the_charset_of_the_project(self, ask, prefix, settings):
        settings.DEFAULT_CHARSET = "latin-1"

        response = ask(f"{prefix}/surrogate/", "text/html")

        assert response["Content-Type"] == "text/html; charset=latin-1"
        assert b"<p>There is no &#55296;.</p>" in response.content

    @pytest.mark.parametrize("status", [400, 403, 404])
    def test_what_django_knows_is_answered_alike(self, ask, prefix, status):
        response = ask(f"{prefix}/http{status}/", "application/json")

        assert (response.status_code, response["Content-Type"]) == (status, PROBLEM)

    def test_an_error_of_the_server_is_logged_once_with_its_cause(self, ask, prefix, caplog):
        assert ask(f"{prefix}/http502/", "text/html").status_code == 502
        assert ask(f"{prefix}/http409/", "text/html").status_code == 409

        fault, refusal = [record for record in caplog.records if record.name == "django.request"]
        assert (fault.levelname, fault.getMessage()) == ("ERROR", f"Bad Gateway: {prefix}/http502/")
        assert str(fault.exc_info[1].__cause__) == SECRET
        assert (refusal.levelname, refusal.exc_info) == ("WARNING", None)

    def test_text_of_the_client_makes_no_line_of_its_own(self, rf, prefix, caplog):
        request = rf.get(f"{prefix}/a%0aERROR")

        HttpErrorMiddleware(lambda request: None).process_exception(request, HttpError(502))

        assert caplog.messages == [f"Bad Gateway: {prefix}/a\\nERROR"]

    def test_other_exceptions_are_left_to_django(self, ask, prefix, settings):
        response = ask(f"{prefix}/500/", "application/json")

        assert json.loads(response.content) == {
            "type": "about:blank",
            "title": "Internal Server Error",
            "status": 500,
        }

    def test_debug_changes_nothing(self, ask, prefix, settings):
        settings.DEBUG = True

        assert ask(f"{prefix}/http404/", "text/html").text == page("404 Not Found", "\n<p>No such page.</p>")


class TestHandlers:
    @pytest.mark.parametrize(
        ("what", "title", "status"),
        [
            ("404", "Not Found", 404),
            ("403", "Forbidden", 403),
            ("400", "Bad Request", 400),
            ("suspicious", "Bad Request", 400),
            ("500", "Internal Server Error", 500),
        ],
    )
    def test_errors_of_django_and_python_tell_nothing_but_the_status(self, ask, what, title, status):
        answers = [ask(f"/{what}/", accept) for accept in ("text/html", "application/json", "text/plain")]

        assert [response.status_code for response in answers] == [status] * 3
        assert answers[0].text == page(f"{status} {title}")
        assert json.loads(answers[1].content) == {"type": "about:blank", "title": title, "status": status}
        assert answers[2].text == f"{status} {title}\n"
        assert not [response for response in answers if SECRET in str(response.serialize())]
        assert [response["Vary"] for response in answers] == ["Accept"] * 3

    @pytest.mark.parametrize(
        ("what", "status", "detail"),
        [
            ("http404", 404, "No such page."),
            ("http403", 403, "Not yours."),
            ("http400", 400, "Not so."),
            ("http409", 409, "Sent <b>already</b>."),
        ],
    )
    def test_http_errors_are_answered_without_the_middleware(self, ask, what, status, detail):
        response = ask(f"/{what}/", "application/json")

        assert response.status_code == status
        assert json.loads(response.content)["detail"] == detail

    def test_a_missing_page(self, ask):
        assert ask("/no/such/page/at/all/", "application/json").status_code == 404

    def test_http_errors_of_middleware_are_answered(self, ask, settings):
        settings.MIDDLEWARE = [f"{__name__}.refuse"]

        response = ask("/http404/", "application/json")

        assert (response.status_code, response["Retry-After"]) == (503, "9")


def refuse(get_response):
    def middleware(request):
        raise HttpError(503, retry_after=9)

    return middleware


@pytest.fixture
def templates(settings):
    pages = {
        "404.html": "{{ error.status }} {{ error.detail }} {{ exception }} {{ request_path }} {{ request.method }}",
        "409.html": "{{ error.extensions.code }} {{ exception }}",
        "422.html": "{{ error.detail }}",
        "400.html": "{{ error.title }}{{ request.method }}",
        "500.html": "{{ error.title }}{{ request.method }}",
        "403_csrf.html": "No token",
    }
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [("django.template.loaders.locmem.Loader", pages)],
                "context_processors": ["django.template.context_processors.request"],
            },
        }
    ]


@pytest.mark.usefixtures("templates")
class TestTemplates:
    @pytest.mark.parametrize(
        ("what", "text"),
        [
            ("http404", "404 No such page. No such page. /http404/ GET"),
            ("404", "404 None Not Found /404/ GET"),
            ("http409", "already-sent Sent &lt;b&gt;already&lt;/b&gt;."),
            ("surrogate", "There is no &#55296;."),
            ("400", "Bad Request"),
            ("500", "Internal Server Error"),
        ],
    )
    def test_the_projects_template_is_rendered(self, client, what, text):
        response = client.get(f"/{what}/", headers={"Accept": "text/html"})

        assert (response.text, response["Content-Type"]) == (text, HTML)

    def test_a_fault_in_the_template_is_not_hidden(self, rf, settings):
        settings.TEMPLATES[0]["OPTIONS"]["loaders"][0][1]["404.html"] = "{% include 'missing.html' %}"

        with pytest.raises(Exception, match=r"missing\.html"):
            error_response(rf.get("/"), HttpError(404))


class TestCsrfFailure:
    @pytest.fixture
    def response(self, settings, request):
        settings.CSRF_FAILURE_VIEW = "django_extras.handlers.csrf_failure"
        client = Client(enforce_csrf_checks=True)
        return lambda accept: client.post("/csrf/protected/", headers={"Accept": accept})

    def test_json(self, response):
        answer = response("application/json")

        assert (answer.status_code, answer["Content-Type"], answer["Vary"]) == (403, PROBLEM, "Accept")
        assert json.loads(answer.content)["detail"] == "CSRF verification failed."

    def test_html_is_djangos(self, response):
        answer = response("text/html")

        assert (answer.status_code, answer["Content-Type"], answer["Vary"]) == (403, HTML, "Accept")
        assert "CSRF verification failed. Request aborted." in answer.text

    def test_html_is_the_projects(self, response, templates):
        assert response("text/html").text == "No token"

    def test_the_reason_is_optional(self, rf):
        assert csrf_failure(rf.post("/")).status_code == 403


@pytest.mark.usefixtures("with_middleware")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("atomic", [True, False])
@pytest.mark.parametrize("what", ["http409", "http404"])
def test_an_error_rolls_back_under_atomic_requests(client, atomic, what):
    from django.db import connection

    connection.settings_dict["ATOMIC_REQUESTS"] = atomic
    try:
        response = client.get(f"/save/{what}/")
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False

    assert response.status_code in {404, 409}
    assert Publisher.objects.exists() is not atomic


@pytest.mark.parametrize("name", ["crash", "crash-later"])
@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/html, */*;q=0.8", "text/plain"])
def test_a_json_view_that_breaks_answers_a_problem_to_who_takes_anything(ask, name, accept):
    response = ask(f"/json/{name}/", accept)

    likes = {"text/html, */*;q=0.8": HTML, "text/plain": TEXT}.get(accept, PROBLEM)
    assert (response.status_code, response.headers["Content-Type"]) == (500, likes)
    assert SECRET not in response.text


def test_a_json_view_that_breaks_shows_the_page_of_django_while_debug_is_on(ask, settings):
    settings.DEBUG = True

    assert ask("/json/crash/", "text/html").headers["Content-Type"].startswith("text/html")
    assert ask("/json/crash/", "application/json").headers["Content-Type"] == TEXT


def test_of_several_views_behind_one_url_the_one_of_the_method_counts():
    client = Client(raise_request_exception=False)
    types = [
        client.generic(method, "/json/by-method/", headers={"Accept": "*/*"}).headers["Content-Type"]
        for method in ("GET", "HEAD", "POST")
    ]

    assert types == [HTML, HTML, PROBLEM]


def test_a_csrf_failure_of_a_json_view_is_a_problem(settings):
    settings.CSRF_FAILURE_VIEW = "django_extras.handlers.csrf_failure"

    response = Client(enforce_csrf_checks=True).post("/json/csrf/")

    assert (response.status_code, response.headers["Content-Type"]) == (403, PROBLEM)
