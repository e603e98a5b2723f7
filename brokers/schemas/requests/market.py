"""What the calls about prices and instruments take; an unknown field is refused (fails closed)."""

from typing import Literal

from pydantic import Field

from brokers.schemas.days import Day
from brokers.schemas.fields import Symbol, Words
from brokers.schemas.requests.keyed import Keyed, Strict
from brokers.types import Exchange, Interval

MOST_SYMBOLS = 500


class Named(Strict):
    symbol: Symbol
    exchange: Exchange


class Instrument(Keyed, Named):
    pass


class MultiQuotes(Keyed):
    symbols: list[Named] = Field(min_length=1, max_length=MOST_SYMBOLS)


class History(Keyed, Named):
    interval: Interval
    start_date: Day
    end_date: Day
    source: Literal["api", "db"] = Field("api", description="Both mean the same here.")


class Search(Keyed):
    query: Words
    exchange: Exchange = Field(None)  # type: ignore[assignment]


class Expiry(Keyed):
    symbol: Symbol = Field(description="The underlying.", examples=["NIFTY"])
    exchange: Literal["NFO", "BFO", "MCX", "CDS", "NCO", "BCD", "NCDEX", "CRYPTO"]
    instrumenttype: Literal["futures", "options"]


class Instruments(Keyed):
    exchange: Exchange = Field(None, description="All of them when absent.")  # type: ignore[assignment]
    format: Literal["json", "csv"] = "json"
