"""
A view of a form takes what an API sends: its methods, the body, the form that reads it, and a transaction around all.

POST of JSON to a CreateView takes these steps. Those that name no module are in this one.

1. ``as_view()``, _problems, calls ``setup()``, _outcomes. ``_add_methods()`` gives the view the methods of its kind.
   ``_watch_methods()``, json, puts methods of ours around methods of the view, on this one instance. Around
   ``dispatch()`` is ``_guard()``, _logins, and around that ``_run_dispatch()``, _validators. ``_watched_steps()`` and
   ``_prepare_write()`` say which are around the methods of a write.
2. ``post()`` runs in ``_run_handler()``: in a transaction, _writes. PUT and PATCH of an UpdateView call ``post()``
   too. It asks for the object before the form: ``_hold_object()``.
3. ``get_form()`` runs in ``_bind_form()``: it reads the body, _bodies. ``get_form_class()`` runs in
   ``_note_form_class()``: Django's class is kept, _form_classes, and made quicker: its forms are made by ``_make()``.
   ``get_form_kwargs()`` runs in ``_form_kwargs()``, which gives the form its data. ``bind()``, binding.form, gives it
   the JSON.
4. ``is_valid()`` is the form's. Its ``full_clean()`` gives the fields what was sent: binding.form.
5. ``form_valid()`` is the view's, and saves. It runs in ``_run_step()``, _outcomes. ``_note_step()`` goes first. The
   URL of the redirect is noted: ``_note_url()``, _answers. ``_represent()``, _answers, puts the object in the place
   of the redirect: ``_answer_success()``, there, 200 or 201. ``_read_back()``, _rows, finds its row,
   ``_show()``, json, makes data of it as GET does, and ``render_json_response()`` writes them.
6. Or ``form_invalid()``, which calls ``render_to_response()``, json, and this ``_answer_errors()``, _answers: 422
   with what binding.errors finds.
7. ``_settle()`` rolls back if the response is an error. ``_answer_failure()`` answers what the database refuses:
   _refusals.
8. ``_finished()``, _validators, adds the ETag of a new version. ``_let_go()`` drops what refers to the view.

There is a ``_lock``, _locking, only with If-Match, If-None-Match or `version_field`.
"""

import sys
from collections.abc import Callable, Collection
from functools import partial
from inspect import getattr_static, isawaitable
from typing import TYPE_CHECKING, Any, NoReturn

from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, router
from django.db.models import Model
from django.forms import BaseForm
from django.http.response import HttpResponseBase, HttpResponseRedirectBase
from django.views.generic.edit import DeletionMixin, FormMixin

