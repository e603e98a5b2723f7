"""What the calls about options take; an unknown field is refused (fails closed)."""

from pydantic import Field

from brokers.schemas.days import ExpiryDate, Offset, Right
from brokers.schemas.fields import Count, Label, Percent, StrikeCount, Switch, Symbol
from brokers.schemas.requests.keyed import Keyed
from brokers.types import Exchange


class Underlying(Keyed):
    underlying: Symbol = Field(examples=["NIFTY"])
    exchange: Exchange = Field(description="Where the underlying is quoted, or where its options are.", examples=["NSE_INDEX"])
    expiry_date: ExpiryDate = Field(None, description="The nearest one when absent.")  # type: ignore[assignment]


class OptionSymbol(Underlying):
    offset: Offset
    option_type: Right
    strike_int: Count = Field(None, description="Distance of the strikes; known to the server, so best left out.")  # type: ignore[assignment]
    strategy: Label = Field("", description="Ignored.")


class OptionChain(Underlying):
    strike_count: StrikeCount = Field(None, description="Strikes on either side of the money; all when absent.")  # type: ignore[assignment]
    with_greeks: Switch = Field(False, description="Not computed here yet: `greeks_included` says so.")  # noqa: FBT003
    interest_rate: Percent = Field(None, description="For the greeks.")  # type: ignore[assignment]
