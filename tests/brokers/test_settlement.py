"""Square-off, delivery and expiry: at their instant, at its price, whenever somebody comes by."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from brokers import calendar, orders, portfolio, symbols
from brokers.errors import OrderRefused
from brokers.models import Fill, JournalEntry, PaperAccount, PaperHold, PaperHolding, PaperPosition
from brokers.paper import market
from brokers.paper.settlement import run_due
from brokers.types import IST, Exchange, OrderStatus, Product
from tests.brokers.conftest import NOON, asked, extremes

SQUARE_OFF = datetime(2026, 11, 23, 15, 15, tzinfo=IST)
MORNING = datetime(2026, 11, 24, 3, tzinfo=IST)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NFO = Exchange.NFO


def quote(at: datetime, symbol: str = "INFY", exchange: Exchange = Exchange.NSE):
    return market.quote(symbol, exchange, at=at)


@pytest.fixture
def contract(noon):
    """The NIFTY future of next month."""
    expiry = symbols.expiries("NIFTY", NFO, options=False)[1]
    return symbols.find(f"NIFTY{expiry:%d%b%y}FUT".upper(), NFO)


@pytest.fixture
def trade(owner, contract):
    """Orders in one lot of that future."""

    def trade(action: str, **limit: Decimal):
        return orders.place(
            owner.pk,
            asked(action, contract.lotsize, symbol=contract.symbol, exchange=NFO, product=Product.NRML, **limit),
            source="test",
        )

    return trade


@pytest.mark.parametrize(("side", "taken"), [("BUY", "bid"), ("SELL", "ask")])
def test_an_intraday_position_is_closed_at_the_market_of_the_square_off(owner, place, noon, side, taken):
    place(side, 10)
    noon.move_to(SQUARE_OFF + timedelta(hours=2))
    closing = portfolio.trades(owner.pk)[0]
    assert (closing.at, closing.price) == (SQUARE_OFF, getattr(quote(SQUARE_OFF), taken))
    assert portfolio.net_quantity(owner.pk, symbol="INFY", exchange="NSE", product=Product.MIS) == 0


def test_the_square_off_stands_in_the_journal(owner, place, noon):
    place("BUY", 10)
    noon.move_to(SQUARE_OFF)
    assert run_due() == 1
    entry = JournalEntry.objects.all()[0]
    assert (entry.strategy, entry.source, entry.placed, entry.action) == ("Square-off", "exchange", SQUARE_OFF, "SELL")
    assert list(entry.events.values_list("status", "at")) == [("open", SQUARE_OFF), ("complete", SQUARE_OFF)]


def test_a_second_before_the_square_off_nothing_is_closed(owner, place, noon):
    place("BUY", 10)
    noon.move_to(SQUARE_OFF - SECOND)
    assert run_due() == 0


def test_delivery_positions_are_not_squared_off(owner, place, noon):
    place("BUY", 10, product=Product.CNC)
    noon.move_to(SQUARE_OFF)
    assert run_due() == 0


def test_intraday_orders_are_cancelled_at_the_square_off(owner, place, noon):
    order = place("BUY", 10, price="1000")
    noon.move_to(SQUARE_OFF)
    cancelled = orders.find(owner.pk, order.orderid)
    assert (cancelled.status, "square-off" in cancelled.reason) == (OrderStatus.CANCELLED, True)
    assert portfolio.funds(owner.pk).used_margin == 0


def test_an_order_touched_before_the_square_off_fills_first(owner, place, noon):
    low, _ = extremes("INFY", Exchange.NSE, since=NOON, until=SQUARE_OFF - SECOND)
    order = place("BUY", 10, price=low)
    noon.move_to(SQUARE_OFF + DAY)
    assert orders.find(owner.pk, order.orderid).status is OrderStatus.COMPLETE
    assert list(Fill.objects.values_list("order__strategy", flat=True)) == ["Square-off", ""]


@pytest.mark.parametrize("kind", [{}, {"price": "1000"}])
def test_after_the_square_off_intraday_orders_are_refused(place, noon, kind):
    noon.move_to(SQUARE_OFF)
    with pytest.raises(OrderRefused, match="square-off time of NSE, 15:15 IST, until 09:00"):
        place("BUY", 10, **kind)


def test_shares_bought_for_delivery_are_a_holding_the_next_session(owner, place, noon):
    bought = place("BUY", 10, product=Product.CNC)
    noon.move_to(MORNING)
    (holding,) = portfolio.holdings(owner.pk)
    assert (holding.symbol, holding.quantity, holding.average_price) == ("INFY", 10, bought.average_price)
    assert (holding.settled, portfolio.positions(owner.pk)) == (MORNING.date(), [])


def test_until_then_they_are_a_position(owner, place, noon):
    place("BUY", 10, product=Product.CNC)
    noon.move_to(MORNING - SECOND)
    assert [each.quantity for each in portfolio.positions(owner.pk)] == [10]
    assert portfolio.holdings(owner.pk) == []


def test_a_holding_keeps_its_cost_out_of_the_cash(owner, place, noon):
    place("BUY", 10, product=Product.CNC)
    before = portfolio.funds(owner.pk)
    noon.move_to(MORNING)
    after = portfolio.funds(owner.pk)
    assert (after.available, after.used_margin) == (before.available, before.used_margin)


def test_holdings_are_marked_to_the_market_in_the_funds(owner, place, noon):
    place("BUY", 10, product=Product.CNC)
    noon.move_to(MORNING)
    funds = portfolio.funds(owner.pk)
    assert funds.gross_exposure == 10 * quote(MORNING).ltp
    assert funds.unrealised == funds.gross_exposure - funds.used_margin


def test_later_deliveries_join_the_holding(owner, place, noon):
    first = place("BUY", 10, product=Product.CNC)
    noon.shift(DAY)
    second = place("BUY", 30, product=Product.CNC)
    noon.shift(DAY)
    (holding,) = portfolio.holdings(owner.pk)
    assert holding.average_price == (first.average_price + 3 * second.average_price) / 4
    assert holding.settled == (NOON + 2 * DAY).date()


def test_a_sale_takes_from_the_position_first_then_from_the_holding(owner, place, noon):
    place("BUY", 10, product=Product.CNC)
    noon.shift(DAY)
    place("BUY", 4, product=Product.CNC)
    place("SELL", 6, product=Product.CNC)
    assert [each.quantity for each in portfolio.holdings(owner.pk)] == [8]
    assert [each.quantity for each in portfolio.positions(owner.pk)] == [0]


def test_what_a_sale_of_holdings_realises_shows_in_the_days_row(owner, place, noon):
    bought = place("BUY", 10, product=Product.CNC)
    noon.shift(DAY)
    sold = place("SELL", 10, product=Product.CNC)
    gain = 10 * (sold.average_price - bought.average_price)
    (position,) = portfolio.positions(owner.pk)
    assert (position.realised_today, portfolio.funds(owner.pk).realised_today) == (gain, gain)
    assert not PaperHolding.objects.exists()


def test_more_than_position_and_holding_cannot_be_sold(place, noon):
    place("BUY", 10, product=Product.CNC)
    noon.shift(DAY)
    place("BUY", 4, product=Product.CNC)
    with pytest.raises(OrderRefused, match="15 INFY to sell, 14 held"):
        place("SELL", 15, product=Product.CNC)


def test_a_resting_sale_outlives_the_delivery_of_its_shares(owner, place, noon, infy):
    place("BUY", 10, product=Product.CNC)
    _, high = extremes("INFY", Exchange.NSE, since=MORNING, until=MORNING + 3 * DAY)
    order = place("SELL", 10, product=Product.CNC, price=high)
    noon.move_to(MORNING + 3 * DAY)
    assert orders.find(owner.pk, order.orderid).status is OrderStatus.COMPLETE
    assert portfolio.funds(owner.pk).used_margin == 0


def test_an_overnight_position_carries_on(owner, trade, noon):
    trade("SELL")
    noon.shift(DAY / 2)
    (position,) = portfolio.positions(owner.pk)
    assert position.quantity == -position.lot_size


def test_a_future_needs_a_tenth(owner, trade, noon):
    order = trade("BUY")
    assert portfolio.funds(owner.pk).used_margin == round(order.quantity * order.average_price / 10, 2)


def test_an_expired_contract_is_settled_at_its_last_price(owner, trade, noon, contract):
    trade("BUY")
    close = calendar.close(NFO, contract.expiry)
    noon.move_to(close + 40 * DAY)
    assert portfolio.net_quantity(owner.pk, symbol=contract.symbol, exchange=NFO, product=Product.NRML) == 0
    last = Fill.objects.values_list("at", "price", "order__strategy")[0]
    assert last == (close, quote(close, contract.symbol, NFO).ltp, "Expiry")


def test_orders_for_an_expired_contract_are_cancelled(owner, trade, noon, contract):
    order = trade("BUY", price=Decimal(1000))
    noon.move_to(calendar.close(NFO, contract.expiry))
    assert orders.find(owner.pk, order.orderid).status is OrderStatus.CANCELLED
    assert not PaperHold.objects.exists()


def test_from_its_close_on_a_contract_takes_no_orders(trade, noon, contract):
    noon.move_to(calendar.close(NFO, contract.expiry))
    with pytest.raises(OrderRefused, match="expired on"):
        trade("BUY")


def test_accounts_on_which_nothing_is_due_cost_one_question(owner, place, noon, django_assert_num_queries):
    place("BUY", 10, product=Product.CNC)
    with django_assert_num_queries(1):
        run_due()


def test_an_account_with_nothing_open_is_never_due(owner, place, noon):
    place("BUY", 10)
    noon.move_to(SQUARE_OFF)
    run_due()
    assert PaperAccount.objects.get().due is None


def test_an_account_from_before_the_schedule_finds_its_place_in_it(place, noon):
    place("BUY", 10)
    for model in (PaperPosition, PaperAccount):
        model.objects.update(due=NOON)
    run_due()
    assert PaperAccount.objects.get().due == PaperPosition.objects.get().due == SQUARE_OFF
