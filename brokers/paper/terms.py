"""On which terms an order or position stands, leverage and end: known for as long as it does, also after a contract expired."""

from datetime import datetime, timedelta

from brokers import symbols
from brokers.models import JournalEntry, PaperPosition
from brokers.paper import clock, rules, schedule
from brokers.types import Exchange, Instrument, Product

Row = JournalEntry | PaperPosition


def instrument(row: Row) -> Instrument:
    return symbols.find(row.symbol, row.exchange)


def expires(instrument: Instrument) -> datetime | None:
    """The close of a contract's last day."""
    return None if instrument.expiry is None else clock.session_start(instrument.expiry + timedelta(days=1))


def leverage(row: Row) -> int:
    return rules.leverage(instrument(row), product=Product(row.product))


def end_of_order(entry: JournalEntry, *, after: datetime) -> schedule.End | None:
    product, exchange = Product(entry.product), Exchange(entry.exchange)
    return schedule.end_of_order(product, exchange, expires=expires(instrument(entry)), after=after)


def end_of_position(position: PaperPosition, *, after: datetime) -> schedule.End | None:
    product, exchange = Product(position.product), Exchange(position.exchange)
    return schedule.end_of_position(product, exchange, expires=expires(instrument(position)), after=after)
