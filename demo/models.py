"""Airports, the countries they lie in, flights, notices to crews, documents to download, and what visitors say."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse


class Country(models.Model):
    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=100)
    flag = models.CharField(max_length=2)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "countries"

    def __str__(self) -> str:
        return self.name


class Airport(models.Model):
    icao = models.CharField(max_length=4, unique=True)
    iata = models.CharField(max_length=3, blank=True, db_index=True)
    name = models.CharField(max_length=100)
    city = models.CharField(max_length=100, blank=True)
    country = models.ForeignKey(Country, models.PROTECT, related_name="airports")
    elevation = models.IntegerField(help_text="In feet above the sea.")
    latitude = models.FloatField()
    longitude = models.FloatField()
    time_zone = models.CharField(max_length=40)
    alternates = models.ManyToManyField(
        "self", symmetrical=False, related_name="alternate_of", help_text="The nearest three that airlines serve."
    )

    class Meta:
        ordering = ["icao"]

    def __str__(self) -> str:
        return f"{self.icao} {self.name}"

    @property
    def map_url(self) -> str:
        return f"https://www.openstreetmap.org/#map=13/{self.latitude}/{self.longitude}"


class Flight(models.Model):
    number = models.CharField(
        max_length=6,
        unique=True,
        validators=[RegexValidator("^[A-Z]{2}[0-9]{1,4}$", "Enter two letters and up to four digits, such as LH400.")],
    )
    origin = models.ForeignKey(Airport, models.PROTECT, to_field="icao", related_name="departures")
    destination = models.ForeignKey(Airport, models.PROTECT, to_field="icao", related_name="arrivals")
    departure = models.DateTimeField()
    seats = models.PositiveSmallIntegerField(default=180, validators=[MinValueValidator(1), MaxValueValidator(853)])
    fare = models.DecimalField(max_digits=7, decimal_places=2)
    is_charter = models.BooleanField(default=False)

    class Meta:
        ordering = ["departure"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(origin=models.F("destination")),
                name="flight_leads_elsewhere",
                violation_error_message="A flight must end at another airport.",
            )
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("flight", args=[self.pk])


class Notice(models.Model):
    headline = models.CharField(max_length=80)
    text = models.TextField(max_length=1000)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.headline

    def get_absolute_url(self) -> str:
        return reverse("notice", args=[self.pk])


class Document(models.Model):
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=100)
    file = models.FileField(upload_to="documents")

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Remark(models.Model):
    name = models.CharField(max_length=50)
    text = models.CharField(max_length=200)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name}: {self.text}"
