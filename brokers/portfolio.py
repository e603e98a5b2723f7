"""What a user has: funds, and the books of the running session."""

from collections import Counter
from collections.abc import Iterable

from brokers import journal, modes, registry
from brokers.types import Action, Exchange, Funds, Holding, Order, OrderStatistics, OrderStatus, Position, Product, Trade


def funds(user_id: int) -> Funds:
    return registry.load(modes.broker(user_id)).funds(user_id)


def orders(user_id: int) -> list[Order]:
    """Placed in this session or still open, newest first."""
    adapter = registry.load(modes.broker(user_id))
    adapter.catch_up(user_id)
    return journal.orders(user_id, broker=adapter.CODE, since=adapter.session_start())


def statistics(book: Iterable[Order]) -> OrderStatistics:
    seen = Counter(word for order in book for word in (order.action, order.status))
    return OrderStatistics(
        buy=seen[Action.BUY],
        sell=seen[Action.SELL],
        completed=seen[OrderStatus.COMPLETE],
        open=seen[OrderStatus.OPEN],
        rejected=seen[OrderStatus.REJECTED],
        trigger_pending=seen[OrderStatus.TRIGGER_PENDING],
    )


def trades(user_id: int) -> list[Trade]:
    """Filled in this session, newest first."""
    adapter = registry.load(modes.broker(user_id))
    adapter.catch_up(user_id)
    return journal.trades(user_id, broker=adapter.CODE, since=adapter.session_start())


def positions(user_id: int) -> list[Position]:
    """Open, or closed in this session (quantity 0), by symbol."""
    return registry.load(modes.broker(user_id)).positions(user_id)


def holdings(user_id: int) -> list[Holding]:
    """Delivered in an earlier session, by symbol; those sold out are gone."""
    return registry.load(modes.broker(user_id)).holdings(user_id)


def net_quantity(user_id: int, *, symbol: str, exchange: Exchange | str, product: Product) -> int:
    """Signed; 0 when flat or unknown."""
    wanted = (symbol, exchange, product)
    return sum(each.quantity for each in positions(user_id) if (each.symbol, each.exchange, each.product) == wanted)
