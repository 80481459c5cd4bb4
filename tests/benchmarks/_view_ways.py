"""The views that the benchmark of statuses, errors and negotiation asks: by hand, and with the library."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.utils.cache import patch_vary_headers
from django.views.generic import TemplateView, View

from django_extras.http import HttpError
from django_extras.views import JsonResponseMixin, NegotiatedResponseMixin, StatusResponseMixin

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [("django.template.loaders.locmem.Loader", {"page.html": "<h1>{{ title }}</h1>"})],
                )
            ]
        },
    }
]
REASON = "The book has been sold."


class Page(TemplateView):
    template_name = "page.html"
    extra_context = {"title": "Emma"}


class CodesByHand(Page):
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**kwargs), status=202)


class Codes(StatusResponseMixin, Page):
    status_codes = {"get": 202}


class NoContentByHand(View):
    def get(self, request: Any) -> HttpResponse:
        return HttpResponse(status=204)


class NoContent(StatusResponseMixin, View):
    status_code = 204

    def get(self, request: Any) -> HttpResponse:
        return self.render_to_response()


class UnavailableByHand(Page):
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data(**kwargs)
        return self.render_to_response(context, status=503, headers={"Retry-After": "120"})


class Unavailable(StatusResponseMixin, Page):
    status_code = 503
    retry_after = 120


class Sold(Exception):
    """The error of whoever writes the answer by hand."""


class ByHandMiddleware:
    """Answer the error as the library does, without looking closely at what the client takes."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: Any, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Sold):
            return None
        title, detail = "Conflict", str(exception)
        response: HttpResponse
        if "text/html" in request.headers.get("Accept", ""):
            response = HttpResponse(PAGE.format(title=f"409 {title}", detail=detail), status=409)
        else:
            problem = {"type": "about:blank", "title": title, "status": 409, "detail": detail}
            response = JsonResponse(problem, status=409, content_type="application/problem+json")
            response.headers["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Accept"])
        return response


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body>
<h1>{title}</h1>
<p>{detail}</p>
</body>
</html>
"""


class ErrorByHand(View):
    def get(self, request: Any) -> HttpResponse:
        raise Sold(REASON)


class Error(View):
    def get(self, request: Any) -> HttpResponse:
        raise HttpError(409, REASON)


class Json(JsonResponseMixin, Page):
    pass


class Negotiated(NegotiatedResponseMixin, Page):
    pass


urls = (
    path("codes-by-hand/", CodesByHand.as_view()),
    path("codes/", Codes.as_view()),
    path("204-by-hand/", NoContentByHand.as_view()),
    path("204/", NoContent.as_view()),
    path("503-by-hand/", UnavailableByHand.as_view()),
    path("503/", Unavailable.as_view()),
    path("error-by-hand/", ErrorByHand.as_view()),
    path("error/", Error.as_view()),
    path("page/", Page.as_view()),
    path("json/", Json.as_view()),
    path("negotiated/", Negotiated.as_view()),
)
