import importlib.util
import json
import logging
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import path, set_script_prefix
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_protect

from django_extras.management.commands import openapi
from django_extras.openapi import validation, views
from django_extras.openapi.document import document, text
from django_extras.openapi.views import OpenApiDocsView, OpenApiView
from django_extras.test import assert_matches_schema

pytestmark = pytest.mark.urls("tests.openapi.urls")


def test_the_document() -> None:
    response = Client().get("/openapi.json")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.content.decode() == text(document("tests.openapi.urls", title="Shop", version="2"))
    assert_matches_schema(response)


def test_the_document_is_sent_once() -> None:
    etag = Client().get("/openapi.json").headers["ETag"]

    response = Client().get("/openapi.json", headers={"If-None-Match": etag})

    assert (response.status_code, response.content) == (304, b"")


def test_texts_are_in_the_language_of_the_project(settings: Any, rf: Any) -> None:
    settings.DJANGO_EXTRAS_OPENAPI = {"description": gettext_lazy("Delete")}
    view = OpenApiView.as_view(title=gettext_lazy("Add"))

    with translation.override("de"):
        found = json.loads(view(rf.get("/")).content)["info"]
        written = json.loads(text(document("tests.openapi.urls")))["info"]

    assert (found["title"], found["description"], written["description"]) == ("Add", "Delete", "Delete")


def test_below_a_prefix(rf: Any) -> None:
    set_script_prefix("/shop/")
    try:
        found = json.loads(OpenApiView.as_view()(rf.get("/")).content)
        own = json.loads(OpenApiView.as_view(servers=[{"url": "/api"}])(rf.get("/")).content)
    finally:
        set_script_prefix("/")

    assert (found["servers"], own["servers"]) == ([{"url": "/shop"}], [{"url": "/api"}])


def test_the_page() -> None:
    response = Client().get("/docs/")

    content = response.content.decode()
    assert (
        '<script src="?script" data-url="/openapi.json" data-cookie="csrftoken" data-header="X-CSRFTOKEN">' in content
    )
    assert "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in content


@pytest.mark.parametrize("name", ["CSRF_USE_SESSIONS", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SECURE"])
def test_the_page_has_the_token_that_its_script_cannot_read(db: None, settings: Any, name: str) -> None:
    setattr(settings, name, True)
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ]
    settings.ROOT_URLCONF = (
        path("docs/", OpenApiDocsView.as_view(document="/")),
        path("", csrf_protect(HttpResponse)),
    )
    client = Client(enforce_csrf_checks=True)
    token = re.search('data-token="([^"]+)"', client.get("/docs/").content.decode())

    assert token is not None
    assert client.post("/").status_code == 403
    assert client.post("/", headers={"X-CSRFToken": token[1]}).status_code == 200


def test_the_script_of_the_page() -> None:
    response = Client().get("/docs/?script")

    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "SwaggerUIBundle(" in response.content.decode()


def test_a_page_without_the_app(settings: Any) -> None:
    settings.INSTALLED_APPS = [name for name in settings.INSTALLED_APPS if name != "drf_spectacular_sidecar"]

    with pytest.raises(ImproperlyConfigured) as caught:
        Client().get("/docs/")

    assert str(caught.value) == 'OpenApiDocsView needs "drf_spectacular_sidecar" in INSTALLED_APPS, for Swagger UI.'


def test_a_document_that_has_no_url(rf: Any) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        views.OpenApiDocsView.as_view(document="schema")(rf.get("/"))

    assert str(caught.value) == (
        'OpenApiDocsView.document is "schema", which no URL is named. Name the URL of OpenApiView so, or define '
        'OpenApiDocsView.document: a name, or a path such as "/openapi.json".'
    )


@pytest.mark.parametrize("value", [{"titel": "Shop"}, ["title"]])
def test_a_setting_with_a_member_that_no_document_has(settings: Any, value: Any) -> None:
    settings.DJANGO_EXTRAS_OPENAPI = value

    with pytest.raises(ImproperlyConfigured) as caught:
        document("tests.openapi.urls")

    assert str(caught.value) == (
        f"DJANGO_EXTRAS_OPENAPI is {value!r}. Set it to a dict that has some of these keys: title, version, "
        "description, contact, license, servers, security_schemes."
    )


def test_a_response_that_no_client_got() -> None:
    with pytest.raises(TypeError, match="takes what a test client returns"):
        assert_matches_schema(HttpResponse())


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "sidecar", None)
    with pytest.raises(ImproperlyConfigured) as caught:
        Client().get("/docs/")
    assert str(caught.value) == ("OpenApiDocsView needs Swagger UI. Install the extra: django-extras[openapi].")

    monkeypatch.setattr(validation, "Validator", None)
    with pytest.raises(ImproperlyConfigured) as caught:
        validation.faults(HttpResponse(), "GET", None)
    assert str(caught.value) == ("To compare a response with its schema, install the extra: django-extras[openapi].")


