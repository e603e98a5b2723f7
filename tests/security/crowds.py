"""Several threads that do a thing at the same moment, each on its own connection."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


def at_once(calls: Iterable[Callable[[], object]]) -> list[object]:
    """What each call returned; raises what one of them raised."""
    waiting = list(calls)
    start = threading.Barrier(len(waiting))

    def run(call: Callable[[], object]) -> object:
        try:
            start.wait()
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(waiting)) as threads:
        return list(threads.map(run, waiting))
