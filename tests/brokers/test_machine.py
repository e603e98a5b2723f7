"""Whatever traders, the market and the clock do, in whatever order: no money appears or vanishes, no order ends twice."""

from contextlib import ExitStack, suppress
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from brokers import orders, portfolio, symbols
from brokers.errors import OrderRefused, UnknownInstrument
from brokers.models import Fill, JournalEntry, OrderEvent, PaperAccount, PaperHolding, PaperPosition
from brokers.paper import clock, market
from brokers.paper.settlement import run_due
from brokers.types import Action, Exchange, OrderRequest, PriceType, Product
from tests.brokers.conftest import NOON
from tests.brokers.test_ledger import assert_exact

NFO = Exchange.NFO
ENDED = ("complete", "cancelled", "rejected")
Traded = tuple[str, Exchange, int]  # symbol, exchange, lot
Kind = tuple[Action, PriceType, Product]
KINDS = st.tuples(st.sampled_from(Action), st.sampled_from(PriceType), st.sampled_from(Product))
TRADED = SHARE, _ = [("INFY", Exchange.NSE, 1), ("YESBANK", Exchange.NSE, 1)]
SHARES = st.sampled_from(TRADED)
COUNTS = st.one_of(st.integers(1, 40), st.integers(3_000, 40_000))
WHAT = ("symbol", "exchange", "quantity")
AWAY = st.integers(-12, 12)  # between a price and the last one, in steps of which one is little
PAUSES = st.one_of(st.integers(1, 40_000), st.integers(1, 40).map(lambda days: days * 86_400))


def contracts() -> list[Traded]:
    """A future and two options that expire soon after noon's day."""
    expiry = f"{symbols.expiries('NIFTY', NFO, options=True)[0]:%d%b%y}".upper()
    monthly = f"{symbols.expiries('NIFTY', NFO, options=False)[1]:%d%b%y}".upper()
    names = (f"NIFTY{monthly}FUT", f"NIFTY{expiry}24000CE", f"NIFTY{expiry}24000PE")
    return [(name, NFO, symbols.find(name, NFO).lotsize) for name in names]


