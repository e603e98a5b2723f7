"""Brings accounts up to date: whatever was due happens at its own instant, in order, whenever somebody comes by.

Square-off, expiry, delivery and the fills of resting orders are pure functions of the clock and the market's course. So it
makes no difference who books them, when, or how often they try: a server that slept for a month ends with the same ledger as
one that ran. At one instant the exchange acts before the market.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Min, QuerySet

from brokers import journal
from brokers.models import PaperAccount, PaperHold, PaperPosition
from brokers.paper import clock, ledger, market, matching, rules, terms
from brokers.paper.ledger import Book
from brokers.paper.schedule import Cause
from brokers.types import Action, Exchange, OrderRequest, OrderStatus, Product

logger = logging.getLogger(__name__)

CODE, SOURCE = "paper", "exchange"
REASONS = {
    Cause.SQUARE_OFF: "Cancelled by the exchange at the square-off time.",
    Cause.EXPIRY: "Cancelled by the exchange: the contract expired.",
}
SECOND = timedelta(seconds=1)


@contextmanager
def booking(user_id: int) -> Iterator[Book]:
    """The user's account under lock and up to date; see `ledger.opened`."""
    with ledger.opened(user_id) as book:
        _advance(book)
        yield book


def catch_up(user_id: int) -> bool:
    """Book what has become due, if anything has."""
    if not PaperAccount.objects.filter(user_id=user_id, due__lte=clock.now()).exists():
        return False
    with booking(user_id):
        return True


def run_due() -> int:
    """Bring every account up to date for which something is due; how many."""
    done = 0
    for user_id in list(PaperAccount.objects.filter(due__lte=clock.now()).values_list("user_id", flat=True)):
        try:
            done += catch_up(user_id)
        except Exception:
            logger.exception("paper account %s could not be brought up to date; it is tried again", user_id)
    return done


def _advance(book: Book) -> None:
    while (due := book.account.due) is not None and due <= book.at:
        _happen(book, at=due)
        book.account.due, book.moved = None, True
        book.expect(_holds(book).aggregate(due=Min("due"))["due"])
        book.expect(_positions(book).aggregate(due=Min("due"))["due"])


def _happen(book: Book, *, at: datetime) -> None:
    """Everything of one instant: orders that end, positions that end, orders that the market reached."""
    living = []
    for hold in _holds(book).filter(due__lte=at).select_related("order").order_by("due", "order_id"):
        end = terms.end_of_order(hold.order, after=hold.since)
        if end is not None and end.at <= at:
            ledger.finish(book, hold.order, OrderStatus.CANCELLED, at=end.at, reason=REASONS[end.cause])
        else:
            living.append(hold)
    for position in _positions(book).filter(due__lte=at).order_by("due", "pk"):
        _end(book, position, at=at)
    for hold in living:
        matching.meet(book, hold, at=at)


def _end(book: Book, position: PaperPosition, *, at: datetime) -> None:
    end = terms.end_of_position(position, after=at - SECOND)
    if end is None:
        raise ValueError(f"Position {position.pk} is due at {at}, but never ends.")
    if end.at > at:  # looked at too early
        position.due = end.at
        position.save(update_fields=["due"])
    elif end.cause is Cause.DELIVERY:
        ledger.deliver(book, position, at=at)
    else:
        _close(book, position, cause=end.cause, at=at)


def _close(book: Book, position: PaperPosition, *, cause: Cause, at: datetime) -> None:
    """By an order of the exchange's own: at the market, a contract that expired at its last price."""
    action = Action.SELL if position.quantity > 0 else Action.BUY
    quote = market.quote(position.symbol, Exchange(position.exchange), at=at)
    price = quote.ltp
    if cause is Cause.SQUARE_OFF:
        price = rules.at_market(action, quote)
    request = OrderRequest(
        symbol=position.symbol,
        exchange=Exchange(position.exchange),
        action=action,
        quantity=abs(position.quantity),
        product=Product(position.product),
        strategy=cause,
    )
    entry = journal.draft(position.user_id, request, broker=CODE, source=SOURCE, at=at)
    book.note(entry, at=at)
    ledger.fill(book, entry, price=price, basis=price, at=at)


def _holds(book: Book) -> QuerySet[PaperHold]:
    return PaperHold.objects.filter(order__user_id=book.account.pk, order__status__in=journal.RESTING)


def _positions(book: Book) -> QuerySet[PaperPosition]:
    return PaperPosition.objects.filter(user_id=book.account.pk)
