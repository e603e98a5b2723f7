"""What a process knows of bans in memory: it says what the rows say, and an open gate is always somebody's decision."""

import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from security import snapshot
from security.addresses import network
from security.matcher import Matcher
from security.models import Allow, Ban, Policy, State

pytestmark = pytest.mark.django_db

ATTACKER = "203.0.113.9"
NOW = datetime(2026, 11, 24, 3, 30, 0, 123_456, tzinfo=UTC)
RANGES = [
    "203.0.113.9/32", "203.0.113.0/24", "203.0.0.0/16", "0.0.0.0/0", "2001:db8:0:7::/64", "2001:db8::/48", "2001:db8::9/128",
    "2000::/3", "::/0",
]  # fmt: skip
ADDRESSES = ["203.0.113.9", "203.0.113.10", "203.0.1.1", "1.1.1.1", "2001:db8:0:7::1", "2001:db8::9", "2001:db8::8", "::2"]


def ban(cidr: str = ATTACKER, *, seq: int = 1, **more: Any) -> Ban:
    target = network(cidr)
    row = {"reason": "fraud", "scenario": "manual", "origin": "operator", "actor": "owner"} | more
    return Ban.objects.create(seq=seq, cidr=str(target), start=target.first, end=target.last, **row)


def allow(cidr: str = ATTACKER, *, seq: int = 1, **more: Any) -> Allow:
    target = network(cidr)
    row = {"note": "the office", "actor": "owner"} | more
    return Allow.objects.create(seq=seq, cidr=str(target), start=target.first, end=target.last, **row)


