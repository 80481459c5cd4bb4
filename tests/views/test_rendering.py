"""What would never run, or break a mixin, is refused when the class is made, whichever mixin it has."""

import braces.views
import guardian.mixins
import pytest
import rules.contrib.views
import vanilla
from django.contrib.auth import mixins
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.utils.decorators import method_decorator
from django.views import generic
from neapolitan.views import CRUDView

from django_extras.views import FileDownloadMixin, JsonResponseMixin, StatusResponseMixin

MIXINS = [FileDownloadMixin, JsonResponseMixin, StatusResponseMixin]


def new(name, *bases, **attributes):
    return type(bases[0])(name, bases, attributes)


def refuse(self, *args, **kwargs):
    raise PermissionDenied


class EntersByTheView:
    @classmethod
    def as_view(cls, **kwargs):
        return login_required(super().as_view(**kwargs))


class EntersBySetup:
    setup = refuse


@method_decorator(login_required, name="dispatch")
class Decorated(braces.views.CsrfExemptMixin):
    pass


class Inherits(mixins.LoginRequiredMixin):
    pass


ACCESS = [
    *(mixins.LoginRequiredMixin, mixins.PermissionRequiredMixin, mixins.UserPassesTestMixin),
    *(braces.views.LoginRequiredMixin, braces.views.AnonymousRequiredMixin, braces.views.PermissionRequiredMixin),
    *(braces.views.MultiplePermissionsRequiredMixin, braces.views.GroupRequiredMixin),
    *(braces.views.UserPassesTestMixin, braces.views.SuperuserRequiredMixin, braces.views.StaffuserRequiredMixin),
    *(braces.views.SSLRequiredMixin, braces.views.RecentLoginRequiredMixin),
    *(rules.contrib.views.PermissionRequiredMixin, rules.contrib.views.AutoPermissionRequiredMixin),
    *(guardian.mixins.LoginRequiredMixin, guardian.mixins.PermissionRequiredMixin, EntersByTheView, EntersBySetup),
    *(Decorated, Inherits),
]


@pytest.mark.parametrize("mixin", MIXINS)
class TestRightOfTheView:
    @pytest.mark.parametrize("base", [generic.ListView, generic.View, vanilla.ListView, CRUDView])
    @pytest.mark.parametrize("access", ACCESS)
    def test_an_access_mixin_is_refused(self, mixin, base, access):
        method = {EntersByTheView: "as_view", EntersBySetup: "setup"}.get(access, "dispatch")
        has_it = next(cls for cls in access.__mro__ if method in vars(cls))

        with pytest.raises(ImproperlyConfigured) as error:
            new("V", mixin, base, access)

        assert str(error.value) == (
            f"V would never run {has_it.__name__}.{method}(), as View comes before it and does not call it. "
            f"Write class V({mixin.__name__}, {access.__name__}, {base.__name__})."
        )
        new("V", mixin, access, base)
        new("V", access, mixin, base)

    @pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
    def test_a_check_in_a_handler_is_refused_if_the_view_has_that_handler(self, mixin, method):
        guard = type("Guard", (), {method: refuse})
        handlers = {"get": generic.TemplateView, "delete": generic.DeleteView}
        base = handlers.get(method, generic.FormView)
        with pytest.raises(ImproperlyConfigured, match=rf"^V would never run Guard\.{method}\(\), as "):
            new("V", mixin, base, guard)

        if mixin is not FileDownloadMixin:  # it has a get() of its own
            new("V", mixin, generic.View, guard)

    @pytest.mark.parametrize(
        ("method", "base", "left"),
        [
            ("get_queryset", generic.ListView, "MultipleObjectMixin"),
            ("get_object", generic.DetailView, "SingleObjectMixin"),
            ("get_queryset", vanilla.ListView, "GenericModelView"),
            ("get_object", CRUDView, "CRUDView"),
            ("render_to_response", generic.TemplateView, "TemplateResponseMixin"),
        ],
    )
    def test_a_choice_of_rows_is_refused(self, mixin, method, base, left):
        guard = type("Guard", (), {method: refuse})

        with pytest.raises(ImproperlyConfigured) as error:
            new("V", mixin, base, guard)

        assert str(error.value) == (
            f"V would never run Guard.{method}(), as {left} comes before it and does not call it. Write class "
            f"V({mixin.__name__}, Guard, {base.__name__})."
        )

    def test_guardians_choice_of_rows_is_refused(self, mixin):
        with pytest.raises(ImproperlyConfigured, match=r"never run PermissionListMixin\.get_queryset\(\)"):
            new("V", mixin, generic.ListView, guardian.mixins.PermissionListMixin)

    def test_the_class_that_puts_it_there_is_named(self, mixin):
        view = type("Pages", (generic.ListView, mixins.LoginRequiredMixin), {})

        with pytest.raises(ImproperlyConfigured) as error:
            new("V", mixin, view)

        assert str(error.value) == (
            "V would never run LoginRequiredMixin.dispatch(), as View comes before it and does not call it. Write "
            "class Pages(LoginRequiredMixin, ListView)."
        )

    def test_several_move_at_once(self, mixin):
        rows = type("Rows", (), {"get_queryset": refuse})

        with pytest.raises(ImproperlyConfigured, match=r"Write class V\(\w+, Rows, Inherits, Decorated, ListView\)\."):
            new("V", mixin, generic.ListView, rows, Inherits, Decorated)

    def test_what_checks_nothing_is_taken(self, mixin):
        class Helper:
            help_text = "Hello"

            def get_helper(self):
                return self

        new("V", mixin, generic.ListView, Helper)
        new("V", mixin, generic.UpdateView, generic.edit.DeletionMixin)


