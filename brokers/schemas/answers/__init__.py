"""What each call answers, for the document and the tests that hold the answers to it; the views build plain dicts."""

from brokers.schemas.answers.account import (
    FundsAnswer,
    HoldingsAnswer,
    MarginAnswer,
    OpenPositionAnswer,
    OrderbookAnswer,
    PnlSymbolsAnswer,
    PositionbookAnswer,
    TradebookAnswer,
)
from brokers.schemas.answers.market import (
    DepthAnswer,
    ExpiryAnswer,
    HistoryAnswer,
    InstrumentsAnswer,
    IntervalsAnswer,
    MultiQuotesAnswer,
    QuotesAnswer,
    SearchAnswer,
    SymbolAnswer,
)
from brokers.schemas.answers.options import (
    OptionChainAnswer,
    OptionSymbolAnswer,
)
from brokers.schemas.answers.orders import (
    BasketAnswer,
    CancelAllAnswer,
    ClosePositionAnswer,
    ModifyAnswer,
    OrderAnswer,
    OrderStatusAnswer,
    SmartAnswer,
    SplitAnswer,
)
from brokers.schemas.answers.utilities import (
    AnalyzerAnswer,
    HolidaysAnswer,
    PingAnswer,
    TimingsAnswer,
    ToggleAnswer,
)

__all__ = [
    "AnalyzerAnswer",
    "BasketAnswer",
    "CancelAllAnswer",
    "ClosePositionAnswer",
    "DepthAnswer",
    "ExpiryAnswer",
    "FundsAnswer",
    "HistoryAnswer",
    "HoldingsAnswer",
    "HolidaysAnswer",
    "InstrumentsAnswer",
    "IntervalsAnswer",
    "MarginAnswer",
    "ModifyAnswer",
    "MultiQuotesAnswer",
    "OpenPositionAnswer",
    "OptionChainAnswer",
    "OptionSymbolAnswer",
    "OrderAnswer",
    "OrderStatusAnswer",
    "OrderbookAnswer",
    "PingAnswer",
    "PnlSymbolsAnswer",
    "PositionbookAnswer",
    "QuotesAnswer",
    "SearchAnswer",
    "SmartAnswer",
    "SplitAnswer",
    "SymbolAnswer",
    "TimingsAnswer",
    "ToggleAnswer",
    "TradebookAnswer",
]
