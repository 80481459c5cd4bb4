import copy
import datetime
import http
import pickle
import subprocess
import sys

import pytest
from django import http as django_http
from django.core.exceptions import DisallowedRedirect
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.middleware.common import CommonMiddleware
from django.middleware.gzip import GZipMiddleware
from django.middleware.http import ConditionalGetMiddleware
from django.utils.functional import lazystr

from django_extras import http as extras
from django_extras.http.status import HEADER_ARGUMENTS, TITLES

HTML = "text/html; charset=utf-8"
NO_STORE = {"Content-Type": HTML, "Cache-Control": "no-store"}
UTC = datetime.UTC

CLASSES = {
    201: ["Created"],
    202: ["Accepted"],
    203: ["NonAuthoritativeInformation", "NonAuthoritative"],
    204: ["NoContent"],
    205: ["ResetContent"],
    206: ["PartialContent"],
    207: ["MultiStatus"],
    208: ["AlreadyReported"],
    226: ["IMUsed"],
    300: ["MultipleChoices"],
    303: ["SeeOther"],
    307: ["TemporaryRedirect"],
    308: ["PermanentRedirectPreserveRequest"],
    401: ["Unauthorized", "Unauthorised", "UnAuthorised"],
    402: ["PaymentRequired"],
    406: ["NotAcceptable"],
    407: ["ProxyAuthenticationRequired"],
    408: ["RequestTimeout"],
    409: ["Conflict"],
    411: ["LengthRequired"],
    412: ["PreconditionFailed"],
    413: ["ContentTooLarge", "PayloadTooLarge", "RequestEntityTooLarge"],
    414: ["URITooLong", "RequestURITooLong"],
    415: ["UnsupportedMediaType"],
    416: ["RangeNotSatisfiable", "RequestedRangeNotSatisfiable"],
    417: ["ExpectationFailed"],
    421: ["MisdirectedRequest"],
    422: ["UnprocessableContent", "UnprocessableEntity"],
    423: ["Locked"],
    424: ["FailedDependency"],
    425: ["TooEarly"],
    426: ["UpgradeRequired"],
    428: ["PreconditionRequired"],
    429: ["TooManyRequests"],
    431: ["RequestHeaderFieldsTooLarge"],
    451: ["UnavailableForLegalReasons"],
    501: ["NotImplemented"],
    502: ["BadGateway"],
    503: ["ServiceUnavailable"],
    504: ["GatewayTimeout"],
    505: ["HTTPVersionNotSupported"],
    506: ["VariantAlsoNegotiates"],
    507: ["InsufficientStorage"],
    508: ["LoopDetected"],
    510: ["NotExtended"],
    511: ["NetworkAuthenticationRequired"],
}
DJANGO_CLASSES = {
    200: "HttpResponse",
    301: "HttpResponsePermanentRedirect",
    302: "HttpResponseRedirect",
    304: "HttpResponseNotModified",
    400: "HttpResponseBadRequest",
    403: "HttpResponseForbidden",
    404: "HttpResponseNotFound",
    405: "HttpResponseNotAllowed",
    410: "HttpResponseGone",
    500: "HttpResponseServerError",
}
NAMES = [(status, f"HttpResponse{name}") for status, names in CLASSES.items() for name in names]


class Page:
    def get_absolute_url(self) -> str:
        return "/café/?q=a b"


class NoPage:
    def get_absolute_url(self) -> None:
        return None

    def __repr__(self) -> str:
        return "a job without a page"


