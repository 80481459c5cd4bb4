"""If-Match: a row is written only if it still is what the client has read (RFC 9110 13.1.1)."""

from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

from django_extras.http._entity_tags import parse_tags
from django_extras.http.errors import HttpError
from django_extras.views._kinds import Kind
from django_extras.views._versions import Version, is_named, refuse_lock_without_version, version_of

_CONDITIONS = frozenset({"HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"})


class Lock:
    """
    The row that the handler of a view writes: locked, compared with the conditions of the request, and renewed.

    The row is locked after the view's own ``get_object()``, with all its checks, and before the body is read.
    """

    def __init__(self, view: Any) -> None:
        self._view = view
        self._has_row = view._kind in (Kind.UPDATE, Kind.DELETE)
        #: The object whose row is locked, and the version that the row has.
        self._held: tuple[Model, Version] | None = None
        self._has_compared = False
        #: The version that the row got.
        self.written: str | None = None
        #: What is answered to it.
        self.answer: Any = None

    @classmethod
    def of(cls, view: Any) -> "Lock | None":
        """Return the lock of a view for its request; None if neither of them has a version."""
        if view.require_if_match:
            refuse_lock_without_version(view)
        has_version = view.version_field is not None or not _CONDITIONS.isdisjoint(view.request.META)
        return cls(view) if has_version else None

    def begin(self) -> None:
        """Compare what is no row, before anything is done."""
        if not self._has_row:
            self._compare(None)

    def hold(self, found: Any) -> bool:
        """Lock the row of an object, and compare its version. Return False if the object had another one."""
        view = self._view
        if not (view._writes.has_begun and self._has_row and isinstance(found, Model)):
            return True
        if view.version_field is None:
            self._compare(None)
            return True
        view._join(found)
        loaded = version_of(view, found)
        held = loaded.locked()
        if held is None:
            raise HttpError(404)
        self._compare(held.text())
        self._held = found, held
        return bool(held.value == loaded.value)

    def hold_current(self, found: Any) -> None:
        """Lock the row of an object, and have the object be what the row is, wherever it was loaded from."""
        if not self.hold(found) and self._held is not None:
            self._held[1].refresh(found)

    async def hold_later(self, pending: Any) -> Any:
        """Return the object that is awaited, with its row locked."""
        found = await pending
        await sync_to_async(self.hold_current)(found)
        return found

    def hold_of(self, form: BaseForm) -> None:
        """Lock the row of a form's object, wherever the view has got it, and let no client set the version."""
        instance = getattr(form, "instance", None)
        if self._held is None and instance is not None and not instance._state.adding:
            self.hold_current(instance)
        name = self._view.version_field
        if name in form.fields and name not in form.declared_fields:  # type: ignore[attr-defined]  # its metaclass has set it
            form.fields[name].disabled = True

    def save(self, form: Any) -> None:
        """Have the form save the version that the row has: the form may have set another one, the client never."""
        if self._held is not None:
            self._held[1].put_on(getattr(form, "instance", None))

    def settle(self, response: Any) -> None:
        """Compare what no method of the view has compared yet, and renew the version, unless the view has failed."""
        # A page shows a form with its faults with 200.
        if getattr(response, "status_code", 500) < 400 and (self._view._succeeded() or not self._view._is_page):
            if not self._has_compared:
                self._compare(None)
            self.renew()

    def renew(self) -> None:
        """Give the row a version that it never had, unless saving has done so."""
        view = self._view
        if self.written is not None or view.version_field is None:
            return
        if self._held is not None:
            found, held = self._held
            if found.pk is not None:  # it was not deleted
                renewed = held.renewed()
                self.written = renewed.text()
                for subject in (found, getattr(view, "object", None), getattr(view._last_form, "instance", None)):
                    renewed.put_on(subject)
        elif (created := view._created()) is not None:
            self.written = version_of(view, created).stored().text()

    def _compare(self, version: str | None) -> None:
        """
        Raise HttpError if the conditions of the request do not hold for this version.

        Without one, no tag is known: If-Match may say no more than that there is something.
        """
        self._has_compared = True
        view, request = self._view, self._view.request
        if_match = request.META.get("HTTP_IF_MATCH")
        if if_match is None and view.require_if_match and self._has_row and not view._is_page:
            raise HttpError(428, _("Send If-Match with the ETag that GET has given."))
        if if_match is not None and (tags := parse_tags(if_match)) != ["*"]:
            if version is None:
                raise HttpError(412, _("This has no version that If-Match could name. Send If-Match: * or none."))
            if not is_named(version, tags, weakened=accepts_coding(request)):
                raise HttpError(412, _("This has changed since you got it. Get it again, then repeat your change."))
        if_none_match = request.META.get("HTTP_IF_NONE_MATCH")
        if if_none_match is not None and self._has_row:
            tags = parse_tags(if_none_match)
            if version is None or tags == ["*"] or is_named(version, tags, weakened=True):
                raise HttpError(412, _("If-None-Match names what is there. Send the request without it to change it."))


def accepts_coding(request: HttpRequest) -> bool:
    """Tell whether the client takes compressed content, so that its tags may be weak."""
    return request.META.get("HTTP_ACCEPT_ENCODING", "").strip().lower() not in ("", "identity")
