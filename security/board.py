"""What all processes count at this moment, for operators: summed for a page, and told each second while somebody watches."""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple

from django.db.models import Count, Sum

from security import aside, roster, snapshot
from security.silence import Silence

logger = logging.getLogger(__name__)

EVERY = 1.0  # seconds

_failing = Silence(60.0)


class Figures(NamedTuple):
    """Requests and refusals a second; bad keys and probes of the last minute; sockets and bans at this moment."""

    requests: float
    refusals: float
    sockets: int
    bans: int
    bad_keys: int
    probes: int
    processes: int


Tell = Callable[[Figures], None]


def figures() -> Figures:
    """One query."""
    summed = ("requests", "refusals", "held", "bad_keys", "probes")
    found = roster.alive().aggregate(processes=Count("pk"), **{name: Sum(name, default=0) for name in summed})
    return Figures(
        requests=round(found["requests"], 1),
        refusals=round(found["refusals"], 1),
        sockets=found["held"],
        bans=snapshot.count(),
        bad_keys=found["bad_keys"],
        probes=found["probes"],
        processes=found["processes"],
    )


class Board:
    """Watchers of this process; touched on the loop only. One reading a second serves them all."""

    def __init__(self) -> None:
        self._watchers: dict[Tell, None] = {}
        self._ticker: asyncio.Task[None] | None = None

    def watch(self, tell: Tell) -> None:
        self._watchers[tell] = None
        if self._ticker is None or self._ticker.done():
            self._ticker = asyncio.ensure_future(self._tick())

    def leave(self, tell: Tell) -> None:
        self._watchers.pop(tell, None)

    async def _tick(self) -> None:
        while self._watchers:
            try:
                found = await aside.run(figures)
            except Exception:
                if _failing.is_over():
                    logger.exception("what the processes count cannot be read")
            else:
                for tell in list(self._watchers):
                    tell(found)
            await asyncio.sleep(EVERY)


board = Board()
