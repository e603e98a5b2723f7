"""Who waits at which price: five levels a side about the quote, a pure function of instrument and second."""

from datetime import datetime
from decimal import Decimal
from hashlib import shake_256

from brokers.paper import market
from brokers.paper.listing import Listing
from brokers.types import ZERO, Depth, Level, Quote

LEVELS = 5
_MOST_LOTS, _MOST_ORDERS = 60, 9
_NONE = Level(price=ZERO, quantity=0, orders=0)


def depth_of(listed: Listing, *, at: datetime) -> Depth:
    """Best first; where a side runs out of prices above zero its levels are empty. Nobody waits for an index: 0 pieces."""
    quote = market.quote_of(listed, at=at)
    tick, lot = listed.instrument.tick_size, 0 if listed.instrument.is_index else listed.instrument.lotsize
    drawn = _drawn(quote)
    bids = [_level(quote.bid - place * tick, lot, drawn[2 * place : 2 * place + 2]) for place in range(LEVELS)]
    asks = [_level(quote.ask + place * tick, lot, drawn[2 * (LEVELS + place) :]) for place in range(LEVELS)]
    return Depth(
        quote=quote,
        bids=tuple(bids),
        asks=tuple(asks),
        total_buy_quantity=_total(bids, lot, drawn[-2]),
        total_sell_quantity=_total(asks, lot, drawn[-1]),
    )


def best_quantities(listed: Listing, quote: Quote) -> tuple[int, int]:
    """What waits at the bid and at the ask of a quote, as the depth has it."""
    drawn, lot = _drawn(quote), 0 if listed.instrument.is_index else listed.instrument.lotsize
    return _quantity(lot, drawn[0]), _quantity(lot, drawn[2 * LEVELS])


def _drawn(quote: Quote) -> bytes:
    """Two bytes a level, bids first, and one more for each side."""
    return shake_256(f"{quote.exchange}:{quote.symbol}|depth|{quote.at.timestamp() // 1}".encode()).digest(4 * LEVELS + 2)


def _level(price: Decimal, lot: int, drawn: bytes) -> Level:
    if price <= 0:
        return _NONE
    return Level(price=price, quantity=_quantity(lot, drawn[0]), orders=(1 + drawn[1] % _MOST_ORDERS) if lot else 0)


def _quantity(lot: int, drawn: int) -> int:
    return lot * (_MOST_ORDERS + drawn % _MOST_LOTS)


def _total(levels: list[Level], lot: int, drawn: int) -> int:
    """The levels and what waits behind them."""
    return sum(level.quantity for level in levels) + lot * (100 + 8 * drawn)
