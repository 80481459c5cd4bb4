"""The code in the docstrings of the reference runs."""

import re
from inspect import getdoc, isclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.urls import path
from django.views import generic

from django_extras import delivery, http, middleware, test, urls, views
from tests import models

NAMES = {
    **{name: getattr(generic, name) for name in generic.__all__},
    **{name: getattr(models, name) for name in ("Author", "Book", "Invoice")},
    **{f"Book{name}": getattr(generic, f"{name}View") for name in ("Detail", "Update", "Delete")},
    "default_storage": default_storage,
    "path": path,
    "MEDIA_ROOT": Path("/srv/media"),
}
MODULES = (delivery, http, middleware, test, urls, views)


def blocks() -> list[Any]:
    """Return the code of each docstring, with the module whose names it uses."""
    found = []
    for module in MODULES:
        members = {name: member for name, member in vars(module).items() if name[0] != "_"}
        own = [each for each in members.values() if getattr(each, "__module__", "").startswith("django_extras.")]
        methods = [vars(each).values() for each in own if isclass(each)]
        for described in {module, *own, *(method for each in methods for method in each if callable(method))}:
            text = getdoc(described) or ""
            for block in re.findall(r"::\n\n((?:(?: {4}.*)?\n)+)", text + "\n"):
                name = getattr(described, "__qualname__", module.__name__)
                found.append(pytest.param(module, dedent(block), id=name))
    return found


@pytest.mark.parametrize(("module", "code"), blocks())
def test_code_in_a_docstring(module: Any, code: str, settings: Any) -> None:
    names = {**NAMES, **vars(module), **vars(views), "settings": settings}

    exec(code, names)

    made = [each for name, each in names.items() if isclass(each) and f"class {name}(" in code]
    assert all(callable(each.as_view()) for each in made if issubclass(each, generic.View))
