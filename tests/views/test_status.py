import datetime
import gc
import json
import weakref
from functools import wraps

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.test import AsyncRequestFactory
from django.views import generic

from django_extras import http
from django_extras.views import FileDownloadMixin, JsonResponseMixin, StatusResponseMixin
from django_extras.views._outcomes import OUTCOMES
from tests.models import Book
from tests.views.statuses import HTML, Form, FormPage, Page, Plain, answer, variant

pytestmark = pytest.mark.usefixtures("templates")


class TestStatusCode:
    @pytest.mark.parametrize("status", [200, 201, 202, 203, 207, 300, 400, 401, 404, 409, 413, 426, 429, 503, 511])
    @pytest.mark.parametrize("method", ["get", "head"])
    def test_a_template_is_rendered_with_it(self, rf, status, method):
        response = answer(variant(Page, status_code=status), getattr(rf, method)("/"))

        assert isinstance(response, TemplateResponse)
        assert (response.status_code, response.content) == (status, b"Hello ")

    def test_none_leaves_the_response_alone(self, rf):
        assert answer(Page, rf.get("/")).status_code == 200

    @pytest.mark.parametrize("status", [201, 300, 400, 403, 405, 409, 410, 415, 426, 500, 503])
    def test_without_a_renderer_the_answer_is_its_class(self, rf, status):
        response = answer(variant(Plain, status_code=status), rf.get("/"))

        assert type(response) is http.response_class_for(status)
        assert (response.status_code, response.content) == (status, b"")

    @pytest.mark.parametrize("view", [generic.TemplateView, generic.FormView])
    def test_a_view_without_template_answers_with_its_class(self, rf, view):
        view = type("V", (StatusResponseMixin, view), {"status_code": 503, "retry_after": 5, "form_class": Form})

        response = answer(view, rf.get("/"))

        assert type(response) is http.HttpResponseServiceUnavailable
        assert response["Retry-After"] == "5"

    @pytest.mark.parametrize("status", [204, 205, 304])
    @pytest.mark.parametrize("view", [Page, Plain])
    def test_a_status_without_content_renders_nothing(self, rf, status, view):
        class V(view):
            status_code = status
            template_name = "missing.html"

            def get_template_names(self):
                raise AssertionError

        response = answer(V, rf.get("/"))

        assert type(response) is http.response_class_for(status)
        assert list(response) == []
        assert response.headers == ({"Content-Length": "0"} if status == 205 else {})

    def test_without_a_status_there_is_nothing_to_render(self, rf):
        with pytest.raises(ImproperlyConfigured) as error:
            answer(Plain, rf.get("/"))

        assert str(error.value) == (
            "Plain has nothing to render. Add a view that renders, such as TemplateView, or override "
            "Plain.render_to_response()."
        )

    def test_as_view_takes_it(self, rf):
        assert Page.as_view(status_code=404)(rf.get("/")).status_code == 404

    def test_requests_do_not_share_anything(self, rf):
        view = FormPage.as_view(status_codes={"form_invalid": 422})

        assert [view(rf.post("/")).status_code, view(rf.get("/")).status_code] == [422, 200]
        assert (FormPage._step, FormPage._answered) == ("", None)

    def test_405_names_the_methods(self, rf):
        assert answer(variant(Page, status_code=405), rf.get("/"))["Allow"] == "GET, HEAD, OPTIONS"

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_goes_to_the_location(self, rf, status):
        page = answer(variant(Page, status_code=status, location="/é/"), rf.get("/"))
        plain = answer(variant(Plain, status_code=status, location=Book(pk=1)), rf.get("/"))

        assert (page.status_code, page["Location"], page.content) == (status, "/%C3%A9/", b"Hello ")
        assert type(plain) is http.response_class_for(status)
        assert plain.url == "/books/1/"

    def test_a_redirect_without_location_is_refused(self, rf):
        with pytest.raises(ImproperlyConfigured) as error:
            answer(variant(Page, status_code=303), rf.get("/"))

        assert str(error.value) == (
            "Page is missing the URL that status 303 redirects to. Define Page.location, override "
            "Page.get_location(), or use RedirectView."
        )