class TestNames:
    @pytest.mark.parametrize(("status", "name"), NAMES)
    def test_a_name_stands_for_its_status(self, status, name):
        cls = getattr(extras, name)

        assert name in extras.__all__
        assert cls.status_code == status
        assert issubclass(cls, django_http.HttpResponse)
        assert cls.__doc__.strip().startswith(f"{status}: ")

    @pytest.mark.parametrize("names", [names for names in CLASSES.values() if len(names) > 1])
    def test_aliases_are_one_object(self, names):
        assert len({getattr(extras, f"HttpResponse{name}") for name in names}) == 1
        assert getattr(extras, f"HttpResponse{names[0]}").__name__ == f"HttpResponse{names[0]}"

    def test_the_module_is_a_superset_of_djangos(self):
        replaced = {"FileResponse", "JsonResponse"}

        for name in (name for name in dir(django_http) if not name.startswith("_")):
            ours, theirs = getattr(extras, name), getattr(django_http, name)
            assert ours is theirs or (name in replaced and issubclass(ours, theirs)), name
        assert set(django_http.__all__) <= set(extras.__all__)

    def test_all_names_are_there_once(self):
        namespace: dict[str, object] = {}

        exec("from django_extras.http import *", namespace)

        assert sorted(extras.__all__) == sorted(set(extras.__all__))
        assert set(extras.__all__) <= set(namespace)

    def test_the_module_can_be_imported_without_settings(self):
        code = "import django_extras.http; print(django_extras.http.response_class_for(409).__name__)"

        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={})

        assert run.stdout == "HttpResponseConflict\n"


class TestResponseClassFor:
    @pytest.mark.parametrize("status", CLASSES)
    def test_a_status_of_ours(self, status):
        cls = getattr(extras, f"HttpResponse{CLASSES[status][0]}")

        assert extras.response_class_for(status) is cls
        assert extras.response_class_for(http.HTTPStatus(status)) is cls

    @pytest.mark.parametrize(("status", "name"), DJANGO_CLASSES.items())
    def test_a_status_of_djangos(self, status, name):
        assert extras.response_class_for(status) is getattr(django_http, name)

    def test_the_table_holds_every_final_status_of_the_registry(self):
        set_aside = {305, 306, 418}

        assert {*CLASSES, *DJANGO_CLASSES} == TITLES.keys() == HEADER_ARGUMENTS.keys()
        assert TITLES.keys() == {int(status) for status in http.HTTPStatus if status >= 200} - set_aside

    @pytest.mark.parametrize("status", [0, 1, -404, 100, 103, 199, 299, 305, 306, 418, 599, 600, 10**9])
    @pytest.mark.parametrize("make", [int, str, float])
    def test_what_is_no_status_is_refused(self, status, make):
        with pytest.raises(ValueError, match="There is no response class") as error:
            extras.response_class_for(make(status))

        assert str(error.value) == (
            f"There is no response class for status {make(status)!r}. Give a final status of the IANA registry as an "
            "int, such as 404, or use HttpResponse(status=...)."
        )

    @pytest.mark.parametrize("status", [True, False, None, "404", b"404", 404.0, [404]])
    def test_what_is_no_int_is_refused(self, status):
        with pytest.raises(ValueError, match="There is no response class for status"):
            extras.response_class_for(status)


REDIRECTS = [300, 301, 302, 303, 307, 308]
WITHOUT_REQUIRED_ARGUMENTS = [status for status in CLASSES if status not in {303, 307, 308}]


