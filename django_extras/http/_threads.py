"""Blocks of bytes for ASGI: those of sync iterators are read in threads, several with each change of thread."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, suppress
from inspect import isawaitable, iscoroutinefunction
from typing import Any

from asgiref.sync import sync_to_async

BYTES_PER_HOP = 256 * 1024
_SECONDS_PER_HOP = 0.05


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


async def read_in_thread(parts: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    """
    Yield what a sync iterator gives, taken in the thread of the request.

    A part is yielded at once, while the thread waits for the next one. Parts that are there together are joined. While
    the client is slow, the thread takes 256 KiB more at most.
    """
    loop = asyncio.get_running_loop()
    taken: deque[bytes] = deque()
    arrived = asyncio.Event()
    is_awake = False

    def take() -> bool | Exception:
        """Take as many parts as are worth a change of thread. Return whether there are more, or why not."""
        nonlocal is_awake
        size, deadline = 0, time.monotonic() + _SECONDS_PER_HOP
        try:
            for part in parts:
                taken.append(part)
                size += len(part)
                if size >= BYTES_PER_HOP or time.monotonic() >= deadline:
                    return True
                if not is_awake:
                    is_awake = True
                    loop.call_soon_threadsafe(arrived.set)
        except Exception as error:  # raised after the parts before it
            return error
        return False

    take_in_thread = sync_to_async(take)
    goes_on: bool | Exception = True
    while goes_on is True:
        hop = asyncio.ensure_future(take_in_thread())
        hop.add_done_callback(lambda _: arrived.set())
        try:
            while taken or not hop.done():
                await arrived.wait()
                arrived.clear()
                is_awake = False  # before the look at what is there: what is appended later wakes the loop again
                if block := b"".join(taken.popleft() for _ in range(len(taken))):
                    yield block
        finally:
            await end(hop)
        goes_on = hop.result()
    if isinstance(goes_on, Exception):
        raise goes_on


async def end(future: asyncio.Future[Any]) -> None:
    """Wait for the end of work in a thread, even if this is cancelled: the file is closed next."""
    while not future.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([future])
    # Without a look at it, asyncio logs how the read failed.
    _ = future.cancelled() or future.exception()
