"""The demo's airports know their nearest neighbours."""

from demo.data import nearest
from demo.models import Airport, Country


def airport(icao: str, latitude: float, longitude: float, iata: str = "") -> Airport:
    return Airport(icao=icao, iata=iata, latitude=latitude, longitude=longitude)


def codes(airports: list[Airport]) -> dict[str, list[str]]:
    return {airport.icao: [other.icao for other in others] for airport, others in nearest(airports)}


def test_countries_and_airports_are_loaded(demo_data: object) -> None:
    frankfurt = Airport.objects.get(icao="EDDF")

    assert Country.objects.count() == 250
    assert (frankfurt.iata, frankfurt.country.name) == ("FRA", "Germany")
    assert frankfurt.map_url.startswith("https://www.openstreetmap.org/#map=13/50.0")
    assert str(frankfurt) == f"EDDF {frankfurt.name}"
    assert frankfurt.alternates.exclude(iata="").count() == frankfurt.alternates.count() > 0
    assert frankfurt not in frankfurt.alternates.all()


def test_the_nearest_three_that_airlines_serve() -> None:
    airports = [airport("HOME", 50, 10), airport("STRP", 50.01, 10)]
    airports += [airport(f"FAR{n}", 50 + n / 10, 10, iata=f"FA{n}") for n in (4, 2, 3, 1)]

    assert codes(airports)["HOME"] == ["FAR1", "FAR2", "FAR3"]
    assert codes(airports)["FAR1"] == ["FAR2", "FAR3", "FAR4"]


def test_neighbours_across_the_date_line_and_over_the_pole() -> None:
    airports = [airport("WEST", 0, -179.9, iata="WST"), airport("EAST", 0, 179.9, iata="EST")]
    airports += [airport("POL0", 89.9, 0, iata="PL0"), airport("POL1", 89.9, 120, iata="PL1")]

    assert codes(airports) == {"WEST": ["EAST"], "EAST": ["WEST"], "POL0": ["POL1"], "POL1": ["POL0"]}


def test_what_is_far_away_is_no_neighbour() -> None:
    assert codes([airport("HERE", 0, 0, iata="HER"), airport("AWAY", 10, 10, iata="AWY")]) == {"HERE": [], "AWAY": []}
