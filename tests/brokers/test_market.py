"""The paper market: the same everywhere, always moving, its figures agreeing with each other."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from brokers import quotes
from brokers.errors import UnknownInstrument
from brokers.paper import clock, market, path
from brokers.paper.equities import LISTINGS
from brokers.types import Exchange

NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
START = int(clock.session_start(clock.session(NOON)).timestamp())
EVERY = [pytest.param(listing, id=symbol) for (_, symbol), listing in LISTINGS.items()]
PRINT = """
from brokers.paper import path
print([path.price(path.Course("NSE:INFY", 15000, 100), second) for second in range(1795405500, 1795405600)])
"""


@pytest.fixture(scope="module")
def day() -> dict[str, list[int]]:
    """The whole session of every instrument, second by second."""
    return {
        symbol: [path.price(listing.course, START + second) for second in range(path.DAY)]
        for (_, symbol), listing in LISTINGS.items()
    }


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_sees_the_same_price(seed):
    there = subprocess.run(
        [sys.executable, "-c", PRINT], env={"PYTHONHASHSEED": seed}, cwd=".", capture_output=True, text=True, check=True
    )
    course = path.Course("NSE:INFY", 15000, 100)
    assert there.stdout.strip() == str([path.price(course, second) for second in range(1795405500, 1795405600)])


def test_the_course_is_pinned_so_that_history_never_changes():
    assert [path.price(path.Course("NSE:INFY", 15000, 100), 1795405500 + second) for second in range(5)] == [
        13312,
        13311,
        13308,
        13309,
        13308,
    ]


@pytest.mark.slow
@pytest.mark.parametrize("listing", EVERY)
def test_it_moves_every_second(day, listing):
    prices = [*day[listing.instrument.symbol], path.price(listing.course, START + path.DAY)]
    assert all(now != then for now, then in pairwise(prices))


@pytest.mark.slow
@pytest.mark.parametrize("listing", EVERY)
def test_high_and_low_are_those_of_the_seconds(day, listing):
    prices = day[listing.instrument.symbol]
    for until in range(0, path.DAY, 1777):
        passed = prices[: until + 1]
        assert path.extremes(listing.course, START, START + until) == (min(passed), max(passed))


@pytest.mark.slow
@pytest.mark.parametrize("listing", EVERY)
def test_a_session_stays_within_three_percent(day, listing):
    prices = day[listing.instrument.symbol]
    assert prices[0] * 0.97 <= min(prices) <= max(prices) <= prices[0] * 1.03


@pytest.mark.parametrize("listing", EVERY)
def test_volume_only_grows(listing):
    passed = [path.volume(listing.course, START + second) for second in range(0, path.DAY, 30)]
    assert passed == sorted(passed)
    assert passed[-1] > passed[0] > 0


@pytest.mark.parametrize("listing", EVERY)
def test_a_quote_agrees_with_itself(listing):
    quote = market.quote(listing.instrument.symbol, Exchange.NSE, at=NOON)
    assert 0 < quote.low <= quote.open <= quote.high
    assert quote.low <= quote.ltp <= quote.high
    assert quote.bid < quote.ltp < quote.ask


@pytest.mark.parametrize("listing", EVERY)
def test_prices_stand_on_the_tick(listing):
    quote = market.quote(listing.instrument.symbol, Exchange.NSE, at=NOON)
    prices = (quote.ltp, quote.open, quote.high, quote.low, quote.bid, quote.ask, quote.prev_close)
    assert not any(price % listing.instrument.tick_size for price in prices)


def test_the_previous_close_is_the_last_price_before_the_session():
    start = clock.session_start(clock.session(NOON))
    last = market.ltp("INFY", Exchange.NSE, at=start - timedelta(seconds=1))
    assert market.quote("INFY", Exchange.NSE, at=NOON).prev_close == last


def test_extremes_across_sessions_cover_both():
    start = clock.session_start(clock.session(NOON))
    low, high = market.extremes("INFY", Exchange.NSE, since=start - timedelta(hours=2), until=start + timedelta(hours=2))
    prices = [market.ltp("INFY", Exchange.NSE, at=start + timedelta(seconds=second)) for second in range(-7199, 7201)]
    assert (low, high) == (min(prices), max(prices))


def test_a_quote_without_an_instant_is_of_now():
    before = clock.now()
    assert before <= quotes.quote("INFY", Exchange.NSE).at <= clock.now()


def test_an_unknown_symbol_has_no_quote():
    with pytest.raises(UnknownInstrument, match="NOSUCH does not exist on NSE"):
        quotes.quote("NOSUCH", Exchange.NSE)


def test_a_quote_is_quick():
    quotes.quote("INFY", Exchange.NSE, at=NOON)
    began = time.process_time()
    for _ in range(200):
        quotes.quote("INFY", Exchange.NSE, at=NOON)
    assert (time.process_time() - began) / 200 < 0.001
