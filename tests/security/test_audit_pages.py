"""Pages of the audit: every row once, newest first, whatever is filtered and however far one page looks."""

from datetime import timedelta

import pytest

from security import audit_pages
from security.audit_pages import Filters, page
from security.models import AuditEntry
from security.paging import Misasked, Page
from tests.security.chains import BEGAN, make, tamper, unconstrained

pytestmark = pytest.mark.django_db


def walked(filters: Filters, *, size: int = 7) -> list[int]:
    found, after, pages = [], "", 0
    while pages == 0 or after:
        next_page = page(filters, after=after, size=size)
        found += [row.seq for row in next_page.rows]
        after, pages = next_page.after, pages + 1
        assert pages < 200
    return found


@pytest.mark.parametrize("walk", [3, 10_000])
@pytest.mark.parametrize("size", [1, 7, 39, 40, 41])
def test_pages_hold_every_row_once_newest_first(monkeypatch, walk, size):
    monkeypatch.setattr(audit_pages, "WALK", walk)
    make(40)
    assert walked(Filters(), size=size) == list(range(40, 0, -1))


@pytest.mark.parametrize("walk", [3, 10_000])
def test_a_time_bounds_both_ends(monkeypatch, walk):
    monkeypatch.setattr(audit_pages, "WALK", walk)
    make(40)
    asked = Filters(since=BEGAN + timedelta(seconds=10), until=BEGAN + timedelta(seconds=14), actor="ÖWNER"[1:])
    assert walked(asked) == [14, 13, 12, 11, 10]


def test_a_short_page_says_how_far_it_looked(monkeypatch):
    monkeypatch.setattr(audit_pages, "WALK", 10)
    make(40)
    found = page(Filters(actor="nobody"))
    assert (found.rows, found.after, found.until) == ([], "31", BEGAN + timedelta(seconds=31))


def test_a_clock_that_was_set_back_hides_no_row():
    make(20)
    with unconstrained():
        tamper("UPDATE security_auditentry SET at = %s WHERE seq = 15", AuditEntry.objects.get(seq=5).at)
        assert walked(Filters(until=BEGAN + timedelta(seconds=6))) == [15, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("bounds", [{"since": BEGAN + timedelta(days=1)}, {"until": BEGAN - timedelta(days=1)}], ids=str)
def test_a_span_without_rows_is_empty(bounds):
    make(3)
    assert (page(Filters(**bounds)).rows, page(Filters(**bounds)).after) == ([], "")


def test_an_empty_audit_has_no_page():
    assert page(Filters()) == Page([], "", None)


@pytest.mark.parametrize("after", ["x", "-1", "1.0", "9" * 19])
def test_a_place_that_is_none_is_refused(after):
    with pytest.raises(Misasked):
        page(Filters(), after=after)
