"""A sequence or a list that cannot be read alarms; what was known stays in force, and hints never make a flood of looks."""

import queue
import time
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from django.db import OperationalError

from security import alerts, propagation
from security.alerts import Alarm
from security.propagation import Watcher

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard() -> Iterator["queue.Queue[int]"]:
    """What a follower hears, as a queue that a test can wait on."""
    news: queue.Queue[int] = queue.Queue()
    propagation.follow("test", news.put)
    yield news
    propagation._followers.pop("test")


@pytest.fixture
def watcher(monkeypatch) -> Iterator[Watcher]:
    monkeypatch.setattr(propagation, "RETRY", 0.01)
    watcher = Watcher()
    yield watcher
    watcher.stop()


def about() -> list[tuple[str, str, int]]:
    return [(alert.kind, alert.about, alert.count) for alert in alerts.standing()]


def test_a_list_that_cannot_be_read_alarms_once(heard):
    propagation.follow("test", Mock(side_effect=RuntimeError("unreadable")))
    assert [propagation.catch_up(), propagation.catch_up()] == [False, False]
    assert about() == [(Alarm.BAN_LIST, "test", 1)]


def test_a_list_that_was_read_again_alarms_again_when_it_fails(heard):
    propagation.follow("test", Mock(side_effect=[RuntimeError("unreadable"), None]))
    assert [propagation.catch_up(), propagation.catch_up()] == [False, True]
    propagation.forget()
    propagation.follow("test", Mock(side_effect=RuntimeError("unreadable")))
    propagation.catch_up()
    assert about() == [(Alarm.BAN_LIST, "test", 2)]


def test_a_sequence_that_cannot_be_read_alarms_and_is_asked_again(watcher, heard, monkeypatch):
    version = Mock(side_effect=[OperationalError("gone"), *range(1000)])
    monkeypatch.setattr(Watcher, "_version", version)
    watcher.start()
    heard.get(timeout=5)
    assert about() == [(Alarm.BAN_LIST, "sequence", 1)]


def test_many_hints_at_once_are_few_looks(watcher, monkeypatch):
    looks = Mock(return_value=True)
    monkeypatch.setattr(Watcher, "_look", looks)
    watcher.start()
    ends = time.monotonic() + 10 * propagation.PACE
    while time.monotonic() < ends:
        watcher._news.set()
    assert 2 <= looks.call_count <= 12
