"""The indices that the paper exchange quotes; nobody trades an index, so its volume is 0."""

from decimal import Decimal

from brokers.paper.listing import Listing
from brokers.paper.path import Course
from brokers.types import Exchange, Instrument

TICK = Decimal("0.05")
_UNSEEN = 1_000_000  # the course's own volume: what futures and options on the index take their shares of
_INDICES = (  # token, symbol, name, exchange, base, tick
    (99926000, "NIFTY", "NIFTY 50", Exchange.NSE_INDEX, 26_000, TICK),
    (99926009, "BANKNIFTY", "NIFTY BANK", Exchange.NSE_INDEX, 58_500, TICK),
    (99926037, "FINNIFTY", "NIFTY FINANCIAL SERVICES", Exchange.NSE_INDEX, 27_400, TICK),
    (99926074, "MIDCPNIFTY", "NIFTY MIDCAP SELECT", Exchange.NSE_INDEX, 13_600, TICK),
    (99926013, "NIFTYNXT50", "NIFTY NEXT 50", Exchange.NSE_INDEX, 69_000, TICK),
    (99926017, "INDIAVIX", "INDIA VIX", Exchange.NSE_INDEX, 14, Decimal("0.0025")),
    (99919000, "SENSEX", "S&P BSE SENSEX", Exchange.BSE_INDEX, 85_000, TICK),
    (99919012, "BANKEX", "S&P BSE BANKEX", Exchange.BSE_INDEX, 65_500, TICK),
    (99919050, "SENSEX50", "S&P BSE SENSEX 50", Exchange.BSE_INDEX, 27_200, TICK),
)


def _quoted(row: tuple[int, str, str, Exchange, int, Decimal]) -> Listing:
    token, symbol, name, exchange, base, tick = row
    index = Instrument(
        id=token, symbol=symbol, name=name, exchange=exchange, token=str(token), tick_size=tick, instrumenttype="INDEX"
    )
    return Listing(instrument=index, course=Course(f"{exchange}:{symbol}", int(base / tick), _UNSEEN), usual=0)


INDICES: tuple[Listing, ...] = tuple(_quoted(row) for row in _INDICES)
