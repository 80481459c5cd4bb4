import copy
import json
import pickle
import re
from http import HTTPStatus

import pytest
from django import forms
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.utils.functional import lazystr

from django_extras.http import HttpError, response_class_for
from django_extras.http.status import TITLES
from tests.models import Publisher

ERRORS = [status for status in TITLES if status >= 400]


class SoldOut(HttpError):
    def __init__(self, seats: int) -> None:
        super().__init__(409, f"Only {seats} seats are left.", code="sold-out")
        self.seats = seats


class Booking(forms.Form):
    seats = forms.IntegerField()


class Missing(HttpError, Http404):
    pass


@pytest.mark.parametrize("status", ERRORS)
def test_each_error_status_can_be_raised(status):
    with pytest.raises(HttpError) as caught:
        raise HttpError(status, "Why.")

    error = caught.value
    assert (error.status, error.title, error.detail) == (status, TITLES[status], "Why.")
    assert str(error) == f"{status} {TITLES[status]}: Why."
    assert error.args == ("Why.",)


@pytest.mark.parametrize("status", ERRORS)
def test_django_knows_what_it_has_an_exception_for(status):
    kinds = {400: BadRequest, 403: PermissionDenied, 404: Http404}

    for error in (HttpError(status), HttpError(HTTPStatus(status)), HttpError(status=status)):
        assert [isinstance(error, kind) for kind in kinds.values()] == [status == known for known in kinds]


def test_a_subclass_is_what_it_inherits():
    assert isinstance(Missing(404, "Gone fishing."), Http404)
    assert type(Missing(403)) is Missing


def test_without_detail_its_text_is_the_title():
    assert str(HttpError(409)) == "409 Conflict"
    assert HttpError(404).args == ("Not Found",)


@pytest.mark.parametrize(
    "error",
    [
        HttpError(409, "Sent.", code="already-sent", type="/t", instance="/i", errors=[{"detail": "x"}], title="T"),
        HttpError(400),
        HttpError(403, lazystr("No.")),
        HttpError(404, "Not here.", headers={"X-Field": "1"}),
        HttpError(429, retry_after=5),
        SoldOut(3),
        HttpError(405, allow="GET"),
        Missing(404),
    ],
    ids=str,
)
@pytest.mark.parametrize("duplicate", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy, copy.deepcopy])
def test_it_survives_pickle_and_copy(error, duplicate):
    same = duplicate(error)

    assert type(same) is type(error)
    assert str(same) == str(error)
    assert same.args == error.args
    assert same.__dict__.keys() == error.__dict__.keys()
    assert same.problem().serialize() == error.problem().serialize()


def test_notes_survive_pickle():
    error = HttpError(404)
    error.add_note("while looking")

    assert pickle.loads(pickle.dumps(error)).__notes__ == ["while looking"]


def test_its_problem_has_all_members():
    error = HttpError(
        422,
        "Look.",
        type="/t",
        title="Invalid",
        instance="/i",
        errors=iter([{"detail": "x", "pointer": "#/a"}]),
        code=7,
    )

    for _ in range(2):
        assert json.loads(error.problem().content) == {
            "type": "/t",
            "title": "Invalid",
            "status": 422,
            "detail": "Look.",
            "instance": "/i",
            "errors": [{"detail": "x", "pointer": "#/a"}],
            "code": 7,
        }


