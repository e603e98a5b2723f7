"""The course of a price: a pure function of a name and a second, and so is every extreme of a stretch of seconds.

A session is a bridge from its first price to the next session's first. It is cut into 24 hours, an hour into 60 minutes, a
minute into 30 steps of two seconds. Each cut draws a hashed walk and stretches it until it touches the span's low and high
exactly and never leaves them: a span's low, high and volume are known without walking it, and candles of any size agree with
the price at each second. Prices are whole ticks; even seconds have even prices and odd seconds odd ones, so that the price
moves every second. Only integers and SHAKE-256: the same on every machine.
"""

from functools import lru_cache
from hashlib import shake_256
from itertools import pairwise
from typing import NamedTuple

DAY, HOUR, MINUTE = 86_400, 3_600, 60
DAY_OFFSET = 9_000  # seconds from 00:00 UTC back to 03:00 in India, where a session begins
PARTS = {DAY: 24, HOUR: 60, MINUTE: 30}
_OCTAVES = ((256, 1500), (64, 600), (16, 200), (4, 70), (1, 35))  # period in days, swing in 1/10,000 of the base
_EXCURSION = (25, 70)  # how far a session leaves its two ends, in 1/10,000


class Course(NamedTuple):
    """What distinguishes one instrument from another: a name, a base price in ticks, a usual day's volume."""

    name: str
    base: int
    volume: int


class Span(NamedTuple):
    """Seconds start <= t < start + length; `close` is the price at its end, the next span's open. Prices in ticks, all even."""

    name: str
    start: int
    length: int
    open: int
    close: int
    low: int
    high: int
    before: int  # volume of the session until the span starts
    volume: int


def price(course: Course, second: int) -> int:
    span = session(course, second)
    while span.length > MINUTE:
        if span.start == second:
            return span.open
        span = _part(span, second)
    return _seconds(span)[second - span.start]


def volume(course: Course, second: int) -> int:
    """Of the session, up to and with this second."""
    span = session(course, second)
    while second < span.start + span.length - 1:
        if span.length == MINUTE:
            return span.before + span.volume * (second - span.start + 1) // MINUTE
        span = _part(span, second)
    return span.before + span.volume


def extremes(course: Course, first: int, last: int) -> tuple[int, int]:
    """Lowest and highest price over first <= t <= last."""
    days = range(first - (first + DAY_OFFSET) % DAY, last + 1, DAY)
    found = [_extremes(session(course, day), first, last) for day in days]
    return min(low for low, _ in found), max(high for _, high in found)


def first_reach(
    course: Course, first: int, last: int, *, at_least: int | None = None, at_most: int | None = None
) -> int | None:
    """The first of first <= t <= last whose price is at or beyond the one bound; only spans that reach it are cut."""
    for day in range(first - (first + DAY_OFFSET) % DAY, last + 1, DAY):
        found = _first_reach(session(course, day), first, last, at_least, at_most)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=4096)
