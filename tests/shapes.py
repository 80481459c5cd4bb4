"""Models of every shape: each type of field, each kind of relation, and what makes loading an instance special."""

import uuid
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.db.models.query_utils import DeferredAttribute


class Upper(str):
    """A string of an own type."""


class UpperField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A field whose values come out of the database changed."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Upper | None:
        return None if value is None else Upper(value.upper())


class Columns(models.Model):
    """Columns of many types, each of which may be null."""

    boolean = models.BooleanField(null=True)
    char = models.CharField(max_length=100, null=True)  # noqa: DJ001
    date = models.DateField(null=True)
    datetime = models.DateTimeField(null=True)
    decimal = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    duration = models.DurationField(null=True)
    email = models.EmailField(null=True)  # noqa: DJ001
    file = models.FileField(null=True)
    float = models.FloatField(null=True)
    integer = models.IntegerField(null=True)
    json = models.JSONField(null=True)
    slug = models.SlugField(null=True)  # noqa: DJ001
    text = models.TextField(null=True)  # noqa: DJ001
    time = models.TimeField(null=True)
    url = models.URLField(null=True)  # noqa: DJ001
    uuid = models.UUIDField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class Everything(Columns):
    """A column of each type."""

    big_integer = models.BigIntegerField(null=True)
    file_path = models.FilePathField(null=True)  # noqa: DJ001
    ip_address = models.GenericIPAddressField(null=True)
    positive_big_integer = models.PositiveBigIntegerField(null=True)
    positive_integer = models.PositiveIntegerField(null=True)
    positive_small_integer = models.PositiveSmallIntegerField(null=True)
    small_integer = models.SmallIntegerField(null=True)
    small_decimal = models.DecimalField(max_digits=14, decimal_places=9, null=True)
    wide_decimal = models.DecimalField(max_digits=30, decimal_places=4, null=True)
    json_of_django = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    upper = UpperField(max_length=100, null=True)
    # Django 6.1 brought these.
    if getattr(connection.features, "supports_no_precision_decimalfield", False):
        free_decimal = models.DecimalField(null=True)
    # The servers under test have no database, which the check of this field would find.
    if connection.features.supports_stored_generated_columns:
        generated = models.GeneratedField(
            expression=models.F("integer") + 1, output_field=models.BigIntegerField(null=True), db_persist=True
        )


class Blob(models.Model):
    """A column that JSON cannot hold."""

    binary = models.BinaryField()

    def __str__(self) -> str:
        return str(self.pk)


class Team(models.Model):
    """The target of keys that are no primary key."""

    code = models.CharField(max_length=10, unique=True)

    class Meta:
        ordering = ("-code",)

    def __str__(self) -> str:
        return self.code


class ActiveManager(models.Manager["Person"]):
    """A manager that shows some."""

    def get_queryset(self) -> models.QuerySet["Person"]:
        return super().get_queryset().filter(is_active=True)


class Person(models.Model):
    """A UUID for a key, relations to itself, and a default manager that hides rows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    born = models.DateTimeField(null=True)
    boss = models.ForeignKey("self", models.SET_NULL, null=True, related_name="staff")
    friends = models.ManyToManyField("self")
    team = models.ForeignKey(Team, models.CASCADE, to_field="code", null=True)
    projects: Any = models.ManyToManyField("Project", through="Membership")
    notes = GenericRelation("Note")

    objects = ActiveManager()
    everyone = models.Manager()  # noqa: DJ012

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def greet(self) -> str:
        return f"Hello, {self.name}"

    def greet_loudly(self, mark: str) -> str:
        return self.greet() + mark

    def erase(self) -> None:
        raise AssertionError

    erase.alters_data = True  # type: ignore[attr-defined]

    @property
    def boss_name(self) -> str | None:
        return self.boss.name if self.boss else None

    @staticmethod
    def kind() -> str:
        return "person"

    @classmethod
    def label(cls) -> str:
        return cls.__name__


class Badge(models.Model):
    """A relation to one whose key is in the other table."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True)
    number = models.IntegerField()

    def __str__(self) -> str:
        return str(self.number)


