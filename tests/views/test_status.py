import asyncio
import datetime
import gc
import json
import re
import weakref
from functools import wraps
from urllib.parse import quote

import pytest
import vanilla
from asgiref.sync import sync_to_async
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required, user_passes_test
from django.contrib.auth.mixins import AccessMixin, LoginRequiredMixin
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.test import AsyncRequestFactory
from django.utils.decorators import method_decorator
from django.views import generic
from neapolitan.views import CRUDView, Role

from django_extras import http
from django_extras.views import FileDownloadMixin, JsonResponseMixin, StatusResponseMixin
from tests.models import Book

HTML = "text/html; charset=utf-8"


@pytest.fixture(autouse=True)
def templates(settings):
    names = ["page", "tests/book_list", "tests/book_detail", "tests/book_form", "tests/book_confirm_delete"]
    names += ["tests/book_archive", "tests/book_archive_year", "registration/login"]
    pages = {f"{name}.html": "Hello {{ form.errors.as_text }}" for name in names}
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", pages)]},
        }
    ]


@pytest.fixture
def book(db):
    return Book.objects.create(title="Emma", price=5, published=datetime.date(2020, 5, 17))


def answer(view, request, **kwargs):
    response = view.as_view()(request, **kwargs)
    if asyncio.iscoroutine(response):
        response = asyncio.run(response)
    if hasattr(response, "render"):
        response.render()
    return response


class Page(StatusResponseMixin, generic.TemplateView):
    template_name = "page.html"


class Plain(StatusResponseMixin, generic.View):
    def get(self, request):
        return self.render_to_response()


class Form(forms.Form):
    name = forms.CharField()


class FormPage(StatusResponseMixin, generic.FormView):
    form_class = Form
    template_name = "page.html"
    success_url = "/done/"


class Create(StatusResponseMixin, generic.CreateView):
    model = Book
    fields = ["title"]
    success_url = "/books/"

    def form_valid(self, form):
        form.instance.price = 1
        return super().form_valid(form)


class Update(StatusResponseMixin, generic.UpdateView):
    model = Book
    fields = ["title"]


class Delete(StatusResponseMixin, generic.DeleteView):
    model = Book
    success_url = "/books/"


class Books(StatusResponseMixin, generic.ListView):
    model = Book
    ordering = "pk"


def variant(view, **attributes):
    return type(view)(view.__name__, (view,), attributes)


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

    def test_a_redirect_that_is_no_redirect_on_the_wire_stays(self, rf):
        class ClientRedirect(HttpResponseRedirect):
            status_code = 200

        class V(FormPage):
            status_codes = {"form_valid": 303}

            def form_valid(self, form):
                return ClientRedirect("/a/")

        assert answer(V, rf.post("/", {"name": "a"})).status_code == 200


