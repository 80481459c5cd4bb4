import asyncio
import re

import pytest
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.template.response import SimpleTemplateResponse
from django.test import AsyncClient, SimpleTestCase
from django.urls import path

from django_extras.http import HttpResponseUnauthorized, ProblemResponse
from django_extras.test import assert_problem, assert_status, assert_valid_response

urlpatterns = [
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
            (ProblemResponse(404), "The status is 404 Not Found, not 409 Conflict. Content: b'{"),
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
