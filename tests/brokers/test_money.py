"""Money as the pages write it."""

from decimal import Decimal

import pytest

from brokers.money import price, rupees, whole
from brokers.templatetags.money import change, direction, units


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("10000000", "1,00,00,000.00"),
        ("123456789.5", "12,34,56,789.50"),
        ("100000", "1,00,000.00"),
        ("99999.999", "1,00,000.00"),
        ("1512.4", "1,512.40"),
        ("999", "999.00"),
        ("0", "0.00"),
        ("-0.004", "0.00"),
        ("-1234567.125", "\N{MINUS SIGN}12,34,567.13"),
    ],
)
def test_it_groups_digits_as_india_does(amount, written):
    assert rupees(Decimal(amount)) == written


@pytest.mark.parametrize(("amount", "written"), [("5", "+5.00"), ("-5", "\N{MINUS SIGN}5.00"), ("0", "0.00")])
def test_a_change_carries_its_sign(amount, written):
    assert change(Decimal(amount)) == written


@pytest.mark.parametrize(("amount", "name"), [(5, "gain"), (-5, "loss"), (0, "")])
def test_a_gain_and_a_loss_have_a_class(amount, name):
    assert direction(amount) == name


def test_a_short_quantity_carries_a_minus():
    assert whole(-123456) == "\N{MINUS SIGN}1,23,456"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("84.2525", "84.2525"),
        ("84.255", "84.255"),
        ("84.0005", "84.0005"),
        ("1512.4", "1,512.40"),
        ("0", "0.00"),
        ("0.05", "0.05"),
    ],
)
def test_a_price_keeps_the_quarters_of_a_paisa_that_currencies_move_in(amount, written):
    assert price(Decimal(amount)) == written


def test_the_script_is_given_whole_numbers():
    assert (units(Decimal("-84.2525")), units(Decimal("1E+3")), units(7)) == (-842525, 10_000_000, 70_000)
