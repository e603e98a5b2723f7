"""Every page in Chromium: no complaint, no overflow, and the forms work, with scripts and without."""

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

TRADING = ["/", "/trade/", "/trade/?q=bank", "/trade/NSE/INFY/", "/orders/", "/trades/", "/positions/", "/holdings/", "/mode/",
           "/orders/cancel-all/", "/positions/close-all/"]  # fmt: skip
OURS = [*TRADING, "/keys/", "/account/password/", "/security/", "/security/?q=nothing", "/security/?state=all&origin=auto",
        "/security/allow/", "/security/suspects/", "/security/suspects/?q=203.0.113.9", "/security/offenders/",
        "/security/offenders/?pattern=/wp-*", "/security/alerts/", "/security/alerts/?closed", "/security/policy/",
        "/security/charts/", "/security/charts/?span=day",
        "/security/exchange/", "/logs/", "/logs/?user=nobody", "/logs/audit/", "/security/replay/?since=1+d",
        "/security/sockets/", "/security/sockets/?q=nothing", "/security/sessions/", "/security/sessions/?q=nothing",
        "/security/logins/", "/security/logins/?kind=failures"]  # fmt: skip
THEIRS = ["/api/v1/docs", "/admin/", "/admin/security/ban/add/", "/admin/security/allow/add/", "/admin/accounts/user/1/change/"]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
GROUPED = [path for path in OURS if path.startswith(("/security/", "/logs/"))]
ORDER = {"strategy": "First", "symbol": "INFY", "exchange": "NSE", "action": "BUY", "quantity": "1", "product": "CNC"}


@pytest.mark.parametrize("path", OURS + THEIRS)
def test_a_page_opens_without_a_complaint(owner_browser, path):
    owner_browser.open(path)
    owner_browser.page.wait_for_load_state("networkidle")
    assert owner_browser.page.get_by_role("heading").count()


def test_every_list_of_the_admin_opens_without_a_complaint(owner_browser):
    owner_browser.open("/admin/")
    lists = owner_browser.page.locator("#content-main th a").evaluate_all("links => links.map(link => link.pathname)")
    for path in lists:
        owner_browser.open(path)
        expect(owner_browser.page.locator("#changelist")).to_be_visible()
    assert len(lists) > 4


@pytest.mark.parametrize("path", ["/login/", "/nothing-here", *OURS])
def test_a_page_fits_a_phone(owner_browser, path):
    owner_browser.page.set_viewport_size(PHONE)
    owner_browser.pardon("status of 404")
    owner_browser.open(path)
    assert owner_browser.overflow() == 0


def tops(visitor, links: str) -> set[int]:
    """How far down each row of links begins."""
    return set(visitor.page.locator(links).evaluate_all("links => links.map(link => Math.round(link.offsetTop))"))


@pytest.mark.parametrize("path", GROUPED)
def test_the_ways_through_the_security_pages_fit_a_row_of_a_phone(owner_browser, path):
    owner_browser.page.set_viewport_size(PHONE)
    owner_browser.open(path)
    assert len(tops(owner_browser, "nav[aria-label=Security] > a")) == 1
    assert len(tops(owner_browser, ".subtabs > a")) <= 1


def test_the_ways_through_the_security_pages_stand_in_one_place(owner_browser):
    owner_browser.page.set_viewport_size(DESK)
    found = set()
    for path in GROUPED:
        owner_browser.open(path)
        found |= tops(owner_browser, "nav[aria-label=Security] > a")
    assert len(found) == 1


def test_the_switch_for_light_and_dark_in_the_admin_works(owner_browser):
    owner_browser.open("/admin/")
    owner_browser.page.locator(".theme-toggle").first.click()
    expect(owner_browser.page.locator("html")).to_have_attribute("data-theme", "dark")


def test_wrong_passwords_are_told_one_sentence(visitor):
    visitor.log_in("wrong horse battery staple")
    expect(visitor.page.get_by_role("alert")).to_have_text("Name and password do not match.")


def test_after_logout_the_pages_are_closed(visitor):
    visitor.log_in()
    visitor.page.get_by_role("button", name="Log out").click()
    visitor.open("/keys/")
    assert visitor.page.url.endswith("/login/?next=%2Fkeys%2F")


def test_the_first_key_press_leads_past_the_navigation(owner_browser):
    owner_browser.page.keyboard.press("Tab")
    owner_browser.page.keyboard.press("Enter")
    expect(owner_browser.page.locator("main")).to_be_focused()


def test_a_key_is_shown_once(owner_browser):
    token = owner_browser.create_key("Once")
    owner_browser.open("/keys/")
    assert token not in owner_browser.page.content()


def test_no_column_of_the_admins_orders_hides_behind_the_filters(owner_browser):
    order = ORDER | {"apikey": owner_browser.create_key("Wide"), "pricetype": "MARKET"}
    httpx.post(f"{owner_browser.base}/api/v1/placeorder", json=order).raise_for_status()
    owner_browser.page.set_viewport_size({"width": 1440, "height": 900})
    owner_browser.open("/admin/brokers/journalentry/")
    assert owner_browser.page.locator(".results").evaluate("box => box.scrollWidth - box.clientWidth") == 0


def test_a_ban_is_ordered_and_lifted(owner_browser):
    owner_browser.ban("203.0.113.9")
    owner_browser.page.get_by_role("link", name="Lift the ban on 203.0.113.9/32").click()
    owner_browser.send("Lift", note="our office")
    expect(owner_browser.page.get_by_text("Lifted: 203.0.113.9/32.")).to_be_visible()


def test_a_refused_ban_is_explained_beside_the_field(owner_browser):
    owner_browser.pardon("status of 400")
    owner_browser.ban("127.0.0.1")
    expect(owner_browser.page.get_by_label("Address or range")).to_have_accessible_description(
        "203.0.113.9, 203.0.113.0/24 or 2001:db8::/48"
        " 127.0.0.1/32 holds addresses of this machine or its link, which are never banned."
    )


def test_login_keys_and_bans_work_without_scripts(plain):
    plain.log_in()
    assert plain.create_key("Plain").startswith("oa_live_")
    plain.ban("198.51.100.9")
    expect(plain.page.get_by_text("198.51.100.9/32 is banned.")).to_be_visible()
    plain.page.get_by_role("link", name="Lift the ban on 198.51.100.9/32").click()
    plain.send("Lift", note="")
    expect(plain.page.get_by_text("Lifted: 198.51.100.9/32.")).to_be_visible()


def test_an_alert_is_closed(owner_browser, owned):
    owned.manage(
        "shell", "-c", "from security import alerts; alerts.sound(alerts.Alarm.CANARY, 'A canary sang.'); alerts.flush()"
    )
    owner_browser.open("/security/")
    owner_browser.page.get_by_role("button", name="Close the alert canary-key").click()
    expect(owner_browser.page.get_by_text("Closed: A canary sang.")).to_be_visible()


def test_a_threshold_is_changed_and_reset(owner_browser):
    owner_browser.open("/security/policy/")
    owner_browser.page.get_by_label("Distinct bad API keys in 24 h").fill("7")
    owner_browser.page.keyboard.press("Enter")
    expect(owner_browser.page.get_by_text("Changed: Distinct bad API keys in 24 h.")).to_be_visible()
    owner_browser.page.get_by_role("button", name="Reset Distinct bad API keys in 24 h to the default").click()
    expect(owner_browser.page.get_by_label("Distinct bad API keys in 24 h")).to_have_value("10")
