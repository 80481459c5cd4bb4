"""Pages that show themselves: by number, by number without COUNT, and by key."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache, partial
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import QuerySet
from django.http import Http404

from django_extras.http.errors import HttpError
from django_extras.projection.keyset import Keyset
from django_extras.views._cursor import IN_ROW, Cursor, read_cursor, write_cursor

#: The largest row number that every database takes.
_MAX_ROW = 2**63 - 1

#: A function of objects that returns a row for each, and what their queryset annotates under some names, if any.
RowsAndKeys = Callable[..., tuple[list[Any], list[list[Any]]]]
#: The rows of a page, and the numbers or cursors of the other pages by relation type (RFC 8288). The first page by key
#: has no cursor.
Shown = tuple[list[Any], Mapping[str, Any]]


def page_of(context: Mapping[str, Any]) -> Any:
    """Return the page in the context of a list view, or None."""
    page = context.get("page_obj")
    return page if hasattr(page, "paginator") else None


def show(page: Any, objects: Any, write: RowsAndKeys) -> Shown:
    """
    Return the rows of the objects that a view shows on a page, and the other pages.

    Which pages there are depends on the page alone, whatever the view left out of it.
    """
    if isinstance(page, UncountedPage | CursorPage):
        return page.show(objects, write)
    last = {} if page.paginator.count is None else {"last": page.paginator.num_pages}
    return write(objects)[0], {**_numbers(page), **last}


def _numbers(page: Any) -> dict[str, int]:
    numbers = {"first": 1}
    if page.has_previous():
        numbers["prev"] = page.previous_page_number()
    if page.has_next():
        numbers["next"] = page.next_page_number()
    return numbers


class UncountedPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs alone
    """Make pages without a count of the objects. The last page is where there is no more."""

    count = None  # type: ignore[assignment]  # unknown
    num_pages = None  # type: ignore[assignment]  # unknown
    page_range = range(0)  # pyright: ignore[reportIncompatibleMethodOverride, reportAssignmentType]  # unknown

    def page(self, number: int | str | None) -> "_OpenPage":
        """Return the page of a number from 1. Whether it has rows is known when they are read."""
        if number is None:
            raise Http404("Invalid page (last): Without a count it is not known which page is the last")
        try:
            number = int(number)
        except (TypeError, ValueError):
            raise PageNotAnInteger("That page number is not an integer") from None
        start = (number - 1) * self.per_page
        if not 0 <= start < _MAX_ROW - self.per_page:
            raise EmptyPage("That page number is out of range")
        return UncountedPage(self.object_list[start : start + self.per_page + 1], number, self)


class _OpenPage(Page):  # type: ignore[type-arg]  # generic in the stubs alone
    """A page of a list whose end is not known. It gets one object more than it shows."""

    #: Whether it is known that there are no other pages.
    is_alone = False

    def __init__(self, with_one_more: Any, number: int, paginator: Any) -> None:
        super().__init__(with_one_more[: paginator.per_page], number, paginator)
        self._with_one_more = with_one_more

    @cached_property
    def _count(self) -> int:
        """How many objects the page has, and one if there are more."""
        objects = self._with_one_more
        return objects.count() if isinstance(objects, QuerySet) else len(objects)

    def has_next(self) -> bool:
        """Tell whether there are more objects than the page shows."""
        return self._count > self.paginator.per_page

    def _is_unread(self, objects: Any) -> bool:
        """Tell whether objects are those of the page, and the view has neither replaced nor read them."""
        return objects is self.object_list and isinstance(objects, QuerySet) and objects._result_cache is None

    def has_other_pages(self) -> bool:
        """Tell whether there are other pages, or may be."""
        return not self.is_alone


class UncountedPage(_OpenPage):
    """A page by number. It asks the database whether there is a next one."""

    def show(self, objects: Any, write: RowsAndKeys) -> Shown:
        """Return the rows and the other pages. Raise HttpError if this is a later page and has no objects."""
        rows: list[Any] | None = None
        if self._is_unread(objects):
            rows, _ = write(self._with_one_more)
            self._count = len(rows)
        if not self._count and self.number > 1:
            raise HttpError(404, f"Invalid page ({self.number}): That page contains no results")
        return write(objects)[0] if rows is None else rows[: self.paginator.per_page], _numbers(self)

    def next_page_number(self) -> int:
        """Return the number of the next page."""
        return self.number + 1

    def previous_page_number(self) -> int:
        """Return the number of the previous page."""
        return self.number - 1


class CursorPaginator(UncountedPaginator):
    """Make the page at the cursor in a query, or the first page. Raise HttpError for a cursor that is none."""

    def __init__(self, keyset: Keyset, per_page: int, parameter: str, query: Mapping[str, str]) -> None:
        super().__init__(keyset.rows(), per_page)
        self.keyset = keyset
        text = query.get(parameter)
        self.cursor: Cursor | None = read_cursor(text, order=keyset.signature) if text else None
        self.backward: bool = self.cursor is not None and self.cursor.backward
        #: The rows of the page and all beyond, away from the cursor.
        self.rows: Any = self.object_list
        if self.cursor is not None:
            self.rows = keyset.rows([*self._values(self.cursor)] or None, backward=self.backward)
        elif text:
            raise HttpError(400, f"{parameter} is not one that this list gave out.")

    def page(self, number: int | str | None) -> "CursorPage":
        """Return the page, whatever its number. The cursor says which page it is."""
        page = CursorPage(self.rows[: self.per_page + 1], 1, self)
        if self.backward:
            page.object_list.__class__ = _turned(page.object_list.__class__)
        return page

    def _values(self, cursor: Cursor) -> Iterator[Any]:
        """Return the values of the key. Those that the row has are read when the query runs."""
        for index, value in enumerate(cursor.key):
            yield partial(self._value_in_row, cursor, index) if value is IN_ROW else value

    def _value_in_row(self, cursor: Cursor, index: int) -> Any:
        key = self._present_key
        if key is None or not cursor.is_of(key):
            raise HttpError(
                400, "The row that the cursor starts from was changed or deleted. Start from the first page."
            )
        return key[index]

    @cached_property
    def _present_key(self) -> list[Any] | None:
        return None if self.cursor is None else self.keyset.present_key(self.cursor.key)


class CursorPage(_OpenPage):
    """A page by key."""

    object_list: Any
    paginator: Any  # a CursorPaginator

    def show(self, objects: Any, write: RowsAndKeys) -> Shown:
        """Return the rows and the cursors of the other pages."""
        size = self.paginator.per_page
        rows, keys = write(self._with_one_more, self.paginator.keyset.names)
        self._count = len(keys)
        step = -1 if self.paginator.backward else 1
        links = self._cursors(keys[:size][::step])
        return rows[:size][::step] if self._is_unread(objects) else write(objects)[0], links

    def has_next(self) -> bool:
        """Tell whether there are rows after the page."""
        return bool(self.paginator.cursor.key) if self.paginator.backward else super().has_next()

    def has_previous(self) -> bool:
        """Tell whether there are rows before the page."""
        return super().has_next() if self.paginator.backward else self.paginator.cursor is not None

    def _cursors(self, keys: list[list[Any]]) -> dict[str, str | None]:
        cursors: dict[str, str | None] = {"first": None}
        if not keys:
            # All rows of the page are gone. What is left begins on the first page, and ends on the last one.
            if self.paginator.backward:
                cursors["next"] = None
            elif self.paginator.cursor is not None:
                cursors["prev"] = self._cursor([], backward=True)
            return cursors
        if self.has_previous():
            cursors["prev"] = self._cursor(keys[0], backward=True)
        if self.has_next():
            cursors["next"] = self._cursor(keys[-1], backward=False)
        return cursors

    def _cursor(self, key: list[Any], *, backward: bool) -> str:
        keyset = self.paginator.keyset
        return write_cursor(key, backward=backward, order=keyset.signature, row=keyset.row)


class _Turned:
    """A queryset that selects rows in the opposite order, and gives them in the right one."""

    _result_cache: list[Any]

    def _fetch_all(self) -> None:
        is_first = self._result_cache is None
        super()._fetch_all()  # type: ignore[misc]  # of the queryset
        if is_first:
            self._result_cache.reverse()

    def __getitem__(self, place: Any) -> Any:
        self._fetch_all()
        return self._result_cache[place]

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        return reversed([*super().iterator(*args, **kwargs)])  # type: ignore[misc]  # of the queryset

    async def aiterator(self, *args: Any, **kwargs: Any) -> Any:
        for each in reversed([each async for each in super().aiterator(*args, **kwargs)]):  # type: ignore[misc]
            yield each


@lru_cache(maxsize=100)
def _turned(queryset_class: type) -> type:
    return type(queryset_class.__name__, (_Turned, queryset_class), {})
