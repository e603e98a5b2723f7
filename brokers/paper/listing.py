"""What the paper exchange knows of something it lists: the instrument, the course it follows, how busily it trades."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from brokers.paper.path import Course
from brokers.types import Exchange, Instrument


class Cycle(StrEnum):
    """By which rule the contracts of an underlying expire."""

    TUESDAYS = "each Tuesday, and the last one of the month"
    LAST_TUESDAY = "the last Tuesday of the month"
    THURSDAYS = "each Thursday, and the last one of the month"
    LAST_THURSDAY = "the last Thursday of the month"
    CURRENCY = "two days before the month's last day of business"
    CRUDE = "four days before the 25th"
    FIFTH = "the 5th of each second month"


@dataclass(frozen=True, kw_only=True, eq=False)
class Underlying:
    """What contracts are written on; `quoted` is where its own price is shown, none for money and goods.

    `step` is the distance of two strikes in rupees, 0 where no options are listed; `lots` trade on a usual day in the nearest
    future; `volatility` and `carry` are yearly, in percent.
    """

    serial: int
    name: str
    exchange: Exchange
    quoted: Exchange | None
    course: Course
    tick: Decimal
    lot: int
    freeze: int
    cycle: Cycle
    lots: int
    step: Decimal = Decimal(0)
    volatility: int = 15
    carry: int = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Listing:
    """Something that has a price; the course is its underlying's when it is a contract, `usual` a usual day's volume."""

    instrument: Instrument
    course: Course
    usual: int
    underlying: Underlying | None = None
