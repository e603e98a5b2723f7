"""The allow list as verbs: whom it lifts, whom it refuses, when it ends; its rows are history."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from security import allows, bans, snapshot
from security.actors import Actor
from security.allows import AllowRefused
from security.bans import BanRefused
from security.models import Action, Allow, AuditEntry, Ban, State
from tests.security.crowds import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ATTACKER = "203.0.113.9"
OWNER = Actor("owner")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def allow(cidr=ATTACKER, **more) -> Allow:
    return allows.add(cidr, by=OWNER, **{"note": "office"} | more)


def ban(cidr=ATTACKER, *, origin="operator", **more) -> Ban:
    return bans.ban(cidr, reason="fraud", origin=origin, by=OWNER, duration=DAY, **more)


def test_an_entry_lifts_what_automation_holds_around_and_inside_it():
    ban("203.0.113.0/24", origin="auto")
    ban("203.0.113.8", origin="auto", action=Action.THROTTLE)
    ban("198.51.100.1", origin="auto")
    allow("203.0.113.0/28")
    assert [row.cidr for row in bans.in_force()] == ["198.51.100.1/32"]
    assert snapshot.verdict(ATTACKER) is None


def test_a_lift_by_an_entry_says_so():
    ban(origin="auto")
    allow()
    row = Ban.objects.get()
    assert (row.state, row.lifted_by, row.note) == (State.LIFTED, "owner", "203.0.113.9/32 was allowed: office")


@pytest.mark.parametrize("origin", ["operator", "command", "import", "api"])
def test_a_range_that_a_person_banned_is_refused_with_the_reason(origin):
    ban("203.0.113.0/24", origin=origin)
    with pytest.raises(AllowRefused, match=r"owner banned 203.0.113.0/24 \(fraud\)"):
        allow()
    assert not Allow.objects.exists()


def test_a_refused_entry_lifts_nothing():
    ban("203.0.113.0/25", origin="auto")
    ban("203.0.113.128/25")
    with pytest.raises(AllowRefused):
        allow("203.0.113.0/24")
    assert bans.in_force().count() == 2


@pytest.mark.parametrize("cidr", [ATTACKER, "203.0.113.0/24", "203.0.113.8/31"])
def test_an_order_that_would_hit_an_entry_is_refused_and_names_it(cidr):
    allow()
    with pytest.raises(BanRefused, match=r"203.0.113.9/32, which is on the allow list \(office\)"):
        ban(cidr)


def test_force_on_a_page_does_not_ban_whom_the_list_holds():
    allow()
    with pytest.raises(BanRefused, match="allow list"):
        ban("203.0.0.0/8", force=True)


def test_the_command_line_may_be_forced_to_and_the_entry_goes_first_as_long_as_it_stands():
    allow()
    assert ban(origin="command", force=True).state == State.ACTIVE
    assert snapshot.verdict(ATTACKER) is None
    allows.remove(ATTACKER, by=OWNER)
    assert snapshot.verdict(ATTACKER) is not None


def test_an_entry_ends_by_itself():
    with time_machine.travel(NOON, tick=False) as clock:
        allow(expires=timezone.now() + DAY)
        clock.shift(DAY)
        assert ban().state == State.ACTIVE


def test_an_entry_is_renewed_by_another_and_both_are_kept():
    allow(note="their office")
    allow(note="our office")
    assert list(allows.in_force().values_list("note", flat=True)) == ["our office"]
    assert Allow.objects.filter(removed_by="owner").count() == 1


def test_an_entry_that_was_removed_protects_nobody():
    allow()
    allows.remove(ATTACKER, by=OWNER)
    assert ban().state == State.ACTIVE
    assert Allow.objects.get().removed_by == "owner"


@pytest.mark.parametrize("cidr", ["203.0.113.0/24", "198.51.100.1", "nonsense", ""])
def test_what_is_not_on_the_list_is_not_removed(cidr):
    allow()
    with pytest.raises(AllowRefused):
        allows.remove(cidr, by=OWNER)
    assert allows.in_force().count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"note": " "}, {"note": "x" * 201}, {"note": "a\nb"}, {"expires": NOON}, {"cidr": "8.0.0.0/7"}, {"cidr": "2001::/31"}],
)
def test_an_entry_that_makes_no_sense_is_refused(wrong):
    with time_machine.travel(NOON), pytest.raises(AllowRefused):
        allow(**wrong)
    assert not Allow.objects.exists()


def test_a_lone_ipv6_address_stands_for_its_64():
    assert allow("2001:db8::7").cidr == "2001:db8::/64"


def test_what_is_done_to_the_list_is_audited():
    ban(origin="auto")
    allow()
    allows.remove(ATTACKER, by=OWNER)
    acts = AuditEntry.objects.order_by("seq").values_list("act", flat=True)
    assert list(acts) == ["bans:ban:order", "bans:allow:add", "bans:ban:lift", "bans:allow:remove"]


def test_an_entry_that_cannot_be_audited_is_none(monkeypatch):
    ban(origin="auto")
    monkeypatch.setattr("security.audit.record", None)
    with pytest.raises(TypeError):
        allow()
    assert (Allow.objects.count(), bans.in_force().count()) == (0, 1)


def test_a_ban_and_an_entry_at_once_never_both_hold():
    def punish() -> object:
        return bans.punish(ATTACKER, reason="keys", scenario="bad-keys")

    at_once([allow, punish, punish])
    assert not bans.in_force().filter(action=Action.BAN).exists()
    assert allows.in_force().count() == 1
