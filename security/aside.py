"""A few threads for what sockets ask of the database or of Argon2: never their loop, never the threads of requests."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connections

Args = ParamSpec("Args")
Result = TypeVar("Result")

THREADS = 2

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="aside")


async def run(call: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs) -> Result:
    """What the call returns or raises, in its socket's context.

    Each socket waits for its own, so as many wait as there are sockets at most.
    """

    def guarded() -> Result:
        try:
            return call(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(_threads, contextvars.copy_context().run, guarded)
