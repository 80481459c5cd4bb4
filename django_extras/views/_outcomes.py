"""What a view has done: which of its methods decided the outcome, and whether that created or deleted anything."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db.models import QuerySet
from django.http.response import HttpResponseRedirectBase
from django.utils.encoding import iri_to_uri
from django.views.generic.edit import BaseUpdateView, DeletionMixin

from ._rendering import RenderingMixin

OUTCOMES = frozenset({"created", "deleted", "empty", "form_invalid", "form_valid"})
DELETIONS = frozenset({"delete", "process_deletion"})  # Django's DeletionMixin, neapolitan's CRUDView

_PATH_OR_URL = re.compile(r"/|[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class OutcomesMixin(RenderingMixin):
    """Note which method a view has come to, and tell the outcome by that."""

    _step = ""  # the last watched method that was called, save for get() out of form_valid() or form_invalid()
    _unsaved: tuple[Any, Any] = (None, None)  # the view's object and the form's instance, as form_valid() found them
    _success_url: Any = None  # what get_success_url() returned

    def _begin(self, name: str, form: Any) -> None:
        """Note that a watched method begins; `form` is its first argument, which is a form for form_valid()."""
        # The form stays invalid when form_invalid() shows the page by get().
        if self._step not in OUTCOMES or name not in {"get", "head"}:
            self._step = name
        if name == "form_valid":
            instance = getattr(form, "instance", None)
            self._unsaved = (getattr(self, "object", None), instance if _is_unsaved(instance) else None)

    def _note_success_url(self, get_success_url: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._success_url = get_success_url(*args, **kwargs)
        return self._success_url

    def _is_success(self, step: str, redirect: HttpResponseRedirectBase) -> bool:
        """Tell whether the redirect is what a method returned that saved or deleted, and not one to log in first."""
        if step != self._step or not self._succeeded():
            return False
        return redirect.url == iri_to_uri(str(self._success_url)) or not names_way_back(redirect)

    def _succeeded(self) -> bool:
        return self._step == "form_valid" or self._has_deleted()

    def _has_created(self) -> bool:
        """Tell whether form_valid() saved what was not saved before it."""
        if self._step != "form_valid":
            return False
        before, instance = self._unsaved
        if instance is not None and not _is_unsaved(instance):
            return True
        now = getattr(self, "object", None)
        return before is None and now is not None and not _is_unsaved(now)

    def _has_deleted(self) -> bool:
        if self._step == "post":  # vanilla's DeleteView; Django takes the key from an object that it deleted
            return getattr(getattr(self, "object", self), "pk", self) is None
        if self._step == "form_valid":
            return isinstance(self, DeletionMixin) and not isinstance(self, BaseUpdateView)
        return self._step in DELETIONS

    def _is_empty(self, context: Any) -> bool:
        """Tell whether the list has nothing on any page, and a date archive no dates either."""
        if not isinstance(context, Mapping) or (found := context.get("object_list")) is None:
            return False
        if (paginator := context.get("paginator")) is not None:
            if paginator.count is not None:
                return bool(paginator.count == 0)
            found = paginator.object_list  # that of JsonResponseMixin may not count
        some = found.exists() if isinstance(found, QuerySet) else bool(found)
        return not (some or context.get("date_list"))


def names_way_back(redirect: HttpResponseRedirectBase) -> bool:
    """
    Tell whether the query of a redirect has the field ``next``, or a path or a URL as a value.

    A redirect to a log-in page has, whichever page that is, so that it leads back to what was asked for.
    """
    return any(
        name == REDIRECT_FIELD_NAME or _PATH_OR_URL.match(value)
        for name, value in parse_qsl(urlsplit(redirect.url).query)
    )


def _is_unsaved(instance: Any) -> bool:
    state = getattr(instance, "_state", None)
    return state is not None and bool(state.adding)
