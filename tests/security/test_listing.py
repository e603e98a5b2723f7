"""The ban list: filters, search and pages name exactly the bans they should, however far the search reaches at once."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from security import banlist, bans, listing
from security.actors import Actor
from security.listing import Listed, Wanted
from security.models import Action, Ban, Origin, Refusal

pytestmark = pytest.mark.django_db

OWNER = Actor("owner")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Each ban is a second younger than the one before: ids follow the clock."""
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def order(clock):
    def order(cidr: str, reason: str = "scans", *, origin: Origin = Origin.OPERATOR, action: Action = Action.BAN) -> Ban:
        clock.shift(timedelta(seconds=1))
        return bans.ban(cidr, reason=reason, by=OWNER, origin=origin, action=action, duration=timedelta(1))

    return order


def row(number: int, state: str) -> Ban:
    """As an earlier hour left it; each seventh is a needle."""
    target, at = banlist.parsed(f"203.0.113.{number}"), timezone.now() + timedelta(seconds=number)
    lifted = {"lifted": at, "lifted_by": "owner"} if state == "lifted" else {}
    return Ban(
        id=UUID(int=int(at.timestamp() * 1000) << 80 | number), seq=1, cidr=str(target), start=target.first, end=target.last,
        reason="hay" if number % 7 else "a needle", scenario="manual", origin="auto", actor="owner", state=state, **lifted,
    )  # fmt: skip


@pytest.fixture
def many(db) -> list[Ban]:
    """Of every state, newest first."""
    rows = [row(number, ("lifted", "expired", "active")[number % 3]) for number in range(130)]
    return Ban.objects.bulk_create(rows)[::-1]


def listed(**wanted: str) -> list[str]:
    return [row.cidr.partition("/")[0] for row in listing.page(Wanted(**wanted)).rows]


def pages(wanted: Wanted) -> Iterator[listing.Page]:
    """From the newest to the end."""
    page = listing.page(wanted)
    yield page
    while page.older:
        page = listing.page(wanted, before=page.older)
        yield page


def cidrs(wanted: Wanted) -> list[str]:
    return [row.cidr for page in pages(wanted) for row in page.rows]


@pytest.mark.parametrize(("state", "found"), [("in-force", ["198.51.100.3"]), ("ended", ["198.51.100.2", "198.51.100.1"])])
def test_a_list_is_of_what_is_in_force_or_of_what_ended(order, state, found):
    for number in (1, 2, 3):
        order(f"198.51.100.{number}")
    bans.lift("198.51.100.1", by=OWNER)
    bans.lift("198.51.100.2", by=OWNER)
    assert listed(state=state) == found


def test_a_ban_that_ran_out_ended_before_its_row_says_so(order, clock):
    order("198.51.100.1")
    clock.shift(timedelta(days=1))
    assert (listed(), listed(state=Listed.ENDED)) == ([], ["198.51.100.1"])


@pytest.mark.parametrize(
    ("wanted", "found"),
    [({"action": "throttle"}, ["198.51.100.2"]), ({"origin": "import"}, ["198.51.100.1"]), ({"scenario": "bad-keys"}, [])],
)
def test_a_list_is_narrowed_by_action_origin_and_scenario(order, wanted, found):
    order("198.51.100.1", origin=Origin.IMPORT)
    order("198.51.100.2", action=Action.THROTTLE)
    assert listed(**wanted) == found


@pytest.mark.parametrize("query", ["198.51.100.9", "198.51.100.0/24", "198.0.0.0/8", "SCANS", "198.51.100."])
def test_a_ban_is_found_by_address_range_or_words(order, query):
    order("198.51.100.9")
    order("2001:db8::/48", "floods")
    assert listed(query=query) == ["198.51.100.9"]


@pytest.mark.parametrize("query", ["2001:db8::1", "2001:db8::/32", "::/0", "owner"])
def test_an_address_finds_the_range_around_it_and_a_range_what_is_in_it(order, query):
    order("2001:db8::/48", "floods")
    assert listed(query=query) == ["2001:db8::"]


@pytest.mark.parametrize("state", Listed)
@pytest.mark.parametrize("query", ["", "needle", "203.0.113.0/24", "203.0.113.64/26"])
def test_pages_hold_every_ban_once_newest_first(many, state, query):
    found = cidrs(Wanted(query, state=state))
    held = {Listed.IN_FORCE: ("active",), Listed.ENDED: ("lifted", "expired")}.get(state, ("active", "lifted", "expired"))
    matching = Ban.objects.filter(banlist.overlapping(banlist.parsed(query)) if "/" in query else Q(reason__contains=query))
    assert found == [row.cidr for row in many if row.state in held and matching.filter(pk=row.pk).exists()]


@pytest.mark.parametrize("state", Listed)
@pytest.mark.parametrize("query", ["needle", "203.0.113.0/24", "nothing"])
@pytest.mark.parametrize("reach", [1, 7, 30])
def test_a_search_that_stops_goes_on_where_it_stopped(many, monkeypatch, state, query, reach):
    whole = cidrs(Wanted(query, state=state))
    monkeypatch.setattr(listing, "REACH", reach)
    monkeypatch.setattr(listing, "FEW", 3)
    assert cidrs(Wanted(query, state=state)) == whole


def test_a_page_says_that_the_search_stopped(many, monkeypatch):
    monkeypatch.setattr(listing, "REACH", 20)
    assert [page.cut for page in pages(Wanted("nothing"))] == [True, True, False]


def test_pages_are_of_fifty(many):
    assert [len(page.rows) for page in pages(Wanted(state=Listed.ALL))] == [50, 50, 30]


def test_a_count_goes_no_further_than_anybody_reads(many, monkeypatch):
    exact = listing.in_force()
    monkeypatch.setattr(listing, "COUNTED", 10)
    assert [(exact.many, exact.more), (listing.in_force().many, listing.in_force().more)] == [(43, False), (10, True)]


def test_what_a_ban_blocked_is_counted_in_its_own_time(order, clock):
    first, other = order("203.0.113.9"), order("203.0.113.10")
    bans.lift("203.0.113.9", by=OWNER)
    clock.shift(timedelta(hours=1))
    second = order("203.0.113.9")
    for at in (first.created, second.created, second.created + timedelta(seconds=10)):
        Refusal.objects.create(subject="203.0.113.9", cidr=first.cidr, first=at, last=at, count=20)
    first.refresh_from_db()
    assert [listing.blocked(each) for each in (first, second, other)] == [20, 40, 0]


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("wanted", [Wanted(), Wanted(state="ended", origin="operator"), Wanted("scans"), Wanted("::/0")])
def test_no_page_sorts_what_it_finds(order, monkeypatch, wanted):
    monkeypatch.setattr(listing, "FEW", 0)
    order("2001:db8::/48")
    with CaptureQueriesContext(connection) as asked:
        listing.page(wanted, before=Ban.objects.get().pk)
    with connection.cursor() as cursor:
        plans = [cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}").fetchall() for query in asked.captured_queries]
    assert plans
    assert "TEMP B-TREE" not in str(plans)
