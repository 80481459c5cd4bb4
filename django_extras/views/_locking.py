"""If-Match: a row is written only if it still is what the client has read (RFC 9110 13.1.1)."""

from collections.abc import Callable, Iterator
from functools import partial
from inspect import getattr_static, isawaitable
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.db import router
from django.db.models import Model
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from django_extras.http._preconditions import parse_tags
from django_extras.http.errors import HttpError
from django_extras.views._forms import FormsMixin
from django_extras.views._kinds import Kind
from django_extras.views._versions import Version, is_named, refuse_lock_without_version, version_field


class LockingMixin(FormsMixin):
    """
    Lock the row that a handler writes, compare its version with If-Match, and give it a new one.

    The row is locked after the view's own ``get_object()``, with all its checks, and before the body is read.
    """

    #: The field of the model that changes whenever the row does, such as ``"version"`` or ``"updated_at"``.
    version_field: str | None = None
    #: Whether to refuse PUT, PATCH, DELETE, and POST to a view that updates or deletes, without If-Match.
    require_if_match: bool = False

    #: The object whose row is locked, and the version that the row has.
    _held: tuple[Model, Version] | None = None
    #: The version that the row got.
    _written: str | None = None
    _has_compared = False
    #: What is answered to it.
    _success: HttpResponseBase | None = None

    #: Whether the handler locks rows.
    _locks = False

    def _watches(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        yield from super()._watches()
        if not self._writes_objects():
            return
        refuse_lock_without_version(self)
        self._writes.is_exclusive = self.version_field is not None
        self._locks = True
        own = getattr_static(type(self), "get_object", None)
        if own is not None and not isinstance(own, property):
            # It comes before ours, which it may or may not call. The row is locked when it has ended.
            yield "get_object", self._hold_object

    def _writes_rows(self) -> bool:
        return self._kind in (Kind.UPDATE, Kind.DELETE)

    def _begin(self) -> None:
        super()._begin()
        if not self._writes_rows():
            self._compare(None)  # before anything is done

    # The row, locked

    if not TYPE_CHECKING:
        # Type checkers see the method of the view on the right, which users override.

        @property
        def get_object(self) -> Callable[..., Any]:
            """Return the view's own method. The row of what it returns is locked."""
            get_object = super().get_object
            is_watched = not self._locks or "get_object" in vars(self)
            return get_object if is_watched else partial(self._hold_object, get_object)

    def _hold_object(self, get_object: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return the view's object, with its row locked if the handler asks for it."""
        found = get_object(*args, **kwargs)
        if isawaitable(found):
            return self._hold_later(found)
        if not self._hold(found):
            # Somebody else wrote the row before it was locked. Whether the view shows it still, it decides itself.
            found = get_object(*args, **kwargs)
            self._hold_current(found)
        return found

    async def _hold_later(self, pending: Any) -> Any:
        found = await pending
        await sync_to_async(self._hold_current)(found)
        return found

    def _hold_current(self, found: Any) -> None:
        """Lock the row of an object, and have the object be what the row is, wherever it was loaded from."""
        if not self._hold(found) and self._held is not None:
            self._held[1].refresh(found)

    def _hold(self, found: Any) -> bool:
        """Lock the row of an object, and compare its version. Return False if the object had another one."""
        if not (self._writes.has_begun and self._writes_rows() and isinstance(found, Model)):
            return True
        if self.version_field is None:
            self._compare(None)
            return True
        self._join(found)
        loaded = self._version_of(found)
        held = loaded.locked()
        if held is None:
            raise HttpError(404)
        self._compare(held.text())
        self._held = found, held
        return bool(held.value == loaded.value)

    def _compare(self, version: str | None) -> None:
        """
        Raise HttpError if the conditions of the request do not hold for this version.

        Without one, no tag is known: If-Match may say no more than that there is something.
        """
        self._has_compared = True
        if_match = self.request.META.get("HTTP_IF_MATCH")
        if if_match is None and self.require_if_match and self._writes_rows() and not self._is_page:
            raise HttpError(428, _("Send If-Match with the ETag that GET has given."))
        if if_match is not None and (tags := parse_tags(if_match)) != ["*"]:
            if version is None:
                raise HttpError(412, _("This has no version that If-Match could name. Send If-Match: * or none."))
            if not is_named(version, tags, weakened=self._accepts_coding()):
                raise HttpError(412, _("This has changed since you got it. Get it again, then repeat your change."))
        if_none_match = self.request.META.get("HTTP_IF_NONE_MATCH")
        if if_none_match is not None and self._writes_rows():
            tags = parse_tags(if_none_match)
            if version is None or tags == ["*"] or is_named(version, tags, weakened=True):
                raise HttpError(412, _("If-None-Match names what is there. Send the request without it to change it."))

    def _accepts_coding(self) -> bool:
        """Tell whether the client takes compressed content, so that its tags may be weak."""
        return self.request.META.get("HTTP_ACCEPT_ENCODING", "").strip().lower() not in ("", "identity")

    # Its new version

    def _fill_in(self, get_form: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        form = super()._fill_in(get_form, *args, **kwargs)
        instance = getattr(form, "instance", None)
        if self._held is None and instance is not None and not instance._state.adding:
            self._hold_current(instance)  # the view has got it in its own way
        if self.version_field in form.fields and self.version_field not in form.declared_fields:
            form.fields[self.version_field].disabled = True
        return form

    def _watch(self, step: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if step == "form_valid" and self._held is not None:
            # The form may have set it, the client never.
            form = args[0] if args else kwargs.get("form")
            self._held[1].put_on(getattr(form, "instance", None))
        return super()._watch(step, method, *args, **kwargs)

    def _answer_success(self, former: HttpResponseBase) -> HttpResponseBase:
        self._renew()
        self._success = super()._answer_success(former)
        return self._success

    def _settle(self, response: Any) -> Any:
        response = super()._settle(response)
        # A page shows a form with its faults with 200.
        if getattr(response, "status_code", 500) < 400 and (self._succeeded() or not self._is_page):
            if not self._has_compared:
                self._compare(None)
            self._renew()
        return response

    def _renew(self) -> None:
        """Give the row a version that it never had, unless saving has done so."""
        if self._written is not None or self.version_field is None:
            return
        if self._held is not None:
            found, held = self._held
            if found.pk is not None:  # it was not deleted
                renewed = held.renewed()
                self._written = renewed.text()
                for subject in (found, getattr(self, "object", None), getattr(self._form, "instance", None)):
                    renewed.put_on(subject)
        elif (created := self._created()) is not None:
            self._written = self._version_of(created).stored().text()

    def _version_of(self, subject: Model) -> Version:
        """Return the version of an object. Raise ImproperlyConfigured if it has none."""
        field = version_field(type(subject), self.version_field or "", type(self).__name__)
        return Version.of(subject, field, router.db_for_write(type(subject), instance=subject))
