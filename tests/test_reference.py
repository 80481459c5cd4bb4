"""The reference in docs/ has an entry for each public name, and the first page leads to each page."""

import importlib
import re
from inspect import getdoc, isroutine
from pathlib import Path

import pytest

import django_extras
from tests.documents import DOCS, PAGES, ROOT
from tests.test_public_api import HTTP, VIEWS

REFERENCE = DOCS / "reference"
#: The modules whose names are public, besides those of test_public_api.
MODULES = ("delivery", "handlers", "lint", "middleware", "openapi.middleware", "openapi.views", "test", "urls")
NO_ENTRIES = {"django_extras.delivery.delivery_of_the_project"}


def entries() -> set[str]:
    """Return the names that the pages of the reference have Sphinx describe."""
    found = set()
    for page in REFERENCE.glob("*.md"):
        module = ""
        for directive, name in re.findall(r"^\.\. (currentmodule|auto\w+):: ([\w.]+)", page.read_text(), re.MULTILINE):
            if directive == "currentmodule":
                module = name
            else:
                found.add(f"{module}.{name}")
    return found


def other_names() -> set[str]:
    """Return the other names of the status classes, which stand in a table."""
    rows = re.findall(r"^\| `(HttpResponse\w+)` \| `(\w+)` \|$", (REFERENCE / "statuses.md").read_text(), re.MULTILINE)
    http = importlib.import_module("django_extras.http")
    assert all(getattr(http, name) is getattr(http, target) for name, target in rows)
    return {f"django_extras.http.{name}" for name, _ in rows}


def public_names() -> set[str]:
    names = {f"django_extras.http.{name}" for name in HTTP} | {f"django_extras.views.{name}" for name in VIEWS}
    for name in (f"django_extras.{module}" for module in MODULES):
        members = vars(importlib.import_module(name)).items()
        own = [key for key, value in members if getattr(value, "__module__", "") == name and key[0] != "_"]
        names |= {f"{name}.{key}" for key in own}
    return names - NO_ENTRIES


def test_each_public_name_has_one_entry() -> None:
    assert public_names() - entries() - other_names() == set()
    assert entries() & other_names() == set()


def test_each_entry_is_there() -> None:
    for entry in entries():
        module, _, name = entry.rpartition(".")
        assert hasattr(importlib.import_module(module), name), entry


@pytest.mark.parametrize("name", VIEWS)
def test_each_attribute_is_described_with_its_default(name: str) -> None:
    mixin = getattr(importlib.import_module("django_extras.views"), name)
    ours = [cls for cls in mixin.__mro__ if cls.__module__.startswith("django_extras.")]
    values = {key: value for cls in reversed(ours) for key, value in vars(cls).items() if key[0] != "_"}
    own = {key for key, value in values.items() if not isroutine(value) and not isinstance(value, property)}
    shown = {
        key: value
        for cls in reversed(mixin.__mro__)
        if cls in ours
        for key, value in re.findall(r"``(\w+) = (.*?)``(?:,|$)", getdoc(cls) or "", re.MULTILINE)
    }

    names = {key: value for cls in ours for key, value in vars(importlib.import_module(cls.__module__)).items()}

    assert own - shown.keys() == {"http_method_names"} & own
    for key in own & shown.keys():
        assert eval(shown[key], names) == values[key], key


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "index.md"], ids=lambda page: page.stem)
def test_the_first_page_leads_to_each_page(page: Path) -> None:
    toctrees = re.findall(
        r"^```\{toctree\}\n(?::.*\n)*\n((?:.+\n)+?)```$", (DOCS / "index.md").read_text(), re.MULTILINE
    )
    patterns = [line for toctree in toctrees for line in toctree.splitlines()]
    name = page.relative_to(DOCS).with_suffix("")

    assert any(
        name.full_match(pattern) if hasattr(name, "full_match") else name.match(pattern) for pattern in patterns
    )


def test_each_setting_and_extra_is_described() -> None:
    text = (REFERENCE / "settings.md").read_text()
    code = "".join(path.read_text() for path in Path(django_extras.__file__).parent.rglob("*.py"))
    extras = re.search(
        r"^\[project.optional-dependencies\]\n(.*?)\n\n", (ROOT / "pyproject.toml").read_text(), re.M | re.S
    )

    assert extras is not None
    assert set(re.findall(r"`(DJANGO_EXTRAS_[A-Z]+)`", text)) == set(re.findall(r"\bDJANGO_EXTRAS_[A-Z]+", code))
    for name in re.findall(r"^(\w+) = ", extras[1], re.MULTILINE):
        assert f"| `{name}` |" in text
    for name in re.findall(r'getLogger\("(django_extras\.[\w.]+)"\)', code):
        assert f"| `{name}` |" in text
