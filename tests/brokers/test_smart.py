"""The smart order: towards a net position, with the prices it was given."""

from decimal import Decimal

import pytest

from brokers import orders, portfolio
from brokers.types import Exchange, Product
from tests.brokers.conftest import asked


@pytest.fixture
def smart(owner, noon):
    def smart(action: str, quantity: int, *, to: int, **changes):
        return orders.smart(owner.pk, asked(action, quantity, **changes), position_size=to, source="test")

    return smart


def held(user, product: Product = Product.MIS) -> int:
    return portfolio.net_quantity(user.pk, symbol="INFY", exchange=Exchange.NSE, product=product)


@pytest.mark.parametrize(
    ("before", "to", "after"), [(0, 5, 5), (5, 8, 8), (5, 2, 2), (5, 0, 0), (5, -3, -3), (-4, 4, 4), (-4, 0, 0)]
)
def test_it_moves_the_position_to_the_target(owner, smart, before, to, after):
    if before:
        smart("BUY", 1, to=before)
    order = smart("BUY", 1, to=to)
    assert (held(owner), order.quantity) == (after, abs(to - before))


@pytest.mark.parametrize("to", [0, 3, -3])
def test_where_it_is_already_there_it_sends_nothing(owner, smart, to):
    if to:
        smart("BUY", 1, to=to)
    assert smart("SELL", 7 if to else 0, to=to) is None
    assert held(owner) == to


def test_from_flat_to_flat_it_is_a_plain_order(owner, smart):
    smart("SELL", 4, to=0)
    assert held(owner) == -4


def test_it_keeps_its_price_type_and_price(smart):
    order = smart("BUY", 1, to=3, price=Decimal(900))
    assert (order.pricetype, order.price, order.status) == ("LIMIT", 900, "open")


def test_products_are_apart(owner, smart):
    smart("BUY", 1, to=3)
    smart("BUY", 1, to=2, product=Product.CNC)
    assert (held(owner), held(owner, Product.CNC)) == (3, 2)
