"""What the paper exchange accepts as an order: pure checks, each with its sentence."""

from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from brokers.errors import OrderRefused
from brokers.money import whole
from brokers.paper import rules, schedule
from brokers.types import IST, Exchange, Instrument, OrderRequest, PriceType, Product

CASH = (Exchange.NSE, Exchange.BSE)
LIMITED = (PriceType.LIMIT, PriceType.SL)
MOST_QUANTITY = 1_000_000_000
MOST_PRICE = 1_000_000_000
MOST_STRATEGY = 128
_FINEST = Decimal("0.0001")


def checked(request: OrderRequest, instrument: Instrument) -> OrderRequest:
    """The request with its prices at four places, or OrderRefused."""
    _check_amounts(request)
    if len(request.strategy) > MOST_STRATEGY or not request.strategy.isprintable():
        raise OrderRefused(f"strategy must be printable text of at most {MOST_STRATEGY} characters.")
    _check_instrument(request, instrument)
    request = replace(request, price=_finest(request.price), trigger_price=_finest(request.trigger_price))
    if request.pricetype in LIMITED and request.price <= 0:
        raise OrderRefused(f"{_article(request)} {request.pricetype} order needs a price above zero.")
    if request.pricetype in rules.STOPS and request.trigger_price <= 0:
        raise OrderRefused(f"{_article(request)} {request.pricetype} order needs a trigger_price above zero.")
    return request


def require_alive(instrument: Instrument, *, expires: datetime | None, at: datetime) -> None:
    """From the close of its last day on a contract takes no orders."""
    if expires is not None and at >= expires:
        raise OrderRefused(f"{instrument.symbol} expired on {expires.astimezone(IST):%d %b %Y}.")


def refuse_intraday(exchange: Exchange, *, opens: int) -> None:
    """Outside the hours of intraday trading an MIS order may only close."""
    if opens:
        raise OrderRefused(
            f"MIS orders that open or grow a position are refused from the square-off time of {exchange},"
            f" {schedule.square_off_time(exchange):%H:%M} IST, until {schedule.INTRADAY_FROM:%H:%M} IST."
        )


def _check_amounts(request: OrderRequest) -> None:
    if not 0 < request.quantity <= MOST_QUANTITY:
        raise OrderRefused(f"quantity must be above zero and at most {whole(MOST_QUANTITY)}.")
    if not 0 <= request.disclosed_quantity <= MOST_QUANTITY:
        raise OrderRefused(f"disclosed_quantity must be between zero and {whole(MOST_QUANTITY)}.")
    for name, price in (("price", request.price), ("trigger_price", request.trigger_price)):
        if not price.is_finite() or not 0 <= price <= MOST_PRICE:
            raise OrderRefused(f"{name} must be between zero and {whole(MOST_PRICE)}.")


def _check_instrument(request: OrderRequest, instrument: Instrument) -> None:
    if instrument.is_index:
        raise OrderRefused(f"{instrument.symbol} is an index: it is quoted, not traded.")
    if request.product is Product.NRML and instrument.exchange in CASH:
        raise OrderRefused("Product NRML is not for NSE and BSE; use CNC or MIS.")
    if request.product is Product.CNC and instrument.is_derivative:
        raise OrderRefused("Product CNC is not for derivatives; use NRML or MIS.")
    if request.quantity % instrument.lotsize:
        raise OrderRefused(
            f"{instrument.symbol} trades in lots of {instrument.lotsize}; {request.quantity} is no multiple of it."
        )


def _article(request: OrderRequest) -> str:
    return "A" if request.pricetype is PriceType.LIMIT else "An"


def _finest(price: Decimal) -> Decimal:
    return price.quantize(_FINEST, ROUND_HALF_UP)
