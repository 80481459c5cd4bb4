import asyncio
import re

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.template.response import SimpleTemplateResponse
from django.test import AsyncClient, SimpleTestCase
from django.test.client import MULTIPART_CONTENT
from django.urls import path

from django_extras.http import HttpResponseUnauthorized, ProblemResponse
from django_extras.test import AsyncJsonClient, JsonClient, assert_problem, assert_status, assert_valid_response


def echo(request):
    """Answer with what arrived."""
    return JsonResponse(
        {
            "method": request.method,
            "type": request.content_type,
            "body": request.body.decode(),
            "accept": request.headers.get("Accept"),
        }
    )


urlpatterns = [
    path("echo/", echo),
    path("length/", lambda request: HttpResponse("abc", headers={"Content-Length": "3"})),
    path("two/", lambda request: HttpResponse(b"x", status=401, headers={"Content-Length": "2"})),
]


class TestValidResponse:
    def test_it_passes(self):
        assert_valid_response(HttpResponseUnauthorized())

    def test_it_fails_with_all_findings(self):
        message = (
            "The response is not valid HTTP:\n"
            "- 401 lacks WWW-Authenticate (RFC 9110 15.5.2)\n"
            "- Content-Length is 2, but the content has 1 bytes (RFC 9110 8.6)"
        )

        with pytest.raises(AssertionError, match=f"^{re.escape(message)}$"):
            assert_valid_response(HttpResponse(b"x", status=401, headers={"Content-Length": "2"}))

    def test_it_takes_a_request(self, rf):
        response = HttpResponse(headers={"Content-Length": "2"})

        assert_valid_response(response, rf.head("/"))
        with pytest.raises(AssertionError):
            assert_valid_response(response, rf.get("/"))

    @pytest.mark.urls(__name__)
    def test_it_knows_the_request_of_the_test_client(self, client):
        async_client = AsyncClient()

        assert_valid_response(client.head("/length/"))
        assert_valid_response(asyncio.run(async_client.head("/length/")))
        with pytest.raises(AssertionError):
            assert_valid_response(client.get("/two/"))


class TestStatus:
    def test_it_passes(self):
        assert_status(HttpResponse(status=409), 409)

    @pytest.mark.parametrize(
        ("response", "message"),
        [
            (HttpResponse("Hello", status=409), "The status is 409 Conflict, not 200 OK. Content: b'Hello'"),
            (HttpResponse("a" * 501, status=299), f"The status is 299, not 200 OK. Content: b'{'a' * 500}'"),
            *(
                (
                    response,
                    "The status is 500 Internal Server Error, not 200 OK. Content: not read, as it is streamed or not "
                    "rendered yet.",
                )
                for response in [StreamingHttpResponse(status=500), SimpleTemplateResponse("a.html", status=500)]
            ),
        ],
    )
    def test_it_fails(self, response, message):
        with pytest.raises(AssertionError, match=f"^{re.escape(message)}$"):
            assert_status(response, 200)

    def test_it_shows_the_whole_of_a_problem_as_text(self):
        problem = ProblemResponse(422, "É" * 600)

        with pytest.raises(AssertionError) as failure:
            assert_status(problem, 200)

        assert str(failure.value) == (
            f"The status is 422 Unprocessable Content, not 200 OK. Content: {problem.content.decode()}"
        )


def answer_to(client, method, *args, **options):
    """Return the response to a request of the sync or of the async client."""
    response = getattr(client, method)(*args, **options)

    async def wait():
        return await response

    return async_to_sync(wait)() if isinstance(client, AsyncJsonClient) else response


