"""Prices and instruments as the rows programs read."""

from collections.abc import Sequence
from datetime import date

from brokers.schemas.days import MONTHS
from brokers.types import Candle, Depth, Instrument, Level, Quote

Row = dict[str, object]
LEVELS = 5


def quote(quote: Quote) -> Row:
    return {
        "open": quote.open,
        "high": quote.high,
        "low": quote.low,
        "ltp": quote.ltp,
        "bid": quote.bid,
        "ask": quote.ask,
        "prev_close": quote.prev_close,
        "volume": quote.volume,
        "oi": quote.oi,
    }


def instrument(instrument: Instrument) -> Row:
    return {
        "symbol": instrument.symbol,
        "brsymbol": instrument.brsymbol,
        "name": instrument.name,
        "exchange": instrument.exchange,
        "brexchange": instrument.brexchange,
        "token": instrument.token,
        "expiry": expiry(instrument.expiry),
        "strike": instrument.strike,
        "lotsize": instrument.lotsize,
        "instrumenttype": instrument.instrumenttype,
        "tick_size": instrument.tick_size,
        "freeze_qty": instrument.freeze_qty,
    }


def listed(found: Instrument) -> Row:
    """A line of the instrument master."""
    return {name: value for name, value in instrument(found).items() if name != "freeze_qty"}


def expiry(day: date | None) -> str:
    return f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year % 100:02}" if day else ""


def depth(depth: Depth) -> Row:
    seen = {name: value for name, value in quote(depth.quote).items() if name not in ("bid", "ask")}
    return seen | {
        "ltq": depth.quote.last_quantity,
        "totalbuyqty": depth.total_buy_quantity,
        "totalsellqty": depth.total_sell_quantity,
        "bids": _levels(depth.bids),
        "asks": _levels(depth.asks),
    }


def _levels(levels: Sequence[Level]) -> list[Row]:
    """Five, the missing ones zero."""
    rows: list[Row] = [{"price": each.price, "quantity": each.quantity} for each in levels[:LEVELS]]
    return rows + [{"price": 0.0, "quantity": 0}] * (LEVELS - len(rows))


def candle(candle: Candle) -> Row:
    """Floats made here: there may be tens of thousands."""
    return {
        "timestamp": int(candle.start.timestamp()),
        "open": float(candle.open),
        "high": float(candle.high),
        "low": float(candle.low),
        "close": float(candle.close),
        "volume": candle.volume,
        "oi": candle.oi,
    }
