"""Candles of a range of days, within the bounds of one answer."""

from datetime import date

from brokers import quotes
from brokers.errors import BeyondBounds
from brokers.types import Candle, Exchange, Interval

MOST_DAYS, MOST_DAYS_OF_DAYS = 30, 3_653
FINE = {
    Interval.S1: 1,
    Interval.S5: 5,
    Interval.S10: 10,
    Interval.S15: 15,
}  # days, so that an answer stays under 90,000 candles
LARGE, LARGE_DAYS = 10_000, 1_000  # candles of a range that takes a second or more to draw
LONG = (Interval.DAY, Interval.WEEK, Interval.MONTH, Interval.QUARTER, Interval.YEAR)


def candles(symbol: str, exchange: Exchange, *, interval: Interval, start: date, end: date) -> list[Candle]:
    """India's dates, both inclusive, up to now; raises UnknownInstrument or BeyondBounds."""
    problem = out_of_bounds(interval, start=start, end=end)
    if problem:
        raise BeyondBounds(problem)
    return quotes.candles(symbol, exchange, interval=interval, start=start, end=end)


def out_of_bounds(interval: Interval, *, start: date, end: date) -> str:
    """Why the range cannot be asked for; empty when it can. From a day to the same 30 days later is 30 days."""
    apart = (end - start).days
    if apart < 0:
        return "start_date is after end_date."
    if interval in LONG:
        return "At D and longer, history covers at most 10 years at a time." if apart > MOST_DAYS_OF_DAYS else ""
    if interval in FINE:
        most = FINE[interval]
        return f"At {interval}, history covers at most {most} day{'s' * (most > 1)} at a time." if apart >= most else ""
    return f"At {interval}, history covers at most {MOST_DAYS} days at a time." if apart > MOST_DAYS else ""


def is_large(interval: Interval, *, start: date, end: date) -> bool:
    """Whether drawing it keeps a thread busy for long."""
    days = (end - start).days + 1
    if interval in LONG:
        return days > LARGE_DAYS
    unit = {"s": 1, "m": 60, "h": 3600}[interval[-1]]
    return days * 86_400 > LARGE * unit * int(interval[:-1])
