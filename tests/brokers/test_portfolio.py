"""Funds, books and positions, and how a session's end treats them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from brokers import modes, orders, portfolio, quotes
from brokers.errors import NotConnected, OrderRefused
from brokers.types import Exchange, Mode, Order, OrderStatistics, Position, Product, Trade
from security.actors import COMMAND_LINE
from security.models import AuditEntry

DAY = timedelta(days=1)


def books(user_id: int) -> tuple[list[Order], list[Trade], list[Position]]:
    return portfolio.orders(user_id), portfolio.trades(user_id), portfolio.positions(user_id)


def test_a_newcomer_has_one_crore(owner):
    funds = portfolio.funds(owner.pk)
    assert (funds.available, funds.used_margin) == (Decimal("10000000.00"), Decimal(0))


def test_a_newcomer_has_empty_books(owner):
    assert books(owner.pk) == ([], [], [])


def test_a_position_is_marked_to_the_market(owner, place):
    order = place("BUY", 10)
    (position,) = portfolio.positions(owner.pk)
    last = quotes.quote("INFY", Exchange.NSE).ltp
    assert position.unrealised == 10 * (last - order.average_price)
    assert portfolio.funds(owner.pk).unrealised == position.unrealised


def test_a_short_is_negative(owner, place):
    place("SELL", 4)
    assert portfolio.net_quantity(owner.pk, symbol="INFY", exchange="NSE", product=Product.MIS) == -4


@pytest.mark.parametrize("exchange", ["BSE", "\0", "nowhere"])
def test_what_one_does_not_have_is_zero(owner, place, exchange):
    place("BUY", 4)
    assert portfolio.net_quantity(owner.pk, symbol="INFY", exchange=exchange, product=Product.MIS) == 0


def test_products_are_netted_apart(owner, place):
    place("BUY", 4)
    place("BUY", 3, product=Product.CNC)
    assert sorted(position.quantity for position in portfolio.positions(owner.pk)) == [3, 4]


def test_a_position_closed_today_stays_with_zero(owner, place):
    place("BUY", 4)
    place("SELL", 4)
    (position,) = portfolio.positions(owner.pk)
    assert (position.quantity, position.average_price) == (0, Decimal(0))
    assert position.realised_today == portfolio.funds(owner.pk).realised_today < 0


def test_a_new_session_starts_its_books_and_gains_anew(owner, place, noon):
    place("BUY", 4)
    place("SELL", 4)
    noon.shift(DAY)
    assert books(owner.pk) == ([], [], [])
    funds = portfolio.funds(owner.pk)
    assert funds.realised < funds.realised_today == 0


def test_an_open_order_is_in_the_book_until_it_ends(owner, place, noon):
    order = place("BUY", 4, price="1000", product=Product.CNC)
    noon.shift(DAY)
    assert [each.orderid for each in portfolio.orders(owner.pk)] == [order.orderid]


def test_statistics_count_the_book(owner, place):
    place("BUY", 1)
    place("SELL", 1, price="2000")
    with pytest.raises(OrderRefused):
        place("SELL", 1, product=Product.CNC)
    counted = portfolio.statistics(portfolio.orders(owner.pk))
    assert counted == OrderStatistics(buy=1, sell=2, completed=1, open=1, rejected=1, trigger_pending=0)


def test_a_trade_tells_its_order(owner, place):
    order = place("BUY", 4)
    (trade,) = portfolio.trades(owner.pk)
    assert (trade.orderid, trade.quantity, trade.value) == (order.orderid, 4, 4 * order.average_price)


def test_one_user_does_not_see_the_other(second_user, place):
    place("BUY", 4)
    assert books(second_user.pk) == ([], [], [])


def test_everyone_starts_on_paper(owner):
    assert modes.current(owner.pk) is Mode.ANALYZE


def test_live_needs_a_broker(owner):
    with pytest.raises(NotConnected, match="Connect a live broker"):
        modes.switch(owner.pk, analyze=False, by=COMMAND_LINE)


def test_asking_for_the_mode_one_is_in_succeeds(owner):
    assert modes.switch(owner.pk, analyze=True, by=COMMAND_LINE) is Mode.ANALYZE
    assert not AuditEntry.objects.exists()


def test_the_journal_counts_every_order(owner, place, noon):
    place("BUY", 1, product=Product.CNC)
    noon.shift(DAY)
    place("BUY", 1)
    assert orders.count(owner.pk) == 2
