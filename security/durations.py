"""Lengths of time as people write them, for every door where a ban, an entry or a pause is given one."""

import re
from datetime import timedelta

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
LONGEST = timedelta(days=3650)
PERMANENT = "permanent"
_LENGTH = re.compile(r"([1-9][0-9]{0,6})([mhdw])")


class NotALength(ValueError):
    """The text is no length of time; the sentence says what one is."""


def duration(text: str) -> timedelta | None:
    """24h, 48h, 1w or any number of m, h, d, w; None for permanent. Raises NotALength."""
    if text == PERMANENT:
        return None
    found = _LENGTH.fullmatch(text)
    length = int(found[1]) * UNITS[found[2]] if found else None
    if length is None or length > LONGEST:
        raise NotALength(f"{text[:40]!r} is no length of time: give 24h, 48h, 1w, a number of m, h, d or w, or permanent.")
    return length


def told(length: timedelta) -> str:
    """As people say it, to the hour."""
    hours = round(length.total_seconds() / 3600)
    return f"{hours // 24} days" if hours > 48 and hours % 24 == 0 else f"{hours} hour{'' if hours == 1 else 's'}"