class Checked:
    def render_to_response(self, context, **kwargs):
        raise PermissionDenied


@pytest.mark.parametrize("mixin", [FileDownloadMixin, JsonResponseMixin])
class TestRightOfTheMixin:
    def test_a_check_where_the_view_renders_is_refused(self, mixin, rf):
        with pytest.raises(ImproperlyConfigured) as error:
            new("V", mixin, Checked, generic.TemplateView)

        assert str(error.value) == (
            f"V would never run Checked.render_to_response(), as {mixin.__name__} comes before it and does not call "
            f"it. Write class V(Checked, {mixin.__name__}, TemplateView)."
        )
        with pytest.raises(PermissionDenied):
            new("V", Checked, mixin, generic.TemplateView)().render_to_response({})

    @pytest.mark.parametrize("base", [generic.DetailView, generic.View, generic.base.TemplateResponseMixin, CRUDView])
    def test_so_is_one_of_the_view_itself(self, mixin, base):
        view = type(base)("Pages", (base,), {"render_to_response": Checked.render_to_response})

        with pytest.raises(ImproperlyConfigured) as error:
            new("V", mixin, view)

        assert str(error.value) == (
            f"V would never run Pages.render_to_response(), as {mixin.__name__} comes before it and does not call it. "
            f"Write class V(Checks, {mixin.__name__}, ...), where Checks is a mixin with that method."
        )

    def test_so_is_one_that_the_view_inherits(self, mixin):
        view = type("Pages", (Checked, generic.DetailView), {})

        with pytest.raises(ImproperlyConfigured) as error:
            new("V", mixin, view)

        assert str(error.value) == (
            f"V would never run Checked.render_to_response(), as {mixin.__name__} comes before it and does not call "
            f"it. Write class V(Checked, {mixin.__name__}, ...)."
        )

    def test_so_is_one_of_a_class_that_has_another_of_our_mixins(self, mixin):
        status = type("Status", (StatusResponseMixin,), {"render_to_response": Checked.render_to_response})

        with pytest.raises(ImproperlyConfigured, match=rf"Write class V\(Status, {mixin.__name__}, TemplateView\)"):
            new("V", mixin, status, generic.TemplateView)

    def test_so_is_one_by_a_decorator(self, mixin):
        def decorator(method):
            return method

        view = method_decorator(decorator, name="render_to_response")(type("Pages", (generic.DetailView,), {}))

        with pytest.raises(ImproperlyConfigured, match=r"^V would never run Pages\.render_to_response\(\)"):
            new("V", mixin, view)

    @pytest.mark.parametrize("base", [generic.ListView, vanilla.ListView, CRUDView])
    def test_what_only_renders_is_replaced(self, mixin, base):
        new("V", mixin, base)
        new("V", StatusResponseMixin, mixin, base)
        new("V", mixin, StatusResponseMixin, base)


def test_a_permission_right_of_the_download_is_refused():
    guard = type("Guard", (), {"has_download_permission": refuse})
    view = type("Pages", (generic.DetailView,), {"has_download_permission": refuse})

    with pytest.raises(ImproperlyConfigured, match=r"Write class V\(Guard, FileDownloadMixin, View\)\.$"):
        new("V", FileDownloadMixin, guard, generic.View)
    with pytest.raises(ImproperlyConfigured, match=r"never run Pages\.has_download_permission\(\)"):
        new("V", FileDownloadMixin, view)
    with pytest.raises(PermissionDenied):
        new("V", guard, FileDownloadMixin, generic.View)().has_download_permission()


def test_the_status_mixin_calls_what_the_view_renders(rf):
    view = new("V", StatusResponseMixin, Checked, generic.TemplateView, status_code=404)

    with pytest.raises(PermissionDenied):
        view.as_view()(rf.get("/"))


class TestNames:
    """A class of a project has no private name of a mixin."""

    @pytest.mark.parametrize(
        ("mixin", "name"),
        [
            *((JsonResponseMixin, "_rows"), (JsonResponseMixin, "_kind"), (FileDownloadMixin, "_find_file")),
            (StatusResponseMixin, "_render_by"),
        ],
    )
    @pytest.mark.parametrize("value", [None, refuse, property(refuse)])
    def test_a_name_that_is_taken(self, mixin, name, value):
        with pytest.raises(
            ImproperlyConfigured, match=rf"^V cannot have V\.{name}, as \w+ of django_extras uses that "
        ):
            new("V", mixin, generic.View, **{name: value})

    @pytest.mark.parametrize("is_left", [False, True])
    def test_of_another_class(self, is_left):
        helper = new("Helper", object, _rows=refuse)
        bases = (helper, JsonResponseMixin) if is_left else (JsonResponseMixin, helper)

        with pytest.raises(ImproperlyConfigured) as error:
            new("V", *bases, generic.View)
        assert str(error.value) == (
            "V cannot have Helper._rows, as RowsMixin of django_extras uses that name itself. Rename Helper._rows."
        )

    def test_names_that_are_free(self):
        view = new("V", JsonResponseMixin, generic.DetailView, _mine=1, _allowed_methods=refuse, __slots__=())

        assert new("W", view, _also_mine=2)._mine == 1
        assert new("D", new("E", FileDownloadMixin, generic.View), generic.View)
