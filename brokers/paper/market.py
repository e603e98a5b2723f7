"""The paper market: never closed, the same at an instant in every process; prices in rupees on the tick."""

from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

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


def first_reach(
    symbol: str,
    exchange: Exchange,
    *,
    since: datetime,
    until: datetime,
    at_least: Decimal | None = None,
    at_most: Decimal | None = None,
) -> datetime | None:
    """The first whole second after that of `since`, up to and with that of `until`, whose LTP is at or beyond the one bound."""
    listed = listing(symbol, exchange)
    tick = listed.instrument.tick_size
    least = None if at_least is None else int((at_least / tick).to_integral_value(ROUND_CEILING))
    most = None if at_most is None else int((at_most / tick).to_integral_value(ROUND_FLOOR))
    found = path.first_reach(listed.course, _second(since) + 1, _second(until), at_least=least, at_most=most)
    return None if found is None else datetime.fromtimestamp(found, UTC)


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