class TestEveryClass:
    @pytest.mark.parametrize("status", WITHOUT_REQUIRED_ARGUMENTS)
    def test_it_needs_no_argument(self, status):
        response = extras.response_class_for(status)()

        assert response.status_code == status
        assert response.content == b""
        assert ("Content-Type" in response) is (status not in {204, 205})

    @pytest.mark.parametrize("status", [s for s in CLASSES if s not in {204, 205} and s not in REDIRECTS])
    def test_it_takes_what_djangos_takes_by_position(self, status):
        cls = extras.response_class_for(status)

        response = cls("café", "text/plain", 299, "Why", "latin-1", {"X-Field": "1"})

        assert response.content == "café".encode("latin-1")
        assert response.text == "café"
        assert (response.status_code, response.reason_phrase) == (299, "Why")
        assert response.headers["Content-Type"] == "text/plain"
        assert response.headers["X-Field"] == "1"

    @pytest.mark.parametrize("status", [s for s in CLASSES if s not in {204, 205} and s not in REDIRECTS])
    def test_it_takes_what_djangos_takes_by_name(self, status):
        cls = extras.response_class_for(status)

        response = cls(content=[b"a", "b"], content_type="text/plain", status=299, reason="Why", charset="latin-1")

        assert list(response) == [b"ab"]
        assert (response.status_code, response.reason_phrase, response.charset) == (299, "Why", "latin-1")

    @pytest.mark.parametrize("status", CLASSES)
    @pytest.mark.parametrize("duplicate", [lambda r: pickle.loads(pickle.dumps(r)), copy.copy, copy.deepcopy])
    def test_it_survives_pickle_and_copy(self, status, duplicate):
        cls = extras.response_class_for(status)
        response = cls("/there/") if status in REDIRECTS else cls()
        response.set_cookie("a", "b")

        same = duplicate(response)

        assert type(same) is cls
        assert (same.status_code, same.content, same.headers) == (status, b"", response.headers)
        assert same.serialize() == response.serialize()
        assert same.cookies.output() == response.cookies.output()

    def test_its_repr_is_djangos(self):
        assert repr(extras.HttpResponseConflict()) == f'<HttpResponseConflict status_code=409, "{HTML}">'
        assert repr(extras.HttpResponseNoContent()) == "<HttpResponseNoContent status_code=204>"
        assert repr(extras.HttpResponseSeeOther("/a/")) == (
            f'<HttpResponseSeeOther status_code=303, "{HTML}", url="/a/">'
        )

    def test_an_unknown_argument_is_refused_as_django_does(self):
        with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
            extras.HttpResponseConflict(colour="red")

    @pytest.mark.parametrize(
        ("cls", "argument", "statuses"),
        [
            (extras.HttpResponseConflict, "retry_after", "413 and 429 and 503"),
            (extras.HttpResponseNoContent, "location", "201 and 202"),
            (extras.HttpResponseTooManyRequests, "www_authenticate", "401"),
        ],
    )
    def test_an_argument_of_another_status_is_refused(self, cls, argument, statuses):
        with pytest.raises(TypeError) as error:
            cls(**{argument: 1})

        assert str(error.value) == (
            f"{cls.__name__} takes no {argument}, which belongs to {statuses}. Use the class of that status, or give "
            "the field in headers."
        )

    def test_an_argument_of_another_status_is_refused_by_redirects(self):
        with pytest.raises(TypeError, match=r"^HttpResponseSeeOther takes no retry_after, which belongs to 413"):
            extras.HttpResponseSeeOther("/", retry_after=1)


