"""The paper exchange's clock: the real one, moved by PAPER_CLOCK; a malformed setting stops the start."""

import re
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from brokers.types import IST

ROLLOVER = timedelta(hours=3)  # a session begins at 03:00 in India
_DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?=.)(?:(?P<weeks>\d{1,3})W)?(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,5})M)?(?:(?P<seconds>\d{1,6})S)?)?",
    re.ASCII,
)


def now() -> datetime:
    return timezone.now() + shift(settings.PAPER_CLOCK)


def session(at: datetime) -> date:
    """The trading day that an instant belongs to."""
    return (at.astimezone(IST) - ROLLOVER).date()


def session_start(day: date) -> datetime:
    return (datetime(day.year, day.month, day.day, tzinfo=IST) + ROLLOVER).astimezone(UTC)


def shift(text: str) -> timedelta:
    """A signed ISO 8601 duration of weeks, days, hours, minutes, seconds; empty is none."""
    if not text:
        return timedelta(0)
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ImproperlyConfigured(f"PAPER_CLOCK must be a signed ISO 8601 duration such as PT5H30M or -P1D, not {text!r}.")
    parts = {unit: int(value or 0) for unit, value in found.groupdict().items() if unit != "sign"}
    return timedelta(**parts) * (-1 if found["sign"] == "-" else 1)
