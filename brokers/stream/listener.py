"""What one socket listens to: topics, its user's orders, counters, and the outbox of their news; on the loop only."""

import asyncio
import time
from collections.abc import Callable, Iterable

from brokers import symbols
from brokers.errors import UnknownInstrument
from brokers.stream import frames
from brokers.stream.feeds import SLICE, Feed
from brokers.stream.orderdesk import desk
from brokers.stream.outbox import Outbox, Overflow
from brokers.stream.speech import Topic
from brokers.types import OrderUpdate
from security.board import Figures, board

MOST = 1000  # subscriptions of one socket; order updates are one of them
COUNTERS = "counters"


class Listener:
    def __init__(
        self, *, user_id: int, username: str, feed: Feed, overrun: Callable[[], object], operates: Callable[[], bool]
    ) -> None:
        """`overrun` is called when more order updates wait than may; `operates` says whether counters are theirs to see."""
        self.user_id, self.username, self.feed = user_id, username, feed
        self.outbox = Outbox()
        self._overrun, self._operates = overrun, operates
        self._topics: dict[Topic, None] = {}
        self._orders = self._counters = False

    def __len__(self) -> int:
        return len(self._topics) + self._orders + self._counters

    def weigh(self, topics: Iterable[Topic]) -> list[tuple[Topic, str]]:
        """Each topic with the sentence why it cannot be had, or an empty one."""
        room, rows = MOST - len(self), []
        for topic in topics:
            refusal = "" if topic in self._topics else self._refusal(topic, room)
            room -= not refusal and topic not in self._topics
            rows.append((topic, refusal))
        return rows

    async def add(self, topics: Iterable[Topic]) -> None:
        """The first ticks of those that are new are in the outbox at once; in slices, since a thousand quotes take a while."""
        began = time.perf_counter()
        for topic in topics:
            if topic in self._topics:
                continue
            self._topics[topic] = None
            self.feed.listen(self.outbox, topic)
            if time.perf_counter() - began > SLICE:
                await asyncio.sleep(0)
                began = time.perf_counter()

    def remove(self, topics: Iterable[Topic]) -> tuple[list[Topic], list[tuple[Topic, str]]]:
        """Those that were there, and the others with a sentence."""
        done, failed = [], []
        for topic in topics:
            if topic in self._topics:
                self._drop(topic)
                done.append(topic)
            else:
                failed.append((topic, "Not subscribed in this mode."))
        return done, failed

    def clear(self) -> list[Topic]:
        return self.remove(list(self._topics))[0]

    def follow_orders(self, *, on: bool) -> bool:
        """False: there is no room for one more subscription."""
        if on and not self._orders and len(self) >= MOST:
            return False
        self._orders = on
        if on:
            desk.listen(self.user_id, self.tell)
        else:
            desk.leave(self.user_id, self.tell)
        return True

    def follow_counters(self, *, on: bool) -> bool:
        """False: they are no operator's, or there is no room."""
        if on and not (self._operates() and (self._counters or len(self) < MOST)):
            return False
        self._counters = on
        if on:
            board.watch(self.count)
        else:
            board.leave(self.count)
            self.outbox.forget(COUNTERS)
        return True

    def count(self, figures: Figures) -> None:
        """Whoever ceased to be an operator meanwhile is told no more."""
        if self._operates():
            self.outbox.tick(COUNTERS, frames.counters(figures))
        else:
            self.follow_counters(on=False)

    def tell(self, updates: list[OrderUpdate]) -> None:
        try:
            for update in updates if self._orders else ():
                self.outbox.update(frames.order_update(update, username=self.username))
        except Overflow:
            self._overrun()

    def close(self) -> None:
        self.clear()
        self.follow_orders(on=False)
        self.follow_counters(on=False)

    def _drop(self, topic: Topic) -> None:
        del self._topics[topic]
        self.feed.leave(self.outbox, topic)

    @staticmethod
    def _refusal(topic: Topic, room: int) -> str:
        if room <= 0:
            return f"A socket may hold {MOST} subscriptions."
        try:
            symbols.find(topic.symbol, topic.exchange)
        except UnknownInstrument as error:
            return error.message
        return ""
