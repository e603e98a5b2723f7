"""A proof that has grown old: the password is asked for once, and nothing is typed twice."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visitor import PASSWORD, Visitor, visit
from tests.live import Live

pytestmark = pytest.mark.slow

OLD = """
from accounts.models import Session
from accounts.sessions import SessionStore
for row in Session.objects.filter(ended=None):
    data = SessionStore().decode(row.data)
    row.data = SessionStore().encode(data | {"sudo": data["sudo"] - 601})
    row.save()
"""
numbers = count(1)
REASON = 'scans "everything" & more'


@pytest.fixture(params=[True, False], ids=["with JS", "without JS"])
def somebody(request: pytest.FixtureRequest, chromium: Browser, owned: Live) -> Iterator[Visitor]:
    with visit(chromium, owned.base, java_script_enabled=request.param) as visitor:
        visitor.log_in()
        visitor.pardon("status of 403")  # the page that asks says that nothing was done yet
        yield visitor
        assert visitor.complaints == []


@pytest.fixture
def grow_old(owned: Live) -> Callable[[], object]:
    """Every session proved itself too long ago."""
    return lambda: owned.manage("shell", "-v", "0", "-c", OLD)


@pytest.fixture
def address() -> str:
    """One that no other test of the server bans."""
    return f"203.0.113.{next(numbers)}"


def asked_for(somebody: Visitor, address: str) -> None:
    somebody.open("/security/")
    somebody.send("Ban", address=address, reason=REASON)
    expect(somebody.page.get_by_role("heading", level=1)).to_have_text("Your password, please")


def test_a_ban_that_was_filled_in_is_there_after_the_password(somebody, grow_old, address):
    grow_old()
    asked_for(somebody, address)
    before = somebody.page.context.cookies()
    somebody.send("Go on", sudo_password=PASSWORD)
    expect(somebody.page.get_by_text(f"{address}/32 is banned.")).to_be_visible()
    expect(somebody.page.get_by_role("row").filter(has_text=address)).to_contain_text(REASON)
    assert somebody.page.context.cookies() != before


def test_what_changes_within_ten_minutes_asks_no_more(somebody, grow_old, address):
    grow_old()
    asked_for(somebody, address)
    somebody.send("Go on", sudo_password=PASSWORD)
    somebody.page.get_by_role("link", name=f"Lift the ban on {address}/32").click()
    somebody.send("Lift", note="asked once")
    expect(somebody.page.get_by_text(f"Lifted: {address}/32.")).to_be_visible()


def test_a_wrong_password_costs_no_field(somebody, grow_old, address):
    grow_old()
    asked_for(somebody, address)
    somebody.send("Go on", sudo_password="wrong wrong wrong")
    expect(somebody.page.get_by_role("alert")).to_have_text("This is not your password.")
    somebody.send("Go on", sudo_password=PASSWORD)
    expect(somebody.page.get_by_text(f"{address}/32 is banned.")).to_be_visible()


def test_a_key_with_several_scopes_and_lines_comes_through(somebody, grow_old):
    grow_old()
    somebody.open("/keys/")
    name = f"stepped up {next(numbers)}"
    somebody.send("Create key", name=name, addresses="203.0.113.0/24\n198.51.100.7")
    somebody.send("Go on", sudo_password=PASSWORD)
    expect(somebody.page.get_by_role("textbox", name=f"Key {name}")).to_be_visible()


def test_the_admin_asks_and_goes_on(somebody, grow_old, address):
    grow_old()
    somebody.open("/admin/security/ban/add/")
    somebody.page.locator("[name=address]").fill(address)
    somebody.page.locator("[name=reason]").fill(REASON)
    somebody.page.locator("[type=submit]").last.click()
    somebody.send("Go on", sudo_password=PASSWORD)
    expect(somebody.page.get_by_text(f"{address}/32: Banned.")).to_be_visible()
