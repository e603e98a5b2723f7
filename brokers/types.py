"""What passes through the workshop: frozen values, Decimal rupees, aware datetimes; no ORM, no I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)
IST = timezone(timedelta(hours=5, minutes=30), "IST")


class Exchange(StrEnum):
    NSE = "NSE"
    BSE = "BSE"
    NFO = "NFO"
    BFO = "BFO"
    CDS = "CDS"
    BCD = "BCD"
    MCX = "MCX"
    NCDEX = "NCDEX"
    NCO = "NCO"
    NSE_INDEX = "NSE_INDEX"
    BSE_INDEX = "BSE_INDEX"
    MCX_INDEX = "MCX_INDEX"
    GLOBAL_INDEX = "GLOBAL_INDEX"
    CRYPTO = "CRYPTO"


class Action(StrEnum):
    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        return 1 if self is Action.BUY else -1


class PriceType(StrEnum):
    MARKET = "MARKET"
    LIMIT = "LIMIT"
    SL = "SL"
    SL_M = "SL-M"


class Product(StrEnum):
    CNC = "CNC"
    NRML = "NRML"
    MIS = "MIS"


class OrderStatus(StrEnum):
    OPEN = "open"
    TRIGGER_PENDING = "trigger pending"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class Mode(StrEnum):
    LIVE = "live"
    ANALYZE = "analyze"


@dataclass(frozen=True, kw_only=True)
class OrderRequest:
    """What a program asks for, before any rule was applied."""

    symbol: str
    exchange: Exchange
    action: Action
    quantity: int
    pricetype: PriceType = PriceType.MARKET
    product: Product = Product.MIS
    price: Decimal = ZERO
    trigger_price: Decimal = ZERO
    disclosed_quantity: int = 0
    strategy: str = ""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A journal row."""

    orderid: str
    symbol: str
    exchange: Exchange
    action: Action
    quantity: int
    pricetype: PriceType
    product: Product
    price: Decimal
    trigger_price: Decimal
    disclosed_quantity: int
    strategy: str
    status: OrderStatus
    filled_quantity: int
    average_price: Decimal
    reason: str
    placed: datetime

    @property
    def pending_quantity(self) -> int:
        return self.quantity - self.filled_quantity


@dataclass(frozen=True, kw_only=True)
class OrderStatistics:
    """The counts beside an order book; buy and sell count every order, the rest by status."""

    buy: int
    sell: int
    completed: int
    open: int
    rejected: int
    trigger_pending: int


@dataclass(frozen=True, kw_only=True)
class Trade:
    """One fill of an order."""

    tradeid: str
    orderid: str
    symbol: str
    exchange: Exchange
    action: Action
    product: Product
    quantity: int
    price: Decimal
    strategy: str
    at: datetime

    @property
    def value(self) -> Decimal:
        return self.quantity * self.price


@dataclass(frozen=True, kw_only=True)
class Position:
    """Net holding of one symbol and product; quantity is signed, a position closed today has quantity 0."""

    symbol: str
    exchange: Exchange
    product: Product
    quantity: int
    average_price: Decimal
    ltp: Decimal
    unrealised: Decimal
    realised_today: Decimal
    lot_size: int = 1

    @property
    def pnl_percent(self) -> Decimal:
        invested = abs(self.quantity) * self.average_price
        return (self.unrealised / invested * 100).quantize(Decimal("0.01")) if invested else ZERO


@dataclass(frozen=True, kw_only=True)
class Funds:
    """Available + used margin = starting capital + realised; unrealised is marked to the market now."""

    available: Decimal
    used_margin: Decimal
    starting_capital: Decimal
    realised: Decimal
    realised_today: Decimal
    unrealised: Decimal
    gross_exposure: Decimal
    last_reset: datetime


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """A row of the instrument master; tick size in rupees."""

    id: int
    symbol: str
    name: str
    exchange: Exchange
    token: str
    tick_size: Decimal
    instrumenttype: str = "EQ"
    lotsize: int = 1
    expiry: str = ""
    strike: Decimal = ZERO
    freeze_qty: int = 0

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
