import copy
import json
import pickle
import re

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import JsonResponse
from django.utils.functional import lazystr

from django_extras.http import ProblemResponse
from django_extras.http.status import TITLES

JSON = "application/problem+json"
ERRORS = [status for status in TITLES if status >= 400]


@pytest.mark.parametrize("status", ERRORS)
def test_each_error_has_its_problem(status):
    response = ProblemResponse(status)

    assert isinstance(response, JsonResponse)
    assert (response.status_code, response["Content-Type"]) == (status, JSON)
    assert json.loads(response.content) == {"type": "about:blank", "title": TITLES[status], "status": status}


def test_all_members():
    response = ProblemResponse(
        422,
        lazystr("Look at the age."),
        type="https://example.net/validation-error",
        title=lazystr("Your request is not valid."),
        instance="/requests/1",
        errors=iter([{"detail": "must be a positive integer", "pointer": "#/age"}]),
        code="age",
        balance={"amount": 30},
    )

    assert json.loads(response.content) == {
        "type": "https://example.net/validation-error",
        "title": "Your request is not valid.",
        "status": 422,
        "detail": "Look at the age.",
        "instance": "/requests/1",
        "errors": [{"detail": "must be a positive integer", "pointer": "#/age"}],
        "code": "age",
        "balance": {"amount": 30},
    }


@pytest.mark.parametrize(
    ("status", "arguments", "fields"),
    [
        (401, {}, {"WWW-Authenticate": "Session"}),
        (401, {"www_authenticate": "Bearer"}, {"WWW-Authenticate": "Bearer"}),
        (405, {}, {"Allow": ""}),
        (405, {"allow": "GET"}, {"Allow": "GET"}),
        (405, {"allow": lazystr("GET")}, {"Allow": "GET"}),
        (405, {"allow": ["GET", "HEAD"]}, {"Allow": "GET, HEAD"}),
        (405, {"allow": []}, {"Allow": ""}),
        (405, {"allow": iter(())}, {"Allow": ""}),
        (405, {"headers": {"Allow": "GET"}}, {"Allow": "GET"}),
        (415, {"accept": "text/csv"}, {"Accept": "text/csv"}),
        (429, {"retry_after": 5}, {"Retry-After": "5", "Cache-Control": "no-store"}),
        (503, {"retry_after": 5, "headers": {"X-Field": "1"}}, {"X-Field": "1", "Retry-After": "5"}),
        (409, {"headers": {"X-Field": "1"}}, {"X-Field": "1"}),
        (404, {"headers": {"Content-Type": "text/html", "X-Field": "1"}}, {"X-Field": "1"}),
    ],
)
def test_fields_of_the_status(status, arguments, fields):
    response = ProblemResponse(status, **arguments)

    assert response.headers == {**fields, "Content-Type": JSON, "Cache-Control": "no-store"}
    assert json.loads(response.content).keys() == {"type", "title", "status"}


def test_allow_is_a_member_of_other_statuses():
    response = ProblemResponse(409, allow=["merge", "discard"])

    assert "Allow" not in response
    assert json.loads(response.content)["allow"] == ["merge", "discard"]


def test_the_connections_fields_are_not_sent_under_wsgi():
    response = ProblemResponse(426, upgrade="websocket")
    response._handler_class = WSGIHandler

    assert dict(response.items()) == {"Content-Type": JSON, "Cache-Control": "no-store"}
    assert response["Upgrade"] == "websocket"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"status": 204},
            ValueError,
            "ProblemResponse got the status 204, which is no error. Give a status from 400 on.",
        ),
        ({"status": 418}, ValueError, "There is no response class for status 418. Give a final status of the IANA "),
        ({"status": "404"}, ValueError, "There is no response class for status '404'. "),
        (
            {"status": 404, "retry_after": 5},
            TypeError,
            "ProblemResponse(404) takes no retry_after, which belongs to 413 and 429 and 503. Use the class of that "
            "status, or give the field in headers.",
        ),
        (
            {"status": 429, "retry_after": -1},
            ValueError,
            "HttpResponseTooManyRequests got the negative retry_after=-1. ",
        ),
        (
            {"status": 429, "retry_after": 1, "headers": {"retry-after": "1"}},
            ValueError,
            "HttpResponseTooManyRequests got both retry_after and Retry-After in headers. ",
        ),
        (
            {"status": 405, "allow": "GET", "headers": {"allow": "GET"}},
            ValueError,
            "ProblemResponse got both allow and Allow in headers. Leave one of them out.",
        ),
        (
            {"status": 405, "allow": "GET, HEAD"},
            ValueError,
            "ProblemResponse got the invalid allow='GET, HEAD'. Give a method such as 'GET'.",
        ),
        (
            {"status": 405, "allow": ""},
            ValueError,
            "ProblemResponse got the invalid allow=''. Give a method such as 'GET'.",
        ),
        ({"status": 409, "detail": 5}, TypeError, "ProblemResponse got detail=5. Give a str."),
        ({"status": 409, "type": None}, TypeError, "ProblemResponse got type=None. Give a str."),
        (
            {"status": 422, "errors": {"name": ["Missing."]}},
            TypeError,
            "ProblemResponse got errors={'name': ['Missing.']}. Give a list of mappings with detail and pointer; ",
        ),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        ProblemResponse(**arguments)


@pytest.mark.parametrize("duplicate", [lambda r: pickle.loads(pickle.dumps(r)), copy.copy, copy.deepcopy])
def test_it_survives_pickle_and_copy(duplicate):
    response = ProblemResponse(409, "Sent.", code="x")

    same = duplicate(response)

    assert type(same) is ProblemResponse
    assert same.serialize() == response.serialize()
