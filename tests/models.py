"""Models that the tests' views show: a publisher's books with their authors, and an invoice with its file."""

from django.db import models

from tests.entries import *  # noqa: F403
from tests.orders import *  # noqa: F403
from tests.packages import *  # noqa: F403
from tests.shapes import *  # noqa: F403
from tests.versions import *  # noqa: F403


class Publisher(models.Model):
    name = models.CharField(max_length=100)
    city = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Author(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Book(models.Model):
    title = models.CharField(max_length=200)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    published = models.DateField(null=True)
    pages = models.PositiveIntegerField(default=0)
    publisher = models.ForeignKey(Publisher, models.CASCADE, related_name="books", null=True)
    authors = models.ManyToManyField(Author, related_name="books")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/books/{self.pk}/"

    @property
    def reading_time(self) -> int:
        """Minutes that a reader takes."""
        return self.pages * 2


class Invoice(models.Model):
    number = models.CharField(max_length=20)
    pdf = models.FileField(upload_to="invoices")

    def __str__(self) -> str:
        return self.number
