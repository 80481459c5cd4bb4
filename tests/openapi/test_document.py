"""The document of a URLconf that has a view of each kind, and the answers of these views beside it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from openapi_spec_validator import validate

from django_extras.openapi.document import document, operations_of, text
from django_extras.openapi.validation import faults
from django_extras.test import JsonClient, assert_matches_schema, assert_status
from tests.models import Author, Book, Invoice, Publisher

pytestmark = pytest.mark.urls("tests.openapi.urls")

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return document("tests.openapi.urls")


def operations(found: dict[str, Any]) -> dict[str, Any]:
    return {each["operationId"]: each for methods in found["paths"].values() for each in methods.values()}


def shown(found: dict[str, Any], name: str, status: str = "200") -> Any:
    [content] = operations(found)[name]["responses"][status]["content"].values()
    return content["schema"]


def parameters(found: dict[str, Any], name: str) -> dict[str, Any]:
    return {each["name"]: each["schema"] for each in operations(found)[name].get("parameters", [])}


def test_it_is_valid(found: dict[str, Any]) -> None:
    validate(found)


def test_it_is_the_same_each_time(found: dict[str, Any]) -> None:
    assert text(document("tests.openapi.urls")) == text(found)


def test_statuses_by_operation(found: dict[str, Any]) -> None:
    assert {name: " ".join(each["responses"]) for name, each in sorted(operations(found).items())} == {
        "authors_list": "200 304 400 404 412",
        "chosen_pk_retrieve": "200 304 404 412",
        "computed_list": "200 304 412",
        "dynamic_submit": "204 400 413 415 422",
        "filtered_list": "200 304 400 412",
        "invoice_create": "201 400 409 413 415 422",
        "invoice_retrieve": "200 206 304 404 412 416",
        "login_submit": "204 400 413 415 422",
        "logout_submit": "204",
        "message_submit": "202 400 413 415",
        "own_retrieve": "200",
        "publisher_list": "200 304 404 412",
        "shop_book_create": "201 400 409 413 415 422",
        "shop_book_detail_destroy": "204 400 404 409 413",
        "shop_book_detail_partial_update": "200 400 401 403 404 409 413 415 422",
        "shop_book_detail_retrieve": "200 304 404 412",
        "shop_book_detail_update": "200 400 401 403 404 409 413 415 422",
        "shop_book_list": "200 304 400 404 412",
        "shop_cursor_list": "200 304 400 404 412",
        "told_slug_retrieve": "200 304 404 412",
        "unnamed_var_retrieve": "200 304 404 412",
        "wrong_pk_retrieve": "200 304 404 412",
        "years_year_rest_retrieve": "200 304 404 412",
    }


def test_what_several_views_send_has_a_name(found: dict[str, Any]) -> None:
    assert sorted(found["components"]["schemas"]) == ["Book", "Problem"]
    assert shown(found, "shop_book_detail_retrieve") == {"$ref": "#/components/schemas/Book"}
    assert found["components"]["schemas"]["Book"] == {
        "type": "object",
        "properties": {
            "id": {
                "type": "integer",
                "minimum": -(2**63),
                "maximum": 2**63 - 1,
                "format": "int64",
            },
            "title": {"type": "string", "maxLength": 200},
            "price": {"type": "string", "pattern": r"^-?\d{1,6}\.\d{2}$"},
            "published": {"type": ["string", "null"], "format": "date"},
            "reading_time": {"type": "integer"},
            "publisher": {
                "anyOf": [
                    {
                        "type": "object",
                        "properties": {"name": {"type": "string", "maxLength": 100}},
                        "required": ["name"],
                        "additionalProperties": False,
                    },
                    {"type": "null"},
                ]
            },
            "authors": {
                "type": "array",
                "items": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1, "format": "int64"},
            },
        },
        "required": ["id", "title", "price", "published", "reading_time", "publisher", "authors"],
        "additionalProperties": False,
    }


def test_a_page(found: dict[str, Any]) -> None:
    page = shown(found, "shop_book_list")

    assert page["properties"]["count"] == {"type": "integer", "minimum": 0}
    assert page["properties"]["results"] == {"type": "array", "items": {"$ref": "#/components/schemas/Book"}}
    assert parameters(found, "shop_book_list") == {
        "ordering": {"type": "array", "items": {"enum": ["title", "-title"]}, "maxItems": 10},
        "paginate_by": {"type": "integer", "minimum": 1},
        "page": {"anyOf": [{"type": "integer", "minimum": 1}, {"const": "last"}]},
    }


def test_a_page_by_key(found: dict[str, Any]) -> None:
    page = shown(found, "shop_cursor_list")
    row = page["properties"]["results"]["items"]["properties"]

    assert page["properties"]["count"] == {"type": "null"}
    assert row["count"] == {"type": "integer"}
    assert row["authors__name"] == {"type": "array", "items": {"type": "string", "maxLength": 100}}
    assert row["publisher__city"] == {"type": ["string", "null"], "maxLength": 100}
    assert parameters(found, "shop_cursor_list") == {
        "paginate_by": {"type": "integer", "minimum": 1, "maximum": 10},
        "cursor": {"type": "string"},
    }


def test_a_list_that_is_in_pages_only_if_asked_for(found: dict[str, Any]) -> None:
    rows, page = shown(found, "authors_list")["anyOf"]

    assert rows["type"] == "array"
    assert page["properties"]["count"] == {"type": "null"}
    assert parameters(found, "authors_list")["page"] == {"type": "integer"}


def test_filters(found: dict[str, Any]) -> None:
    assert parameters(found, "filtered_list") == {
        "title": {"type": "string"},
        "publisher": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    }


def test_parameters_of_paths(found: dict[str, Any]) -> None:
    assert parameters(found, "years_year_rest_retrieve") == {
        "year": {"type": "string", "pattern": "^([0-9]{4})$"},
        "rest": {"type": "string", "pattern": "^((a|b)+)$"},
    }
    assert parameters(found, "chosen_pk_retrieve") == {"pk": {"type": "string", "format": "uuid"}}
    assert parameters(found, "told_slug_retrieve") == {"slug": {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"}}
    assert parameters(found, "unnamed_var_retrieve") == {"var": {"type": "string"}}
    assert parameters(found, "publisher_list") == {"city": {"type": "string", "minLength": 1}}


def body(found: dict[str, Any], name: str, media_type: str = "application/json") -> Any:
    return operations(found)[name]["requestBody"]["content"][media_type]["schema"]


def test_a_form(found: dict[str, Any]) -> None:
    assert body(found, "message_submit") == {
        "type": "object",
        "properties": {
            "text": {
                "type": "string",
                "maxLength": 100,
                "minLength": 1,
                "pattern": r"\S",
                "description": "What you want to say.",
            },
            "copy": {"type": "boolean"},
        },
        "required": ["text"],
        "additionalProperties": False,
    }


def test_what_each_method_needs(found: dict[str, Any]) -> None:
    needed = {name: body(found, f"shop_book_{name}").get("required") for name in ("create", "detail_update")}

    assert needed == {"create": ["title", "price", "publisher", "authors"], "detail_update": ["title", "price"]}
    assert "required" not in body(found, "shop_book_detail_partial_update")
    assert body(found, "shop_book_detail_update")["properties"]["id"] == {"readOnly": True}


def test_a_file_comes_as_a_part(found: dict[str, Any]) -> None:
    content = operations(found)["invoice_create"]["requestBody"]["content"]

    assert list(content) == ["application/json", "multipart/form-data"]
    pdf = content["multipart/form-data"]["schema"]["properties"]["pdf"]
    assert pdf == {"type": "string", "format": "binary"}


def test_a_download(found: dict[str, Any]) -> None:
    responses = operations(found)["invoice_retrieve"]["responses"]

    assert responses["200"]["content"] == {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}


def test_texts_and_tags(found: dict[str, Any]) -> None:
    books, create = operations(found)["shop_book_list"], operations(found)["shop_book_create"]

    assert (books["summary"], books["description"], books["tags"]) == ("All books.", "The newest first.", ["tests"])
    assert (create["summary"], create["tags"]) == ("Book create", ["shop"])


def test_who_may(found: dict[str, Any]) -> None:
    assert operations(found)["shop_book_detail_update"]["security"] == [{"session": []}]
    assert found["components"]["securitySchemes"] == {
        "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"}
    }


@pytest.mark.parametrize("middleware", ["csrf.CsrfViewMiddleware", None])
def test_who_may_by_middleware(settings: Any, middleware: str | None) -> None:
    added = [f"django.middleware.{middleware}"] if middleware else []
    settings.MIDDLEWARE = [*added, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    schemes = {"bearer": {"type": "http", "scheme": "bearer"}}

    found = document("tests.openapi.urls", security_schemes=schemes)

    session = {"session": [], "csrf": []} if middleware else {"session": []}
    assert operations(found)["shop_book_create"]["security"] == [session, {"bearer": []}]
    assert operations(found)["shop_book_list"]["security"] == [{"session": []}, {"bearer": []}]
    assert operations(found)["login_submit"]["security"] == []


def test_what_is_left_open() -> None:
    warnings: list[str] = []

    document("tests.openapi.urls", lambda cls, text: warnings.append(text))

    assert warnings == [
        "Chosen.get_json_fields() is the project's own. Define Chosen.schema_fields for the document.",
        'Wrong.json_fields has "titel", which Book has not. There is: authors, get_absolute_url, id, pages, pk, '
        "price, published, publisher, publisher_id, reading_time, title.",
        "Dynamic.get_form_class() is the project's own. Define Dynamic.schema_form for the document.",
    ]


@pytest.mark.django_db
def test_answers_are_what_the_document_says(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    publisher = Publisher.objects.create(name="p", city="c")
    book = Book.objects.create(title="a", price=1, publisher=publisher)
    author = Author.objects.create(name="b")
    book.authors.add(author)
    Book.objects.create(title="lonely", price=2)
    invoice = Invoice.objects.create(number="1", pdf=ContentFile(b"%PDF", "a.pdf"))
    client = JsonClient()

    sent = {"title": "n", "price": "1.50", "publisher": publisher.pk, "authors": [author.pk]}
    for expected, method, path, data in [
        (200, "get", "/shop/books/", None),
        (200, "get", "/shop/books/?page=last&paginate_by=1&ordering=-title", None),
        (400, "get", "/shop/books/?ordering=price", None),
        (404, "get", "/shop/books/?page=9", None),
        (201, "post", "/shop/books/", sent),
        (422, "post", "/shop/books/", {}),
        (400, "post", "/shop/books/", "{"),
        (405, "put", "/shop/books/", {}),
        (200, "get", f"/shop/books/{book.pk}/", None),
        (200, "head", f"/shop/books/{book.pk}/", None),
        (404, "get", "/shop/books/999/", None),
        (200, "get", "/shop/cursor/", None),
        (200, "get", "/authors/", None),
        (200, "get", "/authors/?paginate_by=1", None),
        (200, "get", "/filtered/?title=a", None),
        (202, "post", "/message/", {"text": "Hello"}),
        (400, "post", "/message/", {}),
        (200, "get", f"/invoices/{invoice.pk}/a.pdf", None),
        (200, "get", "/plain/", None),
        (404, "get", "/nowhere/", None),
        (204, "delete", f"/shop/books/{book.pk}/", None),
    ]:
        response = getattr(client, method)(path, data) if data is not None else getattr(client, method)(path)
        assert_status(response, expected)
        assert_matches_schema(response)
        response.close()


@pytest.mark.django_db
def test_a_response_that_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.openapi import urls

    def fails(path: str) -> str:
        with pytest.raises(AssertionError) as caught:
            assert_matches_schema(Client().get(path))
        return str(caught.value)

    Book.objects.create(title="a", price=1)
    assert_matches_schema(Client().get(f"/shop/books/{Book.objects.get().pk}/"))
    monkeypatch.setattr(urls.BookDetail, "get_json_data", lambda self, context: {"id": "1"}, raising=False)
    assert "shop_book_detail_retrieve: '1' is not of type 'integer' at $.id of the content with status 200." in fails(
        f"/shop/books/{Book.objects.get().pk}/"
    )


def test_the_settings_of_the_project(settings: Any) -> None:
    settings.DJANGO_EXTRAS_OPENAPI = {
        "title": "Ours",
        "version": "3",
        "description": "All of it.",
        "servers": [{"url": "https://example.com"}],
    }

    found = document("tests.openapi.urls", title="Mine")

    assert found["info"] == {"title": "Mine", "version": "3", "description": "All of it."}
    assert found["servers"] == [{"url": "https://example.com"}]
    assert django_settings.ROOT_URLCONF == "tests.openapi.urls"
    assert json.loads(text(found)) == found


def test_views_of_other_packages_and_other_urls() -> None:
    found = document("tests.openapi.more_urls")

    validate(found)
    assert {path: sorted(methods) for path, methods in found["paths"].items()} == {
        "/author/": ["get"],
        "/author/new/": ["post"],
        "/author/{pk}/": ["get"],
        "/author/{pk}/delete/": ["delete", "get", "post"],
        "/author/{pk}/edit/": ["get", "patch", "post", "put"],
        "/authors/{pk}/edit/": ["get", "patch", "post", "put"],
        "/authors/new/": ["post"],
        "/en-us/books/": ["get"],
        "/invoices.zip": ["get"],
        "/other/{pk}/edit/": ["get", "patch", "post", "put"],
        "/formless/": ["post"],
        "/own/": ["get"],
        "/pages/{pk}/": ["delete", "get", "put"],
        "/shelf/{number}/": ["get"],
    }
    assert len(operations(found)) == sum(map(len, found["paths"].values()))


def test_a_view_for_browsers_too() -> None:
    found = operations(document("tests.openapi.more_urls"))

    got, put = found["author_retrieve"]["responses"], found["author_update"]["responses"]
    assert {status: list(each.get("content", {})) for status, each in got.items()} == {
        "200": ["application/json", "text/html"],
        "304": [],
        "404": ["application/problem+json", "text/html"],
        "406": ["application/problem+json", "text/html"],
        "412": ["application/problem+json", "text/html"],
    }
    assert list(put["200"]["content"]) == ["application/json", "text/html"]
    assert put["302"]["headers"]["Location"]["schema"] == {"type": "string", "format": "uri-reference"}


def test_an_empty_form_is_for_people() -> None:
    found = document("tests.openapi.more_urls")["paths"]["/authors/new/"]

    assert list(found) == ["post"]
    assert {status: list(each.get("content", {})) for status, each in found["post"]["responses"].items()} == {
        "200": ["text/html"],
        "201": ["application/json"],
        "302": [],
        **{status: ["application/problem+json", "text/html"] for status in ("400", "406", "409", "413", "415", "422")},
    }


def test_a_lock() -> None:
    found = operations(document("tests.openapi.more_urls"))

    update, destroy = found["page_update"], found["page_destroy"]
    assert [each.get("required") for each in update["parameters"] if each["name"] == "If-Match"] == [None]
    assert [each.get("required") for each in destroy["parameters"] if each["name"] == "If-Match"] == [True]
    assert "412" in update["responses"]
    assert "428" not in update["responses"]
    assert {"412", "428"} <= destroy["responses"].keys()


@pytest.fixture
def fresh() -> Iterator[None]:
    """Have the operations described anew in the test, and after it."""
    operations_of.cache_clear()
    yield
    operations_of.cache_clear()


@pytest.mark.django_db
def test_media_types_are_compared_without_parameters(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    from tests.openapi import urls

    monkeypatch.setattr(urls.Totals, "content_type", "application/json; charset=utf-8")

    response = Client().get("/years/2026/a/")
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert_matches_schema(response)


@pytest.mark.parametrize(
    ("media_type", "body", "fault"),
    [
        ("application/x-ndjson", "{}\n{}\n", ""),
        ("application/vnd.shop+json", "{}", ""),
        ("application/vnd.shop+json", "[]", "own_retrieve: [] is not of type 'object' at $ of the content"),
        ("application/json", "{", "own_retrieve sends broken JSON with status 200: Expecting property name"),
    ],
)
def test_json_of_a_view_that_describes_itself(
    monkeypatch: pytest.MonkeyPatch, fresh: None, media_type: str, body: str, fault: str
) -> None:
    from tests.openapi import urls

    content = {media_type: {"schema": {"type": "object"}}}
    monkeypatch.setattr(urls.Own, "openapi", {"get": {"responses": {"200": {"description": "", "content": content}}}})
    monkeypatch.setattr(urls.Own, "get", lambda self, request: HttpResponse(body, content_type=media_type))

    response = Client().get("/own/")
    found = faults(response, "GET", response.resolver_match)
    assert "".join(found).startswith(fault)
    assert len(found) == bool(fault)


def test_an_archive() -> None:
    found = operations(document("tests.openapi.more_urls"))["archive_list"]

    assert list(found["responses"]) == ["200", "403", "404"]
    assert list(found["responses"]["200"]["content"]) == ["application/zip"]
    assert "parameters" not in found


def test_responses_that_the_document_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.openapi import urls

    def fails(response: HttpResponse) -> str:
        monkeypatch.setattr(urls.Totals, "get", lambda self, request, **kwargs: response)
        with pytest.raises(AssertionError) as caught:
            assert_matches_schema(Client().get("/years/2026/a/"))
        return str(caught.value).splitlines()[1]

    name = "years_year_rest_retrieve"
    assert fails(HttpResponse(status=201)) == f"{name} has no status 201 in the document. It has 200, 304, 404, 412."
    assert fails(HttpResponse("x")) == f"{name} sends text/html with status 200. The document has application/json."
