"""
A view of a form takes what an API sends: its methods, the body, the form that reads it, and a transaction around all.

POST of JSON to an UpdateView takes these steps. Those that name no module are in this one.

1. ``setup()``, _watching, gives the view its methods in ``_add_methods()``, and puts a watch around others of this
   one instance. ``_watches()`` of each class names them. ``_writes_objects()``, _answers, tells whether the request
   writes.
2. ``post()`` runs in ``_handle()``: in a transaction, _writes. Django's ``put()`` calls ``post()`` in it.
   ``get_object()`` of the view finds the object.
3. ``get_form()`` runs in ``_fill_in()``: it reads the body, _bodies. ``get_form_kwargs()`` runs in ``_form_kwargs()``,
   which gives the form its data. ``bind()``, binding.form, gives it the JSON. Django's class of the form is kept:
   _form_classes.
4. ``is_valid()`` is the form's. Its ``full_clean()`` gives the fields what was sent: binding.form.
5. ``form_valid()`` is the view's, and saves. It runs in ``_run_step()``, _outcomes. ``_represent()`` puts the object
   in the place of the redirect: ``_answer_success()``, 200 or 201, _answers. ``_read_back()``, _rows, finds its row,
   ``_show()``, json, makes data of it as GET does, and ``render_json_response()`` writes them.
6. Or ``form_invalid()``, which calls ``render_to_response()``, and this ``_answer_refusal()``: 422 with what
   binding.errors finds.
7. ``_settle()`` rolls back if the response is an error. ``_answer_failure()`` answers what the database refuses:
   _refusals.

There is a ``_lock``, _locking, only with If-Match, If-None-Match or `version_field`.
"""

import sys
from collections.abc import Callable, Collection, Iterator
from functools import partial
from inspect import getattr_static, isawaitable
from typing import TYPE_CHECKING, Any, NoReturn

from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import DatabaseError
from django.db.models import Model
from django.forms import BaseForm
from django.http.response import HttpResponseBase, HttpResponseRedirectBase
from django.views.generic.edit import DeletionMixin, FormMixin

from django_extras.binding.form import Absent, bind, release
from django_extras.views._answers import AnswersMixin
from django_extras.views._bodies import Body, read_body
from django_extras.views._deferred import is_async
from django_extras.views._form_classes import form_class_of
from django_extras.views._kinds import Kind, has_async_handlers, kind_of, methods_for_pages, owner_of
from django_extras.views._locking import Lock
from django_extras.views._outcomes import STEPS, URL_HOOKS
from django_extras.views._refusals import is_race, overtaken
from django_extras.views._writes import Writes

#: The methods of django-extra-views that fill in formsets.
_FORMSETS = ("construct_formset", "construct_inlines")
#: The handlers of neapolitan, which get the names of methods after setup().
_ACTIONS = ("process_form", "process_deletion")


