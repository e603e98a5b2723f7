"""An operator at the walls: whoever tries doors is seen, banned, refused and let in again, and the audit tells of it."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visitor import PASSWORD, Visitor, visit
from tests.live import Live, live_server

pytestmark = pytest.mark.slow

BEHIND = {"TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for"}
LOOKS = 200  # at a page, until all processes know what was tried
SCANNED = ("/wp-login.php", "/phpmyadmin/", "/.env", "/.git/config")
LETTERS = str.maketrans("0123456789.", "abcdefghijk")  # paths that differ in digits alone are one probe
numbers = count(101)


@pytest.fixture(scope="module")
def owned(chromium: Browser) -> Iterator[Live]:
    """Behind a proxy that says who is calling: from this machine itself nobody could be banned."""
    with live_server({"OWNER_PASSWORD": PASSWORD, "RATE_LIMITS": "off", **BEHIND}, second_port=False) as live:
        live.manage("create_owner", "owner", "owner@example.com")
        yield live


@pytest.fixture(params=[True, False], ids=["with JS", "without JS"])
def operator(request: pytest.FixtureRequest, chromium: Browser, owned: Live) -> Iterator[Visitor]:
    with visit(chromium, owned.base, java_script_enabled=request.param) as visitor:
        visitor.log_in()
        yield visitor
        assert visitor.complaints == []


@pytest.fixture
def attacker() -> str:
    """An address of each test's own."""
    return f"203.0.113.{next(numbers)}"


def ask(live: Live, address: str, path: str = "/healthz") -> int:
    return httpx.get(live.base + path, headers={"X-Forwarded-For": address}).status_code


def look_for(visitor: Visitor, path: str, text: str) -> None:
    """At a page, again and again, until it shows somebody."""
    visitor.open(path)
    for _ in range(LOOKS):
        if visitor.page.get_by_role("rowheader").get_by_text(text, exact=True).count():
            break
        visitor.page.reload()
    expect(visitor.page.get_by_role("rowheader").get_by_text(text, exact=True)).to_be_visible()


def audited(visitor: Visitor, about: str) -> list[str]:
    """What the admin's list of the audit says was done to somebody, newest first."""
    visitor.open(f"/admin/security/auditentry/?q={about}")
    return visitor.page.locator("#result_list .field-act").all_inner_texts()


def press(visitor: Visitor, link: str) -> None:
    visitor.page.get_by_role("link", name=link, exact=True).click()


def test_an_alarm_leads_to_a_ban_that_is_exported_and_lifted_and_the_audit_tells(operator, owned, attacker):
    """The scanner is on trial: automation says what it would have done, and leaves the rest to the operator."""
    provoke_an_alarm(operator, owned, attacker)
    press(operator, f"All about {attacker}")
    expect(operator.page.get_by_role("table", name="Evidence")).to_contain_text("GET /wp-login.php")
    assert ask(owned, attacker) == 200
    ban_it(operator, attacker)
    assert ask(owned, attacker) == 403
    export_it(operator, attacker)
    lift_it(operator, attacker)
    assert ask(owned, attacker) == 200
    assert audited(operator, f"{attacker}/32") == ["bans:ban:lift"] * 2 + ["bans:ban:order"] * 2  # the simulated one too


def provoke_an_alarm(operator: Visitor, owned: Live, attacker: str) -> None:
    """Until the alarm about the attacker is on the operator's page."""
    operator.open("/security/policy/")
    operator.page.locator("[name=simulated][value='unknown-paths']").check()
    operator.send("Save changes")
    for path in SCANNED:
        assert ask(owned, attacker, path) == 404
    operator.open("/security/alerts/")
    for _ in range(LOOKS):
        if operator.page.get_by_text(f"Simulated: {attacker}").count():
            break
        operator.page.reload()
    expect(operator.page.get_by_text(f"Simulated: {attacker}")).to_be_visible()


