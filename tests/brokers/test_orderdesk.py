"""What happens to an order reaches its user's open sockets, in order, once, and nobody else's."""

import asyncio
from datetime import datetime
from typing import Any

import pytest
from django.db import connections, transaction

from brokers import events, journal
from brokers.models import JournalEntry
from brokers.stream import orderdesk
from brokers.stream.orderdesk import Desk
from brokers.types import OrderStatus, OrderUpdate
from security import propagation
from tests.brokers.conftest import NOON, asked

pytestmark = pytest.mark.django_db(transaction=True)


def drafted(user, at: datetime = NOON) -> JournalEntry:
    entry = journal.draft(user.pk, asked("BUY", 1), broker="paper", source="test", at=at)
    journal.rest(entry, at=at)
    return entry


def happen(user, *statuses: OrderStatus, at: datetime = NOON) -> None:
    """An order goes through these states, each a transaction of its own."""
    with transaction.atomic():
        entry = drafted(user, at)
    for status in statuses:
        with transaction.atomic():
            entry.status = status
            events.write([events.step(entry, at=at)])


def told(desk: Desk, user, after: int = 1) -> list[OrderUpdate]:
    """What a listener of the user's hears when the desk learns what is new."""

    async def scene() -> list[OrderUpdate]:
        heard: list[OrderUpdate] = []
        desk.listen(user.pk, heard.extend)
        await asyncio.to_thread(learn, desk, after)
        await asyncio.sleep(0)
        desk.leave(user.pk, heard.extend)
        return heard

    return asyncio.run(scene())


def learn(desk: Desk, after: int) -> None:
    try:
        desk.apply(after)
    finally:
        connections.close_all()


@pytest.fixture
def desk() -> Desk:
    """One that starts when the sequence stands at 1."""
    with transaction.atomic():
        propagation.bump()
    desk = Desk()
    desk.apply(0)
    return desk


def test_every_step_is_told_in_order(desk, owner):
    happen(owner, OrderStatus.OPEN, OrderStatus.COMPLETE)
    updates = told(desk, owner)
    assert [update.order.status for update in updates] == [OrderStatus.OPEN, OrderStatus.COMPLETE]
    assert updates[0].seq < updates[1].seq


def test_nothing_is_told_twice(desk, owner):
    happen(owner, OrderStatus.OPEN)
    assert len(told(desk, owner)) == 1
    assert told(desk, owner) == []


def test_what_happened_before_the_start_is_not_told(owner):
    happen(owner, OrderStatus.OPEN)
    desk = Desk()
    desk.apply(0)
    happen(owner, OrderStatus.CANCELLED)
    assert [update.order.status for update in told(desk, owner)] == [OrderStatus.CANCELLED]


def test_who_comes_later_is_not_told_what_was_over_before(desk, owner):
    happen(owner, OrderStatus.OPEN)
    desk.apply(propagation.current() - 1)
    happen(owner, OrderStatus.CANCELLED)
    updates = told(desk, owner, after=propagation.current() - 1)
    assert [update.order.status for update in updates] == [OrderStatus.CANCELLED]


def test_others_hear_nothing(desk, owner, second_user):
    happen(owner, OrderStatus.OPEN)
    assert told(desk, second_user) == []


def test_who_left_is_not_told(desk, owner):
    heard: list[Any] = []

    async def scene() -> None:
        desk.listen(owner.pk, heard.extend)
        desk.leave(owner.pk, heard.extend)
        await asyncio.to_thread(learn, desk, 1)
        await asyncio.sleep(0)

    happen(owner, OrderStatus.OPEN)
    asyncio.run(scene())
    assert (heard, desk._listeners) == ([], {})


def test_a_reading_that_is_full_is_followed_by_the_next(desk, owner, monkeypatch):
    monkeypatch.setattr(events, "MOST", 2)
    happen(owner, *[OrderStatus.OPEN] * 5)
    assert len(told(desk, owner)) == 5


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5])
def test_updates_of_one_number_may_fill_more_than_one_reading(desk, owner, monkeypatch, steps):
    monkeypatch.setattr(events, "MOST", 2)
    happen(owner, OrderStatus.OPEN)
    with transaction.atomic():
        entry = drafted(owner)
        events.write([events.step(entry, at=NOON) for _ in range(steps)])
    happen(owner, OrderStatus.OPEN)
    assert len(told(desk, owner)) == 1 + steps + 1


def test_what_a_failed_reading_left_is_told_by_the_next(desk, owner, monkeypatch):
    monkeypatch.setattr(events, "MOST", 1)
    happen(owner, OrderStatus.OPEN, OrderStatus.CANCELLED)
    with monkeypatch.context() as broken:
        broken.setattr(desk, "_hand_over", lambda news: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            told(desk, owner)
    assert [update.order.status for update in told(desk, owner)] == ["open", "cancelled"]


def test_a_closed_loop_hinders_nobody(desk, owner):
    asyncio.run(_listen_and_go(desk, owner))
    happen(owner, OrderStatus.OPEN)
    assert len(told(desk, owner)) == 1


async def _listen_and_go(desk: Desk, owner) -> None:
    desk.listen(owner.pk, print)


def test_the_process_desk_follows_the_sequence(owner):
    assert propagation._followers[events.FOLLOWER] == orderdesk.desk.apply
