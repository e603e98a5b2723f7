"""Many banned neighbours are one: ranges that automation bans, and what stops them."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from security import alerts, allows, bans, policy, snapshot
from security.actors import Actor
from security.models import Ban, Proof, ProvenBy, State
from tests.security.crowds import at_once

pytestmark = pytest.mark.django_db(transaction=True)

OWNER = Actor("owner")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WIDE = "2001:db8:1::/56"


def line(number: int, *, block: int = 0) -> str:
    """The so-manieth /64 in the so-manieth /56 of one /48."""
    return f"2001:db8:1:{block:x}{number:02x}::/64"


def punish(*subjects: str) -> None:
    for subject in subjects:
        bans.punish(subject, reason="10 bad keys", scenario="bad-keys")


def ranges(length: int) -> list[str]:
    return [cidr for cidr in bans.in_force().values_list("cidr", flat=True) if cidr.endswith(f"/{length}")]


def test_three_neighbours_are_three():
    punish(line(1), line(2), line(3), line(3))
    assert not ranges(56)


def test_the_fourth_64_bans_the_56():
    punish(*map(line, range(4)))
    assert ranges(56) == [WIDE]
    assert snapshot.verdict("2001:db8:1:ff::1") is not None
    assert alerts.standing().filter(kind="ban", about=WIDE).exists()


def test_a_wide_ban_lasts_as_the_ladder_says_and_is_no_offence_of_its_own():
    punish(*map(line, range(4)))
    row = Ban.objects.get(cidr=WIDE)
    assert row.expires is not None
    assert timedelta(days=1) <= row.expires - row.starts <= timedelta(days=1.1)
    assert row.evidence.count() == 4


def test_the_eighth_64_bans_the_48():
    punish(*(line(number, block=block) for block in (0, 1) for number in range(3)))
    assert not ranges(48)
    punish(line(0, block=2), line(1, block=2))
    assert ranges(48) == ["2001:db8:1::/48"]


def test_a_56_that_is_banned_counts_for_the_48_by_the_64_that_led_to_it():
    punish(*(line(number) for number in range(4)), *(line(number, block=3) for number in range(4)))
    assert (len(ranges(56)), ranges(48)) == (2, ["2001:db8:1::/48"])


def test_what_was_banned_more_than_a_day_ago_does_not_count():
    with time_machine.travel(NOON, tick=False) as clock:
        punish(*map(line, range(3)))
        clock.shift(timedelta(hours=24))
        punish(line(4))
        assert not ranges(56)


def test_what_a_person_lifted_does_not_count():
    with time_machine.travel(NOON, tick=False) as clock:
        punish(*map(line, range(3)))
        bans.lift(line(1), by=OWNER)
        clock.shift(timedelta(hours=2))
        punish(line(4))
        assert not ranges(56)


def test_what_a_person_banned_does_not_count():
    for number in range(3):
        bans.ban(line(number), reason="r", origin="operator", by=OWNER, duration=timedelta(days=1))
    punish(line(4))
    assert not ranges(56)


def test_lifting_the_wide_one_frees_them_all():
    punish(*map(line, range(4)))
    bans.lift(WIDE, by=OWNER)
    assert not bans.in_force().exists()
    assert all(snapshot.verdict(f"2001:db8:1:{number}::1") is None for number in range(5))
    assert Ban.objects.filter(state=State.LIFTED).count() == 5


def test_lifting_one_of_them_lifts_the_wide_one_and_leaves_the_others():
    punish(*map(line, range(4)))
    bans.lift("2001:db8:1:1::5", by=OWNER)
    assert snapshot.verdict("2001:db8:1:9::1") is None
    assert len(ranges(64)) == 3


def test_a_range_with_somebody_allowed_is_not_banned():
    allows.add("2001:db8:1:77::/64", by=OWNER, note="office")
    punish(*map(line, range(4)))
    assert not ranges(56)
    assert alerts.standing().filter(kind="spared", about=WIDE).exists()


def test_a_range_with_somebody_proven_is_not_banned():
    Proof.objects.create(subject="2001:db8:1:77::/64", by=ProvenBy.KEY, last=timezone.now())
    punish(*map(line, range(4)))
    assert not ranges(56)


def test_a_range_with_somebody_on_probation_is_not_banned():
    punish(line(9))
    bans.lift(line(9), by=OWNER)
    punish(*map(line, range(4)))
    assert not ranges(56)
    assert "automation only alarms about it" in alerts.standing().get(kind="spared", about=WIDE).sentence


def test_ipv4_widens_only_if_the_policy_says_so():
    punish(*(f"203.0.113.{number}" for number in range(8)))
    assert not ranges(24)
    policy.change({"widen_v4": True}, by=OWNER)
    punish("203.0.113.8")
    assert ranges(24) == ["203.0.113.0/24"]


def test_neighbours_banned_at_once_widen_once():
    at_once(partial(punish, line(number)) for number in range(4))
    assert list(Ban.objects.filter(scenario="widened").values_list("cidr", flat=True)) == [WIDE]
