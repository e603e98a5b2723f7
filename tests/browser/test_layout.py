"""Pages with what stretches them: words stay whole, columns keep their room, and nothing is cut or touches."""

import pytest

pytestmark = pytest.mark.slow

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
STRETCHED = """
from security import audit
from security.actors import COMMAND_LINE
names = ", ".join(f"threshold_{number}" for number in range(20))
with audit.change():
    audit.record(audit.Act.POLICY_CHANGED, by=COMMAND_LINE, about=names, before={"a": "b" * 200}, after={"a": "c" * 200})
    audit.record(audit.Act.SOCKETS_CLOSED, by=COMMAND_LINE, about="x" * 200)
"""
GAP = """box => box.nextElementSibling.getBoundingClientRect().top - box.getBoundingClientRect().bottom"""


def test_whoever_acted_stands_in_whole_words_however_long_the_rest(owner_browser, owned):
    owned.manage("shell", "-v", "0", "-c", STRETCHED)
    owner_browser.page.set_viewport_size(DESK)
    owner_browser.open("/logs/audit/?actor=command")
    who = owner_browser.page.locator("td[data-label=Who] > span")
    assert set(who.evaluate_all("spans => spans.map(span => span.getClientRects().length)")) == {1}
    assert set(who.all_inner_texts()) == {"command line"}


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_opened_details_of_the_audit_stay_in_their_column(owner_browser, owned, size):
    owned.manage("shell", "-v", "0", "-c", STRETCHED)
    owner_browser.page.set_viewport_size(size)
    owner_browser.open("/logs/audit/")
    owner_browser.page.get_by_text("Before and after").first.click()
    assert owner_browser.page.locator(".card.log").evaluate("card => card.scrollWidth - card.clientWidth") == 0
    assert owner_browser.overflow() == 0


@pytest.mark.parametrize("path", ["/security/", "/security/suspects/", "/security/charts/", "/logs/"])
def test_the_notice_of_a_pause_touches_nothing(owner_browser, owned, path):
    owned.manage("pause_bans")
    owner_browser.open(path)
    assert owner_browser.page.locator("main > .notice").evaluate(GAP) >= 16


def test_the_example_on_the_dashboard_fits_a_phone(owner_browser):
    owner_browser.page.set_viewport_size(PHONE)
    assert owner_browser.page.locator("pre").evaluate("pre => pre.scrollWidth - pre.clientWidth") == 0
