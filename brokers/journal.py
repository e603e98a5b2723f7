"""The order journal's verbs, the same for every broker; all run inside the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from brokers.errors import UnknownOrder
from brokers.models import Fill, JournalEntry
from brokers.types import Action, Exchange, Order, OrderRequest, OrderStatus, PriceType, Product, Trade

RESTING = (OrderStatus.OPEN, OrderStatus.TRIGGER_PENDING)
_DATE_DIGITS, _MOST_DIGITS = 6, 24
_CHANGING = ["status", "quantity", "price", "trigger_price", "filled_quantity", "average_price", "reason", "updated"]


def draft(user_id: int, request: OrderRequest, *, broker: str, source: str, at: datetime) -> JournalEntry:
    """An order that is not written down yet: `rest`, `fill` or `close` does, whichever comes first."""
    return JournalEntry(
        user_id=user_id,
        broker=broker,
        symbol=request.symbol,
        exchange=request.exchange,
        action=request.action,
        product=request.product,
        pricetype=request.pricetype,
        quantity=request.quantity,
        price=request.price,
        trigger_price=request.trigger_price,
        disclosed_quantity=request.disclosed_quantity,
        strategy=request.strategy,
        source=source,
        status=OrderStatus.OPEN,
        placed=at,
        updated=at,
    )


def find(user_id: int, orderid: str) -> JournalEntry:
    """Raises UnknownOrder."""
    if orderid.isascii() and orderid.isdigit() and _DATE_DIGITS < len(orderid) <= _MOST_DIGITS:
        entry = JournalEntry.objects.filter(pk=int(orderid[_DATE_DIGITS:]), user_id=user_id).first()
        if entry is not None and entry.orderid == orderid:
            return entry
    raise UnknownOrder(orderid)


def rest(entry: JournalEntry, *, at: datetime) -> None:
    """With the status, quantity and prices that it has now."""
    entry.updated = at
    entry.save(update_fields=_CHANGING if entry.pk else None)


def fill(entry: JournalEntry, *, price: Decimal, at: datetime) -> None:
    """All of it at once."""
    entry.filled_quantity, entry.average_price = entry.quantity, price
    close(entry, OrderStatus.COMPLETE, at=at)
    Fill.objects.create(order=entry, quantity=entry.quantity, price=price, at=at)


def close(entry: JournalEntry, status: OrderStatus, *, at: datetime, reason: str = "") -> None:
    entry.status, entry.reason, entry.updated = status, reason, at
    entry.save(update_fields=_CHANGING if entry.pk else None)


def orders(user_id: int, *, broker: str, since: datetime) -> list[Order]:
    """Placed or changed since then, or still resting; newest first."""
    entries = JournalEntry.objects.filter(Q(updated__gte=since) | Q(status__in=RESTING), user_id=user_id, broker=broker)
    return [order(entry) for entry in entries]


def trades(user_id: int, *, broker: str, since: datetime) -> list[Trade]:
    fills = Fill.objects.filter(order__user_id=user_id, order__broker=broker, at__gte=since).select_related("order")
    return [_trade(each) for each in fills]


def count(user_id: int) -> int:
    return JournalEntry.objects.filter(user_id=user_id).count()


def pending(entry: JournalEntry) -> int:
    """The quantity that the user's other resting orders have on the same side of the same position."""
    others: Iterable[int] = (
        JournalEntry.objects.filter(
            user_id=entry.user_id,
            broker=entry.broker,
            status__in=RESTING,
            symbol=entry.symbol,
            exchange=entry.exchange,
            product=entry.product,
            action=entry.action,
        )
        .exclude(pk=entry.pk)
        .values_list("quantity", flat=True)
    )
    return sum(others)


def order(entry: JournalEntry) -> Order:
    return Order(
        orderid=entry.orderid,
        symbol=entry.symbol,
        exchange=Exchange(entry.exchange),
        action=Action(entry.action),
        quantity=entry.quantity,
        pricetype=PriceType(entry.pricetype),
        product=Product(entry.product),
        price=entry.price,
        trigger_price=entry.trigger_price,
        disclosed_quantity=entry.disclosed_quantity,
        strategy=entry.strategy,
        status=OrderStatus(entry.status),
        filled_quantity=entry.filled_quantity,
        average_price=entry.average_price,
        reason=entry.reason,
        placed=entry.placed,
    )


def _trade(fill: Fill) -> Trade:
    entry = fill.order
    return Trade(
        tradeid=fill.tradeid,
        orderid=entry.orderid,
        symbol=entry.symbol,
        exchange=Exchange(entry.exchange),
        action=Action(entry.action),
        product=Product(entry.product),
        quantity=fill.quantity,
        price=fill.price,
        strategy=entry.strategy,
        at=fill.at,
    )
