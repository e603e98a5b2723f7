"""What the paper exchange lists: one instrument by its symbol, or all of a day."""

from datetime import date
from functools import lru_cache

from brokers.errors import UnknownInstrument
from brokers.paper import contracts
from brokers.paper.equities import SHARES
from brokers.paper.indices import INDICES
from brokers.paper.listing import Listing
from brokers.types import Exchange

_LASTING = {(each.instrument.exchange.value, each.instrument.symbol): each for each in (*SHARES, *INDICES)}
_EXCHANGES = frozenset(Exchange)


def listing(symbol: str, exchange: str) -> Listing:
    """What has a price under this name, though it may have expired; raises UnknownInstrument."""
    found = _find(symbol, exchange)
    if found is None:
        raise UnknownInstrument(symbol, exchange, hint=_hint(symbol, exchange))
    return found


def listed(symbol: str, exchange: str, *, day: date) -> Listing:
    """What can be traded in the session of a day; raises UnknownInstrument."""
    found = listing(symbol, exchange)
    if _is_listed(found, day):
        return found
    expiry = found.instrument.expiry
    raise UnknownInstrument(symbol, exchange, hint="it has expired" if expiry and expiry < day else "it is not listed")


@lru_cache(maxsize=2)
def everything(day: date) -> tuple[Listing, ...]:
    """All that can be traded in the session of a day."""
    return (*_LASTING.values(), *contracts.listed(day))


@lru_cache(maxsize=16_384)
def _find(symbol: str, exchange: str) -> Listing | None:
    if exchange not in _EXCHANGES:
        return None
    return _LASTING.get((exchange, symbol)) or contracts.read(symbol, exchange)


@lru_cache(maxsize=16_384)
def _is_listed(listing: Listing, day: date) -> bool:
    return contracts.is_listed(listing, day)


def _hint(symbol: str, exchange: str) -> str:
    return "symbols are upper case" if _find(symbol.upper(), exchange) else ""