class TestForms:
    codes = {"form_invalid": 422, "form_valid": 303}

    @pytest.mark.parametrize("method", ["get", "post", "put"])
    def test_a_form_that_htmx_and_turbo_understand(self, rf, method):
        view = variant(FormPage, status_codes=self.codes)

        if method == "get":
            assert answer(view, rf.get("/")).status_code == 200
            return
        invalid = answer(view, getattr(rf, method)("/"))
        assert (invalid.status_code, invalid.content) == (422, b"Hello * name\n  * This field is required.")
        if method == "post":
            valid = answer(view, rf.post("/", {"name": "a"}))
            assert type(valid) is http.HttpResponseSeeOther
            assert valid.headers == {"Content-Type": HTML, "Location": "/done/"}

    def test_a_form_valid_of_the_views_own_counts(self, rf):
        class V(FormPage):
            status_codes = self.codes

            def form_valid(self, form):
                response = HttpResponseRedirect("/mine/")
                response.set_cookie("a", "b")
                return response

        response = answer(V, rf.post("/", {"name": "a"}))

        assert (response.status_code, response.url) == (303, "/mine/")
        assert response.cookies["a"].value == "b"

    def test_a_form_invalid_of_the_views_own_counts(self, rf):
        class V(FormPage):
            status_codes = self.codes

            def form_invalid(self, form):
                return self.render_to_response(self.get_context_data(form=form))

        assert answer(V, rf.post("/")).status_code == 422

    def test_a_form_keeps_its_outcome_when_another_handler_shows_it(self, rf):
        class V(FormPage):
            status_codes = {"form_invalid": 422, "form_valid": 202, "get": 203}

            def form_invalid(self, form):
                return self.get(self.request)

            form_valid = form_invalid

        assert answer(V, rf.get("/")).status_code == 203
        assert answer(V, rf.post("/")).status_code == 422
        assert answer(V, rf.post("/", {"name": "a"})).status_code == 202

    def test_a_form_that_turns_out_invalid_later_counts_as_invalid(self, rf):
        class V(FormPage):
            status_codes = self.codes

            def form_valid(self, form):
                form.add_error(None, "Sold out.")
                return self.form_invalid(form=form)

        assert answer(V, rf.post("/", {"name": "a"})).status_code == 422

    def test_a_redirect_of_an_invalid_form_stays(self, rf):
        class V(FormPage):
            status_codes = {**self.codes, "post": 202}

            def form_invalid(self, form):
                return HttpResponseRedirect("/again/")

        assert answer(V, rf.post("/")).status_code == 302

    def test_what_a_valid_form_renders_has_its_status(self, rf):
        class V(FormPage):
            status_codes = {"form_valid": 202, "get": 203}
            location = "/job/1/"

            def form_valid(self, form):
                return self.render_to_response({})

        response = answer(V, rf.post("/", {"name": "a"}))
        assert (response.status_code, response["Location"], response.content) == (202, "/job/1/", b"Hello ")

    @pytest.mark.parametrize(
        ("status", "fields"),
        [
            (200, {"Content-Type": HTML}),
            (201, {"Content-Type": HTML, "Location": "/done/"}),
            (202, {"Content-Type": HTML, "Location": "/done/"}),
            (204, {}),
            (205, {"Content-Length": "0"}),
            (301, {"Content-Type": HTML, "Location": "/done/"}),
            (307, {"Content-Type": HTML, "Location": "/done/"}),
            (409, {"Content-Type": HTML}),
        ],
    )
    def test_a_valid_form_answers_with_any_status(self, rf, status, fields):
        response = answer(variant(FormPage, status_codes={"form_valid": status}), rf.post("/", {"name": "a"}))

        assert type(response) is http.response_class_for(status)
        assert (response.headers, response.content) == (fields, b"")

    def test_the_redirects_own_schemes_are_kept(self, rf):
        class AppRedirect(HttpResponseRedirect):
            allowed_schemes = ["app"]

        class V(FormPage):
            status_codes = self.codes

            def form_valid(self, form):
                return AppRedirect("app://done")

        assert answer(V, rf.post("/", {"name": "a"})).url == "app://done"

    def test_status_code_is_not_for_the_redirect_of_a_form(self, rf):
        view = variant(FormPage, status_code=422)

        assert answer(view, rf.post("/", {"name": "a"})).status_code == 302
        assert answer(view, rf.get("/")).status_code == 422

    @pytest.mark.django_db
    def test_log_in(self, client, rf):
        get_user_model().objects.create_user("ada", password="secret")
        view = type("Login", (StatusResponseMixin, auth_views.LoginView), {"status_codes": self.codes})

        request = rf.post("/", {"username": "ada", "password": "secret", "next": "/here/"})
        request._dont_enforce_csrf_checks = True
        request.session = client.session
        response = answer(view, request)
        assert (type(response), response.url) == (http.HttpResponseSeeOther, "/here/")
        assert request.session["_auth_user_id"] == str(get_user_model().objects.get().pk)
        invalid = rf.post("/", {"username": "ada", "password": "wrong"})
        invalid._dont_enforce_csrf_checks = True
        assert answer(view, invalid).status_code == 422

    def test_marks_of_the_view_are_kept(self):
        plain = auth_views.LoginView.as_view()
        view = type("Login", (StatusResponseMixin, auth_views.LoginView), {"status_codes": self.codes}).as_view()

        assert plain.login_required is view.login_required is False

    def test_a_redirect_to_log_in_stays(self, rf, settings):
        settings.LOGIN_URL = "/login/"
        for bases in [(StatusResponseMixin, LoginRequiredMixin), (LoginRequiredMixin, StatusResponseMixin)]:
            view = type("V", (*bases, generic.FormView), {"status_codes": {**self.codes, "post": 303}})
            request = rf.post("/", {"name": "a"})
            request.user = AnonymousUser()

            response = answer(view, request)

            assert (response.status_code, response.url) == (302, "/login/?next=/")

    @pytest.mark.parametrize("login_url", ["/é/", "https://sso.example/login?realm=a"])
    def test_a_redirect_to_log_in_that_a_handler_returns_stays(self, rf, settings, login_url):
        class Moved(StatusResponseMixin, generic.RedirectView):
            url = "/new/"
            status_code = 308

            @method_decorator(login_required)
            def get(self, request):
                return super().get(request)

        class Form(LoginRequiredMixin, FormPage):
            status_codes = {"form_valid": 204}

            def dispatch(self, request):
                return generic.View.dispatch(self, request)

            def form_valid(self, form):
                return self.handle_no_permission()

        settings.LOGIN_URL = login_url
        for view, request in [
            (Moved, rf.get("/old/")),
            (Form, rf.post("/", {"name": "a"})),
            (variant(Form, login_url="/mine/"), rf.post("/", {"name": "a"})),
        ]:
            request.user = AnonymousUser()
            assert answer(view, request).status_code == 302

    @pytest.mark.parametrize("is_async", [False, True])
    @pytest.mark.parametrize("method", ["form_valid", "post", "delete", "get"])
    @pytest.mark.parametrize(
        "refuse",
        [
            lambda view: redirect_to_login(view.request.get_full_path(), "/sso/"),
            lambda view: redirect_to_login("/elsewhere/", "/sso/?realm=a"),
            lambda view: redirect_to_login("elsewhere", "/sso/"),
            lambda view: redirect_to_login(view.request.build_absolute_uri(), "https://sso.example/", "from"),
            lambda view: HttpResponseRedirect(f"/sso/?return_to={quote(view.request.path, safe='')}"),
            lambda view: HttpResponseRedirect("https://id.example/?a=b&redirect_uri=https%3A%2F%2Ftestserver%2Fin%2F"),
            lambda view: AccessMixin.handle_no_permission(view),
            lambda view: login_required(lambda request: None, login_url="/sso/")(view.request),
            lambda view: user_passes_test(lambda user: False, "/sso/", "from")(lambda request: None)(view.request),
        ],
    )
    def test_a_redirect_to_log_in_elsewhere_stays(self, rf, method, refuse, is_async):
        class V(AccessMixin, StatusResponseMixin, generic.FormView):
            form_class = Form
            success_url = "/done/"
            login_url = "/sso/"
            status_codes = {"form_valid": 204, "deleted": 204, "created": 201, "post": 307, "get": 308}

            def delete(self, request):
                raise AssertionError

        class AsyncV(V):
            async def get(self, request):
                return await self.form_valid(Form())

            post = put = delete = get

        async def refuse_later(view, *args):
            return refuse(view)

        request = getattr(rf, "post" if method == "form_valid" else method)("/a/?b", {"name": "a"})
        request.user = AnonymousUser()

        refused = refuse_later if is_async else lambda view, *args: refuse(view)
        response = answer(variant(AsyncV if is_async else V, **{method: refused}), request)

        assert response.status_code == 302
        assert "Location" in response

    @pytest.mark.parametrize(
        "url", ["/done/?next=/books/", "/login/?next=%2F", "/done/?from=/", "/é/?u=https://a.example"]
    )
    def test_the_views_own_success_url_is_a_success_whatever_its_query(self, rf, settings, url):
        settings.LOGIN_URL = "/login/"
        view = variant(FormPage, status_codes=self.codes, success_url=url)

        assert answer(view, rf.post("/", {"name": "a"})).status_code == 303

    def test_a_redirect_that_is_not_the_forms_is_no_success(self, rf):
        class V(FormPage):
            status_codes = {"form_valid": 204, "post": 307}

            def post(self, request):
                super().post(request)
                return HttpResponseRedirect("/log-in-again/")

        response = answer(V, rf.post("/", {"name": "a"}))

        assert (response.status_code, response.url) == (307, "/log-in-again/")

    def test_a_redirect_of_the_form_is_not_changed_again_for_the_method(self, rf):
        view = variant(FormPage, status_codes={"form_valid": 303, "post": 307}, status_code=308)

        assert answer(view, rf.post("/", {"name": "a"})).status_code == 303

    @pytest.mark.parametrize("query", ["", "?registered=1", "#form"])
    @pytest.mark.parametrize("login_url", ["/login/", "no-such-name", None])
    @pytest.mark.parametrize("base", [FormPage, type("V", (LoginRequiredMixin, FormPage), {})])
    def test_a_redirect_from_signing_up_to_logging_in_is_a_success(self, rf, settings, login_url, base, query):
        settings.LOGIN_URL = login_url
        request = rf.post("/", {"name": "a"})
        request.user = get_user_model()()
        view = variant(base, status_codes=self.codes, success_url=f"/login/{query}")

        assert answer(view, request).status_code == 303


