"""The shares that the paper exchange lists: what they are, where their prices swing about, how busily they trade."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from brokers.errors import UnknownInstrument
from brokers.paper.path import Course
from brokers.types import Exchange, Instrument


@dataclass(frozen=True, kw_only=True)
class Listing:
    instrument: Instrument
    course: Course


_TICKS = ((250, "0.01"), (1_000, "0.05"), (5_000, "0.10"), (10_000, "0.50"), (20_000, "1.00"))  # up to this price, rupees
_SHARES = (  # token, symbol, name, base price in rupees, shares traded on a usual day
    (2885, "RELIANCE", "RELIANCE INDUSTRIES", 1450, 11_000_000),
    (1594, "INFY", "INFOSYS", 1500, 6_500_000),
    (11536, "TCS", "TATA CONSULTANCY SERVICES", 3100, 2_400_000),
    (3045, "SBIN", "STATE BANK OF INDIA", 860, 9_500_000),
    (1333, "HDFCBANK", "HDFC BANK", 980, 14_000_000),
    (4963, "ICICIBANK", "ICICI BANK", 1380, 9_000_000),
    (1660, "ITC", "ITC", 410, 12_000_000),
    (11483, "LT", "LARSEN AND TOUBRO", 3700, 1_800_000),
    (5900, "AXISBANK", "AXIS BANK", 1200, 6_000_000),
    (1922, "KOTAKBANK", "KOTAK MAHINDRA BANK", 2100, 3_200_000),
    (10604, "BHARTIARTL", "BHARTI AIRTEL", 1950, 5_500_000),
    (1394, "HINDUNILVR", "HINDUSTAN UNILEVER", 2450, 1_600_000),
    (10999, "MARUTI", "MARUTI SUZUKI INDIA", 14_500, 400_000),
    (236, "ASIANPAINT", "ASIAN PAINTS", 2500, 1_100_000),
    (3351, "SUNPHARMA", "SUN PHARMACEUTICAL INDUSTRIES", 1650, 2_300_000),
    (3506, "TITAN", "TITAN COMPANY", 3600, 1_000_000),
    (3787, "WIPRO", "WIPRO", 250, 10_000_000),
    (11532, "ULTRACEMCO", "ULTRATECH CEMENT", 12_000, 300_000),
    (317, "BAJFINANCE", "BAJAJ FINANCE", 950, 7_000_000),
    (11915, "YESBANK", "YES BANK", 21, 80_000_000),
    (2031, "M&M", "MAHINDRA AND MAHINDRA", 3400, 2_500_000),
    (16669, "BAJAJ-AUTO", "BAJAJ AUTO", 8900, 350_000),
)


def _list(token: int, symbol: str, name: str, base: int, volume: int) -> Listing:
    tick = next(Decimal(tick) for most, tick in _TICKS if base <= most)
    share = Instrument(id=token, symbol=symbol, name=name, exchange=Exchange.NSE, token=str(token), tick_size=tick)
    return Listing(instrument=share, course=Course(f"NSE:{symbol}", int(base / tick), volume))


LISTINGS: Mapping[tuple[str, str], Listing] = MappingProxyType({("NSE", row[1]): _list(*row) for row in _SHARES})


def listing(symbol: str, exchange: str) -> Listing:
    """Raises UnknownInstrument; whoever wrote it in lower case is told."""
    found = LISTINGS.get((exchange, symbol))
    if found is None:
        meant = (exchange, symbol.upper()) in LISTINGS
        raise UnknownInstrument(symbol, exchange, hint="symbols are upper case" if meant else "")
    return found
