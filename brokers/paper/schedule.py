"""When the exchange acts by itself, as pure functions of an instant: square-off, expiry, delivery into the holdings."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from brokers.paper import clock
from brokers.types import IST, Exchange, Product

_EVENING = time(23, 30)
SQUARE_OFF = {  # every day, in India's time
    Exchange.NSE: time(15, 15),
    Exchange.BSE: time(15, 15),
    Exchange.NFO: time(15, 15),
    Exchange.BFO: time(15, 15),
    Exchange.CDS: time(16, 45),
    Exchange.BCD: time(16, 45),
    Exchange.NCDEX: time(17),
}  # elsewhere in the evening, MCX above all
INTRADAY_FROM = time(9)
DAY = timedelta(days=1)


class Cause(StrEnum):
    """Why an order or position ends; also the strategy that the exchange's own orders bear."""

    SQUARE_OFF = "Square-off"
    EXPIRY = "Expiry"
    DELIVERY = "Delivery"


@dataclass(frozen=True, kw_only=True)
class End:
    at: datetime
    cause: Cause


def square_off_time(exchange: Exchange) -> time:
    return SQUARE_OFF.get(exchange, _EVENING)


def square_off(exchange: Exchange, *, after: datetime) -> datetime:
    """The next one, later than `after`."""
    today = datetime.combine(after.astimezone(IST).date(), square_off_time(exchange), IST)
    return today if today > after else today + DAY


def takes_intraday(exchange: Exchange, *, at: datetime) -> bool:
    """Whether MIS orders may open or grow a position."""
    return INTRADAY_FROM <= at.astimezone(IST).time() < square_off_time(exchange)


def end_of_order(product: Product, exchange: Exchange, *, expires: datetime | None, after: datetime) -> End | None:
    """What ends a resting order that was alive at `after`; `expires` is the close of its contract's last day."""
    ends = [End(at=expires, cause=Cause.EXPIRY)] if expires else []
    if product is Product.MIS:
        ends.append(End(at=square_off(exchange, after=after), cause=Cause.SQUARE_OFF))
    return min(ends, key=lambda end: end.at, default=None)


def end_of_position(product: Product, exchange: Exchange, *, expires: datetime | None, after: datetime) -> End | None:
    """What ends a position that was open at `after`; delivery ends it by making it a holding."""
    if product is Product.CNC:
        return End(at=clock.session_start(clock.session(after) + DAY), cause=Cause.DELIVERY)
    return end_of_order(product, exchange, expires=expires, after=after)
