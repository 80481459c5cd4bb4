"""The notices of the demo: pages and JSON at the same URLs, with a login, a token and a lock."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

import demo.settings
from demo.data import load_notices
from demo.models import Notice
from django_extras.test import JsonClient, assert_problem

pytestmark = [pytest.mark.urls("demo.urls"), pytest.mark.django_db]

TOKEN = {"Authorization": "Bearer demo-token"}
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(autouse=True)
def notice(settings: Any) -> Notice:
    for name in ("MIDDLEWARE", "AUTHENTICATION_BACKENDS", "LOGIN_URL", "LOGIN_REDIRECT_URL"):
        setattr(settings, name, getattr(demo.settings, name))
    load_notices()
    return Notice.objects.latest("pk")


def log_in(client: Client) -> Client:
    client.force_login(get_user_model().objects.get(), "django.contrib.auth.backends.ModelBackend")
    return client


def test_a_person_writes_changes_and_deletes_a_notice(client: Client) -> None:
    refused = client.get("/notices/new/", headers=PAGE)
    user = {"username": "demo", "password": "demo", "next": "/notices/new/"}
    logged_in = client.post(refused.url, user, headers=PAGE)
    created = client.post("/notices/new/", {"headline": "Fog", "text": "Until noon."}, headers=PAGE)
    notice = Notice.objects.latest("pk")
    shown = client.get(created.url, headers=PAGE)
    form = client.get(f"{created.url}edit/", headers=PAGE)
    changed = client.post(
        f"{created.url}edit/", {"headline": "Fog", "text": "All day.", "version": notice.version}, headers=PAGE
    )
    deleted = client.post(f"{created.url}delete/", headers=PAGE)

    assert refused.url == "/login/?next=/notices/new/"
    assert logged_in.url == "/notices/new/"
    assert "Until noon." in shown.content.decode()
    assert f'name="version" value="{notice.version}"' in form.content.decode()
    assert (changed.status_code, changed.url) == (302, created.url)
    assert deleted.url == "/notices/"
    assert not Notice.objects.filter(headline="Fog").exists()


def test_a_program_does_the_same_at_the_same_urls() -> None:
    client = JsonClient(enforce_csrf_checks=False)

    refused = client.post("/notices/", {"headline": "Fog", "text": "Until noon."})
    created = client.post("/notices/", {"headline": "Fog", "text": "Until noon."}, headers=TOKEN)
    url = created.headers["Location"]
    shown = client.get(url)
    changed = client.patch(url, {"text": "All day."}, headers={**TOKEN, "If-Match": shown.headers["ETag"]})
    stale = client.patch(url, {"text": "Never."}, headers={**TOKEN, "If-Match": shown.headers["ETag"]})
    deleted = client.delete(url, headers={**TOKEN, "If-Match": changed.headers["ETag"]})

    assert_problem(refused, 401)
    assert (created.status_code, shown.json()["text"]) == (201, "Until noon.")
    assert (changed.status_code, changed.json()["text"]) == (200, "All day.")
    assert_problem(stale, 412)
    assert deleted.status_code == 204


def test_a_token_that_is_wrong() -> None:
    response = JsonClient().post("/notices/", {}, headers={"Authorization": "Bearer other"})

    assert_problem(response, 401)


def test_two_people_change_the_same_notice(client: Client, notice: Notice) -> None:
    url = f"/notices/{notice.pk}/edit/"
    log_in(client)

    first = client.post(url, {"headline": "First", "text": "By one.", "version": notice.version}, headers=PAGE)
    second = client.post(url, {"headline": "Second", "text": "By two.", "version": notice.version}, headers=PAGE)
    page = second.content.decode()
    notice.refresh_from_db()
    saved = client.post(url, {"headline": "Second", "text": "By two.", "version": notice.version}, headers=PAGE)

    assert first.status_code == 302
    assert second.status_code == 412
    assert notice.headline == "First"
    assert "Somebody saved this notice while you were writing" in page
    assert "By one." in page
    assert "By two." in page
    assert f'name="version" value="{notice.version}"' in page
    assert saved.status_code == 302
    notice.refresh_from_db()
    assert notice.headline == "Second"


def test_a_person_and_a_program_change_the_same_notice(client: Client, notice: Notice) -> None:
    program, url = JsonClient(), f"/notices/{notice.pk}/"
    tag = program.get(url).headers["ETag"]

    data = {"headline": "First", "text": "By a person.", "version": notice.version}
    log_in(client).post(f"{url}edit/", data, headers=PAGE)
    late = program.put(url, {"headline": "Second", "text": "By one."}, headers={**TOKEN, "If-Match": tag})
    tag = program.get(url).headers["ETag"]
    program.patch(url, {"headline": "Third"}, headers={**TOKEN, "If-Match": tag})
    person = client.post(f"{url}edit/", {**data, "version": notice.version + 1}, headers=PAGE)

    assert_problem(late, 412)
    assert person.status_code == 412
    notice.refresh_from_db()
    assert notice.headline == "Third"
