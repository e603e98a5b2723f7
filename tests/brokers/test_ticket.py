"""The order ticket: what it offers, what it refuses and where it says so, and that one form places one order."""

import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections
from django.test import Client

from brokers import orders, portfolio, quotes, symbols
from brokers.models import JournalEntry
from brokers.types import ZERO, Action, Exchange, OrderStatus, PriceType, Product

PAGE = "/trade/NSE/INFY/"
ORDER = {"action": "BUY", "quantity": "3", "pricetype": "MARKET", "product": "CNC"}


@pytest.fixture
def browser(owner) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def token(client: Client, page: str = PAGE) -> str:
    """Of a form that was rendered just now."""
    found = re.search(r'name="token" value="([\w-]+)"', client.get(page).content.decode())
    assert found
    return found[1]


def send(client: Client, page: str = PAGE, **changes: str):
    return client.post(page, ORDER | {"token": token(client, page)} | changes)


def told(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_it_places_what_was_filled_in_and_leads_to_the_order(browser, owner):
    answer = send(browser, action="BUY", quantity="7", pricetype="LIMIT", price="900.5")
    (order,) = portfolio.orders(owner.pk)
    assert answer.headers["Location"] == f"/orders/{order.orderid}/"
    assert (order.action, order.quantity, order.pricetype, order.price, order.product) == (
        Action.BUY, 7, PriceType.LIMIT, Decimal("900.5"), Product.CNC,
    )  # fmt: skip


def test_the_order_is_said_to_come_from_the_web(browser, owner):
    send(browser)
    assert JournalEntry.objects.get().source.startswith("web:")


def test_a_form_that_is_sent_twice_places_one_order(browser, owner):
    form = ORDER | {"token": token(browser)}
    first, second = browser.post(PAGE, form), browser.post(PAGE, form)
    assert first.headers["Location"] == second.headers["Location"]
    assert JournalEntry.objects.count() == 1
    assert "This form was sent before: this is its order." in browser.get(second.headers["Location"]).content.decode()


def test_two_forms_place_two_orders_and_each_has_a_token_of_its_own(browser):
    assert send(browser).headers["Location"] != send(browser).headers["Location"]


def test_another_users_token_is_nobodys(browser, second_user):
    form = ORDER | {"token": token(browser)}
    other = Client()
    other.force_login(second_user)
    assert {browser.post(PAGE, form).status_code, other.post(PAGE, form).status_code} == {302}
    assert JournalEntry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_sent_by_two_clicks_at_once_places_one_order(owner):
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(owner)
    form = ORDER | {"token": token(clients[0])}

    def click(client: Client) -> None:
        client.post(PAGE, form)
        connections.close_all()

    with ThreadPoolExecutor(2) as room:
        list(room.map(click, clients))
    assert JournalEntry.objects.count() == 1


def test_a_form_without_a_token_still_places_its_order(browser):
    assert browser.post(PAGE, ORDER | {"token": "x' OR 1=1"}).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"quantity": ""}, "quantity", "This field is required."),
        ({"quantity": "0"}, "quantity", "At least 1."),
        ({"action": "HOLD"}, "action", "Select a valid choice. HOLD is not one of the available choices."),
        ({"product": "NRML"}, "product", "Select a valid choice. NRML is not one of the available choices."),
        ({"pricetype": "LIMIT"}, "price", "A LIMIT order needs a price."),
        ({"pricetype": "LIMIT", "price": "0"}, "price", "A LIMIT order needs a price."),
        ({"pricetype": "LIMIT", "price": "dear"}, "price", "Enter a number."),
        ({"pricetype": "SL", "price": "900"}, "trigger_price", "An SL order needs a trigger price."),
        ({"pricetype": "SL-M"}, "trigger_price", "An SL-M order needs a trigger price."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_placed(browser, wrong, field, sentence):
    answer = send(browser, **wrong)
    assert (answer.status_code, dict(answer.context["form"].errors)) == (400, {field: [sentence]})
    assert not JournalEntry.objects.exists()


def test_a_price_that_the_type_does_not_take_is_ignored(browser, owner):
    send(browser, pricetype="MARKET", price="dear", trigger_price="77")
    (order,) = portfolio.orders(owner.pk)
    assert (order.price, order.trigger_price, order.status) == (ZERO, ZERO, OrderStatus.COMPLETE)


def test_what_the_rules_refuse_stands_on_top_and_the_input_is_kept(browser):
    answer = send(browser, quantity="90000000")
    assert answer.status_code == 400
    assert answer.context["form"].non_field_errors()
    assert 'value="90000000"' in told(answer)


def test_a_refused_form_is_renewed_so_that_it_can_be_mended(browser, owner):
    sent = token(browser)
    answer = browser.post(PAGE, ORDER | {"token": sent, "quantity": "90000000"})
    renewed = answer.context["form"]["token"].value()
    assert renewed != sent
    assert browser.post(PAGE, ORDER | {"token": renewed}).status_code == 302


def test_the_address_fills_the_form_in(browser):
    answer = browser.get(PAGE, {"action": "SELL", "quantity": "5", "product": "MIS", "pricetype": "LIMIT", "price": "1400"})
    initial = answer.context["form"].initial
    assert [initial[name] for name in ("action", "quantity", "product", "pricetype", "price")] == [
        "SELL", "5", "MIS", "LIMIT", "1400",
    ]  # fmt: skip


def test_looking_places_nothing(browser):
    browser.get(PAGE, ORDER)
    assert not JournalEntry.objects.exists()


def test_it_shows_the_market_the_margin_and_the_money(browser, owner, noon):
    page = told(browser.get(PAGE, {"quantity": "10"}))
    quote = quotes.quote("INFY", Exchange.NSE)
    shown = (f"{quote.ltp:,.2f}", f"{quote.bid:,.2f}", f"{quote.ask:,.2f}", f"₹{10 * quote.ltp:,.2f}", "₹1,00,00,000.00")
    assert [each for each in shown if each not in page] == []


def test_the_script_is_told_the_margin_of_what_is_filled_in(browser, noon):
    ltp = quotes.quote("INFY", Exchange.NSE).ltp
    assert f"₹{2 * ltp:,.2f}" in told(browser.get(f"{PAGE}cost/", ORDER | {"quantity": "2"}))
    assert "fill in the order" in told(browser.get(f"{PAGE}cost/", ORDER | {"quantity": ""}))


def test_more_than_is_available_is_said_before_it_is_refused(browser):
    assert "More than is available." in told(browser.get(f"{PAGE}cost/", ORDER | {"quantity": "1000000"}))


@pytest.mark.parametrize("page", ["/trade/NSE/NOTHING/", "/trade/NOWHERE/INFY/", "/trade/NSE/NOTHING/price/"])
def test_what_cannot_be_traded_has_no_ticket(browser, page):
    assert browser.get(page).status_code == 404


@pytest.fixture
def future(noon) -> str:
    """The page of a contract in lots of 65."""
    (found, *_) = [each for each in symbols.search("NIFTY", exchange=Exchange.NFO) if each.is_future and each.name == "NIFTY"]
    assert found.lotsize == 65
    return f"/trade/NFO/{found.symbol}/"


def test_a_contract_begins_with_a_lot_to_be_carried_overnight(browser, future):
    answer = browser.get(future)
    assert "In lots of 65." in told(answer)
    assert [answer.context["form"].initial[name] for name in ("quantity", "product")] == [65, "NRML"]


def test_parts_of_a_lot_are_refused_with_the_nearest_whole_ones(browser, future):
    answer = send(browser, future, quantity="100", product="NRML")
    assert answer.context["form"].errors["quantity"] == ["Whole lots of 65 only: 65 or 130."]


def test_a_contract_cannot_be_delivered(browser, future):
    assert [*send(browser, future, quantity="65", product="CNC").context["form"].errors] == ["product"]


def test_an_index_is_quoted_and_has_no_ticket(browser):
    assert browser.get("/trade/NSE_INDEX/NIFTY/").status_code == 404
    assert "/trade/NSE_INDEX/" not in told(browser.get("/trade/", {"q": "NIFTY"}))


def test_the_search_lists_matches_that_lead_to_their_tickets(browser):
    page = told(browser.get("/trade/", {"q": "m&m"}))
    assert 'href="/trade/NSE/M&amp;M/"' in page
    assert browser.get("/trade/NSE/M&M/").status_code == 200


def test_the_search_says_when_nothing_matches(browser):
    assert "Nothing that can be traded matches “zzz”." in told(browser.get("/trade/", {"q": "zzz"}))


def test_an_order_of_the_ticket_is_found_by_programs(browser, owner):
    send(browser)
    (order,) = portfolio.orders(owner.pk)
    assert orders.find(owner.pk, order.orderid) == order


def test_orders_are_limited_like_those_of_programs(noon, browser):
    answers = [browser.post(PAGE, {}).status_code for _ in range(61)]
    assert answers[-1] == 429
    assert browser.get("/orders/").status_code == 200
