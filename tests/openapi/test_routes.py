"""Paths of the document: those of re_path() are templates that OpenAPI knows, with each parameter that they have."""

from typing import Any

import pytest
from django.urls import re_path
from openapi_spec_validator import validate

from django_extras.openapi.document import document
from tests.openapi.test_operations import Detail


@pytest.mark.parametrize(
    ("pattern", "expected", "names"),
    [
        (r"^$", "/", []),
        (r"^feed\.json$", "/feed.json", []),
        (r"^a-b/(?P<pk>[0-9]+)/?$", "/a-b/{pk}", ["pk"]),
        (r"^(?P<year>(?P<century>[0-9]{2})[0-9]{2})/$", "/{year}/", ["year"]),
        (r"^list(?:/(?P<page>[0-9]+))?/$", "/list/{page}/", ["page"]),
        (r"^([a-z]+)/([0-9]+)/$", "/{var}/{var1}/", ["var", "var1"]),
        (r"^(?:books|titles)/(?P<pk>[0-9]+)/$", "/books/{pk}/", ["pk"]),
        (r"^(?:books|(?P<pk>[0-9]+))/$", "/(?:books|(?P<pk>[0-9]+))/", []),
        (r"(?i)^100%/(?P<pk>[0-9]+)/$", "/100%/{pk}/", ["pk"]),
    ],
)
def test_a_pattern_is_a_path(pattern: str, expected: str, names: list[str]) -> None:
    found: Any = document((re_path(pattern, Detail.as_view()),))

    validate(found)
    assert list(found["paths"]) == [expected]
    assert [each["name"] for each in found["paths"][expected]["get"].get("parameters", [])] == names
