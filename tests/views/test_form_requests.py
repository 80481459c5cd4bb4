"""Whole requests that write, through Django's handler: with ATOMIC_REQUESTS, and with transactions of a middleware."""

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import path
from django.views import generic

from django_extras.http import HttpError
from django_extras.test import assert_valid_response
from django_extras.views import JsonResponseMixin, StatusResponseMixin
from tests.models import Author, Book

#: What a form_valid() does after it has saved, by the name that a test sends, and the status that is answered.
ENDS: dict[str, tuple[Any, int]] = {
    "done": (None, 0),
    "conflict": (HttpError(409), 409),
    "busy": (HttpError(503, retry_after=5), 503),
    "missing": (Http404(), 404),
    "denied": (PermissionDenied(), 403),
    "faulty": (ValidationError("No.", "no"), 422),
    "broken": (IntegrityError("no constraint of the model"), 500),
    "crashed": (ZeroDivisionError(), 500),
    "refused": (HttpResponse(status=400), 400),
    "failed": (HttpResponse(status=500), 500),
}


class Ending:
    """Save, and then end as the request says."""

    model = Book
    json_fields: Any = ("id", "title")

    def form_valid(self, form: Any) -> Any:
        response = super().form_valid(form)  # type: ignore[misc]  # of the view
        end, _ = ENDS[self.request.headers["X-End"]]  # type: ignore[attr-defined]  # of the view
        if isinstance(end, Exception):
            raise end
        return end or response


class Create(Ending, JsonResponseMixin, generic.CreateView):
    fields = ("title", "price")


class Update(Ending, StatusResponseMixin, JsonResponseMixin, generic.UpdateView):
    fields = ("title", "price")


class Delete(Ending, JsonResponseMixin, generic.DeleteView):
    pass


urlpatterns = [
    path("new/", Create.as_view()),
    path("<int:pk>/", Update.as_view()),
    path("<int:pk>/delete/", Delete.as_view()),
]


def middleware_with_a_transaction(get_response: Any) -> Any:
    def respond(request: Any) -> Any:
        with transaction.atomic():
            Author.objects.create(name="before")
            response = get_response(request)
            Author.objects.create(name=f"after {response.status_code}")
            return response

    return respond


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_atomic", [True, False])
@pytest.mark.parametrize("middleware", [[], [f"{__name__}.middleware_with_a_transaction"]])
def test_what_ends_in_an_error_has_saved_nothing(
    is_atomic: bool, middleware: list[str], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", is_atomic)
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware", *middleware]
    client = Client(raise_request_exception=False)
    values = {"title": "New", "price": "1.00"}
    for name, (_, status) in ENDS.items():
        for method, url, sent, success in (
            ("POST", "/new/", values, 201),
            ("PUT", "/{pk}/", values, 200),
            ("PATCH", "/{pk}/", {"title": "New"}, 200),
            ("POST", "/{pk}/", values, 200),
            ("DELETE", "/{pk}/delete/", {}, 204),
            ("POST", "/{pk}/delete/", {}, 204),
        ):
            book = Book.objects.create(title="Old", price=5)
            before = list(Book.objects.values())

            response = client.generic(
                method, url.format(pk=book.pk), json.dumps(sent), "application/json", headers={"X-End": name}
            )

            what = (name, method, url)
            assert_valid_response(response)
            # The database protects what others refer to.
            failure = 409 if name == "broken" and "delete" in url else status
            assert (what, response.status_code) == (what, failure or success)
            assert (what, list(Book.objects.values()) == before) == (what, bool(failure))
            names = sorted(Author.objects.values_list("name", flat=True))
            assert (what, names) == (what, [f"after {response.status_code}", "before"] if middleware else [])
            assert not connection.in_atomic_block
            Book.objects.all().delete()
            Author.objects.all().delete()
