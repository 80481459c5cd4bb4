"""Blocks of bytes for ASGI: those of sync iterators are read in threads, several with each change of thread."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, suppress
from inspect import isawaitable, iscoroutinefunction
from typing import Any, TypeVar

from asgiref.sync import sync_to_async

BYTES_PER_HOP = 1024 * 1024
_SECONDS_PER_HOP = 0.05

T = TypeVar("T")


async def pass_through(parts: Any, make_bytes: Callable[[Any], bytes]) -> AsyncGenerator[bytes, None]:
    """Yield what an async iterator has as bytes."""
    async for part in parts:
        yield make_bytes(part)


async def close(sources: Iterable[Any]) -> None:
    """Close async iterators and files, as each of them does that."""
    async with AsyncExitStack() as stack:
        for source in sources:
            stack.push_async_callback(_close, source)


async def _close(source: Any) -> None:  # whatever is iterated
    result = None
    if hasattr(source, "aclose"):
        result = source.aclose()
    elif iscoroutinefunction(getattr(source, "close", None)):
        result = source.close()
    if isawaitable(result):
        await result


async def read_ahead(body: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Read a file in any thread, and while what was read before is sent."""
    loop = asyncio.get_running_loop()
    ahead = loop.run_in_executor(None, take, body)
    done: bool | Exception = False
    try:
        while not done:
            blocks, done = await finish(ahead)
            if not done:
                ahead = loop.run_in_executor(None, take, body)
            for block in blocks:
                yield block
    finally:
        await finish(ahead)
    if isinstance(done, Exception):
        raise done


async def read_in_thread(parts: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Take what middleware or a view made in the thread of the request, which it may need."""
    done: bool | Exception = False
    while not done:
        blocks, done = await finish(asyncio.ensure_future(sync_to_async(take)(parts)))
        for block in blocks:
            yield block
    if isinstance(done, Exception):
        raise done


def take(parts: Iterator[bytes]) -> tuple[list[bytes], bool | Exception]:
    """Return the next parts, as many as are worth a change of thread, and whether they are the last, or why."""
    taken: list[bytes] = []
    size, deadline = 0, time.monotonic() + _SECONDS_PER_HOP
    try:
        for part in parts:
            taken.append(part)
            size += len(part)
            if size >= BYTES_PER_HOP or time.monotonic() >= deadline:
                return taken, False
    except Exception as error:  # raised where the parts before it have been sent
        return taken, error
    return taken, True


async def finish(future: asyncio.Future[T]) -> T:
    """Return the result of work in a thread; if cancelled, wait for its end first: the file is closed next."""
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        while not future.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([future])
        # Without a look at it, asyncio logs how the read failed.
        _ = future.cancelled() or future.exception()
        raise
