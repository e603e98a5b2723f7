"""The paper money: every verb runs while its book is open, and leaves the sums exact.

Cash + used margin = starting capital + realised; used margin = the margin of all positions (of their cost), of all holdings
(their cost) and of all holds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from brokers import events, journal
from brokers.errors import InsufficientFunds
from brokers.models import JournalEntry, OrderEvent, PaperAccount, PaperHold, PaperHolding, PaperPosition
from brokers.money import rupees
from brokers.paper import clock, rules, terms
from brokers.types import ZERO, Action, OrderStatus, Product

_MOVING = ["cash", "used_margin", "realised", "realised_today", "session", "due"]


@dataclass(eq=False, kw_only=True)
class Book:
    """One account under lock, the instant of the verb, and the steps its orders took so far."""

    account: PaperAccount
    at: datetime
    steps: list[OrderEvent] = field(default_factory=list)
    moved: bool = False

    def note(self, entry: JournalEntry, *, at: datetime) -> None:
        """A step of this order, as it stands now."""
        self.steps.append(events.step(entry, at=at))

    def expect(self, due: datetime | None) -> None:
        """Something happens by itself at `due`."""
        if due is not None and (self.account.due is None or due < self.account.due):
            self.account.due, self.moved = due, True

    def keep(self, margin: Decimal) -> None:
        """From cash to margin, or back when negative."""
        self.account.cash -= margin
        self.account.used_margin += margin
        self.moved = True

    def realise(self, amount: Decimal, *, at: datetime) -> None:
        session = clock.session(at)
        self.account.realised_today = self.account.realised_on(session) + amount
        self.account.realised += amount
        self.account.cash += amount
        self.account.session = session
        self.moved = True


@contextmanager
def opened(user_id: int) -> Iterator[Book]:
    """The user's account, opened at its first use; whoever comes second waits until this transaction ends.

    Account and steps are written at the end, the steps last: others who announce something wait for them.
    """
    with transaction.atomic():
        at = clock.now()
        defaults = {"session": clock.session(at), "opened": at}
        account, _ = PaperAccount.objects.select_for_update().get_or_create(user_id=user_id, defaults=defaults)
        book = Book(account=account, at=clock.now())
        yield book
        if book.moved:
            account.save(update_fields=_MOVING)
        events.write(book.steps)


def position(entry: JournalEntry) -> PaperPosition:
    """What the order's position is now; unsaved when there was none."""
    key = {"user_id": entry.user_id, "symbol": entry.symbol, "exchange": entry.exchange, "product": entry.product}
    return PaperPosition.objects.filter(**key).first() or PaperPosition(**key, quantity=0, cost=ZERO, margin=ZERO)


def uncovered(entry: JournalEntry) -> str:
    """Why a delivery sale is not covered by what is held; empty when it is, or needs no cover."""
    if entry.product != Product.CNC or entry.action != Action.SELL:
        return ""
    holding = _holding(entry)
    held, promised = position(entry).quantity + (holding.quantity if holding else 0), journal.pending(entry)
    if held - promised >= entry.quantity:
        return ""
    return (
        f"A CNC sale needs the shares: {entry.quantity} {entry.symbol} to sell, {held} held, {promised} in other open orders."
    )


def opening(entry: JournalEntry) -> int:
    """How much of the order opens or grows its position, when the other resting orders go first."""
    held = position(entry).quantity
    if entry.product == Product.CNC and entry.action == Action.SELL:
        return 0  # a covered sale of shares, some of which may be in the holdings
    return rules.opening(held=held, signed=_signed(entry), pending=journal.pending(entry))


def hold(book: Book, entry: JournalEntry, *, basis: Decimal, due: datetime, at: datetime) -> None:
    """Let the order rest and keep its margin; raises InsufficientFunds."""
    needed = rules.margin(opening(entry) * basis, leverage=terms.leverage(entry))
    _require(needed, available=book.account.cash)
    journal.rest(entry, at=at)
    PaperHold.objects.create(order=entry, margin=needed, since=at, due=due)
    book.keep(needed)
    book.expect(due)


def release(book: Book, entry: JournalEntry) -> None:
    """Give back what the order held, if anything."""
    held = PaperHold.objects.filter(pk=entry.pk).first()
    if held is not None:
        give_back(book, held)


