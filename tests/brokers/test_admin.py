"""Orders, trades and positions in the admin: looked at and found, never changed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from brokers import portfolio
from brokers.models import Fill, JournalEntry, OrderEvent, PaperHolding, PaperPosition
from brokers.types import Product

TABLES = ["journalentry", "fill", "paperposition", "paperholding", "orderevent"]
MODELS = [JournalEntry, Fill, PaperPosition, PaperHolding, OrderEvent]


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def traded(owner, place, noon):
    """A share bought and delivered."""
    place("BUY", 10, product=Product.CNC)
    noon.shift(timedelta(days=1))
    portfolio.holdings(owner.pk)


@pytest.mark.parametrize("table", TABLES)
def test_the_list_shows_what_there_is(browser, traded, table):
    assert b"INFY" in browser.get(reverse(f"admin:brokers_{table}_changelist")).content


@pytest.mark.parametrize(("limit", "shown"), [({}, "-"), ({"price": "1000"}, "1000.0000")])
def test_a_market_order_shows_no_price(browser, place, limit, shown):
    place("BUY", 10, **limit)
    page = browser.get(reverse("admin:brokers_journalentry_changelist")).content.decode()
    assert f'<td class="field-limit">{shown}</td>' in page


@pytest.mark.parametrize("table", TABLES)
def test_nothing_can_be_added(browser, table):
    assert browser.get(reverse(f"admin:brokers_{table}_add")).status_code == 403


@pytest.mark.parametrize(("table", "model"), [*zip(TABLES, MODELS, strict=True)])
def test_nothing_can_be_changed(browser, traded, table, model):
    row = model.objects.first()
    assert browser.post(reverse(f"admin:brokers_{table}_change", args=[row.pk]), {"quantity": 1}).status_code == 403


@pytest.mark.parametrize("table", ["journalentry", "fill", "orderevent"])
def test_an_order_is_found_by_its_id(browser, place, table):
    wanted, other = place("BUY", 10), place("BUY", 10)
    page = browser.get(reverse(f"admin:brokers_{table}_changelist"), {"q": wanted.orderid}).content.decode()
    assert wanted.orderid in page
    assert other.orderid not in page


@pytest.mark.parametrize("word", ["INFY", "owner"])
def test_an_order_is_found_by_symbol_and_user(browser, place, word):
    order = place("BUY", 10)
    assert order.orderid in browser.get(reverse("admin:brokers_journalentry_changelist"), {"q": word}).content.decode()
