"""The order book agrees with the quote."""

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from brokers import quotes
from brokers.paper import depth
from brokers.types import Exchange
from tests.brokers.contracts_at import anything, seconds, start

NOON = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
moments = settings(deadline=None, max_examples=80)


def book(listing, second: int):
    return depth.depth_of(listing, at=datetime.fromtimestamp(start(listing) + second, UTC))


@moments
@given(listing=anything, second=seconds)
def test_the_best_levels_are_bid_and_ask(listing, second):
    found = book(listing, second)
    assert (found.bids[0].price, found.asks[0].price) == (found.quote.bid, found.quote.ask)
    assert (found.bids[0].quantity, found.asks[0].quantity) == depth.best_quantities(listing, found.quote)


@moments
@given(listing=anything, second=seconds)
def test_five_levels_lie_a_tick_apart_on_either_side(listing, second):
    found, tick = book(listing, second), listing.instrument.tick_size
    assert len(found.bids) == len(found.asks) == 5
    assert all(worse.price - better.price == tick for better, worse in pairwise(found.asks))
    assert all(better.price - worse.price == tick for better, worse in pairwise(found.bids) if worse.price)


@moments
@given(listing=anything, second=seconds)
def test_totals_hold_the_levels_and_quantities_are_whole_lots(listing, second):
    found = book(listing, second)
    assert found.total_buy_quantity >= sum(level.quantity for level in found.bids)
    assert found.total_sell_quantity >= sum(level.quantity for level in found.asks)
    assert not any(level.quantity % listing.instrument.lotsize for level in (*found.bids, *found.asks))


@moments
@given(listing=anything, second=seconds, later=st.integers(1, 999_999))
def test_within_a_second_the_book_stands_still(listing, second, later):
    at = datetime.fromtimestamp(start(listing) + second, UTC)
    first, then = (depth.depth_of(listing, at=each) for each in (at, at.replace(microsecond=later)))
    assert (first.bids, first.asks) == (then.bids, then.asks)


def test_nobody_waits_for_an_index():
    found = quotes.depth("NIFTY", Exchange.NSE_INDEX, at=NOON)
    assert found.bids[0].price == found.quote.bid
    assert not any(level.quantity or level.orders for level in (*found.bids, *found.asks))


def test_the_depth_is_that_of_the_quote_then():
    assert quotes.depth("INFY", Exchange.NSE, at=NOON).quote == quotes.quote("INFY", Exchange.NSE, at=NOON)
