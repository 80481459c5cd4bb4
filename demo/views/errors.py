"""Views that cannot do what they were asked for, and say so."""

from django.http import HttpRequest, HttpResponse
from django.views.generic import View

from demo.models import Airport
from django_extras.http import HttpError


class Landing(View):
    """Raised in whatever depth, an error has a status, a sentence for people, and members for programs."""

    def get(self, request: HttpRequest) -> HttpResponse:
        self.find_runway(Airport.objects.get(icao="EDDF"))
        return HttpResponse("Welcome!")

    def find_runway(self, airport: Airport) -> None:
        raise HttpError(409, f"All runways of {airport.name} are taken.", code="runways-taken", icao=airport.icao)


class Queue(View):
    """The fields that HTTP ties to a status are arguments here, too. Async views raise just the same."""

    async def get(self, request: HttpRequest) -> HttpResponse:
        raise HttpError(429, "Fly a circle, please.", retry_after=90)
