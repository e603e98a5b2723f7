"""What the order calls answer."""

from typing import Literal

from pydantic import Field

from brokers.schemas.answers.parts import TIME, ModeTold, Part
from brokers.types import Action, Exchange, Mode, OrderStatus, PriceType, Product


class Judged(Part):
    """Success when at least one part went through, or none was asked for; an error's message names every reason."""

    status: Literal["success", "error"]
    mode: Literal[Mode.ANALYZE] = Field(Mode.ANALYZE, description="Present where the answer comes from paper.")
    message: str = ""


class OrderAnswer(ModeTold):
    orderid: str


class ModifyAnswer(OrderAnswer):
    message: str


class OrderRow(Part):
    orderid: str
    symbol: str
    exchange: Exchange
    action: Action
    quantity: int
    price: float
    trigger_price: float
    pricetype: PriceType
    product: Product
    order_status: OrderStatus
    timestamp: str = Field(pattern=TIME)
    average_price: float
    filled_quantity: int
    pending_quantity: int
    rejection_reason: str
    strategy: str


class OneOrderRow(OrderRow):
    price_type: PriceType


class OrderStatusAnswer(ModeTold):
    data: OneOrderRow


class SmartAnswer(ModeTold):
    orderid: str = Field("", description="Absent when nothing had to be done.")
    message: str = Field("", description="Present when nothing had to be done.")


class CancelAllAnswer(Judged):
    canceled_orders: list[str]
    failed_cancellations: list[str]


class ClosePositionAnswer(Judged):
    closed_positions: list[str] = Field(description='Flat now, as "EXCHANGE:SYMBOL PRODUCT".')
    failed_closures: dict[str, str] = Field(description="Why each of the others is still open.")


class PartRow(Part):
    status: Literal["success", "error"]
    orderid: str = Field("", description="Absent when no order was booked.")
    message: str = Field("", description="Why it failed.")


class BasketRow(PartRow):
    symbol: str
    exchange: Exchange
    product: Product


class BasketAnswer(Judged):
    failed: int
    results: list[BasketRow]


class SplitRow(PartRow):
    order_num: int
    quantity: int


class SplitAnswer(Judged):
    total_quantity: int
    split_size: int
    failed: int
    results: list[SplitRow]
