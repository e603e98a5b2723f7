"""The paper exchange's rules as pure functions: what it accepts, what it costs, what a fill does to a position."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from brokers.errors import OrderRefused
from brokers.money import whole
from brokers.types import ZERO, Action, Exchange, Instrument, OrderRequest, PriceType, Product

EQUITY_LEVERAGE = {Product.MIS: 5, Product.CNC: 1}
FUTURES_LEVERAGE = 10
OPTION_LEVERAGE = 1  # bought or sold
SERVED = (PriceType.MARKET, PriceType.LIMIT)
CASH = (Exchange.NSE, Exchange.BSE)
MOST_QUANTITY = 1_000_000_000
MOST_PRICE = 1_000_000_000
MOST_STRATEGY = 128
_PAISA, _FINEST = Decimal("0.01"), Decimal("0.0001")


@dataclass(frozen=True, kw_only=True)
class Stake:
    """The open part of a position: signed quantity, and what it was entered for."""

    quantity: int = 0
    cost: Decimal = ZERO


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a fill makes of a stake: it closes to what is `left`, then opens the quantity `opened` to become `stake`."""

    left: Stake
    stake: Stake
    opened: int
    realised: Decimal


def checked(request: OrderRequest) -> OrderRequest:
    """The request with its prices at four places, or OrderRefused."""
    _check_amounts(request)
    if len(request.strategy) > MOST_STRATEGY or not request.strategy.isprintable():
        raise OrderRefused(f"strategy must be printable text of at most {MOST_STRATEGY} characters.")
    request = replace(request, price=_finest(request.price), trigger_price=_finest(request.trigger_price))
    if request.pricetype not in SERVED:
        raise OrderRefused(f"Price type {request.pricetype} is not served yet; use MARKET or LIMIT.")
    if request.product is Product.NRML and request.exchange in CASH:
        raise OrderRefused("Product NRML is not for NSE and BSE; use CNC or MIS.")
    if request.pricetype is PriceType.LIMIT and request.price <= 0:
        raise OrderRefused("A LIMIT order needs a price above zero.")
    return request


def leverage(instrument: Instrument, *, product: Product) -> int:
    """How many rupees of value one rupee of margin carries."""
    if instrument.is_future:
        return FUTURES_LEVERAGE
    return OPTION_LEVERAGE if instrument.is_option else EQUITY_LEVERAGE[product]


def margin(value: Decimal, *, leverage: int) -> Decimal:
    """What is kept for a value: a position's is its cost, an order's its quantity at the basis."""
    return _paise(value / leverage)


def basis(*, action: Action, pricetype: PriceType, price: Decimal, ltp: Decimal) -> Decimal:
    """The price that an order must be covered at: a sale below the market goes at the market, so it is covered there."""
    if pricetype is PriceType.MARKET:
        return ltp
    return price if action is Action.BUY else max(price, ltp)


def fills_at(
    *, action: Action, pricetype: PriceType, price: Decimal, ltp: Decimal, bid: Decimal, ask: Decimal
) -> Decimal | None:
    """At what price an arriving order fills at once; None lets it rest."""
    if pricetype is PriceType.MARKET:
        return (ask if action is Action.BUY else bid) or ltp
    return ltp if reached(action=action, price=price, low=ltp, high=ltp) else None


def reached(*, action: Action, price: Decimal, low: Decimal, high: Decimal) -> bool:
    """Whether the market touched a limit somewhere between its low and its high."""
    return low <= price if action is Action.BUY else high >= price


def opening(*, held: int, signed: int, pending: int = 0) -> int:
    """How much of an order opens or grows a position, when `pending` of the held is already promised to other orders."""
    closes = max(0, abs(held) - pending) if held * signed < 0 else 0
    return max(0, abs(signed) - closes)


def net(stake: Stake, *, signed: int, price: Decimal) -> Outcome:
    """Close against what is open first, pro rata, then open the rest; no paisa is lost to rounding on the way."""
    opened = opening(held=stake.quantity, signed=signed)
    left, realised = _close(stake, quantity=abs(signed) - opened, price=price)
    grown = Stake(quantity=stake.quantity + signed, cost=left.cost + opened * price)
    return Outcome(left=left, stake=grown, opened=opened, realised=realised)


def _close(stake: Stake, *, quantity: int, price: Decimal) -> tuple[Stake, Decimal]:
    if not quantity:
        return stake, ZERO
    held = abs(stake.quantity)
    side = 1 if stake.quantity > 0 else -1
    value = quantity * price
    realised = side * _paise(value - stake.cost * quantity / held)
    if quantity == held:
        return Stake(), realised
    cost = stake.cost - (value - side * realised)  # what rounding left over stays in the cost
    return Stake(quantity=stake.quantity - side * quantity, cost=cost), realised


def _check_amounts(request: OrderRequest) -> None:
    if not 0 < request.quantity <= MOST_QUANTITY:
        raise OrderRefused(f"quantity must be above zero and at most {whole(MOST_QUANTITY)}.")
    if not 0 <= request.disclosed_quantity <= MOST_QUANTITY:
        raise OrderRefused(f"disclosed_quantity must be between zero and {whole(MOST_QUANTITY)}.")
    for name, price in (("price", request.price), ("trigger_price", request.trigger_price)):
        if not price.is_finite() or not 0 <= price <= MOST_PRICE:
            raise OrderRefused(f"{name} must be between zero and {whole(MOST_PRICE)}.")


def _paise(amount: Decimal) -> Decimal:
    return amount.quantize(_PAISA, ROUND_HALF_UP)


def _finest(price: Decimal) -> Decimal:
    return price.quantize(_FINEST, ROUND_HALF_UP)
