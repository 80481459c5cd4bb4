"""The README's examples run and do what it says, and its first screen fits on a screen."""

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.views.generic import CreateView, DetailView, ListView, UpdateView, View

from django_extras.http import HttpError, ProblemResponse
from django_extras.middleware import HttpErrorMiddleware
from tests.models import Author, Book, Invoice, Publisher

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = list(re.finditer(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL))


@pytest.fixture
def names(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """Run all examples in turn, and return what they have defined."""
    monkeypatch.chdir(ROOT)
    settings.MEDIA_ROOT = tmp_path
    names = {
        cls.__name__: cls
        for cls in (Author, Book, Invoice, Publisher, CreateView, DetailView, ListView, UpdateView, View)
    }
    names["__name__"] = "readme"
    for block in BLOCKS:
        lines_before = README.count("\n", 0, block.start(1))
        exec(compile("\n" * lines_before + block[1], ROOT / "README.md", "exec"), names)
        if "response" in names:
            names.pop("response").close()
    return names


@pytest.fixture
def book(db: None) -> Book:
    publisher = Publisher.objects.create(name="Ace", city="New York")
    book = Book.objects.create(title="Dune", price="9.99", published="1965-08-01", pages=412, publisher=publisher)
    book.authors.add(Author.objects.create(name="Frank Herbert"))
    return book


def body(response: HttpResponse) -> Any:
    return json.loads(response.content)


def test_the_first_screen_says_what_it_is_and_how_to_get_it() -> None:
    screen = "\n".join(README.splitlines()[:48])

    assert screen.startswith("# django-extras\n")
    assert sum(len(block[1].splitlines()) for block in BLOCKS[:1]) <= 12
    assert "pip install django-extras" in screen
    assert "Django 5.2, 6.0 and 6.1; Python 3.11, 3.12 and 3.13" in screen
    assert "`python -m pip install nox && python -m nox -s demo`" in screen
    assert "`python -m pip install nox && python -m nox`" in screen


def test_the_ci_runs_the_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    if not script.exists():
        pytest.skip("The sdist leaves .ci out")

    assert script.read_text().endswith("\npython -m pip install nox && python -m nox\n")


@pytest.mark.parametrize("target", re.findall(r"\]\(([^):]+)\)", README))
def test_relative_links_lead_to_a_file(target: str) -> None:
    assert (ROOT / target).is_file()


def test_the_list_view(names: dict[str, Any], book: Book, rf: RequestFactory) -> None:
    response = names["BookList"].as_view()(rf.get("/"))

    assert body(response) == [
        {"title": "Dune", "price": "9.99", "publisher": {"name": "Ace"}, "authors": [{"name": "Frank Herbert"}]}
    ]


def test_the_paged_list_view(
    names: dict[str, Any], book: Book, rf: RequestFactory, django_assert_num_queries: Any
) -> None:
    view = names["PagedBookList"].as_view()

    with django_assert_num_queries(3):
        response = view(rf.get("/"))

    assert body(response) == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [{"title": "Dune", "authors": [{"name": "Frank Herbert"}]}],
    }


@pytest.mark.parametrize(("price", "status"), [("cheap", 422), ("8.50", 200)])
def test_the_write_view(names: dict[str, Any], book: Book, rf: RequestFactory, price: str, status: int) -> None:
    request = rf.patch("/", {"price": price}, content_type="application/json")

    response = names["BookUpdate"].as_view()(request, pk=book.pk)

    book.refresh_from_db()
    assert (response.status_code, str(book.price)) == (status, "9.99" if status == 422 else price)
    if status == 422:
        [line] = [line for line in README.splitlines() if line.startswith('{"type"')]
        assert body(response) == json.loads(line)


def test_the_url(names: dict[str, Any], book: Book, client: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = tuple(names["urlpatterns"])

    assert client.get("/books/").json() == [
        {"title": "Dune", "price": "9.99", "publisher": {"name": "Ace"}, "authors": [{"name": "Frank Herbert"}]}
    ]
    assert client.post("/books/", {}, "application/json").status_code == 422
    assert client.options(f"/books/{book.pk}/").headers["Allow"] == "GET, PUT, PATCH, HEAD, OPTIONS"


@pytest.mark.parametrize(("accept", "expected"), [("*/*", "text/html"), ("application/json", "application/json")])
def test_the_page_or_json(names: dict[str, Any], book: Book, rf: RequestFactory, accept: str, expected: str) -> None:
    response = names["BookPage"].as_view()(rf.get("/", headers={"Accept": accept}), pk=book.pk)

    assert response["Content-Type"].startswith(expected)
    assert response["Vary"] == "Accept"


def test_the_detail_view(names: dict[str, Any], book: Book, rf: RequestFactory) -> None:
    response = names["BookDetail"].as_view()(rf.get("/"), pk=book.pk)

    assert body(response) == {
        "title": "Dune",
        "published": "1965-08-01",
        "reading_time": 824,
        "publisher": {"name": "Ace", "city": "New York"},
    }


def test_the_status_view(names: dict[str, Any], rf: RequestFactory) -> None:
    response = names["Maintenance"].as_view()(rf.get("/"))

    assert response.status_code == 503
    assert response["Retry-After"] == "120"
    assert response.template_name == ["maintenance.html"]


def test_the_file_of_a_model(names: dict[str, Any], db: None, rf: RequestFactory, tmp_path: Path) -> None:
    (tmp_path / "invoice.pdf").write_bytes(b"%PDF-1.4")
    invoice = Invoice.objects.create(number="1", pdf="invoice.pdf")

    with closing(names["InvoicePdf"].as_view()(rf.get("/"), pk=invoice.pk)) as response:
        content = response.getvalue()

    assert content == b"%PDF-1.4"
    assert response["Content-Type"] == "application/pdf"


def test_the_file_of_a_directory(names: dict[str, Any], rf: RequestFactory, tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "manual.txt").write_bytes(b"Read me.")

    with closing(names["Manuals"].as_view()(rf.get("/"), path="en/manual.txt")) as response:
        content = response.getvalue()

    assert content == b"Read me."


def test_the_form(names: dict[str, Any], db: None, rf: RequestFactory) -> None:
    view = names["BookCreate"].as_view(template_name="readme.html")

    invalid = view(rf.post("/", {"title": "Dune"}))
    valid = view(rf.post("/", {"title": "Dune", "price": "9.99"}))

    assert invalid.status_code == 422
    assert (valid.status_code, valid.url) == (303, f"/books/{Book.objects.get().pk}/")


def test_the_error(names: dict[str, Any], rf: RequestFactory) -> None:
    request = rf.post("/", headers={"Accept": "application/json"})

    with pytest.raises(HttpError) as caught:
        names["InvoiceSend"].as_view()(request, pk=1)
    response = HttpErrorMiddleware(lambda request: HttpResponse()).process_exception(request, caught.value)

    assert isinstance(response, ProblemResponse)
    assert body(response) == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "The invoice was sent already.",
        "code": "already-sent",
    }
