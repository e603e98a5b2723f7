"""Ranges that lie in each other as ranges side by side, each until the latest end that covers it; pure."""

from datetime import datetime
from typing import NamedTuple


class Stretch(NamedTuple):
    """From the first to the last address, as numbers, until an end (None: for good)."""

    first: int
    last: int
    until: datetime | None


class Sweep:
    """Takes ranges by their first address, of several the widest first; hands out what lies behind it."""

    def __init__(self) -> None:
        self._around: list[Stretch] = []  # each in the one before, and lasting longer
        self._at = 0  # what lies before has been handed out

    def take(self, new: Stretch) -> list[Stretch]:
        done = self._pass(new.first)
        if self._around and not _outlasts(new, self._around[-1]):
            return done
        if self._around:
            done += self._cut(new.first - 1)
        self._at = new.first
        self._around.append(new)
        return done

    def rest(self) -> list[Stretch]:
        return self._pass(None)

    def _pass(self, place: int | None) -> list[Stretch]:
        """Hand out every range that ends before a place, or all."""
        done: list[Stretch] = []
        while self._around and (place is None or self._around[-1].last < place):
            done += self._cut(self._around[-1].last)
            self._around.pop()
        return done

    def _cut(self, last: int) -> list[Stretch]:
        """What of the innermost range lies between the place reached and another."""
        first, self._at = self._at, last + 1
        return [Stretch(first, last, self._around[-1].until)] if first <= last else []


def _outlasts(new: Stretch, old: Stretch) -> bool:
    return old.until is not None and (new.until is None or new.until > old.until)
