"""Fill the demo's database with the airports of the world."""

import datetime
import heapq
import math
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

import airportsdata
import pycountry
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from demo.models import Airport, Country, Flight, Notice

#: Kosovo has airports, but no code in ISO 3166-1: XK is what the European Union uses.
KOSOVO = Country(code="XK", name="Kosovo", flag="🇽🇰")


@transaction.atomic
def load_countries_and_airports(prefix: str = "") -> None:
    """Insert all countries, and the airports whose ICAO code begins with `prefix`."""
    Country.objects.bulk_create(
        chain((Country(code=c.alpha_2, name=c.name, flag=c.flag) for c in pycountry.countries), [KOSOVO])
    )
    rows = sorted((icao, row) for icao, row in airportsdata.load().items() if icao.startswith(prefix))
    airports = Airport.objects.bulk_create(
        Airport(
            icao=icao,
            iata=row["iata"],
            name=row["name"],
            city=row["city"],
            country_id=row["country"],
            elevation=round(row["elevation"]),
            latitude=row["lat"],
            longitude=row["lon"],
            time_zone=row["tz"],
        )
        for icao, row in rows
    )
    link = Airport.alternates.through
    link.objects.bulk_create(
        link(from_airport_id=airport.pk, to_airport_id=alternate.pk)
        for airport, alternates in nearest(airports)
        for alternate in alternates
    )


def load_flights() -> None:
    """Insert a few flights for the next days."""
    tomorrow = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) + datetime.timedelta(days=1)
    flights = [
        ("LH400", "EDDF", "KJFK", "649.00", 364),
        ("QF1", "YSSY", "EGLL", "1420.50", 484),
        ("SQ12", "WSSS", "KLAX", "980.00", 264),
    ]
    for days, (number, origin, destination, fare, seats) in enumerate(flights):
        departure = tomorrow + datetime.timedelta(days=days)
        Flight.objects.create(
            number=number, origin_id=origin, destination_id=destination, departure=departure, seats=seats, fare=fare
        )


def load_notices() -> None:
    """Insert the user who may write, with a password that everybody may know, and a few notices."""
    get_user_model().objects.create_user("demo", password="demo")
    for headline, text in [
        ("EDDF: runway 18 closed", "Closed for repair from 22:00 to 05:00. Expect departures from runway 25C."),
        ("KJFK: birds", "Geese at both ends of runway 22R. Report what you see."),
    ]:
        Notice.objects.create(headline=headline, text=text)


def nearest(airports: list[Airport], count: int = 3) -> Iterator[tuple[Airport, list[Airport]]]:
    """Yield each airport with the nearest ones that airlines serve, as far as the next degrees around it."""
    cells = defaultdict(list)
    for airport in airports:
        if airport.iata:
            cells[math.floor(airport.latitude), math.floor(airport.longitude)].append((airport, position(airport)))
    for airport in airports:
        here, row, column = position(airport), math.floor(airport.latitude), math.floor(airport.longitude)
        # The nearer the pole is, the shorter is a degree of longitude.
        reach = min(math.ceil(1 / max(math.cos(math.radians(airport.latitude)), 1 / 180)), 180)
        columns = {(x + 180) % 360 - 180 for x in range(column - reach, column + reach + 1)}
        others = [
            (math.dist(here, there), other.icao, other)
            for y in range(row - 1, row + 2)
            for x in columns
            for other, there in cells.get((y, x), ())
            if other is not airport
        ]
        yield airport, [other for _, _, other in heapq.nsmallest(count, others)]


def position(airport: Airport) -> tuple[float, float, float]:
    """Return where the airport is on a globe of radius 1."""
    latitude, longitude = math.radians(airport.latitude), math.radians(airport.longitude)
    return (
        math.cos(latitude) * math.cos(longitude),
        math.cos(latitude) * math.sin(longitude),
        math.sin(latitude),
    )