class Project(models.Model):
    """The far end of a relation to many that has an own model."""

    name = models.CharField(max_length=100)

    class Meta:
        ordering = (models.F("name").desc(),)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """The model between people and projects, which may be there twice."""

    person = models.ForeignKey(Person, models.CASCADE)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    role = models.CharField(max_length=100, choices={"l": "Leader", "m": "Member"})

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.role


class Note(models.Model):
    """A relation to a model that differs from row to row."""

    text = models.CharField(max_length=100)
    content_type = models.ForeignKey(ContentType, models.CASCADE, null=True)
    object_id = models.CharField(max_length=100, null=True)  # noqa: DJ001
    subject = GenericForeignKey()

    def __str__(self) -> str:
        return self.text


class Place(models.Model):
    """A parent table."""

    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Cafe(Place):
    """A child table."""

    seats = models.IntegerField(default=1)
    guests = models.ManyToManyField(Person, related_name="+")


class TallPerson(Person):
    """A proxy."""

    class Meta:
        proxy = True

    def greet(self) -> str:
        return "Hello from above"


class Watched(models.Model):
    """A model that reads a column as soon as it is loaded."""

    name = models.CharField(max_length=100)
    size = models.IntegerField(default=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = self.name.title()

    def __str__(self) -> str:
        return self.name


class Cell(models.Model):
    """A key of two columns."""

    pk = models.CompositePrimaryKey("row", "column")
    row = models.IntegerField()
    column = models.IntegerField()
    value = models.CharField(max_length=100, default="")

    def __str__(self) -> str:
        return self.value


if connection.vendor == "postgresql":
    from django.contrib.postgres import fields, search

    class PostgresEverything(models.Model):
        """A column of each type that only PostgreSQL has."""

        array = fields.ArrayField(models.DateTimeField(), null=True)
        nested_array = fields.ArrayField(
            fields.ArrayField(models.DecimalField(max_digits=5, decimal_places=2)), null=True
        )
        big_integer_range = fields.BigIntegerRangeField(null=True)
        date_range = fields.DateRangeField(null=True)
        datetime_range = fields.DateTimeRangeField(null=True)
        decimal_range = fields.DecimalRangeField(null=True)
        integer_range = fields.IntegerRangeField(null=True)
        hstore = fields.HStoreField(null=True)
        search_vector = search.SearchVectorField(null=True)

        def __str__(self) -> str:
            return str(self.pk)


class Edition(models.Model):
    """The row that the benchmarks send: 13 columns of many types, a publisher and authors."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    title = models.CharField(max_length=200)
    isbn = models.CharField(max_length=13)
    language = models.CharField(max_length=2)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    cost = models.DecimalField(max_digits=8, decimal_places=2)
    published = models.DateField()
    created = models.DateTimeField()
    updated = models.DateTimeField(null=True)
    pages = models.IntegerField()
    rating = models.FloatField()
    in_print = models.BooleanField()
    publisher = models.ForeignKey("Publisher", models.CASCADE)
    authors: Any = models.ManyToManyField("Author", related_name="editions")

    class Meta:
        ordering = ("title",)

    def __str__(self) -> str:
        return self.title


class Loud:
    """A descriptor that is no field's own."""

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else instance.__dict__["name"].upper()

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__["name"] = value


class LoudAttribute(DeferredAttribute):
    """The descriptor of a field that shows its values differently."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        return value.upper() if isinstance(value, str) else value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class LoudField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A field with such a descriptor."""

    descriptor_class = LoudAttribute


class ElsewhereFile(models.fields.files.FieldFile):
    """A file with an own idea of its URL."""

    @property
    def url(self) -> str:
        return f"/elsewhere/{self.name}"


class ElsewhereField(models.FileField):
    """A field of such files."""

    attr_class = ElsewhereFile


class Shouting(models.Model):
    """Columns that instances show differently."""

    name: Any = models.CharField(max_length=100)
    motto = LoudField(max_length=100)
    file = ElsewhereField()

    def __str__(self) -> str:
        return str(self.pk)


# What a class body cannot say, as the field takes the place of what is there.
Shouting.name = Loud()


class Colour(models.Model):
    """The far end of a relation whose table refers to the code of a team."""

    code = models.CharField(max_length=10)
    teams: Any = models.ManyToManyField(Team, through="TeamColour", related_name="colours")

    def __str__(self) -> str:
        return self.code


class TeamColour(models.Model):
    """The model between teams and colours."""

    team = models.ForeignKey(Team, models.CASCADE, to_field="code")
    colour = models.ForeignKey(Colour, models.CASCADE)

    def __str__(self) -> str:
        return str(self.pk)


class Watcher(models.Model):
    """A relation to a model that reads a column as soon as it is loaded."""

    watched = models.ForeignKey(Watched, models.CASCADE)
    team = models.ForeignKey(Team, models.DO_NOTHING, null=True, db_constraint=False)

    def __str__(self) -> str:
        return str(self.pk)


class ShoutManager(models.Manager["Chant"]):
    """A manager that adds a name."""

    def get_queryset(self) -> models.QuerySet["Chant"]:
        return super().get_queryset().annotate(shout=models.functions.Upper("text"))


class Chant(models.Model):
    """What a default manager adds to."""

    text = models.CharField(max_length=100)
    team = models.ForeignKey(Team, models.CASCADE)

    objects = ShoutManager()

    def __str__(self) -> str:
        return self.text


class Client(models.Model):
    """A key that foreign keys hold, a column whose name in the database says more, and one made of a secret."""

    api_key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    code = models.CharField(max_length=40, db_column="access_token")
    if connection.features.supports_stored_generated_columns:
        prefix = models.GeneratedField(
            expression=models.functions.Left("api_key", 3),
            output_field=models.CharField(max_length=3),
            db_persist=True,
        )
        is_set = models.GeneratedField(
            expression=models.Q(api_key__gt=""), output_field=models.BooleanField(), db_persist=True
        )

    def __str__(self) -> str:
        return self.name


class Token(models.Model):
    """A secret for a primary key, whose name alone does not tell."""

    key = models.CharField(max_length=40, primary_key=True)
    created = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.created)


