"""What is refused before Django leaves a short trace, and speaks JSON to programs."""

from datetime import timedelta
from functools import partial
from threading import Thread
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone

from openalgo.answers import refusal
from security import refusals
from security.addresses import network
from security.models import Refusal
from security.refusals import Answer

BAN = "203.0.113.0/24"


def told(subject: str = "203.0.113.9", *, path: str = "/", **more: Any) -> Answer:
    return refusals.banned(subject, path=path, **{"network": network(BAN)} | more)


def test_headers_that_cannot_be_read_do_not_fill_the_log(caplog):
    for _ in range(50):
        refusals.unreadable("a reason", path="/")
    assert len(caplog.records) == 1


@pytest.mark.parametrize(("path", "is_json"), [("/api/v1/ping", True), ("//api/v1/ping", True), ("/login/", False)])
def test_a_program_reads_json_however_its_host_ends(path, is_json):
    early = [told(path=path).body, refusals.unreadable("a reason", path=path).body]
    bodies = [*early, refusal(path, 503, "Busy.").body]
    assert [body.startswith(b"{") for body in bodies] == [is_json] * 3


def test_a_subject_is_one_row_and_one_line_in_ten_seconds(db, caplog):
    caplog.set_level("INFO")
    for _ in range(50):
        told()
    assert refusals.flush() == 1
    row = Refusal.objects.get()
    assert (row.subject, row.cidr, row.count, len(caplog.records)) == ("203.0.113.9", BAN, 50, 1)


def test_the_next_ten_seconds_have_a_row_and_an_incident_of_their_own(db):
    answers = {told().body for _ in range(3) if refusals.flush() is not None}
    refusals.flush()
    assert (len(answers), Refusal.objects.count()) == (3, 3)


def test_a_row_says_from_when_to_when(db):
    with time_machine.travel("2026-11-23 12:00:30Z", tick=False) as clock:
        told()
        clock.shift(7)
        told()
    refusals.flush()
    row = Refusal.objects.get()
    assert (row.last - row.first).total_seconds() == 7


def test_nothing_refused_writes_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert refusals.flush() == 0


def test_hits_are_all_refusals_under_a_ban(db):
    for number in (9, 9, 10):
        told(f"203.0.113.{number}")
    told("198.51.100.7", network=network("198.51.100.7"))
    refusals.flush()
    assert (refusals.hits(BAN), refusals.hits("198.51.100.7/32")) == (3, 1)


def test_many_subjects_of_one_ban_are_summed_under_its_range(db, monkeypatch):
    monkeypatch.setattr(refusals, "SUBJECTS", 3)
    for number in range(20):
        told(f"203.0.113.{number}")
    assert refusals.flush() == 4
    assert (refusals.hits(BAN), Refusal.objects.get(subject=BAN).count) == (20, 17)


def test_subjects_with_bans_of_their_own_are_bounded_too(db, monkeypatch):
    monkeypatch.setattr(refusals, "SUBJECTS", 3)
    for number in range(20):
        told(f"203.0.113.{number}", network=network(f"203.0.113.{number}"))
    assert refusals.flush() == 7
    assert sum(Refusal.objects.values_list("count", flat=True)) == 20


def test_a_flood_of_subjects_shares_one_line_and_its_incident(caplog):
    caplog.set_level("INFO")
    answers = [told(f"203.0.113.{number}").body.split()[-1].decode() for number in range(250)]
    assert len(caplog.records) == refusals.LINES + 1
    assert all(f"incident {incident}:" in caplog.text for incident in answers)


def test_hits_within_a_time_leave_out_what_came_before_and_after(db):
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        noon = timezone.now()
        for _ in range(3):
            told()
            refusals.flush()
            clock.shift(timedelta(hours=1))
    one = noon + timedelta(hours=1)
    assert [refusals.hits(BAN, since=one), refusals.hits(BAN, until=one), refusals.hits(BAN, since=one, until=one)] == [2, 2, 1]


def test_what_could_not_be_written_is_written_with_the_next(db, monkeypatch):
    told()
    with monkeypatch.context() as broken, pytest.raises(DatabaseError):
        broken.setattr(Refusal.objects, "bulk_create", Mock(side_effect=DatabaseError))
        refusals.flush()
    told()
    refusals.flush()
    assert refusals.hits(BAN) == 2


def test_every_refusal_of_many_threads_is_counted(db):
    run = partial(Thread, target=lambda: [told() for _ in range(2_000)])
    threads = [run() for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    refusals.flush()
    assert refusals.hits(BAN) == 8_000


def test_rows_older_than_a_month_are_deleted(db):
    told()
    refusals.flush()
    Refusal.objects.update(first=timezone.now() - timedelta(days=31), last=timezone.now() - timedelta(days=31))
    told()
    refusals.flush()
    assert (refusals.prune(), Refusal.objects.count()) == (1, 1)
