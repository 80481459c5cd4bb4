"""System checks: each finds its fault, and says nothing of views without it."""

import inspect
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from botocore.config import Config
from braces.views import AllVerbsMixin
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.checks import run_checks
from django.core.files.storage import DefaultStorage, FileSystemStorage, InMemoryStorage
from django.http import HttpRequest, HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject, cached_property
from django.views.generic import DetailView, FormView, ListView, TemplateView, UpdateView, View
from storages.backends.s3 import S3Storage

from django_extras import checks
from django_extras.checks import is_near
from django_extras.delivery import Apache, InProcess, Lighttpd, Nginx, NginxRemote, SignedRedirect
from django_extras.http import HttpError, _archive
from django_extras.openapi.views import OpenApiView
from django_extras.urls import by_method
from django_extras.views import FileDownloadMixin, JsonResponseMixin, StatusResponseMixin, ZipDownloadMixin
from tests.models import Book, Invoice
from tests.objects import options_at
from tests.versions import Article

raised = HttpError  # so that this module uses it


@pytest.fixture
def found(settings: Any) -> Any:
    """Return what the checks find in views: an id and a message each."""

    def find(*views: Any, middleware: Any = ("django_extras.middleware.HttpErrorMiddleware",)) -> Any:
        settings.MIDDLEWARE = list(middleware)
        settings.ROOT_URLCONF = tuple(path(f"{number}/", view) for number, view in enumerate(views))
        return [(str(each.id).removeprefix("django_extras."), each.msg) for each in run_checks(tags=["django_extras"])]

    return find


class Right(JsonResponseMixin, ListView):
    model = Book
    json_fields = ("title", {"publisher": ["name"]})
    json_ordering = ("title",)
    shelf_mark = "A 1"  # a name that is near to none of ours


class RightUpdate(JsonResponseMixin, LoginRequiredMixin, UpdateView):
    model = Article
    fields = ("title",)
    json_fields = ("title",)
    version_field = "version"
    require_if_match = True


class Added(JsonResponseMixin, ListView):
    json_fields = ("title", "rank")
    json_ordering = ("rank",)
    model = Book

    def get_queryset(self) -> Any:
        raise AssertionError("No check may ask for rows.")


class Chosen(JsonResponseMixin, DetailView):
    model = Book
    json_fields = ("titel",)

    def get_json_fields(self) -> Any:
        raise AssertionError("No check may choose fields.")


class NoModel(JsonResponseMixin, TemplateView):
    json_fields = ("total",)
    json_ordering = ("total",)
    version_field = "version"


class File(FileDownloadMixin, View):
    root = Path(__file__).parent
    path = "test_checks.py"


class Made(FileDownloadMixin, View):
    root = "/nowhere"

    def get_file(self) -> bytes:
        return b""


