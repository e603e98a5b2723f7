"""Resting orders and the market that passes over them."""

from datetime import timedelta

import pytest

from brokers import orders, portfolio
from brokers.errors import OrderRefused
from brokers.models import Fill, PaperHold
from brokers.paper import market
from brokers.paper.matching import match_resting, settle
from brokers.types import Exchange, OrderStatus, Product
from tests.brokers.conftest import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def dip(noon):
    """The lowest price of the coming hour, where the market does not stand at the hour's end."""
    low, _ = market.extremes("INFY", Exchange.NSE, since=NOON, until=NOON + HOUR)
    assert low < market.ltp("INFY", Exchange.NSE, at=NOON + HOUR)
    return low


def test_a_touch_between_two_runs_fills_at_the_limit(owner, place, noon, dip):
    order = place("BUY", 10, price=dip)
    noon.shift(HOUR)
    assert match_resting() == 1
    filled = orders.find(owner.pk, order.orderid)
    assert (filled.status, filled.average_price) == (OrderStatus.COMPLETE, dip)


def test_a_limit_that_was_not_touched_rests(place, noon, dip):
    place("BUY", 10, price=dip - 1)
    noon.shift(HOUR)
    assert match_resting() == 0
    assert PaperHold.objects.count() == 1


def test_what_the_market_touched_before_the_order_does_not_count(place, noon, dip):
    noon.shift(HOUR)
    place("BUY", 10, price=dip)
    assert match_resting() == 0


def test_a_sale_fills_when_the_market_rises_to_it(owner, place, noon):
    _, high = market.extremes("INFY", Exchange.NSE, since=NOON, until=NOON + HOUR)
    order = place("SELL", 10, price=high)
    noon.shift(HOUR)
    match_resting()
    assert orders.find(owner.pk, order.orderid).average_price == high


def test_the_margin_moves_from_the_order_to_the_position(owner, place, noon, dip):
    place("BUY", 10, price=dip, product=Product.CNC)
    held = portfolio.funds(owner.pk).used_margin
    noon.shift(HOUR)
    match_resting()
    assert portfolio.funds(owner.pk).used_margin == held == 10 * dip


def test_the_same_hold_seen_twice_fills_once(place, noon, dip):
    place("BUY", 10, price=dip)
    noon.shift(HOUR)
    hold = PaperHold.objects.select_related("order").get()
    assert [settle(hold), settle(hold)] == [True, False]
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
    assert match_resting() == 0


def test_what_can_no_longer_be_paid_is_rejected_at_the_touch(owner, place, noon):
    _, high = market.extremes("INFY", Exchange.NSE, since=NOON, until=NOON + HOUR)
    place("BUY", 30_000)
    exit_order = place("SELL", 30_000, price=high)
    place("SELL", 30_000)
    place("BUY", 9_000, price="1000", product=Product.CNC)
    noon.shift(HOUR)
    match_resting()
    assert orders.find(owner.pk, exit_order.orderid).status is OrderStatus.REJECTED


def test_one_order_that_fails_does_not_stop_the_others(owner, place, noon, dip, caplog):
    broken = place("BUY", 10, price=dip, symbol="TCS")
    PaperHold.objects.get().order.__class__.objects.update(symbol="GONE")
    order = place("BUY", 10, price=dip)
    noon.shift(HOUR)
    assert match_resting() == 1
    assert orders.find(owner.pk, order.orderid).status is OrderStatus.COMPLETE
    assert broken.orderid in caplog.text


def test_what_changed_while_the_account_was_awaited_is_judged_anew(place, noon, dip):
    place("BUY", 10, price=dip - 10)
    noon.shift(HOUR)
    stale = PaperHold.objects.select_related("order").get()
    stale.order.price = dip
    assert not settle(stale)
