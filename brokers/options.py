"""Options by their distance from the money, and whole chains of them."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from brokers import calendar
from brokers.errors import NoSuchContract, UnknownInstrument
from brokers.paper import catalogue, clock, contracts, depth, expiries, market
from brokers.paper.listing import Listing, Underlying
from brokers.paper.underlyings import BY_NAME
from brokers.types import Exchange, Instrument, Quote

MOST_STEPS = 50
_OFFSET = re.compile(r"ATM|(?P<side>[IO])TM(?P<steps>[1-9][0-9]?)", re.ASCII)
_WRITTEN_ON = {
    Exchange.NSE: Exchange.NFO,
    Exchange.NSE_INDEX: Exchange.NFO,
    Exchange.BSE: Exchange.BFO,
    Exchange.BSE_INDEX: Exchange.BFO,
}


@dataclass(frozen=True, kw_only=True)
class Found:
    """An option, and what its underlying cost when it was chosen."""

    instrument: Instrument
    underlying_ltp: Decimal


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One option of a chain; the label is ATM, ITMn or OTMn."""

    instrument: Instrument
    label: str
    quote: Quote
    bid_quantity: int
    ask_quantity: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """The call and the put of a strike in rupees."""

    strike: Decimal
    call: Leg
    put: Leg


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The options of one expiry at one instant, by ascending strike; `forward` is the price of a future of that expiry."""

    underlying: str
    underlying_ltp: Decimal
    underlying_prev_close: Decimal
    expiry: date
    expires: datetime
    at: datetime
    atm_strike: Decimal
    forward: Decimal
    rows: list[Row]


@dataclass(frozen=True, kw_only=True)
class _Base:
    """What a caller named as underlying: what the contracts are on, whose price counts, the expiry it carries."""

    name: str
    underlying: Underlying
    priced: Listing
    expiry: date | None


def nearest(
    underlying: str, exchange: Exchange, *, expiry: date | None, offset: str, right: str, strike_step: int | None = None
) -> Found:
    """The CE or PE at ATM, ITM1..ITM50 or OTM1..OTM50 now, of the nearest expiry when none is named.

    `strike_step` is the distance between two strikes in rupees where the listed one is not wanted. Raises UnknownInstrument for
    the underlying and NoSuchContract for the rest.
    """
    now = clock.now()
    base = _base(underlying, exchange, day=clock.session(now))
    found = _expiry(base, expiry, at=now)
    ltp = market.quote_of(base.priced, at=now).ltp
    strikes = contracts.ladder(base.underlying, found, clock.session(now))
    steps = _steps(offset) * (-1 if right == "CE" else 1)  # in the money lie a call's lower and a put's higher strikes
    step = strike_step or strikes.step
    middle = int((ltp / step).to_integral_value(ROUND_HALF_UP)) * step if strike_step else _nearest(strikes, ltp)
    strike = middle + steps * step
    if strike not in strikes:
        raise NoSuchContract(f"{base.underlying.name} has no strike {strike} that expires on {found:%d-%b-%y}.")
    return Found(instrument=contracts.contract(base.underlying, found, right, strike).instrument, underlying_ltp=ltp)


def chain(underlying: str, exchange: Exchange, *, expiry: date | None, strikes: int | None) -> Chain:
    """Now, with that many strikes on either side of the money, all when None; of the nearest expiry when none is named.

    Raises UnknownInstrument for the underlying and NoSuchContract where it has no options of that expiry.
    """
    now = clock.now()
    base = _base(underlying, exchange, day=clock.session(now))
    found = _expiry(base, expiry, at=now)
    quote = market.quote_of(base.priced, at=now)
    listed = contracts.ladder(base.underlying, found, clock.session(now))
    middle = _nearest(listed, quote.ltp)
    place = listed.index(middle)
    shown = listed if strikes is None else listed[max(0, place - strikes) : place + strikes + 1]
    return Chain(
        underlying=base.underlying.name,
        underlying_ltp=quote.ltp,
        underlying_prev_close=quote.prev_close,
        expiry=found,
        expires=calendar.close(base.underlying.exchange, found),
        at=now,
        atm_strike=Decimal(middle),
        forward=_forward(base.underlying, found, at=now),
        rows=[_row(base.underlying, found, strike, (strike - middle) // listed.step, now) for strike in shown],
    )


def _base(name: str, exchange: Exchange, *, day: date) -> _Base:
    written = _WRITTEN_ON.get(exchange, exchange)
    found = BY_NAME.get((written, name))
    if found and found.quoted:
        return _Base(name=name, underlying=found, priced=catalogue.listing(name, found.quoted), expiry=None)
    future = catalogue.listed(name, written, day=day) if name.endswith("FUT") else None
    if future is None or future.underlying is None:
        raise _unknown(name, exchange)
    return _Base(name=name, underlying=future.underlying, priced=future, expiry=future.instrument.expiry)


def _unknown(name: str, exchange: Exchange) -> NoSuchContract | UnknownInstrument:
    """What is there may still have no options."""
    try:
        catalogue.listing(name, exchange)
    except UnknownInstrument as unknown:
        return unknown
    return NoSuchContract(f"There are no options on {name[:64]}.")


def _expiry(base: _Base, wanted: date | None, *, at: datetime) -> date:
    """The nearest one that still takes orders when none is named; one that is over can be named until its session ends."""
    listed = expiries.options(base.underlying, clock.session(at))
    if not listed:
        raise NoSuchContract(f"There are no options on {base.underlying.name}.")
    open_ones = (each for each in listed if calendar.close(base.underlying.exchange, each) > at)
    chosen = wanted or base.expiry or next(open_ones, listed[0])
    if chosen not in listed:
        offered = ", ".join(f"{each:%d-%b-%y}".upper() for each in listed)
        raise NoSuchContract(f"No options on {base.underlying.name} expire on {chosen:%d-%b-%y}; there are {offered}.")
    return chosen


def _steps(offset: str) -> int:
    """How many strikes into the money."""
    found = _OFFSET.fullmatch(offset)
    steps = int(found["steps"] or 0) if found else MOST_STEPS + 1
    if found is None or steps > MOST_STEPS:
        raise NoSuchContract(f"offset must be ATM, ITM1 to ITM{MOST_STEPS} or OTM1 to OTM{MOST_STEPS}.")
    return steps if found["side"] == "I" else -steps


def _nearest(strikes: range, price: Decimal) -> int:
    """The lower one when two are as near."""
    place = bisect_left(strikes, price)
    return min(strikes[max(0, place - 1) : place + 1], key=lambda strike: (abs(strike - price), strike))


def _forward(underlying: Underlying, expiry: date, *, at: datetime) -> Decimal:
    """What a future of that expiry costs, or would cost where none is listed."""
    future = contracts.contract(underlying, expiry, "FUT", 0)
    return market.price(future, int(at.timestamp() // 1)) * underlying.tick


def _row(underlying: Underlying, expiry: date, strike: int, away: int, at: datetime) -> Row:
    return Row(
        strike=Decimal(strike),
        call=_leg(contracts.contract(underlying, expiry, "CE", strike), -away, at),
        put=_leg(contracts.contract(underlying, expiry, "PE", strike), away, at),
    )


def _leg(listing: Listing, inside: int, at: datetime) -> Leg:
    quote = market.quote_of(listing, at=at)
    bid, ask = depth.best_quantities(listing, quote)
    side = "ATM" if inside == 0 else f"{'I' if inside > 0 else 'O'}TM{abs(inside)}"
    return Leg(instrument=listing.instrument, label=side, quote=quote, bid_quantity=bid, ask_quantity=ask)