class TestGetStatusCode:
    def test_it_decides_from_the_context(self, rf):
        class V(Page):
            status_code = 200
            retry_after = 7

            def get_status_code(self, context):
                return 503 if context["view"].request.GET else super().get_status_code(context)

        assert answer(V, rf.get("/")).status_code == 200
        response = answer(V, rf.get("/?a"))
        assert (response.status_code, response["Retry-After"]) == (503, "7")

    def test_an_explicit_status_wins(self, rf):
        class V(Page):
            status_code = 404
            status_codes = {"get": 410}

            def get(self, request, status):
                return self.render_to_response({}, status=status, headers={"X-Field": "1"})

            def get_status_code(self, context):
                return 409

        for status in (200, 201, 299, 418, 503):
            response = answer(V, rf.get("/"), status=status)
            assert (response.status_code, response["X-Field"]) == (status, "1")
        response = answer(V, rf.get("/"), status=204)
        assert response.headers == {"X-Field": "1"}
        assert answer(V, rf.get("/"), status=None).status_code == 409

    def test_an_explicit_redirect_is_not_changed(self, rf):
        class V(Plain):
            status_codes = {"get": 303}
            location = "/"

            def get(self, request):
                return self.render_to_response(status=307)

        assert answer(V, rf.get("/")).status_code == 307

    @pytest.mark.parametrize("status", [299, 418, 1000, "404", True])
    def test_what_is_no_status_is_refused(self, rf, status):
        class V(Page):
            def get_status_code(self, context):
                return status

        with pytest.raises(ImproperlyConfigured) as error:
            answer(V, rf.get("/"))

        assert str(error.value) == (
            f"V.get_status_code() is {status!r}. There is no response class for status {status!r}. Give a final "
            "status of the IANA registry as an int, such as 404, or use HttpResponse(status=...)."
        )


