"""A slow reader finds the newest tick of each topic, and every order update, in bounded room."""

import asyncio

import pytest

from brokers.stream import outbox
from brokers.stream.outbox import Outbox, Overflow
from brokers.stream.speech import Topic, View

INFY, TCS = Topic("NSE", "INFY", View.LTP), Topic("NSE", "TCS", View.LTP)


def read(box: Outbox, frames: int) -> list[str]:
    async def reading() -> list[str]:
        async with asyncio.timeout(5):
            return [await box.next() for _ in range(frames)]

    return asyncio.run(reading())


def test_only_the_newest_tick_of_a_topic_waits():
    box = Outbox()
    for frame in ("1", "2", "3"):
        box.tick(INFY, frame)
    box.tick(TCS, "a")
    assert read(box, 2) == ["3", "a"]


def test_order_updates_wait_in_order_and_go_first():
    box = Outbox()
    box.tick(INFY, "tick")
    box.update("first")
    box.update("second")
    assert read(box, 3) == ["first", "second", "tick"]


def test_updates_beyond_bounds_are_said_to_overflow_never_dropped(monkeypatch):
    monkeypatch.setattr(outbox, "MOST_UPDATES", 2)
    box = Outbox()
    box.update("first")
    box.update("second")
    with pytest.raises(Overflow):
        box.update("third")


def test_what_was_unsubscribed_is_not_told_any_more():
    box = Outbox()
    box.tick(INFY, "old")
    box.forget(INFY)
    box.tick(TCS, "new")
    assert read(box, 1) == ["new"]


def test_a_waiting_reader_is_woken():
    async def scene() -> str:
        box = Outbox()
        reader = asyncio.create_task(box.next())
        await asyncio.sleep(0)
        box.tick(INFY, "news")
        async with asyncio.timeout(5):
            return await reader

    assert asyncio.run(scene()) == "news"
