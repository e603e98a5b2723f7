"""What each call answers, for the document and the tests that hold the answers to it; the views build plain dicts."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from brokers.types import Action, Exchange, Mode, OrderStatus, PriceType, Product

TIME = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"  # India's time


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Success(Part):
    status: Literal["success"]


class ModeTold(Success):
    mode: Literal[Mode.ANALYZE] = Field(Mode.ANALYZE, description="Present where the answer comes from paper.")


class Pong(Part):
    message: Literal["pong"]
    broker: str


class PingAnswer(Success):
    data: Pong


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


class Statistics(Part):
    total_buy_orders: int
    total_sell_orders: int
    total_completed_orders: int
    total_open_orders: int
    total_rejected_orders: int
    total_trigger_pending_orders: int


class Book(Part):
    orders: list[OrderRow]
    statistics: Statistics


class OrderbookAnswer(ModeTold):
    data: Book


class TradeRow(Part):
    tradeid: str
    orderid: str
    symbol: str
    exchange: Exchange
    action: Action
    product: Product
    quantity: int
    price: float
    average_price: float
    trade_value: float
    timestamp: str = Field(pattern=TIME)
    strategy: str


class TradebookAnswer(ModeTold):
    data: list[TradeRow]


class PositionRow(Part):
    symbol: str
    exchange: Exchange
    product: Product
    quantity: int
    average_price: float
    ltp: float
    pnl: float
    pnlpercent: float
    unrealized_pnl: float
    today_realized_pnl: float
    total_pnl_today: float
    lot_size: int


class PositionbookAnswer(ModeTold):
    data: list[PositionRow]
    total_pnl: float
    total_unrealized_pnl: float
    total_today_realized_pnl: float
    total_pnl_today: float


class OpenPositionAnswer(ModeTold):
    quantity: int


class FundsRow(Part):
    availablecash: float
    collateral: float
    m2mrealized: float
    m2munrealized: float
    utiliseddebits: float
    total_realized_pnl: float
    today_realized_pnl: float
    grossexposure: float
    totalpnl: float
    last_reset: str = Field(pattern=TIME)
    reset_count: int


class FundsAnswer(ModeTold):
    data: FundsRow


class QuoteRow(Part):
    open: float
    high: float
    low: float
    ltp: float
    bid: float
    ask: float
    prev_close: float
    volume: int
    oi: int


class QuotesAnswer(Success):
    data: QuoteRow


class FoundRow(Part):
    symbol: str
    brsymbol: str
    name: str
    exchange: Exchange
    brexchange: str
    token: str
    expiry: str
    strike: float
    lotsize: int
    instrumenttype: str
    tick_size: float
    freeze_qty: int


class SymbolRow(FoundRow):
    id: int


class SymbolAnswer(Success):
    data: SymbolRow


class SearchAnswer(Success):
    message: str
    data: list[FoundRow]


class ModeRow(Part):
    mode: Mode
    analyze_mode: bool
    total_logs: int


class SwitchedRow(ModeRow):
    message: str


class AnalyzerAnswer(Success):
    data: ModeRow


class ToggleAnswer(Success):
    data: SwitchedRow
