"""Password work takes turns: one at a time in a process, a bounded queue behind it; when full, it refuses."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

QUEUE = 32


class Busy(Exception):
    """Too many passwords wait to be checked; come back in a moment."""


_places = threading.BoundedSemaphore(QUEUE + 1)
_turn = threading.Lock()


@contextmanager
def turn() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise Busy
    try:
        with _turn:
            yield
    finally:
        _places.release()
