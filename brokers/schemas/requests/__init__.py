"""What each call takes; the key, then the call's own fields."""

from brokers.schemas.requests.keyed import Keyed
from brokers.schemas.requests.market import Expiry, History, Instrument, Instruments, MultiQuotes, Named, Search
from brokers.schemas.requests.options import OptionChain, OptionSymbol
from brokers.schemas.requests.orders import (
    BasketItem,
    BasketOrder,
    Labelled,
    Margin,
    ModifyOrder,
    OneOrder,
    OpenPosition,
    PlaceOrder,
    PlaceSmartOrder,
    SplitOrder,
)
from brokers.schemas.requests.utilities import Holidays, Timings, Toggle

__all__ = [
    "BasketItem",
    "BasketOrder",
    "Expiry",
    "History",
    "Holidays",
    "Instrument",
    "Instruments",
    "Keyed",
    "Labelled",
    "Margin",
    "ModifyOrder",
    "MultiQuotes",
    "Named",
    "OneOrder",
    "OpenPosition",
    "OptionChain",
    "OptionSymbol",
    "PlaceOrder",
    "PlaceSmartOrder",
    "Search",
    "SplitOrder",
    "Timings",
    "Toggle",
]