class Exchanges(RuleBasedStateMachine):
    """One trader, one market, one clock; each example is rolled back."""

    user_id = 0

    def __init__(self) -> None:
        super().__init__()
        self.world = ExitStack()
        self.world.enter_context(transaction.atomic())
        self.clock = self.world.enter_context(time_machine.travel(NOON, tick=False))
        self.contracts = contracts()
        self.ids: list[tuple[str, Traded]] = []
        self.ended: dict[int, str] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.world.close()

    @initialize()
    def begin_with_shares(self):
        """A holding, and three intraday shares whose average is no whole number of paise."""
        for count, product, pause in ((7, Product.CNC, 86_400), (1, Product.MIS, 60), (2, Product.MIS, 60)):
            self.place(SHARE, count, (Action.BUY, PriceType.MARKET, product), price=0, trigger=0)
            self.clock.shift(timedelta(seconds=pause))

    def price(self, traded: Traded, away: int) -> Decimal:
        last = market.ltp(traded[0], traded[1], at=clock.now())
        return max(Decimal("0.05"), (last + last * away / 2_000).quantize(Decimal("0.05")))

    @rule(share=SHARES, count=COUNTS, kind=KINDS, price=AWAY, trigger=AWAY)
    def place_share(self, *, share, count, kind, price, trigger):
        self.place(share, count, kind, price=price, trigger=trigger)

    @rule(which=st.integers(0, 2), lots=st.integers(1, 6), kind=KINDS, price=AWAY, trigger=AWAY)
    def place_contract(self, *, which, lots, kind, price, trigger):
        traded = self.contracts[which]
        self.place(traded, lots * traded[2], kind, price=price, trigger=trigger)

    def place(self, traded: Traded, quantity: int, kind: Kind, *, price: int, trigger: int) -> None:
        side, pricetype, product = kind
        request = OrderRequest(
            symbol=traded[0], exchange=traded[1], action=side, quantity=quantity, pricetype=pricetype, product=product,
            price=self.price(traded, price), trigger_price=self.price(traded, trigger),
        )  # fmt: skip
        with suppress(OrderRefused, UnknownInstrument):
            self.ids.append((orders.place(self.user_id, request, source="test").orderid, traded))

    @rule(which=st.integers(0, 6), lots=st.integers(1, 6))
    def close_part(self, which, lots):
        """Of a position, or of a holding by a sale for delivery."""
        held: list[PaperPosition | PaperHolding] = list(PaperPosition.objects.exclude(quantity=0).order_by("pk"))
        held += PaperHolding.objects.order_by("pk")
        for row in held[which % len(held) :][:1] if held else ():
            traded = next(each for each in (*TRADED, *self.contracts) if each[0] == row.symbol)
            side = Action.SELL if row.quantity > 0 else Action.BUY
            product = Product(getattr(row, "product", Product.CNC))
            self.place(traded, min(lots * traded[2], abs(row.quantity)), (side, PriceType.MARKET, product), price=0, trigger=0)

    @precondition(lambda self: self.ids)
    @rule(which=st.integers(0, 20))
    def cancel(self, which):
        with suppress(OrderRefused):
            orders.cancel(self.user_id, self.ids[which % len(self.ids)][0])

    @precondition(lambda self: self.ids)
    @rule(which=st.integers(0, 20), lots=st.integers(1, 5_000), price=AWAY, trigger=AWAY)
    def modify(self, which, lots, price, trigger):
        orderid, traded = self.ids[which % len(self.ids)]
        prices = {"price": self.price(traded, price), "trigger_price": self.price(traded, trigger)}
        with suppress(OrderRefused):
            orders.modify(self.user_id, orderid, quantity=lots * traded[2], **prices)

    @rule(seconds=PAUSES)
    def wait(self, seconds):
        self.clock.shift(timedelta(seconds=seconds))
        run_due()

    @rule(seconds=PAUSES)
    def wait_unattended(self, seconds):
        self.clock.shift(timedelta(seconds=seconds))

    @invariant()
    def sums_are_exact(self):
        if PaperAccount.objects.filter(user_id=self.user_id).exists():
            assert_exact(self.user_id)

    @invariant()
    def worth_is_what_was_paid_in_and_what_the_market_made_of_it(self):
        funds = portfolio.funds(self.user_id)
        flow, at = Decimal(0), clock.now()
        for side, quantity, price in Fill.objects.values_list("order__action", "quantity", "price"):
            flow -= Action(side).sign * quantity * price
        held = [row for table in (PaperPosition, PaperHolding) for row in table.objects.values_list(*WHAT)]
        value = sum((quantity * market.ltp(symbol, Exchange(where), at=at) for symbol, where, quantity in held), Decimal(0))
        assert abs(funds.realised + funds.unrealised - flow - value) <= Decimal("0.01") * len(held)

    @invariant()
    def nobody_is_short_of_shares_for_delivery(self):
        assert not PaperPosition.objects.filter(product=Product.CNC, quantity__lt=0).exists()

    @invariant()
    def no_order_ends_twice(self):
        now = dict(JournalEntry.objects.filter(status__in=ENDED).values_list("pk", "status"))
        assert self.ended.items() <= now.items()
        ends = list(OrderEvent.objects.filter(status__in=ENDED).values_list("order_id", "status"))
        assert (len(ends), dict(ends)) == (len(now), now)
        self.ended = now


@pytest.fixture
def machine(owner):
    Exchanges.user_id = owner.pk
    return Exchanges


def run(machine, *, examples: int, steps: int) -> None:
    """Without shrinking, which would take minutes: a failure prints its steps."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    chosen = settings(max_examples=examples, stateful_step_count=steps, phases=[Phase.generate], suppress_health_check=checks)
    run_state_machine_as_test(machine, settings=chosen)


def test_a_few_histories_leave_the_sums_exact(machine):
    run(machine, examples=6, steps=12)


@pytest.mark.slow
def test_every_history_leaves_the_sums_exact(machine):
    run(machine, examples=40, steps=30)
