"""Resting orders and the market that passes over them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from brokers import orders, portfolio
from brokers.errors import OrderRefused
from brokers.models import Fill, OrderEvent, PaperHold
from brokers.paper import market
from brokers.paper.settlement import catch_up, run_due
from brokers.types import Action, Exchange, OrderStatus, PriceType, Product
from tests.brokers.conftest import NOON, extremes

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
SL, SL_M = PriceType.SL, PriceType.SL_M


@pytest.fixture
def dip(noon):
    """The lowest price of the coming hour, where the market does not stand at the hour's end."""
    low, _ = extremes("INFY", Exchange.NSE, since=NOON, until=NOON + HOUR)
    assert low < market.ltp("INFY", Exchange.NSE, at=NOON + HOUR)
    return low


@pytest.fixture
def peak(noon):
    """The highest price of the coming hour, above where the market stands now."""
    _, high = extremes("INFY", Exchange.NSE, since=NOON, until=NOON + HOUR)
    assert high > market.ltp("INFY", Exchange.NSE, at=NOON)
    return high


def reached(price: Decimal, *, rising: bool, since=NOON):
    """When INFY first is there."""
    bound = {"at_least": price} if rising else {"at_most": price}
    return market.first_reach("INFY", Exchange.NSE, since=since, until=NOON + HOUR, **bound)


def statuses(orderid: str) -> list[str]:
    return list(OrderEvent.objects.filter(order_id=int(orderid[6:])).values_list("status", flat=True))


def test_a_touch_between_two_runs_fills_at_the_limit(owner, place, noon, dip):
    order = place("BUY", 10, price=dip)
    noon.shift(HOUR)
    assert run_due() == 1
    filled = orders.find(owner.pk, order.orderid)
    assert (filled.status, filled.average_price) == (OrderStatus.COMPLETE, dip)


def test_a_fill_bears_the_instant_of_the_touch(place, noon, dip):
    place("BUY", 10, price=dip)
    noon.shift(HOUR)
    run_due()
    assert Fill.objects.get().at == reached(dip, rising=False)


def test_orders_of_one_account_fill_in_the_order_of_their_instants(owner, place, noon, dip):
    first_price = market.ltp("INFY", Exchange.NSE, at=NOON) - Decimal("0.1")
    later = place("BUY", 10, price=dip)
    sooner = place("BUY", 10, price=first_price)
    noon.shift(HOUR)
    run_due()
    assert [trade.orderid for trade in portfolio.trades(owner.pk)] == [later.orderid, sooner.orderid]


def test_a_limit_that_was_not_touched_rests(place, noon, dip):
    place("BUY", 10, price=dip - 1)
    noon.shift(HOUR)
    assert run_due() == 0
    assert PaperHold.objects.count() == 1


def test_what_the_market_touched_before_the_order_does_not_count(place, noon, dip):
    noon.shift(HOUR)
    place("BUY", 10, price=dip)
    assert run_due() == 0


def test_a_limit_that_nobody_reached_in_a_day_is_looked_at_further(owner, place, noon):
    order = place("BUY", 10, price="900", product=Product.CNC)
    noon.shift(timedelta(days=3))
    assert (run_due(), run_due()) == (1, 0)
    assert orders.find(owner.pk, order.orderid).status is OrderStatus.OPEN


def test_a_sale_fills_when_the_market_rises_to_it(owner, place, noon, peak):
    order = place("SELL", 10, price=peak)
    noon.shift(HOUR)
    assert orders.find(owner.pk, order.orderid).average_price == peak


def test_the_margin_moves_from_the_order_to_the_position(owner, place, noon, dip):
    place("BUY", 10, price=dip, product=Product.CNC)
    held = portfolio.funds(owner.pk).used_margin
    noon.shift(HOUR)
    run_due()
    assert portfolio.funds(owner.pk).used_margin == held == 10 * dip


def test_an_account_seen_twice_fills_once(owner, place, noon, dip):
    place("BUY", 10, price=dip)
    noon.shift(HOUR)
    assert [catch_up(owner.pk), catch_up(owner.pk)] == [True, False]
    assert Fill.objects.count() == 1


def test_cancelling_what_was_already_touched_comes_too_late(owner, place, noon, dip):
    order = place("BUY", 10, price=dip)
    noon.shift(HOUR)
    with pytest.raises(OrderRefused, match="is complete"):
        orders.cancel(owner.pk, order.orderid)
    assert portfolio.net_quantity(owner.pk, symbol="INFY", exchange="NSE", product=Product.MIS) == 10


def test_a_changed_order_is_watched_from_the_change_on(owner, place, noon, dip):
    order = place("BUY", 10, price=dip - 10)
    noon.shift(HOUR)
    orders.modify(owner.pk, order.orderid, quantity=10, price=dip)
    assert run_due() == 0