@pytest.mark.django_db
class TestModels:
    def test_created(self, rf):
        view = variant(Create, status_codes={"created": 201, "form_valid": 303, "form_invalid": 422})

        created = answer(view, rf.post("/", {"title": "Emma"}))

        book = Book.objects.get()
        assert type(created) is http.HttpResponseCreated
        assert created["Location"] == f"/books/{book.pk}/"
        assert answer(view, rf.post("/")).status_code == 422
        assert answer(view, rf.get("/")).status_code == 200

    def test_created_without_its_own_url(self, rf):
        view = variant(Create, status_codes={"created": 201}, get_location=lambda self: None)

        assert answer(view, rf.post("/", {"title": "Emma"}))["Location"] == "/books/"

    def test_created_without_its_own_url_now(self, rf, monkeypatch):
        monkeypatch.setattr(Book, "get_absolute_url", lambda self: None)

        assert answer(variant(Create, status_codes={"created": 201}), rf.post("/", {"title": "Emma"}))["Location"] == (
            "/books/"
        )

    def test_created_with_a_url_made_of_the_object(self, rf):
        class V(Create):
            status_codes = {"created": 201}

            def get_location(self):
                return f"/mine/{super().get_location().title}/"

        assert answer(V, rf.post("/", {"title": "Emma"}))["Location"] == "/mine/Emma/"

    def test_created_with_the_views_location(self, rf):
        view = variant(Create, status_codes={"created": 201}, location="/mine/")

        assert answer(view, rf.post("/", {"title": "Emma"}))["Location"] == "/mine/"

    def test_created_falls_back_to_form_valid(self, rf):
        response = answer(variant(Create, status_codes={"form_valid": 303}), rf.post("/", {"title": "Emma"}))

        assert (type(response), response.url) == (http.HttpResponseSeeOther, "/books/")

    def test_created_by_hand(self, rf):
        class V(Create):
            status_codes = {"created": 201}

            def form_valid(self, form):
                self.object = Book.objects.create(title="Mine", price=1)
                return HttpResponseRedirect("/")

        assert answer(V, rf.post("/", {"title": "Emma"}))["Location"] == f"/books/{Book.objects.get().pk}/"

    def test_created_by_a_form_view(self, rf):
        class V(FormPage):
            status_codes = {"created": 201}
            form_class = forms.modelform_factory(Book, fields=["title", "price"])

            def form_valid(self, form):
                form.save()
                return super().form_valid(form)

        assert answer(V, rf.post("/", {"title": "Emma", "price": 1}))["Location"] == "/done/"

    def test_not_created_after_all(self, rf):
        class V(Create):
            status_codes = {"created": 201, "form_valid": 202}

            def form_valid(self, form):
                return HttpResponseRedirect("/queue/")

        response = answer(V, rf.post("/", {"title": "Emma"}))
        assert (response.status_code, response["Location"]) == (202, "/queue/")

    def test_created_and_rendered(self, rf):
        class V(Create):
            status_codes = {"created": 201}

            def form_valid(self, form):
                self.object = form.save(commit=False)
                self.object.price = 1
                self.object.save()
                return self.render_to_response(self.get_context_data(form=form))

        response = answer(V, rf.post("/", {"title": "Emma"}))
        assert (response.status_code, response["Location"]) == (201, f"/books/{Book.objects.get().pk}/")

    def test_updated(self, rf, book):
        view = variant(Update, status_codes={"form_valid": 303, "form_invalid": 422})

        response = answer(view, rf.post("/", {"title": "Persuasion"}), pk=book.pk)
        assert (type(response), response.url) == (http.HttpResponseSeeOther, f"/books/{book.pk}/")
        assert answer(view, rf.post("/"), pk=book.pk).status_code == 422

    def test_an_update_view_that_may_create(self, rf, book):
        class V(Update):
            status_codes = {"created": 201}

            def get_object(self, queryset=None):
                return Book.objects.filter(title="Sanditon").first()

            def form_valid(self, form):
                form.instance.price = 1
                return super().form_valid(form)

        assert answer(V, rf.post("/", {"title": "Sanditon"})).status_code == 201
        assert answer(V, rf.post("/", {"title": "Sanditon"})).status_code == 302

    @pytest.mark.parametrize("method", ["post", "delete"])
    @pytest.mark.parametrize(
        ("codes", "status"), [({"deleted": 204}, 204), ({"deleted": 303}, 303), ({"deleted": 204, "get": 203}, 204)]
    )
    def test_deleted(self, rf, book, method, codes, status):
        response = answer(variant(Delete, status_codes=codes), getattr(rf, method)("/"), pk=book.pk)

        assert type(response) is http.response_class_for(status)
        assert ("Location" in response) is (status == 303)
        assert not Book.objects.exists()

    def test_deleted_falls_back_to_form_valid(self, rf, book):
        view = variant(Delete, status_codes={"form_valid": 303})

        assert answer(view, rf.post("/"), pk=book.pk).status_code == 303

    def test_not_deleted(self, rf, book):
        class NeverValid(forms.Form):
            def clean(self):
                raise forms.ValidationError("No.")

        view = variant(Delete, status_codes={"deleted": 204, "form_invalid": 409}, form_class=NeverValid)

        assert answer(view, rf.get("/"), pk=book.pk).status_code == 200
        assert answer(view, rf.post("/"), pk=book.pk).status_code == 409
        assert Book.objects.exists()

    @pytest.mark.parametrize("method", ["post", "delete"])
    @pytest.mark.parametrize("success_url", ["/books/", None])
    @pytest.mark.parametrize("url", ["/books/", "/books/?undo=1", "/other/"])
    def test_a_soft_deletion_may_go_anywhere(self, rf, book, method, success_url, url):
        class V(Delete):
            status_codes = {"deleted": 204, "form_valid": 303}

            def form_valid(self, form):
                Book.objects.update(price=0)
                return HttpResponseRedirect(url)

            def delete(self, request, pk):
                self.object = self.get_object()
                return self.form_valid(None)

        response = answer(variant(V, success_url=success_url), getattr(rf, method)("/"), pk=book.pk)

        assert type(response) is http.HttpResponseNoContent

    def test_a_soft_deletion_that_shows_a_page(self, rf, book):
        class V(Delete):
            status_codes = {"deleted": 202}

            def form_valid(self, form):
                Book.objects.update(price=0)
                return self.render_to_response(self.get_context_data(form=form))

        assert answer(V, rf.post("/"), pk=book.pk).status_code == 202

    def test_a_deletion_that_fails_says_so_itself(self, rf, book):
        class Rendered(Delete):
            status_codes = {"deleted": 204}

            def form_valid(self, form):
                return self.render_to_response(self.get_context_data(form=form), status=409)

        class Raised(Delete):
            status_codes = {"deleted": 204}

            def form_valid(self, form):
                raise http.HttpError(409)

        assert answer(Rendered, rf.post("/"), pk=book.pk).status_code == 409
        with pytest.raises(http.HttpError):
            answer(Raised, rf.post("/"), pk=book.pk)

    def test_a_deletion_asks_once_where_to_go(self, rf, book):
        calls = []

        class V(Delete):
            status_codes = {"deleted": 303}

            def get_success_url(self):
                calls.append(self.object)
                return "/books/"

        assert answer(V, rf.post("/"), pk=book.pk).status_code == 303
        assert len(calls) == 1

    def test_a_valid_form_that_deletes(self, rf, book):
        class V(Update):
            status_codes = {"deleted": 204, "form_valid": 303}

            def form_valid(self, form):
                return self.delete(self.request)

            def delete(self, request):
                self.object.delete()
                return HttpResponseRedirect("/books/")

        assert type(answer(V, rf.post("/", {"title": "Emma"}), pk=book.pk)) is http.HttpResponseNoContent

    def test_a_view_that_updates_and_deletes(self, rf, book):
        class V(Update, generic.edit.DeletionMixin):
            status_codes = {"deleted": 204, "form_valid": 303}
            success_url = "/books/"

        assert answer(V, rf.post("/", {"title": "Persuasion"}), pk=book.pk).status_code == 303
        assert type(answer(V, rf.delete("/"), pk=book.pk)) is http.HttpResponseNoContent

    def test_deleted_on_a_view_of_ones_own(self, rf, book):
        class V(StatusResponseMixin, generic.View):
            status_codes = {"deleted": 204}

            def delete(self, request):
                book.delete()
                return self.render_to_response()

        assert type(answer(V, rf.delete("/"))) is http.HttpResponseNoContent


