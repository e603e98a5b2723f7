"""The paper ledger stays exact whatever happens, in whatever order, and however many do it at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connections, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brokers import orders, portfolio
from brokers.errors import OrderRefused
from brokers.models import Fill, JournalEntry, PaperAccount, PaperHold, PaperPosition
from brokers.paper import market, rules
from brokers.paper.settlement import run_due
from brokers.types import Action, Exchange, Product
from tests.brokers.conftest import NOON, asked

SYMBOLS = ("INFY", "YESBANK")
QUANTITIES = st.one_of(st.integers(1, 40), st.integers(3_000, 40_000))
AWAY = st.integers(-12, 12)  # ticks between the limit and the last price
PRODUCTS = st.sampled_from([Product.MIS, Product.CNC])
PLACE = st.tuples(st.just("place"), st.sampled_from(SYMBOLS), st.sampled_from(Action), PRODUCTS, QUANTITIES, st.none() | AWAY)
STEPS = st.lists(
    st.one_of(
        PLACE,
        st.tuples(st.just("cancel"), st.integers(0, 9)),
        st.tuples(st.just("modify"), st.integers(0, 9), QUANTITIES, AWAY),
        st.tuples(st.just("wait"), st.integers(1, 40_000)),
    ),
    max_size=14,
)


def near(symbol: str, away: int) -> Decimal:
    quote = market.quote(symbol, Exchange.NSE, at=NOON)
    return quote.ltp + away * (quote.ask - quote.ltp)


class Trader:
    """Takes steps and keeps the ids of what was accepted."""

    def __init__(self, user_id: int, clock: time_machine.Traveller) -> None:
        self.user_id, self.clock = user_id, clock
        self.ids: list[tuple[str, str]] = []

    def place(self, symbol: str, action: Action, product: Product, quantity: int, away: int | None) -> None:
        limit = {} if away is None else {"price": near(symbol, away)}
        request = asked(action, quantity, symbol=symbol, product=product, **limit)
        self.ids.append((orders.place(self.user_id, request, source="test").orderid, symbol))

    def cancel(self, which: int) -> None:
        orders.cancel(self.user_id, self.ids[which % len(self.ids)][0])

    def modify(self, which: int, quantity: int, away: int) -> None:
        orderid, symbol = self.ids[which % len(self.ids)]
        orders.modify(self.user_id, orderid, quantity=quantity, price=near(symbol, away))

    def wait(self, seconds: int) -> None:
        self.clock.shift(timedelta(seconds=seconds))
        run_due()


def total(rows, column: str) -> Decimal:
    return sum(rows.values_list(column, flat=True), Decimal(0))


def assert_exact(user_id: int) -> None:
    account = PaperAccount.objects.get(user_id=user_id)
    positions, holds = PaperPosition.objects.filter(user_id=user_id), PaperHold.objects.filter(order__user_id=user_id)
    entries = JournalEntry.objects.filter(user_id=user_id)
    fills = Fill.objects.filter(order__user_id=user_id).select_related("order")
    flow = sum((-Action(fill.order.action).sign * fill.quantity * fill.price for fill in fills), Decimal(0))
    worth = sum((each.cost if each.quantity > 0 else -each.cost for each in positions), Decimal(0))
    assert account.cash + account.used_margin == account.starting_capital + account.realised
    assert account.used_margin == total(positions, "margin") + total(holds, "margin")
    assert all(each.margin == rules.margin(each.cost, leverage=rules.EQUITY_LEVERAGE[each.product]) for each in positions)
    assert account.realised == flow + worth
    assert set(holds.values_list("order_id", flat=True)) == set(entries.filter(status="open").values_list("pk", flat=True))
    assert sorted(fill.order_id for fill in fills) == sorted(entries.filter(status="complete").values_list("pk", flat=True))


@pytest.mark.slow
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_every_sequence_of_steps_leaves_the_sums_exact(owner, steps):
    with transaction.atomic(), time_machine.travel(NOON, tick=False) as clock:
        trader = Trader(owner.pk, clock)
        trader.place("INFY", Action.BUY, Product.MIS, 1, None)
        for verb, *values in steps:
            with suppress(OrderRefused):
                getattr(trader, verb)(*values)
            assert_exact(owner.pk)
        transaction.set_rollback(True)


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
        low, _ = market.extremes("INFY", Exchange.NSE, since=NOON, until=NOON + timedelta(hours=1))
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
