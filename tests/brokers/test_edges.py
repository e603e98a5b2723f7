"""The exchange at the edges of its hours: the very second of the square-off, and a clock that was moved back."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from brokers import orders, portfolio, symbols
from brokers.errors import InsufficientFunds, OrderRefused
from brokers.models import Fill, OrderEvent
from brokers.paper import clock, market
from brokers.paper.settlement import run_due
from brokers.types import IST, Action, Exchange, Instrument, PriceType, Product
from tests.brokers.conftest import NOON, asked, extremes
from tests.brokers.test_ledger import assert_exact

SQUARE_OFF = datetime(2026, 11, 23, 15, 15, tzinfo=IST)
OPENING = datetime(2026, 11, 24, 9, tzinfo=IST)
MORNING = datetime(2026, 11, 24, 3, tzinfo=IST)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def ltp(at: datetime) -> Decimal:
    return market.ltp("INFY", Exchange.NSE, at=at)


def side_towards(at: datetime) -> Action:
    """The side whose stop the market's move in this second wakes."""
    return Action.BUY if ltp(at) > ltp(at - SECOND) else Action.SELL


def stop(place, at: datetime, **changes):
    """A stop that the market reaches at this second, placed in the one before."""
    return place(side_towards(at), 10, pricetype=changes.pop("pricetype", PriceType.SL_M), trigger_price=ltp(at), **changes)


def statuses(orderid: str) -> list[str]:
    return list(OrderEvent.objects.filter(order_id=int(orderid[6:])).values_list("status", flat=True))


@pytest.mark.parametrize("at", [SQUARE_OFF - INSTANT, OPENING, OPENING + INSTANT])
def test_intraday_orders_are_taken_up_to_the_square_off_and_from_nine(place, noon, at):
    noon.move_to(at)
    assert place("BUY", 10).status == "complete"


@pytest.mark.parametrize("at", [SQUARE_OFF, OPENING - INSTANT])
def test_from_the_square_off_to_nine_they_are_not(place, noon, at):
    noon.move_to(at)
    with pytest.raises(OrderRefused, match="square-off time"):
        place("BUY", 10)


def test_a_position_of_the_last_instant_is_squared_off_with_the_others(owner, place, noon):
    noon.move_to(SQUARE_OFF - INSTANT)
    place("BUY", 10)
    noon.move_to(SQUARE_OFF)
    assert [trade.at for trade in portfolio.trades(owner.pk)] == [SQUARE_OFF, SQUARE_OFF - INSTANT]


def test_a_stop_that_the_square_offs_own_second_reaches_is_cancelled_asleep(owner, place, noon):
    noon.move_to(SQUARE_OFF - SECOND)
    order = stop(place, SQUARE_OFF)
    noon.move_to(SQUARE_OFF + DAY)
    assert orders.find(owner.pk, order.orderid).status == "cancelled"
    assert statuses(order.orderid) == ["trigger pending", "cancelled"]


def test_a_stop_of_the_last_second_fills_and_its_position_is_squared_off(owner, place, noon):
    noon.move_to(SQUARE_OFF - 2 * SECOND)
    stop(place, SQUARE_OFF - SECOND)
    noon.move_to(SQUARE_OFF)
    assert [trade.at for trade in portfolio.trades(owner.pk)] == [SQUARE_OFF, SQUARE_OFF - SECOND]
    assert_exact(owner.pk)


def test_a_stop_released_in_the_last_second_is_cancelled_in_the_next(owner, place, noon):
    last = SQUARE_OFF - SECOND
    noon.move_to(last - SECOND)
    away = ltp(last) - side_towards(last).sign * 100
    order = stop(place, last, pricetype=PriceType.SL, price=away)
    noon.move_to(SQUARE_OFF + DAY)
    assert orders.find(owner.pk, order.orderid).status == "cancelled"
    assert statuses(order.orderid) == ["trigger pending", "open", "cancelled"]


@pytest.mark.parametrize(("before", "held"), [(INSTANT, 0), (timedelta(0), 10)])
def test_shares_of_the_rollovers_own_instant_belong_to_the_new_session(owner, place, noon, before, held):
    noon.move_to(MORNING - before)
    place("BUY", 10, product=Product.CNC)
    noon.move_to(MORNING + SECOND)
    assert sum(each.quantity for each in portfolio.positions(owner.pk)) == held


