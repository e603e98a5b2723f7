"""The pages of orders, trades, positions, holdings and the mode: own things only, every change by a form."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from brokers import orders, portfolio
from brokers.models import JournalEntry, TradingMode
from brokers.types import Order, OrderStatus, Product
from tests.brokers.conftest import asked

TRADING = ["trade", "orders", "trades", "positions", "holdings", "cancel_orders", "close_positions", "mode"]


@pytest.fixture
def browser(owner) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def operator(second_user) -> Client:
    second_user.role = Role.OPERATOR
    second_user.save()
    client = Client()
    client.force_login(second_user)
    return client


@pytest.fixture
def live(owner) -> None:
    """The owner in live mode; no broker exists."""
    TradingMode.objects.create(user=owner, analyze=False)


def told(answer) -> str:
    return " ".join(answer.content.decode().split())


def buy(place: Callable[..., Order], **changes: Any) -> Order:
    return place("BUY", 3, product=Product.CNC, **changes)


def test_the_orders_can_be_narrowed_to_one_status(browser, place):
    filled, waits = buy(place).orderid, buy(place, price=1).orderid
    page = told(browser.get("/orders/", {"status": "open"}))
    assert (waits in page, filled in page) == (True, False)
    assert 'Open <span class="count">1</span>' in page


def test_a_status_nobody_knows_narrows_nothing(browser, place):
    assert buy(place).orderid in told(browser.get("/orders/", {"status": "x' OR 1=1"}))


def test_only_what_waits_can_be_changed_or_cancelled(browser, place):
    filled, waits = buy(place).orderid, buy(place, price=1).orderid
    page = told(browser.get("/orders/"))
    assert f'id="cancel-{waits}"' in page
    assert f'id="cancel-{filled}"' not in page


def test_cancelling_leads_back_to_the_page_of_the_button(browser, owner, place):
    waits = buy(place, price=1).orderid
    answer = browser.post("/orders/cancel/", {"orderid": waits, "next": "/orders/?status=open"})
    assert answer.headers["Location"] == "/orders/?status=open"
    assert orders.find(owner.pk, waits).status == OrderStatus.CANCELLED


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "nowhere", "mode", ""])
def test_cancelling_leads_nowhere_else(browser, place, elsewhere):
    waits = buy(place, price=1).orderid
    assert browser.post("/orders/cancel/", {"orderid": waits, "next": elsewhere}).headers["Location"] == "/orders/"


def test_cancelling_what_is_filled_is_refused_with_a_sentence(browser, place):
    filled = buy(place).orderid
    answer = browser.post("/orders/cancel/", {"orderid": filled}, follow=True)
    assert f"Order {filled} is complete and cannot be cancelled." in told(answer)


def test_an_order_is_changed_by_its_form(browser, owner, place):
    waits = buy(place, price=1).orderid
    answer = browser.post(f"/orders/{waits}/modify/", {"quantity": "5", "price": "2.5"})
    assert answer.headers["Location"] == f"/orders/{waits}/"
    changed = orders.find(owner.pk, waits)
    assert (changed.quantity, changed.price) == (5, Decimal("2.5"))


def test_the_form_asks_only_for_what_the_order_has(browser, place):
    waits = buy(place, price=1).orderid
    form = browser.get(f"/orders/{waits}/modify/").context["form"]
    assert {name: str(form[name].value()) for name in form.fields} == {"quantity": "3", "price": "1.00"}


def test_a_change_that_is_refused_says_why_and_keeps_the_input(browser, owner, place):
    waits = buy(place, price=1).orderid
    answer = browser.post(f"/orders/{waits}/modify/", {"quantity": "5", "price": "90000000"})
    assert answer.status_code == 400
    assert answer.context["form"].non_field_errors()
    assert orders.find(owner.pk, waits).quantity == 3


def test_cancel_all_asks_first_and_takes_what_waits(browser, owner, place):
    buy(place, price=1)
    buy(place, price=2)
    assert "2 orders will be cancelled" in told(browser.get("/orders/cancel-all/"))
    assert "2 orders cancelled." in told(browser.post("/orders/cancel-all/", follow=True))
    assert {each.status for each in portfolio.orders(owner.pk)} == {OrderStatus.CANCELLED}


def test_close_all_asks_first_and_closes_what_is_open(browser, owner, place):
    buy(place)
    assert "1 position will be closed at the market" in told(browser.get("/positions/close-all/"))
    assert "1 position closed." in told(browser.post("/positions/close-all/", follow=True))
    assert [each.quantity for each in portfolio.positions(owner.pk)] == [0]


def test_a_position_leads_to_a_ticket_that_closes_it(browser, owner, place):
    buy(place)
    found = re.search(r'id="close-NSE-INFY-CNC" href="([^"]+)"', told(browser.get("/positions/")))
    assert found
    initial = browser.get(found[1].replace("&amp;", "&")).context["form"].initial
    assert [initial[name] for name in ("action", "quantity", "product", "pricetype")] == ["SELL", "3", "CNC", "MARKET"]


def test_the_trades_of_today_are_listed_with_their_orders(browser, place):
    filled = buy(place).orderid
    page = told(browser.get("/trades/"))
    assert f'href="/orders/{filled}/"' in page
    assert "INFY" in page


def test_a_sum_is_over_all_rows(browser, owner, place, noon):
    buy(place)
    place("BUY", 2, product=Product.CNC, symbol="SBIN")
    noon.shift(timedelta(minutes=5))
    expected = sum((each.unrealised for each in portfolio.positions(owner.pk)), Decimal(0))
    base = re.search(r'data-total="change" data-base="(-?\d+)"', told(browser.get("/positions/")))
    assert base
    assert Decimal(base[1]) / 10_000 == expected


@pytest.mark.parametrize("name", ["orders", "trades", "positions", "holdings"])
def test_the_moving_part_comes_alone_for_the_script(browser, place, name):
    buy(place)
    part = told(browser.get(reverse(name), {"part": "1"}))
    assert "<section" in part
    assert "<html" not in part
    assert "csrfmiddlewaretoken" not in part


@pytest.mark.parametrize("page", ["/orders/{}/", "/orders/{}/modify/"])
def test_another_users_order_does_not_exist(browser, second_user, noon, page):
    foreign = orders.place(second_user.pk, asked("BUY", 1, product=Product.CNC, price=Decimal(1)), source="test").orderid
    assert browser.get(page.format(foreign)).status_code == 404
    assert browser.post(page.format(foreign), {"quantity": "9", "price": "9"}).status_code in (404, 405)
    assert browser.post("/orders/cancel/", {"orderid": foreign}).status_code == 404
    assert orders.find(second_user.pk, foreign).status == OrderStatus.OPEN


def test_a_form_from_elsewhere_changes_nothing(owner, place):
    waits = buy(place, price=1).orderid
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    for path in ("/orders/cancel/", "/orders/cancel-all/", "/positions/close-all/", "/mode/", "/trade/NSE/INFY/"):
        assert client.post(path, {"orderid": waits}).status_code == 403
    assert orders.find(owner.pk, waits).status == OrderStatus.OPEN


@pytest.mark.parametrize("name", [*TRADING, "ticket"])
def test_an_operator_is_told_that_operators_do_not_trade(operator, name):
    answer = operator.get(reverse(name, args=["NSE", "INFY"]) if name == "ticket" else reverse(name))
    assert answer.status_code == 403
    assert "Operators look after security and do not trade." in told(answer)


def test_an_operators_form_places_nothing(operator):
    form = {"action": "BUY", "quantity": "1", "pricetype": "MARKET", "product": "CNC"}
    assert operator.post("/trade/NSE/INFY/", form).status_code == 403
    assert not JournalEntry.objects.exists()


def test_an_operators_front_page_is_the_security_page_and_the_trading_pages_are_not_offered(operator):
    page = told(operator.get("/", follow=True))
    assert operator.get("/").headers["Location"] == "/security/"
    assert 'href="/orders/"' not in page


def test_paper_is_told_by_word_and_shape_on_every_page(browser):
    for name in [*TRADING, "dashboard", "api_keys", "security", "password_change"]:
        assert '<div class="mode paper" role="note" aria-label="Trading mode">' in told(browser.get(reverse(name)))


def test_live_looks_different_on_every_page(browser, live):
    for name in [*TRADING, "dashboard", "api_keys", "security", "password_change"]:
        page = told(browser.get(reverse(name)))
        assert '<div class="mode live" role="note" aria-label="Trading mode">' in page
        assert "mode paper" not in page


def test_live_mode_without_a_broker_says_what_to_do(browser, live):
    for name in ["dashboard", "orders", "positions", "holdings", "trades"]:
        page = told(browser.get(reverse(name)))
        assert "No live broker is connected." in page
        assert "Switch to paper" in page


def test_live_mode_without_a_broker_places_nothing(browser, live):
    answer = browser.post("/trade/NSE/INFY/", {"action": "BUY", "quantity": "1", "pricetype": "MARKET", "product": "CNC"})
    assert answer.status_code == 409
    assert not JournalEntry.objects.exists()


def test_the_switch_to_live_says_that_a_broker_is_needed(browser, owner):
    answer = browser.post("/mode/", {"mode": "live"})
    assert answer.status_code == 400
    assert "Connect a live broker before switching to live mode." in told(answer)
    assert not TradingMode.objects.filter(analyze=False).exists()


def test_the_switch_back_to_paper_works(browser, live):
    assert "Your orders go to the paper market from now on." in told(browser.post("/mode/", {"mode": "analyze"}, follow=True))
    assert 'class="mode paper"' in told(browser.get("/orders/"))


def test_one_orders_page_tells_its_steps(browser, place, noon):
    waits = buy(place, price=1).orderid
    noon.shift(timedelta(seconds=5))
    browser.post("/orders/cancel/", {"orderid": waits})
    page = told(browser.get(f"/orders/{waits}/"))
    steps = re.findall(r'<span class="badge[^"]*">([\w ]+)</span>', page.partition('class="steps"')[2])
    assert steps == ["open", "cancelled"]


def test_what_was_bought_for_delivery_is_a_holding_the_next_day(browser, place, noon, owner):
    buy(place)
    assert "No holding yet." in told(browser.get("/holdings/"))
    noon.shift(timedelta(days=1))
    browser.force_login(owner)
    page = told(browser.get("/holdings/"))
    assert 'id="sell-NSE-INFY"' in page
    assert "Gain or loss" in page
