"""Page, order and filter the list of a list view, as the view says and as the query asks."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal
from weakref import WeakKeyDictionary

from django.core.exceptions import ImproperlyConfigured
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from django_extras.http.errors import HttpError
from django_extras.projection.bounded import BoundedDict
from django_extras.projection.keyset import Keyset
from django_extras.projection.sensitive import Allowed
from django_extras.views._contexts import is_filterset, shown_entry
from django_extras.views._links import url_of_page, url_with
from django_extras.views._ordering import check_list, check_names, in_order, read_names, with_key
from django_extras.views._pages import CursorPage, CursorPaginator, RowsAndKeys, UncountedPaginator, page_of, show


class ListMixin:
    """
    Page, order and filter the list of a list view. It leaves other views alone.

    The methods of the view on the right run as they would without it. What their context holds in the end is shown.
    """

    request: HttpRequest
    allow_sensitive: Allowed
    #: Returns the rows of objects.
    _rows: RowsAndKeys

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

    #: The lists for which the names of `json_ordering` were found to be right.
    _checked: ClassVar[WeakKeyDictionary[type, BoundedDict[Any, bool]]] = WeakKeyDictionary()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """
        Return the context of the view. A list without pages is in the order that the query asks for.

        Raise HttpError for a bad query.
        """
        self._refuse_invalid_filters(kwargs)
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # of the view
        if page_of(context) is None and shown_entry(self, context) == "object_list":
            objects = context["object_list"]
            ordered = self._in_order(objects)
            context |= {key: ordered for key, value in context.items() if value is objects}
        return context

    def _refuse_invalid_filters(self, entries: Mapping[str, Any]) -> None:
        """Raise HttpError for an invalid filter of django-filter, unless its view is lenient."""
        is_strict = getattr(self, "get_strict", lambda: True)
        for filterset in filter(is_filterset, entries.values()):
            if filterset.is_bound and not filterset.is_valid() and is_strict():
                raise HttpError(400, "The filter is invalid.", errors=_filter_errors(filterset))

    def get_paginate_by(self, *args: Any, **kwargs: Any) -> int | None:
        """Return the size of a page. Raise HttpError for a size in the query that is none."""
        size: int | None = super().get_paginate_by(*args, **kwargs)  # type: ignore[misc]  # of the view
        most = self.max_paginate_by
        text = None if most is None else self.request.GET.get(self.paginate_by_kwarg)
        return size if most is None or text is None else self._read_size(text, most)

    def _read_size(self, text: str, most: int) -> int:
        digits = text.lstrip("0")
        is_number = text.isascii() and text.isdigit() and digits != ""
        # A number of ten digits or more is above any size. It need not be read.
        size = int(digits) if is_number and len(digits) < 10 else most + 1
        if not is_number or (size > most and not self.cap_paginate_by):
            raise HttpError(400, f"{self.paginate_by_kwarg} must be a whole number from 1 to {most}.")
        return min(size, most)

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        """Return what the view's own method returns, for the list in order."""
        try:
            return super().paginate_queryset(self._in_order(queryset, in_pages=True), page_size)  # type: ignore[misc]
        except Http404 as error:
            raise HttpError(404, str(error)) from error

    def _in_order(self, objects: Any, *, in_pages: bool = False) -> Any:
        """
        Return the list in the order that the query asks for. In pages each row has a place of its own.

        The view on the right may have its own paginate_queryset() or get_paginator(), so each of ours orders the list.
        Once it is in order, it stays the same.
        """
        if self.json_ordering:
            self._check_ordering(objects)
        if names := self.get_requested_ordering():
            return in_order(objects, names)
        return with_key(objects) if in_pages and isinstance(objects, QuerySet) else objects

    def get_requested_ordering(self) -> list[str]:
        """Return the names in the query to order by. Raise HttpError for one that is not in `json_ordering`."""
        text = self.request.GET.get(self.ordering_kwarg) if self.json_ordering else None
        return read_names(text, self.json_ordering, self.ordering_kwarg) if text else []

    def _check_ordering(self, objects: Any) -> None:
        """Raise ImproperlyConfigured for a fault of `json_ordering`, whether or not a client asks for an order."""
        view, by_key = type(self).__name__, self.paginate == "cursor"
        check_list(objects, self.json_ordering, view)
        names = tuple(self.json_ordering)
        added = frozenset({*objects.query.annotations, *objects.query.extra}.intersection(names))
        case = (objects.model, names, added, by_key, repr(self.allow_sensitive))
        checked = self._checked.setdefault(type(self), BoundedDict())
        if case not in checked:
            check_names(objects, names, view, by_key, self.allow_sensitive)
            checked[case] = True

    def get_paginator(self, queryset: Any, per_page: int, *args: Any, **kwargs: Any) -> "Paginator[Any]":
        """Return the paginator of the view, or for Django's one that pages by key or does not count."""
        name = type(self).__name__
        if self.paginate not in ("page", "cursor"):
            raise ImproperlyConfigured(f'{name}.paginate must be "page" or "cursor", not {self.paginate!r}.')
        ordered = self._in_order(queryset, in_pages=True)
        if self.paginate == "cursor":
            return self._paginator_by_key(ordered, per_page, *args, **kwargs)
        view: Any = super()  # the method is that of the view on the right
        paginator: Paginator[Any] = view.get_paginator(ordered, per_page, *args, **kwargs)
        if self.count or type(paginator) is not Paginator:
            return paginator
        self._refuse_orphans(paginator, f"{name}.count = True")
        return UncountedPaginator(paginator.object_list, paginator.per_page)

    def _paginator_by_key(self, ordered: Any, /, *args: Any, **kwargs: Any) -> CursorPaginator:
        keyset = self._keyset(ordered)
        paginator = super().get_paginator(ordered, *args, **kwargs)  # type: ignore[misc]  # of the view
        if paginator.object_list is not ordered:
            keyset = self._keyset(paginator.object_list)
        self._refuse_orphans(paginator, f'{type(self).__name__}.paginate = "page"')
        return CursorPaginator(keyset, paginator.per_page, self.cursor_kwarg, self.request.GET)

    def _keyset(self, objects: Any) -> Keyset:
        """Return the order of a list in pages by key. Raise ImproperlyConfigured for a list that has none."""
        name = type(self).__name__
        if self.cursor_kwarg == getattr(self, "page_kwarg", None):
            raise ImproperlyConfigured(f"{name}.cursor_kwarg and {name}.page_kwarg must differ.")
        if not isinstance(objects, QuerySet):
            raise ImproperlyConfigured(f'{name} cannot page a {type(objects).__name__} by key. Use paginate = "page".')
        if objects._result_cache is not None:
            raise ImproperlyConfigured(
                f"{name} cannot page by key through a queryset that was read already. Leave it unread, or use "
                'paginate = "page".'
            )
        return Keyset(objects, name, self.allow_sensitive)

    def _refuse_orphans(self, paginator: "Paginator[Any]", remedy: str) -> None:
        if paginator.orphans:
            orphans = f"{type(self).__name__}.paginate_orphans"
            raise ImproperlyConfigured(
                f"{orphans} needs a count, to know which page is the last. Define {remedy} or remove {orphans}."
            )

    def _show_list(self, context: Mapping[str, Any]) -> tuple[list[Any], dict[str, str]]:
        """Return the rows of the list in a context, and the URLs of the other pages."""
        self._refuse_invalid_filters(context)
        page, objects, name = page_of(context), context["object_list"], type(self).__name__
        if page is None:
            if self.paginate == "cursor":
                raise ImproperlyConfigured(f"{name}.paginate needs the size of a page. Define {name}.paginate_by.")
            return self._rows(objects)[0], {}
        if self.paginate == "cursor" and not isinstance(page, CursorPage):
            raise ImproperlyConfigured(
                f'{name}.paginate = "cursor" needs its own paginator. Call super() in {name}.get_paginator().'
            )
        rows, links = show(page, objects, self._rows)
        return rows, self._urls(page, links)

    def _urls(self, page: Any, links: Mapping[str, Any]) -> dict[str, str]:
        if isinstance(page, CursorPage):
            return {relation: url_with(self.request, self.cursor_kwarg, text) for relation, text in links.items()}
        name = self.page_kwarg  # type: ignore[attr-defined]  # of the view
        match = self.request.resolver_match
        if match is not None and name in match.kwargs:
            urls = {relation: url_of_page(self.request, match, name, number) for relation, number in links.items()}
            return {relation: url for relation, url in urls.items() if url is not None}
        return {relation: url_with(self.request, name, str(number)) for relation, number in links.items()}


def _filter_errors(filterset: Any) -> list[dict[str, Any]]:  # of django-filter, which may not be installed
    return [
        {"parameter": filterset.form.add_prefix(name), "detail": error["message"], "code": error["code"]}
        for name, errors in filterset.errors.get_json_data().items()
        for error in errors
    ]
