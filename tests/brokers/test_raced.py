"""Who decides by what is held decides alone: the same word said twice at once acts once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from brokers import bulk, orders, portfolio
from brokers.types import Product
from tests.brokers.conftest import asked

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(work) -> None:
    def one(_: int) -> None:
        try:
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(16)))


def held(user) -> int:
    return portfolio.net_quantity(user.pk, symbol="INFY", exchange="NSE", product=Product.MIS)


def test_smart_orders_at_once_reach_the_target_once(owner, noon):
    at_once(lambda: orders.smart(owner.pk, asked("BUY", 1), position_size=10, source="test"))
    assert held(owner) == 10


def test_closing_everything_at_once_ends_flat(owner, place):
    place("BUY", 10)
    at_once(lambda: bulk.close_all(owner.pk, source="test"))
    assert held(owner) == 0
