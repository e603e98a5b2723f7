"""One process works; the next takes over when it stops, or when it dies."""

import logging
import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connections
from django.db.models.functions import Now

from security import background
from security.background import Claim, Runner, job
from security.models import Lease

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 5.0  # seconds an event may take to come


@pytest.fixture(autouse=True)
def _no_jobs(monkeypatch):
    monkeypatch.setattr(background, "_jobs", {})


def die() -> None:
    """What the row looks like when its holder has not renewed it for a lifetime."""
    Lease.objects.update(until=Now() - timedelta(seconds=1))


def test_the_first_to_ask_holds_the_lease_and_keeps_it():
    first, second = Claim(), Claim()
    assert [first.renew(), second.renew(), first.renew(), second.renew()] == [True, False, True, False]


def test_a_dead_holder_is_followed_by_the_next():
    first, second = Claim(), Claim()
    first.renew()
    die()
    assert second.renew()
    assert not first.renew()


def test_a_released_lease_is_free_at_once():
    first, second = Claim(), Claim()
    first.renew()
    first.release()
    assert second.renew()


def test_releasing_what_one_does_not_hold_changes_nothing():
    first, second = Claim(), Claim()
    first.renew()
    second.release()
    assert not second.renew()


def test_a_lease_is_taken_over_within_ten_seconds():
    assert background.LIFETIME.total_seconds() + background.RENEWAL < 10


def test_of_eight_that_ask_at_once_one_wins():
    claims = [Claim() for _ in range(8)]
    threads = [threading.Thread(target=renew_and_close, args=(claim,)) for claim in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [claim.held for claim in claims].count(True) == 1


def renew_and_close(claim: Claim) -> None:
    background.guarded("renewing", claim.renew)
    connections.close_all()


def holder() -> Runner:
    runner = Runner()
    runner.claim.renew()
    return runner


def test_a_job_runs_when_it_is_due_and_not_before():
    runs: list[str] = []
    job("one", timedelta(hours=1), lambda: runs.append("one"))
    runner = holder()
    pauses = [runner.run_due(), runner.run_due()]
    assert runs == ["one"]
    assert all(3500 < pause <= 3600 for pause in pauses)


def test_without_the_lease_nothing_runs():
    runs: list[str] = []
    job("one", timedelta(hours=1), lambda: runs.append("one"))
    Runner().run_due()
    assert runs == []


def test_a_failing_job_is_named_and_the_others_go_on(caplog):
    runs: list[str] = []
    job("broken", timedelta(hours=1), lambda: 1 / 0)
    job("whole", timedelta(hours=1), lambda: runs.append("whole"))
    holder().run_due()
    assert runs == ["whole"]
    assert [record.message for record in caplog.records] == ["background job broken failed"]


def test_threads_start_work_and_stop_gives_the_lease_up():
    ran = threading.Event()
    job("one", timedelta(milliseconds=10), ran.set)
    runner = Runner()
    runner.start()
    assert ran.wait(SOON)
    runner.stop()
    assert Claim().renew()


def test_a_second_process_takes_over_and_the_first_stops_working(monkeypatch):
    monkeypatch.setattr(background, "RENEWAL", 0.01)
    left, other = threading.Event(), Claim()
    runner = Runner()
    job("one", timedelta(milliseconds=1), lambda: None)
    monkeypatch.setattr(background.logger, "info", lambda _line, what: left.set() if what == "has left" else take_over(other))
    runner.start()
    assert left.wait(SOON)
    runner.stop()
    assert other.held


def take_over(other: Claim) -> None:
    die()
    other.renew()


def test_a_database_that_fails_costs_the_lease_but_not_the_thread(monkeypatch, caplog):
    runner = Runner()
    monkeypatch.setattr(runner.claim, "_write", refuse)
    runner._renew()
    assert not runner.claim.held
    assert caplog.records[0].levelno == logging.ERROR


def refuse(_until):
    raise DatabaseError("gone")
