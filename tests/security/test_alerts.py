"""Alarms become rows that an operator closes: counted while open, kept though their cause is rolled back, never in its way."""

import logging
import threading

import pytest
from django.db import OperationalError, connections, transaction
from django.db.models import QuerySet
from django.utils import timezone

from security import alerts, pulse
from security.actors import Actor
from security.alerts import Alarm
from security.models import Alert, AuditEntry

OPERATOR = Actor("owner")
THREADS = 8

pytestmark = pytest.mark.django_db


def test_an_alarm_becomes_an_open_alert():
    alerts.sound(Alarm.BAN, "203.0.113.9 is banned.", about="203.0.113.9/32")
    alert = alerts.standing().get()
    assert (alert.kind, alert.about, alert.sentence, alert.count) == ("ban", "203.0.113.9/32", "203.0.113.9 is banned.", 1)


def test_an_alarm_asks_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        alerts.sound(Alarm.BAN, "somebody")


def test_the_log_tells_at_once_and_once_a_beat(caplog):
    for _ in range(5):
        alerts.sound(Alarm.BAN, "somebody")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_the_same_again_counts_on_the_open_alert_and_tells_the_newest():
    for sentence in ("first", "second"):
        alerts.sound(Alarm.POLICY, sentence)
        alerts.flush()
    alert = alerts.standing().get()
    assert (alert.count, alert.sentence) == (2, "second")
    assert alert.first < alert.last


def test_another_thing_is_another_alert():
    alerts.sound(Alarm.BAN, "one", about="203.0.113.9/32")
    alerts.sound(Alarm.BAN, "other", about="203.0.113.10/32")
    alerts.sound(Alarm.SPARED, "one", about="203.0.113.9/32")
    assert alerts.standing().count() == 3


def test_after_it_was_closed_the_next_is_a_new_one():
    alerts.sound(Alarm.BAN, "one")
    alerts.close(alerts.standing().get(), by=OPERATOR)
    alerts.sound(Alarm.BAN, "again")
    assert (alerts.standing().get().sentence, Alert.objects.count()) == ("again", 2)


def test_closing_says_who_and_is_audited():
    alerts.sound(Alarm.BAN, "one", about="203.0.113.9/32")
    assert alerts.close(alerts.standing().get(), by=OPERATOR)
    entry = AuditEntry.objects.get()
    assert (Alert.objects.get().closed_by, entry.act, entry.about) == ("owner", "alerts:alert:close", "ban 203.0.113.9/32")


def test_closing_twice_is_no_second_act():
    alerts.sound(Alarm.BAN, "one")
    alert = alerts.standing().get()
    assert [alerts.close(alert, by=OPERATOR) for _ in range(2)] == [True, False]
    assert AuditEntry.objects.count() == 1


def test_all_are_closed_but_what_sounded_since():
    alerts.sound(Alarm.BAN, "seen")
    alerts.flush()
    until = timezone.now()
    alerts.sound(Alarm.POLICY, "not seen yet")
    assert alerts.close_all(until=until, by=OPERATOR) == 1
    assert alerts.standing().get().sentence == "not seen yet"


def test_closing_nothing_is_no_act():
    assert alerts.close_all(until=timezone.now(), by=OPERATOR) == 0
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("text", ["a\0b", "x" * 10_000, "", "<script>"])
def test_any_text_can_be_written_down(text):
    alerts.sound(Alarm.BAN, text, about=text)
    assert alerts.standing().count() == 1


@pytest.fixture
def room_for_three(monkeypatch):
    monkeypatch.setattr(alerts, "MOST", 3)


def test_what_is_remembered_is_bounded_and_loses_no_count(room_for_three):
    for number in range(10):
        alerts.sound(Alarm.SPARED, "scans", about=f"203.0.113.{number}/32")
    assert len(alerts._heard) == 4
    assert sum(alert.count for alert in alerts.standing()) == 10


def test_open_alerts_of_a_kind_are_bounded_and_one_tells_of_the_others(room_for_three):
    for number in range(10):
        alerts.sound(Alarm.SPARED, "scans", about=f"203.0.113.{number}/32")
        alerts.flush()
    told = alerts.standing().get(about="")
    assert (alerts.standing().count(), told.count) == (4, 7)
    assert told.sentence == "More than 3 of these are open. The latest, about 203.0.113.9/32: scans"


def test_old_alerts_are_forgotten_and_open_ones_kept():
    for age in (alerts.KEPT * 2, alerts.KEPT / 2):
        then = timezone.now() - age
        Alert.objects.create(kind="ban", sentence="s", first=then, last=then, closed=then, closed_by="owner")
    Alert.objects.create(kind="ban", sentence="s", first=then - alerts.KEPT, last=then)
    alerts.prune()
    assert Alert.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_alarm_survives_the_rollback_of_its_cause():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        alerts.sound(Alarm.AUDIT_CHAIN, "the chain is broken")
        raise ZeroDivisionError
    assert alerts.standing().get().sentence == "the chain is broken"


@pytest.mark.django_db(transaction=True)
def test_the_pulse_writes_alarms_down_and_once_more_when_it_stops():
    beating = pulse.Pulse()
    beating.start()
    alerts.sound(Alarm.BAN, "somebody")
    beating.stop()
    assert Alert.objects.get().sentence == "somebody"


def refuse(*_: object) -> None:
    raise OperationalError("gone")


def test_what_cannot_be_written_stops_nobody_and_is_kept(monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(alerts, "_write", refuse)
        alerts.sound(Alarm.BAN, "somebody")
        with pytest.raises(OperationalError):
            alerts.flush()
    assert alerts.standing().get().count == 1


@pytest.mark.django_db(transaction=True)
def test_many_that_sound_and_write_at_once_make_one_alert_that_counts_them_all():
    together = threading.Barrier(THREADS)

    def alarm() -> None:
        try:
            together.wait(10)
            alerts.sound(Alarm.GUESSES, "a burst", about="203.0.113.9/32")
            alerts.flush()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=alarm) for _ in range(THREADS)]
    for step in (threading.Thread.start, threading.Thread.join):
        [step(thread) for thread in threads]
    assert alerts.standing().get().count == THREADS


def test_whoever_loses_the_race_to_open_an_alert_counts_on_the_winners(monkeypatch):
    def look_too_early(*_: object, **__: object) -> int:
        monkeypatch.undo()
        return 0

    for _ in range(2):
        alerts.flush()
        alerts.sound(Alarm.GUESSES, "a burst", about="203.0.113.9/32")
    monkeypatch.setattr(QuerySet, "update", look_too_early)
    assert alerts.standing().get().count == 2