def net(cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(cidr)


@pytest.mark.parametrize("cidr", RANGES)
def test_every_kind_of_range_comes_out_of_its_row_as_it_went_in(cidr):
    ban(cidr)
    snapshot.apply(0)
    first = str(ipaddress.ip_network(cidr)[0])
    found = snapshot.verdict(first if first != "::" else "::2")
    assert found is not None
    assert (found.cidr, found.expires) == (cidr, inf)


@pytest.mark.parametrize("micros", [0, 1, 123_456, 999_999])
def test_the_end_of_a_ban_is_known_to_the_microsecond(micros):
    ends = NOW.replace(microsecond=micros)
    ban(starts=ends - timedelta(days=1), expires=ends)
    with time_machine.travel(ends - timedelta(days=1), tick=False) as clock:
        snapshot.apply(0)
        found = snapshot.verdict(ATTACKER)
        clock.shift(timedelta(days=1, milliseconds=1))
        assert (found and found.expires, snapshot.verdict(ATTACKER)) == (ends.timestamp(), None)


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize(("who", "shut_out"), [("203.0.113.0/24", False), ("203.0.113.10", True), ("::/0", True)])
def test_an_allowed_address_is_never_shut_out(after, who, shut_out):
    ban("203.0.0.0/16", seq=2)
    allow(who, seq=2)
    snapshot.apply(after)
    assert (snapshot.verdict(ATTACKER) is not None) is shut_out


def test_an_allow_that_ran_out_or_was_removed_protects_nobody():
    ban()
    given_until = allow(expires=timezone.now() + timedelta(hours=1))
    snapshot.apply(0)
    assert not snapshot.verdict(ATTACKER)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert snapshot.verdict(ATTACKER)
    Allow.objects.filter(pk=given_until.pk).update(seq=2, removed=timezone.now(), removed_by="owner")
    snapshot.apply(1)
    assert snapshot.verdict(ATTACKER)


def test_an_allowed_address_is_not_throttled():
    ban(action="throttle")
    snapshot.apply(0)
    before = snapshot.is_throttled(ATTACKER)
    allow(seq=2)
    snapshot.apply(1)
    assert (before, snapshot.is_throttled(ATTACKER)) == (True, False)


def test_a_simulated_ban_shuts_nobody_out_and_its_end_lifts_nothing():
    simulated = ban("203.0.113.0/24", action="simulate")
    snapshot.apply(0)
    assert snapshot.verdict(ATTACKER) is None
    ban("203.0.113.0/24", seq=2)
    Ban.objects.filter(pk=simulated.pk).update(seq=2, state=State.EXPIRED)
    snapshot.apply(1)
    assert snapshot.verdict(ATTACKER) is not None


@pytest.mark.parametrize("after", [0, 1])
def test_a_pause_opens_the_gate_until_it_is_over(after):
    ban(seq=2)
    Policy.objects.create(seq=2, changed_by="owner", paused_until=NOW + timedelta(minutes=15))
    with time_machine.travel(NOW, tick=False) as clock:
        snapshot.apply(after)
        paused = snapshot.verdict(ATTACKER)
        clock.shift(timedelta(minutes=15))
        assert (paused, snapshot.verdict(ATTACKER) is not None) == (None, True)


def test_a_pause_that_was_ended_holds_no_longer():
    ban()
    Policy.objects.create(changed_by="owner", paused_until=timezone.now() + timedelta(minutes=15))
    snapshot.apply(0)
    Policy.objects.update(seq=2, paused_until=None)
    snapshot.apply(1)
    assert snapshot.verdict(ATTACKER) is not None


def test_bans_switched_off_at_the_start_refuse_nobody(settings):
    settings.BANS = False
    ban()
    ban(action="throttle")
    snapshot.apply(0)
    assert (snapshot.verdict(ATTACKER), snapshot.is_throttled(ATTACKER)) == (None, False)


@pytest.mark.parametrize("at_once", [0, snapshot.AT_ONCE])
def test_few_changes_and_many_lead_to_the_same(at_once, monkeypatch):
    monkeypatch.setattr(snapshot, "AT_ONCE", at_once)
    lifted = ban()
    ban("198.51.100.7")
    snapshot.apply(0)
    Ban.objects.filter(pk=lifted.pk).update(state=State.LIFTED, lifted=timezone.now(), lifted_by="owner", seq=2)
    ban("2001:db8::/64", seq=2)
    snapshot.apply(1)
    assert [snapshot.verdict(who) is not None for who in (ATTACKER, "198.51.100.7", "2001:db8::1")] == [False, True, True]


def test_a_ban_in_place_of_another_leaves_no_gap(monkeypatch):
    old = ban()
    snapshot.apply(0)
    Ban.objects.filter(pk=old.pk).update(state=State.SUPERSEDED, seq=2)
    ban(seq=2, reason="worse")
    dropped: list[Any] = []
    monkeypatch.setattr(Matcher, "drop", lambda _, spans: dropped.extend(spans))
    snapshot.apply(1)
    assert not dropped


@pytest.mark.only_on("sqlite")
def test_a_change_reads_the_rows_that_changed_and_no_others():
    plans: list[str] = []

    def explain(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if "security_ban" in sql:
            execute(f"EXPLAIN QUERY PLAN {sql}", params, many, context)
            plans.extend(row[3] for row in context["cursor"].fetchall())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        snapshot.apply(1)
    reads = [plan for plan in plans if " security_ban " in plan]
    assert reads
    assert all("security_ban_seq" in plan for plan in reads)


spans = st.lists(
    st.tuples(st.sampled_from(RANGES), st.sampled_from([-1.0, 1.0, inf])), max_size=8, unique_by=lambda pair: pair[0]
)


@tries(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(banned=spans, allowed=spans, address=st.sampled_from(ADDRESSES))
def test_it_says_what_a_comparison_with_every_range_would_say(banned, allowed, address):
    snapshot.reset()
    now = timezone.now().timestamp()
    for matcher, rows in ((snapshot._memory.bans, banned), (snapshot._memory.allows, allowed)):
        for cidr, left in rows:
            matcher.add(network(cidr), now + 100 * left)
    who = ipaddress.ip_address(address)
    bans, allows = ([net(cidr) for cidr, left in rows if left > 0 and who in net(cidr)] for rows in (banned, allowed))
    expected = None if allows else max(bans, key=lambda each: each.prefixlen, default=None)
    found = snapshot.verdict(address)
    assert (found and found.cidr) == (expected and str(expected))


CHANGES: dict[str, Callable[[], object]] = {
    "lifted": lambda: Ban.objects.update(seq=2, state=State.LIFTED, lifted=timezone.now(), lifted_by="owner"),
    "allowed": lambda: allow(seq=2),
    "paused": lambda: Policy.objects.create(pk=1, seq=2, paused_until=timezone.now() + timedelta(minutes=15)),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("after", [0, 1])
def test_who_was_refused_before_is_judged_anew_after_a_change(change, after):
    ban()
    snapshot.apply(0)
    assert [snapshot.verdict(ATTACKER) is None for _ in range(2)] == [False, False]
    CHANGES[change]()
    snapshot.apply(after)
    assert snapshot.verdict(ATTACKER) is None


def test_who_was_refused_before_is_let_in_when_the_ban_is_over():
    with time_machine.travel(NOW, tick=False) as clock:
        ban(expires=NOW + timedelta(hours=1))
        snapshot.apply(0)
        assert snapshot.verdict(ATTACKER) is not None
        clock.shift(timedelta(hours=1))
        assert snapshot.verdict(ATTACKER) is None


def test_a_refusal_judged_before_a_change_is_not_remembered_behind_it(monkeypatch):
    ban()
    snapshot.apply(0)
    judge = snapshot._in_force

    def lifted_meanwhile(*args: Any) -> Any:
        found = judge(*args)
        CHANGES["lifted"]()
        snapshot.apply(1)
        return found

    monkeypatch.setattr(snapshot, "_in_force", lifted_meanwhile)
    snapshot.verdict(ATTACKER)
    monkeypatch.undo()
    assert snapshot.verdict(ATTACKER) is None


def test_only_so_many_refused_addresses_are_remembered(monkeypatch):
    monkeypatch.setattr(snapshot, "REMEMBERED", 3)
    ban("203.0.113.0/24")
    snapshot.apply(0)
    assert all(snapshot.verdict(f"203.0.113.{number}") for number in range(10))
    assert len(snapshot._memory.refused) == 3
