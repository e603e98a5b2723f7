"""The ladder as pure rules: longer with each offence, never beyond its end, milder with each clean month."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security import escalation
from security.addresses import network
from security.policy import Policy

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RUNGS = st.lists(st.floats(1, 10_000_000), min_size=1, max_size=8).map(lambda rungs: tuple(sorted(rungs)))


@pytest.mark.parametrize(("offence", "days"), [(1, 1), (2, 2), (3, 7), (4, 30), (5, 30), (1000, 30)])
def test_the_ladder_is_a_day_two_a_week_then_a_month(offence, days):
    assert escalation.length(offence, policy=Policy()) == days * DAY


def test_a_ban_is_for_good_only_if_the_policy_says_so():
    assert escalation.length(4, policy=Policy(ladder_end=None)) is None


@given(rungs=RUNGS, chance=st.floats(0, 1))
def test_no_offence_is_answered_more_mildly_than_the_one_before(rungs, chance):
    policy = Policy(ladder=rungs, ladder_end=rungs[-1])
    lengths = [escalation.length(offence, policy=policy, chance=chance) or DAY for offence in range(1, 12)]
    assert all(longer >= shorter for shorter, longer in pairwise(lengths))


@given(rungs=RUNGS, offence=st.integers(0, 10_000), chance=st.floats(0, 1))
def test_no_length_leaves_the_rung_and_its_jitter(rungs, offence, chance):
    length = escalation.length(offence, policy=Policy(ladder=rungs, ladder_end=rungs[-1]), chance=chance)
    rung = timedelta(seconds=rungs[min(max(offence, 1), len(rungs)) - 1])
    assert length is not None
    assert rung <= length <= rung * 1.1 + timedelta(microseconds=1)


@pytest.mark.parametrize(("chance", "part"), [(0, 1.0), (0.5, 1.05), (1, 1.1)])
def test_chance_lengthens_a_ban_by_up_to_a_tenth(chance, part):
    assert escalation.length(1, policy=Policy(), chance=chance) == DAY * part


@given(limit=st.integers(1, 1000), offences=st.integers(0, 50))
def test_known_offenders_need_less_but_never_nothing(limit, offences):
    assert escalation.threshold(limit, offences) == ceil(limit / 2 ** min(offences, 3))
    assert limit >= escalation.threshold(limit, offences) >= escalation.threshold(limit, offences + 1) >= 1


@given(count=st.integers(0, 100), days=st.integers(0, 4000), more=st.integers(0, 4000))
def test_offences_are_forgotten_one_by_one_and_never_come_back(count, days, more):
    def left(clean: int) -> int:
        return escalation.remaining(count, last=NOON, now=NOON + clean * DAY, clean_days=30)

    assert left(days) == max(0, count - days // 30)
    assert left(days) >= left(days + more) >= 0


@pytest.mark.parametrize(("clean", "left"), [(29 * DAY + timedelta(hours=23), 2), (30 * DAY, 1), (60 * DAY, 0)])
def test_an_offence_is_forgotten_after_thirty_clean_days(clean, left):
    assert escalation.remaining(2, last=NOON, now=NOON + clean, clean_days=Policy().clean_days) == left


def test_a_clock_that_was_set_back_forgives_nothing():
    assert escalation.remaining(2, last=NOON, now=NOON - 90 * DAY, clean_days=30) == 2


@pytest.mark.parametrize(
    ("subject", "changes", "ranges"),
    [
        ("2001:db8:1:2ff::/64", {}, ["2001:db8:1:200::/56 4", "2001:db8:1::/48 8"]),
        ("2001:db8:1:2ff::/64", {"widen_v6": False}, []),
        ("203.0.113.9", {}, []),
        ("203.0.113.9", {"widen_v4": True}, ["203.0.113.0/24 8"]),
        ("2001:db8::/48", {}, []),
    ],
)
def test_a_ban_widens_as_the_policy_says_and_never_beyond_a_24_or_a_48(subject, changes, ranges):
    found = escalation.widenings(network(subject), policy=Policy(**changes))
    assert [f"{wide} {count}" for wide, count in found] == ranges
