"""Objects of S3, by django-storages: one request tells all that is to be known, and one fetches each range."""

import gzip
import io
from typing import Any, cast

from ._facts import Facts, opens

#: The storage, by name, as django-storages may not be installed.
S3_STORAGE = "storages.backends.s3.S3Storage"
# What S3 and django-storages say of an object whose type nobody has told.
_NO_TYPES = {"application/octet-stream", "binary/octet-stream"}
# The parameters of a project's objects that are needed to read one.
_TO_READ = {"ExpectedBucketOwner", "RequestPayer", "SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5"}


def is_s3(storage: object) -> bool:
    """Return whether what a storage opens are the objects that S3 has under its names."""
    return opens(storage, S3_STORAGE)


class ObjectFile(io.RawIOBase):
    """
    An object that can be read, range by range.

    Nothing is fetched before open_range() or a read. Raise FileNotFoundError if there is no such object, and what boto
    raises if it cannot be asked or has been replaced since.
    """

    _stream: Any = None

    def __init__(self, storage: Any, name: str) -> None:  # an S3Storage
        try:
            with storage.open(name, "rb") as file:
                self._object = file.obj
        except FileNotFoundError as error:
            raise FileNotFoundError(f"The bucket {storage.bucket_name!r} has no {name!r}, or is not there") from error
        self.name = name
        parameters = storage.get_object_parameters(name)
        self._parameters = {key: value for key, value in parameters.items() if key in _TO_READ}
        self._position = 0
        self._left = 0
        about = self._object
        self.facts = Facts(
            0,
            about.content_length,
            round(about.last_modified.timestamp() * 10**9),
            etag=about.e_tag,
            content_type=None if about.content_type in _NO_TYPES else about.content_type,
            encoding=about.content_encoding or None,
        )

    def open_range(self, start: int, length: int) -> None:
        """Fetch these bytes for the next reads."""
        self._drop()
        self._position, self._left = start, length
        if length:
            # S3 has no range of an empty object, and the whole needs none.
            part = {} if length == self.facts.length else {"Range": f"bytes={start}-{start + length - 1}"}
            self._stream = self._object.get(IfMatch=self.facts.etag, **part, **self._parameters)["Body"]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # a writable buffer
        if self._stream is None:
            self.open_range(self._position, max(0, (self.facts.length or 0) - self._position))
        if not self._left:
            return 0
        stream = cast(Any, self._stream)  # open_range() has set it
        block = stream.read(min(len(buffer), self._left))
        buffer[: len(block)] = block
        self._position += len(block)
        self._left -= len(block)
        if not self._left:
            stream.read(1)  # at its end, the stream gives its connection back
        return len(block)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.facts.length or 0}[whence]
        if base + offset != self._position:
            self._drop()
            self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        self._drop()
        super().close()

    def _drop(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None


class Decompressed(gzip.GzipFile):
    """What a storage has compressed into an object, for a client that cannot decompress it."""

    def __init__(self, file: ObjectFile) -> None:
        super().__init__(fileobj=file, mode="rb")
        self._object = file
        self.facts = decompressed(file.facts)

    def close(self) -> None:
        super().close()
        self._object.close()


def decompressed(facts: Facts) -> Facts:
    """Return what is known of the bytes that a storage has compressed into an object with these facts."""
    # No strong entity tag is that of other bytes, too (RFC 9110 section 8.8.3.3).
    return facts._replace(start=None, length=None, etag=f"W/{facts.etag}", encoding=None)