class TestMethods:
    def test_each_method_has_its_status(self, rf):
        class V(Page):
            status_codes = {"get": 203, "post": 202, "put": 200}

            def post(self, request):
                return self.render_to_response({})

            put = post

        statuses = [answer(V, getattr(rf, method)("/")).status_code for method in ("get", "head", "post", "put")]
        assert statuses == [203, 203, 202, 200]

    def test_head_has_its_own(self, rf):
        assert answer(variant(Page, status_codes={"get": 203, "head": 202}), rf.head("/")).status_code == 202

    def test_a_method_of_the_views_own(self, rf):
        class V(Plain):
            http_method_names = ["propfind"]
            status_codes = {"propfind": 207}

            def propfind(self, request):
                return self.render_to_response()

        assert answer(V, rf.generic("PROPFIND", "/")).status_code == 207

    def test_a_method_without_status_uses_status_code(self, rf):
        view = variant(FormPage, status_codes={"get": 203}, status_code=404)

        assert [answer(view, r).status_code for r in (rf.get("/"), rf.post("/"))] == [203, 404]

    @pytest.mark.parametrize(
        ("status", "valid", "invalid"), [(202, 202, 200), (303, 303, 200), (422, 302, 422), (204, 204, 200)]
    )
    def test_success_is_not_said_of_an_invalid_form_nor_error_of_a_valid_one(self, rf, status, valid, invalid):
        view = variant(FormPage, status_codes={"post": status})

        assert answer(view, rf.post("/", {"name": "a"})).status_code == valid
        assert answer(view, rf.post("/")).status_code == invalid

    def test_an_error_is_not_said_of_what_a_valid_form_renders(self, rf):
        class V(FormPage):
            status_codes = {"post": 422}

            def form_valid(self, form):
                return self.render_to_response({})

        assert answer(V, rf.post("/", {"name": "a"})).status_code == 200

    def test_a_redirect_of_a_method_changes_to_another_redirect_alone(self, rf):
        class V(StatusResponseMixin, generic.View):
            def post(self, request):
                return HttpResponseRedirect("/a/", headers={"X-Field": "1"})

        response = answer(variant(V, status_codes={"post": 303}), rf.post("/"))
        assert type(response) is http.HttpResponseSeeOther
        assert response.headers == {"Content-Type": HTML, "Location": "/a/", "X-Field": "1"}
        assert answer(variant(V, status_code=307), rf.post("/")).status_code == 307
        for status in (202, 404, 304):
            assert answer(variant(V, status_codes={"post": status}), rf.post("/")).status_code == 302
            assert answer(variant(V, status_code=status), rf.post("/")).status_code == 302

    def test_other_responses_stay_as_they_are(self, rf):
        class V(StatusResponseMixin, generic.View):
            status_codes = {"post": 303}
            status_code = 404
            location = "/"

            def post(self, request):
                return HttpResponse("Hello", status=int(request.POST["status"]))

        for status in (200, 302, 404):
            assert answer(V, rf.post("/", {"status": status})).status_code == status

    def test_a_300_without_location_stays(self, rf):
        class V(StatusResponseMixin, generic.View):
            status_codes = {"post": 303}

            def post(self, request):
                return http.HttpResponseMultipleChoices(None, False, "Hello")

        response = answer(V, rf.post("/"))
        assert (response.status_code, response.content) == (300, b"Hello")

    def test_a_redirect_that_is_no_redirect_on_the_wire_stays(self, rf):
        class ClientRedirect(HttpResponseRedirect):
            status_code = 200

        class V(FormPage):
            status_codes = {"form_valid": 303}

            def form_valid(self, form):
                return ClientRedirect("/a/")

        assert answer(V, rf.post("/", {"name": "a"})).status_code == 200


@pytest.mark.django_db
class TestEveryGenericView:
    DATES = {"year": 2020, "month": "May", "day": 17, "week": 20}

    @pytest.mark.parametrize(
        "view",
        [
            generic.ArchiveIndexView,
            generic.DateDetailView,
            generic.DayArchiveView,
            generic.DetailView,
            generic.ListView,
            generic.MonthArchiveView,
            generic.WeekArchiveView,
            generic.YearArchiveView,
            generic.TodayArchiveView,
            generic.UpdateView,
            generic.DeleteView,
            generic.CreateView,
        ],
    )
    @pytest.mark.parametrize("status", [203, 204])
    def test_a_view_answers_with_its_status(self, rf, book, view, status):
        attributes = {"model": Book, "template_name": "page.html", "fields": ["title"], "success_url": "/"}
        attributes |= {"date_field": "published", "allow_empty": True, "allow_future": True, "status_code": status}
        view = type("V", (StatusResponseMixin, view), attributes)

        response = answer(view, rf.get("/"), pk=book.pk, **self.DATES)

        assert (response.status_code, response.content) == (status, b"Hello " if status == 203 else b"")

    @pytest.mark.parametrize("status", [301, 303, 307, 308])
    @pytest.mark.parametrize("method", ["get", "head", "post"])
    def test_redirect_view(self, rf, status, method):
        view = type("V", (StatusResponseMixin, generic.RedirectView), {"url": "/a/%%25/", "status_code": status})

        response = answer(view, getattr(rf, method)("/"))

        assert type(response) is http.response_class_for(status)
        assert response.url == "/a/%25/"

    def test_redirect_view_that_is_gone(self, rf):
        view = type("V", (StatusResponseMixin, generic.RedirectView), {"status_code": 303})

        assert answer(view, rf.get("/")).status_code == 410


