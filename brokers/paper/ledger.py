"""The paper money: every verb runs inside the transaction that holds the account, and leaves the sums exact.

Cash + used margin = starting capital + realised; used margin = the margin of all positions (of their cost) and all holds.
"""

from datetime import datetime
from decimal import Decimal

from brokers import journal, symbols
from brokers.errors import InsufficientFunds
from brokers.models import JournalEntry, PaperAccount, PaperHold, PaperPosition
from brokers.money import rupees
from brokers.paper import clock, rules
from brokers.types import ZERO, Action, Product


def lock(user_id: int) -> PaperAccount:
    """The user's account, opened at its first use; whoever comes second waits until this transaction ends."""
    at = clock.now()
    account, _ = PaperAccount.objects.select_for_update().get_or_create(
        user_id=user_id, defaults={"session": clock.session(at), "opened": at}
    )
    return account


def position(entry: JournalEntry) -> PaperPosition:
    """What the order's position is now; unsaved when there was none."""
    key = {"user_id": entry.user_id, "symbol": entry.symbol, "exchange": entry.exchange, "product": entry.product}
    return PaperPosition.objects.filter(**key).first() or PaperPosition(**key, quantity=0, cost=ZERO, margin=ZERO)


def uncovered(entry: JournalEntry) -> str:
    """Why a delivery sale is not covered by what is held; empty when it is, or needs no cover."""
    if entry.product != Product.CNC or entry.action != Action.SELL:
        return ""
    held, promised = position(entry).quantity, journal.pending(entry)
    if held - promised >= entry.quantity:
        return ""
    return (
        f"A CNC sale needs the shares: {entry.quantity} {entry.symbol} to sell, {held} held, {promised} in other open orders."
    )


def hold(account: PaperAccount, entry: JournalEntry, *, basis: Decimal, at: datetime) -> None:
    """Keep the margin of a resting order; raises InsufficientFunds."""
    opens = rules.opening(held=position(entry).quantity, signed=_signed(entry), pending=journal.pending(entry))
    needed = rules.margin(opens * basis, leverage=_leverage(entry))
    _require(needed, available=account.cash)
    PaperHold.objects.create(order=entry, margin=needed, since=at)
    _move(account, margin=needed)


def release(account: PaperAccount, entry: JournalEntry) -> None:
    """Give back what the order held, if anything."""
    held = PaperHold.objects.filter(order=entry).first()
    if held is not None:
        held.delete()
        _move(account, margin=-held.margin)


def fill(account: PaperAccount, entry: JournalEntry, *, price: Decimal, basis: Decimal, at: datetime) -> None:
    """Book an order that holds nothing (any more) as filled; raises InsufficientFunds before it wrote anything.

    It must be covered at its basis, or at the price where that is worse; the position keeps the margin of its cost alone.
    """
    held, leverage = position(entry), _leverage(entry)
    outcome = rules.net(rules.Stake(quantity=held.quantity, cost=held.cost), signed=_signed(entry), price=price)
    freed = held.margin - rules.margin(outcome.left.cost, leverage=leverage)
    needed = rules.margin(outcome.opened * max(basis, price), leverage=leverage)
    _require(needed, available=account.cash + outcome.realised + freed)
    margin = rules.margin(outcome.stake.cost, leverage=leverage)
    growth = margin - held.margin
    if outcome.opened:
        _require(growth, available=account.cash + outcome.realised)  # rounded as a whole, it may be a paisa more
    session = clock.session(at)
    held.realised_today = held.realised_on(session) + outcome.realised
    held.quantity, held.cost, held.margin = outcome.stake.quantity, outcome.stake.cost, margin
    held.session = session
    held.save(update_fields=["quantity", "cost", "margin", "realised_today", "session"] if held.pk else None)
    account.realised_today = account.realised_on(session) + outcome.realised
    account.realised += outcome.realised
    account.cash += outcome.realised
    account.session = session
    _move(account, margin=growth)
    journal.fill(entry, price=price, at=at)


def _require(needed: Decimal, *, available: Decimal) -> None:
    if needed > 0 and needed > available:
        raise InsufficientFunds(f"Insufficient funds: {rupees(needed)} needed, {rupees(available)} available.")


def _move(account: PaperAccount, *, margin: Decimal) -> None:
    """From cash to margin, or back when negative."""
    account.cash -= margin
    account.used_margin += margin
    account.save(update_fields=["cash", "used_margin", "realised", "realised_today", "session"])


def _leverage(entry: JournalEntry) -> int:
    return rules.leverage(symbols.find(entry.symbol, entry.exchange), product=Product(entry.product))


def _signed(entry: JournalEntry) -> int:
    return Action(entry.action).sign * entry.quantity