def test_a_document_at_a_path(rf: Any) -> None:
    response = views.OpenApiDocsView.as_view(document="/api/é.json", title="<A>")(rf.get("/"))

    assert 'data-url="/api/%C3%A9.json"' in response.content.decode()
    assert "<title>&lt;A&gt;</title>" in response.content.decode()


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("openapi")

    out, err = capsys.readouterr()
    assert json.loads(out) == document("tests.openapi.urls")
    assert err.startswith("tests/openapi/urls.py: Chosen.get_json_fields() is the project's own.")


def test_a_document_that_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "openapi.json"
    kept.write_text(text(document("tests.openapi.urls")), encoding="utf-8")

    call_command("openapi", check=str(kept))

    assert capsys.readouterr().out == ""


def test_a_document_that_is_old(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "openapi.json"
    kept.write_text(text(document("tests.openapi.urls", title="Old")), encoding="utf-8")

    with pytest.raises(CommandError, match="is not the document of the project"):
        call_command("openapi", check=str(kept))

    assert '-    "title": "Old",\n+    "title": "API",\n' in capsys.readouterr().out


def test_yaml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("openapi", format="yaml")
    out = capsys.readouterr().out
    kept = tmp_path / "openapi.yaml"
    kept.write_text(out, encoding="utf-8")

    call_command("openapi", check=str(kept), format="yaml")

    assert out.startswith("openapi: 3.1.1\ninfo:\n  title: API\n")
    assert yaml.safe_load(out) == document("tests.openapi.urls")
    assert "&id" not in out


def test_how_to_write_the_file_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "openapi.yaml"
    kept.write_text("openapi: 3.1.1\n", encoding="utf-8")

    with pytest.raises(CommandError) as caught:
        call_command("openapi", check=str(kept), format="yaml", urlconf="tests.openapi.more_urls")

    command = f"manage.py openapi --format yaml --urlconf tests.openapi.more_urls > {kept}"
    assert str(caught.value) == f"{kept} is not the document of the project. Write it anew: {command}"
    capsys.readouterr()


def test_yaml_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openapi, "yaml", None)

    with pytest.raises(CommandError) as caught:
        call_command("openapi", format="yaml")

    assert str(caught.value) == "--format yaml needs PyYAML. Install it: python -m pip install PyYAML"


def test_a_view_of_a_module_without_a_file(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.openapi.urls import Chosen

    view = type("View", (Chosen,), {"__module__": "made.up"})
    settings.ROOT_URLCONF = (path("a/", view.as_view()),)

    call_command("openapi")

    assert capsys.readouterr().err.startswith("made.up: View.get_json_fields() is the project's own.")


def test_a_document_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"openapi\.json cannot be read: No such file or directory\."):
        call_command("openapi", check=str(tmp_path / "openapi.json"))


@pytest.mark.parametrize("debug", [True, False])
def test_responses_that_differ_are_logged(settings: Any, debug: bool, caplog: pytest.LogCaptureFixture) -> None:
    settings.DEBUG = debug
    settings.MIDDLEWARE = ["django_extras.openapi.middleware.SchemaMiddleware"]

    with caplog.at_level(logging.WARNING, "django_extras.openapi"):
        response = Client().get("/own/")

    assert response.status_code == 200
    found = [record.getMessage() for record in caplog.records if record.name == "django_extras.openapi"]
    assert found == (
        ["GET /own/: own_retrieve has content with status 200, and none in the document."] if debug else []
    )


def test_modules_without_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, module, attribute in [
        ("jsonschema", validation, "Validator"),
        ("drf_spectacular_sidecar", views, "sidecar"),
        ("yaml", openapi, "yaml"),
    ]:
        monkeypatch.setitem(sys.modules, name, None)
        spec = module.__spec__
        assert spec is not None
        assert spec.loader is not None
        copy = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(copy)
        assert getattr(copy, attribute) is None
