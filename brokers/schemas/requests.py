"""What each call takes, field by field; an unknown field is refused (fails closed)."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from brokers.schemas.fields import (
    Key,
    Label,
    OrderId,
    Price,
    Quantity,
    Side,
    Switch,
    Symbol,
    Whole,
    Words,
)
from brokers.types import Exchange, PriceType, Product


class Keyed(BaseModel):
    """The key alone. Who may call was settled before the body is read as a whole."""

    model_config = ConfigDict(extra="forbid")
    apikey: Key = Field(None, description="Required, unless sent as X-API-KEY or Authorization: Bearer.")  # type: ignore[assignment]


class PlaceOrder(Keyed):
    strategy: Label
    exchange: Exchange
    symbol: Symbol
    action: Side
    quantity: Quantity
    pricetype: PriceType = PriceType.MARKET
    product: Product = Product.MIS
    price: Price = Decimal(0)
    trigger_price: Price = Decimal(0)
    disclosed_quantity: Whole = 0
    underlying_ltp: Price | None = Field(None, description="Informational.", examples=[None])


class ModifyOrder(Keyed):
    strategy: Label
    exchange: Exchange
    symbol: Symbol
    orderid: OrderId
    action: Side
    product: Product
    pricetype: PriceType
    price: Price
    quantity: Quantity
    disclosed_quantity: Whole
    trigger_price: Price


class OneOrder(Keyed):
    strategy: Label
    orderid: OrderId


class OpenPosition(Keyed):
    strategy: Label
    symbol: Symbol
    exchange: Symbol = Field(examples=["NSE"])
    product: Product


class Instrument(Keyed):
    symbol: Symbol
    exchange: Exchange


class Search(Keyed):
    query: Words
    exchange: Exchange = Field(None)  # type: ignore[assignment]


class Toggle(Keyed):
    mode: Switch
