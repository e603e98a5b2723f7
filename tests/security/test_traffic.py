"""Pages of the trail: every row once, newest first, whatever is filtered and however far one page looks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security import traffic
from security.models import TrafficEntry
from security.models.traffic import Kind
from security.paging import Misasked, Page
from security.traffic import Filters, page

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FACTS: list[dict[str, Any]] = [
    {"subject": "203.0.113.9", "status": 404},
    {"subject": "198.51.100.7", "user": "owner", "key": "aaaaaaaaaa", "route": "api-1:quotes", "method": "POST"},
    {"subject": "198.51.100.7", "user": "owner", "route": "dashboard"},
    {"subject": "2001:db8::/64", "user": "trader", "kind": Kind.SOCKET, "status": 4401},
    {"subject": "198.51.100.7", "user": "owner", "route": "dashboard", "status": 500},
]


@pytest.fixture
def rows():
    """A hundred rows, two to a second."""
    usual: dict[str, Any] = {"method": "GET", "path": "/", "status": 200}
    made = [
        TrafficEntry(id=number, at=NOON + timedelta(seconds=number // 2), **(usual | FACTS[number % len(FACTS)]))
        for number in range(1, 101)
    ]
    TrafficEntry.objects.bulk_create(made)
    return made


def walked(filters: Filters, *, size: int = 7) -> list[int]:
    """The ids of all pages, in order."""
    found, after, pages = [], "", 0
    while pages == 0 or after:
        next_page = page(filters, after=after, size=size)
        found += [row.pk for row in next_page.rows]
        after, pages = next_page.after, pages + 1
        assert pages < 200
    return found


def brute(rows: list[TrafficEntry], **wanted: object) -> list[int]:
    """The same by looking at each row."""
    passing = [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]
    return [row.pk for row in sorted(passing, key=lambda row: (row.at, row.pk), reverse=True)]


ASKED: list[dict[str, str]] = [
    {}, {"subject": "198.51.100.7"}, {"user": "owner"}, {"key": "aaaaaaaaaa"}, {"route": "dashboard"}, {"status": "404"},
    {"method": "POST"}, {"kind": "socket"}, {"user": "nobody"}, {"user": "owner", "route": "dashboard"},
    {"subject": "198.51.100.7", "user": "owner", "method": "POST"}, {"user": "trader", "status": "404"},
    {"method": "POST", "kind": "socket"}, {"route": "dashboard", "kind": "http"},
]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED, ids=str)
@pytest.mark.parametrize("walk", [3, 10_000])
def test_pages_hold_every_row_once_newest_first(rows, monkeypatch, asked, walk):
    monkeypatch.setattr(traffic, "WALK", walk)
    monkeypatch.setattr(traffic, "FEW", walk)
    wanted: dict[str, Any] = asked | ({"status": int(asked["status"])} if "status" in asked else {})
    assert walked(Filters(**asked)) == brute(rows, **wanted)


@pytest.mark.parametrize("size", [1, 2, 19, 20, 21, 100])
@pytest.mark.parametrize("more", [{}, {"method": "GET"}, {"user": "owner"}], ids=str)
def test_a_family_of_statuses_is_asked_as_one(rows, monkeypatch, more, size):
    monkeypatch.setattr(traffic, "WALK", 3)
    wanted = brute(rows, status=500, **more)
    assert walked(Filters(status="5xx", **more), size=size) == wanted


def test_several_statuses_of_a_family_come_in_order(rows):
    TrafficEntry.objects.filter(id=9).update(status=403)
    assert walked(Filters(status="4xx")) == sorted({*brute(rows, status=404), 9}, reverse=True)


def test_a_time_bounds_both_ends(rows):
    found = walked(Filters(since=NOON + timedelta(seconds=10), until=NOON + timedelta(seconds=11)))
    assert found == [23, 22, 21, 20]


def test_an_address_finds_its_subject(rows):
    asked = walked(Filters(subject="2001:db8::1")), walked(Filters(subject=" 2001:db8::/64 "))
    assert asked == (brute(rows, kind=Kind.SOCKET),) * 2


def test_a_short_page_says_how_far_it_looked(rows, monkeypatch):
    monkeypatch.setattr(traffic, "WALK", 10)
    found = page(Filters(user="trader", status="404"))
    assert (found.rows, bool(found.after)) == ([], True)
    assert found.until == sorted(row.at for row in rows if row.user == "trader")[-10]


def test_the_last_page_has_nothing_after_it(rows):
    assert page(Filters(), size=100).after == ""
    assert page(Filters(), size=99).after != ""


def test_a_row_that_went_between_two_pages_moves_none(rows):
    first = page(Filters(), size=10)
    TrafficEntry.objects.filter(id__gt=85).delete()
    assert [row.pk for row in page(Filters(), after=first.after, size=10).rows] == list(range(85, 80, -1)) + list(
        range(80, 75, -1)
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"subject": "nobody"},
        {"subject": "203.0.113.9/33"},
        {"status": "abc"},
        {"status": "6xx"},
        {"status": "٣٠٠"},
        {"status": "-1"},
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_told_in_a_sentence(asked):
    with pytest.raises(Misasked, match=r"\.$"):
        page(Filters(**asked))


def is_refused(after: str) -> bool:
    try:
        traffic._read(after)
    except Misasked:
        return True
    return False


@given(st.text())
def test_a_place_is_two_numbers_or_refused(after):
    assert is_refused(after) or [part.isdigit() for part in after.split("-")] == [True, True]


@pytest.mark.parametrize("after", ["1-1", "1-" + "9" * 19])
def test_a_place_that_no_page_gave_finds_nothing(rows, after):
    assert page(Filters(), after=after) == Page([], "", None)


def test_a_place_beyond_all_time_is_refused():
    assert is_refused("9" * 19 + "-1")