FIELDS = [
    (201, {"location": "/a b/é?q=ü"}, {"Location": "/a%20b/%C3%A9?q=%C3%BC"}),
    (201, {"location": Page()}, {"Location": "/caf%C3%A9/?q=a%20b"}),
    (201, {"location": lazystr("/a/")}, {"Location": "/a/"}),
    (201, {"location": "/a\r\nSet-Cookie: a=b"}, {"Location": "/a%0D%0ASet-Cookie:%20a=b"}),
    (202, {"location": "https://example.com/jobs/1"}, {"Location": "https://example.com/jobs/1"}),
    (206, {"content_range": "bytes 0-0/1"}, {"Content-Range": "bytes 0-0/1"}),
    (206, {"content_range": "bytes 5-9/*"}, {"Content-Range": "bytes 5-9/*"}),
    (206, {"content_range": "lines one"}, {"Content-Range": "lines one"}),
    (401, {}, {"WWW-Authenticate": "Session"}),
    (401, {"www_authenticate": 'Basic realm="Staff"'}, {"WWW-Authenticate": 'Basic realm="Staff"'}),
    (
        401,
        {"www_authenticate": ["Negotiate", 'Basic realm="a, b"']},
        {"WWW-Authenticate": 'Negotiate, Basic realm="a, b"'},
    ),
    (401, {"www_authenticate": iter(["Bearer"])}, {"WWW-Authenticate": "Bearer"}),
    (401, {"www_authenticate": lazystr("Basic")}, {"WWW-Authenticate": "Basic"}),
    (401, {"www_authenticate": ["Negotiate", lazystr("Basic")]}, {"WWW-Authenticate": "Negotiate, Basic"}),
    (407, {}, {"Proxy-Authenticate": "Session"}),
    (407, {"proxy_authenticate": lazystr("Basic")}, {"Proxy-Authenticate": "Basic"}),
    (415, {"accept": lazystr("text/csv")}, {"Accept": "text/csv"}),
    (415, {"accept_encoding": lazystr("gzip")}, {"Accept-Encoding": "gzip"}),
    (415, {"accept_patch": lazystr("text/csv")}, {"Accept-Patch": "text/csv"}),
    (407, {"proxy_authenticate": "Basic"}, {"Proxy-Authenticate": "Basic"}),
    (413, {"retry_after": 0}, {"Retry-After": "0"}),
    (415, {"accept": "text/csv"}, {"Accept": "text/csv"}),
    (415, {"accept": ("text/*;q=0.5", "*/*")}, {"Accept": "text/*;q=0.5, */*"}),
    (415, {"accept_encoding": ["gzip", "br;q=0.1"]}, {"Accept-Encoding": "gzip, br;q=0.1"}),
    (415, {"accept_encoding": ["gzip;q=1.0", "br;Q=0."]}, {"Accept-Encoding": "gzip;q=1.0, br;Q=0."}),
    (415, {"accept_patch": "application/json;charset=utf-8"}, {"Accept-Patch": "application/json;charset=utf-8"}),
    (416, {"complete_length": 0}, {"Content-Range": "bytes */0"}),
    (416, {"complete_length": 10**12}, {"Content-Range": "bytes */1000000000000"}),
    (426, {"upgrade": "websocket"}, {"Upgrade": "websocket", "Connection": "Upgrade"}),
    (426, {"upgrade": lazystr("websocket")}, {"Upgrade": "websocket", "Connection": "Upgrade"}),
    (426, {"upgrade": ["HTTP/3.0", "TLS/1.2"]}, {"Upgrade": "HTTP/3.0, TLS/1.2", "Connection": "Upgrade"}),
    (428, {}, {"Cache-Control": "no-store"}),
    (429, {}, {"Cache-Control": "no-store"}),
    (429, {"headers": {"cache-control": "private"}}, {"cache-control": "private"}),
    (431, {}, {"Cache-Control": "no-store"}),
    (511, {}, {"Cache-Control": "no-store"}),
    (451, {"blocked_by": "https://é.example/>"}, {"Link": '<https://%C3%A9.example/%3E>; rel="blocked-by"'}),
    (451, {"blocked_by": lazystr("/judge/")}, {"Link": '</judge/>; rel="blocked-by"'}),
    (503, {"retry_after": 120}, {"Retry-After": "120"}),
    (503, {"retry_after": datetime.timedelta(minutes=2)}, {"Retry-After": "120"}),
    (503, {"retry_after": datetime.timedelta(milliseconds=1)}, {"Retry-After": "1"}),
    (503, {"retry_after": datetime.timedelta(0)}, {"Retry-After": "0"}),
    (503, {"retry_after": datetime.timedelta.max}, {"Retry-After": "86400000000000"}),
    (
        503,
        {"retry_after": datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))},
        {"Retry-After": "Wed, 02 Jan 2030 01:04:05 GMT"},
    ),
    (
        503,
        {"retry_after": datetime.datetime(2030, 12, 31, 23, 59, 59, 1, tzinfo=UTC)},
        {"Retry-After": "Wed, 01 Jan 2031 00:00:00 GMT"},
    ),
]


