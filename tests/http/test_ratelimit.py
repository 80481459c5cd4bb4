"""RateLimit and RateLimit-Policy, as draft-ietf-httpapi-ratelimit-headers-11 and RFC 9651 write them."""

import pickle

import pytest
from django.views.generic import TemplateView

from django_extras.http import HttpError, HttpResponseTooManyRequests
from django_extras.views import JsonResponseMixin, StatusResponseMixin


@pytest.mark.parametrize(
    ("ratelimit", "policy", "limit"),
    [
        ({"default": {"q": 100, "w": 10}}, '"default";q=100;w=10', None),
        ({"default": {"r": 50, "t": 30}}, None, '"default";r=50;t=30'),
        ({"default": {"r": 0}}, None, '"default";r=0'),
        (
            {"permin": {"w": 60, "q": 50, "t": 0, "r": 0}, "perhr": {"q": 1000, "w": 3600}},
            '"permin";q=50;w=60, "perhr";q=1000;w=3600',
            '"permin";r=0;t=0',
        ),
        (
            {"peruser": {"q": 65535, "r": 999_999_999_999_999, "qu": "content-bytes", "w": 10, "pk": b"App-999"}},
            '"peruser";q=65535;qu="content-bytes";w=10;pk=:QXBwLTk5OQ==:',
            '"peruser";r=999999999999999;pk=:QXBwLTk5OQ==:',
        ),
        ({'a "b" \\ c': {"q": 0}}, r'"a \"b\" \\ c";q=0', None),
        ({"": {"q": 1, "pk": b""}}, '"";q=1;pk=::', None),
    ],
)
def test_fields(ratelimit, policy, limit):
    response = HttpResponseTooManyRequests("Slower.", retry_after=30, ratelimit=ratelimit)

    assert response.headers.get("RateLimit-Policy") == policy
    assert response.headers.get("RateLimit") == limit
    assert (response["Retry-After"], response["Cache-Control"]) == ("30", "no-store")


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        ("burst", TypeError, "Give the parameters of each policy by its name"),
        ([("burst", {"q": 1})], TypeError, "Give the parameters of each policy by its name"),
        ({}, ValueError, "or leave ratelimit out."),
        ({1: {"q": 1}}, TypeError, "Give the parameters of each policy by its name"),
        ({"burst": 100}, TypeError, "Give the parameters of each policy by its name"),
        ({"bürst": {"q": 1}}, ValueError, "Give a name of ASCII characters."),
        ({"a\r\nb": {"q": 1}}, ValueError, "Give a name of ASCII characters."),
        ({"burst": {"quota": 1}}, TypeError, "the quota q"),
        ({"burst": {"q": 1.0}}, TypeError, "the quota q"),
        ({"burst": {"q": True}}, TypeError, "the quota q"),
        ({"burst": {"q": "1"}}, TypeError, "the quota q"),
        ({"burst": {"q": 1, "pk": "key"}}, TypeError, "pk, bytes"),
        ({"burst": {"q": -1}}, ValueError, "Give q from 0 to 999999999999999."),
        ({"burst": {"q": 10**15}}, ValueError, "Give q from 0 to 999999999999999."),
        ({"burst": {"q": 1, "w": 0}}, ValueError, "Give w from 1 to 999999999999999."),
        ({"burst": {"r": 1, "t": -1}}, ValueError, "Give t from 0 to 999999999999999."),
        ({"burst": {"q": 1, "qu": "Anfragen für\n"}}, ValueError, "Give qu in ASCII characters."),
        ({"burst": {}}, ValueError, "Give the quota q, what remains of it as r, or both."),
        ({"burst": {"r": 1, "w": 60}}, ValueError, "Give q with w, or leave w out."),
        ({"burst": {"r": 1, "qu": "requests"}}, ValueError, "Give q with qu, or leave qu out."),
        ({"burst": {"q": 1, "t": 60}}, ValueError, "Give r with t, or leave t out."),
    ],
)
def test_what_the_fields_cannot_have_is_refused(value, kind, message):
    for make, owner in (
        (HttpResponseTooManyRequests, "HttpResponseTooManyRequests"),
        (HttpError, "HttpResponseTooManyRequests"),
    ):
        arguments = (429,) if make is HttpError else ()
        with pytest.raises(kind) as error:
            make(*arguments, ratelimit=value)

        assert str(error.value).startswith(f"{owner} got ")
        assert message in str(error.value)


@pytest.mark.parametrize("field", ["RateLimit", "ratelimit-policy"])
def test_the_argument_and_its_field_together_are_refused(field):
    with pytest.raises(ValueError, match="got both ratelimit and RateLimit"):
        HttpResponseTooManyRequests(ratelimit={"burst": {"q": 1, "r": 1}}, headers={field: "x"})


def test_another_status_has_no_such_argument():
    with pytest.raises(TypeError, match="takes no ratelimit, which belongs to 429"):
        HttpError(503, ratelimit={"burst": {"q": 1}})


def test_an_error_sends_them(rf):
    class Limited(JsonResponseMixin, TemplateView):
        def get(self, request):
            error = HttpError(429, "Slower.", retry_after=5, ratelimit={"burst": {"q": 9, "w": 60, "r": 0, "t": 5}})
            raise pickle.loads(pickle.dumps(error))

    response = Limited.as_view()(rf.get("/"))

    assert response.headers["RateLimit-Policy"] == '"burst";q=9;w=60'
    assert response.headers["RateLimit"] == '"burst";r=0;t=5'
    assert response.headers["Retry-After"] == "5"
    assert b"ratelimit" not in response.content


def test_a_view_names_them(rf):
    class Limited(StatusResponseMixin, TemplateView):
        status_code = 429
        ratelimit = {"burst": {"q": 9}}

    assert Limited.as_view()(rf.get("/"))["RateLimit-Policy"] == '"burst";q=9'
