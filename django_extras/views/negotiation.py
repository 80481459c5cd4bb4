"""Answer with a page or in JSON, whichever the client likes best."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, wraps
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.core.exceptions import BadRequest, ImproperlyConfigured, PermissionDenied, SuspiciousOperation
from django.core.handlers.exception import response_for_exception
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.decorators import classonlymethod
from django.utils.module_loading import import_string
from django.views import View

from django_extras.http._accept import preferred_type
from django_extras.http.errors import HttpError
from django_extras.views._bodies import has_json, is_json
from django_extras.views._error_pages import error_response
from django_extras.views._kinds import Kind
from django_extras.views._pages import show
from django_extras.views._privacy import vary_by_session
from django_extras.views._problems import log_failure, roll_back
from django_extras.views.json import JsonResponseMixin

# For these Django has pages.
_ERRORS = (Http404, PermissionDenied, BadRequest, SuspiciousOperation, MultiPartParserError)


class NegotiatedResponseMixin(JsonResponseMixin):
    """
    Answer with the view's template or in JSON: what the Accept field likes best (RFC 9110 12.5.1).

    Put it left of a view that renders a template::

        class BookList(NegotiatedResponseMixin, ListView):
            model = Book
            json_fields = ["title", "price"]

    Browsers and htmx get the page, with its forms, redirects and errors as they are without the mixin. ``fetch()`` and
    curl get it too, unless they ask for JSON. Clients that ask for JSON get what JsonResponseMixin answers; all its
    attributes work, and those for lists count for the page too. In a template ``page_obj.next_url`` and
    ``page_obj.previous_url`` are the URLs of the other pages, also in pages by cursor.

    Who likes both equally, or sends no Accept, gets JSON for a body in JSON, unless htmx sends it, and else the first
    of `content_types`. Parameters of media types, such as ``charset``, do not count. Who likes neither gets a 406 that
    names both: after access mixins, before the view's own method does anything. OPTIONS is answered to all.

    Each representation takes each body: a form of a browser with ``Accept: application/json``, and JSON with
    ``Accept: text/html``. PATCH, and PUT, which Django's forms do not read, work with both too.

    Every response has ``Vary: Accept``. HttpErrorMiddleware adds it to responses that are not the view's own.

    ``content_types = ("text/html", "application/json")``
        The media types of the page and of JSON. The first is for those without a preference. `content_type` is that
        of the template, as Django has it.
    """

    #: The media types of the page and of JSON, the one for clients without a preference first.
    content_types: Sequence[str] = ("text/html", "application/json")

    _vary = ("Accept",)
    _is_page = True

    if not TYPE_CHECKING:
        # Type checkers see that of the view on the right: neapolitan's takes a role.

        @classonlymethod
        def as_view(cls, *args: Any, **initkwargs: Any) -> Callable[..., Any]:
            """Return the view, whose responses depend on Accept. Raise ImproperlyConfigured if it renders nothing."""
            if not any("render_to_response" in vars(base) and not _is_ours(base) for base in cls.__mro__):
                raise ImproperlyConfigured(
                    f"{cls.__name__} renders no template, so it has no page. Add a view that renders one, such as "
                    f"TemplateView, define {cls.__name__}.render_to_response(), or use JsonResponseMixin."
                )
            view = super().as_view(*args, **initkwargs)

            @wraps(view)
            def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                try:
                    return _varied(view(request, *args, **kwargs))
                except (*_ERRORS, HttpError) as error:
                    if not _has_page(request):
                        raise
                    return _varied(_page_of_error(request, error))

            @wraps(view)
            async def answer_later(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                try:
                    response = view(request, *args, **kwargs)
                    return _varied(await response if isawaitable(response) else response)
                except (*_ERRORS, HttpError) as error:
                    if not _has_page(request):
                        raise
                    return _varied(await sync_to_async(_page_of_error)(request, error))

            return answer_later if iscoroutinefunction(view) else answer

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Choose what the request gets. What the client does not like is refused where the view would act."""
        chosen = self._preferred_type(request)
        self._is_page = chosen is not None and not is_json(chosen)
        if self._is_page and "content_type" not in vars(self):
            self.content_type: str | None = self._content_type_of_page()
        super().setup(request, *args, **kwargs)
        if chosen is None:
            # The handlers of neapolitan come after setup(), and braces' AllVerbsMixin has one for all methods.
            actions: Any = getattr(getattr(self, "role", None), "handlers", dict)().values()
            for name in {*self.http_method_names, *actions, getattr(self, "all_handler", "all")} - {"options"}:
                if hasattr(self, name):
                    setattr(self, name, self._refuse_types)

    def _answers_json(self, request: HttpRequest) -> bool:
        if getattr(self, "request", None) is request:
            return not self._is_page
        chosen = self._preferred_type(request)
        return chosen is None or is_json(chosen)

    def _preferred_type(self, request: HttpRequest) -> str | None:
        """Return which of the types the client likes best, or None if it likes neither."""
        types = list(self.content_types)
        if isinstance(self.content_types, str) or [*map(is_json, types)] not in ([True, False], [False, True]):
            raise ImproperlyConfigured(
                f"{type(self).__name__}.content_types is {self.content_types!r}. Name the type of the page and that "
                'of JSON, the one for clients without a preference first, such as ["text/html", "application/json"].'
            )
        # htmx's extension json-enc sends JSON, and puts what comes back into the page.
        if request.method not in ("GET", "HEAD") and has_json(request) and "HTTP_HX_REQUEST" not in request.META:
            types.sort(key=is_json, reverse=True)
        return preferred_type(request.META.get("HTTP_ACCEPT"), types, with_parameters=False)

    def _refuse_types(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        types = list(self.content_types)
        raise HttpError(406, f"There is {types[0]} and {types[1]}.", available=types)

    def get_content_type(self) -> str:
        """Return the media type of JSON."""
        return next(filter(is_json, self.content_types))

    # The page is made as it is without the mixin

    def render_to_response(self, context: Any = None, **response_kwargs: Any) -> HttpResponse:
        """Return what the view renders, or a JSON response."""
        renderer: Any = super(JsonResponseMixin, self) if self._is_page else super()
        response: HttpResponse = renderer.render_to_response(context, **response_kwargs)
        # For ``cache_page()`` on a method of the view.
        vary_by_session(self.request, response)
        patch_vary_headers(response, ["Accept"])
        return response

    def _content_type_of_page(self) -> Any:
        """Return the attribute that the view has without JsonResponseMixin."""
        has_one = (base for base in type(self).__mro__ if "content_type" in vars(base) and not _is_ours(base))
        found: Any = vars(next(has_one, View)).get("content_type")
        return found.__get__(self) if hasattr(found, "__get__") else found

    def _is_safe(self) -> bool:
        return super()._is_safe() or (self._is_page and not self._is_for_api())

    def _is_for_api(self) -> bool:
        """Tell whether the body is one that Django's own forms cannot read, or the view has a version to compare."""
        is_unread = self._kind is Kind.UPDATE and self.request.method in ("PUT", "PATCH")
        return is_unread or has_json(self.request) or self.version_field is not None

    def _finished(self, response: HttpResponseBase) -> HttpResponseBase:
        return response if self._is_page else super()._finished(response)

    def _get_prepared(self, get_object: Callable[..., Any], queryset: Any = None) -> Any:
        return get_object(queryset) if self._is_page else super()._get_prepared(get_object, queryset)

    def _refuse_invalid_filters(self, entries: Mapping[str, Any]) -> None:
        if not self._is_page:
            super()._refuse_invalid_filters(entries)

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        """Return what the view's own method returns. A template finds the URLs of the other pages on the page."""
        if not self._is_page:
            return super().paginate_queryset(queryset, page_size)
        try:
            found = super().paginate_queryset(queryset, page_size)
            page = found[1] if isinstance(found, tuple) else found
            links = self._urls(page, show(page, (), _keys)[1])
        except HttpError as error:
            # The page is missing, for which Django has a page.
            raise (error.__cause__ if isinstance(error.__cause__, Http404) else error) from None
        page.next_url, page.previous_url = links.get("next"), links.get("prev")
        page.is_alone = not (page.next_url or page.previous_url)
        return (*found[:3], page.has_other_pages()) if isinstance(found, tuple) else found


def _keys(objects: Any, names: Sequence[str] = ()) -> tuple[list[Any], list[list[Any]]]:
    """Return the keys of objects alone, as the template writes their rows."""
    return [], [list(key) for key in objects.values_list(*names)] if names else []


def _is_ours(base: type) -> bool:
    return base.__module__.partition(".")[0] in ("django_extras", "braces")


def _varied(response: Any) -> Any:
    if isinstance(response, HttpResponseBase):
        patch_vary_headers(response, ["Accept"])
    return response


# The pages of errors


def _has_page(request: HttpRequest) -> bool:
    """
    Tell whether Django would answer an error with a page, whatever else happens.

    A test may call the view and want the error. Middleware may want it too, such as HttpErrorMiddleware.
    """
    return request.resolver_match is not None and not _handles_exceptions(tuple(settings.MIDDLEWARE))


@lru_cache(maxsize=10)
def _handles_exceptions(middleware: tuple[str, ...]) -> bool:
    return any(hasattr(import_string(name), "process_exception") for name in middleware)


def _page_of_error(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """Return Django's page for an error, as Django makes it outside of the view, or that of an HttpError."""
    match: Any = request.resolver_match
    roll_back(match.func)
    if isinstance(error, _ERRORS):
        return response_for_exception(request, error)
    error = cast(HttpError, error)
    response = error_response(request, error)
    log_failure(error, request, response)
    return response
