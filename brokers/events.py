"""The steps of orders: written at the end of the transaction they belong to, under one number; read by every process."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from brokers import journal
from brokers.models import JournalEntry, OrderEvent
from brokers.types import Mode, OrderStatus, OrderUpdate
from security import propagation

FOLLOWER = "order events"  # who follows the sequence for these rows
MOST = 10_000  # read at once


def step(entry: JournalEntry, *, at: datetime) -> OrderEvent:
    """The order as it stands now, to be handed to `write`."""
    return OrderEvent(
        order=entry,
        status=entry.status,
        quantity=entry.quantity,
        price=entry.price,
        trigger_price=entry.trigger_price,
        filled_quantity=entry.filled_quantity,
        average_price=entry.average_price,
        reason=entry.reason,
        at=at,
    )


def write(steps: list[OrderEvent]) -> None:
    """The last thing in the transaction that they belong to: others who announce something wait from here to its end."""
    if not steps:
        return
    seq = propagation.bump(only=FOLLOWER)
    for each in steps:
        each.seq = seq
    OrderEvent.objects.bulk_create(steps)


def since(seq: int) -> Iterator[list[OrderUpdate]]:
    """Every step with a number above `seq`, oldest first, in readings of at most MOST; a number may fill several."""
    rows, last = OrderEvent.objects.filter(seq__gt=seq).select_related("order").order_by("pk"), 0
    while reading := list(rows.filter(pk__gt=last)[:MOST]):
        yield [_update(row) for row in reading]
        if len(reading) < MOST:
            return
        last = reading[-1].pk


def steps(user_id: int, orderid: str) -> list[OrderEvent]:
    """One order's, oldest first; raises UnknownOrder."""
    return list(journal.find(user_id, orderid).events.order_by("pk"))


def _update(row: OrderEvent) -> OrderUpdate:
    entry = row.order
    order = replace(
        journal.order(entry),
        status=OrderStatus(row.status),
        quantity=row.quantity,
        price=row.price,
        trigger_price=row.trigger_price,
        filled_quantity=row.filled_quantity,
        average_price=row.average_price,
        reason=row.reason,
    )
    mode = Mode.ANALYZE if entry.broker == "paper" else Mode.LIVE
    return OrderUpdate(seq=row.seq, user_id=entry.user_id, broker=entry.broker, mode=mode, order=order)
