"""The paper market: never closed, the same at an instant in every process; prices in rupees on the tick."""

from bisect import bisect_left
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache

from brokers.paper import path, premium
from brokers.paper.catalogue import listing
from brokers.paper.listing import Listing
from brokers.paper.premium import Stretch
from brokers.types import Exchange, Quote


def ltp(symbol: str, exchange: Exchange, *, at: datetime) -> Decimal:
    """Of contracts also after their expiry."""
    listed = listing(symbol, exchange)
    return price(listed, _second(at)) * listed.instrument.tick_size


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
    for stretch in premium.between(listed, _second(since) + 1, _second(until)):
        found = _reached(listed.course, stretch, least, most)
        if found is not None:
            return datetime.fromtimestamp(found, UTC)
    return None


def quote(symbol: str, exchange: Exchange, *, at: datetime) -> Quote:
    """The average price is that of open, high, low and LTP; a price of one tick has no room for a lower bid."""
    return quote_of(listing(symbol, exchange), at=at)


def quote_of(listed: Listing, *, at: datetime) -> Quote:
    tick, second = listed.instrument.tick_size, _second(at)
    start, first, before = _morning(listed, path.day(second))
    now = price(listed, second)
    low, high = reach(listed, start, second)
    traded = volume(listed, second)
    return Quote(
        symbol=listed.instrument.symbol,
        exchange=listed.instrument.exchange,
        at=at,
        ltp=now * tick,
        open=first * tick,
        high=high * tick,
        low=low * tick,
        prev_close=before * tick,
        bid=max(1, now - 1) * tick,
        ask=(now + 1) * tick,
        volume=traded,
        oi=premium.interest(listed, path.day(second)),
        last_quantity=(1 + traded % 7) * listed.instrument.lotsize if traded else 0,
        average_price=(low + high + first + now) // 4 * tick,
    )


@lru_cache(maxsize=32_768)
def _morning(listed: Listing, day: int) -> tuple[int, int, int]:
    """The first second of a day's session, the price at it and at the one before."""
    start = path.session_of(listed.course, day).start
    return start, price(listed, start), price(listed, start - 1)


def price(listed: Listing, second: int) -> int:
    """In ticks."""
    spot = path.price(listed.course, second)
    return spot if listed.underlying is None else premium.at(listed, second).price(spot)


def reach(listed: Listing, first: int, last: int) -> tuple[int, int]:
    """Lowest and highest price of first <= t <= last, in ticks."""
    if listed.underlying is None:
        return path.extremes(listed.course, first, last)
    found = [
        tuple(map(stretch.price, path.extremes(listed.course, stretch.first, stretch.last)))
        for stretch in premium.between(listed, first, last)
    ]
    return min(map(min, found)), max(map(max, found))


def volume(listed: Listing, second: int) -> int:
    """Pieces traded in the session, up to and with this second; none of an index."""
    usual = premium.usual(listed, path.day(second))
    return path.volume(listed.course, second) * usual // listed.course.volume


def _reached(course: path.Course, stretch: Stretch, at_least: int | None, at_most: int | None) -> int | None:
    """When the bound is first reached in a stretch: the bound as one on the spot, then the spot's own course tells."""
    low, high = path.extremes(course, stretch.first, stretch.last)
    spots = range(low, high + 1)

    def reaches(spot: int) -> bool:
        price = stretch.price(spot)
        return price >= at_least if at_least is not None else at_most is not None and price <= at_most

    if (at_least is not None) != stretch.falling:  # the spots from some one on reach it
        place = bisect_left(spots, 1, key=reaches)
        bound = None if place == len(spots) else low + place
        return bound and path.first_reach(course, stretch.first, stretch.last, at_least=bound)
    place = bisect_left(spots, 1, key=lambda spot: not reaches(spot))
    return path.first_reach(course, stretch.first, stretch.last, at_most=low + place - 1) if place else None


def _second(at: datetime) -> int:
    return int(at.timestamp() // 1)
