"""What is far beyond the usual for minutes alarms, with the subjects behind it; a busy morning does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction

from security import alerts, background, refusals, rollups, surges
from security.addresses import network
from security.alerts import Alarm
from security.models import Alert, TrafficEntry
from security.rollups import Group, Percentiles, Point, Sums
from security.surges import Deviation, Sort
from tests.security.trails import Trail, answer

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOTHING = Percentiles(None, None, None)
QUIET = Point(NOON, 0, 0, 0, 0, 0, own=NOTHING, broker=NOTHING)


def series(many: int, *last: int, usual: int = 0) -> list[Point]:
    """So many spans of time with as many requests as usual, but for the last ones; one more is under way."""
    counts = [usual] * (many - 1 - len(last)) + [*last, 0]
    return [replace(QUIET, requests=count) for count in counts]


def slow(many: int, *last: float, usual: float | None = None, requests: int = 100) -> list[Point]:
    """The same with a 95th percentile."""
    p95s = [usual] * (many - 1 - len(last)) + [*last, None]
    return [replace(QUIET, requests=requests, own=NOTHING._replace(p95=p95)) for p95 in p95s]


@pytest.mark.parametrize(
    ("hour", "day", "usual"),
    [
        (series(60, 1200, 1300, 1400), series(144), 0),
        (series(60, 1200, 1300, 1400, usual=300), series(144), 300),
        (series(60, 4000, 4100, 4000, usual=10), series(144, usual=10_000), 1000),
    ],
    ids=["from nothing", "four times the hour", "four times a busy day"],
)
def test_a_surge_is_seen_once_it_lasts(hour, day, usual):
    found = surges.surge(hour, day)
    assert found == Deviation(Sort.SURGE, min(point.requests for point in hour[-4:-1]), usual)


@pytest.mark.parametrize(
    ("hour", "day"),
    [
        (series(60), series(144)),
        (series(60, 1199, 1300, 1400), series(144)),
        (series(60, 0, 5000, 5000), series(144)),
        (series(60, 1300, 1300, 1300, usual=400), series(144)),
        (series(60, 3900, 3900, 3900), series(144, *[10_000] * 30)),
    ],
    ids=["nothing", "too few", "two minutes", "not four times the hour", "the hours of the market"],
)
def test_what_is_usual_or_short_is_no_surge(hour, day):
    assert surges.surge(hour, day) is None


def test_a_flood_of_two_hours_does_not_become_usual():
    assert surges.surge(series(60, 6000, 6000, 6000), series(144, *[60_000] * 12)) is not None


def test_what_the_gatehouse_refuses_is_part_of_a_surge():
    hour = [replace(point, requests=0, refused=point.requests) for point in series(60, 2000, 2000, 2000)]
    assert surges.surge(hour, series(144)) is not None


def test_answers_that_stay_slow_are_seen():
    found = surges.slowness(slow(60, 400, 300, 500), slow(144, usual=60))
    assert found == Deviation(Sort.SLOWNESS, 300, 60)


def test_a_server_that_just_started_is_measured_by_its_first_minutes():
    assert surges.slowness(slow(60, 400, 400, 400), slow(144, 60, 400)) == Deviation(Sort.SLOWNESS, 400, 60)


@pytest.mark.parametrize(
    ("hour", "day"),
    [
        (slow(60, 400, 20, 500), slow(144, usual=60)),
        (slow(60, 240, 240, 240), slow(144, usual=10)),
        (slow(60, 300, 300, 300), slow(144, usual=100)),
        (slow(60, 400, 400, 400, requests=29), slow(144, usual=60)),
        (slow(60), slow(144)),
    ],
    ids=["with a good minute", "not slow", "always so", "of few", "of none"],
)
def test_what_is_slow_for_a_moment_or_always_is_no_alarm(hour, day):
    assert surges.slowness(hour, day) is None


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"203.0.113.9": 90, "198.51.100.7": 10}, "203.0.113.9 (90 %), 198.51.100.7 (10 %)."),
        ({"203.0.113.9": 90} | {f"198.51.100.{n}": 1 for n in range(10)}, "203.0.113.9 (90 %) and 10 others."),
        ({f"203.0.113.{n}": 1 for n in range(200)}, "203.0.113.0 (0 %) and 199 others."),
        ({"203.0.113.9": 97, "198.51.100.7": 3}, "203.0.113.9 (97 %) and 1 other."),
        ({}, "nobody who was written down yet."),
    ],
)
def test_the_sentence_names_who_is_behind_it(parts, told):
    assert surges.sentence(Deviation(Sort.SURGE, 2000, 20), parts) == (
        f"2000 requests a minute and more for 3 minutes, where 20 are usual; behind it: {told}"
    )


@pytest.fixture
def flooded(db, tmp_path, settings, monkeypatch):
    """Three minutes in which one subject asked and another was refused, as often as an alarm needs here."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(surges, "LEAST_REQUESTS", 5.0)
    with time_machine.travel(NOON, tick=False) as clock:
        kept = Trail()
        for _ in range(3):
            for number in range(5):
                answer(address="203.0.113.9" if number else "198.51.100.7")
                refusals.banned("192.0.2.1", network=network("192.0.2.1"), path="/")
            refusals.flush()
            kept.rows()
            clock.shift(timedelta(minutes=1))
        yield kept
        kept.kill()


def test_a_surge_alarms_with_the_subjects_behind_it(flooded):
    surges.look()
    alerts.flush()
    alert = Alert.objects.get(kind=Alarm.DOS)
    assert alert.sentence.endswith("behind it: 192.0.2.1 (50 %), 203.0.113.9 (40 %), 198.51.100.7 (10 %).")


def test_as_long_as_it_lasts_it_is_one_alert(flooded):
    surges.look()
    surges.look()
    alerts.flush()
    assert Alert.objects.get(kind=Alarm.DOS).count == 2


def test_slowness_alarms_with_those_who_took_most_time(flooded):
    TrafficEntry.objects.filter(subject="203.0.113.9").update(ms=400)
    with transaction.atomic():
        for minute in range(3):
            counts = [0] * 60 + [100]
            rollups.add({(NOON + timedelta(minutes=minute), Group.API): Sums(requests=100, own=counts)})
    surges.look()
    alerts.flush()
    assert "behind it: 203.0.113.9" in Alert.objects.get(kind=Alarm.DOS, about="slowness").sentence


def test_nothing_is_asked_of_the_trail_while_all_is_as_usual(db, django_assert_num_queries):
    with django_assert_num_queries(4):
        surges.look()


def test_it_is_looked_for_every_minute():
    assert background._jobs["look for surges and slowness"].every == timedelta(minutes=1)