def test_what_can_no_longer_be_paid_is_rejected_at_the_touch(owner, place, noon, peak):
    place("BUY", 30_000)
    exit_order = place("SELL", 30_000, price=peak)
    place("SELL", 30_000)
    place("BUY", 9_000, price="1000", product=Product.CNC)
    noon.shift(HOUR)
    assert orders.find(owner.pk, exit_order.orderid).status is OrderStatus.REJECTED


@pytest.mark.parametrize("kind", [SL, SL_M])
@pytest.mark.parametrize("side", ["BUY", "SELL"])
def test_a_stop_waits_for_its_trigger(place, infy, kind, side):
    away = 50 if side == "BUY" else -50
    order = place(side, 10, pricetype=kind, trigger_price=infy + away, price=infy + 2 * away)
    assert order.status is OrderStatus.TRIGGER_PENDING
    assert statuses(order.orderid) == ["trigger pending"]


@pytest.mark.parametrize("side", [Action.BUY, Action.SELL])
def test_a_stop_at_the_market_fills_at_the_price_of_the_second_that_woke_it(owner, place, noon, infy, side):
    trigger = infy + side.sign * Decimal("0.4")
    order = place(side, 10, pricetype=SL_M, trigger_price=trigger)
    noon.shift(HOUR)
    at = reached(trigger, rising=side is Action.BUY)
    filled = orders.find(owner.pk, order.orderid)
    assert (filled.average_price, Fill.objects.get().at) == (market.ltp("INFY", Exchange.NSE, at=at), at)


def test_a_stop_whose_limit_is_satisfied_fills_at_the_last_price(owner, place, noon, peak):
    order = place("BUY", 10, pricetype=SL, trigger_price=peak, price=peak + 10)
    noon.shift(HOUR)
    woke = market.ltp("INFY", Exchange.NSE, at=reached(peak, rising=True))
    assert orders.find(owner.pk, order.orderid).average_price == woke
    assert statuses(order.orderid) == ["trigger pending", "open", "complete"]


def test_a_stop_whose_limit_is_not_satisfied_rests_at_it_from_then_on(owner, place, noon, peak):
    order = place("BUY", 10, pricetype=SL, trigger_price=peak, price="900")
    noon.shift(HOUR)
    assert orders.find(owner.pk, order.orderid).status is OrderStatus.OPEN
    assert PaperHold.objects.get().since == reached(peak, rising=True)


def test_a_released_stop_fills_at_its_limit(owner, place, noon, infy):
    trigger = infy + Decimal("0.4")
    limit = infy - Decimal("0.4")
    order = place("BUY", 10, pricetype=SL, trigger_price=trigger, price=limit)
    noon.shift(HOUR)
    filled = orders.find(owner.pk, order.orderid)
    woke = reached(trigger, rising=True)
    assert (filled.average_price, Fill.objects.get().at) == (limit, reached(limit, rising=False, since=woke))


@pytest.mark.parametrize(("kind", "status"), [(SL_M, "complete"), (SL, "complete")])
def test_a_stop_that_is_triggered_when_it_arrives_does_not_wait(place, infy, kind, status):
    order = place("BUY", 10, pricetype=kind, trigger_price=infy, price=infy + 1)
    assert (order.status, order.average_price) == (status, infy)


def test_a_triggered_stop_away_from_its_limit_rests_at_once(place, infy):
    assert place("BUY", 10, pricetype=SL, trigger_price=infy - 1, price="900").status is OrderStatus.OPEN


def test_a_stop_keeps_margin_on_its_trigger(owner, place):
    place("BUY", 10, pricetype=SL, trigger_price="2000", price="2500", product=Product.CNC)
    assert portfolio.funds(owner.pk).used_margin == 20_000


def test_a_released_stop_is_changed_as_the_limit_order_it_became(owner, place, noon, peak):
    order = place("BUY", 10, pricetype=SL, trigger_price=peak, price="900")
    noon.shift(HOUR)
    changed = orders.modify(owner.pk, order.orderid, quantity=10, price=Decimal(901), trigger_price=Decimal(5_000))
    assert (changed.status, changed.price) == ("open", Decimal(901))


def test_a_changed_stop_waits_for_its_new_trigger(owner, place, noon, peak):
    order = place("BUY", 10, pricetype=SL_M, trigger_price=peak)
    orders.modify(owner.pk, order.orderid, quantity=10, price=Decimal(0), trigger_price=peak + 50)
    noon.shift(HOUR)
    assert orders.find(owner.pk, order.orderid).status is OrderStatus.TRIGGER_PENDING
