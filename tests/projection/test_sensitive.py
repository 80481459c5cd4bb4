"""What is refused as a secret: names that look like one, and names that send a column that looks like one."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Func,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject, RowNumber, Upper
from django.utils import timezone

from django_extras.projection.projector import Projector
from django_extras.projection.sensitive import is_sensitive, refuse_sensitive
from tests.shapes import Client, Key, Note, Project, Token, Visit

User = get_user_model()

RUN_TOGETHER = [
    *("accesstoken", "clientsecret", "apikey", "userapikey", "authtoken", "refreshToken", "csrftoken", "JWTTOKEN"),
    *(
        "sessionkey",
        "privatekey",
        "secretkey",
        "signingkey",
        "passwd",
        "userpasswd",
        "passcode",
        "dbpwd",
        "passwords2",
    ),
    *("passwordhash", "passwordsalt", "tokenvalue", "secretKeyId", "apikeyhash", "ACCESSTOKEN", "ClientSecret"),
    *("x-api-key", "data__apikey", "oauth_code", "session_data", "jwt", "encryption_key", "Token.key", "pass_code"),
    *("decryptionkey", "hmac_key", "MASTER_KEY", "recoveryKeys", "reset_key", "confirmation_key", "activation_key"),
]
INNOCENT = [
    *("secretary", "tokenizer_name", "passport_country", "keyboard", "secretariat", "tokenized", "monkey", "key"),
    *("passwordless", "compass_word", "bypass_code", "author_key", "hash", "code", "passage", "session", "session_id"),
    *("publickey", "primary_key", "api", "apikeyboard", "auth", "hotkeys", "sessionKeyboard", "undertokens1a", "pwdr"),
]


@pytest.mark.parametrize("name", RUN_TOGETHER)
def test_words_that_run_together(name: str) -> None:
    assert is_sensitive(name)


@pytest.mark.parametrize("name", INNOCENT)
def test_innocent_words(name: str) -> None:
    assert not is_sensitive(name)


@pytest.mark.parametrize("allowed", ["password", b"password", None, 1, iter(["password"])])
def test_allow_sensitive_is_no_text(allowed: Any) -> None:
    for fields in (["name"], ["password"]):
        with pytest.raises(ImproperlyConfigured, match=r"^V\.allow_sensitive must be True, False or a list of names"):
            Projector(fields, "V.json_fields", allowed)


SENDS: list[tuple[type[Model], Any, str]] = [
    (Visit, "session", "session_key"),
    (Visit, "session_id", "session_key"),
    (Visit, ("visitor", "session"), "session_key"),
    (Visit, "session__pk", "session_key"),
    (Visit, {"session": ["pk"]}, "session_key"),
    (Visit, {"session": [("id", "pk")]}, "session_key"),
    (Visit, "others", "session_key"),
    (Visit, ("all", "others__pk"), "session_key"),
    (Visit, {"others": ["pk"]}, "session_key"),
    (Visit, "client", "api_key"),
    (Visit, "client_id", "api_key"),
    (Visit, "client__code", "access_token"),
    (Visit, "login", "Token.key"),
    (Visit, {"login": ["key"]}, "Token.key"),
    (Session, "pk", "session_key"),
    (Session, "key", "session_key"),
    (Session, {"visits": ["session"]}, "session_key"),
    (Token, "key", "Token.key"),
    (Token, "pk", "Token.key"),
    (Key, "pk", "session_key"),
    (Key, "visitor", "session_key"),
    (Client, {"visit_set": [{"session": [{"visits": ["login_id"]}]}]}, "Token.key"),
]


@pytest.mark.parametrize(("model", "field", "secret"), SENDS)
def test_the_column_that_is_sent_is_judged(model: type[Model], field: Any, secret: str) -> None:
    written = field if isinstance(field, str) else None

    with pytest.raises(ImproperlyConfigured) as caught:
        Projector([field], "V.json_fields").rows(model._default_manager.all())

    assert f'V.json_fields has "{secret}", which looks like a secret' in str(caught.value)
    if written is not None and written != "key":
        assert str(caught.value) == (
            f'V.json_fields has "{secret}", which looks like a secret, under the name "{written}". Leave it out, or, '
            f'if it may be seen by all who may see the rest, set V.allow_sensitive = ["{secret}"].'
        )


@pytest.mark.django_db
@pytest.mark.parametrize("allowed", [True, {"session", "others"}, ["session_key"]])
def test_secrets_that_may_be_sent(allowed: Any) -> None:
    session = Session.objects.create(session_key="s", expire_date=timezone.now())
    visit = Visit.objects.create(session=session)
    visit.others.add(session)
    projector = Projector(["session", "others"], "V.json_fields", allowed)

    assert projector.rows(Visit.objects.all()) == [{"session": "s", "others": ["s"]}]
    assert projector.rows(list(Visit.objects.all())) == [{"session": "s", "others": ["s"]}]


@pytest.mark.django_db
def test_what_a_secret_leads_to_may_be_sent() -> None:
    session = Session.objects.create(session_key="s", expire_date=timezone.now())
    visit = Visit.objects.create(session=session, client=Client.objects.create(api_key="k", name="Ann"), tokens_used=5)
    visit.others.add(session)
    fields = ["id", ("at", "session__expire_date"), {"client": ["id", "name"]}, {"others": ["expire_date"]}]

    [row] = Projector(fields, "V.json_fields").rows(Visit.objects.all())

    at = session.expire_date
    assert row == {
        "id": visit.pk,
        "at": at,
        "client": {"id": visit.client.pk, "name": "Ann"},
        "others": [{"expire_date": at}],
    }


def refused(secret: str, fields: list[Any], objects: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf'^V.json_fields has "{secret}", which looks like a secret'):
        Projector(fields, "V.json_fields").rows(objects)


@pytest.mark.django_db
def test_instances_are_judged_by_their_own_class() -> None:
    class Thing:
        session = Session(session_key="s")

    visits = Visit.objects.prefetch_related(Prefetch("others", to_attr="shown"))
    visit = Visit.objects.create(login=Token.objects.create(key="k"))
    visit.others.add(Session.objects.create(session_key="s", expire_date=timezone.now()))

    refused("session_key", ["pk"], [Session()])
    refused("session_key", [{"session": ["pk"]}], [Thing()])
    refused("session_key", ["session__pk"], [{"session": Session()}])
    refused("session_key", [{"sessions": ["pk"]}], [{"sessions": Session.objects.all()}])
    refused("session_key", [{"shown": ["pk"]}], visits)
    refused("Token.key", ["login"], Visit.objects.all()[:0] or [visit])
    refused("Token.key", ["login__pk"], [visit])
    assert Projector(["login__pk"], "V.json_fields", ["login__pk"]).row(visit) == {"login__pk": "k"}


@pytest.mark.django_db
def test_keys_of_generic_relations_are_judged_by_their_model() -> None:
    session = Session.objects.create(session_key="s", expire_date=timezone.now())
    project = Project.objects.create(name="sky")
    Note.objects.create(text="about nothing")
    Note.objects.create(text="about sky", subject=project)
    queryset = Note.objects.order_by("pk")

    assert Projector(["subject"], "V.json_fields").rows(queryset) == [{"subject": None}, {"subject": str(project.pk)}]
    Note.objects.create(text="about a session", subject=session)
    refused("session_key", ["subject"], queryset.all())
    refused("session_key", [{"subject": ["pk"]}], queryset.all())
    assert Projector(["subject"], "V.json_fields", ["subject"]).rows(queryset)[2:] == [{"subject": "s"}]


def annotated(expression: Any) -> QuerySet[Any]:
    return Visit.objects.annotate(x=expression)


ANNOTATIONS = {
    "column": F("client__api_key"),
    "relation": F("session"),
    "changed": Upper("client__api_key"),
    "part of": Concat(Value("k"), Upper("client__api_key")),
    "or else": Coalesce("client__api_key", Value("")),
    "case": Case(When(pk__gt=0, then=F("client__api_key")), default=Value("")),
    "subquery": Subquery(Client.objects.filter(pk=OuterRef("pk")).values("api_key")[:1]),
    "subquery under another name": Subquery(Client.objects.filter(pk=OuterRef("pk")).values(k=F("api_key"))[:1]),
    "united": Subquery(Client.objects.values("name").union(Client.objects.values("api_key"))[:1]),
    "object": JSONObject(k="client__api_key"),
    "sql": RawSQL("SELECT api_key FROM tests_client", []),
    "part of JSON": KT("settings__api_key"),
    "part of a part": Upper(KT("settings__keys__api_key__0")),
    "number": Cast("client__api_key", Visit._meta.get_field("tokens_used").__class__()),
}


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_annotations_are_judged_by_what_they_are_made_of(name: str) -> None:
    queryset = annotated(ANNOTATIONS[name])

    for fields in (["x"], [("y", "x")]):
        with pytest.raises(ImproperlyConfigured, match=r'which looks like a secret, under the name "x"'):
            Projector(fields, "V.json_fields").rows(queryset)
    with pytest.raises(ImproperlyConfigured, match=r'which looks like a secret, under the name "x"'):
        Projector(["x"], "V.json_fields").rows(queryset.values("x"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "expression",
    [
        Count("client__api_key"),
        Sum("tokens_used"),
        KT("settings__colour"),
        F("tokens_used") + 1,
        Q(client__api_key__isnull=False),
        Subquery(Client.objects.values("name")[:1]),
        Case(When(client__api_key="", then=Value("no")), default=Value("yes")),
        Window(RowNumber(), partition_by="client__api_key", order_by="client__api_key"),
    ],
)
def test_annotations_that_tell_no_secret(expression: Any) -> None:
    assert Projector(["x"], "V.json_fields").rows(annotated(expression)) == []


VALUES = {
    "name": lambda: Visit.objects.values("session"),
    "path": lambda: Visit.objects.values("id", "client__code"),
    "renamed": lambda: Visit.objects.values(x=F("session__session_key")),
    "list": lambda: Visit.objects.values_list("session"),
    "one": lambda: Visit.objects.values_list("session__pk", flat=True),
    "named": lambda: Visit.objects.values_list("session_id", named=True),
    "united": lambda: Visit.objects.values("id").union(Visit.objects.values("session")),
    "extra": lambda: Visit.objects.extra(select={"x": "client_id || session_key"}).values("x"),
    "grouped": lambda: Visit.objects.values("session").annotate(n=Count("id")),
}


NAMES = ["id", "session", "session_id", "session__pk", "client__code", "x"]


@pytest.mark.parametrize("name", VALUES)
def test_columns_of_values_are_judged(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^V.json_fields has .* which looks like a secret, under"):
        Projector(NAMES, "V.json_fields").rows(VALUES[name]())
    for fields in (["visits"], [{"visits": NAMES}]):
        with pytest.raises(ImproperlyConfigured, match=r"^V.json_fields has .* which looks like a secret, under"):
            Projector(fields, "V.json_fields").row({"visits": VALUES[name]()})


@pytest.mark.django_db
def test_columns_of_values_that_are_not_sent_are_not_judged() -> None:
    visit = Visit.objects.create(tokens_used=1)

    assert Projector(["id"], "V.json_fields").rows(Visit.objects.values("id", "session")) == [{"id": visit.pk}]


def test_the_parts_of_a_union_have_the_names_of_the_first() -> None:
    united = Visit.objects.values("id").union(Visit.objects.values("session"))

    with pytest.raises(
        ImproperlyConfigured, match=r'^V.json_fields has "session_key", which looks like a secret, under'
    ):
        Projector(["id"], "V.json_fields").rows(united)


@pytest.mark.skipif(not hasattr(Client, "prefix"), reason="The database generates no columns.")
def test_generated_columns_are_judged_by_what_they_are_made_of() -> None:
    with pytest.raises(ImproperlyConfigured, match=r'"api_key", which looks like a secret, under the name "prefix"'):
        Projector(["prefix"], "V.json_fields").check(Client)
    Projector(["is_set", "prefix"], "V.json_fields", ["prefix"]).check(Client)


def test_refusal_of_two_types() -> None:
    expression = Client.objects.annotate(x=Func(Func("api_key", "id"), output_field=CharField())).query.annotations[
        "x"
    ]

    with pytest.raises(ImproperlyConfigured, match=r'^V has "api_key", which looks like a secret, under the name "x"'):
        refuse_sensitive("x", "V", False, expression)
    refuse_sensitive("x", "V", ["api_key"], expression)
