"""What the tests of views share."""

import datetime

import pytest

from tests.models import Author, Book


@pytest.fixture
def templates(settings):
    names = ["page", "tests/book_list", "tests/book_detail", "tests/book_form", "tests/book_confirm_delete"]
    names += ["tests/book_archive", "tests/book_archive_year", "registration/login"]
    pages = {f"{name}.html": "Hello {{ form.errors.as_text }}" for name in names}
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", pages)]},
        }
    ]


@pytest.fixture
def book(db):
    return Book.objects.create(title="Emma", price=5, published=datetime.date(2020, 5, 17))


@pytest.fixture
def authors(db):
    return [Author.objects.create(name=name) for name in "abcde"]
