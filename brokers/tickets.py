"""An order form places one order, however often it is sent: by a double click, a reload, or two tabs."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from brokers import journal, modes, orders, registry
from brokers.models import JournalEntry
from brokers.turns import turn
from brokers.types import Order, OrderRequest

TOKEN_BYTES = 16
SHAPE = r"[A-Za-z0-9_-]{22}"  # of a token
LASTS = timedelta(days=1)  # a login does, and a form goes with its login


@dataclass(frozen=True, kw_only=True)
class Placed:
    """The order of a form, and whether this was the first time that the form came."""

    order: Order
    first: bool


def token() -> str:
    """For one rendered form."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def place(user_id: int, request: OrderRequest, *, token: str) -> Placed:
    """Raises what orders.place raises. A user's forms go one by one, so that the same one cannot pass itself."""
    source = f"web:{token}"
    with turn(user_id):
        earlier = _placed(user_id, source)
        if earlier is not None:
            return Placed(order=journal.order(earlier), first=False)
        return Placed(order=orders.place(user_id, request, source=source), first=True)


def _placed(user_id: int, source: str) -> JournalEntry | None:
    adapter = registry.load(modes.broker(user_id))
    since = adapter.session_start() - LASTS
    return JournalEntry.objects.filter(user_id=user_id, placed__gte=since, source=source).first()
