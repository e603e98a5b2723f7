"""The contract every broker's adapter keeps; an adapter is a module."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from brokers.models import JournalEntry
from brokers.types import Funds, Holding, Margin, Order, OrderRequest, Position


class Adapter(Protocol):
    """Order verbs raise OrderRefused with a sentence; they journal before they act."""

    CODE: str

    def place(self, user_id: int, request: OrderRequest, *, source: str) -> Order: ...

    def modify(self, entry: JournalEntry, *, quantity: int, price: Decimal, trigger_price: Decimal) -> Order: ...

    def cancel(self, entry: JournalEntry) -> Order: ...

    def catch_up(self, user_id: int) -> bool:
        """Book what became due by itself, so that the books tell the present; whether there was anything."""
        ...

    def funds(self, user_id: int) -> Funds: ...

    def positions(self, user_id: int) -> list[Position]: ...

    def holdings(self, user_id: int) -> list[Holding]:
        """By symbol; none of them has quantity 0."""
        ...

    def margin(self, user_id: int, requests: Sequence[OrderRequest]) -> Margin:
        """What these would need together, beside nothing; raises OrderRefused or UnknownInstrument."""
        ...

    def session_start(self) -> datetime:
        """From when on orders and trades belong to the running session."""
        ...
