"""Statuses that a view cannot have are refused at its first request."""

import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.views import generic

from django_extras.views import JsonResponseMixin, StatusResponseMixin
from django_extras.views._status_checks import faults
from tests.models import Book
from tests.views.statuses import Books, Create, Delete, Form, FormPage, Page, Plain, Update, answer, variant

pytestmark = pytest.mark.usefixtures("templates")


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

    def test_all_faults_are_told_to_who_asks_for_them(self):
        class V(Page):
            status_codes = {"get": 299, "POST": 404, "empty": 204}
            status_code = 404
            retry_after = 5
            upgrade = "websocket"

        found = [str(fault) for fault in faults(V())]

        assert [fault.split(". ")[0] for fault in found] == [
            "V.status_codes['get'] is 299",
            "V.status_codes has the unknown key 'POST'",
            "V.status_codes has 'empty', which V cannot reach",
            "V.retry_after belongs to status 413 and 429 and 503, which V does not use",
            "V.upgrade belongs to status 426, which V does not use",
        ]
        assert len(list(faults(variant(V, get_status_code=lambda self, context: 404)()))) == 3
        assert len(list(faults(V(status_codes=None)))) == 1
        assert list(faults(V(status_codes={}, retry_after=None, upgrade=None))) == []

    def test_a_class_is_judged_once_and_its_instances_each(self, rf):
        class V(Page):
            @property
            def status_code(self):
                asked.append(self)
                return 404

        asked = []
        V.as_view()(rf.get("/"))
        first = len(asked)
        V.as_view()(rf.get("/"))
        assert len(asked) - first < first
        assert Page.as_view(status_code=404)(rf.get("/")).status_code == 404
        for view in (Page.as_view(status_code=299), Page.as_view(retry_after=5, status_codes={"get": 404})):
            for _ in range(2):
                with pytest.raises(ImproperlyConfigured):
                    view(rf.get("/"))
        assert Page.as_view()(rf.get("/")).status_code == 200

    def test_head_is_known_before_there_is_a_request(self):
        assert list(faults(Page(status_codes={"head": 203}))) == []
        assert len(list(faults(Plain(status_codes={"post": 203})))) == 1

    def test_instances_may_have_methods_of_their_own(self, rf):
        class V(Page):
            status_codes = {"form_valid": 204}

            def form_valid(self):
                raise AssertionError

            def setup(self, request):
                if request.GET:
                    self.form_valid = None
                super().setup(request)

        for url in ("/", "/?a"):
            assert V.as_view()(rf.get(url)).status_code == 200
