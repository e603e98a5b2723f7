"""Orders meet the market: at once when they arrive, or at the instant when its course reaches a resting one's price.

The course is a pure function of time, so that instant is known as soon as the order rests: it is written down as the hold's
`due`, and nobody has to watch.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from brokers.errors import InsufficientFunds
from brokers.models import JournalEntry, PaperHold
from brokers.paper import ledger, market, rules, terms
from brokers.paper.ledger import Book
from brokers.types import Action, Exchange, OrderStatus, PriceType

HORIZON = timedelta(days=1)  # how far the course is looked ahead; then again
SECOND = timedelta(seconds=1)


def arrive(book: Book, entry: JournalEntry) -> None:
    """Fill a new or changed order at once, or let it rest with its margin held; raises InsufficientFunds.

    A stop that was released before it was changed is a limit order.
    """
    at, released = book.at, entry.pk is not None and entry.status == OrderStatus.OPEN
    quote = market.quote(entry.symbol, Exchange(entry.exchange), at=at)
    action, pricetype = Action(entry.action), PriceType(entry.pricetype)
    stop = pricetype in rules.STOPS and not released
    waits = stop and not rules.triggered(action=action, trigger=entry.trigger_price, ltp=quote.ltp)
    entry.status = OrderStatus.TRIGGER_PENDING if waits else OrderStatus.OPEN
    basis = rules.basis(
        action=action,
        pricetype=pricetype if stop or pricetype is PriceType.MARKET else PriceType.LIMIT,
        price=entry.price,
        trigger=entry.trigger_price,
        ltp=quote.ltp,
    )
    price = None if waits else rules.fills_at(action=action, pricetype=pricetype, price=entry.price, market=quote)
    if price is None:
        ledger.hold(book, entry, basis=basis, due=_due(entry, since=at, now=at), at=at)
        book.note(entry, at=at)
    else:
        book.note(entry, at=at)
        ledger.fill(book, entry, price=price, basis=basis, at=at)


def meet(book: Book, hold: PaperHold, *, at: datetime) -> None:
    """What was due for a resting order at `at`: its price was reached, or the course is looked at further."""
    entry = hold.order
    reached = _reached(entry, since=hold.since, until=at)
    if reached is None:
        _watch(book, hold, since=at)
    elif entry.status == OrderStatus.TRIGGER_PENDING:
        _trigger(book, hold, at=reached)
    else:
        _fill(book, hold, price=entry.price, at=reached)


def _trigger(book: Book, hold: PaperHold, *, at: datetime) -> None:
    """A stop at the market fills, one with a limit too when that is satisfied; else it rests at its limit from now on."""
    entry = hold.order
    ltp = market.ltp(entry.symbol, Exchange(entry.exchange), at=at)
    entry.status, entry.updated = OrderStatus.OPEN, at
    entry.save(update_fields=["status", "updated"])
    book.note(entry, at=at)
    if entry.pricetype == PriceType.SL_M or rules.satisfied(action=Action(entry.action), price=entry.price, ltp=ltp):
        _fill(book, hold, price=ltp, at=at)
    else:
        _watch(book, hold, since=at)


def _fill(book: Book, hold: PaperHold, *, price: Decimal, at: datetime) -> None:
    """What can no longer be paid for is rejected."""
    entry = hold.order
    ledger.give_back(book, hold)
    try:
        ledger.fill(book, entry, price=price, basis=price, at=at)
    except InsufficientFunds as refusal:
        ledger.finish(book, entry, OrderStatus.REJECTED, at=at, reason=refusal.message)


def _watch(book: Book, hold: PaperHold, *, since: datetime) -> None:
    hold.since, hold.due = since, _due(hold.order, since=since, now=book.at)
    hold.save(update_fields=["since", "due"])
    book.expect(hold.due)


def _due(entry: JournalEntry, *, since: datetime, now: datetime) -> datetime:
    """When something next happens to a resting order; at its end the exchange comes before the market."""
    end = terms.end_of_order(entry, after=since)
    horizon = now + HORIZON
    if end is not None and end.at <= horizon:
        return _reached(entry, since=since, until=end.at - SECOND) or end.at
    return _reached(entry, since=since, until=horizon) or horizon


def _reached(entry: JournalEntry, *, since: datetime, until: datetime) -> datetime | None:
    """When the course first is at the trigger that a stop waits for, or at the limit."""
    buys = entry.action == Action.BUY
    if entry.status == OrderStatus.TRIGGER_PENDING:
        rises, bound = buys, entry.trigger_price
    else:
        rises, bound = not buys, entry.price
    least, most = (bound, None) if rises else (None, bound)
    return market.first_reach(entry.symbol, Exchange(entry.exchange), since=since, until=until, at_least=least, at_most=most)