class TestFields:
    @pytest.mark.parametrize(("status", "arguments", "fields"), FIELDS)
    def test_an_argument_sets_its_field(self, status, arguments, fields):
        response = extras.response_class_for(status)("text", **arguments)

        expected = {"Content-Type": HTML, **fields}
        if status in {428, 429, 431, 511} and "headers" not in arguments:
            expected["Cache-Control"] = "no-store"
        assert dict(response.items()) == expected
        assert response.content == b"text"

    @pytest.mark.parametrize("status", [status for status, arguments in HEADER_ARGUMENTS.items() if arguments])
    def test_none_leaves_an_argument_out(self, status):
        cls = extras.response_class_for(status)

        response = cls(**dict.fromkeys(HEADER_ARGUMENTS[status]))

        assert response.headers == cls().headers

    @pytest.mark.parametrize(
        ("status", "argument", "value", "field"),
        [
            (201, "location", "/", "Location"),
            (206, "content_range", "bytes 0-0/1", "Content-Range"),
            (401, "www_authenticate", "Basic", "WWW-Authenticate"),
            (407, "proxy_authenticate", "Basic", "Proxy-Authenticate"),
            (415, "accept", "text/csv", "Accept"),
            (415, "accept_encoding", "gzip", "Accept-Encoding"),
            (415, "accept_patch", "text/csv", "Accept-Patch"),
            (416, "complete_length", 1, "Content-Range"),
            (426, "upgrade", "websocket", "Upgrade"),
            (426, "upgrade", "websocket", "Connection"),
            (451, "blocked_by", "/", "Link"),
            (503, "retry_after", 1, "Retry-After"),
        ],
    )
    def test_an_argument_and_its_field_together_are_refused(self, status, argument, value, field):
        cls = extras.response_class_for(status)

        with pytest.raises(ValueError, match="got both") as error:
            cls(**{argument: value}, headers={field.lower(): "x"})

        assert str(error.value) == (
            f"{cls.__name__} got both {argument} and {field} in headers. Leave one of them out."
        )

    def test_a_field_in_headers_replaces_the_default(self):
        assert extras.HttpResponseUnauthorized(headers={"WWW-Authenticate": "Basic"}).headers == {
            "Content-Type": HTML,
            "WWW-Authenticate": "Basic",
        }

    @pytest.mark.parametrize(
        ("status", "arguments", "error", "message"),
        [
            (201, {"location": 5}, TypeError, "got location=5. Give a URL, or an object with get_absolute_url()."),
            (
                202,
                {"location": NoPage()},
                TypeError,
                "got location=a job without a page, whose get_absolute_url() returned None. Give a URL, or an object "
                "that has one.",
            ),
            (
                206,
                {"content_range": (0, 1)},
                TypeError,
                "got content_range=(0, 1). Give a str such as 'bytes 0-99/1234'.",
            ),
            *(
                (
                    206,
                    {"content_range": text},
                    ValueError,
                    f"got the invalid content_range={text!r}. Give a str such as 'bytes 0-99/1234'.",
                )
                for text in ["", "bytes", "bytes 2-1/5", "bytes 0-5/5", "bytes */5", "bytes 0-1/5\r\n", "bytes=0-1/5"]
            ),
            *(
                (
                    401,
                    {"www_authenticate": text},
                    ValueError,
                    f"got the invalid www_authenticate={text!r}. Give a challenge that begins with a scheme, such as "
                    "'Basic realm=\"Staff\"'.",
                )
                for text in [
                    "",
                    " Basic",
                    'Basic realm="a"\nSet-Cookie: a',
                    "Basic\r",
                    "é",
                    '"Basic"',
                    "Basic ☃",
                    "a\0",
                ]
            ),
            (
                401,
                {"www_authenticate": []},
                ValueError,
                "got an empty www_authenticate. Give a challenge that begins with a scheme, such as 'Basic "
                'realm="Staff"\', or leave www_authenticate out.',
            ),
            *(
                (
                    407,
                    {"proxy_authenticate": value},
                    TypeError,
                    f"got proxy_authenticate={shown!r}. Give a challenge that begins with a scheme, such as 'Basic "
                    'realm="Staff"\', or several in a list.',
                )
                for value, shown in [(b"Basic", b"Basic"), (7, 7), (["Basic", 7], 7), ([b"Basic"], b"Basic")]
            ),
            (
                415,
                {"accept": "json"},
                ValueError,
                "got the invalid accept='json'. Give a media type such as 'application/json'.",
            ),
            *(
                (
                    415,
                    {"accept_encoding": text},
                    ValueError,
                    f"got the invalid accept_encoding={text!r}. Give a content coding such as 'gzip', or 'identity' "
                    "for none.",
                )
                for text in ["gzip, br", "gzip;q=1.5", "gzip;q=1.001", "gzip;q=2"]
            ),
            (
                416,
                {"complete_length": -1},
                ValueError,
                "got the negative complete_length=-1. Give the length in bytes, from 0.",
            ),
            *(
                (
                    416,
                    {"complete_length": value},
                    TypeError,
                    f"got complete_length={value!r}. Give the representation's length in bytes, an int.",
                )
                for value in [True, "5", 5.0]
            ),
            (
                426,
                {"upgrade": "web socket"},
                ValueError,
                "got the invalid upgrade='web socket'. Give a protocol such as 'websocket' or 'TLS/1.2'.",
            ),
            (451, {"blocked_by": b"/"}, TypeError, "got blocked_by=b'/'. Give the URI of who blocks it."),
            *(
                (
                    503,
                    {"retry_after": value},
                    TypeError,
                    f"got retry_after={value!r}. Give whole seconds from 0, a timedelta from 0 or an aware datetime.",
                )
                for value in [True, 1.5, float("nan"), "120", datetime.date(2030, 1, 1)]
            ),
            *(
                (
                    503,
                    {"retry_after": value},
                    ValueError,
                    f"got the negative retry_after={value!r}. Give whole seconds from 0, a timedelta from 0 or an "
                    "aware datetime.",
                )
                for value in [-1, datetime.timedelta(seconds=-1)]
            ),
            (
                503,
                {"retry_after": datetime.datetime.max.replace(tzinfo=UTC)},
                ValueError,
                "got retry_after=datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc), "
                "which is out of range. Give whole seconds from 0, a timedelta from 0 or an aware datetime.",
            ),
            (
                503,
                {"retry_after": datetime.datetime(2030, 1, 1)},
                ValueError,
                "got the naive datetime retry_after=datetime.datetime(2030, 1, 1, 0, 0). Give whole seconds from 0, a "
                "timedelta from 0 or an aware datetime, as timezone.now() returns.",
            ),
        ],
    )
    def test_an_invalid_value_is_refused(self, status, arguments, error, message):
        cls = extras.response_class_for(status)

        with pytest.raises(error) as caught:
            cls(**arguments)

        assert str(caught.value) == f"{cls.__name__} {message}"

    @pytest.mark.parametrize(
        "response",
        [
            extras.HttpResponseUpgradeRequired(upgrade="websocket"),
            extras.HttpResponseProxyAuthenticationRequired(),
        ],
    )
    def test_the_connections_fields_are_sent_under_asgi_alone(self, response):
        response["X-Field"] = "1"

        response._handler_class = WSGIHandler
        assert dict(response.items()) == {"Content-Type": HTML, "X-Field": "1"}
        response._handler_class = ASGIHandler
        assert response.items() == response.headers.items()
        assert len(response.headers) > 2


