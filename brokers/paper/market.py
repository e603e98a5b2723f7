"""The paper market: never closed, the same at an instant in every process; prices in rupees on the tick."""

from datetime import datetime
from decimal import Decimal

from brokers.paper import path
from brokers.paper.equities import listing
from brokers.types import Exchange, Quote


def ltp(symbol: str, exchange: Exchange, *, at: datetime) -> Decimal:
    listed = listing(symbol, exchange)
    return path.price(listed.course, _second(at)) * listed.instrument.tick_size


def extremes(symbol: str, exchange: Exchange, *, since: datetime, until: datetime) -> tuple[Decimal, Decimal]:
    """Lowest and highest price after the second of `since`, up to and with that of `until`; of `until` alone when later."""
    listed = listing(symbol, exchange)
    last = _second(until)
    low, high = path.extremes(listed.course, min(_second(since) + 1, last), last)
    return low * listed.instrument.tick_size, high * listed.instrument.tick_size


def quote(symbol: str, exchange: Exchange, *, at: datetime) -> Quote:
    listed = listing(symbol, exchange)
    tick, course, second = listed.instrument.tick_size, listed.course, _second(at)
    session = path.session(course, second)
    price = path.price(course, second)
    low, high = path.extremes(course, session.start, second)
    return Quote(
        symbol=symbol,
        exchange=exchange,
        at=at,
        ltp=price * tick,
        open=session.open * tick,
        high=high * tick,
        low=low * tick,
        prev_close=path.price(course, session.start - 1) * tick,
        bid=(price - 1) * tick,
        ask=(price + 1) * tick,
        volume=path.volume(course, second),
    )


def _second(at: datetime) -> int:
    return int(at.timestamp() // 1)
