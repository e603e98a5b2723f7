"""From the link on the console to an order seen in the browser."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visitor import Visitor, visit
from tests.live import Live, live_server

pytestmark = pytest.mark.slow

ORDER = {"strategy": "First", "symbol": "SBIN", "exchange": "NSE", "action": "BUY", "quantity": "1", "product": "CNC"}


@pytest.fixture(params=[True, False], ids=["with JS", "without JS"])
def newcomer(request: pytest.FixtureRequest, chromium: Browser, unowned: Live) -> Iterator[Visitor]:
    with visit(chromium, unowned.base, java_script_enabled=request.param) as visitor:
        yield visitor
        assert visitor.complaints == []


@pytest.fixture
def unowned() -> Iterator[Live]:
    with live_server(second_port=False) as live:
        yield live


def set_up_link(live: Live) -> str:
    return live.wait_for(r"http\S+/setup/\S+")[0]


def place(live: Live, token: str) -> str:
    answer = httpx.post(f"{live.base}/api/v1/placeorder", json=ORDER | {"apikey": token, "pricetype": "MARKET"})
    return str(answer.json()["orderid"])


def test_before_there_is_an_owner_the_front_page_points_to_the_console(newcomer):
    newcomer.open("/")
    expect(newcomer.page.get_by_role("heading", level=1)).to_have_text("This server waits for its owner")


def test_the_owner_comes_from_the_link_to_an_order_in_the_browser(newcomer, unowned):
    newcomer.set_up(set_up_link(unowned))
    expect(newcomer.page.get_by_text("Paper", exact=False).first).to_be_visible()
    token = newcomer.create_key("First program")
    orderid = place(unowned, token)
    newcomer.open("/")
    expect(newcomer.page.get_by_text(orderid).first).to_be_visible()


def test_the_link_works_once(newcomer, unowned):
    link = set_up_link(unowned)
    newcomer.set_up(link)
    assert newcomer.page.request.get(link.replace("localhost", "127.0.0.1")).status == 404
