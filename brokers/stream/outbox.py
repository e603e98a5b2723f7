"""What waits for one socket's reader: the newest of each topic, every order update; bounded, touched on the loop only."""

import asyncio
from collections import deque

from brokers.stream.speech import Topic

MOST_UPDATES = 1000

Name = Topic | str  # of what only the newest is worth telling


class Overflow(Exception):
    """More order updates wait than anybody reads: the reader must ask for its orders anew."""


class Outbox:
    def __init__(self) -> None:
        self._ticks: dict[Name, str] = {}
        self._updates: deque[str] = deque()
        self._news = asyncio.Event()

    def tick(self, topic: Name, frame: str) -> None:
        self._ticks[topic] = frame
        self._news.set()

    def forget(self, topic: Name) -> None:
        self._ticks.pop(topic, None)

    def update(self, frame: str) -> None:
        """Raises Overflow."""
        if len(self._updates) >= MOST_UPDATES:
            raise Overflow
        self._updates.append(frame)
        self._news.set()

    async def next(self) -> str:
        """Order updates first; one frame at a time, so that the ticks behind it stay the newest."""
        while not self._updates and not self._ticks:
            self._news.clear()
            await self._news.wait()
        if self._updates:
            return self._updates.popleft()
        return self._ticks.pop(next(iter(self._ticks)))
