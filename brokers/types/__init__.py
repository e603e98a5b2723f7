"""What passes through the workshop: the words it is told in, frozen values, no ORM, no I/O."""

from brokers.types.account import Funds, Holding, Margin, Position
from brokers.types.market import Candle, Depth, Instrument, Interval, Level, Quote
from brokers.types.orders import Cancelled, Closed, Order, OrderRequest, OrderStatistics, OrderUpdate, Part, Trade
from brokers.types.vocabulary import IST, ZERO, Action, Exchange, Mode, OrderStatus, PriceType, Product

__all__ = [
    "IST", "ZERO", "Action", "Cancelled", "Candle", "Closed", "Depth", "Exchange", "Funds", "Holding", "Instrument", "Interval",
    "Level", "Margin", "Mode", "Order", "OrderRequest", "OrderStatistics", "OrderStatus", "OrderUpdate", "Part", "Position",
    "PriceType", "Product", "Quote", "Trade",
]  # fmt: skip
