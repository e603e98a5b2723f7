"""The paper ledger stays exact whatever happens, in whatever order, and however many do it at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connections
from django.db.models import Sum

from brokers import orders, portfolio
from brokers.errors import OrderRefused
from brokers.models import Fill, JournalEntry, PaperAccount, PaperHold, PaperHolding, PaperPosition
from brokers.paper import market, rules, terms
from brokers.paper.settlement import run_due
from brokers.types import Action, Exchange, Product
from tests.brokers.conftest import NOON, asked, extremes


def near(symbol: str, away: int) -> Decimal:
    quote = market.quote(symbol, Exchange.NSE, at=NOON)
    return quote.ltp + away * (quote.ask - quote.ltp)


def total(rows, column: str) -> Decimal:
    return sum(rows.values_list(column, flat=True), Decimal(0))


def assert_exact(user_id: int) -> None:
    account = PaperAccount.objects.get(user_id=user_id)
    positions, holdings = PaperPosition.objects.filter(user_id=user_id), PaperHolding.objects.filter(user_id=user_id)
    holds = PaperHold.objects.filter(order__user_id=user_id)
    entries = JournalEntry.objects.filter(user_id=user_id)
    fills = Fill.objects.filter(order__user_id=user_id).select_related("order")
    flow = sum((-Action(fill.order.action).sign * fill.quantity * fill.price for fill in fills), Decimal(0))
    worth = sum((each.cost if each.quantity > 0 else -each.cost for each in positions), total(holdings, "cost"))
    assert account.cash + account.used_margin == account.starting_capital + account.realised
    assert account.used_margin == total(positions, "margin") + total(holdings, "margin") + total(holds, "margin")
    assert all(each.margin == rules.margin(each.cost, leverage=terms.leverage(each)) for each in positions)
    assert account.realised == flow + worth
    resting = entries.filter(status__in=["open", "trigger pending"])
    assert set(holds.values_list("order_id", flat=True)) == set(resting.values_list("pk", flat=True))
    assert sorted(fill.order_id for fill in fills) == sorted(entries.filter(status="complete").values_list("pk", flat=True))


def in_parallel(work, times: int) -> list[str]:
    """Eight threads; each gives its connection back."""

    def one(number: int) -> str:
        try:
            return str(work(number))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(times)))


def place_one(user_id: int, number: int) -> str:
    limit = {"price": near("INFY", -5000)} if number % 5 == 0 else {}
    request = asked("SELL" if number % 3 == 0 else "BUY", 1 + number % 7, **limit)
    return orders.place(user_id, request, source="test").orderid


@pytest.mark.django_db(transaction=True)
def test_a_hundred_orders_at_once_leave_a_hundred_rows_and_an_exact_ledger(owner, noon):
    ids = in_parallel(lambda number: place_one(owner.pk, number), 100)
    assert len(set(ids)) == JournalEntry.objects.count() == 100
    assert_exact(owner.pk)


@pytest.mark.django_db(transaction=True)
def test_orders_at_once_never_spend_the_same_money_twice(owner, noon):
    def buy(number: int) -> str:
        with suppress(OrderRefused):
            return orders.place(owner.pk, asked("BUY", 1_000, product=Product.CNC), source="test").orderid
        return ""

    accepted = [orderid for orderid in in_parallel(buy, 24) if orderid]
    funds = portfolio.funds(owner.pk)
    assert 0 <= funds.available < funds.used_margin / len(accepted)
    assert_exact(owner.pk)


@pytest.mark.django_db(transaction=True)
def test_the_same_shares_are_never_sold_twice(owner, noon):
    orders.place(owner.pk, asked("BUY", 10, product=Product.CNC), source="test")

    def sell(number: int) -> str:
        with suppress(OrderRefused):
            return orders.place(owner.pk, asked("SELL", 4, product=Product.CNC), source="test").orderid
        return ""

    assert len([orderid for orderid in in_parallel(sell, 16) if orderid]) == 2


@pytest.mark.django_db(transaction=True)
def test_several_matchers_at_once_fill_each_order_once(owner):
    with time_machine.travel(NOON, tick=False) as clock:
        low, _ = extremes("INFY", Exchange.NSE, since=NOON, until=NOON + timedelta(hours=1))
        for _ in range(10):
            orders.place(owner.pk, asked("BUY", 2, price=low), source="test")
        clock.shift(timedelta(hours=1))
        in_parallel(lambda number: run_due(), 8)
    assert Fill.objects.aggregate(filled=Sum("quantity"))["filled"] == 20
    assert_exact(owner.pk)


@pytest.mark.django_db(transaction=True)
def test_cancelling_an_order_twice_at_once_succeeds_once(owner, noon):
    orderid = orders.place(owner.pk, asked("BUY", 2, price=Decimal(1000)), source="test").orderid

    def cancel(number: int) -> str:
        with suppress(OrderRefused):
            return orders.cancel(owner.pk, orderid).status
        return ""

    assert sorted(in_parallel(cancel, 8))[-2:] == ["", "cancelled"]
    assert_exact(owner.pk)
