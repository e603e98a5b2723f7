"""Orders: place, modify, cancel, find, and the smart order; a refusal is an exception with a sentence."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from brokers import journal, modes, portfolio, registry
from brokers.errors import OrderRefused
from brokers.turns import turn
from brokers.types import ZERO, Action, Margin, Order, OrderRequest

MOST_MARGIN_REQUESTS = 50


def place(user_id: int, request: OrderRequest, *, source: str) -> Order:
    """`source` is the key id or the door; raises OrderRefused or UnknownInstrument."""
    return registry.load(modes.broker(user_id)).place(user_id, request, source=source)


def smart(user_id: int, request: OrderRequest, *, position_size: int, source: str) -> Order | None:
    """Move the net position of the request's symbol and product to `position_size` (signed); None when it is there already.

    From flat to flat the request goes out as it is, unless its quantity is 0. Otherwise its side and quantity are what is
    missing; its price type and prices stay. Several at once go one by one.
    """
    with turn(user_id):
        return _smart(user_id, request, position_size=position_size, source=source)


def _smart(user_id: int, request: OrderRequest, *, position_size: int, source: str) -> Order | None:
    held = portfolio.net_quantity(user_id, symbol=request.symbol, exchange=request.exchange, product=request.product)
    if held == position_size == 0 and request.quantity:
        return place(user_id, request, source=source)
    missing = position_size - held
    if not missing:
        return None
    side = Action.BUY if missing > 0 else Action.SELL
    return place(user_id, replace(request, action=side, quantity=abs(missing)), source=source)


def modify(user_id: int, orderid: str, *, quantity: int, price: Decimal, trigger_price: Decimal = ZERO) -> Order:
    """Change an open order's quantity and prices; raises OrderRefused or UnknownOrder."""
    entry = journal.find(user_id, orderid)
    return registry.load(entry.broker).modify(entry, quantity=quantity, price=price, trigger_price=trigger_price)


def cancel(user_id: int, orderid: str) -> Order:
    """Raises OrderRefused or UnknownOrder."""
    entry = journal.find(user_id, orderid)
    return registry.load(entry.broker).cancel(entry)


def find(user_id: int, orderid: str) -> Order:
    """Raises UnknownOrder."""
    entry = journal.find(user_id, orderid)
    if registry.load(entry.broker).catch_up(user_id):
        entry.refresh_from_db()
    return journal.order(entry)


def margin(user_id: int, requests: Sequence[OrderRequest]) -> Margin:
    """What 1 to 50 would-be orders would need together; raises OrderRefused or UnknownInstrument."""
    if not 1 <= len(requests) <= MOST_MARGIN_REQUESTS:
        raise OrderRefused(f"Ask for the margin of 1 to {MOST_MARGIN_REQUESTS} positions.")
    return registry.load(modes.broker(user_id)).margin(user_id, requests)


def count(user_id: int) -> int:
    """How many orders the user's journal holds, of all days."""
    return journal.count(user_id)