class TestAsync:
    def test_a_template_view(self):
        class V(Page):
            status_code = 503
            retry_after = 9

            async def get(self, request):
                return self.render_to_response({})

        response = answer(V, AsyncRequestFactory().get("/"))

        assert (response.status_code, response["Retry-After"], response.content) == (503, "9", b"Hello ")

    @pytest.mark.parametrize(("data", "status"), [({"name": "a"}, 303), ({}, 422)])
    def test_a_form_view(self, data, status):
        class V(FormPage):
            status_codes = {"form_valid": 303, "form_invalid": 422}
            http_method_names = ["post"]

            async def post(self, request):
                form = self.get_form()
                return await self.form_valid(form) if form.is_valid() else self.form_invalid(form)

            async def form_valid(self, form):
                return super().form_valid(form)

            get = put = None

        del V.get, V.put
        V.get = V.put = V.post

        assert answer(V, AsyncRequestFactory().post("/", data)).status_code == status

    def test_what_is_rendered_later(self):
        class Later(generic.View):
            async def render_to_response(self, context, **kwargs):
                return HttpResponse(context, **kwargs)

        class V(StatusResponseMixin, Later):
            status_code = 429
            retry_after = 3

            async def get(self, request):
                return await self.render_to_response("Hello")

        response = answer(V, AsyncRequestFactory().get("/"))

        assert (response.status_code, response["Retry-After"], response.content) == (429, "3", b"Hello")


class TestRenderers:
    def test_a_renderer_that_ignores_the_status_gets_it(self, rf):
        class Renderer(generic.View):
            def get(self, request):
                return self.render_to_response({})

            def render_to_response(self, context, **kwargs):
                return HttpResponse("Hello", status=self.status)

        view = type("V", (StatusResponseMixin, Renderer), {"status": 200, "status_code": 503, "retry_after": 1})
        assert (answer(view, rf.get("/")).status_code, answer(view, rf.get("/"))["Retry-After"]) == (503, "1")
        response = answer(variant(view, status=206), rf.get("/"))
        assert (response.status_code, response.headers) == (206, {"Content-Type": HTML})

    def test_a_renderer_that_is_no_function(self, rf):
        class Renderer:
            def __call__(self, context, **kwargs):
                return HttpResponse("Hello", **kwargs)

        class Base(generic.View):
            render_to_response = Renderer()

            def get(self, request, **kwargs):
                return self.render_to_response({}, **kwargs)

        view = type("V", (StatusResponseMixin, Base), {"status_code": 409})

        assert answer(view, rf.get("/")).status_code == 409
        assert answer(view, rf.get("/"), status=410).status_code == 410

    @pytest.mark.parametrize("status", [409, 204, 303])
    @pytest.mark.parametrize("is_async", [False, True])
    def test_it_is_called_as_without_the_mixin(self, rf, status, is_async):
        class Base(generic.TemplateView):
            template_name = "page.html"

            def render_to_response(self, *args, **kwargs):
                calls.append((args, kwargs))
                return super().render_to_response(*args, **kwargs)

        if is_async:

            async def get(self, request):
                return self.render_to_response({"a": 1})

            Base.get = get
        calls = []
        view = type("V", (StatusResponseMixin, Base), {"status_code": status, "get_location": lambda self: "/"})
        for each in (Base, view):
            answer(each, rf.get("/"))

        assert len(calls) == 2
        assert [set(args[0]) for args, _ in calls] == [{"a"} if is_async else {"view"}] * 2
        assert [kwargs for _, kwargs in calls] == [{}, {}]

    @pytest.mark.parametrize("status", [204, 404])
    def test_it_gets_the_status_that_the_caller_gives(self, rf, status):
        class ByName(generic.View):
            def get(self, request):
                return self.render_to_response("Hello", status=status)

            def render_to_response(self, context, status=200):
                given.append(status)
                return HttpResponse(context, status=status)

        class ByAnyName(ByName):
            def render_to_response(self, context, **kwargs):
                return super().render_to_response(context, **kwargs)

        given = []
        for base in (ByName, ByAnyName):
            response = answer(type("V", (StatusResponseMixin, base), {}), rf.get("/"))
            assert (response.status_code, response.content) == (status, b"" if status == 204 else b"Hello")
        assert given == [status, status]

    @pytest.mark.parametrize("status", [204, 205, 304])
    def test_what_it_adds_is_kept_where_there_is_no_content(self, rf, status):
        class Base(generic.TemplateView):
            template_name = "page.html"

            def render_to_response(self, context, **kwargs):
                response = super().render_to_response(context, headers={"X-Field": "1"}, **kwargs)
                response.set_cookie("a", "b")
                return response

        response = answer(type("V", (StatusResponseMixin, Base), {"status_code": status}), rf.get("/"))

        assert type(response) is http.response_class_for(status)
        assert response.headers == {"X-Field": "1", **({"Content-Length": "0"} if status == 205 else {})}
        assert response.cookies["a"].value == "b"

    @pytest.mark.parametrize("status", [204, 304])
    @pytest.mark.parametrize("is_decorated", [False, True])
    @pytest.mark.parametrize("is_async", [False, True])
    def test_its_refusal_counts_where_there_is_no_content(self, rf, status, is_decorated, is_async):
        def check(render):
            @wraps(render)
            def wrapper(*args, **kwargs):
                return later(HttpResponse(status=403)) if is_async else HttpResponse(status=403)

            return wrapper

        async def later(response):
            return response

        async def get(self, request):
            return await self.render_to_response({})

        render = generic.TemplateView.render_to_response
        base = type(
            "Base", (generic.TemplateView,), {"template_name": "page.html", **({"get": get} if is_async else {})}
        )
        base.render_to_response = check(render) if is_decorated else lambda self, context: check(render)(self)
        view = type("V", (StatusResponseMixin, base), {"status_code": status})

        assert answer(view, rf.get("/")).status_code == 403

    def test_fields_of_the_renderer_are_kept(self, rf):
        class V(Page):
            status_code = 401
            www_authenticate = "Basic"

            def get(self, request):
                return self.render_to_response({}, headers={"www-authenticate": "Mine"})

        assert answer(V, rf.get("/")).headers == {"Content-Type": HTML, "www-authenticate": "Mine"}


