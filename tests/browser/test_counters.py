"""The counters on the security pages move while the page stands open, and say so when they do not."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.slow

SOCKETS = "/security/sockets/"


def counter(page: Page, name: str):
    return page.locator(f"[data-counter={name}]")


def word(page: Page):
    return page.locator("[data-live-word]")


def wrong_key(visitor: Visitor, number: int) -> None:
    httpx.post(f"{visitor.base}/api/v1/ping", json={"apikey": f"wrong {number}"})


@pytest.mark.parametrize("path", ["/security/", SOCKETS])
def test_they_move_without_a_reload(owner_browser, path):
    page = owner_browser.page
    owner_browser.open(path)
    page.evaluate("window.same = true")
    expect(word(page)).to_have_text("Streaming")
    before = counter(page, "bad_keys").inner_text()
    wrong_key(owner_browser, hash(path) % 1000)
    expect(counter(page, "bad_keys")).not_to_have_text(before, timeout=15_000)
    assert page.evaluate("window.same")


def test_the_page_counts_its_own_socket(owner_browser):
    owner_browser.open(SOCKETS)
    expect(counter(owner_browser.page, "sockets")).not_to_have_text("0", timeout=15_000)


def test_without_a_socket_the_page_says_that_it_is_not_updating(owner_browser):
    owner_browser.page.route_web_socket("**/live/", lambda socket: socket.close())
    owner_browser.open("/security/")
    expect(word(owner_browser.page)).to_have_text("Not updating")


def test_a_server_that_falls_silent_is_noticed(owner_browser):
    page = owner_browser.page
    page.clock.install()
    page.route_web_socket("**/live/", lambda socket: socket.on_message(lambda _: None))
    owner_browser.open("/security/")
    page.clock.run_for(6_000)
    expect(word(page)).to_have_text("Not updating")


def test_a_socket_that_was_disconnected_comes_back(owner_browser):
    page = owner_browser.page
    expect(word(page)).to_have_text("Streaming")  # so that the socket caught below is not the dashboard's
    with page.expect_websocket() as opened:
        owner_browser.open("/security/")
    expect(counter(page, "sockets")).not_to_have_text("0", timeout=15_000)
    other = page.context.new_page()
    other.goto(owner_browser.base + SOCKETS)
    with opened.value.expect_event("close"):
        other.get_by_role("button", name="All of this address").first.click()
    expect(word(page)).to_have_text("Not updating")
    expect(word(page)).to_have_text("Streaming", timeout=15_000)


def test_they_are_there_without_scripts(plain):
    plain.log_in()
    plain.open("/security/")
    expect(counter(plain.page, "processes")).to_have_text("1")
    expect(word(plain.page)).to_be_hidden()
