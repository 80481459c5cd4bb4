"""Lists in pages: by number, by number without COUNT, or by key; the query may choose their order and size."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, Resolver404, ResolverMatch, resolve, reverse
from django.utils.encoding import escape_uri_path

from django_extras.http.errors import HttpError
from django_extras.projection.keyset import Keyset
from django_extras.projection.queries import yields_models
from django_extras.views._cursor import read_cursor, write_cursor

#: The largest row number that every database takes.
_MAX_ROW = 2**63 - 1


class PagesMixin:
    """Page, order and check the list of a list view. It leaves other views alone."""

    request: HttpRequest

    #: Whether to count the rows of a list in pages. Without it there is no ``count``, no link to the last page and no
    #: `paginate_orphans`.
    count: bool = True
    #: ``"page"`` for pages by number; ``"cursor"`` for pages by key, which cost the same anywhere in the list.
    paginate: Literal["page", "cursor"] = "page"
    #: The parameter that holds the cursor.
    cursor_kwarg: str = "cursor"
    #: The largest page that the query may ask for, or None if it may not choose.
    max_paginate_by: int | None = None
    #: The parameter that holds the size of the page.
    paginate_by_kwarg: str = "paginate_by"
    #: Whether a size above the largest means the largest. If not, it is refused with 400.
    cap_paginate_by: bool = True
    #: The names that the query may order by; with a ``-`` in front, it orders downwards.
    json_ordering: Sequence[str] = ()
    #: The parameter that holds the names, with commas between.
    ordering_kwarg: str = "ordering"

    def get_context_data(self, *, object_list: Any = None, **kwargs: Any) -> dict[str, Any]:
        """Return the context, with the list in the order that the query asks for. Raise HttpError for a bad query."""
        self._refuse_invalid_filter(kwargs.get("filter"))
        objects = object_list if object_list is not None else getattr(self, "object_list", None)
        if objects is not None and (names := self.get_requested_ordering()):
            if not isinstance(objects, QuerySet):
                name = type(self).__name__
                raise ImproperlyConfigured(
                    f"{name}.json_ordering needs a queryset, and the view has a {type(objects).__name__}. Return a "
                    f"queryset from {name}.get_queryset()."
                )
            query = objects.query
            if query.is_sliced:
                name = type(self).__name__
                raise ImproperlyConfigured(
                    f"{name}.json_ordering needs a queryset without a slice. Return one from {name}.get_queryset(), "
                    f"and define {name}.paginate_by to send a part of it."
                )
            # The key last, so that rows that are equal otherwise keep their places from page to page. Rows of values
            # that are grouped, distinct or united are others with it.
            has_key = yields_models(objects) or not (query.group_by or query.distinct or query.combinator)
            object_list = objects.order_by(*names, *["pk"] * has_key)
        if object_list is not None:
            kwargs["object_list"] = object_list
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # of the view
        if self.paginate == "cursor" and "object_list" in context and context.get("page_obj") is None:
            name = type(self).__name__
            raise ImproperlyConfigured(f"{name}.paginate needs the size of a page. Define {name}.paginate_by.")
        return context

    def get_requested_ordering(self) -> list[str]:
        """Return the names in the query to order by. Raise HttpError for one that is not in `json_ordering`."""
        text = self.request.GET.get(self.ordering_kwarg, "") if self.json_ordering else ""
        names = text.split(",") if text else []
        if not {name.removeprefix("-") for name in names} <= set(self.json_ordering):
            raise HttpError(
                400,
                f"{self.ordering_kwarg} must be a comma-separated list of {', '.join(self.json_ordering)}, each with "
                "or without a - in front.",
            )
        return names

    def get_paginate_by(self, *args: Any, **kwargs: Any) -> int | None:
        """Return the size of a page. Raise HttpError for a size in the query that is none."""
        text = self.request.GET.get(self.paginate_by_kwarg) if self.max_paginate_by is not None else None
        if text is None or self.max_paginate_by is None:
            size: int | None = super().get_paginate_by(*args, **kwargs)  # type: ignore[misc]  # of the view
            return size
        is_number = text.isascii() and text.isdigit() and text.strip("0") != ""
        # More digits than any size has need no look at their value.
        size = int(text) if is_number and len(text) < 10 else self.max_paginate_by + 1
        if not is_number or (size > self.max_paginate_by and not self.cap_paginate_by):
            raise HttpError(400, f"{self.paginate_by_kwarg} must be a whole number from 1 to {self.max_paginate_by}.")
        return min(size, self.max_paginate_by)

    def get_paginator(self, queryset: Any, per_page: int, *args: Any, **kwargs: Any) -> "Paginator[Any]":
        """Return the paginator, one that does not count if the view does not."""
        if not self.count and getattr(self, "paginator_class", Paginator) is Paginator:
            if kwargs.get("orphans"):
                name = type(self).__name__
                raise ImproperlyConfigured(
                    f"{name}.paginate_orphans needs a count, to know which page is the last. Define {name}.count = "
                    f"True or remove {name}.paginate_orphans."
                )
            return UncountedPaginator(queryset, per_page)
        view: Any = super()  # the method is that of the view on the right
        paginator: Paginator[Any] = view.get_paginator(queryset, per_page, *args, **kwargs)
        return paginator

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        """Return what the view asks for: the paginator, the page, its objects and whether there are other pages."""
        if self.paginate == "page":
            try:
                return super().paginate_queryset(queryset, page_size)  # type: ignore[misc]  # of the view
            except Http404 as error:
                raise HttpError(404, str(error)) from error
        name = type(self).__name__
        if self.paginate != "cursor":
            raise ImproperlyConfigured(f'{name}.paginate must be "page" or "cursor", not {self.paginate!r}.')
        if not isinstance(queryset, QuerySet):
            raise ImproperlyConfigured(
                f'{name} cannot page a {type(queryset).__name__} by key. Use paginate = "page".'
            )
        keyset = Keyset(queryset, name)
        text = self.request.GET.get(self.cursor_kwarg)
        key, backward = None, False
        if text:
            cursor = read_cursor(text, order=keyset.signature)
            if cursor is None:
                raise self._bad_cursor()
            key, backward = cursor
        try:
            page = CursorPage(keyset, page_size, key, backward)
        except (TypeError, ValueError, ValidationError) as error:
            # A column takes other values than it did when the cursor was made.
            raise self._bad_cursor() from error
        return None, page, page.object_list, True

    def _bad_cursor(self) -> HttpError:
        return HttpError(400, f"{self.cursor_kwarg} is not one that this list gave out.")

    def _refuse_invalid_filter(self, filterset: Any) -> None:
        """Raise HttpError for an invalid filter of django-filter, unless its view is lenient."""
        is_strict = getattr(self, "get_strict", lambda: True)
        if filterset is not None and filterset.is_bound and is_strict() and not filterset.is_valid():
            raise HttpError(
                400,
                "The filter is invalid.",
                errors=[
                    {"parameter": filterset.form.add_prefix(name), "detail": error["message"], "code": error["code"]}
                    for name, errors in filterset.errors.get_json_data().items()
                    for error in errors
                ],
            )

    def _page_links(self, page: Any) -> dict[str, str]:
        """Return the absolute URLs of the other pages by relation type (RFC 8288), where there are such pages."""
        if isinstance(page, CursorPage):
            return {
                relation: url_with(self.request, self.cursor_kwarg, cursor)
                for relation, cursor in page.cursors().items()
            }
        numbers = {"first": 1}
        if page.has_previous():
            numbers["prev"] = page.previous_page_number()
        if page.has_next():
            numbers["next"] = page.next_page_number()
        if page.paginator.count is not None:
            numbers["last"] = page.paginator.num_pages
        name = self.page_kwarg  # type: ignore[attr-defined]  # of the view
        match = self.request.resolver_match
        if match is not None and name in match.kwargs:
            paths = {relation: path_of_page(self.request, match, name, number) for relation, number in numbers.items()}
            return {relation: url_at(self.request, path) for relation, path in paths.items() if path is not None}
        return {relation: url_with(self.request, name, str(number)) for relation, number in numbers.items()}


class UncountedPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs alone
    """Make pages without a count of the objects. The last page is where there is no more."""

    count = None  # type: ignore[assignment]  # unknown
    num_pages = None  # type: ignore[assignment]  # unknown

    def page(self, number: int | str | None) -> "UncountedPage":
        """Return the page of a number from 1, which is only found to be missing when its rows are read."""
        if number is None:
            raise Http404("Invalid page (last): Without a count it is not known which page is the last")
        try:
            number = int(number)
        except (TypeError, ValueError):
            raise PageNotAnInteger("That page number is not an integer") from None
        start = (number - 1) * self.per_page
        if not 0 <= start < _MAX_ROW - self.per_page:
            raise EmptyPage("That page number is out of range")
        return UncountedPage(self.object_list[start : start + self.per_page], number, self)


class UncountedPage(Page):  # type: ignore[type-arg]  # generic in the stubs alone
    """A page that knows whether there is a next one once its rows were read."""

    _has_next = False

    def with_one_more(self) -> Any:
        """Return the objects of the page, and the first of the next page."""
        start = (self.number - 1) * self.paginator.per_page
        return self.paginator.object_list[start : start + self.paginator.per_page + 1]

    def cut(self, rows: list[Any]) -> list[Any]:
        """Return those rows of ``with_one_more()`` that are of the page. Raise HttpError if a later page has none."""
        if not rows and self.number > 1:
            raise HttpError(404, f"Invalid page ({self.number}): That page contains no results")
        self._has_next = len(rows) > self.paginator.per_page
        return rows[: self.paginator.per_page]

    def has_next(self) -> bool:
        """Tell whether there is a next page."""
        return self._has_next

    def has_other_pages(self) -> bool:
        """Tell whether there may be other pages."""
        return True

    def next_page_number(self) -> int:
        """Return the number of the next page."""
        return self.number + 1

    def previous_page_number(self) -> int:
        """Return the number of the previous page."""
        return self.number - 1


class CursorPage:
    """The page after a key, or before it."""

    def __init__(self, keyset: Keyset, size: int, key: list[Any] | None, backward: bool) -> None:
        self.keyset = keyset
        self.size = size
        self.key = key
        self.backward = backward
        self._queryset = keyset.rows(key, backward=backward)
        #: The objects; in the opposite order where the page is before a key.
        self.object_list = self._queryset[:size]
        self._keys: list[list[Any]] = []
        self._has_more = False

    def with_one_more(self) -> Any:
        """Return the objects of the page and one beyond."""
        return self._queryset[: self.size + 1]

    def cut(self, rows: list[Any], keys: list[list[Any]]) -> list[Any]:
        """Return the rows of the page in order, of those that ``with_one_more()`` gave, whose keys are given."""
        self._has_more = len(rows) > self.size
        step = -1 if self.backward else 1
        self._keys = keys[: self.size][::step]
        return rows[: self.size][::step]

    def cursors(self) -> dict[str, str | None]:
        """Return the cursor of each related page by relation type. That of the first page is None."""
        cursors: dict[str, str | None] = {"first": None}
        if not self._keys:
            # All rows of the page are gone. What is left of the list begins on the first page.
            return cursors if self.key is None else {**cursors, "next" if self.backward else "prev": None}
        if self._has_more if self.backward else self.key is not None:
            cursors["prev"] = self._cursor(self._keys[0], backward=True)
        if self.backward or self._has_more:
            cursors["next"] = self._cursor(self._keys[-1], backward=False)
        return cursors

    def _cursor(self, key: list[Any], *, backward: bool) -> str:
        return write_cursor(key, backward=backward, order=self.keyset.signature)


def url_with(request: HttpRequest, name: str, value: str | None) -> str:
    """Return the absolute URL of the request with another value of a parameter, or without it for None."""
    query = request.GET.copy()
    if value is not None:
        query[name] = value
    elif name in query:
        del query[name]
    return urlsplit(request.build_absolute_uri())._replace(query=query.urlencode()).geturl()


def path_of_page(request: HttpRequest, match: ResolverMatch, name: str, number: int) -> str | None:
    """Return the path where the view has another number in that keyword argument, or None where no path is known."""
    try:
        return reverse(match.view_name, kwargs={**match.kwargs, name: number})
    except NoReverseMatch:
        # The path has no name of its own. Try it with the number in the place of the present one.
        parts = request.path_info.split("/")
    for index, part in enumerate(parts):
        if part == str(match.kwargs[name]):
            path = "/".join([*parts[:index], str(number), *parts[index + 1 :]])
            try:
                found = resolve(path)
            except Resolver404:
                continue
            kwargs = {**found.kwargs, name: str(found.kwargs.get(name))}
            if (found.func, found.args, kwargs) == (match.func, match.args, {**match.kwargs, name: str(number)}):
                return escape_uri_path(request.path.removesuffix(request.path_info) + path)
    return None


def url_at(request: HttpRequest, path: str) -> str:
    """Return the absolute URL of another path with the query of the request."""
    query = request.META.get("QUERY_STRING", "")
    return request.build_absolute_uri(f"{path}?{query}" if query else path)


def link_field(links: Mapping[str, str]) -> str:
    """Return the value of a Link field."""
    return ", ".join(f'<{url}>; rel="{relation}"' for relation, url in links.items())
