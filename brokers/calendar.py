"""When India's exchanges trade: their hours and holidays. The paper market itself never closes."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from brokers import holidays as days
from brokers.types import IST, Exchange

_SHARES = (Exchange.NSE, Exchange.BSE, Exchange.NFO, Exchange.BFO)
_CURRENCY = (Exchange.CDS, Exchange.BCD)
_GOODS = (Exchange.MCX, Exchange.NCO)
_MIDNIGHT, _EVENING, _NIGHT = time(0), time(17), time(23, 55)
HOURS = {  # in India; an end at midnight is that of the day
    Exchange.NSE: (time(9, 15), time(15, 30)),
    Exchange.BSE: (time(9, 15), time(15, 30)),
    Exchange.NFO: (time(9, 15), time(15, 40)),
    Exchange.BFO: (time(9, 15), time(15, 40)),
    Exchange.CDS: (time(9), _EVENING),
    Exchange.BCD: (time(9), _EVENING),
    Exchange.MCX: (time(9), _NIGHT),
    Exchange.NCO: (time(9), _NIGHT),
    Exchange.CRYPTO: (_MIDNIGHT, _MIDNIGHT),
}
_CLOSED = {  # by the word in the list of holidays
    "all": (*_SHARES, *_CURRENCY, *_GOODS),
    "day": (*_SHARES, *_CURRENCY),
    "fx": _CURRENCY,
    "eve": (),
    "lamp": (*_SHARES, *_CURRENCY, *_GOODS),
    "budget": (),
}


class HolidayType(StrEnum):
    TRADING = "TRADING_HOLIDAY"
    SETTLEMENT = "SETTLEMENT_HOLIDAY"
    SPECIAL = "SPECIAL_SESSION"


@dataclass(frozen=True, kw_only=True)
class Window:
    """A stretch in which one exchange trades."""

    exchange: Exchange
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """A day unlike others: who does not trade at all, and who trades in windows of its own; the rest trades as ever."""

    day: date
    description: str
    type: HolidayType
    closed: tuple[Exchange, ...]
    opened: tuple[Window, ...]


@lru_cache(maxsize=64)
def _holidays(year: int) -> tuple[Holiday, ...]:
    return tuple(_holiday(*row) for row in days.of(year))


def holidays(year: int) -> list[Holiday]:
    """Of one year, in order."""
    return list(_holidays(year))


@lru_cache(maxsize=1024)
def _sessions(day: date) -> tuple[Window, ...]:
    holiday = _on(day)
    opened = holiday.opened if holiday else ()
    special = {window.exchange for window in opened}
    ordinary = [_window(exchange, day, *hours) for exchange, hours in HOURS.items() if exchange not in special]
    return tuple(sorted((*(each for each in ordinary if _ordinary(each.exchange, day)), *opened), key=_in_order))


def sessions(day: date) -> list[Window]:
    """Who trades when on a day of India's calendar; on weekends CRYPTO alone, unless there is a special session."""
    return list(_sessions(day))


@lru_cache(maxsize=16_384)
def is_trading_day(exchange: Exchange, day: date) -> bool:
    """Whether the exchange has a session, be it the evening alone; a festival hour or a budget's weekend is none."""
    evening = any(window.exchange is exchange for window in _evening(day))
    return _ordinary(exchange, day) or evening


@lru_cache(maxsize=4096)
def close(exchange: Exchange, day: date) -> datetime:
    """The end of the exchange's session on a day, by its ordinary hours when it has none; an index closes with the shares."""
    ends = [window.end for window in _sessions(day) if window.exchange is exchange]
    return ends[-1] if ends else _window(exchange, day, *HOURS.get(exchange, HOURS[Exchange.NSE])).end


def _holiday(day: date, kind: str, description: str) -> Holiday:
    word = kind[:4] if kind.startswith("lamp") else kind
    closed, opened = _CLOSED[word], _opened(day, word, kind[4:])
    special = word in ("lamp", "budget")
    partly = HolidayType.SETTLEMENT if word in ("fx", "eve") else HolidayType.TRADING
    return Holiday(
        day=day,
        description=description,
        type=HolidayType.SPECIAL if special else partly,
        closed=tuple(each for each in closed if each not in {window.exchange for window in opened}),
        opened=opened,
    )


def _opened(day: date, word: str, begins: str) -> tuple[Window, ...]:
    if word == "day":
        return tuple(_window(exchange, day, _EVENING, _NIGHT) for exchange in _GOODS)
    if word == "eve":
        return tuple(_window(exchange, day, time(9), _EVENING) for exchange in _GOODS)
    if word == "lamp":
        hour = time.fromisoformat(begins)
        return tuple(_window(each, day, hour, hour.replace(hour=hour.hour + 1)) for each in _CLOSED[word])
    return tuple(_window(exchange, day, *HOURS[exchange]) for exchange in _SHARES) if word == "budget" else ()


def _evening(day: date) -> tuple[Window, ...]:
    holiday = _on(day)
    return holiday.opened if holiday and holiday.type is not HolidayType.SPECIAL else ()


def _ordinary(exchange: Exchange, day: date) -> bool:
    """Whether nothing keeps the exchange from its ordinary hours."""
    if exchange is Exchange.CRYPTO:
        return True
    holiday = _on(day)
    kept = holiday is not None and (exchange in holiday.closed or any(each.exchange is exchange for each in holiday.opened))
    return day.weekday() < 5 and not kept


def _on(day: date) -> Holiday | None:
    return next((holiday for holiday in _holidays(day.year) if holiday.day == day), None)


def _window(exchange: Exchange, day: date, start: time, end: time) -> Window:
    last = day + timedelta(days=1) if end == _MIDNIGHT else day
    return Window(
        exchange=exchange, start=datetime.combine(day, start, tzinfo=IST), end=datetime.combine(last, end, tzinfo=IST)
    )


def _in_order(window: Window) -> int:
    return list(HOURS).index(window.exchange)
