"""On which terms an order or position stands, leverage and end: known for as long as it does, also after a contract expired."""

from datetime import datetime

from brokers import calendar
from brokers.models import JournalEntry, PaperPosition
from brokers.paper import catalogue, rules, schedule
from brokers.types import Exchange, Instrument, Product

Row = JournalEntry | PaperPosition


def instrument(row: Row) -> Instrument:
    return catalogue.listing(row.symbol, row.exchange).instrument


def expires(instrument: Instrument) -> datetime | None:
    """The close of a contract's last day."""
    return None if instrument.expiry is None else calendar.close(instrument.exchange, instrument.expiry)


def leverage(row: Row) -> int:
    return rules.leverage(instrument(row), product=Product(row.product))


def end_of_order(entry: JournalEntry, *, after: datetime) -> schedule.End | None:
    product, exchange = Product(entry.product), Exchange(entry.exchange)
    return schedule.end_of_order(product, exchange, expires=expires(instrument(entry)), after=after)


def end_of_position(position: PaperPosition, *, after: datetime) -> schedule.End | None:
    product, exchange = Product(position.product), Exchange(position.exchange)
    return schedule.end_of_position(product, exchange, expires=expires(instrument(position)), after=after)
