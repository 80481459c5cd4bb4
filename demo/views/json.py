"""Generic views that answer with JSON."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.generic import CreateView, DeleteView, DetailView, ListView, TemplateView, UpdateView, View

from demo.models import Airport, Country, Flight
from django_extras.views import JsonResponseMixin


class AirportList(JsonResponseMixin, ListView):
    """A list, in pages, with a nested country. One query counts, one fetches: never one per row."""

    model = Airport
    paginate_by = 50
    json_fields = ["icao", "iata", "name", "city", {"country": ["name", "flag"]}]


class AirportDetail(JsonResponseMixin, DetailView):
    """One object, with relations to one and to many, and a property of the model."""

    model = Airport
    slug_field = slug_url_kwarg = "icao"
    json_fields = [
        *["icao", "iata", "name", "city", "elevation", "time_zone", "map_url"],
        {"country": ["code", "name", "flag"]},
        {"alternates": ["icao", "iata", "name"]},
    ]


class AirportCursorList(JsonResponseMixin, ListView):
    """Pages by key: the last costs what the first does. The query may choose among orders, and how many it wants."""

    model = Airport
    paginate = "cursor"
    paginate_by, max_paginate_by = 50, 500
    json_ordering = ["icao", "name", "elevation"]
    json_fields = ["icao", "name", "elevation", ("country", "country__name")]


class CountryList(JsonResponseMixin, ListView):
    """The query set is yours: here it adds an annotation. Without pages, the answer is a bare list."""

    queryset = Country.objects.annotate(airport_count=Count("airports"))
    json_fields = ["code", "name", "airport_count"]


class Totals(JsonResponseMixin, TemplateView):
    """A view without a model sends its context, but nothing that Django put there."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counts = {"airports": Airport.objects.count(), "countries": Country.objects.count()}
        return super().get_context_data(**counts, **kwargs)


class AsyncTotals(JsonResponseMixin, View):
    """An async view. Any JSON value may be the top level."""

    async def get(self, request: HttpRequest) -> HttpResponse:
        return self.render_json_response([await Airport.objects.acount(), await Country.objects.acount()])


#: What JSON shows of a flight, and what a form takes of it.
FLIGHT = ["number", "origin", "destination", "departure", "seats", "fare", "is_charter"]


class FlightList(JsonResponseMixin, ListView):
    """The list of what the other three views make, change and delete."""

    model = Flight
    paginate_by = 20
    json_fields = ["id", *FLIGHT]


class FlightCreate(JsonResponseMixin, CreateView):
    """POST makes a flight: 201 with the flight and its Location, or 422 with each fault and where it is."""

    model = Flight
    fields = FLIGHT
    json_fields = ["id", *FLIGHT]


class FlightUpdate(JsonResponseMixin, UpdateView):
    """PUT replaces the flight, PATCH changes what is named. Both answer with the flight, just as GET does."""

    model = Flight
    fields = FLIGHT
    json_fields = ["id", *FLIGHT]


class FlightDelete(JsonResponseMixin, DeleteView):
    """DELETE answers 204, which has no content."""

    model = Flight
    json_fields = ["id", "number"]
