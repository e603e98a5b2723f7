"""Many orders by one word: each part stands alone, and what is told is what really happened."""

from decimal import Decimal

import pytest

from brokers import bulk, orders, portfolio
from brokers.errors import OrderRefused
from brokers.types import Action, OrderStatus, PriceType, Product
from tests.brokers.conftest import asked


@pytest.fixture
def basket(owner, noon):
    def basket(*requests):
        return bulk.basket(owner.pk, requests, source="test")

    return basket


def statuses(user) -> list[OrderStatus]:
    return [order.status for order in portfolio.orders(user.pk)]


def test_a_basket_buys_before_it_sells_and_answers_as_it_was_asked(owner, basket):
    sold, bought = basket(asked("SELL", 2, product=Product.CNC), asked("BUY", 2, product=Product.CNC))
    assert (sold.request.action, sold.refusal, bought.refusal) == (Action.SELL, "", "")
    assert bought.orderid < sold.orderid


def test_an_item_that_is_refused_does_not_stop_the_others(owner, basket):
    first, second, third = basket(asked("BUY", 1), asked("BUY", 1, symbol="NOSUCH"), asked("BUY", 1))
    assert (first.refusal, third.refusal, second.orderid) == ("", "", "")
    assert "does not exist" in second.refusal


def test_an_accident_of_one_item_does_not_hide_the_others(owner, basket, monkeypatch):
    real = orders.place
    monkeypatch.setattr(
        orders, "place", lambda user, request, **kw: real(user, request, **kw) if request.quantity == 1 else 1 / 0
    )
    first, second = basket(asked("BUY", 1), asked("BUY", 2))
    assert (bool(first.orderid), second.refusal) == (True, bulk.ACCIDENT)


def test_a_basket_has_a_bound(basket):
    with pytest.raises(OrderRefused, match="at most 100"):
        basket(*[asked("BUY", 1)] * 101)


def test_a_split_leaves_the_rest_to_the_last_child(owner, noon):
    parts = bulk.split(owner.pk, asked("BUY", 5), size=2, source="test")
    assert [part.request.quantity for part in parts] == [2, 2, 1]
    assert portfolio.positions(owner.pk)[0].quantity == 5


@pytest.mark.parametrize(("quantity", "size", "children"), [(100, 1, 100), (7, 7, 1), (7, 9, 1)])
def test_a_split_makes_no_empty_child(owner, noon, quantity, size, children):
    parts = bulk.split(owner.pk, asked("BUY", quantity, price=Decimal(1)), size=size, source="test")
    assert (len(parts), sum(part.request.quantity for part in parts)) == (children, quantity)


def test_a_split_has_a_bound(owner, noon):
    with pytest.raises(OrderRefused, match="larger splitsize"):
        bulk.split(owner.pk, asked("BUY", 101), size=1, source="test")
    assert statuses(owner) == []


def test_reasons_are_told_once_each(basket):
    parts = basket(asked("BUY", 1, symbol="NOSUCH"), asked("BUY", 1, symbol="NOSUCH"), asked("SELL", 1, product=Product.CNC))
    told = bulk.reasons(parts)
    assert told.startswith("1 (NOSUCH), 2 (NOSUCH): Symbol NOSUCH does not exist on NSE. 3 (INFY): ")


def test_cancel_all_leaves_nothing_resting(owner, place):
    resting = [place("BUY", 1, price=price).orderid for price in ("900", "901")]
    place("BUY", 1)
    cancelled = bulk.cancel_all(owner.pk)
    assert (sorted(cancelled.done), cancelled.failed) == (resting, [])
    assert statuses(owner) == ["complete", "cancelled", "cancelled"]


def test_cancel_all_takes_waiting_stops(owner, place):
    stop = place("SELL", 1, pricetype=PriceType.SL_M, trigger_price=Decimal(900))
    assert stop.status is OrderStatus.TRIGGER_PENDING
    assert bulk.cancel_all(owner.pk).done == [stop.orderid]


def test_what_cannot_be_cancelled_is_told(owner, place, monkeypatch):
    orderid = place("BUY", 1, price="900").orderid
    monkeypatch.setattr(orders, "cancel", lambda *_: 1 / 0)
    assert bulk.cancel_all(owner.pk).failed == [orderid]


def test_close_all_is_flat_both_ways(owner, place):
    place("BUY", 3)
    place("SELL", 2, symbol="TCS")
    closed = bulk.close_all(owner.pk, source="test")
    assert (closed.done, closed.failed) == (["NSE:INFY MIS", "NSE:TCS MIS"], {})
    assert {each.quantity for each in portfolio.positions(owner.pk)} == {0}


def test_an_order_that_was_placed_is_not_yet_a_closed_position(owner, place, monkeypatch):
    place("BUY", 3)
    real = orders.place
    resting = asked("SELL", 3, price=Decimal(9000))
    monkeypatch.setattr(orders, "place", lambda user, request, **kw: real(user, resting, **kw))
    closed = bulk.close_all(owner.pk, source="test")
    assert (closed.done, closed.failed) == ([], {"NSE:INFY MIS": "3 are still open."})


def test_a_position_that_may_not_be_closed_says_why(owner, place):
    place("BUY", 3, product=Product.CNC)
    place("SELL", 3, product=Product.CNC, price="9000")
    closed = bulk.close_all(owner.pk, source="test")
    assert "in other open orders" in closed.failed["NSE:INFY CNC"]


def test_nothing_open_is_nothing_to_close(owner, noon):
    closed = bulk.close_all(owner.pk, source="test")
    assert (closed.done, closed.failed) == ([], {})
