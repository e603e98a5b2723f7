"""Lengths of time as people write and read them, for every door and threshold; pure rules."""

import re
from datetime import datetime, timedelta

from django.conf import settings

UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
DAY = timedelta(days=1)
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=3650)  # of a ban, an entry or a pause
PERMANENT = "permanent"
_ALSO = {"": "s", "sec": "s", "second": "s", "m": "min", "minute": "min", "hour": "h", "day": "d", "week": "w"}
_AMOUNT = re.compile(r"(\d{1,12}(?:\.\d{1,6})?) ?([a-z]*)", re.ASCII)


class NotALength(ValueError):
    """The text is no length of time; the sentence says what one is."""


def duration(text: str) -> timedelta | None:
    """Of a ban, an entry or a pause: 24h, 90 min, 1w and the like; None for permanent. Raises NotALength."""
    if text.strip().lower() == PERMANENT:
        return None
    try:
        found = seconds(text)
    except NotALength:
        found = 0.0
    if not SHORTEST.total_seconds() <= found <= LONGEST.total_seconds():
        raise NotALength(f"{text[:40]!r} is no length of time: give one such as 90 min, 24h or 1w, or permanent.")
    return timedelta(seconds=found)


def seconds(text: str) -> float:
    """Of what somebody typed: 90, 90 s, 15 min, 24h, 7 days. Raises NotALength."""
    found = _AMOUNT.fullmatch(text.strip().lower())
    size = unit(found[2]) if found else None
    if not found or not size:
        raise NotALength("A time such as 90 s, 15 min, 24 h or 1 w.")
    return float(found[1]) * size


def unit(word: str) -> int | None:
    """Seconds in what somebody calls s, min, hours and so on."""
    singular = word.removesuffix("s") if len(word) > len("min") else word
    return UNITS.get(_ALSO.get(singular, singular))


def spelled(value: float) -> str:
    """In the largest unit that divides it, so that `seconds` reads the very same."""
    for name, size in sorted(UNITS.items(), key=lambda each: -each[1]):
        if value >= size and value % size == 0:
            return f"{value / size:.0f} {name}"
    return f"{value:.6f}".rstrip("0").rstrip(".") + " s"


def told(length: timedelta | None) -> str:
    """As people say it, to the hour; None for good."""
    if length is None:
        return "for good"
    hours = round(length.total_seconds() / 3600)
    return f"{hours // 24} days" if hours > 48 and hours % 24 == 0 else f"{hours} hour{'' if hours == 1 else 's'}"


def until(end: datetime | None) -> str:
    """When something ends, by the clock of the pages, None for never, as a sentence goes on."""
    return "for good" if end is None else f"until {end.astimezone(settings.SESSION_TIMEZONE):%Y-%m-%d %H:%M %Z}"


def clock(instant: datetime) -> str:
    """To the second, by the clock of the pages, for people; what programs read stays ISO."""
    return f"{instant.astimezone(settings.SESSION_TIMEZONE):%Y-%m-%d %H:%M:%S %Z}"