@pytest.mark.django_db
class TestEmpty:
    @pytest.mark.parametrize("paginate_by", [None, 1])
    @pytest.mark.parametrize("method", ["get", "head"])
    def test_an_empty_list(self, rf, paginate_by, method):
        view = variant(Books, status_codes={"empty": 404}, paginate_by=paginate_by)
        request = getattr(rf, method)("/")

        assert answer(view, request).status_code == 404
        Book.objects.create(title="Emma", price=1)
        assert answer(view, request).status_code == 200

    @pytest.mark.parametrize("page", ["", "?page=2"])
    @pytest.mark.parametrize("paging", [{"count": False}, {"paginate": "cursor"}])
    def test_an_empty_list_that_nobody_counts(self, rf, paging, page):
        class V(StatusResponseMixin, JsonResponseMixin, generic.ListView):
            queryset = Book.objects.order_by("pk")
            json_fields = ["title"]
            paginate_by = 1
            status_codes = {"empty": 204}

        view = variant(V, **paging)
        assert answer(view, rf.get(f"/{page}")).status_code == 204
        Book.objects.create(title="Emma", price=1)
        assert answer(view, rf.get(f"/{page}")).status_code == (404 if page and "count" in paging else 200)

    def test_a_list_that_is_no_queryset(self, rf):
        view = variant(Books, status_codes={"empty": 204}, get_queryset=lambda self: [])

        assert type(answer(view, rf.get("/"))) is http.HttpResponseNoContent

    def test_it_costs_no_query_unless_asked_for(self, rf, django_assert_num_queries):
        with django_assert_num_queries(0):
            Books.as_view()(rf.get("/"))
        with django_assert_num_queries(0):
            variant(Books, status_codes={"get": 203}).as_view()(rf.get("/"))
        with django_assert_num_queries(1):
            variant(Books, status_codes={"empty": 404}).as_view()(rf.get("/"))

    def test_date_archives(self, rf, book):
        for view in (generic.ArchiveIndexView, generic.YearArchiveView):
            attributes = {"model": Book, "date_field": "published", "allow_empty": True}
            view = type("V", (StatusResponseMixin, view), {**attributes, "status_codes": {"empty": 404, "get": 203}})
            for year, status in [(2020, 203), (1999, 404)]:
                Book.objects.update(published=datetime.date(2020, 1, 1) if status == 203 else None)
                kwargs = {"year": year} if issubclass(view, generic.YearArchiveView) else {}
                assert answer(view, rf.get("/"), **kwargs).status_code == status

    def test_a_context_without_list_is_not_empty(self, rf):
        class V(Books):
            status_codes = {"empty": 404}
            template_name = "page.html"
            object_list = []

            def get(self, request):
                return self.render_to_response(None if request.GET else {})

        assert answer(V, rf.get("/")).status_code == 200
        assert answer(V, rf.get("/?a")).status_code == 200

    def test_an_empty_list_that_is_refused_stays_404(self, rf):
        view = variant(Books, status_codes={"empty": 204}, allow_empty=False)

        with pytest.raises(Http404):
            answer(view, rf.get("/"))


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


