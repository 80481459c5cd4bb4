"""What a list of fields may say, and how it is told what is wrong with it."""

import enum
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_extras.projection.names import find
from django_extras.projection.projector import Projector, projector_of
from django_extras.projection.tree import Node, parse
from tests.models import Author, Book
from tests.shapes import Blob, Cafe, Person, Project


def test_forms_of_a_field() -> None:
    nodes = parse(
        ("a", "a__b", ("k", "a"), {"r": ["x"], "s__t": ("y", {"u": []})}, ("z", {"r": ["x"]})), "V.json_fields"
    )

    assert nodes == (
        Node("a", ("a",)),
        Node("a__b", ("a", "b")),
        Node("k", ("a",)),
        Node("r", ("r",), (Node("x", ("x",)),)),
        Node("s__t", ("s", "t"), (Node("y", ("y",)), Node("u", ("u",), ()))),
        Node("z", ("r",), (Node("x", ("x",)),)),
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("title", "V.json_fields must be a list of fields, not 'title'."),
        (b"title", "V.json_fields must be a list of fields, not b'title'."),
        ({"title": 1}, "V.json_fields must be a list of fields, not {'title': 1}."),
        (5, "V.json_fields must be a list of fields, not 5."),
        ([{"r": "x"}], "V.json_fields['r'] must be a list of fields, not 'x'."),
        ([{1: ["x"]}], "V.json_fields has the relation 1, which is not a string."),
        (["a", ("a", "b")], 'V.json_fields has the key "a" twice. Rename one: ("other key", "name").'),
        (["_state"], 'V.json_fields has "_state", which is not a public name.'),
        (["a___b"], 'V.json_fields has "a___b", which is not a public name.'),
        (["__all__"], 'V.json_fields has "__all__", which is not a public name.'),
        ([""], 'V.json_fields has "", which is not a public name.'),
        (
            [("k", {"a": [], "b": []})],
            "V.json_fields has ('k', {'a': [], 'b': []}), which is none of \"name\", (\"key\", \"name\"), "
            '{"relation": ["name", ...]} and ("key", {"relation": ["name", ...]}).',
        ),
    ],
)
def test_what_is_wrong_with_a_list(fields: Any, message: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        parse(fields, "V.json_fields")

    assert str(caught.value) == message


def test_lists_that_contain_themselves() -> None:
    straight: list[Any] = ["name"]
    straight.append({"boss": straight})
    renamed: list[Any] = []
    renamed.append(("b", {"boss__boss": renamed}))
    crossed: list[Any] = [{"boss": [{"staff": straight}]}]
    straight.append({"staff": crossed})

    for fields in (
        straight,
        renamed,
        crossed,
        ["boss__" * 50 + "name"],
        [{"boss__" * 30 + "boss": ["boss__" * 30 + "x"]}],
    ):
        with pytest.raises(ImproperlyConfigured) as caught:
            parse(fields, "V.json_fields")
        assert str(caught.value) == (
            "V.json_fields goes over more than 50 relations to one value. Does the list contain itself?"
        )


@pytest.mark.django_db
def test_the_deepest_list_of_each_kind_is_written() -> None:
    person = Person.objects.create(name="ann")
    person.boss = person
    person.save()
    fields: Any = ["name"]
    value: Any = {"name": "ann"}
    for _ in range(49):
        fields, value = [{"boss": fields}], {"boss": value}

    for objects in (Person.objects.all(), [person]):
        assert Projector(fields, "V.json_fields").rows(objects) == [value]
        assert Projector(["boss__" * 49 + "name"], "V.json_fields").rows(objects) == [{"boss__" * 49 + "name": "ann"}]
        assert Projector(["staff__" * 3 + "name"], "V.json_fields").rows(objects) == [
            {"staff__" * 3 + "name": [[["ann"]]]}
        ]


def test_lists_that_say_the_same_are_compiled_once() -> None:
    class View:
        pass

    class Name(str):
        """It says nothing of its own."""

    class Fields(enum.StrEnum):
        TITLE = "title"

    first = projector_of(View, ["title", {"publisher": ["name"]}], ["token"], None)

    for fields in (("title", {"publisher": ("name",)}), [Fields.TITLE, {Name("publisher"): [Name("name")]}]):
        assert projector_of(View, fields, {"token"}, None) is first
    for fields, allowed in ((["title"], ["token"]), (["title", {"publisher": ["name"]}], False)):
        assert projector_of(View, fields, allowed, None) is not first
        assert projector_of(View, ["title", {"publisher": ["name"]}], ["token"], None) is first


def test_lists_that_look_the_same_are_told_apart() -> None:
    class View:
        pass

    class Fields:
        def __init__(self, *names: str) -> None:
            self.names = names

        def __iter__(self) -> Any:
            return iter(self.names)

        def __len__(self) -> int:
            return len(self.names)

        def __contains__(self, name: object) -> bool:
            return name in self.names

    class Name(str):
        def __repr__(self) -> str:
            return "a name"

    for first, second in ((Fields("a"), Fields("b")), ([Name("a")], [Name("b")])):
        rows = [projector_of(View, fields, False, None).row({"a": 1, "b": 2}) for fields in (first, second)]
        assert rows == [{"a": 1}, {"b": 2}]
    projector_of(View, [{"a": ["b"]}], False, None)
    with pytest.raises(ImproperlyConfigured, match="must be a list of fields, not 'b'"):
        projector_of(View, [{"a": "b"}], False, None)
    fields = ["a"]
    projector_of(View, fields, False, None)
    fields.append("b")
    assert projector_of(View, fields, False, None).row({"a": 1, "b": 2}) == {"a": 1, "b": 2}


SECRETS = ["password", "PASSWORD", "old_passwords", "api_key", "apikey", "reset_token", "client_secret", "private_key"]
WORDS = ["pwd", "password2", "auth_key", "session_key", "aws_access_key", "get_session_auth_hash"]
CAMELS = ["passwordHash", "accessToken", "userAPIKey", "JWTToken", "PassWord", "oauth2Token"]
# Capitals where the list has one word.
HUMPS = ["passPhrase", "data__passPhrase", "userPassPhrase", "passWd", "PassWds", "apIKey", "secreT", "tokEn"]
PATHS = ["owner__password", "auth_token__key", "auth_token__pk"]


@pytest.mark.parametrize("name", [*SECRETS, *WORDS, *CAMELS, *HUMPS, *PATHS])
def test_secrets_are_refused_unless_spelled_out(name: str) -> None:
    for fields in ([name], [("k", name)], [{"owner": [name]}]):
        with pytest.raises(ImproperlyConfigured, match="which looks like a secret"):
            parse(fields, "V.json_fields", ["other"])
        parse(fields, "V.json_fields", [name])
        parse(fields, "V.json_fields", True)


def test_what_belongs_to_a_secret_is_refused_like_it() -> None:
    for fields in ([{"auth_token": ["key"]}], [("k", {"auth_token": ["key"]})], [{"owner__auth_token": ["key"]}]):
        with pytest.raises(ImproperlyConfigured, match="which looks like a secret"):
            parse(fields, "V.json_fields", ["key"])
        parse(fields, "V.json_fields", ["auth_token", "owner__auth_token"])


def test_message_about_a_secret() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        parse(["password"], "V.json_fields")

    assert str(caught.value) == (
        'V.json_fields has "password", which looks like a secret. Leave it out, or, if it may be seen by all who may '
        'see the rest, set V.allow_sensitive = ["password"].'
    )


@pytest.mark.parametrize(
    "name",
    ["passport", "tokenizer", "secretary", "compass", "passenger", "pwdr", "key", "publicKey", "sessionKeyboard"],
)
def test_words_that_only_begin_like_secrets(name: str) -> None:
    assert parse([name], "V.json_fields") == (Node(name, (name,)),)


@pytest.mark.parametrize(
    ("fields", "name", "model"),
    [
        (["titel"], "titel", "Book"),
        ([{"publisher": ["nam"]}], "nam", "Publisher"),
        ([{"authors": [{"books": ["x"]}]}], "x", "Book"),
        (["publisher__nam"], "nam", "Publisher"),
        (["save"], "save", "Book"),
        (["objects"], "objects", "Book"),
        (["DoesNotExist"], "DoesNotExist", "Book"),
        (["book_set"], "book_set", "Book"),
    ],
)
def test_names_that_are_not_there(fields: list[Any], name: str, model: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        Projector(fields, "V.json_fields").check(Book)

    there = {
        "Book": "authors, get_absolute_url, id, pages, pk, price, published, publisher, publisher_id, reading_time, "
        "title",
        "Publisher": "books, city, edition_set, id, name, pk",
    }
    assert str(caught.value) == f'V.json_fields has "{name}", which {model} has not. There is: {there[model]}.'


@pytest.mark.parametrize("name", ["greet_loudly", "erase", "everyone", "cafe_guests", "+"])
def test_attributes_that_may_not_be_sent(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f'"{name}", which Person has not'.replace("+", r"\+")):
        Projector([name], "V.json_fields").check(Person)


def test_hidden_relations_have_no_name() -> None:
    assert find(Project, "+") is None


def test_columns_lead_nowhere() -> None:
    for fields in (["title__x"], [{"title": ["x"]}]):
        with pytest.raises(ImproperlyConfigured) as caught:
            Projector(fields, "V.json_fields").check(Book)
        assert str(caught.value) == ('V.json_fields goes on from "title", which is a column of Book and no relation.')


def test_bytes_are_refused() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        Projector(["binary"], "V.json_fields").check(Blob)

    assert str(caught.value) == (
        "Blob.binary holds bytes, which JSON cannot hold. Name a property that turns them into text instead."
    )
    with pytest.raises(ImproperlyConfigured, match=r"There is: id, pk\.$"):
        Projector(["x"], "V.json_fields").check(Blob)


def test_names_of_inherited_columns() -> None:
    Projector(["name", "place_ptr", "place_ptr_id", "pk"], "V.json_fields").check(Cafe)


@pytest.mark.django_db
def test_names_that_are_not_there_on_instances() -> None:
    projector = Projector(["name", "x"], "V.json_fields")
    author = Author.objects.create(name="Ann")

    with pytest.raises(ImproperlyConfigured, match=r'"x", which Author has not. There is: books, editions, id, name'):
        projector.row(author)
    author.x = 1  # type: ignore[attr-defined]
    assert projector.row(author) == {"name": "Ann", "x": 1}
    with pytest.raises(ImproperlyConfigured, match='"x", which Author has not'):
        projector.row(Author(name="Bob", pk=9))
    with pytest.raises(ImproperlyConfigured) as caught:
        projector.row({"name": "Cid"})
    assert str(caught.value) == 'V.json_fields has "x", which the row has not. There is: name.'
    with pytest.raises(ImproperlyConfigured, match='"name", which int has not'):
        projector.row(5)


@pytest.mark.django_db
def test_errors_inside_a_property_stay() -> None:
    class Thing:
        @property
        def x(self) -> int:
            raise AttributeError("mine")

    with pytest.raises(AttributeError, match=r"^mine$"):
        Projector(["x"], "V.json_fields").row(Thing())
