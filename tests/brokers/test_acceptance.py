"""What the paper exchange accepts as an order, without a database."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from brokers.errors import OrderRefused
from brokers.paper import acceptance
from brokers.types import IST, Exchange, Instrument, PriceType, Product
from tests.brokers.conftest import asked

CLOSE = datetime(2026, 11, 24, 15, 30, tzinfo=IST)
INFY = Instrument(id=1, symbol="INFY", name="INFOSYS", exchange=Exchange.NSE, token="1", tick_size=Decimal("0.05"))
INDEX = Instrument(id=2, symbol="NIFTY", name="NIFTY", exchange=Exchange.NSE_INDEX, token="2", tick_size=Decimal("0.05"))
FUTURE = Instrument(
    id=3, symbol="NIFTY24NOV26FUT", name="NIFTY", exchange=Exchange.NFO, token="3", tick_size=Decimal("0.05"),
    instrumenttype="FUT", lotsize=75, expiry=date(2026, 11, 24),
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"quantity": 0}, "quantity must be above zero"),
        ({"quantity": -1}, "quantity must be above zero"),
        ({"quantity": 10**30}, "quantity must be above zero and at most 1,00,00,00,000"),
        ({"disclosed_quantity": -1}, "disclosed_quantity must be"),
        ({"pricetype": PriceType.SL, "trigger_price": Decimal(1)}, "An SL order needs a price"),
        ({"pricetype": PriceType.SL, "price": Decimal(1)}, "An SL order needs a trigger_price"),
        ({"pricetype": PriceType.SL_M}, "An SL-M order needs a trigger_price"),
        ({"product": Product.NRML}, "NRML is not for NSE and BSE"),
        ({"pricetype": PriceType.LIMIT}, "A LIMIT order needs a price above zero"),
        ({"price": Decimal("0.00001")}, "A LIMIT order needs a price above zero"),
        ({"price": Decimal("NaN")}, "price must be between"),
        ({"trigger_price": Decimal("Infinity")}, "trigger_price must be between"),
        ({"price": Decimal("1e20")}, "price must be between"),
        ({"strategy": "a\0b"}, "strategy must be printable"),
        ({"strategy": "\ud800"}, "strategy must be printable"),
        ({"strategy": "x" * 129}, "at most 128 characters"),
    ],
)
def test_it_refuses_with_a_sentence(changes, sentence):
    with pytest.raises(OrderRefused, match=sentence):
        acceptance.checked(asked("BUY", **{"quantity": 1, **changes}), INFY)


def test_a_price_a_program_computed_is_rounded():
    assert acceptance.checked(asked("BUY", 1, price=Decimal("1500.3000000000002")), INFY).price == Decimal("1500.3000")


@pytest.mark.parametrize(
    ("instrument", "product", "quantity", "sentence"),
    [
        (INDEX, Product.MIS, 1, "NIFTY is an index"),
        (FUTURE, Product.CNC, 75, "CNC is not for derivatives"),
        (FUTURE, Product.NRML, 100, "lots of 75; 100 is no multiple"),
    ],
)
def test_it_refuses_what_the_instrument_does_not_allow(instrument, product, quantity, sentence):
    with pytest.raises(OrderRefused, match=sentence):
        acceptance.checked(asked("BUY", quantity, product=product), instrument)


@pytest.mark.parametrize("product", [Product.NRML, Product.MIS])
def test_whole_lots_of_a_contract_are_accepted(product):
    request = asked("BUY", 150, product=product)
    assert acceptance.checked(request, FUTURE) == request


def test_a_contract_takes_orders_until_its_close():
    acceptance.require_alive(FUTURE, expires=CLOSE, at=CLOSE.replace(minute=29, second=59))
    with pytest.raises(OrderRefused, match="NIFTY24NOV26FUT expired on 24 Nov 2026"):
        acceptance.require_alive(FUTURE, expires=CLOSE, at=CLOSE)


def test_a_share_never_expires():
    acceptance.require_alive(INFY, expires=None, at=CLOSE)
