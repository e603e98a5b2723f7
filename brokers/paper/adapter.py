"""The reference adapter: the paper exchange in the words of `brokers.adapters.base.Adapter`."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from brokers import journal, symbols
from brokers.errors import OrderRefused
from brokers.models import JournalEntry, PaperAccount, PaperHolding, PaperPosition
from brokers.paper import acceptance, clock, ledger, market, matching, rules, schedule, settlement, terms
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

CODE = settlement.CODE


def place(user_id: int, request: OrderRequest, *, source: str) -> Order:
    instrument = symbols.find(request.symbol, request.exchange)
    request = acceptance.checked(request, instrument)
    with settlement.booking(user_id) as book:
        acceptance.require_alive(instrument, expires=terms.expires(instrument), at=book.at)
        entry = journal.draft(user_id, request, broker=CODE, source=source, at=book.at)
        if entry.product == Product.MIS and not schedule.takes_intraday(request.exchange, at=book.at):
            acceptance.refuse_intraday(request.exchange, opens=ledger.opening(entry))
        refusal = ledger.uncovered(entry)
        if refusal:
            ledger.finish(book, entry, OrderStatus.REJECTED, at=book.at, reason=refusal)
        else:
            matching.arrive(book, entry)
    if refusal:
        raise OrderRefused(refusal, orderid=entry.orderid)
    return journal.order(entry)


def modify(entry: JournalEntry, *, quantity: int, price: Decimal, trigger_price: Decimal) -> Order:
    """Give back the order's margin and let it arrive anew."""
    instrument = terms.instrument(entry)
    changed = acceptance.checked(_request(entry, quantity=quantity, price=price, trigger_price=trigger_price), instrument)
    with settlement.booking(entry.user_id) as book:
        _require_resting(entry, verb="changed")
        ledger.release(book, entry)
        entry.quantity, entry.price, entry.trigger_price = changed.quantity, changed.price, changed.trigger_price
        refusal = ledger.uncovered(entry)
        if refusal:
            raise OrderRefused(refusal)
        matching.arrive(book, entry)
    return journal.order(entry)


def cancel(entry: JournalEntry) -> Order:
    with settlement.booking(entry.user_id) as book:
        _require_resting(entry, verb="cancelled")
        ledger.finish(book, entry, OrderStatus.CANCELLED, at=book.at)
    return journal.order(entry)


def catch_up(user_id: int) -> bool:
    return settlement.catch_up(user_id)


def funds(user_id: int) -> Funds:
    """Unrealised and exposure count positions and holdings."""
    settlement.catch_up(user_id)
    at = clock.now()
    account = PaperAccount.objects.filter(user_id=user_id).first()
    account = account or PaperAccount(user_id=user_id, session=clock.session(at), opened=at)
    open_positions, delivered = _positions(user_id, at=at), list(PaperHolding.objects.filter(user_id=user_id))
    invested = sum((row.margin for row in delivered), ZERO)
    worth = sum((row.quantity * market.ltp(row.symbol, Exchange(row.exchange), at=at) for row in delivered), ZERO)
    return Funds(
        available=account.cash,
        used_margin=account.used_margin,
        starting_capital=account.starting_capital,
        realised=account.realised,
        realised_today=account.realised_on(clock.session(at)),
        unrealised=sum((each.unrealised for each in open_positions), ZERO) + worth - invested,
        gross_exposure=sum((abs(each.quantity) * each.ltp for each in open_positions), ZERO) + worth,
        last_reset=account.opened,
    )


def positions(user_id: int) -> list[Position]:
    settlement.catch_up(user_id)
    return _positions(user_id, at=clock.now())


def holdings(user_id: int) -> list[Holding]:
    settlement.catch_up(user_id)
    return _holdings(user_id, at=clock.now())


def margin(user_id: int, requests: Sequence[OrderRequest]) -> Margin:
    """Futures and sold options in span, all else in exposure."""
    at = clock.now()
    span = exposure = ZERO
    for asked in requests:
        instrument = symbols.find(asked.symbol, asked.exchange)
        request = acceptance.checked(asked, instrument)
        acceptance.require_alive(instrument, expires=terms.expires(instrument), at=at)
        basis = rules.basis(
            action=request.action,
            pricetype=request.pricetype,
            price=request.price,
            trigger=request.trigger_price,
            ltp=market.ltp(request.symbol, request.exchange, at=at),
        )
        needed = rules.margin(request.quantity * basis, leverage=rules.leverage(instrument, product=request.product))
        if instrument.is_future or (instrument.is_option and request.action is Action.SELL):
            span += needed
        else:
            exposure += needed
    return Margin(span=span, exposure=exposure)


def session_start() -> datetime:
    return clock.session_start(clock.session(clock.now()))


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


def _positions(user_id: int, *, at: datetime) -> list[Position]:
    session = clock.session(at)
    rows = PaperPosition.objects.filter(user_id=user_id).order_by("symbol", "exchange", "product")
    return [_position(row, at=at) for row in rows if row.quantity or row.session == session]


def _holdings(user_id: int, *, at: datetime) -> list[Holding]:
    rows = PaperHolding.objects.filter(user_id=user_id).order_by("symbol", "exchange")
    return [_holding(row, at=at) for row in rows]


def _holding(row: PaperHolding, *, at: datetime) -> Holding:
    exchange = Exchange(row.exchange)
    return Holding(
        symbol=row.symbol,
        exchange=exchange,
        quantity=row.quantity,
        average_price=row.average,
        ltp=market.ltp(row.symbol, exchange, at=at),
        settled=row.settled,
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
        lot_size=terms.instrument(row).lotsize,
    )
