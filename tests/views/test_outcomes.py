"""What a view has done: forms, models and lists of Django and of other packages, and redirects to log in."""

import datetime
from urllib.parse import quote

import extra_views
import pytest
import vanilla
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required, user_passes_test
from django.contrib.auth.mixins import AccessMixin, LoginRequiredMixin
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.views import generic
from extra_views import InlineFormSetFactory
from neapolitan.views import CRUDView, Role

from django_extras import http
from django_extras.views import JsonResponseMixin, StatusResponseMixin
from tests.models import Book, Publisher
from tests.views.statuses import HTML, Books, Create, Delete, Form, FormPage, Update, answer, variant

pytestmark = pytest.mark.usefixtures("templates")


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

    def test_a_redirect_that_has_the_status_stays_as_it_is(self, rf):
        class V(FormPage):
            status_codes = {"form_valid": 302}

            def form_valid(self, form):
                return redirect

        redirect = HttpResponseRedirect("/done/", reason="Well done")
        assert answer(V, rf.post("/", {"name": "a"})) is redirect

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

    @pytest.mark.parametrize("is_kept", [True, False])
    @pytest.mark.parametrize("render", ["page", "status"])
    def test_a_redirect_after_the_view_rendered_something_itself(self, rf, is_kept, render):
        class V(FormPage):
            status_codes = {"form_valid": 202, "get": 307}
            status_code = 203
            location = "/job/"

            def form_valid(self, form):
                kwargs = {"status": 404} if render == "status" else {}
                mail = self.render_to_response(self.get_context_data(form=form), **kwargs)
                kept.append(mail.render().content if not is_kept else mail)
                return super().form_valid(form)

            def get(self, request):
                kept.append(self.render_to_response({}))
                return HttpResponseRedirect("/elsewhere/")

        kept = []
        accepted, moved = answer(V, rf.post("/", {"name": "a"})), answer(V, rf.get("/"))
        assert (accepted.status_code, accepted["Location"], accepted.content) == (202, "/job/", b"")
        assert (moved.status_code, moved["Location"]) == (307, "/elsewhere/")

    def test_what_the_view_rendered_stays_if_it_is_a_redirect(self, rf):
        class V(FormPage):
            status_codes = {"form_valid": 303}

            def form_valid(self, form):
                return self.render_to_response({}, status=307)

            get_location = FormPage.get_success_url

        response = answer(V, rf.post("/", {"name": "a"}))

        assert (response.status_code, response["Location"]) == (307, "/done/")

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

    @pytest.mark.parametrize("status", [201, 204, 303])
    def test_created_by_a_form_view_that_shows_itself_again(self, rf, status):
        class V(FormPage):
            status_codes = {"created": status, "get": 203}
            location = "/books/"
            form_class = forms.modelform_factory(Book, fields=["title", "price"])

            def form_valid(self, form):
                form.save()
                return self.get(self.request)

        view = variant(V) if status != 204 else variant(V, location=None)
        response = answer(view, rf.post("/", {"title": "Emma", "price": 1}))

        assert response.status_code == status
        assert Book.objects.count() == 1
        assert response.content == (b"" if status == 204 else b"Hello ")
        assert answer(view, rf.get("/")).status_code == 203

    @pytest.mark.parametrize("is_saved", [True, False])
    @pytest.mark.parametrize("is_old", [True, False])
    def test_a_form_view_creates_only_what_is_new_and_saved(self, rf, book, is_saved, is_old):
        class V(FormPage):
            status_codes = {"created": 201, "form_valid": 202}
            form_class = forms.modelform_factory(Book, fields=["title", "price"])

            def get_form_kwargs(self):
                return {**super().get_form_kwargs(), **({"instance": book} if is_old else {})}

            def form_valid(self, form):
                form.save(commit=is_saved)
                return super().form_valid(form)

        response = answer(V, rf.post("/", {"title": "Emma", "price": 1}))

        assert response.status_code == (201 if is_saved and not is_old else 202)
        assert response["Location"] == "/done/"

    def test_created_by_a_form_that_shows_the_page_by_get(self, rf):
        class V(Create):
            status_codes = {"created": 201, "get": 203, "form_invalid": 422}

            def form_valid(self, form):
                form.instance.price = 1
                self.object = form.save()
                return self.get(self.request)

        response = answer(V, rf.post("/", {"title": "Emma"}))

        assert (response.status_code, response["Location"]) == (201, f"/books/{Book.objects.get().pk}/")
        assert answer(V, rf.get("/")).status_code == 203
        assert answer(V, rf.post("/")).status_code == 422

    def test_created_is_what_was_unsaved_before_the_first_step(self, rf):
        class V(Create):
            status_codes = {"created": 201, "form_valid": 303}

            def form_valid(self, form):
                form.instance.price = 1
                if form.instance.pk is None:
                    self.object = form.save()
                    return self.form_valid(form)
                return HttpResponseRedirect("/books/")

        assert answer(V, rf.post("/", {"title": "Emma"})).status_code == 201

    def test_a_form_that_turns_out_invalid_after_it_saved_created_nothing(self, rf):
        class V(Create):
            status_codes = {"created": 201, "form_invalid": 422}

            def form_valid(self, form):
                super().form_valid(form)
                return self.form_invalid(form)

        assert answer(V, rf.post("/", {"title": "Emma"})).status_code == 422

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

    @pytest.mark.parametrize(("status", "expected"), [(204, 204), (303, 303), (409, 302)])
    def test_deletion_with_the_status_of_the_method(self, rf, book, status, expected):
        class V(StatusResponseMixin, vanilla.DeleteView):
            model = Book
            success_url = "/books/"
            status_codes = {"post": status}

        assert answer(V, rf.post("/"), pk=book.pk).status_code == expected

    def test_a_post_that_deletes_nothing(self, rf, book):
        class V(StatusResponseMixin, vanilla.DetailView):
            model = Book
            status_codes = {"post": 204, "deleted": 205}

            def post(self, request, pk):
                self.object = self.get_object()
                return HttpResponseRedirect("/books/")

        assert answer(V, rf.post("/"), pk=book.pk).status_code == 302