def function(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def test_views_without_a_fault(found: Any) -> None:
    views = [Right, RightUpdate, Added, Chosen, NoModel, File, Made]

    assert found(*(view.as_view() for view in views), by_method(get=Right, put=RightUpdate), function) == []


def test_a_project_without_urls(settings: Any) -> None:
    settings.ROOT_URLCONF = None

    assert run_checks(tags=["django_extras"]) == []


def test_views_behind_other_urls(found: Any) -> None:
    class Wrong(Right):
        json_fields = ("titel",)

    views = [by_method(get=Wrong), include([path("", Wrong.as_view())]), Wrong.as_view(paginate_by=5)]

    assert [number for number, _ in found(*views)] == ["E001", "E001"]


@pytest.mark.parametrize(
    ("attributes", "number", "text"),
    [
        ({"json_fields": ["titel"]}, "E001", 'Wrong.json_fields has "titel", which Book has not.'),
        ({"json_fields": "title"}, "E001", "Wrong.json_fields must be a list of fields, not 'title'."),
        ({"json_fields": ["password"]}, "E001", "password"),
        ({"json_ordering": ["prise"]}, "E002", 'Wrong.json_ordering has "prise".'),
        ({"json_ordering": "price"}, "E002", "Wrong.json_ordering must be a list of names"),
        ({"json_ordering": ["authors__name"]}, "E002", "which leads over a relation to many"),
        ({"queryset": Book.objects.all(), "json_ordering": ["prise"]}, "E002", 'has "prise"'),
        ({"version_field": "version"}, "E003", 'Wrong.version_field is "version", which Book has not.'),
        ({"require_if_match": True}, "E003", "Wrong.require_if_match needs a version to compare with."),
        (
            {"queryset": Book.objects.all()[:9], "json_ordering": ["price"]},
            "E002",
            "Wrong.json_ordering needs a queryset without a slice.",
        ),
        ({"status_code": 299}, "E020", "Wrong.status_code is 299."),
        ({"status_codes": {"invalid": 422}}, "E020", "Wrong.status_codes has the unknown key 'invalid'."),
        ({"status_code": 404, "retry_after": 9}, "E020", "Wrong.retry_after belongs to status 413 and 429 and 503,"),
        ({"staus_code": 201}, "W005", "Wrong.staus_code has no meaning. Did you mean status_code?"),
    ],
)
def test_a_fault(found: Any, attributes: dict[str, Any], number: str, text: str) -> None:
    class Wrong(StatusResponseMixin, Right):
        locals().update(attributes)

    [(id_, message)] = found(Wrong.as_view())

    assert id_ == number
    assert text in message


def test_names_that_mean_something_else(found: Any) -> None:
    class Room(File):
        room = "kitchen"

        def patch(self, request: HttpRequest) -> HttpResponse:
            return HttpResponse()

    assert found(Room.as_view()) == []


def test_a_decorator_that_leads_to_a_page(found: Any) -> None:
    view = login_required(Right.as_view())

    inside = method_decorator(login_required, name="dispatch")(type("Inside", (Right,), {})).as_view()

    assert found(view) == []
    assert [number for number, _ in found(view, inside, middleware=[])] == ["W004"]


def test_all_verbs_hide_an_access_mixin(found: Any) -> None:
    class Hidden(AllVerbsMixin, LoginRequiredMixin, View):
        def all(self, request: HttpRequest) -> HttpResponse:
            return HttpResponse()

    class Shown(LoginRequiredMixin, AllVerbsMixin, View):
        def all(self, request: HttpRequest) -> HttpResponse:
            return HttpResponse()

    assert found(Shown.as_view()) == []
    assert found(Hidden.as_view()) == [
        ("E006", "Hidden never asks LoginRequiredMixin, as AllVerbsMixin comes before it and does not call it.")
    ]


def test_what_a_module_holds_is_not_compared(found: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def evaluate() -> Any:
        raise AssertionError("The check has evaluated what is lazy, such as a query.")

    class Plain(View):
        __module__ = "shop"

    module = ModuleType("shop")
    vars(module)["site"] = SimpleLazyObject(evaluate)
    monkeypatch.setitem(sys.modules, "shop", module)

    assert found(Plain.as_view(), middleware=[]) == []


def test_errors_that_nothing_answers(found: Any) -> None:
    class Plain(View):
        pass

    class Elsewhere(View):
        __module__ = "nowhere"

    assert found(Plain.as_view()) == []

    [(number, message)] = found(Plain.as_view(), middleware=[])
    assert (number, message) == (
        "W007",
        "tests.test_checks uses HttpError, which nothing makes a response of in Plain.",
    )
    assert found(Elsewhere.as_view(), middleware=[]) == []


def test_fields_that_json_cannot_fill(found: Any) -> None:
    class Two(forms.MultiWidget):
        def decompress(self, value: Any) -> list[Any]:
            return [value, value]

    class Odd(forms.Form):
        pair = forms.Field(widget=Two([forms.TextInput(), forms.TextInput()]))
        moment = forms.SplitDateTimeField()

    class Form(JsonResponseMixin, FormView):
        form_class = Odd
        success_url = "/"

    assert found(Form.as_view()) == [
        (
            "W011",
            "JSON cannot fill Odd.pair: its widget reads several inputs, and Field says not which value they make.",
        )
    ]


def test_fields_that_the_model_has_not(found: Any) -> None:
    class Wrong(RightUpdate):
        fields = ("titel",)

    assert found(Wrong.as_view()) == []  # Django says so at the first request, and the document warns


def test_files_that_are_missing(found: Any) -> None:
    class NoRoot(File):
        root = Path("/nowhere")

    class NoFile(File):
        path = "absent.txt"

    assert found(NoRoot.as_view(), NoFile.as_view()) == [
        ("W008", "NoRoot.root is '/nowhere', which is no directory."),
        ("W008", "NoFile.path is 'absent.txt', which is no file."),
    ]


def test_a_delivery_that_cannot_work(found: Any, settings: Any) -> None:
    settings.DJANGO_EXTRAS_DELIVERY = "nginx"

    [(number, message)] = found(File.as_view())

    assert number == "E009"
    assert "DJANGO_EXTRAS_DELIVERY" in message


class Pdf(FileDownloadMixin, DetailView):
    model = Invoice
    file_field = "pdf"


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have the files of invoices in a storage."""
    return lambda storage: monkeypatch.setattr(Invoice._meta.get_field("pdf"), "storage", storage)


def s3(**options: Any) -> S3Storage:
    return S3Storage(**{**options_at("http://127.0.0.1:9"), **options})  # where nothing answers


def with_key() -> dict[str, Any]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return {"custom_domain": "cdn.example.com", "cloudfront_key_id": "K", "cloudfront_key": pem}


class TestDelivery:
    @pytest.mark.parametrize("delivery", [Nginx, "nginx"])
    def test_none(self, found: Any, delivery: Any) -> None:
        archive = type("Zip", (ZipDownloadMixin, ListView), {"model": Invoice, "file_field": "pdf"})

        assert found(*(view.as_view(delivery=delivery) for view in (File, archive))) == [
            ("E014", f"File.delivery is {delivery!r}, which is no delivery."),
            ("E014", f"Zip.delivery is {delivery!r}, which is no delivery."),
        ]

    @pytest.mark.parametrize("prefix", ["", "/", "protected/"])
    def test_no_internal_location(self, found: Any, settings: Any, prefix: str) -> None:
        class Unprefixed(Nginx):
            def __init__(self) -> None:
                super().__init__(File.root, "/protected/")
                self.prefix = prefix

        text = f"Unprefixed has the prefix {prefix!r}. Pass the internal location of nginx, with a slash"

        [(number, message)] = found(File.as_view(delivery=Unprefixed()))
        assert number == "E014"
        assert message.startswith(text)

        settings.DJANGO_EXTRAS_DELIVERY = Unprefixed()
        [(number, message)] = found(File.as_view())
        assert number == "E009"
        assert message.startswith(text)

    @pytest.mark.parametrize("kind", [Apache, Lighttpd, lambda root: Nginx(root, "/protected/")])
    def test_files_that_the_front_server_may_send(self, found: Any, settings: Any, store: Any, kind: Any) -> None:
        settings.DJANGO_EXTRAS_DELIVERY = kind(File.root)
        store(FileSystemStorage(File.root / "media"))

        one = type("One", (FileDownloadMixin, View), {"path": str(File.root / "test_checks.py")})
        made = type("Made", (FileDownloadMixin, View), {"root": File.root.parent, "get_path": lambda self: __file__})

        assert found(*(view.as_view() for view in (File, Pdf, Made, one, made))) == []

    def test_files_that_it_may_not_send(self, found: Any, settings: Any, store: Any) -> None:
        settings.DJANGO_EXTRAS_DELIVERY = Apache("/srv/media")
        store(FileSystemStorage("/srv/invoices"))
        one = type("One", (FileDownloadMixin, View), {"path": __file__})

        text = "{} sends files of {!r}. Apache is to send what is below '/srv/media', so this process sends them."
        assert found(File.as_view(), Pdf.as_view(), one.as_view()) == [
            ("W016", text.format("File", str(File.root))),
            ("W016", text.format("Pdf", "/srv/invoices")),
            ("W016", text.format("One", str(File.root))),
        ]
        assert found(File.as_view(delivery=InProcess()), Pdf.as_view(delivery=SignedRedirect())) == []

    def test_delivery_that_a_request_chooses(self, found: Any) -> None:
        class Chosen(File):
            delivery: Any = "nginx"

            def get_delivery(self) -> Any:
                raise AssertionError("No check may choose.")

        assert found(Chosen.as_view()) == []

    @pytest.mark.parametrize("delivery", [SignedRedirect(), NginxRemote("/s3/")])
    def test_storage_that_signs(self, found: Any, settings: Any, store: Any, delivery: Any) -> None:
        settings.DJANGO_EXTRAS_DELIVERY = delivery

        for storage in (
            s3(signature_version="s3v4"),
            s3(client_config=Config(signature_version="s3v4")),
            s3(**with_key()),
            InMemoryStorage(),
        ):
            store(storage)
            assert found(Pdf.as_view(), Made.as_view()) == []

    @pytest.mark.parametrize("delivery", [SignedRedirect(), NginxRemote("/s3/")])
    @pytest.mark.parametrize(
        ("options", "reason"),
        [
            ({"custom_domain": "cdn.example.com"}, "has a custom_domain, but no cloudfront_key_id and cloudfront_key"),
            ({"querystring_auth": False, "signature_version": "s3v4"}, "has querystring_auth = False"),
        ],
    )
    def test_storage_that_does_not(
        self, found: Any, settings: Any, store: Any, options: Any, reason: str, delivery: Any
    ) -> None:
        settings.DJANGO_EXTRAS_DELIVERY = delivery
        store(s3(**options))

        assert found(Pdf.as_view(), Pdf.as_view(delivery=InProcess())) == [
            ("W017", f"Pdf has a storage that {reason}. It signs no URL, so this process sends the files.")
        ]

    def test_version_2(self, found: Any, store: Any) -> None:
        text = "Pdf has a storage that signs with version 2, which S3 refuses in newer regions."

        for options in ({}, {"client_config": Config(signature_version="s3")}):
            store(s3(**options))
            assert found(Pdf.as_view(delivery=SignedRedirect())) == [("W018", text)]
            assert found(Pdf.as_view()) == []

    def test_storage_of_the_settings(self, found: Any, settings: Any, store: Any) -> None:
        options = options_at("http://127.0.0.1:9")
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
        }
        store(DefaultStorage())

        assert [number for number, _ in found(Pdf.as_view(delivery=SignedRedirect()))] == ["W018"]

    def test_storage_whose_package_is_missing(self, found: Any, settings: Any, store: Any) -> None:
        settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "nowhere.Storage"}}
        store(DefaultStorage())

        assert found(Pdf.as_view(), Pdf.as_view(delivery=InProcess())) == []

        [(number, message)] = found(Pdf.as_view(delivery=Apache("/srv/media")))

        assert number == "E015"
        assert message.startswith("Pdf has a storage that cannot be made: Could not find backend 'nowhere.Storage'")

    def test_archive(self, found: Any, store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        store(s3(custom_domain="cdn.example.com"))
        view = type("Zip", (ZipDownloadMixin, ListView), {"model": Invoice, "file_field": "pdf"})
        assert found(view.as_view(delivery=SignedRedirect())) == []

        monkeypatch.setattr(_archive, "ZipStream", None)
        assert found(view.as_view()) == [("E015", "Zip needs zipstream-ng. Install the extra: django-extras[zip].")]

    @pytest.mark.parametrize("name", ["absent", "number", "objects"])
    def test_field_that_is_no_file(self, found: Any, name: str) -> None:
        assert found(Pdf.as_view(file_field=name, delivery=SignedRedirect())) == []


class ByRequest(JsonResponseMixin, DetailView):
    model = Book

    def get_json_fields(self) -> Any:
        raise AssertionError("Nobody may ask for fields without a request.")


def test_what_the_document_must_leave_open(found: Any) -> None:
    assert found(ByRequest.as_view()) == []  # there is no document

    assert found(ByRequest.as_view(), OpenApiView.as_view()) == [
        ("W012", "ByRequest.get_json_fields() is the project's own. Define ByRequest.schema_fields for the document.")
    ]


class Properties(JsonResponseMixin, DetailView):
    model = Book

    @property
    def json_fields(self) -> Any:
        return ["title"] if self.request.user.is_staff else []


class PathOfUrl(FileDownloadMixin, View):
    @cached_property
    def path(self) -> Any:
        return self.kwargs["name"]


@pytest.mark.parametrize(("view", "name"), [(Properties, "request"), (PathOfUrl, "kwargs")])
def test_a_property_that_needs_a_request(found: Any, view: Any, name: str) -> None:
    text = (
        f"{view.__name__} has a property that needs self.{name}, which only a request gives. Override a method in its "
        "place, such as get_json_fields() or get_paginate_by()."
    )

    assert found(view.as_view()) == [("W019", text)]
    assert found(view.as_view(), OpenApiView.as_view()) == [("W019", text)]


def test_an_error_of_the_code_itself_is_raised(found: Any) -> None:
    view = type("View", (Properties,), {"json_fields": property(lambda self: None.title)})

    with pytest.raises(AttributeError, match="'title'"):
        found(view.as_view())


def test_a_view_with_an_error_is_not_described(found: Any) -> None:
    view = type("Wrong", (StatusResponseMixin, Right), {"status_code": 299})

    assert [number for number, _ in found(view.as_view(), OpenApiView.as_view())] == ["E020"]


def test_a_fault_is_told_once(found: Any) -> None:
    [(number, message)] = found(Right.as_view(json_fields=("titel",)), OpenApiView.as_view())

    assert number == "E001"
    assert message.startswith('Right.json_fields has "titel"')


@pytest.mark.parametrize(("members", "numbers"), [({"title": "Shop"}, ["W012"]), ({"titel": "Shop"}, ["E013"])])
def test_a_setting_of_the_document(found: Any, settings: Any, members: Any, numbers: list[str]) -> None:
    settings.DJANGO_EXTRAS_OPENAPI = members

    assert [number for number, message in found(ByRequest.as_view())] == numbers


def test_fields_that_scripts_do_not_see(found: Any, settings: Any) -> None:
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "corsheaders"]
    settings.CORS_EXPOSE_HEADERS = ["ETag", "Link"]
    assert found(Right.as_view()) == [
        ("W010", "CORS_EXPOSE_HEADERS hides content-disposition, location from scripts of other origins.")
    ]

    settings.CORS_EXPOSE_HEADERS = ["ETag", "Link", "Location", "Content-Disposition"]
    assert found(Right.as_view()) == []


@pytest.mark.parametrize(
    ("name", "other", "near"),
    [
        ("staus_code", "status_code", True),
        ("status_codee", "status_code", True),
        ("status_kode", "status_code", True),
        ("sttaus_code", "status_code", True),
        ("status_code", "status_code", False),
        ("status", "status_code", False),
        ("json_field", "json_fields", True),
        ("filename", "content_type", False),
        ("patch", "path", True),
        ("bath", "root", False),
    ],
)
def test_names_that_differ_by_one_letter(name: str, other: str, near: bool) -> None:
    assert is_near(name, other) is near


@pytest.mark.django_db
def test_many_views_and_no_query(found: Any) -> None:
    from django.db import connection

    views = [type(f"View{number}", (Right,), {}).as_view() for number in range(500)]
    views.append(Right.as_view(queryset=Book.objects.all()))

    with CaptureQueriesContext(connection) as captured:
        assert found(*views) == []

    assert len(captured) == 0


def test_each_check_is_described() -> None:
    page = (Path(__file__).parent.parent / "docs/checks.md").read_text()
    numbers = set(re.findall(r"\b[EW]\d{3}\b", inspect.getsource(checks)))

    assert len(numbers) > 10
    assert set(re.findall(r"`django_extras\.(\w+)`", page)) == numbers
