"""What futures and options cost: rules of the underlying's price that never turn, so that all figures agree."""

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers import calendar, symbols
from brokers.paper import catalogue, market, path, premium
from brokers.types import Exchange
from tests.brokers.contracts_at import (
    CALLS,
    LISTED,
    NUMBER,
    PUTS,
    anything,
    calls,
    ending,
    futures,
    puts,
    seconds,
    start,
)  # fmt: skip

NOON = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
LAST_DAY = (date(2026, 12, 1) - date(1970, 1, 1)).days
CLOSE = int(calendar.close(Exchange.NFO, date(2026, 12, 1)).timestamp())
pricing = settings(deadline=None, max_examples=60)


def walked(listing, first: int, length: int) -> list[int]:
    return [market.price(listing, second) for second in range(first, first + length + 1)]


def spots(listing, second: int) -> tuple[int, int]:
    return path.price(listing.course, second), path.price(listing.course, second + 1)


@pricing
@given(listing=anything, second=seconds, length=st.integers(0, 900))
def test_extremes_are_those_of_the_seconds(listing, second, length):
    first = start(listing) + second
    prices = walked(listing, first, length)
    assert market.reach(listing, first, first + length) == (min(prices), max(prices))


@pricing
@given(listing=ending, away=st.integers(-600, 600), length=st.integers(0, 900))
def test_extremes_are_exact_across_the_close_of_the_last_day(listing, away, length):
    first = CLOSE + away
    prices = walked(listing, first, length)
    assert market.reach(listing, first, first + length) == (min(prices), max(prices))


@pricing
@given(listing=anything, second=seconds, length=st.integers(0, 900), away=st.integers(-40, 40), rising=st.booleans())
def test_first_reach_is_the_second_that_a_walk_finds(listing, second, length, away, rising):
    first = start(listing) + second
    bound, prices = market.price(listing, first) + away, walked(listing, first, length)
    beyond = [second for second, price in enumerate(prices) if (price >= bound if rising else price <= bound)][:1]
    found = reached(listing, first - 1, first + length, bound, rising=rising)
    assert found == ([first + beyond[0]] if beyond else [])


@pricing
@given(listing=ending, away=st.integers(-600, 600), change=st.integers(-40, 40), rising=st.booleans())
def test_first_reach_is_exact_across_the_close_of_the_last_day(listing, away, change, rising):
    first = CLOSE + away
    bound, prices = market.price(listing, first) + change, walked(listing, first, 600)
    beyond = [second for second, price in enumerate(prices) if (price >= bound if rising else price <= bound)][:1]
    assert reached(listing, first - 1, first + 600, bound, rising=rising) == [first + second for second in beyond]


def reached(listing, since: int, until: int, bound: int, *, rising: bool) -> list[int]:
    given, price = listing.instrument, bound * listing.instrument.tick_size
    found = market.first_reach(
        given.symbol,
        given.exchange,
        since=datetime.fromtimestamp(since, UTC),
        until=datetime.fromtimestamp(until, UTC),
        **({"at_least": price} if rising else {"at_most": price}),
    )
    return [int(found.timestamp())] if found else []


@pricing
@given(listing=futures, second=seconds)
def test_a_future_moves_as_its_underlying_does(listing, second):
    at = start(listing) + min(second, path.DAY - 2)
    now, then = spots(listing, at)
    assert market.price(listing, at + 1) - market.price(listing, at) == then - now != 0


@pricing
@given(listing=calls, data=st.data())
def test_a_call_rises_with_its_underlying_and_is_worth_a_tick(listing, data):
    rule = premium.of_session(listing, NUMBER)[0]
    session = path.session_of(listing.course, NUMBER)
    low = data.draw(st.integers(session.low, session.high))
    high = data.draw(st.integers(low, session.high))
    assert 1 <= rule.price(low) <= rule.price(high)


@pricing
@given(listing=puts, data=st.data())
def test_a_put_falls_with_its_underlying_and_is_worth_a_tick(listing, data):
    rule = premium.of_session(listing, NUMBER)[0]
    session = path.session_of(listing.course, NUMBER)
    low = data.draw(st.integers(session.low, session.high))
    high = data.draw(st.integers(low, session.high))
    assert rule.price(low) >= rule.price(high) >= 1


@pricing
@given(which=st.integers(0, len(CALLS) - 1), second=seconds)
def test_call_and_put_keep_their_parity(which, second):
    call, put = CALLS[which], PUTS[which]
    at, spot = start(call) + second, path.price(call.course, start(call) + second)
    inside = spot - int(call.instrument.strike / call.instrument.tick_size)
    carry = spot * 8 // 100  # a year's carry is more than any contract's
    assert inside - 100 <= market.price(call, at) - market.price(put, at) <= inside + carry