class Visit(models.Model):
    """Relations of each kind to what has a secret for a key."""

    session = models.ForeignKey("sessions.Session", models.CASCADE, null=True, related_name="visits")
    client = models.ForeignKey(Client, models.CASCADE, to_field="api_key", null=True)
    login = models.OneToOneField(Token, models.CASCADE, null=True)
    others: Any = models.ManyToManyField("sessions.Session", related_name="+")
    tokens_used = models.IntegerField(default=0)
    settings = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.pk)


class Key(models.Model):
    """The key of its only column is that of a session."""

    visitor = models.OneToOneField("sessions.Session", models.CASCADE, primary_key=True)

    def __str__(self) -> str:
        return "a key"


class Soft(models.Manager[Any]):
    """A manager that shows what is deleted only if it is made so."""

    def __init__(self, include_deleted: bool = False) -> None:
        super().__init__()
        self.include_deleted = include_deleted

    def get_queryset(self) -> models.QuerySet[Any]:
        queryset = super().get_queryset()
        return queryset if self.include_deleted else queryset.filter(is_deleted=False)


class Deletable(models.Model):
    """The default manager shows all, a related manager of its class does not."""

    name = models.CharField(max_length=40)
    is_deleted = models.BooleanField(default=False)

    unfiltered = Soft(include_deleted=True)
    visible = Soft()

    class Meta:
        abstract = True
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Town(Deletable):
    """Where a shop is."""

    class Meta(Deletable.Meta):
        base_manager_name = "visible"


