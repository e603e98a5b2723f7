"""The instruments that can be traded, found by name."""

from brokers.paper.equities import LISTINGS, listing
from brokers.types import Exchange, Instrument

MOST = 500


def find(symbol: str, exchange: Exchange | str) -> Instrument:
    """Raises UnknownInstrument."""
    return listing(symbol, exchange).instrument


def search(query: str, *, exchange: Exchange | None = None) -> list[Instrument]:
    """Best match first, at most 500; case does not matter, a blank query finds nothing."""
    wanted = query.strip().upper()
    if not wanted:
        return []
    offered = (each.instrument for each in LISTINGS.values() if exchange in (None, each.instrument.exchange))
    ranked = sorted((rank, each.symbol, each.id) for each in offered if (rank := _rank(each, wanted)) is not None)
    by_id = {each.instrument.id: each.instrument for each in LISTINGS.values()}
    return [by_id[number] for *_, number in ranked[:MOST]]


def _rank(instrument: Instrument, wanted: str) -> int | None:
    """0 is best: the symbol itself, its beginning, a word of the name, anywhere in the symbol, anywhere in the name."""
    symbol, name = instrument.symbol, instrument.name
    matches = (
        symbol == wanted,
        symbol.startswith(wanted),
        any(word.startswith(wanted) for word in name.split()),
        wanted in symbol,
        wanted in name,
    )
    return matches.index(True) if True in matches else None
