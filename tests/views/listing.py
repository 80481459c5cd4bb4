"""What the tests of lists share: how to get a list, and how to follow the links of its pages."""

import json
from typing import Any

from django.test import RequestFactory


def get(view: Any, url: str = "/", **kwargs: Any) -> Any:
    """Return the response of a view class; `kwargs` are those of its URL."""
    return view.as_view()(RequestFactory().get(url), **kwargs)


def body(view: Any, url: str = "/", **kwargs: Any) -> Any:
    """Return what a view class has sent with 200."""
    response = get(view, url, **kwargs)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def names(data: Any) -> str:
    """Return the names in a list or a page, in one text."""
    return "".join(str(row["name"]) for row in (data["results"] if isinstance(data, dict) else data))


def refused(view: Any, url: str) -> tuple[int, str]:
    """Return the status and the detail of the problem that a view class has sent."""
    response = get(view, url)
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, json.loads(response.content)["detail"]


def follow(view: Any, url: str | None, relation: str) -> list[Any]:
    """Return the pages from one on, which are not more than there can be."""
    found: list[Any] = []
    while url is not None:
        assert len(found) < 100, "The pages do not end."
        found.append(body(view, url))
        url = found[-1][relation]
    return found


def pages(view: Any, url: str | None = "/") -> list[Any]:
    """Return the pages from the first to the last by the links. The way back must show the same."""
    found = follow(view, url, "next")
    back = follow(view, found[-1]["previous"], "previous")
    assert [page["results"] for page in reversed(back)] == [page["results"] for page in found[:-1]]
    return found


def walk(view: Any, url: str | None = "/") -> list[Any]:
    """Return the rows of all pages from the first to the last, as pages() finds them."""
    return [row for page in pages(view, url) for row in page["results"]]
