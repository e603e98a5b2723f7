"""The paper exchange's rules as pure functions: what an order costs, when it fills, what a fill does to a position."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from brokers.types import ZERO, Action, Instrument, PriceType, Product, Quote

EQUITY_LEVERAGE = {Product.MIS: 5, Product.CNC: 1}
FUTURES_LEVERAGE = 10
OPTION_LEVERAGE = 1  # bought or sold
STOPS = (PriceType.SL, PriceType.SL_M)
_PAISA = Decimal("0.01")


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


def leverage(instrument: Instrument, *, product: Product) -> int:
    """How many rupees of value one rupee of margin carries."""
    if instrument.is_future:
        return FUTURES_LEVERAGE
    return OPTION_LEVERAGE if instrument.is_option else EQUITY_LEVERAGE[product]


def margin(value: Decimal, *, leverage: int) -> Decimal:
    """What is kept for a value: a position's is its cost, an order's its quantity at the basis."""
    return _paise(value / leverage)


def basis(*, action: Action, pricetype: PriceType, price: Decimal, trigger: Decimal, ltp: Decimal) -> Decimal:
    """The price that an order must be covered at: a sale below the market goes at the market, so it is covered there."""
    if pricetype is PriceType.MARKET:
        return ltp
    if pricetype in STOPS:
        return trigger
    return price if action is Action.BUY else max(price, ltp)


def triggered(*, action: Action, trigger: Decimal, ltp: Decimal) -> bool:
    """A stop guards against a move: one that buys wakes when the market rises to it, one that sells when it falls."""
    return ltp >= trigger if action is Action.BUY else ltp <= trigger


def satisfied(*, action: Action, price: Decimal, ltp: Decimal) -> bool:
    """Whether the market is as good as the limit, or better."""
    return ltp <= price if action is Action.BUY else ltp >= price


def fills_at(*, action: Action, pricetype: PriceType, price: Decimal, market: Quote) -> Decimal | None:
    """At what price an order that waits for no trigger (any more) fills at once; None lets it rest."""
    if pricetype is PriceType.MARKET:
        return at_market(action, market)
    if pricetype is PriceType.SL_M or satisfied(action=action, price=price, ltp=market.ltp):
        return market.ltp
    return None


def at_market(action: Action, market: Quote) -> Decimal:
    """What the other side asks or bids; the last price where it has nothing to say."""
    return (market.ask if action is Action.BUY else market.bid) or market.ltp


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


def _paise(amount: Decimal) -> Decimal:
    return amount.quantize(_PAISA, ROUND_HALF_UP)
