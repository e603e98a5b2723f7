"""Where a day of sessions ends, in zones whose clocks jump."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.expiry import next_boundary

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia"]
MINUTE = timedelta(minutes=1)

zones = st.sampled_from(ZONES).map(ZoneInfo)
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
instants = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
relaxed = settings(deadline=None)  # a loaded machine proves nothing


@pytest.mark.parametrize(
    ("zone", "time_of_day", "now", "boundary"),
    [
        ("Asia/Kolkata", "03:30", "2026-03-02T03:29:59+05:30", "2026-03-02T03:30:00+05:30"),
        ("Asia/Kolkata", "03:30", "2026-03-02T03:30:00+05:30", "2026-03-03T03:30:00+05:30"),
        ("Asia/Kolkata", "03:30", "2026-03-02T23:00:00+05:30", "2026-03-03T03:30:00+05:30"),
        ("Europe/Berlin", "02:30", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"),  # 02:00 to 03:00 is missing
        ("Europe/Berlin", "02:30", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"),
        ("Europe/Berlin", "02:30", "2026-10-25T01:00:00+02:00", "2026-10-25T02:30:00+02:00"),  # 02:30 comes twice
        ("Europe/Berlin", "02:30", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"),  # the second does not count
        ("Europe/Berlin", "02:30", "2026-10-25T02:15:00+01:00", "2026-10-26T02:30:00+01:00"),
        ("America/New_York", "02:30", "2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00"),
        ("Australia/Lord_Howe", "02:15", "2026-10-04T01:00:00+10:30", "2026-10-04T02:30:00+11:00"),  # half an hour is missing
        ("Australia/Lord_Howe", "01:45", "2026-04-05T01:50:00+11:00", "2026-04-06T01:45:00+10:30"),
        ("America/Havana", "00:30", "2026-03-07T23:00:00-05:00", "2026-03-08T01:00:00-04:00"),  # midnight is missing
        ("Pacific/Apia", "03:30", "2011-12-29T23:00:00-10:00", "2011-12-31T00:00:00+14:00"),  # a whole day is missing
    ],
)
def test_the_day_ends_at(zone, time_of_day, now, boundary):
    found = next_boundary(datetime.fromisoformat(now), at=time.fromisoformat(time_of_day), zone=ZoneInfo(zone))
    assert found == datetime.fromisoformat(boundary)


@relaxed
@given(now=instants, at=times, zone=zones)
def test_it_lies_ahead_and_within_two_days_and_a_jump(now, at, zone):
    assert timedelta(0) < next_boundary(now, at=at, zone=zone) - now <= timedelta(hours=50)


@relaxed
@given(now=instants, at=times, zone=zones)
def test_it_shows_the_time_or_ends_a_gap(now, at, zone):
    found = next_boundary(now, at=at, zone=zone)
    local, before = found.astimezone(zone), (found - timedelta(seconds=1)).astimezone(zone)
    jumped = local.replace(tzinfo=None) - before.replace(tzinfo=None)
    assert local.time() == at or jumped > MINUTE


@relaxed
@given(now=instants, at=times, zone=zones, minutes=st.integers(0, 3000))
def test_none_is_skipped(now, at, zone, minutes):
    found = next_boundary(now, at=at, zone=zone)
    between = now + minutes * MINUTE
    local = between.astimezone(zone)
    shown_first = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0, fold=0).astimezone(UTC)
    assert not now < shown_first < found or shown_first.astimezone(zone).time() != at


@relaxed
@given(now=instants, at=times, zone=zones, share=st.floats(0, 0.999))
def test_every_instant_until_the_boundary_has_the_same_one(now, at, zone, share):
    found = next_boundary(now, at=at, zone=zone)
    assert next_boundary(now + (found - now) * share, at=at, zone=zone) == found