@pytest.mark.django_db
class TestVanilla:
    def test_it_renders_with_the_status(self, rf, book):
        class V(StatusResponseMixin, vanilla.DetailView):
            model = Book
            status_code = 203

        assert (answer(V, rf.get("/"), pk=book.pk).status_code, V.status_code) == (203, 203)

    def test_an_explicit_status(self, rf):
        class V(StatusResponseMixin, vanilla.ListView):
            model = Book
            status_codes = {"empty": 404}

            def render_to_response(self, context, **kwargs):
                return super().render_to_response(context, status=self.request.GET.get("status"), **kwargs)

        assert answer(V, rf.get("/")).status_code == 404
        with pytest.raises(ImproperlyConfigured, match="no response class"):
            variant(V, status_codes={"empty": 299}).as_view()(rf.get("/"))

    @pytest.mark.parametrize("status", [201, 429])
    def test_an_explicit_status_is_set_on_what_it_renders(self, rf, status):
        class V(StatusResponseMixin, vanilla.ListView):
            model = Book
            retry_after = 5

            def get(self, request):
                return self.render_to_response(self.get_context_data(), status=status)

        response = answer(V, rf.get("/"))

        assert response.status_code == status
        assert ("Retry-After" in response) is (status == 429)

    def test_forms(self, rf, book):
        class V(StatusResponseMixin, vanilla.CreateView):
            model = Book
            fields = ["title", "price"]
            success_url = "/books/"
            status_codes = {"created": 201, "form_invalid": 422}

        created = answer(V, rf.post("/", {"title": "Emma", "price": 1}))
        assert (created.status_code, created["Location"]) == (201, f"/books/{Book.objects.last().pk}/")
        assert answer(V, rf.post("/")).status_code == 422

        class U(StatusResponseMixin, vanilla.UpdateView):
            model = Book
            fields = ["title"]
            status_codes = {"created": 201, "form_valid": 303}

        assert answer(U, rf.post("/", {"title": "Emma"}), pk=book.pk).status_code == 303

    def test_deletion(self, rf, book):
        class V(StatusResponseMixin, vanilla.DeleteView):
            model = Book
            success_url = "/books/"
            status_codes = {"deleted": 204}

        assert answer(V, rf.get("/"), pk=book.pk).status_code == 200
        assert type(answer(V, rf.post("/"), pk=book.pk)) is http.HttpResponseNoContent


