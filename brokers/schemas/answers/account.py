"""What the calls about the account answer."""

from pydantic import Field

from brokers.schemas.answers.orders import OrderRow
from brokers.schemas.answers.parts import DAY, TIME, ModeTold, Part
from brokers.types import Action, Exchange, Product


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


class PnlRow(Part):
    symbol: str
    exchange: Exchange
    product: Product
    quantity: int
    pnl: float
    unrealized_pnl: float
    today_realized_pnl: float
    total_pnl_today: float


class PositionRow(PnlRow):
    average_price: float
    ltp: float
    pnlpercent: float
    lot_size: int


class Totals(ModeTold):
    total_pnl: float
    total_unrealized_pnl: float
    total_today_realized_pnl: float
    total_pnl_today: float


class PositionbookAnswer(Totals):
    data: list[PositionRow]


class PnlSymbolsAnswer(Totals):
    data: list[PnlRow]


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


class HoldingRow(Part):
    symbol: str
    exchange: Exchange
    product: Product
    quantity: int
    average_price: float
    ltp: float
    current_value: float
    pnl: float
    pnlpercent: float
    settlement_date: str = Field(pattern=DAY)


class HoldingStatistics(Part):
    totalholdingvalue: float
    totalinvvalue: float
    totalprofitandloss: float
    totalpnlpercentage: float


class Holdings(Part):
    holdings: list[HoldingRow]
    statistics: HoldingStatistics


class HoldingsAnswer(ModeTold):
    data: Holdings


class MarginRow(Part):
    total_margin_required: float
    span_margin: float
    exposure_margin: float


class MarginAnswer(ModeTold):
    data: MarginRow
