"""What a list view's context holds in the end is what is sent, whatever the pages and the order of the query."""

import json
from typing import Any

import neapolitan.views
import pytest
import vanilla
from asgiref.sync import async_to_sync
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.paginator import Paginator
from django.test import RequestFactory
from django.views.generic import ListView

from django_extras.views.json import JsonResponseMixin
from tests.models import Author
from tests.views.listing import body, get, names, pages

pytestmark = pytest.mark.django_db

PAGES: dict[str, dict[str, Any]] = {
    "no pages": {},
    "number": {"paginate_by": 3},
    "uncounted": {"paginate_by": 3, "count": False},
    "cursor": {"paginate_by": 3, "paginate": "cursor"},
}
each_kind = pytest.mark.parametrize("pages", PAGES.values(), ids=PAGES.keys())
each_order = pytest.mark.parametrize("query", ["", "?ordering=-name"])


class Authors(ListView):
    model = Author
    ordering = "name"


class Api(JsonResponseMixin):
    json_fields = ("name",)
    json_ordering = ("name",)


def shown(view: Any, url: str = "/") -> str:
    return names(body(view, url))


def walk(view: Any, url: str = "/") -> list[str]:
    return [names(page) for page in pages(view, url)]


class TakesOut:
    """It takes a row out of the context."""

    def get_context_data(self, **kwargs: Any) -> Any:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {"object_list": [author for author in context["object_list"] if author.name != "b"]}


class Filters:
    """It filters where it is given no list, and only there."""

    def get_context_data(self, *, object_list: Any = None, **kwargs: Any) -> Any:
        if object_list is None:
            object_list = self.object_list.exclude(name="b")  # type: ignore[attr-defined]
        return super().get_context_data(object_list=object_list, **kwargs)  # type: ignore[misc]


class Masks:
    """It reads the rows and changes one."""

    def get_context_data(self, **kwargs: Any) -> Any:
        context = super().get_context_data(**kwargs)  # type: ignore[misc]
        for author in context["object_list"]:
            author.name = author.name.replace("b", "*")
        return context


class MasksAll:
    """It reads the whole list and changes a row before the list is cut into pages."""

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()  # type: ignore[misc]
        for author in queryset:
            author.name = author.name.replace("b", "*")
        return queryset


def on_both_sides(mixin: type, pages: dict[str, Any]) -> list[Any]:
    return [type("Left", (mixin, Api, Authors), pages), type("Right", (Api, mixin, Authors), pages)]


@each_kind
@each_order
class TestContext:
    """Whatever the order and the kind of pages."""

    def test_row_that_the_view_took_out(self, authors: list[Author], pages: Any, query: str) -> None:
        left, right = on_both_sides(TakesOut, pages)

        if pages:
            expected = "edc" if query else "ac"
            assert (shown(left, f"/{query}"), shown(right, f"/{query}")) == (expected, expected)
        else:
            assert shown(left, f"/{query}") == ("edca" if query else "acde")
            # A list of Python's cannot be put in order. The view is told so even if no client asks for one.
            with pytest.raises(
                ImproperlyConfigured, match=r"^Right.json_ordering needs a queryset, and the view has a"
            ):
                get(right, f"/{query}")

    def test_row_that_the_view_filtered(self, authors: list[Author], pages: Any, query: str) -> None:
        expected = "edca" if query else "acde"
        for view in on_both_sides(Filters, pages):
            assert shown(view, f"/{query}") == (expected[:3] if pages else expected)

    def test_row_that_the_view_changed(self, authors: list[Author], pages: Any, query: str) -> None:
        expected = "edc*a" if query else "a*cde"
        for view in on_both_sides(Masks, pages):
            assert shown(view, f"/{query}") == (expected[:3] if pages else expected)

    def test_row_that_the_view_changed_before_it_was_paged(
        self, authors: list[Author], pages: Any, query: str
    ) -> None:
        expected = "edc*a" if query else "a*cde"
        for view in on_both_sides(MasksAll, pages):
            if "paginate" in pages:
                with pytest.raises(
                    ImproperlyConfigured, match=r"that was read already. Leave it unread, or use pagin"
                ):
                    get(view, f"/{query}")
            else:
                assert shown(view, f"/{query}") == (expected[:3] if pages else expected)


@pytest.mark.parametrize("mixin", [TakesOut, Masks])
@pytest.mark.parametrize("kind", ["number", "uncounted", "cursor"])
def test_pages_are_linked_whatever_the_view_leaves_out(authors: list[Author], mixin: type, kind: str) -> None:
    view = type("View", (mixin, Api, Authors), PAGES[kind] | {"paginate_by": 1})

    assert walk(view) == ["a", "" if mixin is TakesOut else "*", "c", "d", "e"]