ARGUMENTS = [
    (201, "location", "/a/", {"Location": "/a/"}),
    (202, "location", Book(pk=3), {"Location": "/books/3/"}),
    (206, "content_range", "bytes 0-1/2", {"Content-Range": "bytes 0-1/2"}),
    (401, "www_authenticate", ["Basic", "Bearer"], {"WWW-Authenticate": "Basic, Bearer"}),
    (413, "retry_after", datetime.timedelta(hours=1), {"Retry-After": "3600"}),
    (415, "accept", "text/csv", {"Accept": "text/csv"}),
    (415, "accept_encoding", "gzip", {"Accept-Encoding": "gzip"}),
    (415, "accept_patch", "text/csv", {"Accept-Patch": "text/csv"}),
    (416, "complete_length", 5, {"Content-Range": "bytes */5"}),
    (429, "retry_after", 5, {"Retry-After": "5", "Cache-Control": "no-store"}),
    (451, "blocked_by", "/judge/", {"Link": '</judge/>; rel="blocked-by"'}),
    (300, "location", "/a/", {"Location": "/a/"}),
]


class TestFields:
    @pytest.mark.parametrize(("status", "argument", "value", "fields"), ARGUMENTS)
    @pytest.mark.parametrize("view", [Page, Plain])
    def test_an_attribute_sets_its_field(self, rf, status, argument, value, fields, view):
        response = answer(variant(view, status_code=status, **{argument: value}), rf.get("/"))

        assert response.headers == {"Content-Type": HTML, **fields}

    @pytest.mark.parametrize(("status", "argument", "value", "fields"), ARGUMENTS)
    def test_a_hook_sets_its_field(self, rf, status, argument, value, fields):
        class V(Page):
            def get_status_arguments(self, status):
                return {argument: value, "upgrade": None}

        assert answer(variant(V, status_code=status), rf.get("/")).headers == {"Content-Type": HTML, **fields}

    @pytest.mark.parametrize(("status", "argument", "value", "fields"), ARGUMENTS)
    def test_the_hook_has_what_the_attributes_say(self, rf, status, argument, value, fields):
        class V(Page):
            def get_status_arguments(self, status):
                arguments = super().get_status_arguments(status)
                given.append({name: value for name, value in arguments.items() if value is not None})
                return arguments

        given = []
        answer(variant(V, status_code=status, **{argument: value}), rf.get("/"))

        assert given == [{argument: value}]

    def test_the_hook_adds_to_the_attributes(self, rf):
        class V(FormPage):
            status_codes = {"form_invalid": 429, "form_valid": 303}
            retry_after = 5

            def get_status_arguments(self, status):
                arguments = super().get_status_arguments(status)
                return {**arguments, "retry_after": 60} if status == 429 else arguments

        assert answer(V, rf.post("/"))["Retry-After"] == "60"
        assert answer(V, rf.post("/", {"name": "a"}))["Location"] == "/done/"

    def test_an_argument_of_another_status_names_the_view(self, rf):
        view = variant(Page, status_code=503, get_status_arguments=lambda self, status: {"accept": "text/csv"})

        with pytest.raises(ImproperlyConfigured) as error:
            answer(view, rf.get("/"))

        assert str(error.value) == (
            "Page cannot answer 503. HttpResponseServiceUnavailable takes no accept, which belongs to 415. Use the "
            "class of that status, or give the field in headers."
        )

    @pytest.mark.parametrize(
        ("status", "argument", "value", "fields"),
        [
            (407, "proxy_authenticate", "Basic", {"Proxy-Authenticate": "Basic"}),
            (426, "upgrade", "websocket", {"Upgrade": "websocket", "Connection": "Upgrade"}),
        ],
    )
    def test_the_connections_fields_are_left_to_wsgi_servers(self, rf, status, argument, value, fields):
        view = variant(Page, status_code=status, **{argument: value})

        assert answer(view, AsyncRequestFactory().get("/")).headers == {"Content-Type": HTML, **fields}
        assert answer(view, rf.get("/")).headers == {"Content-Type": HTML}

    def test_it_is_left_out_where_the_status_does_not_take_it(self, rf):
        view = variant(FormPage, status_codes={"form_invalid": 429}, retry_after=5)

        assert "Retry-After" not in answer(view, rf.get("/"))
        assert answer(view, rf.post("/"))["Retry-After"] == "5"

    def test_an_invalid_value_names_the_view(self, rf):
        view = variant(Page, status_code=503, retry_after=-1)

        with pytest.raises(ImproperlyConfigured) as error:
            answer(view, rf.get("/"))

        assert str(error.value) == (
            "Page cannot answer 503. HttpResponseServiceUnavailable got the negative retry_after=-1. Give whole "
            "seconds from 0, a timedelta from 0 or an aware datetime."
        )


