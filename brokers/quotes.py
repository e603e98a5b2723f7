"""What the market says of one instrument: now, at an instant, over a stretch of days."""

from datetime import date, datetime

from brokers.paper import candles as bars
from brokers.paper import catalogue, clock, market
from brokers.paper import depth as book
from brokers.paper.listing import Listing
from brokers.types import Candle, Depth, Exchange, Interval, Quote


def quote(symbol: str, exchange: Exchange, *, at: datetime | None = None) -> Quote:
    """Now on the market's clock, or at an instant; raises UnknownInstrument, also of a contract that is not listed then."""
    at = at or clock.now()
    return market.quote_of(_listed(symbol, exchange, at), at=at)


def depth(symbol: str, exchange: Exchange, *, at: datetime | None = None) -> Depth:
    """The quote with five levels a side; raises as `quote` does."""
    at = at or clock.now()
    return book.depth_of(_listed(symbol, exchange, at), at=at)


def candles(symbol: str, exchange: Exchange, *, interval: Interval, start: date, end: date) -> list[Candle]:
    """The bars of India's dates start to end, both included, oldest first; the last one is running, none is of the future.

    W, M, Q and Y come whole, also where the dates cut them. Raises as `quote` does, and BeyondBounds for over 100,000 bars.
    """
    now = clock.now()
    return bars.between(_listed(symbol, exchange, now), interval, start=start, end=end, now=now)


def _listed(symbol: str, exchange: Exchange, at: datetime) -> Listing:
    return catalogue.listed(symbol, exchange, day=clock.session(at))