async def read_async(objects: Any, **options: Any) -> list[Any]:
    rows = [row async for row in objects.aiterator(**options)]
    assert rows == [row async for row in objects]
    return rows


class TestBackwardPage:
    """The view sees the rows of a page before a key in the order of the list."""

    @pytest.fixture
    def back(self, authors: list[Author]) -> str:
        view = type("View", (Api, Authors), PAGES["cursor"])
        previous: str = body(view, body(view)["next"])["previous"]
        return previous

    @pytest.mark.parametrize(
        "look",
        [
            list,
            lambda objects: [objects[0], *objects[1:]],
            lambda objects: [objects.first(), *objects[1:3]],
            lambda objects: list(objects.iterator()),
            lambda objects: list(objects.prefetch_related("books").iterator(chunk_size=2)),
            lambda objects: async_to_sync(read_async)(objects, chunk_size=2),
            lambda objects: async_to_sync(read_async)(objects),
            lambda objects: list(objects.select_related(None)),
            lambda objects: list(objects.prefetch_related("books")),
            lambda objects: [author for author in objects.all() if objects.count() == len(objects) == 3],
        ],
    )
    def test_rows(self, back: str, look: Any) -> None:
        seen = []

        class View(Api, Authors):
            paginate, paginate_by = "cursor", 3

            def get_context_data(self, **kwargs: Any) -> Any:
                context = super().get_context_data(**kwargs)
                seen.extend(author.name for author in look(context["object_list"]))
                page = context["page_obj"]
                assert [author.name for author in page] == ["a", "b", "c"]
                assert (page.has_previous(), page.has_next(), page.has_other_pages()) == (False, True, True)
                return context

        assert shown(View, back) == "abc"
        assert seen == ["a", "b", "c"]

    def test_rows_of_another_list(self, back: str, authors: list[Author]) -> None:
        class View(Api, Authors):
            paginate, paginate_by = "cursor", 3
            json_fields = ("pk",)

            def get_context_data(self, **kwargs: Any) -> Any:
                context = super().get_context_data(**kwargs)
                return context | {"object_list": context["object_list"].select_related(None)}

        assert body(View, back)["results"] == [{"pk": author.pk} for author in authors[:3]]

    def test_rows_of_values(self, back: str) -> None:
        class View(Api, Authors):
            paginate, paginate_by = "cursor", 3
            queryset = Author.objects.values("id", "name")
            model = None

            def get_context_data(self, **kwargs: Any) -> Any:
                context = super().get_context_data(**kwargs)
                assert [row["name"] for row in context["object_list"]] == ["a", "b", "c"]
                return context

        assert shown(View, back) == "abc"


class TestOrderOfTheContext:
    """A list without pages, in the order of the query."""

    def test_every_name_of_the_list(self, authors: list[Author]) -> None:
        class Named(Api, Authors):
            def get_context_data(self, **kwargs: Any) -> Any:
                context = super().get_context_data(all=self.object_list, **kwargs)
                assert context["author_list"] is context["object_list"] is context["all"]
                assert context["object_list"] is not self.object_list
                assert context["view"] is self
                return context

        assert shown(Named, "/?ordering=-name") == "edcba"

    def test_row_that_came_after_the_rows_were_read(self, authors: list[Author]) -> None:
        class Read(Api, Authors):
            def get_context_data(self, **kwargs: Any) -> Any:
                len(self.object_list)
                Author.objects.create(name="f")
                Author.objects.filter(name="a").delete()
                return super().get_context_data(**kwargs)

        assert shown(Read, "/?ordering=-name") == "edcb"