def give_back(book: Book, held: PaperHold) -> None:
    held.delete()
    book.keep(-held.margin)


def finish(book: Book, entry: JournalEntry, status: OrderStatus, *, at: datetime, reason: str = "") -> None:
    """Cancel or reject an order, resting or new."""
    release(book, entry)
    journal.close(entry, status, at=at, reason=reason)
    book.note(entry, at=at)


def fill(book: Book, entry: JournalEntry, *, price: Decimal, basis: Decimal, at: datetime) -> None:
    """Book an order that holds nothing (any more) as filled; raises InsufficientFunds before it wrote anything.

    It must be covered at its basis, or at the price where that is worse; the position keeps the margin of its cost alone.
    A delivery sale takes from the position first, then from the holding.
    """
    held, leverage = position(entry), terms.leverage(entry)
    signed = _signed(entry)
    from_holding = max(0, -signed - held.quantity) if entry.product == Product.CNC else 0
    outcome = rules.net(rules.Stake(quantity=held.quantity, cost=held.cost), signed=signed + from_holding, price=price)
    margin = rules.margin(outcome.stake.cost, leverage=leverage)
    if outcome.opened:
        freed = held.margin - rules.margin(outcome.left.cost, leverage=leverage)
        needed = rules.margin(outcome.opened * max(basis, price), leverage=leverage)
        _require(needed, available=book.account.cash + outcome.realised + freed)
        # Rounded as a whole, it may be a paisa more.
        _require(margin - held.margin, available=book.account.cash + outcome.realised)
    realised = outcome.realised + (_sell(book, entry, quantity=from_holding, price=price) if from_holding else ZERO)
    book.keep(margin - held.margin)
    book.realise(realised, at=at)
    session = clock.session(at)
    held.realised_today = held.realised_on(session) + realised
    held.quantity, held.cost, held.margin, held.session = outcome.stake.quantity, outcome.stake.cost, margin, session
    end = terms.end_of_position(held, after=at)
    held.due = end.at if end and held.quantity else None
    held.save(update_fields=["quantity", "cost", "margin", "realised_today", "session", "due"] if held.pk else None)
    book.expect(held.due)
    journal.fill(entry, price=price, at=at)
    book.note(entry, at=at)


def deliver(book: Book, held: PaperPosition, *, at: datetime) -> None:
    """Make a delivery position a holding: its cost stays in the used margin."""
    holding = _holding(held)
    if holding is None:
        holding = PaperHolding(
            user_id=held.user_id, symbol=held.symbol, exchange=held.exchange, quantity=0, cost=ZERO, margin=ZERO
        )
    before = held.margin + holding.margin
    holding.quantity += held.quantity
    holding.cost += held.cost
    holding.margin = rules.margin(holding.cost, leverage=1)
    holding.settled = clock.session(at)
    holding.save()
    book.keep(holding.margin - before)
    held.quantity, held.cost, held.margin, held.due = 0, ZERO, ZERO, None
    held.save(update_fields=["quantity", "cost", "margin", "due"])


def _sell(book: Book, entry: JournalEntry, *, quantity: int, price: Decimal) -> Decimal:
    """Take from the holding; what that realises."""
    holding = _holding(entry)
    if holding is None:
        raise PaperHolding.DoesNotExist(f"Order {entry.pk} sells {quantity} that nobody holds.")
    outcome = rules.net(rules.Stake(quantity=holding.quantity, cost=holding.cost), signed=-quantity, price=price)
    margin = rules.margin(outcome.stake.cost, leverage=1)
    book.keep(margin - holding.margin)
    holding.quantity, holding.cost, holding.margin = outcome.stake.quantity, outcome.stake.cost, margin
    if holding.quantity:
        holding.save(update_fields=["quantity", "cost", "margin"])
    else:
        holding.delete()
    return outcome.realised


def _holding(row: JournalEntry | PaperPosition) -> PaperHolding | None:
    return PaperHolding.objects.filter(user_id=row.user_id, symbol=row.symbol, exchange=row.exchange).first()


def _require(needed: Decimal, *, available: Decimal) -> None:
    if needed > 0 and needed > available:
        raise InsufficientFunds(f"Insufficient funds: {rupees(needed)} needed, {rupees(available)} available.")


def _signed(entry: JournalEntry) -> int:
    return Action(entry.action).sign * entry.quantity
