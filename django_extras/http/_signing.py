"""URLs that a storage of django-storages signs: whether it can, and what it calls the fields of the answer."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from ._facts import opens
from ._objects import S3_STORAGE

#: The fields that a signed URL may ask the storage to send, by what each storage calls them.
_S3 = {
    "Content-Type": "ResponseContentType",
    "Content-Disposition": "ResponseContentDisposition",
    "Cache-Control": "ResponseCacheControl",
}
_AZURE = {field: field.lower().replace("-", "_") for field in _S3}
_GCS = {"Content-Type": "response_type", "Content-Disposition": "response_disposition"}


def sign(storage: Any, name: str, fields: Mapping[str, str], method: str, expire: int) -> str | None:
    """Return a URL of the file that is valid for `expire` seconds and this method; None if the storage cannot sign."""
    signer = _signer_of(storage)
    if signer is None or signer.fault(storage):
        return None
    return signer.sign(storage, name, fields, method, expire)


def why_unsigned(storage: Any) -> str | None:
    """Return why a storage that could sign does not, None if nothing keeps it from that."""
    signer = _signer_of(storage)
    return signer.fault(storage) if signer is not None else None


def signs_with_version_2(storage: Any) -> bool:
    """Return whether S3 gets signatures of a version that it refuses in its newer regions."""
    signer = _signer_of(storage)
    if signer is not _SIGNERS[S3_STORAGE] or storage.custom_domain:
        return False
    return storage.client_config.signature_version in {None, "s3", "s3-query"}


class Signer(NamedTuple):
    """How the storages of one class sign."""

    sign: Callable[[Any, str, Mapping[str, str], str, int], str | None]
    #: Return why a storage of this class signs nothing.
    fault: Callable[[Any], str | None]


def _signer_of(storage: Any) -> Signer | None:
    for kind, signer in _SIGNERS.items():
        # A url() of the project's own may sign nothing.
        if opens(storage, kind) and storage.__class__.url.__qualname__ == f"{kind.rpartition('.')[2]}.url":
            return signer
    return None


def _sign_s3(storage: Any, name: str, fields: Mapping[str, str], method: str, expire: int) -> str | None:
    names = _S3
    if storage.custom_domain:  # django-storages appends these as they are named
        names = {field: f"response-{field.lower()}" for field in _S3}
    url: str = storage.url(name, parameters=_named(fields, names), expire=expire, http_method=method)
    return url


def _fault_of_s3(storage: Any) -> str | None:
    if not storage.querystring_auth:
        return "has querystring_auth = False"
    if storage.custom_domain and not storage.cloudfront_signer:
        return "has a custom_domain, but no cloudfront_key_id and cloudfront_key"
    return None


def _sign_gcs(storage: Any, name: str, fields: Mapping[str, str], method: str, expire: int) -> str | None:
    parameters = {**_named(fields, _GCS), "method": method, "expiration": timedelta(seconds=expire)}
    try:
        url: str = storage.url(name, parameters=parameters)
    except AttributeError:  # its credentials have no private key, and no service signs for them
        return None
    return url if "X-Goog-Signature=" in url else None  # what is public is not signed


def _fault_of_gcs(storage: Any) -> str | None:
    return None if storage.querystring_auth else "has querystring_auth = False"


def _sign_azure(storage: Any, name: str, fields: Mapping[str, str], method: str, expire: int) -> str | None:
    url: str = storage.url(name, parameters=_named(fields, _AZURE), expire=expire)  # for GET and HEAD
    return url


def _fault_of_azure(storage: Any) -> str | None:
    return None if storage.account_key or storage.token_credential else "has no account_key and no token_credential"


def _named(fields: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {names[field]: value for field, value in fields.items() if field in names}


_SIGNERS: dict[str, Signer] = {
    S3_STORAGE: Signer(_sign_s3, _fault_of_s3),
    "storages.backends.gcloud.GoogleCloudStorage": Signer(_sign_gcs, _fault_of_gcs),
    "storages.backends.azure_storage.AzureStorage": Signer(_sign_azure, _fault_of_azure),
}