class TestOwnPaging:
    """The view's own methods page, and keep what they check."""

    @each_kind
    def test_own_paginate_queryset(self, authors: list[Author], pages: Any) -> None:
        class Guarded(Authors):
            def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
                return super().paginate_queryset(queryset.exclude(name="b"), min(page_size, 2))

        view = type("View", (Api, Guarded), pages | {"paginate_by": 3})
        if "paginate" in pages:
            view.ordering = "name"

        assert walk(view) == ["ac", "de"]

    @each_kind
    def test_own_paginator(self, authors: list[Author], pages: Any) -> None:
        class Guarded(Authors):
            def get_paginator(self, queryset: Any, per_page: int, **kwargs: Any) -> Any:
                return Paginator(queryset.exclude(name="b"), min(per_page, 2))

        view = type("View", (Api, Guarded), pages | {"paginate_by": 3})

        assert walk(view) == ["ac", "de"]
        assert walk(view, "/?ordering=-name") == ["ed", "ca"]

    @pytest.mark.parametrize("kind", ["number", "uncounted", "cursor"])
    def test_own_paginate_queryset_left_of_the_mixin(self, authors: list[Author], kind: str) -> None:
        class Left(Api, Authors):
            def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
                paginator = self.get_paginator(queryset.exclude(name="b"), page_size)
                page = paginator.page(int(self.request.GET.get("page", 1)))
                return paginator, page, page.object_list, True

        view = type("View", (Left,), PAGES[kind])

        assert walk(view) == ["acd", "e"]
        assert walk(view, "/?ordering=-name") == ["edc", "a"]

    def test_own_size(self, authors: list[Author]) -> None:
        class Guarded(Authors):
            def get_paginate_by(self, queryset: Any) -> int:
                raise PermissionDenied

        view = type("View", (Api, Guarded), {"max_paginate_by": 9})

        assert get(view, "/?paginate_by=5").status_code == 403

    def test_own_paginator_left_of_the_mixin(self, authors: list[Author]) -> None:
        class Left(Api, Authors):
            paginate_by = 3

            def get_paginator(self, queryset: Any, per_page: int, **kwargs: Any) -> Any:
                return Paginator(queryset, per_page)

        class Cursors(Left):
            paginate = "cursor"

        assert walk(Left, "/?ordering=-name") == ["edc", "ba"]
        with pytest.raises(ImproperlyConfigured) as caught:
            get(Cursors)
        assert str(caught.value) == (
            'Cursors.paginate = "cursor" needs its own paginator. Call super() in Cursors.get_paginator().'
        )


class VanillaAuthors(vanilla.ListView):
    def get_queryset(self) -> Any:
        return Author.objects.order_by("name")


class NeapolitanAuthors(neapolitan.views.CRUDView):
    model = Author
    queryset = Author.objects.order_by("name")

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        return super().as_view(role=neapolitan.views.Role.LIST, **initkwargs)


@pytest.mark.parametrize("base", [Authors, VanillaAuthors, NeapolitanAuthors])
@pytest.mark.parametrize("kind", ["number", "uncounted", "cursor"])
class TestPackages:
    def test_pages(self, authors: list[Author], base: Any, kind: str) -> None:
        view = type("View", (Api, base), PAGES[kind] | {"paginate_by": 2, "max_paginate_by": 3})

        assert walk(view) == ["ab", "cd", "e"]
        assert walk(view, "/?ordering=-name&paginate_by=3") == ["edc", "ba"]
        assert get(view, "/?ordering=x").status_code == 400
        second = body(view, body(view)["next"])
        assert shown(view, second["previous"]) == "ab"

    def test_page_that_is_not_there(self, authors: list[Author], base: Any, kind: str) -> None:
        view = type("View", (Api, base), PAGES[kind])
        response = get(view, "/?page=x")

        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/problem+json"

    def test_row_that_the_view_took_out(self, authors: list[Author], base: Any, kind: str) -> None:
        for bases in ((TakesOut, Api, base), (Api, TakesOut, base)):
            assert shown(type("View", bases, PAGES[kind])) == "ac"


@pytest.mark.parametrize("kind", ["no pages", "uncounted", "cursor"])
@pytest.mark.parametrize("query", ["", "?ordering=-name"])
def test_async_views_read_no_row_in_the_event_loop(authors: list[Author], kind: str, query: str) -> None:
    class Async(Api, Authors):
        async def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            self.object_list = self.get_queryset()
            context = self.get_context_data()
            context["object_list"] = [author async for author in context["object_list"] if author.name != "b"]
            return self.render_to_response(context)

    class Lazy(Async):
        async def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            self.object_list = self.get_queryset()
            return self.render_to_response(self.get_context_data())

    def get(view: Any, url: str) -> tuple[str, Any]:
        page = json.loads(async_to_sync(view.as_view())(RequestFactory().get(url)).content)
        rows = page["results"] if kind != "no pages" else page
        return "".join(row["name"] for row in rows), page

    for view, left_out in ((type("Async", (Async,), PAGES[kind]), "b"), (type("Lazy", (Lazy,), PAGES[kind]), "")):
        names, page = get(view, f"/{query}")
        everything = ("edcba" if query else "abcde").replace(left_out, "")
        if kind == "no pages":
            assert names == everything
        else:
            after, page = get(view, page["next"])
            assert names + after == everything
            assert get(view, page["previous"])[0] == names