@pytest.mark.django_db
class TestNeapolitan:
    class V(StatusResponseMixin, CRUDView):
        model = Book
        fields = ["title", "price"]
        template_name = "page.html"
        status_codes = {"created": 201, "form_invalid": 422, "form_valid": 303, "deleted": 204, "empty": 404}

        def get_success_url(self):
            return "/books/"

    def ask(self, role, request, **attributes):
        response = variant(self.V, **attributes).as_view(role=role)(request, pk=getattr(Book.objects.last(), "pk", 0))
        return response.render() if hasattr(response, "render") else response

    def test_every_role(self, rf):
        assert self.ask(Role.LIST, rf.get("/")).status_code == 404
        assert self.ask(Role.CREATE, rf.get("/")).status_code == 200
        assert self.ask(Role.CREATE, rf.post("/")).status_code == 422
        created = self.ask(Role.CREATE, rf.post("/", {"title": "Emma", "price": 1}))
        assert (created.status_code, created["Location"]) == (201, f"/books/{Book.objects.get().pk}/")
        assert self.ask(Role.LIST, rf.get("/")).status_code == 200
        assert self.ask(Role.DETAIL, rf.get("/"), status_code=203).status_code == 203
        assert self.ask(Role.UPDATE, rf.post("/", {"title": "Emma", "price": 1})).status_code == 303
        assert self.ask(Role.DELETE, rf.get("/")).status_code == 200
        assert type(self.ask(Role.DELETE, rf.post("/"))) is http.HttpResponseNoContent

    def test_methods(self, rf):
        response = self.ask(Role.CREATE, rf.post("/", {"title": "Emma", "price": 1}), status_codes={"post": 202})

        assert response.status_code == 202


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


