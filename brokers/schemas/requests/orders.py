"""What the order calls take, field by field; an unknown field is refused (fails closed)."""

from decimal import Decimal

from pydantic import Field

from brokers.schemas.fields import Count, Label, OrderId, Price, Quantity, QuantityOrZero, Side, Signed, Symbol, Whole
from brokers.schemas.requests.keyed import Keyed, Strict
from brokers.types import Exchange, PriceType, Product

MOST_ORDERS, MOST_POSITIONS = 100, 50


class Labelled(Keyed):
    """The strategy is a label alone: what it stands on acts on the whole account."""

    strategy: Label


class BasketItem(Strict):
    exchange: Exchange
    symbol: Symbol
    action: Side
    quantity: Quantity
    pricetype: PriceType = PriceType.MARKET
    product: Product = Product.MIS
    price: Price = Decimal(0)
    trigger_price: Price = Decimal(0)
    disclosed_quantity: Whole = 0


class PlaceOrder(Labelled, BasketItem):
    underlying_ltp: Price | None = Field(None, description="Informational.", examples=[None])


class PlaceSmartOrder(Labelled, BasketItem):
    quantity: QuantityOrZero = Field(description="Counts only where position and target are both 0.")
    position_size: Signed


class SplitOrder(Labelled, BasketItem):
    splitsize: Count


class BasketOrder(Labelled):
    orders: list[BasketItem] = Field(max_length=MOST_ORDERS)


class ModifyOrder(Labelled):
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


class OneOrder(Labelled):
    orderid: OrderId


class MarginPosition(Strict):
    symbol: Symbol
    exchange: Exchange
    action: Side
    product: Product
    pricetype: PriceType
    quantity: Quantity
    price: Price = Decimal(0)
    trigger_price: Price = Decimal(0)


class Margin(Keyed):
    positions: list[MarginPosition] = Field(min_length=1, max_length=MOST_POSITIONS)


class OpenPosition(Labelled):
    symbol: Symbol
    exchange: Symbol = Field(examples=["NSE"])
    product: Product
