"""What can be traded and what its market says: frozen values, Decimal rupees, aware datetimes; no ORM, no I/O."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from brokers.types.vocabulary import ZERO, Exchange


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """A row of the instrument master; tick size in rupees; `name` is the underlying of a derivative."""

    id: int
    symbol: str
    name: str
    exchange: Exchange
    token: str
    tick_size: Decimal
    instrumenttype: str = "EQ"
    lotsize: int = 1
    expiry: date | None = None
    strike: Decimal = ZERO
    freeze_qty: int = 0

    @property
    def is_future(self) -> bool:
        return self.instrumenttype == "FUT"

    @property
    def is_option(self) -> bool:
        return self.instrumenttype in ("CE", "PE")

    @property
    def is_derivative(self) -> bool:
        return self.is_future or self.is_option

    @property
    def is_index(self) -> bool:
        return self.exchange.is_index

    @property
    def brsymbol(self) -> str:
        return self.symbol

    @property
    def brexchange(self) -> str:
        return self.exchange.value


@dataclass(frozen=True, kw_only=True)
class Quote:
    """The market of one instrument at one instant; open, high, low and volume belong to the running session."""

    symbol: str
    exchange: Exchange
    at: datetime
    ltp: Decimal
    open: Decimal
    high: Decimal
    low: Decimal
    prev_close: Decimal
    bid: Decimal
    ask: Decimal
    volume: int
    oi: int = 0
    last_quantity: int = 0
    average_price: Decimal = ZERO


@dataclass(frozen=True, kw_only=True)
class Level:
    """One price of the order book."""

    price: Decimal
    quantity: int
    orders: int


@dataclass(frozen=True, kw_only=True)
class Depth:
    """A quote with the five best levels of each side, best first."""

    quote: Quote
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    total_buy_quantity: int
    total_sell_quantity: int


class Interval(StrEnum):
    """Candle sizes, by the word programs use."""

    S1 = "1s"
    S5 = "5s"
    S10 = "10s"
    S15 = "15s"
    S30 = "30s"
    S45 = "45s"
    M1 = "1m"
    M2 = "2m"
    M3 = "3m"
    M5 = "5m"
    M10 = "10m"
    M15 = "15m"
    M20 = "20m"
    M30 = "30m"
    H1 = "1h"
    H2 = "2h"
    H3 = "3h"
    H4 = "4h"
    DAY = "D"
    WEEK = "W"
    MONTH = "M"
    QUARTER = "Q"
    YEAR = "Y"


@dataclass(frozen=True, kw_only=True)
class Candle:
    """One bar; `start` is its first instant, of D and longer 00:00 UTC of its (first) trading date."""

    start: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    oi: int
