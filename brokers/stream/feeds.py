"""The market for everybody who listens: one quote a second and symbol, each frame encoded once; no ORM, on the loop only."""

import asyncio
import logging
import time

from brokers import quotes
from brokers.errors import BrokerError
from brokers.stream import frames
from brokers.stream.outbox import Outbox
from brokers.stream.speech import Topic, View
from brokers.types import Depth, Exchange, Quote

logger = logging.getLogger(__name__)

SLICE = 0.002  # seconds of quoting after which others on the loop have their turn
BEHIND = 0.005  # seconds after a full second: a timer may wake a little early, and would find the price before it


class Feed:
    """Listeners by topic. `publish` is the door for whatever brings news: the ticker here, a broker's stream elsewhere."""

    def __init__(self, broker: str) -> None:
        self.broker = broker
        self._listeners: dict[tuple[str, str], dict[View, dict[Outbox, None]]] = {}
        self._ticker: asyncio.Task[None] | None = None

    def listen(self, outbox: Outbox, topic: Topic) -> None:
        """From now on the topic's ticks go there, the first at once."""
        views = self._listeners.setdefault(topic[:2], {})
        views.setdefault(topic.view, {})[outbox] = None
        market = _ask(topic[:2], deep=topic.view is View.DEPTH)
        if market is not None and _tells(market, topic.view):
            outbox.tick(topic, frames.tick(topic.view, market, broker=self.broker))
        if self._ticker is None or self._ticker.done():
            self._ticker = asyncio.ensure_future(self._tick())

    def leave(self, outbox: Outbox, topic: Topic) -> None:
        views = self._listeners.get(topic[:2], {})
        listeners = views.get(topic.view, {})
        listeners.pop(outbox, None)
        if not listeners:
            views.pop(topic.view, None)
        if not views:
            self._listeners.pop(topic[:2], None)
        outbox.forget(topic)

    def publish(self, instrument: tuple[str, str], market: Quote | Depth) -> None:
        for view, listeners in self._listeners.get(instrument, {}).items():
            if not _tells(market, view):
                continue
            topic = Topic(*instrument, view)
            frame = frames.tick(view, market, broker=self.broker)
            for outbox in listeners:
                outbox.tick(topic, frame)

    async def beat(self) -> None:
        """One tick of every symbol that somebody listens to."""
        began = time.perf_counter()
        for instrument in list(self._listeners):
            views = self._listeners.get(instrument, {})
            market = _ask(instrument, deep=View.DEPTH in views) if views else None
            if market is not None:
                self.publish(instrument, market)
            if time.perf_counter() - began > SLICE:
                await asyncio.sleep(0)
                began = time.perf_counter()

    async def _tick(self) -> None:
        """Just behind each full second, when prices move, for as long as anybody listens."""
        while self._listeners:
            await asyncio.sleep(seconds_to_next())
            await self.beat()


paper = Feed("paper")


def seconds_to_next() -> float:
    return 1 + BEHIND - time.time() % 1


def _tells(market: Quote | Depth, view: View) -> bool:
    return view is not View.DEPTH or isinstance(market, Depth)


def _ask(instrument: tuple[str, str], *, deep: bool) -> Quote | Depth | None:
    """None where there is no market any more: the contract has expired since, or it cannot be computed."""
    exchange, symbol = instrument
    try:
        ask = quotes.depth if deep else quotes.quote
        return ask(symbol, Exchange(exchange))
    except (BrokerError, ValueError):
        return None
    except Exception:
        logger.exception("%s:%s cannot be quoted; its listeners hear nothing this second", exchange, symbol)
        return None
