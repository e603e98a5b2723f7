"""The tables of the brokers app."""

from brokers.models.event import OrderEvent
from brokers.models.journal import Fill, JournalEntry
from brokers.models.mode import TradingMode
from brokers.models.paper import PaperAccount, PaperHold, PaperHolding, PaperPosition

__all__ = [
    "Fill",
    "JournalEntry",
    "OrderEvent",
    "PaperAccount",
    "PaperHold",
    "PaperHolding",
    "PaperPosition",
    "TradingMode",
]