class FormsMixin(AnswersMixin):
    """
    Have the methods that an API has, and fill in the view's own form.

    The body is read when the view asks for its form: after access mixins and whatever else dispatch() does first. The
    handlers of POST, PUT, PATCH and DELETE run in a transaction. What ends in an error has changed nothing.
    """

    #: The field of the model that changes whenever the row does, such as ``"version"`` or ``"updated_at"``.
    version_field: str | None = None
    #: Whether to refuse PUT, PATCH, DELETE, and POST to a view that updates or deletes, without If-Match.
    require_if_match: bool = False

    #: The methods of the view that are for pages.
    _refused_methods: Collection[str] = ()
    #: The class that get_form_class() returned last.
    _last_form_class: Any = None
    #: Returns the function that makes JSON of a value that JSON lacks.
    _json_converter: Callable[[], Callable[[Any], Any]]

    # The methods

    def _add_methods(self) -> None:
        """Give the view the methods of its kind, unless it has some of its own, and take those that are for pages."""
        view: Any = self
        self._kind = kind_of(view)
        if self._kind in (Kind.CREATE, Kind.FORM) and not self._is_page:
            refused = methods_for_pages(type(view))
            for name in refused:
                self._add_method(name, view.http_method_not_allowed)
            # The "show_form" of neapolitan becomes "get" later.
            self._refused_methods = refused | {"get"} if "show_form" in refused else refused
            if getattr(view, "redirect_authenticated_user", False):
                # It spares users the page of a LoginView. Who sends a name and a password wants them judged.
                view.redirect_authenticated_user = False
        elif self._kind is Kind.UPDATE:
            handler = "process_form" if hasattr(view, "process_form") else "post"
            for name in ("put", "patch"):
                if not hasattr(view, name):
                    self._add_method(name, partial(self._run, handler))
        elif self._kind is Kind.DELETE:
            owner = owner_of(type(view), "delete")
            is_replaced = owner is DeletionMixin and isinstance(view, FormMixin) and not self._is_page
            if owner is object or is_replaced:
                # As POST does, so that a form_valid() which checks something, or deletes softly, runs here too.
                handler = "process_deletion" if hasattr(view, "process_deletion") else "post"
                self._add_method("delete", partial(self._run, handler))
        if not self._is_safe():
            for name in _FORMSETS:
                if hasattr(view, name):
                    self._add_method(name, partial(self._refuse_formset, f"{name}()"))

    def _run(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        return getattr(self, name)(*args, **kwargs)

    def _allowed_methods(self) -> list[str]:
        methods: list[str] = super()._allowed_methods()  # type: ignore[misc]  # private, so not in the stubs
        return [method for method in methods if method.lower() not in self._refused_methods]

    def _watches(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        yield from super()._watches()
        if self._kind is not Kind.OTHER:
            yield "get_form_class", self._note_form_class
        if self._writes_objects():
            self._lock, self._writes = Lock.of(self), Writes()
            self._writes.is_exclusive = self.version_field is not None
            handlers = [name for name in _ACTIONS if hasattr(self, name)] or [(self.request.method or "").lower()]
            yield from ((name, self._handle) for name in handlers)
            yield "get_form", self._fill_in
            yield "get_queryset", self._note_queryset
            own = getattr_static(type(self), "get_object", None)
            if own is not None and not isinstance(own, property):
                # It may or may not call our property of that name, which needs no watch itself. When it has ended, the
                # row is locked.
                yield "get_object", self._hold_object

    def _watched_steps(self) -> dict[str, str | None]:
        watched = super()._watched_steps()
        if self._writes_objects():
            watched |= {name: step for name, step in STEPS.items() if hasattr(self, name)}
            watched |= {name: None for name in URL_HOOKS if hasattr(self, name)}
            if self._kind is Kind.DELETE and not hasattr(self, "form_valid"):
                watched["post"] = "post"
        return watched

    # The handler, in a transaction

    def _handle(self, handler: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if has_async_handlers(type(self)):
            return self._handle_later(handler, *args, **kwargs)
        try:
            with self._writes:
                self._begin()
                return self._settle(handler(*args, **kwargs))
        except (DatabaseError, ValidationError) as error:
            return self._answer_failure(error)

    async def _handle_later(self, handler: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        # All that is sensitive to its thread runs in the same one, so that it is in the transaction.
        try:
            await sync_to_async(self._begin)()
            try:
                response = await handler(*args, **kwargs)
                if isawaitable(response):  # Django's put() in a thread, which calls a post() that is async
                    response = await response
                response = await sync_to_async(self._settle)(response)
            except BaseException:
                await sync_to_async(self._writes.__exit__)(*sys.exc_info())
                raise
            await sync_to_async(self._writes.__exit__)(None, None, None)
            return response
        except (DatabaseError, ValidationError) as error:
            return await sync_to_async(self._answer_failure)(error)

    def _begin(self) -> None:
        view: Any = self
        queryset = getattr(view, "queryset", None)
        sources = (view, queryset, getattr(getattr(view, "form_class", None), "_meta", None))
        model = next(filter(None, (getattr(source, "model", None) for source in sources)), None)
        self._writes.begin(model if getattr(queryset, "_db", None) is None else queryset)
        if self._lock is not None:
            self._lock.begin()

    def _join(self, subject: Any) -> None:
        """Begin a transaction on the database of an object, unless there is one."""
        if isinstance(subject, Model) and not is_async():
            self._writes.join(subject)

    def _settle(self, response: Any) -> Any:
        """Return the response to what the handler returned, and roll back if it is an error."""
        if not isinstance(response, HttpResponseBase):
            self._writes.roll_back()
            return response  # Django says what is wrong with it
        if self._kind is Kind.LOGOUT and isinstance(response, HttpResponseRedirectBase) and not self._is_page:
            response = self._answer_success(response)
        is_unsaved = self._before is None  # form_valid() did not run
        has_errors = self._last_form is not None and vars(self._last_form).get("_errors")
        if is_unsaved and has_errors and response.status_code < 400 and not self._is_page:
            response = self._refuse(self._last_form)
        # What is saved although the form is not valid is no work of the view, such as a count of failed logins.
        if response.status_code >= 400 and not (is_unsaved and self._refused is not None):
            self._writes.roll_back()
        if self._lock is not None:
            self._lock.settle(response)
        return response

    def _answer_failure(self, error: DatabaseError | ValidationError) -> Any:
        """Answer what was found only when it was saved, or raise the error again."""
        if self._is_page or self._writes.are_saved():
            raise error
        try:
            return self._answer_fault(error)
        except DatabaseError as fault:
            if is_race(fault, in_the_past=self._writes.are_in_the_past()):
                raise overtaken() from fault
            raise

    # What the handler asks the view for

    if not TYPE_CHECKING:
        # Type checkers see the methods of the view on the right, which users override.

        @property
        def get_object(self) -> Callable[..., Any]:
            """Return the view's own method. What it returns may be written to: its row is locked."""
            get_object = super().get_object
            is_watched = not self._writes_objects() or "get_object" in vars(self)
            return get_object if is_watched else partial(self._hold_object, get_object)

        @property
        def get_form_kwargs(self) -> Callable[..., Any]:
            """Return the view's own method, with what was sent in what it returns."""
            # A property, so that views without a form do not seem to have this method.
            get_form_kwargs = super().get_form_kwargs
            return get_form_kwargs if self._is_safe() else partial(self._form_kwargs, get_form_kwargs)

    def _hold_object(self, get_object: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return the view's object, in a transaction on its database, with its row locked if it has a version."""
        found = get_object(*args, **kwargs)
        if self._lock is not None:
            if isawaitable(found):
                return self._lock.hold_later(found)
            if not self._lock.hold(found):
                # Somebody else wrote the row before it was locked. Whether the view shows it still, it decides itself.
                found = get_object(*args, **kwargs)
                self._lock.hold_current(found)
        self._join(found)
        return found

    def _note_queryset(self, get_queryset: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._last_queryset = get_queryset(*args, **kwargs)
        return self._last_queryset

    def _note_form_class(self, get_form_class: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._last_form_class = form_class_of(self, get_form_class, *args, **kwargs)
        return self._last_form_class

    def _form_kwargs(self, get_form_kwargs: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return the arguments of a form. Django gives data to a form for POST and PUT, and form-encoded ones only."""
        found = get_form_kwargs(*args, **kwargs)
        found |= self._sent_data(found.get("prefix"))
        if self._absent() in (Absent.REFUSED, Absent.KEPT):
            found["initial"] = {}  # get_initial() is for what is not there yet
        return found

    def _sent_data(self, prefix: str | None) -> dict[str, Any]:
        body = self._read_body()
        return {"data": body.data_for(prefix or getattr(self._last_form_class, "prefix", None)), "files": body.files}

    def _read_body(self) -> Body:
        if self._sent_body is None:
            self._sent_body = read_body(self.request)
        return self._sent_body

    def _absent(self) -> Absent | None:
        """Return what becomes of fields that were not sent; None if the form decides that, as it does for browsers."""
        is_json = self._read_body().json is not None
        if self._kind is not Kind.UPDATE:
            return Absent.DEFAULT if is_json else None
        if self.request.method == "PATCH":
            return Absent.KEPT
        return Absent.REFUSED if is_json or self.request.method == "PUT" else None

    def _fill_in(self, get_form: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return the form of the view, which reads what was sent once it cleans."""
        body = self._read_body()
        self._last_form_class = args[0] if args else kwargs.get("form_class") or getattr(self, "form_class", None)
        if kwargs.get("data") is not None:  # of vanilla and neapolitan
            kwargs |= self._sent_data(kwargs.get("prefix"))
        form = get_form(*args, **kwargs)
        if not isinstance(form, BaseForm):
            self._refuse_formset("get_form()")
        self._last_form, absent = form, self._absent()
        if absent is not None and form.is_bound:
            is_known = body.json is None or body.json.keys() <= form.fields.keys()
            ignored = () if is_known else self._sent_keys()
            bind(form, body.json, absent, simplify=self._json_converter(), ignored=ignored)
        self._join(getattr(form, "instance", None))
        if self._lock is not None:
            self._lock.hold_of(form)
        return form

    def _let_go(self) -> None:
        super()._let_go()
        if self._last_form is not None:
            release(self._last_form)

    def _refuse_formset(self, method: str, *args: Any, **kwargs: Any) -> NoReturn:
        name = type(self).__name__
        raise ImproperlyConfigured(
            f"{name}.{method} makes a formset. JsonResponseMixin fills in a form, not a formset. Use a view with one "
            f"form, or read the request in {name}.{(self.request.method or '').lower()}()."
        )

    def _sent_keys(self) -> Collection[str]:
        """Return the keys of the rows that the view sends."""
        return () if self.get_json_fields() is None else {node.key for node in self._projector().nodes}

    def _note_form(self, step: str, form: Any) -> None:
        super()._note_form(step, form)
        if step == "form_invalid":
            self._refused = form
        elif step == "form_valid":
            self._join(getattr(self, "object", None))
            if self._lock is not None:
                self._lock.save(form)
