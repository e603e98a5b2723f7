"""What programs ask for and what became of it: frozen values, Decimal rupees, aware datetimes; no ORM, no I/O."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from brokers.types.vocabulary import ZERO, Action, Exchange, Mode, OrderStatus, PriceType, Product


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
class OrderUpdate:
    """Something that happened to an order; `seq` orders the updates of one server."""

    seq: int
    user_id: int
    broker: str
    mode: Mode
    order: Order


@dataclass(frozen=True, kw_only=True)
class Part:
    """What became of one order of several: `orderid`, or the sentence why there is none."""

    request: OrderRequest
    orderid: str = ""
    refusal: str = ""


@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """Order ids."""

    done: list[str]
    failed: list[str]


@dataclass(frozen=True, kw_only=True)
class Closed:
    """Positions that are flat now, and the sentence for each that is not; by "EXCHANGE:SYMBOL PRODUCT"."""

    done: list[str]
    failed: dict[str, str]
