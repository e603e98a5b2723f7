"""The instruments that can be traded now, found by name."""

from datetime import date
from functools import lru_cache

from brokers import calendar
from brokers.paper import catalogue, clock
from brokers.paper import expiries as cycles
from brokers.paper.underlyings import BY_NAME
from brokers.types import Exchange, Instrument

MOST = 500


def find(symbol: str, exchange: Exchange | str) -> Instrument:
    """Raises UnknownInstrument, also of a contract whose last session is over."""
    return catalogue.listed(symbol, exchange, day=_today()).instrument


def everything(exchange: Exchange | None = None) -> list[Instrument]:
    """All instruments, of one exchange or of all; some ten thousand."""
    return [each for each, _ in _master(_today()) if exchange in (None, each.exchange)]


def expiries(underlying: str, exchange: Exchange, *, options: bool) -> list[date]:
    """When the contracts of an underlying that take orders expire, nearest first; none when the exchange lists none."""
    found = BY_NAME.get((exchange, underlying))
    if found is None:
        return []
    listed = cycles.options(found, _today()) if options else cycles.futures(found, _today())
    return [each for each in listed if calendar.close(exchange, each) > clock.now()]


def search(query: str, *, exchange: Exchange | None = None) -> list[Instrument]:
    """Best match first, at most 500; case does not matter, words may stand apart, a blank query finds nothing."""
    wanted = query.strip().upper()
    words = wanted.split()
    if not words:
        return []
    matching = (
        each for each, text in _master(_today()) if exchange in (None, each.exchange) and all(word in text for word in words)
    )
    return sorted(matching, key=lambda each: (_rank(each, wanted, words[0]), *_order(each)))[:MOST]


def _rank(instrument: Instrument, wanted: str, word: str) -> int:
    """0 is best: the symbol itself, its beginning, a word of the name, anywhere in the symbol, in the name, in both."""
    symbol, name = instrument.symbol, instrument.name
    matches = (
        symbol == wanted,
        symbol.startswith(wanted),
        any(word.startswith(wanted) for word in name.split()),
        wanted in symbol,
        wanted in name,
        symbol.startswith(word),
        True,
    )
    return matches.index(True)


def _order(instrument: Instrument) -> tuple[bool, date, str, int]:
    """Options last, what expires soon before what expires late."""
    return instrument.is_option, instrument.expiry or date.min, instrument.symbol, instrument.id


@lru_cache(maxsize=2)
def _master(day: date) -> tuple[tuple[Instrument, str], ...]:
    """Each instrument with the text it is found by."""
    listed = (each.instrument for each in catalogue.everything(day))
    return tuple((each, f"{each.symbol} {each.name}") for each in listed)


def _today() -> date:
    return clock.session(clock.now())
