"""Who tries doors is shut out; whoever lives there is only slowed."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import DatabaseError, connections
from django.utils import timezone

from security import alerts, bans, merging, policy, probes, proofs, snapshot
from security.actors import COMMAND_LINE, Actor
from security.alerts import Alarm
from security.models import Action, Alert, Ban, Offender, Origin, Proof, ProvenBy
from tests.security.trying import ATTACKER, caller, try_keys, try_paths

pytestmark = pytest.mark.django_db(transaction=True)


LOOPBACK = caller("127.0.0.1")


def test_ten_distinct_bad_keys_ban():
    try_keys(9)
    assert snapshot.verdict(ATTACKER.address) is None
    try_keys(1, start=9)
    assert snapshot.verdict(ATTACKER.address) is not None


def test_the_row_says_why_and_by_whom():
    try_keys(10)
    row = Ban.objects.get()
    assert (row.cidr, row.action, row.origin, row.scenario) == ("203.0.113.9/32", Action.BAN, Origin.AUTO, "bad-keys")
    assert "10 distinct bad API keys" in row.reason


def test_the_same_bad_key_a_thousand_times_bans_nobody():
    for _ in range(1000):
        probes.bad_key(ATTACKER, "oa_live_same", kind="unknown")
    assert snapshot.verdict(ATTACKER.address) is None


def test_bad_keys_of_two_subjects_are_not_added_up():
    try_keys(9)
    try_keys(9, who=caller("198.51.100.7"), start=9)
    assert not Ban.objects.exists()


def test_bad_keys_a_day_apart_are_not_added_up():
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        try_keys(9)
        clock.shift(86_400)
        try_keys(9, start=9)
    assert not Ban.objects.exists()


def test_a_whole_ipv6_network_counts_as_one_and_is_banned_as_one():
    for number in range(10):
        probes.bad_key(caller(f"2001:db8:1:2::{number + 1}", "2001:db8:1:2::/64"), f"oa_live_{number}", kind="unknown")
    assert snapshot.verdict("2001:db8:1:2:ffff::1") is not None


def test_a_subject_that_proved_itself_today_is_throttled_instead():
    proofs.recognised(ATTACKER, by=ProvenBy.KEY)
    try_keys(10)
    assert snapshot.verdict(ATTACKER.address) is None
    assert snapshot.is_throttled(ATTACKER.subject)


def test_a_subject_that_proved_itself_yesterday_is_banned():
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        proofs.recognised(ATTACKER, by=ProvenBy.KEY)
        clock.shift(86_400 + 60)
        try_keys(10)
        assert snapshot.verdict(ATTACKER.address) is not None


@pytest.mark.parametrize("address", ["127.0.0.1", "192.168.1.7", "10.0.0.1"])
def test_one_that_is_never_banned_is_throttled_for_a_day(address):
    try_keys(10, who=caller(address))
    row = Ban.objects.get()
    assert (row.action, row.expires) == (Action.THROTTLE, row.starts + bans.DAY)


def test_a_throttled_subject_that_goes_on_costs_no_further_writing():
    try_keys(10, who=LOOPBACK)
    seq = Ban.objects.get().seq
    try_keys(50, who=LOOPBACK, start=10)
    assert Ban.objects.get().seq == seq


@pytest.mark.parametrize("subject", ["203.0.113.9", "2001:db8:1:2::/64"])
def test_whoever_proved_themselves_to_another_process_is_throttled_instead(subject):
    Proof.objects.create(subject=subject, by=ProvenBy.STAFF, last=timezone.now())
    one = caller("2001:db8:1:2::99", subject) if ":" in subject else ATTACKER
    try_keys(10, who=one)
    assert snapshot.is_throttled(one.subject)


def test_with_bans_off_nothing_is_written(settings):
    settings.BANS = False
    try_keys(50)
    assert not Ban.objects.exists()


def test_a_second_series_after_a_lift_and_its_probation_bans_again():
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        try_keys(10)
        bans.lift(ATTACKER.subject, by=Actor("owner"))
        clock.shift(policy.current().probation + 1)
        try_keys(10)
        assert snapshot.verdict(ATTACKER.address) is not None


def test_a_ban_that_cannot_be_written_alarms_and_does_not_disturb(monkeypatch, caplog):
    monkeypatch.setattr(bans, "punish", refuse)
    try_keys(30)
    assert [record.levelno for record in caplog.records if record.name == "security.probes"] == [logging.CRITICAL]
    alerts.flush()
    assert Alert.objects.get(kind=Alarm.DETECTION).about == ATTACKER.subject


def test_a_ban_that_could_not_be_written_is_tried_again(monkeypatch):
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        with monkeypatch.context() as broken:
            broken.setattr(bans, "punish", refuse)
            try_keys(10)
        clock.shift(probes.RETRY)
        try_keys(1)
        assert snapshot.verdict(ATTACKER.address) is not None


def refuse(*_, **__):
    raise DatabaseError("disk full")


def test_eight_threads_with_forty_keys_make_one_ban():
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(try_keys_and_close, range(40)))
    assert Ban.objects.count() == 1
    assert Ban.objects.get().offence == 1


def try_keys_and_close(number: int) -> None:
    try_keys(1, start=number)
    connections.close_all()


def test_no_part_of_a_key_is_kept():
    probes.bad_key(ATTACKER, "oa_live_secretsecretsecret", kind="unknown")
    batch = probes.tally.take()
    assert "secret" not in repr(batch)
    assert [row.sample for row in batch.rows] == ["API key: unknown"]


def test_the_evidence_of_a_ban_is_what_was_tried():
    try_keys(9)
    merging.merge()
    try_keys(1, start=9)
    assert [each.sample for each in Ban.objects.get().evidence.all()] == ["API key: unknown"] * 10


def test_a_known_offender_is_banned_for_fewer():
    Offender.objects.create(subject=ATTACKER.subject, count=1, last=timezone.now())
    try_keys(1)
    merging.merge()
    try_keys(3, start=1)
    assert snapshot.verdict(ATTACKER.address) is None
    try_keys(1, start=4)
    assert snapshot.verdict(ATTACKER.address) is not None


def test_a_scenario_that_is_simulated_does_not_shield_from_another():
    policy.change({"simulated": ["bad-keys"]}, by=COMMAND_LINE)
    try_keys(10)
    assert snapshot.verdict(ATTACKER.address) is None
    try_paths(20)
    assert snapshot.verdict(ATTACKER.address) is not None


def test_one_that_is_spared_is_judged_again_a_minute_later(monkeypatch):
    judged: list[str] = []
    monkeypatch.setattr(bans, "punish", lambda subject, **_: judged.append(subject))
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        try_keys(100)
        assert len(judged) == 1
        clock.shift(probes.SPARED)
        try_keys(100)
    assert len(judged) == 2


def test_what_goes_wrong_while_counting_disturbs_nobody(monkeypatch, caplog):
    monkeypatch.setattr(probes.tally, "add", refuse)
    try_keys(1)
    assert "could not be counted" in caplog.text
