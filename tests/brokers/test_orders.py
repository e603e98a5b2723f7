"""Orders on the paper exchange: placed, changed, cancelled, refused."""

from decimal import Decimal

import pytest

from brokers import orders, portfolio, quotes
from brokers.errors import InsufficientFunds, OrderRefused, UnknownInstrument, UnknownOrder
from brokers.models import JournalEntry, PaperAccount, PaperHold
from brokers.paper import ledger
from brokers.types import ZERO, Exchange, Margin, OrderStatus, Product
from tests.brokers.conftest import NOON, asked

LOW, HIGH = "1000", "2000"  # far from where INFY trades


@pytest.fixture
def infy(noon):
    return quotes.quote("INFY", Exchange.NSE, at=NOON)


def test_a_market_buy_fills_at_the_ask(place, infy):
    order = place("BUY", 10)
    assert (order.status, order.average_price) == (OrderStatus.COMPLETE, infy.ask)


def test_a_market_sale_fills_at_the_bid(place, infy):
    assert place("SELL", 10).average_price == infy.bid


def test_a_marketable_limit_fills_at_the_last_price(place, infy):
    assert place("BUY", 10, price=HIGH).average_price == infy.ltp


def test_an_order_that_fills_takes_nine_statements(place, django_assert_num_queries):
    place("BUY", 1)
    with django_assert_num_queries(9 + 2):  # and both ends of the transaction
        place("BUY", 1)


def test_an_order_id_is_the_day_and_eight_digits(place):
    orderid = place("BUY", 1).orderid
    assert orderid.startswith("261123")
    assert len(orderid) == 14


def test_the_journal_keeps_what_was_asked_and_by_which_door(place):
    order = place("BUY", 3, strategy="Python")
    entry = JournalEntry.objects.get()
    assert (entry.orderid, entry.strategy, entry.source, entry.broker) == (order.orderid, "Python", "test", "paper")


def test_a_position_keeps_margin_on_what_it_was_bought_for(owner, place, infy):
    place("BUY", 10)
    assert portfolio.funds(owner.pk).used_margin == (10 * infy.ask / 5).quantize(Decimal("0.01"))


def test_a_paisa_that_only_the_sum_needs_must_be_there_too(owner, place):
    price = Decimal("100.12")  # a fifth of one is 20.024, of two 40.048
    first, second = (JournalEntry.objects.get(pk=int(place("BUY", 1, price=price).orderid[6:])) for _ in range(2))
    with ledger.opened(owner.pk) as book, pytest.raises(InsufficientFunds, match=r"20\.03 needed"):
        for entry in (first, second):
            ledger.release(book, entry)
        ledger.fill(book, first, price=price, basis=price, at=NOON)
        book.account.cash = Decimal("20.02")
        ledger.fill(book, second, price=price, basis=price, at=NOON)


@pytest.mark.parametrize(("product", "leverage"), [(Product.MIS, 5), (Product.CNC, 1)])
def test_a_limit_filled_at_a_better_price_keeps_margin_on_that_price(owner, place, infy, product, leverage):
    place("BUY", 10, price="99999", product=product)
    assert portfolio.funds(owner.pk).used_margin == (10 * infy.ltp / leverage).quantize(Decimal("0.01"))


def test_a_limit_must_be_covered_even_where_it_fills_at_a_better_price(place):
    with pytest.raises(InsufficientFunds, match="needed"):
        place("BUY", 101, price="99999", product=Product.CNC)


def test_a_market_order_must_be_covered_at_the_price_it_fills_at(place, infy):
    place("BUY", 1)
    PaperAccount.objects.update(cash=10 * infy.ltp)
    with pytest.raises(InsufficientFunds):
        place("BUY", 10, product=Product.CNC)


def test_a_resting_order_keeps_margin_on_its_limit(owner, place):
    place("BUY", 10, price=LOW, product=Product.CNC)
    assert portfolio.funds(owner.pk).used_margin == 10_000


def test_a_fill_leaves_the_margin_of_other_resting_orders_alone(owner, place):
    place("BUY", 10, price=LOW, product=Product.CNC)
    place("BUY", 1)
    place("SELL", 1)
    assert portfolio.funds(owner.pk).used_margin == 10_000


def test_closing_gives_the_margin_back_and_books_the_loss(owner, place, infy):
    place("BUY", 10)
    place("SELL", 10)
    funds = portfolio.funds(owner.pk)
    assert (funds.used_margin, funds.realised) == (Decimal(0), 10 * (infy.bid - infy.ask))
    assert funds.available == funds.starting_capital + funds.realised


def test_a_cancelled_order_gives_its_margin_back(owner, place):
    order = orders.cancel(owner.pk, place("BUY", 10, price=LOW).orderid)
    assert order.status is OrderStatus.CANCELLED
    assert portfolio.funds(owner.pk).used_margin == 0


def test_a_change_holds_the_new_margin(owner, place):
    orderid = place("BUY", 10, price=LOW, product=Product.CNC).orderid
    orders.modify(owner.pk, orderid, quantity=20, price=Decimal(900))
    assert portfolio.funds(owner.pk).used_margin == 18_000


def test_a_change_beyond_the_funds_is_refused_and_changes_nothing(owner, place):
    orderid = place("BUY", 10, price=LOW, product=Product.CNC).orderid
    with pytest.raises(InsufficientFunds, match=r"1,10,00,000\.00 needed, 1,00,00,000\.00 available"):
        orders.modify(owner.pk, orderid, quantity=11_000, price=Decimal(1_000))
    assert orders.find(owner.pk, orderid).quantity == 10
    assert portfolio.funds(owner.pk).used_margin == 10_000


