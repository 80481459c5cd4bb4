"""What a view has done: its methods are watched, and tell the outcome, and whether it created or deleted anything."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from inspect import isawaitable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseRedirectBase
from django.utils.encoding import iri_to_uri
from django.views.generic.edit import BaseUpdateView, DeletionMixin

from ._rendering import RenderingMixin

#: The outcomes that a view may name a status for.
OUTCOMES = frozenset({"created", "deleted", "empty", "form_invalid", "form_valid"})

#: What the methods stand for that decide the outcome.
STEPS = {
    "form_valid": "form_valid",
    "form_invalid": "form_invalid",
    "delete": "deleted",  # of Django's DeletionMixin
    "process_deletion": "deleted",  # of neapolitan
    "forms_valid": "form_valid",  # of django-extra-views, as the next three
    "forms_invalid": "form_invalid",
    "formset_valid": "form_valid",
    "formset_invalid": "form_invalid",
}

#: The methods that return the URL of a redirect.
_URL_HOOKS = ("get_success_url", "get_redirect_url")

_PATH_OR_URL = re.compile(r"/|[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class OutcomesMixin(RenderingMixin):
    """
    Watch methods of a view: on the one instance of the request, something else is called with the method in its place.

    A subclass's method often does not call ``super()``, so an override left of it would not see the call. And
    ``dispatch()`` of the class carries marks of decorators such as csrf_exempt, which ``as_view()`` reads.
    """

    #: The methods that this one instance has. The first is Django's.
    _added_methods: tuple[str, ...] = ("head",)
    #: What the method stands for that ran last. "post" stands for the deletion in vanilla's DeleteView.
    _step = ""
    #: The view's object, and the instance of the form if it was unsaved, before the first form_valid().
    _before: tuple[Any, Any] | None = None
    #: What get_success_url() or get_redirect_url() returned last.
    _last_url: Any = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Add methods that the view lacks, and watch those that there are."""
        super().setup(request, *args, **kwargs)
        self._add_methods()
        self._watch_methods()

    def _add_methods(self) -> None:
        """Add methods that the view on the right lacks."""

    def _watch_methods(self) -> None:
        """Watch the methods that tell the outcome. If a method is watched twice, the later watch is the outer one."""
        if steps := self._watched_steps():
            for name, step in steps.items():
                self._watch_method(name, self._run_step, step)
            for name in _URL_HOOKS:
                self._watch_method(name, self._note_url)

    def _watched_steps(self) -> dict[str, str]:
        """Return the names of methods, each with the step that it stands for; "" for a handler. See _forms, status."""
        return {}

    def _watch_method(self, name: str, watch: Callable[..., Any], *args: Any) -> None:
        """Have `watch` called in the place of a method of the view, if there is one, with `args` and the method."""
        if callable(method := getattr(self, name, None)):
            self._add_method(name, partial(watch, *args, method))

    def _add_method(self, name: str, method: Callable[..., Any]) -> None:
        setattr(self, name, method)
        self._added_methods += (name,)

    def _let_go(self) -> None:
        """Drop these methods. They refer to the view, so it and its request would wait for the garbage collector."""
        for name in self._added_methods:
            vars(self).pop(name, None)

    def _note_url(self, hook: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._last_url = hook(*args, **kwargs)
        return self._last_url

    def _run_step(self, step: str, method: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if step:
            self._note_step(step, args[0] if args else kwargs.get("form"))
        response = method(*args, **kwargs)
        if isawaitable(response):
            return self._end_step_later(step, response)
        return self._with_status(step, self._represent(step, response))

    def _note_step(self, step: str, form: Any) -> None:
        """Note that a method of this step is called, with this form."""
        self._step = step
        if step == "form_valid" and self._before is None:
            instance = getattr(form, "instance", None)
            self._before = (getattr(self, "object", None), instance if _is_unsaved(instance) else None)

    async def _end_step_later(self, step: str, pending: Any) -> Any:
        return self._with_status(step, await pending)

    def _represent(self, step: str, response: Any) -> Any:
        """Return the representation of what a watched method has done, or else the response that it returned."""
        return response

    def _with_status(self, step: str, response: Any) -> Any:
        """Return the response with the status that the view names, or else the response itself."""
        return response

    def _outcomes(self) -> Iterator[str]:
        """Return the outcomes, the most specific first."""
        if self._has_deleted():
            yield "deleted"
        elif self._created() is not None:
            yield "created"
        if self._step in OUTCOMES:
            yield self._step

    def _succeeded(self) -> bool:
        return self._step == "form_valid" or self._has_deleted()

    def _has_deleted(self) -> bool:
        if self._step == "post":  # Django takes the key from an object that it deleted
            return getattr(getattr(self, "object", self), "pk", self) is None
        if self._step == "form_valid":
            return isinstance(self, DeletionMixin) and not isinstance(self, BaseUpdateView)
        return self._step == "deleted"

    def _created(self) -> Any:
        """Return what form_valid() saved that was not saved before; None if there is no such object."""
        if self._step != "form_valid" or self._before is None:
            return None
        before, instance = self._before
        if instance is not None and not _is_unsaved(instance):
            return instance
        now = getattr(self, "object", None)
        return None if before is not None or _is_unsaved(now) else now

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

    def _may_replace(self, redirect: HttpResponseRedirectBase) -> bool:
        """
        Tell whether the redirect does not ask to log in first.

        A redirect to a log-in page, whichever page that is, has the way back in its query: the field ``next``, or a
        path or a URL as a value. A redirect to what ``get_success_url()`` returned may have that too.
        """
        names_way_back = "?" in redirect.url and any(
            name == REDIRECT_FIELD_NAME or _PATH_OR_URL.match(value)
            for name, value in parse_qsl(urlsplit(redirect.url).query)
        )
        return not names_way_back or redirect.url == iri_to_uri(str(self._last_url))


def _is_unsaved(instance: Any) -> bool:
    state = getattr(instance, "_state", None)
    return state is not None and bool(state.adding)
