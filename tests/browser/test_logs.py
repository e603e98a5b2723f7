"""An operator at the logs, without scripts: filters, goes back, takes a file along."""

import csv

import pytest
from playwright.sync_api import Download, expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.slow

SCAN = """
from django.utils import timezone
from security.models import TrafficEntry
TrafficEntry.objects.bulk_create(
    TrafficEntry(id=10**15 + n, at=timezone.now(), subject="203.0.113.9", method="GET", path=f"/=probe{n}", status=404 - n % 2)
    for n in range(130)
)
"""


@pytest.fixture(scope="module")
def _scanned(owned):
    owned.manage("shell", "-v", "0", "-c", SCAN)


@pytest.fixture
def operator(plain, _scanned):
    plain.log_in()
    plain.page.wait_for_url(f"{plain.base}/")
    return plain


def shown(operator: Visitor) -> list[str]:
    return operator.page.locator("td[data-label=Request] code").all_inner_texts()


def export(operator: Visitor, form: str) -> Download:
    with operator.page.expect_download() as started:
        operator.page.get_by_role("button", name=f"Export {form}").click()
    return started.value


def test_a_scan_is_filtered_walked_through_and_taken_along(operator, tmp_path):
    operator.open("/security/")
    for link in ("Traffic", "Logs"):
        operator.page.get_by_role("link", name=link, exact=True).click()
    operator.send("Show", subject="203.0.113.9", status="404")
    newest = shown(operator)
    operator.page.get_by_role("link", name="Older").click()
    expect(operator.page.get_by_text("Requests further back")).to_be_visible()
    older, file = shown(operator), export(operator, "CSV")
    file.save_as(tmp_path / "file")
    rows = list(csv.DictReader((tmp_path / "file").read_text().splitlines()))
    assert newest + older == [row["path"] for row in rows] == [f"/=probe{n}" for n in range(128, -1, -2)]
    assert file.suggested_filename == "traffic.csv"


def test_a_filter_that_cannot_be_read_is_told_beside_its_field(operator):
    operator.open("/logs/")
    operator.send("Show", status="many")
    expect(operator.page.get_by_text("'many' is no status: give one such as 404, or a family such as 4xx.")).to_be_visible()
    expect(operator.page.get_by_role("table")).to_have_count(0)
