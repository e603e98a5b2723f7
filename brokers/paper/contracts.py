"""Futures and options by their symbols: NIFTY29DEC26FUT, NIFTY29DEC2626000CE.

A contract is a pure function of its symbol, so it has a price whenever it is asked for. On a day those are listed whose expiry
is near, with strikes about every level that the underlying saw since they were first offered: a strike once listed stays.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from brokers.paper import expiries, path
from brokers.paper.listing import Listing, Underlying
from brokers.paper.underlyings import BY_NAME, UNDERLYINGS
from brokers.types import Exchange, Instrument

_SYMBOL = re.compile(
    r"(?P<name>[A-Z][A-Z0-9&-]{1,19}?)(?P<expiry>[0-9]{2}[A-Z]{3}[0-9]{2})(?:FUT|(?P<strike>[1-9][0-9]{0,6})(?P<right>CE|PE))",
    re.ASCII,
)
_KINDS = ("FUT", "CE", "PE")
_MARGIN = 52  # strikes on either side of every level seen
_OFFERED = timedelta(days=105)  # before the expiry, at most
_EPOCH = date(1970, 1, 1)


def symbol(underlying: Underlying, *, expiry: date, kind: str, strike: Decimal | int = 0) -> str:
    return f"{underlying.name}{expiry:%d%b%y}{strike or ''}{kind}".upper()


def read(symbol: str, exchange: str) -> Listing | None:
    """The contract of that symbol, listed at present or not; None when no such contract can be."""
    found = _SYMBOL.fullmatch(symbol)
    underlying = found and BY_NAME.get((Exchange(exchange), found["name"]))
    expiry = found and _date(found["expiry"])
    if not found or not underlying or not expiry:
        return None
    if found["right"] is None:
        return contract(underlying, expiry, "FUT", 0) if expiries.is_monthly(underlying, expiry) else None
    strike = int(found["strike"])
    if not _may_be(underlying, strike) or not expiries.is_any(underlying, expiry):
        return None
    return contract(underlying, expiry, found["right"], strike)


def is_listed(listing: Listing, day: date) -> bool:
    """Whether a contract can be traded on a day."""
    instrument, underlying = listing.instrument, listing.underlying
    if underlying is None or instrument.expiry is None:
        return True
    if instrument.is_future:
        return instrument.expiry in expiries.futures(underlying, day)
    if instrument.expiry not in expiries.options(underlying, day):
        return False
    return int(instrument.strike) in ladder(underlying, instrument.expiry, day)


def listed(day: date) -> Iterator[Listing]:
    """Every contract that can be traded on a day."""
    for underlying in UNDERLYINGS:
        for expiry in expiries.futures(underlying, day):
            yield contract(underlying, expiry, "FUT", 0)
        for expiry in expiries.options(underlying, day):
            for strike in ladder(underlying, expiry, day):
                yield contract(underlying, expiry, "CE", strike)
                yield contract(underlying, expiry, "PE", strike)


def ladder(underlying: Underlying, expiry: date, day: date) -> range:
    """The strikes in rupees, ascending, that an expiry has on a day: at least 50 on either side of any price of that day."""
    step = int(underlying.step)
    low, high = _seen(underlying, expiry, day)
    to_step = int(step / underlying.tick)
    return range((low // to_step - _MARGIN) * step, (high // to_step + _MARGIN + 2) * step, step)


@lru_cache(maxsize=16_384)
def contract(underlying: Underlying, expiry: date, kind: str, strike: int) -> Listing:
    """The listing of one contract, the same object each time."""
    number = _number(underlying, expiry, kind, strike)
    instrument = Instrument(
        id=number,
        symbol=symbol(underlying, expiry=expiry, kind=kind, strike=strike),
        name=underlying.name,
        exchange=underlying.exchange,
        token=str(number),
        tick_size=underlying.tick,
        instrumenttype=kind,
        lotsize=underlying.lot,
        expiry=expiry,
        strike=Decimal(strike),
        freeze_qty=underlying.freeze,
    )
    return Listing(
        instrument=instrument, course=underlying.course, usual=underlying.lots * underlying.lot, underlying=underlying
    )


def _number(underlying: Underlying, expiry: date, kind: str, strike: int) -> int:
    """The same for one contract for ever, and no other's: the parts side by side."""
    days = (expiry - _EPOCH).days
    return ((underlying.serial * 100_000 + days) * 10_000_000 + strike) * len(_KINDS) + _KINDS.index(kind)


@lru_cache(maxsize=256)
def _seen(underlying: Underlying, expiry: date, day: date) -> tuple[int, int]:
    """Lowest and highest price of the underlying in all sessions since the expiry was offered, up to and with the day's."""
    first = (expiry - _OFFERED - _EPOCH).days
    spans = [path.session_of(underlying.course, number) for number in range(first, (day - _EPOCH).days + 1)]
    return min(span.low for span in spans), max(span.high for span in spans)


def _may_be(underlying: Underlying, strike: int) -> bool:
    """Whether a strike is on the step and within reach of the prices that the underlying can ever have."""
    base = underlying.course.base * underlying.tick
    return bool(underlying.step) and strike % underlying.step == 0 and base / 2 <= strike <= base * 3 / 2


def _date(text: str) -> date | None:
    try:
        day = datetime.strptime(text, "%d%b%y").date()  # noqa: DTZ007  a date has no zone
    except ValueError:
        return None
    return day if expiries.FIRST <= day <= expiries.LAST else None
