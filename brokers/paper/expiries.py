"""On which days the contracts of an underlying expire, and which of them are listed on a day."""

from datetime import date, timedelta
from functools import lru_cache

from brokers import calendar
from brokers.paper.listing import Cycle, Underlying
from brokers.types import Exchange

_TUESDAY, _THURSDAY = 1, 3
_WEEKDAY = {
    Cycle.TUESDAYS: _TUESDAY,
    Cycle.LAST_TUESDAY: _TUESDAY,
    Cycle.THURSDAYS: _THURSDAY,
    Cycle.LAST_THURSDAY: _THURSDAY,
}
_WEEKLY = (Cycle.TUESDAYS, Cycle.THURSDAYS)
MONTHS_LISTED, WEEKS_LISTED = 3, 5
FIRST, LAST = date(2020, 1, 1), date(2051, 6, 30)


def futures(underlying: Underlying, day: date) -> list[date]:
    """The expiries of the futures listed on a day, nearest first."""
    return list(_months(underlying.exchange, underlying.cycle, day))


def options(underlying: Underlying, day: date) -> list[date]:
    """The expiries of the options listed on a day, nearest first; none where there are no strikes."""
    return list(_options(underlying.exchange, underlying.cycle, day)) if underlying.step else []


def is_monthly(underlying: Underlying, day: date) -> bool:
    return FIRST <= day <= LAST and _of_month(underlying.exchange, underlying.cycle, day.year, day.month) == day


def is_any(underlying: Underlying, day: date) -> bool:
    """Whether the underlying's options ever expire on this day."""
    if is_monthly(underlying, day):
        return True
    weekly = underlying.cycle in _WEEKLY and FIRST <= day <= LAST
    return weekly and _weeks(underlying.exchange, underlying.cycle, day)[0] == day


@lru_cache(maxsize=1024)
def _options(exchange: Exchange, cycle: Cycle, day: date) -> tuple[date, ...]:
    weeks = _weeks(exchange, cycle, day) if cycle in _WEEKLY else []
    return tuple(sorted({*_months(exchange, cycle, day), *weeks}))


@lru_cache(maxsize=1024)
def _months(exchange: Exchange, cycle: Cycle, day: date) -> tuple[date, ...]:
    months = (divmod(day.year * 12 + day.month - 1 + ahead, 12) for ahead in range(2 * MONTHS_LISTED + 3))
    found = (_of_month(exchange, cycle, year, month + 1) for year, month in months)
    return tuple([expiry for expiry in found if expiry and expiry >= day][:MONTHS_LISTED])


def _weeks(exchange: Exchange, cycle: Cycle, day: date) -> list[date]:
    """The next weekly expiries on or after a day."""
    nearest = day + timedelta(days=(_WEEKDAY[cycle] - day.weekday()) % 7)
    moved = (_open(exchange, nearest + timedelta(weeks=number)) for number in range(WEEKS_LISTED + 1))
    return [expiry for expiry in moved if expiry >= day][:WEEKS_LISTED]


@lru_cache(maxsize=4096)
def _of_month(exchange: Exchange, cycle: Cycle, year: int, month: int) -> date | None:
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    if cycle in _WEEKDAY:
        return _open(exchange, last - timedelta(days=(last.weekday() - _WEEKDAY[cycle]) % 7))
    if cycle is Cycle.CURRENCY:
        return _back(exchange, last, 2)
    if cycle is Cycle.CRUDE:
        return _back(exchange, last.replace(day=25), 4)
    return _open(exchange, last.replace(day=5)) if month % 2 == 0 else None


def _open(exchange: Exchange, day: date) -> date:
    """The day itself, or the last day before it on which the exchange trades."""
    while not calendar.is_trading_day(exchange, day):
        day -= timedelta(days=1)
    return day


def _back(exchange: Exchange, day: date, count: int) -> date:
    """That many trading days before the last one up to a day."""
    day = _open(exchange, day)
    for _ in range(count):
        day = _open(exchange, day - timedelta(days=1))
    return day
