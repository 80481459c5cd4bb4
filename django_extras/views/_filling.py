"""The form of a view reads what the request has sent, in JSON or as browsers send it."""

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.forms import BaseForm
from django.views.generic.edit import DeletionMixin, FormMixin

from django_extras.binding.form import Absent, bind
from django_extras.views._bodies import Body, read_body
from django_extras.views._form_classes import form_class_of
from django_extras.views._kinds import Kind, kind_of, methods_for_pages, owner_of
from django_extras.views._outcomes import OutcomesMixin
from django_extras.views._rows import RowsMixin

#: These methods fill in no form.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

#: The methods of django-extra-views that fill in formsets.
_FORMSETS = ("construct_formset", "construct_inlines")


class FillingMixin(RowsMixin, OutcomesMixin):
    """
    Have the methods that an API has, and fill in the view's own form.

    The body is read when the view asks for its form: after access mixins and whatever else dispatch() does first.
    """

    _kind = Kind.OTHER
    #: Whether this request gets a page. The view then keeps the methods that are for pages.
    _is_page = False
    #: The methods of the view that are for pages.
    _refused_methods: Collection[str] = ()
    _body: Body | None = None
    #: The form that get_form() returned last, and the class that get_form_class() did.
    _form: BaseForm | None = None
    _form_class: Any = None
    #: Returns the function that makes JSON of a value that JSON lacks.
    _json_converter: Callable[[], Callable[[Any], Any]]

    def _add_methods(self) -> None:
        """Give the view the methods of its kind, unless it has some of its own, and take those that are for pages."""
        view: Any = self
        self._kind = kind_of(view)
        if self._kind in (Kind.CREATE, Kind.FORM) and not self._is_page:
            refused = methods_for_pages(type(view))
            for name in refused:
                setattr(view, name, view.http_method_not_allowed)
            # The "show_form" of neapolitan becomes "get" later.
            self._refused_methods = refused | {"get"} if "show_form" in refused else refused
            if getattr(view, "redirect_authenticated_user", False):
                # It spares users the page of a LoginView. Who sends a name and a password wants them judged.
                view.redirect_authenticated_user = False
        elif self._kind is Kind.UPDATE:
            handler = "process_form" if hasattr(view, "process_form") else "post"
            for name in ("put", "patch"):
                if not hasattr(view, name):
                    setattr(view, name, partial(self._run, handler))
        elif self._kind is Kind.DELETE:
            owner = owner_of(type(view), "delete")
            is_replaced = owner is DeletionMixin and isinstance(view, FormMixin) and not self._is_page
            if owner is object or is_replaced:
                # As POST does, so that a form_valid() which checks something, or deletes softly, runs here too.
                handler = "process_deletion" if hasattr(view, "process_deletion") else "post"
                setattr(view, "delete", partial(self._run, handler))  # noqa: B010  # pyright takes it for a FormMixin
        if not self._is_safe():
            for name in _FORMSETS:
                if hasattr(view, name):
                    setattr(view, name, partial(self._refuse_formset, f"{name}()"))

    def _run(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return getattr(self, name)(*args, **kwargs)

    def _allowed_methods(self) -> list[str]:
        methods: list[str] = super()._allowed_methods()  # type: ignore[misc]  # private, so not in the stubs
        return [method for method in methods if method.lower() not in self._refused_methods]

    def _is_safe(self) -> bool:
        request = getattr(self, "request", None)
        return request is None or request.method in SAFE_METHODS

    def _read_body(self) -> Body:
        if self._body is None:
            self._body = read_body(self.request)
        return self._body

    if not TYPE_CHECKING:
        # Type checkers see the methods of the view on the right, which users override.

        @property
        def get_form_kwargs(self) -> Callable[..., Any]:
            """Return the view's own method, with what was sent in what it returns."""
            # A property, so that views without a form do not seem to have this method.
            get_form_kwargs = super().get_form_kwargs
            return get_form_kwargs if self._is_safe() else partial(self._form_kwargs, get_form_kwargs)

    def _form_kwargs(self, get_form_kwargs: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return the arguments of a form. Django gives data to a form for POST and PUT, and form-encoded ones only."""
        found = get_form_kwargs(*args, **kwargs)
        found |= self._data(found.get("prefix"))
        if self._absent() in (Absent.REFUSED, Absent.KEPT):
            found["initial"] = {}  # get_initial() is for what is not there yet
        return found

    def _data(self, prefix: str | None) -> dict[str, Any]:
        body = self._read_body()
        return {"data": body.data_for(prefix or getattr(self._form_class, "prefix", None)), "files": body.files}

    def _absent(self) -> Absent | None:
        """Return what becomes of fields that were not sent; None if the form decides that, as it does for browsers."""
        is_json = self._read_body().json is not None
        if self._kind is not Kind.UPDATE:
            return Absent.DEFAULT if is_json else None
        if self.request.method == "PATCH":
            return Absent.KEPT
        return Absent.REFUSED if is_json or self.request.method == "PUT" else None

    def _note_form_class(self, get_form_class: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._form_class = form_class_of(self, get_form_class, *args, **kwargs)
        return self._form_class

    def _fill_in(self, get_form: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return the form of the view, which reads what was sent once it cleans."""
        body = self._read_body()
        self._form_class = args[0] if args else kwargs.get("form_class") or getattr(self, "form_class", None)
        if kwargs.get("data") is not None:  # of vanilla and neapolitan
            kwargs |= self._data(kwargs.get("prefix"))
        form = get_form(*args, **kwargs)
        if not isinstance(form, BaseForm):
            self._refuse_formset("get_form()")
        self._form = form
        absent = self._absent()
        if absent is not None and form.is_bound:
            is_known = body.json is None or body.json.keys() <= form.fields.keys()
            ignored = () if is_known else self._sent_keys()
            bind(form, body.json, absent, simplify=self._json_converter(), ignored=ignored)
        return form

    def _refuse_formset(self, method: str, *args: Any, **kwargs: Any) -> NoReturn:
        name = type(self).__name__
        raise ImproperlyConfigured(
            f"{name}.{method} makes a formset. JsonResponseMixin fills in a form, not a formset. Use a view with one "
            f"form, or read the request in {name}.{(self.request.method or '').lower()}()."
        )

    def _sent_keys(self) -> Collection[str]:
        """Return the keys of the rows that the view sends."""
        return () if self.get_json_fields() is None else {node.key for node in self._projector().nodes}