def test_a_change_to_a_marketable_price_fills_at_once(owner, place, infy):
    order = orders.modify(owner.pk, place("BUY", 10, price=LOW).orderid, quantity=10, price=Decimal(HIGH))
    assert (order.status, order.average_price) == (OrderStatus.COMPLETE, infy.ltp)


@pytest.mark.parametrize("verb", ["cancel", "modify"])
def test_a_complete_order_stays_as_it_is(owner, place, verb):
    orderid = place("BUY", 10).orderid
    change = {"quantity": 1, "price": Decimal(1)} if verb == "modify" else {}
    with pytest.raises(OrderRefused, match="is complete and cannot be"):
        getattr(orders, verb)(owner.pk, orderid, **change)


@pytest.mark.parametrize("orderid", ["", "x", "26112300009999", "261123", "261123\0", "9" * 40, "26112３00000001"])  # noqa: RUF001
def test_an_unknown_order_is_named_so(owner, orderid):
    with pytest.raises(UnknownOrder):
        orders.cancel(owner.pk, orderid)


def test_an_order_id_with_another_day_is_unknown(owner, place):
    orderid = place("BUY", 1).orderid
    with pytest.raises(UnknownOrder):
        orders.find(owner.pk, "251123" + orderid[6:])


def test_another_users_order_is_unknown(second_user, place):
    orderid = place("BUY", 1, price=LOW).orderid
    with pytest.raises(UnknownOrder):
        orders.cancel(second_user.pk, orderid)


def test_an_unknown_symbol_is_refused_without_a_row(place):
    with pytest.raises(UnknownInstrument):
        place("BUY", 1, symbol="NOSUCH")
    assert not JournalEntry.objects.exists()


def test_too_little_money_is_refused_without_a_row(owner, place):
    with pytest.raises(InsufficientFunds, match=r"needed, 1,00,00,000\.00 available"):
        place("BUY", 1_000_000)
    assert not JournalEntry.objects.exists()
    assert portfolio.funds(owner.pk).used_margin == 0


def test_an_uncovered_delivery_sale_is_rejected_in_the_book(owner, place):
    with pytest.raises(OrderRefused, match="10 INFY to sell, 0 held") as refusal:
        place("SELL", 10, product=Product.CNC)
    order = orders.find(owner.pk, refusal.value.orderid or "")
    assert (order.status, order.reason) == (OrderStatus.REJECTED, refusal.value.message)


def test_shares_promised_to_an_open_order_cannot_be_sold_again(place):
    place("BUY", 10, product=Product.CNC)
    place("SELL", 6, product=Product.CNC, price=HIGH)
    with pytest.raises(OrderRefused, match="10 held, 6 in other open orders"):
        place("SELL", 6, product=Product.CNC)


def test_an_intraday_position_covers_no_delivery_sale(place):
    place("BUY", 10)
    with pytest.raises(OrderRefused, match="0 held"):
        place("SELL", 10, product=Product.CNC)


def test_a_resting_exit_needs_no_margin_but_a_second_one_does(owner, place):
    place("BUY", 10)
    margin = portfolio.funds(owner.pk).used_margin
    place("SELL", 10, price=HIGH)
    assert portfolio.funds(owner.pk).used_margin == margin
    place("SELL", 10, price=HIGH)
    assert portfolio.funds(owner.pk).used_margin == margin + 4_000


def test_margin_of_would_be_orders_is_added_up(owner, infy):
    asked_for = [
        asked("BUY", 10),
        asked("SELL", 10, price=Decimal(LOW)),
        asked("BUY", 2, price=Decimal(LOW), product=Product.CNC),
    ]
    assert orders.margin(owner.pk, asked_for) == Margin(span=ZERO, exposure=2 * (2 * infy.ltp) + 2 * Decimal(LOW))


@pytest.mark.parametrize("count", [0, 51])
def test_margin_is_told_for_one_to_fifty(owner, count):
    with pytest.raises(OrderRefused, match="1 to 50"):
        orders.margin(owner.pk, [asked("BUY", 1)] * count)


def test_a_refused_order_holds_nothing(place):
    with pytest.raises(InsufficientFunds):
        place("BUY", 100_000, price=LOW, product=Product.CNC)
    assert not PaperHold.objects.exists()


def test_a_changed_exit_still_needs_no_margin(owner, place):
    place("BUY", 10)
    margin = portfolio.funds(owner.pk).used_margin
    orders.modify(owner.pk, place("SELL", 10, price=HIGH).orderid, quantity=10, price=Decimal(2100))
    assert portfolio.funds(owner.pk).used_margin == margin


def test_a_delivery_sale_may_be_changed_up_to_what_is_held_and_no_further(owner, place):
    place("BUY", 10, product=Product.CNC)
    orderid = place("SELL", 6, product=Product.CNC, price=HIGH).orderid
    assert orders.modify(owner.pk, orderid, quantity=10, price=Decimal(2100)).quantity == 10
    with pytest.raises(OrderRefused, match="11 INFY to sell, 10 held, 0 in other open orders"):
        orders.modify(owner.pk, orderid, quantity=11, price=Decimal(2100))
    assert orders.find(owner.pk, orderid).quantity == 10
