"""What the tests of views that write share: a way to send, and the generic views that there are, sync and async."""

import json
from typing import Any

from asgiref.sync import async_to_sync, iscoroutinefunction, sync_to_async
from django.test import AsyncRequestFactory, RequestFactory

FORM = "application/x-www-form-urlencoded"
HANDLERS = ("get", "post", "put", "patch", "delete")


def send(view: Any, method: str, /, value: Any = None, content_type: str | None = None, **kwargs: Any) -> Any:
    """Send a value as JSON, or text as what its type says, to a view class; `kwargs` are those of its URL."""
    options = kwargs.pop("options", {})
    headers = {name.replace("_", "-"): text for name, text in kwargs.pop("headers", {}).items()}
    user = kwargs.pop("user", None)
    if value is None:
        content, content_type = b"", content_type or ""
    elif content_type is None:
        content, content_type = json.dumps(value, default=float).encode(), "application/json"
    else:
        content = value if isinstance(value, bytes) else value.encode()
    factory = AsyncRequestFactory if getattr(view, "view_is_async", False) else RequestFactory
    request: Any = factory().generic(method, "/", content, content_type, headers=headers)
    if user is not None:
        request.user = user
    handler = view.as_view(**options)
    # What an async view does in a thread then happens in this one, which has the connection to the database.
    return (async_to_sync(handler) if iscoroutinefunction(handler) else handler)(request, **kwargs)


def in_async(view: Any) -> Any:
    """Return the view with async handlers that run its own in a thread."""

    def awaiting(name: str) -> Any:
        async def handle(self: Any, *args: Any, **kwargs: Any) -> Any:
            if name == "put" and hasattr(super(cls, self), "put"):
                return await self.post(*args, **kwargs)  # as Django's does
            return await sync_to_async(getattr(super(cls, self), name))(*args, **kwargs)

        return handle

    names = [name for name in HANDLERS if hasattr(view, name)]
    cls = type(view)(f"Async{view.__name__}", (view,), {name: awaiting(name) for name in names})
    return cls


def body(response: Any) -> Any:
    """Return what a response has sent."""
    assert response.headers["Content-Type"] in ("application/json", "application/problem+json"), response
    return json.loads(response.content)


def errors(response: Any) -> list[tuple[str, str]]:
    """Return the pointer and the code of each error of a problem."""
    assert response.status_code == 422, (response, getattr(response, "content", b""))
    assert response.headers["Content-Type"] == "application/problem+json"
    return [(error["pointer"], error["code"]) for error in body(response)["errors"]]
