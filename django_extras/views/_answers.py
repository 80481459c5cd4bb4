"""What a view answers when its form is valid, is not, or was valid until it was saved."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

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
from django_extras.views._bodies import Body, read_body
from django_extras.views._kinds import Kind
from django_extras.views._locking import Lock
from django_extras.views._outcomes import OutcomesMixin
from django_extras.views._refusals import blame
from django_extras.views._rendering import in_place_of
from django_extras.views._rows import RowsMixin
from django_extras.views._writes import Writes

#: These methods fill in no form.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class AnswersMixin(RowsMixin, OutcomesMixin):
    """Answer a success with the object as GET sends it, and a form that is not valid with a problem."""

    _kind = Kind.OTHER
    #: Whether this request gets a page. The view then keeps the methods that are for pages.
    _is_page = False
    #: The form that get_form() returned last, and the one that is not valid.
    _last_form: Any = None
    _invalid_form: Any = None
    #: What get_queryset() returned last.
    _last_queryset: QuerySet[Any] | None = None
    #: Why there is no URL to redirect to.
    _url_fault: Exception | None = None
    _lock: Lock | None = None
    _writes: Writes
    # The next two are in json.
    #: Tells whether the view knows what to send of an object.
    _shows_objects: Callable[[], bool]
    #: Makes the response that sends it.
    render_json_response: Callable[..., HttpResponse]

    @cached_property
    def _sent_body(self) -> Body:
        """What was sent. It is read when the view first asks for it."""
        return read_body(self.request)

    def _is_safe(self) -> bool:
        request = getattr(self, "request", None)
        return request is None or request.method in SAFE_METHODS

    def _writes_objects(self) -> bool:
        return self._kind is not Kind.OTHER and not self._is_safe()

    def _note_url(self, hook: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return super()._note_url(hook, *args, **kwargs)
        except (ImproperlyConfigured, NoReverseMatch) as error:
            if self._is_page or not self._writes_objects():
                raise
            # Only a page leads somewhere else.
            self._url_fault, self._last_url = error, self.request.path
            return self._last_url

    def _represent(self, step: str, response: Any) -> Any:
        if self._is_page or not self._writes_objects():
            return response
        if step == "form_invalid":
            is_success = isinstance(response, HttpResponseBase) and response.status_code < 400
            return self._answer_invalid(self._invalid_form) if is_success else response
        is_success = step != "" and (self._succeeded() or self._kind is Kind.DELETE)
        if is_success and isinstance(response, HttpResponseRedirectBase) and self._may_replace(response):
            return self._answer_success(response)
        return response

    async def _end_step_later(self, step: str, pending: Any) -> Any:
        response = await sync_to_async(self._represent)(step, await pending)
        return self._with_status(step, response)

    # A success

    def _answer_success(self, former: HttpResponseBase) -> HttpResponseBase:
        """Return the response to what was done, in the place of the page that shows it."""
        if self._lock is not None:
            self._lock.renew()
        created, saved = self._created(), self._find_saved()
        status = self._status_of_view(None)
        if status is not None and 300 <= status < 400:
            if self._url_fault is not None:
                raise self._url_fault
            return former
        shown = None
        if saved is not None and self._shows_objects() and status not in (204, 205):
            # What GET sends is what the database has.
            shown = self._read_back(saved, self._last_queryset)
        if status is None or status >= 400:
            status = 204 if shown is None else 200 if created is None else 201
        build = self._build_nothing if shown is None else self.render_json_response
        response = in_place_of(former, self._render_by(build, shown, {"status": status}))
        if created is not None and saved is not None and (url := self._url_of(saved, former)) is not None:
            response.headers.setdefault("Location", url)
        if self._lock is not None:
            self._lock.answer = response
        return response

    def _find_saved(self) -> Model | None:
        """Return the object that a view of objects has saved."""
        if self._kind not in (Kind.CREATE, Kind.UPDATE):
            return None
        for subject in (getattr(self, "object", None), getattr(self._last_form, "instance", None)):
            if isinstance(subject, Model) and subject.pk is not None and not subject._state.adding:
                return subject
        return None

    def _status_of_view(self, context: Any) -> int | None:
        """Return the status that StatusResponseMixin gives."""
        get_status_code: Callable[[Any], int | None] | None = getattr(self, "get_status_code", None)
        return None if get_status_code is None else get_status_code(context)

    def _build_nothing(self, context: Any, *, status: int, **response_kwargs: Any) -> HttpResponse:
        headers = response_kwargs.get("headers")
        if status in (204, 205):  # no middleware adds a Content-Length to these
            return response_class_for(status)(headers=headers)
        response = HttpResponse(status=status, headers=headers)
        del response.headers["Content-Type"]
        return response

    def _url_of(self, created: Model, former: HttpResponseBase) -> str | None:
        """Return where the object that was created is, or leads."""
        get_absolute_url = getattr(created, "get_absolute_url", None)
        if get_absolute_url is not None:
            return str(get_absolute_url())
        return former.headers["Location"] if self._url_fault is None else None

    # A form that is not valid

    def _answer_instead(self, context: Any, response_kwargs: dict[str, Any]) -> HttpResponseBase | None:
        """
        Return what answers a write in the place of a page that shows a form again, or a logout; None for other pages.

        Raise HttpError if dispatch() of the view shows a page instead of calling the handler, as for an old link.
        """
        if self._writes_objects() and not self._writes.has_begun and response_kwargs.get("status") is None:
            raise HttpError(403, _("The view does not take this request. Nothing was changed."))
        if self._invalid_form is not None and self._step == "form_invalid":
            return self._answer_errors(context, **response_kwargs)
        return self._answer_success(HttpResponse()) if self._kind is Kind.LOGOUT else None

    def _answer_invalid(self, form: Any) -> HttpResponseBase:
        """Return the problem of a form that is not valid."""
        self._step, self._invalid_form = "form_invalid", form
        return self._answer_errors({"form": form})

    def _answer_errors(self, context: Any, **response_kwargs: Any) -> HttpResponseBase:
        status = response_kwargs.get("status") or self._status_of_view(context)
        status = status if status is not None and status >= 400 else 422
        return self._render_by(self._build_errors, context, {**response_kwargs, "status": status})

    def _build_errors(self, context: Any, *, status: int, **response_kwargs: Any) -> ProblemResponse:
        body: Body | None = vars(self).get("_sent_body")
        errors = form_errors(self._invalid_form, None if body is None else body.json)
        return ProblemResponse(status, errors=errors, headers=response_kwargs.get("headers"))

    # What only saving has found out

    def _answer_fault(self, error: DatabaseError | ValidationError) -> Any:
        """Return, or raise, the answer to what was found only when it was saved. Raise any other error again."""
        if isinstance(error, ProtectedError | RestrictedError):
            subjects = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
            names = ", ".join(sorted({str(subject._meta.verbose_name_plural) for subject in subjects}))
            detail = _("This cannot be deleted, as others refer to it: %(names)s.") % {"names": names}
            raise HttpError(409, detail) from error
        form = self._last_form
        if form is None and self._kind is Kind.DELETE:
            # Views that delete without a form: the model may refuse it all the same.
            form = Form({})
            form.full_clean()
        # Before the form has cleaned, nothing is saved.
        if form is not None and vars(form)["_errors"] is not None and blame(form, error):
            response: Any = self._answer_invalid(form)
            if not isinstance(error, IntegrityError | ValidationError):  # the value may be one that the view has made
                what = (response.reason_phrase, self.request.path)
                log_response("%s: %s", *what, response=response, request=self.request, exception=error)
            return response
        if self._kind is Kind.DELETE and isinstance(error, IntegrityError):
            raise HttpError(409, _("This cannot be deleted, as others refer to it.")) from error
        raise error
