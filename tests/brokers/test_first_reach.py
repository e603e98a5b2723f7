"""When a price first reaches a bound: the same second that a walk over all of them finds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.paper import market, path
from brokers.types import Exchange

COURSE = path.Course("NSE:INFY", 15_000, 100)
DAWN = 1_795_383_000  # the first second of a session
NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
starts = st.integers(DAWN - 4_000, DAWN + path.DAY + 4_000)
lengths = st.integers(0, 4_000)


def walked(first: int, last: int, bound: int, *, rising: bool) -> int | None:
    seconds = range(first, last + 1)
    return next((t for t in seconds if (path.price(COURSE, t) - bound) * (1 if rising else -1) >= 0), None)


@settings(deadline=None, max_examples=60)
@given(first=starts, length=lengths, away=st.integers(-60, 60))
def test_it_finds_the_second_a_rise_reaches_its_bound(first, length, away):
    bound = path.price(COURSE, first) + away
    found = path.first_reach(COURSE, first, first + length, at_least=bound)
    assert found == walked(first, first + length, bound, rising=True)


@settings(deadline=None, max_examples=60)
@given(first=starts, length=lengths, away=st.integers(-60, 60))
def test_it_finds_the_second_a_fall_reaches_its_bound(first, length, away):
    bound = path.price(COURSE, first) + away
    found = path.first_reach(COURSE, first, first + length, at_most=bound)
    assert found == walked(first, first + length, bound, rising=False)


@settings(deadline=None, max_examples=60)
@given(first=starts, days=st.integers(0, 40), rising=st.booleans())
def test_over_weeks_it_is_exactly_where_the_extreme_begins(first, days, rising):
    last = first + days * path.DAY
    low, high = path.extremes(COURSE, first, last)
    bound = {"at_least": high} if rising else {"at_most": low}
    found = path.first_reach(COURSE, first, last, **bound)
    assert found is not None
    assert path.price(COURSE, found) == (high if rising else low)
    assert found == first or path.first_reach(COURSE, first, found - 1, **bound) is None


def test_the_second_of_the_beginning_does_not_count_and_that_of_the_end_does():
    price, then = market.ltp("INFY", Exchange.NSE, at=NOON), NOON + timedelta(seconds=2)
    bound = market.ltp("INFY", Exchange.NSE, at=then)
    assert market.first_reach("INFY", Exchange.NSE, since=NOON, until=NOON, at_least=price) is None
    assert market.first_reach("INFY", Exchange.NSE, since=then - timedelta(seconds=1), until=then, at_least=bound) == then


@pytest.mark.parametrize("bound", [{"at_least": Decimal(10_000)}, {"at_most": Decimal(1)}])
def test_what_is_never_reached_is_none(bound):
    assert market.first_reach("INFY", Exchange.NSE, since=NOON, until=NOON + timedelta(days=20), **bound) is None


def test_a_bound_between_two_ticks_is_reached_by_the_next_one():
    price = market.ltp("INFY", Exchange.NSE, at=NOON)
    just_before = NOON - timedelta(seconds=1)
    assert market.first_reach("INFY", Exchange.NSE, since=just_before, until=NOON, at_least=price - Decimal("0.03")) == NOON
    assert market.first_reach("INFY", Exchange.NSE, since=just_before, until=NOON, at_least=price + Decimal("0.03")) is None
