"""What the calls about prices and instruments answer."""

from pydantic import Field

from brokers.schemas.answers.parts import EXPIRY, Part, Success
from brokers.types import Exchange


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


class QuotedRow(Part):
    """The quote, or why there is none."""

    symbol: str
    exchange: Exchange
    data: QuoteRow = Field(None)  # type: ignore[assignment]
    error: str = ""


class MultiQuotesAnswer(Success):
    results: list[QuotedRow]


class LevelRow(Part):
    price: float
    quantity: int


class DepthRow(Part):
    open: float
    high: float
    low: float
    ltp: float
    ltq: int
    prev_close: float
    volume: int
    oi: int
    totalbuyqty: int
    totalsellqty: int
    bids: list[LevelRow] = Field(min_length=5, max_length=5)
    asks: list[LevelRow] = Field(min_length=5, max_length=5)


class DepthAnswer(Success):
    data: DepthRow


class CandleRow(Part):
    timestamp: int = Field(description="Epoch seconds; of D and longer 00:00 UTC of the (first) trading date.")
    open: float
    high: float
    low: float
    close: float
    volume: int
    oi: int


class HistoryAnswer(Success):
    data: list[CandleRow]


class IntervalsRow(Part):
    seconds: list[str]
    minutes: list[str]
    hours: list[str]
    days: list[str]
    weeks: list[str]
    months: list[str]


class IntervalsAnswer(Success):
    data: IntervalsRow


class ListedRow(Part):
    symbol: str
    brsymbol: str
    name: str
    exchange: Exchange
    brexchange: str
    token: str
    expiry: str = Field(pattern=EXPIRY)
    strike: float
    lotsize: int
    instrumenttype: str
    tick_size: float


class FoundRow(ListedRow):
    freeze_qty: int


class SymbolRow(FoundRow):
    id: int


class SymbolAnswer(Success):
    data: SymbolRow


class SearchAnswer(Success):
    message: str
    data: list[FoundRow]


class ExpiryAnswer(Success):
    message: str
    data: list[str]


class InstrumentsAnswer(Success):
    message: str
    data: list[ListedRow]
