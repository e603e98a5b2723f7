"""An operator hands the ban list on and takes one in: with scripts the chosen file stays chosen, without it is chosen again."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from security.forms import LARGEST
from tests.browser.visitor import Visitor, visit
from tests.live import Live

pytestmark = pytest.mark.slow

WIDE = "cidr\n198.18.7.1\n127.0.0.1\nnonsense\n"


@pytest.fixture(params=[True, False], ids=["with JS", "without JS"])
def somebody(request: pytest.FixtureRequest, chromium: Browser, owned: Live) -> Iterator[Visitor]:
    with visit(chromium, owned.base, java_script_enabled=request.param) as visitor:
        visitor.log_in()
        visitor.pardon("status of 400")
        visitor.open("/security/exchange/")
        yield visitor
        assert visitor.complaints == []


def choose(visitor: Visitor, content: str) -> None:
    file = FilePayload(name="bans.txt", mimeType="text/plain", buffer=content.encode())
    visitor.page.locator("[name=file]").set_input_files(file)


def chosen(visitor: Visitor) -> int:
    return int(visitor.page.locator("[name=file]").evaluate("field => field.files.length"))


def test_a_file_is_checked_and_then_imported(somebody):
    choose(somebody, "cidr\n198.18.1.1\n")
    somebody.send("Check only")
    expect(somebody.page.get_by_text("This file can be imported: 1 added")).to_be_visible()
    if not chosen(somebody):
        choose(somebody, "cidr\n198.18.1.1\n")
    somebody.send("Import")
    expect(somebody.page.get_by_text("Imported: 1 added")).to_be_visible()
    somebody.open("/security/?q=198.18.1.1")
    somebody.page.get_by_role("link", name="Lift the ban on 198.18.1.1/32").click()
    somebody.send("Lift", note="")


def test_with_scripts_a_checked_file_stays_chosen(owner_browser):
    owner_browser.open("/security/exchange/")
    choose(owner_browser, "cidr\n198.18.2.1\n")
    owner_browser.send("Check only")
    expect(owner_browser.page.locator(".report")).to_be_focused()
    assert (chosen(owner_browser), owner_browser.page.url.endswith("/security/exchange/")) == (1, True)


def test_wrong_lines_are_named_in_place(somebody):
    choose(somebody, WIDE)
    somebody.send("Check only")
    expect(somebody.page.get_by_text("Nothing was imported: 2 of 3 lines may not be.")).to_be_visible()
    expect(somebody.page.get_by_role("listitem").filter(has_text="Line 4")).to_contain_text("is not an address")


def test_what_is_no_list_is_told_beside_the_file(somebody):
    choose(somebody, "hello")
    somebody.send("Check only")
    expect(somebody.page.get_by_label("File")).to_have_accessible_description(
        "CSV, JSON, nginx, nftables or fail2ban, up to 1 MiB. The file is none of these: CSV, JSON, nginx, nftables, fail2ban."
    )


def test_a_file_of_a_mebibyte_comes_through(owner_browser):
    owner_browser.open("/security/exchange/")
    choose(owner_browser, "cidr\n198.18.3.1\n".ljust(LARGEST, "\n"))
    owner_browser.send("Check only")
    expect(owner_browser.page.get_by_text("This file can be imported: 1 added")).to_be_visible()


def test_a_list_is_downloaded(somebody):
    somebody.ban("198.18.4.1")
    somebody.open("/security/exchange/")
    with somebody.page.expect_download() as started:
        somebody.page.get_by_role("button", name="JSON bans.json").click()
    assert started.value.suggested_filename == "bans.json"
    assert "198.18.4.1/32" in {row["cidr"] for row in json.loads(Path(started.value.path()).read_text())}


def test_the_list_is_one_click_away_from_a_permanent_ban(somebody):
    somebody.open("/security/")
    somebody.page.get_by_label("For", exact=True).select_option("Permanent")
    with somebody.page.expect_download() as started:
        somebody.page.get_by_role("button", name="Export the list first").click()
    assert started.value.suggested_filename == "bans.csv"
    expect(somebody.page.get_by_label("For", exact=True)).to_have_value("permanent")


def test_an_answer_to_a_check_fits_a_phone(owner_browser):
    owner_browser.page.set_viewport_size({"width": 360, "height": 740})
    owner_browser.open("/security/exchange/")
    choose(owner_browser, WIDE + "x" * 500 + "\n")
    owner_browser.send("Check only")
    expect(owner_browser.page.locator(".report")).to_be_visible()
    assert owner_browser.overflow() == 0
