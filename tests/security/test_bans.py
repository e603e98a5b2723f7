"""Bans as verbs: who may be shut out, how long, and that memory follows at once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from security import bans, snapshot
from security.actors import Actor
from security.bans import BanRefused
from security.models import Action, Ban, Offender, Sequence, State

pytestmark = pytest.mark.django_db(transaction=True)

ATTACKER = "203.0.113.9"
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def order(cidr=ATTACKER, *, reason="fraud", origin="operator", duration: timedelta | None = DAY, **more) -> Ban:
    return bans.ban(cidr, reason=reason, origin=origin, by=Actor("owner"), duration=duration, **more)


def punished(subject=ATTACKER) -> Ban:
    row = bans.punish(subject, reason="bad keys", scenario="bad-keys")
    assert row is not None
    return row


def test_a_ban_holds_when_the_verb_returns():
    order()
    assert snapshot.verdict(ATTACKER) is not None
    assert snapshot.verdict("203.0.113.10") is None


def test_lifting_holds_when_the_verb_returns():
    order()
    assert [row.cidr for row in bans.lift(ATTACKER, by=Actor("owner"), note="a mistake")] == [f"{ATTACKER}/32"]
    assert snapshot.verdict(ATTACKER) is None


def test_a_lifted_row_says_when_by_whom_and_why():
    order()
    bans.lift(ATTACKER, by=Actor("owner"), note="a mistake")
    row = Ban.objects.get()
    assert (row.state, row.lifted_by, row.note, row.lifted is None) == (State.LIFTED, "owner", "a mistake", False)


def test_an_ipv6_address_is_banned_with_its_64():
    assert order("2001:db8:1:2:3::4").cidr == "2001:db8:1:2::/64"
    assert snapshot.verdict("2001:db8:1:2:ffff::1") is not None


def test_a_ban_ends_by_itself_at_its_instant():
    with time_machine.travel(NOON, tick=False) as clock:
        order()
        clock.shift(DAY - timedelta(milliseconds=1))
        assert snapshot.verdict(ATTACKER) is not None
        clock.shift(timedelta(milliseconds=1))
        assert snapshot.verdict(ATTACKER) is None


def test_a_row_whose_time_is_over_is_marked():
    with time_machine.travel(NOON, tick=False) as clock:
        order()
        assert bans.expire() == 0
        clock.shift(2 * DAY)
        assert bans.expire() == 1
    assert Ban.objects.get().state == State.EXPIRED


def test_a_row_over_but_not_marked_makes_way_for_a_new_ban():
    with time_machine.travel(NOON, tick=False) as clock:
        order()
        clock.shift(2 * DAY)
        order()
        assert snapshot.verdict(ATTACKER) is not None
    assert sorted(Ban.objects.values_list("state", flat=True)) == ["active", "expired"]


def test_automation_extends_the_row_that_holds():
    order(origin="auto")
    order(origin="auto", duration=2 * DAY)
    assert Ban.objects.get(expires__gt=timezone.now() + DAY).state == State.ACTIVE


def test_a_persons_order_takes_the_place_of_the_row_that_holds():
    order(origin="auto", reason="bad keys")
    order(reason="fraud")
    assert (bans.in_force().get().reason, snapshot.verdict(ATTACKER) is None) == ("fraud", False)
    assert Ban.objects.filter(state=State.SUPERSEDED).count() == 1


@pytest.mark.parametrize("origin", ["auto", "operator"])
def test_no_order_shortens_a_ban(origin):
    order(duration=None)
    order(origin=origin)
    assert bans.in_force().get().expires is None


def test_lifting_an_address_lifts_the_range_around_it_and_what_lies_in_a_range():
    order("203.0.113.0/24")
    order("203.0.113.0/25")
    order("198.51.100.0/24")
    assert {row.cidr for row in bans.lift(ATTACKER, by=Actor("owner"))} == {"203.0.113.0/24", "203.0.113.0/25"}


def test_the_two_families_do_not_touch():
    order("::/0", origin="command", force=True)
    assert snapshot.verdict(ATTACKER) is None
    assert not bans.touching(ATTACKER).exists()


@pytest.mark.parametrize("cidr", ["127.0.0.1", "::1", "127.0.0.0/16", "169.254.0.7", "fe80::1", "::ffff:127.0.0.1"])
def test_this_machine_and_its_link_are_never_banned(cidr):
    with pytest.raises(BanRefused, match="never banned"):
        order(cidr)


@pytest.mark.parametrize("cidr", ["198.51.100.7", "198.51.100.0/24"])
def test_a_trusted_proxy_is_never_banned(settings, cidr):
    settings.TRUSTED_PROXIES = ["198.51.100.7/32"]
    with pytest.raises(BanRefused, match="trusted proxy"):
        order(cidr)


@pytest.mark.parametrize("cidr", ["10.0.0.1", "192.168.1.7", "100.64.0.1", "172.16.0.1", "fd00::1"])
def test_automation_spares_private_networks_behind_no_proxy(cidr):
    assert bans.punish(cidr, reason="bad keys", scenario="bad-keys") is None
    assert snapshot.is_throttled(cidr)


def test_automation_bans_a_private_address_behind_a_named_proxy(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.1/32"]
    assert punished("10.0.0.7").offence == 1


def test_a_person_may_ban_a_private_address():
    assert order("192.168.1.7").cidr == "192.168.1.7/32"


def test_force_bans_what_is_never_banned():
    order("127.0.0.1", origin="command", force=True)
    assert snapshot.verdict("127.0.0.1") is not None


def test_a_throttle_may_hit_whom_a_ban_may_not():
    order("127.0.0.1", origin="auto", action=Action.THROTTLE)
    assert snapshot.is_throttled("127.0.0.1")
    assert snapshot.verdict("127.0.0.1") is None


def test_a_subject_is_throttled_by_its_64():
    order("2001:db8::/64", action=Action.THROTTLE)
    assert snapshot.is_throttled("2001:db8::/64")
    assert not snapshot.is_throttled("2001:db8:0:1::/64")


@pytest.mark.parametrize(
    ("cidr", "origin"), [("203.0.0.0/15", "operator"), ("2001:d00::/31", "operator"), ("203.0.112.0/23", "auto")]
)
def test_a_very_wide_range_needs_force(cidr, origin):
    with pytest.raises(BanRefused, match="wider"):
        order(cidr, origin=origin)


@pytest.mark.parametrize(
    "wrong", [{"reason": "  "}, {"reason": "x" * 201}, {"duration": timedelta(0)}, {"cidr": "203.0.113.9:80"}]
)
def test_an_order_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(BanRefused):
        order(**wrong)
    assert not Ban.objects.exists()


def test_a_simulated_ban_refuses_nobody():
    order(action=Action.SIMULATE)
    assert snapshot.verdict(ATTACKER) is None


def test_the_setting_turns_enforcement_off(settings):
    order()
    settings.BANS = False
    assert snapshot.verdict(ATTACKER) is None


def test_each_offence_lasts_longer():
    lengths: list[int] = []
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            row = punished()
            assert row.expires is not None
            lengths.append((row.expires - row.starts).days)
            clock.shift(row.expires - row.starts)
    assert all(low <= days <= low * 1.1 for low, days in zip((1, 2, 7, 30, 30), lengths, strict=True))


def test_what_arrives_during_a_ban_is_no_new_offence():
    first = punished()
    assert punished().pk == first.pk
    assert Offender.objects.get(subject=ATTACKER).count == 1


def test_a_row_that_ended_does_not_take_its_successor_with_it():
    order()
    order(reason="worse")
    Ban.objects.filter(state=State.SUPERSEDED).update(seq=F("seq") + 1)
    snapshot.apply(1)
    assert snapshot.verdict(ATTACKER) is not None


def test_memory_is_rebuilt_from_the_database():
    order()
    order("2001:db8::/48", duration=None)
    snapshot.reset()
    snapshot.apply(0)
    assert snapshot.verdict(ATTACKER) is not None
    assert snapshot.verdict("2001:db8:0:7::1") is not None


def test_a_ban_and_its_number_stand_or_fall_together():
    before = Sequence.objects.filter(pk=1).values_list("value", flat=True).first()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        order()
        raise ZeroDivisionError
    assert not Ban.objects.exists()
    assert Sequence.objects.filter(pk=1).values_list("value", flat=True).first() == before


def test_an_unreadable_list_keeps_the_last_one(monkeypatch, caplog):
    order()
    monkeypatch.setattr(snapshot, "spans", None)
    order("198.51.100.1")
    assert snapshot.verdict(ATTACKER) is not None
    assert "stays in force" in caplog.text
