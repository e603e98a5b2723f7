"""Everybody who listens hears each view they asked for, the first tick at once and then one a second."""

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest

from brokers import quotes
from brokers.errors import UnknownInstrument
from brokers.stream import feeds
from brokers.stream.feeds import Feed
from brokers.stream.outbox import Outbox
from brokers.stream.speech import Topic, View
from brokers.types import Exchange
from tests.brokers.conftest import NOON

LTP, QUOTE, DEPTH = (Topic("NSE", "INFY", view) for view in View)
INFY = LTP[:2]


async def heard(outbox: Outbox, frames: int) -> list[Any]:
    async with asyncio.timeout(5):
        return [json.loads(await outbox.next()) for _ in range(frames)]


def is_empty(outbox: Outbox) -> bool:
    return not outbox._ticks


def test_the_first_tick_comes_at_once():
    async def scene() -> list[Any]:
        outbox = Outbox()
        Feed("paper").listen(outbox, LTP)
        return await heard(outbox, 1)

    (tick,) = asyncio.run(scene())
    assert (tick["type"], tick["symbol"], tick["exchange"], tick["mode"]) == ("market_data", "INFY", "NSE", 1)
    assert tick["data"]["ltp"] > 0


def test_each_subscribed_view_has_a_frame_of_its_own():
    async def scene() -> list[Any]:
        feed, outbox = Feed("paper"), Outbox()
        for topic in (LTP, QUOTE, DEPTH):
            feed.listen(outbox, topic)
        await heard(outbox, 3)
        await feed.beat()
        return await heard(outbox, 3)

    assert sorted(tick["mode"] for tick in asyncio.run(scene())) == [1, 2, 3]


def test_a_frame_is_encoded_once_for_all_its_listeners(monkeypatch):
    async def scene() -> bool:
        feed, first, second = Feed("paper"), Outbox(), Outbox()
        for outbox in (first, second):
            feed.listen(outbox, LTP)
            await outbox.next()
        await feed.beat()
        return await first.next() is await second.next()

    assert asyncio.run(scene())


def test_the_ticker_runs_while_somebody_listens_and_ends_with_the_last(monkeypatch):
    monkeypatch.setattr(feeds, "seconds_to_next", lambda: 0.0)

    async def scene() -> None:
        feed, outbox = Feed("paper"), Outbox()
        feed.listen(outbox, LTP)
        await heard(outbox, 3)
        feed.leave(outbox, LTP)
        assert feed._ticker
        await asyncio.wait_for(feed._ticker, 5)

    asyncio.run(scene())


@pytest.mark.parametrize(("now", "pause"), [(100.0, 1.005), (100.5, 0.505), (100.999, 0.006)])
def test_a_tick_comes_just_behind_each_full_second(monkeypatch, now, pause):
    monkeypatch.setattr("brokers.stream.feeds.time.time", lambda: now)
    assert feeds.seconds_to_next() == pytest.approx(pause)


def test_who_left_hears_nothing_more():
    async def scene() -> bool:
        feed, outbox = Feed("paper"), Outbox()
        feed.listen(outbox, LTP)
        feed.leave(outbox, LTP)
        await feed.beat()
        return is_empty(outbox) and not feed._listeners

    assert asyncio.run(scene())


def test_a_contract_that_expired_is_silent_and_stops_nobody(monkeypatch):
    def quote(symbol: str, exchange: Exchange) -> Any:
        raise UnknownInstrument(symbol, exchange)

    async def scene() -> bool:
        feed, outbox = Feed("paper"), Outbox()
        monkeypatch.setattr(quotes, "quote", quote)
        feed.listen(outbox, LTP)
        await feed.beat()
        return is_empty(outbox)

    assert asyncio.run(scene())


def test_one_symbol_that_fails_leaves_the_others_their_ticks(monkeypatch, caplog):
    real = quotes.quote

    def quote(symbol: str, exchange: Exchange) -> Any:
        return 1 / 0 if symbol == "INFY" else real(symbol, exchange)

    async def scene() -> list[Any]:
        feed, outbox = Feed("paper"), Outbox()
        monkeypatch.setattr(quotes, "quote", quote)
        for symbol in ("INFY", "TCS"):
            feed.listen(outbox, Topic("NSE", symbol, View.LTP))
        return await heard(outbox, 1)

    assert asyncio.run(scene())[0]["symbol"] == "TCS"
    assert "NSE:INFY cannot be quoted" in caplog.text


def test_a_brokers_stream_may_feed_it_instead():
    async def scene() -> list[Any]:
        feed, outbox = Feed("zerodha"), Outbox()
        feed.listen(outbox, LTP)
        await outbox.next()
        feed.publish(INFY, quotes.quote("INFY", Exchange.NSE, at=NOON))
        return await heard(outbox, 1)

    (tick,) = asyncio.run(scene())
    assert (tick["broker"], tick["data"]["timestamp"]) == ("zerodha", int(NOON.timestamp() * 1000))


def test_a_long_beat_lets_others_have_their_turn(monkeypatch):
    monkeypatch.setattr(feeds, "SLICE", 0.0)

    async def scene() -> int:
        feed, turns = Feed("paper"), 0
        for symbol in ("INFY", "TCS", "SBIN"):
            feed.listen(Outbox(), Topic("NSE", symbol, View.LTP))
        beat = asyncio.create_task(feed.beat())
        while not beat.done():
            turns += 1
            await asyncio.sleep(0)
        return turns

    assert asyncio.run(scene()) >= 3


def test_the_quote_frame_tells_what_programs_read():
    async def scene() -> list[Any]:
        feed, outbox = Feed("paper"), Outbox()
        feed.listen(outbox, QUOTE)
        return await heard(outbox, 1)

    data = asyncio.run(scene())[0]["data"]
    assert data["avg_trade_price"] == data["average_price"]
    assert Decimal(str(data["change"])) == Decimal(str(data["ltp"])) - Decimal(str(data["close"]))
