"""Automation's bans: spared, held back, simulated, counted; and what is kept of why."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from security import alerts, allows, bans, policy, propagation, snapshot
from security.actors import Actor
from security.bans import BanRefused, Sample
from security.models import Action, Alert, Ban, Evidence, Offender, Proof, ProvenBy
from tests.security.crowds import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ATTACKER = "203.0.113.9"
OWNER = Actor("owner")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def punish(subject: str = ATTACKER, *, scenario="bad-keys", evidence=()) -> Ban | None:
    return bans.punish(subject, reason="10 bad keys", scenario=scenario, evidence=evidence)


def alarms() -> list[tuple[str, str]]:
    return sorted(alerts.standing().values_list("kind", "about"))


def samples(count: int) -> list[Sample]:
    return [Sample(NOON + timedelta(seconds=number), number % 5, f"/path{number}") for number in range(count)]


def test_a_ban_by_automation_alerts():
    punish()
    assert "offence 1" in alerts.standing().get(kind="ban", about="203.0.113.9/32").sentence


def test_a_punishment_that_is_rolled_back_alerts_nobody(monkeypatch):
    monkeypatch.setattr("security.audit.record", None)
    with pytest.raises(TypeError):
        punish()
    assert not alarms()
    assert not Ban.objects.exists()


def test_of_many_samples_the_weightiest_twenty_are_kept():
    row = punish(evidence=samples(60))
    assert row is not None
    assert [each.weight for each in row.evidence.all()].count(4) == 12
    assert row.evidence.count() == 20


def test_a_second_ban_of_the_same_row_keeps_no_more_than_twenty():
    for _ in range(2):
        bans.punish("192.168.1.7", reason="r", scenario="s", evidence=samples(15))
        Ban.objects.update(expires=timezone.now() + timedelta(hours=1))
    assert Evidence.objects.count() == 20


@pytest.mark.parametrize(
    ("text", "kept"),
    [("/a\x1b[31m\n", "/a?[31m?"), ("/" + "s" * 43, "/ssss…"), ("/" + "a/" * 300, ("/" + "a/" * 300)[:200]), ("\0", "?")],
)
def test_a_sample_is_printable_short_and_without_secrets(text, kept):
    punish(evidence=[Sample(NOON, 1, text)])
    assert Evidence.objects.get().sample == kept


def test_an_address_without_offences_counts_none():
    punish()
    assert bans.offences([ATTACKER, "203.0.113.10"]) == {ATTACKER: 1, "203.0.113.10": 0}


def test_clean_months_are_credited():
    with time_machine.travel(NOON, tick=False) as clock:
        Offender.objects.create(subject=ATTACKER, count=3, last=timezone.now())
        clock.shift(65 * DAY)
        assert bans.offences([ATTACKER]) == {ATTACKER: 1}
        row = punish()
    assert row is not None
    assert row.offence == 2


@pytest.mark.parametrize("spelling", ["203.0.113.9", "203.0.113.9/32", "::ffff:203.0.113.9"])
def test_one_subject_is_one_offender_however_it_is_spelled(spelling):
    punish(spelling)
    assert Offender.objects.get().subject == ATTACKER


@pytest.mark.parametrize("spelling", ["2001:db8:1:2:3::4", "2001:db8:1:2:3::4/128", "2001:db8:1:2::/64"])
def test_an_ipv6_offender_is_a_64(spelling):
    row = punish(spelling)
    assert row is not None
    assert (row.cidr, Offender.objects.get().subject) == ("2001:db8:1:2::/64", "2001:db8:1:2::/64")


def test_whoever_is_inside_a_banned_range_commits_no_offence():
    wide = bans.ban("203.0.113.0/24", reason="fraud", origin="operator", by=OWNER, duration=DAY)
    assert punish() == wide
    assert not Offender.objects.exists()


def test_threads_that_punish_at_once_make_one_offence():
    at_once([punish] * 8)
    assert (Ban.objects.count(), Offender.objects.get().count) == (1, 1)


@pytest.mark.parametrize("subject", ["127.0.0.1", "::1", "169.254.0.7", "192.168.1.7", "fd00::/64"])
def test_whom_no_ban_may_touch_is_throttled_and_alarmed_about(subject):
    assert punish(subject) is None
    assert (snapshot.verdict(subject.partition("/")[0]), snapshot.is_throttled(subject)) == (None, True)
    assert [kind for kind, _ in alarms()] == ["spared"]


@pytest.mark.parametrize("wide", ["203.0.112.0/23", "203.0.0.0/8", "0.0.0.0/0", "2001:db8::/47", "::/0"])
@pytest.mark.parametrize("scenario", ["bad-keys", "unknown-paths"])
def test_automation_answers_no_range_wider_than_a_24_or_a_48(wide, scenario):
    policy.change({"simulated": ["unknown-paths"]}, by=OWNER)
    with pytest.raises(BanRefused, match="by automation"):
        punish(wide, scenario=scenario)
    assert not Ban.objects.exists()


@pytest.mark.parametrize("widest", ["203.0.113.0/24", "2001:db8::/48"])
def test_automation_may_ban_a_24_or_a_48(widest):
    row = punish(widest)
    assert row is not None
    assert row.cidr == widest


@pytest.mark.parametrize(
    ("trusted", "banned"), [([], False), (["unix:"], True), (["10.0.0.0/8"], True), (["unix:", "192.168.1.0/24"], False)]
)
def test_a_private_network_is_spared_while_no_proxy_is_named(settings, trusted, banned):
    settings.TRUSTED_PROXIES = trusted
    assert (punish("192.168.1.7") is not None) is banned


def test_whoever_is_allowed_is_only_alarmed_about():
    allows.add(f"{ATTACKER}/32", by=OWNER, note="office")
    assert punish() is None
    assert alarms() == [("spared", "203.0.113.9/32")]
    assert not Ban.objects.exists()


def test_a_subject_that_holds_an_allowed_address_is_not_banned():
    allows.add("2001:db8::7/128", by=OWNER, note="office")
    assert punish("2001:db8::1") is None


def test_whoever_proved_themselves_is_throttled():
    Proof.objects.create(subject=ATTACKER, by=ProvenBy.KEY, last=timezone.now())
    assert punish() is None
    assert Ban.objects.get().action == Action.THROTTLE
    assert "live within 24 h" in alerts.standing().get().sentence


def test_a_throttle_that_holds_for_long_is_not_written_again():
    punish("192.168.1.7")
    seq = Ban.objects.get().seq
    punish("192.168.1.7")
    assert (Ban.objects.get().seq, Alert.objects.count()) == (seq, 0)
    assert alerts.standing().get().count == 2


def test_after_a_lift_automation_only_alarms_for_an_hour():
    with time_machine.travel(NOON, tick=False) as clock:
        punish()
        bans.lift(ATTACKER, by=OWNER)
        clock.shift(timedelta(minutes=59))
        assert punish() is None
        assert ("spared", "203.0.113.9/32") in alarms()
        clock.shift(timedelta(minutes=2))
        assert punish() is not None


def test_the_end_of_a_throttle_is_no_probation():
    bans.ban(ATTACKER, reason="r", origin="auto", by=OWNER, duration=DAY, action=Action.THROTTLE)
    bans.lift(ATTACKER, by=OWNER)
    assert punish() is not None


def test_a_person_may_ban_during_a_probation():
    punish()
    bans.lift(ATTACKER, by=OWNER)
    bans.ban(ATTACKER, reason="fraud", origin="operator", by=OWNER, duration=DAY)
    assert snapshot.verdict(ATTACKER) is not None


def test_a_simulated_scenario_leaves_a_row_and_an_alert_and_refuses_nobody():
    policy.change({"simulated": ["bad-keys"]}, by=OWNER)
    assert punish(evidence=samples(2)) is None
    assert (Ban.objects.get().action, Evidence.objects.count()) == (Action.SIMULATE, 2)
    assert snapshot.verdict(ATTACKER) is None
    assert "would be banned" in alerts.standing().get().sentence
    assert not Offender.objects.exists()


def test_other_scenarios_are_not_simulated():
    policy.change({"simulated": ["bad-keys"]}, by=OWNER)
    assert punish(scenario="unknown-paths") is not None


def test_with_bans_switched_off_nothing_is_written(settings):
    settings.BANS = False
    assert punish() is None
    assert not Ban.objects.exists()


def test_the_ladder_is_the_policys():
    policy.change({"ladder": [3600.0], "jitter": 0.0}, by=OWNER)
    row = punish()
    assert row is not None
    assert row.expires == row.starts + timedelta(hours=1)


def test_a_ban_of_another_process_is_known_once_it_was_met():
    """The other's hint may take a moment; who punishes in between has seen the row, and need not wait for it."""
    punish()
    snapshot.reset()
    propagation.forget()
    assert snapshot.verdict(ATTACKER) is None
    punish()
    assert snapshot.verdict(ATTACKER) is not None
