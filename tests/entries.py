"""Models that forms fill in: a column of each type that a form has a field for."""

import datetime
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models


def now() -> datetime.datetime:
    return datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, datetime.UTC)


def directory() -> Path:
    return Path(__file__).parent / "binding"


class HttpsField(models.URLField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A URL that says what to assume, as Django 5.2 demands."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"assume_scheme": "https", **kwargs})


class Entry(models.Model):
    """A column of each type, each of which may be empty."""

    big_integer = models.BigIntegerField(null=True, blank=True)
    boolean = models.BooleanField(default=False)
    nullable_boolean = models.BooleanField(null=True, blank=True)
    char = models.CharField(max_length=100, blank=True)
    nullable_char = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001
    date = models.DateField(null=True, blank=True)
    datetime = models.DateTimeField(null=True, blank=True)
    decimal = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    duration = models.DurationField(null=True, blank=True)
    email = models.EmailField(blank=True)
    file = models.FileField(null=True, blank=True)
    file_path = models.FilePathField(path=directory, blank=True)
    float = models.FloatField(null=True, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    integer = models.IntegerField(null=True, blank=True)
    json = models.JSONField(null=True, blank=True)
    json_of_django = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    positive_big_integer = models.PositiveBigIntegerField(null=True, blank=True)
    positive_integer = models.PositiveIntegerField(null=True, blank=True)
    positive_small_integer = models.PositiveSmallIntegerField(null=True, blank=True)
    slug = models.SlugField(blank=True)
    small_integer = models.SmallIntegerField(null=True, blank=True)
    text = models.TextField(blank=True)
    time = models.TimeField(null=True, blank=True)
    url = HttpsField(blank=True)
    uuid = models.UUIDField(default=uuid.uuid4)
    grade = models.IntegerField(choices={1: "Good", 2: "Bad"}, null=True, blank=True)
    kind = models.CharField(max_length=1, choices={"a": "Apple", "b": "Bear"}, blank=True)
    answer = models.BooleanField(choices={True: "Yes", False: "No"}, null=True, blank=True)
    moment = models.DateTimeField(choices=[(now(), "Then")], null=True, blank=True)
    price = models.DecimalField(
        max_digits=5, decimal_places=2, choices=[(Decimal("1.50"), "Low")], null=True, blank=True
    )
    publisher = models.ForeignKey("Publisher", models.SET_NULL, related_name="+", null=True, blank=True)
    team = models.ForeignKey("Team", models.SET_NULL, related_name="+", to_field="code", null=True, blank=True)
    person = models.OneToOneField("Person", models.SET_NULL, related_name="+", null=True, blank=True)
    authors: Any = models.ManyToManyField("Author", related_name="+", blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class Draft(models.Model):
    """Columns with defaults of every kind, and constraints over several columns."""

    title = models.CharField(max_length=20)
    slug = models.SlugField(unique=True, default="draft")
    is_open = models.BooleanField(default=True)
    options = models.JSONField(default=dict)
    created = models.DateTimeField(default=now)
    token = models.UUIDField(default=uuid.uuid4)
    rank = models.IntegerField(db_default=7)
    opened = models.DateField(null=True, blank=True)
    closed = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(closed__gte=models.F("opened")), name="opened_first"),
            # MariaDB has no such constraint, and Django fails to leave it out.
            *(
                [models.UniqueConstraint(fields=["title"], condition=models.Q(is_open=True), name="one_open")]
                if connection.features.supports_partial_indexes
                else []
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Varying:
    """What the columns of a ticket ask for each time that a form is made of them."""

    tenant = "Ace"
    is_required = True
    folder = directory()
    states: ClassVar[dict[str, str]] = {"new": "New"}


class DesksOfTenant(models.Manager["Desk"]):
    """A manager that shows what belongs to one tenant."""

    def get_queryset(self) -> "models.QuerySet[Desk]":
        return super().get_queryset().filter(name__startswith=Varying.tenant)


class Desk(models.Model):
    """Something that belongs to a tenant."""

    name = models.CharField(max_length=20)
    number = models.IntegerField(unique=True, null=True, blank=True)
    row = models.IntegerField(null=True, blank=True)
    seat = models.IntegerField(null=True, blank=True)

    objects = DesksOfTenant()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["row", "seat"], name="one_seat")]

    def __str__(self) -> str:
        return self.name


class VaryingField(models.CharField):
    """Text that is required or not, from time to time."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"required": Varying.is_required, **kwargs})


class Ticket(models.Model):
    """Columns that make another field of a form from time to time, and one that does not."""

    title = models.CharField(max_length=20)
    state = models.CharField(max_length=20, choices=lambda: Varying.states, blank=True)
    desk = models.ForeignKey(Desk, models.CASCADE, null=True, blank=True)
    desks: Any = models.ManyToManyField(Desk, related_name="+", blank=True)
    code = VaryingField(max_length=20, blank=True)
    path = models.FilePathField(path=lambda: Varying.folder, max_length=200, blank=True)

    def __str__(self) -> str:
        return self.title


if connection.vendor == "postgresql":
    from django.contrib.postgres import fields

    class PostgresEntry(models.Model):
        """A column of each type that only PostgreSQL has."""

        array = fields.ArrayField(models.IntegerField(), default=list, blank=True)
        texts = fields.ArrayField(models.CharField(max_length=20), null=True, blank=True)
        datetimes = fields.ArrayField(models.DateTimeField(), null=True, blank=True)
        decimals = fields.ArrayField(
            models.DecimalField(max_digits=5, decimal_places=2), size=3, null=True, blank=True
        )
        nested = fields.ArrayField(fields.ArrayField(models.IntegerField()), null=True, blank=True)
        ranges = fields.ArrayField(fields.IntegerRangeField(), null=True, blank=True)
        big_integer_range = fields.BigIntegerRangeField(null=True, blank=True)
        date_range = fields.DateRangeField(null=True, blank=True)
        datetime_range = fields.DateTimeRangeField(null=True, blank=True, default_bounds="[]")
        decimal_range = fields.DecimalRangeField(null=True, blank=True)
        integer_range = fields.IntegerRangeField(null=True, blank=True)
        hstore = fields.HStoreField(null=True, blank=True)

        def __str__(self) -> str:
            return str(self.pk)
