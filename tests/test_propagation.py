"""How a process learns what changed."""

import queue
import threading
import time

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F

from security import propagation
from security.models import Sequence

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def calls():
    seen: list[int] = []
    propagation.follow("test", seen.append)
    yield seen
    propagation._followers.pop("test")


def test_a_follower_first_loads_everything(calls):
    propagation.catch_up()
    assert calls == [0]


def test_a_commit_tells_the_followers_of_this_process(calls):
    propagation.catch_up()
    before = propagation.current()
    with transaction.atomic():
        propagation.bump()
    assert calls[-1] == before


def test_nothing_new_asks_nobody(calls):
    propagation.catch_up()
    propagation.catch_up()
    assert len(calls) == 1


def test_a_follower_that_failed_is_asked_again(calls, caplog):
    def broken(after: int) -> None:
        calls.append(after)
        raise RuntimeError("unreadable")

    propagation.follow("test", broken)
    propagation.catch_up()
    propagation.catch_up()
    assert calls == [0, 0]


@pytest.fixture
def other_calls():
    seen: list[int] = []
    propagation.follow("other", seen.append)
    yield seen
    propagation._followers.pop("other")


@pytest.mark.parametrize(("name", "told"), [("test", 2), ("other", 1), ("nobody", 1)])
def test_a_change_for_one_follower_asks_nobody_else(calls, other_calls, name, told, django_assert_num_queries):
    with transaction.atomic():
        propagation.bump()
    with django_assert_num_queries(1 + 2), transaction.atomic():
        propagation.bump(only=name)
    assert len(calls) == told


def test_a_change_for_one_follower_after_one_that_was_missed_asks_everybody(calls, other_calls):
    propagation.catch_up()
    bump_elsewhere()
    with transaction.atomic():
        propagation.bump(only="other")
    assert len(calls) == 2


def test_what_was_spared_is_not_asked_again(calls, other_calls):
    propagation.catch_up()
    with transaction.atomic():
        propagation.bump(only="other")
    propagation.catch_up()
    assert len(calls) == 1


def test_a_bump_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="transaction"):
        propagation.bump()


def test_an_engine_that_cannot_return_what_it_wrote_is_asked_for_it(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(connection.features, "can_return_columns_from_insert", False)
    with transaction.atomic():
        first = propagation.bump()
        with django_assert_num_queries(2):
            assert propagation.bump() == first + 1
    assert propagation.current() == first + 1


def test_a_rolled_back_change_is_not_announced(calls):
    propagation.catch_up()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        propagation.bump()
        raise ZeroDivisionError
    propagation.catch_up()
    assert calls == [0]


@pytest.fixture
def heard():
    """What a follower hears, as a queue that a test can wait on."""
    news: queue.Queue[int] = queue.Queue()
    propagation.follow("test", news.put)
    yield news
    propagation._followers.pop("test")


@pytest.fixture
def watcher(heard):
    watcher = propagation.Watcher()
    watcher.start()
    heard.get(timeout=5)
    yield watcher
    watcher.stop()


def bump_elsewhere() -> None:
    """A commit that tells nobody in this process, as another process makes it."""
    Sequence.objects.get_or_create(pk=1)
    Sequence.objects.update(value=F("value") + 1)


def test_the_watcher_hears_of_another_process_within_the_promise(watcher, heard):
    bump_elsewhere()
    started = time.monotonic()
    heard.get(timeout=5)
    assert time.monotonic() - started < 0.5


def test_the_watcher_hears_every_one_of_many(watcher, heard):
    for _ in range(5):
        bump_elsewhere()
        heard.get(timeout=5)
    assert heard.empty()


def test_the_watcher_asks_a_failing_follower_again(heard, monkeypatch):
    monkeypatch.setattr(propagation, "RETRY", 0.01)
    answers = iter([RuntimeError("unreadable"), None])

    def shaky(after: int) -> None:
        heard.put(after)
        if error := next(answers, None):
            raise error

    propagation.follow("test", shaky)
    watcher = propagation.Watcher()
    watcher.start()
    assert [heard.get(timeout=5), heard.get(timeout=5)] == [0, 0]
    watcher.stop()


def test_the_watcher_outlives_a_lost_connection(watcher, heard, monkeypatch):
    monkeypatch.setattr(propagation, "RETRY", 0.01)
    lost = threading.Event()
    whole = propagation.Watcher._version

    def cut(self):
        monkeypatch.setattr(propagation.Watcher, "_version", whole)
        lost.set()
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(propagation.Watcher, "_version", cut)
    assert lost.wait(5)
    bump_elsewhere()
    assert heard.get(timeout=5) >= 0


def test_a_stopped_watcher_is_gone(heard):
    watcher = propagation.Watcher()
    watcher.start()
    watcher.stop()
    assert not watcher._thread.is_alive()


@pytest.mark.only_on("postgresql")
def test_the_watcher_outlives_a_killed_connection(watcher, heard, monkeypatch):
    monkeypatch.setattr(propagation, "RETRY", 0.01)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    bump_elsewhere()
    assert heard.get(timeout=30) >= 0


def test_whoever_watches_the_whole_is_told_behind_the_last_follower(calls):
    told: list[list[int]] = []

    def look(**_: object) -> None:
        told.append(list(calls))

    propagation.moved.connect(look)
    propagation.catch_up()
    propagation.catch_up()
    propagation.moved.disconnect(look)
    assert told == [[0]]
