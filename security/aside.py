"""A few threads for what sockets ask of the database or of Argon2: never their loop, never the threads of requests."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar

from django.db import connections

Args = ParamSpec("Args")
Result = TypeVar("Result")

THREADS = 2
STRANGERS = 32  # calls for sockets at no door that may wait for their one thread, or run in it


class Full(Exception):
    """Too many wait already."""


_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="aside")
_thread_of_strangers = ThreadPoolExecutor(1, thread_name_prefix="nowhere")
_places = BoundedSemaphore(STRANGERS)


async def run(call: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs) -> Result:
    """What the call returns or raises, in its socket's context.

    Each socket waits for its own, so as many wait as there are sockets at most.
    """
    return await _run(_threads, partial(call, *args, **kwargs))


async def run_for_stranger(call: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs) -> Result:
    """The same where anybody may come as often as they like: in a thread of its own, so that no door waits; raises Full."""
    if not _places.acquire(blocking=False):
        raise Full
    try:
        return await _run(_thread_of_strangers, partial(call, *args, **kwargs))
    finally:
        _places.release()


async def _run(threads: ThreadPoolExecutor, call: Callable[[], Result]) -> Result:
    def guarded() -> Result:
        try:
            return call()
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(threads, contextvars.copy_context().run, guarded)
