"""Orders meet the market: at once when they arrive, or later when the price touches a resting limit."""

import logging
from datetime import datetime

from django.db import transaction

from brokers import journal
from brokers.errors import InsufficientFunds
from brokers.models import JournalEntry, PaperAccount, PaperHold
from brokers.paper import clock, ledger, market, rules
from brokers.types import Action, Exchange, OrderStatus, PriceType

logger = logging.getLogger(__name__)


def arrive(account: PaperAccount, entry: JournalEntry, *, at: datetime) -> None:
    """Fill a new or changed order at once, or let it rest with its margin held; raises InsufficientFunds."""
    quote = market.quote(entry.symbol, Exchange(entry.exchange), at=at)
    action, pricetype = Action(entry.action), PriceType(entry.pricetype)
    basis = rules.basis(action=action, pricetype=pricetype, price=entry.price, ltp=quote.ltp)
    price = rules.fills_at(action=action, pricetype=pricetype, price=entry.price, ltp=quote.ltp, bid=quote.bid, ask=quote.ask)
    if price is None:
        ledger.hold(account, entry, basis=basis, at=at)
    else:
        ledger.fill(account, entry, price=price, basis=basis, at=at)


def match_resting() -> int:
    """Fill every resting order that the market touched since it was placed or changed; how many were dealt with.

    Safe at any time and in any number of processes: whether an order was touched depends on the price's course alone, and the
    account's lock decides who books it. So nothing is written for orders that were not touched.
    """
    done = 0
    for hold in PaperHold.objects.select_related("order"):
        try:
            done += settle(hold)
        except Exception:
            logger.exception("resting order %s could not be matched; it is tried again", hold.order)
    return done


def settle(hold: PaperHold) -> bool:
    """Fill one resting order if its limit was touched; what can no longer be paid for is rejected."""
    if not _touched(hold, until=clock.now()):
        return False
    with transaction.atomic():
        account = ledger.lock(hold.order.user_id)
        at = clock.now()
        found = PaperHold.objects.select_related("order").filter(pk=hold.pk).first()
        if found is None or not _touched(found, until=at):
            return False
        entry = found.order
        ledger.release(account, entry)
        try:
            ledger.fill(account, entry, price=entry.price, basis=entry.price, at=at)
        except InsufficientFunds as refusal:
            journal.close(entry, OrderStatus.REJECTED, at=at, reason=refusal.message)
    return True


def _touched(hold: PaperHold, *, until: datetime) -> bool:
    entry = hold.order
    low, high = market.extremes(entry.symbol, Exchange(entry.exchange), since=hold.since, until=until)
    return rules.reached(action=Action(entry.action), price=entry.price, low=low, high=high)