class TestRedirects:
    @pytest.mark.parametrize("status", REDIRECTS)
    def test_they_redirect(self, status):
        cls = extras.response_class_for(status)

        response = cls("/é a", content="Go.", headers={"X-Field": "1"})

        assert issubclass(cls, (django_http.HttpResponseRedirect, django_http.HttpResponsePermanentRedirect))
        assert response.headers == {"Content-Type": HTML, "X-Field": "1", "Location": "/%C3%A9%20a"}
        assert (response.url, response.content) == ("/%C3%A9%20a", b"Go.")
        assert cls(lazystr("/a/")).url == cls(b"/a/").url == "/a/"
        assert cls(redirect_to="https://example.com/").url == "https://example.com/"

    @pytest.mark.parametrize("status", [300, 303, 307, 308])
    def test_an_unsafe_scheme_is_refused(self, status):
        with pytest.raises(DisallowedRedirect, match="protocol 'javascript'"):
            extras.response_class_for(status)("javascript:alert(1)")

    @pytest.mark.parametrize("status", [300, 303, 307, 308])
    def test_location_in_headers_is_refused(self, status):
        cls = extras.response_class_for(status)

        with pytest.raises(ValueError, match="got both") as error:
            cls("/", headers={"location": "/"})

        assert str(error.value) == (
            f"{cls.__name__} got both redirect_to and Location in headers. Leave the latter out."
        )

    @pytest.mark.parametrize("status", [307, 308])
    def test_a_status_that_preserves_the_request_takes_preserve_request(self, status):
        cls = extras.response_class_for(status)

        assert cls("/", preserve_request=True).status_code == status
        assert cls("/", True, b"content", "text/plain").content == b"content"
        assert cls("/", False).status_code == status

    @pytest.mark.parametrize("status", [300, 303])
    def test_a_status_that_does_not_refuses_it(self, status):
        cls = extras.response_class_for(status)

        with pytest.raises(ValueError, match="cannot preserve") as error:
            cls("/", preserve_request=True)

        assert str(error.value) == (
            f"{cls.__name__} cannot preserve the request. Leave preserve_request out, or use "
            "HttpResponseTemporaryRedirect."
        )

    def test_multiple_choices_need_no_location(self):
        response = extras.HttpResponseMultipleChoices(content="<ul></ul>")

        assert response.headers == {"Content-Type": HTML}
        assert response.url == ""
        assert response.content == b"<ul></ul>"
        assert repr(response) == f'<HttpResponseMultipleChoices status_code=300, "{HTML}", url="">'


