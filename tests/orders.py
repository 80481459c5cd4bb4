"""Models to order by: every class of field, and columns that hold something else than what an instance shows."""

import enum
from typing import Any

from django.db import connection, models

from tests.shapes import Columns, LoudField

if connection.vendor == "postgresql":
    from django.contrib.postgres import fields
    from django.contrib.postgres.search import SearchVectorField


class Grade(enum.Enum):
    """What a column of texts stands for."""

    GOOD = "a"
    FAIR = "b"
    POOR = "c"


class GradeField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A field whose values are members of an enum, which no JSON holds."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Grade | None:
        return None if value is None else Grade(value)

    def get_prep_value(self, value: Any) -> str | None:
        return value.value if isinstance(value, Grade) else value


class WordsField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A field whose values are lists, which cannot be compared with what the database stores."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> list[str] | None:
        return None if value is None else value.split()

    def get_prep_value(self, value: Any) -> str | None:
        return " ".join(value) if isinstance(value, list) else value


class RealField(models.FloatField):  # type: ignore[type-arg]
    """A float of four bytes."""

    def db_type(self, connection: Any) -> str:
        return "float" if connection.vendor == "mysql" else "real"


class SecondField(models.DateTimeField):  # type: ignore[type-arg]
    """A moment without a fraction of a second, as in tables that are older than Django."""

    def db_type(self, connection: Any) -> str:
        kinds = {"mysql": "datetime", "postgresql": "timestamp(0) with time zone"}
        return kinds.get(connection.vendor, "datetime")


class SizeField(models.CharField):
    """A text that MariaDB sorts by its place in a list."""

    def db_type(self, connection: Any) -> str | None:
        return "enum('small', 'medium', 'large')" if connection.vendor == "mysql" else super().db_type(connection)


class Aisle(models.Model):
    """The far end of a relation, with an order of its own by an expression."""

    name = models.CharField(max_length=100, null=True)  # noqa: DJ001

    class Meta:
        ordering = (models.F("name").desc(nulls_last=True), "-pk")

    def __str__(self) -> str:
        return str(self.pk)


class Ware(Columns):
    """A column of each class of Django's fields, and of fields whose values are not what is stored."""

    binary = models.BinaryField(null=True)
    big = models.BigIntegerField(null=True)
    path = models.FilePathField(null=True)  # noqa: DJ001
    ip = models.GenericIPAddressField(null=True)
    positive_big = models.PositiveBigIntegerField(null=True)
    positive = models.PositiveIntegerField(null=True)
    positive_small = models.PositiveSmallIntegerField(null=True)
    small = models.SmallIntegerField(null=True)
    char = models.CharField(max_length=300, null=True)  # noqa: DJ001
    wide = models.DecimalField(max_digits=30, decimal_places=10, null=True)
    aisle = models.ForeignKey(Aisle, models.CASCADE, null=True)
    twin = models.OneToOneField("self", models.SET_NULL, null=True)
    grade = GradeField(max_length=1, null=True)
    words = WordsField(max_length=100, null=True)
    loud = LoudField(max_length=100, null=True)
    real = RealField(null=True)
    second = SecondField(null=True)
    size = SizeField(max_length=9, null=True)
    # The servers under test have no database, which the check of this field would find.
    if connection.features.supports_stored_generated_columns:
        double = models.GeneratedField(
            expression=models.F("integer") * 2, output_field=models.BigIntegerField(), db_persist=True
        )
    if connection.vendor == "postgresql":
        array = fields.ArrayField(models.DecimalField(max_digits=5, decimal_places=2, null=True), null=True)
        nested = fields.ArrayField(fields.ArrayField(models.DateTimeField()), null=True)
        big_range = fields.BigIntegerRangeField(null=True)
        date_range = fields.DateRangeField(null=True)
        datetime_range = fields.DateTimeRangeField(null=True)
        decimal_range = fields.DecimalRangeField(null=True)
        hstore = fields.HStoreField(null=True)
        integer_range = fields.IntegerRangeField(null=True)
        search = SearchVectorField(null=True)

    @property
    def number(self) -> int:
        """The key, by way of an instance."""
        return self.pk


class Legacy(models.Model):
    """A part of that table, as for a table that is older than its model."""

    size = models.CharField(max_length=9, null=True)  # noqa: DJ001
    slug = models.SlugField(null=True)  # noqa: DJ001
    text = models.TextField(null=True)  # noqa: DJ001

    class Meta:
        managed = False
        db_table = "tests_ware"

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def number(self) -> int:
        """The key, by way of an instance."""
        return self.pk


class Vote(models.Model):
    """What averages are made of."""

    ware = models.ForeignKey(Ware, models.CASCADE, related_name="votes")
    stars = models.IntegerField()

    def __str__(self) -> str:
        return str(self.stars)


class Name(models.Model):
    """A long primary key."""

    name = models.CharField(max_length=255, primary_key=True)

    def __str__(self) -> str:
        return self.name