def session_of(course: Course, day: int) -> Span:
    """The session of a day, counted from 1970-01-01."""
    opening, closing = _level(course, day), _level(course, day + 1)
    drawn = _draw(f"{course.name}|day|{day}", 6)
    least, most = _EXCURSION
    down, up, busy = (int.from_bytes(drawn[i : i + 2]) for i in (0, 2, 4))
    low = min(opening, closing) * (10_000 - least - (most - least) * down // 65_536) // 10_000
    high = max(opening, closing) * (10_000 + least + (most - least) * up // 65_536) // 10_000
    amount = course.volume * (65_536 + busy) // 98_304  # two thirds to four thirds of the usual
    return Span(course.name, day * DAY - DAY_OFFSET, DAY, opening, closing, low & ~1, max(high, low + 4) & ~1, 0, amount)


def day(second: int) -> int:
    """The day, counted from 1970-01-01, whose session a second belongs to."""
    return (second + DAY_OFFSET) // DAY


def session(course: Course, second: int) -> Span:
    """The session that a second belongs to."""
    return session_of(course, day(second))


def _part(span: Span, second: int) -> Span:
    return _cut(span)[(second - span.start) // (span.length // PARTS[span.length])]


def _level(course: Course, day: int) -> int:
    """The first price of a day: slow and quick swings about the base, at most a quarter away from it."""
    swing = 0
    for period, reach in _OCTAVES:
        cell, part = divmod(day, period)
        a, b = (int.from_bytes(_draw(f"{course.name}|{period}|{edge}", 2)) - 32_768 for edge in (cell, cell + 1))
        swing += reach * (a * (period - part) + b * part) // period
    return (course.base + course.base * swing // (10_000 * 32_768)) & ~1


def _extremes(span: Span, first: int, last: int) -> tuple[int, int]:
    first, last = max(first, span.start), min(last, span.start + span.length - 1)
    if last - first + 1 == span.length:
        return span.low, span.high
    if span.length == MINUTE:
        stretch = _seconds(span)[first - span.start : last - span.start + 1]
        return min(stretch), max(stretch)
    step = span.length // PARTS[span.length]
    parts = _cut(span)[(first - span.start) // step : (last - span.start) // step + 1]
    whole = parts[1:-1]  # only the outer two may be there in part
    edges = [_extremes(part, first, last) for part in (parts[0], parts[-1])]
    return (
        min([low for low, _ in edges] + [part.low for part in whole]),
        max([high for _, high in edges] + [part.high for part in whole]),
    )


def _first_reach(span: Span, first: int, last: int, at_least: int | None, at_most: int | None) -> int | None:
    if span.start > last or span.start + span.length <= first or not _beyond(span.low, span.high, at_least, at_most):
        return None
    if span.length > MINUTE:
        parts = (_first_reach(part, first, last, at_least, at_most) for part in _cut(span))
        return next((found for found in parts if found is not None), None)
    for second, price in enumerate(_seconds(span), start=span.start):
        if first <= second <= last and _beyond(price, price, at_least, at_most):
            return second
    return None


def _beyond(low: int, high: int, at_least: int | None, at_most: int | None) -> bool:
    return (at_least is not None and high >= at_least) or (at_most is not None and low <= at_most)


@lru_cache(maxsize=1024)  # some 18 KiB each; the running day needs two for each course
def _cut(span: Span) -> tuple[Span, ...]:
    """The parts of a session or an hour."""
    count = PARTS[span.length]
    step = span.length // count
    drawn = _draw(f"{span.name}|{span.length}|{span.start}|parts", 3 * count)
    ends = _walk(span)
    total = sum(drawn[:count]) + 64 * count
    reach, weight, parts = (span.high - span.low) // 6, 0, []
    for i in range(count):
        a, b = ends[i], ends[i + 1]
        low = max(span.low, (min(a, b) - reach * drawn[count + i] // 255) & ~1)
        high = min(span.high, (max(a, b) + reach * drawn[2 * count + i] // 255) & ~1)
        if low == high:
            low, high = (low, high + 2) if high < span.high else (low - 2, high)
        before = span.volume * weight // total
        weight += drawn[i] + 64
        amount = span.volume * weight // total - before
        parts.append(Span(span.name, span.start + i * step, step, a, b, low, high, span.before + before, amount))
    return tuple(parts)


@lru_cache(maxsize=2048)
def _seconds(span: Span) -> tuple[int, ...]:
    """The price at each second of a minute."""
    evens = _walk(span)
    prices: list[int] = []
    for a, b in pairwise(evens):
        middle = (a + b) // 2
        prices += (a, middle | 1 if middle < span.high else middle - 1)
    return tuple(prices)


def _walk(span: Span) -> list[int]:
    """A hashed bridge from open to close that touches low and high in between, in even ticks."""
    count = PARTS[span.length]
    steps = [byte - 128 for byte in _draw(f"{span.name}|{span.length}|{span.start}", count)]
    total, so_far, walk = sum(steps), 0, [0]
    for i, step in enumerate(steps, start=1):
        so_far += step
        walk.append(so_far * count - total * i)
    if max(walk) == 0:
        walk[count // 3] = 1
    if min(walk) == 0:
        walk[2 * count // 3] = -1
    top, bottom = max(walk), min(walk)
    prices = []
    for i, height in enumerate(walk):
        line = span.open + (span.close - span.open) * i // count
        away = (span.high - line) * height // top if height > 0 else -((line - span.low) * height // bottom)
        prices.append((line + away) & ~1)
    return prices


def _draw(seed: str, size: int) -> bytes:
    return shake_256(seed.encode()).digest(size)
