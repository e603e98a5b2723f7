"""Long work of a background thread, piece by piece with rests between: requests need the interpreter meanwhile."""

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

PIECE = 100  # rows, or a millisecond or two; to get the interpreter back from a thread that does not rest takes five
REST, LONGEST = 2.0, 0.02  # times as long as the piece took; seconds at most


def of(items: Sequence[Item], *, size: int = PIECE) -> Iterator[Sequence[Item]]:
    """Not for use inside a transaction: others would wait for it through all the rests."""
    for start in range(0, len(items), size):
        began = time.monotonic()
        yield items[start : start + size]
        if start + size < len(items):
            time.sleep(min(LONGEST, REST * (time.monotonic() - began)))
