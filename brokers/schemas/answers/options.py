"""What the calls about options answer."""

from pydantic import Field

from brokers.schemas.answers.parts import Part, Success
from brokers.types import Exchange


class OptionSymbolAnswer(Success):
    symbol: str
    exchange: Exchange
    lotsize: int
    tick_size: float
    freeze_qty: int
    underlying_ltp: float


class LegRow(Part):
    symbol: str
    label: str = Field(pattern="^(ATM|[IO]TM[0-9]+)$")
    ltp: float
    bid: float
    ask: float
    bid_qty: int
    ask_qty: int
    open: float
    high: float
    low: float
    prev_close: float
    volume: int
    oi: int
    lotsize: int
    tick_size: float


class StrikeRow(Part):
    strike: float
    ce: LegRow | None
    pe: LegRow | None


class OptionChainAnswer(Success):
    underlying: str
    underlying_ltp: float
    underlying_prev_close: float
    expiry_date: str = Field(pattern="^[0-9]{2}[A-Z]{3}[0-9]{2}$")
    expiry_ts: int = Field(description="Epoch seconds of the contracts' last trade.")
    server_ts: int = Field(description="Epoch seconds of the market's clock.")
    atm_strike: float
    quotes_included: bool
    greeks_included: bool
    forward_price: float
    chain: list[StrikeRow]