@pytest.mark.django_db
class TestBesideTheOtherMixins:
    """Left or right of the mixin that answers."""

    @staticmethod
    def view(mixin, base, is_left, **attributes):
        mixins = (StatusResponseMixin, mixin) if is_left else (mixin, StatusResponseMixin)
        return type("V", (*mixins, base), attributes)

    @pytest.mark.parametrize("is_left", [True, False])
    def test_json(self, rf, is_left):
        codes = {"status_codes": {"empty": 404, "get": 203}}
        view = self.view(JsonResponseMixin, generic.ListView, is_left, model=Book, json_fields=["title"], **codes)

        empty = answer(view, rf.get("/"))
        assert (empty.status_code, empty.content, empty["Content-Type"]) == (404, b"[]", "application/json")
        Book.objects.create(title="Emma", price=1)
        full = answer(view, rf.get("/"))
        assert (full.status_code, json.loads(full.content)) == (203, [{"title": "Emma"}])

    @pytest.mark.parametrize("is_left", [True, False])
    @pytest.mark.parametrize("status", [204, 205, 304, 429, 451])
    def test_json_with_any_status(self, rf, is_left, status):
        view = self.view(
            JsonResponseMixin,
            generic.TemplateView,
            is_left,
            json_fields=["a"],
            extra_context={"a": 1},
            status_code=status,
        )

        response = answer(view, rf.get("/"))

        assert response.status_code == status
        assert json.loads(response.content or b"null") == (None if status < 400 else {"a": 1})
        assert ("Content-Type" in response) is (status >= 400)
        assert ("Cache-Control" in response) is (status == 429)

    @pytest.mark.parametrize("is_left", [True, False])
    @pytest.mark.parametrize("is_async", [True, False])
    def test_json_with_links_of_both(self, rf, is_left, is_async):
        async def get(view, request):
            return await sync_to_async(generic.ListView.get)(view, request)

        view = self.view(
            JsonResponseMixin,
            generic.ListView,
            is_left,
            get_queryset=lambda self: [{"title": "Emma"}],
            json_fields=["title"],
            paginate_by=1,
            status_code=451,
            blocked_by="/judge/",
            **({"get": get} if is_async else {}),
        )

        links = answer(view, (AsyncRequestFactory() if is_async else rf).get("/"))["Link"].split(", ")

        assert sorted(links) == [
            '</judge/>; rel="blocked-by"',
            '<http://testserver/?page=1>; rel="first"',
            '<http://testserver/?page=1>; rel="last"',
        ]

    @pytest.mark.parametrize("is_left", [True, False])
    @pytest.mark.parametrize(
        ("status", "headers", "expected", "body"),
        [
            (203, {}, 203, b"hello"),
            (404, {"Range": "bytes=0-1"}, 404, b"hello"),
            (200, {"Range": "bytes=0-1"}, 206, b"he"),
            (200, {"Range": "bytes=9-"}, 416, b""),
            (204, {}, 204, b""),
        ],
    )
    def test_a_file(self, rf, tmp_path, is_left, status, headers, expected, body):
        (tmp_path / "a.txt").write_bytes(b"hello")
        view = self.view(FileDownloadMixin, generic.View, is_left, path=tmp_path / "a.txt", status_code=status)

        response = answer(view, rf.get("/", headers=headers))

        assert response.status_code == expected
        assert b"".join(response) == body
        response.close()


