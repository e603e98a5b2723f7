"""The paper market: the same everywhere, always moving, its figures agreeing with each other."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

import pytest

from brokers import quotes
from brokers.errors import UnknownInstrument
from brokers.paper import clock, market, path
from brokers.paper.equities import SHARES
from brokers.paper.indices import INDICES
from brokers.paper.underlyings import UNDERLYINGS
from brokers.types import Exchange
from tests.brokers.conftest import extremes

NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
START = int(clock.session_start(clock.session(NOON)).timestamp())
COURSES = {each.name: each for each in (*(each.course for each in (*SHARES, *INDICES)), *(each.course for each in UNDERLYINGS))}
EVERY = [pytest.param(course, id=name) for name, course in COURSES.items()]
SOME = EVERY[::9]
LASTING = [
    pytest.param(each.instrument, id=f"{each.instrument.exchange}:{each.instrument.symbol}") for each in (*SHARES, *INDICES)
]
PRINT = """
from brokers.paper import path
print([path.price(path.Course("NSE:INFY", 15000, 100), second) for second in range(1795405500, 1795405600)])
"""


@lru_cache(maxsize=1)
def seconds_of_the_day(course: path.Course) -> list[int]:
    return [path.price(course, START + second) for second in range(path.DAY)]


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
@pytest.mark.parametrize("course", SOME)
def test_it_moves_every_second(course):
    prices = [*seconds_of_the_day(course), path.price(course, START + path.DAY)]
    assert all(now != then for now, then in pairwise(prices))


@pytest.mark.slow
@pytest.mark.parametrize("course", SOME)
def test_high_and_low_are_those_of_the_seconds(course):
    prices = seconds_of_the_day(course)
    for until in range(0, path.DAY, 1777):
        passed = prices[: until + 1]
        assert path.extremes(course, START, START + until) == (min(passed), max(passed))


@pytest.mark.slow
@pytest.mark.parametrize("course", SOME)
def test_a_session_stays_within_three_percent(course):
    prices = seconds_of_the_day(course)
    assert prices[0] * 0.97 <= min(prices) <= max(prices) <= prices[0] * 1.03


@pytest.mark.parametrize("course", EVERY)
def test_volume_only_grows(course):
    passed = [path.volume(course, START + second) for second in range(0, path.DAY, 600)]
    assert passed == sorted(passed)
    assert passed[-1] > passed[0] >= 0


@pytest.mark.parametrize("instrument", LASTING)
def test_a_quote_agrees_with_itself(instrument):
    quote = market.quote(instrument.symbol, instrument.exchange, at=NOON)
    assert 0 < quote.low <= quote.open <= quote.high
    assert quote.low <= quote.ltp <= quote.high
    assert quote.low <= quote.average_price <= quote.high
    assert quote.bid < quote.ltp < quote.ask


@pytest.mark.parametrize("instrument", LASTING)
def test_prices_stand_on_the_tick(instrument):
    quote = market.quote(instrument.symbol, instrument.exchange, at=NOON)
    prices = (quote.ltp, quote.open, quote.high, quote.low, quote.bid, quote.ask, quote.prev_close, quote.average_price)
    assert not any(price % instrument.tick_size for price in prices)


@pytest.mark.parametrize("instrument", LASTING)
def test_shares_are_traded_and_indices_are_not(instrument):
    quote = market.quote(instrument.symbol, instrument.exchange, at=NOON)
    assert (quote.volume == quote.last_quantity == 0) is instrument.is_index


def test_a_share_costs_the_same_on_both_exchanges_and_trades_less_on_bse():
    nse, bse = (market.quote("RELIANCE", exchange, at=NOON) for exchange in (Exchange.NSE, Exchange.BSE))
    assert (nse.ltp, nse.low, nse.high) == (bse.ltp, bse.low, bse.high)
    assert nse.volume > 10 * bse.volume > 0


def test_the_previous_close_is_the_last_price_before_the_session():
    start = clock.session_start(clock.session(NOON))
    last = market.ltp("INFY", Exchange.NSE, at=start - timedelta(seconds=1))
    assert market.quote("INFY", Exchange.NSE, at=NOON).prev_close == last


def test_extremes_across_sessions_cover_both():
    start = clock.session_start(clock.session(NOON))
    low, high = extremes("INFY", Exchange.NSE, since=start - timedelta(hours=2), until=start + timedelta(hours=2))
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