def test_a_suspect_is_banned_from_its_row(operator, owned, attacker):
    assert ask(owned, attacker, "/wp-login.php") == 404
    look_for(operator, "/security/suspects/", attacker)
    row = operator.page.get_by_role("row").filter(has_text=attacker)
    expect(row.get_by_text("GET /wp-login.php").first).to_be_visible()
    press(operator, f"Ban {attacker}")
    operator.send("Ban")
    expect(operator.page.get_by_text(f"{attacker}/32 is banned.")).to_be_visible()
    assert ask(owned, attacker) == 403


def ban_it(operator: Visitor, attacker: str) -> None:
    press(operator, "Ban")
    operator.send("Ban", reason="scans, seen by eye")
    expect(operator.page.get_by_text(f"{attacker}/32 is banned.")).to_be_visible()


def lift_it(operator: Visitor, attacker: str) -> None:
    operator.open(f"/security/address/?q={attacker}")
    expect(operator.page.get_by_role("heading", level=1)).to_contain_text("shut out")
    expect(operator.page.get_by_role("table", name="Evidence")).to_contain_text("GET /wp-login.php")
    press(operator, "Lift")
    operator.send("Lift", note="our own scanner")


def export_it(operator: Visitor, attacker: str) -> None:
    with operator.page.expect_download() as started:
        operator.page.get_by_role("button", name="Export the list first").click()
    assert f"{attacker}/32" in Path(started.value.path()).read_text()


def test_all_who_asked_for_a_path_are_banned_but_the_operator(operator, owned, attacker):
    other, word = f"203.0.113.{next(numbers)}", attacker.translate(LETTERS)
    httpx.get(f"{owned.base}/old-{word}.tar")  # from this machine
    for address in (attacker, other):
        ask(owned, address, f"/old-{word}.tar")
    look_for(operator, "/security/suspects/", other)
    operator.open("/security/")
    press(operator, "Ban all who asked for a path")
    operator.send("Look who", pattern=f"/old-{word.upper()}*")
    expect(operator.page.get_by_text("addresses of this machine")).to_be_visible()
    operator.send("Ban them all", reason="backups")
    expect(operator.page.get_by_text("2 banned")).to_be_visible()
    assert [ask(owned, address) for address in (attacker, other, "127.0.0.1")] == [403, 403, 200]


def test_a_suspect_is_cleared(operator, owned, attacker):
    ask(owned, attacker, "/nothing-here")
    look_for(operator, "/security/suspects/", attacker)
    operator.page.get_by_role("button", name=f"Clear {attacker}").click()
    expect(operator.page.get_by_text(f"{attacker} begins anew.")).to_be_visible()
    expect(operator.page.get_by_role("rowheader").get_by_text(attacker, exact=True)).to_have_count(0)
    assert audited(operator, attacker) == ["bans:probes:clear"]


def test_the_admin_bans_extends_and_lifts(operator, owned, attacker):
    operator.open(f"/admin/security/ban/add/?address={attacker}&reason=scans")
    operator.page.get_by_role("button", name="Ban", exact=True).click()
    expect(operator.page.get_by_text("Banned.")).to_be_visible()
    assert ask(owned, attacker) == 403
    for action in ("extend", "lift"):
        operator.open(f"/admin/security/ban/?q={attacker}/32")
        operator.page.locator("input[name=_selected_action]").check()
        operator.page.locator("select[name=action]").select_option(action)
        operator.page.get_by_role("button", name=re.compile("Go|Run")).click()
    assert ask(owned, attacker) == 200
    assert audited(operator, f"{attacker}/32") == ["bans:ban:lift", "bans:ban:extend", "bans:ban:order"]


def test_a_page_opens_where_something_is_wrong(operator):
    operator.pardon("status of 400")
    operator.page.set_viewport_size({"width": 360, "height": 740})
    operator.open("/security/")
    operator.send("Ban", address="everybody", reason="scans")
    expect(operator.page.locator(".errorlist")).to_be_in_viewport()