class TestMisconfiguration:
    @pytest.mark.parametrize(
        ("view", "attributes", "message"),
        [
            (
                Page,
                {"status_code": 299},
                "V.status_code is 299. There is no response class for status 299. Give a final status of the IANA "
                "registry as an int, such as 404, or use HttpResponse(status=...).",
            ),
            (
                FormPage,
                {"status_codes": {"form_valid": "303"}},
                "V.status_codes['form_valid'] is '303'. There is no response class for status '303'. Give a final "
                "status of the IANA registry as an int, such as 404, or use HttpResponse(status=...).",
            ),
            *(
                (
                    Page,
                    {"status_codes": codes},
                    f"V.status_codes is {codes!r}. Give a mapping, such as {{'form_invalid': 422}}.",
                )
                for codes in [None, [("get", 404)], 404]
            ),
            *(
                (
                    Page,
                    {"status_codes": {key: 404}},
                    f"V.status_codes has the unknown key {key!r}. Use a method in lower case, such as 'post', or an "
                    "outcome: created, deleted, empty, form_invalid, form_valid.",
                )
                for key in ["POST", "invalid", "", 404]
            ),
            *(
                (
                    view,
                    {"status_codes": {key: 404}},
                    f"V.status_codes has {key!r}, which V cannot reach. Leave it out, or add the view or method that "
                    "leads to it.",
                )
                for view, keys in [
                    (Page, ["post", "form_invalid", "form_valid", "created", "deleted", "empty"]),
                    (Books, ["post", "form_valid", "deleted"]),
                    (FormPage, ["delete", "deleted", "empty"]),
                    (Create, ["deleted", "empty", "delete"]),
                    (Update, ["created", "deleted", "empty"]),
                    (Delete, ["created", "empty"]),
                    (variant(FormPage, http_method_names=["get"]), ["post", "put"]),
                ]
                for key in keys
            ),
            (
                Page,
                {"status_code": 404, "retry_after": 5},
                "V.retry_after belongs to status 413 and 429 and 503, which V does not use. Leave retry_after out, or "
                "name one of these in status_code or status_codes.",
            ),
            (
                Page,
                {"status_codes": {"get": 404}, "location": "/"},
                "V.location belongs to status 201 and 202 and 300 and 301 and 302 and 303 and 307 and 308, which V "
                "does not use. Leave location out, or name one of these in status_code or status_codes.",
            ),
        ],
    )
    def test_it_is_refused(self, rf, view, attributes, message):
        view = type("V", (view,), attributes)

        with pytest.raises(ImproperlyConfigured, match=f"^{re.escape(message)}$"):
            view.as_view()(rf.get("/"))

    @pytest.mark.parametrize(
        ("bases", "order"),
        [
            ((generic.TemplateView, StatusResponseMixin), "StatusResponseMixin, TemplateView"),
            ((generic.View, StatusResponseMixin), "StatusResponseMixin, View"),
            ((generic.base.TemplateResponseMixin, Plain), "Plain, TemplateResponseMixin"),
            (
                (JsonResponseMixin, generic.ListView, StatusResponseMixin),
                "JsonResponseMixin, StatusResponseMixin, ListView",
            ),
        ],
    )
    def test_it_must_not_come_after_a_view(self, bases, order):
        with pytest.raises(ImproperlyConfigured) as error:
            type("V", bases, {})

        assert str(error.value) == (
            f"V would answer with no status, as StatusResponseMixin comes after a view. Write class V({order})."
        )
        type("V", tuple(sorted(bases, key=lambda base: order.index(base.__name__))), {})

    def test_it_may_come_after_a_view_that_leaves_the_rendering_to_another_mixin(self, rf, db):
        class Base(StatusResponseMixin, generic.View):
            status_code = 203

        class V(JsonResponseMixin, generic.ListView, Base):
            queryset = Book.objects.order_by("pk")
            json_fields = ["title"]

        assert answer(V, rf.get("/")).status_code == 203

    def test_it_may_come_after_a_view_whose_redirects_alone_have_a_status(self, rf):
        class Base(StatusResponseMixin, generic.View):
            pass

        class Named(generic.base.TemplateResponseMixin):
            template_name = "page.html"

        class Sent(generic.FormView, Base):
            form_class = Form
            success_url = "/done/"
            template_name = "page.html"
            status_codes = {"form_valid": 303}

        class Moved(Named, StatusResponseMixin, generic.RedirectView):
            url = "/new/"
            status_code = 307

        assert answer(Sent, rf.post("/", {"name": "a"})).status_code == 303
        assert answer(Moved, rf.get("/")).status_code == 307

    @pytest.mark.parametrize(
        "attributes", [{"status_codes": {"form_invalid": 422}}, {"status_code": 203}, {"status_codes": [303]}]
    )
    def test_pages_that_bypass_it_are_refused_also_below_a_view_of_redirects(self, attributes):
        class Base(StatusResponseMixin, generic.View):
            status_codes = {"form_valid": 303}

        class Sent(generic.FormView, Base):
            pass

        with pytest.raises(ImproperlyConfigured) as error:
            type("V", (Sent,), attributes)

        assert str(error.value) == (
            "V would answer with no status, as StatusResponseMixin comes after a view. Write class "
            "Sent(Base, FormView)."
        )

    def test_it_may_come_after_a_view_of_the_other_mixins(self, rf):
        class Data(JsonResponseMixin, generic.TemplateView):
            json_fields = []

        assert answer(type("V", (Data, StatusResponseMixin), {"status_code": 203}), rf.get("/")).status_code == 203

    def test_nothing_is_done_before(self, rf, db):
        view = variant(Create, status_codes={"created": 299})

        with pytest.raises(ImproperlyConfigured):
            view.as_view()(rf.post("/", {"title": "Emma"}))

        assert not Book.objects.exists()

    def test_a_view_may_decide_all_itself(self, rf):
        class V(Page):
            status_code = 200
            retry_after = 5

            def get_status_code(self, context):
                return 503

        assert answer(V, rf.get("/"))["Retry-After"] == "5"

    @pytest.mark.parametrize("key", ["get", "head", "options"])
    def test_methods_that_every_page_has(self, rf, key):
        assert answer(variant(Page, status_codes={key: 203}), rf.get("/")).status_code in {200, 203}


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
