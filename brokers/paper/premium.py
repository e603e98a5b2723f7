"""What a listing costs when its underlying stands at a price: for each stretch of time one rule, and the rule never turns.

A share or an index is its own course. A future is the spot and a carry that holds for a session. An option's premium is half of
d + sqrt(d^2 + 4 a^2), d being how far it is in the money against the future and a what it is worth at the money: volatility and
days left, fixed for a session as the carry is. That curve has the shape of the usual formulas with fatter ends (far strikes are
worth something, as in the market), call and put keep their parity, and it takes only integers and the four operations and roots
that every machine rounds alike. From the close of its last day a contract is worth what it pays, an option one tick at least.

In one stretch a price only ever rises with the underlying, or (a put's) only ever falls. So whatever is known of the course of
the underlying, its extremes or when it first reaches a price, is known of the contract without walking its seconds.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from hashlib import shake_256
from math import isqrt, sqrt
from typing import NamedTuple

from brokers import calendar
from brokers.paper import path
from brokers.paper.listing import Listing

_EPOCH = date(1970, 1, 1)
_AT_THE_MONEY = 0.398942  # of a deviation: the mean of a normal variable's positive half
_LAST_DAY = 0.3  # of a day, what is left of a contract's time while its last session trades
_DUST = 512  # ticks of the underlying that move any option by one, so that far strikes move too


class Stretch(NamedTuple):
    """Seconds first <= t <= last in which the price is one rising function of the spot, or a falling one; all in ticks."""

    first: int
    last: int
    price: Callable[[int], int]
    falling: bool


def at(listing: Listing, second: int) -> Stretch:
    """The stretch that a second belongs to."""
    if listing.underlying is None:
        return _ALWAYS
    rules = of_session(listing, path.day(second))
    return rules[0] if second <= rules[0].last else rules[1]


def between(listing: Listing, first: int, last: int) -> Iterator[Stretch]:
    """The stretches of first <= t <= last in order, the outer ones cut to fit; none when last comes before first."""
    if last < first:
        return
    if listing.underlying is None:
        yield _ALWAYS._replace(first=first, last=last)
        return
    for day in range(path.day(first), path.day(last) + 1):
        for rule in of_session(listing, day):
            if rule.first <= last and rule.last >= first:
                yield rule._replace(first=max(first, rule.first), last=min(last, rule.last))


@lru_cache(maxsize=32_768)
def of_session(listing: Listing, day: int) -> tuple[Stretch, ...]:
    """The one stretch of a contract's session, or the two of that in which it expires."""
    instrument, session = listing.instrument, path.session_of(listing.course, day)
    if instrument.expiry is None:
        return (_ALWAYS,)
    left, end = (instrument.expiry - _EPOCH).days - day, session.start + path.DAY - 1
    falling = instrument.instrumenttype == "PE"
    if left < 0:
        return (Stretch(session.start, end, _settled(listing), falling),)
    priced = _priced(listing, session, left + _LAST_DAY)
    if left > 0:
        return (Stretch(session.start, end, priced, falling),)
    close = int(calendar.close(instrument.exchange, instrument.expiry).timestamp())
    return (Stretch(session.start, close - 1, priced, falling), Stretch(close, end, _settled(listing), falling))


@lru_cache(maxsize=16_384)
def interest(listing: Listing, day: int) -> int:
    """Open contracts in pieces; the same all session long, none for what is no contract."""
    if listing.underlying is None:
        return 0
    drawn = int.from_bytes(shake_256(f"{listing.instrument.symbol}|{day}|open interest".encode()).digest(2))
    lots = _lots(listing, path.session_of(listing.course, day)) * (65_536 + drawn) // 131_072
    return max(1, lots) * listing.underlying.lot


@lru_cache(maxsize=16_384)
def usual(listing: Listing, day: int) -> int:
    """How many pieces trade on a usual day; of an option the fewer, the further it is from the money that morning."""
    if listing.underlying is None or not listing.instrument.is_option:
        return listing.usual
    return _lots(listing, path.session_of(listing.course, day)) * listing.underlying.lot


def _lots(listing: Listing, session: path.Span) -> int:
    underlying = listing.underlying
    assert underlying is not None  # noqa: S101  callers look first
    if not listing.instrument.is_option:
        return underlying.lots
    steps = abs(session.open * underlying.tick - listing.instrument.strike) / underlying.step
    return max(6_000, int(underlying.lots * 4 / (1 + steps)))


def _priced(listing: Listing, session: path.Span, days: float) -> Callable[[int], int]:
    """The rule of a session with that many days to go."""
    underlying, kind = listing.underlying, listing.instrument.instrumenttype
    assert underlying is not None  # noqa: S101  only contracts expire
    carry = int(session.open * underlying.carry * days / 36_500)
    if kind == "FUT":
        return lambda spot: spot + carry
    strike = int(listing.instrument.strike / underlying.tick)
    worth = int(session.open * underlying.volatility / 100 * _AT_THE_MONEY * sqrt(days / 365))
    square, least, most = 4 * worth * worth, session.low, session.high
    if kind == "CE":
        return lambda spot: max(1, _curve(spot + carry - strike, square) + (spot - least) // _DUST)
    return lambda spot: max(1, _curve(strike - spot - carry, square) + (most - spot) // _DUST)


def _settled(listing: Listing) -> Callable[[int], int]:
    strike = int(listing.instrument.strike / listing.instrument.tick_size)
    rules: dict[str, Callable[[int], int]] = {
        "FUT": _same,
        "CE": lambda spot: max(1, spot - strike),
        "PE": lambda spot: max(1, strike - spot),
    }
    return rules[listing.instrument.instrumenttype]


def _curve(inside: int, square: int) -> int:
    return (inside + isqrt(inside * inside + square)) // 2


def _same(spot: int) -> int:
    return spot


_ALWAYS = Stretch(0, 2**40, _same, False)  # noqa: FBT003  a tuple's field
