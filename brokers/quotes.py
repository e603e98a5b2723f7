"""What the market says of one instrument."""

from datetime import datetime

from brokers.paper import clock, market
from brokers.types import Exchange, Quote


def quote(symbol: str, exchange: Exchange, *, at: datetime | None = None) -> Quote:
    """Now on the market's clock, or at an instant; raises UnknownInstrument."""
    return market.quote(symbol, exchange, at=at or clock.now())
