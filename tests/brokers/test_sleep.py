"""It makes no difference when accounts are brought up to date: who slept for a month ends as one who never did."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain

import pytest
import time_machine
from django.db import connections, transaction

from brokers import calendar, orders, portfolio, symbols
from brokers.models import Fill, JournalEntry, OrderEvent, PaperAccount, PaperHold, PaperHolding, PaperPosition
from brokers.paper import market
from brokers.paper.settlement import run_due
from brokers.types import Exchange, PriceType, Product
from tests.brokers.conftest import NOON, asked
from tests.brokers.test_ledger import assert_exact

DAY = timedelta(days=1)
MONTH = 32 * DAY
NFO = Exchange.NFO
KEPT_APART = ("id", "_state", "user_id", "order_id", "seq")


def near(symbol: str, away: str, exchange: Exchange = Exchange.NSE) -> Decimal:
    return market.ltp(symbol, exchange, at=NOON) + Decimal(away)


STOP = {"product": Product.CNC, "pricetype": PriceType.SL_M}
STOP_LIMIT = {"product": Product.CNC, "pricetype": PriceType.SL}


def trade(user_id: int) -> None:
    """Of everything a little: stops and limits near and far, positions that are squared off, delivered, settled."""
    expiry = symbols.expiries("NIFTY", NFO, options=True)[0]
    future, option = f"NIFTY{symbols.expiries('NIFTY', NFO, options=False)[1]:%d%b%y}FUT", f"NIFTY{expiry:%d%b%y}24000PE"
    overnight = {"exchange": NFO, "product": Product.NRML}
    for request in (
        asked("BUY", 10),
        asked("SELL", 7, symbol="YESBANK"),
        asked("BUY", 20, product=Product.CNC),
        asked("SELL", 5, product=Product.CNC, price=near("INFY", "30")),
        asked("BUY", 5, product=Product.CNC, price=near("INFY", "-25")),
        asked("BUY", 5, **STOP, trigger_price=near("INFY", "12")),
        asked(
            "SELL", 5, product=Product.CNC, pricetype=PriceType.SL, trigger_price=near("INFY", "-3"), price=near("INFY", "2")
        ),
        asked("BUY", 3, price=near("INFY", "-0.3")),
        asked("SELL", 65, symbol=future.upper(), **overnight),
        asked("BUY", 65, symbol=future.upper(), **overnight, price=near(future.upper(), "-400", NFO)),
        asked("SELL", 65, symbol=option.upper(), **overnight),
    ):
        orders.place(user_id, request, source="test")


def ledger(user_id: int) -> list[dict[str, object]]:
    """All that is written of a user, without what only numbers it."""
    mine = (
        JournalEntry.objects.filter(user_id=user_id).order_by("placed", "pk"),
        Fill.objects.filter(order__user_id=user_id).order_by("pk"),
        OrderEvent.objects.filter(order__user_id=user_id),
        PaperHold.objects.filter(order__user_id=user_id).order_by("pk"),
        PaperPosition.objects.filter(user_id=user_id).order_by("pk"),
        PaperHolding.objects.filter(user_id=user_id).order_by("pk"),
        PaperAccount.objects.filter(user_id=user_id),
    )
    return [{name: value for name, value in vars(row).items() if name not in KEPT_APART} for row in chain(*mine)]


def looks(hold: dict[str, object]) -> dict[str, object]:
    """When an untouched order was last looked at is no history."""
    return {name: value for name, value in hold.items() if name not in ("since", "due")}


@pytest.fixture
def awake(noon, owner):
    """A month in which somebody came by every few hours."""
    trade(owner.pk)
    while noon_is_not_over(noon):
        run_due()
    return [looks(row) for row in ledger(owner.pk)]


def noon_is_not_over(clock: time_machine.Traveller) -> bool:
    clock.shift(timedelta(hours=5, minutes=7, seconds=13))
    if datetime.now(NOON.tzinfo) < NOON + MONTH:
        return True
    clock.move_to(NOON + MONTH)
    run_due()
    return False


@pytest.fixture
def asleep(awake, noon, second_user):
    """The same month, in which nobody came by."""
    noon.move_to(NOON)
    trade(second_user.pk)
    noon.move_to(NOON + MONTH)
    run_due()
    return [looks(row) for row in ledger(second_user.pk)]


def test_a_month_of_sleep_ends_with_the_ledger_of_a_month_awake(awake, asleep):
    assert asleep == awake


def test_that_month_saw_every_kind_of_end(awake, owner):
    strategies = set(JournalEntry.objects.values_list("strategy", flat=True))
    assert strategies == {"", "Square-off", "Expiry"}
    assert PaperHolding.objects.exists()
    assert_exact(owner.pk)


def test_a_read_is_enough_to_wake_an_account(noon, owner):
    trade(owner.pk)
    noon.move_to(NOON + MONTH)
    funds = portfolio.funds(owner.pk)
    assert run_due() == 0
    assert funds.available + funds.used_margin == funds.starting_capital + funds.realised


@pytest.mark.django_db(transaction=True)
def test_several_processes_at_one_instant_settle_once(owner, noon):
    trade(owner.pk)
    noon.move_to(calendar.close(NFO, symbols.expiries("NIFTY", NFO, options=True)[0]) + DAY)

    def settle(number: int) -> int:
        try:
            return run_due()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(settle, range(8)))
    assert (sum(done) >= 1, run_due()) == (True, 0)
    assert len(set(Fill.objects.values_list("order_id", flat=True))) == Fill.objects.count()
    assert_exact(owner.pk)


def test_a_failure_half_way_leaves_nothing_half_done(owner, noon, monkeypatch):
    trade(owner.pk)
    noon.move_to(NOON + MONTH)
    before = ledger(owner.pk)
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError), transaction.atomic():
        broken.setattr("brokers.events.write", lambda steps: 1 / 0)
        portfolio.funds(owner.pk)
    assert ledger(owner.pk) == before