from django_extras.binding.form import Absent, bind, release
from django_extras.views._answers import AnswersMixin
from django_extras.views._deferred import is_async
from django_extras.views._form_classes import form_class_of
from django_extras.views._kinds import Kind, has_async_handlers, kind_of, methods_for_pages, owner_of
from django_extras.views._locking import Lock
from django_extras.views._outcomes import STEPS
from django_extras.views._refusals import is_race, overtaken
from django_extras.views._writes import Writes

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
    #: The class of the form that is made: what get_form() was given, form_class, or what get_form_class() returned.
    _last_form_class: Any = None
    #: In json: returns the function that makes JSON of a value that JSON lacks.
    _json_converter: Callable[[], Callable[[Any], Any]]

    # The methods

    def _add_methods(self) -> None:
        """Give the view the methods of its kind, unless it has some of its own, and take those that are for pages."""
        self._kind = kind_of(self)
        if self._kind in (Kind.CREATE, Kind.FORM) and not self._is_page:
            self._refuse_methods_for_pages()
        elif self._kind is Kind.UPDATE:
            for name in ("put", "patch"):
                if not hasattr(self, name):
                    self._add_method(name, partial(self._run_either, "process_form", "post"))
        elif self._kind is Kind.DELETE:
            owner = owner_of(type(self), "delete")
            is_replaced = owner is DeletionMixin and isinstance(self, FormMixin) and not self._is_page
            if owner is object or is_replaced:
                # As POST does, so that a form_valid() which checks something, or deletes softly, runs here too.
                self._add_method("delete", partial(self._run_either, "process_deletion", "post"))

    def _refuse_methods_for_pages(self) -> None:
        view: Any = self
        refused = methods_for_pages(type(view))
        for name in refused:
            self._add_method(name, view.http_method_not_allowed)
        # The "show_form" of neapolitan becomes "get" later.
        self._refused_methods = refused | {"get"} if "show_form" in refused else refused
        if getattr(view, "redirect_authenticated_user", False):
            # It spares users the page of a LoginView. Who sends a name and a password wants them judged.
            view.redirect_authenticated_user = False

    def _run_either(self, of_neapolitan: str, handler: str, /, *args: Any, **kwargs: Any) -> Any:
        return getattr(self, of_neapolitan if hasattr(self, of_neapolitan) else handler)(*args, **kwargs)

    def _allowed_methods(self) -> list[str]:
        methods: list[str] = super()._allowed_methods()  # type: ignore[misc]  # private, so not in the stubs
        return [method for method in methods if method.lower() not in self._refused_methods]

    def _watched_steps(self) -> dict[str, str]:
        steps = super()._watched_steps()
        if self._writes_objects():
            steps |= STEPS
            if self._kind is Kind.DELETE and not hasattr(self, "form_valid"):
                steps["post"] = "post"
        return steps

    def _prepare_write(self) -> None:
        """Make what a request that writes needs, and watch the methods that it goes through."""
        self._lock, self._writes = Lock.of(self), Writes(is_exclusive=self.version_field is not None)
        handlers = [name for name in _ACTIONS if hasattr(self, name)] or [(self.request.method or "").lower()]
        for name in handlers:
            self._watch_method(name, self._run_handler)
        self._watch_method("get_form", self._bind_form)
        self._watch_method("get_queryset", self._note_queryset)
        found = getattr_static(type(self), "get_object", None)
        if found is not None and not isinstance(found, property):
            # A method of the view stands before our property of that name, and need not call it.
            self._watch_method("get_object", self._hold_object)

    # The handler, in a transaction

    def _run_handler(self, handler: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if has_async_handlers(type(self)):
            return self._run_handler_later(handler, *args, **kwargs)
        try:
            with self._writes:
                self._begin()
                return self._settle(handler(*args, **kwargs))
        except (DatabaseError, ValidationError) as error:
            return self._answer_failure(error)

    async def _run_handler_later(self, handler: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
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
        """Begin a transaction on the database of the view's model."""
        view: Any = self
        queryset = getattr(view, "queryset", None)
        sources = (view, queryset, getattr(getattr(view, "form_class", None), "_meta", None))
        model: Any = next(filter(None, (getattr(source, "model", None) for source in sources)), None)
        has_rows = isinstance(model, type) and issubclass(model, Model)
        alias = router.db_for_write(model) if has_rows else DEFAULT_DB_ALIAS
        self._writes.begin(getattr(queryset, "_db", None) or alias)
        if self._lock is not None:
            self._lock.begin()

    def _join(self, subject: Any) -> None:
        """Begin a transaction on the database of an object, unless there is one. In an event loop no one can begin."""
        if isinstance(subject, Model) and not is_async():
            self._writes.join(router.db_for_write(subject.__class__, instance=subject))

    # The object

    if not TYPE_CHECKING:
        # Type checkers see the methods of the view on the right, which users override.

        @property
        def get_object(self) -> Callable[..., Any]:
            """Return the view's own method. What it returns may be written to: its row is locked."""
            get_object = super().get_object
            is_watched = not self._writes_objects() or "get_object" in vars(self)
            return get_object if is_watched else partial(self._hold_object, get_object)

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

    # The form

    def _bind_form(self, get_form: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return the form of the view, which reads what was sent once it cleans."""
        body = self._sent_body
        self._last_form_class = args[0] if args else kwargs.get("form_class") or getattr(self, "form_class", None)
        if kwargs.get("data") is not None:  # of vanilla and neapolitan
            kwargs |= self._sent_data(kwargs.get("prefix"))
        form = get_form(*args, **kwargs)
        if not isinstance(form, BaseForm):
            self._refuse_formset("get_form")
        self._last_form, absent = form, self._absent()
        if absent is not None and form.is_bound:
            bind(form, body.json, absent, simplify=self._json_converter(), ignored=self._shown_keys)
        self._join(getattr(form, "instance", None))
        if self._lock is not None:
            self._lock.hold_of(form)
        return form

    def _note_form_class(self, get_form_class: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._last_form_class = form_class_of(self, get_form_class, *args, **kwargs)
        return self._last_form_class

    if not TYPE_CHECKING:

        @property
        def get_form_kwargs(self) -> Callable[..., Any]:
            """Return the view's own method, with what was sent in what it returns."""
            # A property, so that views without a form do not seem to have this method.
            get_form_kwargs = super().get_form_kwargs
            return get_form_kwargs if self._is_safe() else partial(self._form_kwargs, get_form_kwargs)

    def _form_kwargs(self, get_form_kwargs: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return the arguments of a form. Django gives data to a form for POST and PUT, and form-encoded ones only."""
        found = get_form_kwargs(*args, **kwargs)
        found |= self._sent_data(found.get("prefix"))
        if self._absent() in (Absent.REFUSED, Absent.KEPT):
            found["initial"] = {}  # get_initial() is for what is not there yet
        return found

    def _sent_data(self, prefix: str | None) -> dict[str, Any]:
        prefix = prefix or getattr(self._last_form_class, "prefix", None)
        return {"data": self._sent_body.data_for(prefix), "files": self._sent_body.files}

    def _absent(self) -> Absent | None:
        """Return what becomes of fields that were not sent; None if the form decides that, as it does for browsers."""
        is_json = self._sent_body.json is not None
        if self._kind is not Kind.UPDATE:
            return Absent.DEFAULT if is_json else None
        if self.request.method == "PATCH":
            return Absent.KEPT
        return Absent.REFUSED if is_json or self.request.method == "PUT" else None

    def _shown_keys(self) -> Collection[str]:
        """Return the keys of the rows that the view sends."""
        return () if self.get_json_fields() is None else {node.key for node in self._projector().nodes}

    def _refuse_formset(self, method: str, *args: Any, **kwargs: Any) -> NoReturn:
        name = type(self).__name__
        raise ImproperlyConfigured(
            f"{name}.{method}() makes a formset. JsonResponseMixin fills in a form, not a formset. Use a view with "
            f"one form, or read the request in {name}.{(self.request.method or '').lower()}()."
        )

    # The outcome

    def _note_step(self, step: str, form: Any) -> None:
        super()._note_step(step, form)
        if step == "form_invalid":
            self._invalid_form = form
        elif step == "form_valid":
            self._join(getattr(self, "object", None))
            if self._lock is not None:
                self._lock.save(form)

    def _settle(self, response: Any) -> Any:
        """Return the response to what the handler returned, and roll back if it is an error."""
        if not isinstance(response, HttpResponseBase):
            self._writes.roll_back()
            return response  # Django says what is wrong with it
        if self._kind is Kind.LOGOUT and isinstance(response, HttpResponseRedirectBase) and not self._is_page:
            response = self._answer_success(response)
        was_valid = self._before is not None  # form_valid() ran
        has_errors = self._last_form is not None and vars(self._last_form).get("_errors")
        if not was_valid and has_errors and response.status_code < 400 and not self._is_page:
            response = self._answer_invalid(self._last_form)
        # If a form was not valid, the view has saved nothing. What others have saved stays: a count of failed logins.
        if response.status_code >= 400 and (was_valid or self._invalid_form is None):
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

    def _let_go(self) -> None:
        super()._let_go()
        if self._last_form is not None:
            release(self._last_form)
