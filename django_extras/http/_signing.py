"""URLs that a storage signs: whether it can, and what it calls the fields of the answer."""

from collections.abc import Callable, Mapping
from typing import Any

from ._facts import opens
from ._objects import S3_STORAGE

#: The fields that a signed URL may ask the storage to send, by what boto calls them.
_S3 = {
    "Content-Type": "ResponseContentType",
    "Content-Disposition": "ResponseContentDisposition",
    "Cache-Control": "ResponseCacheControl",
}


def sign(storage: Any, name: str, fields: Mapping[str, str], method: str, expire: int) -> str | None:
    """Return a URL of the file that is valid for `expire` seconds and this method; None if the storage cannot sign."""
    for kind, signer in _SIGNERS.items():
        # A url() of the project's own may sign nothing.
        if opens(storage, kind) and type(storage).url.__qualname__ == f"{kind.rpartition('.')[2]}.url":
            return signer(storage, name, fields, method, expire)
    return None


def _sign_s3(storage: Any, name: str, fields: Mapping[str, str], method: str, expire: int) -> str | None:
    behind_domain = bool(storage.custom_domain)
    if not storage.querystring_auth or (behind_domain and not storage.cloudfront_signer):
        return None
    parameters = {_S3[field]: value for field, value in fields.items() if field in _S3}
    if behind_domain:  # django-storages appends these as they are named
        names = {boto: f"response-{field.lower()}" for field, boto in _S3.items()}
        parameters = {names[boto]: value for boto, value in parameters.items()}
    url: str = storage.url(name, parameters=parameters, expire=expire, http_method=method)
    return url


Signer = Callable[[Any, str, Mapping[str, str], str, int], str | None]
_SIGNERS: dict[str, Signer] = {S3_STORAGE: _sign_s3}
