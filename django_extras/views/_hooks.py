"""What a hook of the view has returned: awaited or closed, whether the hook is sync or async."""

from inspect import iscoroutinefunction
from typing import Any

from asgiref.sync import async_to_sync


def wait_for(awaitable: Any) -> Any:
    """Return the result of what an async hook returned. No event loop runs in this thread."""

    async def wait() -> Any:
        return await awaitable

    return async_to_sync(wait)()


def close(file: Any) -> None:
    """Close a file that no response takes."""
    closer = getattr(file, "close", None)
    if closer is not None and iscoroutinefunction(closer):
        wait_for(closer())
    elif closer is not None:
        closer()