class TestNoContent:
    @pytest.fixture(params=[204, 205])
    def cls(self, request):
        return extras.response_class_for(request.param)

    @staticmethod
    def fields(cls) -> dict[str, str]:
        return {} if cls.status_code == 204 else {"Content-Length": "0"}

    @pytest.mark.parametrize("content", [b"", "", memoryview(b""), bytearray(), [], (), None, [b"", ""]])
    def test_empty_content_is_fine(self, cls, content):
        response = cls(content)
        response.content = content
        response.write(b"")
        response.writelines(["", b""])

        assert response.content == response.getvalue() == b""
        assert (list(response), response.text, response.tell()) == ([], "", 0)
        assert response.headers == self.fields(cls)

    def test_an_empty_iterator_is_fine_and_closed(self, cls):
        def chunks():
            try:
                yield b""
            finally:
                closed.append(True)

        closed: list[bool] = []
        iterator = chunks()

        assert list(cls(iterator)) == []
        assert closed == [True]

    @pytest.mark.parametrize("content", [b"x", "x", memoryview(b"x"), 0, False, ["", "x"], {"x": ""}])
    def test_content_is_refused(self, cls, content):
        message = (
            f"{cls.__name__} cannot carry content: status {cls.status_code} has none. Leave the content out, or use "
            "the class of another status."
        )

        with pytest.raises(ValueError, match="cannot carry") as error:
            cls(content)

        assert str(error.value) == message

    def test_content_that_comes_later_is_refused(self, cls):
        response = cls()

        with pytest.raises(ValueError, match="cannot carry content"):
            response.content = b"x"
        with pytest.raises(ValueError, match="cannot carry content"):
            response.write("x")
        with pytest.raises(ValueError, match="cannot carry content"):
            response.writelines([b"", b"x"])
        assert (list(response), response.content) == ([], b"")

    def test_fields_about_the_content_have_no_effect(self, cls):
        response = cls(content_type="text/plain")
        for field in ("Content-Type", "CONTENT-LENGTH", "transfer-encoding"):
            response[field] = "7"
            response.headers.setdefault(field, "7")
        del response["Content-Length"]

        assert response.headers.pop("Content-Length", "gone") == "gone"
        assert response.headers == self.fields(cls)
        headers = {"content-type": "text/plain", "Content-Length": "5", "X-Field": "1"}
        assert cls(headers=headers).headers == {**self.fields(cls), "X-Field": "1"}

    def test_other_fields_work(self, cls):
        response = cls()
        response["X-Field"] = "1"

        assert response.headers.pop("X-FIELD") == ("X-Field", "1")
        assert response.headers.pop("X-Field", None) is None
        with pytest.raises(django_http.BadHeaderError):
            response["X-Field"] = "1\r\n"

    @pytest.mark.parametrize("method", ["get", "head", "post"])
    def test_no_middleware_of_djangos_can_add_them(self, cls, method, rf):
        request = getattr(rf, method)("/", headers={"Accept-Encoding": "gzip"})

        def get_response(request):
            return cls()

        for middleware in (CommonMiddleware, ConditionalGetMiddleware, GZipMiddleware):
            get_response = middleware(get_response)
        response = get_response(request)

        assert {field for field in response.headers if field.startswith("Content-")} == set(self.fields(cls))
        assert list(response) == []
        assert response.serialize().partition(b"\r\n\r\n")[2] == b""

    def test_two_responses_share_nothing(self, cls):
        first, second = cls(headers={"X-Field": "1"}), cls()

        first["X-Other"] = "2"

        assert second.headers == self.fields(cls)
