"""All who asked for paths of one pattern: who they are, who of them is spared, and a ban of the rest in one go."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from security import allows, banlist, bans, entries, merging, probes, seekers
from security.actors import COMMAND_LINE, Actor
from security.addresses import network
from security.models import AuditEntry, Ban, TrafficEntry
from security.seekers import PatternRefused
from tests.security.trying import caller, try_keys

pytestmark = pytest.mark.django_db(transaction=True)

HOME = "198.51.100.7"
OWNER = Actor("owner", address=HOME)
LATER = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        yield clock


def ask(address: str, *paths: str, linked: bool = False) -> None:
    for path in paths:
        probes.unrouted(caller(address), path, linked=linked)
    merging.merge()


def trailed(subject: str, path: str, *, scenario: str = "unknown-paths", weight: int = 5, anonymous: bool = False) -> None:
    """As the trail keeps what was counted."""
    TrafficEntry.objects.create(
        at=timezone.now(),
        subject=subject,
        method="GET",
        path=path,
        status=404,
        tried=[[scenario, weight, ""]],
        anonymous=anonymous,
    )


def found(pattern: str) -> list[tuple[str, int]]:
    return [(each.subject, each.count) for each in seekers.find(pattern, by=OWNER, until=timezone.now()).seekers]


def ban_all(pattern: str = "/wp-*", *, until: datetime | None = None, duration: timedelta | None = bans.DAY) -> seekers.Outcome:
    return seekers.ban_all(pattern, until=until or timezone.now(), reason="scans", duration=duration, by=OWNER)


def first(many: int, verb: Callable[..., object]) -> Callable[..., object]:
    """It works so many times."""
    left = [verb] * many

    def run(*given: object) -> object:
        return left.pop()(*given)

    return run


def cidrs() -> list[str]:
    return sorted(bans.in_force().values_list("cidr", flat=True))


def test_who_asked_for_most_comes_first():
    ask("203.0.113.1", "/page-one", "/other")
    ask("203.0.113.2", "/page-one", "/x/page-two", "/page-three/more", "/PAGE-four")
    assert found("/page-*") == [("203.0.113.2", 3), ("203.0.113.1", 1)]


@pytest.mark.parametrize("pattern", ["/wp-*", "*LOGIN*", "/wp-login.ph?", "/[vw]p-login.php", "//wp-*", "*.php"])
def test_a_pattern_is_a_glob_regardless_of_case_and_doubled_slashes(pattern):
    ask("203.0.113.1", "//WP-Login.php")
    ask("203.0.113.2", "/index.jsp")
    assert found(pattern) == [("203.0.113.1", 1)]


@pytest.mark.parametrize("pattern", ["", "/*", "*", "/?/[]", "wp-*", "/wp-\n", "/" + "x" * 200])
def test_a_pattern_that_names_everybody_or_nothing_is_refused(pattern):
    with pytest.raises(PatternRefused):
        seekers.find(pattern, by=OWNER, until=timezone.now())


@given(st.text("/wp-*?[]!a", min_size=1, max_size=8), st.text("/wp-a", min_size=1, max_size=8))
def test_what_the_database_is_asked_for_is_in_every_path_of_the_pattern(pattern, path):
    assert not fnmatchcase(path, pattern) or seekers._longest_word(pattern) in path


def test_neither_keys_nor_our_own_broken_links_make_an_offender():
    ask("203.0.113.1", "/unknown-page", linked=True)
    try_keys(2)
    merging.merge()
    assert found("*unknown*") == []


def test_what_was_asked_longer_than_a_day_ago_counts_no_more(clock):
    ask("203.0.113.1", "/wp-login.php")
    trailed("203.0.113.1", "/wp-admin")
    clock.shift(timedelta(days=1, seconds=1))
    assert found("/wp-*") == []


def test_whom_automation_banned_is_found_by_the_trail():
    trailed("203.0.113.1", "/wp-login.php")
    bans.punish("203.0.113.1", reason="scans", scenario="unknown-paths")
    probes.clear("203.0.113.1", by=COMMAND_LINE)
    assert found("/wp-*") == [("203.0.113.1", 1)]


def test_whoever_was_cleared_is_no_offender_before_asking_anew(clock):
    ask("203.0.113.1", "/wp-login.php")
    trailed("203.0.113.1", "/wp-login.php")
    probes.clear("203.0.113.1", by=COMMAND_LINE)
    assert found("/wp-*") == []
    clock.shift(LATER)
    trailed("203.0.113.1", "/wp-admin")
    assert found("/wp-*") == [("203.0.113.1", 1)]


def test_a_path_that_both_sources_know_counts_once():
    ask("203.0.113.1", "/wp-login.php")
    trailed("203.0.113.1", "/wp-login.php")
    assert found("/wp-*") == [("203.0.113.1", 1)]


@pytest.mark.parametrize(
    "about",
    [{"anonymous": True}, {"scenario": "broken-link", "weight": 0}, {"scenario": "bad-keys"}],
    ids=lambda about: f"{about}",
)
def test_a_row_of_the_trail_that_names_no_offender_is_left_out(about):
    trailed("203.0.113.0/24", "/wp-login.php", **about)
    assert found("/wp-*") == []


def test_all_are_banned_in_one_go_each_with_its_evidence():
    ask("203.0.113.1", "/wp-login.php")
    ask("2001:db8:1:2::/64", "/wp-login.php")
    ask("203.0.113.3", "/other")
    ban_all()
    assert cidrs() == ["2001:db8:1:2::/64", "203.0.113.1/32"]
    assert [each.sample for each in Ban.objects.get(cidr="203.0.113.1/32").evidence.all()] == ["GET /wp-login.php"]


def test_each_ban_is_audited_by_name():
    for number in (1, 2):
        ask(f"203.0.113.{number}", "/wp-login.php")
    ban_all()
    ordered = AuditEntry.objects.filter(act="bans:ban:order", actor="owner")
    assert sorted(ordered.values_list("about", flat=True)) == ["203.0.113.1/32", "203.0.113.2/32"]


def test_whoever_may_not_be_banned_is_named_and_does_not_stop_the_others():
    allows.add("203.0.113.2", by=COMMAND_LINE, note="the office")
    for address in ("203.0.113.1", "203.0.113.2", HOME, "127.0.0.1"):
        ask(address, "/wp-login.php")
    before = {
        each.subject: each.spared for each in seekers.find("/wp-*", by=OWNER, until=timezone.now()).seekers if each.spared
    }
    assert ban_all().refused == before
    assert (sorted(before), cidrs()) == (["127.0.0.1", HOME, "203.0.113.2"], ["203.0.113.1/32"])


def test_where_one_ban_cannot_be_audited_none_is_there(monkeypatch):
    for number in (1, 2, 3):
        ask(f"203.0.113.{number}", "/wp-login.php")
    monkeypatch.setattr("security.entries.insert", first(2, entries.insert))
    with pytest.raises(IndexError):
        ban_all()
    assert (cidrs(), AuditEntry.objects.count()) == ([], 0)


@pytest.mark.parametrize(("held", "order", "left"), [(7, 1, True), (1, 7, False), (None, None, True), (7, None, False)])
def test_whoever_is_shut_out_for_longer_already_is_left_alone(held, order, left):
    ask("203.0.113.1", "/wp-login.php")
    days = {number: timedelta(days=number) for number in (1, 7)}
    first = bans.ban("203.0.113.0/24", reason="all", origin="operator", by=OWNER, duration=days.get(held))
    outcome = ban_all(duration=days.get(order))
    assert (outcome.held, first.cidr in cidrs()) == (["203.0.113.1"] if left else [], True)
    assert len(outcome.banned) == (0 if left else 1)


def test_of_two_bans_the_one_that_lasts_longer_is_named():
    for cidr, hours in (("203.0.113.9", 3), ("203.0.113.0/25", 2), ("203.0.113.0/24", 1)):
        bans.ban(cidr, reason="r", origin="operator", by=OWNER, duration=timedelta(hours=hours))
    assert str(banlist.shut_out(network("203.0.113.9"))) == "ban 203.0.113.9/32"
    bans.ban("203.0.113.0/26", reason="r", origin="operator", by=OWNER, duration=None)
    assert str(banlist.shut_out(network("203.0.113.9"))) == "ban 203.0.113.0/26"


def test_nobody_is_banned_who_asked_after_the_page_was_shown(clock):
    ask("203.0.113.1", "/wp-login.php")
    shown = timezone.now()
    clock.shift(LATER)
    ask("203.0.113.2", "/wp-login.php")
    ban_all(until=shown)
    assert cidrs() == ["203.0.113.1/32"]


def test_of_very_many_those_who_asked_for_most_are_banned_first(monkeypatch):
    monkeypatch.setattr(seekers, "MOST", 2)
    for number in (1, 2, 3):
        ask(f"203.0.113.{number}", *(f"/page-{'x' * each}" for each in range(number)))
    assert (seekers.find("/page-*", by=OWNER, until=timezone.now()).total, len(ban_all("/page-*").banned)) == (3, 2)
    assert cidrs() == ["203.0.113.2/32", "203.0.113.3/32"]
    assert [row.cidr for row in ban_all("/page-*").banned] == ["203.0.113.1/32"]