def test_a_response_is_not_kept_by_its_view(rf):
    class V(Page):
        status_code = 404

    gc.disable()
    try:
        response = V.as_view()(rf.get("/"))
        alive = weakref.ref(response)
        del response
        assert alive() is None
    finally:
        gc.enable()


def test_help_tells_of_every_attribute_and_outcome():
    names = [name for name, value in vars(StatusResponseMixin).items() if name[0] != "_" and not callable(value)]

    assert len(names) > 10
    for name in names:
        assert f"``{name} = " in StatusResponseMixin.__doc__
    for name in ["get_status_arguments(", "get_location(", "get_status_code(", *OUTCOMES]:
        assert f"``{name}" in StatusResponseMixin.__doc__


def test_methods_that_one_instance_has(rf):
    class Saving(StatusResponseMixin, generic.View):
        status_codes = {"post": 202}

        def setup(self, request, *args, **kwargs):
            if request.GET:
                self.form_valid = lambda form: HttpResponseRedirect("/a/")
            super().setup(request, *args, **kwargs)

        def post(self, request):
            return self.form_valid(None) if request.GET else HttpResponse()

    responses = [Saving.as_view()(rf.post(path)) for path in ("/", "/?a=1", "/")]

    assert [response.status_code for response in responses] == [200, 202, 200]
