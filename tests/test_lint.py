import asyncio
import io
import logging

import pytest
from django import http as django_http
from django.contrib.auth.views import LoginView
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.middleware.http import ConditionalGetMiddleware
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.test import AsyncClient
from django.urls import path
from django.views import debug, defaults, generic
from django.views.static import serve

from django_extras import http
from django_extras.http.status import TITLES
from django_extras.lint import Finding, lint
from django_extras.middleware import LintMiddleware


def response(status=200, content=b"", **fields):
    headers = {name.replace("_", "-"): str(value) for name, value in fields.items()}
    return HttpResponse(content, status=status, headers=headers)


def findings(response, request=None):
    return [str(finding) for finding in lint(response, request)]


DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
INVALID = [
    (response(199), "199 is no final status (RFC 9110 15.2)"),
    (response(100), "100 is no final status (RFC 9110 15.2)"),
    *((response(status), f"{status} lacks Location (RFC 9110 15.4)") for status in (301, 302, 303, 307, 308)),
    (response(401), "401 lacks WWW-Authenticate (RFC 9110 15.5.2)"),
    (response(405), "405 lacks Allow (RFC 9110 15.5.6)"),
    (response(407), "407 lacks Proxy-Authenticate (RFC 9110 15.5.8)"),
    (response(426), "426 lacks Upgrade (RFC 9110 15.5.22)"),
    (response(206), "206 lacks Content-Range (RFC 9110 15.3.7.1)"),
    (response(204, b"x"), "204 has content (RFC 9110 15.3.5)"),
    (response(205, b"x"), "205 has content (RFC 9110 15.3.6)"),
    (response(304, b"x"), "304 has content (RFC 9110 15.4.5)"),
    *(
        (
            django_http.StreamingHttpResponse(stream, status=204),
            "204 is streamed, as if it had content (RFC 9110 15.3.5)",
        )
        for stream in ([], [b"x"])
    ),
    (django_http.StreamingHttpResponse([], status=205), "205 is streamed, as if it had content (RFC 9110 15.3.6)"),
    (response(204, Content_Length=0), "204 has Content-Length (RFC 9110 8.6)"),
    (response(204, Transfer_Encoding="chunked"), "204 has Transfer-Encoding (RFC 9112 6.1)"),
    (response(200, b"abc", Content_Length=2), "Content-Length is 2, but the content has 3 bytes (RFC 9110 8.6)"),
    (response(200, b"", Content_Length=1), "Content-Length is 1, but the content has 0 bytes (RFC 9110 8.6)"),
    (response(200, b"", Content_Length=""), "Content-Length is '', which is no number of bytes (RFC 9110 8.6)"),
    (response(200, b"a", Content_Length="+1"), "Content-Length is '+1', which is no number of bytes (RFC 9110 8.6)"),
    (
        response(200, b"abc", Content_Length="9" * 5000),
        f"Content-Length is {'9' * 5000}, but the content has 3 bytes (RFC 9110 8.6)",
    ),
    (response(304, Content_Length="x"), "Content-Length is 'x', which is no number of bytes (RFC 9110 8.6)"),
    (
        response(200, Content_Range="bytes 0-0/1"),
        "200 has Content-Range, which only 206 and 416 may have (RFC 9110 14.4)",
    ),
    *(
        (response(206, Content_Range=text), f"Content-Range of a 206 is {text!r} (RFC 9110 14.4)")
        for text in ["bytes */5", "bytes 3-2/5", "bytes 0-5/5", "bytes=0-1/5", "x", "bytes x", "pages 2-1/3"]
    ),
    *(
        (response(416, Content_Range=text), f"Content-Range of a 416 is {text!r} (RFC 9110 14.4)")
        for text in ["bytes 0-1/5", "bytes */*", "bytes */-1", "*/5"]
    ),
    (
        response(206, b"ab", Content_Range="bytes 0-2/5", Content_Length=2),
        "Content-Range is 'bytes 0-2/5', but Content-Length is 2 (RFC 9110 15.3.7.1)",
    ),
    (
        response(206, b"ab", Content_Range="bytes 7-9/10", Content_Length=2),
        "Content-Range is 'bytes 7-9/10', but Content-Length is 2 (RFC 9110 15.3.7.1)",
    ),
    (
        response(206, b"a" * 10, Content_Range="bytes 1-9/10", Content_Length=10),
        "Content-Range is 'bytes 1-9/10', but Content-Length is 10 (RFC 9110 15.3.7.1)",
    ),
    (
        response(206, Content_Range="bytes 0-2/5", Content_Type="multipart/byteranges; boundary=x"),
        "206 has both multipart/byteranges and Content-Range (RFC 9110 15.3.7.2)",
    ),
    *((response(ETag=text), f"ETag is {text!r} (RFC 9110 8.8.3)") for text in ["abc", '"a b"', 'w/"a"', '"a', ""]),
    *(
        (response(**{field: text}), f"{field.replace('_', '-')} is {text!r} ({section})")
        for field, section in [
            ("Last_Modified", "RFC 9110 8.8.2"),
            ("Date", "RFC 9110 6.6.1"),
            ("Expires", "RFC 9111 5.3"),
            ("Retry_After", "RFC 9110 10.2.3"),
        ]
        for text in ["Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "1994-11-06", "-1", DATE.lower()]
    ),
    (response(Retry_After="1.5"), "Retry-After is '1.5' (RFC 9110 10.2.3)"),
    (response(405, Allow="GET POST"), "Allow is 'GET POST' (RFC 9110 10.2.1)"),
    (response(Content_Type="html"), "Content-Type is 'html' (RFC 9110 8.3)"),
    (response(401, WWW_Authenticate='"x"'), "WWW-Authenticate is '\"x\"' (RFC 9110 11.6.1)"),
    (response(407, Proxy_Authenticate=""), "Proxy-Authenticate is '' (RFC 9110 11.7.1)"),
    (response(Vary="Accept Cookie"), "Vary is 'Accept Cookie' (RFC 9110 12.5.5)"),
    (response(426, Upgrade="websocket"), "Upgrade comes without Connection: Upgrade (RFC 9110 7.8)"),
    (
        response(426, Upgrade="websocket", Connection="close, x-upgrade"),
        "Upgrade comes without Connection: Upgrade (RFC 9110 7.8)",
    ),
    (
        response(200, b"x", Content_Length=1, Transfer_Encoding="chunked"),
        "Content-Length comes with Transfer-Encoding (RFC 9112 6.2)",
    ),
    *(
        (response(302, Location=text), f"Location is {text!r} (RFC 9110 10.2.2)")
        for text in ["/a b", "/é", "/100%", "/%2", "/<a>", '/"', "/\\a", "/{}", "/`", "/a\tb", "/^", "/|"]
    ),
    (response(X_Field="a\0b"), "X-Field has control characters: 'a\\x00b' (RFC 9110 5.5)"),
    (response(**{"X Field": "a"}), "'X Field' is no field name (RFC 9110 5.1)"),
]


@pytest.mark.parametrize(("invalid", "finding"), INVALID)
@pytest.mark.parametrize("with_request", [True, False])
def test_a_fault_is_found(rf, invalid, finding, with_request):
    assert findings(invalid, rf.get("/") if with_request else None) == [finding]


@pytest.mark.parametrize("status", [0, 99, 600])
def test_a_number_that_is_no_status(status):
    broken = HttpResponse()
    broken.status_code = status

    assert f"{status} is no status (RFC 9110 15)" in findings(broken)


@pytest.mark.parametrize("status", ["200", None])
def test_a_status_that_is_no_number(status):
    broken = HttpResponse()
    broken.status_code = status

    assert findings(broken) == [f"{status!r} is no status (RFC 9110 15)"]


def test_a_reset_that_announces_content(rf):
    head = rf.head("/")

    assert findings(response(205, Content_Length=7), head) == [
        "Content-Length is 7, but 205 has no content (RFC 9110 15.3.6)"
    ]
    assert findings(response(205, Content_Length=0), head) == []


def test_a_finding_has_its_parts():
    assert lint(response(401)) == [Finding("401 lacks WWW-Authenticate", "RFC 9110 15.5.2")]


@pytest.mark.parametrize(
    "valid",
    [
        response(),
        response(200, "é", Content_Length=2),
        response(299),
        response(304, ETag='W/"a"', Content_Length=500),
        response(300),
        response(401, WWW_Authenticate='Basic realm="a", Bearer'),
        response(405, Allow=""),
        response(405, Allow="GET,HEAD , POST"),
        response(206, b"ab", Content_Range="bytes 0-1/*", Content_Length=2),
        response(206, b"ab", Content_Range="bytes 0-1/5"),
        response(206, b"a", Content_Range="bytes 5-5/10", Content_Length=1),
        response(206, b"a", Content_Range="bytes 9-9/10", Content_Length=1),
        response(206, b"abc", Content_Range="bytes 7-9/10", Content_Length=3),
        response(206, Content_Range="pages 1-2/3", Content_Length=0),
        response(206, Content_Range="lines one"),
        response(206, Content_Type="multipart/byteranges; boundary=x"),
        response(416),
        response(416, Content_Range="bytes */0"),
        response(416, Content_Range="pages 0-1/3"),
        response(ETag='""', Last_Modified=DATE, Expires=DATE, Date=DATE),
        response(503, Retry_After=DATE),
        response(503, Retry_After="0"),
        response(Vary="*"),
        response(426, Upgrade="websocket", Connection="keep-alive, upgrade"),
        response(301, Location="https://user@[::1]:80/a;b/%C3%A9?c=(d)&e=~'f'!$+,*#-._"),
        response(302, Location=""),
        response(200, Transfer_Encoding="chunked"),
        response(X_Field="é \t"),
        SimpleTemplateResponse("missing.html", headers={"Content-Length": "5"}),
        django_http.StreamingHttpResponse([b"a"], headers={"Content-Length": "5"}),
        django_http.StreamingHttpResponse([], status=304),
    ],
)
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_what_is_valid_has_no_findings(rf, valid, method):
    request = getattr(rf, method)("/", headers={"Accept-Encoding": "gzip"})

    assert findings(valid, request) == []


@pytest.mark.parametrize("status", [status for status in TITLES if status not in {405, 206, 426}])
def test_each_class_of_ours_is_valid_without_arguments(rf, status):
    cls = http.response_class_for(status)

    assert findings(cls("/") if status in {301, 302, 303, 307, 308} else cls(), rf.get("/")) == []


def test_a_length_is_not_compared_for_head(rf):
    assert findings(response(200, b"", Content_Length=5), rf.head("/")) == []
    assert findings(response(200, b"", Content_Length=5), rf.get("/")) != []


class TestVary:
    accept = "The content was chosen by Accept, but Vary does not name it (RFC 9110 12.5.5)"
    encoding = "The content was encoded, but Vary does not name Accept-Encoding (RFC 9110 12.5.5)"

    def test_what_accept_chose(self, rf):
        request = rf.get("/")
        assert findings(response(), request) == []

        request.accepts("text/html")

        assert findings(response(), request) == [self.accept]
        for fields in [
            {"Vary": "Cookie, accept"},
            {"Vary": "*"},
            {"Cache_Control": "no-store"},
            {"Cache_Control": "max-age=0, Private"},
        ]:
            assert findings(response(**fields), request) == []
        assert findings(response(409), request) == []
        for directive in ["not-private", 'x="private"']:
            assert findings(response(Cache_Control=directive), request) == [self.accept]

    @pytest.mark.parametrize("status", [200, 203, 300, 404, 410, 501])
    def test_what_caches_store_without_being_told_to(self, rf, status):
        request = rf.get("/", headers={"Accept-Encoding": "gzip"})
        request.accepts("text/html")

        assert findings(response(status, Content_Encoding="gzip"), request) == [self.accept, self.encoding]
        assert findings(response(status, Vary="Accept, Accept-Encoding", Content_Encoding="gzip"), request) == []

    @pytest.mark.parametrize("status", [201, 400, 403, 409, 500, 503])
    def test_what_caches_do_not_store_by_themselves(self, rf, status):
        request = rf.get("/", headers={"Accept-Encoding": "gzip"})
        request.accepts("text/html")

        assert findings(response(status, Content_Encoding="gzip"), request) == []

    def test_what_accept_encoding_chose(self, rf):
        request = rf.get("/", headers={"Accept-Encoding": "gzip"})

        assert findings(response(Content_Encoding="gzip"), request) == [self.encoding]
        assert findings(response(Content_Encoding="gzip", Vary="Accept-Encoding"), request) == []
        assert findings(response(Content_Encoding="identity"), request) == []
        assert findings(response(Content_Encoding="gzip"), rf.get("/")) == []

    def test_a_file_that_is_stored_encoded_was_not_chosen(self, rf, tmp_path):
        (tmp_path / "a.svgz").write_bytes(b"x")
        request = rf.get("/", headers={"Accept-Encoding": "gzip"})

        answer = serve(request, "a.svgz", document_root=tmp_path)
        answer.close()

        assert answer["Content-Encoding"] == "gzip"
        assert findings(answer, request) == []

    def test_what_no_cache_stores(self, rf):
        request = rf.post("/", headers={"Accept-Encoding": "gzip"})
        request.accepts("text/html")

        assert findings(response(Content_Encoding="gzip"), request) == []


class TestDjangosOwn:
    def test_classes(self, rf):
        for valid in [
            django_http.HttpResponse("x"),
            django_http.StreamingHttpResponse([b"x"]),
            django_http.HttpResponseRedirect("/"),
            django_http.HttpResponsePermanentRedirect("/"),
            django_http.HttpResponseNotModified(),
            django_http.HttpResponseBadRequest(),
            django_http.HttpResponseForbidden(),
            django_http.HttpResponseNotFound(),
            django_http.HttpResponseNotAllowed(["GET"]),
            django_http.HttpResponseNotAllowed([]),
            django_http.HttpResponseGone(),
            django_http.HttpResponseServerError(),
            django_http.JsonResponse({"a": 1}),
        ]:
            assert findings(valid, rf.get("/")) == [], valid

    @pytest.mark.parametrize("content", [b"", b"x", b"hello"])
    def test_file_response(self, rf, content):
        answer = django_http.FileResponse(io.BytesIO(content), filename="é.txt", as_attachment=True)

        assert findings(answer, rf.get("/")) == []

    def test_error_views(self, rf, settings):
        settings.DEBUG = True
        request = rf.get("/")
        technical_request = rf.get("/")
        technical_request.resolver_match = None

        try:
            raise RuntimeError
        except RuntimeError as error:
            technical = debug.technical_500_response(technical_request, type(error), error, error.__traceback__)
        for valid in [
            defaults.page_not_found(request, Exception()),
            defaults.server_error(request),
            defaults.bad_request(request, BadRequest()),
            defaults.permission_denied(request, Exception()),
            debug.default_urlconf(request),
        ]:
            assert findings(valid, request) == []
        assert findings(technical, technical_request) == []

    def test_views_and_middleware(self, rf):
        class Page(generic.View):
            def get(self, request):
                return HttpResponse("hello" * 100)

        view = GZipMiddleware(ConditionalGetMiddleware(Page.as_view()))
        request = rf.get("/", headers={"Accept-Encoding": "gzip"})
        first = view(request)
        again = rf.get("/", headers={"Accept-Encoding": "gzip", "If-None-Match": first["ETag"]})

        assert first["Content-Encoding"] == "gzip"
        assert findings(first, request) == []
        assert view(again).status_code == 304
        assert findings(view(again), again) == []
        for method in ("post", "options", "head"):
            request = getattr(rf, method)("/")
            assert findings(Page.as_view()(request), request) == []
        assert findings(generic.RedirectView.as_view(url="/")(rf.get("/")), rf.get("/")) == []
        assert findings(LoginView.as_view()(rf.get("/")), rf.get("/")) == []

    def test_a_rendered_template(self, rf, settings):
        rendered = SimpleTemplateResponse(engines["django"].from_string("Hello"), headers={"Content-Length": "6"})

        assert findings(rendered) == []
        assert findings(rendered.render()) == ["Content-Length is 6, but the content has 5 bytes (RFC 9110 8.6)"]


async def broken_async(request):
    return HttpResponse(status=401)


urlpatterns = [
    path("broken/", lambda request: HttpResponse(status=401)),
    path("async/broken/", broken_async),
    path("fine/", lambda request: HttpResponse()),
]


@pytest.mark.urls(__name__)
class TestMiddleware:
    @pytest.fixture(autouse=True)
    def with_middleware(self, settings, caplog):
        settings.MIDDLEWARE = ["django_extras.middleware.LintMiddleware"]
        settings.DEBUG = True
        caplog.set_level(logging.WARNING, "django_extras.lint")

    @staticmethod
    def logged(caplog):
        return [record.getMessage() for record in caplog.records if record.name == "django_extras.lint"]

    @pytest.mark.parametrize("url", ["/broken/", "/async/broken/"])
    def test_it_logs_findings(self, client, caplog, url):
        assert client.get(url).status_code == 401

        assert self.logged(caplog) == [f"GET {url}: 401 lacks WWW-Authenticate (RFC 9110 15.5.2)"]

    def test_it_logs_findings_of_an_async_project(self, caplog):
        asyncio.run(AsyncClient().post("/async/broken/"))

        assert self.logged(caplog) == ["POST /async/broken/: 401 lacks WWW-Authenticate (RFC 9110 15.5.2)"]

    def test_text_of_the_client_makes_no_line_of_its_own(self, rf, caplog):
        LintMiddleware(lambda request: response(401))(rf.get("/any/a%0d%0aERROR%1b[2J%e2%80%ae"))

        assert self.logged(caplog) == [
            "GET /any/a\\r\\nERROR\\x1b[2J\\u202e: 401 lacks WWW-Authenticate (RFC 9110 15.5.2)"
        ]

    def test_it_says_nothing_of_what_is_valid_or_without_debug(self, client, caplog, settings):
        client.get("/fine/")
        settings.DEBUG = False
        client.get("/broken/")

        assert self.logged(caplog) == []
