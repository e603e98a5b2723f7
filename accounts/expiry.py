"""When a day of sessions ends: the first local expiry time after an instant."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def session_end(now: datetime) -> datetime:
    """The instant, in UTC, at which a session that begins now ends by this server's settings."""
    return next_boundary(now, at=settings.SESSION_EXPIRY_TIME, zone=settings.SESSION_TIMEZONE)


def next_boundary(now: datetime, *, at: time, zone: ZoneInfo) -> datetime:
    """The first boundary after `now`, in UTC; a day that repeats the hour counts only its first occurrence."""
    today = now.astimezone(zone).date()
    # Two days ahead: where clocks fall back over midnight, tomorrow's first occurrence may lie behind us.
    boundaries = (_boundary(today + timedelta(days=ahead), at, zone) for ahead in range(3))
    return next(instant for instant in boundaries if instant > now)


def _boundary(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first occurrence of the time on that day, or the first instant after the gap that swallowed it."""
    local = datetime.combine(day, at, tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # In a gap, fold=0 reads the time by the offset before it and so lands behind it; fold=1 lands before it.
    return _transition(local.replace(fold=1).astimezone(UTC), instant, zone)


def _transition(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the zone takes on the offset it has at `after`."""
    seconds = range(int(before.timestamp()), int(after.timestamp()) + 1)
    offset = after.astimezone(zone).utcoffset()
    index = bisect_left(seconds, 1, key=lambda second: datetime.fromtimestamp(second, zone).utcoffset() == offset)
    return datetime.fromtimestamp(seconds[index], UTC)
