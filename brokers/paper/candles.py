"""Bars of the course: open and close are the prices at a bar's first and last second, high and low the extremes between.

Bars within a day stand side by side from the session's start, 03:00 in India, and each belongs to the date of its first second;
those of a day and longer cover whole sessions and are stamped 00:00 UTC of their first date. The market knows no closed days:
there is a bar for each. A contract has candles for any time, also before its listing. The running bar ends now.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from brokers.errors import BeyondBounds
from brokers.money import whole
from brokers.paper import market, path, premium
from brokers.paper.listing import Listing
from brokers.types import IST, Candle, Interval

MOST = 100_000
_UNITS = {"s": 1, "m": 60, "h": 3600}
_EPOCH = date(1970, 1, 1)


def between(listed: Listing, interval: Interval, *, start: date, end: date, now: datetime) -> list[Candle]:
    """The bars of India's dates start to end, both included, oldest first, up to now; BeyondBounds for over 100,000."""
    last = int(now.timestamp() // 1)
    end = min(end, now.astimezone(IST).date())
    bars = _intraday(interval, start, end, last) if interval[-1] in _UNITS else _periods(interval, start, end, last)
    return [_candle(listed, stamp, first, min(until, last)) for stamp, first, until in bars]


_Bar = tuple[int, int, int]  # the stamp, the first second, the last one


def _intraday(interval: Interval, start: date, end: date, last: int) -> list[_Bar]:
    size = int(interval[:-1]) * _UNITS[interval[-1]]
    begin = -(-(_midnight(start) + path.DAY_OFFSET) // size) * size - path.DAY_OFFSET
    until = min(_midnight(end + timedelta(days=1)) - 1, last)
    begins = range(begin, until + 1, size)
    _check(len(begins))
    return [(first, first, first + size - 1) for first in begins]


def _periods(interval: Interval, start: date, end: date, last: int) -> list[_Bar]:
    """Whole periods, also where the dates cut one."""
    end = min(end, _EPOCH + timedelta(days=path.day(last)))
    _check((end - start).days)
    found, day = [], _first(interval, start)
    while day <= end:
        after = _next(interval, day)
        found.append((_number(day) * path.DAY, _begins(day), _begins(after) - 1))
        day = after
    return found


def _check(count: int) -> None:
    if count > MOST:
        raise BeyondBounds(f"That would be {whole(count)} candles; at most {whole(MOST)} are given at once.")


def _candle(listed: Listing, stamp: int, first: int, last: int) -> Candle:
    tick = listed.instrument.tick_size
    low, high = market.reach(listed, first, last)
    return Candle(
        start=datetime.fromtimestamp(stamp, UTC),
        open=market.price(listed, first) * tick,
        high=high * tick,
        low=low * tick,
        close=market.price(listed, last) * tick,
        volume=sum(_volumes(listed, first, last)),
        oi=premium.interest(listed, path.day(last)),
    )


def _volumes(listed: Listing, first: int, last: int) -> Iterator[int]:
    """Of each session that a bar touches."""
    for day in range(path.day(first), path.day(last) + 1):
        begins = path.session_of(listed.course, day).start
        before = market.volume(listed, first - 1) if first > begins else 0
        yield market.volume(listed, min(last, begins + path.DAY - 1)) - before


def _first(interval: Interval, day: date) -> date:
    """The first date of the period that a day is in."""
    match interval:
        case Interval.WEEK:
            return day - timedelta(days=day.weekday())
        case Interval.MONTH:
            return day.replace(day=1)
        case Interval.QUARTER:
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case Interval.YEAR:
            return day.replace(month=1, day=1)
    return day


def _next(interval: Interval, day: date) -> date:
    """The first date of the period after the one that begins on a day."""
    days = {Interval.DAY: 1, Interval.WEEK: 7, Interval.MONTH: 31, Interval.QUARTER: 92, Interval.YEAR: 366}
    return _first(interval, day + timedelta(days=days[interval]))


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _begins(day: date) -> int:
    """The first second of a day's session."""
    return _number(day) * path.DAY - path.DAY_OFFSET


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=IST).timestamp())
