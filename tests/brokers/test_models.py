"""What the database itself refuses, whoever writes."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from brokers.models import Fill, JournalEntry, PaperAccount, PaperHold, PaperPosition
from brokers.types import Product
from security import background


def refuses(rows, **values) -> bool:
    try:
        with transaction.atomic():
            rows.update(**values)
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize(
    "values",
    [
        {"quantity": 0},
        {"filled_quantity": 11},
        {"filled_quantity": 9},
        {"status": "open?"},
        {"action": "Buy"},
        {"product": "XYZ"},
        {"exchange": "LSE"},
        {"pricetype": "limit"},
        {"price": -1},
    ],
)
def test_a_complete_order_of_ten_cannot_become(place, values):
    place("BUY", 10)
    assert refuses(JournalEntry.objects.all(), **values)


@pytest.mark.parametrize("values", [{"margin": -1}, {"quantity": -1}, {"quantity": 0}, {"cost": -1}])
def test_a_delivery_position_cannot_become(place, values):
    place("BUY", 10, product=Product.CNC)
    assert refuses(PaperPosition.objects.all(), **values)


@pytest.mark.parametrize("values", [{"quantity": 0}, {"price": 0}])
def test_a_fill_cannot_become(place, values):
    place("BUY", 10)
    assert refuses(Fill.objects.all(), **values)


def test_margin_cannot_be_negative(place):
    place("BUY", 10, price="1000")
    assert refuses(PaperAccount.objects.all(), used_margin=-1)
    assert refuses(PaperHold.objects.all(), margin=-1)


def test_a_user_has_one_position_of_a_symbol_and_product(owner, place):
    place("BUY", 10)
    place("BUY", 10, product=Product.CNC)
    assert refuses(PaperPosition.objects.all(), product=Product.MIS)


def test_the_paper_accounts_are_kept_every_second():
    assert background._jobs["keep the paper accounts"].every == timedelta(seconds=1)


def test_a_malformed_paper_clock_stops_the_start(settings):
    settings.PAPER_CLOCK = "tomorrow"
    with pytest.raises(ImproperlyConfigured, match="PAPER_CLOCK"):
        apps.get_app_config("brokers").ready()
