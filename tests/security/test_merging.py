"""What processes tell each other of who tries doors: sums, restarts, failures, and what somebody cleared."""

import pytest
import time_machine
from django.db import DatabaseError
from django.utils import timezone

from security import alerts, bulk, merging, policy, probes, propagation, snapshot
from security.actors import COMMAND_LINE
from security.alerts import Alarm
from security.models import AuditEntry, Ban, Offender, Probe
from security.scores import Scenario
from security.tally import Tally
from tests.security.trying import ATTACKER, caller, try_keys, try_paths

pytestmark = pytest.mark.django_db(transaction=True)


class Processes:
    """Several memories over one database; `at(n)` continues as the n-th process."""

    def __init__(self, monkeypatch) -> None:
        self._tallies = [Tally() for _ in range(4)]
        self._patch = monkeypatch

    def at(self, number: int) -> None:
        self._patch.setattr(probes, "tally", self._tallies[number])


@pytest.fixture
def process(monkeypatch) -> Processes:
    processes = Processes(monkeypatch)
    processes.at(0)
    return processes


def test_a_try_becomes_a_row_with_a_keyed_digest_and_a_redacted_sample():
    probes.unrouted(ATTACKER, "/wp-login.php")
    merging.merge()
    row = Probe.objects.get()
    assert (row.subject, row.scenario, row.weight, row.sample) == ("203.0.113.9", "unknown-paths", 5, "GET /wp-login.php")
    assert len(row.digest) == 16


def test_the_same_try_in_two_processes_is_one_row(process):
    for number in (0, 1):
        process.at(number)
        try_keys(3)
        merging.merge()
    assert Probe.objects.count() == 3


def test_tries_spread_over_processes_are_added_up_in_the_request_that_makes_them_enough(process):
    for number in range(3):
        process.at(number)
        try_keys(3, start=3 * number)
        merging.merge()
    assert not Ban.objects.exists()
    try_keys(1, start=9)
    assert snapshot.verdict(ATTACKER.address) is not None


def test_tries_at_the_same_moment_ban_when_they_are_merged(process):
    for number in (0, 1):
        process.at(number)
        try_keys(5, start=5 * number)
    merging.merge()
    assert not Ban.objects.exists()
    process.at(0)
    merging.merge()
    assert snapshot.verdict(ATTACKER.address) is not None


def test_what_was_counted_outlives_a_restart(process):
    try_keys(9)
    merging.merge()
    process.at(1)
    try_keys(1)
    merging.merge()
    try_keys(1, start=9)
    assert snapshot.verdict(ATTACKER.address) is not None


def test_past_offences_are_learned_with_the_totals(process):
    Offender.objects.create(subject=ATTACKER.subject, count=3, last=timezone.now())
    try_keys(2)
    assert not Ban.objects.exists()
    merging.merge()
    assert snapshot.verdict(ATTACKER.address) is not None


def test_what_was_tried_a_day_ago_counts_anew(process):
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        try_keys(9)
        merging.merge()
        clock.shift(86_401)
        try_keys(1)
        merging.merge()
        assert len(probes.tally.of(ATTACKER.subject)) == 1
        assert Probe.objects.filter(at=timezone.now()).count() == 1


def test_a_database_that_fails_is_alarmed_about_once_a_minute_and_asked_again(monkeypatch):
    try_keys(5)
    with monkeypatch.context() as broken:
        broken.setattr(bulk, "insert", refuse)
        for _ in range(3):
            merging.merge()
    merging.merge()
    assert [alert.count for alert in alerts.standing().filter(kind=Alarm.DETECTION)] == [1]
    assert Probe.objects.count() == 5


def test_a_database_that_fails_does_not_keep_this_process_from_counting(monkeypatch):
    monkeypatch.setattr(bulk, "insert", refuse)
    for number in range(10):
        try_keys(1, start=number)
        merging.merge()
    assert snapshot.verdict(ATTACKER.address) is not None


def refuse(*_, **__):
    raise DatabaseError("disk full")


def test_after_a_ban_nothing_of_before_counts_in_any_process(process):
    try_keys(9)
    merging.merge()
    process.at(1)
    try_keys(1, start=9)
    merging.merge()
    assert not Probe.objects.exclude(scenario=Scenario.CLEARED).exists()
    process.at(0)
    probes.apply(0)
    assert probes.tally.of(ATTACKER.subject) == []


def test_clearing_a_subject_is_audited_and_reaches_every_process(process):
    before = propagation.current()
    try_keys(9)
    merging.merge()
    process.at(1)
    assert probes.clear(ATTACKER.address, by=COMMAND_LINE)
    process.at(0)
    probes.apply(before)
    assert (probes.tally.of(ATTACKER.subject), Probe.objects.filter(weight__gt=0).count()) == ([], 0)
    assert (AuditEntry.objects.get().act, AuditEntry.objects.get().about) == ("bans:probes:clear", "203.0.113.9")


def test_what_a_process_writes_late_does_not_undo_a_clearing(process):
    try_keys(9)
    process.at(1)
    probes.clear(ATTACKER.address, by=COMMAND_LINE)
    process.at(0)
    merging.merge()
    process.at(2)
    try_keys(1)
    merging.merge()
    assert len(probes.tally.of(ATTACKER.subject)) == 1


def test_clearing_somebody_unknown_says_so_and_is_not_audited():
    assert not probes.clear("198.51.100.7", by=COMMAND_LINE)
    assert not AuditEntry.objects.exists()


def test_an_address_of_a_network_clears_the_network():
    try_keys(3, who=caller("2001:db8:1:2::9", "2001:db8:1:2::/64"))
    merging.merge()
    assert probes.clear("2001:db8:1:2::77", by=COMMAND_LINE)


def test_a_process_follows_what_another_cleared():
    try_keys(3)
    merging.merge()
    propagation.catch_up()
    Probe.objects.create(subject=ATTACKER.subject, scenario=Scenario.CLEARED, digest=bytes(16), weight=0, seq=10**9)
    probes.apply(1)
    assert probes.tally.of(ATTACKER.subject) == []


def test_more_subjects_than_are_remembered_are_alarmed_about_once_a_minute(monkeypatch):
    monkeypatch.setattr(probes, "tally", Tally(subjects=2))
    for number in range(10):
        try_paths(1, who=caller(f"198.51.100.{number}"))
        merging.merge()
    assert [alert.count for alert in alerts.standing().filter(kind=Alarm.DISTRIBUTED_SCAN)] == [1]


def test_nothing_is_asked_of_the_database_where_nothing_was_tried(django_assert_num_queries):
    try_keys(1)
    merging.merge()
    with django_assert_num_queries(0):
        try_keys(1)
        merging.merge()


def test_the_oldest_rows_go_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(merging, "MOST_ROWS", 2)
    for number in range(5):
        try_keys(1, start=number)
    merging.merge()
    merging.prune()
    assert Probe.objects.count() == 2


def test_a_changed_threshold_holds_at_the_next_try():
    try_keys(5)
    policy.change({"bad_keys": 6}, by=COMMAND_LINE)
    try_keys(1, start=5)
    assert snapshot.verdict(ATTACKER.address) is not None
