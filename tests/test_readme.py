"""The README's examples run and do what it says, and it fits on two screens."""

import re
from typing import Any

import pytest
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import User
from django.urls import path

from tests.documents import INSTALL_LINES, ROOT, Program, blocks

PATH = ROOT / "README.md"
README = PATH.read_text()
#: Lines of a terminal that fills a screen.
SCREEN = 50


class AnyToken(BaseBackend):
    """Take any token for that of the user whom the pages have."""

    def authenticate(self, request: Any) -> Any:
        return User.objects.get(username="anna")


def test_the_examples_do_what_they_say(db: None, request: pytest.FixtureRequest, settings: Any) -> None:
    program = Program(PATH, request)
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django_extras.middleware.TokenMiddleware"]
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.AnyToken"]
    urls = {"BookList": "books/", "BookUpdate": "books/<int:pk>/"}

    ran = []
    for block in blocks(PATH):
        program.run(block)
        ran.append(block.language)
        program.names["urlpatterns"] = [
            path(url, program.names[name].as_view()) for name, url in urls.items() if name in program.names
        ]

    assert ran == ["python", "console", "python", "console", "console", "console"]


def test_the_first_screen_says_what_it_is_and_what_it_answers() -> None:
    screen = "\n".join(README.splitlines()[:SCREEN])

    assert screen.startswith("# django-extras\n")
    assert all(block.code in screen for block in list(blocks(PATH))[:4])
    assert sum(len(block.code.splitlines()) for block in blocks(PATH) if block.language == "python") <= 14


def test_two_screens_say_how_to_get_it_and_where_to_read_on() -> None:
    assert len(README.splitlines()) <= 2 * SCREEN
    assert INSTALL_LINES[0] == "python -m pip install ."
    assert "pip install django-extras" in README
    assert "Django 5.2, 6.0 and 6.1; Python 3.11, 3.12 and 3.13" in README
    assert "`python -m pip install nox && python -m nox -s demo`" in README
    assert "`python -m pip install nox && python -m nox -s quick`" in README
    assert "`python -m pip install nox && python -m nox`" in README


@pytest.mark.parametrize("directory", ["how-to", "reference", "coming-from"])
def test_each_page_is_a_click_away(directory: str) -> None:
    pages = [str(page.relative_to(ROOT)) for page in sorted((ROOT / "docs" / directory).glob("*.md"))]

    assert [page for page in pages if f"]({page})" not in README] == []


def test_the_ci_runs_the_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    if not script.exists():
        pytest.skip("The sdist leaves .ci out")

    assert script.read_text().endswith("\npython -m pip install nox && python -m nox\n")


@pytest.mark.parametrize("target", re.findall(r"\]\(([^):]+)\)", README))
def test_relative_links_lead_to_a_file(target: str) -> None:
    assert (ROOT / target.partition("#")[0]).is_file()
