"""Open pages follow the market and the orders: by the socket, without it, and to the login when the session ends."""

import json
from decimal import Decimal

import httpx
import pytest
from playwright.sync_api import Page, expect

from brokers.money import price, rupees
from brokers.templatetags.money import change
from tests.browser.visitor import Visitor, visit

pytestmark = pytest.mark.slow

ORDER = {"strategy": "First", "symbol": "INFY", "exchange": "NSE", "action": "BUY", "quantity": "1", "product": "CNC",
         "pricetype": "MARKET"}  # fmt: skip
HIDE = """() => {
  Object.defineProperty(document, "hidden", { get: () => true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
ROW = """row => {
  const cell = row.querySelector("[data-cell=change]");
  const read = { now: row.dataset.now, was: row.dataset.ltp, quantity: row.dataset.quantity, base: cell.dataset.base };
  return { ...read, shown: cell.textContent.trim(), ltp: row.querySelector("[data-cell=ltp]").textContent.trim() };
}"""
AMOUNTS = ["0", "0.004", "0.005", "0.0049", "0.01", "1", "999.99", "1512.4", "84.2525", "99999.995", "100000", "12345678.905",
           "999999999.99"]  # fmt: skip
STREAMING, POLLING, DEAF = "Streaming", "Updating every 5 s", "Not updating"


def word(page: Page):
    return page.locator("[data-live-word]")


def asks(visitor: Visitor, path: str = "/?part=1"):
    return visitor.page.expect_response(visitor.base + path)


@pytest.fixture
def unplugged(owner_browser: Visitor) -> Visitor:
    """The owner on the dashboard, where no socket gets through."""
    owner_browser.page.route_web_socket("**/live/", lambda socket: socket.close())
    owner_browser.page.clock.install()
    owner_browser.page.reload()
    return owner_browser


def order_by_a_program(visitor: Visitor, token: str, **changes: str) -> str:
    answer = httpx.post(f"{visitor.base}/api/v1/placeorder", json=ORDER | changes | {"apikey": token})
    return str(answer.json()["orderid"])


def test_prices_move_on_an_open_ticket(owner_browser):
    owner_browser.open("/trade/NSE/INFY/")
    expect(word(owner_browser.page)).to_have_text(STREAMING)
    for cell in ("ltp", "bid", "ask"):
        shown = owner_browser.page.locator(f"[data-cell={cell}]")
        expect(shown).not_to_have_text(shown.inner_text(), timeout=15_000)


def test_an_order_of_a_program_appears_on_the_open_dashboard(owner_browser):
    token = owner_browser.create_key("Follow")
    owner_browser.open("/")
    expect(word(owner_browser.page)).to_have_text(STREAMING)
    orderid = order_by_a_program(owner_browser, token, symbol="TCS")
    expect(owner_browser.page.locator(f"#order-{orderid}")).to_be_visible(timeout=15_000)


def test_gain_and_total_move_with_the_price_to_the_paisa(owner_browser):
    page = owner_browser.page
    order_by_a_program(owner_browser, owner_browser.create_key("Gain"), quantity="333")
    owner_browser.open("/positions/")
    page.wait_for_selector("[data-now]", timeout=15_000)
    row = page.locator("[data-now]").first.evaluate(ROW)
    now, was, base = (Decimal(row[name]) / 10_000 for name in ("now", "was", "base"))
    assert (row["ltp"], row["shown"]) == (price(now), change(base + int(row["quantity"]) * (now - was)))


def test_the_script_writes_numbers_as_the_server_does(owner_browser):
    amounts = [Decimal(sign + each) for each in AMOUNTS for sign in ("", "-")]
    asked = json.dumps([str(int(each * 10_000)) for each in amounts])
    written = owner_browser.page.evaluate(f"{asked}.map(BigInt).map(each => [rupees(each), change(each)])")
    assert written == [[rupees(each), change(each)] for each in amounts]


def test_the_script_writes_prices_as_the_server_does(owner_browser):
    amounts = [Decimal(each).quantize(Decimal("0.0001")) for each in AMOUNTS]
    asked = json.dumps([float(each) for each in amounts])
    assert owner_browser.page.evaluate(f"{asked}.map(units).map(price)") == [price(each) for each in amounts]


def test_without_a_socket_the_page_asks_every_five_seconds(unplugged):
    expect(word(unplugged.page)).to_have_text(POLLING)
    for _ in range(2):
        with asks(unplugged):
            unplugged.page.clock.run_for(5_000)


def test_an_order_is_seen_without_a_socket_too(owner_browser):
    token = owner_browser.create_key("Poll")
    owner_browser.page.route_web_socket("**/live/", lambda socket: socket.close())
    owner_browser.open("/")
    orderid = order_by_a_program(owner_browser, token)
    expect(owner_browser.page.locator(f"#order-{orderid}")).to_be_visible(timeout=15_000)


def test_the_socket_is_tried_again(owner_browser):
    tried = []

    def meet(socket) -> None:
        tried.append(socket)
        if len(tried) == 1:
            socket.close()
        else:
            socket.connect_to_server()

    owner_browser.page.route_web_socket("**/live/", meet)
    owner_browser.open("/")
    expect(word(owner_browser.page)).to_have_text(STREAMING, timeout=15_000)
    assert len(tried) == 2


def test_a_page_that_cannot_ask_says_so(owner_browser):
    owner_browser.pardon("net::ERR_FAILED")
    owner_browser.page.route_web_socket("**/live/", lambda socket: socket.close())
    owner_browser.page.route("**/?part=1", lambda route: route.abort())
    owner_browser.open("/")
    expect(word(owner_browser.page)).to_have_text(DEAF, timeout=15_000)


def test_a_hidden_page_asks_nothing(unplugged):
    page, asked = unplugged.page, []
    page.evaluate(HIDE)
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.clock.run_for(60_000)
    page.evaluate("fetch('/healthz')")
    assert [each for each in asked if "/static/" not in each] == [f"{unplugged.base}/healthz"]


def test_a_hidden_page_holds_no_socket(owner_browser):
    page = owner_browser.page
    expect(word(page)).to_have_text(STREAMING)  # so that the socket caught below is not this page's
    with page.expect_websocket() as opened:
        owner_browser.open("/positions/")
    expect(word(page)).to_have_text(STREAMING)
    with opened.value.expect_event("close"):
        page.evaluate(HIDE)


def test_a_focused_button_survives_a_refresh(owner_browser):
    token = owner_browser.create_key("Focus")
    waits = order_by_a_program(owner_browser, token, pricetype="LIMIT", price="1")
    owner_browser.open("/orders/")
    expect(word(owner_browser.page)).to_have_text(STREAMING)
    owner_browser.page.locator(f"#cancel-{waits}").focus()
    newer = order_by_a_program(owner_browser, token)
    expect(owner_browser.page.locator(f"#order-{newer}")).to_be_visible(timeout=15_000)
    expect(owner_browser.page.locator(f"#cancel-{waits}")).to_be_focused()


def test_a_page_whose_session_has_ended_leads_to_the_login(unplugged):
    unplugged.page.context.clear_cookies()
    unplugged.page.clock.run_for(5_000)
    unplugged.page.wait_for_url("**/login/")


def test_logging_out_in_one_tab_leads_the_other_to_the_login(chromium, owned):
    with visit(chromium, owned.base) as visitor:
        visitor.log_in()
        visitor.page.wait_for_url(f"{owned.base}/")
        expect(word(visitor.page)).to_have_text(STREAMING)
        other = visitor.page.context.new_page()
        other.goto(f"{owned.base}/keys/")
        other.get_by_role("button", name="Log out").click()
        visitor.page.wait_for_url("**/login/*", timeout=15_000)
        assert visitor.complaints == []
