"""Sums of the traffic: nothing twice, nothing missing, and the last hour and day from them."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connections, transaction

from security import bans, refusals, rollups
from security.actors import COMMAND_LINE
from security.addresses import network
from security.models import Rollup
from security.rollups import MINUTE, TEN_MINUTES, Group, Sums
from tests.security.trails import Trail, answer

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def kept(tmp_path, settings, clock):
    settings.DATA_DIR = tmp_path
    opened = Trail()
    yield opened
    opened.kill()


def add(many: int = 1, *, group: Group = Group.API) -> None:
    with transaction.atomic():
        rollups.add({(rollups.minute_of(NOON.timestamp()), group): Sums(requests=many)})


@pytest.mark.parametrize(
    ("path", "status", "method", "group"),
    [
        ("/healthz", 200, "GET", Group.PAGES),
        ("/api/v1/ping", 403, "POST", Group.API),
        ("/login/", 200, "GET", Group.PAGES),
        ("/login/", 302, "POST", Group.PASSWORDS),
        ("/security/", 200, "GET", Group.STAFF),
        ("/admin/security/ban/", 200, "GET", Group.STAFF),
        ("/nowhere", 404, "GET", Group.UNKNOWN),
    ],
)
def test_a_request_is_counted_where_it_belongs(kept, path, status, method, group):
    answer(path, status=status, method=method)
    kept.rows()
    assert [(row.group, row.requests) for row in Rollup.objects.filter(span=MINUTE)] == [(group, 1)]


def test_the_last_hour_has_a_point_for_each_minute(kept, clock):
    for status, tried in ((200, ""), (404, "unknown-paths"), (403, "bad-keys")):
        answer("/api/v1/ping", status=status, tried=tried)
    clock.shift(timedelta(minutes=2))
    answer()
    kept.rows()
    points = {point.start: (point.requests, point.not_found, point.bad_keys) for point in rollups.last_hour()}
    assert len(points) == 60
    assert {start: counts for start, counts in points.items() if any(counts)} == {
        NOON: (3, 1, 1), NOON + timedelta(minutes=2): (1, 0, 0),
    }  # fmt: skip


def test_the_last_day_has_a_point_for_each_ten_minutes(kept, clock):
    answer()
    clock.shift(timedelta(hours=23, minutes=55))
    answer()
    kept.rows()
    points = rollups.last_day()
    assert (len(points), points[0].start, points[0].requests, points[-1].requests) == (144, NOON, 1, 1)


def test_points_are_of_the_groups_that_are_asked_for(clock):
    add(3, group=Group.API)
    add(4, group=Group.PAGES)
    asked = rollups.last_hour(), rollups.last_hour(Group.API), rollups.last_hour(Group.API, Group.PAGES)
    assert [points[-1].requests for points in asked] == [7, 3, 7]


def test_our_time_and_the_brokers_are_told_apart(kept):
    for number in range(100):
        answer(broker=0.05 if number else 2.0)
    kept.rows()
    point = rollups.last_hour()[-1]
    assert point.broker.p50 == pytest.approx(50, rel=0.1)
    assert point.broker.p99 == pytest.approx(50, rel=0.1)
    assert point.own.p99 == pytest.approx(0, abs=5)


def test_what_the_gatehouse_refused_is_counted_with_its_rows(clock):
    for _ in range(5):
        refusals.banned("203.0.113.9", network=network("203.0.113.9"), path="/")
    refusals.flush()
    refusals.flush()
    assert rollups.last_hour()[-1].refused == 5


def test_bans_are_counted_once_however_often_they_are_counted(clock):
    for number in range(3):
        bans.ban(f"203.0.113.{number}", reason="r", origin="import", by=COMMAND_LINE, duration=bans.DAY)
    bans.ban("203.0.113.9", reason="r", origin="auto", by=COMMAND_LINE, duration=bans.DAY, action="throttle")
    clock.shift(timedelta(minutes=3))
    for _ in range(2):
        rollups.count_bans()
    assert ([point.bans for point in rollups.last_hour()[-4:]], rollups.last_day()[-1].bans) == ([3, 0, 0, 0], 3)


def test_without_bans_nothing_is_written(clock, django_assert_num_queries):
    with django_assert_num_queries(1):
        rollups.count_bans()


def test_many_who_count_at_once_lose_nothing(clock):
    def count() -> None:
        for number in range(20):
            add(group=list(Group)[number % 3])
        connections.close_all()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (rollups.last_hour()[-1].requests, rollups.last_day()[-1].requests) == (80, 80)


def test_minutes_go_after_a_day_and_their_sums_stay(clock):
    add()
    clock.shift(timedelta(hours=26))
    assert rollups.prune() == 1
    assert [row.span for row in Rollup.objects.all()] == [TEN_MINUTES]
