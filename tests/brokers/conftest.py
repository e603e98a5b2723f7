"""A still moment of the paper market, and orders of a few words."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from brokers import orders, quotes
from brokers.paper import catalogue, market
from brokers.stream.conversation import Stream
from brokers.types import Action, Exchange, Order, OrderRequest, PriceType
from tests import paper_clock
from tests.conftest import PASSWORD

NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


@pytest.fixture
def noon(settings):
    """The clock stands still at noon in India; `noon.shift(seconds)` moves it."""
    settings.PAPER_CLOCK = ""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def daytime(settings):
    """Noon on the paper market, so that MIS orders are taken whenever the test runs."""
    settings.PAPER_CLOCK = paper_clock.daytime()


def asked(action: str, quantity: int, **changes: Any) -> OrderRequest:
    """An INFY order; a price makes it a LIMIT order."""
    kind = PriceType.LIMIT if "price" in changes else PriceType.MARKET
    values: dict[str, Any] = {"symbol": "INFY", "exchange": Exchange.NSE, "pricetype": kind, **changes}
    return OrderRequest(action=Action(action), quantity=quantity, **values)


def extremes(symbol: str, exchange: Exchange, *, since: datetime, until: datetime) -> tuple[Decimal, Decimal]:
    """Lowest and highest price after the second of `since`, up to and with that of `until`."""
    listed = catalogue.listing(symbol, exchange)
    low, high = market.reach(listed, int(since.timestamp()) + 1, int(until.timestamp()))
    return low * listed.instrument.tick_size, high * listed.instrument.tick_size


@pytest.fixture
def browser(owner) -> Client:
    """The owner's, who is logged in."""
    client = Client()
    client.post("/login/", {"username": "owner", "password": PASSWORD})
    return client


@pytest.fixture
def place(owner, noon) -> Callable[..., Order]:
    def place(action: str, quantity: int, **changes: Any) -> Order:
        for name in {"price", "trigger_price"} & set(changes):
            changes[name] = Decimal(changes[name])
        return orders.place(owner.pk, asked(action, quantity, **changes), source="test")

    return place


@pytest.fixture
def infy(noon) -> Decimal:
    """The last price of INFY at noon."""
    return quotes.quote("INFY", Exchange.NSE, at=NOON).ltp


@pytest.fixture
def armed(monkeypatch) -> dict[float, Callable[[], object]]:
    """What sockets have planned, by the seconds it was put off: a test need not wait for it."""
    planned: dict[float, Callable[[], object]] = {}
    arm = Stream._arm

    def note(stream: Stream, seconds: float, call: Callable[[], object]) -> None:
        planned[seconds] = call
        arm(stream, seconds, call)

    monkeypatch.setattr(Stream, "_arm", note)
    return planned