class Shop(Deletable):
    """Relations to one lead here, unless it is deleted."""

    town = models.ForeignKey(Town, models.CASCADE, null=True)
    remarks = GenericRelation("Remark")
    budget = models.IntegerField(default=0)

    class Meta(Deletable.Meta):
        base_manager_name = "visible"


class Sign(Deletable):
    """A relation to one whose key is in this table."""

    shop = models.OneToOneField(Shop, models.CASCADE)

    class Meta(Deletable.Meta):
        base_manager_name = "visible"


class Item(Deletable):
    """The many end."""

    shop = models.ForeignKey(Shop, models.CASCADE, null=True, related_name="items")
    labels: Any = models.ManyToManyField("Label", related_name="items")


class Label(Deletable):
    """The other side of a relation between many."""


class Remark(Deletable):
    """The many end of a generic relation."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.CharField(max_length=100)
    subject = GenericForeignKey()


class AffordableManager(models.Manager["Offer"]):
    """A manager that asks whose the objects are."""

    def get_queryset(self) -> models.QuerySet["Offer"]:
        queryset = super().get_queryset()
        return queryset.filter(price__lte=self.instance.budget) if hasattr(self, "instance") else queryset


class Offer(models.Model):
    """What a shop shows depends on the shop."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="offers")
    item = models.ForeignKey(Item, models.CASCADE, null=True)
    price = models.IntegerField()

    objects = AffordableManager()

    class Meta:
        ordering = ("price",)

    def __str__(self) -> str:
        return str(self.price)


class CheapManager(models.Manager["Bargain"]):
    """A manager that hides rows in another place."""

    def all(self) -> models.QuerySet["Bargain"]:
        return super().all().filter(price__lt=5)


class Bargain(models.Model):
    """What all() hides."""

    shop = models.ForeignKey(Shop, models.CASCADE)
    price = models.IntegerField()

    objects = CheapManager()

    class Meta:
        ordering = ("price",)

    def __str__(self) -> str:
        return str(self.price)


class BackwardsDescriptor(models.fields.related_descriptors.ManyToManyDescriptor):
    """The descriptor of another package, whose managers have an order of their own."""

    @property
    def related_manager_cls(self) -> Any:
        class Backwards(super().related_manager_cls):  # type: ignore[misc]  # a class that Django makes
            def get_queryset(self) -> models.QuerySet[Any]:
                return super().get_queryset().order_by("-name")

        return Backwards


class BackwardsField(models.ManyToManyField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A field with such a descriptor."""

    def contribute_to_class(self, cls: Any, name: str, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, **kwargs)
        setattr(cls, name, BackwardsDescriptor(self.remote_field))


class Display(models.Model):
    """A relation to many that is no usual one, and a relation to one that a property stands for."""

    labels: Any = BackwardsField(Label, related_name="+")
    town: Any = models.ForeignKey(Town, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.pk)


Display.town = property(lambda self: Town(name=f"town {self.town_id}"))


class Stop(models.Model):
    """The target of a key of two columns that are no primary key."""

    line = models.IntegerField()
    number = models.IntegerField()
    name = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "number"], name="one_stop")]

    def __str__(self) -> str:
        return self.name


class Leg(models.Model):
    """Relations that may lead nowhere: one of two columns, and one that the database does not check."""

    line = models.IntegerField()
    number = models.IntegerField()
    minutes = models.IntegerField()
    stop: Any = models.ForeignObject(
        Stop, models.CASCADE, from_fields=["line", "number"], to_fields=["line", "number"]
    )
    guide = models.ForeignKey(Person, models.DO_NOTHING, db_constraint=False, default=uuid.uuid4)

    def __str__(self) -> str:
        return str(self.minutes)