def of(view, **attributes):
    """Return the view with the mixin."""
    return type(
        "V", (StatusResponseMixin, view), {"template_name": "page.html", "success_url": "/done/", **attributes}
    )


class BookInline(InlineFormSetFactory):
    model = Book
    fields = ["title", "price"]
    factory_kwargs = {"extra": 1}


def forms_data(*rows, prefix="books", **data):
    """Return what a browser sends of the rows of a form set."""
    data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
    return data | {f"{prefix}-{i}-{key}": value for i, row in enumerate(rows) for key, value in row.items()}


EMMA = {"title": "Emma", "price": 1}
PENGUIN = {"name": "Penguin", "city": "London"}


@pytest.mark.django_db
class TestExtraViews:
    codes = {"form_invalid": 422, "form_valid": 303}
    inlines = {"model": Publisher, "fields": ["name", "city"], "inlines": [BookInline]}

    def test_inlines_that_are_created(self, rf):
        view = of(extra_views.CreateWithInlinesView, **self.inlines, status_codes={**self.codes, "created": 201})

        assert answer(view, rf.get("/")).status_code == 200
        assert answer(view, rf.post("/", forms_data({"title": "Emma"}, **PENGUIN))).status_code == 422
        assert answer(view, rf.post("/", forms_data(EMMA, name=""))).status_code == 422
        assert not Publisher.objects.exists()

        created = answer(view, rf.post("/", forms_data(EMMA, **PENGUIN)))
        assert (created.status_code, created["Location"]) == (201, "/done/")
        assert Book.objects.get().publisher == Publisher.objects.get()

    def test_inlines_that_are_updated(self, rf):
        publisher = Publisher.objects.create(**PENGUIN)
        view = of(extra_views.UpdateWithInlinesView, **self.inlines, status_codes={**self.codes, "created": 201})

        assert answer(view, rf.post("/", forms_data({"title": "Emma"}, **PENGUIN)), pk=publisher.pk).status_code == 422
        updated = answer(view, rf.post("/", forms_data(EMMA, **PENGUIN)), pk=publisher.pk)
        assert type(updated) is http.HttpResponseSeeOther

    def test_inlines_of_a_view_that_saves_first(self, rf):
        class V(of(extra_views.CreateWithInlinesView, **self.inlines)):
            status_codes = {"created": 201}

            def forms_valid(self, form, inlines):
                self.object = form.save()
                for formset in inlines:
                    formset.save()
                return HttpResponseRedirect("/mine/")

        assert answer(V, rf.post("/", forms_data(EMMA, **PENGUIN)))["Location"] == "/mine/"

    def test_inlines_that_turn_out_invalid_later(self, rf):
        class V(of(extra_views.CreateWithInlinesView, **self.inlines)):
            status_codes = self.codes

            def forms_valid(self, form, inlines):
                return self.forms_invalid(form=form, inlines=inlines)

        assert answer(V, rf.post("/", forms_data(EMMA, **PENGUIN))).status_code == 422

    def test_an_inline_form_set(self, rf):
        publisher = Publisher.objects.create(**PENGUIN)
        attributes = {"model": Publisher, "inline_model": Book, "fields": ["title", "price"]}
        view = of(extra_views.InlineFormSetView, **attributes, status_codes=self.codes)

        assert answer(view, rf.post("/", forms_data({"title": "Emma"})), pk=publisher.pk).status_code == 422
        valid = answer(view, rf.post("/", forms_data(EMMA)), pk=publisher.pk)
        assert (valid.status_code, publisher.books.count()) == (303, 1)

    @pytest.mark.parametrize("codes", [codes, {"post": 422}, {"post": 303}])
    def test_form_sets(self, rf, codes):
        attributes = {"form_class": Form, "factory_kwargs": {"extra": 1}, "status_codes": codes}
        view = of(extra_views.FormSetView, **attributes)
        model = of(extra_views.ModelFormSetView, model=Book, fields=["title", "price"], status_codes=codes)
        invalid, valid = codes.get("form_invalid", codes.get("post")), codes.get("form_valid", codes.get("post"))
        invalid, valid = (200 if invalid < 400 else invalid), (302 if valid >= 400 else valid)

        for cls, good, bad in [(view, {"name": "a"}, {"name": "a" * 99}), (model, EMMA, {"title": "Emma"})]:
            cls = variant(cls, **({} if cls is model else {"form_class": Short}))
            assert answer(cls, rf.get("/")).status_code == 200
            assert answer(cls, rf.post("/", forms_data(bad, prefix="form"))).status_code == invalid
            assert answer(cls, rf.post("/", forms_data(good, prefix="form"))).status_code == valid
        assert Book.objects.count() == 1

    @pytest.mark.parametrize("key", ["created", "deleted"])
    def test_what_form_sets_cannot_reach(self, rf, key):
        view = of(extra_views.FormSetView, form_class=Form, status_codes={key: 204})

        with pytest.raises(ImproperlyConfigured, match="cannot reach"):
            answer(view, rf.get("/"))

    def test_a_success_message_is_kept(self, rf):
        class V(extra_views.SuccessMessageMixin, of(extra_views.CreateWithInlinesView, **self.inlines)):
            status_codes = {"created": 201, "form_invalid": 422}

            def get_success_message(self, cleaned_data, inlines):
                calls.append((cleaned_data, len(inlines)))

        calls = []
        assert answer(V, rf.post("/", forms_data(EMMA, **PENGUIN))).status_code == 201
        assert answer(V, rf.post("/", forms_data(EMMA, name=""))).status_code == 422
        assert calls == [(PENGUIN, 1)]


class Short(forms.Form):
    name = forms.CharField(max_length=9)


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
