"""What a user has: frozen values, Decimal rupees; no ORM, no I/O."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from brokers.types.vocabulary import ZERO, Exchange, Product


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
class Holding:
    """Shares in the depository: bought for delivery in an earlier session."""

    symbol: str
    exchange: Exchange
    quantity: int
    average_price: Decimal
    ltp: Decimal
    settled: date

    @property
    def invested(self) -> Decimal:
        return (self.quantity * self.average_price).quantize(Decimal("0.01"))

    @property
    def value(self) -> Decimal:
        return self.quantity * self.ltp

    @property
    def pnl(self) -> Decimal:
        return self.value - self.invested

    @property
    def pnl_percent(self) -> Decimal:
        return (self.pnl / self.invested * 100).quantize(Decimal("0.01")) if self.invested else ZERO


@dataclass(frozen=True, kw_only=True)
class Margin:
    """What a set of would-be positions would need, in rupees."""

    span: Decimal
    exposure: Decimal

    @property
    def total(self) -> Decimal:
        return self.span + self.exposure