CSRF = ["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("kind", [JsonClient, AsyncJsonClient])
class TestJsonClient:
    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_data_is_sent_as_json(self, kind, method):
        response = answer_to(kind(), method, "/echo/", {"title": "Émile"})

        assert response.json() == {
            "method": method.upper(),
            "type": "application/json",
            "body": '{"title": "\\u00c9mile"}',
            "accept": "application/json",
        }

    def test_a_request_may_have_another_preference(self, kind):
        name = "HTTP_ACCEPT" if kind is JsonClient else "ACCEPT"  # as Django's clients take it

        for options in ({name: "text/csv"}, {"headers": {"accept": "text/csv"}}):
            assert answer_to(kind(), "get", "/echo/", **options).json()["accept"] == "text/csv"

    @pytest.mark.parametrize(("data", "body"), [([], "[]"), ({}, "{}"), ("{", "{"), (b"\xef\xbb\xbf1", "\ufeff1")])
    def test_text_and_bytes_are_sent_as_they_are(self, kind, data, body):
        response = answer_to(kind(), "put", "/echo/", data)

        assert response.json()["body"] == body

    def test_another_type_is_encoded_as_django_does(self, kind):
        response = answer_to(kind(), "post", "/echo/", {"title": "Emma"}, MULTIPART_CONTENT)

        assert response.json()["type"] == "multipart/form-data"
        assert 'name="title"' in response.json()["body"]

    def test_the_preference_may_be_another(self, kind):
        response = answer_to(kind(), "get", "/echo/", headers={"accept": "text/html"})

        assert response.json()["accept"] == "text/html"

    @pytest.mark.parametrize("secure", [False, True])
    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_it_carries_a_csrf_token(self, kind, method, secure, settings):
        settings.MIDDLEWARE = CSRF

        client = kind(enforce_csrf_checks=True)

        response = answer_to(client, method, "/echo/", {}, secure=secure)

        assert_status(response, 200)
        assert len(client.cookies["csrftoken"].value) == 32

    @pytest.mark.django_db
    def test_it_carries_a_csrf_token_of_the_session(self, kind, settings):
        settings.MIDDLEWARE = CSRF
        settings.CSRF_USE_SESSIONS = True

        client = kind(enforce_csrf_checks=True)

        response = answer_to(client, "post", "/echo/", {})

        assert_status(response, 200)
        assert "csrftoken" not in client.cookies

    def test_it_keeps_the_token_that_a_test_gives(self, kind, settings):
        settings.MIDDLEWARE = CSRF

        response = answer_to(
            kind(enforce_csrf_checks=True),
            *("post", "/echo/", {}),
            headers={"X-CSRFToken": "wrong", "Referer": "https://evil.example/"},
            secure=True,
        )

        assert_status(response, 403)

    def test_it_uses_the_token_that_the_site_gave(self, kind, settings):
        settings.MIDDLEWARE = CSRF
        client = kind(enforce_csrf_checks=True)
        client.cookies["csrftoken"] = "a" * 32

        response = answer_to(client, "post", "/echo/", {})

        assert_status(response, 200)
        assert client.cookies["csrftoken"].value == "a" * 32


@pytest.mark.urls(__name__)
class TestSyncJsonClient:
    def test_a_client_may_have_another_preference(self):
        client = JsonClient(headers={"Accept": "text/html"})

        assert client.get("/echo/").json()["accept"] == "text/html"

    @pytest.mark.parametrize("name", ["SERVER_NAME", "HTTP_HOST"])
    def test_it_comes_from_the_host_that_it_was_made_for(self, name, settings):
        settings.MIDDLEWARE = CSRF
        client = JsonClient(enforce_csrf_checks=True, **{name: "books.example"})

        assert_status(client.post("/echo/", {}, secure=True), 200)


class TestProblem:
    def test_it_passes_and_returns_the_problem(self):
        problem = assert_problem(ProblemResponse(409, "Sent.", code="sent"), 409, code="sent", title="Conflict")

        assert problem == {
            "type": "about:blank",
            "title": "Conflict",
            "status": 409,
            "detail": "Sent.",
            "code": "sent",
        }

    def test_the_status_may_be_any(self):
        assert assert_problem(ProblemResponse(409), title="Conflict")["status"] == 409
        with pytest.raises(AssertionError, match=r"^The problem's 'status' is 404, not 409\.$"):
            assert_problem(JsonResponse({"status": 404}, status=409, content_type="application/problem+json"))

    def test_a_type_that_is_not_told_is_the_default(self):
        response = JsonResponse({"status": 409}, status=409, content_type="application/problem+json")

        assert assert_problem(response, type="about:blank") == {"status": 409}
        with pytest.raises(AssertionError, match=r"^The problem's 'type' is 'about:blank', not '/t'\.$"):
            assert_problem(response, type="/t")

    @pytest.mark.parametrize(
        ("response", "message"),
        [
            (ProblemResponse(404), "The status is 404 Not Found, not 409 Conflict. Content: {"),
            (JsonResponse({}, status=409), "The Content-Type is 'application/json', not 'application/problem+json'."),
            *(
                (
                    HttpResponse(content, status=409, content_type="application/problem+json; charset=utf-8"),
                    f"The content is no JSON object: {content!r}",
                )
                for content in (b"", b"[]", b"{", b"\xff")
            ),
            (
                JsonResponse({"a": 1}, status=409, content_type="application/problem+json"),
                "The problem has no 'status'. It is {'a': 1}",
            ),
            (ProblemResponse(409), "The problem has no 'code'. It is {'type': 'about:blank', "),
            (ProblemResponse(409, code="b"), "The problem's 'code' is 'b', not 'a'."),
        ],
    )
    def test_it_fails(self, response, message):
        with pytest.raises(AssertionError, match=f"^{re.escape(message)}"):
            assert_problem(response, 409, code="a")


class InATestCase(SimpleTestCase):
    def test_it_works(self):
        assert_valid_response(HttpResponse())
        with pytest.raises(AssertionError):
            assert_status(HttpResponse(), 404)
