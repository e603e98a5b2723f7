"""The reference adapter: the paper exchange in the words of `brokers.adapters.base.Adapter`."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from brokers import journal, symbols
from brokers.errors import OrderRefused
from brokers.models import JournalEntry, PaperAccount, PaperHold, PaperPosition
from brokers.paper import clock, ledger, market, matching, rules
from brokers.types import (
    ZERO,
    Action,
    Exchange,
    Funds,
    Holding,
    Margin,
    Order,
    OrderRequest,
    OrderStatus,
    Position,
    PriceType,
    Product,
)  # fmt: skip

CODE = "paper"


def place(user_id: int, request: OrderRequest, *, source: str) -> Order:
    symbols.find(request.symbol, request.exchange)
    request = rules.checked(request)
    with transaction.atomic():
        account = ledger.lock(user_id)
        at = clock.now()
        entry = journal.enter(user_id, request, broker=CODE, source=source, at=at)
        refusal = ledger.uncovered(entry)
        if refusal:
            journal.close(entry, OrderStatus.REJECTED, at=at, reason=refusal)
        else:
            matching.arrive(account, entry, at=at)
    if refusal:
        raise OrderRefused(refusal, orderid=entry.orderid)
    return journal.order(entry)


def modify(entry: JournalEntry, *, quantity: int, price: Decimal, trigger_price: Decimal) -> Order:
    """Give back the order's margin and let it arrive anew."""
    changed = rules.checked(_request(entry, quantity=quantity, price=price, trigger_price=trigger_price))
    _settle(entry)
    with transaction.atomic():
        account = ledger.lock(entry.user_id)
        _require_resting(entry, verb="changed")
        at = clock.now()
        ledger.release(account, entry)
        entry.quantity, entry.price, entry.trigger_price = changed.quantity, changed.price, changed.trigger_price
        entry.updated = at
        entry.save(update_fields=["quantity", "price", "trigger_price", "updated"])
        refusal = ledger.uncovered(entry)
        if refusal:
            raise OrderRefused(refusal)
        matching.arrive(account, entry, at=at)
    return journal.order(entry)


def cancel(entry: JournalEntry) -> Order:
    _settle(entry)
    with transaction.atomic():
        account = ledger.lock(entry.user_id)
        _require_resting(entry, verb="cancelled")
        ledger.release(account, entry)
        journal.close(entry, OrderStatus.CANCELLED, at=clock.now())
    return journal.order(entry)


def funds(user_id: int) -> Funds:
    at = clock.now()
    account = PaperAccount.objects.filter(user_id=user_id).first()
    account = account or PaperAccount(user_id=user_id, session=clock.session(at), opened=at)
    open_positions = positions(user_id)
    return Funds(
        available=account.cash,
        used_margin=account.used_margin,
        starting_capital=account.starting_capital,
        realised=account.realised,
        realised_today=account.realised_on(clock.session(at)),
        unrealised=sum((each.unrealised for each in open_positions), Decimal(0)),
        gross_exposure=sum((abs(each.quantity) * each.ltp for each in open_positions), Decimal(0)),
        last_reset=account.opened,
    )


def positions(user_id: int) -> list[Position]:
    at = clock.now()
    session = clock.session(at)
    rows = PaperPosition.objects.filter(user_id=user_id).order_by("symbol", "exchange", "product")
    return [_position(row, at=at) for row in rows if row.quantity or row.session == session]


def holdings(user_id: int) -> list[Holding]:
    return []  # nothing settles yet


def margin(user_id: int, requests: Sequence[OrderRequest]) -> Margin:
    """Futures and sold options in span, all else in exposure."""
    at = clock.now()
    span = exposure = ZERO
    for request in requests:
        instrument = symbols.find(request.symbol, request.exchange)
        checked = rules.checked(request)
        ltp = market.ltp(request.symbol, request.exchange, at=at)
        basis = rules.basis(action=checked.action, pricetype=checked.pricetype, price=checked.price, ltp=ltp)
        needed = rules.margin(checked.quantity * basis, leverage=rules.leverage(instrument, product=checked.product))
        if instrument.is_future or (instrument.is_option and checked.action is Action.SELL):
            span += needed
        else:
            exposure += needed
    return Margin(span=span, exposure=exposure)


def session_start() -> datetime:
    return clock.session_start(clock.session(clock.now()))


def _settle(entry: JournalEntry) -> None:
    """What the market touched before this moment is filled first, whenever the matching job comes by."""
    held = PaperHold.objects.select_related("order").filter(order=entry).first()
    if held is not None:
        matching.settle(held)


def _require_resting(entry: JournalEntry, *, verb: str) -> None:
    entry.refresh_from_db()
    if entry.status not in journal.RESTING:
        raise OrderRefused(f"Order {entry.orderid} is {entry.status} and cannot be {verb}.")


def _request(entry: JournalEntry, *, quantity: int, price: Decimal, trigger_price: Decimal) -> OrderRequest:
    return OrderRequest(
        symbol=entry.symbol,
        exchange=Exchange(entry.exchange),
        action=Action(entry.action),
        quantity=quantity,
        pricetype=PriceType(entry.pricetype),
        product=Product(entry.product),
        price=price,
        trigger_price=trigger_price,
        strategy=entry.strategy,
    )


def _position(row: PaperPosition, *, at: datetime) -> Position:
    exchange = Exchange(row.exchange)
    ltp = market.ltp(row.symbol, exchange, at=at)
    side = 1 if row.quantity >= 0 else -1
    return Position(
        symbol=row.symbol,
        exchange=exchange,
        product=Product(row.product),
        quantity=row.quantity,
        average_price=row.average,
        ltp=ltp,
        unrealised=(row.quantity * ltp - side * row.cost).quantize(Decimal("0.01")),
        realised_today=row.realised_on(clock.session(at)),
        lot_size=symbols.find(row.symbol, exchange).lotsize,
    )
