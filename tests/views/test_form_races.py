"""Two requests at the same time, on a database that has more than one connection."""

import threading
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.views import generic

from django_extras.views import JsonResponseMixin
from tests.entries import Draft
from tests.views.writing import body, errors, send

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="In memory, it has one connection."),
]


class Create(JsonResponseMixin, generic.CreateView):
    """A view whose requests have all validated their forms before the first of them saves."""

    model = Draft
    fields = ("title", "slug")
    json_fields = ("title", "slug")
    validated: threading.Barrier

    def form_valid(self, form: Any) -> Any:
        self.validated.wait(timeout=10)
        return super().form_valid(form)


@pytest.mark.parametrize("count", [2, 5])
def test_one_of_those_who_create_the_same_wins(count: int) -> None:
    view = type("V", (Create,), {"validated": threading.Barrier(count)})
    responses: list[Any] = []

    def create(number: int) -> None:
        try:
            responses.append(send(view, "POST", {"title": f"Draft {number}", "slug": "same"}))
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=create, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(response.status_code for response in responses) == [201] + [422] * (count - 1)
    for response in responses:
        if response.status_code == 422:
            assert errors(response) == [("#/slug", "unique")]
        else:
            assert body(response)["slug"] == "same"
    assert Draft.objects.count() == 1