def test_a_clock_moved_back_books_nothing_twice(owner, place, noon):
    place("BUY", 10)
    place("BUY", 10, product=Product.CNC)
    noon.move_to(NOON + 3 * DAY)
    place("SELL", 5, product=Product.CNC, price="9000")
    fills = Fill.objects.count()
    noon.move_to(NOON)
    assert (run_due(), Fill.objects.count()) == (0, fills)
    assert_exact(owner.pk)


def test_after_a_clock_was_moved_back_the_exchange_goes_on(owner, place, noon):
    noon.move_to(NOON + 3 * DAY)
    resting = place("SELL", 10, price="9000")
    noon.move_to(NOON)
    place("BUY", 10)
    orders.modify(owner.pk, resting.orderid, quantity=10, price=ltp(NOON) - 1)
    noon.move_to(NOON + 5 * DAY)
    assert {each.quantity for each in portfolio.positions(owner.pk)} <= {0}
    assert_exact(owner.pk)


def test_quarters_of_a_paisa_lose_nothing_on_partial_closes(owner, noon):
    contract = {"symbol": future("USDINR", Exchange.CDS).symbol, "exchange": Exchange.CDS, "product": Product.NRML}
    for action, lots in (("BUY", 3), ("BUY", 4), ("SELL", 5), ("SELL", 6), ("BUY", 1), ("BUY", 3)):
        orders.place(owner.pk, asked(action, lots * 1000, **contract), source="test")
        noon.shift(7)
        assert_exact(owner.pk)
    assert portfolio.funds(owner.pk).used_margin == 0


def test_a_sale_over_position_and_holding_beside_a_resting_one(owner, place, noon):
    place("BUY", 10, product=Product.CNC)
    noon.shift(DAY)
    place("BUY", 4, product=Product.CNC)
    place("SELL", 3, product=Product.CNC, price="9000")
    with pytest.raises(OrderRefused, match="12 INFY to sell, 14 held, 3 in other open orders"):
        place("SELL", 12, product=Product.CNC)
    place("SELL", 11, product=Product.CNC)
    assert sum(each.quantity for each in portfolio.holdings(owner.pk)) == 3
    assert_exact(owner.pk)


def future(underlying: str, exchange: Exchange) -> Instrument:
    expiry = symbols.expiries(underlying, exchange, options=False)[1]
    return symbols.find(f"{underlying}{expiry:%d%b%y}FUT".upper(), exchange)


def test_each_exchange_squares_off_at_its_own_time_however_late_somebody_looks(owner, noon):
    for name in ("NIFTY NFO", "SENSEX BFO", "USDINR CDS", "CRUDEOIL MCX"):
        listed = future(name.split()[0], Exchange(name.split()[1]))
        orders.place(owner.pk, asked("SELL", listed.lotsize, symbol=listed.symbol, exchange=listed.exchange), source="test")
    noon.move_to(NOON + 9 * DAY)
    assert run_due() == 1
    closing = Fill.objects.filter(order__source="exchange").order_by("at", "order__exchange")
    found = [f"{fill.order.exchange} {fill.at.astimezone(IST):%d %H:%M:%S}" for fill in closing]
    assert found == ["BFO 23 15:15:00", "NFO 23 15:15:00", "CDS 23 16:45:00", "MCX 23 23:30:00"]
    assert_exact(owner.pk)


def test_a_reversal_must_be_covered_at_its_limit(place):
    place("SELL", 30_000)
    with pytest.raises(InsufficientFunds):
        place("BUY", 60_000, price="2000")


def test_what_was_realised_today_begins_anew_with_the_session(owner, place, noon):
    for _ in range(2):
        place("BUY", 10)
        last = place("SELL", 10)
        spread = portfolio.funds(owner.pk).realised_today
        noon.shift(DAY)
    assert (last.status, spread, portfolio.funds(owner.pk).realised) == ("complete", Decimal(-2), Decimal(-4))


def test_orders_of_one_instant_fill_in_the_order_they_came(owner, place, noon):
    low, _ = extremes("INFY", Exchange.NSE, since=NOON, until=NOON + HOUR)
    came = [place("BUY", 1, price=low).orderid for _ in range(3)]
    noon.shift(HOUR)
    assert [trade.orderid for trade in portfolio.trades(owner.pk)] == came[::-1]


def test_half_a_paisa_of_each_delivery_adds_up_in_the_holding(owner, place, noon):
    for _ in range(2):
        low, _ = extremes("INFY", Exchange.NSE, since=clock.now(), until=clock.now() + HOUR)
        place("BUY", 1, product=Product.CNC, price=low + Decimal("0.005"))
        noon.shift(DAY)
    (holding,) = portfolio.holdings(owner.pk)
    assert holding.quantity == 2
    assert_exact(owner.pk)
