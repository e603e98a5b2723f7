"""Operators' pages on people: a session that is ended there is over in its own browser at once."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import visit

pytestmark = pytest.mark.slow

SESSIONS, LOGINS = "/security/sessions/", "/security/logins/"


def test_ending_a_session_leads_its_open_page_to_the_login(owner_browser, chromium, owned):
    with visit(chromium, owned.base, user_agent="curl/9") as other:
        other.log_in()
        expect(other.page.locator("[data-live-word]")).to_have_text("Streaming")
        owner_browser.open(f"{SESSIONS}?q=curl")
        owner_browser.page.get_by_role("button", name="End the session of owner from 127.0.0.1").click()
        expect(owner_browser.page.get_by_text("Ended: a session of owner from 127.0.0.1.")).to_be_visible()
        other.page.wait_for_url("**/login/*", timeout=15_000)


def test_ones_own_session_survives_the_end_of_all_others(owner_browser, chromium, owned):
    with visit(chromium, owned.base) as other:
        other.log_in()
        expect(other.page.locator("[data-live-word]")).to_have_text("Streaming")
        owner_browser.open(SESSIONS)
        owner_browser.page.get_by_role("button", name="End my others").first.click()
        expect(owner_browser.page.get_by_text("1 live session")).to_be_visible()
        other.page.wait_for_url("**/login/*", timeout=15_000)  # else its own way there and ours would meet
        other.open("/keys/")
        assert "/login/" in other.page.url


def test_a_failure_is_found_by_its_kind_without_scripts(plain):
    plain.log_in("wrong horse battery staple")
    plain.log_in()
    plain.open(LOGINS)
    plain.page.get_by_role("link", name="Failures").click()
    expect(plain.page.get_by_role("table", name="Activity").get_by_role("row")).to_have_count(2)
    expect(plain.page.get_by_role("row", name="Wrong name or password")).to_be_visible()
