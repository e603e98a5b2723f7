"""A trader at the browser: orders by the ticket, with and without scripts, by mouse and by keyboard."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from brokers import symbols
from brokers.money import price
from brokers.paper import market
from brokers.types import Exchange

pytestmark = pytest.mark.slow

SHARES = ["INFY", "TCS", "SBIN", "RELIANCE", "HDFCBANK", "ICICIBANK", "ITC", "LT", "AXISBANK", "TITAN", "WIPRO", "MARUTI"]
SOON, LATE = timedelta(seconds=20), timedelta(seconds=60)
PHONE = {"width": 360, "height": 740}


def promises(now: datetime) -> Iterator[tuple[str, Decimal]]:
    """Shares and prices below the market that it touches soon, but not before an order can be there."""
    for symbol in SHARES:
        ltp = market.ltp(symbol, Exchange.NSE, at=now)
        for ticks in range(1, 20):
            limit = ltp - ticks * Decimal("0.1")
            touched = market.first_reach(symbol, Exchange.NSE, since=now, until=now + LATE, at_most=limit)
            if touched and touched > now + SOON:
                yield symbol, limit


def test_a_limit_order_is_placed_and_fills_before_ones_eyes(owner_browser):
    page = owner_browser.page
    symbol, limit = next(promises(timezone.now()))
    owner_browser.fill_ticket(symbol, pricetype="LIMIT", price=str(limit))
    owner_browser.place()
    state = page.locator(".badge.large")
    expect(state).to_have_text("open")
    page.evaluate("window.sameAsBefore = true")
    expect(state).to_have_text("complete", timeout=75_000)
    assert page.evaluate("window.sameAsBefore") is True
    expect(page.locator(".facts")).to_contain_text(f"Average {price(limit)}", use_inner_text=True)


def test_a_ticket_is_found_and_sent_without_scripts(plain):
    plain.log_in()
    plain.open("/trade/")
    plain.send("Search", q="state bank")
    plain.page.get_by_role("link", name="SBIN STATE BANK OF INDIA NSE").click()
    plain.send("Place order", quantity="4")
    expect(plain.page.locator(".badge.large")).to_have_text("complete")
    plain.open("/positions/")
    expect(plain.page.get_by_role("row", name="SBIN NSE")).to_contain_text("CNC")


def test_without_scripts_an_order_is_changed_and_cancelled(plain):
    plain.log_in()
    plain.fill_ticket("TCS", pricetype="LIMIT", price="10")
    orderid = plain.place()
    plain.page.get_by_role("link", name=f"Modify order {orderid}").click()
    plain.send("Change order", quantity="2", price="11.5")
    expect(plain.page.locator(".facts")).to_contain_text("11.50")
    plain.page.get_by_role("button", name=f"Cancel order {orderid}").click()
    expect(plain.page.locator(".badge.large")).to_have_text("cancelled")


def test_matches_appear_while_one_types(owner_browser):
    owner_browser.open("/trade/")
    owner_browser.page.get_by_role("searchbox").press_sequentially("relian")
    expect(owner_browser.page.get_by_role("link", name="RELIANCE").first).to_be_visible()


def test_the_ticket_asks_only_for_the_prices_that_its_type_takes(owner_browser):
    owner_browser.open("/trade/NSE/INFY/")
    shown = {}
    for kind in ("MARKET", "LIMIT", "SL", "SL-M"):
        owner_browser.page.locator(f"[name=pricetype][value='{kind}']").check()
        shown[kind] = [owner_browser.page.locator(f"[name={name}]").is_visible() for name in ("price", "trigger_price")]
    assert shown == {"MARKET": [False, False], "LIMIT": [True, False], "SL": [True, True], "SL-M": [False, True]}


def test_the_margin_follows_what_is_filled_in(owner_browser):
    owner_browser.fill_ticket("INFY", pricetype="LIMIT", price="1000", quantity="7")
    expect(owner_browser.page.locator(".cost")).to_contain_text("₹7,000.00")


def test_the_button_says_which_side_it_is(owner_browser):
    owner_browser.fill_ticket("INFY", action="SELL")
    expect(owner_browser.page.get_by_role("button", name="Sell INFY")).to_be_visible()


def test_a_double_click_places_one_order(owner_browser):
    page = owner_browser.page
    owner_browser.fill_ticket("ITC", pricetype="LIMIT", price="1.25")
    page.locator("button.place").dblclick()
    page.wait_for_url("**/orders/*/")
    owner_browser.open("/orders/?status=open")
    expect(page.get_by_role("row", name="ITC")).to_have_count(1)


def test_a_refused_order_says_why_beside_the_field(owner_browser):
    owner_browser.pardon("status of 400")
    owner_browser.fill_ticket("INFY", pricetype="LIMIT", price="")
    owner_browser.page.locator("button.place").click()
    expect(owner_browser.page.get_by_label("Price", exact=True)).to_have_accessible_description("A LIMIT order needs a price.")


def test_a_ticket_can_be_reached_and_sent_by_the_keyboard_alone(owner_browser):
    page = owner_browser.page
    owner_browser.open("/trade/?q=WIPRO")
    page.get_by_role("searchbox").focus()
    for key in ("Tab", "Tab", "Enter"):  # the button, the first match
        page.keyboard.press(key)
    page.wait_for_url("**/trade/NSE/WIPRO/")
    page.locator("[name=action]:checked").focus()
    reached = []
    for _ in range(5):
        reached.append(page.evaluate("document.activeElement.name || document.activeElement.className"))
        page.keyboard.press("Tab")
    assert reached[:4] == ["action", "pricetype", "quantity", "product"]
    assert "place" in reached[4]


def test_an_orders_page_fits_a_phone(owner_browser):
    owner_browser.fill_ticket("LT", pricetype="LIMIT", price="1")
    owner_browser.place()
    owner_browser.page.set_viewport_size(PHONE)
    assert owner_browser.overflow() == 0


def test_the_lists_fit_a_phone_when_they_hold_something(owner_browser):
    owner_browser.fill_ticket("AXISBANK")
    owner_browser.place()
    owner_browser.page.set_viewport_size(PHONE)
    for path in ("/", "/orders/", "/trades/", "/positions/"):
        owner_browser.open(path)
        expect(owner_browser.page.get_by_text("AXISBANK").first).to_be_visible()
        assert owner_browser.overflow() == 0


def test_all_that_waits_is_cancelled_and_all_that_is_open_is_closed(owner_browser):
    owner_browser.fill_ticket("TITAN")
    owner_browser.place()
    owner_browser.fill_ticket("TITAN", pricetype="LIMIT", price="1")
    owner_browser.place()
    owner_browser.open("/orders/cancel-all/")
    owner_browser.page.get_by_role("button", name="Cancel all").click()
    expect(owner_browser.page.get_by_text("cancelled.")).to_be_visible()
    owner_browser.open("/positions/close-all/")
    owner_browser.page.get_by_role("button", name="Close all").click()
    expect(owner_browser.page.get_by_text("closed.")).to_be_visible()


def test_the_mode_is_told_beside_every_page_and_live_needs_a_broker(owner_browser):
    owner_browser.pardon("status of 400")
    owner_browser.page.get_by_role("note", name="Trading mode").get_by_role("link", name="Switch to live").click()
    owner_browser.page.get_by_role("button", name="Switch to live").click()
    expect(owner_browser.page.get_by_role("alert")).to_have_text("Connect a live broker before switching to live mode.")


@pytest.mark.parametrize("width", [360, 820, 1160, 1440])
def test_a_long_symbol_hides_nothing_at_any_width(owner_browser, width):
    option = next(each for each in symbols.search("BANKNIFTY", exchange=Exchange.NFO) if each.is_option)
    owner_browser.fill_ticket(option.symbol, exchange="NFO", pricetype="LIMIT", price="0.05")
    owner_browser.place()
    owner_browser.page.set_viewport_size({"width": width, "height": 800})
    owner_browser.open("/orders/?status=open")
    box = owner_browser.page.locator(".card.flush")
    assert (owner_browser.overflow(), box.evaluate("box => box.scrollWidth - box.clientWidth")) == (0, 0)
