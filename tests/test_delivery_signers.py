"""URLs that storages sign with keys of their own, checked as Google Cloud Storage, Azure and CloudFront check them."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from asgiref.sync import async_to_sync
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.files.storage import DefaultStorage
from django.test import RequestFactory
from django.views import View
from google.auth.credentials import AnonymousCredentials
from google.oauth2.credentials import Credentials as Token
from google.oauth2.service_account import Credentials
from storages.backends.azure_storage import AzureStorage
from storages.backends.gcloud import GoogleCloudStorage
from storages.backends.s3 import S3Storage

from django_extras.delivery import NginxRemote, SignedRedirect
from django_extras.http._sources import Stored
from django_extras.views import FileDownloadMixin
from tests.files import field_file
from tests.objects import options_at

# Of django-storages and botocore, under Python 3.12 and later.
pytestmark = [
    pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:SHA1Hash:DeprecationWarning"),
]

NAME = "a b%+&='()~*!ä.html"
DISPOSITION = "attachment; filename=\"a.txt\"; filename*=utf-8''%C3%A4.txt"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
SECRET = b"a secret"
ACCOUNT = {"client_email": "sign@example.com", "token_uri": "https://example.com/token", "private_key": PEM}


class Kind(FileDownloadMixin, View):
    contents: Any = None
    filename = "ä.txt"
    as_attachment = True
    delivery = SignedRedirect(expire=90)

    def get_file(self) -> Any:
        return self.contents


class Awaited(Kind):
    async def aget_file(self) -> Any:
        return self.contents


def redirect(contents: Any, method: str = "GET") -> str:
    """Return the URL that the view redirects to, sync and async."""
    request = RequestFactory().generic(method, "/")
    response = Kind.as_view(contents=contents)(request)
    assert (response.status_code, response["Cache-Control"]) == (302, "private, no-store")
    awaited: Any = async_to_sync(Awaited.as_view(contents=contents))(request)
    assert urlsplit(awaited.url).path == urlsplit(response.url).path
    return str(response.url)


def fields_of(url: str) -> dict[str, str]:
    return {name: value for name, [value] in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}


def expires_at(moment: datetime) -> None:
    assert abs(moment - datetime.now(UTC) - timedelta(seconds=90)) < timedelta(seconds=30)


def gcs(**options: Any) -> GoogleCloudStorage:
    credentials = Credentials.from_service_account_info(ACCOUNT)
    return GoogleCloudStorage(**{"bucket_name": "files", "project_id": "p", "credentials": credentials, **options})


def azure(**options: Any) -> AzureStorage:
    account = {"account_name": "me", "account_key": base64.b64encode(SECRET).decode()}
    return AzureStorage(**{"azure_container": "files", **account, **options})


def s3(**options: Any) -> S3Storage:
    return S3Storage(**{**options_at("http://127.0.0.1:9"), **options})


class TestGoogle:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize("host", ["https://storage.googleapis.com", "https://cdn.example.com"])
    def test_signature(self, host: str, method: str) -> None:
        """See "V4 signing process with your own program" in the documentation of Google Cloud Storage."""
        is_bound = "cdn" in host
        url = redirect((gcs(custom_endpoint=host if is_bound else None), NAME), method)

        parts, fields = urlsplit(url), fields_of(url)
        signature = bytes.fromhex(fields.pop("X-Goog-Signature"))
        assert f"{parts.scheme}://{parts.netloc}" == host
        assert unquote(parts.path) == f"/{NAME}" if is_bound else f"/files/{NAME}"
        assert fields["response-content-type"] == "text/plain"
        assert fields["response-content-disposition"] == DISPOSITION
        assert fields["X-Goog-Expires"] == "90"
        query = "&".join(f"{quote(name, safe='')}={quote(fields[name], safe='')}" for name in sorted(fields))
        asked = "\n".join([method, parts.path, query, f"host:{parts.netloc}", "", "host", "UNSIGNED-PAYLOAD"])
        scope = fields["X-Goog-Credential"].partition("/")[2]
        digest = hashlib.sha256(asked.encode()).hexdigest()
        text = "\n".join(["GOOG4-RSA-SHA256", fields["X-Goog-Date"], scope, digest])
        KEY.public_key().verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())

    def test_file_of_a_field(self) -> None:
        assert urlsplit(redirect(field_file(gcs()))).path == "/files/notes.txt"


class TestAzure:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize("domain", [None, "cdn.example.com"])
    def test_signature(self, domain: str | None, method: str) -> None:
        """See "Create a service SAS" in the documentation of Azure, for versions since 2020-12-06."""
        url = redirect((azure(custom_domain=domain), NAME), method)

        parts, fields = urlsplit(url), fields_of(url)
        assert parts.netloc == (domain or "me.blob.core.windows.net")
        assert unquote(parts.path) == f"/files/{NAME}"
        assert (fields["rsct"], fields["rscd"]) == ("text/plain", DISPOSITION)
        assert (fields["rscc"], fields["sp"], fields["sr"]) == ("private, no-cache", "r", "b")
        expires_at(datetime.fromisoformat(fields["se"]))
        names = [*("sp", "st", "se", "resource", "si", "sip", "spr", "sv", "sr", "snapshot", "ses")]
        names += ["rscc", "rscd", "rsce", "rscl", "rsct"]
        known = {**fields, "resource": f"/blob/me/files/{NAME}"}
        text = "\n".join(known.get(name, "") for name in names)
        digest = hmac.new(SECRET, text.encode(), hashlib.sha256).digest()
        assert base64.b64decode(fields["sig"]) == digest

    def test_file_of_a_field(self) -> None:
        assert urlsplit(redirect(field_file(azure()))).path == "/files/notes.txt"


class TestCloudFront:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_signature(self, method: str) -> None:
        """See "Create a signed URL using a canned policy" in the documentation of CloudFront."""
        storage = s3(custom_domain="cdn.example.com", cloudfront_key_id="K", cloudfront_key=PEM.encode())

        url = redirect((storage, NAME), method)

        fields = fields_of(url)
        assert fields["response-content-type"] == "text/plain"
        assert fields["response-content-disposition"] == DISPOSITION
        assert fields["response-cache-control"] == "private, no-cache"
        assert fields["Key-Pair-Id"] == "K"
        expires_at(datetime.fromtimestamp(int(fields["Expires"]), UTC))
        resource = url.partition("&Expires=")[0]
        assert unquote(urlsplit(resource).path) == f"/{NAME}"
        condition = {"DateLessThan": {"AWS:EpochTime": int(fields["Expires"])}}
        policy = json.dumps({"Statement": [{"Resource": resource, "Condition": condition}]}, separators=(",", ":"))
        signature = base64.b64decode(fields["Signature"].translate(str.maketrans("-_~", "+=/")))
        KEY.public_key().verify(signature, policy.encode(), padding.PKCS1v15(), hashes.SHA1())


@pytest.mark.parametrize("delivery", [SignedRedirect(), NginxRemote("/remote/")])
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: gcs(querystring_auth=False), id="GCS, unsigned"),
        pytest.param(lambda: gcs(default_acl="publicRead"), id="GCS, public"),
        pytest.param(lambda: gcs(credentials=AnonymousCredentials()), id="GCS, anonymous"),
        pytest.param(lambda: gcs(credentials=Token("token")), id="GCS, token"),
        pytest.param(lambda: azure(account_key=None), id="Azure, no key"),
        pytest.param(lambda: azure(account_key=None, sas_token="sig=x"), id="Azure, somebody's signature"),
    ],
)
def test_storage_that_cannot_sign(make: Any, delivery: Any) -> None:
    assert delivery.offload(RequestFactory().get("/"), Stored(make(), NAME), {}) is None


@pytest.mark.parametrize("make", [gcs, azure])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nginx_gets_a_url_for_get(make: Any, method: str) -> None:
    request = RequestFactory().generic(method, "/")

    response = Kind.as_view(contents=(make(), NAME), delivery=NginxRemote("/remote/"))(request)

    assert response["Content-Type"] == "text/plain"
    url = unquote(response["X-Accel-Redirect"].removeprefix("/remote/"))
    assert unquote(urlsplit(url).path) == f"/files/{NAME}"
    assert not {"rsct", "rscd", "response-content-type"} & set(fields_of(url))


@pytest.mark.parametrize("is_field", [False, True])
def test_storage_of_the_settings(settings: Any, is_field: bool) -> None:
    backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options_at("http://127.0.0.1:9")}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    storage = DefaultStorage()

    url = redirect(field_file(storage) if is_field else (storage, "notes.txt"))

    assert url.startswith("http://127.0.0.1:9/files/notes.txt?")


def test_storages_of_ones_own_url_sign_nothing() -> None:
    class Own(GoogleCloudStorage):
        def url(self, name: str, parameters: Any = None) -> Any:
            return super().url(name, parameters)

    file = Stored(Own(bucket_name="files", project_id="p"), NAME)

    assert SignedRedirect().offload(RequestFactory().get("/"), file, {}) is None