@pricing
@given(listing=ending, second=st.integers(0, 40_000))
def test_from_the_close_of_its_last_day_an_option_is_worth_what_it_pays(listing, second):
    at = CLOSE + second
    side = 1 if listing.instrument.instrumenttype == "CE" else -1
    pays = side * (path.price(listing.course, at) - int(listing.instrument.strike / listing.instrument.tick_size))
    assert market.price(listing, at) == max(1, pays)


def test_a_future_ends_at_its_underlying():
    close = calendar.close(Exchange.NFO, date(2026, 12, 29))
    assert market.ltp("NIFTY29DEC26FUT", Exchange.NFO, at=close) == market.ltp("NIFTY", Exchange.NSE_INDEX, at=close)


def test_time_wears_an_option_away():
    listing = catalogue.listing("NIFTY01DEC2624000CE", "NFO")
    spot = path.session_of(listing.course, NUMBER).open
    worth = [premium.of_session(listing, day)[0].price(spot) for day in (LAST_DAY - 5, LAST_DAY - 3, LAST_DAY - 1, LAST_DAY)]
    assert worth == sorted(worth, reverse=True)
    assert worth[0] > 1.5 * worth[-1]


def test_every_quote_agrees_with_itself_and_is_above_zero():
    for quote in (market.quote_of(each, at=NOON) for each in LISTED):
        assert 0 < quote.low <= min(quote.open, quote.ltp, quote.average_price)
        assert max(quote.open, quote.ltp, quote.average_price) <= quote.high
        assert 0 < quote.bid <= quote.ltp < quote.ask
        assert quote.bid < quote.ltp or quote.ltp == Decimal("0.05")


def test_every_contract_is_held_and_traded_and_its_prices_stand_on_the_tick():
    for listing in LISTED[140:]:
        quote = market.quote_of(listing, at=NOON)
        assert min(quote.volume, quote.oi, quote.last_quantity) > 0
        prices = (quote.ltp, quote.open, quote.high, quote.low, quote.bid, quote.ask, quote.prev_close, quote.average_price)
        assert not any(price % listing.instrument.tick_size for price in prices)


def test_every_instrument_moves_within_a_minute_and_its_price_within_ten():
    at = int(NOON.timestamp())
    for listing in LISTED:
        low, high = market.reach(listing, at, at + 600)
        assert low < high
        low, high = market.reach(listing, at, at + 60)
        assert low < high or market.volume(listing, at + 60) > market.volume(listing, at)


@pricing
@given(listing=anything, second=seconds)
def test_a_quote_agrees_with_itself_at_every_instant(listing, second):
    quote = market.quote_of(listing, at=datetime.fromtimestamp(start(listing) + second, UTC))
    assert quote.low <= min(quote.open, quote.ltp, quote.average_price) <= quote.high
    assert max(quote.open, quote.ltp, quote.average_price) <= quote.high
    assert quote.bid <= quote.ltp < quote.ask


@pricing
@given(listing=anything)
def test_the_previous_close_is_the_last_price_of_the_session_before(listing):
    begins = datetime.fromtimestamp(start(listing), UTC)
    before = market.quote_of(listing, at=begins - timedelta(seconds=1))
    assert market.quote_of(listing, at=begins + timedelta(hours=9)).prev_close == before.ltp


@pytest.mark.parametrize(
    ("symbol", "price"),
    [
        ("NIFTY29DEC2624000CE", "401.70"),
        ("NIFTY29DEC2624000PE", "359.50"),
        ("NIFTY29DEC26FUT", "24042.30"),
        ("SENSEX31DEC2680000PE", "204.70"),
    ],
)
def test_prices_are_pinned_so_that_history_never_changes(symbol, price):
    exchange = Exchange.BFO if symbol.startswith("SENSEX") else Exchange.NFO
    assert market.ltp(symbol, exchange, at=NOON) == Decimal(price)


@time_machine.travel(NOON, tick=False)
def test_a_contract_and_its_quote_are_found_quickly():
    market.quote("NIFTY29DEC2624000CE", Exchange.NFO, at=NOON)
    began = time.process_time()
    for second in range(200):
        symbols.find("NIFTY29DEC2624000CE", Exchange.NFO)
        market.quote("NIFTY29DEC2624000CE", Exchange.NFO, at=NOON + timedelta(seconds=second))
    assert (time.process_time() - began) / 200 < 0.001
