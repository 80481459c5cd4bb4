"""An object storage: moto's server, which records what it is asked and fails when it is told to."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from moto.server import DomainDispatcherApplication, create_backend_app
from storages.backends.s3 import S3Storage
from werkzeug.serving import WSGIRequestHandler, make_server

BUCKET = "files"
HOST = "127.0.0.1"


class Asked(NamedTuple):
    """A request that the server was sent."""

    method: str
    #: As it stood in the request line.
    target: str
    headers: dict[str, str]


class Objects:
    """The server that runs."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        #: What answers in place of moto, if it returns an application.
        self.intercept: Callable[[Asked], Any] = lambda asked: None
        self._moto = DomainDispatcherApplication(create_backend_app)
        self.server = make_server(HOST, 0, self._answer, threaded=True, request_handler=_Silent)
        self.url = f"http://{HOST}:{self.server.port}"

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        headers = {name[5:].replace("_", "-").title(): value for name, value in environ.items() if name[:5] == "HTTP_"}
        asked = Asked(environ["REQUEST_METHOD"], environ["RAW_URI"], headers)
        self.asked.append(asked)
        answer: Iterable[bytes] = (self.intercept(asked) or self._moto)(environ, start_response)
        return answer

    @property
    def methods(self) -> list[str]:
        """Return the methods of all requests, and forget the requests."""
        methods = [asked.method for asked in self.asked]
        self.asked.clear()
        return methods

    def storage(self, **options: Any) -> S3Storage:
        """Return a storage of django-storages for the bucket."""
        return storage_at(self.url, **options)

    def put(self, name: str, content: bytes, **options: Any) -> None:
        """Store an object."""
        self._client.put_object(Bucket=BUCKET, Key=name, Body=content, **options)
        self.asked.clear()

    def reset(self) -> None:
        """Make the bucket new, and forget all requests."""
        self.intercept = lambda asked: None
        client = self._client
        client.create_bucket(Bucket=BUCKET)
        for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
            client.delete_object(Bucket=BUCKET, Key=entry["Key"])
        self.asked.clear()

    @cached_property
    def _client(self) -> Any:
        return boto3.Session("key", "secret", region_name="us-east-1").client(
            "s3", endpoint_url=self.url, config=Config(s3={"addressing_style": "path"})
        )


def storage_at(url: str, *, read_timeout: int = 10, **options: Any) -> S3Storage:
    """Return a storage of django-storages for the bucket at this URL."""
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=2,
        read_timeout=read_timeout,
        retries={"max_attempts": 0},
    )
    return S3Storage(**{**options_at(url), "client_config": config, **options})


def options_at(url: str) -> dict[str, Any]:
    """Return the options of a storage that a project cannot leave out."""
    return {
        "access_key": "key",
        "secret_key": "secret",
        "bucket_name": BUCKET,
        "endpoint_url": url,
        "region_name": "us-east-1",
    }


class _Silent(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *args: Any, **kwargs: Any) -> None:
        pass


@contextmanager
def serve_objects() -> Iterator[Objects]:
    """Run the server until the block ends."""
    objects = Objects()
    thread = threading.Thread(target=objects.server.serve_forever)
    thread.start()
    try:
        objects.reset()
        yield objects
    finally:
        objects._client.close()
        objects.server.shutdown()
        thread.join()
        objects.server.server_close()


def fail(status: str, body: bytes = b"", **headers: str) -> Callable[[Any, Any], Iterable[bytes]]:
    """Return an application that answers with this status."""

    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        start_response(status, list({"Content-Length": str(len(body)), **fields}.items()))
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    return application
