"""Many orders by one word: basket, split, cancel all, close all; each part stands alone, none stops the others."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from brokers import journal, orders, portfolio
from brokers.errors import BrokerError, OrderRefused
from brokers.types import Action, Cancelled, Closed, Order, OrderRequest, Part, Position, PriceType

logger = logging.getLogger(__name__)

MOST = 100  # orders of one basket, or children of one order
ACCIDENT = "This order met an error inside the server; look into the order book before sending it again."


def basket(user_id: int, requests: Sequence[OrderRequest], *, source: str) -> list[Part]:
    """Place all of them, BUY before SELL; answered in the order they were asked. Raises OrderRefused for more than MOST."""
    if len(requests) > MOST:
        raise OrderRefused(f"A basket holds at most {MOST} orders.")
    turns = sorted(range(len(requests)), key=lambda number: requests[number].action is Action.SELL)
    parts = {number: _place(user_id, requests[number], source=source) for number in turns}
    return [parts[number] for number in range(len(requests))]


def split(user_id: int, request: OrderRequest, *, size: int, source: str) -> list[Part]:
    """Cut one order into children of `size`, the last one of what remains. Raises OrderRefused for more than MOST."""
    whole, rest = divmod(request.quantity, size)
    if whole + bool(rest) > MOST:
        raise OrderRefused(f"An order is split into at most {MOST} parts; choose a larger splitsize.")
    sizes = [size] * whole + [rest] * bool(rest)
    return [_place(user_id, replace(request, quantity=quantity), source=source) for quantity in sizes]


def cancel_all(user_id: int) -> Cancelled:
    """Every resting order of the account, waiting stops too."""
    done: list[str] = []
    failed: list[str] = []
    for order in portfolio.orders(user_id):
        if order.status in journal.RESTING:
            (done if _cancel(user_id, order.orderid) else failed).append(order.orderid)
    return Cancelled(done=done, failed=failed)


def close_all(user_id: int, *, source: str) -> Closed:
    """Send a MARKET order against every open position, then tell which are really flat; said twice at once, it acts once."""
    parts = {_name(each): _flatten(user_id, each, source=source) for each in _open(user_id)}
    left = {_name(each): each.quantity for each in _open(user_id)}
    failed = {name: part.refusal or f"{left[name]} are still open." for name, part in parts.items() if name in left}
    return Closed(done=[name for name in parts if name not in left], failed=failed)


def reasons(parts: Iterable[Part]) -> str:
    """Why nothing went through: each reason once, after the numbers and symbols of its parts."""
    named: dict[str, list[str]] = {}
    for number, part in enumerate(parts, start=1):
        named.setdefault(part.refusal, []).append(f"{number} ({part.request.symbol})")
    return " ".join(f"{', '.join(numbers)}: {reason}" for reason, numbers in named.items())


def _place(user_id: int, request: OrderRequest, *, source: str) -> Part:
    return _part(request, lambda: orders.place(user_id, request, source=source))


def _flatten(user_id: int, position: Position, *, source: str) -> Part:
    """By what is open when its turn comes, and nothing when that is nothing any more."""
    request = _against(position)
    towards = replace(request, quantity=0)
    return _part(request, lambda: orders.smart(user_id, towards, position_size=0, source=source))


def _part(request: OrderRequest, send: Callable[[], Order | None]) -> Part:
    """An accident must not hide what became of the other parts: it is logged, and told as this part's own."""
    try:
        order = send()
    except BrokerError as error:
        booked = error.orderid if isinstance(error, OrderRefused) else None
        return Part(request=request, orderid=booked or "", refusal=error.message)
    except Exception:
        logger.exception("an order of several could not be placed")
        return Part(request=request, refusal=ACCIDENT)
    return Part(request=request, orderid=order.orderid if order else "")


def _cancel(user_id: int, orderid: str) -> bool:
    try:
        orders.cancel(user_id, orderid)
    except BrokerError:
        return False
    except Exception:
        logger.exception("order %s of several could not be cancelled", orderid)
        return False
    return True


def _open(user_id: int) -> list[Position]:
    return [each for each in portfolio.positions(user_id) if each.quantity]


def _name(position: Position) -> str:
    return f"{position.exchange}:{position.symbol} {position.product}"


def _against(position: Position) -> OrderRequest:
    return OrderRequest(
        symbol=position.symbol,
        exchange=position.exchange,
        action=Action.SELL if position.quantity > 0 else Action.BUY,
        quantity=abs(position.quantity),
        pricetype=PriceType.MARKET,
        product=position.product,
    )