@pytest.mark.parametrize(
    ("status", "arguments", "fields"),
    [
        (401, {}, {"WWW-Authenticate": "Session"}),
        (405, {}, {"Allow": ""}),
        (405, {"allow": ["GET", "HEAD"]}, {"Allow": "GET, HEAD"}),
        (405, {"allow": []}, {"Allow": ""}),
        (409, {"allow": ["merge"]}, {}),
        (405, {"headers": {"Allow": "GET, HEAD", "X-Field": "1"}}, {"Allow": "GET, HEAD", "X-Field": "1"}),
        (429, {"retry_after": 5}, {"Retry-After": "5", "Cache-Control": "no-store"}),
        (503, {"headers": {"Retry-After": "7"}}, {"Retry-After": "7"}),
        (404, {}, {}),
    ],
)
def test_its_response_has_the_fields_of_the_status(status, arguments, fields):
    response = HttpError(status, **arguments).response("text", "text/plain")

    assert type(response) is response_class_for(status)
    assert response.headers == {"Content-Type": "text/plain", **fields}
    assert (response.status_code, response.content) == (status, b"text")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"status": 200}, ValueError, "HttpError got the status 200, which is no error. Give a status from 400 on."),
        ({"status": 303}, ValueError, "HttpError got the status 303, which is no error. Give a status from 400 on."),
        ({"status": 299}, ValueError, "There is no response class for status 299. Give a final status of the IANA "),
        ({"status": "404"}, ValueError, "There is no response class for status '404'. "),
        ({"status": True}, ValueError, "There is no response class for status True. "),
        (
            {"status": 404, "retry_after": 5},
            TypeError,
            "HttpError(404) takes no retry_after, which belongs to 413 and 429 and 503. Use the class of that status, "
            "or give the field in headers.",
        ),
        ({"status": 401, "www_authenticate": "a\n"}, ValueError, "HttpResponseUnauthorized got the invalid "),
        (
            {"status": 409, "detail": ValueError("taken")},
            TypeError,
            "HttpError got detail=ValueError('taken'). Give a str.",
        ),
        ({"status": 409, "title": 5}, TypeError, "HttpError got title=5. Give a str."),
        ({"status": 409, "type": None}, TypeError, "HttpError got type=None. Give a str."),
        ({"status": 409, "instance": 5}, TypeError, "HttpError got instance=5. Give a str."),
        *(
            (
                {"status": 422, "errors": errors},
                TypeError,
                f"HttpError got errors={errors!r}. Give a list of mappings with detail and pointer; for a form, "
                '[{"detail": fault["message"], "pointer": f"#/{name}"} for name, faults in '
                "form.errors.get_json_data().items() for fault in faults].",
            )
            for errors in [{"name": ["Missing."]}, "Missing.", ["Missing."], 5]
        ),
        (
            {"status": 409, "who": object},
            TypeError,
            "Object of type type is not JSON serializable. It is data['who'].",
        ),
        ({"status": 409, "share": float("nan")}, ValueError, "Out of range float values are not JSON compliant: "),
        ({"status": 422, "errors": [{"detail": object}]}, TypeError, "Object of type type is not JSON serializable. "),
        ({"status": 409, "seats": iter([])}, TypeError, "HttpError got <list_iterator object at "),
    ],
)
def test_bad_arguments_raise_where_the_error_is_made(arguments, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        HttpError(**arguments)


@pytest.mark.django_db
def test_a_queryset_is_judged_by_its_kind_and_runs_in_the_problem(django_assert_num_queries):
    Publisher.objects.create(name="Penguin")

    with django_assert_num_queries(0):
        error = HttpError(409, names=Publisher.objects.values_list("name", flat=True))
        for unnamed in (Publisher.objects.all(), Publisher.objects.values()):
            with pytest.raises(TypeError, match=r"Object of type QuerySet is not JSON serializable, .+\['names'\]\.$"):
                HttpError(409, names=unnamed)

    assert json.loads(error.problem().content)["names"] == ["Penguin"]


def test_a_form_tells_its_errors():
    form = Booking({"seats": "x"})

    errors = [
        {"detail": fault["message"], "pointer": f"#/{name}"}
        for name, faults in form.errors.get_json_data().items()
        for fault in faults
    ]

    assert json.loads(HttpError(422, errors=errors).problem().content)["errors"] == [
        {"detail": "Enter a whole number.", "pointer": "#/seats"}
    ]
