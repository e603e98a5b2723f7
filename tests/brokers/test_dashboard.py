"""What a trader sees of the account: funds, positions, orders, trades; nobody else's."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from brokers import orders, portfolio
from brokers.money import rupees
from brokers.types import Action, Exchange, OrderRequest, PriceType, Product


@pytest.fixture
def browser(owner) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def buy(user, *, price: int = 0, quantity: int = 3) -> str:
    """A market order, or a limit order so low that it rests."""
    wanted = OrderRequest(
        symbol="SBIN", exchange=Exchange.NSE, action=Action.BUY, quantity=quantity, product=Product.CNC, price=Decimal(price),
        pricetype=PriceType.LIMIT if price else PriceType.MARKET,
    )  # fmt: skip
    return orders.place(user.pk, wanted, source="test").orderid


def page(client: Client, name: str = "dashboard", **query: str) -> str:
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_new_owner_sees_one_crore_of_paper_money(browser):
    assert "₹1,00,00,000.00" in page(browser)


def test_the_page_says_unmistakably_that_it_is_paper(browser):
    assert "No real money moves." in page(browser)


def test_the_page_says_where_prices_come_from(browser):
    assert "Prices are simulated, never the exchange's, and move day and night" in page(browser)


def test_an_empty_account_tells_the_next_step(browser):
    shown = page(browser)
    assert reverse("api_keys") in shown
    assert 'host="http://localhost:5000"' in shown


def test_the_program_is_pointed_at_the_public_address(browser, settings):
    settings.PUBLIC_BASE_URL = "https://algo.example.com"
    assert 'host="https://algo.example.com"' in page(browser)


def test_an_order_and_its_trade_and_position_are_shown(browser, owner):
    orderid = buy(owner)
    shown = page(browser)
    assert orderid in shown
    assert shown.count("SBIN") >= 3


def test_a_resting_order_shows_its_own_price_and_waits(browser, owner):
    buy(owner, price=1)
    shown = page(browser)
    assert '<span class="badge wait">open</span>' in shown
    assert '"Price"><span>1.00</span></td><tdclass="number"data-label="Average"><spanclass="soft">none' in "".join(
        shown.split()
    )


def test_a_filled_limit_order_shows_its_price_and_its_average_apart(browser, owner):
    buy(owner, price=5000)
    (order,) = portfolio.orders(owner.pk)
    assert order.average_price < 5000
    shown = re.findall(r'data-label="(?:Price|Average)">\s*(?:<span>)?\s*([\d,.]+)', page(browser, "orders"))
    assert shown == ["5,000.00", rupees(order.average_price)]


def test_another_users_orders_are_not_shown(browser, second_user):
    orderid = buy(second_user)
    assert orderid not in page(browser) + page(browser, "orders")


def test_the_moving_part_comes_alone_for_the_script(browser, owner):
    orderid = buy(owner)
    part = page(browser, part="1")
    assert orderid in part
    assert "<html" not in part


def test_the_dashboard_shows_the_newest_and_links_to_all(browser, owner):
    first, *_ = [buy(owner, price=1, quantity=1) for _ in range(26)]
    assert first not in page(browser)
    assert first in page(browser, "orders")


@pytest.mark.parametrize("name", ["trade", "orders"])
def test_a_stranger_is_sent_to_the_login(db, name):
    assert Client().get(reverse(name)).headers["Location"].startswith("/login/")
