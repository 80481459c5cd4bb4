"""Pages for people and JSON for programs, from the same views at the same URLs."""

from typing import Any

from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.views.generic import CreateView, DeleteView, DetailView, ListView, UpdateView

from demo.models import Notice
from django_extras.views import NegotiatedResponseMixin, StatusResponseMixin

#: What JSON shows of a notice.
NOTICE = ["id", "headline", "text", "version"]


class NoticeForm(forms.ModelForm):
    """The form of the page. It sends the version back that it has shown; programs send it in If-Match."""

    class Meta:
        model = Notice
        fields = ["headline", "text"]

    def clean(self) -> None:
        super().clean()
        shown = self.data.get("version")
        if shown is not None and str(shown) != str(self.instance.version):
            raise ValidationError("Somebody saved this notice while you were writing.", code="conflict")


class NoticeList(NegotiatedResponseMixin, ListView):
    """A page for browsers, JSON for programs: what the Accept field likes best."""

    model = Notice
    paginate_by = 10
    json_fields = NOTICE


class NoticeDetail(NegotiatedResponseMixin, DetailView):
    """Its ETag has the version of the row."""

    model = Notice
    json_fields = NOTICE
    version_field = "version"


class NoticeCreate(NegotiatedResponseMixin, LoginRequiredMixin, CreateView):
    """Whoever has not logged in is sent to the page to log in, and a program gets 401."""

    form_class = NoticeForm
    template_name = "demo/notice_form.html"
    json_fields = NOTICE


class NoticeUpdate(StatusResponseMixin, NegotiatedResponseMixin, LoginRequiredMixin, UpdateView):
    """
    Nobody's change gets lost: a program with an old If-Match gets 412, and a person sees both texts, with a 412 too.
    """

    model = Notice
    form_class = NoticeForm
    json_fields = NOTICE
    version_field = "version"
    status_codes = {"form_invalid": 422}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if context["form"].has_error(NON_FIELD_ERRORS, "conflict"):
            context["theirs"] = Notice.objects.get(pk=self.object.pk)
        return context

    def get_status_code(self, context: Any) -> int | None:
        return 412 if "theirs" in (context or {}) else super().get_status_code(context)


class NoticeDelete(NegotiatedResponseMixin, LoginRequiredMixin, DeleteView):
    """DELETE for programs, and a page that asks once more for people."""

    model = Notice
    json_fields = NOTICE
    success_url = "/notices/"
    version_field = "version"


class Login(LoginView):
    """Django's own, for people."""

    template_name = "demo/login.html"


class Logout(LogoutView):
    """Django's own, for people."""

    next_page = "/notices/"
