"""
What a view has done with what it was sent: its object, what its form refuses, or nothing at all.

POST of JSON to an UpdateView takes these steps. Those that name no module are in this one.

1. ``setup()``, _watching, puts a watch around methods of this one instance. ``_watches()`` of each class names them.
   _filling adds ``put()`` and ``patch()``.
2. ``post()`` runs in ``_handle()``: in a transaction, _writes. ``get_object()`` of the view finds the object.
3. ``get_form()`` runs in ``_fill_in()``, here and in _filling: it reads the body, _bodies, and binds it to the form
   that the view has made: binding.form. Django's class of the form is kept: _form_classes.
4. ``is_valid()`` is the form's. Its ``full_clean()`` gives the fields what was sent: binding.form.
5. ``form_valid()`` is the view's, and saves. It runs in ``_watch()``, _outcomes. ``_represent()`` puts the object in
   the place of the redirect: ``_answer_success()``, 200 or 201. ``_read_back()``, _rows, reads it as GET does.
6. Or ``form_invalid()``, which calls ``render_to_response()``, and this ``_answer_refusal()``: 422 with what
   binding.errors finds.
7. ``_settle()`` rolls back if the response is an error. ``_answer_failure()`` answers what the database refuses:
   _refusals.

_locking has a part in most of these steps. It does nothing without If-Match, If-None-Match and `version_field`.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import DatabaseError, IntegrityError
from django.db.models import Model, ProtectedError, QuerySet, RestrictedError
from django.forms import Form
from django.http import HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirectBase
from django.urls import NoReverseMatch
from django.utils.log import log_response
from django.utils.translation import gettext as _

from django_extras.binding.errors import form_errors
from django_extras.http.errors import HttpError
from django_extras.http.problem import ProblemResponse
from django_extras.http.status import response_class_for
from django_extras.views._deferred import is_async
from django_extras.views._filling import FillingMixin
from django_extras.views._kinds import Kind, has_async_handlers
from django_extras.views._outcomes import STEPS, URL_HOOKS
from django_extras.views._refusals import blame, is_race, overtaken
from django_extras.views._rendering import in_place_of
from django_extras.views._writes import Writes

#: The handlers of neapolitan, which get the names of methods after setup().
_ACTIONS = ("process_form", "process_deletion")


class FormsMixin(FillingMixin):
    """
    Answer what a form, or a deletion, has done, as an API does.

    The handlers of POST, PUT, PATCH and DELETE run in a transaction. What ends in an error has changed nothing.
    """

    #: The form that is not valid.
    _refused: Any = None
    #: What get_queryset() returned last.
    _queryset: QuerySet[Any] | None = None
    #: Why there is no URL to redirect to.
    _url_fault: Exception | None = None
    _writes: Writes
    #: Returns what is sent of the object that has a key, and makes the response that sends it.
    _show: Callable[[QuerySet[Any], Any], Sequence[Any]]
    _build_shown: Callable[..., HttpResponseBase]

    def _watches(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        yield from super()._watches()
        if self._kind is not Kind.OTHER:
            yield "get_form_class", self._note_form_class
        if self._writes_objects():
            self._writes = Writes()
            for name in self._handlers():
                yield name, self._handle
            yield "get_form", self._fill_in
            yield "get_queryset", self._note_queryset

    def _handlers(self) -> list[str]:
        """Return the names of the methods that may answer the request."""
        return [name for name in _ACTIONS if hasattr(self, name)] or [(self.request.method or "").lower()]

    def _writes_objects(self) -> bool:
        return self._kind is not Kind.OTHER and not self._is_safe()

    def _watched_methods(self) -> dict[str, str | None]:
        watched = super()._watched_methods()
        if self._writes_objects():
            watched |= {name: step for name, step in STEPS.items() if hasattr(self, name)}
            watched |= {name: None for name in URL_HOOKS if hasattr(self, name)}
            if self._kind is Kind.DELETE and not hasattr(self, "form_valid"):
                watched["post"] = "post"
        return watched

    def _watch(self, step: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if step == "form_invalid":
            self._refused = args[0] if args else kwargs.get("form")
        elif step == "form_valid":
            self._join(getattr(self, "object", None))
        return super()._watch(step, method, *args, **kwargs)

    if not TYPE_CHECKING:
        # Type checkers see the method of the view on the right, which users override.

        @property
        def get_object(self) -> Callable[..., Any]:
            """Return the view's own method. What it returns may be written to, in a transaction on its database."""
            get_object = super().get_object
            return partial(self._note_object, get_object) if self._writes_objects() else get_object

    def _note_object(self, get_object: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        found = get_object(*args, **kwargs)
        self._join(found)
        return found

    def _note_queryset(self, get_queryset: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._queryset = get_queryset(*args, **kwargs)
        return self._queryset

    def _note_url(self, hook: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return super()._note_url(hook, *args, **kwargs)
        except (ImproperlyConfigured, NoReverseMatch) as error:
            if self._is_page or not self._writes_objects():
                raise
            # Only a page leads somewhere else.
            self._url_fault = error
            self._url = self.request.path
            return self._url

    def _fill_in(self, get_form: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        form = super()._fill_in(get_form, *args, **kwargs)
        self._join(getattr(form, "instance", None))
        return form

    # The handler, in a transaction

    def _join(self, subject: Any) -> None:
        """Have the handler write to the database of an object in a transaction."""
        if isinstance(subject, Model) and not is_async():
            self._writes.join(subject)

    def _begin(self) -> None:
        view: Any = self
        queryset = getattr(view, "queryset", None)
        sources = (view, queryset, getattr(getattr(view, "form_class", None), "_meta", None))
        model = next(filter(None, (getattr(source, "model", None) for source in sources)), None)
        self._writes.begin(model if getattr(queryset, "_db", None) is None else queryset)

    def _handle(self, handler: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if has_async_handlers(type(self)):
            return self._handle_later(handler, *args, **kwargs)
        try:
            with self._writes:
                self._begin()
                return self._settle(handler(*args, **kwargs))
        except (DatabaseError, ValidationError) as error:
            return self._answer_failure(error)

    async def _handle_later(self, handler: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
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

    def _settle(self, response: Any) -> Any:
        """Return the response to what the handler returned, and roll back if it is an error."""
        if not isinstance(response, HttpResponseBase):
            self._writes.roll_back()
            return response  # Django says what is wrong with it
        if self._kind is Kind.LOGOUT and isinstance(response, HttpResponseRedirectBase) and not self._is_page:
            response = self._answer_success(response)
        is_unsaved = self._before is None  # form_valid() did not run
        has_errors = self._form is not None and vars(self._form).get("_errors")
        if is_unsaved and has_errors and response.status_code < 400 and not self._is_page:
            response = self._refuse(self._form)
        # What is saved although the form is not valid is no work of the view, such as a count of failed logins.
        if response.status_code >= 400 and not (is_unsaved and self._refused is not None):
            self._writes.roll_back()
        return response

    def _answer_failure(self, error: DatabaseError | ValidationError) -> Any:
        """Answer what was found only when it was saved, or raise the error again."""
        if self._is_page:
            raise error
        try:
            return self._answer_fault(error)
        except DatabaseError as fault:
            if is_race(fault, in_the_past=self._writes.are_in_the_past()):
                raise overtaken() from fault
            raise

    def _answer_fault(self, error: DatabaseError | ValidationError) -> Any:
        if isinstance(error, ProtectedError | RestrictedError):
            subjects = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
            names = ", ".join(sorted({str(subject._meta.verbose_name_plural) for subject in subjects}))
            detail = _("This cannot be deleted, as others refer to it: %(names)s.") % {"names": names}
            raise HttpError(409, detail) from error
        form = self._form
        if form is None and self._kind is Kind.DELETE:
            # Views that delete without a form: the model may refuse it all the same.
            form = Form({})
            form.full_clean()
        # Before the form has cleaned, nothing is saved.
        if form is not None and vars(form)["_errors"] is not None and blame(form, error):
            response: Any = self._refuse(form)
            if not isinstance(error, IntegrityError | ValidationError):  # the value may be one that the view has made
                what = (response.reason_phrase, self.request.path)
                log_response("%s: %s", *what, response=response, request=self.request, exception=error)
            return response
        if self._kind is Kind.DELETE and isinstance(error, IntegrityError):
            raise HttpError(409, _("This cannot be deleted, as others refer to it.")) from error
        raise error

    # What is answered

    def _answer_instead(self, context: Any, response_kwargs: dict[str, Any]) -> HttpResponseBase | None:
        """
        Return the answer in the place of a page that shows a form again, or a logout; None for other pages.

        Raise HttpError if dispatch() of the view shows a page instead of calling the handler, as for an old link.
        """
        if self._writes_objects() and not self._writes.has_begun and response_kwargs.get("status") is None:
            raise HttpError(403, _("The view does not take this request. Nothing was changed."))
        if self._refused is not None and self._step == "form_invalid":
            return self._answer_refusal(context, response_kwargs)
        if self._kind is Kind.LOGOUT and not self._is_safe():
            return self._answer_success(HttpResponse())
        return None

    def _represent(self, step: str, response: Any) -> Any:
        if self._is_page or not self._writes_objects():
            return response
        if step == "form_invalid":
            is_success = isinstance(response, HttpResponseBase) and response.status_code < 400
            return self._refuse(self._refused) if is_success else response
        is_success = step != "" and (self._succeeded() or self._kind is Kind.DELETE)
        if is_success and isinstance(response, HttpResponseRedirectBase) and self._may_replace(response):
            return self._answer_success(response)
        return response

    async def _watch_later(self, step: str, pending: Any) -> Any:
        response = await sync_to_async(self._represent)(step, await pending)
        return self._with_status(step, response)

    def _refuse(self, form: Any) -> HttpResponseBase:
        """Return the problem of a form that is not valid."""
        self._step, self._refused = "form_invalid", form
        return self._answer_refusal({"form": form})

    def _answer_refusal(self, context: Any, response_kwargs: dict[str, Any] | None = None) -> HttpResponseBase:
        status = (response_kwargs or {}).get("status") or self._status_of_view(context)
        status = status if status is not None and status >= 400 else 422
        return self._answer(self._build_refusal, context, {**(response_kwargs or {}), "status": status})

    def _build_refusal(self, context: Any, *, status: int, **response_kwargs: Any) -> ProblemResponse:
        errors = form_errors(self._refused, None if self._body is None else self._body.json)
        return ProblemResponse(status, errors=errors, headers=response_kwargs.get("headers"))

    def _answer_success(self, former: HttpResponseBase) -> HttpResponseBase:
        """Return the response to what was done, in the place of the page that shows it."""
        created, saved = self._created(), self._find_saved()
        status = self._status_of_view(None)
        if status is not None and 300 <= status < 400:
            if self._url_fault is not None:
                raise self._url_fault
            return former
        shown = None
        if saved is not None and self._shows_objects() and status not in (204, 205):
            # What GET sends is what the database has.
            shown = self._read_back(saved, self._queryset, self._show)
        if status is None or status >= 400:
            status = 204 if shown is None else 200 if created is None else 201
        build = self._build_nothing if shown is None else self._build_shown
        response = self._answer(build, shown, {"status": status})
        if created is not None and saved is not None and (url := self._url_of(saved, former)) is not None:
            response.headers.setdefault("Location", url)
        return in_place_of(former, response)

    def _find_saved(self) -> Model | None:
        """Return the object that a view of objects has saved."""
        if self._kind not in (Kind.CREATE, Kind.UPDATE):
            return None
        for subject in (getattr(self, "object", None), getattr(self._form, "instance", None)):
            if isinstance(subject, Model) and subject.pk is not None and not subject._state.adding:
                return subject
        return None

    def _url_of(self, created: Model, former: HttpResponseBase) -> str | None:
        """Return where the object that was created is, or leads."""
        get_absolute_url = getattr(created, "get_absolute_url", None)
        if get_absolute_url is not None:
            return str(get_absolute_url())
        return former.headers["Location"] if self._url_fault is None else None

    def _build_nothing(self, context: Any, *, status: int, **response_kwargs: Any) -> HttpResponse:
        headers = response_kwargs.get("headers")
        if status in (204, 205):  # no middleware adds a Content-Length to these
            return response_class_for(status)(headers=headers)
        response = HttpResponse(status=status, headers=headers)
        del response.headers["Content-Type"]
        return response

    def _shows_objects(self) -> bool:
        """Tell whether the view knows what to send of an object."""
        return self.get_json_fields() is not None

    def _status_of_view(self, context: Any) -> int | None:
        """Return the status that StatusResponseMixin gives."""
        get_status_code: Callable[[Any], int | None] | None = getattr(self, "get_status_code", None)
        return None if get_status_code is None else get_status_code(context)
